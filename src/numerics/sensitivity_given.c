/* sensitivity_given.c -- what one sample says about one input, see sensitivity.h.
 *
 * Rows whose x are neighbours are bins.  y times the mean of the others of its bin estimates
 * the squared mean of y given x, without the residual's own square (which is one-way analysis
 * of variance in another form).  Few rows make a bin, so that little of the variance is lost
 * within them, even where x has a long tail.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gsl/gsl_sort.h>
#include <math.h>

#include "numerics/sensitivity.h"

/* Rows of a bin: few for few rows; 32 at 65,536. */
static size_t rows_of_bin(size_t paths)
{
    const size_t rows = (size_t)(sqrt((double)paths) / 8.0);
    return rows < 2 ? 2 : rows > 32 ? 32 : rows;
}

/* Where the bin that begins at rank `from` ends: equal values of x stay together, and what is
 * left after it is a bin as well. */
static size_t end_of_bin(const double *x, const size_t *order, size_t from, size_t paths,
                         size_t rows)
{
    size_t end = from + rows;

    if (end + rows > paths)
        return paths;
    while (end < paths && x[order[end]] == x[order[end - 1]])
        end++;
    return paths - end == 1 ? paths : end;
}

typedef struct {
    const double *y;      /* about its mean                                                */
    const double *others; /* mean of y over the others of its bin: estimates m(x)          */
    double        index, variance;
} influence_of;

/* Of E[m(x)^2] over the variance: 2 y m - m^2 less the index times y^2. */
static void influence(const void *context, size_t first, size_t count, double *h)
{
    const influence_of *f = context;

    for (size_t i = 0; i < count; i++) {
        const double y = f->y[first + i], m = f->others[first + i];
        h[i] = (2.0 * y * m - m * m - f->index * y * y) / f->variance;
    }
}

typedef struct {
    double products; /* sum of y times the mean of the others of its bin                   */
    double influences; /* sum of 2 y m - m^2                                               */
    double excess;   /* what not knowing m adds to the sum of squared influences beyond
                        what it adds to the variance of the sum of products                */
    size_t bins;
} bin_sums;

/* The square of a variance, without bias: from four rows on whatever the law (the h-statistic of
 * the square of the second moment), of two or three as if it were normal. */
static double squared_variance(double n, double squares, double fourth)
{
    const double v = squares / (n - 1.0);

    if (n < 4.0)
        return v * v * (n - 1.0) / (n + 1.0);
    return ((n * n - 3.0 * n + 3.0) * squares * squares / n - (n - 1.0) * fourth) /
           ((n - 1.0) * (n - 2.0) * (n - 3.0));
}

static void add_bin(bin_sums *s, const size_t *rows, size_t count, const double *y,
                    double *others)
{
    const double n = (double)count;
    double sum = 0.0, squares = 0.0, fourth = 0.0;

    for (size_t i = 0; i < count; i++)
        sum += y[rows[i]];
    for (size_t i = 0; i < count; i++) {
        const double e = y[rows[i]], m = (sum - e) / (n - 1.0);
        const double away = (e - sum / n) * (e - sum / n);
        others[rows[i]] = m;
        s->products += e * m;
        s->influences += 2.0 * e * m - m * m;
        squares += away;
        fourth += away * away;
    }
    /* of residuals of variance v: 4 v^2 / (n - 1) + 2 v^2 / (n - 1)^2 a row, where
     * 2 v^2 / (n - 1) is right */
    const double v2 = squared_variance(n, squares, fourth);
    s->excess += n * v2 * (2.0 / (n - 1.0) + 2.0 / ((n - 1.0) * (n - 1.0)));
    s->bins++;
}

ds_given_index ds_given_index_of(const ds_table *t, size_t input, size_t *order, double *work)
{
    const size_t n = t->paths, rows = rows_of_bin(n);
    double *y = work, *others = work + n, sum = 0.0, squares = 0.0;
    bin_sums s = { 0 };

    for (size_t k = 0; k < n; k++)
        sum += t->y[k];
    for (size_t k = 0; k < n; k++) {
        y[k] = t->y[k] - sum / (double)n;
        squares += y[k] * y[k];
    }
    const double *x = t->x[input];
    gsl_sort_index(order, x, 1, n);
    if (n < 4 || !(squares > 0.0) || !(x[order[0]] < x[order[n - 1]]))
        return (ds_given_index){ .defined = false };
    for (size_t from = 0, end; from < n; from = end) {
        end = end_of_bin(x, order, from, n, rows);
        add_bin(&s, order + from, end - from, y, others);
    }
    const influence_of f = { y, others, s.products / squares, squares / (double)n };
    const double centre = (s.influences - s.products) / squares;
    const double se = ds_groups_error(t->groups, n, 0, (double)n, centre, influence, &f,
                                      t->scratch);
    const double excess = s.excess / (squares * squares);
    return (ds_given_index){ true, { f.index, sqrt(fmax(se * se - excess, 0.25 * se * se)) },
                             s.bins };
}

/* Rows of equal x that a part has some of, by ranks: all of them, and how many are in it. */
typedef struct {
    size_t from, end;
    double inside;
} equal_rows;

static equal_rows equals_of(const double *x, const size_t *order, size_t n, size_t from, size_t end,
                            size_t at)
{
    equal_rows e = { at, at + 1, 0.0 };

    while (e.from > 0 && x[order[e.from - 1]] == x[order[at]])
        e.from--;
    while (e.end < n && x[order[e.end]] == x[order[at]])
        e.end++;
    const size_t first = e.from > from ? e.from : from, last = e.end < end ? e.end : end;
    e.inside = (double)(last - first);
    return e;
}

/* Mean over the ranks from .. end, in which rows of equal x count alike, in this part or not: the
 * order of a table says nothing. */
static ds_index mean_of_part(const ds_table *t, const double *x, const size_t *order, size_t from,
                             size_t end, double *mean_x)
{
    const equal_rows low = equals_of(x, order, t->paths, from, end, from);
    const equal_rows high = equals_of(x, order, t->paths, from, end, end - 1);
    const double count = (double)(end - from);
    double mean = 0.0, squares = 0.0, weights = 0.0;

    *mean_x = 0.0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = low.from; i < high.end; i++) {
            const double part = i < low.end ? low.inside / (double)(low.end - low.from)
                                : i >= high.from ? high.inside / (double)(high.end - high.from)
                                                 : 1.0;
            const double w = part / count, y = t->y[order[i]];
            if (pass == 0) {
                mean += w * y;
                weights += w * w;
                *mean_x += w * x[order[i]];
            } else {
                squares += w * w * (y - mean) * (y - mean);
            }
        }
    return (ds_index){ mean, weights < 1.0 ? sqrt(squares / (1.0 - weights)) : (double)NAN };
}

void ds_conditional_means(const ds_table *t, size_t input, size_t bins, size_t *order,
                          ds_index *y, double *x)
{
    const size_t n = t->paths;

    gsl_sort_index(order, t->x[input], 1, n);
    for (size_t b = 0; b < bins; b++) {
        const size_t from = b * n / bins, end = (b + 1) * n / bins;
        x[b] = 0.0;
        y[b] = (ds_index){ (double)NAN, (double)NAN };
        if (from < end)
            y[b] = mean_of_part(t, t->x[input], order, from, end, &x[b]);
    }
}
