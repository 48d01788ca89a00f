/* random_maker.h -- random numbers and text for random_scenario.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RANDOM_MAKER_H
#define RANDOM_MAKER_H

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_AMOUNTS = 64, RANDOM_PROFILES = 4 };

typedef struct {
    uint64_t state;
    char    *text;
    size_t   length, capacity;
    double   dollar; /* dollars are counted in units of 1/dollar */
    const char *model; /* that is being made */
    int      contract;
    bool     agreements; /* are there any? */
    int      party; /* its contract is one of this agreement, from 1; 0: by chance */
    char     amount[MOST_AMOUNTS][128]; /* pointers of what a strategy may negotiate */
    double   amount_low[MOST_AMOUNTS], amount_high[MOST_AMOUNTS];
    size_t   amounts;
    bool     slots[RANDOM_PROFILES]; /* has the profile any? */
    bool     limited; /* may fleets of the model be limited? */
    bool     router[2]; /* of the students */
} maker;

static uint64_t maker_bits(maker *m) /* splitmix64 */
{
    uint64_t z = m->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static double maker_uniform(maker *m, double low, double high)
{
    return low + (high - low) * (double)(maker_bits(m) >> 11) * 0x1p-53;
}

static int maker_below(maker *m, int n)
{
    return (int)(maker_bits(m) % (uint64_t)n);
}

static int maker_chance(maker *m, double p)
{
    return maker_uniform(m, 0, 1) < p;
}

__attribute__((format(printf, 2, 3))) static void maker_print(maker *m, const char *format, ...)
{
    for (;;) {
        va_list arguments;
        va_start(arguments, format);
        int n = vsnprintf(m->text + m->length, m->capacity - m->length, format, arguments);
        va_end(arguments);
        if (n >= 0 && (size_t)n < m->capacity - m->length) {
            m->length += (size_t)n;
            return;
        }
        m->capacity = 2 * m->capacity + (size_t)n + 1;
        m->text = realloc(m->text, m->capacity);
    }
}

/* "key": a quantity between low and high times a unit, certain or not. */
static void maker_in_units(maker *m, const char *key, double low, double high, double unit)
{
    double a = unit * maker_uniform(m, low, high), b = unit * maker_uniform(m, low, high);
    double least = a < b ? a : b, most = a < b ? b : a;
    maker_print(m, "\"%s\": ", key);
    switch (least < most ? maker_below(m, 8) : 0) {
    case 0:
    case 1:
        maker_print(m, "%.17g", a);
        break;
    case 2:
        maker_print(m, "{\"uniform\": {\"low\": %.17g, \"high\": %.17g}}", least, most);
        break;
    case 3:
        maker_print(m, "{\"triangular\": {\"low\": %.17g, \"mode\": %.17g, \"high\": %.17g}}",
                    least, 0.5 * (least + most), most);
        break;
    case 4:
        maker_print(m, "{\"p10\": %.17g, \"p90\": %.17g, \"min\": %.17g, \"max\": %.17g}", least,
                    most, unit * low, unit * high);
        break;
    case 5:
        maker_print(m, "{\"mixture\": {\"of\": [%.17g, {\"uniform\": {\"low\": %.17g, "
                       "\"high\": %.17g}}], \"weights\": [1, 2]}}", least, least, most);
        break;
    case 6:
        maker_print(m, "{\"metalog\": {\"coefficients\": [0, 1, 0.3, 0.1], \"low\": %.17g, "
                       "\"high\": %.17g}}", least, most);
        break;
    default:
        maker_print(m, "{\"pert\": {\"low\": %.17g, \"mode\": %.17g, \"high\": %.17g}}", least,
                    0.7 * least + 0.3 * most, most);
    }
    maker_print(m, ", ");
}

static void maker_quantity(maker *m, const char *key, double low, double high)
{
    maker_in_units(m, key, low, high, 1);
}

static void maker_some(maker *m, double chance, const char *key, double low, double high)
{
    if (maker_chance(m, chance))
        maker_quantity(m, key, low, high);
}

/* The same for money: every quantity whose unit has USD in it. */
static void maker_money(maker *m, const char *key, double low, double high)
{
    maker_in_units(m, key, low, high, m->dollar);
}

static void maker_some_money(maker *m, double chance, const char *key, double low, double high)
{
    if (maker_chance(m, chance))
        maker_money(m, key, low, high);
}

/* Removes a trailing ", " and closes with `end`. */
static void maker_close(maker *m, const char *end)
{
    if (m->length >= 2 && m->text[m->length - 2] == ',')
        m->length -= 2;
    maker_print(m, "%s", end);
}

/* An amount that a strategy may have its own value of; `place` is under the contract. */
static void maker_amount(maker *m, const char *place, const char *key, double low, double high,
                         double unit)
{
    maker_in_units(m, key, low, high, unit);
    if (m->model == NULL || m->amounts == MOST_AMOUNTS)
        return;
    snprintf(m->amount[m->amounts], sizeof m->amount[0], "/models/%s/contracts/c%d%s/%s",
             m->model, m->contract, place, key);
    m->amount_low[m->amounts] = low * unit;
    m->amount_high[m->amounts++] = high * unit;
}

/* Uniform in the logarithm. */
static double maker_wide(maker *m, double low, double high)
{
    return low * pow(high / low, maker_uniform(m, 0, 1));
}

static const char *maker_one_of(maker *m, const char *a, const char *b, const char *c)
{
    int k = maker_below(m, c != NULL ? 3 : 2);
    return k == 0 ? a : k == 1 ? b : c;
}

/* Events of some rate and size; or so often that several fall into a month, and then small:
 * a traffic that grows a thousand times loses digits in differences. */
static void maker_jumps(maker *m, const char *rate, double most, const char *size, double low,
                        double high)
{
    bool often = maker_chance(m, 0.3);
    maker_quantity(m, rate, 0, often ? 12 * most : most);
    if (maker_chance(m, 0.8))
        maker_quantity(m, size, often ? pow(low, 0.05) : low, often ? pow(high, 0.05) : high);
}

/* A chance of a regime and what it does; `step`: the key of what is carried on, or NULL. */
static void maker_regime(maker *m, double chance, const char *step, bool wild)
{
    if (!maker_chance(m, chance))
        return;
    maker_print(m, "\"regime\": \"r%d\", ", maker_below(m, 2));
    if (step != NULL)
        maker_some(m, 0.6, step, -0.5, 1);
    maker_some(m, 0.6, "regime_factor", 0.5, 2);
    if (wild)
        maker_some(m, 0.6, "regime_volatility_factor", 0, 3);
}

#endif
