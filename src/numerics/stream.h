/* stream.h -- addressed randomness: Philox 4x32-10 (Salmon et al., SC'11).
 *
 * A stream is named by the JSON Pointer of an input; its key mixes the seed and
 * the hash of the name.  The counter is (path, month, slot).  Nothing is
 * consumed: number (path, month, slot) of a stream is the same whoever asks for
 * it, in whatever order, on whatever machine.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_STREAM_H
#define DS_STREAM_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint32_t word[4];
} ds_philox_block;

/* The bijection itself; known answers in tests/unit/test_stream.c. */
ds_philox_block ds_philox(const uint32_t counter[4], const uint32_t key[2]);

/* FNV-1a 64 of a text. */
uint64_t ds_hash_text(const char *text);
/* Key of the stream `name_hash` under `seed` (splitmix64 finaliser of both). */
uint64_t ds_stream_key(uint64_t seed, uint64_t name_hash);

/* One uniform in (0,1): (52 random bits + 1/2) / 2^52, from counter
 * (path low, path high, month, slot / 2) and words 0,1 (slot even) or 2,3. */
double ds_stream_uniform(uint64_t key, uint64_t path, uint32_t month, uint32_t slot);
/* u[i] = uniform of path first+i, for count lanes; first % count may be anything. */
void ds_stream_uniform_lanes(uint64_t key, uint64_t first, uint32_t month, uint32_t slot,
                             size_t count, double *restrict u);
/* Both uniforms of one counter (slots slot and slot+1, slot even) at one price. */
void ds_stream_uniform_pair_lanes(uint64_t key, uint64_t first, uint32_t month,
                                  uint32_t slot, size_t count, double *restrict u0,
                                  double *restrict u1);

#endif
