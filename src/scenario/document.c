/* document.c -- a scenario file with its parents and overrides, as one tree.
 *
 * Called by scenario.c: read or copy, then override, then bind.c walks `root`.
 *
 * What `extends` says is followed by extend.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/document.h"

#include <stdlib.h>
#include <string.h>

#include "scenario/error.h"
#include "scenario/extend.h"
#include "scenario/file.h"
#include "scenario/sample_file.h"

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

int ds_document_add_file(ds_document *document, char *path)
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
        done = ds_document_add_file(copy, strdup(document->files[i])) >= 0;
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

void ds_document_problem(const ds_document *document, const cJSON *node, bool at_key,
                         ds_error *error, ds_problems *problems)
{
    const ds_position *p = ds_document_position(document, node);
    ds_copy_text(error->file, sizeof error->file, ds_document_file(document, p->file));
    error->line = at_key ? p->key_line : p->line;
    error->column = at_key ? p->key_column : p->column;
    ds_problems_add(problems, error, p->file);
}

/* ---- Reading ------------------------------------------------------------------------- */

static ds_document *parse(const char *text, size_t length, const char *name, bool in_memory,
                          ds_problems *problems)
{
    ds_document *document = new_document();
    if (document == NULL || ds_document_add_file(document, strdup(name)) < 0) {
        problems->out_of_memory = true;
    } else {
        document->in_memory = in_memory;
        if (ds_extend(document, text, length, (ds_file_id){0}, problems))
            return document;
    }
    ds_document_free(document);
    return NULL;
}

ds_document *ds_document_parse(const char *text, size_t length, const char *name,
                               ds_problems *problems)
{
    return parse(text, length, name, true, problems);
}

ds_document *ds_document_compose(const char *text, size_t length, const char *name,
                                 ds_problems *problems)
{
    return parse(text, length, name, false, problems);
}

ds_document *ds_document_read(const char *path, ds_problems *problems)
{
    char        *text = NULL;
    size_t       length;
    ds_file_id   id;
    ds_error     error;
    ds_document *document = new_document();

    if (document == NULL || ds_document_add_file(document, strdup(path)) < 0) {
        problems->out_of_memory = true;
    } else if (ds_file_read(path, DS_FILE_BYTES_MAX, &text, &length, &id, &error) != DS_OK) {
        ds_problems_add(problems, &error, 0);
    } else if (ds_extend(document, text, length, id, problems)) {
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

static bool says_extends(const cJSON *node)
{
    const cJSON *child;
    if (cJSON_IsObject(node) && ds_tree_member(node, "extends") != NULL)
        return true;
    cJSON_ArrayForEach(child, node)
    {
        if (says_extends(child))
            return true;
    }
    return false;
}

/* Is a token of the pointer "extends"? */
static bool leads_to_extends(const char *pointer)
{
    const char token[] = "/extends";
    for (const char *at = strstr(pointer, token); at != NULL; at = strstr(at + 1, token))
        if (at[sizeof token - 1] == '\0' || at[sizeof token - 1] == '/')
            return true;
    return false;
}

/* What is extended was merged when the files were read. */
static ds_code fail_extends(const char *pointer, ds_error *err)
{
    return ds_fail(err, DS_E_SCENARIO, pointer, "%s cannot be changed",
                   strcmp(pointer, "/extends") == 0 ? "the parent of a scenario"
                                                    : "what an object extends");
}

static ds_code override_one(ds_document *document, const ds_override *override, ds_error *err)
{
    cJSON *value;
    if (leads_to_extends(override->pointer))
        return fail_extends(override->pointer, err);
    ds_code code = parse_value(override->value, &value, err);
    if (code != DS_OK) {
        if (err != NULL)
            ds_copy_text(err->pointer, sizeof err->pointer, override->pointer);
        return code;
    }
    if (says_extends(value)) {
        cJSON_Delete(value);
        return fail_extends(override->pointer, err);
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
