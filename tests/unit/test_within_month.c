/* test_within_month.c -- the load within a month, (16) of docs/model.md, against a
 * simulation in steps of a minute, and windows (53) against a simulation of every call.
 *
 * What is simulated.  Months of whole weeks (40,320 minutes) and of 730 hours (43,800),
 * from a Monday.  The load of minute i is the mean times the level of its hour of the week
 * times a lognormal number, drawn anew for each minute, of mean 1 and coefficient of
 * variation `minute_cv`.  Per-minute bills are summed minute by minute; calls arrive as a
 * Poisson process whose rate is that of the minute.
 *
 * What the model does instead.  It takes every hour of the week as often, and eleven levels
 * for the noise.  A level is the mean of its part of the minutes, so what is convex in the
 * load (usage beyond a commitment) comes out slightly low.  Months of 730 hours begin and end
 * within a week, which the model does not know.
 *
 * The bounds below are the greatest differences found over the cases of each test, rounded
 * up; they are what docs/model.md may promise.  Each is widened by 4 standard errors of the
 * simulation (false alarm 6.3e-5 a case for fresh seeds; seeds are fixed).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "billing_help.h"
#include "any_contract.h"

enum { WEEK = 168, MOST_MINUTES = 43800, REPEATS = 4 };

/* ---- Load ------------------------------------------------------------------------------ */

static double flat[WEEK], busy[WEEK];

/* Nights at a third of the days, weekends at a half; mean 1. */
static void make_shapes(void)
{
    double sum = 0;
    for (int h = 0; h < WEEK; h++) {
        flat[h] = 1;
        busy[h] = (1 - 0.5 * cos(2 * 3.141592653589793 * (h % 24 - 2) / 24)) *
                  (h >= 120 ? 0.5 : 1);
        sum += busy[h];
    }
    for (int h = 0; h < WEEK; h++)
        busy[h] *= WEEK / sum;
}

static double normal(dice *d)
{
    double radius = sqrt(-2 * log(1 - uniform(d, 0, 1)));
    double angle = uniform(d, 0, 2 * 3.141592653589793);
    return radius * cos(angle);
}

typedef struct {
    const double *shape;
    double        cv;
    int           minutes;
} kind_of_month;

/* Level of each minute, of mean 1: the month's total is given, not drawn. */
static void draw_month(dice *d, kind_of_month k, double level[MOST_MINUTES])
{
    double sigma = sqrt(log1p(k.cv * k.cv)), sum = 0;
    for (int i = 0; i < k.minutes; i++) {
        double noise = k.cv > 0 ? exp(sigma * normal(d) - sigma * sigma / 2) : 1;
        sum += level[i] = k.shape[i / 60 % WEEK] * noise;
    }
    for (int i = 0; i < k.minutes; i++)
        level[i] *= k.minutes / sum;
}

/* ---- Comparison ------------------------------------------------------------------------ */

/* Of one month with these levels, for some parameter. */
typedef double simulated(dice *d, const double *level, int minutes, double x);

typedef struct {
    double mean, se;
} simulation;

static simulation simulate(simulated *count, kind_of_month k, double x, uint64_t seed)
{
    static double level[MOST_MINUTES];
    dice          d = {.state = seed << 40};
    double        sum = 0, squares = 0;
    for (int r = 0; r < REPEATS; r++) {
        draw_month(&d, k, level);
        double usd = count(&d, level, k.minutes, x);
        sum += usd;
        squares += usd * usd;
    }
    double mean = sum / REPEATS;
    double variance = fmax(0, squares / REPEATS - mean * mean) * REPEATS / (REPEATS - 1);
    return (simulation){mean, sqrt(variance / REPEATS)};
}

/* The bill by both engines.  `requests` is the mean number a minute. */
static double modelled(const char *id, kind_of_month k, double requests, const char *request,
                       const char *contract)
{
    pen  products = {.length = 0};
    char clock[64];
    put(&products, "'p': {'requests_per_month': %.17g, 'request': {%s}, 'minute_cv': %.17g,"
                   " 'hour_shape': [", requests * k.minutes, request, k.cv);
    for (int h = 0; h < WEEK; h++)
        put(&products, "%s%.17g", h > 0 ? ", " : "", k.shape[h]);
    put(&products, "]}");
    snprintf(clock, sizeof clock, "'months': 1, 'hours_per_month': %.17g", k.minutes / 60.0);
    return bill_of(id, (deal){.clock = clock, .products = products.text, .contract = contract});
}

/* Is the model within `bound` of the simulation, relative to `whole`? */
static void compare(const char *id, kind_of_month k, double x, double model, simulation s,
                    double whole, double bound)
{
    double error = (model - s.mean) / whole;
    if (!(fabs(error) <= bound + 4 * s.se / whole))
        fault("%s: %s, cv %.2f, %d minutes, %.3g: model %.8g, simulation %.8g +- %.2g: %+.4f"
              " of %.8g, bound %.4f",
              id, k.shape == flat ? "flat" : "busy", k.cv, k.minutes, x, model, s.mean, s.se,
              error, whole, bound);
}

/* Calls `check` for every noise, with a flat month, and shaped ones of whole weeks and of 730
 * hours; `part` is what the weeks cut off add to a bound. */
typedef void each_month(kind_of_month k, size_t noise, double part, uint64_t seed);

static void for_each_month(each_month *check, double part, uint64_t seed)
{
    static const double cv[] = {0, 0.25, 0.5, 1};
    for (size_t n = 0; n < 4; n++) {
        check((kind_of_month){flat, cv[n], 40320}, n, 0, seed + 3 * n);
        check((kind_of_month){busy, cv[n], 40320}, n, 0, seed + 3 * n + 1);
        check((kind_of_month){busy, cv[n], 43800}, n, part, seed + 3 * n + 2);
    }
}

/* ---- Commitments per minute, per hour, per day ----------------------------------------- */

static double committed(const double *level, int minutes, int period, double x)
{
    double usd = 0;
    for (int first = 0; first + period <= minutes; first += period) {
        double used = 0;
        for (int i = 0; i < period; i++)
            used += level[first + i];
        usd += fmax(period * x, used);
    }
    return usd * minutes / (minutes / period * period); /* 30 days of the 30.4 */
}

static double committed_minutes(dice *d, const double *level, int minutes, double x)
{
    (void)d;
    return committed(level, minutes, 1, x);
}

static double committed_hours(dice *d, const double *level, int minutes, double x)
{
    (void)d;
    return committed(level, minutes, 60, x);
}

static double committed_days(dice *d, const double *level, int minutes, double x)
{
    (void)d;
    return committed(level, minutes, 1440, x);
}

/* Per minute: within 0.6 % of the bill for c <= 1.  Per hour and day the noise of minutes is left
 * out; at worst usage is at the commitment all the time, and the bill is low by the mean of
 * the positive part of that noise, c/sqrt(60)/sqrt(2 pi) = 0.0515 c.  Part weeks: 0.4 %. */
static void check_commitments(kind_of_month k, size_t noise, double part, uint64_t seed)
{
    static const double beyond[] = {0.6, 1, 1.5};
    (void)noise;
    for (int n = 0; n < 3; n++) {
        double     x = beyond[n];
        char       contract[256];
        simulation s = simulate(committed_minutes, k, x, seed);
        snprintf(contract, sizeof contract,
                 DOLLARS_A_REQUEST("1") ", 'commitment': {'usd_per_minute': %.17g}", x);
        compare("commitment per minute", k, x,
                modelled("per minute", k, 1, NO_TOKENS, contract), s, s.mean, 0.006 + part);
        snprintf(contract, sizeof contract,
                 DOLLARS_A_REQUEST("1") ", 'commitment': {'usd_per_hour': %.17g}", 60 * x);
        s = simulate(committed_hours, k, x, seed);
        compare("commitment per hour", k, x, modelled("per hour", k, 1, NO_TOKENS, contract), s,
                s.mean, 0.0015 + 0.0515 * k.cv + part);
        snprintf(contract, sizeof contract,
                 DOLLARS_A_REQUEST("1") ", 'commitment': {'usd_per_day': %.17g}", 1440 * x);
        s = simulate(committed_days, k, x, seed);
        compare("commitment per day", k, x, modelled("per day", k, 1, NO_TOKENS, contract), s,
                s.mean, 0.0015 + 0.0515 * k.cv / sqrt(24) + part);
    }
}

static void commitments(void **state)
{
    (void)state;
    for_each_month(check_commitments, 0.004, 100);
    assert_no_faults();
}

/* ---- Units per minute and per hour ----------------------------------------------------- */

/* Unit-hours for a mean load of x units. */
static double units_by_minute(dice *d, const double *level, int minutes, double x)
{
    double units = 0;
    (void)d;
    for (int i = 0; i < minutes; i++)
        units += ceil(x * level[i] * (1 - 1e-9));
    return units / 60;
}

/* Units that carry the busiest minute of each hour. */
static double units_by_hour(dice *d, const double *level, int minutes, double x)
{
    double units = 0;
    (void)d;
    for (int h = 0; h < minutes / 60; h++) {
        double busiest = 0;
        for (int i = 0; i < 60; i++)
            busiest = fmax(busiest, level[60 * h + i]);
        units += ceil(x * busiest * (1 - 1e-9));
    }
    return units;
}

/* Per minute: within 0.8 % for c <= 1, part weeks or not; 2 % for a load of 2.5 units, where a unit
 * is much.  Per hour: for the busiest of its 60 minutes; within 7, 9 and 13 % for c = 0.25,
 * 0.5 and 1 (too high), and 0.75 % without noise. */
static void check_units(kind_of_month k, size_t noise, double part, uint64_t seed)
{
    static const double loads[] = {2.5, 10, 40}, most[] = {0.0075, 0.07, 0.09, 0.13};
    (void)part;
    for (int n = 0; n < 3; n++) {
        double     x = loads[n];
        char       contract[256];
        simulation s = simulate(units_by_minute, k, x, seed);
#define SETTLED(by)                                                                         \
    "'billing': 'compute_time', 'settlement': '" by "', 'target_utilisation': 1, 'units':"   \
    " {'u': {'usd_per_unit_hour': 1, 'tokens_per_minute': 1000}}"
        snprintf(contract, sizeof contract, SETTLED("minute"));
        compare("units per minute", k, x,
                modelled("units", k, x, TOKENS_IN("1000"), contract), s, s.mean,
                x < 10 ? 0.02 : 0.0075);
        snprintf(contract, sizeof contract, SETTLED("hour"));
        s = simulate(units_by_hour, k, x, seed);
        compare("units per hour", k, x, modelled("units", k, x, TOKENS_IN("1000"), contract), s,
                s.mean, most[noise]);
    }
}

static void units(void **state)
{
    (void)state;
    for_each_month(check_units, 0, 200);
    assert_no_faults();
}

/* ---- Units held, overage at list ------------------------------------------------------- */

/* Requests beyond units held for x times the mean load of one unit: a dollar each. */
static double beyond_held(dice *d, const double *level, int minutes, double x)
{
    double beyond = 0;
    (void)d;
    for (int i = 0; i < minutes; i++)
        beyond += fmax(0, level[i] - x);
    return beyond;
}

/* Within 0.35 % of what all requests would cost at list, c <= 1.  Part weeks: 0.3 %. */
static void check_overage(kind_of_month k, size_t noise, double part, uint64_t seed)
{
    static const double held[] = {0.8, 1.2, 2};
    (void)noise;
    for (int n = 0; n < 3; n++) {
        double     x = held[n];
        char       contract[512];
        simulation s = simulate(beyond_held, k, x, seed);
        snprintf(contract, sizeof contract,
                 "'billing': 'compute_time', 'overage': 'list', 'usd_per_mtok': {'input': 100,"
                 " 'output': 100}, 'units': {'u': {'usd_per_unit_hour': 0, 'tokens_per_minute':"
                 " 10000, 'held': %.17g}}", x);
        compare("overage", k, x, modelled("overage", k, 1, TOKENS_IN("10000"), contract), s,
                k.minutes, 0.0035 + part);
    }
}

static void overage(void **state)
{
    (void)state;
    for_each_month(check_overage, 0.003, 300);
    assert_no_faults();
}

/* ---- Windows --------------------------------------------------------------------------- */

enum { WINDOW = 5, START = 2 }; /* minutes, and minutes billed for a start */

/* The next call after `t`, at x calls a minute on average; infinity when the month is over. */
static double next_call(dice *d, const double *level, int minutes, double x, double t)
{
    double left = -log(1 - uniform(d, 0, 1)); /* of the integrated rate */
    while (t < minutes) {
        int    i = (int)t;
        double rate = x * level[i], here = rate * (i + 1 - t);
        if (here > left)
            return t + left / rate;
        left -= here;
        t = i + 1;
    }
    return (double)INFINITY;
}

/* Minutes billed: a window opens with a call that falls into none. */
static double sliding_windows(dice *d, const double *level, int minutes, double x)
{
    double open = 0, end = 0;
    for (double t = next_call(d, level, minutes, x, 0); t < minutes;
         t = next_call(d, level, minutes, x, t))
        if (t >= end) {
            open += WINDOW + START;
            end = t + WINDOW;
        }
    return open / 60;
}

/* Windows follow one another from the first call; those without a call are free. */
static double grid_of_windows(dice *d, const double *level, int minutes, double x)
{
    double first = next_call(d, level, minutes, x, 0), billed = 0, last = -2;
    for (double t = first; t < minutes; t = next_call(d, level, minutes, x, t)) {
        double window = floor((t - first) / WINDOW);
        if (window == last)
            continue;
        billed += WINDOW + (window > last + 1 ? START : 0);
        last = window;
    }
    return billed / 60;
}

/* Up until 5 minutes after the last call. */
static double idle_windows(dice *d, const double *level, int minutes, double x)
{
    double up = 0, until = -1;
    for (double t = next_call(d, level, minutes, x, 0); t < minutes;
         t = next_call(d, level, minutes, x, t)) {
        up += t >= until ? WINDOW + START : t + WINDOW - until;
        until = t + WINDOW;
    }
    return up / 60;
}

/* The mean over several months of calls in which the load is the same. */
static double several(simulated *once, dice *d, const double *level, int minutes, double x)
{
    int    times = x < 0.2 ? 8 : 2;
    double sum = 0;
    for (int i = 0; i < times; i++)
        sum += once(d, level, minutes, x);
    return sum / times;
}

static double sliding(dice *d, const double *level, int minutes, double x)
{
    return several(sliding_windows, d, level, minutes, x);
}

static double grid(dice *d, const double *level, int minutes, double x)
{
    return several(grid_of_windows, d, level, minutes, x);
}

static double idle(dice *d, const double *level, int minutes, double x)
{
    return several(idle_windows, d, level, minutes, x);
}

/* Without noise of minutes the formulas are exact but for the course of the hours: 0.5 %.  The
 * noise, which they leave out because it averages out within a window, makes them too high by
 * at most 0.5, 1.5 and 5 % for c = 0.25, 0.5 and 1. */
static void check_windows(kind_of_month k, size_t noise, double part, uint64_t seed)
{
    static const struct {
        const char *name;
        simulated  *count;
    } kinds[] = {{"sliding", sliding}, {"grid", grid}, {"idle", idle}};
    static const double calls[] = {0.02, 0.1, 0.4, 2}, most[] = {0.005, 0.005, 0.015, 0.05};
    for (int n = 0; n < 12; n++) {
        double     x = calls[n / 3];
        char       contract[512];
        simulation s = simulate(kinds[n % 3].count, k, x, seed + 1000 * (uint64_t)n);
        snprintf(contract, sizeof contract,
                 "'billing': 'compute_time', 'settlement': 'window', 'window': {'kind': '%s',"
                 " 'minutes': 5, 'cold_start_minutes': 2}, 'units': {'u': {'usd_per_unit_hour':"
                 " 1, 'tokens_per_minute': 1e9}}", kinds[n % 3].name);
        compare(kinds[n % 3].name, k, x,
                modelled(kinds[n % 3].name, k, x, TOKENS_IN("1000"), contract), s, s.mean,
                most[noise] + part);
    }
}

static void windows(void **state)
{
    (void)state;
    for_each_month(check_windows, 0.005, 400);
    assert_no_faults();
}

int main(void)
{
    make_shapes();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commitments),
        cmocka_unit_test(units),
        cmocka_unit_test(overage),
        cmocka_unit_test(windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
