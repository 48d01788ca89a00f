/* sensitivity_table.h -- the table of sensitivity_report.h, and how its figures are written.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_SENSITIVITY_TABLE_H
#define DS_SENSITIVITY_TABLE_H

#include "output/number.h"
#include "output/sensitivity_report.h"

/* The first `rows` rows.  DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_sensitivity_print_rows(FILE *file, const ds_sensitivity *s, size_t rows,
                                                const ds_style *style, ds_error *err);
/* Is the figure a share, in percent? */
/* A share within 0 and 1, which an estimate may leave by its error. */
ds_estimate ds_sensitivity_within(const ds_sensitivity_figure *figure, ds_estimate e);
bool ds_sensitivity_is_share(const ds_sensitivity_summary *about,
                             const ds_sensitivity_figure *figure);
/* A value of an input, low or high, in three digits; a blank in it is DS_TEXT_TIE. */
void ds_sensitivity_value(const ds_sensitivity_row *row, double value, char out[DS_HUMAN_TEXT]);
/* Cuts a clean name before its last part; there is room for two bytes more. */
void ds_sensitivity_fit_name(char *name, size_t columns, bool utf8);

#endif
