/* roofline.h -- (102) of docs/model.md: the speed of a replica from the shape of the model,
 * the facts of the GPU and the constants of an engine.
 *
 * A pure function of one request at its mean lengths.  Used by the naive engine
 * and `distillsim profile`; the kernel has the same in lanes, and check_roofline.c, a layer
 * below, the part on memory.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_ROOFLINE_H
#define DS_ROOFLINE_H

#include "scenario/scenario.h"

typedef struct {
    const ds_roofline *shape;
    const ds_gpu      *gpu;
    double gpus; /* p: of a replica                                                */
    double size; /* n: parameters of the model over those of the shape, 1          */
    double tpot_limit_ms, ttft_limit_ms, concurrency_limit; /* NAN: none           */
} ds_roofline_case;

typedef struct {
    double input, read, output, output_cv; /* I, R, O, cv                          */
} ds_roofline_request;

typedef struct {
    double slots;            /* b, at least 1                                      */
    double gpu_s;            /* G0 of one request                                  */
    double step_s;           /* t_d(b)                                             */
    double tpot_ms, ttft_ms; /* at b; tpot INFINITY or NAN without output tokens   */
    double output_per_s;     /* of the replica                                     */
    double fit; /* requests that memory holds, not rounded; below 1: it does not fit */
    double memory_bytes, weight_bytes, request_bytes; /* of one GPU: M f_m, B_w/p, kv (I + O) */
} ds_roofline_speed;

/* At the most slots that limits and memory allow. */
ds_roofline_speed ds_roofline_at(const ds_roofline_case *c, const ds_roofline_request *r);
/* At so many, whatever limits and memory say: to compare with a measurement. */
ds_roofline_speed ds_roofline_with_slots(const ds_roofline_case *c, const ds_roofline_request *r,
                                         double slots);

#endif
