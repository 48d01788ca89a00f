/* break_even.c -- where the mean of an outcome crosses zero between values that were
 * swept.
 *
 * Called by the program, point after point.  The points of a sweep share their futures,
 * so that the error of a crossing is that of one mean: between the values x0 and x1, with
 * means y0 and y1, the straight line crosses at x0 + w (x1 - x0), w = y0/(y0 - y1), and
 * by the delta method with the error of the mean over the paths of
 * (1 - w) Y0 + w Y1, times (x1 - x0)/(y1 - y0).  That a curve is not straight between
 * its points is not in it.
 *
 * Invariant: `before` has the column of the last point, if it has a mean.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "distillsim_sweep.h"
#include "engine/result.h"
#include "numerics/groups.h"
#include "numerics/statistics.h"
#include "scenario/error.h"

struct ds_break_even_line {
    bool     any;    /* is there a point before?                                 */
    double   x, mean;
    double  *before; /* [paths]                                                  */
    double  *mixed;  /* [paths] scratch                                          */
    ds_groups groups;
    double  *sums;   /* of groups; NULL: every path is its own                   */
    uint64_t paths;
    size_t   found;
    int      sign;   /* of the last mean that is not zero; 0: none yet           */
};

ds_code ds_break_even_new(ds_break_even_line **out, ds_error *err)
{
    *out = calloc(1, sizeof **out);
    return *out != NULL ? DS_OK : ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
}

void ds_break_even_free(ds_break_even_line *line)
{
    if (line != NULL) {
        free(line->before);
        free(line->mixed);
        free(line->sums);
        free(line);
    }
}

ds_code ds_break_even_groups(ds_break_even_line *line, const ds_result *result, ds_error *err)
{
    if (line->sums == NULL || line->groups.modulus != result->groups.modulus) {
        free(line->sums);
        line->sums = calloc(ds_groups_scratch(&result->groups), sizeof *line->sums);
    }
    line->groups = result->groups;
    return line->sums != NULL ? DS_OK : ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
}

void ds_break_even_restart(ds_break_even_line *line)
{
    line->any = false;
    line->found = 0;
    line->sign = 0;
}

size_t ds_break_even_count(const ds_break_even_line *line)
{
    return line->found;
}

int ds_break_even_sign(const ds_break_even_line *line)
{
    return line->sign;
}

/* The crossing between the point before and (x, mean, column), which has one. */
static ds_estimate cross(ds_break_even_line *line, double x, double mean, const double *column)
{
    const double width = x - line->x, rise = mean - line->mean;
    const double w = -line->mean / rise;
    ds_estimate at = {line->x + w * width, (double)NAN};

    if (line->paths < 2) {
        return at;
    }
    for (size_t k = 0; k < line->paths; k++) {
        line->mixed[k] = (1.0 - w) * line->before[k] + w * column[k];
    }
    const ds_moments m = ds_moments_of_column(line->paths, line->mixed);
    double se = ds_moments_mean_se(&m);
    if (line->sums != NULL && line->groups.kind != DS_GROUPS_EACH) {
        const ds_sample sample = ds_sample_of(&line->groups, line->paths, line->mixed, line->sums);
        se = ds_sample_mean_se(&sample, line->paths, m.mean);
    }
    at.se = se * fabs(width / rise);
    return at;
}

static bool all_finite(const double *column, uint64_t paths)
{
    bool finite = paths > 0;

    for (size_t k = 0; k < paths; k++) {
        finite = finite && isfinite(column[k]);
    }
    return finite;
}

static ds_code keep(ds_break_even_line *line, double x, double mean, const double *column,
                    uint64_t paths, ds_error *err)
{
    if (line->before == NULL || line->paths != paths) {
        free(line->before);
        free(line->mixed);
        line->before = calloc(paths, sizeof *line->before);
        line->mixed = calloc(paths, sizeof *line->mixed);
        line->paths = paths;
    }
    if (line->before == NULL || line->mixed == NULL) {
        line->any = false;
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    }
    memcpy(line->before, column, paths * sizeof *column);
    line->x = x;
    line->mean = mean;
    line->any = true;
    return DS_OK;
}

ds_code ds_break_even_add(ds_break_even_line *line, double x, const double *column,
                          uint64_t paths, ds_break_even *out, ds_error *err)
{
    *out = (ds_break_even){DS_BREAK_EVEN_NONE, {(double)NAN, (double)NAN}};
    if (!all_finite(column, paths)) {
        line->any = false; /* nothing can be said on either side of it */
        return DS_OK;
    }
    const double mean = ds_moments_of_column(paths, column).mean;
    const int sign = mean > 0.0 ? 1 : mean < 0.0 ? -1 : 0;
    const bool joined = line->any && line->paths == paths && line->mean != 0.0;
    if (joined && sign * line->sign <= 0) {
        out->state = line->sign < 0 ? DS_BREAK_EVEN_RISES : DS_BREAK_EVEN_FALLS;
        out->at = cross(line, x, mean, column);
        line->found++;
    }
    line->sign = sign != 0 ? sign : line->sign;
    return keep(line, x, mean, column, paths, err);
}
