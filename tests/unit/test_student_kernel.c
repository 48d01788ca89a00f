/* test_student_kernel.c -- students in the fast engine, worked out by hand: routers (60),
 * the scaling law (63b), training (65), on-policy rounds (65c), and refreshes by age,
 * release and quality (67).  Through the public interface alone.
 *
 * Every expected number is derived in a comment from docs/model.md.  Tolerance: 1e-12
 * relative, unless stated.  Nothing here is statistical.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_help.h"

/* ---- Routers ----------------------------------------------------------------- */

/* A month of 1000 requests, half of them routed to a student that is ready at once:
 * w = 500, a = 0.8, d = 0.75, f = 0.05, e = 0.2 * 0.75 + 0.8 * 0.05 = 0.19.
 * A request costs the student 1000 * 1 + 100 * 4 = 1400 USD, the teacher
 * 1000 * 3 + 100 * 15 = 4500 USD, each over a million. */
#define ROUTER_SCENARIO(interruption, escalate)                                          \
    "{'name': 'r', 'clock': {'start': '2027-01', 'months': 1},"                          \
    " 'products': {'p': {'requests_per_month': 1000, 'loss_usd_per_bad_answer': 3,"      \
    "   'request': {'input_tokens': 1000, 'output_tokens': 100}}},"                      \
    " 'models': {"                                                                       \
    "  'teacher': {'contracts': {'c': {'billing': 'per_token',"                          \
    "     'usd_per_mtok': {'input': 3, 'output': 15}}}},"                                \
    "  'student': {'teacher': 'teacher', " interruption                                  \
    "   'quality': {'general': {'acceptable_share': 0.8}},"                              \
    "   'router': {'detected_share': 0.75, 'false_alarm_share': 0.05,"                   \
    "     'usd_per_request': 0.002},"                                                    \
    "   'verifier': {'detected_share': 0.5, 'usd_per_request': 0.01},"                   \
    "   'project': {'lead_months': 0},"                                                  \
    "   'contracts': {'c': {'billing': 'per_token',"                                     \
    "     'usd_per_mtok': {'input': 1, 'output': 4}}}}},"                                \
    " 'strategies': {'stay': {'all': 'teacher'},"                                        \
    "  'distil': {'all': 'teacher', 'start': {'student': 0}, 'routes': {'p': {"          \
    "    'student': {'share': 0.5, 'escalate_to': 'teacher', 'escalate': '" escalate     \
    "'}}}}}}"

/* 500 looks 1.000; the student keeps 500 * 0.81 = 405: 0.567; the teacher answers
 * 500 + 95: 2.6775.  Bad: 500 * 0.2 * 0.25 = 25. */
static void router_sends_on_without_an_answer(void **state)
{
    (void)state;
    world m = open_text(ROUTER_SCENARIO("", "before_answer"));
    run(&m, 1);
    CLOSE(bill(&m, 1, 0), 1 + 0.567 + 2.6775, 1e-12);
    CLOSE(figure(&m, 1, "bad_answers"), 25, 1e-12);
    CLOSE(figure(&m, 1, "escalated_share"), 0.095, 1e-12);
    CLOSE(figure(&m, 1, "cost_total_usd"), 4.2445 + 75, 1e-12);
    close_world(&m);
}

/* The same student with its verifier, d = 0.5, f = 0: all 500 are answered and checked,
 * 0.7 + 5; e = 0.1: the teacher answers 500 + 50, 2.475.  Bad: 50. */
static void cascade_pays_both(void **state)
{
    (void)state;
    world m = open_text(ROUTER_SCENARIO("", "after_answer"));
    run(&m, 1);
    CLOSE(bill(&m, 1, 0), 0.7 + 5 + 2.475, 1e-12);
    CLOSE(figure(&m, 1, "bad_answers"), 50, 1e-12);
    close_world(&m);
}

/* Out for a quarter of the month, or not, as each path has it.  Out: of the 405 kept
 * 101.25 are lost, and of the student's bad answers a quarter; the router looked at all. */
static void router_before_an_interruption(void **state)
{
    (void)state;
    world m = open_text(
        ROUTER_SCENARIO("'interruption': {'per_year': 6, 'months': 0.25},", "before_answer"));
    run(&m, 64);
    size_t paths[2] = {0, 0};
    const double *lost = ds_result_column(m.result, 1, outcome_index("unserved_requests"));
    const double *bad = ds_result_column(m.result, 1, outcome_index("bad_answers"));
    const double *cost = ds_result_column(m.result, 1, outcome_index("cost_total_usd"));
    for (size_t k = 0; k < 64; k++) {
        bool   out = lost[k] > 0;
        double up = out ? 0.75 : 1;
        paths[out]++;
        NEAR(lost[k], out ? 101.25 : 0, 1e-10);
        CLOSE(bad[k], 25 * up, 1e-12);
        CLOSE(cost[k], 1 + 0.567 * up + 2.6775 + 75 * up, 1e-12);
    }
    assert_true(paths[0] > 0 && paths[1] > 0);
    close_world(&m);
}

/* A router that sends all on: d = f = 1.  The student has no request, so that its
 * contract costs nothing but what is fixed: it is held, hosting is due.
 * 1000 * 4500e-6 + 500 looks + 730 hours at 0.5 (January 2027 of the clock: 730 h). */
static void router_that_sends_all_on(void **state)
{
    (void)state;
    world       base = open_text(ROUTER_SCENARIO("", "before_answer"));
    ds_override all[] = {{"/models/student/router/detected_share", "1"},
                         {"/models/student/router/false_alarm_share", "1"}};
    world       m = open_with(&base, all, 2);
    run(&m, 1);
    CLOSE(bill(&m, 1, 0), 4.5 + 1, 1e-12);
    assert_true(figure(&m, 1, "bad_answers") == 0);
    CLOSE(figure(&m, 1, "escalated_share"), 0.5, 1e-12);
    close_world(&m);
    close_world(&base);
}

/* ---- Quality ------------------------------------------------------------------ */

#define LAW_SCENARIO                                                                     \
    "{'name': 'l', 'clock': {'start': '2027-01', 'months': 1},"                          \
    " 'products': {'p': {'requests_per_month': 1e6,"                                     \
    "   'request': {'input_tokens': 1000, 'output_tokens': 100}}},"                      \
    " 'models': {'m': {'parameters_b': %s, 'quality': {'general': {'scaling_law': {"     \
    "    'tokens': %s, 'teacher_loss': %s, 'limit_share': %s, 'share_per_nat': %s}}},"   \
    "   'contracts': {'c': {'billing': 'per_token',"                                     \
    "     'usd_per_mtok': {'input': 3, 'output': 15}}}}},"                               \
    " 'strategies': {'stay': {'all': 'm'}}}"

/* L - L_T by (63b), to 40 digits by mpmath (Python), from the formula and the default
 * constants.  The tolerance is of the share: rounding of (...)^(-c1 f1), an exponent of
 * 47, leaves some 1e-14. */
static void scaling_law_gives_the_share(void **state)
{
    (void)state;
    static const struct {
        const char *billions, *tokens, *loss, *limit, *per_nat;
        double      share;
    } cases[] = {
        {"8", "1e11", "2", "0.95", "1.5", 0.95 - 1.5 * 0.03766077598437126340594},
        {"0.5", "2e10", "2.1", "0.95", "1.5", 0.95 - 1.5 * 0.27431368389079417247804},
        {"8", "1e11", "2.6", "0.9", "10", 0.9 - 10 * 8.3341393355058552965e-13},
        {"0.5", "2e10", "2.1", "0.95", "4", 0}, /* 0.95 - 1.097 is cut at 0 */
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        world m = open_format(LAW_SCENARIO, cases[k].billions, cases[k].tokens, cases[k].loss,
                              cases[k].limit, cases[k].per_nat);
        run(&m, 1);
        NEAR(figure(&m, 0, "bad_answers") / 1e6, 1 - cases[k].share, 1e-12);
        close_world(&m);
    }
}

/* ---- The project --------------------------------------------------------------- */

/* Ready in month 2; nothing but the project costs anything.  GPU rent 2. */
#define PROJECT_SCENARIO(training, more)                                                 \
    "{'name': 's', 'clock': {'start': '2027-01', 'months': 20},"                         \
    " 'gpus': {'g': {'usd_per_gpu_hour': 2, 'peak_tflops': 200}},"                       \
    " 'products': {"                                                                     \
    "  'p': {'requests_per_month': 0, 'task_class': 'chat', 'request': {"                \
    "    'input_tokens': 900, 'output_tokens': 100}},"                                   \
    "  'q': {'requests_per_month': 0, 'task_class': 'code', 'request': {"                \
    "    'input_tokens': 900, 'output_tokens': 100}}},"                                  \
    " 'models': {"                                                                       \
    "  'teacher': {'fee_returned_share': 0.1, 'price_path': {'releases': 'fixed',"       \
    "     'release_every_months': 2},"                                                   \
    "   'contracts': {'c': {'billing': 'per_token', 'discount_share': 0.2,"              \
    "     'usd_per_mtok': {'input': 3, 'output': 15}}}},"                                \
    "  'student': {'teacher': 'teacher', 'parameters_b': 3,"                             \
    "   'quality': {'chat': {'acceptable_share': 0.9}, 'code': {'acceptable_share': 0.7}},"\
    "   'contracts': {'c': {'billing': 'per_token',"                                     \
    "     'usd_per_mtok': {'input': 0, 'output': 0}}}," more                             \
    "   'project': {'lead_months': 2, 'overrun_factor': 1.25, " training " }}},"         \
    " 'strategies': {'stay': {'all': 'teacher'},"                                        \
    "  'distil': {'all': 'teacher', 'start': {'student': 0},"                            \
    "    'routes': {'p': {'student': {'share': 1}}}},"                                   \
    "  'both': {'all': 'teacher', 'start': {'student': 0},"                              \
    "    'routes': {'*': {'student': {'share': 1}}}},"                                   \
    "  'neither': {'all': 'teacher', 'start': {'student': 0}}}}"

/* Training falls into month 1, the last one before month 2: 1.25 times so much. */
static void training_by_hours_and_by_operations(void **state)
{
    (void)state;
    static const struct {
        const char *training;
        double      hours;
    } cases[] = {
        /* 6 * 3e9 * 1e9 * 2 / (0.5 * 200e12) = 3.6e5 s */
        {"'tokens': 1e9, 'epochs': 2, 'mfu_share': 0.5", 100},
        {"'tokens': 1e9, 'epochs': 2, 'mfu_share': 0.5, 'flop_per_parameter_token': 4",
         100 * 4 / 6.0},
        {"'gpu_hours': 321", 321},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        world m = open_format(PROJECT_SCENARIO("'training': {'gpu': 'g', %s}", ""),
                              cases[k].training);
        run(&m, 1);
        CLOSE(bill(&m, 1, 1), 1.25 * 2 * cases[k].hours, 1e-12);
        CLOSE(figure(&m, 1, "project_usd"), 1.25 * 2 * cases[k].hours, 1e-12);
        close_world(&m);
    }
}

/* Three rounds of 1000 answers at (2000 * 3 + 200 * 15)e-6 * 0.8 * 0.5 = 0.0036: 10.8; of
 * the teacher's 1.25 * 10.8 = 13.5 a tenth comes back.  GPUs: 3 * 7 h at 2: 42, times 1.25.
 * Refreshed at age 5, in months 7, 12 and 17, for half. */
static void on_policy_rounds_are_bought_and_trained(void **state)
{
    (void)state;
    world m = open_text(PROJECT_SCENARIO(
        "'on_policy': {'rounds': 3, 'examples': 1000, 'input_tokens': 2000,"
        " 'output_tokens': 200, 'batch_discount_share': 0.5, 'gpu': 'g', 'gpu_hours': 7}",
        "'refresh': {'every_months': 5, 'cost_share': 0.5},"));
    run(&m, 1);
    const double once = 13.5 * 0.9 + 52.5;
    for (size_t t = 0; t < 20; t++) {
        double share = t == 1 ? 1 : t == 7 || t == 12 || t == 17 ? 0.5 : 0;
        NEAR(bill(&m, 1, t), once * share, 1e-12);
    }
    CLOSE(figure(&m, 1, "fee_returned_usd"), 1.35 * 2.5, 1e-12);
    CLOSE(figure(&m, 1, "project_usd"), (13.5 + 52.5) * 2.5, 1e-12);
    CLOSE(figure(&m, 1, "provider_top_share"), 1, 1e-12); /* the teacher was paid */
    close_world(&m);
}

/* Without GPU hours and without examples a round costs nothing, and needs no GPU. */
static void on_policy_rounds_may_need_no_gpu(void **state)
{
    (void)state;
    world m = open_text(PROJECT_SCENARIO("'on_policy': {'rounds': 2, 'examples': 500,"
                                         " 'input_tokens': 1000}", ""));
    run(&m, 1);
    /* 1000 answers at 1000 * 3e-6 * 0.8 = 0.0024: 2.4, times 1.25, a tenth back */
    CLOSE(bill(&m, 1, 1), 2.7, 1e-12);
    CLOSE(figure(&m, 1, "project_usd"), 3, 1e-12);
    close_world(&m);
}

/* ---- Refreshes ------------------------------------------------------------------ */

/* A refresh costs 1.25 * 8 = 10, the student in month 1 the same; `want` ends with 0. */
static void check_refreshes(const char *refresh, const char *decay, size_t strategy,
                            const size_t *want)
{
    world m = open_format(PROJECT_SCENARIO("'evaluation_usd': 8", "'refresh': {%s}, %s"),
                          refresh, decay);
    run(&m, 1);
    for (size_t t = 0; t < 20; t++) {
        bool expected = t == 1 || t == *want;
        want += t == *want;
        if (fabs(bill(&m, strategy, t) - (expected ? 10 : 0)) > 1e-11)
            fail_msg("%s: strategy %zu, month %zu: %g", refresh, strategy, t,
                     bill(&m, strategy, t));
    }
    close_world(&m);
}
#define REFRESHED(refresh, decay, strategy, ...) \
    check_refreshes(refresh, decay, strategy, (const size_t[]){__VA_ARGS__, 0})

/* Releases in months 2, 4, 6, ...; the one of month 2, in which the student gets ready,
 * does not count. */
static void refreshed_by_release(void **state)
{
    (void)state;
    REFRESHED("'every_releases': 2", "", 1, 6, 10, 14, 18);
    REFRESHED("'every_releases': 2", "", 3, 6, 10, 14, 18); /* routed or not */
    /* age 5 in month 7; then 2 releases (8, 10) and age 5 in month 12; then in 17 */
    REFRESHED("'every_releases': 2, 'not_within_months': 5", "", 1, 7, 12, 17);
    /* whichever comes first: age 3 in months 5, 8, 11, ...; n is 2 at none of them before */
    REFRESHED("'every_releases': 2, 'every_months': 3", "", 1, 5, 8, 11, 14, 17);
}

/* 0.9 * 0.9^k < 0.6 from k = 4 on (0.590); 0.7 * 0.9^k from k = 2 on (0.567). */
static void refreshed_by_quality(void **state)
{
    (void)state;
    const char *by_month = "'decay_per_month': 0.1,";
    REFRESHED("'below_acceptable_share': 0.6", by_month, 1, 6, 10, 14, 18);
    REFRESHED("'below_acceptable_share': 0.6", by_month, 2, 4, 6, 8, 10, 12, 14, 16, 18);
    REFRESHED("'below_acceptable_share': 0.6, 'not_within_months': 3", by_month, 2, 5, 8, 11, 14,
              17);
    REFRESHED("'below_acceptable_share': 0.6", by_month, 3, 99); /* no route: never */
    /* 0.9 * 0.9 = 0.81 is not below 0.81, whatever rounding makes of it */
    REFRESHED("'below_acceptable_share': 0.81", by_month, 1, 4, 6, 8, 10, 12, 14, 16, 18);
    /* new, it is below already: as often as it may */
    REFRESHED("'below_acceptable_share': 0.95, 'not_within_months': 4", by_month, 1, 6, 10, 14,
              18);
    /* by releases, the decay of month 4 is 0.9 * 0.7 = 0.63, of month 6 0.441 */
    REFRESHED("'below_acceptable_share': 0.6", "'decay_per_release': 0.3,", 1, 6, 10, 14, 18);
}

/* Without any of the three, `refresh` does nothing. */
static void never_refreshed(void **state)
{
    (void)state;
    REFRESHED("'every_months': 1000", "", 1, 99);
    REFRESHED("'every_releases': 1000", "", 1, 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(router_sends_on_without_an_answer),
        cmocka_unit_test(cascade_pays_both),
        cmocka_unit_test(router_before_an_interruption),
        cmocka_unit_test(router_that_sends_all_on),
        cmocka_unit_test(scaling_law_gives_the_share),
        cmocka_unit_test(training_by_hours_and_by_operations),
        cmocka_unit_test(on_policy_rounds_are_bought_and_trained),
        cmocka_unit_test(on_policy_rounds_may_need_no_gpu),
        cmocka_unit_test(refreshed_by_release),
        cmocka_unit_test(refreshed_by_quality),
        cmocka_unit_test(never_refreshed),
    };
    return cmocka_run_group_tests_name("student, fast engine", tests, NULL, NULL);
}
