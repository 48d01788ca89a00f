/* instruction_set.h -- the kernel as compiled for each instruction set, and the choice.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_INSTRUCTION_SET_H
#define DS_INSTRUCTION_SET_H

#include "model/kernel.h"

typedef struct {
    const char *instruction_set; /* "generic", "avx2", "avx512"               */
    size_t (*work_bytes)(const ds_plan *plan);
    void (*prepare)(const ds_plan *plan, uint64_t seed, void *work);
    void (*set_design)(void *work, const ds_design *design);
    void (*run)(const ds_plan *plan, uint64_t first, void *work, double *restrict outcomes,
                double *restrict bills);
} ds_kernel_version;

/* The version called `instruction_set`, or the best that this processor runs when
 * it is NULL; NULL when there is none of that name or the processor lacks it. */
const ds_kernel_version *ds_kernel_choose(const char *instruction_set);

#endif
