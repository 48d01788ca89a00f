/* sensitivity_data.h -- `sensitivity --data`: a table of futures in place of a scenario.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_SENSITIVITY_DATA_H
#define DS_SENSITIVITY_DATA_H

#include "distillsim_sensitivity.h"

enum { DS_TABLE_INPUTS_MOST = 256 };

typedef struct {
    const char        *file;
    const char        *of;       /* COLUMN[:SCALE], or NULL                              */
    const char        *strategy; /* or NULL                                              */
    const char *const *inputs;   /* pointers or names of columns; none: those that are there */
    size_t             input_count;
    ds_sensitivity_method method;
} ds_table_question;

/* 0, or the exit status after a message. */
int ds_ask_table(const ds_table_question *question, ds_sensitivity **out);

#endif
