/* c_locale.c -- see c_locale.h.  Called where files are read: scenario.c,
 * measured_file.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/c_locale.h"

locale_t ds_enter_c_locale(locale_t *c)
{
    *c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    return *c == (locale_t)0 ? (locale_t)0 : uselocale(*c);
}

void ds_leave_c_locale(locale_t before, locale_t c)
{
    if (c == (locale_t)0)
        return;
    uselocale(before);
    freelocale(c);
}
