/* distillsim_samples.h -- a table of futures: what every path drew, and what came of it.
 * A run makes one, or a CSV file holds it; studies of what an answer depends on read both.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DISTILLSIM_SAMPLES_H
#define DISTILLSIM_SAMPLES_H

#include "distillsim.h"

typedef enum {
    DS_SAMPLES_INPUT,   /* an uncertain quantity of the scenario, by its JSON Pointer     */
    DS_SAMPLES_SEEN,    /* what becomes of processes and projects: "POINTER#what"         */
    DS_SAMPLES_OUTCOME, /* "STRATEGY/OUTCOME"; INFINITY is "never"                        */
    DS_SAMPLES_OTHER,   /* of a file: a column of another name                            */
} ds_samples_kind;

typedef struct {
    const char     *name, *unit; /* unit "" when it has none, or the file does not say    */
    ds_samples_kind kind;
} ds_samples_info;

typedef struct ds_samples ds_samples;

/* A run of the fast engine that keeps what its paths drew: same futures as ds_run(). What
 * is seen: the mean requests of each product, the last price level of each model and rent of
 * each GPU, permission, attempts and success of each student's project; of these, those that
 * differ between paths. Outcomes: those of the list, of every strategy; outcome_count 0:
 * cost_npv_usd, saving_npv_usd, payback_months, those of them that the plan has. result may be
 * NULL.
 * Fails as ds_run(), and with DS_E_SCENARIO when not all paths are kept in memory. */
DS_MUST_CHECK ds_code ds_samples_run(const ds_plan *plan, const ds_run_options *options,
                                     const size_t *outcomes, size_t outcome_count,
                                     ds_samples **out, ds_result **result, ds_error *err);

enum { DS_SAMPLES_COLUMNS_MOST = 4096, DS_SAMPLES_ROWS_MOST = 1 << 24 };
/* Reads a CSV file with a header. A column `path` is left out. A name that begins with '/' is
 * an input, with '#' in it what is seen, one that ends with /OUTCOME an outcome. Every field is
 * a number, of outcomes also Inf.
 * Fails with DS_E_IO, DS_E_SCENARIO (file, line and column set), DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_samples_read(const char *path, ds_samples **out, ds_error *err);
void                  ds_samples_free(ds_samples *s);

size_t          ds_samples_rows(const ds_samples *s);
size_t          ds_samples_columns(const ds_samples *s);
ds_samples_info ds_samples_at(const ds_samples *s, size_t column);
const double   *ds_samples_column(const ds_samples *s, size_t column); /* [rows]           */
/* ds_samples_columns() when there is none of this name. */
size_t          ds_samples_find(const ds_samples *s, const char *name);

#endif
