/* usage.c -- what the month's requests of a model add up to, at once or at a point
 * of the month, and lines of bills.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

/* Pairs of rows whose products are to be added up. */
enum { PAIRS = 4 };
typedef struct {
    size_t        count;
    const double *a[PAIRS], *b[PAIRS];
} pairs;

/* total (+)= sum of a * b, in one pass and in their order; when it begins, times a row. */
static void add_pairs(const pairs *p, bool begins, const double *times, double *restrict total)
{
    const double *a0 = p->a[0], *b0 = p->b[0], *a1 = p->a[1], *b1 = p->b[1];
    const double *a2 = p->a[2], *b2 = p->b[2], *a3 = p->a[3], *b3 = p->b[3];
    if (p->count == 0 && begins)
        ds_row_set(total, 0);
    else if (p->count == 1 && begins)
        DS_EACH_LANE(i)
            total[i] = (a0[i] * b0[i]) * times[i];
    else if (p->count == 2 && begins)
        DS_EACH_LANE(i)
            total[i] = (a0[i] * b0[i] + a1[i] * b1[i]) * times[i];
    else if (p->count == 3 && begins)
        DS_EACH_LANE(i)
            total[i] = (a0[i] * b0[i] + a1[i] * b1[i] + a2[i] * b2[i]) * times[i];
    else if (p->count == 4 && begins)
        DS_EACH_LANE(i)
            total[i] = (a0[i] * b0[i] + a1[i] * b1[i] + a2[i] * b2[i] + a3[i] * b3[i]) * times[i];
    for (size_t k = 0; k < p->count && !begins; k++)
        ds_row_add_product(total, p->a[k], p->b[k]);
}

/* Sum over the products of the requests of a model times rows[p * stride], times a row. */
static void add_requests(const ds_work *w, int model, const ds_row *rows, size_t stride,
                         const double *times, double *restrict total)
{
    const double *one = w->column[w->plan->one];
    const ds_plan *plan = w->plan;
    pairs next = { 0 };
    bool begins = true;
    for (size_t p = 0; p < plan->product_count; p++) {
        if (!w->now.sent[p * plan->model_count + (size_t)model])
            continue;
        if (next.count == PAIRS) {
            add_pairs(&next, begins, one, total);
            next.count = 0;
            begins = false;
        }
        next.a[next.count] = w->now.usage[p * plan->model_count + (size_t)model];
        next.b[next.count++] = rows[p * stride];
    }
    add_pairs(&next, begins, begins ? times : one, total);
    if (!begins)
        ds_row_multiply(total, times);
}

void ds_total_load(const ds_work *w, int model, int load, const double *times,
                   double *restrict total)
{
    add_requests(w, model, (const ds_row *)&w->load[load], w->plan->load_count, times, total);
}

void ds_total_tokens(const ds_work *w, int model, double *restrict total)
{
    add_requests(w, model, (const ds_row *)w->mtok, 1, w->column[w->plan->one], total);
}

size_t ds_product_loads(const ds_work *w, int model, int load, const ds_row *factor,
                        ds_row *rows, size_t *product)
{
    const ds_plan *plan = w->plan;
    size_t used = 0;
    for (size_t p = 0; p < plan->product_count; p++) {
        if (!w->now.sent[p * plan->model_count + (size_t)model])
            continue;
        const double *v = w->now.usage[p * plan->model_count + (size_t)model];
        const double *of_request = w->load[p * plan->load_count + (size_t)load];
        const double *times = factor != NULL ? factor[p] : NULL;
        double *out = rows[used];
        if (times != NULL)
            DS_EACH_LANE(i)
                out[i] = v[i] * of_request[i] * times[i];
        else
            DS_EACH_LANE(i)
                out[i] = v[i] * of_request[i];
        product[used++] = p;
    }
    return used;
}

void ds_load_at(const ds_work *w, const ds_plan_points *points, size_t point, size_t used,
                ds_row *rows, double *restrict sum)
{
    const double *level = points->level + point * w->plan->product_count;
    if (used == 0)
        ds_row_set(sum, 0);
    for (size_t k = 0; k < used; k++) {
        const double here = level[w->product_index[k]];
        const double *of_product = rows[k];
        if (k == 0)
            DS_EACH_LANE(i)
                sum[i] = of_product[i] * here;
        else
            DS_EACH_LANE(i)
                sum[i] += of_product[i] * here;
    }
}

ds_at_point ds_rows_at(const ds_work *w, const ds_plan_points *points, size_t point, size_t used,
                       ds_row *rows, double *restrict rest)
{
    const double *level = points->level + point * w->plan->product_count;
    const double *none = w->column[w->plan->zero];
    const size_t apart = used <= DS_AT_ONCE ? used : DS_AT_ONCE - 1;
    ds_at_point at = { .many = used > 2, .row = { none, none, none, none } };
    for (size_t k = 0; k < apart; k++) {
        at.row[k] = rows[k];
        at.level[k] = level[w->product_index[k]];
    }
    if (apart == used)
        return at;
    at.row[DS_AT_ONCE - 1] = rest;
    at.level[DS_AT_ONCE - 1] = 1;
    ds_row_set(rest, 0);
    for (size_t k = apart; k < used; k++) {
        const double here = level[w->product_index[k]];
        const double *of_product = rows[k];
        DS_EACH_LANE(i)
            rest[i] += of_product[i] * here;
    }
    return at;
}

void ds_share_beyond(const ds_plan_table *table, size_t step, const double *x,
                     double *restrict share)
{
    const double limit = table->step[step].limit, from = table->step[step].from;
    if (table->cliff)
        DS_EACH_LANE(i)
            share[i] = x[i] > limit ? 1.0 : 0.0;
    else
        DS_EACH_LANE(i)
            share[i] = ds_greatest(0.0, 1.0 - from / ds_greatest(x[i], 1e-300));
}

void ds_add_line(const ds_plan_contract *c, double *restrict bill, double *restrict line)
{
    const double unit = c->round_to;
    if (c->rounding == DS_ROUNDED_LINE)
        DS_EACH_LANE(i)
            line[i] = ds_round_to(line[i], unit);
    ds_row_add(bill, line);
}
