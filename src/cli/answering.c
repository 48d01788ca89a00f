/* answering.c -- what commands that print an answer share: the form, where it is kept, and the
 * run that it is made of.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"

static const char *const formats[] = { "table", "json", "csv", NULL };

enum { KEY_FORMAT = 'f', KEY_OUT = 'o', KEY_QUIET = 'q' };

static const struct argp_option options[] = {
    { "format", KEY_FORMAT, "FORMAT", 0, "table (default), json or csv", 0 },
    { "out", KEY_OUT, "DIR", 0, "Also write files to DIR (below)", 0 },
    { "quiet", KEY_QUIET, NULL, 0, "No progress line", 0 },
    { 0 }
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    ds_answer *answer = state->input;
    switch (key) {
    case KEY_FORMAT:
        answer->format = (ds_format)ds_parse_choice(state, "--format", argument, formats);
        return 0;
    case KEY_OUT:
        answer->directory = ds_parse_directory(state, "--out", argument);
        return 0;
    case KEY_QUIET:
        answer->quiet = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp answer_argp = { .options = options, .parser = parse };
const struct argp_child ds_answer_children[] = { { &ds_common_argp, 0, NULL, 0 },
                                                 { &answer_argp, 0, NULL, 0 },
                                                 { 0 } };

ds_run_options ds_common_run(const ds_common *common, const ds_scenario *scenario,
                             ds_progress *progress)
{
    const uint64_t seed = scenario != NULL ? ds_scenario_seed(scenario) : 1;
    return (ds_run_options){ .path_count = common->paths_given ? common->paths : 0,
                             .seed = common->seed_given ? common->seed : seed,
                             .threads = common->threads,
                             .engine = DS_ENGINE_FAST,
                             .keep_going = ds_progress_tell,
                             .context = progress };
}
