/* breakeven_report.h -- what `breakeven` has to say, in the forms that it can say it.
 *
 * Every writer prints to a stream and leaves errors of the stream to whoever opened it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_BREAKEVEN_REPORT_H
#define DS_BREAKEVEN_REPORT_H

#include <stdio.h>

#include "distillsim_breakeven.h"
#include "distillsim_commit.h"
#include "output/text.h"

/* For people: the answer, a table, notes.  found (may be NULL): terms that were found
 * before.  DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_breakeven_table(FILE *file, const ds_scenario *scenario,
                                         const ds_breakeven *b, const ds_optimised *found,
                                         const ds_style *style, ds_error *err);
/* Sentences, notes: parts of the table. */
void ds_breakeven_answer(FILE *file, const ds_breakeven *b, const ds_style *style);

/* A value of an axis for people: "2027-03", "1.25 M", "652 ± 3", with its unit if asked for. */
enum { DS_BREAKEVEN_VALUE = 160 };
void ds_breakeven_value_text(const ds_breakeven *b, size_t axis, ds_estimate value,
                             const ds_style *style, bool with_unit,
                             char out[DS_BREAKEVEN_VALUE]);

/* Break-evens, one row each; a row without one where there is none: the second range's
 * pointer (when there is one), strategy, against, of, pointer, state, beyond, breakeven,
 * breakeven_se, before, after, low_95, high_95, low_open, high_open, saving_usd,
 * saving_usd_se, share_positive, share_positive_se. */
void ds_breakeven_csv(FILE *file, const ds_breakeven *b);
/* Every value that was tried, like the CSV of a sweep of the first range. */
void ds_breakeven_curve_csv(FILE *file, const ds_breakeven *b);
void ds_breakeven_json(FILE *file, const ds_scenario *scenario, const ds_breakeven *b);
/* breakeven.csv, curve.csv and breakeven.json in a directory, which is made when missing. */
DS_MUST_CHECK ds_code ds_breakeven_directory(const char *directory, const ds_scenario *scenario,
                                             const ds_breakeven *b, ds_error *err);

#endif
