/* breakeven_range.c -- POINTER=LO:HI[:N][:log], from its text.
 *
 * Called by the program with what the user typed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "distillsim_breakeven.h"
#include "scenario/error.h"
#include "study/sweep.h"

enum { PARTS = 4 };

/* "YYYY-MM" as months since January of year 0. */
static bool parse_date(const char *text, double *out)
{
    if (strlen(text) != 7 || strspn(text, "0123456789") != 4 || text[4] != '-' ||
        strspn(text + 5, "0123456789") != 2) {
        return false;
    }
    const int year = (int)strtol(text, NULL, 10), month = (int)strtol(text + 5, NULL, 10);
    *out = 12.0 * year + month - 1.0;
    return month >= 1 && month <= 12;
}

static ds_code parse_ends(const char *low, const char *high, ds_breakeven_range *r, ds_error *err)
{
    if (ds_sweep_number(low, &r->low) && ds_sweep_number(high, &r->high)) {
        return DS_OK;
    }
    r->calendar = parse_date(low, &r->low) && parse_date(high, &r->high);
    return r->calendar ? DS_OK
        : ds_fail(err, DS_E_USAGE, NULL, "'%.60s' and '%.60s' are not two numbers or two months "
                  "like 2027-01", low, high);
}

static ds_code parse_parts(char *text, const char *whole, ds_breakeven_range *r, ds_error *err)
{
    char *part[PARTS] = {text};
    size_t count = 1;

    for (char *p = text; *p != '\0'; p++) {
        if (*p == ':' && count < PARTS) {
            *p = '\0';
            part[count++] = p + 1;
        }
    }
    if (count > 2 && strcmp(part[count - 1], "log") == 0) {
        r->logarithmic = true;
        count--;
    }
    if (count < 2 || count > 3) {
        return ds_fail(err, DS_E_USAGE, NULL, "'%.200s' is not of the form "
                       "/POINTER=LO:HI, with :N, :log or both behind it", whole);
    }
    double number = 0.0;
    if (count == 3 && !(ds_sweep_number(part[2], &number) && number == floor(number) &&
                        number >= 2.0 && number <= DS_BREAKEVEN_POINTS_MOST)) {
        return ds_fail(err, DS_E_USAGE, NULL, "'%.200s': N must be a whole number from 2 to %d, "
                       "got '%.40s'", whole, DS_BREAKEVEN_POINTS_MOST, part[2]);
    }
    r->count = (size_t)number;
    return parse_ends(part[0], part[1], r, err);
}

static ds_code check_range(const ds_breakeven_range *r, const char *whole, ds_error *err)
{
    if (r->low == r->high) {
        return ds_fail(err, DS_E_USAGE, NULL, "'%.200s': the range has no width", whole);
    }
    if (r->low > r->high) {
        return ds_fail(err, DS_E_USAGE, NULL, "'%.200s': the range is upside down", whole);
    }
    if (r->logarithmic && (r->calendar || !(r->low > 0.0))) {
        return ds_fail(err, DS_E_USAGE, NULL, "'%.200s': a logarithmic range needs positive "
                       "numbers", whole);
    }
    return !r->scale || (r->low > 0.0 && !r->calendar) ? DS_OK
        : ds_fail(err, DS_E_USAGE, NULL, "'%.200s': a factor is a number above 0", whole);
}

ds_code ds_breakeven_range_parse(const char *text, bool scale, ds_breakeven_range *out,
                                 ds_error *err)
{
    const char *equals = strrchr(text, '=');

    *out = (ds_breakeven_range){.scale = scale};
    if (text[0] != '/' || equals == NULL || equals[1] == '\0') {
        return ds_fail(err, DS_E_USAGE, NULL, "'%.200s' is not of the form /POINTER=LO:HI", text);
    }
    char *parts = strdup(equals + 1);
    out->pointer = strndup(text, (size_t)(equals - text));
    ds_code code = parts != NULL && out->pointer != NULL
        ? parse_parts(parts, text, out, err) : ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    if (code == DS_OK) {
        code = check_range(out, text, err);
    }
    free(parts);
    if (code != DS_OK) {
        ds_breakeven_range_release(out);
    }
    return code;
}

void ds_breakeven_range_release(ds_breakeven_range *range)
{
    free(range->pointer);
    *range = (ds_breakeven_range){.pointer = NULL};
}
