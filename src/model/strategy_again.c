/* strategy_again.c -- a month of a strategy that is billed like the one before.
 *
 * Where nothing but the present value of bills is wanted, and the routing stands, all that a
 * strategy may do in a month is to pay its shares of what all requests cost on some
 * contracts (ds_part_load()).  Which they are is kept until a ramp moves, or a contract
 * begins or ends.
 *
 * Called by strategy.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

/* The next month in which what is in force of the contract changes. */
static double next_change(const ds_work *w, size_t contract)
{
    const ds_plan_contract *c = &w->plan->contract[contract];
    if (w->month < c->first_month)
        return (double)c->first_month;
    return w->month < c->end_month && !c->lingers ? (double)c->end_month : ds_never;
}

/* Keeps the charges of a model's contracts; false when one of them is no share of a whole. */
static bool keep_model(const ds_work *w, ds_strategy_state *state, const ds_plan_model *m)
{
    const ds_month *now = &w->now;
    for (int c = m->first_contract; c < m->end_contract; c++) {
        const ds_plan_contract *contract = &w->plan->contract[c];
        state->stands_to = ds_least(state->stands_to, next_change(w, (size_t)c));
        if (!ds_may_be_billed(w, (size_t)c))
            continue;
        const size_t k = state->kept_count;
        if (!contract->plain || k == now->part_count || k == DS_MOST_KEPT ||
            now->charge[k].row != w->whole_row[contract->first_load])
            return false;
        state->kept[k] = (ds_kept_charge){ c, now->charge[k].times };
        state->kept_count++;
    }
    return true;
}

void ds_again_keep(ds_work *w, size_t strategy)
{
    const ds_plan_strategy *s = &w->plan->strategy[strategy];
    ds_strategy_state *state = &w->strategy[strategy];
    bool repeats = s->repeats && !w->now.billed;
    state->stands_to = state->ramps_stand;
    state->kept_count = 0;
    for (size_t m = 0; repeats && m < w->plan->model_count; m++)
        repeats = !s->used[m] || keep_model(w, state, &w->plan->model[m]);
    if (!repeats || state->kept_count != w->now.part_count)
        state->stands_to = 0;
}

bool ds_again_month(ds_work *w, size_t strategy)
{
    const ds_strategy_state *state = &w->strategy[strategy];
    ds_month *now = &w->now;
    if ((double)w->month >= state->stands_to)
        return false;
    now->overflows = now->billed = false;
    now->part_count = state->kept_count;
    for (size_t k = 0; k < state->kept_count; k++) {
        const ds_kept_charge *kept = &state->kept[k];
        const int load = w->plan->contract[kept->contract].first_load;
        now->charge[k].row = ds_whole_load(w, load, w->price[kept->contract]);
        now->charge[k].times = kept->share;
    }
    return true;
}
