/* cmd_schema.c -- `distillsim schema`: what a scenario file may say, for editors
 * and for people.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"

static const struct argp_option options[] = {
    { "markdown", 'm', NULL, 0, "Print the reference page instead", 0 }, { 0 }
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    bool *markdown = state->input;
    switch (key) {
    case 'm':
        *markdown = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "no argument is expected, not '%s'", argument);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = { options, parse, NULL,
                                  "Print the JSON Schema (draft 2020-12) of a scenario file.",
                                  NULL, NULL, NULL };

int ds_cmd_schema(int argc, char **argv)
{
    bool markdown = false;
    ds_parse(&argp, argc, argv, &markdown);
    ds_code code = markdown ? ds_scenario_reference_write(stdout) : ds_schema_write(stdout);
    /* A failed write is told when standard output is closed. */
    if (code != DS_OK && code != DS_E_IO)
        ds_message("%s", ds_code_text(code));
    return ds_code_exit_status(code);
}
