/* commit_report.h -- what `commit` has to say, for people and for machines.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_COMMIT_REPORT_H
#define DS_COMMIT_REPORT_H

#include <stdio.h>

#include "distillsim_commit.h"
#include "output/text.h"

/* A sentence, a table and notes for each term.  DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_commit_table(FILE *file, const ds_scenario *scenario,
                                      const ds_commit *commit, const ds_style *style,
                                      ds_error *err);
/* The curves, one row a value: pointer, unit, value, mean_usd, mean_usd_se, cvar_usd,
 * cvar_usd_se, loss_usd, loss_usd_se. */
void ds_commit_csv(FILE *file, const ds_commit *commit);
void ds_commit_json(FILE *file, const ds_scenario *scenario, const ds_commit *commit);
/* commit.csv and commit.json in a directory, which is made when missing. */
DS_MUST_CHECK ds_code ds_commit_directory(const char *directory, const ds_scenario *scenario,
                                          const ds_commit *commit, ds_error *err);

/* What was found before a run: `,"found_terms":[...]`, a member of an object. */
void ds_optimised_json(FILE *file, const ds_optimised *found);
/* One line a term that was found before a run. */
void ds_optimised_notes(FILE *file, const ds_optimised *found, const ds_style *style);

#endif
