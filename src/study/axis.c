/* axis.c -- the values of one parameter of a sweep, from their text.
 *
 * Called by the program with what the user typed, and by sweep.c.  Values are kept as
 * JSON text, because that is what an override takes; those of a range are written
 * with at most 15 digits, so that 0.1 to 0.5 in 5 steps has 0.3 and not
 * 0.30000000000000004.  Both ends of a range are the text that was given.
 *
 * Invariant: at least one value; every text is non-empty.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "numerics/lanes.h"
#include "scenario/arena.h"
#include "scenario/error.h"
#include "study/sweep.h"

enum { RANGE_PARTS = 4 };

struct ds_sweep_axis {
    ds_arena    *arena;
    const char  *pointer;
    size_t       count;
    const char **values;
};

static ds_code no_memory(ds_error *err)
{
    return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
}

/* A copy of the `length` bytes at `text`. */
static char *copy_part(ds_arena *arena, const char *text, size_t length)
{
    char *copy = ds_arena_array(arena, length + 1, 1);

    if (copy != NULL) {
        memcpy(copy, text, length);
    }
    return copy;
}

/* ---- Ranges ----------------------------------------------------------------- */

bool ds_sweep_number(const char *text, double *out)
{
    char *end;

    if (text[0] == '\0' || strspn(text, "0123456789+-.eE") != strlen(text)) {
        return false;
    }
    *out = strtod(text, &end);
    return *end == '\0' && isfinite(*out);
}

/* LO:HI:N[:log] as written. */
typedef struct {
    const char *low_text, *high_text;
    double      low, high;
    size_t      count;
    bool        logarithmic;
} range;

/* Cuts `text` at its colons: the number of parts, or 0 when there are too many. */
static size_t cut_at_colons(char *text, const char *parts[RANGE_PARTS])
{
    size_t count = 1;

    parts[0] = text;
    for (char *p = text; *p != '\0'; p++) {
        if (*p != ':') {
            continue;
        }
        if (count == RANGE_PARTS) {
            return 0;
        }
        *p = '\0';
        parts[count++] = p + 1;
    }
    return count;
}

/* Is it meant as a range: a number before the first colon? */
static bool looks_like_range(const char *values)
{
    const size_t number = strspn(values, "0123456789+-.eE");

    return number > 0 && values[number] == ':';
}

static ds_code parse_range(ds_arena *arena, const char *values, range *r, ds_error *err)
{
    const char *parts[RANGE_PARTS] = {NULL};
    char *text = ds_arena_copy(arena, values);
    double count = 0.0;

    if (text == NULL) {
        return no_memory(err);
    }
    const size_t given = cut_at_colons(text, parts);
    if (given < 3 || !ds_sweep_number(parts[0], &r->low) || !ds_sweep_number(parts[1], &r->high) ||
        !ds_sweep_number(parts[2], &count) || count != floor(count) ||
        (given == 4 && strcmp(parts[3], "log") != 0)) {
        return ds_fail(err, DS_E_USAGE, NULL, "'%s' is not of the form LO:HI:N or LO:HI:N:log",
                       values);
    }
    if (!(count >= 1.0 && count <= DS_SWEEP_MAX_VALUES)) {
        return ds_fail(err, DS_E_USAGE, NULL, "'%s': N must be 1 to %d, got %s", values,
                       DS_SWEEP_MAX_VALUES, parts[2]);
    }
    r->logarithmic = given == 4;
    if (r->logarithmic && !(r->low > 0.0 && r->high > 0.0)) {
        return ds_fail(err, DS_E_USAGE, NULL, "'%s': a logarithmic range needs positive ends",
                       values);
    }
    r->low_text = parts[0];
    r->high_text = parts[1];
    r->count = (size_t)count;
    return DS_OK;
}

/* Value i of the inner ones; ds_exp and ds_log give the same bits everywhere. */
static double inner_value(const range *r, size_t i)
{
    const double share = (double)i / (double)(r->count - 1);

    return r->logarithmic ? r->low * ds_exp(share * ds_log(r->high / r->low))
                          : r->low + share * (r->high - r->low);
}

static ds_code fill_range(ds_sweep_axis *axis, const char *values, ds_error *err)
{
    range r = {0};
    ds_code code = parse_range(axis->arena, values, &r, err);

    if (code != DS_OK) {
        return code;
    }
    axis->count = r.count;
    axis->values = ds_arena_array(axis->arena, r.count, sizeof *axis->values);
    for (size_t i = 0; axis->values != NULL && i < r.count; i++) {
        if (i == 0 || i + 1 == r.count) {
            axis->values[i] = i == 0 ? r.low_text : r.high_text;
        } else {
            axis->values[i] = ds_arena_format(axis->arena, "%.15g", inner_value(&r, i));
        }
        if (axis->values[i] == NULL) {
            return no_memory(err);
        }
    }
    return axis->values != NULL ? DS_OK : no_memory(err);
}

/* ---- Lists ------------------------------------------------------------------ */

/* The end of the value at `text`: the next comma that is in no string, array or
 * object, or the end of the text. */
static const char *end_of_value(const char *text)
{
    bool quoted = false;
    int depth = 0;

    for (; *text != '\0'; text++) {
        if (quoted) {
            if (*text == '\\' && text[1] != '\0') {
                text++;
            } else if (*text == '"') {
                quoted = false;
            }
        } else if (*text == '"') {
            quoted = true;
        } else if (*text == '[' || *text == '{') {
            depth++;
        } else if (*text == ']' || *text == '}') {
            depth--;
        } else if (*text == ',' && depth <= 0) {
            break;
        }
    }
    return text;
}

static ds_code fill_list(ds_sweep_axis *axis, const char *values, ds_error *err)
{
    size_t count = 1;

    for (const char *end = end_of_value(values); *end != '\0'; end = end_of_value(end + 1)) {
        count++;
    }
    if (count > DS_SWEEP_MAX_VALUES) {
        return ds_fail(err, DS_E_USAGE, NULL, "%zu values, more than %d", count,
                       DS_SWEEP_MAX_VALUES);
    }
    axis->count = count;
    axis->values = ds_arena_array(axis->arena, count, sizeof *axis->values);
    const char *start = values;
    for (size_t i = 0; axis->values != NULL && i < count; i++) {
        const char *end = end_of_value(start);
        if (end == start) {
            return ds_fail(err, DS_E_USAGE, NULL, "value %zu of '%s' is empty", i + 1, values);
        }
        axis->values[i] = copy_part(axis->arena, start, (size_t)(end - start));
        if (axis->values[i] == NULL) {
            return no_memory(err);
        }
        start = end + 1;
    }
    return axis->values != NULL ? DS_OK : no_memory(err);
}

/* ---- Axis ------------------------------------------------------------------- */

ds_code ds_sweep_axis_parse(const char *text, ds_sweep_axis **out, ds_error *err)
{
    const char *equals = strrchr(text, '=');

    *out = NULL;
    if (text[0] != '/' || equals == NULL || equals[1] == '\0') {
        return ds_fail(err, DS_E_USAGE, NULL,
                       "'%s' is not of the form /POINTER=LO:HI:N or /POINTER=V1,V2", text);
    }
    ds_sweep_axis *axis = calloc(1, sizeof *axis);
    if (axis == NULL) {
        return no_memory(err);
    }
    axis->arena = ds_arena_new(0);
    if (axis->arena != NULL) {
        axis->pointer = copy_part(axis->arena, text, (size_t)(equals - text));
    }
    ds_code code = DS_OK;
    if (axis->pointer == NULL) {
        code = no_memory(err);
    } else {
        code = looks_like_range(equals + 1) ? fill_range(axis, equals + 1, err)
                                            : fill_list(axis, equals + 1, err);
    }
    if (code != DS_OK) {
        ds_sweep_axis_free(axis);
        return code;
    }
    *out = axis;
    return DS_OK;
}

void ds_sweep_axis_free(ds_sweep_axis *axis)
{
    if (axis != NULL) {
        ds_arena_free(axis->arena);
        free(axis);
    }
}

const char *ds_sweep_axis_pointer(const ds_sweep_axis *axis)
{
    return axis->pointer;
}

size_t ds_sweep_axis_count(const ds_sweep_axis *axis)
{
    return axis->count;
}

const char *ds_sweep_axis_value(const ds_sweep_axis *axis, size_t index)
{
    return axis->values[index];
}
