/* reference_fleet.h -- private to the files of the naive engine that know fleets: how many
 * GPUs a fleet has in each hour of the week, and what they cost.
 *
 *   reference_fleet.c   (45), (46), (104)-(106), (108)
 *   reference_waiting.c (103)
 *   reference_gpus.c    (47), (48), (51), (107)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_REFERENCE_FLEET_H
#define DS_REFERENCE_FLEET_H

#include "model/reference_bill.h"

/* A fleet in one strategy: this month, and what runs on. */
typedef struct ds_ref_fleet {
    double *seconds; /* [product] v_p G_p, GPU seconds of this month               */
    double *slots;   /* [product] b_p, for `waiting`                               */
    double *beyond;  /* [product] x_p, (106)                                       */
    double  gpus[DS_REF_HOURS]; /* N_h, (105)                                      */
    double  pooling_gain;       /* GPUs, (108)                                     */
    double *ordered; /* [cell][month] o, (104)                                     */
    double *bought;  /* [month] b, GPUs, (48)                                      */
    double  paid_hours; /* GPU-hours paid for in this month, (51)                  */
    bool    reserved;   /* a term runs, of: (47)                                   */
    size_t  reserved_since;
    double  reserved_level; /* lambda of its first month                           */
} ds_ref_fleet;

/* ---- reference_fleet.c.  NULL: out of memory. */
ds_ref_fleet *ds_ref_fleet_make(const ds_ref_world *w, const ds_contract *c);
void          ds_ref_fleet_free(ds_ref_fleet *fleet);
/* Can it be that the fleet does not take all? (106) */
bool          ds_ref_is_limited(const ds_contract *c);
/* Fills what is of this month, by the requests that reach the model now; orders. */
void          ds_ref_size_fleet(ds_ref_invoice *b);
double        ds_ref_fleet_gpu_seconds(const ds_ref_invoice *b, size_t product); /* G_p */

/* ---- reference_waiting.c: the requests of a cell in its slots, (103) */
typedef struct {
    double slots;   /* b, of a replica                                             */
    double held_s;  /* S, how long a request holds one                             */
    double offered; /* a, Erlangs                                                  */
} ds_ref_queue;
double ds_ref_erlang_c(double offered, double slots);
/* The least number of replicas, `least` or more, that keeps the limit. */
double ds_ref_replicas_that_keep(const ds_waiting *limit, const ds_ref_queue *queue, double least);

/* ---- reference_gpus.c: (47) or (48); USD of the month */
double ds_ref_bill_fleet(ds_ref_invoice *b);
/* (51), (107), (108): sums over the months; `usd` with staff. */
void   ds_ref_account_fleet(ds_ref_invoice *b, double usd);

#endif
