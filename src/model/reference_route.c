/* reference_route.c -- section 7 of docs/model.md: which model serves which requests
 * in one month; also the verifier's bill (60) and what is lost (61).
 *
 * Called by reference.c: ds_ref_route() after the projects of the month are known and
 * before the bills, which may reject requests; ds_ref_account() after them.  Fills
 * served, held, asked, lost and bad of the run.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference.h"

#include <math.h>
#include <string.h>

static const ds_model *model_at(const ds_ref_run *run, size_t model)
{
    return &DS_ITEM(ds_model, run->w->s->models, model);
}

static const ds_product *product_at(const ds_ref_run *run, size_t p)
{
    return &DS_ITEM(ds_product, run->w->s->products, p);
}

static double out_share(const ds_ref_run *run, size_t model)
{
    return run->w->out[ds_ref_at(run->w, model, run->t)];
}

/* The fallback of a model: of the strategy, else its own, else DS_ABSENT. */
static int fallback_of(const ds_ref_run *run, size_t model)
{
    for (size_t i = 0; i < run->strategy->fallback.count; i++) {
        const ds_model_fallback *f =
            &DS_ITEM(ds_model_fallback, run->strategy->fallback, i);
        if (f->key.target == (int)model)
            return f->to;
    }
    return model_at(run, model)->fallback;
}

static void serve(ds_ref_run *run, size_t p, size_t model, double requests)
{
    run->served[model * run->w->s->products.count + p] += requests;
}

/* (59) */
static void serve_unverified(ds_ref_run *run, size_t p, size_t model, double requests)
{
    serve(run, p, model, requests);
    run->bad[p] += requests * (1 - ds_ref_acceptable(run, model, product_at(run, p)));
}

/* (58) `requests` that a model could not take */
static void fall_back(ds_ref_run *run, size_t p, size_t model, double requests)
{
    int fallback = fallback_of(run, model);
    if (fallback == DS_ABSENT) {
        run->lost[p] += requests;
        return;
    }
    double out = out_share(run, (size_t)fallback);
    serve_unverified(run, p, (size_t)fallback, requests * (1 - out));
    run->lost[p] += requests * out;
}

/* (58) */
static void send(ds_ref_run *run, size_t p, size_t model, double requests)
{
    double out = out_share(run, model);
    serve_unverified(run, p, model, requests * (1 - out));
    fall_back(run, p, model, requests * out);
}

/* (60) */
static void send_verified(ds_ref_run *run, size_t p, size_t model, size_t escalate_to,
                          double requests)
{
    const ds_ref_world *w = run->w;
    const ds_verifier  *verifier = model_at(run, model)->verifier;
    double out = out_share(run, model);
    double checked = requests * (1 - out);
    double a = ds_ref_acceptable(run, model, product_at(run, p));
    double d = ds_ref_value(w, verifier->detected_share);
    double f = ds_ref_value(w, verifier->false_alarm_share);
    double escalated = checked * ((1 - a) * d + a * f);

    serve(run, p, model, checked);
    ds_ref_line line = { .product = product_at(run, p)->key.name,
                         .model = model_at(run, model)->key.name, .contract = "",
                         .line = "verifier", .quantity = checked, .unit = "request",
                         .unit_price_usd = ds_ref_value(w, verifier->usd_per_request),
                         .rule = "(60)" };
    ds_ref_charge(run, &line);
    run->bad[p] += checked * (1 - a) * (1 - d);
    run->escalated += escalated;
    send(run, p, escalate_to, escalated);
    fall_back(run, p, model, requests * out);
}

/* The routes of a product: its own, else those of "*". */
static const ds_items *routes_of(const ds_ref_run *run, size_t p)
{
    const ds_items *routes = NULL;
    for (size_t i = 0; i < run->strategy->routes.count; i++) {
        const ds_product_routes *r =
            &DS_ITEM(ds_product_routes, run->strategy->routes, i);
        if (r->key.target == (int)p)
            return &r->routes;
        if (r->key.target == DS_ABSENT)
            routes = &r->routes;
    }
    return routes;
}

/* (56) t0 of a route */
static double start_of_route(const ds_ref_run *run, const ds_route *route)
{
    size_t model = (size_t)route->key.target;
    double from = ds_ref_value(run->w, route->from);
    if (ds_ref_is_student(model_at(run, model)))
        return fmax(from, run->project[model].ready);
    return from;
}

/* (56) at month t >= t0 */
static double ramp(const ds_ref_run *run, const ds_route *route, double start)
{
    double months = ds_ref_value(run->w, route->ramp_months);
    if (months == 0)
        return 1;
    return fmin(1, fmax(0, ((double)run->t - start) / months));
}

/* (56), (57) */
static void route_product(ds_ref_run *run, size_t p)
{
    const ds_items *routes = routes_of(run, p);
    double requests = run->asked[p], rest = requests;
    for (size_t i = 0; routes != NULL && i < routes->count; i++) {
        const ds_route *route = &DS_ITEM(ds_route, *routes, i);
        double start = start_of_route(run, route);
        if ((double)run->t < start)
            continue;
        size_t model = (size_t)route->key.target;
        double w = requests * ds_ref_value(run->w, route->share) * ramp(run, route, start);
        rest -= w;
        run->held[model] = true; /* (57) */
        if (route->escalate_to == DS_ABSENT) {
            send(run, p, model, w);
        } else {
            run->held[route->escalate_to] = true;
            send_verified(run, p, model, (size_t)route->escalate_to, w);
        }
    }
    if (rest < 1e-9 * requests) /* rounding */
        rest = 0;
    send(run, p, (size_t)run->strategy->all, rest);
}

/* (61), and the sums of (77) over requests */
static void account(ds_ref_run *run, size_t p)
{
    const ds_product *product = product_at(run, p);
    ds_ref_request    r = ds_ref_request_of(run->w, p, NULL, run->t);
    double value = ds_ref_value(run->w, product->value_usd_per_request);
    double answered = run->asked[p] - run->lost[p];
    if (answered < 1e-9 * run->asked[p]) /* rounding */
        answered = 0;
    ds_ref_line lost = { .product = product->key.name, .model = "", .contract = "",
                         .line = "unserved requests", .quantity = run->lost[p],
                         .unit = "request", .unit_price_usd = value, .rule = "(61)" };
    ds_ref_line bad = { .product = product->key.name, .model = "", .contract = "",
                        .line = "bad answers", .quantity = run->bad[p], .unit = "answer",
                        .unit_price_usd = ds_ref_value(run->w, product->loss_usd_per_bad_answer),
                        .rule = "(61)" };
    ds_ref_lose(run, &lost);
    ds_ref_lose(run, &bad);
    run->answered += answered;
    run->unserved += run->lost[p];
    run->bad_answers += run->bad[p];
    run->mtok += (r.input + r.output) * answered * 1e-6;
    run->served_value_usd += answered * value / run->w->deflator[run->t]; /* (71) */
}

void ds_ref_route(ds_ref_run *run)
{
    size_t products = run->w->s->products.count, models = run->w->s->models.count;
    memset(run->served, 0, models * products * sizeof *run->served);
    memset(run->lost, 0, products * sizeof *run->lost);
    memset(run->bad, 0, products * sizeof *run->bad);
    memset(run->held, 0, models * sizeof *run->held);
    run->held[run->strategy->all] = true;
    for (size_t p = 0; p < products; p++) {
        run->asked[p] = run->w->requests[ds_ref_at(run->w, p, run->t)];
        route_product(run, p);
    }
}

void ds_ref_account(ds_ref_run *run)
{
    for (size_t p = 0; p < run->w->s->products.count; p++)
        account(run, p);
}
