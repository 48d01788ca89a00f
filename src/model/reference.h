/* reference.h -- private to the files reference*.c: the naive engine.
 *
 * The naive engine computes docs/model.md for one path and one strategy, month by
 * month, with libm, straight from the scenario.  It is the oracle of the fast
 * engine and the engine of ds_explain(), and is written to be read beside the
 * page: numbers in parentheses are the equations there.
 *
 *   reference_random.c   section 1    uniforms, draws, shocks, events
 *   reference_world.c    2, 3, 6      what no strategy moves: demand, prices, outages
 *   reference_load.c     2, 4         what a request asks of a contract
 *   reference_profile.c  4            how fast GPUs work on it
 *   reference_bill.h     5            the bill of a contract, line by line, in files of its own
 *   reference_route.c    7            which model serves what
 *   reference_quality.c  7, 8         acceptable shares
 *   reference_student.c  8            projects, the age of students
 *   reference_project.c  8            what projects cost
 *   reference.c          9            the loop over months, outcomes
 *
 * Arrays are [thing][month], one row of `months` after another: see ds_ref_at().
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_REFERENCE_H
#define DS_REFERENCE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "distillsim.h"
#include "model/draws.h"
#include "model/sampler.h"
#include "model/strata.h"
#include "scenario/scenario.h"

enum { DS_REF_ATTEMPTS = 8 }; /* the most that a project may have */
enum { DS_REF_HOURS = 168, DS_REF_BURSTS = 11 }; /* of a week; parts of an hour, (16) */
#define DS_REF_NEVER ((double)INFINITY) /* in months                            */
#define DS_REF_NONE ((double)NAN)       /* a figure that does not exist         */

/* ---- What happens on the path whatever the strategy. */
typedef struct {
    const ds_scenario *s;
    const ds_draws    *draws;
    uint64_t           seed, path;
    ds_sampling        sampling;  /* (7) */
    const ds_strata   *strata;    /* (7b) */
    size_t             months;
    double *input;    /* [input]          value of the path             (4), (6)  */
    double *walk;     /* [stream of the sampler][month - 1] shocks by (8)          */
    double *requests; /* [product][month]                               (15)      */
    double *level;    /* [model][month]   price level, Lambda           (20)      */
    bool   *release;  /* [model][month]                                 (21)      */
    double *out;      /* [model][month]   share of the month cut off, o (55)      */
    double *rent;     /* [gpu][month]     rho, USD/GPU-hour             (22)      */
    bool   *on;       /* [regime][month]                                (25)      */
    double *prices;   /* [month]          pi: wages, space, power       (24)      */
    double *deflator; /* [month]          1, or pi when money is real   (71)      */
    double *shape;    /* [product][168]   s_h, hours of the week        (16)      */
    double *highest;  /* [product]        the greatest s_h                        */
    double *burst;    /* [product][11]    g_n                           (16)      */
} ds_ref_world;

/* One request in month t, or one label [tokens]: (10), (11), (17). */
typedef struct {
    double input;                         /* I, the whole prompt                 */
    double fresh, read, write, write_1h;  /* F, R, W, X; their sum is I          */
    double output;
    double input_cv, output_cv;
} ds_ref_request;

/* ---- A student's project in a strategy, (62) and (67). */
typedef struct {
    bool   started;
    size_t attempts;                 /* made, until success or the last one       */
    double end[DS_REF_ATTEMPTS + 1]; /* e_0 .. e_attempts [month from the start]  */
    double ready;                    /* month; INFINITY: never                    */
    double age, releases;            /* [month], [release]                        */
    bool   refreshed;                /* in this month                             */
} ds_ref_project;

/* ---- What runs on over the months, of one strategy. */
typedef struct { /* (92)-(95) */
    bool   running, over;  /* over: for good                                     */
    size_t month, term;    /* months into the block; terms begun so far          */
    double amount;         /* A_n of the term that runs                          */
    double left;           /* R, (93), or B, (92)                                */
} ds_ref_commitment;

typedef struct { /* of a contract */
    ds_ref_commitment commitment;
    double           *units; /* [pool][month] bought or renewed, (54)            */
    double           *load;  /* [pool][product] l of this month, (32)            */
    double            charge; /* of this month, before tax [USD of the month]    */
    struct ds_ref_fleet *fleet; /* NULL unless it is one: reference_fleet.h        */
} ds_ref_terms;

typedef struct { /* of an agreement, (96) */
    ds_ref_commitment commitment;
    double            credit;  /* left                                           */
    double            first;   /* month that was due first; INFINITY: none yet   */
    double            charges; /* V of this month                                */
    bool              due;
} ds_ref_agreement;

/* ---- One strategy on the path. */
typedef struct {
    const ds_ref_world *w;
    const ds_strategy  *strategy;
    ds_ledger_fn        row; /* may be NULL */
    void               *context;
    size_t              t; /* month being computed */

    double         *served;  /* [model][product]  v of this month, requests       */
    double         *asked;   /* [product]         requests of this month          */
    double         *lost;    /* [product]         unserved, of this month         */
    double         *bad;     /* [product]         bad answers, of this month      */
    double         *checked; /* [model][product]  by the verifier, this month     */
    double         *looked_at; /* [model][product] by the router, this month      */
    double         *beyond;  /* [model][product]  x_p of the fleet in force, (106) */
    double         *overflow; /* [model][product] what it did not take, this month */
    double          sent_on, fell_back; /* escalated, by fallbacks, this month    */
    bool           *held;    /* [model]           (57), this month                */
    ds_ref_project *project; /* [model]                                           */
    ds_ref_terms      **terms; /* [model][contract]                               */
    ds_ref_agreement   *agreement; /* [agreement]                                 */
    const char         *settled;   /* agreement whose lines are written, or NULL  */
    double *beta;            /* [product]       of the contract at hand, (91)   */
    double *kept;            /* [product]       share it does not reject        */

    double *bill, *cost; /* [month] (70), USD                                     */
    double *provider;    /* [model] USD paid to the provider of the model  (76)   */
    double  project_usd, fee_usd, served_value_usd;
    double  answered, unserved, bad_answers, escalated, mtok;
    double  overflown, fallback; /* requests                                      */
    double  gpu_months, gpu_hours_used, gpu_hours_paid;
    double  fleet_usd, fleet_used_usd, fleet_mtok; /* (107)                       */
    double  pooling_gain;                          /* (108)                       */
} ds_ref_run;

/* One line of a bill; product, model, contract may be "". */
typedef struct {
    const char *product, *model, *contract, *line;
    double      quantity;
    const char *unit;
    double      unit_price_usd;
    const char *rule;
    /* of a price that something multiplies; else NULL and 0 */
    const char *tier, *multipliers;
    double      list_price_usd;
    bool        shown; /* even when its amount is 0                              */
} ds_ref_line;

static inline size_t ds_ref_at(const ds_ref_world *w, size_t thing, size_t t)
{
    return thing * w->months + t;
}
static inline double ds_ref_years(size_t t) /* y of section 0 */
{
    return (double)t / 12;
}
static inline double ds_ref_normal_cdf(double x)
{
    return erfc(-x / sqrt(2)) / 2;
}

/* ---- reference_random.c */
/* hash(text) continued from h, (2); DS_REF_HASH_START begins one. */
#define DS_REF_HASH_START UINT64_C(14695981039346656037)
uint64_t ds_ref_hash(uint64_t h, const char *text);
/* The hash of the pointer `before` NAME `after`, with "~" and "/" of the name
 * escaped (RFC 6901): ("/products/", "a/b", "/growth"). */
uint64_t ds_ref_process(const char *before, const char *name, const char *after);
double   ds_ref_uniform(const ds_ref_world *w, uint64_t name, size_t month, size_t slot);
void     ds_ref_draw_inputs(ds_ref_world *w);
/* The value on this path; NAN when the quantity is absent. */
double   ds_ref_value(const ds_ref_world *w, ds_quantity q);
double   ds_ref_value_or(const ds_ref_world *w, ds_quantity q, double otherwise);
/* The value of a quantity drawn at each event, at the j-th of month t. */
double   ds_ref_event_value(const ds_ref_world *w, ds_quantity q, size_t t, size_t j);
/* Does the event "#kind" of the process happen in month t? (5) */
bool     ds_ref_event(const ds_ref_world *w, uint64_t process, const char *kind, size_t t,
                      double probability);
/* How often it does, when its mean number in a month is `mean`: (14). */
size_t   ds_ref_events(const ds_ref_world *w, uint64_t process, const char *kind, size_t t,
                       double mean);
/* The shock of the process in month t >= 1, (5) and (6). */
double   ds_ref_shock(const ds_ref_world *w, uint64_t process, size_t t);

/* ---- reference_world.c.  The world is zeroed but for s, draws, seed, path, months. */
DS_MUST_CHECK ds_code ds_ref_world_make(ds_ref_world *w, ds_error *err);
void                  ds_ref_world_release(ds_ref_world *w);

/* ---- reference_shape.c: fills shape, highest and burst. */
void ds_ref_shapes(ds_ref_world *w);

/* ---- reference_load.c */
/* H of a contract (NULL: of the clock) in month t, section 0. */
double ds_ref_hours(const ds_ref_world *w, const ds_contract *c, size_t t);
/* Under a contract, whose cache counts (17); NULL: only I and O are asked for. */
ds_ref_request ds_ref_request_of(const ds_ref_world *w, size_t product, const ds_contract *c,
                                 size_t t);
/* The contract in force in month t, or NULL. */
const ds_contract *ds_ref_contract(const ds_ref_world *w, size_t model, size_t t);
double ds_ref_level(const ds_ref_world *w, size_t model, const ds_contract *c, size_t t);
/* USD of one label by the teacher under its contract in month t, (64), before what is
 * off for batches. */
double ds_ref_label_usd(const ds_ref_world *w, size_t teacher, const ds_contract *c,
                        double input_tokens, double output_tokens, size_t t);

/* ---- reference_profile.c: of a request on a profile */
double ds_ref_gpu_seconds(const ds_ref_world *w, size_t model, int profile,
                          const ds_ref_request *r, size_t t);
/* b; NAN when the profile does not say. */
double ds_ref_slots(const ds_ref_world *w, size_t model, int profile, const ds_ref_request *r);

/* ---- reference_line.c */
/* Adds a line to the bill of the month, at its price in dollars of the month; the
 * amount is returned as it enters every sum, that is deflated by (71). */
double ds_ref_charge(ds_ref_run *run, const ds_ref_line *line);
/* The same for what is lost, not paid (61). */
double ds_ref_lose(ds_ref_run *run, const ds_ref_line *line);
/* (50), of an amount that ds_ref_charge() returned. */
void   ds_ref_return_fee(ds_ref_run *run, size_t model, const char *contract, double paid_usd);

/* ---- reference_bill.c: all contracts in the month */
void   ds_ref_bills(ds_ref_run *run);
/* Sizes the fleets that have limits, by the first routing; fills `beyond`.  False when
 * there is none. */
bool   ds_ref_limit_fleets(ds_ref_run *run);
/* The value under the strategy, which may have its own terms (98). */
double ds_ref_term(const ds_ref_run *run, ds_quantity q);

/* ---- reference_route.c */
void ds_ref_route(ds_ref_run *run);
/* The routes of a product: its own, else those of "*"; NULL: none. */
const ds_items *ds_ref_routes_of(const ds_ref_run *run, size_t product);
/* After the bills, which may reject requests: (61), sums of (77). */
void ds_ref_account(ds_ref_run *run);

/* ---- reference_quality.c */
/* Acceptable share of the model's answers to a product, (59), (63), (68). */
double ds_ref_acceptable(const ds_ref_run *run, size_t model, const ds_product *product);
bool   ds_ref_is_student(const ds_model *model);

/* ---- reference_student.c */
void ds_ref_projects_begin(ds_ref_run *run); /* before month 0              */
void ds_ref_projects_month(ds_ref_run *run); /* starts and ages, (62) (67)  */

/* ---- reference_project.c */
void ds_ref_projects_charge(ds_ref_run *run); /* (64)-(67), (69)            */

#endif
