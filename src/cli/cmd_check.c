/* cmd_check.c -- `distillsim check`: every problem of every file.
 *
 * Problems are the result of this command and go to standard output.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cli/cli.h"

typedef struct {
    char **files;
    int    count;
} ds_options;

static error_t parse(int key, char *argument, struct argp_state *state)
{
    ds_options *o = state->input;
    (void)argument;
    switch (key) {
    case ARGP_KEY_ARGS:
        o->files = state->argv + state->next;
        o->count = state->argc - state->next;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which files?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    NULL, parse, "FILE...",
    "Check scenarios and print every problem as FILE:LINE:COLUMN: /POINTER: what is wrong.\v"
    "Warnings are printed too, and a file that has no more than warnings is good.\n\n"
    "Exit status: 0 when all files are good, 3 when any breaks a rule, 1 when any cannot be read.",
    NULL, NULL, NULL
};

static void print_problem(void *context, const ds_error *problem)
{
    size_t *count = context;
    *count += !problem->warning;
    ds_print_problem(stdout, problem);
}

static int check(const char *path)
{
    ds_scenario *scenario = NULL;
    ds_plan     *plan = NULL;
    ds_error     error = { 0 };
    size_t       problems = 0;

    ds_code code = ds_scenario_load(path, NULL, 0, print_problem, &problems, &scenario, &error);
    if (code == DS_OK)
        code = ds_plan_compile(scenario, &plan, &error);
    if (code == DS_OK) {
        char clean[1024];
        ds_text_clean(path, ds_style_of(stdout).utf8, clean, sizeof clean);
        printf("%s: ok\n", clean);
    } else if (problems == 0) {
        if (error.file[0] == '\0')
            snprintf(error.file, sizeof error.file, "%s", path);
        error.code = code;
        ds_print_problem(stdout, &error);
    }
    ds_plan_free(plan);
    ds_scenario_free(scenario);
    return ds_code_exit_status(code);
}

int ds_cmd_check(int argc, char **argv)
{
    ds_options o = { 0 };
    int        worst = 0;

    ds_parse(&argp, argc, argv, &o);
    for (int i = 0; i < o.count && ds_stop_signal == 0; i++) {
        int status = check(o.files[i]);
        if (status > worst)
            worst = status;
    }
    return ds_stop_signal != 0 ? ds_code_exit_status(DS_E_CANCELLED) : worst;
}
