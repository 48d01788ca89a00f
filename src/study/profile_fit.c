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

#include "model/profile_table.h"
#include "scenario/error.h"
#include "scenario/load.h"
#include "scenario/writer.h"

/* More points than this are left out in so many groups, one point in each so many. */
enum { GROUPS_MOST = 500 };

#define RATE_MOST 1e12 /* [token/(GPU s)] that a scenario takes */

struct ds_profile_fit {
    ds_profile_kind     kind;
    int                 gpus;
    double              slots, parameters_b;
    char               *roofline; /* JSON */
    size_t              constant_count, point_count, row_count;
    ds_profile_constant constants[DS_LAW_CONSTANTS_MAX];
    ds_profile_point   *points;
    ds_measured        *rows; /* of a table */
    ds_profile_error    in_sample, left_out;
};

/* What is worked on. */
typedef struct {
    const ds_profile_fit_options *options;
    const ds_measurements        *measurements;
    const ds_measured            *rows;
    size_t                       *use, *others; /* [count] indices into rows */
    size_t                        count;
    ds_law                        law;
    ds_law_fit                    all;
    ds_law_key                    keys[DS_LAW_CONSTANTS_MAX];
    ds_scenario                  *scenario; /* of the shape of a roofline */
    ds_roofline_subject           subject;
} job;

/* An error of the file of measurements, at a line (0: none). */
static ds_code fail_file(const job *j, int line, ds_code code, ds_error *err)
{
    if (err == NULL)
        return code;
    ds_copy_text(err->file, sizeof err->file, ds_measurements_path(j->measurements));
    err->line = line;
    err->column = line > 0;
    return code;
}

/* ---- Which points ---------------------------------------------------------------- */

static bool same_lengths(const ds_measured *a, const ds_measured *b)
{
    return a->input_tokens == b->input_tokens && a->output_tokens == b->output_tokens;
}

/* Has a row of the same lengths a greater concurrency? */
static bool is_exceeded(const ds_measurements *m, const ds_measured *row)
{
    for (size_t i = 0; i < ds_measurements_count(m); i++) {
        const ds_measured *other = ds_measurements_at(m, i);
        if (same_lengths(other, row) && other->concurrency > row->concurrency)
            return true;
    }
    return false;
}

static void choose_points(job *j)
{
    const ds_measurements *m = j->measurements;
    j->rows = ds_measurements_at(m, 0);
    for (size_t i = 0; i < ds_measurements_count(m); i++)
        if (j->options->kind == DS_PROFILE_ROOFLINE ||
            !is_exceeded(m, ds_measurements_at(m, i)))
            j->use[j->count++] = i;
}

static ds_code check_gpus(const job *j, ds_error *err)
{
    const ds_measured *first = ds_measurements_at(j->measurements, 0);
    for (size_t i = 1; i < ds_measurements_count(j->measurements); i++) {
        const ds_measured *row = ds_measurements_at(j->measurements, i);
        if (row->gpus == first->gpus)
            continue;
        ds_fail(err, DS_E_SCENARIO, NULL,
                "replicas of %d GPUs, but of %d in line %d: which are to be fitted?", row->gpus,
                first->gpus, first->line);
        return fail_file(j, row->line, DS_E_SCENARIO, err);
    }
    return DS_OK;
}

static ds_code check_points(const job *j, size_t count, size_t needed, ds_error *err)
{
    char constants[64] = "";
    if (count >= needed)
        return DS_OK;
    if (j->law.constants > 0)
        snprintf(constants, sizeof constants, " with %zu constant%s", j->law.constants,
                 j->law.constants == 1 ? "" : "s");
    ds_fail(err, DS_E_SCENARIO, NULL, "too few points: a %s%s needs at least %zu, here %s %zu%s",
            ds_profile_kind_name(j->options->kind), constants, needed,
            count == 1 ? "is" : "are", count,
            count < j->count ? " apart from repeated ones" : "");
    return fail_file(j, 0, DS_E_SCENARIO, err);
}

static ds_code check_count(const job *j, size_t needed, ds_error *err)
{
    return check_points(j, j->count, needed, err);
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

static bool same_conditions(const ds_measured *a, const ds_measured *b)
{
    bool alike = a->concurrency == b->concurrency ||
                 (isnan(a->concurrency) && isnan(b->concurrency));
    return alike && a->input_tokens == b->input_tokens && a->output_tokens == b->output_tokens &&
           a->gpus == b->gpus;
}

/* Numbers the conditions that were measured, in order; how many there are.  Repeated
 * points tell nothing of one another's error, so they are left out together. */
static size_t number_conditions(const job *j, size_t *condition)
{
    size_t count = 0;
    for (size_t i = 0; i < j->count; i++) {
        size_t k = 0;
        while (k < i && !same_conditions(&j->rows[j->use[k]], &j->rows[j->use[i]]))
            k++;
        condition[i] = k < i ? condition[k] : count++;
    }
    return count;
}

/* Predicts the points of one group of conditions from the others. */
static ds_code leave_out(job *j, size_t group, size_t groups, const size_t *condition,
                         ds_profile_fit *out, ds_error *err)
{
    ds_law_fit fit;
    size_t     kept = 0;
    for (size_t i = 0; i < j->count; i++)
        if (condition[i] % groups != group)
            j->others[kept++] = j->use[i];
    for (size_t c = 0; c < j->law.constants; c++)
        if (j->all.state[c] == DS_LAW_FITTED)
            j->law.start[c] = j->all.constant[c];
    ds_code code = ds_law_fit_to(&j->law, j->rows, j->others, kept, &fit, err);
    for (size_t i = 0; i < j->count && code == DS_OK; i++)
        if (condition[i] % groups == group)
            out->points[i].left_out =
                j->law.speed(j->law.context, fit.constant, &j->rows[j->use[i]]);
    return code;
}

static ds_code fit_law(job *j, ds_profile_fit *out, ds_error *err)
{
    size_t *condition = calloc(j->count, sizeof *condition);
    if (condition == NULL)
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    size_t  conditions = number_conditions(j, condition);
    size_t  groups = conditions < GROUPS_MOST ? conditions : GROUPS_MOST;
    ds_code code = check_points(j, conditions, j->law.constants + 1, err);
    if (code == DS_OK)
        code = ds_law_fit_to(&j->law, j->rows, j->use, j->count, &j->all, err);
    for (size_t i = 0; i < j->count && code == DS_OK; i++) {
        const ds_measured *m = &j->rows[j->use[i]];
        out->points[i].measured = *m;
        out->points[i].fitted = j->law.speed(j->law.context, j->all.constant, m);
    }
    for (size_t group = 0; group < groups && code == DS_OK; group++)
        code = leave_out(j, group, groups, condition, out, err);
    free(condition);
    return code;
}

static void tell_constants(const job *j, ds_profile_fit *out)
{
    out->constant_count = j->law.constants;
    for (size_t c = 0; c < j->law.constants; c++) {
        double value = j->all.constant[c], log_sd = j->all.log_sd[c];
        bool   known = j->all.state[c] == DS_LAW_FITTED && log_sd < DS_KNOWN_LOG_SD;
        if (j->keys[c].inverse)
            value = fmin(1 / value, RATE_MOST);
        out->constants[c] = (ds_profile_constant){
            .key = j->keys[c].key, .unit = j->keys[c].unit, .value = value, .identified = known,
            .at_most = j->all.state[c] == DS_LAW_AT_MOST,
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

/* ---- Closed form ----------------------------------------------------------------- */

static ds_code fit_closed(job *j, ds_profile_fit *out, ds_error *err)
{
    j->law = ds_closed_law(j->options->prefill_attention, j->rows, j->use, j->count);
    memcpy(j->keys, ds_closed_keys, sizeof ds_closed_keys);
    ds_code code = check_count(j, j->law.constants + 1, err);
    return code == DS_OK ? fit_law(j, out, err) : code;
}

/* ---- Roofline -------------------------------------------------------------------- */

const char *ds_profile_fit_key(size_t index)
{
    return index < DS_ROOFLINE_CONSTANTS ? ds_roofline_keys[index].key : NULL;
}

static ds_code choose_constants(job *j, ds_error *err)
{
    ds_roofline_subject *s = &j->subject;
    for (size_t i = 0; i < j->options->constant_count; i++) {
        size_t k = 0;
        while (k < DS_ROOFLINE_CONSTANTS &&
               strcmp(ds_roofline_keys[k].key, j->options->constants[i]) != 0)
            k++;
        for (size_t before = 0; before < s->count; before++)
            if (s->fitted[before] == k)
                k = DS_ROOFLINE_CONSTANTS;
        if (k == DS_ROOFLINE_CONSTANTS)
            return ds_fail(err, DS_E_USAGE, NULL,
                           "\"%.60s\" is no constant of a roofline, or is there twice",
                           j->options->constants[i]);
        s->fitted[s->count++] = k;
    }
    if (s->count == 0) /* both: a scale, and how much of it is memory */
        for (; s->count < (j->count >= 4 ? 2 : 1); s->count++)
            s->fitted[s->count] = s->count;
    for (size_t i = 0; i < s->count; i++)
        j->keys[i] = ds_roofline_keys[s->fitted[i]];
    return DS_OK;
}

static ds_code load_shape(job *j, ds_profile_fit *out, ds_error *err)
{
    const ds_profile_fit_options *o = j->options;
    if (o->profile == NULL)
        return ds_fail(err, DS_E_USAGE, NULL, "a roofline needs the profile that has the shape");
    ds_code code = ds_profile_read(o->profile, out->gpus, o->gpu, NULL, NULL,
                                        &j->scenario, err);
    if (code != DS_OK)
        return code;
    const ds_profile *p = &DS_ITEM(ds_profile, j->scenario->profiles, 0);
    if (p->roofline == NULL)
        return ds_fail(err, DS_E_SCENARIO, NULL, "\"%.200s\" has no roofline", o->profile);
    j->subject.shape = *p->roofline;
    j->subject.gpu = DS_ITEM(ds_gpu, j->scenario->gpus, p->gpu);
    j->subject.concurrency_limit = p->concurrency_limit;
    out->parameters_b = p->parameters_b;
    return DS_OK;
}

/* The roofline with what was fitted, as JSON. */
static ds_code write_shape(const job *j, ds_profile_fit *out, ds_error *err)
{
    char         pointer[DS_ROOFLINE_CONSTANTS][80], value[DS_ROOFLINE_CONSTANTS][DS_NUMBER_JSON];
    ds_override  overrides[DS_ROOFLINE_CONSTANTS];
    size_t       count = 0;
    ds_scenario *changed = NULL;
    for (size_t i = 0; i < j->subject.count; i++) {
        if (j->subject.fitted[i] == 0)
            continue;
        snprintf(pointer[count], sizeof pointer[count], "/profiles/profile/roofline/%s",
                 j->keys[i].key);
        snprintf(value[count], sizeof value[count], "%.6g", j->all.constant[i]);
        overrides[count] = (ds_override){pointer[count], value[count]};
        count++;
    }
    ds_code code = ds_scenario_with(j->scenario, overrides, count, NULL, NULL, &changed, err);
    if (code != DS_OK)
        return code;
    out->roofline = ds_scenario_value_at(changed, "/profiles/profile/roofline");
    ds_scenario_free(changed);
    return out->roofline != NULL ? DS_OK : ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
}

static ds_code fit_roofline(job *j, ds_profile_fit *out, ds_error *err)
{
    ds_code code = load_shape(j, out, err);
    if (code == DS_OK)
        code = choose_constants(j, err);
    j->law = ds_roofline_law(&j->subject);
    if (code == DS_OK)
        code = check_count(j, j->law.constants + 1, err);
    if (code == DS_OK)
        code = fit_law(j, out, err);
    if (code == DS_E_NUMERIC)
        fail_file(j, 0, code, err);
    return code == DS_OK ? write_shape(j, out, err) : code;
}

/* ---- Table ------------------------------------------------------------------------- */

static int by_curve(const void *a, const void *b)
{
    const ds_measured *x = a, *y = b;
    if (x->input_tokens != y->input_tokens)
        return x->input_tokens < y->input_tokens ? -1 : 1;
    if (x->output_tokens != y->output_tokens)
        return x->output_tokens < y->output_tokens ? -1 : 1;
    return (x->concurrency > y->concurrency) - (x->concurrency < y->concurrency);
}

static ds_code take_rows(const job *j, ds_profile_fit *out, ds_error *err)
{
    size_t n = out->row_count = ds_measurements_count(j->measurements);
    out->rows = calloc(n, sizeof *out->rows);
    if (out->rows == NULL)
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    memcpy(out->rows, j->rows, n * sizeof *out->rows);
    for (size_t i = 0; i < n; i++)
        if (isnan(out->rows[i].concurrency)) {
            ds_fail(err, DS_E_SCENARIO, NULL, "a table needs the concurrency of every row");
            return fail_file(j, out->rows[i].line, DS_E_SCENARIO, err);
        }
    qsort(out->rows, n, sizeof *out->rows, by_curve);
    for (size_t i = 1; i < n; i++)
        if (by_curve(&out->rows[i - 1], &out->rows[i]) == 0) {
            ds_fail(err, DS_E_SCENARIO, NULL,
                    "the same lengths and concurrency as in line %d: a table has each once",
                    out->rows[i - 1].line);
            return fail_file(j, out->rows[i].line, DS_E_SCENARIO, err);
        }
    return DS_OK;
}

static ds_table_point table_point(const ds_measured *m)
{
    return (ds_table_point){ .input = m->input_tokens, .output = m->output_tokens,
                             .slots = m->concurrency, .output_per_s = m->output_tokens_per_s,
                             .gpu_s = m->gpus * m->output_tokens / m->output_tokens_per_s };
}

static ds_code fit_table(job *j, ds_profile_fit *out, ds_error *err)
{
    ds_code code = check_count(j, 2, err);
    if (code == DS_OK)
        code = take_rows(j, out, err);
    ds_table_point *others = code == DS_OK ? calloc(j->count, sizeof *others) : NULL;
    if (code == DS_OK && others == NULL)
        code = ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    for (size_t i = 0; i < j->count && code == DS_OK; i++) {
        const ds_measured *m = &j->rows[j->use[i]];
        size_t             kept = 0;
        for (size_t k = 0; k < j->count; k++)
            if (k != i)
                others[kept++] = table_point(&j->rows[j->use[k]]);
        ds_base_law law = ds_table_law(others, kept);
        double seconds = ds_table_gpu_seconds(others, kept, &law, m->input_tokens, 0,
                                              m->output_tokens, 0);
        out->points[i] = (ds_profile_point){
            .measured = *m, .fitted = m->output_tokens_per_s,
            .left_out = m->gpus * m->output_tokens / seconds };
    }
    free(others);
    return code;
}

/* ---- Public ---------------------------------------------------------------------- */

static ds_code run_job(job *j, ds_profile_fit *out, ds_error *err)
{
    choose_points(j);
    ds_code code = check_gpus(j, err);
    if (code != DS_OK)
        return code;
    out->kind = j->options->kind;
    out->gpus = j->rows[0].gpus;
    out->slots = out->kind == DS_PROFILE_CLOSED ? slots_of(j) : (double)NAN;
    out->parameters_b = (double)NAN;
    out->point_count = j->count;
    code = out->kind == DS_PROFILE_CLOSED  ? fit_closed(j, out, err)
           : out->kind == DS_PROFILE_TABLE ? fit_table(j, out, err)
                                           : fit_roofline(j, out, err);
    if (code != DS_OK)
        return code;
    tell_constants(j, out);
    return count_errors(out, err);
}

ds_code ds_profile_fit_run(const ds_measurements *m, const ds_profile_fit_options *options,
                           ds_profile_fit **out, ds_error *err)
{
    size_t          n = ds_measurements_count(m);
    ds_profile_fit *fit = calloc(1, sizeof *fit);
    job             j = { .options = options, .measurements = m, .use = calloc(n, sizeof *j.use),
                          .others = calloc(n, sizeof *j.others) };
    ds_code         code;

    *out = NULL;
    if (fit != NULL)
        fit->points = calloc(n, sizeof *fit->points);
    if (fit == NULL || fit->points == NULL || j.use == NULL || j.others == NULL)
        code = ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    else
        code = run_job(&j, fit, err);
    free(j.use);
    free(j.others);
    ds_scenario_free(j.scenario);
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
    free(fit->rows);
    free(fit->roofline);
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

size_t ds_profile_fit_row_count(const ds_profile_fit *fit)
{
    return fit->row_count;
}

const ds_measured *ds_profile_fit_row_at(const ds_profile_fit *fit, size_t index)
{
    return &fit->rows[index];
}

const char *ds_profile_fit_roofline(const ds_profile_fit *fit)
{
    return fit->roofline;
}

double ds_profile_fit_parameters_b(const ds_profile_fit *fit)
{
    return fit->parameters_b;
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
