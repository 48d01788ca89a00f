/* selftest_decisions.c -- the groups of known values that decisions rest on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/selftest.h"

const ds_selftest_group ds_selftest_decisions[] = {
    { .name = "choice", .estimates = ds_selftest_choice, .estimate_count = DS_SELFTEST_CHOICE },
    { .name = "break_even", .values = ds_selftest_certain_tie,
      .value_count = DS_SELFTEST_CERTAIN_TIE, .estimates = ds_selftest_tie,
      .estimate_count = DS_SELFTEST_TIE },
    { .name = "sensitivity", .estimates = ds_selftest_indices,
      .estimate_count = DS_SELFTEST_INDICES },
    { .name = "stopping", .values = ds_selftest_eight_paths,
      .value_count = DS_SELFTEST_EIGHT_PATHS, .estimates = ds_selftest_table_1,
      .estimate_count = DS_SELFTEST_TABLE_1 },
    { .name = "normal_pilots", .values = ds_selftest_normal_pilot,
      .value_count = DS_SELFTEST_NORMAL_PILOT },
    { .name = "boxes", .values = ds_selftest_box, .value_count = DS_SELFTEST_BOX },
};
const size_t ds_selftest_decisions_count =
    sizeof ds_selftest_decisions / sizeof *ds_selftest_decisions;
