/* binder.h -- what the files that turn a tree into a ds_scenario share.
 *
 * The binder walks the field table and the tree together and keeps the path to
 * where it is, so that any problem has its pointer and position.  What is wrong
 * is reported and replaced by DS_BROKEN, and the walk goes on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_BINDER_H
#define DS_BINDER_H

#include <cjson/cJSON.h>

#include "scenario/arena.h"
#include "scenario/document.h"
#include "scenario/field.h"
#include "scenario/problems.h"
#include "scenario/scenario.h"
#include "scenario/suggest.h"

enum {
    DS_BROKEN = -2, /* a reference, choice or quantity that was reported as wrong;
                       never in a scenario that loads */
    DS_PATH_MAX = 32,
    DS_MAP_MEMBERS_MAX = 1000, /* of a map or list of structs */
    DS_NAME_BYTES_MAX = 100,
    DS_POINTER_BYTES_MAX = 500 /* of a name that is a pointer */
};

/* magnitudes beyond this are refused */
#define DS_MAGNITUDE_MAX 1e100

/* A place where an input is used: many places may share one by "@name". */
typedef struct {
    const char *pointer;
    int         input;
} ds_use;

/* The names of a map that others refer to, in the order of its structs. */
typedef struct {
    const char  *of; /* "/models" */
    const char **names;
    size_t       count;
    bool         ordered; /* file order, else sorted */
} ds_names;

typedef struct {
    const char *source, *as_of;
    bool        assumption;
} ds_provenance;

enum { DS_NAMED_MAPS = 7, DS_MISSPELT_MAX = 16 };

/* A member whose key is unknown, and the key that was probably meant. */
typedef struct {
    const cJSON *parent, *node;
    const char  *meant;
} ds_misspelt;

typedef struct ds_traffic_index ds_traffic_index;

typedef struct {
    ds_scenario  *scenario;
    ds_arena     *arena;
    ds_document  *document;
    ds_problems  *problems;
    const char   *path[DS_PATH_MAX];
    size_t        depth;
    bool          silent; /* problems are not reported */
    bool          naming; /* /quantities is being bound: "@name" waits */
    ds_provenance provenance; /* of the nearest object that states any */
    ds_names      maps[DS_NAMED_MAPS];
    int           clock_start; /* months since year 0; -1 when the clock is broken */
    ds_input     *inputs;
    size_t        input_count, input_capacity;
    ds_use       *uses;
    size_t        use_count, use_capacity;
    ds_misspelt   misspelt[DS_MISSPELT_MAX]; /* stand for what was meant, so that one
                                                mistake gives one message           */
    size_t        misspelt_count;
    ds_traffic_index *traffic; /* check_traffic.c: who may get requests        */
} ds_binder;

/* bind.c: fills *scenario, which is zeroed, from document->root. */
void ds_bind(ds_binder *b);
/* Binds a map or list. */
void ds_bind_items(ds_binder *b, const ds_field *row, const cJSON *node, ds_items *items);

/* The path: every push has its pop. */
void ds_push(ds_binder *b, const char *segment);
void ds_pop(ds_binder *b);
/* The pointer of the path, from the arena. */
const char *ds_here(ds_binder *b);
/* Reports a problem at the path: where the value stands, or its key, or, when it
 * does not exist, the nearest object around it. */
void ds_problem_here(ds_binder *b, const char *format, ...) DS_PRINTF(2, 3);
void ds_problem_at_key(ds_binder *b, const char *format, ...) DS_PRINTF(2, 3);
/* Warns there: the scenario can be used, but probably does not say what is meant. */
void ds_warn_here(ds_binder *b, const char *format, ...) DS_PRINTF(2, 3);
/* A problem at a pointer given by its segments, the last of them NULL. */
void ds_problem_at(ds_binder *b, const char *const *segments, const char *format, ...)
    DS_PRINTF(3, 4);
void ds_no_memory(ds_binder *b);
/* Does the file (or an override) state `key` of the object at the path? */
bool ds_stated(const ds_binder *b, const char *key);

/* names.c: lists the names of the maps that are referred to. */
void ds_collect_names(ds_binder *b);
/* Index of `name` in the map `of` ("/models"), or DS_ABSENT. */
int ds_find_name(const ds_binder *b, const char *of, const char *name);
/* The same of a name that must exist; DS_BROKEN after reporting. */
int ds_require_name(ds_binder *b, const char *of, const char *name);

/* leaf.c: the value of a row; node NULL is the default. */
const char *ds_bind_string(ds_binder *b, const ds_field *row, const cJSON *node);
int         ds_bind_choice(ds_binder *b, const ds_field *row, const cJSON *node);
/* Among words separated by '|': the index of one, or -1; the one at an index, of which
 * *length characters count. */
int         ds_choice_index(const char *choices, const char *word);
const char *ds_choice_word(const char *choices, int index, int *length);
double      ds_bind_number(ds_binder *b, const ds_field *row, const cJSON *node);
bool        ds_bind_bool(ds_binder *b, const ds_field *row, const cJSON *node);
ds_texts    ds_bind_texts(ds_binder *b, const cJSON *node);
ds_numbers  ds_bind_numbers(ds_binder *b, const ds_field *row, const cJSON *node);
int         ds_bind_reference(ds_binder *b, const ds_field *row, const cJSON *node);
void        ds_bind_correlations(ds_binder *b, const cJSON *node, ds_items *items);

/* quantity.c: binds `node` (NULL: absent, the default) to a row of type QUANTITY
 * or DATE at the path. */
ds_quantity ds_bind_quantity(ds_binder *b, const ds_field *row, const cJSON *node);
/* An input at the path that no key states. */
ds_quantity ds_default_quantity(ds_binder *b, const char *unit, const ds_distribution *d,
                                const char *text);
/* complete.c: defaults that depend on other keys. */
void ds_complete(ds_binder *b);
/* Binds the map /quantities, chains of "@name" included. */
void ds_bind_named_quantities(ds_binder *b, const ds_field *row, const cJSON *map);
/* form.c: the distribution that an object states, with its truncation; `text` of
 * `size` gets it in words.  False after reporting what is wrong. */
bool ds_read_distribution(ds_binder *b, const cJSON *node, ds_distribution *d, char *text,
                          size_t size);
/* sample.c: the same for what stands under "discrete" and "empirical". */
bool ds_read_discrete(ds_binder *b, const cJSON *node, ds_distribution *d, char *text,
                      size_t size);
bool ds_read_empirical(ds_binder *b, const cJSON *node, ds_distribution *d, char *text,
                       size_t size);
/* step.c: values with weights (NULL: equal), sorted; one value is a constant.
 * False after reporting. */
bool ds_step_distribution(ds_binder *b, const double *values, const double *weights, size_t count,
                          ds_distribution *d);
/* Drops the values of a DISCRETE or EMPIRICAL outside [low, high] (or at low, when
 * open_low); false when none is left or memory ran out. */
bool ds_step_truncate(ds_binder *b, double low, double high, bool open_low, ds_distribution *d);
/* count.c: Poisson, binomial, negative binomial with the parameters of one of its sets. */
bool ds_count_distribution(ds_binder *b, const char *form, int set, const double *x,
                           ds_distribution *d);
/* shape.c: metalog by its object or by the quantile keys of `node`, mixture. */
bool ds_read_metalog(ds_binder *b, const cJSON *node, ds_distribution *d, char *text,
                     size_t size);
bool ds_read_metalog_quantiles(ds_binder *b, const cJSON *node, ds_distribution *d, char *text,
                               size_t size);
bool ds_read_mixture(ds_binder *b, const cJSON *node, ds_distribution *d, char *text,
                     size_t size);
/* The list of numbers at `key` of `node`; NULL after reporting. */
double *ds_read_list(ds_binder *b, const cJSON *node, const char *key, size_t *count);
/* The provenance that holds in `object`: its own or the current one. */
ds_provenance ds_provenance_of(ds_binder *b, const cJSON *object);
/* The row of a key, or NULL. */
const ds_field *ds_find_field(const ds_field *rows, const char *key);
/* Is x within the row's range?  Reports when not. */
bool ds_in_range(ds_binder *b, const ds_field *row, double x);
/* Reports "must be <wanted>, found <what the node is>". */
void ds_wrong_type(ds_binder *b, const cJSON *node, const char *wanted);
/* Months since year 0 of "YYYY-MM", or -1. */
int ds_parse_month(const char *text);
/* Members of a map or list in the order of its structs: sorted by name unless
 * ordered, without the keys of provenance, which are no members.  From the arena;
 * NULL when out of memory. */
const cJSON **ds_map_members(ds_arena *arena, const cJSON *map, bool ordered, size_t *count);

/* check.c: the rules across rows, after ds_bind(). */
void ds_check(ds_binder *b);

/* Is the word so near to what it may have been meant to be that it must be it? */
bool ds_is_slip(const char *word, const char *meant);

#endif
