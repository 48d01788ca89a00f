/* test_fleet_kernel.c -- fleets of the fast engine: sizes, bills and what overflows,
 * worked out by hand, and that no request is lost on the way.
 *
 * The scenarios are made so that a request takes one GPU second and a month has 720
 * hours: 2,592,000 requests a month are the load of one GPU, and 25.92 million of ten.
 *
 * Tolerance 1e-12 unless a line says otherwise: sums over 168 hours, and divisions.
 * Reference values are the arithmetic in the comments; that of waiting is published.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "model_help.h"

#define TEN "25.92e6" /* requests of ten GPUs                                        */
#define FIVE "12.96e6"
#define GPU_HOURS 720.0

/* The parts of a scenario; NULL: as in the comment. */
typedef struct {
    int         months;
    const char *gpu;      /* {'usd_per_gpu_hour': 2}                                  */
    const char *profile;  /* more members                                             */
    const char *products; /* p, ten GPUs                                              */
    const char *margins;  /* none: derate and utilisation of 1                        */
    const char *fleet;    /* more members of the contract                             */
    const char *model;    /* more members of the model                                */
    const char *models;   /* more models                                              */
    const char *strategies;
} parts;

static const char *either(const char *text, const char *otherwise)
{
    return text != NULL ? text : otherwise;
}

#define REQUEST "'request': {'input_tokens': 1000, 'output_tokens': 0}"
#define PRODUCT(requests, more) "{'requests_per_month': " requests ", " REQUEST more "}"

static world open_parts(parts p)
{
    static char text[16384];
    int length = snprintf(
        text, sizeof text,
        "{'name': 'fleet', 'clock': {'start': '2026-07', 'months': %d, 'hours_per_month': 720},"
        " 'discount_rate_per_year': 0, 'gpus': {'g': %s},"
        " 'profiles': {'f': {'gpu': 'g', 'input_tokens_per_gpu_s': 1000,"
        "   'output_tokens_per_gpu_s': 1000, 'relative_error': 0 %s}},"
        " 'products': {%s}, 'models': {'m': {'contracts': {'c': {'billing': 'fleet',"
        "   'profile': 'f' %s %s}} %s} %s},"
        " 'strategies': {%s}}",
        p.months > 0 ? p.months : 1, either(p.gpu, "{'usd_per_gpu_hour': 2}"),
        either(p.profile, ""), either(p.products, "'p': " PRODUCT(TEN, "")),
        either(p.margins, ", 'slo_derate': 1, 'target_utilisation': 1"), either(p.fleet, ""),
        either(p.model, ""), either(p.models, ""), either(p.strategies, "'s': {'all': 'm'}"));
    assert_true(length > 0 && (size_t)length < sizeof text);
    world m = open_text(text);
    run(&m, 2);
    return m;
}

static void expect_gpus(parts p, double want)
{
    world m = open_parts(p);
    CLOSE(figure(&m, 0, "gpu_months"), want, 1e-12);
    close_world(&m);
}

/* ---- sizes: (45), (46), (105), (108) ------------------------------------------------ */

static void cells(void **state)
{
    (void)state;
    expect_gpus((parts){0}, 10);
    /* ceil(10/0.7/0.5) = ceil(28.57) replicas, two more */
    expect_gpus((parts){.margins = ", 'slo_derate': 0.7, 'target_utilisation': 0.5",
                        .fleet = ", 'spare_replicas': 2"}, 31);
    /* of four GPUs: ceil(2.5) */
    expect_gpus((parts){.profile = ", 'gpus_per_replica': 4"}, 12);
    /* 5.5, 2.5, 2 replicas; one more each; three at least, before that one */
    expect_gpus((parts){.fleet = ", 'region_shares': [0.55, 0.25, 0.2], 'spare_replicas': 1,"
                                 " 'minimum_replicas': 3"}, 7 + 4 + 4);
    /* alike: 2.5 replicas four times */
    expect_gpus((parts){.fleet = ", 'region_shares': [0.25, 0.25, 0.25, 0.25]"}, 12);
}

#define HALVES(more)                                                                     \
    "'a': " PRODUCT("6.48e6", more) ", 'b': " PRODUCT("6.48e6", more)                    \
    ", 'none': " PRODUCT("0", more)

/* Two products of 2.5 GPUs: 3 each, or 5 together; a third one has no requests.  With
 * regions of 0.6 and 0.4: 3 and 2 together; 1.5 and 1 each apart, so 2 * (2 + 1). */
static void pooling(void **state)
{
    (void)state;
    world m = open_parts((parts){.months = 2, .products = HALVES("")});
    CLOSE(figure(&m, 0, "gpu_months"), 2 * 5, 1e-12);
    CLOSE(figure(&m, 0, "pooling_gain_gpu_months"), 2 * 1, 1e-12);
    close_world(&m);
    m = open_parts((parts){.products = HALVES(""), .fleet = ", 'pooling': 'apart'"});
    CLOSE(figure(&m, 0, "gpu_months"), 6, 1e-12);
    assert_true(figure(&m, 0, "pooling_gain_gpu_months") == 0);
    close_world(&m);
    m = open_parts((parts){.products = HALVES(""), .fleet = ", 'region_shares': [0.6, 0.4]"});
    CLOSE(figure(&m, 0, "gpu_months"), 5, 1e-12);
    CLOSE(figure(&m, 0, "pooling_gain_gpu_months"), 1, 1e-12);
    close_world(&m);
    /* a limit does not count: 5 GPUs are needed, whatever there is */
    m = open_parts((parts){.products = HALVES(""), .fleet = ", 'maximum_replicas': 3"});
    CLOSE(figure(&m, 0, "gpu_months"), 3, 1e-12);
    CLOSE(figure(&m, 0, "pooling_gain_gpu_months"), 1, 1e-12);
    close_world(&m);
}

/* Half the mean in the first twelve hours of a day, half more in the others: of ten GPUs
 * 5 and 15. */
#define A_HALF "0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5"
#define HALF_MORE "1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5"
#define DAY ", 'hour_shape': [" A_HALF ", " HALF_MORE "]"
#define NIGHT ", 'hour_shape': [" HALF_MORE ", " A_HALF "]"
#define BY_DAY "'p': " PRODUCT(TEN, DAY)

static void hours(void **state)
{
    (void)state;
    expect_gpus((parts){.products = BY_DAY}, 15);
    expect_gpus((parts){.products = BY_DAY, .fleet = ", 'scaling': 'scheduled'"}, 10);
    /* a peak of twice the mean: all hours times 2/1.5: 6.67, 20 */
    expect_gpus((parts){.products = "'p': " PRODUCT(TEN, DAY ", 'peak_to_mean': 2")}, 20);
    expect_gpus((parts){.products = "'p': " PRODUCT(TEN, DAY ", 'peak_to_mean': 2"),
                        .fleet = ", 'scaling': 'scheduled'"}, (7 + 20) / 2.0);
    /* ten replicas start once a day, half an hour early */
    expect_gpus((parts){.products = BY_DAY,
                        .fleet = ", 'scaling': 'scheduled', 'startup_minutes': 30"},
                10 + 10 * 0.5 / 24);
    /* ten are given up once a day, a quarter of an hour late */
    expect_gpus((parts){.products = BY_DAY,
                        .fleet = ", 'scaling': 'autoscaled', 'cooldown_minutes': 15"},
                10 + 10 * 0.25 / 24);
    /* one product by day and one by night: 2.5 and 7.5 each, 10 together in any hour;
     * apart 3 and 8 */
    static const char both[] = "'d': " PRODUCT(FIVE, DAY) ", 'n': " PRODUCT(FIVE, NIGHT);
    expect_gpus((parts){.products = both}, 10);
    world m = open_parts((parts){.products = both, .fleet = ", 'scaling': 'scheduled'"});
    CLOSE(figure(&m, 0, "gpu_months"), 10, 1e-12);
    CLOSE(figure(&m, 0, "pooling_gain_gpu_months"), 1, 1e-12);
    close_world(&m);
    /* apart they start five each, half an hour early: 11 + 2 * 5 * 0.5/24 */
    m = open_parts((parts){.products = both,
                           .fleet = ", 'scaling': 'scheduled', 'startup_minutes': 30"});
    CLOSE(figure(&m, 0, "pooling_gain_gpu_months"), 1 + 5 / 24.0, 1e-12);
    close_world(&m);
}

/* 200 calls an hour of three minutes, 80 % answered in 20 seconds: 14 agents, in many
 * tables of call centres (10 Erlangs: service level 0.798 with 13, 0.888 with 14).  Apart
 * two halves of 5 Erlangs need 8 each (0.834; with 7 it is 0.662). */
static void waiting(void **state)
{
    (void)state;
    static const char calls[] =
        "'a': {'requests_per_month': 72000, 'request': {'input_tokens': 180000,"
        " 'output_tokens': 0}}, 'b': {'requests_per_month': 72000, 'request':"
        " {'input_tokens': 180000, 'output_tokens': 0}}";
    world m = open_parts((parts){.products = calls, .profile = ", 'slots_per_replica': 1",
                                 .fleet = ", 'waiting': {'seconds': 20, 'share': 0.8}"});
    CLOSE(figure(&m, 0, "gpu_months"), 14, 1e-12);
    CLOSE(figure(&m, 0, "pooling_gain_gpu_months"), 2, 1e-12);
    close_world(&m);
}

/* ---- what is paid: (47), (48), (107) ------------------------------------------------- */

/* Rent falls from 4 by half of the way to 1 each month, in logarithms: 4, 2, 2^0.5, 2^0.25.
 * exp(-12 ln 2/12) = 1/2. */
#define FALLING                                                                          \
    "{'usd_per_gpu_hour': 4, 'long_run_usd_per_gpu_hour': 1,"                            \
    " 'reversion_per_year': 8.317766166719343}"

/* Six of ten GPUs reserved for three months at three quarters of the first month's rent;
 * after two months another contract follows, free of charge, and the term runs on. */
static void reserved(void **state)
{
    (void)state;
    world m = open_parts((parts){
        .months = 4, .gpu = FALLING,
        .fleet = ", 'rent_discount_share': 0.1, 'reserved': {'gpus': 6, 'discount_share': 0.25,"
                 " 'term_months': 3}}, 'd': {'from': 2, 'billing': 'per_token',"
                 " 'usd_per_mtok': {'input': 0, 'output': 0}"});
    CLOSE(bill(&m, 0, 0), GPU_HOURS * (6 * 4 * 0.75 + 4 * 4 * 0.9), 1e-12);
    CLOSE(bill(&m, 0, 1), GPU_HOURS * (6 * 4 * 0.75 + 4 * 2 * 0.9), 1e-12);
    CLOSE(bill(&m, 0, 2), GPU_HOURS * 6 * 4 * 0.75, 1e-12);
    assert_true(bill(&m, 0, 3) == 0);
    CLOSE(figure(&m, 0, "gpu_months"), 10 + 10 + 6, 1e-12);
    CLOSE(figure(&m, 0, "fleet_utilisation"), 20 / 26.0, 1e-12);
    close_world(&m);
    /* 12 reserved, 5 and 15 needed: 12 and 15 paid for; the second term at its own rent */
    m = open_parts((parts){
        .months = 2, .gpu = FALLING, .products = BY_DAY,
        .fleet = ", 'scaling': 'scheduled', 'reserved': {'gpus': 12, 'term_months': 1}"});
    CLOSE(bill(&m, 0, 0), GPU_HOURS * 4 * (12 + 1.5), 1e-12);
    CLOSE(bill(&m, 0, 1), GPU_HOURS * 2 * (12 + 1.5), 1e-12);
    CLOSE(figure(&m, 0, "gpu_months"), 2 * 13.5, 1e-12);
    close_world(&m);
}

/* Half spot: of it a tenth at the price on demand, the rest at 0.4 and a hundredth more
 * for 0.05 interruptions an hour of 12 minutes each. */
static void spot(void **state)
{
    (void)state;
    world m = open_parts((parts){
        .fleet = ", 'discount_share': 0.2, 'rent_discount_share': 0.5, 'spot': {'share': 0.5,"
                 " 'discount_share': 0.6, 'unavailable_share': 0.1,"
                 " 'interruptions_per_hour': 0.05, 'recovery_minutes': 12}"});
    CLOSE(bill(&m, 0, 0),
          GPU_HOURS * 10 * 1.6 * (0.5 * 0.5 + 0.5 * (0.1 * 0.5 + 0.9 * 0.4 * 1.01)), 1e-12);
    close_world(&m);
}

/* 10, 20, 10, 10 GPUs that live for two months: 10 and 10 bought; those of month 0 sold in
 * month 2, for 30 %, and nothing bought; those of month 1 sold in month 3, and 10 bought,
 * half worn at the end of it: 1 - 0.7/2.  Power 0.5 kW * 1.2 * 0.1 USD/kWh * 720 h = 43.2 and
 * space 100 a GPU. */
static void owned(void **state)
{
    (void)state;
    parts p = {
        .months = 4,
        .products = "'p': {'requests_per_month': " TEN ", 'growth': {'process': 'series',"
                    " 'series': [1, 2, 1]}, " REQUEST "}",
        .fleet = ", 'owned': {'usd_per_gpu': 1000, 'life_months': 2, 'kilowatts_per_gpu': 0.5,"
                 " 'pue': 1.2, 'colocation_usd_per_gpu_month': 100, 'residual_share': 0.3,"
                 " 'horizon_value': 'straight_line'}"};
    world m = open_parts(p);
    CLOSE(bill(&m, 0, 0), 10 * 1143.2, 1e-12);
    CLOSE(bill(&m, 0, 1), 10 * 1000 + 20 * 143.2, 1e-12);
    CLOSE(bill(&m, 0, 2), 10 * 143.2 - 10 * 300, 1e-12);
    CLOSE(bill(&m, 0, 3), 10 * 1143.2 - 10 * 300 - 10 * 650, 1e-12);
    CLOSE(figure(&m, 0, "gpu_months"), 50, 1e-12);
    close_world(&m);
    /* what lives longer than the run: 20 GPUs of ages 4 and 3 of 8 months */
    p.fleet = ", 'owned': {'usd_per_gpu': 1000, 'life_months': 8, 'kilowatts_per_gpu': 0,"
              " 'residual_share': 0.3, 'horizon_value': 'straight_line'}";
    m = open_parts(p);
    CLOSE(figure(&m, 0, "cost_total_usd"),
          20e3 - 1e4 * (1 - 0.7 * 4 / 8) - 1e4 * (1 - 0.7 * 3 / 8), 1e-12);
    close_world(&m);
}

/* 20 GPUs half used, 100,000 USD of staff: 25,920 Mtok. */
static void per_token(void **state)
{
    (void)state;
    world m = open_parts((parts){.margins = ", 'slo_derate': 1, 'target_utilisation': 0.5",
                                 .fleet = ", 'staff_usd_per_month': 1e5"});
    CLOSE(figure(&m, 0, "fleet_allocated_usd_per_mtok"), (28800 + 1e5) / 25920, 1e-12);
    CLOSE(figure(&m, 0, "fleet_used_usd_per_mtok"), (28800 + 1e5) / 2 / 25920, 1e-12);
    CLOSE(figure(&m, 0, "fleet_utilisation"), 0.5, 1e-12);
    close_world(&m);
    m = open_parts((parts){.products = "'p': " PRODUCT("0", "")});
    ds_statistics none = statistics_of(&m, 0, "fleet_allocated_usd_per_mtok");
    assert_true(none.share_undefined.value == 1);
    close_world(&m);
}

/* ---- what overflows: (104), (106), (58) ----------------------------------------------- */

/* Another model at 1 USD a request. */
#define OTHER                                                                            \
    ", 'o': {'contracts': {'c': {'billing': 'per_token', 'usd_per_request': 1,"          \
    " 'usd_per_mtok': {'input': 0, 'output': 0}}}}"
#define TO_OTHER ", 'fallback': 'o'"

/* Ten replicas needed, four there; three can be ordered each month, and come after two:
 * 4, 4, 7, 10, 10. */
static void capacity(void **state)
{
    (void)state;
    static const char grows[] =
        ", 'capacity': {'initial_replicas': 4, 'lead_months': 2,"
        " 'most_new_replicas_per_month': 3}";
    static const double there[] = {4, 4, 7, 10, 10};
    world m = open_parts((parts){.months = 5, .fleet = grows, .model = TO_OTHER, .models = OTHER});
    for (size_t t = 0; t < 5; t++)
        CLOSE(bill(&m, 0, t), there[t] * 2 * GPU_HOURS + 25.92e6 * (10 - there[t]) / 10, 1e-12);
    CLOSE(figure(&m, 0, "overflow_requests"), 25.92e6 * 1.5, 1e-12);
    CLOSE(figure(&m, 0, "fallback_requests"), 25.92e6 * 1.5, 1e-12);
    assert_true(figure(&m, 0, "unserved_requests") == 0);
    CLOSE(figure(&m, 0, "gpu_months"), 35, 1e-12);
    CLOSE(figure(&m, 0, "fleet_utilisation"), 1, 1e-12);
    close_world(&m);
    /* nothing there, nothing comes: all overflows, to nobody */
    m = open_parts((parts){.months = 2, .fleet = ", 'capacity': {'lead_months': 2}"});
    assert_true(figure(&m, 0, "unserved_requests") == 2 * 25.92e6);
    assert_true(figure(&m, 0, "fallback_requests") == 0);
    assert_true(figure(&m, 0, "gpu_months") == 0 && bill(&m, 0, 1) == 0);
    assert_true(statistics_of(&m, 0, "fleet_used_usd_per_mtok").share_undefined.value == 1);
    close_world(&m);
    /* headroom: for 1.25 * 10, at once; no more than 11 in all */
    m = open_parts((parts){
        .months = 2, .fleet = ", 'maximum_replicas': 11, 'capacity': {'headroom_factor': 1.25}",
        .products = "'p': {'requests_per_month': " TEN ", 'growth': {'process': 'series',"
                    " 'series': [1, 1.3]}, " REQUEST "}"});
    CLOSE(figure(&m, 0, "gpu_months"), 10 + 11, 1e-12);
    CLOSE(figure(&m, 0, "unserved_requests"), 2 * 2.592e6, 1e-12);
    close_world(&m);
}

/* At most 12 of 5 and 15 replicas: a fifth of the load of the busy hours, which is three
 * quarters of all.  Two products, one by day and one by night, with 7.5 in their busy
 * hours and at most 6 each, apart: the same. */
static void maximum(void **state)
{
    (void)state;
    static const char *const scaling[] = {"static", "scheduled", "autoscaled"};
    static const double      gpus[] = {12, 8.5, 8.5};
    for (int k = 0; k < 3; k++) {
        char fleet[128];
        snprintf(fleet, sizeof fleet, ", 'maximum_replicas': 12, 'scaling': '%s'", scaling[k]);
        world m = open_parts((parts){.products = BY_DAY, .fleet = fleet, .model = TO_OTHER,
                                     .models = OTHER});
        CLOSE(figure(&m, 0, "gpu_months"), gpus[k], 1e-12);
        CLOSE(figure(&m, 0, "overflow_requests"), 25.92e6 * 0.75 / 5, 1e-12);
        CLOSE(bill(&m, 0, 0), gpus[k] * 2 * GPU_HOURS + 25.92e6 * 0.15, 1e-12);
        close_world(&m);
    }
    world m = open_parts(
        (parts){.products = "'d': " PRODUCT(FIVE, DAY) ", 'n': " PRODUCT(FIVE, NIGHT),
                .fleet = ", 'maximum_replicas': 6, 'pooling': 'apart'"});
    CLOSE(figure(&m, 0, "unserved_requests"), 25.92e6 * 0.15, 1e-12);
    close_world(&m);
    /* pooled and of 9, they need 10 in any hour: a tenth of both */
    m = open_parts((parts){.products = "'d': " PRODUCT(FIVE, DAY) ", 'n': " PRODUCT(FIVE, NIGHT),
                           .fleet = ", 'maximum_replicas': 9"});
    CLOSE(figure(&m, 0, "unserved_requests"), 25.92e6 * 0.1, 1e-12);
    close_world(&m);
}

/* In the first hour of the day half an hour with 5 of 15 replicas: two thirds of half of
 * the requests of that hour, 1.5 of 24. */
static void autoscaled(void **state)
{
    (void)state;
    world m = open_parts((parts){
        .products = BY_DAY, .model = TO_OTHER, .models = OTHER,
        .fleet = ", 'scaling': 'autoscaled', 'startup_minutes': 30, 'cooldown_minutes': 15"});
    const double over = 25.92e6 * 1.5 / 24 * 0.5 * 2 / 3;
    CLOSE(figure(&m, 0, "overflow_requests"), over, 1e-12);
    CLOSE(figure(&m, 0, "gpu_months"), 10 + 10 * 0.25 / 24, 1e-12);
    CLOSE(bill(&m, 0, 0), (10 + 10 * 0.25 / 24) * 2 * GPU_HOURS + over, 1e-12);
    /* what it does not serve is no use of it */
    CLOSE(figure(&m, 0, "fleet_utilisation"),
          10 * (1 - over / 25.92e6) / (10 + 10 * 0.25 / 24), 1e-12);
    close_world(&m);
}

/* Of ten GPUs four: 0.6 overflow, but in a month that is half out a fifth of the half that
 * comes.  How many such months there are, n, a random number says: what moved less what
 * overflowed is n/2 months. */
static void out_and_over(void **state)
{
    (void)state;
    world m = open_parts((parts){
        .months = 12, .fleet = ", 'maximum_replicas': 4", .models = OTHER,
        .model = TO_OTHER ", 'interruption': {'per_year': 4, 'months': 0.5}"});
    const double over = figure(&m, 0, "overflow_requests") / 25.92e6;
    const double moved = figure(&m, 0, "fallback_requests") / 25.92e6;
    const double n = round(2 * (moved - over));
    assert_true(n > 0); /* else the test says nothing */
    CLOSE(moved - over, n / 2, 1e-12);
    CLOSE(over, 0.6 * (12 - n) + 0.1 * n, 1e-12);
    close_world(&m);
}

/* ---- conservation ---------------------------------------------------------------------- */

/* Every request is answered or lost, and in a cascade those that are escalated once more:
 * with a dollar for each answer and GPUs for nothing, answers + unserved = requests +
 * escalated.  What a router sends on has one answer.  Students on fleets of every kind,
 * outages and fallbacks, over 512 futures; 1e-11 for the sums of all months. */
#define STUDENT(fleet, more)                                                             \
    "{'teacher': 'large', 'fallback': 'spare', 'interruption': {'per_year': 2,"          \
    " 'months': 0.4}, 'quality': {'general': {'acceptable_share': 0.8}},"                \
    " 'verifier': {'detected_share': 0.7, 'false_alarm_share': 0.1},"                    \
    " 'router': {'detected_share': 0.6, 'false_alarm_share': 0.2},"                      \
    " 'project': {'royalty_usd_per_mtok': 1000, 'lead_months': {'p10': 1, 'p90': 5}},"   \
    " 'contracts': {'c': {'billing': 'fleet', 'profile': 'f', 'rent_discount_share': 1"  \
    fleet "}}" more "}"

static const char busy_town[] =
    "{'name': 'conservation', 'clock': {'start': '2026-07', 'months': 24},"
    " 'gpus': {'g': {'usd_per_gpu_hour': 2}},"
    " 'profiles': {'f': {'gpu': 'g', 'input_tokens_per_gpu_s': 1000,"
    "   'output_tokens_per_gpu_s': 1000}},"
    " 'products': {"
    "  'a': {'requests_per_month': {'p10': 1e7, 'p90': 4e7}, " REQUEST DAY ","
    "    'growth': {'per_year': 0.5, 'volatility_per_sqrt_year': 0.4}},"
    "  'b': {'requests_per_month': {'p10': 5e6, 'p90': 2e7}, " REQUEST NIGHT "},"
    "  'c': {'requests_per_month': 3e6, " REQUEST "}},"
    " 'models': {"
    "  'large': {'fallback': 'spare', 'interruption': {'per_year': 1, 'months': 0.5},"
    "    'contracts': {'c': {'billing': 'per_token', 'usd_per_request': 1,"
    "    'usd_per_mtok': {'input': 0, 'output': 0}}}},"
    "  'spare': {'interruption': {'per_year': 1, 'months': 0.3},"
    "    'contracts': {'c': {'billing': 'per_token', 'usd_per_request': 1,"
    "    'usd_per_mtok': {'input': 0, 'output': 0}}}},"
    "  'one': " STUDENT(", 'maximum_replicas': 9, 'scaling': 'scheduled'", "") ","
    "  'two': " STUDENT(", 'scaling': 'autoscaled', 'startup_minutes': 20,"
                        " 'region_shares': [0.5, 0.3, 0.2], 'pooling': 'apart'", "") ","
    "  'three': " STUDENT(", 'capacity': {'initial_replicas': 1, 'lead_months': 3,"
                          " 'most_new_replicas_per_month': 2}", "") "},"
    " 'strategies': {"
    "  'stay': {'all': 'large'},"
    "  'cascade': {'all': 'large', 'start': {'one': 0, 'two': 1},"
    "    'routes': {'*': {'one': {'share': 0.5, 'escalate_to': 'large', 'ramp_months': 4},"
    "      'two': {'share': 0.3, 'escalate_to': 'large'}}}},"
    "  'router': {'all': 'large', 'start': {'two': 0, 'three': 0},"
    "    'routes': {'a': {'two': {'share': 0.7, 'escalate_to': 'large',"
    "      'escalate': 'before_answer'}},"
    "      '*': {'three': {'share': 0.9, 'escalate_to': 'large',"
    "      'escalate': 'before_answer'}}}},"
    "  'all': {'all': 'large', 'start': {'one': 0, 'two': 0, 'three': 0},"
    "    'routes': {'*': {'one': {'share': 0.3}, 'two': {'share': 0.3},"
    "      'three': {'share': 0.4}}}}}}";

static void conservation(void **state)
{
    (void)state;
    enum { PATHS = 512, CASCADE = 1 };
    world m = open_text(busy_town);
    run(&m, PATHS);
    double overflow = 0, escalated = 0, lost = 0;
    for (size_t s = 0; s < 4; s++) {
        const double *answers = ds_result_column(m.result, s, outcome_index("cost_total_usd"));
        const double *unserved =
            ds_result_column(m.result, s, outcome_index("unserved_requests"));
        const double *share = ds_result_column(m.result, s, outcome_index("escalated_share"));
        const double *over = ds_result_column(m.result, s, outcome_index("overflow_requests"));
        const double *stay = ds_result_column(m.result, 0, outcome_index("cost_total_usd"));
        const double *stay_lost =
            ds_result_column(m.result, 0, outcome_index("unserved_requests"));
        for (size_t i = 0; i < PATHS; i++) {
            const double requests = stay[i] + stay_lost[i];
            const double again = share[i] * (requests - unserved[i]);
            CLOSE(answers[i] + unserved[i], requests + (s == CASCADE ? again : 0), 1e-11);
            overflow += over[i];
            escalated += again;
            lost += unserved[i];
        }
    }
    assert_true(overflow > 0 && escalated > 0 && lost > 0); /* else it says nothing */
    close_world(&m);
}

/* A path is the same whatever others are in its block: what overflows elsewhere must not
 * change a last bit here.  Two paths alone, and the same two among 512. */
static void alone(void **state)
{
    (void)state;
    world m = open_text(busy_town);
    ds_result *few = run_of(&m, 2, 1, 1), *many = run_of(&m, 512, 1, 1);
    for (size_t s = 0; s < 4; s++)
        for (size_t k = 0; k < ds_outcome_count(); k++)
            assert_memory_equal(ds_result_column(few, s, k), ds_result_column(many, s, k),
                                2 * sizeof(double));
    ds_result_free(few);
    ds_result_free(many);
    close_world(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells),      cmocka_unit_test(pooling),      cmocka_unit_test(hours),
        cmocka_unit_test(waiting),    cmocka_unit_test(reserved),     cmocka_unit_test(spot),
        cmocka_unit_test(owned),      cmocka_unit_test(per_token),    cmocka_unit_test(capacity),
        cmocka_unit_test(maximum),    cmocka_unit_test(autoscaled),
        cmocka_unit_test(out_and_over),
        cmocka_unit_test(conservation), cmocka_unit_test(alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
