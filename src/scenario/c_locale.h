/* c_locale.h -- numbers with a decimal point, whatever the caller's locale.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_C_LOCALE_H
#define DS_C_LOCALE_H

#include <locale.h>

/* Puts the calling thread into the "C" locale; its own comes back with
 * ds_leave_c_locale(). */
locale_t ds_enter_c_locale(locale_t *c);
void     ds_leave_c_locale(locale_t before, locale_t c);

#endif
