/* check_process.c -- rules of what moves by chance: growth of products, price paths, GPU
 * rents, and the regimes that they share.
 *
 * Called by check.c and check_model.c.  A key that only scales another one is refused
 * where that one is not stated, and not where it is 0: a sweep may begin there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/check.h"

#define NO_VOLATILITY "\"volatility_per_sqrt_year\" is not stated"

/* What a regime does to one thing; `step_key` NULL: nothing is carried on. */
typedef struct {
    int         regime;
    const char *step_key;
    ds_quantity step, factor, volatility_factor;
} effect;

/* At the path of the object that has it. */
static void check_effect(ds_binder *b, const effect *e)
{
    bool step = e->step_key != NULL && ds_differs(b, e->step, 0);
    bool factor = ds_differs(b, e->factor, 1), spread = ds_differs(b, e->volatility_factor, 1);
    if (e->regime == DS_ABSENT) {
        const char *why = "there is no \"regime\"";
        if (e->step_key != NULL)
            ds_refuse(b, step, e->step_key, why);
        ds_refuse(b, factor, "regime_factor", why);
        ds_refuse(b, spread, "regime_volatility_factor", why);
        return;
    }
    ds_refuse(b, spread && !ds_stated(b, "volatility_per_sqrt_year"), "regime_volatility_factor",
              NO_VOLATILITY);
    if (e->regime >= 0 && !step && !factor && !spread && !ds_reported_inside(b)) {
        ds_push(b, "regime");
        ds_warn_here(b, "the regime changes nothing here: %s%s%s\"regime_factor\" and "
                        "\"regime_volatility_factor\" are the defaults",
                     e->step_key != NULL ? "\"" : "", e->step_key != NULL ? e->step_key : "",
                     e->step_key != NULL ? "\", " : "");
        ds_pop(b);
    }
}

void ds_check_growth(ds_binder *b, const ds_growth *g)
{
    ds_push(b, "growth");
    if ((g->process == DS_GROWTH_LOGISTIC || g->process == DS_GROWTH_BASS) &&
        g->ceiling_factor.index == DS_ABSENT)
        ds_problem_here(b, "growth by \"%s\" needs \"ceiling_factor\"",
                        g->process == DS_GROWTH_BASS ? "bass" : "logistic");
    if (g->process == DS_GROWTH_SERIES && g->series.count == 0 && !ds_stated(b, "series"))
        ds_problem_here(b, "growth by \"series\" needs \"series\"");
    if (ds_stated(b, "series") && g->process >= 0 && g->process != DS_GROWTH_SERIES) {
        ds_push(b, "series");
        ds_problem_at_key(b, "\"series\" goes with the process \"series\" only");
        ds_pop(b);
    }
    ds_refuse(b, ds_differs(b, g->noise_autocorrelation, 0) && !ds_stated(b, "noise_log_sd"),
              "noise_autocorrelation", "\"noise_log_sd\" is not stated");
    check_effect(b, &(effect){g->regime, "regime_per_year", g->regime_per_year, g->regime_factor,
                              g->regime_volatility_factor});
    ds_pop(b);
}

void ds_check_price_path(ds_binder *b, const ds_price_path *p)
{
    ds_push(b, "price_path");
    ds_refuse(b, ds_differs(b, p->reversion_per_year, 0) &&
                     !ds_stated(b, "volatility_per_sqrt_year"),
              "reversion_per_year", NO_VOLATILITY);
    check_effect(b, &(effect){p->regime, "regime_change_per_year", p->regime_change_per_year,
                              p->regime_factor, p->regime_volatility_factor});
    ds_pop(b);
}

void ds_check_gpus(ds_binder *b)
{
    const ds_items *gpus = &b->scenario->gpus;
    ds_push(b, "gpus");
    for (size_t i = 0; i < gpus->count; i++) {
        const ds_gpu *g = &DS_ITEM(ds_gpu, *gpus, i);
        ds_push(b, g->key.name);
        check_effect(b, &(effect){.regime = g->regime, .factor = g->regime_factor,
                                  .volatility_factor = g->regime_volatility_factor});
        ds_pop(b);
    }
    ds_pop(b);
}

/* Does anything name the regime? */
static bool is_used(const ds_scenario *s, int regime)
{
    bool used = false;
    for (size_t i = 0; i < s->gpus.count; i++)
        used = used || DS_ITEM(ds_gpu, s->gpus, i).regime == regime;
    for (size_t i = 0; i < s->products.count; i++) {
        const ds_growth *g = DS_ITEM(ds_product, s->products, i).growth;
        used = used || (g != NULL && g->regime == regime);
    }
    for (size_t i = 0; i < s->models.count; i++) {
        const ds_price_path *p = DS_ITEM(ds_model, s->models, i).price_path;
        used = used || (p != NULL && p->regime == regime);
    }
    return used;
}

void ds_check_regimes(ds_binder *b)
{
    const ds_items *regimes = &b->scenario->regimes;
    ds_push(b, "regimes");
    for (size_t i = 0; i < regimes->count; i++) {
        ds_push(b, DS_ITEM(ds_regime, *regimes, i).key.name);
        if (!is_used(b->scenario, (int)i))
            ds_warn_here(b, "nothing has this \"regime\": no growth, price_path or GPU");
        ds_pop(b);
    }
    ds_pop(b);
}
