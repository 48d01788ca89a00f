/* any_contract.h -- writes random contracts and products, for tests of what holds for
 * every contract.  The same seed gives the same text.
 *
 * The parts of a scenario are text with ' for ", as billing_help.h wants them.  No call
 * draws twice among its arguments, whose order C leaves open.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ANY_CONTRACT_H
#define ANY_CONTRACT_H

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

typedef struct {
    uint64_t state;
} dice;

static inline double uniform(dice *d, double low, double high) /* splitmix64 */
{
    uint64_t z = d->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    z ^= z >> 31;
    return low + (high - low) * (double)(z >> 11) * 0x1p-53;
}

/* Evenly in the logarithm. */
static inline double scale(dice *d, double low, double high)
{
    return exp(uniform(d, log(low), log(high)));
}

static inline int below(dice *d, int n)
{
    return (int)uniform(d, 0, n);
}

static inline bool chance(dice *d, double p)
{
    return uniform(d, 0, 1) < p;
}

typedef struct {
    char   text[8192];
    size_t length;
} pen;

__attribute__((format(printf, 2, 3))) static inline void put(pen *p, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(p->text + p->length, sizeof p->text - p->length, format, arguments);
    va_end(arguments);
    assert_true(n >= 0 && (size_t)n < sizeof p->text - p->length);
    p->length += (size_t)n;
}

/* What may be in a contract: PLAIN, and its bill is linear in the requests. */
enum { PLAIN = 0, FREE = 1, TIERED = 2, ROUNDED = 4, FIXED = 8, ANYTHING = 15 };

static inline void put_factors(pen *p, dice *d)
{
    if (chance(d, 0.5))
        put(p, "'factor': %.3f", uniform(d, 0.3, 2));
    else
        put(p, "'factors': {'input': %.3f", uniform(d, 0.3, 2)),
            put(p, ", 'output': %.3f}", uniform(d, 0.3, 2));
}

static inline void put_steps(pen *p, dice *d, double from)
{
    int n = 1 + below(d, 3);
    put(p, "'shape': '%s', ", chance(d, 0.5) ? "cliff" : "graduated");
    put(p, "'edge': '%s', 'steps': [", chance(d, 0.5) ? ">" : ">=");
    for (int i = 0; i < n; i++) {
        from *= uniform(d, 1.2, 3);
        put(p, "%s{'from': %.0f, 'factors': {'input': %.3f}}", i > 0 ? ", " : "", from,
            uniform(d, 0.3, 2));
    }
    put(p, "]}");
}

/* `requests` is the order of the month's volume, for tiers that are within reach. */
static inline void put_token_contract(pen *p, dice *d, int features, double requests)
{
    double input = scale(d, 0.05, 10);
    bool   hosted = (features & FIXED) && chance(d, 0.3);
    put(p, "'billing': '%s', 'usd_per_mtok': {'input': %.4f", hosted ? "hosted_per_token" :
        "per_token", input);
    put(p, ", 'output': %.4f", scale(d, 0.05, 40));
    if (chance(d, 0.6))
        put(p, ", 'cache_read': %.4f", input * uniform(d, 0.1, 1));
    if (chance(d, 0.6))
        put(p, ", 'cache_write': %.4f", input * uniform(d, 1, 2));
    put(p, "}");
    if (hosted)
        put(p, ", 'hosting_usd_per_hour': %.3f, 'storage_usd_per_month': 1.95",
            uniform(d, 0, 5));
    if (chance(d, 0.4))
        put(p, ", 'usd_per_request': %.5f", uniform(d, 0, 0.01));
    bool line_by_line = (features & ROUNDED) && chance(d, 0.3);
    put(p, ", 'meters': {'call': {'usd_per_unit': %.4f", uniform(d, 0, 0.02));
    put(p, ", 'minimum_per_request': %.2f", uniform(d, 0, 2));
    if ((features & FREE) && chance(d, 0.5))
        put(p, ", 'free_per_month': %.0f", requests * uniform(d, 0, 4));
    put(p, "}}, 'service_classes': {'batch': {'share': %.3f, ", uniform(d, 0, 1));
    put_factors(p, d);
    put(p, "}}, 'multipliers': {'region': {");
    put_factors(p, d);
    put(p, "}, 'night': {'factor': %.3f", uniform(d, 0.2, 1.5));
    int from = below(d, 24);
    put(p, ", 'from_hour': %d", from);
    put(p, ", 'to_hour': %d}}", (from + 1 + below(d, 23)) % 24);
    if (features & TIERED) {
        put(p, ", 'tiers': {'context': {'of': 'request_input', ");
        put_steps(p, d, scale(d, 100, 1e4));
        put(p, ", 'volume': {'of': 'month_tokens', ");
        put_steps(p, d, requests * scale(d, 300, 1e5));
        put(p, "}");
    }
    if (line_by_line)
        put(p, ", 'rounding': '%s'", chance(d, 0.5) ? "line" : "invoice");
    put(p, ", 'discount_share': %.3f", uniform(d, 0, 0.5));
    put(p, ", 'tax_share': %.3f", chance(d, 0.3) ? 0.19 : 0);
    put(p, ", 'usd_per_credit': %.3f", uniform(d, 0.5, 2));
}

/* `settlement`: its first two letters say what has an effect. */
static inline void put_pool(pen *p, dice *d, const char *name, const char *settlement,
                            double requests)
{
    bool metered = strncmp(settlement, "me", 2) == 0, windows = settlement[0] == 'w';
    put(p, "'%s': {'usd_per_unit_hour': %.3f", name, scale(d, 0.5, 50));
    put(p, ", 'tokens_per_minute': %.17g", requests * scale(d, 0.003, 3));
    put(p, ", 'weights': {'output': %.2f", uniform(d, 0.5, 8));
    put(p, ", 'cache_read': %.2f}", uniform(d, 0, 1));
    put(p, ", 'meter_weights': {'call': %.1f}", uniform(d, 0, 50));
    if (!metered && !windows)
        put(p, ", 'minimum': %d", below(d, 4));
    if (!metered)
        put(p, ", 'increment': %d", 1 + below(d, 5));
    put(p, "}");
}

static inline void put_unit_contract(pen *p, dice *d, double requests)
{
    static const char *const settled[] = {"month", "day", "hour", "minute", "metered", "window"};
    const char *settlement = settled[below(d, 6)];
    put(p, "'billing': 'compute_time', 'settlement': '%s'", settlement);
    if (strcmp(settlement, "metered") != 0)
        put(p, ", 'target_utilisation': %.2f", uniform(d, 0.4, 1));
    put(p, ", 'units': {");
    put_pool(p, d, "one", settlement, requests);
    if (chance(d, 0.4)) {
        put(p, ", ");
        put_pool(p, d, "two", settlement, requests);
    }
    put(p, "}");
    if (settlement[0] == 'w') {
        static const char *const kinds[] = {"sliding", "grid", "idle"};
        put(p, ", 'window': {'kind': '%s'", kinds[below(d, 3)]);
        put(p, ", 'arrivals': '%s'", chance(d, 0.5) ? "even" : "poisson");
        put(p, ", 'minutes': %.1f", uniform(d, 1, 30));
        put(p, ", 'cold_start_minutes': %.1f}", chance(d, 0.5) ? 2.0 : 0.0);
    }
    put(p, ", 'discount_share': %.3f", uniform(d, 0, 0.5));
}

/* Members of a product but its requests_per_month, for a contract of tokens, of units, or
 * of dollars a request. */
enum { FOR_TOKENS, FOR_UNITS, FOR_DOLLARS };

static inline void put_product(pen *p, dice *d, int billing)
{
    put(p, "'request': {'input_tokens': %.0f", scale(d, 50, 5e4));
    put(p, ", 'output_tokens': %.0f", scale(d, 1, 5e3));
    if (chance(d, 0.3))
        put(p, ", 'input_cv': %.2f", uniform(d, 0, 2));
    double read = uniform(d, 0, 0.6);
    put(p, ", 'cache_read_share': %.3f", read);
    put(p, ", 'cache_write_share': %.3f", uniform(d, 0, 0.4));
    if (billing != FOR_DOLLARS)
        put(p, ", 'meters': {'call': %.2f}", chance(d, 0.5) ? uniform(d, 0, 3) : 0);
    put(p, "}");
    bool shaped = chance(d, 0.5);
    put(p, ", 'peak_to_mean': %.2f", uniform(d, 1, 4) + (shaped ? 3 : 0)); /* not below the shape */
    if (shaped) {
        double level[24], sum = 0;
        for (int h = 0; h < 24; h++)
            sum += level[h] = uniform(d, 0, 3);
        put(p, ", 'hour_shape': [");
        for (int h = 0; h < 24; h++)
            put(p, "%s%.17g", h > 0 ? ", " : "", level[h] * 24 / sum);
        put(p, "]");
    }
    if (chance(d, 0.5))
        put(p, ", 'minute_cv': %.2f", uniform(d, 0, 1));
    if (billing == FOR_TOKENS && chance(d, 0.3))
        put(p, ", 'service_shares': {'batch': %.3f}", uniform(d, 0, 1));
}

#endif
