/* route_certain.c -- routing in numbers: (56)-(60) of a product of which every model gets
 * the same share on every path.  What a model serves is then the row of the product's
 * requests, so many times, and no lane is looked at.
 *
 * Called by strategy.c, which does the same in lanes where something is uncertain.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

/* The routing of one product. */
typedef struct {
    ds_work           *w;
    ds_strategy_state *state;
    size_t             product;
    ds_shares         *sum;
} routing;

static void give(const routing *r, int model, double share)
{
    ds_strategy_state *to = r->state;
    const size_t cell = r->product * r->w->plan->model_count + (size_t)model;
    if (share == 0.0)
        return;
    if (!to->sent[cell])
        to->usage[cell] = (ds_part){ .row = r->w->requests[r->product] };
    to->usage[cell].times += share;
    to->sent[cell] = true;
}

/* (59): the row is the same in all lanes. */
static double acceptable(const routing *r, int model)
{
    return r->w->acceptable[(size_t)model * r->w->plan->product_count + r->product][0];
}

static void serve(const routing *r, int model, double share)
{
    give(r, model, share);
    r->sum->bad += share * (1.0 - acceptable(r, model));
}

static double value_of(const ds_work *w, int column)
{
    return column != DS_NONE ? w->column[column][0] : 0.0;
}

/* (60) */
static void send_checked(const routing *r, const ds_plan_route *route, double share)
{
    const ds_plan_model *model = &r->w->plan->model[route->model];
    const ds_plan_checker *by = route->before_answer ? &model->router : &model->verifier;
    const double a = acceptable(r, route->model), d = value_of(r->w, by->detected);
    const double again = share * ((1.0 - a) * d + a * value_of(r->w, by->false_alarm));
    double kept = route->before_answer ? share - again : share;
    kept = kept < 1e-9 * share ? 0.0 : kept; /* rounding is no request */
    give(r, route->model, kept);
    r->sum->checks += share * value_of(r->w, by->usd);
    r->sum->bad += share * (1.0 - a) * (1.0 - d);
    r->sum->escalated += again;
    serve(r, route->escalate_to, again);
}

/* row += times * requests */
static void add_times(double *restrict row, const double *restrict requests, double times)
{
    DS_EACH_LANE(i)
        row[i] += times * requests[i];
}

void ds_route_count(ds_work *w, size_t strategy, size_t product)
{
    const ds_plan_needs *needs = &w->plan->needs;
    const ds_shares      s = w->strategy[strategy].shares[product];
    const double        *requests = w->requests[product];
    const int            loss = w->plan->product[product].loss;
    if (s.checks != 0.0)
        add_times(ds_open_bill(w), requests, s.checks);
    if (s.escalated != 0.0 && needs->escalated)
        add_times(w->now.escalated, requests, s.escalated);
    if (s.bad != 0.0 && needs->bad)
        add_times(w->now.bad, requests, s.bad);
    if (s.bad == 0.0 || loss == DS_NONE)
        return;
    const double *usd = w->column[loss];
    double *lost = w->now.lost;
    DS_EACH_LANE(i)
        lost[i] += s.bad * requests[i] * usd[i];
}

void ds_route_certain(ds_work *w, size_t strategy, size_t product)
{
    const ds_plan_strategy *s = &w->plan->strategy[strategy];
    ds_strategy_state *state = &w->strategy[strategy];
    const routing r = { w, state, product, &state->shares[product] };
    const size_t count = s->route_count[product];
    double left = 1.0;
    *r.sum = (ds_shares){ 0, 0, 0 };
    for (size_t k = 0; k < count; k++) {
        const ds_plan_route *route = &s->route[product][k];
        const double part = w->column[route->share][0] * state->certain_ramp[route->state];
        left -= part;
        if (route->escalate_to != DS_NONE)
            send_checked(&r, route, part);
        else
            serve(&r, route->model, part);
    }
    if (count > 0 && left < 1e-9) /* in the end, what rounding leaves is no request */
        left = 0.0;
    serve(&r, s->all, left);
}
