/* cmd_version.c -- `distillsim version`.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"

static error_t parse(int key, char *argument, struct argp_state *state)
{
    if (key != ARGP_KEY_ARG)
        return ARGP_ERR_UNKNOWN;
    argp_error(state, "no argument is expected, not '%s'", argument);
    return 0;
}

static const struct argp argp = {
    NULL, parse, NULL,
    "Print the version, the commit that was built, and the version of the random streams, which "
    "changes when the same seed gives other futures.",
    NULL, NULL, NULL
};

int ds_cmd_version(int argc, char **argv)
{
    ds_parse(&argp, argc, argv, NULL);
    printf("distillsim %s\ngit %s\nstream version %d\n", ds_version(), ds_git_describe(),
           ds_stream_version());
    return 0;
}
