/* resolve.h -- the canonical text of a scenario, and its hash.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_RESOLVE_H
#define DS_RESOLVE_H

#include "scenario/scenario.h"

/* Sets resolved_json and hash from the scenario's document; false when out of
 * memory. */
bool ds_resolve(ds_scenario *scenario);

/* idle.c: marks the defaults that change nothing. */
void ds_mark_idle(ds_scenario *scenario);

#endif
