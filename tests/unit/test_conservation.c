/* test_conservation.c -- no request is lost or counted twice: in every month and on every
 * path, what is asked for is answered by the model that it was sent to and not escalated,
 * or by the one that it was escalated to, or by a fallback, or it is unserved.
 *
 * On random scenarios (random_scenario.h), in both engines, from within: the naive engine's
 * months are run here, and so are the kernel's.  What contracts refuse (44), (90) is taken
 * from requests that have been routed already, so it is looked at apart.  Tolerance: 1e-12 of
 * the requests, which is rounding.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "distillsim.h"
#include "load_text.h"
#include "model/kernel.h"
#include "model/reference.c" /* for run_make(): the months are run by the test */
#include "model/work.h"
#include "random_scenario.h"

enum { SCENARIOS = 200, FIRST = 7001, PATHS = 3, KERNELS = 24 };

static uint64_t current;          /* scenario, for messages                              */
static size_t   moved, sent_twice, with_fallback, without_answer; /* months that have any */

static ds_scenario *open_scenario(uint64_t number)
{
    char        *text = random_scenario(number);
    ds_scenario *scenario = NULL;
    ds_error     err;
    if (load_json(text, NULL, NULL, &scenario, &err) != DS_OK)
        fail_msg("scenario %llu: %s: %s", (unsigned long long)number, err.pointer, err.message);
    free(text);
    current = number;
    return scenario;
}

static ds_plan *open_plan(const ds_scenario *scenario)
{
    ds_plan *plan = NULL;
    ds_error err;
    if (ds_plan_compile(scenario, &plan, &err) != DS_OK)
        fail_msg("scenario %llu: %s: %s", (unsigned long long)current, err.pointer, err.message);
    return plan;
}

static void balanced(double asked, double found, size_t strategy, size_t month, const char *what)
{
    if (!(fabs(found - asked) <= 1e-12 * asked))
        fail_msg("scenario %llu strategy %zu month %zu: %s %.17g of %.17g requests",
                 (unsigned long long)current, strategy, month, what, found, asked);
}

/* ---- The naive engine ---------------------------------------------------------------- */

/* (60): of what was checked, the share that is sent on. */
static double sent_on_by(const ds_ref_run *run, size_t m, size_t p, const ds_verifier *by,
                         double requests)
{
    const ds_product *product = &DS_ITEM(ds_product, run->w->s->products, p);
    if (by == NULL || requests == 0)
        return 0;
    double a = ds_ref_acceptable(run, m, product);
    return requests * ((1 - a) * ds_ref_value(run->w, by->detected_share) +
                       a * ds_ref_value(run->w, by->false_alarm_share));
}

/* After the month is routed. */
static void look_at_month(const ds_ref_run *run, size_t strategy)
{
    size_t models = run->w->s->models.count, products = run->w->s->products.count;
    double all = 0, answers = 0, lost = 0, twice = 0, routed = 0;
    for (size_t p = 0; p < products; p++) {
        double served = 0, again = 0;
        for (size_t m = 0; m < models; m++) {
            const ds_model *model = &DS_ITEM(ds_model, run->w->s->models, m);
            size_t          i = m * products + p;
            assert_true(run->served[i] >= 0 && run->overflow[i] >= 0);
            assert_true(run->checked[i] <= run->served[i] * (1 + 1e-12));
            served += run->served[i];
            again += sent_on_by(run, m, p, model->verifier, run->checked[i]);
            routed += sent_on_by(run, m, p, model->router, run->looked_at[i]);
        }
        assert_true(run->lost[p] >= 0);
        /* who was answered twice was asked for once */
        balanced(run->asked[p], served - again + run->lost[p], strategy, run->t, "found");
        all += run->asked[p];
        answers += served;
        lost += run->lost[p];
        twice += again;
    }
    if (fabs(run->sent_on - twice - routed) > 1e-12 * all)
        fail_msg("scenario %llu: %g escalated, %g and %g found", (unsigned long long)current,
                 run->sent_on, twice, routed);
    /* first answers that stand, answers of a second model or of a fallback, and none */
    assert_true(run->fell_back <= answers - twice + 1e-12 * all);
    moved += run->sent_on > 0;
    sent_twice += twice > 0;
    with_fallback += run->fell_back > 0;
    without_answer += lost > 0;
}

/* What contracts refuse adds to what is lost, and is not more than what they serve. */
static void look_at_bills(const ds_ref_run *run, const double *lost_before)
{
    size_t models = run->w->s->models.count, products = run->w->s->products.count;
    for (size_t p = 0; p < products; p++) {
        double served = 0;
        for (size_t m = 0; m < models; m++)
            served += run->served[m * products + p];
        double refused = run->lost[p] - lost_before[p];
        assert_true(refused >= 0 && refused <= served * (1 + 1e-12));
    }
}

static void run_and_look(const ds_ref_world *w, size_t strategy)
{
    ds_ref_run run;
    double     lost[16];
    assert_true(w->s->products.count <= 16 && run_make(&run, w, strategy));
    ds_ref_projects_begin(&run);
    for (run.t = 0; run.t < w->months; run.t++) {
        ds_ref_projects_month(&run);
        ds_ref_route(&run);
        look_at_month(&run, strategy);
        memcpy(lost, run.lost, w->s->products.count * sizeof *lost);
        ds_ref_bills(&run);
        look_at_bills(&run, lost);
        ds_ref_account(&run);
        ds_ref_projects_charge(&run);
    }
    run_release(&run);
}

static void naive_engine(void **state)
{
    (void)state;
    static const ds_strata none = {.rank = NULL};
    for (uint64_t k = 0; k < SCENARIOS; k++) {
        ds_scenario *scenario = open_scenario(FIRST + k);
        ds_plan     *plan = open_plan(scenario);
        for (uint64_t path = 0; path < PATHS; path++) {
            ds_ref_world w = {.s = ds_plan_scenario(plan), .draws = ds_plan_draws(plan),
                              .seed = 5, .path = path,
                              .sampling = {ds_plan_sampler(plan), 5, PATHS}, .strata = &none};
            ds_error     err;
            w.months = (size_t)w.s->clock->months;
            assert_int_equal(ds_ref_world_make(&w, &err), DS_OK);
            for (size_t s = 0; s < ds_plan_strategy_count(plan); s++)
                run_and_look(&w, s);
            ds_ref_world_release(&w);
        }
        ds_plan_free(plan);
        ds_scenario_free(scenario);
    }
    /* or the test would show nothing */
    assert_true(moved > 1000 && sent_twice > 1000 && with_fallback > 1000);
    assert_true(without_answer > 1000);
}

/* ---- The kernel ---------------------------------------------------------------------- */

/* Is a router in use? Its escalations are not answered twice, and the kernel counts both
 * kinds together. */
static void kinds_of_escalation(const ds_plan_strategy *s, size_t products, bool *cascade,
                                bool *router)
{
    *cascade = *router = false;
    for (size_t p = 0; p < products; p++)
        for (size_t k = 0; k < s->route_count[p]; k++)
            if (s->route[p][k].escalate_to != DS_NONE)
                *(s->route[p][k].before_answer ? router : cascade) = true;
}

/* All lanes after the month of a strategy.  Refusals have been added to what is lost by
 * then, so that strategies that can have any are left to the naive engine. */
static void look_at_lanes(const ds_work *w, size_t strategy)
{
    const ds_plan          *plan = w->plan;
    const ds_plan_strategy *s = &plan->strategy[strategy];
    bool                    cascade, router;
    kinds_of_escalation(s, plan->product_count, &cascade, &router);
    for (size_t i = 0; i < DS_LANES; i++) {
        double asked = 0, found = 0, escalated = s->spoils ? w->now.escalated[i] : 0;
        for (size_t p = 0; p < plan->product_count; p++) {
            asked += w->requests[p][i];
            found += s->loses ? w->now.unserved[p][i] : 0;
            for (size_t m = 0; m < plan->model_count; m++)
                if (w->now.sent[p * plan->model_count + m])
                    found += w->now.usage[p * plan->model_count + m].row[i] *
                             w->now.usage[p * plan->model_count + m].times;
        }
        if (cascade && router) {
            assert_true(found >= asked * (1 - 1e-12));
            assert_true(found <= (asked + escalated) * (1 + 1e-12));
        } else {
            balanced(asked, found - (cascade ? escalated : 0), strategy, w->month, "lanes:");
        }
    }
}

static bool may_refuse(const char *resolved)
{
    return strstr(resolved, "\"rejected\"") != NULL;
}

/* As ds_kernel() does it. */
static void run_lanes(const ds_plan *plan, ds_work *w, double *bills)
{
    w->first = 0;
    w->month = 0;
    ds_random_inputs(w);
    ds_process_begin(w);
    ds_price_begin(w);
    ds_demand_begin(w);
    ds_contract_begin(w);
    ds_student_begin(w);
    for (size_t s = 0; s < plan->strategy_count; s++)
        ds_project_begin(w, s);
    for (size_t s = 0; s < plan->strategy_count; s++)
        ds_strategy_begin(w, s);
    ds_finance_begin(w);
    for (w->month = 0; w->month < plan->months; w->month++) {
        if (w->month % 2 == 0) {
            ds_random_two_months(w);
            ds_process_two_months(w);
        }
        ds_regime_month(w);
        ds_price_month(w);
        ds_demand_month(w);
        ds_contract_month(w);
        ds_student_month(w);
        ds_finance_world(w);
        for (size_t s = 0; s < plan->strategy_count; s++) {
            ds_strategy_month(w, s);
            look_at_lanes(w, s);
            ds_finance_month(w, s, bills);
        }
    }
}

static void kernel(void **state)
{
    (void)state;
    size_t looked_at = 0;
    double *bills = aligned_alloc(64, DS_LANES * sizeof *bills);
    for (uint64_t k = 0; k < 8 * SCENARIOS && looked_at < KERNELS; k++) {
        ds_scenario *scenario = open_scenario(FIRST + k);
        if (!may_refuse(ds_scenario_resolved_json(scenario))) {
            ds_plan *plan = open_plan(scenario);
            size_t   bytes = (ds_kernel_work_bytes(plan) + 63) / 64 * 64;
            void    *work = aligned_alloc(64, bytes);
            assert_true(work != NULL && bills != NULL);
            ds_kernel_prepare(plan, 5, work);
            run_lanes(plan, work, bills);
            free(work);
            ds_plan_free(plan);
            looked_at++;
        }
        ds_scenario_free(scenario);
    }
    free(bills);
    assert_int_equal(looked_at, KERNELS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(naive_engine),
        cmocka_unit_test(kernel),
    };
    return cmocka_run_group_tests_name("requests are conserved", tests, NULL, NULL);
}
