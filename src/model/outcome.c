/* outcome.c -- the public descriptions of the outcomes, from the table.
 *
 * Called by anyone who prints an outcome or looks one up by name.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/outcome.h"

#include <string.h>

#include "distillsim.h"

#define DS_OUTCOME_INFO_(id, outcome_name, outcome_unit, tail, missing, sentence) \
    {.name = outcome_name,                                                        \
     .unit = outcome_unit,                                                        \
     .help = sentence,                                                            \
     .bad_tail = tail,                                                            \
     .undefined = missing},
static const ds_outcome_info outcome_table[DS_OUTCOME_COUNT] = {
    DS_OUTCOME_LIST(DS_OUTCOME_INFO_)};
#undef DS_OUTCOME_INFO_

size_t ds_outcome_count(void)
{
    return DS_OUTCOME_COUNT;
}

const ds_outcome_info *ds_outcome_at(size_t index)
{
    return index < DS_OUTCOME_COUNT ? &outcome_table[index] : NULL;
}

size_t ds_outcome_find(const char *name)
{
    size_t index = 0;

    while (index < DS_OUTCOME_COUNT &&
           (name == NULL || strcmp(outcome_table[index].name, name) != 0)) {
        index++;
    }
    return index;
}
