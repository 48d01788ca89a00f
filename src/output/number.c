/* number.c -- see number.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/text.h"

const ds_scale ds_scale_percent = { 0.01, "%" };
const ds_scale ds_scale_one = { 1.0, "" };

/* Significant digits of a value whose error is unknown or zero, and at most. */
enum { PLAIN_DIGITS = 4, MOST_DIGITS = 5 };

/* Below this share of the value an error is that of the arithmetic: none. */
static const double least_error = 1e-12;

void ds_number_exact(double value, char text[DS_NUMBER_TEXT])
{
    if (isnan(value)) {
        text[0] = '\0';
        return;
    }
    if (isinf(value)) {
        snprintf(text, DS_NUMBER_TEXT, "%s", value > 0 ? "Inf" : "-Inf");
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, DS_NUMBER_TEXT, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            return;
    }
}

ds_scale ds_scale_of_money(double magnitude_usd)
{
    static const ds_scale scales[] = {
        { 1e12, "tn" }, { 1e9, "bn" }, { 1e6, "M" }, { 1e3, "k" }
    };
    /* 0.9995 M is shown as 1.000 M, not 999.5 k */
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++)
        if (fabs(magnitude_usd) >= 0.9995 * scales[i].divisor)
            return scales[i];
    return ds_scale_one;
}

/* floor(log10 |x|) for a finite x that is not zero */
static int decade(double x)
{
    return (int)floor(log10(fabs(x)));
}

/* The power of ten of the last digit to show.  In thousands and more it is not
 * below 10^-4 of the unit, so that the figures of a column stay comparable. */
static int last_digit(double value, double se, ds_scale scale)
{
    const int least = scale.divisor >= 1e3 ? -4 : -100;
    bool known = isfinite(se) && se > least_error * fabs(value);
    int  by_value = value == 0 ? (known ? -100 : 0)
                               : decade(value) - (known ? MOST_DIGITS : PLAIN_DIGITS) + 1;
    if (by_value < least)
        by_value = least;
    if (!known || value == 0)
        return value == 0 ? 0 : by_value;
    int by_error = decade(se);
    if (se < 3 * pow(10, by_error))
        by_error--;
    return by_error > by_value ? by_error : by_value;
}

/* "-0.0" says something that is not there. */
static void unsigned_zero(char *text)
{
    if (text[0] == '-' && strspn(text + 1, "0.") == strlen(text + 1))
        memmove(text, text + 1, strlen(text));
}

static void print_rounded(double value, int power, char *text, size_t size)
{
    double step = pow(10, power);
    double rounded = power > 0 ? round(value / step) * step : value;
    snprintf(text, size, "%.*f", power < 0 ? -power : 0, rounded);
    unsigned_zero(text);
}

static bool print_unusual(double value, char text[DS_HUMAN_TEXT])
{
    if (isfinite(value))
        return false;
    snprintf(text, DS_HUMAN_TEXT, "%s",
             isnan(value) ? "cannot say" : value > 0 ? "never" : "-infinite");
    return true;
}

void ds_human_value(ds_estimate e, ds_scale scale, char text[DS_HUMAN_TEXT])
{
    if (print_unusual(e.value, text))
        return;
    double value = e.value / scale.divisor, se = e.se / scale.divisor;
    print_rounded(value, last_digit(value, se, scale), text, DS_HUMAN_TEXT);
}

/* The two numbers of an estimate; false when there is no error to show. */
static bool two_numbers(ds_estimate e, ds_scale scale, char value_text[24], char se_text[24])
{
    double value = e.value / scale.divisor, se = e.se / scale.divisor;
    int    power = last_digit(value, se, scale);
    print_rounded(value, power, value_text, 24);
    if (!isfinite(se) || se <= least_error * fabs(value))
        return false;
    if (value == 0) /* "0", whatever the error; the error by itself */
        power = last_digit(se, se, scale);
    /* An error below the last digit shown is rounded up to one unit of it. */
    print_rounded(fmax(se, pow(10, power)), power, se_text, 24);
    return true;
}

void ds_human_estimate(ds_estimate e, ds_scale scale, bool utf8, char text[DS_HUMAN_TEXT])
{
    char value[24], se[24];
    if (print_unusual(e.value, text))
        return;
    if (two_numbers(e, scale, value, se))
        snprintf(text, DS_HUMAN_TEXT, "%s %s %s", value, utf8 ? "\xC2\xB1" : "+/-", se);
    else
        snprintf(text, DS_HUMAN_TEXT, "%s", value);
}

static void with_unit(ds_estimate e, ds_scale scale, const char *prefix, bool utf8,
                      char text[DS_HUMAN_TEXT])
{
    char        value[24], se[24];
    const char *blank = scale.suffix[0] != '\0' ? DS_TEXT_TIE : "";
    if (print_unusual(e.value, text))
        return;
    if (two_numbers(e, scale, value, se))
        snprintf(text, DS_HUMAN_TEXT, "%s%s%s%s" DS_TEXT_TIE "%s" DS_TEXT_TIE "%s%s%s", prefix,
                 value, blank, scale.suffix,
                 utf8 ? "\xC2\xB1" : "+/-", se, blank, scale.suffix);
    else
        snprintf(text, DS_HUMAN_TEXT, "%s%s%s%s", prefix, value, blank, scale.suffix);
}

void ds_human_money(ds_estimate e, bool utf8, char text[DS_HUMAN_TEXT])
{
    double magnitude = fabs(e.value);
    if (isfinite(e.se) && e.se > magnitude)
        magnitude = e.se;
    with_unit(e, ds_scale_of_money(magnitude), "USD" DS_TEXT_TIE, utf8, text);
}

void ds_human_share(ds_estimate e, bool utf8, char text[DS_HUMAN_TEXT])
{
    with_unit(e, ds_scale_percent, "", utf8, text);
}

ds_scale ds_scale_of_count(double magnitude)
{
    return fabs(magnitude) >= 1e5 ? ds_scale_of_money(magnitude) : ds_scale_one;
}

void ds_human_count(ds_estimate e, bool utf8, char text[DS_HUMAN_TEXT])
{
    with_unit(e, ds_scale_of_count(e.value), "", utf8, text);
}

void ds_human_grouped(double value, int decimals, char text[DS_HUMAN_TEXT])
{
    char   plain[DS_HUMAN_TEXT];
    size_t to = 0;

    if (print_unusual(value, text))
        return;
    /* beyond this a double has no cents */
    snprintf(plain, sizeof plain, fabs(value) < 1e15 ? "%.*f" : "%.*g",
             fabs(value) < 1e15 ? decimals : 15, value);
    unsigned_zero(plain);
    size_t sign = plain[0] == '-' ? 1 : 0, whole = strspn(plain + sign, "0123456789");
    for (size_t from = 0; plain[from] != '\0' && to + 2 < DS_HUMAN_TEXT; from++) {
        size_t left = sign + whole - from; /* digits from here to the point */
        if (from > sign && from < sign + whole && left % 3 == 0)
            text[to++] = ',';
        text[to++] = plain[from];
    }
    text[to] = '\0';
}
