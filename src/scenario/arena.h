/* arena.h -- memory that is freed all at once.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_ARENA_H
#define DS_ARENA_H

#include <stddef.h>

#include "distillsim.h"

typedef struct ds_arena ds_arena;

/* NULL when out of memory.  The arena hands out at most limit_bytes (0: no
 * limit); past it every allocation fails, as if memory had run out. */
ds_arena *ds_arena_new(size_t limit_bytes);
void      ds_arena_free(ds_arena *arena);

/* count * size zeroed bytes, aligned for any type; NULL when out of memory or
 * when the product overflows.  count or size may be 0. */
void *ds_arena_array(ds_arena *arena, size_t count, size_t size);
char *ds_arena_copy(ds_arena *arena, const char *text);
char *ds_arena_format(ds_arena *arena, const char *format, ...) DS_PRINTF(2, 3);

#endif
