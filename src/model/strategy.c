/* strategy.c -- where a strategy sends the requests of a month: (56)-(61), (69).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

/* What the routing of one product needs. */
typedef struct {
    ds_work                 *w;
    const ds_plan_strategy  *strategy;
    const ds_strategy_state *state;
    size_t                   product;
    ds_row                  *part;   /* rows of the product's routes                 */
    bool                     spoils; /* are its bad answers counted?                 */
} routing;

typedef struct {
    double *row;
    bool    used;
} sum;

static void clear_sums(const sum *sums, size_t count)
{
    for (size_t k = 0; k < count; k++)
        if (sums[k].used)
            ds_row_set(sums[k].row, 0);
}

/* Sets to zero what the routes of a month may add to, but for the bill. */
static void clear_routes(ds_work *w, const ds_plan_strategy *s)
{
    const ds_plan *plan = w->plan;
    const ds_plan_needs *needs = &plan->needs;
    ds_month *now = &w->now;
    const sum sums[] = {
        { now->lost, s->losses_cost }, { now->bad, s->spoils && needs->bad },
        { now->escalated, s->spoils && needs->escalated },
        { now->overflow, s->has_limits }, { now->fallback, s->falls_back },
    };
    if (needs->totals || s->losses_cost || s->has_limits || s->falls_back)
        clear_sums(sums, sizeof sums / sizeof *sums);
    for (size_t p = 0; s->loses && p < plan->product_count; p++)
        ds_row_set(now->unserved[p], 0);
}

/* Sets to zero what the strategy may add to; finance.c reads no more than that. */
static void clear_month(ds_work *w, const ds_plan_strategy *s)
{
    const ds_plan *plan = w->plan;
    ds_month *now = &w->now;
    const sum sums[] = {
        { now->returned, plan->needs.returned },
        { now->project, s->distils && plan->needs.project },
        { now->gpu_months, s->has_fleet }, { now->gpu_used, s->has_fleet },
        { now->gpu_paid, s->has_fleet }, { now->pooling, s->has_fleet },
        { now->fleet_cost, s->has_fleet }, { now->fleet_used, s->has_fleet },
        { now->fleet_mtok, s->has_fleet },
    };
    if (plan->needs.totals || s->has_fleet)
        clear_sums(sums, sizeof sums / sizeof *sums);
    clear_routes(w, s);
    for (size_t k = 0; plan->needs.provider && k < plan->provider_count; k++)
        ds_row_set(now->spend[k], 0);
    for (size_t a = 0; a < plan->agreement_count; a++) {
        ds_row_set(now->agreed[a], 0);
        ds_row_set(now->agreed_due[a], 0);
    }
    now->amount = s->amount;
    now->overflows = now->billed = false;
    now->part_count = 0;
}

/* (56), and whether the route has begun. */
static inline void ramp_at(double now, double from, double ready, double months, double *ramp,
                           double *started)
{
    double first = ds_greatest(from, ready);
    double risen = ds_clamp_share((now - first) / ds_greatest(months, 1e-300));
    bool on = now >= first;
    *started = on ? 1.0 : 0.0;
    *ramp = on ? (months > 0.0 ? risen : 1.0) : 0.0;
}

/* Row of the months from which the route's model is ready. */
static const double *ready_of(const ds_work *w, const ds_strategy_state *state,
                              const ds_plan_route *route)
{
    return route->project != DS_NONE ? state->ready[route->project] : w->column[w->plan->zero];
}

void ds_strategy_begin(ds_work *w, size_t strategy)
{
    const ds_plan_strategy *s = &w->plan->strategy[strategy];
    ds_strategy_state *state = &w->strategy[strategy];
    state->stands_to = 0;
    for (size_t k = 0; k < s->ramp_count; k++) {
        const ds_plan_route *route = &s->ramp[k];
        const bool waits =
            route->project != DS_NONE && s->project[route->project].threshold != DS_NONE;
        state->ramp_alike[k] = !waits && ds_row_is_alike(w->column[route->from]) &&
                               ds_row_is_alike(w->column[route->ramp_months]) &&
                               ds_row_is_alike(ready_of(w, state, route));
    }
}

/* (56) where it is certain; has it moved since the month before?  Before it begins and when
 * it has risen, it stays. */
static bool raise_certain(ds_work *w, const ds_plan_strategy *s, ds_strategy_state *state)
{
    const double now = (double)w->month;
    bool moved = w->month == 0;
    if (!moved && now < state->ramps_stand)
        return false;
    state->ramps_stand = ds_never;
    for (size_t k = 0; k < s->ramp_count; k++) {
        if (!s->ramp_certain[k])
            continue;
        const ds_plan_route *route = &s->ramp[k];
        const double from = w->column[route->from][0], ready = ready_of(w, state, route)[0];
        double ramp, started;
        ramp_at(now, from, ready, w->column[route->ramp_months][0], &ramp, &started);
        if (ramp < 1.0)
            state->ramps_stand = ds_least(state->ramps_stand, ds_greatest(from, ready));
        moved = moved || ramp != state->certain_ramp[k];
        state->certain_ramp[k] = ramp;
        state->certainly_started[k] = started > 0.0;
    }
    return moved;
}

static void raise_ramps(ds_work *w, const ds_plan_strategy *s, const ds_strategy_state *state)
{
    const double now = (double)w->month;
    for (size_t k = 0; k < s->ramp_count; k++) {
        const ds_plan_route *route = &s->ramp[k];
        const double *from = w->column[route->from], *months = w->column[route->ramp_months];
        const double *ready = ready_of(w, state, route);
        double *ramp = w->now.ramp[k], *started = w->now.started[k];
        if (state->ramp_alike[k]) {
            double risen, on;
            ramp_at(now, from[0], ready[0], months[0], &risen, &on);
            ds_row_set(ramp, risen);
            ds_row_set(started, on);
        } else {
            DS_EACH_LANE(i)
                ramp_at(now, from[i], ready[i], months[i], &ramp[i], &started[i]);
        }
    }
}

/* Acceptable share of a model for the product: (59), (68).  A row of the world, or `own`. */
static const double *acceptable(const routing *r, int model, double *own)
{
    const ds_plan *plan = r->w->plan;
    const double *a = r->w->acceptable[(size_t)model * plan->product_count + r->product];
    for (size_t j = 0; j < r->strategy->project_count; j++) {
        const ds_plan_student *student = &plan->student[r->strategy->project[j].student];
        if (student->model != model || !student->ages)
            continue;
        const double *fresh = r->state->fresh[j];
        DS_EACH_LANE(i)
            own[i] = ds_clamp_share(a[i] * fresh[i]);
        a = own;
    }
    return a;
}

static bool is_perfect(const routing *r, int model)
{
    return r->w->plan->quality[(size_t)model * r->w->plan->product_count + r->product].perfect;
}

/* Adds to v_p of (40) ff.  `stays`: the row is as it is until the month is billed. */
static void use(const routing *r, int model, const double *requests, bool stays)
{
    ds_work *w = r->w;
    size_t cell = r->product * w->plan->model_count + (size_t)model;
    ds_part *usage = &w->now.usage[cell];
    double *own = w->now.usage_row[cell];
    if (!w->now.sent[cell] && stays) {
        *usage = (ds_part){ requests, 1.0 };
    } else if (!w->now.sent[cell]) {
        ds_row_copy(own, requests);
        *usage = (ds_part){ own, 1.0 };
    } else {
        const double *before = usage->row;
        DS_EACH_LANE(i)
            own[i] = before[i] + requests[i];
        usage->row = own;
    }
    w->now.sent[cell] = true;
}

/* Unverified requests that a model serves: usage and bad answers. */
static void serve(const routing *r, int model, const double *requests, bool stays)
{
    ds_work *w = r->w;
    use(r, model, requests, stays);
    if (!r->spoils || is_perfect(r, model))
        return;
    const double *a = acceptable(r, model, w->scratch[4]);
    double *bad = w->scratch[5];
    DS_EACH_LANE(i)
        bad[i] += requests[i] * (1.0 - a[i]);
}

/* The share o' of (58) of requests for a model that is out, or that overflows; NULL:
 * none is.  In the first routing nothing overflows. */
static const double *share_out(const routing *r, int model)
{
    const ds_work *w = r->w;
    const ds_plan_model *m = &w->plan->model[model];
    if (w->now.overflows && m->limits != DS_NONE)
        return w->now.out[(size_t)m->limits * w->plan->product_count + r->product];
    return m->interruption != DS_NONE ? w->outage[model] : NULL;
}

/* (77) */
static void count_overflow(const routing *r, int model, const double *requests)
{
    ds_work *w = r->w;
    const int limits = w->plan->model[model].limits;
    if (w->now.overflows && limits != DS_NONE)
        ds_row_add_product(
            w->now.overflow, requests,
            w->now.beyond[(size_t)limits * w->plan->product_count + r->product]);
}

/* The share of w that a model does not take: to its fallback, or lost. */
static void divert(const routing *r, int model, const double *requests, const double *out)
{
    ds_work *w = r->w;
    double *lost = w->now.unserved[r->product], *moved = w->scratch[6];
    double *by_fallback = w->now.fallback;
    int fallback = r->strategy->fallback[model];
    count_overflow(r, model, requests);
    if (fallback == DS_NONE) {
        ds_row_add_product(lost, requests, out);
        return;
    }
    const double *out_too = w->outage[fallback];
    bool fails_too = w->plan->model[fallback].interruption != DS_NONE;
    DS_EACH_LANE(i) {
        double all = requests[i] * out[i];
        double still_up = fails_too ? 1.0 - out_too[i] : 1.0;
        moved[i] = all * still_up;
        lost[i] += all - moved[i];
        by_fallback[i] += moved[i];
    }
    serve(r, fallback, moved, false);
}

/* (58), of a row that stays. */
static void send(const routing *r, int model, const double *requests)
{
    ds_work *w = r->w;
    const double *out = share_out(r, model);
    if (out == NULL) {
        serve(r, model, requests, true);
        return;
    }
    double *up = w->scratch[7];
    DS_EACH_LANE(i)
        up[i] = requests[i] * (1.0 - out[i]);
    serve(r, model, up, false);
    divert(r, model, requests, out);
}

/* What a verifier or router costs, and who is asked again, of so many requests. */
static void count_checks(const routing *r, int usd, const double *checked, const double *again)
{
    ds_work *w = r->w;
    if (usd != DS_NONE)
        ds_row_add_product(ds_open_bill(w), checked, w->column[usd]);
    if (w->plan->needs.escalated)
        ds_row_add(w->now.escalated, again);
}

/* (60), after_answer */
static void send_verified(const routing *r, const ds_plan_route *route, ds_row *rows)
{
    ds_work *w = r->w;
    const ds_plan_model *model = &w->plan->model[route->model];
    const double *requests = rows[DS_PART_SENT], *out = share_out(r, route->model);
    const double *d = w->column[model->verifier.detected];
    const double *f = w->column[model->verifier.false_alarm];
    const double *a = acceptable(r, route->model, w->scratch[4]);
    const double *up = requests;
    double *again = rows[DS_PART_AGAIN];
    if (out != NULL) {
        double *served = rows[DS_PART_TAKEN];
        DS_EACH_LANE(i)
            served[i] = requests[i] * (1.0 - out[i]);
        up = served;
    }
    DS_EACH_LANE(i)
        again[i] = up[i] * ((1.0 - a[i]) * d[i] + a[i] * f[i]);
    count_checks(r, model->verifier.usd, up, again);
    if (r->spoils) {
        double *bad = w->scratch[5];
        DS_EACH_LANE(i)
            bad[i] += up[i] * (1.0 - a[i]) * (1.0 - d[i]);
    }
    use(r, route->model, up, true);
    if (out != NULL)
        divert(r, route->model, requests, out);
    send(r, route->escalate_to, again);
}

/* (60), before_answer: what is sent on has no answer of the model. */
static void send_by_router(const routing *r, const ds_plan_route *route, ds_row *rows)
{
    ds_work *w = r->w;
    const double *requests = rows[DS_PART_SENT];
    const ds_plan_model *model = &w->plan->model[route->model];
    const double *d = w->column[model->router.detected];
    const double *f = w->column[model->router.false_alarm];
    const double *out = share_out(r, route->model);
    const double *a = acceptable(r, route->model, w->scratch[4]);
    double *bad = w->scratch[5], *up = rows[DS_PART_TAKEN], *again = rows[DS_PART_AGAIN];
    double *kept = w->scratch[11];
    const double *away = out != NULL ? out : w->column[w->plan->zero];
    DS_EACH_LANE(i) {
        double there = 1.0 - away[i];
        double on = requests[i] * ((1.0 - a[i]) * d[i] + a[i] * f[i]);
        double rest = requests[i] - on;
        kept[i] = rest < 1e-9 * requests[i] ? 0.0 : rest; /* rounding is no request */
        up[i] = kept[i] * there;
        again[i] = on;
        bad[i] += requests[i] * there * (1.0 - a[i]) * (1.0 - d[i]);
    }
    count_checks(r, model->router.usd, requests, again);
    use(r, route->model, up, true);
    if (out != NULL)
        divert(r, route->model, kept, out);
    send(r, route->escalate_to, again);
}

/* Has the route begun in any lane, as far as that can be told at once? */
static bool begins_anywhere(const routing *r, const ds_plan_route *route)
{
    return !r->state->ramp_alike[route->state] || r->w->now.ramp[route->state][0] > 0.0;
}

/* (58): part is what the route gets of all requests, rest what it leaves of `left`; after
 * the last route, what rounding leaves is no request. */
static void split(const routing *r, const ds_plan_route *route, bool last, const double *requests,
                  const double *left, double *restrict part, double *restrict rest)
{
    const ds_work *w = r->w;
    const ds_draw *draw = &w->plan->draws.draw[route->share];
    const double *ramp = w->now.ramp[route->state], *share = w->column[route->share];
    const double nothing = last ? 1e-9 : -(double)INFINITY;
    if (draw->kind == DS_DRAW_CONSTANT && r->state->ramp_alike[route->state]) {
        const double both = share[0] * ramp[0];
        DS_EACH_LANE(i) {
            part[i] = requests[i] * both;
            double now = left[i] - part[i];
            rest[i] = now < nothing * requests[i] ? 0.0 : now;
        }
        return;
    }
    DS_EACH_LANE(i) {
        part[i] = requests[i] * (share[i] * ramp[i]);
        double now = left[i] - part[i];
        rest[i] = now < nothing * requests[i] ? 0.0 : now;
    }
}

/* Sends all requests of a product; scratch 5 gathers its bad answers. */
static void route_product(const routing *r)
{
    ds_work *w = r->w;
    const ds_plan_strategy *s = r->strategy;
    const double *requests = w->requests[r->product];
    double *rest = r->part[DS_PART_ROWS * w->plan->most_routes];
    if (r->spoils)
        ds_row_set(w->scratch[5], 0);
    if (s->route_count[r->product] == 0) {
        send(r, s->all, requests);
        return;
    }
    size_t begun = 0;
    for (size_t k = 0; k < s->route_count[r->product]; k++)
        begun += begins_anywhere(r, &s->route[r->product][k]);
    const double *left = requests;
    for (size_t k = 0; k < s->route_count[r->product]; k++) {
        const ds_plan_route *route = &s->route[r->product][k];
        ds_row *rows = r->part + DS_PART_ROWS * k;
        if (!begins_anywhere(r, route))
            continue;
        begun--;
        split(r, route, begun == 0, requests, left, rows[DS_PART_SENT], rest);
        left = rest;
        if (route->escalate_to != DS_NONE)
            (route->before_answer ? send_by_router : send_verified)(r, route, rows);
        else
            send(r, route->model, rows[DS_PART_SENT]);
    }
    send(r, s->all, left);
}

/* Does anybody ask for the bad answers of a product, or do they cost? */
static bool counts_bad(const ds_work *w, const ds_plan_strategy *s, size_t p)
{
    return s->spoils && (w->plan->needs.bad || w->plan->product[p].loss != DS_NONE);
}

/* (61) of bad answers, and the total that counts them. */
static void count_bad(ds_work *w, const ds_plan_strategy *s, size_t p)
{
    if (!counts_bad(w, s, p))
        return;
    const double *bad = w->scratch[5];
    if (w->plan->needs.bad)
        ds_row_add(w->now.bad, bad);
    if (w->plan->product[p].loss != DS_NONE)
        ds_row_add_product(w->now.lost, bad, w->column[w->plan->product[p].loss]);
}

/* (61) of requests that nobody served; contracts may have refused some. */
static void count_unserved(ds_work *w, const ds_plan_strategy *s)
{
    for (size_t p = 0; s->loses && p < w->plan->product_count; p++) {
        const double *requests = w->requests[p];
        double *unserved = w->now.unserved[p];
        DS_EACH_LANE(i) /* rejected twice, a request counts once */
            unserved[i] = ds_least(unserved[i], requests[i]);
        if (w->plan->product[p].value != DS_NONE)
            ds_row_add_product(w->now.lost, unserved, w->column[w->plan->product[p].value]);
    }
}

/* (69) */
static void pay_royalty(ds_work *w, const ds_plan_student *student)
{
    const ds_plan *plan = w->plan;
    const double *rate = w->column[student->royalty];
    double *bill = ds_open_bill(w);
    double *spend = w->now.spend[plan->model[student->teacher].provider];
    for (size_t p = 0; p < plan->product_count; p++) {
        size_t cell = p * plan->model_count + (size_t)student->model;
        if (!w->now.sent[cell])
            continue;
        const double *v = w->now.usage[cell].row, *mtok = w->mtok[p];
        const double times = w->now.usage[cell].times;
        DS_EACH_LANE(i) {
            double usd = times * v[i] * mtok[i] * rate[i];
            bill[i] += usd;
            spend[i] += usd;
        }
    }
}

static void raise(double *restrict due, const double *restrict started)
{
    DS_EACH_LANE(i)
        due[i] = ds_greatest(due[i], started[i]);
}

/* Does any contract of the model that may be in force have fixed charges? */
static bool has_fixed(const ds_work *w, const ds_plan_model *model)
{
    bool found = false;
    for (int c = model->first_contract; c < model->end_contract; c++)
        found = found || (w->plan->contract[c].has_fixed && ds_may_be_billed(w, (size_t)c));
    return found;
}

/* Has a route to the model, or from it, begun in all lanes? */
static bool is_held_in_all(const ds_work *w, const ds_plan_strategy *s,
                           const ds_strategy_state *state, size_t m)
{
    bool held = false;
    for (size_t k = 0; k < s->ramp_count; k++)
        if (s->ramp_holds[k * w->plan->model_count + m])
            held = held || (s->ramp_certain[k] ? state->certainly_started[k]
                                               : state->ramp_alike[k] &&
                                                     w->now.started[k][0] > 0.0);
    return held;
}

/* (57), or serving anything: fixed charges of model m fall due. */
static void find_due(ds_work *w, const ds_plan_strategy *s, const ds_strategy_state *state,
                     size_t m)
{
    const ds_plan *plan = w->plan;
    double *due = w->now.due_row[m];
    const bool held = s->always_held[m] || is_held_in_all(w, s, state, m);
    const bool varies = !held && has_fixed(w, &plan->model[m]);
    w->now.due[m] = varies ? due : w->column[held ? plan->one : plan->zero];
    if (!varies)
        return;
    ds_row_set(due, 0);
    for (size_t k = 0; k < s->ramp_count; k++)
        if (s->ramp_holds[k * plan->model_count + m] && !s->ramp_certain[k])
            raise(due, w->now.started[k]);
    for (size_t p = 0; p < plan->product_count; p++) {
        if (!w->now.sent[p * plan->model_count + m])
            continue;
        const double *v = w->now.usage[p * plan->model_count + m].row;
        DS_EACH_LANE(i)
            due[i] = v[i] > 0.0 ? 1.0 : due[i];
    }
}

static void route_all(ds_work *w, size_t strategy)
{
    const ds_plan_strategy *s = &w->plan->strategy[strategy];
    ds_strategy_state *state = &w->strategy[strategy];
    for (size_t k = 0; k < w->plan->product_count * w->plan->model_count; k++)
        state->sent[k] = false;
    for (size_t m = 0; m < w->plan->model_count; m++)
        state->of_all[m].known = false;
    for (size_t p = 0; p < w->plan->product_count; p++) {
        if (w->plan->product[p].idle)
            continue;
        if (s->certain[p]) {
            ds_route_certain(w, strategy, p);
            if (s->spoils)
                ds_route_count(w, strategy, p);
            continue;
        }
        const routing r = {
            .w = w, .strategy = s, .state = state, .product = p,
            .part = w->now.part + p * (DS_PART_ROWS * w->plan->most_routes + 1),
            .spoils = counts_bad(w, s, p),
        };
        route_product(&r);
        count_bad(w, s, p);
    }
}

/* The same parts as in the month before. */
static void route_again(ds_work *w, size_t strategy)
{
    if (!w->plan->strategy[strategy].spoils)
        return;
    for (size_t p = 0; p < w->plan->product_count; p++)
        if (!w->plan->product[p].idle)
            ds_route_count(w, strategy, p);
}

/* Sizes limited fleets by what has been routed; where some overflow, routes again: (106). */
static void route_overflow(ds_work *w, size_t strategy, const double *bill_before)
{
    const ds_plan_strategy *s = &w->plan->strategy[strategy];
    ds_strategy_state *state = &w->strategy[strategy];
    for (size_t m = 0; m < w->plan->model_count; m++) {
        if (!s->used[m] || w->plan->model[m].limits == DS_NONE)
            continue;
        find_due(w, s, state, m);
        w->now.overflows = ds_limits_month(w, state, (int)m) || w->now.overflows;
    }
    if (!w->now.overflows)
        return;
    ds_row_copy(w->now.bill, bill_before);
    clear_routes(w, s);
    route_all(w, strategy);
}

void ds_strategy_month(ds_work *w, size_t strategy)
{
    const ds_plan *plan = w->plan;
    const ds_plan_strategy *s = &plan->strategy[strategy];
    ds_strategy_state *state = &w->strategy[strategy];
    double *bill_before = w->scratch[15];
    if (ds_again_month(w, strategy))
        return;
    clear_month(w, s);
    w->now.usage = state->usage;
    w->now.sent = state->sent;
    w->now.of_all = state->of_all;
    ds_project_month(w, strategy);
    const bool moved = raise_certain(w, s, state);
    if (!s->all_certain)
        raise_ramps(w, s, state);
    if (s->has_limits)
        ds_row_copy(bill_before, ds_open_bill(w));
    if (s->all_certain && !moved)
        route_again(w, strategy);
    else
        route_all(w, strategy);
    if (s->has_limits)
        route_overflow(w, strategy, bill_before);
    for (size_t m = 0; m < plan->model_count; m++) {
        if (!s->used[m])
            continue;
        find_due(w, s, state, m);
        ds_contract_bill(w, state, (int)m);
        int student = plan->model[m].student;
        if (student != DS_NONE && plan->student[student].royalty != DS_NONE)
            pay_royalty(w, &plan->student[student]);
    }
    ds_agreement_bill(w, state, s);
    count_unserved(w, s);
    ds_again_keep(w, strategy);
}
