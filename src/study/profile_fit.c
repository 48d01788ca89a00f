/* profile_fit.c -- a profile from measured speeds.
 *
 * Called by the program.  law.c fits, profile_law.c has the laws; here is chosen which
 * points are used, every point is left out in turn, and the errors are counted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/profile_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/error.h"

/* More points than this are left out in so many groups, one point in each so many. */
enum { GROUPS_MOST = 500 };

#define KNOWN_LOG_SD 1.0 /* a constant that may as well be 2.7 times as large is not known */

struct ds_profile_fit {
    ds_profile_kind     kind;
    int                 gpus;
    double              slots;
    size_t              constant_count, point_count;
    ds_profile_constant constants[DS_LAW_CONSTANTS_MAX];
    ds_profile_point   *points;
    ds_profile_error    in_sample, left_out;
};

/* What is worked on. */
typedef struct {
    const ds_profile_fit_options *options;
    const ds_measured            *rows;
    size_t                       *use, *others; /* [count] indices into rows */
    size_t                        count;
    ds_law                        law;
    ds_law_fit                    all;
} job;

/* ---- Which points ---------------------------------------------------------------- */

static bool same_run(const ds_measured *a, const ds_measured *b)
{
    return a->input_tokens == b->input_tokens && a->output_tokens == b->output_tokens &&
           a->gpus == b->gpus;
}

/* Has a row of the same lengths a greater concurrency? */
static bool is_exceeded(const ds_measurements *m, const ds_measured *row)
{
    for (size_t i = 0; i < ds_measurements_count(m); i++) {
        const ds_measured *other = ds_measurements_at(m, i);
        if (same_run(other, row) && other->concurrency > row->concurrency)
            return true;
    }
    return false;
}

static void choose_points(job *j, const ds_measurements *m)
{
    j->rows = ds_measurements_at(m, 0);
    for (size_t i = 0; i < ds_measurements_count(m); i++)
        if (!is_exceeded(m, ds_measurements_at(m, i)))
            j->use[j->count++] = i;
}

static ds_code check_points(const job *j, const ds_measurements *m, ds_error *err)
{
    const ds_measured *first = &j->rows[j->use[0]];
    size_t             needed = j->law.constants + 1;
    ds_code            code = DS_OK;
    for (size_t i = 1; i < j->count && code == DS_OK; i++) {
        const ds_measured *row = &j->rows[j->use[i]];
        if (row->gpus == first->gpus)
            continue;
        code = ds_fail(err, DS_E_SCENARIO, NULL,
                       "replicas of %d GPUs, but of %d in line %d: which are to be fitted?",
                       row->gpus, first->gpus, first->line);
        if (err != NULL)
            err->line = row->line;
    }
    if (code == DS_OK && j->count < needed)
        code = ds_fail(err, DS_E_SCENARIO, NULL,
                       "too few points: a %s with %zu constants needs at least %zu, here "
                       "%s %zu", ds_profile_kind_name(j->options->kind),
                       j->law.constants, needed, j->count == 1 ? "is" : "are", j->count);
    if (code != DS_OK && err != NULL) {
        ds_copy_text(err->file, sizeof err->file, ds_measurements_path(m));
        err->column = err->line > 0;
    }
    return code;
}

/* ---- Errors ---------------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Type 7, as everywhere. */
static double quantile(const double *sorted, size_t count, double p)
{
    double at = p * (double)(count - 1);
    size_t low = (size_t)at;
    double high = sorted[low + 1 < count ? low + 1 : low];
    return sorted[low] + (at - (double)low) * (high - sorted[low]);
}

ds_code ds_profile_error_of(const double *predicted, const double *measured, size_t count,
                            ds_profile_error *out, ds_error *err)
{
    double *off = calloc(count, sizeof *off), sum = 0, squares = 0;
    if (off == NULL)
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    for (size_t i = 0; i < count; i++) {
        double r = log(predicted[i] / measured[i]);
        sum += r;
        squares += r * r;
        off[i] = fabs(predicted[i] / measured[i] - 1);
    }
    qsort(off, count, sizeof *off, ascending);
    *out = (ds_profile_error){ .count = count,
                               .median = quantile(off, count, 0.5),
                               .p90 = quantile(off, count, 0.9),
                               .greatest = off[count - 1],
                               .bias = exp(sum / (double)count) - 1,
                               .log_sd = sqrt(squares / (double)count) };
    free(off);
    return DS_OK;
}

static ds_code count_errors(ds_profile_fit *fit, ds_error *err)
{
    size_t  n = fit->point_count;
    double *column = calloc(3 * n, sizeof *column);
    if (column == NULL)
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    for (size_t i = 0; i < n; i++) {
        column[i] = fit->points[i].measured.output_tokens_per_s;
        column[n + i] = fit->points[i].fitted;
        column[2 * n + i] = fit->points[i].left_out;
    }
    ds_code code = ds_profile_error_of(column + n, column, n, &fit->in_sample, err);
    if (code == DS_OK)
        code = ds_profile_error_of(column + 2 * n, column, n, &fit->left_out, err);
    free(column);
    return code;
}

/* ---- Fitting --------------------------------------------------------------------- */

/* Predicts the points of one group from the others. */
static ds_code leave_out(job *j, size_t group, size_t groups, ds_profile_fit *out, ds_error *err)
{
    ds_law_fit fit;
    size_t     kept = 0;
    for (size_t i = 0; i < j->count; i++)
        if (i % groups != group)
            j->others[kept++] = j->use[i];
    for (size_t c = 0; c < j->law.constants; c++)
        if (!j->all.held[c])
            j->law.start[c] = j->all.constant[c];
    ds_code code = ds_law_fit_to(&j->law, j->rows, j->others, kept, &fit, err);
    for (size_t i = group; i < j->count && code == DS_OK; i += groups)
        out->points[i].left_out =
            j->law.speed(j->law.context, fit.constant, &j->rows[j->use[i]]);
    return code;
}

static ds_code fit_law(job *j, ds_profile_fit *out, ds_error *err)
{
    size_t  groups = j->count < GROUPS_MOST ? j->count : GROUPS_MOST;
    ds_code code = ds_law_fit_to(&j->law, j->rows, j->use, j->count, &j->all, err);
    for (size_t i = 0; i < j->count && code == DS_OK; i++) {
        const ds_measured *m = &j->rows[j->use[i]];
        out->points[i].measured = *m;
        out->points[i].fitted = j->law.speed(j->law.context, j->all.constant, m);
    }
    for (size_t group = 0; group < groups && code == DS_OK; group++)
        code = leave_out(j, group, groups, out, err);
    return code;
}

static void tell_constants(const job *j, const ds_law_key *keys, ds_profile_fit *out)
{
    out->constant_count = j->law.constants;
    for (size_t c = 0; c < j->law.constants; c++) {
        double value = j->all.constant[c], log_sd = j->all.log_sd[c];
        bool   known = !j->all.held[c] && log_sd < KNOWN_LOG_SD;
        if (keys[c].inverse)
            value = 1 / value;
        out->constants[c] = (ds_profile_constant){
            .key = keys[c].key, .unit = keys[c].unit, .value = value, .identified = known,
            .log_sd = known ? log_sd : (double)NAN, .se = known ? value * log_sd : (double)NAN,
        };
    }
}

/* Slots: the geometric mean of the concurrencies, if all are known. */
static double slots_of(const job *j)
{
    double sum = 0;
    for (size_t i = 0; i < j->count; i++)
        sum += log(j->rows[j->use[i]].concurrency);
    return floor(exp(sum / (double)j->count) * (1 + 1e-9));
}

/* ---- Public ---------------------------------------------------------------------- */

static ds_code run_job(job *j, const ds_measurements *m, ds_profile_fit *out, ds_error *err)
{
    choose_points(j, m);
    j->law = ds_closed_law(j->options->prefill_attention, j->rows, j->use, j->count);
    ds_code code = check_points(j, m, err);
    if (code != DS_OK)
        return code;
    out->kind = j->options->kind;
    out->gpus = j->rows[j->use[0]].gpus;
    out->slots = slots_of(j);
    out->point_count = j->count;
    code = fit_law(j, out, err);
    if (code == DS_OK)
        tell_constants(j, ds_closed_keys, out);
    return code == DS_OK ? count_errors(out, err) : code;
}

ds_code ds_profile_fit_run(const ds_measurements *m, const ds_profile_fit_options *options,
                           ds_profile_fit **out, ds_error *err)
{
    size_t          n = ds_measurements_count(m);
    ds_profile_fit *fit = calloc(1, sizeof *fit);
    job             j = { .options = options, .use = calloc(n, sizeof *j.use),
                          .others = calloc(n, sizeof *j.others) };
    ds_code         code;

    *out = NULL;
    if (fit != NULL)
        fit->points = calloc(n, sizeof *fit->points);
    if (fit == NULL || fit->points == NULL || j.use == NULL || j.others == NULL)
        code = ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    else
        code = run_job(&j, m, fit, err);
    free(j.use);
    free(j.others);
    if (code == DS_OK)
        *out = fit;
    else
        ds_profile_fit_free(fit);
    return code;
}

void ds_profile_fit_free(ds_profile_fit *fit)
{
    if (fit == NULL)
        return;
    free(fit->points);
    free(fit);
}

const char *ds_profile_kind_name(ds_profile_kind kind)
{
    static const char *const names[] = { [DS_PROFILE_CLOSED] = "closed form",
                                         [DS_PROFILE_TABLE] = "table",
                                         [DS_PROFILE_ROOFLINE] = "roofline" };
    return names[kind];
}

ds_profile_kind ds_profile_fit_kind(const ds_profile_fit *fit)
{
    return fit->kind;
}

int ds_profile_fit_gpus(const ds_profile_fit *fit)
{
    return fit->gpus;
}

double ds_profile_fit_slots(const ds_profile_fit *fit)
{
    return fit->slots;
}

size_t ds_profile_fit_constant_count(const ds_profile_fit *fit)
{
    return fit->constant_count;
}

const ds_profile_constant *ds_profile_fit_constant_at(const ds_profile_fit *fit, size_t index)
{
    return &fit->constants[index];
}

size_t ds_profile_fit_point_count(const ds_profile_fit *fit)
{
    return fit->point_count;
}

const ds_profile_point *ds_profile_fit_point_at(const ds_profile_fit *fit, size_t index)
{
    return &fit->points[index];
}

ds_profile_error ds_profile_fit_in_sample(const ds_profile_fit *fit)
{
    return fit->in_sample;
}

ds_profile_error ds_profile_fit_left_out(const ds_profile_fit *fit)
{
    return fit->left_out;
}
