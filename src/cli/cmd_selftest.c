/* cmd_selftest.c -- `distillsim selftest`: values that are known from elsewhere, and what
 * this program makes of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "cli/cli.h"
#include "output/csv.h"
#include "output/json.h"
#include "output/number.h"

static const char *const formats[] = { "table", "csv", "ndjson", NULL };
enum { TABLE, CSV, NDJSON, GROUPS_MOST = 64 };

typedef struct {
    const char *group;
    int         format;
    bool        quiet, verbose;
    ds_style    style;
    const char *last_group;
    size_t      values, misses;
} ds_options;

static const struct argp_option options[] = {
    { "group", 'g', "NAME", 0, "Only this group of values", 0 },
    { "format", 'f', "FORMAT", 0, "table (default), csv or ndjson", 0 },
    { "verbose", 'v', NULL, 0, "Also where each expected value comes from", 0 },
    { "quiet", 'q', NULL, 0, "Only misses, and the closing line", 0 },
    { 0 }
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    ds_options *o = state->input;
    switch (key) {
    case 'g':
        o->group = argument;
        return 0;
    case 'f':
        o->format = ds_parse_choice(state, "--format", argument, formats);
        return 0;
    case 'v':
        o->verbose = true;
        return 0;
    case 'q':
        o->quiet = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "no argument is expected, not '%s'", argument);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    options, parse, NULL,
    "Work out values that are known from elsewhere, and print expected, got, and the digits "
    "that agree; of a simulation, the distance in standard errors. The exit status is 4 when "
    "one misses.",
    NULL, NULL, NULL
};

static void print_csv(const ds_selftest_line *line)
{
    ds_csv_text(stdout, line->group);
    putchar(',');
    ds_csv_text(stdout, line->what);
    const double values[] = { line->expected, line->got, line->digits, line->se, line->z };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        putchar(',');
        ds_csv_number(stdout, values[i]);
    }
    printf(",%d,", line->passed);
    ds_csv_text(stdout, line->source);
    putchar('\n');
}

static void print_ndjson(const ds_selftest_line *line)
{
    static const char *const names[] = { "expected", "got", "digits", "se", "z" };
    const double values[] = { line->expected, line->got, line->digits, line->se, line->z };
    fputs("{\"group\":", stdout);
    ds_json_string(stdout, line->group);
    fputs(",\"what\":", stdout);
    ds_json_string(stdout, line->what);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        printf(",\"%s\":", names[i]);
        ds_json_number(stdout, values[i]);
    }
    printf(",\"passed\":%s,\"source\":", line->passed ? "true" : "false");
    ds_json_string(stdout, line->source);
    fputs("}\n", stdout);
}

/* Numbers stand beside the name where it fits, else below it. */
static void print_name(const ds_options *o, const ds_selftest_line *line)
{
    enum { NUMBERS = 39, NAME_MOST = 44 };
    char   name[128];
    size_t width = o->style.width < NUMBERS + NAME_MOST ? o->style.width : NUMBERS + NAME_MOST;
    size_t room = width > NUMBERS + 4 ? width - NUMBERS - 2 : 2;

    ds_text_clean(line->what, o->style.utf8, name, sizeof name);
    fputs(line->passed ? "  " : "! ", stdout);
    if (ds_text_width(name) > room) {
        ds_text_wrap(stdout, name, o->style.width, 4, 2);
        printf("%*s", (int)room + 2, "");
    } else {
        ds_text_pad(stdout, name, room, false);
    }
}

static void print_row(ds_options *o, const ds_selftest_line *line)
{
    char agreed[32];

    if (o->last_group == NULL || strcmp(o->last_group, line->group) != 0) {
        printf("%s%s\n", o->last_group == NULL ? "" : "\n", line->group);
        o->last_group = line->group;
    }
    if (isnan(line->se) && line->digits >= 17)
        snprintf(agreed, sizeof agreed, "exact");
    else if (isnan(line->se))
        snprintf(agreed, sizeof agreed, "%.0f digits", floor(line->digits));
    else
        snprintf(agreed, sizeof agreed, "z %+.2f", line->z);
    print_name(o, line);
    printf(" %13.7g %13.7g %9s\n", line->expected, line->got, agreed);
    if (!line->passed)
        printf("      MISS: expected %.15g, got %.15g\n", line->expected, line->got);
    if (!isnan(line->se) && (o->verbose || !line->passed))
        printf("      standard error %.2g\n", line->se);
    if (o->verbose || !line->passed)
        printf("      from: %s\n", line->source);
}

static bool tell(void *context, const ds_selftest_line *line)
{
    ds_options *o = context;
    o->values++;
    o->misses += !line->passed;
    if (o->quiet && line->passed)
        return ds_stop_signal == 0;
    if (o->format == CSV)
        print_csv(line);
    else if (o->format == NDJSON)
        print_ndjson(line);
    else
        print_row(o, line);
    /* When nobody takes the lines any more, main() knows what to say. */
    return ferror(stdout) == 0 && ds_stop_signal == 0;
}

static int check_group(const char *group)
{
    const char *names[GROUPS_MOST];
    size_t      count = 0;
    for (const char *name; count < GROUPS_MOST && (name = ds_selftest_group_name(count)) != NULL;) {
        if (strcmp(name, group) == 0)
            return 0;
        names[count++] = name;
    }
    return ds_unknown_name("group", group, names, count);
}

int ds_cmd_selftest(int argc, char **argv)
{
    ds_options o = { .style = ds_style_of(stdout) };
    ds_error   error = { 0 };

    ds_parse(&argp, argc, argv, &o);
    int status = o.group != NULL ? check_group(o.group) : 0;
    if (status != 0)
        return status;
    if (o.format == CSV)
        fputs("group,what,expected,got,digits,se,z,passed,source\n", stdout);
    double  started = ds_seconds();
    ds_code code = ds_selftest_run(o.group, tell, &o, &error);
    if (code == DS_E_CANCELLED && ds_stop_signal == 0)
        return 0; /* of the output, which main() tells */
    if (code != DS_OK) {
        error.code = code;
        return ds_report_error(&error);
    }
    if (o.format == TABLE)
        printf("%s%zu values, %zu missed, %.1f s\n", o.last_group == NULL ? "" : "\n", o.values,
               o.misses, ds_seconds() - started);
    else if (o.misses > 0)
        ds_message("%zu of %zu values missed", o.misses, o.values);
    return o.misses == 0 ? 0 : ds_code_exit_status(DS_E_NUMERIC);
}
