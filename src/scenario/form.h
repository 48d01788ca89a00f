/* form.h -- the ways of stating a quantity: one table for parser and schema.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_FORM_H
#define DS_FORM_H

#include <stddef.h>

enum { DS_FORM_SETS = 3, DS_FORM_PARAMETERS = 3 };

/* A distribution by parameters: {"beta": {"mean": 0.9, "sd": 0.04}}. */
typedef struct {
    const char *key;
    /* alternative sets of parameters; all but the first may be empty */
    const char *sets[DS_FORM_SETS][DS_FORM_PARAMETERS + 1];
    const char *help;
} ds_form;
extern const ds_form ds_forms[]; /* ends with key NULL */

/* Quantile keys, ascending. */
typedef struct {
    const char *key;
    double      level;
} ds_level;
enum { DS_LEVEL_COUNT = 11 };
extern const ds_level ds_levels[DS_LEVEL_COUNT];

#endif
