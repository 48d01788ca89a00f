/* reference_shape.c -- (16) of docs/model.md: load within a month.
 *
 * Called by the other parts of the naive engine through reference_bill.h.  Libm but for
 * the inverse of the normal distribution, which is that of numerics/lanes.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference_bill.h"

#include "numerics/lanes.h"

/* pi_n: the highest eighth is cut finer, for that is where usage goes beyond a limit */
static const double burst_share[DS_REF_BURSTS] = { 1. / 8, 1. / 8, 1. / 8, 1. / 8, 1. / 8, 1. / 8,
                                                   1. / 8, 1. / 16, 1. / 32, 1. / 64, 1. / 64 };

/* g_n, from the quantiles that part n lies between */
static double burst_mean(double cv, double from, double to)
{
    if (cv == 0)
        return 1;
    double a = sqrt(log(1 + cv * cv));
    double below = from == 0 ? 0 : ds_ref_normal_cdf(ds_normal_quantile(from) - a);
    double above = to == 1 ? 1 : ds_ref_normal_cdf(ds_normal_quantile(to) - a);
    return (above - below) / (to - from);
}

/* s_h, and the greatest of them */
static double shape_of(const ds_product *product, double *shape)
{
    const ds_numbers *written = &product->hour_shape; /* 0, 24 or 168 of them */
    double sum = 0, highest = 0;
    for (size_t h = 0; h < DS_REF_HOURS; h++) {
        shape[h] = written->count == 0 ? 1 : written->values[h % written->count];
        sum += shape[h];
    }
    for (size_t h = 0; h < DS_REF_HOURS; h++) {
        shape[h] /= sum / DS_REF_HOURS;
        highest = fmax(highest, shape[h]);
    }
    return highest;
}

void ds_ref_shapes(ds_ref_world *w)
{
    for (size_t p = 0; p < w->s->products.count; p++) {
        const ds_product *product = &DS_ITEM(ds_product, w->s->products, p);
        w->highest[p] = shape_of(product, &w->shape[p * DS_REF_HOURS]);
        double from = 0;
        for (size_t n = 0; n < DS_REF_BURSTS; n++) {
            double to = from + burst_share[n]; /* sums of powers of 2 are exact */
            w->burst[p * DS_REF_BURSTS + n] = burst_mean(product->minute_cv, from, to);
            from = to;
        }
    }
}

double ds_ref_hour(const ds_ref_world *w, size_t product, size_t hour_of_week)
{
    return w->shape[product * DS_REF_HOURS + hour_of_week];
}

size_t ds_ref_points(int kind)
{
    return kind == DS_REF_DAYS ? 7 : kind == DS_REF_BY_HOUR ? DS_REF_HOURS
                                                            : DS_REF_HOURS * DS_REF_BURSTS;
}

double ds_ref_weight(int kind, size_t j)
{
    return kind == DS_REF_MINUTES ? burst_share[j % DS_REF_BURSTS] / DS_REF_HOURS
                                  : 1 / (double)ds_ref_points(kind);
}

/* l_{p,j} */
double ds_ref_point(const ds_ref_world *w, int kind, size_t product, size_t j)
{
    if (kind == DS_REF_BY_HOUR)
        return ds_ref_hour(w, product, j);
    if (kind == DS_REF_MINUTES)
        return ds_ref_hour(w, product, j / DS_REF_BURSTS) *
               w->burst[product * DS_REF_BURSTS + j % DS_REF_BURSTS];
    double sum = 0;
    for (size_t h = 0; h < 24; h++)
        sum += ds_ref_hour(w, product, 24 * j + h);
    return sum / 24;
}

double ds_ref_highest_minute(const ds_ref_world *w, size_t product)
{
    return w->highest[product] *
           w->burst[product * DS_REF_BURSTS + DS_REF_BURSTS - 1]; /* g_n rises with n */
}

/* What lies between two times of the day in the hour that begins at `hour` */
static double part_of_hour(double hour, double from, double to)
{
    return fmax(0, fmin(hour + 1, to) - fmax(hour, from));
}

/* (34) the hours from `from` up to `to`, past midnight when to < from */
double ds_ref_share_of_hours(const ds_ref_world *w, size_t product, double from, double to)
{
    double share = 0;
    for (size_t h = 0; h < DS_REF_HOURS; h++) {
        double hour = (double)(h % 24);
        double inside = from < to ? part_of_hour(hour, from, to)
                                  : part_of_hour(hour, from, 24) + part_of_hour(hour, 0, to);
        share += inside * ds_ref_hour(w, product, h) / DS_REF_HOURS;
    }
    return share;
}
