/* check_correlation.c -- ends of correlations, and whether they can hold together.
 *
 * Called by check.c.  The ends are two inputs drawn once per path, or two
 * processes.  Ends that are linked, directly or through others, form a group; the
 * correlations of a group, with 0 where none is declared, must be a matrix that is
 * positive semi-definite, else no random numbers have them.  When it is not, the
 * nearest correlation matrix in the Frobenius norm (Higham 2002) tells which pairs
 * are the most off, and is taken where `dependence` says so.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numerics/matrix.h"
#include "scenario/check.h"

/* a least eigenvalue above this is rounding; the Cholesky factor allows it too */
#define EIGENVALUE_LEAST (-1e-10)

enum { GROUP_MAX = 400, SEGMENT_SIZE = 24, CHANGES_TOLD = 3 };

/* One end: what it stands for, and the group it belongs to. */
typedef struct {
    const char *pointer; /* of the process; NULL for an input */
    int         input;
    size_t      parent; /* union-find */
} end;

typedef struct {
    ds_binder      *b;
    ds_correlation *all;
    size_t          count;
    end            *ends;
    size_t          end_count;
    size_t (*end_of)[2]; /* indices into ends, by correlation */
    bool           *good;
} checker;

static int compare_uses(const void *left, const void *right)
{
    const ds_use *a = left, *b = right;
    return strcmp(a->pointer, b->pointer);
}

/* Decodes one token after `prefix`; false when the pointer has another shape. */
static bool token_after(const char *pointer, const char *prefix, const char *suffix, char *token,
                        size_t size)
{
    size_t start = strlen(prefix), length = strlen(pointer), tail = strlen(suffix), used = 0;
    if (length <= start + tail || strncmp(pointer, prefix, start) != 0 ||
        strcmp(pointer + length - tail, suffix) != 0)
        return false;
    for (const char *p = pointer + start; p < pointer + length - tail; p++) {
        char c = *p;
        if (c == '/' || used + 1 >= size)
            return false;
        if (c == '~') {
            c = *++p == '0' ? '~' : '/';
            if (*p != '0' && *p != '1')
                return false;
        }
        token[used++] = c;
    }
    token[used] = '\0';
    return true;
}

/* Is it /products/X/growth, /gpus/X or /models/X/price_path, and there? */
static bool is_process(const ds_binder *b, const char *pointer)
{
    const ds_scenario *s = b->scenario;
    char               name[DS_NAME_BYTES_MAX + 1];
    if (token_after(pointer, "/products/", "/growth", name, sizeof name))
        return ds_find_name(b, "/products", name) >= 0;
    if (token_after(pointer, "/gpus/", "", name, sizeof name))
        return ds_find_name(b, "/gpus", name) >= 0;
    if (token_after(pointer, "/models/", "/price_path", name, sizeof name)) {
        int model = ds_find_name(b, "/models", name);
        return model >= 0 && (size_t)model < s->models.count &&
               DS_ITEM(ds_model, s->models, model).price_path != NULL;
    }
    return false;
}

/* Finds what an end names: 'p' a process, 'i' an input, 'c' a certain one, 0 after
 * reporting. */
static char find_end(ds_binder *b, const char *pointer, int *input)
{
    *input = DS_ABSENT;
    if (is_process(b, pointer))
        return 'p';
    ds_use        key = {.pointer = pointer};
    const ds_use *use = b->use_count == 0 ? NULL
                        : bsearch(&key, b->uses, b->use_count, sizeof *b->uses, compare_uses);
    if (use == NULL) {
        ds_problem_here(b, "no quantity and no process stands at \"%.200s\"; processes are "
                           "/products/*/growth, /gpus/* and /models/*/price_path", pointer);
        return 0;
    }
    const ds_input *i = &b->inputs[use->input];
    if (i->distribution.kind == DS_DIST_CONSTANT)
        return 'c';
    if (i->per_event) {
        ds_problem_here(b, "\"%.200s\" is drawn anew at each event and cannot be correlated",
                        pointer);
        return 0;
    }
    *input = use->input;
    return 'i';
}

/* Index of the end; there is always room for it. */
static size_t add_end(checker *c, const char *pointer, int input)
{
    for (size_t i = 0; i < c->end_count; i++) {
        const end *e = &c->ends[i];
        if (input >= 0 ? e->input == input
                       : e->pointer != NULL && strcmp(e->pointer, pointer) == 0)
            return i;
    }
    c->ends[c->end_count] = (end){input >= 0 ? NULL : pointer, input, c->end_count};
    return c->end_count++;
}

static size_t root_of(checker *c, size_t i)
{
    while (c->ends[i].parent != i)
        i = c->ends[i].parent = c->ends[c->ends[i].parent].parent;
    return i;
}

/* Resolves the ends of correlation k; the path is at it. */
static bool resolve_ends(checker *c, size_t k)
{
    ds_binder      *b = c->b;
    ds_correlation *pair = &c->all[k];
    char            kinds[2];
    static const char *const segments[2] = {"0", "1"};
    for (int i = 0; i < 2; i++) {
        ds_push(b, segments[i]);
        kinds[i] = find_end(b, pair->pointer[i], &pair->input[i]);
        ds_pop(b);
    }
    if (kinds[0] == 0 || kinds[1] == 0)
        return false;
    bool process[2] = {kinds[0] == 'p', kinds[1] == 'p'};
    if (process[0] == process[1] && (kinds[0] == 'c' || kinds[1] == 'c')) {
        /* a certain number correlates with nothing: the pair has no effect, so that
         * an override or a sweep may fix a number that is uncertain in the file */
        pair->input[0] = pair->input[1] = DS_ABSENT;
        return false;
    }
    if (process[0] != process[1]) {
        ds_problem_here(b, "one end is a quantity and the other a process");
        return false;
    }
    pair->of_processes = kinds[0] == 'p';
    if (!pair->of_processes &&
        b->inputs[pair->input[0]].aleatory != b->inputs[pair->input[1]].aleatory) {
        ds_problem_here(b, "one end is epistemic and the other aleatory (\"nature\")");
        return false;
    }
    size_t *ends = c->end_of[k];
    for (int i = 0; i < 2; i++)
        ends[i] = add_end(c, pair->pointer[i], pair->input[i]);
    if (ends[0] == ends[1]) {
        ds_problem_here(b, "both ends are the same");
        return false;
    }
    for (size_t other = 0; other < k; other++) {
        const size_t *e = c->end_of[other];
        if (c->good[other] && ((e[0] == ends[0] && e[1] == ends[1]) ||
                               (e[0] == ends[1] && e[1] == ends[0]))) {
            ds_problem_here(b, "the same pair is correlated at /correlations/%zu", other);
            return false;
        }
    }
    c->ends[root_of(c, ends[0])].parent = root_of(c, ends[1]);
    return true;
}

/* ---- Groups ---------------------------------------------------------------------- */

/* A pair of a group that the nearest matrix changes: rows of the matrix. */
typedef struct {
    size_t row, column;
    double stated, nearest, change; /* as declared; of the last, billionths         */
} changed;

static int compare_changes(const void *left, const void *right)
{
    const changed *a = left, *b = right;
    if (a->change != b->change)
        return a->change > b->change ? -1 : 1;
    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    return a->column < b->column ? -1 : 1;
}

/* All pairs of a group, those first that change most. */
static size_t find_changes(const ds_dependence *d, size_t n, const double *matrix,
                           const double *nearest, changed *found)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            double from = ds_declared_correlation(d, matrix[i * n + j]);
            double to = ds_declared_correlation(d, nearest[i * n + j]);
            /* changes that are the same but for rounding stay in order */
            found[count++] = (changed){j, i, from, to, round(1e9 * fabs(to - from))};
        }
    qsort(found, count, sizeof *found, compare_changes);
    return count;
}

static const char *end_name(const checker *c, size_t i)
{
    const end *e = &c->ends[i];
    return e->pointer != NULL ? e->pointer : c->b->inputs[e->input].pointer;
}

/* "/a" with "/b" 0.9 -> 0.775, ...: what changes most. */
static void changes_text(const checker *c, const size_t *end_of_row, const changed *found,
                         size_t count, char *text, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < count && i < CHANGES_TOLD && used < size; i++) {
        int n = snprintf(text + used, size - used, "%s\"%.60s\" with \"%.60s\" %.4g -> %.4g",
                         i == 0 ? "" : ", ", end_name(c, end_of_row[found[i].row]),
                         end_name(c, end_of_row[found[i].column]), found[i].stated,
                         found[i].nearest);
        used += n > 0 ? (size_t)n : 0;
    }
    if (count > CHANGES_TOLD && used < size)
        snprintf(text + used, size - used, ", ...");
}

/* The correlation of the group that changes most. */
static size_t most_off(checker *c, const size_t *end_of_row, const changed *found, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t a = end_of_row[found[i].row], b = end_of_row[found[i].column];
        for (size_t k = 0; k < c->count; k++) {
            const size_t *ends = c->end_of[k];
            if (c->good[k] && ((ends[0] == a && ends[1] == b) || (ends[0] == b && ends[1] == a)))
                return k;
        }
    }
    return 0;
}

/* At the pair that changes most: refuses the group, or says what is taken instead. */
static void report_group(checker *c, size_t n, const size_t *end_of_row, const double *matrix)
{
    ds_binder           *b = c->b;
    const ds_dependence *d = b->scenario->dependence;
    double  *nearest = ds_arena_array(b->arena, n * n, sizeof *nearest);
    changed *found = ds_arena_array(b->arena, n * n, sizeof *found);
    if (nearest == NULL || found == NULL || !ds_matrix_nearest_correlation(n, matrix, nearest)) {
        ds_no_memory(b);
        return;
    }
    size_t count = find_changes(d, n, matrix, nearest, found);
    char   text[CHANGES_TOLD * 180], segment[SEGMENT_SIZE];
    changes_text(c, end_of_row, found, count, text, sizeof text);
    snprintf(segment, sizeof segment, "%zu", most_off(c, end_of_row, found, count));
    if (d != NULL && d->nearest) {
        ds_push(b, segment);
        ds_warn_here(b, "correlations of this group of %zu cannot hold together; the nearest "
                        "that can are taken: %s", n, text);
        ds_pop(b);
        return;
    }
    const char *segments[] = {"correlations", segment, NULL};
    ds_problem_at(b, segments,
                  "correlations of this group of %zu cannot hold together; the nearest that can "
                  "(\"nearest\" of \"dependence\" takes them): %s", n, text);
}

/* Checks the group whose root is `group`. */
static void check_group(checker *c, size_t group, size_t *row_of, size_t *end_of_row)
{
    size_t n = 0;
    for (size_t i = 0; i < c->end_count; i++)
        if (root_of(c, i) == group) {
            end_of_row[n] = i;
            row_of[i] = n++;
        }
    if (n < 2)
        return;
    if (n > GROUP_MAX) {
        ds_problem_here(c->b, "links %zu numbers into one group, more than %d", n, GROUP_MAX);
        return;
    }
    double *matrix = ds_arena_array(c->b->arena, n * n, sizeof *matrix);
    if (matrix == NULL) {
        ds_no_memory(c->b);
        return;
    }
    for (size_t i = 0; i < n; i++)
        matrix[i * n + i] = 1.0;
    for (size_t k = 0; k < c->count; k++) {
        if (!c->good[k] || root_of(c, c->end_of[k][0]) != group)
            continue;
        size_t i = row_of[c->end_of[k][0]], j = row_of[c->end_of[k][1]];
        matrix[i * n + j] = matrix[j * n + i] =
            ds_score_correlation(c->b->scenario->dependence, c->all[k].rho);
    }
    double least = ds_matrix_least_eigenvalue(n, matrix);
    if (isnan(least))
        ds_no_memory(c->b);
    else if (least < EIGENVALUE_LEAST)
        report_group(c, n, end_of_row, matrix);
}

static void check_dependence(ds_binder *b, const ds_dependence *d)
{
    ds_push(b, "dependence");
    bool stated = ds_stated(b, "degrees_of_freedom");
    if (d->copula == DS_COPULA_T && !stated)
        ds_problem_here(b, "the copula \"t\" needs \"degrees_of_freedom\"");
    ds_refuse(b, d->copula == DS_COPULA_GAUSSIAN && stated, "degrees_of_freedom",
              "the copula is \"gaussian\"");
    ds_pop(b);
}

void ds_check_correlations(ds_binder *b)
{
    if (b->scenario->dependence != NULL)
        check_dependence(b, b->scenario->dependence);
    ds_items *items = &b->scenario->correlations;
    checker   c = {.b = b, .all = items->items, .count = items->count};
    if (c.count == 0)
        return;
    if (b->use_count > 0)
        qsort(b->uses, b->use_count, sizeof *b->uses, compare_uses);
    c.ends = ds_arena_array(b->arena, 2 * c.count, sizeof *c.ends);
    c.end_of = ds_arena_array(b->arena, c.count, sizeof *c.end_of);
    c.good = ds_arena_array(b->arena, c.count, sizeof *c.good);
    size_t *row_of = ds_arena_array(b->arena, 2 * c.count, sizeof *row_of);
    size_t *end_of_row = ds_arena_array(b->arena, 2 * c.count, sizeof *end_of_row);
    if (c.ends == NULL || c.end_of == NULL || c.good == NULL || row_of == NULL ||
        end_of_row == NULL) {
        ds_no_memory(b);
        return;
    }
    ds_push(b, "correlations");
    for (size_t k = 0; k < c.count; k++) {
        char segment[SEGMENT_SIZE];
        snprintf(segment, sizeof segment, "%zu", k);
        if (c.all[k].pointer[0][0] == '\0') /* reported when it was bound */
            continue;
        ds_push(b, segment);
        c.good[k] = resolve_ends(&c, k);
        ds_pop(b);
    }
    for (size_t i = 0; i < c.end_count; i++)
        if (root_of(&c, i) == i)
            check_group(&c, i, row_of, end_of_row);
    ds_pop(b);
}
