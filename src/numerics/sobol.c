/* sobol.c -- see sobol.h.  Called when a plan is compiled, by tests and by selftests.
 *
 * Bratley & Fox, ACM TOMS 14 (1988) 88, algorithm 659: with the polynomial
 * x^d + a_1 x^(d-1) + ... + a_(d-1) x + 1 the directions of 32 bits are
 * v_k = m_k 2^(31-k) for k < d, and after that
 * v_k = a_1 v_(k-1) ^ ... ^ a_(d-1) v_(k-d+1) ^ v_(k-d) ^ (v_(k-d) >> d).
 * The first dimension has m_k = 1.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numerics/sobol.h"

#include "numerics/spread.h"

static unsigned degree_of(unsigned polynomial)
{
    unsigned degree = 0;
    while (polynomial >> (degree + 1) != 0)
        degree++;
    return degree;
}

void ds_sobol_directions(size_t dimension, uint32_t direction[DS_SOBOL_BITS])
{
    for (unsigned k = 0; dimension == 0 && k < DS_SOBOL_BITS; k++)
        direction[k] = UINT32_C(1) << k;
    if (dimension == 0)
        return;
    const unsigned polynomial = ds_sobol_polynomial[dimension - 1];
    const unsigned degree = degree_of(polynomial);
    size_t first = 0;
    for (size_t before = 0; before + 1 < dimension; before++)
        first += degree_of(ds_sobol_polynomial[before]);
    for (unsigned k = 0; k < DS_SOBOL_BITS; k++) {
        if (k < degree) {
            direction[k] = (2U * ds_sobol_initial[first + k] + 1U) << (31 - k);
            continue;
        }
        uint32_t v = direction[k - degree] ^ (direction[k - degree] >> degree);
        for (unsigned j = 1; j < degree; j++)
            if (polynomial >> (degree - j) & 1U)
                v ^= direction[k - j];
        direction[k] = v;
    }
    for (unsigned k = 0; k < DS_SOBOL_BITS; k++)
        direction[k] = ds_reverse_bits(direction[k]);
}
