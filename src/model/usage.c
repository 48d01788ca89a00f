/* usage.c -- what the month's requests of a model add up to, at once or at a point
 * of the month, and lines of bills.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

/* Requests of some products, and what each of them weighs: (times * load) * factor.
 * Where all lanes have the same load and factor, only the rows of requests are read. */
enum { TERMS = 4 };
typedef struct {
    size_t        count;
    bool          alike;
    const double *requests[TERMS], *load[TERMS], *factor[TERMS]; /* factor: NULL is 1 */
    double        times[TERMS];
    double        weight[TERMS]; /* if alike                                          */
} terms;

/* total = (total +) the sum of as many terms as `count`, which is a constant, in their order;
 * all of it times a row. */
static inline void add_some(const terms *given, const size_t count, const bool alike,
                            const bool factors, const bool begins, const double *times,
                            double *restrict total)
{
    const terms t = *given;
    DS_EACH_LANE(i) {
        double sum = begins ? 0.0 : total[i];
        for (size_t k = 0; k < count; k++) {
            double weight = alike ? t.weight[k] : t.times[k] * t.load[k][i];
            if (factors)
                weight *= t.factor[k][i];
            sum += weight * t.requests[k][i];
        }
        total[i] = sum * times[i];
    }
}

/* One after the other: what is not in the passes of add_terms(). */
static void add_each(const terms *t, bool begins, const double *one, const double *times,
                     double *restrict total)
{
    const bool factors = t->factor[0] != NULL;
    for (size_t k = 0; k < t->count; k++) {
        const terms here = { .count = 1, .requests = { t->requests[k] }, .load = { t->load[k] },
                             .factor = { t->factor[k] }, .times = { t->times[k] } };
        const double *row = k + 1 < t->count ? one : times;
        if (factors && begins && k == 0)
            add_some(&here, 1, false, true, true, row, total);
        else if (factors)
            add_some(&here, 1, false, true, false, row, total);
        else if (begins && k == 0)
            add_some(&here, 1, false, false, true, row, total);
        else
            add_some(&here, 1, false, false, false, row, total);
    }
}

/* Adds the terms in one pass where they are few, and begin. */
static void add_terms(const terms *t, bool begins, const double *one, const double *times,
                      double *restrict total)
{
    const bool one_pass = begins && (t->alike || t->factor[0] == NULL);
    if (!one_pass)
        add_each(t, begins, one, times, total);
    else if (t->count == 0)
        ds_row_set(total, 0);
    else if (t->alike && t->count == 1)
        add_some(t, 1, true, false, true, times, total);
    else if (t->alike && t->count == 2)
        add_some(t, 2, true, false, true, times, total);
    else if (t->alike && t->count == 3)
        add_some(t, 3, true, false, true, times, total);
    else if (t->alike)
        add_some(t, 4, true, false, true, times, total);
    else if (t->count == 1)
        add_some(t, 1, false, false, true, times, total);
    else if (t->count == 2)
        add_some(t, 2, false, false, true, times, total);
    else if (t->count == 3)
        add_some(t, 3, false, false, true, times, total);
    else
        add_some(t, 4, false, false, true, times, total);
}

static void add_term(terms *t, ds_part part, const double *load, const double *factor, bool alike)
{
    const size_t k = t->count++;
    t->requests[k] = part.row;
    t->times[k] = part.times;
    t->load[k] = load;
    t->factor[k] = factor;
    t->weight[k] = part.times * load[0] * (factor != NULL ? factor[0] : 1.0);
    t->alike = t->alike && alike;
}

/* Model ALL: all requests of the month. */
enum { ALL = -1 };

/* Sum over the products of the requests of a model times rows[p * stride], which are alike
 * where `alike` says so (NULL: nobody knows), times the factor; all of it times a row. */
static void add_requests(const ds_work *w, int model, const ds_row *rows, const bool *alike,
                         size_t stride, const ds_row *factor, const double *times,
                         double *restrict total)
{
    const ds_plan *plan = w->plan;
    const double *one = w->column[plan->one];
    terms next = { .alike = true };
    bool begins = true;
    if (times == NULL)
        times = one;
    for (size_t p = 0; p < plan->product_count; p++) {
        const size_t cell = p * plan->model_count + (size_t)(model == ALL ? 0 : model);
        if (model == ALL ? plan->product[p].idle : !w->now.sent[cell])
            continue;
        const ds_part part =
            model == ALL ? (ds_part){ w->requests[p], 1.0 } : w->now.usage[cell];
        if (next.count == TERMS) {
            add_terms(&next, begins, one, one, total);
            next = (terms){ .alike = true };
            begins = false;
        }
        const bool same = alike != NULL && alike[p * stride] &&
                          (factor == NULL || plan->product[p].certain_peak);
        add_term(&next, part, rows[p * stride], factor != NULL ? factor[p] : NULL,
                 same);
    }
    add_terms(&next, begins, one, times, total);
}

void ds_total_load(const ds_work *w, int model, int load, const ds_row *factor,
                   const double *times, double *restrict total)
{
    add_requests(w, model, (const ds_row *)&w->load[load], &w->load_alike[load],
                 w->plan->load_count, factor, times, total);
}

static bool find_share(const ds_work *w, int model, double *share)
{
    const ds_plan *plan = w->plan;
    bool found = false;
    for (size_t p = 0; p < plan->product_count; p++) {
        const size_t cell = p * plan->model_count + (size_t)model;
        if (plan->product[p].idle)
            continue;
        const ds_part *part = &w->now.usage[cell];
        if (!w->now.sent[cell] || part->row != w->requests[p] ||
            (found && part->times != *share))
            return false;
        *share = part->times;
        found = true;
    }
    return found;
}

/* Does the model get the same share of the requests of every product? */
static bool gets_same_of_all(const ds_work *w, int model, double *share)
{
    ds_share_of_all *of_all = &w->now.of_all[model];
    if (!of_all->known) {
        of_all->same = find_share(w, model, &of_all->share);
        of_all->known = true;
    }
    *share = of_all->share;
    return of_all->same;
}

const double *ds_whole_load(ds_work *w, int load, const double *times)
{
    ds_whole *whole = &w->whole[load];
    if (whole->demand_month != w->demand_month || whole->times != times)
        add_requests(w, ALL, (const ds_row *)&w->load[load], &w->load_alike[load],
                     w->plan->load_count, NULL, times, w->whole_row[load]);
    *whole = (ds_whole){ w->demand_month, times };
    return w->whole_row[load];
}

ds_part ds_part_load(ds_work *w, int model, int load, const double *times, double *own)
{
    const ds_row *rows = (const ds_row *)&w->load[load];
    const bool   *alike = &w->load_alike[load];
    double        share = 0;
    if (!w->plan->model[model].shared || !gets_same_of_all(w, model, &share)) {
        add_requests(w, model, rows, alike, w->plan->load_count, NULL, times, own);
        return (ds_part){ own, 1.0 };
    }
    return (ds_part){ ds_whole_load(w, load, times), share };
}

void ds_total_tokens(const ds_work *w, int model, double *restrict total)
{
    add_requests(w, model, (const ds_row *)w->mtok, NULL, 1, NULL, NULL, total);
}

size_t ds_product_loads(const ds_work *w, int model, int load, const ds_row *factor,
                        ds_row *rows, size_t *product)
{
    const ds_plan *plan = w->plan;
    size_t used = 0;
    for (size_t p = 0; p < plan->product_count; p++) {
        const size_t cell = p * plan->model_count + (size_t)model;
        if (!w->now.sent[cell])
            continue;
        const double *v = w->now.usage[cell].row, times = w->now.usage[cell].times;
        const double *of_request = w->load[p * plan->load_count + (size_t)load];
        double *out = rows[used];
        if (factor != NULL) {
            const double *more = factor[p];
            DS_EACH_LANE(i)
                out[i] = times * of_request[i] * more[i] * v[i];
        } else {
            DS_EACH_LANE(i)
                out[i] = times * of_request[i] * v[i];
        }
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
