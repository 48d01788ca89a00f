/* option_problem.h -- when to start a project whose value is known.
 *
 * Traffic is a geometric Brownian motion that is seen a month late; a request saves the same
 * amount whenever the student serves it, and the project costs a sum at its start and takes no
 * time.  On a grid of the logarithm of traffic a dynamic programme has the value of the best
 * rule, and of any simple rule (143).  The bill is the traffic times a price, so that the grid
 * is one of bills.  What a fixed month is worth is a sum.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OPTION_PROBLEM_H
#define OPTION_PROBLEM_H

#include "model_help.h"

#include "distillsim_timing.h"

enum { OPTION_CELLS_MOST = 3000, OPTION_STEPS_MOST = 81 };

static const double option_growth = 0.05, option_volatility = 0.6, option_price_usd = 3000,
                    option_saved_usd = 2000;

static inline world open_option(size_t months, const char *sampling, double project_usd)
{
    return open_format(
        "{'name': 'option', 'clock': {'start': '2027-01', 'months': %zu},"
        " 'discount_rate_per_year': 0.1, 'run': {'sampling': '%s', 'replicates': 16},"
        " 'products': {'chat': {'requests_per_month': 1e6,"
        "   'growth': {'per_year': 0.05, 'volatility_per_sqrt_year': 0.6},"
        "   'request': {'input_tokens': 1000, 'output_tokens': 0}}},"
        " 'models': {"
        "   'large': {'contracts': {'list': {'billing': 'per_token',"
        "     'usd_per_mtok': {'input': 3, 'output': 15}}}},"
        "   'small': {'teacher': 'large', 'project': {'evaluation_usd': %g, 'lead_months': 0},"
        "     'quality': {'general': {'acceptable_share': 1}},"
        "     'contracts': {'host': {'billing': 'per_token',"
        "       'usd_per_mtok': {'input': 1, 'output': 5}}}}},"
        " 'strategies': {'stay': {'all': 'large'},"
        "   'distil': {'all': 'large', 'start': {'small': '2027-01'},"
        "     'routes': {'chat': {'small': {'share': 1}}}}}}",
        months, sampling, project_usd);
}

static inline ds_timing *option_timing(const world *m, uint64_t paths, uint64_t seed,
                                       unsigned threads)
{
    const ds_timing_options options = {
        .run = {.path_count = paths, .seed = seed, .threads = threads}, .strategy = 1};
    ds_timing *t = NULL;
    ds_error err;
    if (ds_timing_run(m->scenario, &options, &t, &err) != DS_OK)
        fail_msg("%s: %s", err.pointer, err.message);
    return t;
}

static inline double option_discount(size_t month)
{
    return pow(1.1, -(double)month / 12);
}

/* What serving saves from a month on, per traffic of the month before. */
static inline double option_saved_from(size_t months, size_t month)
{
    double sum = 0;
    for (size_t t = month; t < months; t++)
        sum += option_discount(t) * option_saved_usd *
               pow(1 + option_growth, ((double)t - (double)month + 1) / 12);
    return sum;
}

/* Starting in a month that is fixed now; never when it is `months`. */
static inline double option_fixed_worth(size_t months, double project_usd, size_t month)
{
    return month < months ? option_saved_from(months, month) *
                                    pow(1 + option_growth, ((double)month - 1) / 12) -
                                project_usd * option_discount(month)
                          : 0;
}

typedef struct {
    size_t months, cells, steps;
    double project_usd;
    double low, width;                /* of ln traffic, which is 0 at first, in the middle  */
    double weight[OPTION_STEPS_MOST]; /* of a step of traffic to as many places of the grid */
    double step[OPTION_STEPS_MOST];   /* in places                                          */
    double value[OPTION_CELLS_MOST + 1], next[OPTION_CELLS_MOST + 1];
} option_grid;

static inline void option_grid_make(size_t months, double project_usd, size_t cells,
                                    size_t steps, option_grid *g)
{
    const double s = option_volatility / sqrt(12);
    double sum = 0;
    assert_true(cells <= OPTION_CELLS_MOST && cells % 2 == 0 && steps <= OPTION_STEPS_MOST);
    g->months = months;
    g->cells = cells;
    g->steps = steps;
    g->project_usd = project_usd;
    g->low = -7;
    g->width = -2 * g->low / (double)cells;
    for (size_t k = 0; k < steps; k++) {
        const double z = -6 + 12 * (double)k / (double)(steps - 1);
        g->weight[k] = exp(-z * z / 2);
        g->step[k] = (log(1 + option_growth) / 12 + s * z - s * s / 2) / g->width;
        sum += g->weight[k];
    }
    for (size_t k = 0; k < steps; k++)
        g->weight[k] /= sum;
}

/* Mean of the value a month later. */
static inline double option_mean_after(const option_grid *g, size_t i)
{
    const double end = (double)g->cells - 1e-9;
    double sum = 0;
    for (size_t k = 0; k < g->steps; k++) {
        const double to = fmin(fmax((double)i + g->step[k], 0), end);
        const size_t j = (size_t)to;
        sum += g->weight[k] *
               (g->next[j] + (to - (double)j) * (g->next[j + 1] - g->next[j]));
    }
    return sum;
}

/* Of starting in the first month from `from` on that follows a bill above usd; usd 0: of the best
 * rule.  In month 1, of traffic 1; month 0 has shown nothing, but is 1 too. */
static inline double option_worth(option_grid *g, size_t from, double usd)
{
    const size_t bytes = (g->cells + 1) * sizeof *g->next;
    memset(g->next, 0, bytes); /* after the last month nothing is worth anything */
    for (size_t month = g->months - 1; month > 0; month--) {
        const double saved = option_saved_from(g->months, month);
        const double spent = g->project_usd * option_discount(month);
        for (size_t i = 0; i <= g->cells; i++) {
            const double x = exp(g->low + (double)i * g->width), now = saved * x - spent;
            const double wait = option_mean_after(g, i);
            g->value[i] = usd > 0 ? month >= from && option_price_usd * x > usd ? now : wait
                                  : fmax(now, wait);
        }
        memcpy(g->next, g->value, bytes);
    }
    return g->next[g->cells / 2];
}

#endif
