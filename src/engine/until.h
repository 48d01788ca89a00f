/* until.h -- a run that ends when its figures are as exact as was asked.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_UNTIL_H
#define DS_UNTIL_H

#include <stdbool.h>
#include <stdint.h>

#include "distillsim.h"
#include "engine/result.h"

/* Takes over the targets; DS_E_USAGE when one is none. */
DS_MUST_CHECK ds_code ds_until_begin(ds_result *r, const ds_run_options *options, ds_error *err);
/* Paths of the first look; each further one has twice as many.  Without targets, all. */
uint64_t ds_until_first(const ds_result *r, uint64_t most);
/* After ds_result_reached(): true when the run may end. */
bool ds_until_look(ds_result *r);

#endif
