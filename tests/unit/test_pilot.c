/* test_pilot.c -- the value of measuring an input with error, against closed forms.
 *
 * Where the values come from: Beta(4, 6) and n yes-or-no answers: the sum over the
 * beta-binomial law of what is above 0 of 1000 (4 + x)/(10 + n) - 450.  Normal p of N(1, 1) and n
 * measurements of sd 1: UL(1, s) - 1 with s^2 = 1/(1 + 1/n).  To 12 digits.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

#include "knowing_help.h"
#include "near.h"
#include "numerics/pilot.h"

enum { NODES = 1501, PATHS = 65536 };

static const double sizes[] = { 1, 5, 10, 20, 50, 100, 1000 };
static const double beta_values[] = { 1.81818181818, 16.4335664336, 22.2612526792, 28.9555222389,
                                      34.1361219222, 36.4958261715, 38.855070619 };
enum { SIZES = sizeof sizes / sizeof *sizes };

static double beta(const void *context, double u)
{
    (void)context;
    return gsl_cdf_beta_Pinv(u, 4.0, 6.0);
}

static double around_one(const void *context, double u)
{
    (void)context;
    return 1.0 + ds_normal_quantile(u);
}

/* Nodes evenly in the score of a law. */
typedef struct {
    double weight[NODES], quantity[NODES], gain[2 * NODES];
    ds_pilot_nodes nodes;
} nodes;

static nodes *make_nodes(double (*quantity)(const void *, double), double slope, double shift,
                         double sd)
{
    nodes *n = calloc(1, sizeof *n);
    double sum = 0.0;
    assert_non_null(n);
    for (size_t q = 0; q < NODES; q++) {
        const double z = -7.0 + 14.0 * (double)q / (NODES - 1);
        n->weight[q] = exp(-0.5 * z * z);
        n->quantity[q] = quantity(NULL, ds_normal_cdf(z));
        n->gain[NODES + q] = slope * n->quantity[q] + shift;
        sum += n->weight[q];
    }
    for (size_t q = 0; q < NODES; q++)
        n->weight[q] /= sum;
    n->nodes = (ds_pilot_nodes){ NODES, 1, 2, n->weight, n->quantity, n->gain, sd };
    return n;
}

static void test_beta_binomial(void **state)
{
    (void)state;
    nodes *n = make_nodes(beta, 1000.0, -450.0, 0.0);
    for (size_t k = 0; k < SIZES; k++) {
        double value;
        assert_true(ds_pilot_of_nodes(&n->nodes, sizes[k], &value, NULL));
        CLOSE(value, beta_values[k], 1e-9); /* of the quadrature; 12 digits are given */
    }
    free(n);
}

static void test_normal(void **state)
{
    (void)state;
    static const double counts[] = { 1, 10, 100, 1000, 10000 };
    static const double want[] = { .02512727083, .0723251202609, .0821176055971, .0831946061,
                                   .0833033732612 };
    nodes *n = make_nodes(around_one, -1.0, 0.0, 1.0);
    for (size_t k = 0; k < 5; k++) {
        double value;
        assert_true(ds_pilot_of_nodes(&n->nodes, counts[k], &value, NULL));
        CLOSE(value, want[k], 1e-4); /* bins of the mean, 1/64 of its sd wide */
    }
    free(n);
}

/* Chances of choices add up to 1, and rise with the share where more is better. */
static void test_policy(void **state)
{
    (void)state;
    nodes *n = make_nodes(beta, 1000.0, -450.0, 0.0);
    double *policy = malloc(2 * NODES * sizeof *policy), value;
    assert_non_null(policy);
    assert_true(ds_pilot_of_nodes(&n->nodes, 20.0, &value, policy));
    for (size_t q = 0; q < NODES; q++) {
        NEAR(policy[q] + policy[NODES + q], 1.0, 1e-12);
        if (q > 0)
            assert_true(policy[NODES + q] >= policy[NODES + q - 1] - 1e-12);
    }
    free(policy);
    free(n);
}

static void student(const double *z, double noise, double *b)
{
    b[0] = 0.0;
    b[1] = 1000.0 * gsl_cdf_beta_Pinv(ds_normal_cdf(z[0]), 4.0, 6.0) - 450.0 + 30.0 * noise;
}

static void test_on_a_sample(void **state)
{
    (void)state;
    const decision d = { 1, 2, student, 0.0 };
    decision_sample *s = sample_decision(&d, PATHS, 5, (ds_groups){ DS_GROUPS_EACH, 1 });
    const ds_pilot_law law = { beta, NULL, 0.0 };
    ds_knowing_fit fit;
    double before = 0.0;
    assert_true(ds_knowing_fit_one(s->knowing, 0, &fit));
    for (size_t k = 0; k < SIZES; k++) {
        ds_knowing_value v;
        assert_true(ds_pilot_value(s->knowing, &fit, &law, sizes[k], NULL, &v));
        if (!(fabs(v.value - beta_values[k]) <= 4.0 * v.se) ||
            (k > 0 && !(fabs(v.value - beta_values[k]) <= 0.01 * beta_values[k])))
            fail_msg("n %g: %.9g, error %.3g, want %.12g", sizes[k], v.value, v.se,
                     beta_values[k]);
        assert_true(v.value > before);
        before = v.value;
    }
    const ds_knowing_value perfect = value_of_input(s, 0);
    NEAR(perfect.value, 39.1387650053, 4.0 * perfect.se);
    assert_true(before < perfect.value);
    ds_knowing_fit_release(&fit);
    free_decision(s);
}

/* Far beyond the numbers that a lattice can have: as good as perfect. */
static void test_very_large(void **state)
{
    (void)state;
    const decision d = { 1, 2, student, 0.0 };
    decision_sample *s = sample_decision(&d, 8192, 6, (ds_groups){ DS_GROUPS_EACH, 1 });
    const ds_pilot_law law = { beta, NULL, 0.0 };
    ds_knowing_fit fit;
    ds_knowing_value v;
    assert_true(ds_knowing_fit_one(s->knowing, 0, &fit));
    const ds_knowing_value perfect = value_of_input(s, 0);
    assert_true(ds_pilot_value(s->knowing, &fit, &law, DS_PILOT_MOST, NULL, &v));
    CLOSE(v.value, perfect.value, 1e-3);
    ds_knowing_fit_release(&fit);
    free_decision(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_beta_binomial), cmocka_unit_test(test_normal),
        cmocka_unit_test(test_policy),        cmocka_unit_test(test_on_a_sample),
        cmocka_unit_test(test_very_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
