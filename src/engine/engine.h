/* engine.h -- from a source of blocks to a result.
 *
 * ds_run() describes a plan as a ds_engine_source and calls ds_engine_run(); tests
 * describe a fake one with known distributions.  Nothing in the engine but run.c
 * knows the kernel.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_ENGINE_H
#define DS_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "distillsim.h"
#include "model/kernel.h"
#include "numerics/groups.h"
#include "scenario/scenario.h"

enum {
    DS_ENGINE_BILL_PATHS = 8192, /* paths whose monthly bills are kept          */
    DS_ENGINE_MAX_THREADS = 512,
};

/* What is simulated.  `model` is passed to every function; all of them may be
 * called from several threads at once.  Layouts are those of kernel.h. */
typedef struct {
    const void *model;
    size_t      strategy_count;
    size_t      month_count; /* of bills; 0: none are kept                           */
    bool        left_out[DS_OUTCOME_COUNT]; /* outcomes without a column; cost_npv_usd and
                                               saving_npv_usd are not among them     */
    bool        saving_follows; /* saving_npv_usd is that of the two cost_npv_usd, and is
                                   wanted by nobody yet: its columns are made when it is   */
    double      cvar_level;
    ds_groups   groups;     /* of paths that are independent of one another       */
    uint64_t    outer;      /* states of knowledge, path k in state k mod outer; 0: none */
    bool        whole;      /* a path depends on how many there are               */
    size_t      work_bytes; /* scratch of one worker, 64-byte-aligned */
    void (*prepare)(const void *model, uint64_t seed, void *work);
    void (*block)(const void *model, uint64_t first, void *work, double *restrict outcomes,
                  double *restrict bills);
    ds_code (*path)(const void *model, uint64_t seed, uint64_t path, size_t strategy,
                    double *outcomes, double *bills, ds_error *err);
    const char *(*strategy_name)(const void *model, size_t strategy);
    bool (*strategy_distils)(const void *model, size_t strategy);
    const ds_assertion *assertions;
    size_t              assertion_count;
} ds_engine_source;

/* For tests; NULL for the defaults. */
typedef struct {
    /* The block to work on as number `position`: a permutation of 0 .. blocks-1.
     * NULL: in order. */
    uint64_t (*order)(uint64_t position, uint64_t blocks);
    unsigned fail_threads; /* this many calls to start a thread fail, the last ones */
} ds_engine_tuning;

/* As ds_run(). */
DS_MUST_CHECK ds_code ds_engine_run(const ds_engine_source *source,
                                    const ds_run_options *options,
                                    const ds_engine_tuning *tuning, ds_result **out,
                                    ds_error *err);

/* How a run is cut up, and the memory it takes. */
typedef struct {
    uint64_t paths, blocks, bill_paths;
    uint64_t kept; /* paths with columns: all, or whole blocks and the others stream */
    unsigned threads;
    size_t   cells; /* of a tally: every strategy's months, and the last saving */
    size_t   all_cells; /* and as many of pairs, when the groups are pairs        */
    size_t   sums;  /* of groups in a tally: cells times ds_tally_parts()         */
    uint64_t ring;  /* tallies that may wait for an earlier block               */
    uint64_t bytes; /* of everything; UINT64_MAX when that overflows            */
    uint64_t spare_bytes; /* below the cap                                      */
} ds_engine_layout;

/* kept: `paths`, or fewer. */
ds_engine_layout ds_engine_layout_of(const ds_engine_source *source, uint64_t paths,
                                     uint64_t kept, unsigned threads, bool in_order);
/* A layout that needs more than the cap (0: 4 GiB) keeps as many paths as fit, or is
 * refused, saying how many fit. */
DS_MUST_CHECK ds_code ds_engine_fit_memory(const ds_engine_source *source,
                                           ds_engine_layout *layout, bool in_order,
                                           uint64_t cap_bytes, ds_error *err);

/* count * size bytes, 64-byte-aligned and not cleared; NULL when out of memory or
 * the product overflows.  Released by free(). */
void *ds_engine_alloc(uint64_t count, size_t size);

#endif
