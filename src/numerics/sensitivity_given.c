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

static void add_bin(bin_sums *s, const size_t *rows, size_t count, const double *y,
                    double *others)
{
    const double n = (double)count;
    double sum = 0.0, squares = 0.0;

    for (size_t i = 0; i < count; i++)
        sum += y[rows[i]];
    for (size_t i = 0; i < count; i++) {
        const double e = y[rows[i]], m = (sum - e) / (n - 1.0);
        others[rows[i]] = m;
        s->products += e * m;
        s->influences += 2.0 * e * m - m * m;
        squares += (e - sum / n) * (e - sum / n);
    }
    /* of residuals of variance v: 4 v^2 / (n - 1) + 2 v^2 / (n - 1)^2 a row, where
     * 2 v^2 / (n - 1) is right; v^2 as of normal residuals */
    const double v = squares / (n - 1.0), v2 = v * v * (n - 1.0) / (n + 1.0);
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

void ds_conditional_means(const ds_table *t, size_t input, size_t bins, size_t *order,
                          ds_index *y, double *x)
{
    const size_t n = t->paths;

    gsl_sort_index(order, t->x[input], 1, n);
    for (size_t b = 0; b < bins; b++) {
        const size_t from = b * n / bins, end = (b + 1) * n / bins;
        const double count = (double)(end - from);
        double mean = 0.0, squares = 0.0;
        x[b] = 0.0;
        for (size_t i = from; i < end; i++) {
            mean += t->y[order[i]] / count;
            x[b] += t->x[input][order[i]] / count;
        }
        for (size_t i = from; i < end; i++)
            squares += (t->y[order[i]] - mean) * (t->y[order[i]] - mean);
        y[b] = (ds_index){ mean, count > 1.0 ? sqrt(squares / (count - 1.0) / count)
                                             : (double)NAN };
    }
}
