/* reference_tiers.c -- (33) and (35) of docs/model.md: what moves the price of a kind of
 * token with the length of a request or the volume of a month.
 *
 * Called by reference_tokens.c, reference_pools.c and reference_bill.c.  A table of n
 * steps has the steps j = 0 .. n; j = 0 is what lies below its first `from`, at the
 * prices of the contract.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference_bill.h"

bool ds_ref_reached(int edge, double x, double theta)
{
    if (theta == 0)
        return true;
    return edge == DS_EDGE_ABOVE ? x > theta * (1 + 1e-9) : x >= theta * (1 - 1e-9);
}

/* ---- Factors */

static bool states(const ds_by_kind *of, int kind)
{
    return of != NULL && of->kind[kind].index != DS_ABSENT;
}

/* G_k; an hour's cache write moves as the other, cached tokens as fresh input, where that
 * is said */
double ds_ref_factor(const ds_ref_world *w, const ds_contract *c, const ds_repricing *r, int kind)
{
    const int tried[] = { kind, kind == DS_KIND_WRITE_1H ? DS_KIND_WRITE : kind,
                          kind == DS_KIND_OUTPUT ? kind : DS_KIND_INPUT };
    for (size_t i = 0; i < sizeof tried / sizeof tried[0]; i++) {
        int k = tried[i];
        if (states(r->usd_per_mtok, k))
            return ds_ref_value(w, r->usd_per_mtok->kind[k]) / ds_ref_base_price(w, c, k);
        if (states(r->factors, k))
            return ds_ref_value(w, r->factors->kind[k]);
    }
    return ds_ref_value_or(w, r->factor, 1);
}

double ds_ref_step_factor(const ds_ref_world *w, const ds_contract *c, const ds_tiers *tiers,
                          size_t j, int kind)
{
    return j == 0 ? 1
                  : ds_ref_factor(w, c, &DS_ITEM(ds_tier_step, tiers->steps, j - 1).prices, kind);
}

bool ds_ref_moves(const ds_ref_world *w, const ds_contract *c, const ds_tiers *tiers, int kind)
{
    for (size_t j = 1; j <= tiers->steps.count; j++)
        if (ds_ref_step_factor(w, c, tiers, j, kind) != 1)
            return true;
    return false;
}

/* ---- Steps */

bool ds_ref_of_request(const ds_tiers *tiers)
{
    return tiers->of == DS_TIER_REQUEST_INPUT || tiers->of == DS_TIER_REQUEST_OUTPUT;
}

double ds_ref_step_from(const ds_tiers *tiers, size_t j)
{
    return j == 0 ? 0 : DS_ITEM(ds_tier_step, tiers->steps, j - 1).from;
}

double ds_ref_step_to(const ds_tiers *tiers, size_t j)
{
    return j == tiers->steps.count ? DS_REF_NEVER : ds_ref_step_from(tiers, j + 1);
}

/* ---- Lengths of requests, (33) */

typedef struct {
    double mean, sigma, mu; /* sigma 0: constant */
} length;

static length length_of(bool output, const ds_ref_request *r)
{
    length l = { .mean = output ? r->output : r->input };
    double cv = output ? r->output_cv : r->input_cv;
    l.sigma = sqrt(log(1 + cv * cv));
    l.mu = log(l.mean) - l.sigma * l.sigma / 2;
    return l;
}

/* P(L > theta), or, by tokens, E[L; L > theta]/E L */
static double beyond(const ds_tiers *tiers, const length *l, double theta, bool by_tokens)
{
    if (theta == 0)
        return 1;
    if (isinf(theta))
        return 0;
    if (l->sigma == 0 || l->mean == 0)
        return ds_ref_reached(tiers->edge, l->mean, theta) ? 1 : 0;
    double shift = by_tokens ? l->sigma * l->sigma : 0;
    return ds_ref_normal_cdf((l->mu + shift - log(theta)) / l->sigma);
}

/* E min(L, d) */
static double expected_up_to(const length *l, double d)
{
    if (isinf(d))
        return l->mean;
    if (d == 0)
        return 0;
    if (l->sigma == 0)
        return fmin(l->mean, d);
    double s = l->sigma;
    return l->mean * ds_ref_normal_cdf((log(d) - l->mu - s * s) / s) +
           d * (1 - ds_ref_normal_cdf((log(d) - l->mu) / s));
}

/* nu_j of a kind */
double ds_ref_step_share(const ds_tiers *tiers, size_t j, int kind, const ds_ref_request *r)
{
    bool   output = tiers->of == DS_TIER_REQUEST_OUTPUT;
    bool   measured = output == (kind == DS_KIND_OUTPUT);
    length l = length_of(output, r);
    double from = ds_ref_step_from(tiers, j), to = ds_ref_step_to(tiers, j);
    if (tiers->shape == DS_TIERS_CLIFF)
        return j == 0 ? 1 - beyond(tiers, &l, to, measured)
                      : beyond(tiers, &l, from, measured) - beyond(tiers, &l, to, measured);
    if (!measured || l.mean == 0)
        return j == 0 ? 1 : 0;
    return (expected_up_to(&l, to) - expected_up_to(&l, from)) / l.mean;
}

/* T_k */
double ds_ref_tier_factor(const ds_ref_world *w, const ds_contract *c, int kind,
                          const ds_ref_request *r)
{
    double factor = 1;
    for (size_t i = 0; i < c->tiers.count; i++) {
        const ds_tiers *tiers = &DS_ITEM(ds_tiers, c->tiers, i);
        double sum = 0;
        if (!ds_ref_of_request(tiers))
            continue;
        for (size_t j = 0; j <= tiers->steps.count; j++)
            sum += ds_ref_step_share(tiers, j, kind, r) * ds_ref_step_factor(w, c, tiers, j, kind);
        factor *= sum;
    }
    return factor;
}

/* ---- Volumes and spend, (35) */

double ds_ref_volume_share(int shape, int edge, double volume, double from, double to)
{
    if (shape == DS_TIERS_CLIFF)
        return ds_ref_reached(edge, volume, from) &&
                       !(isfinite(to) && ds_ref_reached(edge, volume, to))
                   ? 1
                   : 0;
    if (volume == 0)
        return from == 0 && to > 0 ? 1 : 0;
    return fmax(0, fmin(volume, to) - from) / volume;
}
