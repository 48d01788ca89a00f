/* information_set.c -- what may be known: inputs one by one and together, groups, and what
 * moves over the months.
 *
 * Called by information.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "scenario/arena.h"
#include "scenario/error.h"
#include "scenario/scenario.h"
#include "study/information.h"
#include "study/input_group.h"

static bool begin(ds_information_sample *s, ds_information_set *set, ds_information_kind kind,
                  const char *name)
{
    *set = (ds_information_set){ .kind = kind, .name = ds_arena_copy(s->arena, name) };
    set->source = ds_arena_array(s->arena, s->sources.count + 1, sizeof *set->source);
    set->member = ds_arena_array(s->arena, s->input_count + 1, sizeof *set->member);
    return set->name != NULL && set->source != NULL && set->member != NULL;
}

/* Marks what is under a pointer. */
static void mark(const ds_information_sample *s, ds_information_set *set, const char *pointer)
{
    for (size_t k = 0; k < s->sources.count; k++)
        if (ds_source_is_under(&s->sources.source[k], pointer))
            set->source[k] = true;
}

static void take_members(const ds_information_sample *s, ds_information_set *set)
{
    for (size_t k = 0; k < s->input_count; k++)
        if (set->source[s->source_of[k]])
            set->member[set->known.member_count++] = k;
    set->input_count = set->known.member_count;
    set->known.member = set->member;
    set->known.feature = set->feature;
}

/* ---- Features ------------------------------------------------------------------------ */

/* Levels over that of the first month: for who does not know where it began. */
static ds_code add_ratios(ds_information_sample *s, ds_information_set *set,
                          const ds_information_path *p, ds_error *err)
{
    const size_t paths = (size_t)s->run.path_count;
    for (size_t f = 1; f < DS_PATH_FEATURES && set->known.feature_count < DS_SET_FEATURES; f++) {
        double *ratio = ds_arena_array(s->arena, paths, sizeof *ratio);
        if (ratio == NULL)
            return ds_fail(err, DS_E_NOMEM, "", "out of memory");
        for (size_t i = 0; i < paths; i++)
            ratio[i] = p->feature[0][i] > 0.0 ? p->feature[f][i] / p->feature[0][i] : 0.0;
        set->feature[set->known.feature_count++] = ratio;
    }
    return DS_OK;
}

static void add_levels(ds_information_set *set, const ds_information_path *p)
{
    for (size_t f = 0; f < DS_PATH_FEATURES && set->known.feature_count < DS_SET_FEATURES; f++)
        set->feature[set->known.feature_count++] = p->feature[f];
}

/* Is some source of it no input, under the pointer of what moves? */
static bool moves_by_chance(const ds_information_sample *s, const ds_information_set *set,
                            const ds_information_path *p)
{
    for (size_t k = 0; k < s->sources.count; k++)
        if (set->source[k] && s->sources.source[k].kind != DS_SOURCE_INPUT &&
            ds_source_is_under(&s->sources.source[k], p->name))
            return true;
    return false;
}

/* Does the set know where it began, or is that certain? */
static bool knows_start(const ds_information_sample *s, const ds_information_set *set,
                        const ds_information_path *p)
{
    for (size_t k = 0; p->start != NULL && k < s->sources.count; k++)
        if (ds_source_is_under(&s->sources.source[k], p->start) && !set->source[k])
            return false;
    return true;
}

static ds_code add_features(ds_information_sample *s, ds_information_set *set, ds_error *err)
{
    ds_code code = DS_OK;
    for (size_t i = 0; code == DS_OK && i < s->path_count; i++) {
        const ds_information_path *p = &s->path[i];
        if (!moves_by_chance(s, set, p))
            continue;
        if (knows_start(s, set, p))
            add_levels(set, p);
        else
            code = add_ratios(s, set, p, err);
    }
    return code;
}

/* ---- Sets ---------------------------------------------------------------------------- */

static ds_code add_group(ds_information_sample *s, ds_information_set *set,
                         const ds_input_group *group, ds_error *err)
{
    size_t *group_of = ds_arena_array(s->arena, s->sources.count + 1, sizeof *group_of);
    if (group_of == NULL || !begin(s, set, DS_INFORMATION_GROUP, group->name))
        return ds_fail(err, DS_E_NOMEM, "", "out of memory");
    ds_code code = ds_input_groups_find(s->scenario, &s->sources, group, 1, group_of, err);
    if (code != DS_OK)
        return code;
    for (size_t k = 0; k < s->sources.count; k++)
        set->source[k] = group_of[k] != DS_UNGROUPED;
    take_members(s, set);
    return add_features(s, set, err);
}

static ds_code add_path(ds_information_sample *s, ds_information_set *set,
                        const ds_information_path *p, ds_error *err)
{
    if (!begin(s, set, p->kind, p->name))
        return ds_fail(err, DS_E_NOMEM, "", "out of memory");
    mark(s, set, p->name);
    if (p->start != NULL)
        mark(s, set, p->start);
    take_members(s, set);
    set->known.member_count = 0; /* the path says all that they do */
    add_levels(set, p);
    return DS_OK;
}

static bool add_input(ds_information_sample *s, ds_information_set *set, size_t k)
{
    const ds_source *source = &s->sources.source[s->source_of[k]];
    if (!begin(s, set, DS_INFORMATION_INPUT, s->scenario->inputs[source->index].pointer))
        return false;
    set->input = source->index;
    set->source[s->source_of[k]] = true;
    take_members(s, set);
    return true;
}

static ds_code fill(ds_information_sample *s, const ds_information_options *o,
                    ds_information_set *sets, size_t *count, ds_error *err)
{
    ds_code code = DS_OK;

    if (s->input_count > 1) {
        ds_information_set *all = &sets[(*count)++];
        if (!begin(s, all, DS_INFORMATION_INPUTS, "all inputs"))
            return ds_fail(err, DS_E_NOMEM, "", "out of memory");
        for (size_t k = 0; k < s->input_count; k++)
            all->source[s->source_of[k]] = true;
        take_members(s, all);
    }
    for (size_t g = 0; code == DS_OK && g < o->group_count; g++)
        code = add_group(s, &sets[(*count)++], &o->groups[g], err);
    for (size_t p = 0; code == DS_OK && p < s->path_count; p++)
        code = add_path(s, &sets[(*count)++], &s->path[p], err);
    for (size_t k = 0; code == DS_OK && k < s->input_count; k++)
        if (!add_input(s, &sets[(*count)++], k))
            code = ds_fail(err, DS_E_NOMEM, "", "out of memory");
    return code;
}

ds_code ds_information_sets(ds_information_sample *s, const ds_information_options *options,
                            ds_information_set **sets, size_t *count, ds_error *err)
{
    *count = 0;
    *sets = ds_arena_array(s->arena, 1 + options->group_count + s->path_count + s->input_count,
                           sizeof **sets);
    if (*sets == NULL)
        return ds_fail(err, DS_E_NOMEM, "", "out of memory");
    return fill(s, options, *sets, count, err);
}
