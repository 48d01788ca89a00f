/* test_fleet_simulation.c -- fleets against a simulation of how they run, minute by minute
 * (fleet_process.h): cost, GPU-months, utilisation, overflow.
 *
 * Where docs/model.md is exact for the process, the two agree to rounding: 1e-9 relative,
 * for start-up and cooldown of whole minutes and loads that are constant within an hour.
 * What the page leaves out is measured, and the bounds here are those that the page states.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_help.h"

#include "fleet_process.h"

enum { CASES = 150 };

/* ---- Random fleets ------------------------------------------------------------------ */

static uint64_t random_state;

static double uniform(double low, double high)
{
    uint64_t x = random_state += 0x9E3779B97F4A7C15u; /* splitmix64 */
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    x ^= x >> 31;
    return low + (high - low) * ((double)(x >> 11) + 0.5) * 0x1p-53;
}

static bool chance(double p)
{
    return uniform(0, 1) < p;
}

static int below(int n)
{
    return (int)uniform(0, n);
}

/* A day and night with noise, mean 1. */
static void make_shape(double *shape)
{
    double swing = uniform(0, 0.9), noise = uniform(0, 0.3), phase = uniform(0, 24), sum = 0;
    for (int h = 0; h < WEEK; h++) {
        shape[h] = (1 + swing * sin(2 * acos(-1) * (h - phase) / 24)) * (1 + uniform(0, noise));
        sum += shape[h];
    }
    for (int h = 0; h < WEEK; h++)
        shape[h] *= WEEK / sum;
}

static void make_traffic(fleet_case *f)
{
    double left = 1;
    f->months = 1 + below(FLEET_MONTHS);
    f->products = 1 + below(FLEET_PRODUCTS);
    for (int p = 0; p < f->products; p++) {
        fleet_product *product = &f->product[p];
        double         requests = exp(uniform(log(2e5), log(2e7)));
        for (int t = 0; t < FLEET_MONTHS; t++)
            product->requests[t] = requests * (t == 0 ? 1 : uniform(0.5, 2) + 0.1 * t);
        product->input = floor(uniform(200, 3000));
        product->output = floor(uniform(50, 800));
        product->peak = chance(0.5) ? 1 : uniform(1, 3);
        product->value = chance(0.5) ? 0 : uniform(0, 0.1);
        make_shape(product->shape);
    }
    f->regions = 1 + below(REGIONS);
    for (int r = 0; r + 1 < f->regions; r++) {
        f->share[r] = left * uniform(0.3, 0.7);
        left -= f->share[r];
    }
    f->share[f->regions - 1] = left;
}

static void make_money(fleet_case *f)
{
    f->has_owned = chance(0.35);
    f->has_reserved = !f->has_owned && chance(0.5);
    f->has_spot = !f->has_owned && chance(0.4);
    f->reserved = floor(uniform(0, 20));
    f->reserved_discount = uniform(0, 0.5);
    f->term = 1 + below(5);
    f->spot = uniform(0, 1);
    f->spot_discount = uniform(0.2, 0.8);
    f->spot_out = uniform(0, 0.5);
    f->interruptions = uniform(0, 0.1);
    f->recovery = uniform(0, 30);
    f->usd_per_gpu = uniform(1e3, 4e4);
    f->kilowatts = uniform(0.3, 2);
    f->pue = uniform(1, 1.6);
    f->usd_per_kwh = uniform(0.05, 0.2);
    f->space = uniform(0, 200);
    f->residual = uniform(0, 0.3);
    f->life = 1 + below(15);
    f->credit = chance(0.5);
    f->rent = uniform(1, 4);
    f->long_run = uniform(1, 4);
    f->reversion = uniform(0, 3);
    f->rent_discount = f->has_owned ? 0 : uniform(0, 0.4);
    f->discount = f->has_owned ? 0 : uniform(0, 0.2);
    f->staff = chance(0.5) ? 0 : uniform(0, 1e4);
    f->inflation = uniform(0, 0.1);
    f->fallback = chance(0.5);
    f->api_input = uniform(0.1, 3);
    f->api_output = uniform(1, 15);
}

static fleet_case make_case(uint64_t seed)
{
    fleet_case f;
    memset(&f, 0, sizeof f);
    random_state = seed;
    make_traffic(&f);
    f.gpus = 1 << below(4);
    f.input_rate = uniform(5e3, 5e4);
    f.output_rate = uniform(1e3, 1e4);
    f.attention = chance(0.5) ? 0 : uniform(0, 1e-8);
    f.slots = chance(0.5) ? floor(uniform(1, 64)) : uniform(1, 64);
    f.scaling = below(3);
    f.startup = f.scaling == FIXED || chance(0.2) ? 0 : below(61);
    f.cooldown = f.scaling != AUTOSCALED || chance(0.2) ? 0 : below(61);
    f.apart = chance(0.3);
    f.derate = uniform(0.5, 1);
    f.target = uniform(0.4, 1);
    f.least = below(4);
    f.spare = below(3);
    f.most = chance(0.3) ? (int)fmax(1, f.least + f.spare) + below(10) : 0;
    f.has_waiting = chance(0.4);
    f.wait_s = uniform(0.05, 5);
    f.wait_share = chance(0.5) ? -1 : uniform(0.5, 0.999);
    f.arrival_cv = uniform(0, 3);
    f.service_cv = uniform(0, 2);
    f.has_capacity = chance(0.3);
    f.initial = f.most > 0 ? below(f.most + 1) : below(6);
    f.lead = below(5);
    f.most_new = 1 + below(8);
    f.headroom = uniform(0.8, 1.5);
    make_money(&f);
    return f;
}

/* ---- Its scenario ------------------------------------------------------------------- */

typedef struct {
    char   at[1 << 16];
    size_t length;
} text_buffer;

__attribute__((format(printf, 2, 3))) static void put(text_buffer *b, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(b->at + b->length, sizeof b->at - b->length, format, arguments);
    va_end(arguments);
    assert_true(length >= 0 && b->length + (size_t)length < sizeof b->at);
    b->length += (size_t)length;
}

static void put_list(text_buffer *b, const double *x, int count)
{
    for (int i = 0; i < count; i++)
        put(b, "%s%.17g", i == 0 ? "[" : ", ", x[i]);
    put(b, "]");
}

static void put_products(text_buffer *b, const fleet_case *f)
{
    put(b, "'products': {");
    for (int p = 0; p < f->products; p++) {
        const fleet_product *product = &f->product[p];
        double               series[FLEET_MONTHS];
        for (int t = 0; t < f->months; t++)
            series[t] = product->requests[t] / product->requests[0];
        put(b, "%s'p%d': {'requests_per_month': %.17g, 'peak_to_mean': %.17g, "
               "'value_usd_per_request': %.17g, 'growth': {'process': 'series', 'series': ",
            p > 0 ? ", " : "", p, product->requests[0], product->peak, product->value);
        put_list(b, series, f->months);
        put(b, "}, 'request': {'input_tokens': %.17g, 'output_tokens': %.17g}, 'hour_shape': ",
            product->input, product->output);
        put_list(b, product->shape, WEEK);
        put(b, "}\n");
    }
    put(b, "},\n");
}

static void put_limits(text_buffer *b, const fleet_case *f)
{
    if (f->has_waiting) {
        put(b, ", 'waiting': {'seconds': %.17g, 'arrival_cv': %.17g, 'service_cv': %.17g",
            f->wait_s, f->arrival_cv, f->service_cv);
        if (f->wait_share >= 0)
            put(b, ", 'share': %.17g", f->wait_share);
        put(b, "}");
    }
    if (f->has_capacity)
        put(b, ", 'capacity': {'initial_replicas': %d, 'lead_months': %d, "
               "'most_new_replicas_per_month': %d, 'headroom_factor': %.17g}",
            f->initial, f->lead, f->most_new, f->headroom);
    if (f->most > 0)
        put(b, ", 'maximum_replicas': %d", f->most);
}

static void put_money(text_buffer *b, const fleet_case *f)
{
    if (f->has_owned) {
        put(b, ", 'owned': {'usd_per_gpu': %.17g, 'life_months': %d, 'kilowatts_per_gpu': %.17g, "
               "'pue': %.17g, 'usd_per_kwh': %.17g, 'colocation_usd_per_gpu_month': %.17g, "
               "'residual_share': %.17g, 'horizon_value': '%s'}",
            f->usd_per_gpu, f->life, f->kilowatts, f->pue, f->usd_per_kwh, f->space, f->residual,
            f->credit ? "straight_line" : "none");
        return;
    }
    put(b, ", 'rent_discount_share': %.17g, 'discount_share': %.17g", f->rent_discount,
        f->discount);
    if (f->has_reserved)
        put(b, ", 'reserved': {'gpus': %.17g, 'discount_share': %.17g, 'term_months': %d}",
            f->reserved, f->reserved_discount, f->term);
    if (f->has_spot)
        put(b, ", 'spot': {'share': %.17g, 'discount_share': %.17g, 'unavailable_share': %.17g, "
               "'interruptions_per_hour': %.17g, 'recovery_minutes': %.17g}",
            f->spot, f->spot_discount, f->spot_out, f->interruptions, f->recovery);
}

static void put_fleet(text_buffer *b, const fleet_case *f)
{
    static const char *const scaling[] = {"static", "scheduled", "autoscaled"};
    put(b, "'own': {'contracts': {'fleet': {'billing': 'fleet', 'profile': 'f', "
           "'scaling': '%s', 'slo_derate': %.17g, 'target_utilisation': %.17g, "
           "'minimum_replicas': %d, 'spare_replicas': %d, 'staff_usd_per_month': %.17g",
        scaling[f->scaling], f->derate, f->target, f->least, f->spare, f->staff);
    if (f->startup > 0)
        put(b, ", 'startup_minutes': %d", f->startup);
    if (f->cooldown > 0)
        put(b, ", 'cooldown_minutes': %d", f->cooldown);
    if (f->apart)
        put(b, ", 'pooling': 'apart'");
    if (f->regions > 1) {
        put(b, ", 'region_shares': ");
        put_list(b, f->share, f->regions);
    }
    put_limits(b, f);
    put_money(b, f);
    put(b, "}}}},\n");
}

static world open_case(const fleet_case *f)
{
    static text_buffer b;
    b.length = 0;
    put(&b, "{'name': 'fleet', 'clock': {'start': '2026-01', 'months': %d, "
            "'hours_per_month': %.17g}, 'inflation_per_year': %.17g, 'run': {'paths': 1},\n",
        f->months, FLEET_HOURS, f->inflation);
    put(&b, "'gpus': {'g': {'usd_per_gpu_hour': %.17g, 'long_run_usd_per_gpu_hour': %.17g, "
            "'reversion_per_year': %.17g}},\n",
        f->rent, f->long_run, f->reversion);
    put(&b, "'profiles': {'f': {'gpu': 'g', 'gpus_per_replica': %d, 'relative_error': 0, "
            "'input_tokens_per_gpu_s': %.17g, 'output_tokens_per_gpu_s': %.17g, "
            "'attention_gpu_s_per_token2': %.17g, 'slots_per_replica': %.17g}},\n",
        f->gpus, f->input_rate, f->output_rate, f->attention, f->slots);
    put_products(&b, f);
    put(&b, "'models': {'api': {'contracts': {'list': {'billing': 'per_token', "
            "'usd_per_mtok': {'input': %.17g, 'output': %.17g}}}},\n",
        f->api_input, f->api_output);
    put_fleet(&b, f);
    put(&b, "'strategies': {'api': {'all': 'api'}, 'own': {'all': 'own'%s}}}",
        f->fallback ? ", 'fallback': {'own': 'api'}" : "");
    return open_text(b.at);
}

/* ---- Comparisons -------------------------------------------------------------------- */

static int differs(const world *m, const char *outcome, double want, double scale, int number)
{
    double got = figure(m, 1, outcome);
    if (fabs(got - want) <= 1e-9 * fmax(fabs(want), scale) || (isnan(got) && !isfinite(want)))
        return 0;
    print_error("fleet %d: %s %.12g, simulated %.12g\n", number, outcome, got, want);
    return 1;
}

/* 1e-9: sums of some ten thousand minutes on this side, of hours on the other.  What is a
 * difference is measured against what it is a difference of. */
static void fleets(void **state)
{
    (void)state;
    int wrong = 0;
    for (int k = 0; k < CASES && wrong < 20; k++) {
        fleet_case f = make_case(1000 + (uint64_t)k);
        fleet_sums s = run_fleet(&f);
        world      m = open_case(&f);
        run(&m, 1);
        wrong += differs(&m, "cost_total_usd", s.cost, fabs(s.fleet_cost), k);
        wrong += differs(&m, "gpu_months", s.gpu_months, 0, k);
        wrong += differs(&m, "fleet_utilisation", s.used / s.paid, 0, k);
        wrong += differs(&m, "overflow_requests", s.overflow, s.requests, k);
        wrong += differs(&m, "fallback_requests", s.fallback, s.requests, k);
        wrong += differs(&m, "unserved_requests", s.unserved, s.requests, k);
        wrong += differs(&m, "pooling_gain_gpu_months", s.pooling_gain, s.gpu_months, k);
        wrong += differs(&m, "fleet_allocated_usd_per_mtok", s.fleet_cost / s.mtok, 0, k);
        wrong += differs(&m, "fleet_used_usd_per_mtok", s.fleet_cost_used / s.mtok, 0, k);
        close_world(&m);
    }
    assert_int_equal(wrong, 0);
}

/* ServeGen (alibaba/ServeGen, 2025), 14 days by the hour: the mean by hour of the day over the
 * mean, and the busiest of the 336 hours over the mean.  A fleet for the busiest hour of the
 * shape is too small on 95, 135 and 20 hours; with the busiest hour as peak_to_mean it is
 * exactly as large as that hour needs, and a scheduled one follows the shape below it. */
static void measured_traffic(void **state)
{
    static const struct {
        double busiest, day[24];
    } sets[] = {
        {1.8624, {.994, 1.002, .986, .936, .908, .883, .854, .817, .788, .868, 1.046, 1.106,
                  .971, .981, 1.047, 1.047, 1.109, 1.078, 1.04, 1.143, 1.133, 1.074, 1.103,
                  1.086}},
        {1.8285, {1.01, 1.043, 1.147, 1.17, 1.021, .937, .981, 1.061, .979, .993, 1.106, 1.111,
                  .955, 1.128, 1.058, .848, .841, .925, .902, .89, 1.014, .933, .927, 1.021}},
        {2.0627, {.839, .714, .733, .676, .714, .66, .684, .855, 1.015, 1.054, 1.125, 1.093,
                  1.06, 1.073, 1.06, 1.047, 1.091, 1.079, 1.007, 1.229, 1.456, 1.402, 1.27,
                  1.063}},
    };
    (void)state;
    for (int k = 0; k < 3; k++) {
        fleet_case f;
        double     mean = 0, top = 0, scheduled = 0;
        memset(&f, 0, sizeof f);
        for (int h = 0; h < 24; h++)
            mean += sets[k].day[h] / 24;
        for (int h = 0; h < WEEK; h++) {
            f.product[0].shape[h] = sets[k].day[h % 24] / mean;
            top = fmax(top, f.product[0].shape[h]);
        }
        f.months = f.products = f.regions = f.gpus = 1;
        f.share[0] = f.derate = f.target = f.input_rate = f.output_rate = f.rent = f.long_run = 1;
        f.product[0].input = 1800;
        f.product[0].output = 1800; /* an hour of a GPU, 1000 of them on average */
        f.product[0].requests[0] = 1000 * FLEET_HOURS;
        f.product[0].peak = sets[k].busiest;
        f.slots = f.api_input = f.api_output = 1;
        for (int scaling = FIXED; scaling <= SCHEDULED; scaling++) {
            f.scaling = scaling;
            world m = open_case(&f);
            run(&m, 1);
            double gpus = figure(&m, 1, "gpu_months");
            scheduled = gpus;
            NEAR(gpus, 1000 * sets[k].busiest / (scaling == FIXED ? 1 : top), 1);
            close_world(&m);
        }
        assert_true(scheduled >= 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fleets),
        cmocka_unit_test(measured_traffic),
    };
    return cmocka_run_group_tests_name("fleets, simulated", tests, NULL, NULL);
}
