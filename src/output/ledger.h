/* ledger.h -- the ledger of one path, printed line by line as it arrives.
 *
 * The caller passes ds_ledger_print as the row callback of ds_explain() and the
 * ledger as its context, between begin and end.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_LEDGER_H
#define DS_LEDGER_H

#include "output/report.h"

typedef enum { DS_LEDGER_TABLE, DS_LEDGER_CSV, DS_LEDGER_JSON } ds_ledger_format;

typedef struct {
    FILE             *file;
    ds_ledger_format  format;
    const ds_style   *style;
    const ds_scenario *scenario;
    size_t            strategy;
    uint64_t          seed, path;
    size_t            only_month;   /* SIZE_MAX: all of them */

    /* kept while printing */
    size_t month, rows, month_rows;
    char   group[256];              /* model and contract of the last row: an invoice */
    char   product[128];            /* of the last row                               */
    size_t group_rows;
    double group_usd, group_error;  /* sum of the invoice [USD] */
    double month_usd, month_error;  /* subtotal [USD] with its rounding errors */
    double total_usd, total_error;  /* total of all rows, shown or not [USD] */
    double absolute_usd;            /* sum of the sizes of the amounts [USD] */
} ds_ledger;

void ds_ledger_begin(ds_ledger *ledger);
void ds_ledger_print(void *context, const ds_ledger_row *row);
/* The last subtotal, the total, and the outcomes of the path. */
void ds_ledger_end(ds_ledger *ledger, const double *outcomes);
/* Do the rows sum to the outcome cost_total_usd?  Rounding may differ by 1e-9 of
 * the sum of their sizes. */
bool ds_ledger_agrees(const ds_ledger *ledger, const double *outcomes);

#endif
