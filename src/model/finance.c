/* finance.c -- from monthly amounts to the outcomes of a path: (70)-(77).
 *
 * The baseline is strategy 0; its cost of the month and so far is kept for the
 * savings of the others.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "model/irr.h"
#include "model/rows.h"

void ds_finance_begin(ds_work *w)
{
    const ds_plan *plan = w->plan;
    const double *rate = w->column[plan->discount_rate];
    double *discount = w->discount[0], *step = w->discount[1];
    w->discount_alike = ds_row_is_alike(rate);
    const size_t lanes = w->discount_alike ? 1 : DS_LANES;
    DS_LANES_INDEPENDENT
    for (size_t i = 0; i < lanes; i++) { /* (72) */
        double monthly = ds_log_inline(1.0 + rate[i]) / 12.0;
        step[i] = ds_exp_inline(-monthly);
        discount[i] = ds_exp_inline(-monthly * plan->timing);
    }
    if (w->discount_alike)
        ds_row_set(step, step[0]); /* which is read in all lanes in the end */
    for (size_t s = 0; s < plan->strategy_count; s++) {
        ds_strategy_state *state = &w->strategy[s];
        ds_row_set(state->total[DS_TOTAL_NPV], 0);
        for (size_t k = 0; plan->needs.totals && k < DS_TOTAL_COUNT; k++)
            ds_row_set(state->total[k], 0);
        ds_row_set(state->total[DS_TOTAL_LAST_NEGATIVE], -1);
        for (size_t k = 0; plan->needs.provider && k < plan->provider_count; k++)
            ds_row_set(state->provider[k], 0);
        for (size_t k = 0; k < plan->ring_count * (plan->most_life + 1); k++)
            ds_row_set(state->ring[k], 0);
        ds_row_set(state->paid, 0);
    }
    ds_row_set(w->base_total, 0);
    ds_row_set(w->asked, 0);
    ds_row_set(w->asked_mtok, 0);
    ds_row_set(w->asked_value, 0);
}

/* (71): every amount of the month in money of month 0. */
static void deflate(ds_work *w, bool has_fleet)
{
    const double *inflation = w->inflation[0];
    ds_month *now = &w->now;
    double *const amount[] = { now->bill, now->lost, now->project, now->returned,
                               now->fleet_cost, now->fleet_used };
    for (size_t k = 0; k < (has_fleet ? 6 : 4); k++)
        DS_EACH_LANE(i)
            amount[k][i] /= inflation[i];
    for (size_t k = 0; w->plan->needs.provider && k < w->plan->provider_count; k++) {
        double *spend = now->spend[k];
        DS_EACH_LANE(i)
            spend[i] /= inflation[i];
    }
}

/* The highest bill, and its month by (77): `mark` is the bill of the month marked. */
static void count_peak(const ds_work *w, ds_row *total)
{
    const double *bill = w->now.bill;
    double *peak = total[DS_TOTAL_PEAK], *month = total[DS_TOTAL_PEAK_MONTH];
    double *mark = total[DS_TOTAL_PEAK_MARK];
    const double now = (double)w->month;
    const bool first = w->month == 0;
    DS_EACH_LANE(i) {
        bool higher = first || bill[i] > mark[i] + 1e-9 * fabs(mark[i]);
        peak[i] = first ? bill[i] : ds_greatest(peak[i], bill[i]);
        mark[i] = higher ? bill[i] : mark[i];
        month[i] = higher ? now : month[i];
    }
}

static void count_over(const ds_work *w, const double *paid, double *restrict over)
{
    const double *budget = w->column[w->plan->budget];
    DS_EACH_LANE(i)
        over[i] += paid[i] > budget[i] * (1.0 + 1e-9) ? 1.0 : 0.0;
}

/* Adds requests, their tokens and their value to three totals: (77). */
static void add_requests(const ds_work *w, size_t p, const double *requests,
                         double *restrict count, double *restrict tokens, double *restrict worth)
{
    const ds_plan_product *product = &w->plan->product[p];
    const double *mtok = w->mtok[p], *inflation = w->inflation[0];
    DS_EACH_LANE(i) {
        count[i] += requests[i];
        tokens[i] += requests[i] * mtok[i];
    }
    if (product->value == DS_NONE)
        return;
    const double *value = w->column[product->value];
    const bool real = w->plan->real;
    DS_EACH_LANE(i) {
        double usd = requests[i] * value[i];
        worth[i] += real ? usd / inflation[i] : usd;
    }
}

void ds_finance_world(ds_work *w)
{
    if (!w->plan->needs.served)
        return;
    for (size_t p = 0; p < w->plan->product_count; p++)
        add_requests(w, p, w->requests[p], w->asked, w->asked_mtok, w->asked_value);
}

/* For a strategy that loses requests; the others serve what is asked. */
static void count_served(ds_work *w, ds_row *total)
{
    const ds_plan_needs *needs = &w->plan->needs;
    double *served = w->scratch[1];
    for (size_t p = 0; p < w->plan->product_count; p++) {
        const double *requests = w->requests[p], *unserved = w->now.unserved[p];
        if (needs->unserved)
            ds_row_add(total[DS_TOTAL_UNSERVED], unserved);
        if (!needs->served)
            continue;
        DS_EACH_LANE(i)
            served[i] = requests[i] - unserved[i];
        DS_EACH_LANE(i) /* what rounding leaves is no request */
            served[i] = served[i] < 1e-9 * requests[i] ? 0.0 : served[i];
        add_requests(w, p, served, total[DS_TOTAL_SERVED], total[DS_TOTAL_SERVED_MTOK],
                     total[DS_TOTAL_SERVED_VALUE]);
    }
}

/* (75): the savings of the months, for the rate of return. */
static void keep_flow(ds_work *w, double *restrict flow, const double *cost)
{
    const double *base = w->base_cost;
    DS_EACH_LANE(i) {
        double saving = base[i] - cost[i];
        flow[i] = fabs(saving) <= 1e-9 * base[i] ? 0.0 : saving;
    }
}

/* (73), (74): the cumulative saving, the last month that is not paid back, and what part
 * of the month after it does: in a month that is paid back the part is rewritten only when
 * the one before was not. */
static void count_saving(ds_work *w, ds_row *total, const double *cost)
{
    const double *base = w->base_cost, *base_total = w->base_total;
    double *saved = total[DS_TOTAL_SAVED];
    double *last = total[DS_TOTAL_LAST_NEGATIVE], *part = total[DS_TOTAL_PART];
    const double now = (double)w->month;
    DS_EACH_LANE(i) {
        double saving = base[i] - cost[i];
        double owed = -saved[i];
        double made_good = saving > owed ? owed / saving : 1.0;
        part[i] = w->month > 0 && last[i] == now - 1.0 ? made_good : part[i];
        saved[i] += saving;
        last[i] = saved[i] < -1e-9 * fabs(base_total[i]) ? now : last[i];
    }
}

static void count_fleets(const ds_work *w, ds_row *total)
{
    const ds_month *now = &w->now;
    const struct {
        int           total;
        const double *row;
    } sums[] = {
        { DS_TOTAL_GPU_MONTHS, now->gpu_months }, { DS_TOTAL_GPU_USED, now->gpu_used },
        { DS_TOTAL_GPU_PAID, now->gpu_paid },     { DS_TOTAL_FLEET_COST, now->fleet_cost },
        { DS_TOTAL_FLEET_USED, now->fleet_used }, { DS_TOTAL_FLEET_MTOK, now->fleet_mtok },
        { DS_TOTAL_POOLING, now->pooling },
    };
    for (size_t k = 0; k < sizeof sums / sizeof *sums; k++)
        ds_row_add(total[sums[k].total], sums[k].row);
}

/* Sums of what a strategy may do at all and somebody wants to know. */
static void count_uses(ds_work *w, size_t strategy, ds_row *total)
{
    const ds_plan_strategy *s = &w->plan->strategy[strategy];
    const ds_plan_needs    *needs = &w->plan->needs;
    const ds_month         *now = &w->now;
    const struct {
        bool          wanted;
        int           total;
        const double *row;
    } sums[] = {
        { needs->bill, DS_TOTAL_BILL, now->bill },
        { needs->returned, DS_TOTAL_RETURNED, now->returned },
        { needs->escalated && s->spoils, DS_TOTAL_ESCALATED, now->escalated },
        { needs->bad && s->spoils, DS_TOTAL_BAD, now->bad },
        { needs->overflow && s->has_limits, DS_TOTAL_OVERFLOW, now->overflow },
        { needs->fallback && s->falls_back, DS_TOTAL_FALLBACK, now->fallback },
        { needs->project && s->distils, DS_TOTAL_PROJECT, now->project },
    };
    for (size_t k = 0; k < sizeof sums / sizeof *sums; k++)
        if (sums[k].wanted)
            ds_row_add(total[sums[k].total], sums[k].row);
    if (s->loses)
        count_served(w, total);
    if (needs->fleets && s->has_fleet)
        count_fleets(w, total);
    for (size_t k = 0; needs->provider && k < w->plan->provider_count; k++)
        ds_row_add(w->strategy[strategy].provider[k], now->spend[k]);
}

/* (72) */
static void add_present_value(const ds_work *w, const double *restrict cost,
                              double *restrict npv)
{
    const double *discount = w->discount[0], same = discount[0];
    if (w->discount_alike)
        DS_EACH_LANE(i)
            npv[i] += same * cost[i];
    else
        DS_EACH_LANE(i)
            npv[i] += discount[i] * cost[i];
}

/* The same where nothing but the present value of the bill is wanted: then nobody adds the
 * charges up. */
static void add_charges(ds_work *w, double *restrict npv)
{
    const ds_part *charge = w->now.charge;
    const double *a = charge[0].row, *b = charge[1].row, same = w->discount[0][0];
    const double of_a = charge[0].times, of_b = charge[1].times;
    if (w->now.part_count == 1)
        DS_EACH_LANE(i)
            npv[i] += same * (of_a * a[i]);
    else
        DS_EACH_LANE(i)
            npv[i] += same * (of_a * a[i] + of_b * b[i]);
}

/* (70), (73)-(75): what the month costs, against the baseline. */
static void count_cost(ds_work *w, size_t strategy)
{
    const ds_plan_needs *needs = &w->plan->needs;
    ds_strategy_state   *state = &w->strategy[strategy];
    const double *bill = ds_open_bill(w);
    const double *cost = bill;
    if (w->plan->strategy[strategy].losses_cost) {
        double *all = w->scratch[0];
        const double *lost = w->now.lost;
        DS_EACH_LANE(i)
            all[i] = bill[i] + lost[i];
        cost = all;
    }
    add_present_value(w, cost, state->total[DS_TOTAL_NPV]);
    if (strategy == 0 && (needs->payback || needs->flow))
        ds_row_copy(w->base_cost, cost);
    if (needs->total)
        ds_row_add(state->total[DS_TOTAL_COST], cost);
    if (needs->payback && strategy == 0)
        ds_row_add(w->base_total, cost);
    if (needs->payback)
        count_saving(w, state->total, cost);
    if (needs->flow)
        keep_flow(w, state->flow[w->month], cost);
}

static void count_month(ds_work *w, size_t strategy, double *restrict bill_out)
{
    const ds_plan *plan = w->plan;
    ds_strategy_state *state = &w->strategy[strategy];
    const double *bill = ds_open_bill(w);
    if (plan->strategy[strategy].waits || plan->needs.over)
        ds_row_copy(state->paid, bill);
    if (plan->real)
        deflate(w, plan->strategy[strategy].has_fleet);
    count_cost(w, strategy);
    count_uses(w, strategy, state->total);
    if (plan->needs.peak)
        count_peak(w, state->total);
    if (plan->needs.over)
        count_over(w, state->paid, state->total[DS_TOTAL_OVER]);
    if (bill_out != NULL)
        ds_row_copy(bill_out, bill);
}

/* Is a month of a strategy no more than the present value of one or two charges? */
static bool is_simple(const ds_work *w, const ds_plan_strategy *s)
{
    const ds_plan *plan = w->plan;
    return !plan->needs.totals && !plan->monthly && !plan->real && !s->waits && !s->losses_cost &&
           w->discount_alike && !w->now.billed && w->now.part_count >= 1 &&
           w->now.part_count <= 2;
}

void ds_finance_month(ds_work *w, size_t strategy, double *restrict bill_out)
{
    if (is_simple(w, &w->plan->strategy[strategy]))
        add_charges(w, w->strategy[strategy].total[DS_TOTAL_NPV]);
    else
        count_month(w, strategy, bill_out);
}

void ds_finance_close(ds_work *w)
{
    if (w->discount_alike)
        w->discount[0][0] *= w->discount[1][0];
    else
        ds_row_multiply(w->discount[0], w->discount[1]);
}

/* ---- outcomes ---------------------------------------------------------------- */

/* out = a / b, NAN where b is not positive: "none". */
static void ratio(double *restrict out, const double *restrict a, const double *restrict b)
{
    DS_EACH_LANE(i)
        out[i] = b[i] > 0.0 ? a[i] / b[i] : ds_none;
}

/* (76) */
static void concentrate(ds_work *w, const ds_strategy_state *state, double *restrict top,
                        double *restrict hhi)
{
    double *sum = w->scratch[0];
    ds_row_set(sum, 0);
    ds_row_set(top, 0);
    ds_row_set(hhi, 0);
    for (size_t k = 0; k < w->plan->provider_count; k++) {
        const double *spend = state->provider[k];
        DS_EACH_LANE(i) {
            sum[i] += spend[i];
            top[i] = ds_greatest(top[i], spend[i]);
            hhi[i] += spend[i] * spend[i];
        }
    }
    DS_EACH_LANE(i) {
        top[i] = sum[i] > 0.0 ? top[i] / sum[i] : ds_none;
        hhi[i] = sum[i] > 0.0 ? hhi[i] / (sum[i] * sum[i]) : ds_none;
    }
}

/* (74), (74b) */
static void pay_back(const ds_work *w, ds_row *total, double *restrict payback,
                     double *restrict break_even)
{
    const double *last = total[DS_TOTAL_LAST_NEGATIVE], *part = total[DS_TOTAL_PART];
    const double end = (double)(w->plan->months - 1);
    DS_EACH_LANE(i) {
        payback[i] = last[i] == end ? ds_never : last[i] + 1.0;
        break_even[i] = last[i] < 0.0 ? 0.0 : payback[i] + part[i];
    }
}

static void earliest_ready(const ds_work *w, size_t strategy, double *restrict ready)
{
    ds_row_set(ready, ds_never);
    for (size_t j = 0; j < w->plan->strategy[strategy].project_count; j++) {
        const double *of_project = w->strategy[strategy].ready[j];
        DS_EACH_LANE(i)
            ready[i] = ds_least(ready[i], of_project[i]);
    }
    const double end = (double)w->plan->months;
    DS_EACH_LANE(i)
        ready[i] = ready[i] < end ? ready[i] : ds_never;
}

/* (73), (74) */
static void end_saving(const ds_work *w, size_t strategy, double *const *row)
{
    const double *base_npv = w->strategy[0].total[DS_TOTAL_NPV];
    ds_row       *total = w->strategy[strategy].total;
    const double *npv = total[DS_TOTAL_NPV];
    DS_EACH_LANE(i)
        row[DS_OUTCOME_SAVING_NPV][i] = ds_saving_of(base_npv[i], npv[i], base_npv[i] - npv[i]);
    if (!w->plan->needs.payback)
        return;
    const double years = (double)w->plan->months / 12.0;
    const double *base_cost = w->base_total, *cost = total[DS_TOTAL_COST];
    const double *saved = total[DS_TOTAL_SAVED];
    DS_EACH_LANE(i) {
        row[DS_OUTCOME_SAVING_TOTAL][i] = ds_saving_of(base_cost[i], cost[i], saved[i]);
        row[DS_OUTCOME_SAVING_PER_YEAR][i] = row[DS_OUTCOME_SAVING_TOTAL][i] / years;
    }
    pay_back(w, total, row[DS_OUTCOME_PAYBACK], row[DS_OUTCOME_BREAK_EVEN]);
}

static void end_ratios(const ds_work *w, size_t strategy, double *const *row)
{
    const ds_plan *plan = w->plan;
    ds_row    *total = w->strategy[strategy].total;
    const bool loses = plan->strategy[strategy].loses;
    const struct {
        int           outcome, above;
        const double *below;
    } ratios[] = {
        { DS_OUTCOME_USD_PER_MTOK, DS_TOTAL_BILL,
          loses ? total[DS_TOTAL_SERVED_MTOK] : w->asked_mtok },
        { DS_OUTCOME_ESCALATED, DS_TOTAL_ESCALATED, loses ? total[DS_TOTAL_SERVED] : w->asked },
        { DS_OUTCOME_UTILISATION, DS_TOTAL_GPU_USED, total[DS_TOTAL_GPU_PAID] },
        { DS_OUTCOME_FLEET_ALLOCATED, DS_TOTAL_FLEET_COST, total[DS_TOTAL_FLEET_MTOK] },
        { DS_OUTCOME_FLEET_USED, DS_TOTAL_FLEET_USED, total[DS_TOTAL_FLEET_MTOK] },
    };
    for (size_t k = 0; k < sizeof ratios / sizeof *ratios; k++)
        if (plan->wanted[ratios[k].outcome])
            ratio(row[ratios[k].outcome], total[ratios[k].above], ratios[k].below);
}

static void end_strategy(ds_work *w, size_t strategy, double *restrict out)
{
    const ds_plan *plan = w->plan;
    ds_strategy_state *state = &w->strategy[strategy];
    const bool *wanted = plan->wanted;
    double *row[DS_OUTCOME_COUNT];
    for (size_t k = 0; k < DS_OUTCOME_COUNT; k++)
        row[k] = out + k * DS_LANES;
    static const struct {
        int outcome, total;
    } copied[] = {
        { DS_OUTCOME_COST_NPV, DS_TOTAL_NPV },       { DS_OUTCOME_COST_TOTAL, DS_TOTAL_COST },
        { DS_OUTCOME_PEAK_BILL, DS_TOTAL_PEAK },
        { DS_OUTCOME_PEAK_MONTH, DS_TOTAL_PEAK_MONTH },
        { DS_OUTCOME_OVER_BUDGET, DS_TOTAL_OVER },   { DS_OUTCOME_BAD_ANSWERS, DS_TOTAL_BAD },
        { DS_OUTCOME_UNSERVED, DS_TOTAL_UNSERVED },
        { DS_OUTCOME_GPU_MONTHS, DS_TOTAL_GPU_MONTHS },
        { DS_OUTCOME_PROJECT, DS_TOTAL_PROJECT },
        { DS_OUTCOME_FEE_RETURNED, DS_TOTAL_RETURNED },
        { DS_OUTCOME_OVERFLOW, DS_TOTAL_OVERFLOW },  { DS_OUTCOME_FALLBACK, DS_TOTAL_FALLBACK },
        { DS_OUTCOME_POOLING_GAIN, DS_TOTAL_POOLING },
    };
    for (size_t k = 0; k < sizeof copied / sizeof *copied; k++)
        if (wanted[copied[k].outcome])
            ds_row_copy(row[copied[k].outcome], state->total[copied[k].total]);
    end_saving(w, strategy, row);
    if (plan->needs.rates)
        ds_irr_lanes(plan->months, DS_LANES, state->flow[0], row[DS_OUTCOME_IRR],
                     row[DS_OUTCOME_IRR_UNIQUE], row[DS_OUTCOME_IRR_MULTIPLE],
                     w->irr_scratch);
    if (wanted[DS_OUTCOME_MIRR])
        ds_mirr_lanes(plan->months, DS_LANES, state->flow[0], w->discount[1],
                      row[DS_OUTCOME_MIRR]);
    end_ratios(w, strategy, row);
    if (wanted[DS_OUTCOME_SERVED_VALUE])
        ds_row_copy(row[DS_OUTCOME_SERVED_VALUE], plan->strategy[strategy].loses
                                                      ? state->total[DS_TOTAL_SERVED_VALUE]
                                                      : w->asked_value);
    if (plan->needs.provider)
        concentrate(w, state, row[DS_OUTCOME_TOP_SHARE], row[DS_OUTCOME_HHI]);
    if (wanted[DS_OUTCOME_READY])
        earliest_ready(w, strategy, row[DS_OUTCOME_READY]);
}

void ds_finance_end(ds_work *w, double *restrict outcomes)
{
    for (size_t s = 0; s < w->plan->strategy_count; s++)
        end_strategy(w, s, outcomes + s * DS_OUTCOME_COUNT * DS_LANES);
}
