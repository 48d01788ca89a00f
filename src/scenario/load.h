/* load.h -- loading a scenario from memory: for tests and the fuzzer, and around a profile
 * that stands alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_LOAD_H
#define DS_LOAD_H

#include "distillsim.h"

/* As ds_scenario_load(), from text (text[length] == '\0') under a name for
 * messages.  No other file is read: `extends` of one and CSV samples are errors.  At most
 * limit_bytes (0: no limit) are allocated for the scenario. */
DS_MUST_CHECK ds_code ds_scenario_parse(const char *text, size_t length, const char *name,
                                        const ds_override *overrides, size_t override_count,
                                        size_t limit_bytes, ds_problem_fn report, void *context,
                                        ds_scenario **out, ds_error *err);

/* The same for a text that the program has made, whose `extends` may name files, relative
 * to the current directory. */
DS_MUST_CHECK ds_code ds_scenario_compose(const char *text, size_t length, const char *name,
                                          ds_problem_fn report, void *context,
                                          ds_scenario **out, ds_error *err);

/* A scenario made around one profile, which is its only one: the object at "FILE#/pointer",
 * on `gpus` GPUs (0: as it says).  Its GPU: the object at gpu, the same way, or NULL: what its
 * `gpu` names of /gpus of FILE.
 * Fails as ds_scenario_load(); DS_E_USAGE when there is no '#'. */
DS_MUST_CHECK ds_code ds_profile_read(const char *profile, int gpus, const char *gpu,
                                           ds_problem_fn report, void *context,
                                           ds_scenario **out, ds_error *err);
/* The value at a pointer of the resolved scenario as JSON text, for the caller to free;
 * NULL when there is none or no memory. */
char *ds_scenario_value_at(const ds_scenario *s, const char *pointer);

#endif
