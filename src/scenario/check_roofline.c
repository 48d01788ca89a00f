/* check_roofline.c -- rules of rooflines: the GPU's facts are there, the shape is one, and
 * weights and a request fit into the memory.
 *
 * Called by check_profile.c, at the path of a profile.  Numbers in brackets are those of
 * docs/model.md.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "scenario/check.h"

static const ds_gpu *gpu_of(const ds_binder *b, const ds_profile *p)
{
    const ds_items *gpus = &b->scenario->gpus;
    bool            known = p->gpu >= 0 && (size_t)p->gpu < gpus->count;
    return known ? &DS_ITEM(ds_gpu, *gpus, p->gpu) : NULL;
}

/* ---- The GPU --------------------------------------------------------------------- */

static void need_fact(ds_binder *b, const ds_gpu *g, bool missing, const char *what)
{
    if (missing)
        ds_problem_in(b, "gpu", "a roofline needs %s of the GPU \"%.60s\"", what, g->key.name);
}

static void check_facts(ds_binder *b, const ds_profile *p, const ds_gpu *g)
{
    need_fact(b, g, isnan(g->memory_gib), "\"memory_gib\"");
    need_fact(b, g, isnan(g->memory_gb_per_s), "\"memory_gb_per_s\"");
    need_fact(b, g, isnan(g->tflops_16bit), "\"tflops_16bit\"");
    need_fact(b, g, p->gpus_per_replica > 1 && isnan(g->link_gb_per_s),
              "\"link_gb_per_s\" (gpus_per_replica is above 1)");
}

/* ---- The shape ------------------------------------------------------------------- */

static void check_shape(ds_binder *b, const ds_roofline *r)
{
    if (r->heads % r->kv_heads != 0)
        ds_problem_in(b, "kv_heads", "%lld do not divide %lld heads: as many query heads share "
                                     "each", (long long)r->kv_heads, (long long)r->heads);
    if (r->experts_per_token > r->experts)
        ds_problem_in(b, "experts_per_token", "%lld are more than the experts, %lld",
                      (long long)r->experts_per_token, (long long)r->experts);
}

/* ---- Memory (102) ---------------------------------------------------------------- */

/* What the memory of one GPU must hold; the worst of all that may use the profile. */
typedef struct {
    double            weights_gb, request_gb, tokens;
    const ds_model   *model;   /* NULL: of the size of the profile                    */
    const ds_product *product; /* NULL: no request                                    */
} load;

/* The greatest value of a quantity, or the mean when there is none. */
static double great(const ds_binder *b, ds_quantity q)
{
    double most = ds_greatest(b, q, (double)INFINITY);
    return isfinite(most) ? most : ds_mean_of(b, q);
}

/* Grown until the last month. */
static double grown(const ds_binder *b, double tokens, ds_quantity per_year)
{
    const ds_clock *clock = b->scenario->clock;
    double          rate = great(b, per_year);
    return clock == NULL || !(rate > 0.0)
               ? tokens : tokens * pow(1.0 + rate, (double)(clock->months - 1) / 12.0);
}

/* The whole length of a request, input that is cached beside it included. */
static double length_of(const ds_binder *b, const ds_request *r)
{
    double word = great(b, r->tokens_per_word);
    double input = great(b, r->input_tokens) + great(b, r->input_words) * word;
    double output = great(b, r->output_tokens) + great(b, r->output_words) * word;
    if (r->cached_tokens == DS_CACHED_BESIDE)
        input += great(b, r->cache_read_tokens) + great(b, r->cache_write_tokens) +
                 great(b, r->cache_write_1h_tokens);
    return grown(b, input, r->input_growth_per_year) + grown(b, output, r->output_growth_per_year);
}

/* Of a model of `size` times the parameters, and a request of so many tokens. */
static load load_of(const ds_profile *p, double size, double tokens)
{
    static const double weight_bytes[] = {2.0, 1.0, 4.5 / 8.0}, kv_bytes[] = {2.0, 1.0, 0.5};
    const ds_roofline  *r = p->roofline;
    double gpus = (double)p->gpus_per_replica, wider = cbrt(size), layers = (double)r->layers;
    double hidden = (double)r->hidden, experts = (double)r->experts, head = (double)r->head_size;
    double attention = 2.0 * hidden * head * ((double)r->heads + (double)r->kv_heads);
    double forward = 3.0 * hidden * (double)r->intermediate * experts +
                     (experts > 1.0 ? hidden * experts : 0.0);
    double parameters = size * layers * (attention + forward);
    double weights = parameters * weight_bytes[r->weight_bits] +
                     4.0 * (double)r->vocabulary * hidden * wider;
    double kv = 2.0 * layers * wider * fmax((double)r->kv_heads / gpus, 1.0) * head *
                kv_bytes[r->kv_bits];
    return (load){.weights_gb = weights / gpus * 1e-9, .request_gb = kv * fmax(tokens, 1.0) * 1e-9,
                  .tokens = tokens};
}

static void keep_worst(load *worst, load l)
{
    if (l.weights_gb + l.request_gb > worst->weights_gb + worst->request_gb)
        *worst = l;
}

/* Is the profile that of the contract, or of one of its pools? */
static bool uses(const ds_contract *c, int profile)
{
    bool found = c->billing == DS_BILLING_FLEET && c->profile == profile;
    for (size_t i = 0; i < c->units.count && !found; i++)
        found = DS_ITEM(ds_unit_pool, c->units, i).profile == profile;
    return found;
}

static void load_by_model(const ds_binder *b, const ds_profile *p, int model, load *worst)
{
    const ds_model *m = &DS_ITEM(ds_model, b->scenario->models, model);
    const ds_items *products = &b->scenario->products;
    bool            sized = m->parameters_b.index >= 0 && !isnan(p->parameters_b);
    double          size = sized ? great(b, m->parameters_b) / p->parameters_b : 1.0;
    for (size_t i = 0; i <= products->count; i++) { /* the last is no product */
        const ds_product *product =
            i < products->count ? &DS_ITEM(ds_product, *products, i) : NULL;
        if (product != NULL && (product->request == NULL || !ds_may_serve(b, (size_t)model, i)))
            continue;
        load l = load_of(p, size, product == NULL ? 0.0 : length_of(b, product->request));
        l.model = m;
        l.product = product;
        keep_worst(worst, l);
    }
}

static void check_memory(ds_binder *b, const ds_profile *p, int profile, const ds_gpu *g)
{
    const ds_items *models = &b->scenario->models;
    double          room = g->memory_gib * 0x1p30 * 1e-9 * p->roofline->memory_share;
    load            worst = {0};
    for (size_t i = 0; i < models->count; i++) {
        const ds_items *contracts = &DS_ITEM(ds_model, *models, i).contracts;
        bool            found = false;
        for (size_t k = 0; k < contracts->count && !found; k++)
            found = uses(&DS_ITEM(ds_contract, *contracts, k), profile);
        if (found)
            load_by_model(b, p, (int)i, &worst);
    }
    if (worst.model == NULL)
        worst = load_of(p, 1.0, 0.0);
    double need = worst.weights_gb + worst.request_gb;
    if (!(need > room))
        return;
    const char *model = worst.model == NULL ? "" : worst.model->key.name;
    const char *product = worst.product == NULL ? "" : worst.product->key.name;
    ds_problem_here(b, "does not fit: on each GPU weights%s%.60s take %.4g GB and one request"
                       "%s%.60s of %.6g tokens %.3g GB, together %.4g GB, %.3g %% more than "
                       "the %.4g GB there are (memory_share of %.6g GiB)",
                    *model == '\0' ? "" : " of ", model, worst.weights_gb,
                    *product == '\0' ? "" : " of ", product, worst.tokens, worst.request_gb, need,
                    100.0 * (need / room - 1.0), room, g->memory_gib);
}

void ds_check_roofline(ds_binder *b, const ds_profile *p, int profile)
{
    const ds_gpu *g = gpu_of(b, p);
    ds_refuse_closed_form(b, p, "the profile has a \"roofline\"");
    if (g != NULL)
        check_facts(b, p, g);
    ds_push(b, "roofline");
    if (p->roofline != NULL && !ds_reported_inside(b)) {
        check_shape(b, p->roofline);
        if (g != NULL && !isnan(g->memory_gib))
            check_memory(b, p, profile, g);
    }
    ds_pop(b);
}
