# benchmark.awk -- rows of benchmark.sh to its table; fails when means disagree.
#
# In: peer, threads, paths, wall seconds, processor seconds, KiB, instruction set, and of
# four strategies mean, standard error, p05, p50, p95.
# SPDX-License-Identifier: GPL-3.0-or-later

{
    key = $1 FS $2 FS $3
    if (!(key in count)) {
        order[++keys] = key
    }
    seconds[key, ++count[key]] = clock == "cpu" ? $5 / $2 : $4
    memory[key] = $6 > memory[key] ? $6 : memory[key]
    if (count[key] == 1) { # one seed each
        for (s = 0; s < 4; s++) {
            mean[key, s] = $(8 + 5 * s)
            se[key, s] = $(9 + 5 * s)
        }
    }
}

function median(key,    n, i, j, x, swap) {
    n = count[key]
    for (i = 1; i <= n; i++) x[i] = seconds[key, i]
    for (i = 1; i <= n; i++)
        for (j = i + 1; j <= n; j++)
            if (x[j] < x[i]) { swap = x[i]; x[i] = x[j]; x[j] = swap }
    return (x[int((n + 1) / 2)] + x[int(n / 2) + 1]) / 2
}

function part(key, index_,    parts) {
    split(key, parts, FS)
    return parts[index_]
}

END {
    own = order[1]
    own_rate = part(own, 3) * 60 / median(own)
    print "program,threads,paths,seconds,path_months_per_s,ratio_to_distillsim_1,peak_mib," \
          "mean_stay,mean_student,mean_other,mean_half,worst_z"
    for (k = 1; k <= keys; k++) {
        key = order[k]
        rate = part(key, 3) * 60 / median(key)
        worst = 0
        for (s = 0; s < 4; s++) {
            difference = mean[key, s] - mean[own, s]
            spread = sqrt(se[key, s] ^ 2 + se[own, s] ^ 2)
            z = difference / spread
            worst = z * z > worst * worst ? z : worst
        }
        # the same futures are no second opinion
        if (part(key, 1) == "distillsim") worst = 0
        if (worst * worst > 16) {
            print "benchmark: means of " part(key, 1) " disagree" >"/dev/stderr"
            bad = 1
        }
        printf "%s,%d,%d,%.4g,%.4g,%.3g,%.0f,%.1f,%.1f,%.1f,%.1f,%.2f\n", part(key, 1),
            part(key, 2), part(key, 3), median(key), rate, rate / own_rate, memory[key] / 1024,
            mean[key, 0], mean[key, 1], mean[key, 2], mean[key, 3], worst
    }
    exit bad
}
