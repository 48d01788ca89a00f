/* profile_figures.c -- the figures of a profile, one row a pair of lengths.  See
 * profile_figures.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/profile_figures.h"

#include <math.h>

#include "output/csv.h"
#include "output/file.h"
#include "output/grid.h"
#include "output/json.h"
#include "output/number.h"

typedef struct {
    const char *key, *title, *unit;
    double (*take)(const ds_profile_report *r, const ds_profile_figures *f);
} ds_column;

#define TAKE(name, expression)                                                        \
    static double name(const ds_profile_report *r, const ds_profile_figures *f)       \
    {                                                                                 \
        (void)r;                                                                      \
        return expression;                                                            \
    }
TAKE(take_input, f->input_tokens)
TAKE(take_output, f->output_tokens)
TAKE(take_gpu_s, f->gpu_s)
TAKE(take_speed, f->output_tokens_per_s)
TAKE(take_speed_of_gpu, f->output_tokens_per_s / r->facts.gpus)
TAKE(take_slots, f->slots)
TAKE(take_ttft, f->ttft_ms)
TAKE(take_tpot, f->tpot_ms)
TAKE(take_used, f->fits ? f->weight_gib + f->slots * f->request_gib : (double)NAN)
TAKE(take_memory, f->memory_gib)
TAKE(take_usd, f->usd_per_mtok)
TAKE(take_usd_output, f->usd_per_mtok_output)

static const ds_column columns[] = {
    { "input_tokens", "input", "token", take_input },
    { "output_tokens", "output", "token", take_output },
    { "gpu_s_per_request", "a request", "GPU s", take_gpu_s },
    { "output_tokens_per_s", "replica", "token/s", take_speed },
    { "output_tokens_per_s_per_gpu", "a GPU", "token/s", take_speed_of_gpu },
    { "slots", "slots", "request", take_slots },
    { "ttft_ms", "TTFT", "ms", take_ttft },
    { "tpot_ms", "TPOT", "ms", take_tpot },
    { "memory_used_gib", "used", "GiB", take_used },
    { "memory_gib", "of", "GiB", take_memory },
    { "usd_per_mtok", "all tokens", "USD/Mtok", take_usd },
    { "usd_per_mtok_output", "output", "USD/Mtok", take_usd_output },
};
enum { COLUMNS = sizeof columns / sizeof columns[0], LENGTHS = 2 };

/* ---- For machines ---------------------------------------------------------- */

void ds_profile_csv(FILE *file, const ds_profile_report *report)
{
    for (size_t c = 0; c < COLUMNS; c++)
        fprintf(file, "%s%s", c > 0 ? "," : "", columns[c].key);
    putc('\n', file);
    for (size_t i = 0; i < report->count; i++)
        for (size_t c = 0; c < COLUMNS; c++) {
            ds_csv_number(file, columns[c].take(report, &report->figures[i]));
            putc(c + 1 < COLUMNS ? ',' : '\n', file);
        }
}

static void member(FILE *file, const char *before, const char *key, double value)
{
    fprintf(file, "%s\"%s\":", before, key);
    ds_json_number(file, value);
}

void ds_profile_json(FILE *file, const ds_profile_report *report)
{
    const ds_profile_facts *f = &report->facts;
    fputs("{\"profile\":", file);
    ds_json_string(file, report->name);
    fprintf(file, ",\"kind\":\"%s\",\"gpu\":", ds_profile_kind_name(f->kind));
    ds_json_string(file, f->gpu);
    fprintf(file, ",\"gpus_per_replica\":%d", f->gpus);
    member(file, ",", "usd_per_gpu_hour", f->usd_per_gpu_hour);
    member(file, ",", "relative_error", f->relative_error);
    member(file, ",", "parameters_b", f->parameters_b);
    fputs(",\n\"figures\":[", file);
    for (size_t i = 0; i < report->count; i++) {
        for (size_t c = 0; c < COLUMNS; c++)
            member(file, c > 0 ? "," : i > 0 ? ",\n {" : "\n {", columns[c].key,
                   columns[c].take(report, &report->figures[i]));
        putc('}', file);
    }
    fputs("]}\n", file);
}

/* ---- For people ------------------------------------------------------------ */

/* Does any row have something there?  GPU seconds are told in any case. */
static bool is_used(const ds_profile_report *r, size_t c)
{
    if (c == LENGTHS)
        return true;
    for (size_t i = 0; i < r->count; i++)
        if (!isnan(columns[c].take(r, &r->figures[i])))
            return true;
    return false;
}

static void fill(const ds_profile_report *r, ds_grid *grid, size_t at, size_t c)
{
    snprintf(grid->heads[at].title, DS_CELL_TEXT, "%s", columns[c].title);
    snprintf(grid->heads[at].unit, DS_CELL_TEXT, "[%s]", columns[c].unit);
    grid->heads[at].group = 1;
    for (size_t i = 0; i < r->count; i++) {
        double value = columns[c].take(r, &r->figures[i]);
        char   text[DS_HUMAN_TEXT];
        ds_human_value((ds_estimate){ value, (double)NAN }, ds_scale_one, text);
        snprintf(ds_grid_cell(grid, i, at), DS_CELL_TEXT, "%s",
                 !isnan(value)          ? text
                 : r->figures[i].fits ? "-"
                                        : "does not fit");
    }
}

static void head(FILE *file, const ds_profile_report *r, const ds_style *style)
{
    char raw[512], text[512], rent[DS_HUMAN_TEXT];
    ds_human_value((ds_estimate){ r->facts.usd_per_gpu_hour, (double)NAN }, ds_scale_one, rent);
    snprintf(raw, sizeof raw, "Profile `%.80s`: a %s on %d `%.80s` at USD %s a GPU-hour, always "
             "busy; true speed is within a factor of %.2f in two futures of three.", r->name,
             ds_profile_kind_name(r->facts.kind), r->facts.gpus, r->facts.gpu, rent,
             exp(r->facts.relative_error));
    ds_text_clean(raw, style->utf8, text, sizeof text);
    ds_text_wrap(file, text, style->width, 0, 0);
    putc('\n', file);
}

ds_code ds_profile_table(FILE *file, const ds_profile_report *report, const ds_style *style,
                         ds_error *err)
{
    ds_grid grid;
    size_t  used = 0, at = 1;
    for (size_t c = LENGTHS; c < COLUMNS; c++)
        used += is_used(report, c);
    if (!ds_grid_init(&grid, report->count, used + 1))
        return ds_output_fail(err, DS_E_NOMEM, "", "out of memory");
    snprintf(grid.heads[0].title, DS_CELL_TEXT, "input/output");
    snprintf(grid.heads[0].unit, DS_CELL_TEXT, "[token]");
    for (size_t i = 0; i < report->count; i++)
        snprintf(ds_grid_cell(&grid, i, 0), DS_CELL_TEXT, "%.6g/%.6g",
                 report->figures[i].input_tokens, report->figures[i].output_tokens);
    for (size_t c = LENGTHS; c < COLUMNS; c++)
        if (is_used(report, c))
            fill(report, &grid, at++, c);
    head(file, report, style);
    ds_grid_print(file, &grid, style);
    ds_grid_release(&grid);
    return DS_OK;
}
