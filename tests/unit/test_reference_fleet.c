/* test_reference_fleet.c -- fleets in the naive engine, worked out by hand: cells, limits,
 * overflow and the second routing, start-up, waiting, reserved, spot and owned GPUs, the
 * cost of a token, routers.
 *
 * Every expected number is derived in a comment from docs/model.md, (45)-(51), (58)-(60)
 * and (103)-(108).  Tolerance: 1e-12 relative, unless stated.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "model/reference_fleet.h"
#include "reference_ledger.h"

/* A request of 1000 tokens is one GPU second.  A month has 720 hours, so that 720 L requests
 * are a load of L GPU seconds an hour; a replica, one GPU with half its speed left, takes
 * K = 1800 of them. */
#define BEGIN(months)                                                                    \
    "{'name': 'f', 'clock': {'start': '2027-01', 'months': " months                      \
    ", 'hours_per_month': 720}, 'gpus': {'g': {'usd_per_gpu_hour': 2}},"                 \
    " 'profiles': {'f': {'gpu': 'g', 'input_tokens_per_gpu_s': 1000,"                    \
    "   'output_tokens_per_gpu_s': 1, 'relative_error': 0, 'slots_per_replica': 1}},"
#define PRODUCT(name, requests, more)                                                    \
    "'" name "': {'requests_per_month': " requests ", 'request': {'input_tokens': 1000," \
    "   'output_tokens': 0}" more "}"
/* twelve hours at half the mean and twelve at half more */
#define DAY_AND_NIGHT                                                                    \
    ", 'hour_shape': [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5,"       \
    "                 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]"
#define FLEET                                                                            \
    "'billing': 'fleet', 'profile': 'f', 'slo_derate': 0.5, 'target_utilisation': 1"
#define VENDOR                                                                           \
    "'vendor': {'contracts': {'c': {'billing': 'per_token',"                             \
    "   'usd_per_mtok': {'input': 2, 'output': 0}}}}"
#define STRATEGY "}, 'strategies': {'s': {'all': 'own'}}}"

/* ---- Overflow and the two routings, (58), (105)-(107) --------------------------- */

/* Load 1800 by night and 5400 by day: 1 replica and 3, at most 2.  Scheduled, half an hour
 * ahead: N = 1 (11 hours), 1.5, 2 (12 hours): 36.5/24 on average.  By day 1/3 is too much,
 * which is x = (12 * 1.5 * 1/3)/24 = 1/4 of all: of 3600 * 720 requests 648,000. */
#define LIMITED(fallback)                                                                \
    BEGIN("2") "'products': {" PRODUCT("p", "2592000", DAY_AND_NIGHT) "},"               \
    " 'models': {'own': {" fallback "'contracts': {'c': {" FLEET ","                     \
    "   'scaling': 'scheduled', 'startup_minutes': 30, 'maximum_replicas': 2}}},"        \
    VENDOR STRATEGY

static void what_a_fleet_cannot_take(void **state)
{
    (void)state;
    ledger l = run_text(LIMITED("'fallback': 'vendor', "));
    double rent = 720 * 36.5 / 24 * 2;
    bills_are(&l, rent + 648000 * 0.002, rent + 648000 * 0.002);
    near(find(&l, 0, "fleet")->quantity, 720 * 36.5 / 24);
    near(find(&l, 1, "overflow")->quantity, 648000);
    assert_string_equal(find(&l, 1, "overflow")->rule, "(106)");
    near(l.outcome[DS_OUTCOME_OVERFLOW], 2 * 648000);
    near(l.outcome[DS_OUTCOME_FALLBACK], 2 * 648000);
    near(l.outcome[DS_OUTCOME_UNSERVED], 0);
    near(l.outcome[DS_OUTCOME_GPU_MONTHS], 2 * 36.5 / 24);
    /* 3/4 of 720 GPU-hours are used, and 1944 Mtok are served, in each month */
    near(l.outcome[DS_OUTCOME_UTILISATION], 540 / (720 * 36.5 / 24));
    near(l.outcome[DS_OUTCOME_FLEET_ALLOCATED], rent / 1944);
    near(l.outcome[DS_OUTCOME_FLEET_USED], 540 * 2 / 1944.);

    l = run_text(LIMITED(""));
    bills_are(&l, rent, rent);
    near(l.outcome[DS_OUTCOME_OVERFLOW], 2 * 648000);
    near(l.outcome[DS_OUTCOME_FALLBACK], 0);
    near(l.outcome[DS_OUTCOME_UNSERVED], 2 * 648000);
}

/* Autoscaled: 1 and 3 replicas; those that are called come after a quarter of the first
 * hour, in which one is there: y = 1/4 * (5400 - 1800)/5400 = 1/6, x = 1.5/6/24 = 1/96.
 * After the day the two others stay for half an hour: N = 3 (12 hours), 2, 1 (11 hours). */
static void replicas_that_come_late(void **state)
{
    (void)state;
    ledger l = run_text(
        BEGIN("1") "'products': {" PRODUCT("p", "2592000", DAY_AND_NIGHT) "},"
        " 'models': {'own': {'contracts': {'c': {" FLEET ", 'scaling': 'autoscaled',"
        "   'startup_minutes': 15, 'cooldown_minutes': 30}}}" STRATEGY);
    bills_are(&l, 720 * 49. / 24 * 2);
    near(l.outcome[DS_OUTCOME_UNSERVED], 27000);
    /* on time there is no overflow, and no line of it */
    l = run_text(
        BEGIN("1") "'products': {" PRODUCT("p", "2592000", DAY_AND_NIGHT) "},"
        " 'models': {'own': {'contracts': {'c': {" FLEET ", 'scaling': 'autoscaled',"
        "   'cooldown_minutes': 0}}}" STRATEGY);
    bills_are(&l, 720 * 2 * 2);
    near(l.outcome[DS_OUTCOME_OVERFLOW], 0);
    assert_int_equal(l.rows, 1);
}

/* Load 1800, then 5400: 1 replica, then 3 are needed.  With half again as headroom 2, then
 * ceil(4.5) = 5 are wanted; one is there, one a month can be ordered, and comes two months
 * later: ordered 1 1 1 1 (4 in all) 0; there 1 1 2 3 4 5; in service 1 1 2 3 3 3.
 * What is too much: 2/3, 1/3, 0 of 3,888,000 requests. */
static void capacity_comes_later(void **state)
{
    (void)state;
    ledger l = run_text(
        BEGIN("6") "'products': {" PRODUCT("p", "1296000",
            ", 'growth': {'process': 'series', 'series': [1, 3]}") "},"
        " 'models': {'own': {'contracts': {'c': {" FLEET ", 'capacity': {"
        "   'initial_replicas': 1, 'lead_months': 2, 'most_new_replicas_per_month': 1,"
        "   'headroom_factor': 1.5}}}}" STRATEGY);
    bills_are(&l, 1440, 1440, 2 * 1440, 3 * 1440, 3 * 1440, 3 * 1440);
    near(find(&l, 1, "overflow")->quantity, 2 * 1296000);
    near(find(&l, 2, "overflow")->quantity, 1296000);
    near(l.outcome[DS_OUTCOME_UNSERVED], 3 * 1296000);
}

/* The model is out for half of month 0 when u < 1 - exp(-1): half of 5400 GPU s an hour then
 * reach the fleet, which takes 1800 of either: x = 1/3 or 2/3.  The fallback has staff. */
static void out_and_overflow(void **state)
{
    (void)state;
    fixture f = open_fixture(
        BEGIN("1") "'products': {" PRODUCT("p", "3888000", "") "},"
        " 'models': {'own': {'fallback': 'vendor', 'interruption': {'per_year': 12,"
        "     'months': 0.5}, 'contracts': {'c': {" FLEET ", 'maximum_replicas': 1}}},"
        VENDOR STRATEGY);
    int seen[2] = { 0, 0 };
    for (uint64_t path = 0; path < 16; path++) {
        ledger l = run(f.plan, 5, path, 0);
        bool   out = address("/models/own/interruption#interruption", 5, path, 0, 0) <
                   1 - exp(-1);
        double overflow = out ? 0.5 * 3888000 / 3 : 3888000 * 2 / 3.; /* w (1 - o) x */
        double served = 3888000 / 3.; /* 1800 GPU s in each of 720 hours, out or not */
        near(l.outcome[DS_OUTCOME_OVERFLOW], overflow);
        check_close(l.outcome[DS_OUTCOME_FALLBACK], 3888000 - served, "fallback", __LINE__);
        near(l.bill[0], 1440 + (3888000 - served) * 0.002);
        seen[out]++;
    }
    assert_true(seen[0] > 0 && seen[1] > 0);
    close_fixture(&f);
}

/* ---- Cells, (45), (46), (108) ---------------------------------------------------- */

/* 1000 and 700 GPU s an hour: together one replica of 1800, apart one each. */
#define CELLS(more)                                                                      \
    BEGIN("1") "'products': {" PRODUCT("a", "720000", "") "," PRODUCT("b", "504000", "") \
    "," PRODUCT("nothing", "0", "") "},"                                                 \
    " 'models': {'own': {'contracts': {'c': {" FLEET ", " more "}}}" STRATEGY

static void regions_and_products_apart(void **state)
{
    (void)state;
    const struct {
        const char *text;
        double      gpus, gain;
    } cases[] = {
        { CELLS("'pooling': 'pooled'"), 1, 1 },
        { CELLS("'pooling': 'apart'"), 2, 0 },
        /* 1190 and 510: one each; apart 700, 300, 490, 210 */
        { CELLS("'region_shares': [0.7, 0.3]"), 2, 2 },
        { CELLS("'region_shares': [0.7, 0.3], 'pooling': 'apart'"), 4, 0 },
        { CELLS("'region_shares': [0.7, 0.3], 'spare_replicas': 1"), 4, 4 },
        /* `nothing` has no cell, hence no least fleet */
        { CELLS("'pooling': 'apart', 'minimum_replicas': 3"), 6, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ledger l = run_text(cases[i].text);
        near(l.outcome[DS_OUTCOME_GPU_MONTHS], cases[i].gpus);
        near(l.outcome[DS_OUTCOME_POOLING_GAIN], cases[i].gain);
        near(l.bill[0], cases[i].gpus * 1440);
    }
}

/* Limits are of a cell: apart with one replica each, c of 2700 loses a third, d of 1800
 * nothing; pooled with two the cell has 4500 of 3600, and both lose a fifth. */
static void a_cell_overflows_alone(void **state)
{
    (void)state;
    const char *apart =
        BEGIN("1") "'products': {" PRODUCT("c", "1944000", ", 'value_usd_per_request': 1") ","
        PRODUCT("d", "1296000", ", 'value_usd_per_request': 100") "},"
        " 'models': {'own': {'contracts': {'c': {" FLEET ", 'pooling': 'apart',"
        "   'maximum_replicas': 1}}}" STRATEGY;
    const char *pooled =
        BEGIN("1") "'products': {" PRODUCT("c", "1944000", ", 'value_usd_per_request': 1") ","
        PRODUCT("d", "1296000", ", 'value_usd_per_request': 100") "},"
        " 'models': {'own': {'contracts': {'c': {" FLEET ","
        "   'maximum_replicas': 2}}}" STRATEGY;
    ledger l = run_text(apart);
    near(l.outcome[DS_OUTCOME_OVERFLOW], 648000);
    near(l.outcome[DS_OUTCOME_COST_TOTAL], 2 * 1440 + 648000);
    l = run_text(pooled);
    near(l.outcome[DS_OUTCOME_OVERFLOW], 648000);
    near(l.outcome[DS_OUTCOME_COST_TOTAL], 2 * 1440 + 388800. + 25920000.);
    /* the gain is that of the fleets as they should be: 3 for both, and 2 and 1 apart */
    near(l.outcome[DS_OUTCOME_POOLING_GAIN], 0);
}

/* ---- Waiting, (103) -------------------------------------------------------------- */

static void erlang_by_hand(void **state)
{
    (void)state;
    near(ds_ref_erlang_c(0.5, 1), 0.5);  /* one server: its load */
    near(ds_ref_erlang_c(1, 2), 1. / 3); /* B = (1/2)/(1 + 1 + 1/2) = 1/5 */
    near(ds_ref_erlang_c(2, 3), 4. / 9); /* B = (8/6)/(1 + 2 + 2 + 8/6) = 4/19 */
    near(ds_ref_erlang_c(2, 4), 4. / 23);
    /* far too many slots: 0 or next to it, not NAN */
    assert_true(ds_ref_erlang_c(5, 200) >= 0 && ds_ref_erlang_c(5, 200) < 1e-200);
    /* no jump where Halfin & Whitt take over; their form is right to about 1/sqrt(a) */
    check_near(ds_ref_erlang_c(1e6, 1e6 + 1000) / ds_ref_erlang_c(1e6 * (1 + 1e-15), 1e6 + 1000),
               1, 2e-3, "Halfin & Whitt", __LINE__);
}

/* 7200 GPU s an hour, one slot a replica, derate 1: a = 2 Erlangs, S = 1 s.  Mean wait with
 * c = 3: 4/9 s, with 4: 4/23/2 s.  Share that waits longer than 0.5 s with c = 3:
 * 4/9 exp(-0.5) = 0.2696.  One GPU second takes 2 s in two slots: then a = 4, and 3 replicas
 * have c = 6: B = .8, .6153846, .4507042, .3106796, .1990672, 0.1171624; C = 0.2847557 and
 * the mean wait C * 2 s/(6 - 4) is the same in seconds. */
#define WAITING(slots, waiting)                                                          \
    "{'name': 'w', 'clock': {'start': '2027-01', 'months': 1, 'hours_per_month': 720},"  \
    " 'gpus': {'g': {'usd_per_gpu_hour': 2}},"                                           \
    " 'profiles': {'f': {'gpu': 'g', 'input_tokens_per_gpu_s': 1000,"                    \
    "   'output_tokens_per_gpu_s': 1, 'relative_error': 0, 'slots_per_replica': " slots  \
    "}}, 'products': {" PRODUCT("p", "5184000", "") "},"                                 \
    " 'models': {'own': {'contracts': {'c': {'billing': 'fleet', 'profile': 'f',"        \
    "   'slo_derate': 1, 'waiting': {" waiting "}}}}" STRATEGY

static void replicas_that_keep_a_wait(void **state)
{
    (void)state;
    const struct {
        const char *text;
        double      gpus;
    } cases[] = {
        { WAITING("1", "'seconds': 0.4445"), 3 },
        { WAITING("1", "'seconds': 0.4444"), 4 },
        { WAITING("1", "'seconds': 0.5, 'share': 0.73"), 3 },
        { WAITING("1", "'seconds': 0.5, 'share': 0.7305"), 4 },
        { WAITING("2", "'seconds': 0.2848"), 3 },
        { WAITING("2", "'seconds': 0.2847"), 4 },
        /* psi = (0.5^2 + 1.5^2)/2 = 1.25, z = 1 - 0.75/2.5 = 0.7: 2/0.7 Erlangs; B(4) = 0.190145,
         * B(5) = 0.098005, at 3/0.7 slots 0.157343; C = 0.359042, times 1.25: 0.448803 s with 3 */
        { WAITING("1", "'seconds': 0.4489, 'arrival_cv': 0.5, 'service_cv': 1.5"), 3 },
        { WAITING("1", "'seconds': 0.4488, 'arrival_cv': 0.5, 'service_cv': 1.5"), 4 },
        /* nothing varies: it is enough that there are more slots than the load */
        { WAITING("1", "'seconds': 0.001, 'arrival_cv': 0, 'service_cv': 0"), 3 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        near(run_text(cases[i].text).outcome[DS_OUTCOME_GPU_MONTHS], cases[i].gpus);
}

/* ---- Rented, (47) ---------------------------------------------------------------- */

/* Rent 3.6, 1.8, 0.9 sqrt 2, ...; N = 1 by night, 3 by day.  Two GPUs are reserved for two
 * months at 0.6 of the rent of the first one; of the half GPU beyond, on average, half is
 * spot, there 0.8 of the time: 0.3 on demand at 0.8, 0.2 spot at 0.4 * (1 + 0.1 * 30/60).
 * All times 0.75.  The second term runs on in month 3, when another contract is in force,
 * which costs 1 USD a month.  A tenth comes back. */
static void reserved_and_spot(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'f', 'clock': {'start': '2027-01', 'months': 5, 'hours_per_month': 720},"
        " 'gpus': {'g': {'usd_per_gpu_hour': 3.6, 'long_run_usd_per_gpu_hour': 0.9,"
        "   'reversion_per_year': 8.317766166719343}},"
        " 'profiles': {'f': {'gpu': 'g', 'input_tokens_per_gpu_s': 1000,"
        "   'output_tokens_per_gpu_s': 1, 'relative_error': 0}},"
        "'products': {" PRODUCT("p", "2592000", DAY_AND_NIGHT) "},"
        " 'models': {'own': {'fee_returned_share': 0.1, 'contracts': {'c': {" FLEET ","
        "   'scaling': 'scheduled', 'discount_share': 0.25, 'rent_discount_share': 0.2,"
        "   'reserved': {'gpus': 2, 'discount_share': 0.4, 'term_months': 2},"
        "   'spot': {'share': 0.5, 'discount_share': 0.6, 'unavailable_share': 0.2,"
        "            'interruptions_per_hour': 0.1, 'recovery_minutes': 30}},"
        "  'then': {'from': 3, 'billing': 'hosted_per_token', 'usd_per_mtok': {'input': 0,"
        "     'output': 0}, 'storage_usd_per_month': 1}}}" STRATEGY);
    ledger l = run(f.plan, 1, 0, 0);
    double hours = 720 * 0.75, third = 0.9 * sqrt(2);
    double beyond = 0.3 * 0.8 + 0.2 * 0.4 * 1.05;
    bills_are(&l, 0.9 * hours * (3.6 * 1.2 + 3.6 * beyond),
              0.9 * hours * (3.6 * 1.2 + 1.8 * beyond),
              0.9 * hours * (third * 1.2 + third * beyond), 0.9 * (1 + hours * third * 1.2), 0.9);
    near(find(&l, 1, "reserved GPUs")->quantity, 1440);
    near(find(&l, 1, "spot GPUs")->quantity, 144);
    near(find(&l, 1, "GPUs on demand")->quantity, 216);
    /* paid for: mean of max(N, 2) = 2.5, then the two reserved ones */
    near(l.outcome[DS_OUTCOME_GPU_MONTHS], 3 * 2.5 + 2);
    near(l.outcome[DS_OUTCOME_UTILISATION], 3. / 9.5); /* 720 GPU-hours are used a month */
    /* (107): all four months over the tokens of three; used: 1/2.5 of the first three */
    double paid = hours * (3.6 * 2.4 + 5.4 * beyond + third * (2.4 + beyond));
    near(l.outcome[DS_OUTCOME_FLEET_ALLOCATED], paid / (3 * 2592));
    near(l.outcome[DS_OUTCOME_FLEET_USED], (paid - hours * third * 1.2) / 2.5 / (3 * 2592));
    close_fixture(&f);
}

/* ---- Owned, (48) ----------------------------------------------------------------- */

/* Needed 1 2 2 1, life 2 months: bought 1, 1, 1 (one of two is worn out), 0; sold 1 in
 * months 2 and 3 at 250; owned 1 2 2 1.  At the horizon (T = 4) the GPU of month 2 is worn
 * out, and worth 0.25 of its price.  Power 720 * 0.5 kW * 1.5 * 0.1 = 54 a GPU. */
static void bought_and_sold(void **state)
{
    (void)state;
    ledger l = run_text(
        BEGIN("4") "'products': {" PRODUCT("p", "1296000",
            ", 'growth': {'process': 'series', 'series': [1, 2, 2, 1]}") "},"
        " 'models': {'own': {'contracts': {'c': {" FLEET ", 'owned': {'usd_per_gpu': 1000,"
        "   'life_months': 2, 'residual_share': 0.25, 'horizon_value': 'straight_line',"
        "   'kilowatts_per_gpu': 0.5, 'pue': 1.5, 'usd_per_kwh': 0.1,"
        "   'colocation_usd_per_gpu_month': 10}}}}" STRATEGY);
    bills_are(&l, 1000 + 64, 1000 + 128, 1000 + 128 - 250, 64 - 250 - 250);
    near(find(&l, 3, "sale of GPUs")->amount_usd, -250);
    near(find(&l, 3, "GPUs at the horizon")->amount_usd, -250);
    near(l.outcome[DS_OUTCOME_GPU_MONTHS], 6);
}

/* Bought 1 in month 0 for 3 months; another contract from month 1, the run ends after
 * month 1: 1 - 0.75 * 2/3 = 0.5 of the price is credited although the contract has ended. */
static void worth_of_what_is_left(void **state)
{
    (void)state;
    ledger l = run_text(
        BEGIN("2") "'products': {" PRODUCT("p", "1296000", "") "},"
        " 'models': {'own': {'contracts': {'c': {" FLEET ", 'owned': {'usd_per_gpu': 1000,"
        "   'life_months': 3, 'residual_share': 0.25, 'horizon_value': 'straight_line',"
        "   'kilowatts_per_gpu': 0}},"
        "  'd': {'from': 1, 'billing': 'per_token', 'usd_per_mtok': {'input': 0,"
        "     'output': 0}}}}" STRATEGY);
    bills_are(&l, 1000, -500);
    near(l.outcome[DS_OUTCOME_FLEET_ALLOCATED], 500 / 1296.);
}

/* ---- Cascades and routers before a fleet, (60) ----------------------------------- */

/* a = 0.9, d = 0.8, f = 0.1: e = 0.1 * 0.8 + 0.9 * 0.1 = 0.17, and 0.02 bad answers that
 * nobody caught.  Half of what reaches the fleet is too much in the cascade: w = 2,592,000
 * requests against 1800 GPU s an hour. */
#define ESCALATING(escalate, most)                                                       \
    BEGIN("1") "'products': {" PRODUCT("p", "2592000", "") "},"                          \
    " 'models': {'own': {'fallback': 'vendor', 'verifier': {'detected_share': 0.8,"      \
    "     'false_alarm_share': 0.1, 'usd_per_request': 0.001},"                          \
    "   'router': {'detected_share': 0.8, 'false_alarm_share': 0.1,"                     \
    "     'usd_per_request': 0.0001},"                                                   \
    "   'quality': {'general': {'acceptable_share': 0.9}},"                              \
    "   'contracts': {'c': {" FLEET most "}}}," VENDOR "},"                              \
    " 'strategies': {'s': {'all': 'vendor', 'routes': {'p': {'own': {'share': 1,"        \
    "   'escalate_to': 'vendor', 'escalate': '" escalate "'}}}}}}"

static void cascade_and_router(void **state)
{
    (void)state;
    const double w = 2592000;
    ledger l = run_text(ESCALATING("after_answer", ""));
    near(amount(&l, 0, "verifier"), w * 0.001);
    near(amount(&l, 0, "router"), 0);
    bills_are(&l, 2 * 1440 + w * 0.001 + 0.17 * w * 0.002);
    near(l.outcome[DS_OUTCOME_BAD_ANSWERS], 0.02 * w);
    near(l.outcome[DS_OUTCOME_ESCALATED], 0.17);
    /* half is served and checked, the rest goes to the fallback unchecked */
    l = run_text(ESCALATING("after_answer", ", 'maximum_replicas': 1"));
    bills_are(&l, 1440 + w / 2 * 0.001 + (w / 2 + 0.17 * w / 2) * 0.002);
    near(l.outcome[DS_OUTCOME_BAD_ANSWERS], 0.01 * w);
    near(l.outcome[DS_OUTCOME_ESCALATED], 0.085);
    near(l.outcome[DS_OUTCOME_FALLBACK], w / 2);
    near(l.outcome[DS_OUTCOME_OVERFLOW], w / 2);

    /* a router: 0.83 w reach the fleet, 2988 GPU s an hour for which two GPUs are enough */
    l = run_text(ESCALATING("before_answer", ""));
    near(amount(&l, 0, "router"), w * 0.0001);
    bills_are(&l, 2 * 1440 + w * 0.0001 + 0.17 * w * 0.002);
    near(l.outcome[DS_OUTCOME_BAD_ANSWERS], 0.02 * w);
    near(l.outcome[DS_OUTCOME_ESCALATED], 0.17);
    near(l.outcome[DS_OUTCOME_UTILISATION], 0.83 / 2);
    /* with one, 1800/2988 of them are served, and as much of the bad answers is given */
    l = run_text(ESCALATING("before_answer", ", 'maximum_replicas': 1"));
    double taken = 1800 / 2988.;
    near(l.outcome[DS_OUTCOME_OVERFLOW], 0.83 * w * (1 - taken));
    bills_are(&l, 1440 + w * 0.0001 + (0.17 + 0.83 * (1 - taken)) * w * 0.002);
    near(l.outcome[DS_OUTCOME_BAD_ANSWERS], 0.02 * w * taken);
    near(l.outcome[DS_OUTCOME_ESCALATED], 0.17);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_fleet_cannot_take),
        cmocka_unit_test(replicas_that_come_late),
        cmocka_unit_test(capacity_comes_later),
        cmocka_unit_test(out_and_overflow),
        cmocka_unit_test(regions_and_products_apart),
        cmocka_unit_test(a_cell_overflows_alone),
        cmocka_unit_test(erlang_by_hand),
        cmocka_unit_test(replicas_that_keep_a_wait),
        cmocka_unit_test(reserved_and_spot),
        cmocka_unit_test(bought_and_sold),
        cmocka_unit_test(worth_of_what_is_left),
        cmocka_unit_test(cascade_and_router),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
