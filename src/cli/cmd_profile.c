/* cmd_profile.c -- `distillsim profile`: how fast a model runs on a GPU; `fit` makes a
 * profile of measurements, `show` (cmd_profile_show.c) says what a profile says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "output/profile_report.h"

enum { FILTERS_MOST = 16, CONSTANTS_MOST = 16 };

static const char *const formats[] = { "table", "json", "csv", NULL };
static const char *const kinds[] = { [DS_PROFILE_CLOSED] = "closed",
                                     [DS_PROFILE_TABLE] = "table",
                                     [DS_PROFILE_ROOFLINE] = "roofline", NULL };

typedef struct {
    const char            *path, *gpu, *output;
    ds_row_filter          filters[FILTERS_MOST]; /* columns are copies */
    size_t                 filter_count;
    uint64_t               gpus;
    int                    format;
    bool                   certain;
    const char            *constants[CONSTANTS_MOST];
    ds_profile_fit_options fit;
} ds_options;

enum { KEY_KIND = 'k', KEY_WHERE = 'w', KEY_GPUS = 'n', KEY_GPU = 'g', KEY_OUTPUT = 'o',
       KEY_FORMAT = 'f', KEY_PROFILE = 'p', KEY_CERTAIN = 0x100, KEY_PREFILL,
       KEY_CONSTANTS };

static const struct argp_option options[] = {
    { "kind", KEY_KIND, "KIND", 0, "closed (default), table, or roofline", 0 },
    { "profile", KEY_PROFILE, "FILE#/POINTER", 0,
      "Roofline: the profile that has the shape of the model", 0 },
    { "where", KEY_WHERE, "COLUMN=VALUE", 0,
      "Only rows with this text in this column; may be repeated (of one column: either)", 0 },
    { "gpus", KEY_GPUS, "N", 0,
      "Only replicas of N GPUs; what a file without the column gpus has (default: 1)", 0 },
    { "gpu", KEY_GPU, "NAME", 0,
      "The GPU's name in the scenario, for the profile; or FILE#/POINTER of its facts, whose last "
      "part is the name", 0 },
    { "constants", KEY_CONSTANTS, "NAME,...", 0,
      "Roofline: what is fitted, speed_factor or keys of the roofline (default: speed_factor, and "
      "memory_efficiency when there are four points)", 0 },
    { "prefill-attention", KEY_PREFILL, NULL, 0,
      "Closed form: a fourth constant, for long prompts", 0 },
    { "certain", KEY_CERTAIN, NULL, 0, "Constants of the profile are numbers", 0 },
    { "format", KEY_FORMAT, "FORMAT", 0, "table (default), json, or csv (the points)", 0 },
    { "output", KEY_OUTPUT, "FILE", 0, "Write the profile, JSON, to FILE", 0 },
    { 0 }
};

static void add_filter(struct argp_state *state, ds_options *o, const char *argument)
{
    const char *equals = strchr(argument, '=');
    if (equals == NULL || equals == argument)
        argp_error(state, "--where: '%s' is not of the form COLUMN=VALUE", argument);
    if (o->filter_count == FILTERS_MOST)
        argp_error(state, "--where: at most %d times", FILTERS_MOST);
    ds_row_filter *filter = &o->filters[o->filter_count];
    filter->column = strndup(argument, (size_t)(equals - argument));
    filter->value = equals + 1;
    if (filter->column == NULL)
        argp_failure(state, ds_code_exit_status(DS_E_NOMEM), 0, "out of memory");
    o->filter_count++;
}

static void add_constants(struct argp_state *state, ds_options *o, char *argument)
{
    const char *known[CONSTANTS_MOST];
    size_t      count = 0;
    while (count < CONSTANTS_MOST && ds_profile_fit_key(count) != NULL) {
        known[count] = ds_profile_fit_key(count);
        count++;
    }
    for (char *name = strtok(argument, ","); name != NULL; name = strtok(NULL, ",")) {
        size_t k = 0;
        while (k < count && strcmp(known[k], name) != 0)
            k++;
        if (k == count)
            exit(ds_unknown_name("constant", name, known, count));
        if (o->fit.constant_count == CONSTANTS_MOST)
            argp_error(state, "--constants: at most %d", CONSTANTS_MOST);
        o->constants[o->fit.constant_count++] = name;
    }
    o->fit.constants = o->constants;
}

/* A name, or where its facts are. */
static void set_gpu(ds_options *o, const char *argument)
{
    const char *name = strrchr(argument, '/');
    bool        place = strchr(argument, '#') != NULL && name != NULL;
    o->gpu = place ? name + 1 : argument;
    o->fit.gpu = place ? argument : NULL;
}

static void check(struct argp_state *state, const ds_options *o)
{
    bool roofline = o->fit.kind == DS_PROFILE_ROOFLINE;
    if (o->fit.prefill_attention && o->fit.kind != DS_PROFILE_CLOSED)
        argp_error(state, "--prefill-attention is of --kind closed");
    if (!roofline && (o->fit.profile != NULL || o->fit.constant_count > 0))
        argp_error(state, "--profile and --constants are of --kind roofline");
    if (roofline && o->fit.profile == NULL)
        argp_error(state, "whose roofline? (--profile FILE#/POINTER)");
}

static error_t parse_fit(int key, char *argument, struct argp_state *state)
{
    ds_options *o = state->input;
    switch (key) {
    case KEY_KIND:
        o->fit.kind = (ds_profile_kind)ds_parse_choice(state, "--kind", argument, kinds);
        return 0;
    case KEY_PROFILE:
        o->fit.profile = argument;
        return 0;
    case KEY_CONSTANTS:
        add_constants(state, o, argument);
        return 0;
    case KEY_WHERE:
        add_filter(state, o, argument);
        return 0;
    case KEY_GPUS:
        if (!ds_parse_whole(argument, 1, 4096, &o->gpus))
            argp_error(state, "--gpus: '%s' is not a whole number from 1 to 4096", argument);
        return 0;
    case KEY_GPU:
        set_gpu(o, argument);
        return 0;
    case KEY_PREFILL:
        o->fit.prefill_attention = true;
        return 0;
    case KEY_CERTAIN:
        o->certain = true;
        return 0;
    case KEY_FORMAT:
        o->format = ds_parse_choice(state, "--format", argument, formats);
        return 0;
    case KEY_OUTPUT:
        o->output = ds_parse_file(state, "--output", argument);
        return 0;
    case ARGP_KEY_ARG:
        if (o->path != NULL)
            argp_error(state, "one file only, not also '%s'", argument);
        o->path = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which measurements?");
        return 0;
    case ARGP_KEY_END:
        check(state, o);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp fit_argp = {
    options, parse_fit, "MEASUREMENTS.csv",
    "Fit a profile to measured speeds: how good it is, and the profile for a scenario.\v"
    "The first line of the file names its columns: input_tokens, output_tokens, and "
    "output_tokens_per_s of the replica or output_tokens_per_s_per_gpu; if there are any, gpus, "
    "concurrency, ttft_ms, tpot_ms. isl, osl, tp, output_tok_s_total and output_tok_s_per_gpu are "
    "other names of them.\n\n"
    "Example: distillsim profile fit speed.csv --gpu h100 --output 8b-on-h100.json\n"
    "and in the scenario: \"profiles\": {\"8b\": {\"extends\": \"8b-on-h100.json#\"}}",
    NULL, NULL, NULL
};

static ds_code write_fit(const ds_options *o, const ds_fit_report *report, ds_error *error)
{
    ds_style style = ds_style_of(stdout);
    ds_code  code = DS_OK;
    if (o->output != NULL)
        code = ds_fit_profile_file(o->output, report, error);
    if (code != DS_OK)
        return code;
    if (o->format == 0)
        ds_fit_table(stdout, report, &style);
    else if (o->format == 1)
        ds_fit_json(stdout, report);
    else
        ds_fit_csv(stdout, report);
    return DS_OK;
}

static int cmd_fit(int argc, char **argv)
{
    ds_options       o = { 0 };
    ds_measurements *measurements = NULL;
    ds_profile_fit  *fit = NULL;
    ds_error         error = { 0 };

    ds_parse(&fit_argp, argc, argv, &o);
    ds_code code = ds_measurements_read(o.path, o.filters, o.filter_count, (int)o.gpus,
                                        &measurements, &error);
    if (code == DS_OK)
        code = ds_profile_fit_run(measurements, &o.fit, &fit, &error);
    if (code == DS_OK) {
        ds_fit_report report = { fit, measurements, o.gpu, o.certain };
        code = write_fit(&o, &report, &error);
    }
    error.code = code;
    ds_profile_fit_free(fit);
    ds_measurements_free(measurements);
    for (size_t i = 0; i < o.filter_count; i++)
        free((void *)(uintptr_t)o.filters[i].column);
    return code == DS_OK ? 0 : ds_report_error(&error);
}

/* ---- Which of the two -------------------------------------------------------------- */

static error_t parse_which(int key, char *argument, struct argp_state *state)
{
    switch (key) {
    case ARGP_KEY_ARG:
        argp_error(state, "fit or show, not '%s'?", argument);
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "fit or show?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp which_argp = {
    NULL, parse_which, "fit MEASUREMENTS.csv\nshow SCENARIO NAME",
    "Profiles say how fast a model runs on a GPU. Fit one to measured speeds, or show what one of "
    "a scenario says.\v`distillsim profile fit --help' and `distillsim profile show --help' print "
    "the options.",
    NULL, NULL, NULL
};

int ds_cmd_profile(int argc, char **argv)
{
    static char fit_name[] = "distillsim profile fit", show_name[] = "distillsim profile show";
    if (argc > 1 && strcmp(argv[1], "fit") == 0) {
        argv[1] = fit_name; /* argp prints it in usage lines and errors */
        return cmd_fit(argc - 1, argv + 1);
    }
    if (argc > 1 && strcmp(argv[1], "show") == 0) {
        argv[1] = show_name;
        return ds_cmd_profile_show(argc - 1, argv + 1);
    }
    ds_parse(&which_argp, argc, argv, NULL);
    return ds_code_exit_status(DS_E_USAGE);
}
