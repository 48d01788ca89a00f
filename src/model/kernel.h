/* kernel.h -- the economics of DS_LANES futures at a time.
 *
 * The kernel is pure: no I/O, allocation, locks, globals, cJSON or GSL; the same
 * plan, seed and first path give the same bits on any machine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_KERNEL_H
#define DS_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "distillsim.h"
#include "model/design.h"
#include "model/outcome.h"
#include "model/strata.h"

enum { DS_LANES = 256 }; /* paths per block; a multiple of every SIMD width */

/* What the engine needs to know of a plan. */
size_t      ds_plan_strategy_count(const ds_plan *plan);
const char *ds_plan_strategy_name(const ds_plan *plan, size_t strategy);
bool        ds_plan_strategy_distils(const ds_plan *plan, size_t strategy);
size_t      ds_plan_month_count(const ds_plan *plan);
/* Is the outcome worked out?  Are the bills of the months kept? */
bool        ds_plan_wants(const ds_plan *plan, size_t outcome);
/* Has anybody asked for saving_npv_usd?  It is worked out in any case. */
bool        ds_plan_asks_saving(const ds_plan *plan);
bool        ds_plan_keeps_months(const ds_plan *plan);
double      ds_plan_cvar_level(const ds_plan *plan);
uint64_t    ds_plan_outer(const ds_plan *plan); /* states of knowledge, or 0 */
/* The scenario that the plan was compiled from; it must outlive the plan. */
const ds_scenario *ds_plan_scenario(const ds_plan *plan);

/* Scratch of one worker: `bytes` of 64-byte-aligned memory, prepared once, used
 * for any number of blocks. */
size_t ds_kernel_work_bytes(const ds_plan *plan);
void   ds_kernel_prepare(const ds_plan *plan, uint64_t seed, void *work);

/* Paths of the whole run, for latin_hypercube; after ds_kernel_prepare(), which takes
 * run.paths. */
void   ds_kernel_set_paths(void *work, uint64_t paths);
/* And the strata of so many paths, which are borrowed; when they are not empty, the blocks
 * need them. */
void   ds_kernel_set_strata(void *work, const ds_strata *strata);

/* A run with a design, which is borrowed; after ds_kernel_prepare(). */
void   ds_kernel_set_design(void *work, const ds_design *design);

/* Simulates paths first .. first + DS_LANES - 1.
 *   outcomes  [strategy][outcome][DS_LANES]; INFINITY: never, NAN: none; rows of
 *             outcomes that are not wanted are left as they are
 *   bills     [strategy][month][DS_LANES], USD; untouched, and may be NULL, when the
 *             plan keeps no months; both 64-byte-aligned                        */
void ds_kernel(const ds_plan *plan, uint64_t first, void *work, double *restrict outcomes,
               double *restrict bills);

/* The same model for one path and one strategy, written to be read.  `bills` is
 * [month] or NULL; row may be NULL.  The run has run.paths paths, or so many, with their
 * strata (NULL: they are made for this path, which takes as long as for a run). */
DS_MUST_CHECK ds_code ds_reference(const ds_plan *plan, uint64_t seed, uint64_t path,
                                   size_t strategy, ds_ledger_fn row, void *context,
                                   double outcomes[DS_OUTCOME_COUNT], double *bills,
                                   ds_error *err);
DS_MUST_CHECK ds_code ds_reference_of(const ds_plan *plan, uint64_t seed, uint64_t paths,
                                      const ds_strata *strata, uint64_t path, size_t strategy,
                                      ds_ledger_fn row, void *context,
                                      double outcomes[DS_OUTCOME_COUNT], double *bills,
                                      ds_error *err);

#endif
