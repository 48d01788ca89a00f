/* test_reference_paths.c -- the naive engine over time and over paths: students worked
 * out by hand, moments of the processes, and conservation on a scenario that has
 * something of everything.
 *
 * Tolerance: 1e-12 relative, unless stated.  The moments use 20,000 paths of a fixed
 * seed and 4 standard errors of the exact distribution: each check would fail by chance
 * for 6e-5 of the seeds.  No other test is statistical.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "reference_ledger.h"

/* ---- (e) Students ----------------------------------------------------------- */

/* Attempt 1 ends at 1.5 + 2.25 = 3.75, 2 at 5.25, 3 at 6.75.
 * Labels: 9e5/0.9 = 10^6 answers at (1000 * 3 + 100 * 15) * 10^-6 * 0.8 * 0.5 = 0.0018 USD:
 *   1800.  Training: 6 * 3e9 * 1e9 * 2 / (0.5 * 200e12) = 3.6e5 s = 100 GPU-hours at 2: 200.
 * Evaluation 40, staff 900, licence 500; overrun 1.25 on all but the licence. */
#define STUDENT_SCENARIO(gate, permission, release)                                      \
    "{'name': 'e', 'clock': {'start': '2027-01', 'months': 12},"                         \
    " 'gpus': {'g': {'usd_per_gpu_hour': 2, 'peak_tflops': 200}},"                       \
    " 'products': {'p': {'requests_per_month': 1000, 'task_class': 'chat',"              \
    "   'request': {'input_tokens': 900, 'output_tokens': 100}}},"                       \
    " 'models': {"                                                                       \
    "  'teacher': {'fee_returned_share': 0.1, 'price_path': {'releases': 'fixed',"       \
    "     'release_every_months': " release "},"                                         \
    "   'contracts': {'c': {'billing': 'per_token', 'discount_share': 0.2,"              \
    "     'usd_per_mtok': {'input': 3, 'output': 15}}}},"                                \
    "  'student': {'teacher': 'teacher', 'parameters_b': 3,"                             \
    "   'contracts': {'c': {'billing': 'per_token',"                                     \
    "     'usd_per_mtok': {'input': 0, 'output': 0}}},"                                  \
    "   'quality': {'chat': {'acceptable_share': 0.9}},"                                 \
    "   'decay_per_month': 0.1, 'decay_per_release': 0.5,"                               \
    "   'refresh': {'every_months': 3, 'cost_share': 0.5},"                              \
    "   'project': {'lead_months': 2.25, 'retry_months': 1.5, 'attempts': 3,"            \
    "     'success_probability': " gate ", 'permission_probability': " permission ","    \
    "     'staff_months': 9, 'usd_per_staff_month': 100, 'evaluation_usd': 40,"          \
    "     'licence_fee_usd': 500, 'royalty_usd_per_mtok': 10, 'overrun_factor': 1.25,"   \
    "     'labels': {'examples': 9e5, 'rejected_share': 0.1, 'input_tokens': 1000,"      \
    "                'output_tokens': 100, 'batch_discount_share': 0.5},"                \
    "     'training': {'gpu': 'g', 'tokens': 1e9, 'epochs': 2, 'mfu_share': 0.5}}}},"    \
    " 'strategies': {'stay': {'all': 'teacher'},"                                        \
    "  'distil': {'all': 'teacher', 'start': {'student': 1.5},"                          \
    "    'routes': {'p': {'student': {'share': 1}}}}}}"

/* 1000 requests of (900 * 3 + 100 * 15) * 10^-6 * 0.8 USD, a tenth of which comes back */
static const double teacher_month = 3.36 * 0.9;

static void failing_student(void **state)
{
    (void)state;
    fixture f = open_fixture(STUDENT_SCENARIO("0", "1", "1200"));
    ledger  l = run(f.plan, 1, 0, 1);
    /* labels 2250 in months 1, 3, 5, a tenth comes back: 2025; training and evaluation
     * 300 in months 3, max(3, 5), max(5, 6); staff 1125: 250, 500, 375; 187.5, 750, 187.5;
     * 562.5, 562.5 */
    bills_are(&l, teacher_month,
              teacher_month + 2025 + 250 + 500,
              teacher_month + 500,
              teacher_month + 2025 + 375 + 187.5 + 300,
              teacher_month + 750,
              teacher_month + 2025 + 187.5 + 562.5 + 300,
              teacher_month + 562.5 + 300, teacher_month);
    near(find(&l, 1, "labels")->quantity, 1e6);
    near(find(&l, 3, "training")->quantity, 100);
    near(find(&l, 2, "project staff")->quantity, 4);
    near(l.outcome[DS_OUTCOME_PROJECT], 500 + 3 * (2250 + 300 + 1125));
    near(l.outcome[DS_OUTCOME_FEE_RETURNED], 12 * 0.336 + 675);
    assert_true(isinf(l.outcome[DS_OUTCOME_READY]));
    assert_true(isinf(l.outcome[DS_OUTCOME_PAYBACK]));
    near(l.outcome[DS_OUTCOME_BAD_ANSWERS], 0);
    close_fixture(&f);

    f = open_fixture(STUDENT_SCENARIO("0", "0", "1200")); /* no permission, no cost */
    l = run(f.plan, 1, 0, 1);
    near(l.outcome[DS_OUTCOME_PROJECT], 0);
    near(l.outcome[DS_OUTCOME_SAVING_TOTAL], 0);
    close_fixture(&f);
}

static void successful_student_ages(void **state)
{
    (void)state;
    fixture f = open_fixture(STUDENT_SCENARIO("1", "1", "5"));
    ledger  l = run(f.plan, 1, 0, 1);
    /* ready in month ceil(3.75) = 4; 10 USD of royalty on 1 Mtok a month from then;
     * refreshed at age 3 in months 7 and 10: 0.5 * 1.25 times labels 1800, of which a
     * tenth comes back, training 200, staff 900, evaluation 40 */
    double refresh = 0.625 * (1620 + 200 + 900 + 40);
    bills_are(&l, teacher_month, teacher_month + 2025 + 250 + 500, teacher_month + 500,
              teacher_month + 375 + 300, 10, 10, 10, 10 + refresh, 10, 10, 10 + refresh, 10);
    near(l.outcome[DS_OUTCOME_READY], 4);
    /* a = 0.9; 0.9 * 0.9 * 0.5 after the release of month 5; 0.9 * 0.81 * 0.5; new in
     * month 7: 0.9, 0.81, 0.729; the release of month 10 falls on a refresh: 0.9, 0.81 */
    near(l.outcome[DS_OUTCOME_BAD_ANSWERS],
         100 + 595 + 635.5 + 100 + 190 + 271 + 100 + 190);
    /* (76) to the teacher: 4 months, labels, licence, royalty; the student is free */
    near(l.outcome[DS_OUTCOME_TOP_SHARE], 1);
    near(amount(&l, -1, "royalty"), 80);
    near(l.outcome[DS_OUTCOME_PROJECT], 500 + 2250 + 300 + 1125 + 2 * 0.625 * 2940);
    close_fixture(&f);
}

/* (62) with start_when: bills 1, 2, 3, 4 ...: above 2.5 first in month 2, so the start is
 * month 3, the lead of 1 month ends at 4; before `start` = 5 nothing starts. */
#define ADAPTIVE_SCENARIO(start)                                                         \
    "{'name': 'e2', 'clock': {'start': '2027-01', 'months': 8},"                         \
    " 'products': {'p': {'requests_per_month': 1,"                                       \
    "   'request': {'input_tokens': 1e6, 'output_tokens': 0},"                           \
    "   'growth': {'process': 'series', 'series': [1, 2, 3, 4, 5, 6, 7, 8]}}},"          \
    " 'models': {"                                                                       \
    "  'teacher': {'contracts': {'c': {'billing': 'per_token',"                          \
    "     'usd_per_mtok': {'input': 1, 'output': 1}}}},"                                 \
    "  'student': {'teacher': 'teacher', 'contracts': {'c': {'billing': 'per_token',"    \
    "     'usd_per_mtok': {'input': 0.5, 'output': 1}, 'staff_usd_per_month': 7}},"      \
    "   'quality': {'general': {'curve': {'limit_share': 0.95, 'gap_at_1b': 0.4,"        \
    "     'exponent': 0.5}}}, 'parameters_b': 4,"                                        \
    "   'project': {'lead_months': 1, 'staff_months': 2, 'usd_per_staff_month': 50}}},"  \
    " 'strategies': {'stay': {'all': 'teacher'},"                                        \
    "  'distil': {'all': 'teacher', 'start': {'student': " start "},"                    \
    "    'start_when_usd_per_month_above': {'student': 2.5},"                            \
    "    'routes': {'*': {'student': {'share': 0.8, 'ramp_months': 2}}}}}}"

static void adaptive_start_ramp_and_curve(void **state)
{
    (void)state;
    fixture f = open_fixture(ADAPTIVE_SCENARIO("0"));
    ledger  l = run(f.plan, 1, 0, 1);
    /* ready in month 4: held and at share 0 there, 0.4 in month 5, 0.8 from month 6 */
    bills_are(&l, 1, 2, 3, 4 + 100, 5 + 7, 6 * (0.6 + 0.2) + 7, 7 * (0.2 + 0.4) + 7,
              8 * (0.2 + 0.4) + 7);
    near(l.outcome[DS_OUTCOME_READY], 4);
    /* a = 0.95 - 0.4/sqrt 4 = 0.75, of 2.4 + 5.6 + 6.4 requests */
    near(l.outcome[DS_OUTCOME_BAD_ANSWERS], 0.25 * 14.4);
    close_fixture(&f);
    f = open_fixture(ADAPTIVE_SCENARIO("5"));
    l = run(f.plan, 1, 0, 1);
    bills_are(&l, 1, 2, 3, 4, 5, 6 + 100, 7 + 7, 8 * 0.8 + 7);
    close_fixture(&f);
}

/* ---- (j) Moments ------------------------------------------------------------ */

enum { PATHS = 20000 };

/* S0 = 1, drift 0.6 and volatility 0.5 a year: the sum of months 1..36 has mean
 * 103.538812342 and sd 72.3304940987 (closed form: sums of exp of the pairwise drifts and
 * covariances, computed to 12 digits). */
static void gbm_sums_have_their_mean(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'j', 'clock': {'start': '2027-01', 'months': 37},"
        " 'products': {'p': {'requests_per_month': 1,"
        "   'growth': {'per_year': 0.8221188003905089, 'volatility_per_sqrt_year': 0.5},"
        "   'request': {'input_tokens': 1e6, 'output_tokens': 0}}},"
        " 'models': {'m': {'contracts': {'c': {'billing': 'per_token',"
        "     'usd_per_mtok': {'input': 1, 'output': 0}}}}},"
        " 'strategies': {'stay': {'all': 'm'}}}");
    double sum = 0;
    for (uint64_t path = 0; path < PATHS; path++) {
        double outcome[DS_OUTCOME_COUNT], bill[MONTHS];
        assert_int_equal(ds_reference(f.plan, 2, path, 0, NULL, NULL, outcome, bill, NULL), DS_OK);
        near(bill[0], 1);
        sum += outcome[DS_OUTCOME_COST_TOTAL] - 1;
    }
    check_near(sum / PATHS, 103.538812342, 4 * 72.3304940987 / sqrt(PATHS), "mean", __LINE__);
    close_fixture(&f);
}

/* p10 = 20 and p90 = 80 give ln-sd s = ln 4/(2 * 1.2815515655) = 0.540865618829 and mean
 * 46.3002454757; sd = mean * sqrt(exp(s^2) - 1) = 26.99.  The second product shares the
 * draw by "@", the third is drawn alone and correlated 0.6 in its score: the correlation
 * of the logs is 0.6, of 20,000 paths with standard error (1 - 0.36)/sqrt n. */
static void lognormal_and_copula(void **state)
{
    (void)state;
    fixture f = open_fixture(
        "{'name': 'j2', 'clock': {'start': '2027-01', 'months': 1},"
        " 'quantities': {'x': {'p10': 20, 'p90': 80}},"
        " 'correlations': [['/quantities/x', '/products/r/requests_per_month', 0.6]],"
        " 'products': {"
        "  'p': {'requests_per_month': '@x',"
        "        'request': {'input_tokens': 1e6, 'output_tokens': 0}},"
        "  'q': {'requests_per_month': '@x',"
        "        'request': {'input_tokens': 1e6, 'output_tokens': 0}},"
        "  'r': {'requests_per_month': {'p10': 20, 'p90': 80},"
        "        'request': {'input_tokens': 1e6, 'output_tokens': 0}}},"
        " 'models': {'m': {'contracts': {'c': {'billing': 'per_token',"
        "     'usd_per_mtok': {'input': 1, 'output': 0}}}}},"
        " 'strategies': {'stay': {'all': 'm'}}}");
    double mean = 0, xx = 0, yy = 0, xy = 0;
    const double mu = log(40), sd = 0.540865618829;
    for (uint64_t path = 0; path < PATHS; path++) {
        ledger l = run(f.plan, 3, path, 0);
        assert_int_equal(l.rows, 3);
        assert_true(l.row[0].amount_usd == l.row[1].amount_usd);
        double x = (log(l.row[0].amount_usd) - mu) / sd;
        double y = (log(l.row[2].amount_usd) - mu) / sd;
        mean += l.row[2].amount_usd / PATHS;
        xx += x * x;
        yy += y * y;
        xy += x * y;
    }
    check_near(mean, 46.3002454757, 4 * 26.99 / sqrt(PATHS), "mean", __LINE__);
    check_near(yy / PATHS, 1, 4 * sqrt(2.0 / PATHS), "variance of logs", __LINE__);
    check_near(xy / sqrt(xx * yy), 0.6, 4 * 0.64 / sqrt(PATHS), "correlation", __LINE__);
    close_fixture(&f);
}

/* ---- (k) Conservation ------------------------------------------------------- */

/* in two parts: a literal has at most 4095 characters */
static const char rich_markets[] =
    "{'name': 'k', 'clock': {'start': '2027-03', 'months': 30},"
    " 'inflation_per_year': 0.03, 'money': 'real', 'timing': 'end',"
    " 'quantities': {'off': {'p10': 0.1, 'p90': 0.3, 'max': 0.6}},"
    " 'correlations': [['/products/a/growth', '/products/b/growth', 0.5],"
    "   ['/products/b/growth', '/gpus/g', -0.3],"
    "   ['/gpus/g', '/models/big/price_path', 0.2]],"
    " 'gpus': {'g': {'usd_per_gpu_hour': {'p10': 1.5, 'p90': 3}, 'reversion_per_year': 1,"
    "   'long_run_usd_per_gpu_hour': 2, 'volatility_per_sqrt_year': 0.3, 'jumps_per_year': 1,"
    "   'jump_factor': {'p10': 0.8, 'p90': 1.5}, 'peak_tflops': 900}},"
    " 'profiles': {'f': {'gpu': 'g', 'gpus_per_replica': 2, 'parameters_b': 8,"
    "   'input_tokens_per_gpu_s': 20000, 'output_tokens_per_gpu_s': 2000,"
    "   'attention_gpu_s_per_token2': 1e-9, 'speed_gain_per_year': 0.2,"
    "   'speed_factor': {'p10': 0.8, 'p90': 1.25}}},"
    " 'products': {"
    "  'a': {'requests_per_month': {'p10': 1e6, 'p90': 1e7}, 'peak_to_mean': 2,"
    "   'growth': {'per_year': 1, 'slows_to_per_year': 0.1, 'volatility_per_sqrt_year': 0.3,"
    "     'jumps_per_year': 1, 'jump_factor': {'p10': 0.7, 'p90': 1.6}},"
    "   'request': {'input_words': 900, 'output_words': 200, 'cache_read_share': 0.4,"
    "     'cache_write_share': 0.1, 'output_cv': 0.7, 'output_growth_per_year': 0.1},"
    "   'value_usd_per_request': 0.05, 'loss_usd_per_bad_answer': 0.02},"
    "  'b': {'requests_per_month': 2e6, 'task_class': 'code', 'price_elasticity': 0.5,"
    "   'price_of': 'big', 'growth': {'process': 'logistic', 'per_year': 2,"
    "     'ceiling_factor': 5, 'volatility_per_sqrt_year': 0.4},"
    "   'request': {'input_tokens': 3000, 'output_tokens': 700},"
    "   'loss_usd_per_bad_answer': 0.1},"
    "  'c': {'requests_per_month': 5e5, 'growth': {'process': 'bass', 'ceiling_factor': 9},"
    "   'request': {'input_tokens': 500, 'output_tokens': 50}}},";
static const char rich_models[] =
    " 'models': {"
    "  'big': {'provider': 'acme', 'fee_returned_share': 0.15, 'fallback': 'house',"
    "   'interruption': {'per_year': 0.5, 'months': {'p10': 0.5, 'p90': 4}},"
    "   'price_path': {'release_every_months': 6, 'change_at_release': {'p10': 0.5,"
    "     'p90': 1.2}, 'cuts_per_year': 0.5, 'cut_factor': 0.8, 'change_per_year': -0.1,"
    "     'volatility_per_sqrt_year': 0.1},"
    "   'contracts': {'time': {'billing': 'compute_time', 'usd_per_unit_hour': 6,"
    "       'unit': {'profile': 'f', 'gpus': 4}, 'minimum_units': 5},"
    "     'token': {'from': {'p10': 6, 'p90': 12}, 'billing': 'per_token',"
    "       'price_locked_months': 6, 'discount_share': '@off', 'batch_share': 0.2,"
    "       'usd_per_mtok': {'input': 3, 'output': 15, 'cache_read': 0.3},"
    "       'commitment': {'usd_per_month': 60000}}}},"
    "  'house': {'contracts': {'own': {'billing': 'fleet', 'profile': 'f',"
    "      'scaling': 'hourly', 'owned': {'usd_per_gpu': 30000, 'life_months': 12,"
    "        'colocation_usd_per_gpu_month': 50}, 'staff_usd_per_month': 9000}},"
    "    'quality': {'code': {'acceptable_share': 0.8}}},"
    "  'hosted': {'contracts': {'h': {'billing': 'hosted_per_token', 'usd_per_mtok':"
    "      {'input': 1, 'output': 4}, 'hosting_usd_per_hour': 3,"
    "      'storage_usd_per_month': 20}}},"
    "  'student': {'teacher': 'big', 'parameters_b': 4, 'fee_returned_share': 0.01,"
    "   'contracts': {'rent': {'billing': 'fleet', 'profile': 'f', 'spare_replicas': 1}},"
    "   'quality': {'general': {'acceptable_share': 0.93}, 'code': {'curve':"
    "     {'limit_share': 0.95, 'gap_at_1b': 0.2, 'exponent': 0.4}}},"
    "   'verifier': {'detected_share': 0.7, 'false_alarm_share': 0.05,"
    "     'usd_per_request': 0.0002}, 'decay_per_month': 0.01, 'decay_per_release': 0.03,"
    "   'refresh': {'every_months': 7, 'cost_share': 0.6},"
    "   'project': {'lead_months': {'p10': 2, 'p90': 7}, 'attempts': 3,"
    "     'success_probability': 0.6, 'permission_probability': 0.9, 'staff_months': 20,"
    "     'usd_per_staff_month': 20000, 'evaluation_usd': 5000, 'licence_fee_usd': 40000,"
    "     'royalty_usd_per_mtok': 0.1, 'overrun_factor': {'p10': 0.9, 'p90': 2},"
    "     'labels': {'examples': 2e6, 'rejected_share': 0.2, 'input_tokens': 800,"
    "       'output_tokens': 300}, 'training': {'gpu': 'g', 'tokens': 2e9, 'epochs': 3}}}},"
    " 'strategies': {"
    "  'stay': {'all': 'big'}, 'same': {'all': 'big'},"
    "  'mix': {'all': 'big', 'start': {'student': 2},"
    "   'routes': {'c': {'hosted': {'share': 0.9, 'from': 3, 'ramp_months': 3}},"
    "     '*': {'student': {'share': 0.7, 'ramp_months': 4, 'escalate_to': 'big'},"
    "           'house': {'share': 0.2, 'from': 8}}}}}}";

static fixture open_rich(void)
{
    static char text[sizeof rich_markets + sizeof rich_models];
    snprintf(text, sizeof text, "%s%s", rich_markets, rich_models);
    return open_fixture(text);
}

typedef struct {
    double month[MONTHS], paid[MONTHS];
    double all, project, fee, value;
} sums;

static void add_row(void *context, const ds_ledger_row *row)
{
    static const char *const project_lines[] = { "labels", "training", "evaluation",
                                                 "project staff", "licence fee" };
    sums *s = context;
    assert_true(row->quantity * row->unit_price_usd == row->amount_usd);
    assert_true(row->rule[0] == '(' && row->unit[0] != '\0');
    s->all += row->amount_usd;
    s->month[row->month] += row->amount_usd;
    if (strcmp(row->line, "unserved requests") != 0 && strcmp(row->line, "bad answers") != 0)
        s->paid[row->month] += row->amount_usd;
    if (strcmp(row->line, "fee returned") == 0)
        s->fee -= row->amount_usd;
    for (size_t i = 0; i < sizeof project_lines / sizeof *project_lines; i++)
        if (strcmp(row->line, project_lines[i]) == 0)
            s->project += row->amount_usd;
}

static void rows_add_up(void **state)
{
    (void)state;
    fixture f = open_rich();
    for (uint64_t path = 0; path < 200; path++) {
        sums   s = { .all = 0 };
        double outcome[DS_OUTCOME_COUNT], again[DS_OUTCOME_COUNT], bill[MONTHS];
        assert_int_equal(ds_reference(f.plan, 7, path, 2, add_row, &s, outcome, bill, NULL), DS_OK);
        double npv = 0, peak = 0;
        for (size_t t = 0; t < 30; t++) {
            check_near(bill[t], s.paid[t], 1e-12 * s.paid[t], "bill", __LINE__);
            npv += s.month[t] * pow(1.1, -(double)(t + 1) / 12);
            peak = fmax(peak, s.paid[t]);
        }
        double tolerance = 1e-12 * s.all;
        check_near(outcome[DS_OUTCOME_COST_TOTAL], s.all, tolerance, "total", __LINE__);
        check_near(outcome[DS_OUTCOME_COST_NPV], npv, tolerance, "npv", __LINE__);
        check_near(outcome[DS_OUTCOME_PROJECT], s.project, tolerance, "project", __LINE__);
        check_near(outcome[DS_OUTCOME_FEE_RETURNED], s.fee, tolerance, "fee", __LINE__);
        check_near(outcome[DS_OUTCOME_PEAK_BILL], peak, tolerance, "peak", __LINE__);
        assert_true(s.fee > 0);
        /* the saving is that against the baseline, and the same strategy saves nothing */
        assert_int_equal(ds_reference(f.plan, 7, path, 0, NULL, NULL, again, NULL, NULL), DS_OK);
        check_near(outcome[DS_OUTCOME_SAVING_TOTAL], again[DS_OUTCOME_COST_TOTAL] - s.all,
                   tolerance, "saving", __LINE__);
        assert_int_equal(ds_reference(f.plan, 7, path, 1, NULL, NULL, again, NULL, NULL), DS_OK);
        assert_true(again[DS_OUTCOME_SAVING_TOTAL] == 0 && again[DS_OUTCOME_SAVING_NPV] == 0);
        assert_true(again[DS_OUTCOME_PAYBACK] == 0);
        assert_true(outcome[DS_OUTCOME_HHI] <= outcome[DS_OUTCOME_TOP_SHARE]);
        assert_true(outcome[DS_OUTCOME_TOP_SHARE] <= 1);
        assert_true(outcome[DS_OUTCOME_UTILISATION] > 0 && outcome[DS_OUTCOME_UTILISATION] < 1);
    }
    close_fixture(&f);
}

static void explain_is_the_reference(void **state)
{
    (void)state;
    fixture  f = open_rich();
    ds_error error = { .code = DS_OK };
    sums     s = { .all = 0 };
    double   outcome[DS_OUTCOME_COUNT];
    assert_int_equal(ds_explain(f.plan, 7, 3, 2, add_row, &s, outcome, &error), DS_OK);
    check_near(outcome[DS_OUTCOME_COST_TOTAL], s.all, 1e-12 * s.all, "total", __LINE__);
    assert_int_equal(ds_explain(f.plan, 7, 3, 2, add_row, &s, NULL, &error), DS_OK);
    assert_int_equal(ds_explain(f.plan, 7, 3, 3, add_row, &s, outcome, &error), DS_E_USAGE);
    assert_true(strstr(error.message, "3") != NULL);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failing_student),
        cmocka_unit_test(successful_student_ages),
        cmocka_unit_test(adaptive_start_ramp_and_curve),
        cmocka_unit_test(gbm_sums_have_their_mean),
        cmocka_unit_test(lognormal_and_copula),
        cmocka_unit_test(rows_add_up),
        cmocka_unit_test(explain_is_the_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
