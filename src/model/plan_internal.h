/* plan_internal.h -- shared by the files that compile a plan.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_PLAN_INTERNAL_H
#define DS_PLAN_INTERNAL_H

#include "model/plan.h"

/* Zeroed memory that ds_plan_free() releases; NULL when there is none. */
void *ds_plan_alloc(ds_plan *plan, size_t count, size_t size);
/* "map" + escaped member + "rest", e.g. "/products/" "a" "/growth". */
void  ds_plan_pointer(char *text, size_t size, const char *map, const char *member,
                      const char *rest);

void ds_plan_compile_contracts(ds_plan *plan);
DS_MUST_CHECK ds_code ds_plan_compile_strategies(ds_plan *plan, ds_error *err);

#endif
