/* discover_report.h -- what `discover` has to say, for people and for machines.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_DISCOVER_REPORT_H
#define DS_DISCOVER_REPORT_H

#include <stdio.h>

#include "distillsim_commit.h"
#include "distillsim_discover.h"
#include "output/text.h"

/* A finished search and what it looked at. */
typedef struct {
    const ds_discover *discover;
    const ds_scenario *scenario; /* NULL: a file                                       */
    const char        *data;     /* its name; NULL: a scenario                          */
    uint64_t           seed;     /* of the futures                                      */
    const ds_optimised *found;   /* terms that were looked for before; NULL: none        */
} ds_discover_report;

/* Sentences, a table of edges and one of the trade-off for each box, notes.  DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_discover_table(FILE *file, const ds_discover_report *report,
                                        const ds_style *style, ds_error *err);
/* The edges of the boxes, one row each. */
void ds_discover_csv(FILE *file, const ds_discover *discover);
/* The trajectories: what is left after each peel. */
void ds_discover_trajectory_csv(FILE *file, const ds_discover *discover);
void ds_discover_json(FILE *file, const ds_discover_report *report);
/* boxes.csv, trajectory.csv and discover.json in a directory, which is made when missing. */
DS_MUST_CHECK ds_code ds_discover_directory(const char *directory,
                                            const ds_discover_report *report, ds_error *err);

enum { DS_INPUT_LABEL = 160 };
/* A pointer as people say it: "acceptable_share of student", "success of the project of student";
 * clean text. */
void ds_input_label(const char *name, bool utf8, char out[DS_INPUT_LABEL]);
const char *ds_discover_side_name(ds_discover_side side); /* "below", "above", "one of"   */

#endif
