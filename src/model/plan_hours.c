/* plan_hours.c -- how long the months are, and how the load runs within one: (16).
 *
 * Both are constants of the plan; a set of points in which all products run flat is
 * one point.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "model/plan_internal.h"
#include "numerics/lanes.h"

enum { WEEK = 168, DAYS = 7, BURSTS = 11 };

static double days_of_month(int year, size_t month)
{
    static const double days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 1 && leap ? 29 : days[month];
}

static bool compile_months(ds_plan *plan)
{
    const ds_clock *clock = plan->scenario->clock;
    for (int k = 0; k < 4; k++)
        if ((plan->hours[k] = ds_plan_alloc(plan, plan->months, sizeof(double))) == NULL)
            return false;
    for (size_t t = 0; t < plan->months; t++) {
        size_t month = plan->start_month + t;
        double calendar = 24 * days_of_month(clock->start_year + (int)(month / 12), month % 12);
        plan->hours[DS_MONTH_CLOCK][t] =
            clock->calendar_hours ? calendar : clock->hours_per_month;
        plan->hours[DS_MONTH_730_HOURS][t] = 730;
        plan->hours[DS_MONTH_30_DAYS][t] = 720;
        plan->hours[DS_MONTH_CALENDAR][t] = calendar;
    }
    return true;
}

static void compile_week(const ds_product *p, ds_plan_product *out)
{
    size_t n = p->hour_shape.count;
    double sum = 0;
    for (size_t h = 0; h < n; h++)
        sum += p->hour_shape.values[h];
    for (size_t h = 0; h < WEEK; h++) {
        out->week[h] = n > 0 ? p->hour_shape.values[h % n] / (sum / (double)n) : 1;
        out->hour_peak = fmax(out->hour_peak, out->week[h]);
    }
}

/* pi of (16): the highest eighth of the minutes is cut finer, for that is where usage
 * goes beyond a limit. */
static const double burst_share[BURSTS] = { 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125,
                                            0.0625, 0.03125, 0.015625, 0.015625 };

/* g of (16): means of a lognormal of mean 1 in each part. */
static void compile_bursts(double cv, double g[BURSTS])
{
    double a = sqrt(ds_log(1 + cv * cv)), below = 0, share = 0;
    for (int n = 0; n < BURSTS; n++) {
        share += burst_share[n]; /* exact: powers of 2 */
        double above = share < 1 ? ds_normal_cdf(ds_normal_quantile(share) - a) : 1;
        g[n] = cv > 0 ? (above - below) / burst_share[n] : 1;
        below = above;
    }
}

/* Levels of all products at an hour of the week, at a part of its minutes. */
typedef struct {
    const ds_plan *plan;
    double (*burst)[BURSTS]; /* [product] */
    bool   noisy;
} week;

static void levels_of(const week *w, size_t hour, int burst, double *level)
{
    for (size_t p = 0; p < w->plan->product_count; p++)
        level[p] = w->plan->product[p].week[hour] * (burst < 0 ? 1 : w->burst[p][burst]);
}

/* Adds a period whose points have been written behind those that there are, unless
 * one like it is there. */
static void add_period(ds_plan_points *points, size_t products, size_t added, double weight)
{
    size_t end = points->first[points->count];
    const double *level = points->level + end * products;
    for (size_t k = 0; k < points->count; k++) {
        size_t first = points->first[k];
        if (points->first[k + 1] - first == added &&
            memcmp(points->level + first * products, level,
                   added * products * sizeof *level) == 0) {
            points->weight[k] += weight;
            return;
        }
    }
    points->weight[points->count++] = weight;
    points->first[points->count] = end + added;
}

static bool start(ds_plan *plan, ds_plan_points *points, size_t periods, size_t of_period)
{
    points->weight = ds_plan_alloc(plan, periods, sizeof(double));
    points->first = ds_plan_alloc(plan, periods + 1, sizeof(size_t));
    points->level = ds_plan_alloc(plan, periods * of_period * plan->product_count,
                                  sizeof(double));
    return points->weight != NULL && points->first != NULL && points->level != NULL;
}

/* Where the next point goes, `k` behind those that are there. */
static double *next_level(const week *w, ds_plan_points *points, size_t k)
{
    return points->level + (points->first[points->count] + k) * w->plan->product_count;
}

static bool compile_points(ds_plan *plan, const week *w)
{
    ds_plan_points *of = plan->points;
    const size_t P = plan->product_count;
    const int bursts = w->noisy ? BURSTS : 1;
    if (!start(plan, &of[DS_POINTS_MONTH], 1, 1) || !start(plan, &of[DS_POINTS_DAY], DAYS, 1) ||
        !start(plan, &of[DS_POINTS_DAY_PEAK], DAYS, 24) ||
        !start(plan, &of[DS_POINTS_HOUR_PEAK], WEEK, 1) ||
        !start(plan, &of[DS_POINTS_HOUR], WEEK, 1) ||
        !start(plan, &of[DS_POINTS_MINUTE], WEEK * BURSTS, 1) ||
        !start(plan, &of[DS_POINTS_WEEK], WEEK, 1) || !start(plan, &of[DS_POINTS_BUSY], WEEK, 1))
        return false;
    for (size_t p = 0; p < P; p++)
        of[DS_POINTS_MONTH].level[p] = 1;
    add_period(&of[DS_POINTS_MONTH], P, 1, 1);
    for (size_t h = 0; h < WEEK; h++) {
        levels_of(w, h, -1, next_level(w, &of[DS_POINTS_HOUR], 0));
        add_period(&of[DS_POINTS_HOUR], P, 1, 1.0 / WEEK);
        levels_of(w, h, BURSTS - 1, next_level(w, &of[DS_POINTS_HOUR_PEAK], 0));
        add_period(&of[DS_POINTS_HOUR_PEAK], P, 1, 1.0 / WEEK);
        for (int n = 0; n < bursts; n++) {
            levels_of(w, h, n, next_level(w, &of[DS_POINTS_MINUTE], 0));
            add_period(&of[DS_POINTS_MINUTE], P, 1, (bursts > 1 ? burst_share[n] : 1.0) / WEEK);
        }
    }
    for (size_t day = 0; day < DAYS; day++) {
        double *mean = next_level(w, &of[DS_POINTS_DAY], 0);
        for (size_t h = 0; h < 24; h++) {
            levels_of(w, 24 * day + h, BURSTS - 1, next_level(w, &of[DS_POINTS_DAY_PEAK], h));
            for (size_t p = 0; p < P; p++)
                mean[p] += plan->product[p].week[24 * day + h] / 24;
        }
        add_period(&of[DS_POINTS_DAY_PEAK], P, 24, 1.0 / DAYS);
        add_period(&of[DS_POINTS_DAY], P, 1, 1.0 / DAYS);
        /* what was written for a day like another is written over */
        memset(next_level(w, &of[DS_POINTS_DAY], 0), 0,
               of[DS_POINTS_DAY].count < DAYS ? P * sizeof(double) : 0);
    }
    return true;
}

/* After how many hours the week of all products repeats: 1, 24 or 168. */
static size_t find_period(const ds_plan *plan)
{
    size_t period = 1;
    for (size_t p = 0; p < plan->product_count; p++)
        for (size_t h = 0; h < WEEK; h++) {
            const double *level = plan->product[p].week;
            if (period < 24 && level[h] != level[0])
                period = 24;
            if (level[h] != level[h % 24])
                period = WEEK;
        }
    return period;
}

static void compile_order(ds_plan *plan, const week *w)
{
    ds_plan_points *points = &plan->points[DS_POINTS_WEEK];
    const size_t period = find_period(plan);
    for (; points->count < period; points->count++) {
        levels_of(w, points->count, -1, next_level(w, points, 0));
        points->weight[points->count] = 1 / (double)period;
        points->first[points->count + 1] = points->count + 1;
    }
}

/* Is no product busier in a than in b? */
static bool is_below(const double *a, const double *b, size_t products)
{
    for (size_t p = 0; p < products; p++)
        if (a[p] > b[p])
            return false;
    return true;
}

/* An hour that is below another one is never the busiest; merged hours are different. */
static void find_busy(ds_plan *plan)
{
    const ds_plan_points *hours = &plan->points[DS_POINTS_HOUR];
    ds_plan_points *busy = &plan->points[DS_POINTS_BUSY];
    const size_t P = plan->product_count;
    for (size_t j = 0; j < hours->count; j++) {
        const double *level = hours->level + j * P;
        bool below = false;
        for (size_t k = 0; k < hours->count && !below; k++)
            below = k != j && is_below(level, hours->level + k * P, P);
        if (below)
            continue;
        memcpy(busy->level + busy->count * P, level, P * sizeof *level);
        busy->count++;
        busy->first[busy->count] = busy->count;
    }
}

/* Of a day that is flat one point is enough. */
static void thin_out_days(ds_plan *plan)
{
    ds_plan_points *days = &plan->points[DS_POINTS_DAY_PEAK];
    const size_t P = plan->product_count;
    for (size_t k = 0; k < days->count; k++) {
        const double *level = days->level + days->first[k] * P;
        for (size_t h = 1; h < days->first[k + 1] - days->first[k]; h++)
            if (memcmp(level, level + h * P, P * sizeof *level) != 0)
                return;
    }
    for (size_t k = 1; k < days->count; k++)
        memcpy(days->level + k * P, days->level + days->first[k] * P, P * sizeof(double));
    for (size_t k = 0; k <= days->count; k++)
        days->first[k] = k;
}

bool ds_plan_compile_hours(ds_plan *plan)
{
    week w = { .plan = plan };
    w.burst = ds_plan_alloc(plan, plan->product_count, sizeof *w.burst);
    if (w.burst == NULL || !compile_months(plan))
        return false;
    for (size_t p = 0; p < plan->product_count; p++) {
        const ds_product *product = &DS_ITEM(ds_product, plan->scenario->products, p);
        compile_week(product, &plan->product[p]);
        compile_bursts(product->minute_cv, w.burst[p]);
        plan->product[p].burst_peak = plan->product[p].hour_peak * w.burst[p][BURSTS - 1];
        w.noisy = w.noisy || product->minute_cv > 0;
    }
    if (!compile_points(plan, &w))
        return false;
    thin_out_days(plan);
    compile_order(plan, &w);
    find_busy(plan);
    return true;
}
