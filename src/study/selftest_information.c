/* selftest_information.c -- known values of information.
 *
 * A pilot of yes-or-no answers: a share of Beta(4, 6), and 1000 times it less 450 to be had or
 * left.  And from a sample of futures: m + a x + b y to be had or left, x and y normal.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "numerics/lanes.h"
#include "numerics/pilot.h"
#include "numerics/stream.h"
#include "study/selftest.h"

enum { NODES = 1501, PATHS = 65536 };

static double share_of_score(double z)
{
    return gsl_cdf_beta_Pinv(ds_normal_cdf(z), 4.0, 6.0);
}

static double score_and_one(double z)
{
    return 1.0 + z;
}

/* EVSI of n measurements of a quantity that is worth slope times it, more shift; sd 0: answers. */
static double value_of_pilot(double (*quantity_of)(double z), double slope, double shift,
                             double sd, double n)
{
    double weight[NODES], quantity[NODES], gain[2 * NODES] = { 0 }, value, sum = 0.0;

    for (int q = 0; q < NODES; q++) {
        const double z = -7.0 + 14.0 * q / (NODES - 1);
        weight[q] = exp(-0.5 * z * z);
        quantity[q] = quantity_of(z);
        gain[NODES + q] = slope * quantity[q] + shift;
        sum += weight[q];
    }
    for (int q = 0; q < NODES; q++)
        weight[q] /= sum;
    const ds_pilot_nodes nodes = { NODES, 1, 2, weight, quantity, gain, sd };
    return ds_pilot_of_nodes(&nodes, n, &value, NULL) ? value : (double)NAN;
}

/* a: answers. */
static double pilot_value(const double *a)
{
    return value_of_pilot(share_of_score, 1000.0, -450.0, 0.0, a[0]);
}

/* N(1, 1) measured with sd 1 before its negative may be had; a: measurements. */
static double normal_pilot_value(const double *a)
{
    return value_of_pilot(score_and_one, -1.0, 0.0, 1.0, a[0]);
}

static const char sum_of_law[] = "Raiffa & Schlaifer 1961: sum over the beta-binomial law";

const ds_selftest_value ds_selftest_information[DS_SELFTEST_INFORMATION] = {
    { "pilot, Beta(4, 6): 1 answer", 1.81818181818, 1e-8, pilot_value, { 1 }, sum_of_law },
    { "pilot, Beta(4, 6): 5 answers", 16.4335664336, 1e-8, pilot_value, { 5 }, sum_of_law },
    { "pilot, Beta(4, 6): 10 answers", 22.2612526792, 1e-8, pilot_value, { 10 }, sum_of_law },
    { "pilot, Beta(4, 6): 20 answers", 28.9555222389, 1e-8, pilot_value, { 20 }, sum_of_law },
    { "pilot, Beta(4, 6): 50 answers", 34.1361219222, 1e-8, pilot_value, { 50 }, sum_of_law },
    { "pilot, Beta(4, 6): 100 answers", 36.4958261715, 1e-8, pilot_value, { 100 }, sum_of_law },
    { "pilot, Beta(4, 6): 1000 answers", 38.855070619, 1e-8, pilot_value, { 1000 }, sum_of_law },
};

/* The mean is put into bins of 1/64 of its sd, hence 1e-4. */
static const char preposterior[] = "Raiffa & Schlaifer 1961: unit normal loss, sd sqrt(n/(n + 1))";

const ds_selftest_value ds_selftest_normal_pilot[DS_SELFTEST_NORMAL_PILOT] = {
    { "N(1, 1), 1 measurement", .02512727083, 1e-4, normal_pilot_value, { 1 }, preposterior },
    { "10 measurements", .0723251202609, 1e-4, normal_pilot_value, { 10 }, preposterior },
    { "100 measurements", .0821176055971, 1e-4, normal_pilot_value, { 100 }, preposterior },
    { "1000 measurements", .0831946061, 1e-4, normal_pilot_value, { 1000 }, preposterior },
    { "10,000 measurements", .0833033732612, 1e-4, normal_pilot_value, { 10000 }, preposterior },
};

/* ---- From a sample --------------------------------------------------------------------- */

/* u[2][PATHS], then the net benefits [2][PATHS]. */
static void fill(const double *a, double *u)
{
    for (size_t i = 0; i < PATHS; i++) {
        double benefit = a[0];
        for (size_t j = 0; j < 2; j++) {
            u[j * PATHS + i] =
                ds_stream_uniform(ds_stream_key(DS_SELFTEST_SEED, j + 1), i, 0, 0);
            benefit += a[1 + j] * ds_normal_quantile(u[j * PATHS + i]);
        }
        u[2 * PATHS + i] = 0.0;
        u[3 * PATHS + i] = benefit;
    }
}

/* a: m, a, b; what is known: 0 everything, 1 x, 2 y. */
static ds_estimate known(const double *a)
{
    double *u = malloc(4 * PATHS * sizeof *u);
    ds_knowing_value v = { .value = (double)NAN, .se = (double)NAN };
    if (u == NULL)
        return (ds_estimate){ v.value, v.se };
    fill(a, u);
    const double *const benefit[2] = { u + 2 * PATHS, u + 3 * PATHS };
    const ds_knowing_input input[2] = { { u, 0, NULL, -1, 0 }, { u + PATHS, 0, NULL, -1, 0 } };
    const ds_knowing_problem problem = { PATHS, 2, benefit, { DS_GROUPS_EACH, 1 }, 2, 0, input,
                                         NULL };
    const size_t member = a[3] == 2.0 ? 1 : 0;
    const ds_knowing_set set = { 1, 0, &member, NULL };
    ds_knowing *knowing = ds_knowing_new(&problem);
    if (knowing == NULL || !(a[3] == 0.0 ? ds_knowing_everything(knowing, &v)
                                         : ds_knowing_set_value(knowing, &set, &v)))
        v.value = (double)NAN;
    ds_knowing_free(knowing);
    free(u);
    return (ds_estimate){ v.value, v.se };
}

static const char unit_loss[] = "Raiffa & Schlaifer 1961: unit normal loss";

const ds_selftest_estimate ds_selftest_knowing[DS_SELFTEST_KNOWING] = {
    { "to know 1 + x - 2 y before choosing", .479810706348, .005, known, { 1, 1, -2, 0 },
      unit_loss },
    { "to know x of it", .0833154705877, .005, known, { 1, 1, -2, 1 }, unit_loss },
    { "to know y of it", .395593114803, .005, known, { 1, 1, -2, 2 }, unit_loss },
    { "to know 3 + 3 x - 2 y", .409463415994, .005, known, { 3, 3, -2, 0 }, unit_loss },
    { "to know x of it", .249946411763, .005, known, { 3, 3, -2, 1 }, unit_loss },
    { "to know y of it", .0586135875252, .005, known, { 3, 3, -2, 2 }, unit_loss },
    { "to know x + 2 y, a tie", .892062058076, .005, known, { 0, 1, 2, 0 }, unit_loss },
    { "to know x of it", .398942280401, .005, known, { 0, 1, 2, 1 }, unit_loss },
};
