/* message.c -- what the program says on standard error, and how streams want to
 * be written to.  See cli.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <langinfo.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"

enum { MESSAGE_TEXT = 2048, WIDTH_DEFAULT = 80, WIDTH_LEAST = 40, WIDTH_MOST = 500 };

static bool locale_is_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static size_t terminal_width(int descriptor)
{
    const char    *columns = getenv("COLUMNS");
    struct winsize size;
    uint64_t       width = 0;

    if (columns == NULL || !ds_parse_whole(columns, 1, UINT16_MAX, &width)) {
        width = WIDTH_DEFAULT;
        if (isatty(descriptor) && ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
            width = size.ws_col;
    }
    return width < WIDTH_LEAST ? WIDTH_LEAST : width > WIDTH_MOST ? WIDTH_MOST : (size_t)width;
}

ds_style ds_style_of(FILE *stream)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    int         descriptor = fileno(stream);
    bool        plain = (no_color != NULL && no_color[0] != '\0') || term == NULL ||
                 strcmp(term, "dumb") == 0;
    return (ds_style){ .utf8 = locale_is_utf8(),
                       .colour = !plain && isatty(descriptor),
                       .width = terminal_width(descriptor) };
}

void ds_message(const char *format, ...)
{
    char    raw[MESSAGE_TEXT], clean[MESSAGE_TEXT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);
    ds_text_clean(raw, locale_is_utf8(), clean, sizeof clean);
    fprintf(stderr, "distillsim: %s\n", clean);
}

void ds_print_problem(FILE *file, const ds_error *problem)
{
    char     raw[MESSAGE_TEXT], clean[MESSAGE_TEXT];
    int      used = 0;
    ds_style style = ds_style_of(file);

    if (problem->file[0] != '\0' && problem->line > 0)
        used = snprintf(raw, sizeof raw, "%s:%d:%d: ", problem->file, problem->line,
                        problem->column);
    else if (problem->file[0] != '\0')
        used = snprintf(raw, sizeof raw, "%s: ", problem->file);
    if (problem->pointer[0] != '\0')
        used += snprintf(raw + used, sizeof raw - (size_t)used, "%s: ", problem->pointer);
    snprintf(raw + used, sizeof raw - (size_t)used, "%s%s", problem->warning ? "warning: " : "",
             problem->message[0] != '\0' ? problem->message : ds_code_text(problem->code));
    ds_text_clean(raw, style.utf8, clean, sizeof clean);
    fprintf(file, "%s\n", clean);
}

int ds_report_error(const ds_error *error)
{
    if (error->file[0] == '\0' || error->line <= 0) /* else as compilers do */
        fputs("distillsim: ", stderr);
    ds_print_problem(stderr, error);
    return ds_code_exit_status(error->code);
}
