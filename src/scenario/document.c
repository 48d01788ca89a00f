/* document.c -- a scenario file with its parents and overrides, as one tree.
 *
 * Called by scenario.c: read or copy, then override, then bind.c walks `root`.
 *
 * `extends` names one parent, relative to the directory of the file that says it;
 * the chain is followed by identity of files, so that a circle is found whatever
 * its paths look like.  Files are merged from the oldest ancestor down, each one
 * a JSON Merge Patch on what is there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/document.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/sample_file.h"
#include "scenario/error.h"
#include "scenario/file.h"

/* ---- Making and freeing ---------------------------------------------------------- */

static ds_document *new_document(void)
{
    ds_document *document = calloc(1, sizeof *document);
    if (document == NULL)
        return NULL;
    ds_position override = {.file = DS_FILE_OVERRIDE};
    if (!ds_positions_add(&document->positions, override)) {
        free(document);
        return NULL;
    }
    return document;
}

void ds_document_free(ds_document *document)
{
    if (document == NULL)
        return;
    for (size_t i = 0; i < document->file_count; i++)
        free(document->files[i]);
    free(document->files);
    for (size_t i = 0; i < document->sample_count; i++) {
        free(document->samples[i].path);
        free(document->samples[i].column);
        free(document->samples[i].values);
    }
    free(document->samples);
    ds_positions_free(&document->positions);
    cJSON_Delete(document->root);
    free(document);
}

/* Takes ownership of `path`; its index, or -1 when out of memory. */
static int add_file(ds_document *document, char *path)
{
    if (path == NULL)
        return -1;
    char **files = realloc(document->files, (document->file_count + 1) * sizeof *files);
    if (files == NULL) {
        free(path);
        return -1;
    }
    document->files = files;
    files[document->file_count] = path;
    return (int)document->file_count++;
}

static bool add_sample(ds_document *document, const char *path, const char *column,
                       double *values, size_t count)
{
    ds_sample *samples =
        realloc(document->samples, (document->sample_count + 1) * sizeof *samples);
    if (samples == NULL)
        return false;
    document->samples = samples;
    ds_sample sample = {strdup(path), strdup(column), values, count};
    if (sample.path == NULL || sample.column == NULL) {
        free(sample.path);
        free(sample.column);
        return false;
    }
    samples[document->sample_count++] = sample;
    return true;
}

static bool copy_samples(ds_document *to, const ds_document *from)
{
    for (size_t i = 0; i < from->sample_count; i++) {
        const ds_sample *s = &from->samples[i];
        double          *values = malloc(s->count * sizeof *values);
        if (values == NULL)
            return false;
        memcpy(values, s->values, s->count * sizeof *values);
        if (!add_sample(to, s->path, s->column, values, s->count)) {
            free(values);
            return false;
        }
    }
    return true;
}

ds_document *ds_document_copy(const ds_document *document)
{
    ds_document *copy = calloc(1, sizeof *copy);
    if (copy == NULL)
        return NULL;
    bool done = true;
    copy->in_memory = document->in_memory;
    for (size_t i = 0; done && i < document->file_count; i++)
        done = add_file(copy, strdup(document->files[i])) >= 0;
    for (size_t i = 0; done && i < document->positions.count; i++)
        done = ds_positions_add(&copy->positions, document->positions.items[i]);
    if (done) {
        copy->root = cJSON_Duplicate(document->root, 1);
        done = copy->root != NULL && copy_samples(copy, document);
    }
    if (!done) {
        ds_document_free(copy);
        return NULL;
    }
    return copy;
}

/* ---- Positions ------------------------------------------------------------------- */

const ds_position *ds_document_position(const ds_document *document, const cJSON *node)
{
    return &document->positions.items[node->valueint];
}

const char *ds_document_file(const ds_document *document, int file)
{
    if (file == DS_FILE_OVERRIDE)
        return "--set";
    return file >= 0 && (size_t)file < document->file_count ? document->files[file] : "";
}

/* Adds a problem about `node` (at its key when at_key). */
static void problem_at(const ds_document *document, const cJSON *node, bool at_key,
                       ds_error *error, ds_problems *problems)
{
    const ds_position *p = ds_document_position(document, node);
    ds_copy_text(error->file, sizeof error->file, ds_document_file(document, p->file));
    error->line = at_key ? p->key_line : p->line;
    error->column = at_key ? p->key_column : p->column;
    ds_problems_add(problems, error, p->file);
}

/* ---- Duplicate keys -------------------------------------------------------------- */

static int compare_keys(const void *left, const void *right)
{
    const cJSON *const *a = left, *const *b = right;
    int                 order = strcmp((*a)->string, (*b)->string);
    if (order != 0)
        return order;
    return ((*a)->valueint > (*b)->valueint) - ((*a)->valueint < (*b)->valueint);
}

/* Reports members of `object` whose key an earlier member has. */
static void check_members(const ds_document *document, const cJSON *object, const char *pointer,
                          ds_problems *problems)
{
    const cJSON *members[DS_MEMBERS_MAX];
    size_t       count = 0;
    const cJSON *child;
    cJSON_ArrayForEach(child, object) members[count++] = child;
    qsort(members, count, sizeof *members, compare_keys);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(members[i - 1]->string, members[i]->string) != 0)
            continue;
        ds_error error;
        ds_fail(&error, DS_E_SCENARIO, pointer, "key \"%.100s\" stands twice in the same object",
                members[i]->string);
        problem_at(document, members[i], true, &error, problems);
    }
}

static void check_duplicates(const ds_document *document, const cJSON *node, char *pointer,
                             size_t length, size_t size, ds_problems *problems)
{
    if (cJSON_IsObject(node))
        check_members(document, node, pointer, problems);
    size_t       index = 0;
    const cJSON *child;
    cJSON_ArrayForEach(child, node)
    {
        char         number[24];
        const char  *name = child->string;
        if (name == NULL) {
            snprintf(number, sizeof number, "%zu", index++);
            name = number;
        }
        if (child->child == NULL)
            continue;
        size_t more = length;
        if (length + 1 < size) {
            pointer[length] = '/';
            more += 1 + ds_pointer_escape(name, pointer + length + 1, size - length - 1);
        }
        check_duplicates(document, child, pointer, more < size ? more : size - 1, size, problems);
        pointer[length] = '\0';
    }
}

/* ---- The chain of files ---------------------------------------------------------- */

typedef struct {
    cJSON      *layers[DS_EXTENDS_MAX]; /* child first */
    ds_file_id  ids[DS_EXTENDS_MAX];
    size_t      count;
} chain;

/* Parses one file's text into a new layer; false when the chain must end. */
static bool add_layer(ds_document *document, chain *c, const char *text, size_t length, int file,
                      ds_problems *problems)
{
    ds_error error;
    cJSON   *root;
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) { /* byte order mark */
        text += 3;
        length -= 3;
    }
    ds_code code = ds_tree_parse(text, length, file, &document->positions, &root, &error);
    if (code != DS_OK) {
        ds_copy_text(error.file, sizeof error.file, ds_document_file(document, file));
        ds_problems_add(problems, &error, file);
        return false;
    }
    c->layers[c->count++] = root;
    if (!cJSON_IsObject(root)) {
        ds_fail(&error, DS_E_SCENARIO, NULL, "a scenario is an object: { ... }");
        problem_at(document, root, false, &error, problems);
        return false;
    }
    char pointer[sizeof error.pointer] = "";
    check_duplicates(document, root, pointer, 0, sizeof pointer, problems);
    return true;
}

static bool fail_extends(ds_document *document, const cJSON *extends, const char *message,
                         const char *name, ds_problems *problems)
{
    ds_error error;
    ds_fail(&error, DS_E_SCENARIO, "/extends", "%s \"%.200s\"", message, name);
    problem_at(document, extends, false, &error, problems);
    return false;
}

/* Opens the parent that the newest layer names. */
static bool add_parent(ds_document *document, chain *c, const cJSON *extends, int child_file,
                       ds_problems *problems)
{
    const char *name = extends->valuestring;
    ds_error    error;
    char       *text = NULL;
    size_t      length;
    if (document->in_memory)
        return fail_extends(document, extends, "there is no directory to look in for", name,
                            problems);
    if (c->count == DS_EXTENDS_MAX)
        return fail_extends(document, extends, "more than 16 files extend one another, up to",
                            name, problems);
    int file = add_file(document, ds_file_beside(document->files[child_file], name));
    if (file < 0) {
        problems->out_of_memory = true;
        return false;
    }
    ds_file_id *id = &c->ids[c->count];
    ds_code     code = ds_file_read(document->files[file], DS_FILE_BYTES_MAX, &text, &length, id,
                                    &error);
    if (code != DS_OK) {
        char message[sizeof error.message];
        memcpy(message, error.message, sizeof message);
        ds_fail(&error, code, "/extends", "\"%.200s\": %.200s", document->files[file], message);
        problem_at(document, extends, false, &error, problems);
        return false;
    }
    bool fresh = true;
    for (size_t i = 0; i < c->count; i++)
        fresh = fresh && (c->ids[i].device != id->device || c->ids[i].inode != id->inode);
    fresh = fresh ? add_layer(document, c, text, length, file, problems)
                  : fail_extends(document, extends, "files extend each other in a circle through",
                                 document->files[file], problems);
    free(text);
    return fresh;
}

/* Follows `extends` from the first layer on; false when a parent is missing. */
static bool add_parents(ds_document *document, chain *c, ds_problems *problems)
{
    for (;;) {
        cJSON *newest = c->layers[c->count - 1];
        cJSON *extends = cJSON_DetachItemFromObjectCaseSensitive(newest, "extends");
        if (extends == NULL)
            return true;
        bool done = cJSON_IsString(extends) && extends->valuestring[0] != '\0'
                        ? add_parent(document, c, extends, (int)document->file_count - 1, problems)
                        : fail_extends(document, extends, "must be the name of a file, as in",
                                       "parent.json", problems);
        cJSON_Delete(extends);
        if (!done)
            return false;
    }
}

/* Builds the document from the text of its first file. */
static bool build(ds_document *document, const char *text, size_t length, ds_file_id id,
                  ds_problems *problems)
{
    chain c = {.ids = {id}};
    bool  done = add_layer(document, &c, text, length, 0, problems) &&
                add_parents(document, &c, problems);
    if (done) {
        document->root = c.layers[--c.count];
        while (c.count > 0) {
            cJSON *patch = c.layers[--c.count];
            if (done && !ds_tree_merge(&document->root, patch)) {
                problems->out_of_memory = true;
                done = false;
            }
            cJSON_Delete(patch);
        }
    }
    for (size_t i = 0; i < c.count; i++)
        cJSON_Delete(c.layers[i]);
    return done;
}

ds_document *ds_document_parse(const char *text, size_t length, const char *name,
                               ds_problems *problems)
{
    ds_document *document = new_document();
    if (document == NULL || add_file(document, strdup(name)) < 0) {
        problems->out_of_memory = true;
    } else {
        document->in_memory = true;
        if (build(document, text, length, (ds_file_id){0}, problems))
            return document;
    }
    ds_document_free(document);
    return NULL;
}

ds_document *ds_document_read(const char *path, ds_problems *problems)
{
    char        *text = NULL;
    size_t       length;
    ds_file_id   id;
    ds_error     error;
    ds_document *document = new_document();

    if (document == NULL || add_file(document, strdup(path)) < 0) {
        problems->out_of_memory = true;
    } else if (ds_file_read(path, DS_FILE_BYTES_MAX, &text, &length, &id, &error) != DS_OK) {
        ds_problems_add(problems, &error, 0);
    } else if (build(document, text, length, id, problems)) {
        free(text);
        return document;
    }
    free(text);
    ds_document_free(document);
    return NULL;
}

/* ---- Overrides ------------------------------------------------------------------- */

/* The value of an override: JSON, or a bare word that stands for itself. */
static ds_code parse_value(const char *text, cJSON **value, ds_error *err)
{
    ds_positions ignored = {0};
    const char  *first = text + strspn(text, " \t\r\n");
    ds_code      code = ds_tree_parse(text, strlen(text), 0, &ignored, value, err);
    ds_positions_free(&ignored);
    if (code != DS_E_SYNTAX || *first == '\0' || strchr("{[\"", *first) != NULL)
        return code;

    /* quote the word and let the scanner judge its characters */
    cJSON *word = cJSON_CreateString(text);
    char  *quoted = word == NULL ? NULL : cJSON_PrintUnformatted(word);
    cJSON_Delete(word);
    if (quoted == NULL)
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    code = ds_tree_parse(quoted, strlen(quoted), 0, &ignored, value, err);
    ds_positions_free(&ignored);
    cJSON_free(quoted);
    return code;
}

static ds_code override_one(ds_document *document, const ds_override *override, ds_error *err)
{
    cJSON *value;
    if (strcmp(override->pointer, "/extends") == 0)
        return ds_fail(err, DS_E_SCENARIO, override->pointer,
                       "the parent of a scenario cannot be changed");
    ds_code code = parse_value(override->value, &value, err);
    if (code != DS_OK) {
        if (err != NULL)
            ds_copy_text(err->pointer, sizeof err->pointer, override->pointer);
        return code;
    }
    code = ds_tree_set(document->root, override->pointer, value, err);
    cJSON_Delete(value);
    return code;
}

/* Is it the pointer of a named quantity that is not there? */
static bool makes_quantity(const ds_document *document, const char *pointer)
{
    const char map[] = "/quantities/";
    if (strncmp(pointer, map, sizeof map - 1) != 0)
        return false;
    const cJSON *quantities = ds_tree_member(document->root, "quantities");
    const char  *name = pointer + sizeof map - 1;
    return strchr(name, '/') == NULL &&
           (quantities == NULL || ds_tree_member(quantities, name) == NULL);
}

void ds_document_override(ds_document *document, const ds_override *overrides, size_t count,
                          ds_problems *problems)
{
    document->made_quantity = NULL;
    for (size_t i = 0; i < count; i++) {
        ds_error error;
        if (document->made_quantity == NULL && makes_quantity(document, overrides[i].pointer))
            document->made_quantity = overrides[i].pointer;
        if (override_one(document, &overrides[i], &error) == DS_OK)
            continue;
        ds_copy_text(error.file, sizeof error.file, "--set");
        ds_problems_add(problems, &error, DS_FILE_OVERRIDE);
    }
}

/* ---- Samples --------------------------------------------------------------------- */

static ds_code find_sample(ds_document *document, const char *path, const char *column,
                           const ds_sample **found, ds_error *err)
{
    for (size_t i = 0; i < document->sample_count; i++) {
        const ds_sample *s = &document->samples[i];
        if (strcmp(s->path, path) == 0 && strcmp(s->column, column) == 0) {
            *found = s;
            return DS_OK;
        }
    }
    double *values;
    size_t  count;
    ds_code code = ds_sample_of_file(path, column, &values, &count, err);
    if (code != DS_OK)
        return code;
    if (!add_sample(document, path, column, values, count)) {
        free(values);
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    }
    *found = &document->samples[document->sample_count - 1];
    return DS_OK;
}

ds_code ds_document_sample(ds_document *document, const cJSON *node, const char *csv,
                           const char *column, const double **values, size_t *count,
                           ds_error *err)
{
    int file = ds_document_position(document, node)->file;
    if (document->in_memory)
        return ds_fail(err, DS_E_SCENARIO, NULL, "there is no directory to look in for \"%.200s\"",
                       csv);
    char *path = ds_file_beside(document->files[file == DS_FILE_OVERRIDE ? 0 : file], csv);
    if (path == NULL)
        return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
    const ds_sample *sample = NULL;
    ds_code          code = find_sample(document, path, column, &sample, err);
    free(path);
    if (code == DS_OK) {
        *values = sample->values;
        *count = sample->count;
    }
    return code;
}
