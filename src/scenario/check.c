/* check.c -- rules across fields.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/binder.h"

void ds_check(ds_binder *b)
{
    ds_check_correlations(b);
}
