/* arena.c -- memory that is freed all at once: a list of growing blocks.
 *
 * Called by the files of this layer: one arena lives as long as its scenario and
 * owns every string and array of it.  Every product of sizes is checked.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT _Alignof(max_align_t)

enum { FIRST_BLOCK = 16 * 1024, LARGEST_STEP = 4 * 1024 * 1024 };

typedef struct block block;
struct block {
    block *next;
    size_t size, used; /* of the bytes after the header */
};

/* the header, rounded up so that the bytes after it are aligned */
#define HEADER ((sizeof(block) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)

struct ds_arena {
    block *newest;
    size_t step;  /* size of the next block */
    size_t limit; /* bytes that may still be handed out */
};

ds_arena *ds_arena_new(size_t limit_bytes)
{
    ds_arena *arena = malloc(sizeof *arena);
    if (arena == NULL)
        return NULL;
    *arena = (ds_arena){.step = FIRST_BLOCK, .limit = limit_bytes == 0 ? SIZE_MAX : limit_bytes};
    return arena;
}

void ds_arena_free(ds_arena *arena)
{
    if (arena == NULL)
        return;
    for (block *b = arena->newest, *next; b != NULL; b = next) {
        next = b->next;
        free(b);
    }
    free(arena);
}

static block *add_block(ds_arena *arena, size_t bytes)
{
    size_t size = bytes > arena->step ? bytes : arena->step;
    if (size > SIZE_MAX - HEADER)
        return NULL;
    block *b = malloc(HEADER + size);
    if (b == NULL)
        return NULL;
    *b = (block){.next = arena->newest, .size = size};
    arena->newest = b;
    if (arena->step < LARGEST_STEP)
        arena->step *= 2;
    return b;
}

void *ds_arena_array(ds_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > (SIZE_MAX - ALIGNMENT) / size)
        return NULL;
    size_t bytes = (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (bytes == 0)
        bytes = ALIGNMENT;
    if (bytes > arena->limit)
        return NULL;

    block *b = arena->newest;
    if (b == NULL || b->size - b->used < bytes)
        b = add_block(arena, bytes);
    if (b == NULL)
        return NULL;
    char *start = (char *)b + HEADER + b->used;
    b->used += bytes;
    arena->limit -= bytes;
    return memset(start, 0, bytes);
}

char *ds_arena_copy(ds_arena *arena, const char *text)
{
    size_t size = strlen(text) + 1;
    char  *copy = ds_arena_array(arena, size, 1);
    return copy == NULL ? NULL : memcpy(copy, text, size);
}

char *ds_arena_format(ds_arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        return NULL;

    char *text = ds_arena_array(arena, (size_t)length + 1, 1);
    if (text == NULL)
        return NULL;
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}
