/* reference_route.c -- section 7 of docs/model.md: which model serves which requests
 * in one month; also the bills of verifier and router (60) and what is lost (61).
 *
 * Called by reference.c: ds_ref_route() after the projects of the month are known and
 * before the bills, which may reject requests; ds_ref_account() after them.  A month is
 * routed once as if every fleet could take everything, and again when some could not
 * (106).  Fills served, held, asked, lost, bad and what else is of the month.
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

static size_t at(const ds_ref_run *run, size_t model, size_t p)
{
    return model * run->w->s->products.count + p;
}

/* (58) o': cut off, or more than the model's fleet can take */
static double missing_share(const ds_ref_run *run, size_t model, size_t p)
{
    return 1 - (1 - out_share(run, model)) * (1 - run->beyond[at(run, model, p)]);
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
    run->served[at(run, model, p)] += requests;
}

/* (59) */
static void serve_unverified(ds_ref_run *run, size_t p, size_t model, double requests)
{
    serve(run, p, model, requests);
    run->bad[p] += requests * (1 - ds_ref_acceptable(run, model, product_at(run, p)));
}

/* (58) what a model could not take of so many requests */
static void fall_back(ds_ref_run *run, size_t p, size_t model, double of)
{
    int    fallback = fallback_of(run, model);
    double missing = missing_share(run, model, p);
    double requests = of * missing;
    run->overflow[at(run, model, p)] +=
        of * (1 - out_share(run, model)) * run->beyond[at(run, model, p)]; /* o' - o_m */
    if (fallback == DS_ABSENT) {
        run->lost[p] += requests;
        return;
    }
    double out = out_share(run, (size_t)fallback);
    serve_unverified(run, p, (size_t)fallback, requests * (1 - out));
    run->fell_back += requests * (1 - out);
    run->lost[p] += requests * out;
}

/* (58) */
static void send(ds_ref_run *run, size_t p, size_t model, double requests)
{
    serve_unverified(run, p, model, requests * (1 - missing_share(run, model, p)));
    fall_back(run, p, model, requests);
}

/* (60) e, and the share of bad answers that is not found */
typedef struct {
    double escalated, bad;
} judged;

static judged judge(const ds_ref_run *run, size_t p, size_t model, const ds_verifier *by)
{
    double a = ds_ref_acceptable(run, model, product_at(run, p));
    double d = ds_ref_value(run->w, by->detected_share);
    double f = ds_ref_value(run->w, by->false_alarm_share);
    return (judged){ (1 - a) * d + a * f, (1 - a) * (1 - d) };
}

/* (60) a cascade: the model answers, and the verifier reads the answers */
static void send_verified(ds_ref_run *run, size_t p, size_t model, size_t escalate_to,
                          double requests)
{
    judged share = judge(run, p, model, model_at(run, model)->verifier);
    double answered = requests * (1 - missing_share(run, model, p));
    serve(run, p, model, answered);
    run->checked[at(run, model, p)] += answered;
    run->bad[p] += answered * share.bad;
    run->sent_on += answered * share.escalated;
    send(run, p, escalate_to, answered * share.escalated);
    fall_back(run, p, model, requests);
}

/* (60) a router: it reads the requests, and the model gets what is left */
static void send_routed(ds_ref_run *run, size_t p, size_t model, size_t escalate_to,
                        double requests)
{
    judged share = judge(run, p, model, model_at(run, model)->router);
    double kept = requests * (1 - share.escalated);
    if (kept < 1e-9 * requests) /* rounding */
        kept = 0;
    double present = 1 - missing_share(run, model, p);
    run->looked_at[at(run, model, p)] += requests;
    run->sent_on += requests * share.escalated;
    send(run, p, escalate_to, requests * share.escalated);
    serve(run, p, model, kept * present);
    run->bad[p] += requests * present * share.bad;
    fall_back(run, p, model, kept);
}

const ds_items *ds_ref_routes_of(const ds_ref_run *run, size_t p)
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
    const ds_items *routes = ds_ref_routes_of(run, p);
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
            if (route->escalate == DS_ESCALATE_BEFORE_ANSWER)
                send_routed(run, p, model, (size_t)route->escalate_to, w);
            else
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
    run->lost[p] = fmin(run->lost[p], run->asked[p]); /* rejected twice, it counts once */
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

/* All products, with the overflow that is known. */
static void route_month(ds_ref_run *run)
{
    size_t products = run->w->s->products.count, models = run->w->s->models.count;
    memset(run->served, 0, models * products * sizeof *run->served);
    memset(run->checked, 0, models * products * sizeof *run->checked);
    memset(run->looked_at, 0, models * products * sizeof *run->looked_at);
    memset(run->overflow, 0, models * products * sizeof *run->overflow);
    memset(run->lost, 0, products * sizeof *run->lost);
    memset(run->bad, 0, products * sizeof *run->bad);
    memset(run->held, 0, models * sizeof *run->held);
    run->sent_on = run->fell_back = 0;
    run->held[run->strategy->all] = true;
    for (size_t p = 0; p < products; p++) {
        run->asked[p] = run->w->requests[ds_ref_at(run->w, p, run->t)];
        route_product(run, p);
    }
}

static void charge_requests(ds_ref_run *run, size_t model, size_t p, const char *text,
                            double requests, double price, const char *rule, bool shown)
{
    ds_ref_line line = { .product = product_at(run, p)->key.name,
                         .model = model_at(run, model)->key.name, .contract = "", .line = text,
                         .quantity = requests, .unit = "request", .unit_price_usd = price,
                         .rule = rule, .shown = shown };
    ds_ref_charge(run, &line);
}

/* Lines of (60), and one that says what a fleet did not take. */
static void charge_routing(ds_ref_run *run, size_t model, size_t p)
{
    const ds_model *m = model_at(run, model);
    size_t          i = at(run, model, p);
    if (m->verifier != NULL)
        charge_requests(run, model, p, "verifier", run->checked[i],
                        ds_ref_value(run->w, m->verifier->usd_per_request), "(60)", false);
    if (m->router != NULL)
        charge_requests(run, model, p, "router", run->looked_at[i],
                        ds_ref_value(run->w, m->router->usd_per_request), "(60)", false);
    charge_requests(run, model, p, "overflow", run->overflow[i], 0, "(106)", true);
    run->overflown += run->overflow[i];
}

void ds_ref_route(ds_ref_run *run)
{
    size_t products = run->w->s->products.count, models = run->w->s->models.count;
    memset(run->beyond, 0, models * products * sizeof *run->beyond);
    route_month(run);
    if (ds_ref_limit_fleets(run))
        route_month(run);
    for (size_t m = 0; m < models; m++)
        for (size_t p = 0; p < products; p++)
            charge_routing(run, m, p);
    run->escalated += run->sent_on;
    run->fallback += run->fell_back;
}

void ds_ref_account(ds_ref_run *run)
{
    for (size_t p = 0; p < run->w->s->products.count; p++)
        account(run, p);
}
