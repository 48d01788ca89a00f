/* test_sampler.c -- run.sampling through the engines: errors that fall as they should, means that
 * are right, replicates that are independent, paths that can be replayed.
 *
 * Exact means are closed forms: of products of independent uniforms, and of a random walk whose
 * mean is 1 (13).  Seeds are fixed; each bound says how often a sound sampler would break it with
 * other seeds.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_help.h"

#include "model/kernel.h"
#include "model/sampler.h"
#include "numerics/spread.h"
#include "numerics/stream.h"

#define SAMPLERS 5
static const char *const method[SAMPLERS] = { "random", "antithetic", "latin_hypercube", "sobol",
                                              "halton" };

/* Requests, tokens and a price that are uniform: the cost is smooth in five numbers. */
static world open_smooth(const char *sampling, int replicates)
{
    return open_format(
        "{'name': 'smooth', 'clock': {'start': '2026-07', 'months': 1},"
        "'discount_rate_per_year': 0,"
        "'run': {'sampling': '%s', 'replicates': %d, 'paths': 4096, 'outcomes': ['cost_npv_usd'],"
        "'monthly': false},"
        "'products': {"
        "'a': {'requests_per_month': {'uniform': {'low': 1e6, 'high': 3e6}},"
        "      'request': {'input_tokens': {'uniform': {'low': 500, 'high': 1500}},"
        "      'output_tokens': 0}},"
        "'b': {'requests_per_month': {'uniform': {'low': 2e6, 'high': 4e6}},"
        "      'request': {'input_tokens': {'uniform': {'low': 200, 'high': 600}},"
        "      'output_tokens': 0}}},"
        "'models': {'large': {'contracts': {'list': {'billing': 'per_token',"
        "'usd_per_mtok': {'input': {'uniform': {'low': 1, 'high': 5}}, 'output': 1}}}}},"
        "'strategies': {'stay': {'all': 'large'}}}", sampling, replicates);
}
#define SMOOTH_MEAN ((2e6 * 1000 + 3e6 * 400) * 3 / 1e6)

/* A walk of 48 months and one event: what (7.2) and (7.3) number. */
static world open_walk(const char *sampling, int replicates)
{
    return open_format(
        "{'name': 'walk', 'clock': {'start': '2026-07', 'months': 48}, 'discount_rate_per_year': 0,"
        "'run': {'sampling': '%s', 'replicates': %d, 'paths': %d},"
        "'products': {'a': {'requests_per_month': 1e6, 'growth': {'per_year': 0,"
        "'volatility_per_sqrt_year': 0.3}, 'request': {'input_tokens': 1000, 'output_tokens': 0}},"
        "'b': {'requests_per_month': 2e6, 'growth': {'per_year': 0,"
        "'volatility_per_sqrt_year': 0.2}, 'request': {'input_tokens': 1000, 'output_tokens': 0}}},"
        "'correlations': [['/products/a/growth', '/products/b/growth', 0.5]],"
        "'models': {'large': {'price_path': {'releases': 'poisson', 'release_every_months': 12},"
        "'contracts': {'list': {'billing': 'per_token',"
        "'usd_per_mtok': {'input': 3, 'output': 15}}}}},"
        "'strategies': {'stay': {'all': 'large'}}}", sampling, replicates, 256 * replicates);
}
#define WALK_MEAN (48 * 3e6 * 1000 * 3 / 1e6)

static const double *costs(const world *m)
{
    return ds_result_column(m->result, 0, ds_outcome_find("cost_npv_usd"));
}

static void run_seed(world *m, uint64_t paths, uint64_t seed)
{
    ds_result_free(m->result);
    m->result = run_of(m, paths, seed, 1);
}

/* Means of the groups k mod R. */
static void means_of(const world *m, uint64_t paths, size_t R, double *mean)
{
    const double *x = costs(m);
    for (size_t r = 0; r < R; r++)
        mean[r] = 0;
    for (uint64_t k = 0; k < paths; k++)
        mean[k % R] += x[k] / ((double)paths / (double)R);
}

/* Mean of R values, and the variance among them. */
static double moments(size_t R, const double *x, double *variance)
{
    double mean = 0, sum = 0;
    for (size_t r = 0; r < R; r++)
        mean += x[r] / (double)R;
    for (size_t r = 0; r < R; r++)
        sum += (x[r] - mean) * (x[r] - mean);
    *variance = sum / (double)(R - 1);
    return mean;
}

/* ---- Errors ------------------------------------------------------------------------- */

/* Standard error of a replicate of n points, from `R` replicates of one run. */
static double replicate_sd(const char *sampling, size_t R, uint64_t n)
{
    world   m = open_smooth(sampling, (int)R);
    double *mean = calloc(R, sizeof *mean), variance;
    run_seed(&m, R * n, 3);
    means_of(&m, R * n, R, mean);
    moments(R, mean, &variance);
    free(mean);
    close_world(&m);
    return sqrt(variance);
}

/* log2 of the error against log2 n falls by 0.9 or more (plain: 0.5) for a smooth integrand:
 * from n = 2^5 to 2^12 with 32 replicates an error is known to 13 %, the slope to 0.04.
 * Sobol points reach about 1.5. */
static void errors_of_sobol_fall_fast(void **state)
{
    (void)state;
    const double few = replicate_sd("sobol", 32, 32), many = replicate_sd("sobol", 32, 4096);
    const double slope = log2(many / few) / 7;
    print_message("slope of sobol %.2f\n", slope);
    assert_true(slope <= -0.9);
    const double first = replicate_sd("halton", 32, 32);
    const double halton = log2(replicate_sd("halton", 32, 4096) / first) / 7;
    print_message("slope of halton %.2f\n", halton);
    assert_true(halton <= -0.8);
}

/* The cost is monotone in every number, so Latin hypercubes and antithetic pairs beat plain
 * paths (McKay, Beckman & Conover 1979, theorem 1).  Here the additive part is over 90 % of the
 * variance: with 64 replicates of 64 points the ratio of variances is known to 25 %. */
static void stratified_paths_beat_plain_ones(void **state)
{
    enum { R = 64, N = 64 };
    double plain, mean[R], pairs[R];
    (void)state;
    world m = open_smooth("random", 16);
    run_seed(&m, R * N, 3);
    means_of(&m, R * N, R, mean);
    moments(R, mean, &plain);
    close_world(&m);
    double lhs = replicate_sd("latin_hypercube", R, N);
    assert_true(lhs * lhs < 0.3 * plain);
    m = open_smooth("antithetic", 16);
    run_seed(&m, R * N, 3);
    const double *x = costs(&m);
    for (size_t k = 0; k < R; k++) {
        pairs[k] = 0;
        for (size_t i = 0; i < N / 2; i++)
            pairs[k] += (x[2 * (k * N / 2 + i)] + x[2 * (k * N / 2 + i) + 1]) / N;
    }
    double variance;
    moments(R, pairs, &variance);
    assert_true(variance < 0.3 * plain);
    close_world(&m);
}

/* Over 200 seeds the mean of the means is exact to 5 of its standard errors (false: 6e-7).
 * z = (mean - exact)/standard error by 16 replicates has nearly Student's t with 15 degrees: mean 0
 * to 5/sqrt(200)*1.08, and mean square 15/13, of standard deviation 0.14 for 200; of the walk both
 * are a little off, because the means of 32 lognormal points are skewed.  Outside 5 of these is
 * false with probability 10^-5 for each sampler.  Replicates that hang together give much more
 * (all alike: 16 times as much). */
static void check_scores(world m, double exact)
{
    enum { SEEDS = 200, R = 16 };
    double sum = 0, squares = 0, mean[R], variance, all[SEEDS];
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        run_seed(&m, R * 32, seed);
        means_of(&m, R * 32, R, mean);
        all[seed - 1] = moments(R, mean, &variance);
        double z = (all[seed - 1] - exact) / sqrt(variance / R);
        sum += z;
        squares += z * z;
    }
    double grand = (moments(SEEDS, all, &variance) - exact) / sqrt(variance / SEEDS);
    print_message("mean of means %+.2f errors off; mean of z %.3f, of z^2 %.3f\n", grand,
                  sum / SEEDS, squares / SEEDS);
    assert_true(fabs(grand) < 5);
    assert_true(fabs(sum / SEEDS) < 5 * 1.08 / sqrt(SEEDS));
    assert_true(fabs(squares / SEEDS - 15 / 13.0) < 5 * 0.14);
    close_world(&m);
}

static void scores_are_normal(void **state)
{
    (void)state;
    for (int s = 2; s < SAMPLERS; s++) {
        check_scores(open_smooth(method[s], 16), SMOOTH_MEAN);
        check_scores(open_walk(method[s], 16), WALK_MEAN);
    }
}

/* ---- Paths --------------------------------------------------------------------------- */

/* Path k is the same whatever the number of paths, but for Latin hypercubes. */
static void paths_do_not_hang_on_their_number(void **state)
{
    (void)state;
    for (int s = 0; s < SAMPLERS; s++) {
        world m = open_walk(method[s], 16);
        double few[640];
        run_seed(&m, 640, 5);
        memcpy(few, costs(&m), sizeof few);
        run_seed(&m, 2048, 5);
        assert_int_equal(memcmp(few, costs(&m), sizeof few) == 0, s != 2);
        run_seed(&m, 640, 6);
        assert_true(memcmp(few, costs(&m), sizeof few) != 0); /* the seed counts */
        close_world(&m);
    }
}

/* The plain engine computes the same path: to 1e-12, as it sums in another order. */
static void paths_can_be_replayed(void **state)
{
    static const uint64_t path[] = { 0, 1, 255, 256, 1023, 2047 };
    (void)state;
    for (int s = 0; s < SAMPLERS; s++) {
        world m = open_walk(method[s], 64);
        run_seed(&m, 2048, 5);
        for (size_t k = 0; k < 6; k++) {
            double   outcomes[DS_OUTCOME_COUNT], want = costs(&m)[path[k]];
            ds_error err;
            assert_int_equal(ds_reference_of(m.plan, 5, 2048, NULL, path[k], 0, NULL, NULL,
                                             outcomes, NULL, &err), DS_OK);
            assert_true(fabs(outcomes[DS_OUTCOME_COST_NPV] - want) <= 1e-12 * want);
        }
        close_world(&m);
    }
}

static void antithetic_pairs_mirror(void **state)
{
    world m = open_smooth("antithetic", 16), r = open_smooth("random", 16);
    (void)state;
    run_seed(&m, 512, 9);
    run_seed(&r, 512, 9);
    for (size_t i = 0; i < 256; i++)
        assert_true(costs(&m)[2 * i] == costs(&r)[i]);
    ds_sampling s = { ds_plan_sampler(m.plan), 9, 512 };
    for (uint64_t i = 0; i < 100; i++)
        assert_true(ds_plain_uniform(&s, 1, 2 * i, 3, 1) ==
                    1.0 - ds_plain_uniform(&s, 1, 2 * i + 1, 3, 1));
    close_world(&m);
    close_world(&r);
}

static void paths_are_a_multiple_of_replicates(void **state)
{
    world m = open_walk("sobol", 24);
    ds_run_options options = { .path_count = 1000, .seed = 1, .threads = 1 };
    ds_result *result = NULL;
    ds_error err;
    (void)state;
    assert_int_equal(ds_run(m.plan, &options, &result, &err), DS_E_SCENARIO);
    assert_null(result);
    assert_string_equal(err.pointer, "/run/paths");
    assert_non_null(strstr(err.message, "984 or 1008"));
    options.path_count = 7;
    assert_int_equal(ds_run(m.plan, &options, &result, &err), DS_E_SCENARIO);
    assert_non_null(strstr(err.message, "take 24 or"));
    close_world(&m);
}

/* ---- Coordinates --------------------------------------------------------------------- */

/* Two walks of 48 months and a release: 2 x 47 and 48, each coordinate once. */
static void coordinates_are_numbered_once(void **state)
{
    world m = open_walk("sobol", 16);
    const ds_sampler *s = ds_plan_sampler(m.plan);
    bool taken[2 * 47 + 48] = { false };
    size_t count = 0;
    (void)state;
    for (size_t k = 0; k < s->stream_count; k++)
        for (size_t a = 0; a < s->stream[k].count; a++, count++) {
            size_t c = s->stream[k].first + s->stream[k].step * a;
            assert_true(c < sizeof taken && !taken[c]);
            taken[c] = true;
        }
    assert_int_equal(count, sizeof taken);
    int shock = ds_sampler_find(s, DS_SAMPLED_SHOCK, ds_hash_text("/products/a/growth#shock"));
    assert_true(shock >= 0 && s->stream[shock].first < 2);
    close_world(&m);
}

/* (8) turns numbers into shocks by an orthogonal matrix, whose first columns are the principal
 * components of a random walk: eigenvectors of min(s, t) carried to the increments, where they
 * are those of the walk's inverse second difference; checked by what an eigenvector is. */
static void path_order_is_orthogonal(void **state)
{
    enum { S = 47 };
    static double q[S][S];
    world m = open_walk("sobol", 16);
    const ds_sampler *s = ds_plan_sampler(m.plan);
    (void)state;
    assert_int_equal(s->leading, 4);
    for (size_t a = 0; a < S; a++) {
        double y[DS_LEADING] = { 0 };
        for (size_t k = 0; k < 4; k++)
            for (size_t l = 0; l < 4; l++)
                y[k] += s->weight[k * 4 + l] * s->shape[l * S + a];
        for (size_t t = 0; t < S; t++) {
            q[t][a] = t == a;
            for (size_t k = 0; k < 4; k++)
                q[t][a] += s->shape[k * S + t] * y[k];
        }
    }
    for (size_t a = 0; a < S; a++)
        for (size_t b = 0; b < S; b++) {
            double dot = 0;
            for (size_t t = 0; t < S; t++)
                dot += q[t][a] * q[t][b];
            assert_true(fabs(dot - (a == b)) < 1e-12);
        }
    for (size_t a = 0; a < 4; a++) { /* walk w of column a: sum_u min(t, u) w(u) = lambda w(t) */
        double w[S], lambda = 0;
        for (size_t t = 0; t < S; t++)
            w[t] = (t > 0 ? w[t - 1] : 0) + q[t][a];
        for (size_t t = 0; t < S; t++) {
            double image = 0;
            for (size_t u = 0; u < S; u++)
                image += (double)((t < u ? t : u) + 1) * w[u];
            lambda = t == 0 ? image / w[0] : lambda;
            assert_true(fabs(image - lambda * w[t]) < 1e-9 * lambda);
        }
        /* known: 1/(4 sin^2((2a + 1) pi/(4S + 2))) */
        double root = 2 * sin((double)(2 * a + 1) * acos(-1.0) / (4 * S + 2));
        assert_true(fabs(lambda * root * root - 1) < 1e-9);
    }
    close_world(&m);
}

/* The numbers that docs/model.md gives under (7) were computed from its formulas by another
 * program in another language. */
static void numbers_of_the_model_page(void **state)
{
    uint64_t key = ds_stream_key(1, ds_hash_text("/discount_rate_per_year"));
    uint64_t word = ds_spread_word(key, 3, 0);
    uint32_t v[DS_SOBOL_BITS];
    (void)state;
    assert_true(word == UINT64_C(0x10F43499958849DF));
    ds_sobol_directions(1, v);
    assert_true(ds_sobol_uniform(v, 5, word) == 0.0138121327618137);
    assert_true(ds_halton_uniform(3, 5, word) == 0.37126495913983143);
    assert_int_equal(ds_permuted(1000, 5, word), 275);
    double u = ds_hypercube_uniform(1000, 5, word, ds_stream_uniform(key, 5 * 16 + 3, 0, 0));
    assert_true(u == 0.27552883441901233);
    ds_sobol_directions(1110, v);
    assert_true(ds_reverse_bits(ds_sobol_point(v, 1000)) * 0x1p-32 == 0.3701171875);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_of_sobol_fall_fast),
        cmocka_unit_test(stratified_paths_beat_plain_ones),
        cmocka_unit_test(scores_are_normal),
        cmocka_unit_test(paths_do_not_hang_on_their_number),
        cmocka_unit_test(paths_can_be_replayed),
        cmocka_unit_test(antithetic_pairs_mirror),
        cmocka_unit_test(paths_are_a_multiple_of_replicates),
        cmocka_unit_test(coordinates_are_numbered_once),
        cmocka_unit_test(path_order_is_orthogonal),
        cmocka_unit_test(numbers_of_the_model_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
