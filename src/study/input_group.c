/* input_group.c -- see input_group.h.  Called by studies.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/input_group.h"

#include <string.h>

#include "scenario/error.h"
#include "scenario/suggest.h"

enum { CANDIDATES = 4096 };

/* Is the pointer that of a quantity, or of a part that has one?  Its text, if it is one. */
static const char *text_of_input(const ds_scenario *s, const char *pointer, bool *known)
{
    const size_t length = strlen(pointer);
    const char  *text = NULL;

    *known = false;
    for (size_t i = 0; i < ds_scenario_input_count(s); i++) {
        const ds_input_info info = ds_scenario_input(s, i);
        const char end = strncmp(info.pointer, pointer, length) == 0 ? info.pointer[length] : 'x';
        if (end == '\0')
            text = info.text;
        *known = *known || end == '\0' || end == '/';
    }
    return text;
}

static ds_code nothing_there(const ds_scenario *s, const ds_sources *sources, const char *pointer,
                             ds_error *err)
{
    const char *candidates[CANDIDATES];
    size_t count = 0;
    bool known;
    const char *text = text_of_input(s, pointer, &known);

    if (text != NULL)
        return ds_fail(err, DS_E_USAGE, pointer, "is certain (%.80s), or nothing uses it: an "
                       "input must be uncertain", text);
    if (known)
        return ds_fail(err, DS_E_USAGE, pointer, "nothing in it is uncertain");
    for (size_t i = 0; i < sources->count && count < CANDIDATES; i++)
        if (sources->source[i].kind != DS_SOURCE_TAIL)
            candidates[count++] = sources->source[i].text;
    const char *near = ds_suggest(pointer, candidates, count);
    return ds_fail(err, DS_E_USAGE, pointer, "there is no such input%s%.200s%s",
                   near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                   near != NULL ? "'?" : "");
}

ds_code ds_input_groups_find(const ds_scenario *scenario, const ds_sources *sources,
                             const ds_input_group *groups, size_t count, size_t *group_of,
                             ds_error *err)
{
    for (size_t i = 0; i < sources->count; i++)
        group_of[i] = DS_UNGROUPED;
    for (size_t g = 0; g < count; g++)
        for (size_t p = 0; p < groups[g].pointer_count; p++) {
            const char *pointer = groups[g].pointers[p];
            size_t found = 0;
            for (size_t i = 0; i < sources->count; i++) {
                const ds_source *s = &sources->source[i];
                if (s->kind == DS_SOURCE_TAIL || !ds_source_is_under(s, pointer))
                    continue;
                found++;
                if (group_of[i] != DS_UNGROUPED && group_of[i] != g)
                    return ds_fail(err, DS_E_USAGE, s->text, "is in two groups, '%.80s' and "
                                   "'%.80s'", groups[group_of[i]].name, groups[g].name);
                group_of[i] = g;
            }
            if (found == 0)
                return nothing_there(scenario, sources, pointer, err);
        }
    return DS_OK;
}
