/* sobol.h -- the Sobol sequence with the direction numbers of Joe and Kuo (2008), any point by
 * its number.  Scrambling, and points in lanes, are in spread.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_SOBOL_H
#define DS_SOBOL_H

#include <stddef.h>
#include <stdint.h>

enum { DS_SOBOL_DIMENSIONS = 1111, DS_SOBOL_BITS = 32 };

/* Of a dimension, from 0: direction k is what bit k of the Gray code of a number flips, its
 * bits reversed: bit 0 is worth 1/2. */
void ds_sobol_directions(size_t dimension, uint32_t direction[DS_SOBOL_BITS]);

/* Point `number`, from 0, reversed in the same way. */
static inline uint32_t ds_sobol_point(const uint32_t direction[DS_SOBOL_BITS], uint32_t number)
{
    uint32_t x = 0;
    for (uint32_t gray = number ^ (number >> 1), k = 0; gray != 0; gray >>= 1, k++)
        x ^= direction[k] & (0U - (gray & 1U));
    return x;
}

/* sobol_table.c, for dimensions 1 and up */
extern const uint16_t ds_sobol_polynomial[DS_SOBOL_DIMENSIONS - 1];
extern const uint16_t ds_sobol_initial[];

#endif
