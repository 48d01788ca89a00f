/* random_scenario.h -- writes a random valid scenario, for tests that compare two
 * ways of computing the same thing.  Every feature of the model has a chance in
 * every scenario; `random_scenario(seed)` is the same text for the same seed, so no
 * call draws twice among its arguments, whose order C leaves open.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RANDOM_SCENARIO_H
#define RANDOM_SCENARIO_H

#include "random_contract.h"
#include "random_profile.h"
#include "random_student.h"

static void make_regimes(maker *m)
{
    maker_print(m, "\"regimes\": {");
    for (int r = 0; r < 2; r++) {
        maker_print(m, "\"r%d\": {", r);
        maker_quantity(m, "on_per_year", 0, 4);
        maker_quantity(m, "off_per_year", r == 0 ? 0.5 : 0, 6);
        maker_some(m, 0.5, "begins_on", 0, 1);
        maker_close(m, "}, ");
    }
    maker_close(m, "},\n");
}

static void make_growth(maker *m)
{
    static const char *const process[] = { "gbm", "gbm", "logistic", "bass", "series" };
    int kind = maker_below(m, 5);
    maker_print(m, "\"growth\": {\"process\": \"%s\", ", process[kind]);
    maker_some(m, 0.8, "per_year", -0.3, 2);
    if (kind < 2)
        maker_some(m, 0.5, "slows_to_per_year", -0.2, 0.5);
    if (kind < 2)
        maker_some(m, 0.5, "slowing_per_year", 0, 2);
    if (kind == 2 || kind == 3)
        maker_quantity(m, "ceiling_factor", 1, 30);
    if (kind == 3) {
        maker_some(m, 0.5, "innovation_per_year", 0, 0.1);
        maker_some(m, 0.5, "imitation_per_year", 0.1, 0.8);
    }
    if (kind == 4)
        maker_print(m, "\"series\": [1, 1.2, 0.8, 2.5, 3], ");
    bool wild = maker_chance(m, 0.6);
    if (wild)
        maker_quantity(m, "volatility_per_sqrt_year", 0, 0.6);
    if (maker_chance(m, 0.4))
        maker_jumps(m, "jumps_per_year", 3, "jump_factor", 0.5, 2);
    if (maker_chance(m, 0.3)) {
        maker_quantity(m, "noise_log_sd", 0, 0.5);
        maker_some(m, 0.7, "noise_autocorrelation", -0.5, 0.95);
    }
    maker_regime(m, 0.4, "regime_per_year", wild);
    maker_close(m, "}, ");
}

/* What is cached of a prompt: shares of it, tokens in or beside it, a prefix. */
static void make_cached(maker *m)
{
    switch (maker_below(m, 5)) {
    case 0:
        maker_print(m, "\"cached_tokens\": \"beside\", ");
        maker_quantity(m, "cache_read_tokens", 100, 5000);
        maker_some(m, 0.5, "cache_write_tokens", 10, 500);
        maker_some(m, 0.5, "cache_write_1h_tokens", 10, 500);
        break;
    case 1:
        maker_quantity(m, "cache_read_tokens", 5, 20);
        maker_some(m, 0.5, "cache_write_1h_tokens", 5, 20);
        break;
    case 2:
        maker_quantity(m, "prefix_tokens", 20, 2000);
        maker_some(m, 0.7, "prefixes", 1, 1e5);
        break;
    default:
        maker_some(m, 0.5, "cache_read_share", 0, 0.6);
        maker_some(m, 0.4, "cache_write_1h_share", 0, 0.1);
        if (maker_chance(m, 0.3))
            maker_print(m, "\"cache_write_share\": \"@other\", ");
        else
            maker_some(m, 0.5, "cache_write_share", 0, 0.3);
    }
}

static void make_request(maker *m, bool first)
{
    maker_print(m, "\"request\": {");
    if (maker_chance(m, 0.5)) {
        maker_quantity(m, "input_words", 50, 3000);
        maker_some(m, 0.5, "tokens_per_word", 1.1, 1.6);
    } else {
        maker_quantity(m, "input_tokens", 50, 5000);
    }
    maker_quantity(m, maker_chance(m, 0.5) ? "output_words" : "output_tokens", 10, 500);
    maker_some(m, 0.4, "input_cv", 0.1, 2);
    maker_some(m, 0.4, "output_cv", 0.1, 2);
    make_cached(m);
    if (first || maker_chance(m, 0.5)) {
        maker_print(m, "\"meters\": {");
        if (first || maker_chance(m, 0.5))
            maker_quantity(m, "search", 0.1, 3);
        maker_quantity(m, "audio", 10, 500);
        maker_close(m, "}, ");
    }
    maker_some(m, 0.3, "input_growth_per_year", -0.2, 1);
    maker_some(m, 0.3, "output_growth_per_year", -0.2, 1);
    maker_close(m, "}, ");
}

static void make_list(maker *m, const char *key, int n, int mean_one)
{
    double value[168], sum = 0;
    for (int i = 0; i < n; i++)
        sum += value[i] = maker_uniform(m, 0.5, 1.5);
    maker_print(m, "\"%s\": [", key);
    for (int i = 0; i < n; i++)
        maker_print(m, "%.17g, ", mean_one ? value[i] * n / sum : value[i]);
    maker_close(m, "], ");
}

static void make_products(maker *m, int products)
{
    maker_print(m, "\"products\": {");
    for (int p = 0; p < products; p++) {
        maker_print(m, "\"p%d\": {\"task_class\": \"%s\", ", p, p % 2 ? "chat" : "code");
        maker_quantity(m, "requests_per_month", 1e5, 1e8);
        make_growth(m);
        make_request(m, p == 0);
        if (maker_chance(m, 0.5))
            make_list(m, "season", 12, 0);
        if (maker_chance(m, 0.5))
            make_list(m, "hour_shape", maker_chance(m, 0.1) ? 168 : 24, 1);
        if (maker_chance(m, 0.1)) /* a thousand points: slow in the naive engine */
            maker_print(m, "\"minute_cv\": %.17g, ", maker_uniform(m, 0.1, 1.5));
        if (maker_chance(m, 0.4)) {
            maker_print(m, "\"service_shares\": {");
            maker_some(m, 0.7, "batch", 0, 0.5);
            maker_quantity(m, "flex", 0, 0.3);
            maker_close(m, "}, ");
        }
        maker_some(m, 0.7, "peak_to_mean", 1, 4);
        maker_some_money(m, 0.5, "value_usd_per_request", 0, 0.1);
        maker_some_money(m, 0.5, "loss_usd_per_bad_answer", 0, 0.05);
        if (maker_chance(m, 0.3)) {
            maker_quantity(m, "price_elasticity", -0.5, 1);
            maker_print(m, "\"price_of\": \"teacher\", ");
        }
        maker_close(m, "}, ");
    }
    maker_close(m, "},\n");
}

static void make_vendor(maker *m, const char *name, const char *fallback)
{
    maker_print(m, "\"%s\": {\"provider\": \"%s\", ", name,
                maker_chance(m, 0.5) ? name : "shared vendor");
    make_contracts(m, name);
    if (maker_chance(m, 0.7)) {
        maker_print(m, "\"price_path\": {\"releases\": \"%s\", ",
                    maker_chance(m, 0.5) ? "poisson" : "fixed");
        maker_some(m, 0.8, "release_every_months", 2, 12);
        if (maker_chance(m, 0.2)) /* one draw for all releases */
            maker_print(m, "\"change_at_release\": \"@shared\", ");
        else
            maker_some(m, 0.8, "change_at_release", 0.5, 1.5);
        if (maker_chance(m, 0.5))
            maker_jumps(m, "cuts_per_year", 1, "cut_factor", 0.3, 0.9);
        maker_some(m, 0.5, "change_per_year", -0.4, 0.2);
        bool wild = maker_chance(m, 0.5);
        if (wild)
            maker_quantity(m, "volatility_per_sqrt_year", 0, 0.3);
        if (wild && maker_chance(m, 0.4))
            maker_quantity(m, "reversion_per_year", 0, 4);
        maker_regime(m, 0.4, "regime_change_per_year", wild);
        maker_close(m, "}, ");
    }
    if (maker_chance(m, 0.5)) {
        make_interruption(m);
        if (maker_chance(m, 0.7))
            maker_print(m, "\"fallback\": \"%s\", ", fallback);
    }
    maker_some(m, 0.4, "fee_returned_share", 0, 0.3);
    bool sized = maker_chance(m, 0.3);
    if (sized)
        maker_quantity(m, "parameters_b", 4, 16);
    if (maker_chance(m, 0.5)) {
        maker_print(m, "\"quality\": {");
        make_quality(m, "chat", sized, 0.8);
        maker_close(m, "}, ");
    }
    maker_close(m, "}, ");
}

/* A model on GPUs that may be too few, which stands in for no other. */
static void make_rack(maker *m)
{
    maker_print(m, "\"rack\": {\"contracts\": {\"c0\": {");
    m->model = "rack";
    m->contract = m->party = 0;
    m->limited = true;
    make_tariff(m, 3);
    if (maker_chance(m, 0.3)) {
        maker_close(m, "}, ");
        maker_print(m, "\"c1\": {\"from\": %d, ", 1 + maker_below(m, 20));
        m->contract = 1;
        make_tariff(m, maker_chance(m, 0.7) ? 3 : 0);
    }
    m->limited = false;
    maker_close(m, "}}, ");
    if (maker_chance(m, 0.3))
        make_interruption(m);
    if (maker_chance(m, 0.7))
        maker_print(m, "\"fallback\": \"%s\", ", maker_one_of(m, "teacher", "other", "house"));
    maker_some(m, 0.4, "fee_returned_share", 0, 0.3);
    maker_close(m, "}, ");
}

static void make_route(maker *m, const char *model, double most)
{
    maker_print(m, "\"%s\": {", model);
    maker_quantity(m, "share", 0.1 * most, most);
    if (maker_chance(m, 0.5))
        maker_print(m, "\"from\": %d, ", maker_below(m, 10));
    maker_some(m, 0.5, "ramp_months", 0, 8);
    if (strncmp(model, "student", 7) == 0 && maker_chance(m, 0.7)) {
        maker_print(m, "\"escalate_to\": \"%s\", ", maker_one_of(m, "teacher", "other", "rack"));
        if (m->router[strcmp(model, "student") != 0] && maker_chance(m, 0.5))
            maker_print(m, "\"escalate\": \"before_answer\", ");
    }
    maker_close(m, "}, ");
}

/* Another value in the place of an amount of a model that the strategy uses: `all`, and
 * the student, which every strategy has a route to. */
static void make_terms(maker *m, const char *all)
{
    char of_all[64];
    snprintf(of_all, sizeof of_all, "/models/%s/", all);
    for (size_t k = 0; k < m->amounts; k++) {
        if (strncmp(m->amount[k], of_all, strlen(of_all)) != 0 &&
            strncmp(m->amount[k], "/models/student/", 16) != 0)
            continue;
        if (maker_chance(m, 0.7))
            continue;
        maker_print(m, "\"terms\": {\"%s\": {", m->amount[k]);
        maker_quantity(m, "value", m->amount_low[k], m->amount_high[k]);
        maker_close(m, "}}, ");
        return;
    }
}

static void make_strategy(maker *m, int number, int products)
{
    const char *all = maker_chance(m, 0.5) ? "teacher" : maker_chance(m, 0.5) ? "other" : "rack";
    maker_print(m, "\"s%d\": {\"all\": \"%s\", ", number, all);
    maker_print(m, "\"start\": {\"student\": ");
    if (maker_chance(m, 0.5))
        maker_print(m, "%d, ", maker_below(m, 8));
    else
        maker_print(m, "{\"uniform\": {\"low\": 0, \"high\": 12}}, ");
    maker_print(m, "\"student-b\": 3}, ");
    if (maker_chance(m, 0.4)) {
        maker_print(m, "\"start_when_usd_per_month_above\": {");
        maker_money(m, "student", 1e3, 1e7);
        maker_close(m, "}, ");
    }
    maker_print(m, "\"routes\": {");
    int stars = maker_chance(m, 0.3);
    for (int p = 0; p < products; p++) {
        if (p > 0 && maker_chance(m, 0.3))
            continue;
        maker_print(m, stars && p == 0 ? "\"*\": {" : "\"p%d\": {", p);
        make_route(m, "student", 0.5);
        if (maker_chance(m, 0.4))
            make_route(m, "student-b", 0.2);
        if (maker_chance(m, 0.4))
            make_route(m, maker_chance(m, 0.5) ? "house" : "rack", 0.3);
        maker_close(m, "}, ");
    }
    maker_close(m, "}, ");
    if (maker_chance(m, 0.4)) {
        maker_print(m, "\"fallback\": {\"teacher\": \"house\", ");
        if (maker_chance(m, 0.5))
            maker_print(m, "\"student\": \"house\", ");
        maker_close(m, "}, ");
    }
    make_terms(m, all);
    maker_close(m, "}, ");
}

/* Correlations, and how they hang together. */
static void make_dependence(maker *m)
{
    static const char *const measure[] = { "normal", "spearman", "kendall" };
    int nearest = maker_chance(m, 0.3);
    maker_print(m, "\"correlations\": [[\"/gpus/g0\", \"/gpus/g1\", %.3f], "
                "[\"/gpus/g1\", \"/products/p0/growth\", 0.3], "
                "[\"/discount_rate_per_year\", \"/gpus/g0/usd_per_gpu_hour\", 0.4], "
                "[\"/products/p0/requests_per_month\", \"/quantities/shared\", -0.6], "
                "[\"/gpus/g0/usd_per_gpu_hour\", \"/quantities/shared\", 0.2], ",
                maker_uniform(m, -0.5, 0.65));
    if (nearest) /* these cannot hold together with the first two */
        maker_print(m, "[\"/gpus/g0\", \"/products/p0/growth\", -0.95], "
                    "[\"/discount_rate_per_year\", \"/quantities/shared\", -0.98], ");
    maker_close(m, "],\n");
    if (!nearest && maker_chance(m, 0.3))
        return;
    maker_print(m, "\"dependence\": {\"measure\": \"%s\", ", measure[maker_below(m, 3)]);
    if (maker_chance(m, 0.5))
        maker_print(m, "\"copula\": \"t\", \"degrees_of_freedom\": %.3f, ",
                    maker_chance(m, 0.3) ? maker_uniform(m, 30, 300) : maker_uniform(m, 1, 8));
    if (nearest)
        maker_print(m, "\"nearest\": true, ");
    maker_close(m, "},\n");
}

/* Text of a scenario whose amounts of money are all `dollar` times those of the same
 * seed at 1; exactly so when it is a power of two.  The caller frees it. */
static char *random_scenario_in(uint64_t seed, double dollar)
{
    maker m = { .state = seed, .dollar = dollar };
    int products = 1 + maker_below(&m, 4);
    static const char *const timing[] = { "start", "mid", "end" };
    maker_print(&m, "{\"name\": \"random\", \"clock\": {\"start\": \"2026-%02d\", ",
                1 + maker_below(&m, 12));
    if (maker_chance(&m, 0.3))
        maker_print(&m, "\"calendar_hours\": true, ");
    maker_print(&m, "\"months\": %d}, ", 1 + maker_below(&m, 40));
    maker_print(&m, "\"timing\": \"%s\", ", timing[maker_below(&m, 3)]);
    maker_print(&m, "\"money\": \"%s\", ", maker_chance(&m, 0.3) ? "real" : "nominal");
    maker_quantity(&m, "discount_rate_per_year", 0, 0.2);
    maker_some(&m, 0.5, "inflation_per_year", 0, 0.1);
    maker_some_money(&m, 0.5, "budget_usd_per_month", 1e4, 1e7);
    maker_print(&m, "\n");
    maker_print(&m, "\"quantities\": {");
    maker_quantity(&m, "shared", 0.5, 1.5);
    maker_quantity(&m, "other", 0.001, 0.1);
    maker_close(&m, "},\n");
    if (maker_chance(&m, 0.5)) /* a pair with a certain end has no effect */
        make_dependence(&m);
    make_regimes(&m);
    make_gpus(&m);
    make_profiles(&m);
    make_products(&m, products);
    make_agreements(&m);
    maker_print(&m, "\"models\": {");
    make_vendor(&m, "teacher", "other");
    make_vendor(&m, "other", "house");
    make_vendor(&m, "house", "teacher");
    make_rack(&m);
    make_student(&m, "student", 0);
    make_student(&m, "student-b", 1);
    maker_close(&m, "},\n\"strategies\": {\"stay\": {\"all\": \"teacher\"}, ");
    for (int s = 0; s < 3; s++)
        make_strategy(&m, s, products);
    maker_close(&m, "}}\n");
    return m.text;
}

static char *random_scenario(uint64_t seed)
{
    return random_scenario_in(seed, 1);
}

#endif
