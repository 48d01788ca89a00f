/* watch.c -- copies what a design watches into its columns, and puts in what it gives.
 *
 * Called by random.c and kernel.c, only in runs with a design.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

static void keep(const ds_work *w, const ds_watch *watch, const double *row)
{
    ds_row_copy(watch->column + w->first, row);
}

/* Numbers of inputs before they become values: the given ones go in, the watched ones out;
 * and the values. */
void ds_watch_inputs(ds_work *w, bool values)
{
    const ds_design *design = w->design;
    for (size_t k = 0; !values && design->given != NULL && k < w->plan->input_count; k++) {
        const int column = w->plan->input[k].column;
        if (design->given[column] != NULL)
            ds_row_copy(w->column[column], design->given[column] + w->first);
    }
    const ds_watch_kind kind = values ? DS_WATCH_INPUT : DS_WATCH_UNIFORM;
    for (size_t k = 0; k < design->watch_count; k++)
        if (design->watch[k].kind == kind)
            keep(w, &design->watch[k], w->column[design->watch[k].index]);
}

/* Of two watches the earlier month comes first, but those of inputs before all. */
static size_t first_of_month(const ds_work *w)
{
    const ds_design *design = w->design;
    size_t k = 0, end = design->watch_count;
    while (k < end) { /* the first that is not before this month */
        const size_t middle = k + (end - k) / 2;
        const ds_watch *watch = &design->watch[middle];
        const bool before = watch->kind <= DS_WATCH_INPUT || watch->month < w->month;
        k = before ? middle + 1 : k;
        end = before ? end : middle;
    }
    return k;
}

void ds_watch_world(ds_work *w)
{
    const ds_design *design = w->design;
    for (size_t k = first_of_month(w);
         k < design->watch_count && design->watch[k].month == w->month; k++) {
        const ds_watch *watch = &design->watch[k];
        switch (watch->kind) {
        case DS_WATCH_SHOCK:    keep(w, watch, ds_shock(w, (int)watch->index)); break;
        case DS_WATCH_REQUESTS: keep(w, watch, w->requests[watch->index]); break;
        case DS_WATCH_PRICE:
            keep(w, watch, w->level[w->plan->model[watch->index].level]);
            break;
        case DS_WATCH_RENT:     keep(w, watch, w->rent[watch->index]); break;
        case DS_WATCH_ATTEMPTS: keep(w, watch, w->gates[watch->index]); break;
        case DS_WATCH_PASSED:   keep(w, watch, w->succeeds[watch->index]); break;
        case DS_WATCH_REQUESTS_SUM:
            ds_row_add(watch->column + w->first, w->requests[watch->index]);
            break;
        case DS_WATCH_SHOCK_SUM:
            ds_row_add(watch->column + w->first, ds_shock(w, (int)watch->index));
            break;
        default:                break;
        }
    }
}

void ds_watch_strategy(ds_work *w, size_t strategy)
{
    const ds_design *design = w->design;
    for (size_t k = first_of_month(w);
         k < design->watch_count && design->watch[k].month == w->month; k++) {
        const ds_watch *watch = &design->watch[k];
        const bool paid = watch->kind == DS_WATCH_PAID;
        if (watch->index != strategy || (!paid && watch->kind != DS_WATCH_BILL))
            continue;
        keep(w, watch, ds_open_bill(w));
        if (paid && w->plan->real) /* the bill has been put into money of month 0 */
            ds_row_multiply(watch->column + w->first, w->inflation[0]);
    }
}
