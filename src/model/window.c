/* window.c -- units that are up only while they are called: (53).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

/* Share of the time that a copy is up, and starts a minute, of r calls a minute. */
static void time_up(const ds_window *window, const double *calls, double *restrict up,
                    double *restrict starts)
{
    const double m = window->minutes;
    const double below_one = 1.0 - 1e-9;
    if (window->arrivals == DS_ARRIVALS_EVEN && window->kind == DS_WINDOW_SLIDING) {
        DS_EACH_LANE(i) {
            double r = calls[i], y = m * r, whole = ds_greatest(1.0, ds_ceil_units(y));
            double share = y / whole;
            double often = share < below_one ? r / whole : 0.0;
            up[i] = share;
            starts[i] = y < below_one ? r : often;
        }
    } else if (window->arrivals == DS_ARRIVALS_EVEN) {
        const bool grid = window->kind == DS_WINDOW_GRID;
        DS_EACH_LANE(i) {
            double r = calls[i], y = m * r;
            double crossing = ds_greatest(0.0, ds_least(y, 1.0 - y)) / m;
            double alone = y < below_one ? r : 0.0;
            up[i] = ds_least(1.0, y);
            starts[i] = grid ? crossing : alone;
        }
    } else if (window->kind == DS_WINDOW_SLIDING) {
        DS_EACH_LANE(i) {
            double r = calls[i], y = m * r;
            up[i] = y / (1.0 + y);
            starts[i] = r / (1.0 + y);
        }
    } else {
        const bool grid = window->kind == DS_WINDOW_GRID;
        DS_EACH_LANE(i) {
            double r = calls[i], y = m * r;
            double idle = ds_exp_inline(-y), share = y * ds_decay_mean(y);
            up[i] = share;
            starts[i] = (grid ? share / m : r) * idle;
        }
    }
}

void ds_window_hours(ds_work *w, int contract, int pool_index, double *restrict hours)
{
    const ds_plan *plan = w->plan;
    const ds_plan_contract *c = &plan->contract[contract];
    const ds_plan_pool *pool = &c->pool[pool_index];
    const ds_plan_points *points = &plan->points[DS_POINTS_HOUR];
    const double H = c->hours[w->month], step = pool->increment;
    const double cold = c->window->cold_start_minutes, per_minute = 1.0 / (60.0 * H);
    const double *utilisation = w->column[c->utilisation];
    double *calls = w->scratch[5], *load = w->scratch[6], *up = w->scratch[7];
    double *starts = w->scratch[8];
    ds_row *rows = w->product_scratch;
    size_t used = ds_product_loads(w, c->model, pool->load, NULL, rows, w->product_index);
    ds_row_set(hours, 0);
    for (size_t j = 0; j < points->count; j++) {
        const double *level = points->level + j * plan->product_count;
        const double weight = points->weight[j];
        ds_row_set(calls, 0);
        for (size_t k = 0; k < used; k++) {
            size_t p = w->product_index[k];
            const ds_part part = w->now.usage[p * plan->model_count + (size_t)c->model];
            const double *v = part.row, here = part.times * level[p] * per_minute;
            DS_EACH_LANE(i)
                calls[i] += v[i] * here;
        }
        ds_load_at(w, points, j, used, rows, load);
        time_up(c->window, calls, up, starts);
        DS_EACH_LANE(i) {
            double copies = ds_ceil_units(load[i] / (H * utilisation[i] * step));
            double each = up[i] + starts[i] * cold;
            hours[i] += weight * ds_greatest(1.0, copies) * (calls[i] > 0.0 ? each : 0.0);
        }
    }
    DS_EACH_LANE(i)
        hours[i] *= H * step;
}
