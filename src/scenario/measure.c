/* measure.c -- in what a correlation is declared, and what it is of normal scores.
 *
 * Called by check_correlation.c and by the plan; (6) of docs/model.md.  Closed forms of
 * the bivariate normal (Kruskal 1958, J. Amer. Statist. Assoc. 53, 814).  Kendall's is
 * that of the t copula too; Spearman's has no closed form there, and is that of the
 * scores before they are multiplied.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "scenario/scenario.h"

#define PI 3.14159265358979323846

static int measure_of(const ds_dependence *d)
{
    return d == NULL ? DS_MEASURE_NORMAL : d->measure;
}

static double limited(double rho)
{
    return fmin(fmax(rho, -1.0), 1.0);
}

double ds_score_correlation(const ds_dependence *d, double declared)
{
    switch (measure_of(d)) {
    case DS_MEASURE_SPEARMAN:
        return limited(2.0 * sin(PI / 6.0 * declared));
    case DS_MEASURE_KENDALL:
        return limited(sin(PI / 2.0 * declared));
    default:
        return declared;
    }
}

double ds_declared_correlation(const ds_dependence *d, double of_scores)
{
    switch (measure_of(d)) {
    case DS_MEASURE_SPEARMAN:
        return 6.0 / PI * asin(0.5 * of_scores);
    case DS_MEASURE_KENDALL:
        return 2.0 / PI * asin(limited(of_scores));
    default:
        return of_scores;
    }
}
