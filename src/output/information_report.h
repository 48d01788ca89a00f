/* information_report.h -- what `information` has to say, for people and for machines.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_INFORMATION_REPORT_H
#define DS_INFORMATION_REPORT_H

#include <stdio.h>

#include "distillsim_information.h"
#include "output/text.h"

/* Sentences, a ranked list, notes; all: also what is worth no more than its error. */
void ds_information_table(FILE *file, const ds_scenario *scenario, const ds_information *i,
                          bool all, const ds_style *style);
/* What there is to know, one row each: rank, kind, name, unit, inputs, value_usd, value_usd_se,
 * estimated_usd, changes_share, choices, nested_low_usd ... */
void ds_information_csv(FILE *file, const ds_information *i);
/* The pilot, one row a size: pointer, size, value_usd, value_usd_se, cost_usd, net_usd,
 * net_usd_se, worse_usd, worse_usd_se. */
void ds_information_pilot_csv(FILE *file, const ds_information *i);
void ds_information_json(FILE *file, const ds_scenario *scenario, const ds_information *i);
/* information.csv, information.json and, with a pilot, pilot.csv in a directory, which is made
 * when missing. */
DS_MUST_CHECK ds_code ds_information_directory(const char *directory, const ds_scenario *scenario,
                                               const ds_information *i, ds_error *err);
/* "input", "group", "traffic", ... */
const char *ds_information_kind_name(ds_information_kind kind);

#endif
