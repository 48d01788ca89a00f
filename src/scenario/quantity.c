/* quantity.c -- a number of the scenario, certain or not, becomes an input.
 *
 * Called by bind.c for rows of type QUANTITY and DATE.  A quantity is a number, an
 * object (form.c), "@name" for a member of /quantities, or, for a date, "YYYY-MM".
 *
 * Ranges: a constant outside its row's range is an error.  A distribution may have
 * up to 1 % of its mass outside and is then truncated to the range; more is an
 * error.  A shared input is truncated for one of its uses only when that changes
 * no draw worth speaking of (1e-9), because it would change the other uses too.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/binder.h"
#include "scenario/writer.h"

/* largest share outside the range that is cut off silently */
#define OUTSIDE_MAX 0.01
#define OUTSIDE_SHARED_MAX 1e-9
/* below this no uniform of 53 bits can reach the part outside */
#define OUTSIDE_UNREACHABLE 1e-17

enum { TEXT_SIZE = 256 };

/* ---- Inputs and uses ------------------------------------------------------------- */

static void add_use(ds_binder *b, int input)
{
    if (b->use_count == b->use_capacity) {
        size_t  capacity = b->use_capacity == 0 ? 256 : b->use_capacity * 2;
        ds_use *uses = realloc(b->uses, capacity * sizeof *uses);
        if (uses == NULL) {
            ds_no_memory(b);
            return;
        }
        b->uses = uses;
        b->use_capacity = capacity;
    }
    b->uses[b->use_count++] = (ds_use){ds_here(b), input};
}

/* Adds an input whose pointer is the path, and its use; its index. */
static int add_input(ds_binder *b, const ds_field *row, const ds_distribution *d,
                     const char *text, bool fallback)
{
    if (b->input_count == b->input_capacity) {
        size_t    capacity = b->input_capacity == 0 ? 256 : b->input_capacity * 2;
        ds_input *inputs = realloc(b->inputs, capacity * sizeof *inputs);
        if (inputs == NULL) {
            ds_no_memory(b);
            return DS_BROKEN;
        }
        b->inputs = inputs;
        b->input_capacity = capacity;
    }
    const ds_provenance *p = &b->provenance;
    ds_origin origin = fallback               ? DS_ORIGIN_DEFAULT
                       : p->assumption        ? DS_ORIGIN_ASSUMPTION
                       : p->source[0] != '\0' ? DS_ORIGIN_SOURCE
                                              : DS_ORIGIN_UNSOURCED;
    const char *copy = ds_arena_copy(b->arena, text);
    if (copy == NULL)
        ds_no_memory(b);
    int index = (int)b->input_count++;
    b->inputs[index] = (ds_input){
        .pointer = ds_here(b),
        .unit = row->unit,
        .distribution = *d,
        .text = copy == NULL ? "" : copy,
        .source = fallback ? "" : p->source,
        .as_of = fallback ? "" : p->as_of,
        .origin = origin,
        .per_event = (row->flags & DS_FLAG_PER_EVENT) != 0,
        .aleatory = (row->flags & DS_FLAG_PER_EVENT) != 0,
    };
    add_use(b, index);
    return index;
}

static ds_distribution constant(double x)
{
    return (ds_distribution){.kind = DS_DIST_CONSTANT, .a = x,
                             .low = -(double)INFINITY, .high = (double)INFINITY};
}

static ds_quantity constant_input(ds_binder *b, const ds_field *row, double x, bool fallback)
{
    char            text[32];
    ds_distribution d = constant(x);
    ds_number_text(x, text);
    return (ds_quantity){add_input(b, row, &d, text, fallback)};
}

ds_quantity ds_default_quantity(ds_binder *b, const char *unit, const ds_distribution *d,
                                const char *text)
{
    const ds_field row = {.unit = unit};
    return (ds_quantity){add_input(b, &row, d, text, true)};
}

/* ---- Ranges ---------------------------------------------------------------------- */

/* A mixture may have a listed value at a bound that is open. */
static double least_of_range(const ds_field *row, const ds_distribution *d)
{
    bool open_low = (row->flags & DS_FLAG_OPEN_LOW) != 0;
    return open_low && d->kind == DS_DIST_MIXTURE ? nextafter(row->min, (double)INFINITY)
                                                  : row->min;
}

/* Shares of the (already truncated) distribution below and above the range. */
static void shares_outside(const ds_field *row, const ds_distribution *d, double *below,
                           double *above)
{
    const double least = least_of_range(row, d);
    const double inside = ds_distribution_mass_inside(d);
    *below = *above = 0.0;
    if (d->low < least) {
        ds_distribution part = *d;
        part.high = least < d->high ? nextafter(least, -(double)INFINITY) : d->high;
        *below = ds_distribution_mass_inside(&part) / inside;
    }
    if (d->high > row->max) {
        ds_distribution part = *d;
        part.low = row->max > d->low ? nextafter(row->max, (double)INFINITY) : d->low;
        *above = ds_distribution_mass_inside(&part) / inside;
    }
}

static void report_outside(ds_binder *b, const ds_field *row, double below, double above,
                           const char *where)
{
    char        bound[32], share[32];
    bool        low = below >= above;
    const char *unit = row->unit == NULL || strcmp(row->unit, "1") == 0 ? "" : row->unit;
    ds_number_text(low ? row->min : row->max, bound);
    double percent = 100.0 * (low ? below : above);
    snprintf(share, sizeof share, "%.2g", percent);
    ds_problem_here(b, "%s %% of the distribution is %s %s%s%s; set \"%s\"%s%s", share,
                    low ? "below" : "above", bound, *unit == '\0' ? "" : " ", unit,
                    low ? "min" : "max", *where == '\0' ? " or narrow it" : " at ", where);
}

/* Cuts to the range what little is outside, or reports that it is too much.
 * `where` is the pointer of a shared input, else "". */
static bool fit_range(ds_binder *b, const ds_field *row, ds_distribution *d, const char *where)
{
    double below, above;
    bool   open_low = (row->flags & DS_FLAG_OPEN_LOW) != 0;
    if (d->kind == DS_DIST_CONSTANT)
        return ds_in_range(b, row, d->a);
    shares_outside(row, d, &below, &above);
    double share = below + above;
    if (!(share <= (*where == '\0' ? OUTSIDE_MAX : OUTSIDE_SHARED_MAX))) {
        report_outside(b, row, below, above, where);
        return false;
    }
    if (d->kind == DS_DIST_DISCRETE || d->kind == DS_DIST_EMPIRICAL) {
        bool touches = open_low && d->values[0] <= row->min;
        if (*where != '\0' && touches)
            return ds_in_range(b, row, d->values[0]);
        return (share <= 0.0 && !touches) ||
               ds_step_truncate(b, row->min, row->max, open_low, d);
    }
    if (below > OUTSIDE_UNREACHABLE)
        d->low = least_of_range(row, d);
    if (above > OUTSIDE_UNREACHABLE)
        d->high = row->max;
    return true;
}

/* ---- References ------------------------------------------------------------------ */

/* The member of /quantities that "@name" refers to, or NULL. */
static const ds_model_quantity *find_named(const ds_binder *b, const char *name)
{
    const ds_items          *items = &b->scenario->quantities;
    const ds_model_quantity *all = items->items;
    for (size_t low = 0, high = items->count; low < high;) {
        size_t middle = low + (high - low) / 2;
        int    order = strcmp(name, all[middle].key.name);
        if (order == 0)
            return &all[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static void report_no_name(ds_binder *b, const char *name)
{
    const ds_items *items = &b->scenario->quantities;
    const char    **names = ds_arena_array(b->arena, items->count, sizeof *names);
    if (names == NULL) {
        ds_no_memory(b);
        return;
    }
    for (size_t i = 0; i < items->count; i++)
        names[i] = DS_ITEM(ds_model_quantity, *items, i).key.name;
    const char *near = ds_suggest(name, names, items->count);
    if (near != NULL)
        ds_problem_here(b, "/quantities has no member \"%.100s\"; did you mean \"@%.100s\"?", name,
                        near);
    else
        ds_problem_here(b, "/quantities has no member \"%.100s\"", name);
}

static ds_quantity use_named(ds_binder *b, const ds_field *row, const char *name)
{
    const ds_quantity        broken = {DS_BROKEN};
    const ds_model_quantity *named = find_named(b, name);
    if (named == NULL) {
        report_no_name(b, name);
        return broken;
    }
    if (named->value.index < 0)
        return broken; /* reported where it is defined */
    ds_input *input = &b->inputs[named->value.index];
    if (!fit_range(b, row, &input->distribution, input->pointer))
        return broken;
    if (input->unit == NULL)
        input->unit = row->unit;
    add_use(b, named->value.index);
    return named->value;
}

/* ---- Quantities ------------------------------------------------------------------ */

static ds_quantity bind_text(ds_binder *b, const ds_field *row, const cJSON *node)
{
    const ds_quantity broken = {DS_BROKEN};
    const char       *text = node->valuestring;
    if (text[0] == '@')
        /* a member of /quantities that passes on to another is followed later, when
         * all of them are known */
        return b->naming ? broken : use_named(b, row, text + 1);
    if (row->type != DS_FIELD_DATE) {
        ds_wrong_type(b, node, "a number, an object or \"@name\"");
        return broken;
    }
    int month = ds_parse_month(text);
    if (month < 0) {
        ds_wrong_type(b, node, "a month like \"2027-01\", a quantity in months, or \"@name\"");
        return broken;
    }
    if (b->clock_start < 0)
        return broken; /* reported at the clock */
    if (month < b->clock_start) {
        ds_problem_here(b, "%s is before the start of the clock, %04d-%02d", text,
                        b->clock_start / 12, b->clock_start % 12 + 1);
        return broken;
    }
    ds_distribution d = constant(month - b->clock_start);
    return (ds_quantity){add_input(b, row, &d, text, false)};
}

/* Reads "nature"; false after reporting.  What is drawn at each event differs from one
 * future to the next, whatever is known about it. */
static bool read_nature(ds_binder *b, const ds_field *row, const cJSON *node, bool *aleatory)
{
    const cJSON *nature = ds_tree_member(node, "nature");
    bool         per_event = (row->flags & DS_FLAG_PER_EVENT) != 0, good = true;
    *aleatory = per_event;
    if (nature == NULL)
        return true;
    ds_push(b, "nature");
    if (cJSON_IsString(nature) && strcmp(nature->valuestring, "aleatory") == 0) {
        *aleatory = true;
    } else if (!cJSON_IsString(nature) || strcmp(nature->valuestring, "epistemic") != 0) {
        ds_wrong_type(b, nature, "epistemic or aleatory");
        good = false;
    } else if (per_event) {
        ds_problem_here(b, "is drawn at each event, which is always \"aleatory\"");
        good = false;
    }
    ds_pop(b);
    return good;
}

static ds_quantity bind_object(ds_binder *b, const ds_field *row, const cJSON *node)
{
    ds_distribution d;
    ds_provenance   outer = b->provenance;
    ds_quantity     result = {DS_BROKEN};
    char            text[TEXT_SIZE] = "";

    b->provenance = ds_provenance_of(b, node);
    bool aleatory;
    bool good = read_nature(b, row, node, &aleatory);
    if (ds_read_distribution(b, node, &d, text, sizeof text) && good &&
        fit_range(b, row, &d, "")) {
        result.index = add_input(b, row, &d, text, false);
        if (result.index >= 0)
            b->inputs[result.index].aleatory = aleatory;
    }
    b->provenance = outer;
    return result;
}

ds_quantity ds_bind_quantity(ds_binder *b, const ds_field *row, const cJSON *node)
{
    const ds_quantity broken = {DS_BROKEN}, absent = {DS_ABSENT};
    if (node == NULL) {
        if ((row->flags & DS_FLAG_REQUIRED) != 0 || b->silent)
            return broken;
        return isnan(row->fallback) ? absent : constant_input(b, row, row->fallback, true);
    }
    if (cJSON_IsString(node))
        return bind_text(b, row, node);
    if (cJSON_IsObject(node))
        return bind_object(b, row, node);
    if (!cJSON_IsNumber(node)) {
        ds_wrong_type(b, node, "a number, an object or \"@name\"");
        return broken;
    }
    if (!(fabs(node->valuedouble) <= DS_MAGNITUDE_MAX)) {
        ds_problem_here(b, "is larger than 1e100");
        return broken;
    }
    return ds_in_range(b, row, node->valuedouble)
               ? constant_input(b, row, node->valuedouble, false)
               : broken;
}

/* ---- Named quantities ------------------------------------------------------------ */

/* The name that a member of /quantities passes on to, or NULL. */
static const char *passes_on(const cJSON *map, const char *name)
{
    const cJSON *node = ds_tree_member(map, name);
    return cJSON_IsString(node) && node->valuestring[0] == '@' ? node->valuestring + 1 : NULL;
}

/* Reports "@a" -> "@b" -> "@a", once: at the member that sorts first. */
static void report_circle(ds_binder *b, const cJSON *map, const char *name)
{
    char        chain[320];
    const char *at = name;
    int         used = snprintf(chain, sizeof chain, "\"@%.60s\"", name);
    do {
        at = passes_on(map, at);
        if (strcmp(at, name) < 0)
            return;
        if ((size_t)used < sizeof chain)
            used += snprintf(chain + used, sizeof chain - (size_t)used, " -> \"@%.60s\"", at);
    } while (strcmp(at, name) != 0);
    ds_problem_here(b, "refers to itself: %s", chain);
}

/* Follows the chain from a member of /quantities that is "@other". */
static ds_quantity follow(ds_binder *b, const cJSON *map, const char *name)
{
    const ds_quantity broken = {DS_BROKEN};
    const char       *at = name, *next;
    for (size_t steps = 0; (next = passes_on(map, at)) != NULL; steps++) {
        const ds_model_quantity *named = find_named(b, next);
        if (named == NULL) {
            if (steps == 0)
                report_no_name(b, next);
            return broken;
        }
        if (strcmp(next, name) == 0)
            report_circle(b, map, name);
        /* back at the start, or in a circle that does not lead through it */
        if (strcmp(next, name) == 0 || steps > b->scenario->quantities.count)
            return broken;
        at = next;
    }
    ds_quantity value = find_named(b, at)->value;
    if (value.index >= 0)
        add_use(b, value.index);
    return value;
}

void ds_bind_named_quantities(ds_binder *b, const ds_field *row, const cJSON *map)
{
    ds_items *items = &b->scenario->quantities;
    b->naming = true;
    ds_bind_items(b, row, map, items);
    b->naming = false;

    /* what has an input of its own is bound; now those that pass on to another */
    ds_model_quantity *all = items->items;
    for (size_t i = 0; i < items->count; i++) {
        if (passes_on(map, all[i].key.name) == NULL)
            continue;
        ds_push(b, all[i].key.name);
        all[i].value = follow(b, map, all[i].key.name);
        ds_pop(b);
    }
}
