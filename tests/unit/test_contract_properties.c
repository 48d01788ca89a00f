/* test_contract_properties.c -- what holds for every contract, on thousands of random ones
 * (any_contract.h), by both engines.
 *
 * Tolerance: 1e-9 of the bill where two scenarios must give the same one; rounding to a
 * cent is left out where sums are compared, and steps at an edge are widened to what is
 * said there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "billing_help.h"
#include "any_contract.h"

static deal one_product(pen *products, const char *requests, const pen *product,
                        const pen *contract)
{
    products->length = 0;
    put(products, "'p': {'requests_per_month': %s, %s}", requests, product->text);
    return (deal){.products = products->text, .contract = contract->text};
}

/* ---- Without a commitment a bill has no memory ----------------------------------------- */

static void put_series(pen *p, const double *values, size_t n)
{
    put(p, "1, 'growth': {'process': 'series', 'series': [");
    for (size_t i = 0; i < n; i++)
        put(p, "%s%.17g", i > 0 ? ", " : "", values[i]);
    put(p, "]}");
}

/* The bills of six months are those of each month alone. */
static void months_add_up(void **state)
{
    (void)state;
    enum { MONTHS = 6, CONTRACTS = 300 };
    static const char *const start[MONTHS] = {"2026-07", "2026-08", "2026-09", "2026-10",
                                              "2026-11", "2026-12"};
    for (int n = 0; n < CONTRACTS; n++) {
        dice   d = {.state = (uint64_t)n};
        double size = scale(&d, 10, 1e6), usage[MONTHS];
        pen    contract = {.length = 0}, product = {.length = 0}, series = {.length = 0},
            products;
        char id[64];
        for (int t = 0; t < MONTHS; t++)
            usage[t] = chance(&d, 0.1) ? 0 : size * scale(&d, 0.2, 3);
        bool tokens = chance(&d, 0.5);
        if (tokens)
            put_token_contract(&contract, &d, ANYTHING, size);
        else
            put_unit_contract(&contract, &d, size);
        if (chance(&d, 0.4))
            put(&contract, ", 'month': 'calendar'");
        put_product(&product, &d, tokens ? FOR_TOKENS : FOR_UNITS);
        put_series(&series, usage, MONTHS);
        snprintf(id, sizeof id, "months, contract %d", n);
        deal together = one_product(&products, series.text, &product, &contract);
        together.clock = "'months': 6";
        invoice *all = invoice_for(id, together, 0);
        for (size_t t = 0; all->good && t < MONTHS; t++) {
            char requests[32];
            snprintf(requests, sizeof requests, "%.17g", usage[t]);
            deal alone = one_product(&products, requests, &product, &contract);
            alone.start = start[t];
            invoice *one = invoice_for(id, alone, 0);
            expect_month(all, id, t, one->total[DS_ENGINE_REFERENCE]);
            drop(one);
        }
        drop(all);
    }
    assert_no_faults();
}

/* ---- Used and unused are what is committed --------------------------------------------- */

typedef struct {
    const char *key;
    int         periods; /* of a month of 720 hours; 0: of a term                    */
} amount_key;

static const amount_key amounts[] = {{"usd_per_minute", 43200}, {"usd_per_hour", 720},
                                     {"usd_per_day", 30},       {"usd_per_month", 1},
                                     {"usd_per_term", 0},       {"credits_per_month", 1},
                                     {"credits_per_term", 0}};

/* Writes a random commitment for usage of `size` a month; returns what is committed in the
 * first term of `term` months, in dollars. */
static double put_commitment(pen *p, dice *d, double size, int term)
{
    const amount_key *key = &amounts[below(d, 7)];
    bool              credits = key->key[0] == 'c';
    double            per = key->periods == 0 ? 1.0 / term : key->periods;
    double            amount = size / per * uniform(d, 0.3, 1.5), price = 1;
    put(p, ", 'month': '30_days', 'commitment': {'%s': %.17g", key->key, amount);
    if (credits) {
        price = uniform(d, 0.5, 1.2);
        put(p, ", 'usd_per_credit': %.17g", price);
    } else {
        put(p, ", 'discount_share': %.3f", uniform(d, 0, 0.5));
    }
    put(p, ", 'term_months': %d", term);
    static const char *const beyond[] = {"list", "discounted", "rejected"};
    put(p, ", 'overage': '%s'", beyond[below(d, 3)]);
    if (key->periods == 0) {
        static const char *const payment[] = {"arrears", "upfront", "monthly"};
        const char *how = payment[below(d, 3)];
        put(p, ", 'payment': '%s'", how);
        if (how[0] != 'm' && chance(d, 0.5))
            put(p, ", 'minimum_usd_per_month': %.3f", size * uniform(d, 0, 0.7));
    } else if (key->periods == 1 && chance(d, 0.5)) {
        put(p, ", 'unused': 'carried'");
    }
    put(p, "}");
    return amount * price * (key->periods == 0 ? 1 : key->periods * term);
}

static void used_and_unused_are_committed(void **state)
{
    (void)state;
    for (int n = 0; n < 1500; n++) {
        dice   d = {.state = UINT64_C(1) << 32 | (uint64_t)n};
        int    term = 1 + below(&d, 6);
        double size = scale(&d, 10, 1e5), usage[6], committed;
        pen    contract = {.length = 0}, series = {.length = 0}, product = {.length = 0}, products;
        char   id[64], clock[32];
        for (int t = 0; t < term; t++)
            usage[t] = chance(&d, 0.2) ? 0 : size * scale(&d, 0.2, 3);
        put(&contract, "%s", DOLLARS_A_REQUEST("1"));
        committed = put_commitment(&contract, &d, size, term);
        put_product(&product, &d, FOR_DOLLARS);
        put_series(&series, usage, (size_t)term);
        snprintf(id, sizeof id, "commitment %d", n);
        snprintf(clock, sizeof clock, "'months': %d", term);
        deal whole = one_product(&products, series.text, &product, &contract);
        whole.clock = clock;
        invoice *i = invoice_for(id, whole, 0);
        double   used = lines_quantity(i, -1, "commitment used");
        double   unused = lines_quantity(i, -1, "commitment unused");
        double   paid = lines_usd(i, -1, "commitment ");
        if (i->good && !within(used + unused, committed, 1e-9))
            fault("%s: used %.12g + unused %.12g, not %.12g: %s", id, used, unused, committed,
                  contract.text);
        if (i->good && !within(paid, committed, 1e-9))
            fault("%s: paid %.12g, not %.12g: %s", id, paid, committed, contract.text);
        if (i->good && (used < -1e-9 * committed || unused < -1e-9 * committed))
            fault("%s: less than nothing", id);
        expect_total(i, id, i->total[DS_ENGINE_REFERENCE]);
        drop(i);
    }
    assert_no_faults();
}

/* ---- Tiers ----------------------------------------------------------------------------- */

enum { STEPS = 4, POINTS = 36 };

typedef struct {
    int    count;
    double from[STEPS], factor[STEPS];
} table;

static table random_table(dice *d, double first)
{
    table t = {.count = 1 + below(d, STEPS)};
    for (int i = 0; i < t.count; i++) {
        t.from[i] = (i == 0 ? first : t.from[i - 1]) * uniform(d, 1.3, 3);
        do
            t.factor[i] = uniform(d, 0.2, 2);
        while (fabs(t.factor[i] - (i == 0 ? 1 : t.factor[i - 1])) < 0.05);
    }
    return t;
}

static void put_table(pen *p, const table *t, const char *of, const char *shape)
{
    put(p, "'billing': 'per_token', 'usd_per_mtok': {'input': 1e6, 'output': 0}, 'tiers': {'t':"
           " {'of': '%s', 'shape': '%s', 'steps': [", of, shape);
    for (int i = 0; i < t->count; i++)
        put(p, "%s{'from': %.17g, 'factor': %.17g}", i > 0 ? ", " : "", t->from[i], t->factor[i]);
    put(p, "]}}");
}

/* Usage at the edges, just beside them, and anywhere; ascending. */
static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void some_points(dice *d, const table *t, double points[POINTS])
{
    int n = 0;
    for (int i = 0; i < t->count; i++) {
        points[n++] = t->from[i];
        points[n++] = t->from[i] * (1 + 1e-6);
        points[n++] = t->from[i] * (1 - 1e-6);
    }
    while (n < POINTS)
        points[n++] = t->from[0] * scale(d, 0.1, 50);
    qsort(points, POINTS, sizeof points[0], ascending);
}

/* Bills of a month in which so many tokens, at a dollar each before tiers, are used. */
static invoice *bills_at(const char *id, const table *t, const char *shape,
                         const double points[POINTS])
{
    pen  contract = {.length = 0}, series = {.length = 0}, product = {.length = 0}, products;
    char clock[32];
    put_table(&contract, t, "month_input", shape);
    put(&product, "'request': {'input_tokens': 1, 'output_tokens': 0}");
    put_series(&series, points, POINTS);
    snprintf(clock, sizeof clock, "'months': %d", POINTS);
    deal d = one_product(&products, series.text, &product, &contract);
    d.clock = clock;
    return invoice_for(id, d, 0);
}

/* A token more costs between nothing and the highest price; so the bill is monotone and
 * continuous. */
static void graduated_tiers_are_monotone_and_continuous(void **state)
{
    (void)state;
    for (int n = 0; n < 400; n++) {
        dice   d = {.state = UINT64_C(2) << 32 | (uint64_t)n};
        table  t = random_table(&d, scale(&d, 10, 1e6));
        double points[POINTS];
        char   id[64];
        some_points(&d, &t, points);
        snprintf(id, sizeof id, "graduated %d", n);
        invoice *i = bills_at(id, &t, "graduated", points);
        for (int e = 0; i->good && e < 2; e++)
            for (int k = 1; k < POINTS; k++) {
                double more = i->month[e][k] - i->month[e][k - 1];
                double tokens = points[k] - points[k - 1];
                double rounding = 1e-12 * i->month[e][k];
                if (more < 0.2 * tokens - rounding || more > 2 * tokens + rounding)
                    fault("%s: %s engine: %.9g USD for %.9g tokens at %.9g", id, engine_name[e],
                          more, tokens, points[k]);
            }
        drop(i);
    }
    assert_no_faults();
}

/* At an edge the bill of a cliff jumps by the whole volume times the difference. */
static void cliffs_are_neither(void **state)
{
    (void)state;
    int drops = 0, jumps = 0;
    for (int n = 0; n < 400; n++) {
        dice   d = {.state = UINT64_C(3) << 32 | (uint64_t)n};
        table  t = random_table(&d, scale(&d, 10, 1e6));
        double points[POINTS];
        char   id[64];
        some_points(&d, &t, points);
        snprintf(id, sizeof id, "cliff %d", n);
        invoice *i = bills_at(id, &t, "cliff", points);
        for (int k = 0; i->good && k < POINTS - 1; k++)
            for (int s = 0; s < t.count; s++) {
                if (points[k] != t.from[s])
                    continue;
                double before = s == 0 ? 1 : t.factor[s - 1];
                drops += t.factor[s] < before;
                jumps += t.factor[s] > before;
                expect_month(i, id, (size_t)k, before * points[k]);
                expect_month(i, id, (size_t)k + 1, t.factor[s] * points[k + 1]);
            }
        drop(i);
    }
    assert_true(drops > 100 && jumps > 100);
    assert_no_faults();
}

/* ---- Flat bills ------------------------------------------------------------------------ */

/* A contract without tiers, with one of its prices raised: the bill does not fall. */
static void dearer_prices_never_lower_a_flat_bill(void **state)
{
    (void)state;
    static const char *const price[] = {
        "/models/m/contracts/c/usd_per_mtok/input", "/models/m/contracts/c/usd_per_mtok/output",
        "/models/m/contracts/c/usd_per_request", "/models/m/contracts/c/meters/call/usd_per_unit"};
    for (int n = 0; n < 400; n++) {
        dice   d = {.state = UINT64_C(4) << 32 | (uint64_t)n};
        double size = scale(&d, 10, 1e6);
        pen    contract = {.length = 0}, product = {.length = 0}, products;
        char   id[64], requests[32], value[32];
        put_token_contract(&contract, &d, FREE | FIXED, size);
        put_product(&product, &d, FOR_TOKENS);
        snprintf(id, sizeof id, "dearer %d", n);
        snprintf(requests, sizeof requests, "%.17g", size);
        invoice *cheap =
            invoice_for(id, one_product(&products, requests, &product, &contract), 0);
        /* above every price of any_contract.h */
        snprintf(value, sizeof value, "%.3f", uniform(&d, 41, 90));
        ds_override  dear = {price[n % 4], value};
        ds_scenario *s = NULL;
        if (cheap->good && ds_scenario_with(cheap->m.scenario, &dear, 1, complain, id, &s, NULL) ==
                               DS_OK) {
            invoice *costly = invoice_of(id, s, 0);
            for (int e = 0; costly->good && e < 2; e++)
                if (costly->total[e] < cheap->total[e] * (1 - 1e-9))
                    fault("%s: %s engine: %.12g, dearer %.12g", id, engine_name[e],
                          cheap->total[e], costly->total[e]);
            drop(costly);
        }
        drop(cheap);
    }
    assert_no_faults();
}

static deal two_products(pen *products, double a, const pen *first, double b, const pen *second,
                         const pen *contract)
{
    products->length = 0;
    put(products, "'a': {'requests_per_month': %.17g, %s}, 'b': {'requests_per_month': %.17g, %s}",
        a, first->text, b, second->text);
    return (deal){.products = products->text, .contract = contract->text};
}

/* Of a contract without tiers, fixed fees, free units and rounding the bill of two products
 * is the sum of theirs; under names that sort the other way round too. */
static void linear_bills_add_up_over_products(void **state)
{
    (void)state;
    for (int n = 0; n < 400; n++) {
        dice   d = {.state = UINT64_C(5) << 32 | (uint64_t)n};
        double a = scale(&d, 10, 1e6), b = scale(&d, 10, 1e6);
        pen    contract = {.length = 0}, first = {.length = 0}, second = {.length = 0}, products;
        char   id[64];
        put_token_contract(&contract, &d, PLAIN, a);
        put_product(&first, &d, FOR_TOKENS);
        put_product(&second, &d, FOR_TOKENS);
        snprintf(id, sizeof id, "linear %d", n);
        double both = bill_of(id, two_products(&products, a, &first, b, &second, &contract));
        double of_a = bill_of(id, two_products(&products, a, &first, 0, &second, &contract));
        double of_b = bill_of(id, two_products(&products, 0, &first, b, &second, &contract));
        double renamed = bill_of(id, two_products(&products, b, &second, a, &first, &contract));
        if (!within(of_a + of_b, both, 1e-9))
            fault("%s: %.12g + %.12g, together %.12g", id, of_a, of_b, both);
        if (!within(renamed, both, 1e-12))
            fault("%s: %.17g, renamed %.17g", id, both, renamed);
    }
    assert_no_faults();
}

/* Any contract: product, contract, model, pools, meters and classes under other names. */
static void names_do_not_matter(void **state)
{
    (void)state;
    static const char *const names[][2] = {{"'batch'", "'zz'"}, {"'call'", "'aa'"},
                                           {"'night'", "'a1'"}, {"'context'", "'u'"},
                                           {"'volume'", "'b'"}, {"'one'", "'zz'"}};
    for (int n = 0; n < 300; n++) {
        dice   d = {.state = UINT64_C(6) << 32 | (uint64_t)n};
        double size = scale(&d, 10, 1e6);
        pen    contract = {.length = 0}, first = {.length = 0}, second = {.length = 0}, products;
        char   id[64];
        bool tokens = chance(&d, 0.5);
        if (tokens)
            put_token_contract(&contract, &d, ANYTHING, size);
        else
            put_unit_contract(&contract, &d, size);
        put_product(&first, &d, tokens ? FOR_TOKENS : FOR_UNITS);
        put_product(&second, &d, tokens ? FOR_TOKENS : FOR_UNITS);
        snprintf(id, sizeof id, "names %d", n);
        double before = bill_of(id, two_products(&products, size, &first, size, &second,
                                                 &contract));
        pen *const all[] = {&contract, &first, &second};
        for (size_t k = 0; k < 18; k++) {
            pen        *p = all[k / 6];
            char        old[sizeof p->text];
            const char *rest = old, *found;
            memcpy(old, p->text, sizeof old);
            p->length = 0;
            while ((found = strstr(rest, names[k % 6][0])) != NULL) {
                put(p, "%.*s%s", (int)(found - rest), rest, names[k % 6][1]);
                rest = found + strlen(names[k % 6][0]);
            }
            put(p, "%s", rest);
        }
        pen models = {.length = 0};
        put(&models, "'other': {'contracts': {'k': {%s}}}", contract.text);
        deal after = two_products(&products, size, &first, size, &second, &contract);
        after.models = models.text;
        after.strategies = "'t': {'all': 'other'}";
        double renamed = bill_of(id, after);
        if (!within(renamed, before, 1e-12))
            fault("%s: %.17g, renamed %.17g", id, before, renamed);
    }
    assert_no_faults();
}

/* ---- Commitments of several products, free amounts ------------------------------------- */

/* A commitment is drawn down once: two products pay what one of their usage would. */
static void commitments_are_drawn_once(void **state)
{
    (void)state;
    for (int n = 0; n < 400; n++) {
        dice   d = {.state = UINT64_C(7) << 32 | (uint64_t)n};
        double a = scale(&d, 10, 1e4), b = scale(&d, 10, 1e4);
        int    term = 1 + below(&d, 6);
        pen    contract = {.length = 0}, product = {.length = 0}, products;
        char   id[64], clock[32];
        put(&contract, "%s", DOLLARS_A_REQUEST("1"));
        put_commitment(&contract, &d, a + b, term);
        put_product(&product, &d, FOR_DOLLARS);
        snprintf(id, sizeof id, "drawn once %d", n);
        snprintf(clock, sizeof clock, "'months': %d", 2 * term);
        deal two = two_products(&products, a, &product, b, &product, &contract);
        two.clock = clock;
        double apart = bill_of(id, two);
        deal   one = two_products(&products, a + b, &product, 0, &product, &contract);
        one.clock = clock;
        double together = bill_of(id, one);
        if (!within(apart, together, 1e-9))
            fault("%s: %.12g, as one product %.12g: %s", id, apart, together, contract.text);
    }
    assert_no_faults();
}

/* Free units, free dollars, credits and spend discounts: no month is below nothing, and
 * none is dearer than without them. */
static void nothing_is_less_than_free(void **state)
{
    (void)state;
    int free_months = 0;
    for (int n = 0; n < 300; n++) {
        dice   d = {.state = UINT64_C(8) << 32 | (uint64_t)n};
        double size = scale(&d, 10, 1e6);
        pen    contract = {.length = 0}, product = {.length = 0}, more = {.length = 0}, products;
        char   id[64], requests[32];
        put_token_contract(&contract, &d, FREE, size);
        put_product(&product, &d, FOR_TOKENS);
        snprintf(id, sizeof id, "free %d", n);
        snprintf(requests, sizeof requests, "%.17g", size);
        deal plain = one_product(&products, requests, &product, &contract);
        plain.clock = "'months': 6";
        invoice *paid = invoice_for(id, plain, 0);
        double   bill = paid->month[DS_ENGINE_REFERENCE][0];
        put(&more, "'agreements': {'a': {'free_usd_per_month': %.17g",
            bill * uniform(&d, 0.1, 1.2));
        put(&more, ", 'credit_usd': %.17g", bill * uniform(&d, 0.1, 4));
        put(&more, ", 'credit_months': %d", below(&d, 6));
        put(&more, ", 'spend_discount': {'shape': '%s', 'steps': [{'from_usd': %.17g, "
                   "'discount_share': 0.3}]}}}", n % 2 ? "cliff" : "graduated", bill * 0.5);
        put(&contract, ", 'agreement': 'a'");
        deal agreed = one_product(&products, requests, &product, &contract);
        agreed.clock = "'months': 6";
        agreed.more = more.text;
        invoice *freed = invoice_for(id, agreed, 0);
        for (int e = 0; freed->good && e < 2; e++)
            for (int t = 0; t < 6; t++) {
                free_months += freed->month[e][t] <= 1e-9 * bill;
                if (freed->month[e][t] < -1e-12 * bill ||
                    freed->month[e][t] > paid->month[e][t] * (1 + 1e-12))
                    fault("%s: %s engine: month %d: %.12g of %.12g", id, engine_name[e], t,
                          freed->month[e][t], paid->month[e][t]);
            }
        if (freed->good && !(fabs(freed->total[0] - freed->total[1]) <= 1e-9 * paid->total[1]))
            fault("%s: fast %.12g, reference %.12g", id, freed->total[0], freed->total[1]);
        drop(freed);
        drop(paid);
    }
    assert_true(free_months > 100);
    assert_no_faults();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(months_add_up),
        cmocka_unit_test(used_and_unused_are_committed),
        cmocka_unit_test(graduated_tiers_are_monotone_and_continuous),
        cmocka_unit_test(cliffs_are_neither),
        cmocka_unit_test(dearer_prices_never_lower_a_flat_bill),
        cmocka_unit_test(linear_bills_add_up_over_products),
        cmocka_unit_test(names_do_not_matter),
        cmocka_unit_test(commitments_are_drawn_once),
        cmocka_unit_test(nothing_is_less_than_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
