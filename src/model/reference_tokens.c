/* reference_tokens.c -- (30), (34)-(36) and (40) of docs/model.md: tokens, requests and
 * meters of one contract, and the price of a request.
 *
 * Called by reference_bill.c and reference_pools.c.  A kind of token of a product becomes
 * one row for each service class and each step that it falls into: pieces multiply out,
 * share by share and factor by factor, to b_{p,k} of (30) times (35).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference_bill.h"

#include <stdio.h>
#include <string.h>

const char *const ds_ref_kind_names[DS_KIND_COUNT] = {
    [DS_KIND_INPUT] = "input tokens",
    [DS_KIND_OUTPUT] = "output tokens",
    [DS_KIND_READ] = "cache read tokens",
    [DS_KIND_WRITE] = "cache write tokens",
    [DS_KIND_WRITE_1H] = "cache write 1h tokens",
};

/* n_k */
double ds_ref_tokens_of(const ds_ref_request *r, int kind)
{
    const double tokens[DS_KIND_COUNT] = {
        [DS_KIND_INPUT] = r->fresh, [DS_KIND_OUTPUT] = r->output, [DS_KIND_READ] = r->read,
        [DS_KIND_WRITE] = r->write, [DS_KIND_WRITE_1H] = r->write_1h,
    };
    return tokens[kind];
}

/* p_k */
double ds_ref_base_price(const ds_ref_world *w, const ds_contract *c, int kind)
{
    const ds_quantity *prices = c->usd_per_mtok->kind;
    double input = ds_ref_value(w, prices[DS_KIND_INPUT]);
    double write = ds_ref_value_or(w, prices[DS_KIND_WRITE], input);
    switch (kind) {
    case DS_KIND_READ:
        return ds_ref_value_or(w, prices[DS_KIND_READ], input);
    case DS_KIND_WRITE:
        return write;
    case DS_KIND_WRITE_1H:
        return ds_ref_value_or(w, prices[DS_KIND_WRITE_1H], write);
    default:
        return ds_ref_value(w, prices[kind]);
    }
}

/* ---- Classes and multipliers, (34) */

/* q_{p,c} */
static double class_share(const ds_ref_invoice *b, size_t p, const ds_service_class *k)
{
    const ds_items *own = &DS_ITEM(ds_product, b->w->s->products, p).service_shares;
    for (size_t i = 0; i < own->count; i++)
        if (strcmp(DS_ITEM(ds_named_value, *own, i).key.name, k->key.name) == 0)
            return ds_ref_of(b, DS_ITEM(ds_named_value, *own, i).value);
    return ds_ref_of(b, k->share);
}

/* G' */
static double multiplier(const ds_ref_invoice *b, size_t p, const ds_multiplier *m, int kind)
{
    double factor = ds_ref_factor(b->w, b->c, &m->prices, kind);
    if (m->from_hour == m->to_hour)
        return factor;
    return 1 + ds_ref_share_of_hours(b->w, p, m->from_hour, m->to_hour) * (factor - 1);
}

/* S_k M_k */
static double classes_and_multipliers(const ds_ref_invoice *b, size_t p, int kind)
{
    double s = 1, m = 1;
    for (size_t i = 0; i < b->c->service_classes.count; i++) {
        const ds_service_class *k = &DS_ITEM(ds_service_class, b->c->service_classes, i);
        s += class_share(b, p, k) * (ds_ref_factor(b->w, b->c, &k->prices, kind) - 1);
    }
    for (size_t i = 0; i < b->c->multipliers.count; i++)
        m *= multiplier(b, p, &DS_ITEM(ds_multiplier, b->c->multipliers, i), kind);
    return s * m;
}

/* T_k S_k M_k */
static double kind_factor(const ds_ref_invoice *b, size_t p, const ds_ref_request *r, int kind)
{
    return ds_ref_tier_factor(b->w, b->c, kind, r) * classes_and_multipliers(b, p, kind);
}

/* b_p of (30), and usd_per_request */
double ds_ref_request_usd(const ds_ref_invoice *b, size_t p)
{
    ds_ref_request r = ds_ref_request_under(b, p);
    double         sum = 0;
    for (int k = 0; k < DS_KIND_COUNT; k++)
        sum += ds_ref_tokens_of(&r, k) * 1e-6 * ds_ref_base_price(b->w, b->c, k) *
               kind_factor(b, p, &r, k);
    return sum + ds_ref_of(b, b->c->usd_per_request);
}

/* ---- Tokens, piece by piece */

/* A part of the tokens of a kind of a product: so much of them, in these steps. */
typedef struct {
    size_t         product;
    int            kind;
    ds_ref_request request;
    double         mtok;    /* share by share                                    */
    double         factor;  /* product of the G of the steps                     */
    char           tier[160];
} piece;

static void emit(ds_ref_invoice *b, const piece *x, const char *class_name, double share,
                 double class_factor, double *sum)
{
    char         text[160];
    const char  *name = ds_ref_kind_names[x->kind];
    ds_ref_price price = ds_ref_list_price(ds_ref_base_price(b->w, b->c, x->kind));
    snprintf(text, sizeof text, "%s%s%s", name, class_name[0] != '\0' ? ", " : "", class_name);
    ds_ref_times(&price, "tier", x->factor);
    ds_ref_times(&price, class_name, class_factor);
    for (size_t i = 0; i < b->c->multipliers.count; i++) {
        const ds_multiplier *m = &DS_ITEM(ds_multiplier, b->c->multipliers, i);
        ds_ref_times(&price, m->key.name, multiplier(b, x->product, m, x->kind));
    }
    ds_ref_times_paid(b, &price);
    *sum += ds_ref_item(b, ds_ref_product_name(b, x->product), text, x->mtok * share, "Mtok",
                        &price, x->tier, "(40)");
}

/* By service class. */
static void split_by_class(ds_ref_invoice *b, const piece *x, double *sum)
{
    double standard = 1;
    for (size_t i = 0; i < b->c->service_classes.count; i++)
        standard -= class_share(
            b, x->product, &DS_ITEM(ds_service_class, b->c->service_classes, i));
    if (fabs(standard) > 1e-15) /* not what rounding leaves of shares that sum to 1 */
        emit(b, x, "", standard, 1, sum);
    for (size_t i = 0; i < b->c->service_classes.count; i++) {
        const ds_service_class *k = &DS_ITEM(ds_service_class, b->c->service_classes, i);
        emit(b, x, k->key.name, class_share(b, x->product, k),
             ds_ref_factor(b->w, b->c, &k->prices, x->kind), sum);
    }
}

/* (35) V */
static double volume(const ds_ref_invoice *b, const ds_tiers *tiers)
{
    double sum = 0;
    for (size_t p = 0; p < b->w->s->products.count; p++) {
        ds_ref_request r = ds_ref_request_under(b, p);
        double each = tiers->of == DS_TIER_MONTH_INPUT    ? r.input
                      : tiers->of == DS_TIER_MONTH_OUTPUT ? r.output
                      : tiers->of == DS_TIER_MONTH_TOKENS ? r.input + r.output
                                                          : 1;
        sum += ds_ref_served(b, p) * each;
    }
    return sum;
}

/* nu_j or phi_j */
static double share_of_step(const ds_ref_invoice *b, const ds_tiers *tiers, size_t j,
                            const piece *x)
{
    if (ds_ref_of_request(tiers))
        return ds_ref_step_share(tiers, j, x->kind, &x->request);
    return ds_ref_volume_share(tiers->shape, tiers->edge, volume(b, tiers),
                               ds_ref_step_from(tiers, j), ds_ref_step_to(tiers, j));
}

static void name_step(char *text, size_t size, const ds_tiers *tiers, size_t j)
{
    static const char *const of[] = { "input", "output", "month input", "month output",
                                      "month tokens", "month requests" };
    size_t used = strlen(text);
    if (j > 0)
        snprintf(text + used, size - used, "%s%s %s %.15g", used > 0 ? "; " : "", of[tiers->of],
                 tiers->edge == DS_EDGE_ABOVE ? ">" : ">=", ds_ref_step_from(tiers, j));
}

/* By the steps of table i and the tables after it. */
static void split_by_tier(ds_ref_invoice *b, size_t i, const piece *x, double *sum)
{
    if (i == b->c->tiers.count) {
        split_by_class(b, x, sum);
        return;
    }
    const ds_tiers *tiers = &DS_ITEM(ds_tiers, b->c->tiers, i);
    if (!ds_ref_moves(b->w, b->c, tiers, x->kind)) {
        split_by_tier(b, i + 1, x, sum);
        return;
    }
    for (size_t j = 0; j <= tiers->steps.count; j++) {
        piece  part = *x;
        double share = share_of_step(b, tiers, j, x);
        part.mtok *= share;
        part.factor *= ds_ref_step_factor(b->w, b->c, tiers, j, x->kind);
        name_step(part.tier, sizeof part.tier, tiers, j);
        if (share != 0)
            split_by_tier(b, i + 1, &part, sum);
    }
}

/* ---- Requests and meters */

/* (36) n'_m */
static double metered_units(const ds_ref_invoice *b, size_t p, const ds_meter_price *meter)
{
    const ds_items *used = &DS_ITEM(ds_product, b->w->s->products, p).request->meters;
    for (size_t i = 0; i < used->count; i++) {
        const ds_named_value *n = &DS_ITEM(ds_named_value, *used, i);
        double units = ds_ref_of(b, n->value);
        if (strcmp(n->key.name, meter->key.name) == 0)
            return units == 0 ? 0 : fmax(units, ds_ref_of(b, meter->minimum_per_request));
    }
    return 0;
}

static ds_ref_price meter_price(const ds_ref_invoice *b, const ds_meter_price *meter)
{
    ds_ref_price price = ds_ref_list_price(ds_ref_of(b, meter->usd_per_unit));
    ds_ref_times_paid(b, &price);
    return price;
}

/* (36) */
static void bill_meter(ds_ref_invoice *b, const ds_meter_price *meter)
{
    char         text[112];
    ds_ref_price price = meter_price(b, meter);
    double       units = 0, sum = 0;
    for (size_t p = 0; p < b->w->s->products.count; p++) {
        double of_product = ds_ref_served(b, p) * metered_units(b, p, meter);
        units += of_product;
        sum += ds_ref_item(b, ds_ref_product_name(b, p), meter->key.name, of_product, "unit",
                           &price, "", "(36)");
    }
    snprintf(text, sizeof text, "%s, free", meter->key.name);
    sum += ds_ref_item(b, "", text, -fmin(units, ds_ref_of(b, meter->free_per_month)), "unit",
                       &price, "", "(36)");
    ds_ref_round_line(b, meter->key.name, sum);
}

static double bill_requests(ds_ref_invoice *b, size_t p)
{
    ds_ref_price price = ds_ref_list_price(ds_ref_of(b, b->c->usd_per_request));
    ds_ref_times_paid(b, &price);
    return ds_ref_item(b, ds_ref_product_name(b, p), "requests", ds_ref_served(b, p), "request",
                       &price, "", "(40)");
}

/* (37) of one request */
static void round_requests(ds_ref_invoice *b, size_t p)
{
    double paid = b->level * ds_ref_undiscounted(b) * ds_ref_of(b, b->c->usd_per_credit);
    double x = ds_ref_request_usd(b, p);
    for (size_t i = 0; i < b->c->meters.count; i++) {
        const ds_meter_price *meter = &DS_ITEM(ds_meter_price, b->c->meters, i);
        x += ds_ref_of(b, meter->usd_per_unit) * metered_units(b, p, meter);
    }
    ds_ref_price price = ds_ref_list_price(ds_ref_rounded(b->c, x * paid) - x * paid);
    ds_ref_item(b, ds_ref_product_name(b, p), "rounding", ds_ref_served(b, p), "request", &price,
                "", "(37)");
}

/* ---- The whole, (40) */

/* as an invoice has them */
static const int order[] = { DS_KIND_INPUT, DS_KIND_READ, DS_KIND_WRITE, DS_KIND_WRITE_1H,
                             DS_KIND_OUTPUT };

static void bill_kinds(ds_ref_invoice *b, size_t p, double kinds[DS_KIND_COUNT])
{
    ds_ref_request r = ds_ref_request_under(b, p);
    for (size_t i = 0; i < DS_KIND_COUNT; i++) {
        int   k = order[i];
        piece x = { .product = p, .kind = k, .request = r, .factor = 1,
                    .mtok = ds_ref_served(b, p) * ds_ref_tokens_of(&r, k) * 1e-6 };
        if (x.mtok != 0)
            split_by_tier(b, 0, &x, &kinds[k]);
    }
}

void ds_ref_bill_tokens(ds_ref_invoice *b)
{
    double kinds[DS_KIND_COUNT] = { 0 }, requests = 0;
    for (size_t p = 0; p < b->w->s->products.count; p++) {
        b->beta[p] = ds_ref_request_usd(b, p);
        bill_kinds(b, p, kinds);
        requests += bill_requests(b, p);
        if (b->c->rounding == DS_ROUNDED_REQUEST)
            round_requests(b, p);
    }
    for (size_t i = 0; i < DS_KIND_COUNT; i++)
        ds_ref_round_line(b, ds_ref_kind_names[order[i]], kinds[order[i]]);
    ds_ref_round_line(b, "requests", requests);
    for (size_t i = 0; i < b->c->meters.count; i++)
        bill_meter(b, &DS_ITEM(ds_meter_price, b->c->meters, i));
}
