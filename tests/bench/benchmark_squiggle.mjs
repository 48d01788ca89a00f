// benchmark_squiggle.mjs MODULES PATHS [SEED] -- the benchmark problem of benchmark_loop.c
// in Squiggle; MODULES is the node_modules with @quri/squiggle-lang.
//
// Sample sets, month by month: their arithmetic is by sample, so that they stay
// correlated.  Prints the line that benchmark_distillsim prints; the time is of
// simulation and quantiles, after a small run.
//
// SPDX-License-Identifier: GPL-3.0-or-later
import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";

const [modules, paths, seed = "1"] = process.argv.slice(2);
const { run } = await import(
    pathToFileURL(`${modules}/@quri/squiggle-lang/dist/index.js`).href
);

const model = `
share(t) = if t <= 13 then 0 else if t >= 19 then 0.7 else 0.7 * (t - 13) / 6
noise() = SampleSet.fromDist(normal(0, 1))
zero = SampleSet.fromDist(normal(0, 1)) * 0
step(state, t) = {
    z1 = noise()
    z2 = noise()
    z3 = noise()
    x1 = state.x1 + (0.03 + 0.08 * z1)
    x2 = state.x2 + (0.03 + 0.08 * (0.5 * z1 + 0.75 ^ 0.5 * z2))
    x3 = state.x3 + (0.03 + 0.08 * (0.5 * z1 + 0.75 ^ 0.5 / 3 * z2 + (2 / 3) ^ 0.5 * z3))
    price = state.price + (-0.02 + 0.01 * noise())
    tokens = 130 * exp(x1) + 200 * exp(x2) + 70 * exp(x3)
    discount = 1.1 ^ (-t / 12)
    s = share(t)
    bill = discount * exp(price) * tokens
    units = SampleSet.map(0.01 * s * tokens, {|x| if ceil(x) < 2 then 2 else ceil(x)})
    {
        x1: x1, x2: x2, x3: x3, price: price,
        stay: state.stay + 3 * bill,
        student: state.student + (1 - s + 0.1 * s) * 3 * bill + discount * 1.9 * units,
        other: state.other + 2.2 * bill,
        half: state.half + (0.5 * 3 * bill + 0.5 * 2.2 * bill)
    }
}
start = {
    x1: zero, x2: zero, x3: zero, price: zero,
    stay: zero, student: zero, other: zero, half: zero
}
end = List.reduce(List.upTo(1, 60), start, step)
figures(x) = [mean(x), stdev(x), quantile(x, 0.05), quantile(x, 0.5), quantile(x, 0.95)]
List.concat(
    List.concat(figures(end.stay), figures(end.student)),
    List.concat(figures(end.other), figures(end.half))
)
`;

async function simulate(count) {
    const output = await run(model, {
        environment: { sampleCount: count, xyPointLength: 1000, seed },
    });
    if (!output.result.ok) throw new Error(output.result.value.toString());
    return output.result.value.result.asJS();
}

await simulate(100);
const wall = process.hrtime.bigint(), cpu = process.cpuUsage();
const figures = await simulate(Number(paths));
const wallSeconds = Number(process.hrtime.bigint() - wall) / 1e9;
const spent = process.cpuUsage(cpu);
for (let k = 1; k < figures.length; k += 5) figures[k] /= Math.sqrt(Number(paths));
const memory = readFileSync("/proc/self/status", "utf8").match(/VmHWM:\s*([0-9]+)/)[1];
console.log([wallSeconds.toFixed(6), ((spent.user + spent.system) / 1e6).toFixed(6), memory, "-",
    ...figures.map((x) => x.toPrecision(10))].join(","));
