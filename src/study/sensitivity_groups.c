/* sensitivity_groups.c -- the inventory of what is random, put into inputs that a person can
 * talk about.
 *
 * Called by sensitivity.c.  Without groups of the user, every uncertain quantity is an input,
 * and what happens month by month to one thing (shocks, jumps, releases and their sizes) is
 * one: "/products/q/growth: chance".  Where a method wants independent inputs, those that are
 * correlated become one, or, when the user has put them apart, are refused.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/error.h"
#include "scenario/scenario.h"
#include "study/input_group.h"
#include "study/sensitivity.h"

enum { NAME_TEXT = DS_SOURCE_TEXT + 32 };

/* Sources are put under keys; a key becomes a factor. */
typedef struct {
    ds_sensitivity_job *job;
    size_t  *key;  /* [source]: index of a name, or DS_UNGROUPED                            */
    char   (*name)[NAME_TEXT];
    bool    *chance, *rest; /* [name]                                                    */
    size_t   names;
} grouping;

static ds_code no_memory(ds_error *err)
{
    return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
}

static bool is_tail(const grouping *g, size_t source)
{
    return g->job->sources.source[source].kind == DS_SOURCE_TAIL;
}

static size_t key_called(grouping *g, const char *name, bool chance)
{
    for (size_t i = 0; i < g->names; i++)
        if (strcmp(g->name[i], name) == 0)
            return i;
    snprintf(g->name[g->names], NAME_TEXT, "%s", name);
    g->chance[g->names] = chance;
    return g->names++;
}

/* ---- Groups of the user ------------------------------------------------------------- */

static ds_code take_groups(grouping *g, ds_error *err)
{
    const ds_sensitivity_options *o = g->job->options;
    const ds_sources *sources = &g->job->sources;
    size_t rest = DS_UNGROUPED;

    const ds_code code = ds_input_groups_find(g->job->base, sources, o->groups, o->group_count,
                                              g->key, err);
    for (size_t i = 0; code == DS_OK && i < sources->count; i++) {
        if (is_tail(g, i))
            continue;
        const bool grouped = g->key[i] != DS_UNGROUPED;
        const bool each = grouped && o->groups[g->key[i]].each;
        if (each)
            g->key[i] = key_called(g, sources->source[i].text, false);
        else if (grouped)
            g->key[i] = key_called(g, o->groups[g->key[i]].name, false);
        else
            g->key[i] = rest = key_called(g, "everything else", false);
    }
    if (rest != DS_UNGROUPED)
        g->rest[rest] = true;
    return code;
}

/* ---- Groups of our own ----------------------------------------------------------------- */

/* What happens to one thing: the part of a name before '#'. */
static size_t thing_of(const char *text, char thing[DS_SOURCE_TEXT])
{
    const size_t length = strcspn(text, "#");

    snprintf(thing, DS_SOURCE_TEXT, "%.*s", (int)length, text);
    return text[length] == '#' ? length : 0;
}

/* The sizes of events belong to the thing that the events happen to. */
static void place_sizes(grouping *g)
{
    const ds_sources *sources = &g->job->sources;

    for (size_t i = 0; i < sources->count; i++) {
        size_t longest = 0;
        for (size_t j = 0; sources->source[i].kind == DS_SOURCE_SIZES && j < sources->count; j++) {
            char thing[DS_SOURCE_TEXT];
            const size_t length = is_tail(g, j) ? 0 : thing_of(sources->source[j].text, thing);
            if (length > longest && ds_source_is_under(&sources->source[i], thing)) {
                longest = length;
                g->key[i] = g->key[j];
            }
        }
    }
}

static void take_each(grouping *g)
{
    const ds_sources *sources = &g->job->sources;

    for (size_t i = 0; i < sources->count; i++) {
        char thing[DS_SOURCE_TEXT], name[NAME_TEXT];
        if (is_tail(g, i))
            continue;
        const bool chance = thing_of(sources->source[i].text, thing) > 0;
        snprintf(name, sizeof name, "%s%s", thing, chance ? ": chance" : "");
        g->key[i] = key_called(g, name, chance);
    }
    place_sizes(g);
}

/* "/products/q" of "/products/q/growth/per_year"; "/inflation_per_year" is a part as well. */
static void take_parts(grouping *g)
{
    const ds_sources *sources = &g->job->sources;

    for (size_t i = 0; i < sources->count; i++) {
        char thing[DS_SOURCE_TEXT];
        if (is_tail(g, i))
            continue;
        thing_of(sources->source[i].text, thing);
        char *end = strchr(thing + 1, '/');
        end = end != NULL ? strchr(end + 1, '/') : NULL;
        if (end != NULL)
            *end = '\0';
        g->key[i] = key_called(g, thing, false);
    }
}

/* ---- Correlated inputs -------------------------------------------------------------------- */

static size_t segment_end(const char *text, size_t from)
{
    return from + strcspn(text + from, "/:");
}

/* The name of two that differ in one segment, which becomes a star; else "A and B". */
static void common_name(const char *a, const char *b, char out[NAME_TEXT])
{
    size_t prefix = 0, from_a, from_b;

    for (from_a = 0; a[from_a] != '\0' && a[from_a] == b[from_a]; from_a++)
        if (a[from_a] == '/')
            prefix = from_a + 1;
    from_a = segment_end(a, prefix);
    from_b = segment_end(b, prefix);
    if (prefix > 0 && strcmp(a + from_a, b + from_b) == 0)
        snprintf(out, NAME_TEXT, "%.*s*%s", (int)prefix, a, a + from_a);
    else if (strstr(a, " and others") != NULL)
        snprintf(out, NAME_TEXT, "%s", a);
    else
        snprintf(out, NAME_TEXT, "%.*s and others", NAME_TEXT - 16, a);
}

static void merge(grouping *g, size_t into, size_t from)
{
    char name[NAME_TEXT];

    common_name(g->name[into], g->name[from], name);
    memcpy(g->name[into], name, sizeof name);
    g->chance[into] = g->chance[into] && g->chance[from];
    for (size_t i = 0; i < g->job->sources.count; i++)
        if (g->key[i] == from)
            g->key[i] = into;
}

static ds_code refuse_dependence(const grouping *g, size_t a, size_t b, bool tails, ds_error *err)
{
    const ds_source *x = &g->job->sources.source[a], *y = &g->job->sources.source[b];
    const bool shapley = g->job->options->method == DS_SENSITIVITY_SHAPLEY;

    return ds_fail(err, DS_E_USAGE, x->text,
                   "and '%.150s' are correlated%s, and in different groups ('%.60s', '%.60s'), "
                   "so that their shares cannot be told apart; join them by --group%s", y->text,
                   tails ? " by a t copula" : "", g->name[g->key[a]], g->name[g->key[b]],
                   shapley || tails ? "" : ", or take --method shapley");
}

static bool has_tail(const grouping *g, int component)
{
    for (size_t i = 0; i < g->job->sources.count; i++)
        if (is_tail(g, i) && g->job->sources.source[i].component == component)
            return true;
    return false;
}

/* Members of a component: into one key, or refused, or, for Shapley, left apart.  A tail
 * goes with them. */
static ds_code join_component(grouping *g, size_t first, ds_error *err)
{
    const ds_sources *sources = &g->job->sources;
    const int component = sources->source[first].component;
    const bool tails = has_tail(g, component), own = g->job->options->group_count > 0;
    const bool apart = g->job->options->method == DS_SENSITIVITY_SHAPLEY && !tails;

    for (size_t i = 0; i < sources->count; i++) {
        if (sources->source[i].component != component)
            continue;
        if (is_tail(g, i)) {
            g->key[i] = g->key[first];
            continue;
        }
        if (apart || g->key[i] == g->key[first])
            continue;
        if (own)
            return refuse_dependence(g, first, i, tails, err);
        merge(g, g->key[first], g->key[i]);
    }
    return DS_OK;
}

static ds_code join_correlated(grouping *g, ds_error *err)
{
    const ds_sources *sources = &g->job->sources;
    ds_code code = DS_OK;

    for (size_t i = 0; code == DS_OK && i < sources->count; i++)
        if (sources->source[i].component >= 0 && !is_tail(g, i))
            code = join_component(g, i, err);
    return code;
}

/* ---- Factors --------------------------------------------------------------------------- */

static ds_code add_factor(const grouping *g, size_t key, ds_error *err)
{
    ds_sensitivity_job *job = g->job;
    ds_factor *f = &job->factors[job->factor_count];
    size_t count = 0;

    for (size_t i = 0; i < job->sources.count; i++)
        count += g->key[i] == key;
    if (count == 0) /* merged into another */
        return DS_OK;
    *f = (ds_factor){ .name = ds_arena_copy(job->arena, g->name[key]), .chance = g->chance[key],
                      .rest = g->rest[key],
                      .source = ds_arena_array(job->arena, count, sizeof *f->source),
                      .stream = ds_arena_array(job->arena, count, sizeof *f->stream) };
    if (f->name == NULL || f->source == NULL || f->stream == NULL)
        return no_memory(err);
    for (size_t i = 0; i < job->sources.count; i++)
        if (g->key[i] == key) {
            f->source[f->count] = i;
            f->stream[f->count++] = job->sources.source[i].name;
        }
    job->factor_count++;
    return DS_OK;
}

static ds_code make_factors(grouping *g, ds_error *err)
{
    ds_sensitivity_job *job = g->job;
    ds_code code = DS_OK;

    job->factor_count = 0;
    job->factors = ds_arena_array(job->arena, g->names + 1, sizeof *job->factors);
    if (job->factors == NULL)
        return no_memory(err);
    for (size_t key = 0; code == DS_OK && key < g->names; key++)
        code = g->rest[key] ? DS_OK : add_factor(g, key, err);
    for (size_t key = 0; code == DS_OK && key < g->names; key++) /* the rest is last */
        code = g->rest[key] ? add_factor(g, key, err) : DS_OK;
    return code;
}

static bool begin_grouping(ds_sensitivity_job *job, grouping *g)
{
    const size_t most = job->sources.count + job->options->group_count + 2;

    *g = (grouping){ .job = job, .key = malloc(most * sizeof *g->key),
                     .name = calloc(most, sizeof *g->name),
                     .chance = calloc(2 * most, sizeof *g->chance) };
    for (size_t i = 0; g->key != NULL && i < most; i++)
        g->key[i] = DS_UNGROUPED;
    g->rest = g->chance != NULL ? g->chance + most : NULL;
    return g->key != NULL && g->name != NULL && g->chance != NULL;
}

static void end_grouping(grouping *g)
{
    free(g->key);
    free(g->name);
    free(g->chance);
}

static bool wants_independence(ds_sensitivity_method method)
{
    return method == DS_SENSITIVITY_SOBOL || method == DS_SENSITIVITY_SHAPLEY;
}

ds_code ds_sensitivity_group_sources(ds_sensitivity_job *job, ds_error *err)
{
    grouping g;
    ds_code code = begin_grouping(job, &g) ? DS_OK : no_memory(err);

    if (code == DS_OK && job->options->group_count > 0)
        code = take_groups(&g, err);
    else if (code == DS_OK && job->options->by_part)
        take_parts(&g);
    else if (code == DS_OK)
        take_each(&g);
    if (code == DS_OK && wants_independence(job->options->method))
        code = join_correlated(&g, err);
    if (code == DS_OK)
        code = make_factors(&g, err);
    end_grouping(&g);
    if (code == DS_OK && job->factor_count == 0)
        return ds_fail(err, DS_E_USAGE, NULL, "nothing in the scenario is uncertain");
    return code;
}

/* ---- The rest -------------------------------------------------------------------------------- */

ds_code ds_sensitivity_keep(ds_sensitivity_job *job, const bool *keep, ds_error *err)
{
    ds_factor rest = { .rest = true };
    size_t kept = 0, others = 0;

    for (size_t i = 0; i < job->factor_count; i++) {
        others += !keep[i];
        rest.count += keep[i] ? 0 : job->factors[i].count;
    }
    rest.name = ds_arena_format(job->arena, "%zu others", others);
    rest.source = ds_arena_array(job->arena, rest.count, sizeof *rest.source);
    rest.stream = ds_arena_array(job->arena, rest.count, sizeof *rest.stream);
    if (rest.name == NULL || rest.source == NULL || rest.stream == NULL)
        return no_memory(err);
    rest.count = 0;
    for (size_t i = 0; i < job->factor_count; i++) {
        const ds_factor *f = &job->factors[i];
        for (size_t k = 0; !keep[i] && k < f->count; k++) {
            rest.source[rest.count] = f->source[k];
            rest.stream[rest.count++] = f->stream[k];
        }
        if (keep[i])
            job->factors[kept++] = *f;
    }
    job->factor_count = kept;
    if (others > 0)
        job->factors[job->factor_count++] = rest;
    return DS_OK;
}

ds_code ds_sensitivity_inputs(const ds_sensitivity_job *job, size_t **sources, size_t *count,
                              ds_error *err)
{
    *count = 0;
    *sources = ds_arena_array(job->arena, job->sources.count + 1, sizeof **sources);
    if (*sources == NULL)
        return no_memory(err);
    for (size_t i = 0; i < job->factor_count; i++)
        for (size_t k = 0; !job->factors[i].rest && k < job->factors[i].count; k++) {
            const size_t source = job->factors[i].source[k];
            if (job->sources.source[source].kind == DS_SOURCE_INPUT)
                (*sources)[(*count)++] = source;
        }
    if (*count == 0)
        return ds_fail(err, DS_E_USAGE, NULL, "none of the inputs is drawn once for a future: "
                       "what happens month by month can be asked for with --method sobol or "
                       "shapley");
    return DS_OK;
}
