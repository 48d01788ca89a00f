/* main.c -- the program: one table of subcommands.
 *
 * Results go to standard output, messages to standard error.  Exit status: the
 * code list of distillsim.h.  Only main() changes process-wide state: locale,
 * signals, the error handler of GSL, the exit status of argp.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <gsl/gsl_errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

static int cmd_help(int argc, char **argv);

static const ds_command commands[] = {
    { "run", ds_cmd_run, "simulate a scenario" },
    { "sweep", ds_cmd_sweep, "simulate a scenario over a grid of values" },
    { "choice", ds_cmd_choice, "say which strategy is best, and how sure that is" },
    { "commit", ds_cmd_commit, "find the terms at which a strategy costs least" },
    { "breakeven", ds_cmd_breakeven, "find the value at which two strategies tie" },
    { "timing", ds_cmd_timing, "find when to start distilling" },
    { "sensitivity", ds_cmd_sensitivity, "say what drives the answer" },
    { "discover", ds_cmd_discover, "find in which part of what may come a strategy fails" },
    { "information", ds_cmd_information, "say what is worth finding out before choosing" },
    { "profile", ds_cmd_profile, "fit a profile to measured speeds, or show one" },
    { "plot", ds_cmd_plot, "draw the results of other commands" },
    { "explain", ds_cmd_explain, "print the ledger of one future" },
    { "check", ds_cmd_check, "check scenario files" },
    { "schema", ds_cmd_schema, "print the JSON Schema of a scenario" },
    { "selftest", ds_cmd_selftest, "check the program against known values" },
    { "version", ds_cmd_version, "print the version" },
    { "help", cmd_help, "print help for a command" },
};
enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static void print_usage(FILE *file)
{
    fputs("Should we distil a smaller model: for which products, when, and how sure are we?\n\n"
          "Usage: distillsim COMMAND [OPTION...] [FILE...]\n\nCommands:\n", file);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(file, "  %-11s %s\n", commands[i].name, commands[i].summary);
    fputs("\n`distillsim help COMMAND' prints the options of a command,\n"
          "`distillsim help outcomes' the figures that a run gives.\n", file);
}

static void print_outcomes(void)
{
    ds_style style = ds_style_of(stdout);
    for (size_t i = 0; i < ds_outcome_count(); i++) {
        const ds_outcome_info *outcome = ds_outcome_at(i);
        char text[512];
        snprintf(text, sizeof text, "%s [%s]%s%s%s", outcome->name, outcome->unit,
                 outcome->undefined != NULL ? ", or " : "",
                 outcome->undefined != NULL ? outcome->undefined : "", ":");
        ds_text_wrap(stdout, text, style.width, 4, 0);
        fputs("    ", stdout);
        ds_text_wrap(stdout, outcome->help, style.width, 4, 4);
    }
}

static int dispatch(const char *name, int argc, char **argv)
{
    const char *names[COMMAND_COUNT];
    char        full_name[64];

    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        names[i] = commands[i].name;
        if (strcmp(name, commands[i].name) != 0)
            continue;
        /* argp prints argv[0] in usage lines and errors */
        snprintf(full_name, sizeof full_name, "distillsim %s", name);
        argv[0] = full_name;
        return commands[i].run(argc, argv);
    }
    return ds_unknown_name("command", name, names, COMMAND_COUNT);
}

static int cmd_help(int argc, char **argv)
{
    char  help[] = "--help";
    char *arguments[] = { argv[0], help, NULL };
    char *nested[] = { argv[0], argc == 3 ? argv[2] : NULL, help, NULL }; /* profile fit */

    if (argc == 2 && strcmp(argv[1], "outcomes") == 0) {
        print_outcomes();
        return 0;
    }
    if (argc == 3 && strcmp(argv[1], "profile") == 0)
        return dispatch(argv[1], 3, nested);
    if (argc > 2) {
        ds_message("help: one command only, not also '%s'", argv[2]);
        return ds_code_exit_status(DS_E_USAGE);
    }
    if (argc == 2 && strcmp(argv[1], "help") != 0 && strcmp(argv[1], "--help") != 0)
        return dispatch(argv[1], 2, arguments);
    print_usage(stdout);
    return 0;
}

static void on_stop(int number)
{
    ds_stop_signal = number;
}

/* The first signal asks the run to end; a second one ends the program.  A pipe
 * whose reader has gone is an error of write(), told once at the end. */
static void install_handlers(void)
{
    static const int stops[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction action = { .sa_flags = (int)SA_RESETHAND }, old;

    action.sa_handler = on_stop;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++)
        if (sigaction(stops[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(stops[i], &action, NULL);
    action = (struct sigaction){ 0 };
    action.sa_handler = SIG_IGN;
    sigemptyset(&action.sa_mask);
    sigaction(SIGPIPE, &action, NULL);
}

/* A closed standard stream would be given to the next file that is opened. */
static void hold_standard_streams(void)
{
    for (int descriptor = 0; descriptor <= 2; descriptor++)
        if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF) {
            int held = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY);
            if (held != descriptor && held >= 0)
                close(held);
        }
}

/* Has the reader of our output gone, as `head` does? */
static bool reader_is_gone(void)
{
    struct pollfd output = { .fd = STDOUT_FILENO, .events = POLLOUT };
    return poll(&output, 1, 0) > 0 && (output.revents & (POLLERR | POLLHUP)) != 0;
}

/* The last thing of every way out, argp's included: was everything written? */
static void close_output(void)
{
    errno = 0;
    bool failed = fflush(stdout) != 0 || ferror(stdout);
    int  reason = errno;

    if (!failed)
        return;
    if (reason == EPIPE || reader_is_gone()) /* whoever reads has enough */
        return;
    if (reason == 0) { /* an earlier write failed: why? */
        clearerr(stdout);
        putchar('\n');
        reason = fflush(stdout) != 0 ? errno : 0;
    }
    ds_message("cannot write to standard output: %s",
               strerror(reason != 0 ? reason : EIO));
    _exit(ds_code_exit_status(DS_E_IO));
}

int main(int argc, char **argv)
{
    hold_standard_streams();
    setlocale(LC_CTYPE, "");
    gsl_set_error_handler_off();
    argp_err_exit_status = ds_code_exit_status(DS_E_USAGE);
    install_handlers();
    if (atexit(close_output) != 0)
        return ds_code_exit_status(DS_E_NOMEM);

    const char *name = argc > 1 ? argv[1] : NULL;
    if (name == NULL) {
        print_usage(stderr);
        return ds_code_exit_status(DS_E_USAGE);
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "-?") == 0)
        name = "help";
    else if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        name = "version";
    return dispatch(name, argc - 1, argv + 1);
}
