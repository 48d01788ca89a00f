/* kernel.c -- a block of DS_LANES futures, month by month: the order of what the
 * other files of src/model do.
 *
 * Called by the engine: ds_kernel_work_bytes() and ds_kernel_prepare() (work.c)
 * once per worker, then ds_kernel() per block.  Pure: no allocation, no I/O, nothing
 * global.
 *
 * Invariant: a lane never reads another lane, so path k has the same bits in
 * whatever block it is simulated.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/kernel.h"

#include "model/rows.h"

static void simulate_month(ds_work *w, double *restrict bills)
{
    const ds_plan *plan = w->plan;
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
    if (w->design != NULL)
        ds_watch_world(w);
    for (size_t s = 1; s < plan->strategy_count; s++)
        if (w->month > 0 && plan->strategy[s].first_month == w->month)
            ds_strategy_branch(w, s);
    for (size_t s = 0; s < plan->strategy_count; s++) {
        double *bill = plan->monthly ? &bills[(s * plan->months + w->month) * DS_LANES] : NULL;
        if (w->month < plan->strategy[s].first_month) {
            if (bill != NULL)
                ds_row_copy(bill, &bills[w->month * DS_LANES]);
            continue;
        }
        ds_strategy_month(w, s);
        ds_finance_month(w, s, bill);
        if (w->design != NULL)
            ds_watch_strategy(w, s);
    }
    ds_finance_close(w);
}

void ds_kernel(const ds_plan *plan, uint64_t first, void *work, double *restrict outcomes,
               double *restrict bills)
{
    ds_work *w = work;
    w->first = first;
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
    for (w->month = 0; w->month < plan->months; w->month++)
        simulate_month(w, bills);
    ds_finance_end(w, outcomes);
}
