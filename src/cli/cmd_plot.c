/* cmd_plot.c -- `distillsim plot`: pictures of what `run --out` and `sweep` wrote.
 *
 * For every picture a gnuplot script is left beside the data.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "output/file.h"
#include "output/plot.h"

static const char *const formats[] = { "svg", "png", "pdf", NULL };
enum { ANY = -1, KINDS_MAX = 32 };

typedef struct {
    const char *data, *out, *outcome;
    int         kind, format;
} ds_options;

enum { KEY_KIND = 'k', KEY_FORMAT = 'f', KEY_OUT = 'o', KEY_OUTCOME = 'O' };

static const struct argp_option options[] = {
    { "kind", KEY_KIND, "KIND", 0,
      "What to draw (below); default: all that the data has", 0 },
    { "format", KEY_FORMAT, "FORMAT", 0, "svg (default), png or pdf", 0 },
    { "out", KEY_OUT, "FILE", 0, "Where to put the picture, when there is one", 0 },
    { "outcome", KEY_OUTCOME, "NAME", 0,
      "Outcome of a sweep to draw (default: saving_npv_usd, or the first)", 0 },
    { 0 }
};

static int parse_kind(struct argp_state *state, const char *text)
{
    const char *names[KINDS_MAX + 1] = { NULL };
    for (size_t k = 0; k < KINDS_MAX && ds_plot_kind_at(k) != NULL; k++)
        names[k] = ds_plot_kind_at(k)->name;
    return ds_parse_choice(state, "--kind", text, names);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    ds_options *o = state->input;
    switch (key) {
    case KEY_KIND:
        o->kind = parse_kind(state, argument);
        return 0;
    case KEY_FORMAT:
        o->format = ds_parse_choice(state, "--format", argument, formats);
        return 0;
    case KEY_OUT:
        o->out = ds_parse_file(state, "--out", argument);
        return 0;
    case KEY_OUTCOME:
        o->outcome = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (o->data != NULL)
            argp_error(state, "one directory or sweep only, not also '%s'", argument);
        o->data = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which results? (a directory of `run --out', or the CSV of a sweep)");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The kinds, after the options. */
static char *list_kinds(int key, const char *text, void *input)
{
    (void)input;
    char  *list = NULL;
    size_t size;
    FILE  *out = key == ARGP_KEY_HELP_POST_DOC ? open_memstream(&list, &size) : NULL;
    if (out == NULL)
        return (char *)(uintptr_t)text;
    fprintf(out, "%s\n\nKinds:", text);
    for (size_t k = 0; ds_plot_kind_at(k) != NULL; k++)
        fprintf(out, "%s %s (%s)", k > 0 ? "," : "", ds_plot_kind_at(k)->name,
                ds_plot_kind_at(k)->help);
    fputs(".", out);
    fclose(out);
    return list;
}

static const struct argp argp = {
    options, parse, "DIR|FILE.csv",
    "Draw with gnuplot what `run --out DIR' wrote, or a CSV file of `sweep', `breakeven', "
    "`choice' and other commands.\vThe script of each picture stays beside the data (DIR/fan.gp, "
    "FILE.gp); it holds the numbers that it draws and can be changed and run alone.",
    NULL, list_kinds, NULL
};

/* "dir/name.csv" -> "dir/name" + end, to be freed */
static char *with_end(const char *path, const char *end)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    size_t      stem = dot != NULL && dot != path && (slash == NULL || dot > slash + 1)
                           ? (size_t)(dot - path) : strlen(path);
    size_t      size = stem + strlen(end) + 1;
    char       *out = malloc(size);
    if (out != NULL)
        snprintf(out, size, "%.*s%s", (int)stem, path, end);
    return out;
}

static ds_code write_script(const char *script, const ds_plot_kind *kind, ds_plot *plot,
                            ds_error *error)
{
    ds_file file;
    ds_code code = ds_file_open(&file, script, error);
    if (code != DS_OK)
        return code;
    plot->file = file.stream;
    code = kind->write(plot, error);
    if (code == DS_OK)
        return ds_file_commit(&file, error);
    ds_file_abandon(&file);
    return code;
}

/* Draws one kind from a table; stem is where script and picture go. */
static ds_code draw(const ds_options *o, const ds_plot_kind *kind, const char *stem,
                    const ds_csv *table, const char *source, ds_error *error)
{
    char    ending[8];
    char   *script = with_end(stem, ".gp"), *picture;
    ds_code code;

    snprintf(ending, sizeof ending, ".%s", formats[o->format]);
    picture = with_end(stem, ending);
    if (script == NULL || picture == NULL) {
        code = ds_output_fail(error, DS_E_NOMEM, source, "out of memory");
    } else {
        const char *slash = strrchr(picture, '/');
        ds_plot     plot = { NULL, table, source, formats[o->format],
                             slash != NULL ? slash + 1 : picture, o->outcome };
        const char *target = o->out != NULL ? o->out : picture;
        code = write_script(script, kind, &plot, error);
        if (code == DS_OK)
            code = ds_gnuplot(script, target, error);
        if (code == DS_OK) {
            char clean[1024];
            ds_text_clean(target, ds_style_of(stdout).utf8, clean, sizeof clean);
            printf("%s\n", clean);
        }
    }
    free(script);
    free(picture);
    return code;
}

static ds_code draw_directory(const ds_options *o, ds_error *error)
{
    ds_code code = DS_OK;
    for (int k = 0; ds_plot_kind_at((size_t)k) != NULL && code == DS_OK && ds_stop_signal == 0;
         k++) {
        const ds_plot_kind *kind = ds_plot_kind_at((size_t)k);
        ds_csv table;
        if ((o->kind != ANY && o->kind != k) || kind->table == NULL)
            continue;
        char *source = ds_path_join(o->data, kind->table);
        char *stem = ds_path_join(o->data, kind->name);
        if (source == NULL || stem == NULL)
            code = ds_output_fail(error, DS_E_NOMEM, o->data, "out of memory");
        else
            code = ds_csv_read(source, &table, error);
        if (code == DS_OK) {
            code = draw(o, kind, stem, &table, source, error);
            ds_csv_release(&table);
        }
        free(source);
        free(stem);
    }
    return code;
}

/* The kind that a table is of, or NULL. */
static const ds_plot_kind *kind_of(const ds_csv *table)
{
    size_t k = 0;
    while (ds_plot_kind_at(k) != NULL &&
           (ds_plot_kind_at(k)->is_of == NULL || !ds_plot_kind_at(k)->is_of(table)))
        k++;
    return ds_plot_kind_at(k);
}

static ds_code draw_file(const ds_options *o, ds_error *error)
{
    ds_csv  table;
    ds_code code = ds_csv_read(o->data, &table, error);
    if (code != DS_OK)
        return code;
    const ds_plot_kind *kind = kind_of(&table);
    const size_t parameters = ds_plot_parameters(&table);
    if (kind == NULL && parameters > 2)
        code = ds_output_fail(error, DS_E_USAGE, o->data,
                              "%zu parameters; one or two can be drawn", parameters);
    else if (kind == NULL)
        code = ds_output_fail(error, DS_E_IO, o->data, "no kind of picture is drawn from it");
    else if (o->kind != ANY && kind != ds_plot_kind_at((size_t)o->kind))
        code = ds_output_fail(error, DS_E_USAGE, o->data, "%s is drawn as '%s'", kind->what,
                              kind->name);
    else
        code = draw(o, kind, o->data, &table, o->data, error);
    ds_csv_release(&table);
    return code;
}

/* Contradictions between options and data; prints and returns false. */
static bool options_agree(const ds_options *o, bool is_directory)
{
    if (o->outcome != NULL && is_directory)
        ds_message("--outcome: for the CSV of a sweep, not for a directory");
    else if (o->outcome != NULL && ds_outcome_find(o->outcome) >= ds_outcome_count())
        ds_message("--outcome: there is no outcome '%s'", o->outcome);
    else if (is_directory && o->kind != ANY && ds_plot_kind_at((size_t)o->kind)->table == NULL)
        ds_message("--kind: '%s' is drawn from the CSV file of %s",
                   ds_plot_kind_at((size_t)o->kind)->name,
                   ds_plot_kind_at((size_t)o->kind)->what);
    else if (is_directory && o->out != NULL && o->kind == ANY)
        ds_message("--out: there are two pictures; choose one by --kind");
    else
        return true;
    return false;
}

int ds_cmd_plot(int argc, char **argv)
{
    ds_options  o = { .kind = ANY, .format = ANY };
    struct stat status;
    ds_error    error = { 0 };

    ds_parse(&argp, argc, argv, &o);
    /* the end of --out names the format, unless it is given */
    const char *dot = o.out != NULL ? strrchr(o.out, '.') : NULL;
    for (int i = 0; o.format == ANY && dot != NULL && formats[i] != NULL; i++)
        if (strcmp(dot + 1, formats[i]) == 0)
            o.format = i;
    if (o.format == ANY)
        o.format = 0;
    if (stat(o.data, &status) != 0) {
        ds_message("%s: %s", o.data, strerror(errno));
        return ds_code_exit_status(DS_E_IO);
    }
    bool is_directory = S_ISDIR(status.st_mode);
    if (!options_agree(&o, is_directory))
        return ds_code_exit_status(DS_E_USAGE);
    ds_code code = is_directory ? draw_directory(&o, &error) : draw_file(&o, &error);
    if (ds_stop_signal != 0)
        return ds_code_exit_status(DS_E_CANCELLED);
    error.code = code;
    return code == DS_OK ? 0 : ds_report_error(&error);
}
