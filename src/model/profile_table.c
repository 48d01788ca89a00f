/* profile_table.c -- (101) of docs/model.md: a measured table as points and a base law.
 *
 * See profile_table.h.  Called when a plan is made, by the naive engine, by the checks and
 * by `distillsim profile`; never by the kernel, so libm is allowed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/profile_table.h"

#include <math.h>

enum { UNKNOWNS = 3, SETS = 1 << UNKNOWNS };

/* ---- Curves */

static const ds_measurement *row_at(const ds_items *table, size_t i)
{
    return &DS_ITEM(ds_measurement, *table, i);
}

static bool same_curve(const ds_measurement *a, const ds_measurement *b)
{
    return a->input_tokens == b->input_tokens && a->output_tokens == b->output_tokens;
}

static bool begins_curve(const ds_items *table, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (same_curve(row_at(table, j), row_at(table, i)))
            return false;
    return true;
}

size_t ds_table_curves(const ds_items *table)
{
    size_t count = 0;
    for (size_t i = 0; i < table->count; i++)
        count += begins_curve(table, i);
    return count;
}

/* The row of the curve with the greatest concurrency below `than`; NULL: none. */
static const ds_measurement *next_lower(const ds_items *table, const ds_measurement *of,
                                        double than)
{
    const ds_measurement *found = NULL;
    for (size_t i = 0; i < table->count; i++) {
        const ds_measurement *row = row_at(table, i);
        if (same_curve(row, of) && row->concurrency < than &&
            (found == NULL || row->concurrency > found->concurrency))
            found = row;
    }
    return found;
}

/* ---- The point of a curve that is used */

/* The part of a segment, 0 its lower end and 1 its upper one, that is within limits. */
typedef struct {
    double from, to;
} part;

/* A limit on what is linear from `low` to `high`; no limit, or nothing measured: all. */
static void cut(part *p, double low, double high, double limit)
{
    if (isnan(limit) || isnan(low) || isnan(high))
        return;
    if (low > limit && high > limit)
        p->to = -1; /* nothing is left */
    else if (high > limit)
        p->to = fmin(p->to, (limit - low) / (high - low));
    else if (low > limit)
        p->from = fmax(p->from, (low - limit) / (low - high));
}

/* The greatest part of the segment at which every limit holds; below 0: none */
static double greatest_within(const ds_profile *f, const ds_measurement *low,
                              const ds_measurement *high)
{
    part p = { 0, 1 };
    cut(&p, low->concurrency, high->concurrency, f->concurrency_limit);
    cut(&p, low->ttft_ms, high->ttft_ms, f->ttft_limit_ms);
    cut(&p, low->tpot_ms, high->tpot_ms, f->tpot_limit_ms);
    return p.to >= p.from ? p.to : -1;
}

static double between(double low, double high, double x)
{
    return x == 1 ? high : low + x * (high - low);
}

static ds_table_point point_between(const ds_profile *f, const ds_measurement *low,
                                    const ds_measurement *high, double slots, bool within)
{
    double width = high->concurrency - low->concurrency;
    double x = high == low ? 1 : (slots - low->concurrency) / width;
    ds_table_point p = { .input = low->input_tokens, .output = low->output_tokens,
                         .slots = slots, .within = within };
    p.output_per_s = between(low->output_tokens_per_s, high->output_tokens_per_s, x);
    p.ttft_ms = between(low->ttft_ms, high->ttft_ms, x);
    p.tpot_ms = between(low->tpot_ms, high->tpot_ms, x);
    p.gpu_s = (double)f->gpus_per_replica * p.output / p.output_per_s;
    return p;
}

/* X and latencies at a concurrency that the curve has between two of its rows. */
static ds_table_point point_at(const ds_profile *f, const ds_measurement *of, double slots,
                               bool within)
{
    const ds_measurement *high = next_lower(&f->table, of, (double)INFINITY);
    const ds_measurement *low = next_lower(&f->table, of, high->concurrency);
    while (low != NULL && slots < low->concurrency) {
        high = low;
        low = next_lower(&f->table, of, high->concurrency);
    }
    return point_between(f, low != NULL && slots < high->concurrency ? low : high, high, slots,
                         within);
}

/* From the greatest concurrency down, segment by segment. */
static ds_table_point point_of(const ds_profile *f, const ds_measurement *of)
{
    const ds_measurement *high = next_lower(&f->table, of, (double)INFINITY), *low = high;
    double found = -1; /* the greatest concurrency within limits */
    if (greatest_within(f, high, high) >= 0)
        found = high->concurrency;
    for (; (low = next_lower(&f->table, of, high->concurrency)) != NULL; high = low) {
        double x = found >= 0 ? -1 : greatest_within(f, low, high);
        if (x >= 0)
            found = between(low->concurrency, high->concurrency, x);
    }
    double whole = floor(found * (1 + 1e-9)); /* a row at the very limit stays */
    double slots = fmax(high->concurrency, whole); /* high: the least that is measured */
    return point_at(f, of, slots, found >= 0);
}

size_t ds_table_points(const ds_profile *profile, ds_table_point *points)
{
    size_t count = 0;
    for (size_t i = 0; i < profile->table.count; i++)
        if (begins_curve(&profile->table, i))
            points[count++] = point_of(profile, row_at(&profile->table, i));
    return count;
}

/* ---- The base law */

double ds_base_law_at(const ds_base_law *law, double input, double read, double output,
                      double output_cv)
{
    double pairs = output * input + output * output * (1 + output_cv * output_cv) / 2;
    return (input - read) * law->input + output * law->output + law->attention * pairs;
}

/* What unknown j is multiplied by in B(I_k, 0, O_k, 0)/g_k */
static double regressor(const ds_table_point *p, int j)
{
    double of[UNKNOWNS] = { p->input, p->output,
                            p->output * p->input + p->output * p->output / 2 };
    return of[j] / p->gpu_s;
}

/* A subset of the unknowns in order, the others being 0; its normal equations are scaled
 * so that the diagonal is 1. */
typedef struct {
    int    size, unknown[UNKNOWNS];
    double scale[UNKNOWNS], matrix[UNKNOWNS][UNKNOWNS], right[UNKNOWNS], x[UNKNOWNS];
} subset;

static void normal_equations(const ds_table_point *points, size_t count, subset *s)
{
    for (int i = 0; i < s->size; i++) {
        double square = 0;
        for (size_t k = 0; k < count; k++)
            square += regressor(&points[k], s->unknown[i]) * regressor(&points[k], s->unknown[i]);
        s->scale[i] = sqrt(square);
    }
    for (int i = 0; i < s->size; i++) {
        s->right[i] = 0;
        for (size_t k = 0; k < count; k++)
            s->right[i] += regressor(&points[k], s->unknown[i]) / s->scale[i];
        for (int j = 0; j < s->size; j++) {
            s->matrix[i][j] = 0;
            for (size_t k = 0; k < count; k++)
                s->matrix[i][j] += regressor(&points[k], s->unknown[i]) / s->scale[i] *
                                   (regressor(&points[k], s->unknown[j]) / s->scale[j]);
        }
    }
}

/* Cholesky, then both triangles; false when the columns say the same. */
static bool solve(subset *s)
{
    for (int i = 0; i < s->size; i++) {
        for (int j = 0; j <= i; j++) {
            double sum = s->matrix[i][j];
            for (int k = 0; k < j; k++)
                sum -= s->matrix[i][k] * s->matrix[j][k];
            if (i == j && sum < 1e-10)
                return false;
            s->matrix[i][j] = i == j ? sqrt(sum) : sum / s->matrix[j][j];
        }
        double sum = s->right[i];
        for (int k = 0; k < i; k++)
            sum -= s->matrix[i][k] * s->x[k];
        s->x[i] = sum / s->matrix[i][i];
    }
    for (int i = s->size - 1; i >= 0; i--) {
        for (int k = i + 1; k < s->size; k++)
            s->x[i] -= s->matrix[k][i] * s->x[k];
        s->x[i] /= s->matrix[i][i];
    }
    return true;
}

static double squares(const ds_table_point *points, size_t count, const ds_base_law *law)
{
    double sum = 0;
    for (size_t k = 0; k < count; k++) {
        double off = ds_base_law_at(law, points[k].input, 0, points[k].output, 0) /
                     points[k].gpu_s - 1;
        sum += off * off;
    }
    return sum;
}

/* The law of a subset (a bit for each unknown); false when a coefficient is negative. */
static bool law_of_subset(const ds_table_point *points, size_t count, int bits, ds_base_law *law)
{
    subset s = { .size = 0 };
    double all[UNKNOWNS] = { 0, 0, 0 };
    for (int j = 0; j < UNKNOWNS; j++)
        if (bits & 1 << j)
            s.unknown[s.size++] = j;
    normal_equations(points, count, &s);
    if (!solve(&s))
        return false;
    for (int i = 0; i < s.size; i++) {
        if (s.x[i] < 0)
            return false;
        all[s.unknown[i]] = s.x[i] / s.scale[i];
    }
    *law = (ds_base_law){ all[0], all[1], all[2] };
    return true;
}

/* The least squares under x >= 0 are those of some subset without a limit. */
ds_base_law ds_table_law(const ds_table_point *points, size_t count)
{
    ds_base_law best = { 0, 0, 0 };
    double      least = (double)INFINITY, logs = 0;
    if (count < 3) {
        for (size_t k = 0; k < count; k++)
            logs += log(points[k].gpu_s / (points[k].input + points[k].output));
        double each = exp(logs / (double)count);
        return (ds_base_law){ each, each, 0 };
    }
    for (int bits = 1; bits < SETS; bits++) {
        ds_base_law law;
        if (!law_of_subset(points, count, bits, &law))
            continue;
        double sum = squares(points, count, &law);
        if (sum < 1e-20) /* the curves lie on the law: the rest is rounding */
            sum = 0;
        if (sum < least * (1 - 1e-9)) { /* of equals the first one */
            least = sum;
            best = law;
        }
    }
    return best;
}

/* ---- Between the points */

/* w_k */
static double nearness(const ds_table_point *p, double input, double output)
{
    double i = log(fmax(1, input) / p->input), o = log(fmax(1, output) / p->output);
    return 1 / (i * i + o * o + 1e-18);
}

double ds_table_gpu_seconds(const ds_table_point *points, size_t count, const ds_base_law *law,
                            double input, double read, double output, double output_cv)
{
    double sum = 0, weights = 0;
    for (size_t k = 0; k < count; k++) {
        double w = nearness(&points[k], input, output);
        sum += w * log(points[k].gpu_s /
                       ds_base_law_at(law, points[k].input, 0, points[k].output, 0));
        weights += w;
    }
    return ds_base_law_at(law, input, read, output, output_cv) * exp(sum / weights);
}

double ds_table_slots(const ds_table_point *points, size_t count, double input, double output)
{
    double sum = 0, weights = 0;
    for (size_t k = 0; k < count; k++) {
        double w = nearness(&points[k], input, output);
        sum += w * log(points[k].slots);
        weights += w;
    }
    return exp(sum / weights);
}
