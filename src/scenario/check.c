/* check.c -- rules that span fields: products, asserts, and what others call.
 *
 * Called by scenario.c after bind.c, whatever bind.c found: a member that was
 * reported there is DS_BROKEN and counts as present, so that one mistake is told
 * once.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "scenario/check.h"

#define HOUR_SHAPE_TOLERANCE 1e-3
/* a shape and a peak that are the same number, computed in two ways */
#define PEAK_TOLERANCE 1e-9

static double mean(ds_numbers n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n.count; i++)
        sum += n.values[i];
    return n.count == 0 ? 0.0 : sum / (double)n.count;
}

/* ---- Products -------------------------------------------------------------------- */

/* A fleet that is not scaled by the hour is sized for peak_to_mean, which cannot hold a
 * busier hour. */
static void check_peak(ds_binder *b, const ds_product *p)
{
    double busiest = 0.0, peak = ds_greatest(b, p->peak_to_mean, (double)INFINITY);
    for (size_t i = 0; i < p->hour_shape.count; i++)
        busiest = fmax(busiest, p->hour_shape.values[i]);
    if (!ds_stated(b, "peak_to_mean") || p->peak_to_mean.index < 0 ||
        !(busiest > peak * (1.0 + PEAK_TOLERANCE)))
        return;
    ds_push(b, "peak_to_mean");
    ds_warn_here(b, "the busiest hour of hour_shape is %.4g times the mean, above peak_to_mean, "
                    "which is at most %.4g", busiest, peak);
    ds_pop(b);
}

static void check_product(ds_binder *b, const ds_product *p)
{
    double elasticity;
    if (p->growth != NULL)
        ds_check_growth(b, p->growth);
    if (p->request != NULL)
        ds_check_request(b, p->request);
    if (p->season.count > 0 && !(mean(p->season) > 0.0)) {
        ds_push(b, "season");
        ds_problem_here(b, "the mean of the season must be above 0");
        ds_pop(b);
    }
    size_t hours = p->hour_shape.count;
    if (hours > 0 && !(fabs(mean(p->hour_shape) - 1.0) <= HOUR_SHAPE_TOLERANCE)) {
        ds_push(b, "hour_shape");
        ds_problem_here(b, "the mean of the %zu hours must be 1, found %.6g", hours,
                        mean(p->hour_shape));
        ds_pop(b);
    }
    check_peak(b, p);
    bool none = ds_certain(b, p->price_elasticity, &elasticity) && elasticity == 0.0;
    if (!none && p->price_elasticity.index >= 0 && p->price_of == DS_ABSENT) {
        ds_push(b, "price_elasticity");
        ds_problem_here(b, "a price elasticity needs \"price_of\", the model whose price counts");
        ds_pop(b);
    }
}

/* ---- Asserts --------------------------------------------------------------------- */

static void check_assertion(ds_binder *b, const ds_assertion *a)
{
    enum { MOST = 32 };
    const char *names[MOST];
    size_t      count = 0;
    bool        known = a->statistic == NULL;
    for (; count < MOST && (names[count] = ds_statistic_name(count)) != NULL; count++)
        known = known || strcmp(names[count], a->statistic) == 0;
    if (!known) {
        const char *near = ds_suggest(a->statistic, names, count);
        ds_push(b, "statistic");
        if (near != NULL)
            ds_problem_here(b, "unknown statistic \"%.60s\"; did you mean \"%s\"?", a->statistic,
                            near);
        else
            ds_problem_here(b, "unknown statistic \"%.60s\"; known are mean, sd, p05, p25, p50, "
                               "p75, p95, cvar, share_positive and share_undefined", a->statistic);
        ds_pop(b);
    }
    bool above = ds_stated(b, "above"), below = ds_stated(b, "below");
    if (!above && !below)
        ds_problem_here(b, "needs \"above\" or \"below\"");
    if (above && below && !(a->above < a->below))
        ds_problem_here(b, "\"above\" must be less than \"below\"");
}

/* A file may name a quantity that it does not use; an override that makes one has a
 * misspelt name, and a sweep over it would be flat. */
static void check_made_quantity(ds_binder *b)
{
    const char *made = b->document->made_quantity;
    size_t uses = 0;
    int input = DS_ABSENT;
    for (size_t k = 0; made != NULL && k < b->use_count; k++)
        if (strcmp(b->uses[k].pointer, made) == 0)
            input = b->uses[k].input;
    if (input < 0)
        return;
    for (size_t k = 0; k < b->use_count; k++)
        uses += b->uses[k].input == input;
    const char *const segments[] = {"quantities", strrchr(made, '/') + 1, NULL};
    if (uses == 1) /* its own */
        ds_problem_at(b, segments, "nothing uses this quantity, so setting it has no effect");
}

static void check_clock(ds_binder *b, const ds_clock *c)
{
    ds_push(b, "clock");
    ds_refuse(b, c->calendar_hours && c->hours_per_month != 730.0, "hours_per_month",
              "\"calendar_hours\" is true");
    ds_pop(b);
}

void ds_check(ds_binder *b)
{
    const ds_scenario *s = b->scenario;
    ds_resolve_terms(b);
    ds_find_traffic(b);
    if (s->clock != NULL)
        check_clock(b, s->clock);
    ds_check_run(b);
    ds_push(b, "products");
    for (size_t i = 0; i < s->products.count; i++) {
        const ds_product *p = &DS_ITEM(ds_product, s->products, i);
        ds_push(b, p->key.name);
        check_product(b, p);
        ds_pop(b);
    }
    ds_check_service_shares(b);
    ds_pop(b);
    ds_check_gpus(b);
    ds_check_profiles(b);
    ds_check_agreements(b);
    ds_check_models(b);
    ds_check_strategies(b);
    ds_check_correlations(b);
    ds_check_regimes(b);
    check_made_quantity(b);

    ds_push(b, "assert");
    for (size_t i = 0; i < s->assertions.count; i++) {
        const ds_assertion *a = &DS_ITEM(ds_assertion, s->assertions, i);
        ds_push(b, a->key.name);
        check_assertion(b, a);
        ds_pop(b);
    }
    ds_pop(b);
}
