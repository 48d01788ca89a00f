/* route_certain.c -- routing in numbers: (56)-(60) of a product of which every model gets
 * the same share on every path.  What a model serves is then the row of the product's
 * requests, so many times, and no lane is looked at.
 *
 * Called by strategy.c, which does the same in lanes where something is uncertain.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

/* Of the requests of a product. */
typedef struct {
    ds_work *w;
    size_t   product;
    double   bad, escalated; /* shares                                              */
    double   checks;         /* USD of verifiers and routers for each request       */
} shares;

static void give(const shares *s, int model, double share)
{
    ds_month *now = &s->w->now;
    const size_t cell = s->product * s->w->plan->model_count + (size_t)model;
    if (share == 0.0)
        return;
    if (!now->sent[cell])
        now->usage[cell] = (ds_part){ .row = s->w->requests[s->product] };
    now->usage[cell].times += share;
    now->sent[cell] = true;
}

/* (59): the row is the same in all lanes. */
static double acceptable(const shares *s, int model)
{
    return s->w->acceptable[(size_t)model * s->w->plan->product_count + s->product][0];
}

static void serve(shares *s, int model, double share)
{
    give(s, model, share);
    s->bad += share * (1.0 - acceptable(s, model));
}

static double value_of(const ds_work *w, int column)
{
    return column != DS_NONE ? w->column[column][0] : 0.0;
}

/* (60) */
static void send_checked(shares *s, const ds_plan_route *route, double share)
{
    const ds_plan_model *model = &s->w->plan->model[route->model];
    const ds_plan_checker *by = route->before_answer ? &model->router : &model->verifier;
    const double a = acceptable(s, route->model), d = value_of(s->w, by->detected);
    const double again = share * ((1.0 - a) * d + a * value_of(s->w, by->false_alarm));
    double kept = route->before_answer ? share - again : share;
    kept = kept < 1e-9 * share ? 0.0 : kept; /* rounding is no request */
    give(s, route->model, kept);
    s->checks += share * value_of(s->w, by->usd);
    s->bad += share * (1.0 - a) * (1.0 - d);
    s->escalated += again;
    serve(s, route->escalate_to, again);
}

/* row += times * requests */
static void add_times(double *restrict row, const double *restrict requests, double times)
{
    DS_EACH_LANE(i)
        row[i] += times * requests[i];
}

/* What is counted or paid for beside the bills of the models. */
static void add_up(const shares *s)
{
    ds_work *w = s->w;
    const ds_plan_needs *needs = &w->plan->needs;
    const double *requests = w->requests[s->product];
    const int loss = w->plan->product[s->product].loss;
    if (s->checks != 0.0)
        add_times(ds_open_bill(w), requests, s->checks);
    if (s->escalated != 0.0 && needs->escalated)
        add_times(w->now.escalated, requests, s->escalated);
    if (s->bad != 0.0 && needs->bad)
        add_times(w->now.bad, requests, s->bad);
    if (s->bad == 0.0 || loss == DS_NONE)
        return;
    const double *usd = w->column[loss];
    double *lost = w->now.lost;
    const double bad = s->bad;
    DS_EACH_LANE(i)
        lost[i] += bad * requests[i] * usd[i];
}

void ds_route_certain(ds_work *w, const ds_plan_strategy *strategy, size_t product)
{
    shares s = { .w = w, .product = product };
    const size_t count = strategy->route_count[product];
    double left = 1.0;
    for (size_t k = 0; k < count; k++) {
        const ds_plan_route *route = &strategy->route[product][k];
        const double part = w->column[route->share][0] * w->now.ramp[route->state][0];
        left -= part;
        if (route->escalate_to != DS_NONE)
            send_checked(&s, route, part);
        else
            serve(&s, route->model, part);
    }
    if (count > 0 && left < 1e-9) /* in the end, what rounding leaves is no request */
        left = 0.0;
    serve(&s, strategy->all, left);
    add_up(&s);
}
