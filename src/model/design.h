/* design.h -- how a run departs from a plain one: numbers that are drawn anew or held, inputs
 * whose values are given, and what is watched.  Studies of what drives an answer are runs
 * with a design.  A design is borrowed by a run and read by all its threads.
 *
 * What it names are streams, by hash: `name` of a ds_source (sources.h).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_DESIGN_H
#define DS_DESIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "distillsim.h"

typedef enum {
    DS_WATCH_UNIFORM,  /* of input `index`: the number in (0,1) that it is the quantile of  */
    DS_WATCH_INPUT,    /* of input `index`: its value [its unit]                            */
    DS_WATCH_SHOCK,    /* of process `index` (ds_source) in a month: its normal score, which
                          moves the step from the month before; nothing in month 0         */
    DS_WATCH_REQUESTS, /* of product `index` in a month [request/month]                     */
    DS_WATCH_PRICE,    /* of model `index` in a month: price level, 1 at first              */
    DS_WATCH_RENT,     /* of GPU `index` in a month [USD/GPU-hour]                          */
    DS_WATCH_BILL,     /* of strategy `index` in a month [USD]                              */
    DS_WATCH_PAID,     /* the same in dollars of the month, whatever `money` says           */
    DS_WATCH_REQUESTS_SUM, /* as DS_WATCH_REQUESTS, but added to what the column holds      */
    DS_WATCH_ATTEMPTS, /* of student `index`, month 0: attempts that are made (62); 0 is no
                          permission                                                       */
    DS_WATCH_PASSED,   /* of student `index`, month 0: 1 when the last one passed, else 0    */
    DS_WATCH_SHOCK_SUM, /* as DS_WATCH_SHOCK, but added to what the column holds             */
} ds_watch_kind;

/* One row a path.  The column has ds_design_stride() numbers. */
typedef struct {
    ds_watch_kind kind;
    size_t        index, month; /* month 0 for inputs                                   */
    double       *column;
} ds_watch;

typedef struct {
    /* Streams that have another seed: two runs that differ in nothing else share all other
     * numbers. */
    const uint64_t *redrawn;
    size_t          redrawn_count;
    uint64_t        redrawn_seed;
    /* Streams of which path k has the numbers of path k mod period.  Sampling random,
     * without states of knowledge. */
    const uint64_t *held;
    size_t          held_count;
    uint64_t        period;
    /* [input]: its numbers in (0,1) for every path, [ds_design_stride()], or NULL: drawn.
     * NULL: none is given.  For inputs that are drawn once a path. */
    const double *const *given;
    ds_watch            *watch; /* by month, those of inputs first                        */
    size_t               watch_count;
} ds_design;

/* Length of a column for so many paths: whole blocks. */
size_t ds_design_stride(uint64_t paths);
/* Is everything that the design names there, and can the plan's sampling do it?  DS_E_BUG
 * for an index beyond the end or months that are out of order, DS_E_USAGE for the sampling. */
DS_MUST_CHECK ds_code ds_design_check(const ds_plan *plan, const ds_design *design,
                                      ds_error *err);

#endif
