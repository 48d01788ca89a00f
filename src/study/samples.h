/* samples.h -- the inside of a ds_samples: samples.c makes it of a run, samples_file.c of a
 * file.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_SAMPLES_H
#define DS_SAMPLES_H

#include "distillsim_samples.h"

typedef struct {
    char           *name;
    const char     *unit;
    ds_samples_kind kind;
    double         *values; /* at least [rows]                                          */
} ds_samples_one;

struct ds_samples {
    size_t          rows, columns, room;
    ds_samples_one *column;
    char           *units; /* texts that they point into, or NULL                       */
};

/* Another column with a copy of the name and `room` values, not set; NULL: out of memory. */
ds_samples_one *ds_samples_add(ds_samples *s, const char *name, const char *unit,
                               ds_samples_kind kind, size_t room);
/* Takes a column out. */
void ds_samples_remove(ds_samples *s, size_t column);

#endif
