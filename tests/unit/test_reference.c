/* test_reference.c -- the naive engine's bills against ledgers worked out by hand.
 *
 * Every expected number is derived in a comment from docs/model.md; the device that
 * recurs is a request of 10^6 input tokens, so that a price in USD/Mtok is one in
 * USD/request.  Tolerance: 1e-12 relative, unless stated.  Nothing here is
 * statistical: no test can fail by chance.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "reference_ledger.h"

/* ---- (a) Per token ---------------------------------------------------------- */

/* R = 1000, W = 200, F = 800 tokens; a discount of 0.2 and a factor of 0.75 make 0.6 of
 * the list price. */
#define CACHED_PRODUCT                                                                   \
    "'p': {'requests_per_month': 1e6,"                                                   \
    "      'request': {'input_tokens': 2000, 'output_tokens': 500,"                      \
    "                  'cache_read_share': 0.5, 'cache_write_share': 0.1},"              \
    "      'growth': {'process': 'series', 'series': [1, 1.5, 2]}}"
#define CACHED_CONTRACT                                                                  \
    "'billing': 'per_token', 'discount_share': 0.2,"                                     \
    "'multipliers': {'region': {'factor': 0.75}},"                                       \
    "'usd_per_mtok': {'input': 3, 'output': 15, 'cache_read': 0.3, 'cache_write': 3.75}"

static void tokens_are_billed_by_kind(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'a', 'clock': {'start': '2027-01', 'months': 2},"
        " 'discount_rate_per_year': 0.21, 'timing': 'mid', 'budget_usd_per_month': 9000,"
        " 'products': {" CACHED_PRODUCT "},"
        " 'models': {'m': {'contracts': {'c': {" CACHED_CONTRACT "}}}},"
        " 'strategies': {'stay': {'all': 'm'}}}");
    ledger l = run(f.plan, 1, 0, 0);
    /* 10^6 requests: 800 Mtok at 3 * 0.6, 1000 at 0.3 * 0.6, 200 at 3.75 * 0.6, 500 at
     * 15 * 0.6; month 1 has 1.5 times as much */
    near(amount(&l, 0, "input tokens"), 1440);
    near(amount(&l, 0, "cache read tokens"), 180);
    near(amount(&l, 0, "cache write tokens"), 450);
    near(amount(&l, 0, "output tokens"), 4500);
    bills_are(&l, 6570, 9855);
    const ds_ledger_row *row = find(&l, 1, "output tokens");
    near(row->quantity, 750);
    near(row->unit_price_usd, 9);
    assert_string_equal(row->unit, "Mtok");
    assert_string_equal(row->product, "p");
    assert_string_equal(row->model, "m");
    assert_string_equal(row->contract, "c");
    assert_string_equal(row->rule, "(40)");
    assert_int_equal(l.rows, 8);
    near(l.outcome[DS_OUTCOME_COST_TOTAL], 16425);
    /* (72) mid: 1.21^(-0.5/12), 1.21^(-1.5/12) */
    near(l.outcome[DS_OUTCOME_COST_NPV],
         6570 * pow(1.21, -1.0 / 24) + 9855 * pow(1.21, -1.0 / 8));
    /* 2500 tokens * 2.5 * 10^6 requests = 6250 Mtok */
    near(l.outcome[DS_OUTCOME_USD_PER_MTOK], 16425.0 / 6250);
    near(l.outcome[DS_OUTCOME_PEAK_BILL], 9855);
    near(l.outcome[DS_OUTCOME_PEAK_MONTH], 1);
    near(l.outcome[DS_OUTCOME_OVER_BUDGET], 1);
    near(l.outcome[DS_OUTCOME_TOP_SHARE], 1);
    near(l.outcome[DS_OUTCOME_HHI], 1);
    near(l.outcome[DS_OUTCOME_ESCALATED], 0);
    /* the baseline against itself */
    near(l.outcome[DS_OUTCOME_SAVING_NPV], 0);
    near(l.outcome[DS_OUTCOME_PAYBACK], 0);
    near(l.outcome[DS_OUTCOME_IRR_UNIQUE], 0);
    near(l.outcome[DS_OUTCOME_IRR_MULTIPLE], 0);
    assert_true(isnan(l.outcome[DS_OUTCOME_IRR]));
    assert_true(isnan(l.outcome[DS_OUTCOME_UTILISATION]));
    assert_true(isinf(l.outcome[DS_OUTCOME_READY]));
    close_fixture(&f);
}

/* A hosted model costs something while it waits for its route, and storage does not
 * follow the level; words become tokens; growth of tokens; season; real money. */
static void hosting_words_and_real_money(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'a2', 'clock': {'start': '2027-12', 'months': 13, 'hours_per_month': 720},"
        " 'inflation_per_year': 0.21, 'money': 'real',"
        " 'products': {'p': {'requests_per_month': 1000,"
        "   'season': [2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3],"
        "   'request': {'input_words': 5e5, 'output_words': 0, 'tokens_per_word': 2,"
        "               'input_growth_per_year': 0.5}}},"
        " 'models': {'m': {'contracts': {'c': {'billing': 'hosted_per_token',"
        "   'usd_per_mtok': {'input': 1, 'output': 1}, 'discount_share': 0.5,"
        "   'hosting_usd_per_hour': 2, 'storage_usd_per_month': 30,"
        "   'staff_usd_per_month': 100}}}},"
        " 'strategies': {'stay': {'all': 'm'}}}");
    ledger l = run(f.plan, 1, 0, 0);
    /* December: 3 * 1000 requests of 10^6 tokens at 0.5; hosting 2 * 720 * 0.5;
     * storage; staff */
    near(l.bill[0], 1500 + 720 + 30 + 100);
    /* January: season 2; tokens * 1.5^(1/12); all over 1.21^(1/12), staff not */
    double pi = pow(1.21, 1.0 / 12);
    near(l.bill[1], (1000 * pow(1.5, 1.0 / 12) + 750) / pi + 100);
    /* after a year: December again, 1.5 times the tokens, dollars of 1.21 */
    near(l.bill[12], (2250.0 + 750) / 1.21 + 100);
    close_fixture(&f);
}

/* ---- (b) Compute time ------------------------------------------------------- */

/* A unit serves 10^5 weighted tokens a minute, 6e6 an hour; a request weighs
 * 1000 + 5 * 200 = 2000: 1/3000 unit-hours. */
#define UNIT_PRODUCT                                                                     \
    "'products': {'p': {'requests_per_month': 1.08e7, 'peak_to_mean': 2,"                \
    "  'request': {'input_tokens': 1000, 'output_tokens': 200},"                         \
    "  'growth': {'process': 'series', 'series': [1, 1.000001, 0.1]}}},"
#define UNIT_PRICE                                                                       \
    "'billing': 'compute_time', 'settlement': 'metered',"
#define UNIT_CONTRACT                                                                    \
    "'billing': 'compute_time', 'discount_share': 0.25,"                                 \
    "'units': {'u': {'usd_per_unit_hour': 2, 'tokens_per_minute': 1e5, 'weights': {'output': 5}"

static void provisioned_units_come_in_steps(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'b', 'clock': {'start': '2027-01', 'months': 3, 'hours_per_month': 720},"
        UNIT_PRODUCT
        " 'models': {"
        "  'metered': {'contracts': {'c': {" UNIT_CONTRACT "}},"
        "    'settlement': 'metered'}}},"
        "  'provisioned': {'contracts': {'c': {" UNIT_CONTRACT ", 'minimum': 10,"
        "    'increment': 5}}, 'target_utilisation': 0.5}}}},"
        " 'strategies': {'metered': {'all': 'metered'},"
        "                'provisioned': {'all': 'provisioned'}}}");
    /* one step of 5 units holds 5 * 720 * 0.5 / 2 / (1/3000) = 2.7e6 requests at a peak of
     * 2: month 0 is 4 steps exactly, month 1 a little more, month 2 is 0.4 steps, below
     * the minimum.  A unit is 720 hours at 1.5 USD. */
    ledger l = run(f.plan, 1, 0, 1);
    bills_are(&l, 20 * 720 * 1.5, 25 * 720 * 1.5, 10 * 720 * 1.5);
    near(find(&l, 0, "provisioned units")->quantity, 14400);
    near(find(&l, 0, "provisioned units")->unit_price_usd, 1.5);
    assert_string_equal(find(&l, 0, "provisioned units")->rule, "(43)");
    /* metered: 1.08e7 / 3000 = 3600 unit-hours at 1.5 USD; the other model, neither held
     * nor serving, has no minimum to pay */
    l = run(f.plan, 1, 0, 0);
    bills_are(&l, 5400, 5400.0054, 540);
    close_fixture(&f);
}

/* Weights of cached tokens: 400 fresh + 0.1 * 400 read + 1.25 * 200 written + 5 * 100 =
 * 1190 of 6e6 an hour.  By profile: G = 600/10^4 + 100/10^3 = 0.16 GPU s of 4 * 3600. */
static void metered_units(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'b2', 'clock': {'start': '2027-01', 'months': 1},"
        " 'gpus': {'g': {'usd_per_gpu_hour': 2.5}},"
        " 'profiles': {'f': {'gpu': 'g', 'input_tokens_per_gpu_s': 1e4,"
        "   'output_tokens_per_gpu_s': 1e3, 'relative_error': 0}},"
        " 'products': {'p': {'requests_per_month': 6e6, 'request': {'input_tokens': 1000,"
        "   'output_tokens': 100, 'cache_read_share': 0.4, 'cache_write_share': 0.2}}},"
        " 'models': {"
        "  'tokens': {'contracts': {'c': {" UNIT_PRICE "'units': {'u': {'usd_per_unit_hour': 2,"
        "    'tokens_per_minute': 1e5,"
        "    'weights': {'output': 5, 'cache_read': 0.1, 'cache_write': 1.25}}}}}},"
        "  'profile': {'contracts': {'c': {" UNIT_PRICE "'units': {'u': {'usd_per_unit_hour': 2,"
        "    'profile': 'f', 'gpus': 4}}}}}},"
        " 'strategies': {'tokens': {'all': 'tokens'}, 'profile': {'all': 'profile'}}}");
    ledger l = run(f.plan, 1, 0, 0);
    bills_are(&l, 1190 * 2);
    l = run(f.plan, 1, 0, 1);
    near(find(&l, 0, "compute time")->quantity, 6e6 * 0.16 / 14400);
    near(l.outcome[DS_OUTCOME_TOP_SHARE], 1);
    close_fixture(&f);
}

/* After a year: 100 * 1.44 output tokens at a speed 1.21 times as high. */
static void speed_and_length_grow(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'b3', 'clock': {'start': '2027-01', 'months': 13, 'hours_per_month': 720},"
        " 'inflation_per_year': 0.21,"
        " 'gpus': {'g': {'usd_per_gpu_hour': 2.5}},"
        " 'profiles': {'f': {'gpu': 'g', 'input_tokens_per_gpu_s': 1e4,"
        "   'output_tokens_per_gpu_s': 1e3, 'speed_gain_per_year': 0.21,"
        "   'relative_error': 0}},"
        " 'products': {'p': {'requests_per_month': 3.6e6, 'request': {'input_words': 0,"
        "   'output_words': 50, 'tokens_per_word': 2, 'output_growth_per_year': 0.44}}},"
        " 'models': {"
        "  'unit': {'contracts': {'c': {" UNIT_PRICE "'units': {'u': {'usd_per_unit_hour': 2,"
        "    'profile': 'f'}}}}},"
        "  'own': {'contracts': {'c': {'billing': 'fleet', 'profile': 'f', 'slo_derate': 1,"
        "    'target_utilisation': 1, 'owned': {'usd_per_gpu': 1000, 'usd_per_kwh': 0.1,"
        "      'kilowatts_per_gpu': 0.5, 'colocation_usd_per_gpu_month': 10}}}}},"
        " 'strategies': {'unit': {'all': 'unit'}, 'own': {'all': 'own'}}}");
    ledger l = run(f.plan, 1, 0, 0);
    near(l.bill[0], 200); /* 3.6e6 * 0.1 s = 100 hours at 2 USD */
    near(l.bill[12], 200 * 1.44 / 1.21);
    /* one GPU: bought once; power and space with inflation, in nominal dollars */
    l = run(f.plan, 1, 0, 1);
    near(l.bill[0], 1000 + 36 + 10);
    near(l.bill[12], 46 * 1.21);
    close_fixture(&f);
}

/* In dollars of month 0 every amount of month 12 is divided by 1.21: usage 605, a
 * commitment of 1210, 60.5 bad answers at 2, and the value of 605 requests. */
static void real_money_deflates_everything(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'b4', 'clock': {'start': '2027-01', 'months': 13}, 'money': 'real',"
        " 'inflation_per_year': 0.21,"
        " 'products': {'p': {'requests_per_month': 605, 'loss_usd_per_bad_answer': 2,"
        "   'value_usd_per_request': 4, 'request': {'input_tokens': 1e6, 'output_tokens': 0}}},"
        " 'models': {'m': {'quality': {'general': {'acceptable_share': 0.9}},"
        "   'fee_returned_share': 0.25, 'contracts': {'c': {'commitment':"
        "     {'usd_per_month': 1210}, " PER_REQUEST("1") "}}},"
        " 'strategies': {'stay': {'all': 'm'}}}");
    ledger l = run(f.plan, 1, 0, 0);
    near(amount(&l, 12, "input tokens"), 500);
    near(amount(&l, 12, "commitment unused"), 500);
    near(amount(&l, 12, "fee returned"), -250);
    near(l.bill[12], 750);
    near(amount(&l, 12, "bad answers"), 100);
    double q = pow(1.21, -1.0 / 12);
    near(l.outcome[DS_OUTCOME_SERVED_VALUE], 2420 * (1 - pow(q, 13)) / (1 - q));
    near(l.outcome[DS_OUTCOME_COST_TOTAL], (907.5 + 121) * (1 - pow(q, 13)) / (1 - q));
    close_fixture(&f);
}

/* ---- (c) Rented fleets ------------------------------------------------------ */

/* G = (500/10^4 + 100/10^3 + 10^-7 * (10^5 + 10^4 * (1 + 1)/2)) * (16/8) / 2
 *   = 0.05 + 0.1 + 0.011 = 0.161 GPU s.
 * One replica: 3600 * 720 * 2 * 0.8 * 0.5 = 2,073,600 GPU s a month. */
#define FLEET_WORLD                                                                      \
    "'gpus': {'g': {'usd_per_gpu_hour': 2.5}},"                                          \
    "'profiles': {'f': {'gpu': 'g', 'gpus_per_replica': 2, 'parameters_b': 8,"           \
    "  'input_tokens_per_gpu_s': 1e4, 'output_tokens_per_gpu_s': 1e3,"                   \
    "  'attention_gpu_s_per_token2': 1e-7, 'speed_factor': 2, 'relative_error': 0}},"    \
    "'products': {'p': {'requests_per_month': 1e7, 'peak_to_mean': 3,"                   \
    "  'hour_shape': [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5,"       \
    "                 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5],"      \
    "  'request': {'input_tokens': 1000, 'output_tokens': 100, 'output_cv': 1,"          \
    "              'cache_read_share': 0.5}}},"
#define FLEET_CONTRACT                                                                   \
    "'billing': 'fleet', 'profile': 'f', 'slo_derate': 0.8, 'target_utilisation': 0.5,"  \
    "'spare_replicas': 1"

static void rented_fleets(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'c', 'clock': {'start': '2027-01', 'months': 1, 'hours_per_month': 720},"
        FLEET_WORLD
        " 'models': {"
        "  'static': {'parameters_b': 16, 'fee_returned_share': 0.1, 'contracts': {'c': {"
        FLEET_CONTRACT ", 'rent_discount_share': 0.2, 'discount_share': 0.1,"
        "    'staff_usd_per_month': 1000}}},"
        "  'scheduled': {'parameters_b': 16, 'contracts': {'c': {" FLEET_CONTRACT
        "    , 'scaling': 'scheduled'}}},"
        "  'bought': {'parameters_b': 16, 'contracts': {'c': {" FLEET_CONTRACT
        "    , 'scaling': 'scheduled', 'owned': {'usd_per_gpu': 100, 'kilowatts_per_gpu': 1,"
        "      'usd_per_kwh': 0.1, 'colocation_usd_per_gpu_month': 7}}}}},"
        " 'strategies': {'static': {'all': 'static'}, 'scheduled': {'all': 'scheduled'},"
        "                'bought': {'all': 'bought'}}}");
    /* load 10^7 * 0.161 * 3 = 4.83e6: 2.33 replicas, so 3 and 1 spare, 8 GPUs, 5760
     * GPU-hours at 2.5 * 0.8 * 0.9 = 1.8; a tenth of the rent comes back, not of staff */
    ledger l = run(f.plan, 1, 0, 0);
    near(find(&l, 0, "fleet")->quantity, 5760);
    near(amount(&l, 0, "fleet"), 10368);
    near(amount(&l, 0, "fee returned"), -1036.8);
    bills_are(&l, 10368 - 1036.8 + 1000);
    near(l.outcome[DS_OUTCOME_FEE_RETURNED], 1036.8);
    near(l.outcome[DS_OUTCOME_GPU_MONTHS], 8);
    near(l.outcome[DS_OUTCOME_UTILISATION], 1.61e6 / 3600 / 5760);
    /* scheduled: max(1, 3/1.5) = 2; 12 hours at 0.5: 1.61e6, 1 replica; 12 at 1.5: 4.83e6, 3
     * replicas; with the spare 2 and 4, mean 3, 6 GPUs at the full rent */
    l = run(f.plan, 1, 0, 1);
    bills_are(&l, 6 * 720 * 2.5);
    near(l.outcome[DS_OUTCOME_GPU_MONTHS], 6);
    /* bought for the busiest hour: 8 GPUs; power of 6 on average; space of 8 */
    l = run(f.plan, 1, 0, 2);
    bills_are(&l, 800 + 6 * 720 * 0.1 + 56);
    near(l.outcome[DS_OUTCOME_GPU_MONTHS], 8);
    near(l.outcome[DS_OUTCOME_UTILISATION], 1.61e6 / 3600 / 5760);
    close_fixture(&f);
}

/* (22), (23): kappa = 12 ln 2 halves the gap in logs each month: ln(4/1) in month 0,
 * so the rent is 4, 2, sqrt 2, 4^(1/8).  The second contract holds its first level. */
static void rent_reverts_and_is_locked(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'c2', 'clock': {'start': '2027-01', 'months': 4, 'hours_per_month': 100},"
        " 'gpus': {'g': {'usd_per_gpu_hour': 4, 'long_run_usd_per_gpu_hour': 1,"
        "                'reversion_per_year': 8.317766166719343}},"
        " 'profiles': {'f': {'gpu': 'g', 'input_tokens_per_gpu_s': 1,"
        "   'output_tokens_per_gpu_s': 1, 'relative_error': 0}},"
        " 'products': {'p': {'requests_per_month': 0, 'request': {'input_tokens': 1,"
        "                    'output_tokens': 1}}},"
        " 'models': {'m': {'contracts': {"
        "   'first': {'billing': 'fleet', 'profile': 'f'},"
        "   'second': {'from': 1.5, 'billing': 'fleet', 'profile': 'f',"
        "              'price_locked_months': 24}}}},"
        " 'strategies': {'stay': {'all': 'm'}}}");
    ledger l = run(f.plan, 1, 0, 0);
    double root2 = sqrt(2);
    bills_are(&l, 400, 200, 100 * root2, 100 * root2);
    assert_string_equal(find(&l, 1, "fleet")->contract, "first");
    assert_string_equal(find(&l, 2, "fleet")->contract, "second");
    close_fixture(&f);
}

/* ---- (d) Owned GPUs --------------------------------------------------------- */

/* One request is one GPU second, and a GPU has 3600 * 720 = 2,592,000 of them. */
#define OWNED /* 720 * 1.73 kW, both as by default, at 0.1 USD: 124.56 a GPU and month */   \
    "'billing': 'fleet', 'profile': 'f', 'slo_derate': 1, 'target_utilisation': 1,"      \
    "'owned': {'usd_per_gpu': 70}"

static void owned_gpus_are_replaced(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'd', 'clock': {'start': '2027-01', 'months': 5, 'hours_per_month': 720},"
        " 'gpus': {'g': {'usd_per_gpu_hour': 9}},"
        " 'profiles': {'f': {'gpu': 'g', 'input_tokens_per_gpu_s': 1,"
        "   'output_tokens_per_gpu_s': 1, 'relative_error': 0}},"
        " 'products': {'p': {'requests_per_month': 2592000,"
        "   'request': {'input_tokens': 0, 'output_tokens': 1},"
        "   'growth': {'process': 'series', 'series': [2, 1, 3]}}},"
        " 'models': {'m': {'provider': 'us', 'fee_returned_share': 0.5, 'contracts': {'c': {"
        "   'billing': 'fleet', 'profile': 'f', 'slo_derate': 1, 'target_utilisation': 1,"
        "   'minimum_replicas': 0, 'owned': {'usd_per_gpu': 1000, 'life_months': 3,"
        "     'kilowatts_per_gpu': 0.5, 'usd_per_kwh': 0.1,"
        "     'colocation_usd_per_gpu_month': 10}}}},"
        "  'n': {'contracts': {'c': {" OWNED "}, 'd': {'from': 1, " OWNED "}}}},"
        " 'strategies': {'stay': {'all': 'm'}, 'renew': {'all': 'n'}}}");
    ledger l = run(f.plan, 1, 0, 0);
    /* GPUs 2 1 3 3 3; bought 2, 0, 3-2 = 1, 3-(0+1) = 2 (the first two are worn out), 0;
     * owned 2 2 3 3 3; power 720 * 0.5 * 0.1 = 36 a GPU in use, space 10 a GPU owned; no
     * fee comes back */
    bills_are(&l, 2000 + 72 + 20, 36 + 20, 1000 + 108 + 30, 2000 + 108 + 30, 108 + 30);
    near(l.outcome[DS_OUTCOME_GPU_MONTHS], 13);
    near(l.outcome[DS_OUTCOME_UTILISATION], 12.0 / 13);
    near(l.outcome[DS_OUTCOME_FEE_RETURNED], 0);
    /* the GPUs of a contract go with it: 2, then 1 for the next one, then 2 more */
    l = run(f.plan, 1, 0, 1);
    bills_are(&l, 2 * 70 + 2 * 124.56, 70 + 124.56, 2 * 70 + 3 * 124.56, 3 * 124.56,
              3 * 124.56);
    close_fixture(&f);
}

/* ---- (f) Escalation --------------------------------------------------------- */

static void escalated_requests_pay_both(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'f', 'clock': {'start': '2027-01', 'months': 1},"
        " 'products': {'p': {'requests_per_month': 1000, 'loss_usd_per_bad_answer': 2,"
        "   'value_usd_per_request': 0.5,"
        "   'request': {'input_tokens': 1000, 'output_tokens': 0}}},"
        " 'models': {"
        "  'large': {'contracts': {'c': {'billing': 'per_token',"
        "     'usd_per_mtok': {'input': 10, 'output': 0}}}},"
        "  'small': {'contracts': {'c': {'billing': 'per_token',"
        "     'usd_per_mtok': {'input': 1, 'output': 0}}},"
        "   'quality': {'general': {'acceptable_share': 0.8}},"
        "   'verifier': {'detected_share': 0.75, 'false_alarm_share': 0.1,"
        "                'usd_per_request': 0.01}}},"
        " 'strategies': {'stay': {'all': 'large'}, 'mix': {'all': 'large',"
        "   'routes': {'p': {'small': {'share': 0.6, 'escalate_to': 'large'}}}}}}");
    ledger l = run(f.plan, 1, 0, 1);
    /* 600 to small at 0.001, checked at 0.01; e = 0.2 * 0.75 + 0.8 * 0.1 = 0.23, 138 to
     * large beside the 400, at 0.01; bad 0.2 * 0.25 * 600 = 30 */
    bills_are(&l, 0.6 + 6 + 5.38);
    near(amount(&l, 0, "verifier"), 6);
    near(l.outcome[DS_OUTCOME_BAD_ANSWERS], 30);
    near(l.outcome[DS_OUTCOME_COST_TOTAL], 11.98 + 60);
    near(l.outcome[DS_OUTCOME_ESCALATED], 0.138);
    near(l.outcome[DS_OUTCOME_SERVED_VALUE], 500);
    near(l.outcome[DS_OUTCOME_SAVING_TOTAL], 10 - 71.98);
    /* providers: small 0.6, large 5.38; the verifier is nobody's */
    near(l.outcome[DS_OUTCOME_TOP_SHARE], 5.38 / 5.98);
    near(l.outcome[DS_OUTCOME_HHI], (5.38 * 5.38 + 0.6 * 0.6) / (5.98 * 5.98));
    close_fixture(&f);
}

/* ---- (g) Interruptions ------------------------------------------------------ */

/* The first path on which the interruption of every named model comes in month 0:
 * probability 1 - exp(-12/12). */
static uint64_t path_with_interruptions(const char *const *names, size_t count)
{
    for (uint64_t path = 0; path < 10000; path++) {
        bool all = true;
        for (size_t i = 0; i < count; i++)
            all = all && address(names[i], 1, path, 0, 0) < 1 - exp(-1);
        if (all)
            return path;
    }
    fail_msg("no such path");
    return 0;
}

static void interruptions_fall_back(void **state)
{
    (void)state;
    /* the name of a model is escaped in pointers */
    fixture f = open_fixture(
        "{'name': 'g', 'clock': {'start': '2027-01', 'months': 2},"
        " 'products': {'p': {'requests_per_month': 1000, 'value_usd_per_request': 0.1,"
        "   'request': {'input_tokens': 1e6, 'output_tokens': 0}}},"
        " 'models': {"
        "  'a/~b': {'fallback': 'c', 'interruption': {'per_year': 12, 'months': 1.5},"
        "   'contracts': {'k': {'billing': 'per_token',"
        "     'usd_per_mtok': {'input': 1, 'output': 0}}}},"
        "  'c': {'contracts': {'k': {'billing': 'per_token',"
        "     'usd_per_mtok': {'input': 3, 'output': 0}, 'staff_usd_per_month': 5}},"
        "   'quality': {'general': {'acceptable_share': 0.9}}},"
        "  'd': {'interruption': {'per_year': 12, 'months': 0.25},"
        "   'contracts': {'k': {'billing': 'per_token',"
        "     'usd_per_mtok': {'input': 4, 'output': 0}}}},"
        "  'e': {'interruption': {'per_year': 12, 'months': 1.5},"
        "   'contracts': {'k': {'billing': 'per_token',"
        "     'usd_per_mtok': {'input': 1, 'output': 0}}}}},"
        " 'strategies': {'own': {'all': 'a/~b'},"
        "   'other': {'all': 'a/~b', 'fallback': {'a/~b': 'd'}},"
        "   'none': {'all': 'e'}}}");
    static const char *const names[] = { "/models/a~1~0b/interruption#interruption",
                                         "/models/d/interruption#interruption",
                                         "/models/e/interruption#interruption" };
    uint64_t path = path_with_interruptions(names, 3);
    /* out 1, then 0.5.  c serves 1000 and 500, with staff, a tenth of answers is bad */
    ledger l = run(f.plan, 1, path, 0);
    bills_are(&l, 3005, 500 + 1500 + 5);
    near(l.outcome[DS_OUTCOME_BAD_ANSWERS], 150);
    near(l.outcome[DS_OUTCOME_UNSERVED], 0);
    /* d is out for a quarter of month 0 itself: 750 served, 250 lost; in month 1 it is out
     * for a quarter again if the event comes again (slot 1 of the same counter) */
    bool again = address(names[1], 1, path, 0, 1) < 1 - exp(-1);
    l = run(f.plan, 1, path, 1);
    bills_are(&l, 3000, 500 + 4 * (again ? 375 : 500));
    near(l.outcome[DS_OUTCOME_UNSERVED], 250 + (again ? 125 : 0));
    near(amount(&l, 0, "unserved requests"), 25);
    near(l.outcome[DS_OUTCOME_SERVED_VALUE], 0.1 * (2000 - 250 - (again ? 125 : 0)));
    /* nobody else */
    l = run(f.plan, 1, path, 2);
    bills_are(&l, 0, 500);
    near(l.outcome[DS_OUTCOME_COST_TOTAL], 500 + 150);
    close_fixture(&f);
}

/* A verified route whose model is out for a quarter of month 0: 750 checked, 250 to its
 * fallback; 0.23 * 750 = 172.5 escalated, as in (f).  The other product, of free output
 * tokens, loses a quarter of its 100. */
static void verified_routes_are_interrupted(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'g2', 'clock': {'start': '2027-01', 'months': 1},"
        " 'products': {"
        "  'p': {'requests_per_month': 1000,"
        "        'request': {'input_tokens': 1e6, 'output_tokens': 0}},"
        "  'q': {'requests_per_month': 100,"
        "        'request': {'input_tokens': 0, 'output_tokens': 1e6}}},"
        " 'models': {"
        "  'large': {'contracts': {'c': {" PER_REQUEST("10") "}},"
        "  'alone': {'contracts': {'c': {" PER_REQUEST("10") "},"
        "   'interruption': {'per_year': 12, 'months': 0.25}},"
        "  'small': {'contracts': {'c': {" PER_REQUEST("1") "},"
        "   'fallback': 'large', 'interruption': {'per_year': 12, 'months': 0.25},"
        "   'quality': {'general': {'acceptable_share': 0.8}},"
        "   'verifier': {'detected_share': 0.75, 'false_alarm_share': 0.1,"
        "                'usd_per_request': 0.5}}},"
        " 'strategies': {'mix': {'all': 'large',"
        "   'routes': {'*': {'small': {'share': 1, 'escalate_to': 'large'}},"
        "              'q': {'alone': {'share': 1}}}}}}");
    static const char *const names[] = { "/models/small/interruption#interruption",
                                         "/models/alone/interruption#interruption" };
    ledger l = run(f.plan, 1, path_with_interruptions(names, 2), 0);
    bills_are(&l, 750 + 375 + 4225);
    near(l.outcome[DS_OUTCOME_BAD_ANSWERS], 37.5);
    near(l.outcome[DS_OUTCOME_UNSERVED], 25);
    near(l.outcome[DS_OUTCOME_ESCALATED], 172.5 / 1075);
    close_fixture(&f);
}

/* ---- (h) Commitment and fee returned ---------------------------------------- */

static void commitment_and_fee(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'h', 'clock': {'start': '2027-01', 'months': 3},"
        " 'products': {" CACHED_PRODUCT "},"
        " 'models': {'m': {'fee_returned_share': 0.1, 'contracts': {'c': {" CACHED_CONTRACT
        "   , 'commitment': {'usd_per_month': 10000}, 'staff_usd_per_month': 50}}},"
        "  'free': {'contracts': {'c': {'billing': 'per_token',"
        "     'usd_per_mtok': {'input': 0, 'output': 0}}}}},"
        " 'strategies': {'stay': {'all': 'm'}, 'leave': {'all': 'free'}}}");
    /* usage 6570, 9855, 13140 as in (a) */
    ledger l = run(f.plan, 1, 0, 0);
    bills_are(&l, 9050, 9050, 13140 * 0.9 + 50);
    near(amount(&l, 0, "commitment unused"), 3430);
    check_near(amount(&l, 1, "commitment unused"), 145, 1e-9, "shortfall", __LINE__);
    near(amount(&l, 2, "commitment unused"), 0);
    near(l.outcome[DS_OUTCOME_FEE_RETURNED], 3314);
    /* neither held nor serving: nothing falls due */
    l = run(f.plan, 1, 0, 1);
    near(l.outcome[DS_OUTCOME_COST_TOTAL], 0);
    near(l.outcome[DS_OUTCOME_SAVING_TOTAL], 9050 + 9050 + 11876);
    assert_true(isnan(l.outcome[DS_OUTCOME_HHI]));
    close_fixture(&f);
}

/* ---- (i) Price lock --------------------------------------------------------- */

/* Releases in months 2, 4, 6, 8 halve the price: the level is 1 1 .5 .5 .25 .25 .125 .125
 * .0625 */
static void price_locks(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'i', 'clock': {'start': '2027-01', 'months': 10},"
        " 'products': {'p': {'requests_per_month': 1, 'price_elasticity': 0,"
        "   'request': {'input_tokens': 1e6, 'output_tokens': 0}},"
        "  'q': {'requests_per_month': 1, 'price_elasticity': 0.5, 'price_of': 'm',"
        "   'request': {'input_tokens': 0, 'output_tokens': 1e6}}},"
        " 'models': {'m': {'price_path': {'releases': 'fixed', 'release_every_months': 2,"
        "     'change_at_release': 0.5}, 'contracts': {"
        "   'a': {'billing': 'per_token', 'price_locked_months': 3,"
        "         'usd_per_mtok': {'input': 1, 'output': 1e6}},"
        "   'b': {'from': 3.5, 'billing': 'per_token', 'price_locked_months': 2.5,"
        "         'usd_per_mtok': {'input': 1, 'output': 1e6}},"
        "   'c': {'from': '2027-10', 'billing': 'per_token', 'follows_price_path': false,"
        "         'usd_per_mtok': {'input': 1, 'output': 1e6}}}}},"
        " 'strategies': {'stay': {'all': 'm'}}}");
    ledger l = run(f.plan, 1, 0, 0);
    /* a: month 0's level in months 0-2, its own in 3; b: that of month 4 until 6.5; then
     * its own in months 7 and 8; c from month 9: 1 */
    const double want[] = { 1, 1, 1, 0.5, 0.25, 0.25, 0.25, 0.125, 0.0625, 1 };
    const double level[] = { 1, 1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125, 0.0625, 0.0625 };
    for (size_t t = 0; t < 10; t++) {
        near(find(&l, t, "input tokens")->amount_usd, want[t]);
        /* q: level^(-1/2) requests of 10^6 output tokens */
        near(find(&l, t, "output tokens")->quantity, pow(level[t], -0.5));
    }
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_billed_by_kind),
        cmocka_unit_test(hosting_words_and_real_money),
        cmocka_unit_test(provisioned_units_come_in_steps),
        cmocka_unit_test(metered_units),
        cmocka_unit_test(speed_and_length_grow),
        cmocka_unit_test(real_money_deflates_everything),
        cmocka_unit_test(rented_fleets),
        cmocka_unit_test(rent_reverts_and_is_locked),
        cmocka_unit_test(owned_gpus_are_replaced),
        cmocka_unit_test(escalated_requests_pay_both),
        cmocka_unit_test(interruptions_fall_back),
        cmocka_unit_test(verified_routes_are_interrupted),
        cmocka_unit_test(commitment_and_fee),
        cmocka_unit_test(price_locks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
