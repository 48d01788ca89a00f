/* check_profile.c -- rules of profiles: of one kind; a table that rises as it must, a
 * roofline whose GPU is known and holds the model.
 *
 * Called by check.c.  Numbers in brackets are those of docs/model.md.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stddef.h>

#include "scenario/check.h"

/* Longer requests may be served this much faster than shorter ones: measurements vary. */
#define TABLE_TOLERANCE 0.02

/* ---- Of one kind ----------------------------------------------------------------- */

/* Keys of a closed form in a profile of another kind. */
void ds_refuse_closed_form(ds_binder *b, const ds_profile *p, const char *why)
{
    ds_refuse(b, ds_there(p->input_tokens_per_gpu_s), "input_tokens_per_gpu_s", why);
    ds_refuse(b, ds_there(p->output_tokens_per_gpu_s), "output_tokens_per_gpu_s", why);
    ds_refuse(b, ds_differs(b, p->attention_gpu_s_per_token2, 0), "attention_gpu_s_per_token2",
              why);
    ds_refuse(b, ds_differs(b, p->prefill_attention_gpu_s_per_token2, 0),
              "prefill_attention_gpu_s_per_token2", why);
    ds_refuse(b, !isnan(p->slots_per_replica), "slots_per_replica", why);
}

static void check_closed_form(ds_binder *b, const ds_profile *p)
{
    bool input = ds_there(p->input_tokens_per_gpu_s), output = ds_there(p->output_tokens_per_gpu_s);
    if (!input && !output)
        ds_problem_here(b, "needs a closed form (\"input_tokens_per_gpu_s\" and "
                           "\"output_tokens_per_gpu_s\"), a \"table\" or a \"roofline\"");
    else if (!input || !output)
        ds_problem_here(b, "a closed form needs \"%s_tokens_per_gpu_s\" too",
                        input ? "output" : "input");
    const char *why = "a closed form has no latency and no concurrency; it goes with a \"table\" "
                      "or a \"roofline\"";
    ds_refuse(b, !isnan(p->ttft_limit_ms), "ttft_limit_ms", why);
    ds_refuse(b, !isnan(p->tpot_limit_ms), "tpot_limit_ms", why);
    ds_refuse(b, !isnan(p->concurrency_limit), "concurrency_limit", why);
}

/* ---- Tables (101) ---------------------------------------------------------------- */

static const ds_measurement *row_at(const ds_profile *p, size_t row)
{
    return &DS_ITEM(ds_measurement, p->table, row);
}

static bool same_curve(const ds_measurement *a, const ds_measurement *b)
{
    return a->input_tokens == b->input_tokens && a->output_tokens == b->output_tokens;
}

/* The row of the same curve before this one, or -1. */
static int before(const ds_profile *p, size_t row)
{
    for (size_t i = row; i-- > 0;)
        if (same_curve(row_at(p, i), row_at(p, row)))
            return (int)i;
    return -1;
}

/* `from` and `to` are a figure of two rows of a curve; it must not fall. */
static void check_not_falling(ds_binder *b, const char *key, double from, double to,
                              const ds_measurement *first, const ds_measurement *second)
{
    if (!(to < from))
        return;
    ds_push(b, key);
    ds_problem_here(b, "falls from %.6g to %.6g, by %.3g %%, from concurrency %.6g to %.6g of the "
                       "same lengths; it may only rise", from, to, 100.0 * (from - to) / from,
                    first->concurrency, second->concurrency);
    ds_pop(b);
}

/* A row and the one before it in its curve. */
static void check_pair(ds_binder *b, const ds_profile *p, size_t row)
{
    int last = before(p, row);
    if (last < 0)
        return;
    const ds_measurement *first = row_at(p, (size_t)last), *second = row_at(p, row);
    if (second->concurrency <= first->concurrency) {
        bool again = second->concurrency == first->concurrency;
        ds_push(b, "concurrency");
        if (again)
            ds_problem_here(b, "%.6g of the same lengths is in row %d already", second->concurrency,
                            last);
        else
            ds_problem_here(b, "%.6g comes after %.6g of the same lengths (row %d): rows of a "
                               "curve stand in rising order", second->concurrency,
                            first->concurrency, last);
        ds_pop(b);
        return;
    }
    check_not_falling(b, "output_tokens_per_s", first->output_tokens_per_s,
                      second->output_tokens_per_s, first, second);
    check_not_falling(b, "ttft_ms", first->ttft_ms, second->ttft_ms, first, second);
    check_not_falling(b, "tpot_ms", first->tpot_ms, second->tpot_ms, first, second);
}

static double requests_per_s(const ds_measurement *r)
{
    return r->output_tokens_per_s / r->output_tokens;
}

/* Longer requests of the same concurrency must not be more a second; the worst row of
 * shorter ones is told. */
static void check_longer(ds_binder *b, const ds_profile *p, size_t row)
{
    const ds_measurement *longer = row_at(p, row);
    double                least = requests_per_s(longer) / (1.0 + TABLE_TOLERANCE);
    size_t                found = row;
    for (size_t i = 0; i < p->table.count; i++) {
        const ds_measurement *r = row_at(p, i);
        if (r->concurrency != longer->concurrency || r->input_tokens > longer->input_tokens ||
            r->output_tokens > longer->output_tokens || same_curve(r, longer) ||
            !(requests_per_s(r) < least))
            continue;
        least = requests_per_s(r);
        found = i;
    }
    if (found == row)
        return;
    const ds_measurement *shorter = row_at(p, found);
    ds_push(b, "output_tokens_per_s");
    ds_problem_here(b, "are %.4g requests a second, %.3g %% more than the %.4g of row %zu, which "
                       "has as many at a time and shorter ones (%.6g and %.6g tokens against %.6g "
                       "and %.6g)", requests_per_s(longer),
                    100.0 * (requests_per_s(longer) / least - 1.0), least, found,
                    shorter->input_tokens, shorter->output_tokens, longer->input_tokens,
                    longer->output_tokens);
    ds_pop(b);
}

/* ---- Limits of a table ----------------------------------------------------------- */

/* A limit on a latency, which every row must have, and the first one of each curve keep. */
static void check_latency_limit(ds_binder *b, const ds_profile *p, const char *limit_key,
                                double limit, const char *key, size_t member)
{
    double highest = -1.0;
    size_t missing = 0, row = 0, where = 0;
    for (size_t i = p->table.count; i-- > 0;) {
        const ds_measurement *r = row_at(p, i);
        double x = *(const double *)(const void *)((const char *)r + member);
        if (isnan(x)) {
            missing++;
            row = i;
        } else if (before(p, i) < 0 && x > highest) {
            highest = x;
            where = i;
        }
    }
    if (isnan(limit))
        return;
    if (missing > 0)
        ds_problem_in(b, limit_key, "needs \"%s\" in every row of the table; row %zu has none%s",
                      key, row, missing > 1 ? ", nor have others" : "");
    else if (highest > limit)
        ds_problem_in(b, limit_key, "cannot be kept: at concurrency %.6g, the lowest measured of "
                                    "%.6g and %.6g tokens (row %zu), it is %.6g ms, %.3g %% above "
                                    "the limit of %.6g ms",
                      row_at(p, where)->concurrency, row_at(p, where)->input_tokens,
                      row_at(p, where)->output_tokens, where, highest,
                      100.0 * (highest / limit - 1.0), limit);
}

static void check_limits(ds_binder *b, const ds_profile *p)
{
    check_latency_limit(b, p, "ttft_limit_ms", p->ttft_limit_ms, "ttft_ms",
                        offsetof(ds_measurement, ttft_ms));
    check_latency_limit(b, p, "tpot_limit_ms", p->tpot_limit_ms, "tpot_ms",
                        offsetof(ds_measurement, tpot_ms));
    for (size_t i = 0; i < p->table.count; i++) {
        const ds_measurement *r = row_at(p, i);
        if (before(p, i) >= 0 || !(r->concurrency > p->concurrency_limit))
            continue;
        ds_problem_in(b, "concurrency_limit", "%.6g is below the least concurrency measured of "
                                              "%.6g and %.6g tokens, %.6g (row %zu)",
                      p->concurrency_limit, r->input_tokens, r->output_tokens, r->concurrency, i);
        break;
    }
}

static void check_table(ds_binder *b, const ds_profile *p)
{
    ds_refuse_closed_form(b, p, "the profile has a \"table\"");
    ds_refuse(b, p->roofline != NULL, "roofline", "the profile has a \"table\"");
    if (p->table.count == 0 && !ds_reported_inside(b))
        ds_problem_in(b, "table", "needs at least one row");
    if (ds_reported_inside(b))
        return; /* a number in the place of what is wrong would break other rules */
    ds_push(b, "table");
    for (size_t i = 0; i < p->table.count && !ds_problems_full(b->problems); i++) {
        ds_push(b, row_at(p, i)->key.name);
        check_pair(b, p, i);
        check_longer(b, p, i);
        ds_pop(b);
    }
    ds_pop(b);
    check_limits(b, p);
}

/* ---- All profiles ---------------------------------------------------------------- */

void ds_check_profiles(ds_binder *b)
{
    const ds_items *profiles = &b->scenario->profiles;
    ds_push(b, "profiles");
    for (size_t i = 0; i < profiles->count; i++) {
        const ds_profile *p = &DS_ITEM(ds_profile, *profiles, i);
        ds_push(b, p->key.name);
        if (ds_stated(b, "table"))
            check_table(b, p);
        else if (ds_stated(b, "roofline"))
            ds_check_roofline(b, p, (int)i);
        else
            check_closed_form(b, p);
        ds_pop(b);
    }
    ds_pop(b);
}
