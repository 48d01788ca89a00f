/* options.c -- options that several commands share, and strict numbers.  See
 * cli.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "output/file.h"

bool ds_parse_whole(const char *text, uint64_t least, uint64_t most, uint64_t *out)
{
    char *end;
    if (text[0] < '0' || text[0] > '9') /* strtoull would take "-1" and " 1" */
        return false;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || value < least || value > most)
        return false;
    *out = value;
    return true;
}

double ds_parse_share(struct argp_state *state, const char *option, const char *text)
{
    char  *end = NULL;
    double value = 0;
    if (strchr("0123456789.", text[0]) != NULL && text[0] != '\0')
        value = strtod(text, &end);
    if (end != NULL && strcmp(end, "%") == 0) {
        value /= 100;
        end++;
    }
    if (end == NULL || *end != '\0' || !(value > 0 && value < 1))
        argp_error(state, "%s: '%s' is not a share between 0 and 1, such as 0.7 or 70%%", option,
                   text);
    return value;
}

int ds_parse_choice(struct argp_state *state, const char *option, const char *text,
                    const char *const *choices)
{
    char list[256] = "";
    for (int i = 0; choices[i] != NULL; i++) {
        if (strcmp(text, choices[i]) == 0)
            return i;
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "", choices[i]);
    }
    argp_error(state, "%s: '%s' is not one of %s", option, text, list);
    return 0; /* argp_error() does not return */
}

const char *ds_parse_directory(struct argp_state *state, const char *option, const char *text)
{
    ds_error error = { 0 };
    if (text[0] == '\0')
        argp_error(state, "%s: which directory?", option);
    if (ds_directory_check(text, &error) != DS_OK)
        exit(ds_report_error(&error));
    return text;
}

const char *ds_parse_file(struct argp_state *state, const char *option, const char *text)
{
    ds_error error = { 0 };
    if (text[0] == '\0')
        argp_error(state, "%s: which file?", option);
    if (ds_file_check(text, &error) != DS_OK)
        exit(ds_report_error(&error));
    return text;
}

enum { KEY_SET = 0x100, KEY_PATHS, KEY_SEED, KEY_THREADS, KEY_SAMPLING, KEY_REPLICATES, KEY_OUTER };

static const struct argp_option common_options[] = {
    { "set", KEY_SET, "POINTER=VALUE", 0,
      "Change the scenario: the value at the JSON Pointer becomes VALUE (JSON, or a bare word); "
      "may be repeated", 1 },
    { "paths", KEY_PATHS, "N", 0, "Futures to simulate (default: what the scenario says)", 1 },
    { "sampling", KEY_SAMPLING, "METHOD", 0,
      "random, antithetic, latin_hypercube, sobol or halton: short for --set "
      "/run/sampling=METHOD", 1 },
    { "outer", KEY_OUTER, "N", 0,
      "States of knowledge, that what is not known is told from chance: short for "
      "--set /run/outer=N", 1 },
    { "replicates", KEY_REPLICATES, "R", 0,
      "Point sets that share the paths: short for --set /run/replicates=R", 1 },
    { "seed", KEY_SEED, "N", 0, "Which random futures (default: what the scenario says)", 1 },
    { "threads", KEY_THREADS, "N", 0,
      "Threads, 0 is one per processor (default); never changes a result", 1 },
    { 0 }
};

static void add_pair(struct argp_state *state, ds_common *common, const char *argument,
                     size_t length, const char *value)
{
    ds_override *more = realloc(common->overrides,
                                (common->override_count + 1) * sizeof *more);
    char        *pointer = malloc(length + 1);
    if (more == NULL || pointer == NULL)
        argp_failure(state, ds_code_exit_status(DS_E_NOMEM), 0, "out of memory");
    memcpy(pointer, argument, length);
    pointer[length] = '\0';
    common->overrides = more;
    more[common->override_count].pointer = pointer;
    more[common->override_count++].value = value;
}

static void add_override(struct argp_state *state, ds_common *common, const char *argument)
{
    const char *equals = strchr(argument, '=');
    if (equals == NULL || argument[0] != '/')
        argp_error(state, "--set: '%s' is not of the form /POINTER=VALUE", argument);
    common->samples = common->samples || strncmp(argument, "/run/", 5) == 0;
    add_pair(state, common, argument, (size_t)(equals - argument), equals + 1);
}

/* An option that is short for --set. */
static void add_short(struct argp_state *state, ds_common *common, const char *pointer,
                      const char *value)
{
    add_pair(state, common, pointer, strlen(pointer), value);
}

static error_t parse_common(int key, char *argument, struct argp_state *state)
{
    ds_common *common = state->input;
    uint64_t   threads = 0;

    switch (key) {
    case KEY_SET:
        add_override(state, common, argument);
        return 0;
    case KEY_PATHS:
        if (!ds_parse_whole(argument, 1, UINT64_C(10000000000), &common->paths))
            argp_error(state, "--paths: '%s' is not a whole number from 1 to 1e10", argument);
        common->paths_given = true;
        common->paths_text = argument;
        return 0;
    case KEY_SEED:
        if (!ds_parse_whole(argument, 0, UINT64_C(9007199254740991), &common->seed))
            argp_error(state, "--seed: '%s' is not a whole number from 0 to 2^53 - 1", argument);
        common->seed_given = true;
        return 0;
    case KEY_SAMPLING:
        add_short(state, common, "/run/sampling", argument);
        common->samples = true;
        return 0;
    case KEY_OUTER:
        add_short(state, common, "/run/outer", argument);
        common->samples = true;
        return 0;
    case KEY_REPLICATES:
        add_short(state, common, "/run/replicates", argument);
        common->samples = true;
        return 0;
    case ARGP_KEY_END: /* what --sampling needs is checked with the paths of the run */
        if (common->samples && common->paths_given)
            add_short(state, common, "/run/paths", common->paths_text);
        return 0;
    case KEY_THREADS:
        if (!ds_parse_whole(argument, 0, 1024, &threads))
            argp_error(state, "--threads: '%s' is not a whole number from 0 to 1024", argument);
        common->threads = (unsigned)threads;
        return 0;
    case ARGP_KEY_ARG:
        if (common->scenario_path != NULL && !common->several)
            argp_error(state, "one scenario only, not also '%s'", argument);
        if (common->scenario_path != NULL && common->other_count == DS_COMMON_OTHERS)
            argp_error(state, "at most %d scenarios", DS_COMMON_OTHERS + 1);
        if (common->scenario_path != NULL)
            common->others[common->other_count++] = argument;
        else
            common->scenario_path = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        if (!common->without_scenario)
            argp_error(state, "which scenario?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp ds_common_argp = { .options = common_options, .parser = parse_common };

void ds_parse(const struct argp *argp, int argc, char **argv, void *options)
{
    error_t failure = argp_parse(argp, argc, argv, 0, NULL, options);
    if (failure != 0) { /* only memory can be the reason here */
        ds_message("%s", strerror(failure));
        exit(ds_code_exit_status(DS_E_NOMEM));
    }
}

void ds_common_release(ds_common *common)
{
    for (size_t i = 0; i < common->override_count; i++)
        free((void *)(uintptr_t)common->overrides[i].pointer);
    free(common->overrides);
}

static void report_problem(void *context, const ds_error *problem)
{
    size_t *count = context;
    *count += !problem->warning;
    ds_print_problem(stderr, problem);
}

int ds_common_load(const ds_common *common, ds_scenario **scenario)
{
    ds_error error = { 0 };
    size_t   problems = 0;

    ds_code code = ds_scenario_load(common->scenario_path, common->overrides,
                                    common->override_count, report_problem, &problems, scenario,
                                    &error);
    if (code == DS_OK)
        return 0;
    error.code = code;
    if (problems == 0)
        ds_report_error(&error);
    ds_scenario_free(*scenario);
    *scenario = NULL;
    return ds_code_exit_status(code);
}
