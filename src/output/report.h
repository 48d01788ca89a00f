/* report.h -- what `run` has to say, in the forms that it can say it.
 *
 * Every writer prints to a stream and leaves errors of the stream to whoever
 * opened it (ds_file_commit(), or the check of standard output at the end).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_REPORT_H
#define DS_REPORT_H

#include <stdio.h>

#include "distillsim_commit.h"
#include "output/text.h"

/* A finished run and how it came about. */
typedef struct {
    const ds_scenario *scenario;
    const ds_result   *result;
    const ds_override *overrides;
    size_t             override_count;
    ds_engine          engine;
    unsigned           threads;      /* as asked for: 0 is one per processor */
    double             wall_seconds;
    const ds_optimised *found; /* terms that were looked for before; NULL: none */
} ds_report;

/* For people: the answer, a table by strategy, and notes.  DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_report_table(FILE *file, const ds_report *report,
                                      const ds_style *style, ds_error *err);
/* The answer as one sentence, and the notes; parts of the table. */
void ds_report_answer(FILE *file, const ds_report *report, const ds_style *style);
void ds_report_notes(FILE *file, const ds_report *report, const ds_style *style);
/* On errors: part of the notes. */
void ds_report_error_notes(FILE *file, const ds_report *report, const ds_style *style);
/* Does any strategy use GPUs of its own or rented ones? */
bool ds_report_has_fleet(const ds_report *report);

/* For machines. */
void ds_report_json(FILE *file, const ds_report *report);
void ds_report_ndjson(FILE *file, const ds_report *report);
void ds_report_csv(FILE *file, const ds_report *report);

/* outcomes.csv, monthly.csv, saving.csv and run.json in a directory, which is
 * made when it is missing.  DS_E_IO, DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_report_directory(const char *directory, const ds_report *report,
                                          ds_error *err);

#endif
