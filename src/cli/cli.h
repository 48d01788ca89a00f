/* cli.h -- what the subcommands share.  There are four things to do to add one:
 * write cmd_<name>.c with `int ds_cmd_<name>(int argc, char **argv)`, declare it
 * here, add a row to the table in main.c, and describe it in docs/man.
 *
 * A command gets its own arguments (argv[0] is "distillsim <name>") and returns
 * the exit status; main() checks standard output after it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_CLI_H
#define DS_CLI_H

#include <argp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "distillsim_commit.h"
#include "distillsim_groups.h"
#include "output/text.h"

typedef struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} ds_command;

int ds_cmd_run(int argc, char **argv);
int ds_cmd_sweep(int argc, char **argv);
int ds_cmd_choice(int argc, char **argv);
int ds_cmd_commit(int argc, char **argv);
int ds_cmd_sensitivity(int argc, char **argv);
int ds_cmd_breakeven(int argc, char **argv);
int ds_cmd_discover(int argc, char **argv);
int ds_cmd_information(int argc, char **argv);
int ds_cmd_timing(int argc, char **argv);
int ds_cmd_profile(int argc, char **argv);
int ds_cmd_profile_show(int argc, char **argv); /* `profile show` */
int ds_cmd_plot(int argc, char **argv);
int ds_cmd_check(int argc, char **argv);
int ds_cmd_schema(int argc, char **argv);
int ds_cmd_selftest(int argc, char **argv);
int ds_cmd_explain(int argc, char **argv);
int ds_cmd_version(int argc, char **argv);

/* ---- Messages, on standard error ----------------------------------------- */
/* "distillsim: text", made harmless for a terminal. */
void ds_message(const char *format, ...) DS_PRINTF(1, 2);
/* "file:line:column: /pointer: message", as compilers do; whatever is unknown
 * is left out; "warning: " stands before the message of one. */
void ds_print_problem(FILE *file, const ds_error *problem);
/* Prints the error as a message and returns its exit status. */
int  ds_report_error(const ds_error *error);

/* How to write on one of the standard streams: COLUMNS, NO_COLOR, TERM, the
 * locale, and whether it is a terminal. */
ds_style ds_style_of(FILE *stream);

/* ---- Names --------------------------------------------------------------- */
/* Says "unknown <what> 'name'" with the nearest of the candidates, or all of
 * them when none is near; returns the exit status of a bad command line. */
int ds_unknown_name(const char *what, const char *name, const char *const *candidates,
                    size_t count);
/* The index of the strategy called `name`; without one it complains and
 * returns the number of strategies. */
size_t ds_find_strategy(const ds_scenario *scenario, const char *name);

/* ---- Options --------------------------------------------------------------*/
/* Numbers of options: the whole word, in range, or false. */
bool ds_parse_whole(const char *text, uint64_t least, uint64_t most, uint64_t *out);
/* "0.7" or "70%": more than 0, less than 1; anything else ends the program likewise. */
double ds_parse_share(struct argp_state *state, const char *option, const char *text);
/* Index of a word in a NULL-terminated list; a word that is not in it ends the
 * program with a message about the option. */
int  ds_parse_choice(struct argp_state *state, const char *option, const char *text,
                     const char *const *choices);

/* A target of --until, for one strategy or for all of them: `out` has room for as many.
 * 0, or the exit status after a message. */
int  ds_parse_target(const ds_scenario *scenario, const char *text, ds_target *out,
                     size_t *count);
/* "512M", "8G", or bytes. */
bool ds_parse_bytes(const char *text, uint64_t *out);

/* --group NAME=POINTER[,POINTER...] and --input POINTER; a mistake ends the program. */
typedef struct {
    ds_input_group *groups;
    size_t          count;
} ds_group_list;
void ds_group_list_add(struct argp_state *state, ds_group_list *list, const char *argument);
void ds_group_list_add_input(struct argp_state *state, ds_group_list *list, const char *argument);
void ds_group_list_release(ds_group_list *list);

/* The name of a directory, or of a file, that is to be written; an empty one ends the program
 * likewise, and one that cannot be written to with the status of that, before any work. */
const char *ds_parse_file(struct argp_state *state, const char *option, const char *text);
const char *ds_parse_directory(struct argp_state *state, const char *option, const char *text);

/* Options of every command that simulates; a child parser. */
enum { DS_COMMON_OTHERS = 63 };
typedef struct {
    const char  *scenario_path;
    bool         without_scenario; /* a command that was given --data needs none       */
    bool         several; /* further scenarios may follow the first */
    const char  *others[DS_COMMON_OTHERS];
    size_t       other_count;
    ds_override *overrides; /* the pointers are copies; values point into argv */
    size_t       override_count;
    bool         paths_given, seed_given;
    bool         samples;    /* paths belong to the sampling: also set in the scenario */
    const char  *paths_text;
    uint64_t     paths, seed;
    unsigned     threads;
} ds_common;
extern const struct argp ds_common_argp;
/* The whole command line of a command with one child; exits on --help (0) and
 * on a mistake (2). */
void ds_parse(const struct argp *argp, int argc, char **argv, void *options);
void ds_common_release(ds_common *common);
/* Loads a scenario as it is written; reports every problem and warning.  0, or the exit
 * status. */
int  ds_common_load(const ds_common *common, ds_scenario **scenario);

/* A scenario as it is simulated: every term that a strategy wants optimised has its best
 * value. */
typedef struct {
    ds_scenario  *scenario;
    ds_plan      *plan;
    ds_optimised *found; /* NULL when there was nothing to find */
} ds_loaded;
/* Loads and compiles; problems are reported.  0, or the exit status; in either case
 * ds_loaded_release() is owed, as for {0}. */
int  ds_loaded_open(ds_loaded *loaded, const ds_common *common);
/* Gives open terms their best values.  0, or the exit status. */
int  ds_loaded_find_terms(ds_loaded *loaded, const ds_common *common, bool quiet);
void ds_loaded_release(ds_loaded *loaded);

/* ---- Signals and progress ------------------------------------------------ */
/* Number of the signal that asked the program to stop, or 0. */
extern volatile sig_atomic_t ds_stop_signal;

typedef struct {
    bool        shown;        /* standard error is a terminal, and not --quiet   */
    ds_style    style;
    double      started, drawn; /* [s] of the monotonic clock                    */
    uint64_t    done, total;  /* [paths] when last told                          */
    const char *label;        /* put before the figures, e.g. "point 3 of 20"    */
    double      share_before; /* of the work, done before this run [1]           */
    double      share_here;   /* of the work, that this run is [1]               */
} ds_progress;

void   ds_progress_begin(ds_progress *progress, bool quiet);
/* The keep_going() of ds_run_options; context is the ds_progress. */
bool   ds_progress_tell(void *context, uint64_t done, uint64_t total, double se_usd);
void   ds_progress_end(ds_progress *progress);
double ds_seconds(void);
/* After DS_E_CANCELLED: says what was lost; returns the exit status. */
int    ds_report_cancelled(const ds_progress *progress, const char *lost);
/* How a study ended, whose paths are lost when it was cancelled: 0, or the exit status after
 * a message. */
int    ds_report_end(const ds_progress *progress, const ds_error *error);

/* ---- Answers ------------------------------------------------------------- */
typedef enum { DS_FORMAT_TABLE, DS_FORMAT_JSON, DS_FORMAT_CSV } ds_format;
typedef struct {
    ds_format   format;
    const char *directory; /* of --out, or NULL                                     */
    bool        quiet;
} ds_answer;
/* Child parsers of a command that simulates and answers: inputs are a ds_common and a
 * ds_answer. */
extern const struct argp_child ds_answer_children[];
/* A run as options and scenario (or NULL) say, told to the progress; path_count 0: as the
 * scenario or the study says. */
ds_run_options ds_common_run(const ds_common *common, const ds_scenario *scenario,
                             ds_progress *progress);

#endif
