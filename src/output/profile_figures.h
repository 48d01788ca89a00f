/* profile_figures.h -- what `profile show` has to say, for people and for machines.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_PROFILE_FIGURES_H
#define DS_PROFILE_FIGURES_H

#include <stdio.h>

#include "distillsim_profile.h"
#include "output/text.h"

typedef struct {
    const char               *name;
    ds_profile_facts          facts;
    const ds_profile_figures *figures;
    size_t                    count;
} ds_profile_report;

/* DS_E_NOMEM */
DS_MUST_CHECK ds_code ds_profile_table(FILE *file, const ds_profile_report *report,
                                       const ds_style *style, ds_error *err);
void ds_profile_csv(FILE *file, const ds_profile_report *report);
void ds_profile_json(FILE *file, const ds_profile_report *report);

#endif
