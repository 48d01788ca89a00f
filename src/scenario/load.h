/* load.h -- loading a scenario from memory: for tests and for the fuzzer.
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

#endif
