/* instruction_set.c -- see instruction_set.h and isa.h.  The Makefile says with DS_HAVE_X86 that it
 * has compiled the two other versions.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/instruction_set.h"

#include <string.h>

#ifdef DS_HAVE_X86
#define DECLARE(isa)                                                                     \
    size_t ds_kernel_work_bytes_##isa(const ds_plan *plan);                              \
    void   ds_kernel_prepare_##isa(const ds_plan *plan, uint64_t seed, void *work);      \
    void   ds_kernel_set_design_##isa(void *work, const ds_design *design);              \
    void   ds_kernel_##isa(const ds_plan *plan, uint64_t first, void *work,              \
                           double *restrict outcomes, double *restrict bills)
DECLARE(avx2);
DECLARE(avx512);
#define VERSION(isa) { #isa, ds_kernel_work_bytes_##isa, ds_kernel_prepare_##isa,        \
                       ds_kernel_set_design_##isa, ds_kernel_##isa }
#endif

/* Best last. */
static const ds_kernel_version versions[] = {
    { "generic", ds_kernel_work_bytes, ds_kernel_prepare, ds_kernel_set_design, ds_kernel },
#ifdef DS_HAVE_X86
    VERSION(avx2),
    VERSION(avx512),
#endif
};
enum { VERSION_COUNT = sizeof versions / sizeof *versions };

/* Can this processor run what -march=x86-64-v3 and -v4 make? */
static bool is_supported(size_t version)
{
#ifdef DS_HAVE_X86
    bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
              __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
              __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
              __builtin_cpu_supports("avx512vl");
    return version == 0 || (version == 1 ? v3 : v4);
#else
    return version == 0;
#endif
}

const ds_kernel_version *ds_kernel_choose(const char *instruction_set)
{
    for (size_t i = VERSION_COUNT; i-- > 0;) {
        bool named = instruction_set == NULL ||
                     strcmp(versions[i].instruction_set, instruction_set) == 0;
        if (named && is_supported(i))
            return &versions[i];
    }
    return NULL;
}

const char *ds_instruction_set(size_t index)
{
    size_t seen = 0;
    for (size_t i = 0; i < VERSION_COUNT; i++)
        if (is_supported(i) && seen++ == index)
            return versions[i].instruction_set;
    return NULL;
}
