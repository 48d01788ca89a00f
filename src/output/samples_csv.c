/* samples_csv.c -- see samples_csv.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/samples_csv.h"

#include <math.h>

#include "output/csv.h"
#include "output/file.h"

static void write_value(FILE *file, double value)
{
    if (isfinite(value))
        fprintf(file, ",%.12g", value);
    else
        fputs(isnan(value) ? "," : value > 0 ? ",Inf" : ",-Inf", file);
}

void ds_samples_csv(FILE *file, const ds_samples *samples)
{
    const size_t columns = ds_samples_columns(samples);

    fputs("path", file);
    for (size_t c = 0; c < columns; c++) {
        putc(',', file);
        ds_csv_text(file, ds_samples_at(samples, c).name);
    }
    putc('\n', file);
    for (size_t i = 0; i < ds_samples_rows(samples); i++) {
        fprintf(file, "%zu", i);
        for (size_t c = 0; c < columns; c++)
            write_value(file, ds_samples_column(samples, c)[i]);
        putc('\n', file);
    }
}

ds_code ds_samples_write(const char *path, const ds_samples *samples, ds_error *err)
{
    ds_file file;
    ds_code code = ds_file_open(&file, path, err);
    if (code != DS_OK)
        return code;
    ds_samples_csv(file.stream, samples);
    return ds_file_commit(&file, err);
}
