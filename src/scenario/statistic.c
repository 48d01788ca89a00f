/* statistic.c -- the names of the statistics of an outcome: of asserts, and of targets.
 * What they are is in engine/result.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "distillsim.h"

const char *ds_statistic_name(size_t index)
{
    static const char *const names[] = { "mean", "sd", "p05", "p25", "p50", "p75", "p95", "cvar",
                                         "share_positive", "share_undefined" };
    return index < sizeof names / sizeof names[0] ? names[index] : NULL;
}
