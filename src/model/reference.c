/* reference.c -- the naive engine: one path, one strategy, month by month.
 *
 * Called by explain.c, by the engine when asked for the reference, and by the tests
 * that hold the fast engine against it.  See reference.h for how the files divide
 * docs/model.md; here are the loop over the months and section 9, the outcomes.
 *
 * Invariants: every dollar enters through a ledger line, so the rows of a month add up
 * to its cost; a strategy is computed by the same operations as the baseline, so one
 * that equals it saves exactly 0.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/irr.h"
#include "model/reference_fleet.h"
#include "model/kernel.h"
#include "scenario/error.h"

/* ---- One strategy on the path */

static void terms_release(ds_ref_run *run)
{
    for (size_t m = 0; run->terms != NULL && m < run->w->s->models.count; m++) {
        size_t contracts = DS_ITEM(ds_model, run->w->s->models, m).contracts.count;
        for (size_t i = 0; run->terms[m] != NULL && i < contracts; i++) {
            free(run->terms[m][i].units);
            free(run->terms[m][i].load);
            ds_ref_fleet_free(run->terms[m][i].fleet);
        }
        free(run->terms[m]);
    }
    free(run->terms);
}

static bool terms_of_contract(const ds_ref_run *run, const ds_contract *c, ds_ref_terms *terms)
{
    terms->units = calloc(c->units.count * run->w->months + 1, sizeof(double));
    terms->load = calloc(c->units.count * run->w->s->products.count + 1, sizeof(double));
    if (c->billing == DS_BILLING_FLEET) {
        terms->fleet = ds_ref_fleet_make(run->w, c);
        if (terms->fleet == NULL)
            return false;
    }
    return terms->units != NULL && terms->load != NULL;
}

static bool terms_make(ds_ref_run *run)
{
    const ds_scenario *s = run->w->s;
    run->terms = calloc(s->models.count, sizeof *run->terms);
    for (size_t m = 0; run->terms != NULL && m < s->models.count; m++) {
        const ds_items *contracts = &DS_ITEM(ds_model, s->models, m).contracts;
        run->terms[m] = calloc(contracts->count + 1, sizeof *run->terms[m]);
        for (size_t i = 0; i < contracts->count; i++) {
            if (run->terms[m] == NULL)
                return false;
            if (!terms_of_contract(run, &DS_ITEM(ds_contract, *contracts, i),
                                   &run->terms[m][i]))
                return false;
        }
    }
    run->agreement = calloc(s->agreements.count + 1, sizeof *run->agreement);
    for (size_t a = 0; run->agreement != NULL && a < s->agreements.count; a++)
        run->agreement[a].first = DS_REF_NEVER;
    return run->terms != NULL && run->agreement != NULL;
}

static void run_release(ds_ref_run *run)
{
    terms_release(run);
    free(run->agreement);
    free(run->beta);
    free(run->kept);
    free(run->served);
    free(run->asked);
    free(run->lost);
    free(run->bad);
    free(run->checked);
    free(run->looked_at);
    free(run->beyond);
    free(run->overflow);
    free(run->held);
    free(run->project);
    free(run->bill);
    free(run->cost);
    free(run->provider);
}

static bool run_make(ds_ref_run *run, const ds_ref_world *w, size_t strategy)
{
    size_t models = w->s->models.count, products = w->s->products.count;
    memset(run, 0, sizeof *run);
    run->w = w;
    run->strategy = &DS_ITEM(ds_strategy, w->s->strategies, strategy);
    run->served = calloc(models * products, sizeof *run->served);
    run->asked = calloc(products, sizeof *run->asked);
    run->lost = calloc(products, sizeof *run->lost);
    run->bad = calloc(products, sizeof *run->bad);
    run->held = calloc(models, sizeof *run->held);
    run->project = calloc(models, sizeof *run->project);
    run->checked = calloc(models * products, sizeof *run->checked);
    run->looked_at = calloc(models * products, sizeof *run->looked_at);
    run->beyond = calloc(models * products, sizeof *run->beyond);
    run->overflow = calloc(models * products, sizeof *run->overflow);
    run->beta = calloc(products, sizeof *run->beta);
    run->kept = calloc(products, sizeof *run->kept);
    run->bill = calloc(w->months, sizeof *run->bill);
    run->cost = calloc(w->months, sizeof *run->cost);
    run->provider = calloc(models, sizeof *run->provider);
    return run->served && run->asked && run->lost && run->bad && run->held && run->project &&
           run->checked && run->looked_at && run->beyond && run->overflow && run->beta &&
           run->kept && run->bill && run->cost && run->provider && terms_make(run);
}

static void run_months(ds_ref_run *run)
{
    ds_ref_projects_begin(run);
    for (run->t = 0; run->t < run->w->months; run->t++) {
        ds_ref_projects_month(run);
        ds_ref_route(run);
        ds_ref_bills(run);
        ds_ref_account(run);
        ds_ref_projects_charge(run);
    }
}

/* ---- Outcomes, section 9 */

/* (72) */
static double discount(const ds_ref_world *w, size_t t)
{
    double theta = w->s->timing == DS_TIMING_START ? 0 : w->s->timing == DS_TIMING_MID ? 0.5 : 1;
    return pow(1 + ds_ref_value(w, w->s->discount_rate_per_year), -((double)t + theta) / 12);
}

static double present_value(const ds_ref_run *run)
{
    double sum = 0;
    for (size_t t = 0; t < run->w->months; t++)
        sum += discount(run->w, t) * run->cost[t];
    return sum;
}

static double total(const ds_ref_run *run, const double *of_month)
{
    double sum = 0;
    for (size_t t = 0; t < run->w->months; t++)
        sum += of_month[t];
    return sum;
}

/* (74) */
static double payback(const ds_ref_run *base, const ds_ref_run *run)
{
    size_t months = run->w->months, after_last_loss = 0;
    double saved = 0, base_cost = 0;
    for (size_t t = 0; t < months; t++) {
        saved += base->cost[t] - run->cost[t];
        base_cost += base->cost[t];
        if (saved < -1e-9 * fabs(base_cost))
            after_last_loss = t + 1;
    }
    return after_last_loss == months ? DS_REF_NEVER : (double)after_last_loss;
}

/* (74b) */
static double break_even(const ds_ref_run *base, const ds_ref_run *run)
{
    double after_last_loss = payback(base, run), saved = 0;
    if (after_last_loss == 0 || after_last_loss == DS_REF_NEVER)
        return after_last_loss;
    size_t month = (size_t)after_last_loss; /* in which it is made good */
    for (size_t t = 0; t < month; t++)
        saved += base->cost[t] - run->cost[t];
    double saving = base->cost[month] - run->cost[month];
    return after_last_loss + (saving > -saved ? -saved / saving : 1);
}

/* (75b) */
static double modified_rate(const ds_ref_world *w, const double *flow)
{
    double yearly = 1 + ds_ref_value(w, w->s->discount_rate_per_year), in = 0, out = 0;
    for (size_t t = 0; t < w->months; t++) {
        double now = flow[t] * pow(yearly, -(double)t / 12);
        in += now < 0 ? -now : 0;
        out += now > 0 ? now : 0;
    }
    if (!(in > 0) || w->months < 2)
        return DS_REF_NONE;
    double rate = yearly * pow(out / in, 12 / ((double)w->months - 1)) - 1;
    return rate < exp(690) ? rate : DS_REF_NONE;
}

/* (75) */
static bool internal_rate(const ds_ref_run *base, const ds_ref_run *run, double *outcomes)
{
    size_t  months = run->w->months;
    double *flow = malloc(months * sizeof *flow);
    if (flow == NULL)
        return false;
    for (size_t t = 0; t < months; t++) {
        double x = base->cost[t] - run->cost[t];
        flow[t] = fabs(x) <= 1e-9 * base->cost[t] ? 0 : x;
    }
    int    roots = 0;
    double rate = ds_irr(months, flow, &roots);
    outcomes[DS_OUTCOME_IRR] = roots == 1 ? rate : DS_REF_NONE;
    outcomes[DS_OUTCOME_IRR_UNIQUE] = roots == 1;
    outcomes[DS_OUTCOME_IRR_MULTIPLE] = roots >= 2;
    outcomes[DS_OUTCOME_MIRR] = modified_rate(run->w, flow);
    free(flow);
    return true;
}

static void bill_outcomes(const ds_ref_run *run, double *outcomes)
{
    const ds_scenario *s = run->w->s;
    double budget = ds_ref_value_or(run->w, s->budget_usd_per_month, DS_REF_NEVER);
    size_t mark = 0; /* (77) */
    double peak = run->bill[0];
    double over = 0;
    for (size_t t = 0; t < run->w->months; t++) {
        if (run->bill[t] > run->bill[mark] + 1e-9 * fabs(run->bill[mark]))
            mark = t;
        peak = fmax(peak, run->bill[t]);
        over += run->bill[t] * run->w->deflator[t] > budget * (1 + 1e-9);
    }
    outcomes[DS_OUTCOME_PEAK_BILL] = peak;
    outcomes[DS_OUTCOME_PEAK_MONTH] = (double)mark;
    outcomes[DS_OUTCOME_OVER_BUDGET] = over;
    outcomes[DS_OUTCOME_USD_PER_MTOK] =
        run->mtok > 0 ? total(run, run->bill) / run->mtok : DS_REF_NONE;
}

static const char *provider_name(const ds_ref_run *run, size_t model)
{
    const ds_model *m = &DS_ITEM(ds_model, run->w->s->models, model);
    return m->provider != NULL ? m->provider : m->key.name;
}

/* (76) */
static void provider_outcomes(const ds_ref_run *run, double *outcomes)
{
    size_t models = run->w->s->models.count;
    double all = 0, top = 0, squares = 0;
    for (size_t m = 0; m < models; m++)
        all += run->provider[m];
    for (size_t m = 0; m < models; m++) {
        double paid = 0; /* to the provider of m, if m is the first of its models */
        bool   first = true;
        for (size_t k = 0; k < models; k++)
            if (strcmp(provider_name(run, k), provider_name(run, m)) == 0) {
                first = first && k >= m;
                paid += run->provider[k];
            }
        double share = first ? paid / all : 0;
        top = fmax(top, share);
        squares += share * share;
    }
    outcomes[DS_OUTCOME_TOP_SHARE] = all > 0 ? top : DS_REF_NONE;
    outcomes[DS_OUTCOME_HHI] = all > 0 ? squares : DS_REF_NONE;
}

/* (51), (107), (108) */
static void fleet_outcomes(const ds_ref_run *run, double *outcomes)
{
    bool any = run->fleet_mtok > 0;
    outcomes[DS_OUTCOME_GPU_MONTHS] = run->gpu_months;
    outcomes[DS_OUTCOME_UTILISATION] =
        run->gpu_hours_paid > 0 ? run->gpu_hours_used / run->gpu_hours_paid : DS_REF_NONE;
    outcomes[DS_OUTCOME_FLEET_ALLOCATED] = any ? run->fleet_usd / run->fleet_mtok : DS_REF_NONE;
    outcomes[DS_OUTCOME_FLEET_USED] = any ? run->fleet_used_usd / run->fleet_mtok : DS_REF_NONE;
    outcomes[DS_OUTCOME_POOLING_GAIN] = run->pooling_gain;
}

/* (77) */
static void other_outcomes(const ds_ref_run *run, double *outcomes)
{
    double ready = DS_REF_NEVER;
    for (size_t m = 0; m < run->w->s->models.count; m++)
        if (run->project[m].started)
            ready = fmin(ready, run->project[m].ready);
    outcomes[DS_OUTCOME_ESCALATED] =
        run->answered > 0 ? run->escalated / run->answered : DS_REF_NONE;
    outcomes[DS_OUTCOME_BAD_ANSWERS] = run->bad_answers;
    outcomes[DS_OUTCOME_UNSERVED] = run->unserved;
    outcomes[DS_OUTCOME_OVERFLOW] = run->overflown;
    outcomes[DS_OUTCOME_FALLBACK] = run->fallback;
    outcomes[DS_OUTCOME_SERVED_VALUE] = run->served_value_usd;
    outcomes[DS_OUTCOME_PROJECT] = run->project_usd;
    outcomes[DS_OUTCOME_FEE_RETURNED] = run->fee_usd;
    outcomes[DS_OUTCOME_READY] = ready < (double)run->w->months ? ready : DS_REF_NEVER;
}

/* (73) */
static double saving(double base, double cost)
{
    double difference = base - cost;
    return fabs(difference) <= 1e-12 * (fabs(base) + fabs(cost)) ? 0 : difference;
}

/* (73)-(77); false when out of memory */
static bool all_outcomes(const ds_ref_run *base, const ds_ref_run *run, double *outcomes)
{
    double years = (double)run->w->months / 12;
    outcomes[DS_OUTCOME_COST_NPV] = present_value(run);
    outcomes[DS_OUTCOME_COST_TOTAL] = total(run, run->cost);
    outcomes[DS_OUTCOME_SAVING_NPV] = saving(present_value(base), outcomes[DS_OUTCOME_COST_NPV]);
    outcomes[DS_OUTCOME_SAVING_TOTAL] =
        saving(total(base, base->cost), outcomes[DS_OUTCOME_COST_TOTAL]);
    outcomes[DS_OUTCOME_SAVING_PER_YEAR] = outcomes[DS_OUTCOME_SAVING_TOTAL] / years;
    outcomes[DS_OUTCOME_PAYBACK] = payback(base, run);
    outcomes[DS_OUTCOME_BREAK_EVEN] = break_even(base, run);
    bill_outcomes(run, outcomes);
    provider_outcomes(run, outcomes);
    fleet_outcomes(run, outcomes);
    other_outcomes(run, outcomes);
    return internal_rate(base, run, outcomes);
}

/* ---- The engine */

static ds_code out_of_memory(ds_error *err)
{
    return ds_fail(err, DS_E_NOMEM, "", "out of memory for one path");
}

static ds_code simulate(const ds_ref_world *w, size_t strategy, ds_ledger_fn row, void *context,
                        double *outcomes, double *bills, ds_error *err)
{
    ds_ref_run base, run = { 0 };
    ds_code    code = DS_OK;
    if (!run_make(&base, w, 0) || !run_make(&run, w, strategy)) {
        code = out_of_memory(err);
    } else {
        run.row = row;
        run.context = context;
        run_months(&base);
        run_months(&run);
        if (!all_outcomes(&base, &run, outcomes))
            code = out_of_memory(err);
        if (bills != NULL)
            memcpy(bills, run.bill, w->months * sizeof *bills);
    }
    run_release(&base);
    run_release(&run);
    return code;
}

ds_code ds_reference(const ds_plan *plan, uint64_t seed, uint64_t path, size_t strategy,
                     ds_ledger_fn row, void *context, double outcomes[DS_OUTCOME_COUNT],
                     double *bills, ds_error *err)
{
    uint64_t paths = (uint64_t)ds_plan_scenario(plan)->run->paths;
    return ds_reference_of(plan, seed, paths, NULL, path, strategy, row, context, outcomes, bills,
                           err);
}

ds_code ds_reference_of(const ds_plan *plan, uint64_t seed, uint64_t paths,
                        const ds_strata *strata, uint64_t path, size_t strategy,
                        ds_ledger_fn row, void *context, double outcomes[DS_OUTCOME_COUNT],
                        double *bills, ds_error *err)
{
    ds_strata own = { .rank = NULL };
    ds_code code = strata != NULL ? DS_OK : ds_strata_make(plan, seed, paths, &own, err);
    if (code != DS_OK)
        return code;
    ds_ref_world w = { .s = ds_plan_scenario(plan), .draws = ds_plan_draws(plan), .seed = seed,
                       .path = path, .sampling = { ds_plan_sampler(plan), seed, paths },
                       .strata = strata != NULL ? strata : &own };
    w.months = (size_t)w.s->clock->months;
    code = ds_ref_world_make(&w, err);
    if (code == DS_OK) {
        code = simulate(&w, strategy, row, context, outcomes, bills, err);
        ds_ref_world_release(&w);
    }
    ds_strata_release(&own);
    return code;
}
