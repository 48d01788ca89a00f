/* design_run.h -- a run with a design (model/design.h).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_DESIGN_RUN_H
#define DS_DESIGN_RUN_H

#include "distillsim.h"
#include "model/design.h"

/* As ds_run() with the fast engine, whatever the options say; what the design watches is in
 * its columns at the end.  design NULL: ds_run() itself. */
DS_MUST_CHECK ds_code ds_run_design(const ds_plan *plan, const ds_run_options *options,
                                    const ds_design *design, ds_result **out, ds_error *err);

#endif
