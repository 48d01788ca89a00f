/* fleet_process.h -- fleets as they run: a second opinion on docs/model.md, (45)-(48) and
 * (104)-(108), for test_fleet_simulation.c.
 *
 * A week is run minute by minute: replicas are started, serve, cool down and are paid for
 * one by one; months order, buy, reserve and sell what they need.  It is written from the
 * definitions of the page and shares no code with the program; a fleet has one closed-form
 * profile here, loads are those of the hours, and nothing is random.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FLEET_PROCESS_H
#define FLEET_PROCESS_H

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { WEEK = 168, MINUTES = WEEK * 60, FLEET_MONTHS = 12, FLEET_PRODUCTS = 3, REGIONS = 3 };
enum { FIXED, SCHEDULED, AUTOSCALED };
#define FLEET_HOURS (4.0 * WEEK) /* of a month: whole weeks, so that each hour counts alike */

typedef struct {
    double requests[FLEET_MONTHS], input, output, shape[WEEK], peak, value;
} fleet_product;

typedef struct {
    int           months, products, regions;
    fleet_product product[FLEET_PRODUCTS];
    double        share[REGIONS]; /* of the regions                                      */
    /* profile */
    int    gpus;                  /* of a replica                                        */
    double input_rate, output_rate, attention, slots;
    /* contract */
    int    scaling, startup, cooldown; /* [minute]                                       */
    bool   apart;
    double derate, target;
    int    least, spare, most;    /* most 0: no limit                                    */
    bool   has_waiting, has_capacity, has_reserved, has_spot, has_owned;
    double wait_s, wait_share, arrival_cv, service_cv; /* wait_share < 0: of the mean    */
    int    initial, lead, most_new;
    double headroom;
    double reserved, reserved_discount;
    int    term;
    double spot, spot_discount, spot_out, interruptions, recovery;
    double usd_per_gpu, kilowatts, pue, usd_per_kwh, space, residual;
    int    life;
    bool   credit;                /* horizon_value straight_line                         */
    double rent, long_run, reversion, rent_discount, discount, staff, inflation;
    /* where overflow goes */
    bool   fallback;
    double api_input, api_output; /* USD per million tokens                              */
} fleet_case;

typedef struct {
    double cost, gpu_months, used, paid, overflow, fallback, unserved, pooling_gain;
    double fleet_cost, fleet_cost_used, mtok;
    double requests;
} fleet_sums;

/* ---- Replicas for a load ---------------------------------------------------------- */

static double gpu_seconds(const fleet_case *f, const fleet_product *p)
{
    return p->input / f->input_rate + p->output / f->output_rate +
           f->attention * (p->output * p->input + p->output * p->output / 2);
}

static double whole(double x) /* the page's rounding up */
{
    return ceil(x * (1 - 1e-9));
}

/* Probability of waiting, by the recursion of Erlang's loss formula. */
static double erlang_c(double a, double c)
{
    double b = 1;
    for (double k = 1; k <= c; k++)
        b = a * b / (k + a * b);
    return b / (1 - a / c * (1 - b));
}

/* Do `replicas` keep the limit on waiting?  holding: seconds of a request in a slot. */
static bool soon_enough(const fleet_case *f, double replicas, double load, double holding)
{
    double c = floor(replicas * f->slots * (1 + 1e-9));
    double a = load * f->slots / (3600 * f->gpus * f->derate);
    double psi = (f->arrival_cv * f->arrival_cv + f->service_cv * f->service_cv) / 2;
    if (a == 0)
        return true;
    if (c <= a)
        return false;
    psi = fmax(psi, 1e-9);
    double wait = erlang_c(a, c), pace = (c - a) / (holding * psi);
    if (f->wait_share < 0)
        return wait / pace <= f->wait_s * (1 + 1e-9);
    return wait * exp(-pace * f->wait_s) <= (1 - f->wait_share) * (1 + 1e-9);
}

static double needed(const fleet_case *f, double load, double holding)
{
    double replicas = fmax(f->least, whole(load / (3600 * f->gpus * f->derate * f->target)));
    while (f->has_waiting && !soon_enough(f, replicas, load, holding))
        replicas++;
    return replicas + f->spare;
}

/* ---- A week of one cell ----------------------------------------------------------- */

typedef struct {
    double replica_minutes[WEEK]; /* paid, by hour                                       */
    double over[WEEK];            /* share of the hour's load that found no capacity     */
    double most_needed;           /* max_h need                                          */
} cell_week;

/* Replicas that the process pays for and that serve, minute after minute; the week before
 * was the same, so it is run twice and the second time counts. */
static void run_process(const fleet_case *f, const double *want, const double *load,
                        cell_week *week)
{
    double serving = 0, starting = 0, cooling = 0, largest = 0, per_replica = 60.0 * f->gpus;
    for (int h = 0; h < WEEK; h++)
        largest = fmax(largest, want[h]);
    memset(week->replica_minutes, 0, sizeof week->replica_minutes);
    memset(week->over, 0, sizeof week->over);
    for (int now = 0; now < 2 * MINUTES; now++) {
        int    h = now / 60 % WEEK, minute = now % 60;
        double paid;
        if (f->scaling == FIXED) {
            paid = serving = largest;
        } else if (f->scaling == SCHEDULED) { /* those of the next hour start in time */
            double soon = minute >= 60 - f->startup ? want[(h + 1) % WEEK] : 0;
            serving = want[h];
            paid = fmax(serving, soon);
        } else {
            if (minute == 0) {
                serving += starting; /* of an hour ago, at the latest now */
                starting = fmax(0, want[h] - serving);
                cooling = fmax(0, serving - want[h]);
                serving -= cooling;
            }
            if (minute == f->startup) {
                serving += starting;
                starting = 0;
            }
            if (minute == f->cooldown)
                cooling = 0;
            paid = serving + starting + cooling;
        }
        if (now < MINUTES)
            continue;
        double asked = load[h] / 60, capacity = serving * per_replica * f->derate;
        week->replica_minutes[h] += paid;
        if (asked - capacity > 1e-9 * asked)
            week->over[h] += (asked - capacity) / asked / 60;
    }
}

/* `only`: of this product alone, or -1.  limit: replicas that exist. */
static void run_cell(const fleet_case *f, int month, double share, int only, double limit,
                     cell_week *week)
{
    double planned[WEEK] = {0}, actual[WEEK] = {0}, want[WEEK], time = 0, requests = 0;
    for (int p = 0; p < f->products; p++) {
        const fleet_product *product = &f->product[p];
        if (only >= 0 && p != only)
            continue;
        double v = share * product->requests[month], busiest = 0;
        double work = v * gpu_seconds(f, product) / FLEET_HOURS;
        for (int h = 0; h < WEEK; h++)
            busiest = fmax(busiest, product->shape[h]);
        for (int h = 0; h < WEEK; h++) {
            actual[h] += work * product->shape[h];
            planned[h] += work * product->shape[h] * fmax(1, product->peak / busiest);
        }
        time += v * gpu_seconds(f, product);
        requests += v;
    }
    double holding = f->slots * time / (f->gpus * f->derate * requests);
    week->most_needed = 0;
    for (int h = 0; h < WEEK; h++) {
        double need = needed(f, planned[h], holding);
        week->most_needed = fmax(week->most_needed, need);
        want[h] = fmin(need, limit);
    }
    run_process(f, want, actual, week);
}

/* ---- A month of the fleet --------------------------------------------------------- */

typedef struct {
    double gpus[WEEK];                           /* paid for, mean of the hour           */
    double over[FLEET_PRODUCTS];                 /* share of its requests that overflows */
    double ordered[REGIONS * FLEET_PRODUCTS][FLEET_MONTHS]; /* replicas, by cell         */
} fleet_week;

/* Replicas of a cell that have arrived, after this month's order. */
static double arrived(const fleet_case *f, double *ordered, int month, double most_needed)
{
    double there = f->initial, all = f->initial;
    for (int j = 0; j < month; j++)
        all += ordered[j];
    ordered[month] = fmin(f->most_new, fmax(0, whole(f->headroom * most_needed) - all));
    for (int j = 0; j + f->lead <= month; j++)
        there += ordered[j];
    return there;
}

static void run_week(const fleet_case *f, int month, bool apart, bool limits, fleet_week *fleet)
{
    bool   limited = limits && (f->most > 0 || f->has_capacity ||
                              (f->scaling == AUTOSCALED && f->startup > 0));
    double none = (double)INFINITY;
    memset(fleet->gpus, 0, sizeof fleet->gpus);
    memset(fleet->over, 0, sizeof fleet->over);
    for (int cell = 0; cell < f->regions * (apart ? f->products : 1); cell++) {
        double    share = f->share[cell % f->regions];
        int       only = apart ? cell / f->regions : -1;
        cell_week week;
        double    limit = limits && f->most > 0 ? f->most : none;
        run_cell(f, month, share, only, none, &week); /* what is needed, to order by */
        if (limits && f->has_capacity)
            limit = fmin(limit, arrived(f, fleet->ordered[cell], month, week.most_needed));
        run_cell(f, month, share, only, limit, &week);
        for (int h = 0; h < WEEK; h++)
            fleet->gpus[h] += f->gpus * week.replica_minutes[h] / 60;
        for (int p = 0; limited && p < f->products; p++)
            for (int h = 0; h < WEEK; h++)
                if (only < 0 || p == only)
                    fleet->over[p] += share * f->product[p].shape[h] / WEEK * week.over[h];
    }
    for (int p = 0; p < f->products; p++) /* nothing at all is served */
        fleet->over[p] = fleet->over[p] > 1 - 1e-9 ? 1 : fleet->over[p];
}

/* ---- What is paid ----------------------------------------------------------------- */

static double rent_of(const fleet_case *f, int month)
{
    double x = log(f->rent), level = log(f->long_run);
    for (int t = 1; t <= month; t++)
        x = level + (x - level) * exp(-f->reversion / 12);
    return exp(x) * (1 - f->discount);
}

/* Hour by hour; returns the GPU-hours paid for. */
static double rented(const fleet_case *f, int month, const fleet_week *fleet, double *usd)
{
    double rent = rent_of(f, month), hours = 0;
    double on_demand = rent * (1 - f->rent_discount);
    double spot_price = rent * (1 - f->spot_discount) *
                        (1 + f->interruptions * f->recovery / 60);
    double reserved = f->has_reserved ? f->reserved : 0, spot = f->has_spot ? f->spot : 0;
    double agreed = f->has_reserved ? rent_of(f, month / f->term * f->term) : 0;
    for (int h = 0; h < WEEK; h++) {
        double beyond = fmax(0, fleet->gpus[h] - reserved);
        double of_hour = reserved * agreed * (1 - f->reserved_discount) +
                         beyond * (1 - spot) * on_demand +
                         beyond * spot * ((1 - f->spot_out) * spot_price +
                                          f->spot_out * on_demand);
        *usd += of_hour * FLEET_HOURS / WEEK;
        hours += fmax(fleet->gpus[h], reserved) * FLEET_HOURS / WEEK;
    }
    return hours;
}

/* GPUs that are bought when there are too few, and sold after their life; returns the
 * GPU-hours that they are there. */
static double owned(const fleet_case *f, int month, const fleet_week *fleet, double *bought,
                    double *usd)
{
    double busiest = 0, mean = 0, there = 0, prices = pow(1 + f->inflation, month / 12.0);
    for (int h = 0; h < WEEK; h++) {
        busiest = fmax(busiest, fleet->gpus[h]);
        mean += fleet->gpus[h] / WEEK;
    }
    for (int j = 0; j < month; j++) {
        if (month - j < f->life)
            there += bought[j];
        if (month - j == f->life)
            *usd -= bought[j] * f->residual * f->usd_per_gpu;
    }
    bought[month] = fmax(0, busiest - there);
    there += bought[month];
    *usd += bought[month] * f->usd_per_gpu;
    *usd += mean * FLEET_HOURS * f->kilowatts * f->pue * f->usd_per_kwh * prices;
    *usd += there * f->space * prices;
    for (int j = 0; f->credit && month == f->months - 1 && j <= month; j++)
        if (f->months - j <= f->life)
            *usd -= bought[j] * f->usd_per_gpu *
                    (1 - (1 - f->residual) * (f->months - j) / f->life);
    return there * FLEET_HOURS;
}

static double mean_gpus(const fleet_week *fleet)
{
    double sum = 0;
    for (int h = 0; h < WEEK; h++)
        sum += fleet->gpus[h] / WEEK;
    return sum;
}

/* Where the requests of the month go; returns the GPU-hours used. */
static double serve(const fleet_case *f, int month, const fleet_week *fleet, double *mtok,
                    fleet_sums *sums)
{
    double used = 0;
    for (int p = 0; p < f->products; p++) {
        const fleet_product *product = &f->product[p];
        double v = product->requests[month], over = v * fleet->over[p];
        used += (v - over) * gpu_seconds(f, product) / 3600;
        *mtok += (v - over) * (product->input + product->output) * 1e-6;
        sums->requests += v;
        sums->overflow += over;
        if (f->fallback) {
            sums->fallback += over;
            sums->cost += over * 1e-6 *
                          (product->input * f->api_input + product->output * f->api_output);
        } else {
            sums->unserved += over;
            sums->cost += over * product->value;
        }
    }
    return used;
}

static fleet_sums run_fleet(const fleet_case *f)
{
    static fleet_week fleet, other; /* of this month, and as it would be */
    fleet_sums        sums = {0};
    double            bought[FLEET_MONTHS] = {0};
    memset(&fleet, 0, sizeof fleet);
    for (int month = 0; month < f->months; month++) {
        double usd = 0, mtok = 0;
        run_week(f, month, f->apart, true, &fleet);
        double paid = f->has_owned ? owned(f, month, &fleet, bought, &usd)
                                   : rented(f, month, &fleet, &usd);
        double used = serve(f, month, &fleet, &mtok, &sums);
        usd += f->staff * pow(1 + f->inflation, month / 12.0);
        sums.cost += usd;
        sums.fleet_cost += usd;
        sums.fleet_cost_used += paid > 0 ? usd * used / paid : 0;
        sums.mtok += mtok;
        sums.used += used;
        sums.paid += paid;
        sums.gpu_months += paid / FLEET_HOURS;
        if (!f->apart && f->products > 1) {
            run_week(f, month, true, false, &other);
            sums.pooling_gain += mean_gpus(&other);
            run_week(f, month, false, false, &other);
            sums.pooling_gain -= mean_gpus(&other);
        }
    }
    return sums;
}

#endif
