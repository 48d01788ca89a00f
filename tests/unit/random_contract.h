/* random_contract.h -- the contracts of a random scenario: every kind of price, unit,
 * commitment and agreement has a chance in every contract that may have it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RANDOM_CONTRACT_H
#define RANDOM_CONTRACT_H

#include "random_fleet.h"

/* By kind: dollars, factors or weights. */
static void make_kinds(maker *m, const char *key, double low, double high, double unit,
                       double chance)
{
    static const char *const kind[] = { "input", "output", "cache_read", "cache_write",
                                        "cache_write_1h" };
    maker_print(m, "\"%s\": {", key);
    int sure = maker_below(m, 2);
    for (int k = 0; k < 5; k++)
        if (k == sure || maker_chance(m, chance))
            maker_in_units(m, kind[k], low, high, unit);
    maker_close(m, "}, ");
}

/* What moves prices: each kind by a factor or a price of its own or neither, then `factor`
 * for the kinds that have neither. */
static void make_repricing(maker *m, bool prices)
{
    static const char *const kind[] = { "input", "output", "cache_read", "cache_write",
                                        "cache_write_1h" };
    int way[5];
    for (int k = 0; k < 5; k++)
        way[k] = maker_chance(m, 0.6) ? 0 : prices && maker_chance(m, 0.5) ? 2 : 1;
    if (way[0] == 0 || way[1] == 0)
        maker_quantity(m, "factor", 0.3, 2);
    for (int which = 1; which <= 2; which++) {
        bool any = false;
        for (int k = 0; k < 5; k++)
            any = any || way[k] == which;
        if (!any)
            continue;
        maker_print(m, which == 1 ? "\"factors\": {" : "\"usd_per_mtok\": {");
        for (int k = 0; k < 5; k++)
            if (way[k] == which && which == 1)
                maker_quantity(m, kind[k], 0.3, 2);
            else if (way[k] == which)
                maker_money(m, kind[k], k == 2 ? 0.01 : 0.1, k == 2 ? 0.1 : 5);
        maker_close(m, "}, ");
    }
}

/* A table of tiers; `only`: the one kind that it moves, or NULL. */
static void make_tiers(maker *m, const char *name, const char *of, const char *shape,
                       const char *only, bool prices, double low, double high)
{
    double from = maker_chance(m, 0.2) ? 0 : maker_wide(m, low, high);
    int steps = 1 + maker_below(m, 3);
    maker_print(m, "\"%s\": {\"of\": \"%s\", \"shape\": \"%s\", ", name, of, shape);
    if (maker_chance(m, 0.3))
        maker_print(m, "\"edge\": \">=\", ");
    maker_print(m, "\"steps\": [");
    for (int j = 0; j < steps; j++) {
        maker_print(m, "{\"from\": %.17g, ", from);
        if (only != NULL) {
            maker_print(m, "\"factors\": {");
            maker_quantity(m, only, 0.3, 2);
            maker_close(m, "}");
        } else {
            make_repricing(m, prices);
        }
        maker_close(m, "}, ");
        from = from * maker_uniform(m, 1.1, 3) + low;
    }
    maker_close(m, "]}, ");
}

static void make_request_tiers(maker *m, const char *name, bool prices)
{
    bool of_input = maker_chance(m, 0.7), graduated = maker_chance(m, 0.3);
    make_tiers(m, name, of_input ? "request_input" : "request_output",
               graduated ? "graduated" : "cliff",
               !graduated ? NULL : of_input ? "input" : "output", prices, of_input ? 100 : 30,
               of_input ? 4000 : 600);
}

static void make_volume_tiers(maker *m, const char *name, const char *only)
{
    static const char *const of[] = { "month_input", "month_output", "month_tokens",
                                      "month_requests" };
    int what = maker_below(m, 4);
    make_tiers(m, name, of[what], maker_chance(m, 0.5) ? "graduated" : "cliff", only, true,
               what == 3 ? 1e5 : 1e8, what == 3 ? 1e8 : 1e11);
}

static void make_all_tiers(maker *m, bool volumes)
{
    maker_print(m, "\"tiers\": {");
    if (maker_chance(m, 0.5))
        make_request_tiers(m, "length", true);
    if (maker_chance(m, 0.3))
        make_request_tiers(m, "long", true);
    if (volumes && maker_chance(m, 0.5)) {
        make_volume_tiers(m, "month", NULL);
    } else if (volumes && maker_chance(m, 0.5)) {
        make_volume_tiers(m, "in", "input");
        make_volume_tiers(m, "out", "output");
    }
    maker_close(m, "}, ");
}

static void make_classes(maker *m)
{
    static const char *const name[] = { "batch", "flex", "priority" };
    maker_print(m, "\"service_classes\": {");
    for (int k = 0; k < 3; k++)
        if ((m->party && k < 2) || maker_chance(m, 0.6)) {
            maker_print(m, "\"%s\": {", name[k]);
            maker_some(m, 0.6, "share", 0, 0.2);
            make_repricing(m, true);
            maker_close(m, "}, ");
        }
    maker_close(m, "}, ");
}

static void make_multipliers(maker *m)
{
    maker_print(m, "\"multipliers\": {");
    for (int k = 1 + maker_below(m, 2); k >= 0; k--) {
        maker_print(m, "\"m%d\": {", k);
        make_repricing(m, false);
        if (maker_chance(m, 0.5)) {
            int from = maker_below(m, 24), to = (from + 1 + maker_below(m, 23)) % 24;
            maker_print(m, "\"from_hour\": %d, \"to_hour\": %d, ", from, to);
        }
        maker_close(m, "}, ");
    }
    maker_close(m, "}, ");
}

static void make_meters(maker *m, bool free)
{
    static const char *const name[] = { "search", "audio" };
    maker_print(m, "\"meters\": {");
    for (int k = 0; k < 2; k++) {
        maker_print(m, "\"%s\": {", name[k]);
        maker_money(m, "usd_per_unit", 1e-5, 1e-3);
        maker_some(m, 0.4, "minimum_per_request", 0.5, 100);
        if (free)
            maker_some(m, 0.4, "free_per_month", 1e4, 1e8);
        maker_close(m, "}, ");
    }
    maker_close(m, "}, ");
}

static void make_prices(maker *m)
{
    maker_print(m, "\"usd_per_mtok\": {");
    maker_money(m, "input", 0.1, 5);
    maker_money(m, "output", 0.5, 25);
    maker_some_money(m, 0.5, "cache_read", 0.01, 0.1);
    maker_some_money(m, 0.5, "cache_write", 0.1, 6);
    maker_some_money(m, 0.3, "cache_write_1h", 0.1, 10);
    maker_close(m, "}, ");
    maker_some_money(m, 0.3, "usd_per_request", 1e-5, 1e-3);
}

static void make_token_prices(maker *m, int rounding)
{
    make_prices(m);
    if (maker_chance(m, 0.4))
        make_all_tiers(m, rounding != 1);
    if (m->party || maker_chance(m, 0.4))
        make_classes(m);
    if (maker_chance(m, 0.3))
        make_multipliers(m);
    make_meters(m, rounding != 1);
}

/* ---- units ------------------------------------------------------------------------ */

static void make_pool(maker *m, const char *name, const char *settlement, bool held,
                      bool by_profile)
{
    bool counted = strcmp(settlement, "metered") != 0 && strcmp(settlement, "window") != 0;
    char place[32];
    snprintf(place, sizeof place, "/units/%s", name);
    maker_print(m, "\"%s\": {", name);
    maker_money(m, "usd_per_unit_hour", 5, 70);
    if (by_profile) {
        maker_print(m, "\"profile\": \"f%d\", \"gpus\": 4, ", maker_below(m, RANDOM_PROFILES));
    } else {
        maker_quantity(m, "tokens_per_minute", 1e5, 1e6);
        if (maker_chance(m, 0.6))
            make_kinds(m, "weights", 0.1, 8, 1, 0.5);
        if (maker_chance(m, 0.3)) {
            maker_print(m, "\"meter_weights\": {");
            maker_quantity(m, "audio", 0.1, 3);
            maker_close(m, "}, ");
        }
    }
    if (held) {
        maker_amount(m, place, "held", 1, 300, 1);
    } else if (counted) {
        maker_print(m, "\"minimum\": %d, ", maker_below(m, 20));
        maker_print(m, "\"increment\": %d, ", 1 + maker_below(m, 5));
    }
    if (counted && maker_chance(m, 0.4)) {
        maker_amount(m, place, "reserved_units", 1, 50, 1);
        if (maker_chance(m, 0.5))
            maker_money(m, "reserved_usd_per_unit_month", 2000, 20000);
        else
            maker_money(m, "reserved_usd_per_unit_hour", 3, 40);
    }
    maker_close(m, "}, ");
}

static void make_units(maker *m)
{
    static const char *const settlement[] = { "month", "day", "hour", "minute", "metered", "term",
                                              "window" };
    const char *settled = settlement[maker_below(m, 7)];
    bool monthly = strcmp(settled, "month") == 0 || strcmp(settled, "term") == 0;
    bool held = monthly && maker_chance(m, 0.6);
    bool both = maker_chance(m, 0.5), both_held = held && maker_chance(m, 0.5);
    bool by_profile = maker_chance(m, 0.5);
    maker_print(m, "\"settlement\": \"%s\", \"units\": {", settled);
    make_pool(m, "u0", settled, held, by_profile);
    if (both)
        make_pool(m, "a1", settled, both_held, maker_chance(m, 0.5));
    maker_close(m, "}, ");
    if (strcmp(settled, "metered") != 0 && !(held && (both_held || !both)))
        maker_some(m, 0.5, "target_utilisation", 0.4, 1);
    if (strcmp(settled, "term") == 0) {
        maker_print(m, "\"term_months\": %d, ", 1 + maker_below(m, 8));
        maker_print(m, "\"renewal\": \"%s\", ", maker_chance(m, 0.5) ? "auto" : "none");
    }
    if (strcmp(settled, "window") == 0) {
        maker_print(m, "\"window\": {\"minutes\": %.17g, \"cold_start_minutes\": %.17g, ",
                    maker_wide(m, 1e-3, 30), maker_uniform(m, 0, 3));
        maker_print(m, "\"kind\": \"%s\", ", maker_one_of(m, "sliding", "grid", "idle"));
        maker_print(m, "\"arrivals\": \"%s\"}, ", maker_one_of(m, "poisson", "even", NULL));
    }
    if (held) {
        static const char *const overage[] = { "none", "list", "discounted", "rejected" };
        int over = maker_below(m, 4);
        maker_print(m, "\"overage\": \"%s\", ", overage[over]);
        if (over == 1 || over == 2)
            make_prices(m);
    }
    if (!by_profile && maker_chance(m, 0.3)) {
        maker_print(m, "\"tiers\": {");
        make_request_tiers(m, "length", false);
        maker_close(m, "}, ");
    }
    maker_some_money(m, 0.3, "storage_usd_per_month", 0, 500);
}

/* ---- commitments -------------------------------------------------------------------- */

static void make_term(maker *m, bool required)
{
    if (required || maker_chance(m, 0.6))
        maker_print(m, "\"term_months\": %d, ", 1 + maker_below(m, 8));
    int  terms = 1 + maker_below(m, 3);
    bool renews = maker_chance(m, 0.5);
    maker_print(m, "\"terms\": %d, \"renewal\": \"%s\", ", terms, renews ? "auto" : "none");
    if ((renews || terms == 3) && maker_chance(m, 0.5)) {
        double first = maker_uniform(m, 0.3, 1), second = maker_uniform(m, 1, 2);
        maker_print(m, "\"ramp\": [%.17g, %.17g, 3], ", first, second);
    }
    maker_some(m, 0.4, "early_exit_share", 0, 1);
}

static void make_commitment(maker *m, bool of_contract)
{
    static const char *const key[] = { "usd_per_month", "usd_per_term", "credits_per_month",
                                       "credits_per_term", "usd_per_day", "usd_per_hour",
                                       "usd_per_minute" };
    static const double size[] = { 1e6, 1e7, 1e6, 1e7, 3e4, 1e3, 20 };
    int  which = maker_below(m, of_contract ? 7 : 4);
    bool per_term = which == 1 || which == 3, in_credits = which == 2 || which == 3;
    double scale = m->dollar * size[which];
    maker_print(m, "\"commitment\": {");
    if (of_contract)
        maker_amount(m, "/commitment", key[which], 0.001, 10, scale);
    else
        maker_in_units(m, key[which], 0.001, 10, scale);
    if (in_credits)
        maker_quantity(m, "usd_per_credit", 0.5, 1.2);
    else
        maker_some(m, 0.5, "discount_share", 0, 0.4);
    bool term = per_term || maker_chance(m, 0.5);
    if (term)
        make_term(m, !per_term);
    if (per_term) {
        int payment = maker_below(m, 3);
        maker_print(m, "\"payment\": \"%s\", ",
                    payment == 0 ? "arrears" : payment == 1 ? "upfront" : "monthly");
        if (payment < 2)
            maker_some_money(m, 0.4, "minimum_usd_per_month", 1e3, 1e6);
    }
    if (term && (which == 0 || which == 2) && maker_chance(m, 0.5))
        maker_print(m, "\"unused\": \"carried\", ");
    int over = maker_below(m, of_contract ? 3 : 2);
    maker_print(m, "\"overage\": \"%s\", ",
                over == 0 ? "list" : over == 1 ? "discounted" : "rejected");
    maker_close(m, "}, ");
}

static void make_agreements(maker *m)
{
    m->agreements = maker_chance(m, 0.6);
    if (!m->agreements)
        return;
    maker_print(m, "\"agreements\": {");
    for (int a = 0; a < 2; a++) {
        maker_print(m, "\"a%d\": {", a);
        m->model = NULL;
        if (maker_chance(m, 0.6))
            make_commitment(m, false);
        maker_money(m, "free_usd_per_month", 10, 1e5);
        if (maker_chance(m, 0.5)) {
            double from = maker_chance(m, 0.3) ? 0 : m->dollar * maker_wide(m, 1e4, 1e7);
            int    steps = 1 + maker_below(m, 3);
            maker_print(m, "\"spend_discount\": {\"shape\": \"%s\", \"steps\": [",
                        maker_chance(m, 0.5) ? "cliff" : "graduated");
            for (int j = 0; j < steps; j++) {
                maker_print(m, "{\"from_usd\": %.17g, ", from);
                maker_quantity(m, "discount_share", 0, 0.5);
                maker_close(m, "}, ");
                from = from * 2 + 1e4 * m->dollar;
            }
            maker_close(m, "]}, ");
        }
        if (maker_chance(m, 0.3)) {
            maker_money(m, "credit_usd", 1e3, 1e7);
            maker_some(m, 0.6, "credit_months", 1, 20);
        }
        maker_close(m, "}, ");
    }
    maker_close(m, "},\n");
}

/* ---- contracts ----------------------------------------------------------------------- */

/* What vendors alone have; rounding 1: of requests, 2: of lines, 3: of the invoice. */
static void make_vendor_terms(maker *m, int rounding)
{
    static const char *const rounded[] = { "none", "request", "line", "invoice" };
    maker_some(m, 0.3, "usd_per_credit", 0.5, 1.5);
    maker_some(m, 0.3, "tax_share", 0, 0.3);
    if (rounding > 0)
        maker_print(m, "\"rounding\": \"%s\", \"rounding_usd\": %.17g, ", rounded[rounding],
                    m->dollar * (rounding == 1 ? 1e-4 : 100));
    if (maker_chance(m, 0.4))
        make_commitment(m, true);
    int which = m->party > 0 ? m->party - 1 : maker_below(m, 2);
    if (m->agreements && (m->party > 0 || maker_chance(m, 0.4)))
        maker_print(m, "\"agreement\": \"a%d\", ", which);
}

static void make_tariff(maker *m, int billing)
{
    static const char *const name[] = { "per_token", "hosted_per_token", "compute_time", "fleet" };
    static const char *const month[] = { "clock", "730_hours", "30_days", "calendar" };
    int rounding = maker_chance(m, 0.15) ? 1 + maker_below(m, 3) : 0;
    if (billing >= 2 && rounding == 1)
        rounding = 3;
    maker_print(m, "\"billing\": \"%s\", ", name[billing]);
    maker_some(m, 0.5, "discount_share", 0, 0.4);
    maker_some_money(m, 0.3, "staff_usd_per_month", 0, 1e5);
    maker_some(m, 0.3, "price_locked_months", 0, 12);
    if (maker_chance(m, 0.2))
        maker_print(m, "\"follows_price_path\": false, ");
    if (maker_chance(m, 0.4))
        maker_print(m, "\"month\": \"%s\", ", month[maker_below(m, 4)]);
    if (maker_chance(m, 0.3))
        maker_print(m, "\"cache_ttl_minutes\": %.17g, ", maker_wide(m, 1, 500));
    if (maker_chance(m, 0.3))
        maker_print(m, "\"cache_minimum_tokens\": %.17g, ", maker_uniform(m, 10, 1000));
    if (billing < 3)
        make_vendor_terms(m, rounding);
    if (billing < 2)
        make_token_prices(m, rounding);
    if (billing == 1) {
        maker_some_money(m, 0.7, "hosting_usd_per_hour", 0, 50);
        maker_some_money(m, 0.7, "storage_usd_per_month", 0, 500);
    }
    if (billing == 2)
        make_units(m);
    if (billing == 3)
        make_fleet(m);
}

/* One to three contracts; later ones on a certain or uncertain date. */
static void make_contracts(maker *m, const char *model)
{
    m->model = model;
    int count = 1 + maker_below(m, 3);
    maker_print(m, "\"contracts\": {");
    for (int c = 0; c < count; c++) {
        maker_print(m, "\"c%d\": {", c);
        m->contract = c;
        if (c > 0 && maker_chance(m, 0.5))
            maker_print(m, "\"from\": %d, ", 7 * c);
        else if (c > 0)
            maker_print(m, "\"from\": {\"uniform\": {\"low\": %d, \"high\": %d}}, ", 7 * c - 6,
                        7 * c + 6); /* the third may come before the second */
        if (c + 1 == count && maker_chance(m, 0.2))
            maker_print(m, "\"until\": {\"uniform\": {\"low\": 41, \"high\": 60}}, ");
        /* agreements must have a party, classes a contract that offers them */
        bool first = c == 0;
        m->party = first && strcmp(model, "other") == 0   ? 1
                   : first && strcmp(model, "house") == 0 ? 2
                                                          : 0;
        make_tariff(m, m->party > 0 ? 0 : maker_below(m, 4));
        maker_close(m, "}, ");
    }
    maker_close(m, "}, ");
}

static void make_interruption(maker *m)
{
    maker_print(m, "\"interruption\": {");
    maker_quantity(m, "per_year", 0, 3);
    maker_quantity(m, "months", 0, 6);
    maker_close(m, "}, ");
}

#endif
