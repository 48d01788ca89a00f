/* gnuplot.c -- runs gnuplot on a script, see plot.h.
 *
 * gnuplot draws into a pipe that is copied here, because it does not say when a
 * disk is full.  It reads no settings of the user (-d).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "output/file.h"
#include "output/plot.h"

extern char **environ;

/* Starts gnuplot with its output in descriptor `out` and its messages in
 * `messages`; 0 or an errno. */
static int start(const char *script, int out, int messages, pid_t *pid)
{
    char  name[] = "gnuplot", plain[] = "-d", execute[] = "-e", flag[] = "to_stdout = 1";
    char *path = strdup(script);
    char *arguments[] = { name, plain, execute, flag, path, NULL };
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t          attributes;
    sigset_t                   defaults;

    if (path == NULL)
        return ENOMEM;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, messages, STDERR_FILENO);
    /* We ignore SIGPIPE, which it would inherit. */
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    int reason = posix_spawnp(pid, name, &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    free(path);
    return reason;
}

/* Copies everything; the number of bytes. */
static size_t copy(int from, FILE *to)
{
    char   buffer[1 << 16];
    size_t total = 0;
    for (;;) {
        ssize_t count = read(from, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return total;
        total += fwrite(buffer, 1, (size_t)count, to);
        if (ferror(to))
            return total;
    }
}

/* The first line of what gnuplot said that says something. */
static void first_message(FILE *messages, char *out, size_t size)
{
    char line[512];
    snprintf(out, size, "no message");
    rewind(messages);
    while (fgets(line, sizeof line, messages) != NULL) {
        size_t start_of_text = strspn(line, " \t^\n");
        line[strcspn(line, "\n")] = '\0';
        if (start_of_text < strlen(line)) {
            snprintf(out, size, "%.300s", line + start_of_text);
            if (strstr(line, "line ") != NULL) /* the one with the reason */
                return;
        }
    }
}

static ds_code wait_for(pid_t pid, size_t bytes, const char *script, FILE *messages, ds_error *err)
{
    int  status;
    char said[320];
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && bytes > 0)
        return DS_OK;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return ds_output_fail(err, DS_E_IO, script, "cannot run gnuplot; the script is complete");
    first_message(messages, said, sizeof said);
    return ds_output_fail(err, DS_E_IO, script, "gnuplot failed: %s", said);
}

ds_code ds_gnuplot(const char *script, const char *picture, ds_error *err)
{
    ds_file file;
    int     ends[2];
    pid_t   pid;
    char   *path = script[0] == '/' ? strdup(script) : ds_path_join(".", script);
    FILE   *messages = tmpfile();
    ds_code code = ds_file_open(&file, picture, err);

    if (code == DS_OK && (path == NULL || messages == NULL || pipe(ends) != 0)) {
        code = ds_output_fail(err, DS_E_IO, picture, "cannot prepare to run gnuplot: %s",
                              strerror(errno));
        ds_file_abandon(&file);
    } else if (code == DS_OK) {
        fcntl(ends[0], F_SETFD, FD_CLOEXEC);
        fcntl(ends[1], F_SETFD, FD_CLOEXEC);
        int reason = start(path, ends[1], fileno(messages), &pid);
        close(ends[1]);
        if (reason != 0) {
            code = reason == ENOENT
                       ? ds_output_fail(err, DS_E_IO, script,
                                        "gnuplot is not installed (Debian: gnuplot-nox); the "
                                        "script is complete")
                       : ds_output_fail(err, DS_E_IO, script, "cannot run gnuplot: %s",
                                        strerror(reason));
        }
        size_t bytes = reason == 0 ? copy(ends[0], file.stream) : 0;
        bool   full = ferror(file.stream) != 0;
        close(ends[0]); /* a gnuplot that still writes ends by SIGPIPE */
        if (reason == 0)
            code = wait_for(pid, bytes, script, messages, err);
        if (code == DS_OK || full)
            code = ds_file_commit(&file, err);
        else
            ds_file_abandon(&file);
    }
    if (messages != NULL)
        fclose(messages);
    free(path);
    return code;
}
