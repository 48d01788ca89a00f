/* sweep_rows.c -- see sweep_rows.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/sweep_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/csv.h"
#include "output/json.h"

/* The figures of an outcome, in the order of the columns; each has its error. */
typedef struct {
    const char *suffix;
    ds_estimate estimate;
} ds_figure;
enum { FIGURES = 8 };

static void figures_of(const ds_result *result, size_t strategy, size_t outcome,
                       ds_figure figures[FIGURES])
{
    ds_statistics s = { 0 };
    if (result != NULL) /* for a header the names are enough */
        s = ds_result_statistics(result, strategy, outcome);
    figures[0] = (ds_figure){ "mean", s.mean };
    figures[1] = (ds_figure){ "sd", s.sd };
    figures[2] = (ds_figure){ "p05", s.quantiles[0] };
    figures[3] = (ds_figure){ "p50", s.quantiles[2] };
    figures[4] = (ds_figure){ "p95", s.quantiles[4] };
    figures[5] = (ds_figure){ "cvar", s.cvar };
    figures[6] = (ds_figure){ "share_positive", s.share_positive };
    figures[7] = (ds_figure){ "share_undefined", s.share_undefined };
}

/* Is outcome i one of which break-evens are printed? */
static bool has_crossings(const ds_sweep_layout *layout, size_t i)
{
    return layout->crossings != NULL && ds_crossings_of(layout->outcomes[i]);
}

void ds_sweep_csv_header(FILE *file, const ds_sweep_layout *layout)
{
    ds_figure figures[FIGURES];
    for (size_t axis = 0; axis < layout->axes; axis++) {
        ds_csv_text(file, layout->pointers[axis]);
        putc(',', file);
    }
    fputs("strategy", file);
    for (size_t i = 0; i < layout->outcome_count; i++) {
        const char *name = ds_outcome_at(layout->outcomes[i])->name;
        figures_of(NULL, 0, layout->outcomes[i], figures);
        for (size_t k = 0; k < FIGURES; k++)
            fprintf(file, ",%s_%s,%s_%s_se", name, figures[k].suffix, name, figures[k].suffix);
        if (has_crossings(layout, i))
            fprintf(file, ",%s_break_even,%s_break_even_se", name, name);
    }
    putc('\n', file);
}

/* A value as it was typed is JSON text or a bare word; is it a number? */
static bool is_number(const char *text, double *value)
{
    char *end;
    if (text[0] == '\0' || strspn(text, "+-.0123456789eE") != strlen(text))
        return false;
    *value = strtod(text, &end);
    return *end == '\0' && isfinite(*value);
}

/* The text of a string without its quotes; everything else as it is. */
static void csv_value(FILE *file, const char *text)
{
    char   plain[256];
    size_t length = strlen(text);
    if (length >= 2 && length < sizeof plain && text[0] == '"' && text[length - 1] == '"' &&
        strchr(text, '\\') == NULL) {
        memcpy(plain, text + 1, length - 2);
        plain[length - 2] = '\0';
        text = plain;
    }
    double value;
    if (is_number(text, &value))
        fputs(text, file);
    else
        ds_csv_text(file, text);
}

static void json_value(FILE *file, const char *text)
{
    double value;
    if (is_number(text, &value))
        ds_json_number(file, value);
    else if (strchr("\"{[", text[0]) != NULL || strcmp(text, "true") == 0 ||
             strcmp(text, "false") == 0 || strcmp(text, "null") == 0)
        fputs(text, file);
    else
        ds_json_string(file, text);
}

void ds_sweep_csv_rows(FILE *file, const ds_sweep_layout *layout, const ds_sweep_point *point)
{
    const ds_result *result = point->result;
    ds_figure        figures[FIGURES];
    for (size_t row = 0; row < layout->strategy_count; row++) {
        size_t strategy = layout->strategies[row];
        for (size_t axis = 0; axis < layout->axes; axis++) {
            csv_value(file, point->overrides[axis].value);
            putc(',', file);
        }
        ds_csv_text(file, ds_result_strategy_name(result, strategy));
        for (size_t i = 0; i < layout->outcome_count; i++) {
            figures_of(result, strategy, layout->outcomes[i], figures);
            for (size_t k = 0; k < FIGURES; k++) {
                putc(',', file);
                ds_csv_number(file, figures[k].estimate.value);
                putc(',', file);
                if (isfinite(figures[k].estimate.se))
                    ds_csv_number(file, figures[k].estimate.se);
            }
            if (has_crossings(layout, i))
                ds_csv_estimate(file, ds_crossings_at(layout->crossings, row, i));
        }
        putc('\n', file);
    }
}

void ds_sweep_ndjson_rows(FILE *file, const ds_sweep_layout *layout, const ds_sweep_point *point)
{
    const ds_result *result = point->result;
    ds_figure        figures[FIGURES];
    for (size_t row = 0; row < layout->strategy_count; row++) {
        size_t strategy = layout->strategies[row];
        for (size_t axis = 0; axis < layout->axes; axis++) {
            fputs(axis > 0 ? "," : "{\"parameters\":{", file);
            ds_json_string(file, layout->pointers[axis]);
            putc(':', file);
            json_value(file, point->overrides[axis].value);
        }
        fputs("},\"strategy\":", file);
        ds_json_string(file, ds_result_strategy_name(result, strategy));
        fputs(",\"outcomes\":{", file);
        for (size_t i = 0; i < layout->outcome_count; i++) {
            const ds_outcome_info *info = ds_outcome_at(layout->outcomes[i]);
            fprintf(file, "%s\"%s\":{\"unit\":", i > 0 ? "," : "", info->name);
            ds_json_string(file, info->unit);
            figures_of(result, strategy, layout->outcomes[i], figures);
            for (size_t k = 0; k < FIGURES; k++) {
                fprintf(file, ",\"%s\":", figures[k].suffix);
                ds_json_estimate(file, figures[k].estimate);
            }
            if (has_crossings(layout, i)) {
                fputs(",\"break_even\":", file);
                ds_json_estimate(file, ds_crossings_at(layout->crossings, row, i));
            }
            putc('}', file);
        }
        fputs("}}\n", file);
    }
}
