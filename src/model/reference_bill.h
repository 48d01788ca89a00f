/* reference_bill.h -- private to the files of the naive engine that make bills: the
 * invoice of one contract in one month, and what adds to it.
 *
 *   reference_line.c        every dollar: a line, its chain of multipliers, rounding
 *   reference_shape.c  (16) points of a month
 *   reference_tiers.c  (33), (35)  steps by length and volume
 *   reference_tokens.c (30), (34)-(36), (40)  tokens, requests and meters
 *   reference_pools.c  (32), (42)-(44), (52), (54)  compute-time units
 *   reference_window.c (53) units by windows
 *   reference_fleet.c  (45), (46), (104)-(106), (108)  how many GPUs
 *   reference_waiting.c (103)
 *   reference_gpus.c   (47), (48), (51), (107)  what GPUs cost
 *   reference_commitment.c (90)-(95)
 *   reference_bill.c   (41), (37), (96), (97): the order of a bill
 *
 * Amounts in an invoice are dollars of the month; lines are deflated (71) when booked.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_REFERENCE_BILL_H
#define DS_REFERENCE_BILL_H

#include "model/reference.h"

/* The bill of one contract in one month. */
typedef struct {
    ds_ref_run         *run;
    const ds_ref_world *w;
    size_t              model;
    const char         *name; /* of the model                                    */
    const ds_contract  *c;
    ds_ref_terms       *terms; /* what runs on over months                        */
    size_t              t;
    bool                in_force, serves;
    bool                due;   /* in force, and the model is held or serves       */
    double              hours; /* H of section 0                                  */
    double              level; /* lambda, (23); 1 when not in force               */
    double              usd;   /* so far, dollars of the month, without staff     */
    double             *beta;  /* [product] of (91)                               */
    double             *kept;  /* [product] share that is not rejected           */
} ds_ref_invoice;

/* ---- reference_line.c */
/* A price with what multiplies it, in the order of (40). */
typedef struct {
    double list, price;
    char   text[512]; /* "tier x2, batch x0.5"                                   */
} ds_ref_price;
ds_ref_price ds_ref_list_price(double list);
/* Multiplies; a factor of 1 is not written. */
void ds_ref_times(ds_ref_price *price, const char *name, double factor);
/* P of section 5: level, discount, credit. */
void ds_ref_times_paid(const ds_ref_invoice *b, ds_ref_price *price);

/* Adds a line to the invoice; the amount is returned in dollars of the month. */
double ds_ref_item(ds_ref_invoice *b, const char *product, const char *text, double quantity,
                   const char *unit, const ds_ref_price *price, const char *tier,
                   const char *rule);
/* The same at a price that nothing multiplies. */
double ds_ref_plain(ds_ref_invoice *b, const char *text, double quantity, const char *unit,
                    double price, const char *rule);
/* The same without product; shown even when the price is 0. */
void   ds_ref_shown(ds_ref_invoice *b, const char *text, double quantity, const char *unit,
                    const ds_ref_price *price, const char *rule);
/* (37): the difference that rounding makes to an amount of a line, when the contract
 * rounds lines; adds it. */
void   ds_ref_round_line(ds_ref_invoice *b, const char *what, double amount);
double ds_ref_rounded(const ds_contract *c, double x);

/* ---- shorthands */
static inline double ds_ref_of(const ds_ref_invoice *b, ds_quantity q)
{
    return ds_ref_value(b->w, q);
}
static inline const char *ds_ref_product_name(const ds_ref_invoice *b, size_t p)
{
    return DS_ITEM(ds_product, b->w->s->products, p).key.name;
}
/* v_p: requests of the product that reach the model under this contract */
static inline double ds_ref_served(const ds_ref_invoice *b, size_t p)
{
    return b->in_force ? b->run->served[b->model * b->w->s->products.count + p] : 0;
}
static inline ds_ref_request ds_ref_request_under(const ds_ref_invoice *b, size_t p)
{
    return ds_ref_request_of(b->w, p, b->c, b->t);
}
static inline double ds_ref_peak_to_mean(const ds_ref_invoice *b, size_t p) /* k_p */
{
    return ds_ref_of(b, DS_ITEM(ds_product, b->w->s->products, p).peak_to_mean);
}
static inline double ds_ref_ceil_plus(double x) /* section 0 */
{
    return ceil(x * (1 - 1e-9));
}
/* Off the list price: 1 - discount_share. */
static inline double ds_ref_undiscounted(const ds_ref_invoice *b)
{
    return 1 - ds_ref_value(b->w, b->c->discount_share);
}

/* ---- reference_shape.c */
enum { DS_REF_MINUTES, DS_REF_BY_HOUR, DS_REF_DAYS }; /* kinds of points of (16)   */
size_t ds_ref_points(int kind);                        /* how many             */
double ds_ref_weight(int kind, size_t j);              /* omega_j              */
double ds_ref_point(const ds_ref_world *w, int kind, size_t product, size_t j);
double ds_ref_hour(const ds_ref_world *w, size_t product, size_t hour_of_week); /* s_h */
double ds_ref_highest_minute(const ds_ref_world *w, size_t product);
/* Share of the load in the hours of the day [from, to), (34). */
double ds_ref_share_of_hours(const ds_ref_world *w, size_t product, double from, double to);

/* ---- reference_tiers.c */
/* Does the measure go beyond theta? (33) */
bool   ds_ref_reached(int edge, double x, double theta);
/* G_k of a step, class or multiplier. */
double ds_ref_factor(const ds_ref_world *w, const ds_contract *c, const ds_repricing *r, int kind);
bool   ds_ref_of_request(const ds_tiers *tiers);
bool   ds_ref_moves(const ds_ref_world *w, const ds_contract *c, const ds_tiers *tiers, int kind);
/* Step j of a table, 0 being what is below its first `from`: nu (33), G. */
double ds_ref_step_share(const ds_tiers *tiers, size_t j, int kind, const ds_ref_request *r);
double ds_ref_step_factor(const ds_ref_world *w, const ds_contract *c, const ds_tiers *tiers,
                          size_t j, int kind);
double ds_ref_tier_factor(const ds_ref_world *w, const ds_contract *c, int kind,
                          const ds_ref_request *r); /* T_k */
/* phi_j of steps by volume, (35), and of spend, (96). */
double ds_ref_volume_share(int shape, int edge, double volume, double from, double to);
/* Where step j begins and ends. */
double ds_ref_step_from(const ds_tiers *tiers, size_t j);
double ds_ref_step_to(const ds_tiers *tiers, size_t j);

/* ---- reference_tokens.c */
double ds_ref_tokens_of(const ds_ref_request *r, int kind);    /* n_k            */
double ds_ref_base_price(const ds_ref_world *w, const ds_contract *c, int kind); /* p_k */
/* b_p + usd_per_request */
double ds_ref_request_usd(const ds_ref_invoice *b, size_t p);
void   ds_ref_bill_tokens(ds_ref_invoice *b);
extern const char *const ds_ref_kind_names[DS_KIND_COUNT]; /* "input tokens", ... */

/* ---- reference_pools.c */
void   ds_ref_bill_pools(ds_ref_invoice *b);
/* ---- reference_window.c: unit-hours of (53) */
/* load: [product] unit-hours of a request on the pool */
double ds_ref_window_hours(const ds_ref_invoice *b, const ds_unit_pool *pool, const double *load);
/* ---- reference_commitment.c: the invoice becomes the charge. */
typedef struct {
    bool   due;
    double usd_per_credit; /* of the contract                                    */
    double hours;
} ds_ref_usage;
void ds_ref_commit(ds_ref_invoice *b, const ds_commitment *k, ds_ref_commitment *state,
                   const ds_ref_usage *usage);

#endif
