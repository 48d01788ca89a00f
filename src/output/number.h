/* number.h -- numbers as text: exact for machines, rounded for people.
 *
 * For machines the shortest of %.15g, %.16g, %.17g that reads back as the same
 * double.  For people no digit that the simulation did not earn: the last digit
 * shown is of the order of the standard error, which itself is shown with one
 * digit, or two when it starts with 1 or 2.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_NUMBER_H
#define DS_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "distillsim.h"

enum { DS_NUMBER_TEXT = 32, DS_HUMAN_TEXT = 64 };

/* Round trip; infinities are "Inf" and "-Inf", a NAN is "". */
void ds_number_exact(double value, char text[DS_NUMBER_TEXT]);

/* A unit for human eyes: values are divided by `divisor`, and `suffix` follows. */
typedef struct {
    double      divisor;
    const char *suffix; /* "", "k", "M", "bn", "tn", "%" */
} ds_scale;
ds_scale ds_scale_of_money(double magnitude_usd);
extern const ds_scale ds_scale_percent, ds_scale_one;

/* "41.2" or "41.2 ± 0.3" in the unit of the scale, without its suffix.  An
 * infinite value is "never", a NAN "cannot say". */
void ds_human_value(ds_estimate e, ds_scale scale, char text[DS_HUMAN_TEXT]);
void ds_human_estimate(ds_estimate e, ds_scale scale, bool utf8, char text[DS_HUMAN_TEXT]);
/* "USD 41.2 M ± 0.3 M" and "83.1 % ± 0.3 %", for a sentence: the blanks are
 * DS_TEXT_TIE, at which ds_text_wrap() does not break a line. */
void ds_human_money(ds_estimate e, bool utf8, char text[DS_HUMAN_TEXT]);
void ds_human_share(ds_estimate e, bool utf8, char text[DS_HUMAN_TEXT]);
/* "890 k ± 80 k" of what is counted, from 100,000 on in thousands and more; "7.3 ± 0.3". */
ds_scale ds_scale_of_count(double magnitude);
void ds_human_count(ds_estimate e, bool utf8, char text[DS_HUMAN_TEXT]);
/* Thousands apart: "1,234,567.89". */
void ds_human_grouped(double value, int decimals, char text[DS_HUMAN_TEXT]);

#endif
