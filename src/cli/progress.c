/* progress.c -- a line on standard error while paths are simulated, and the stop
 * on a signal.  See cli.h.
 *
 * The line is drawn on a terminal only, at most ten times a second, no wider
 * than the terminal, and is gone at the end.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "output/number.h"

volatile sig_atomic_t ds_stop_signal = 0;

static const double redraw_seconds = 0.1;

double ds_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void ds_progress_begin(ds_progress *progress, bool quiet)
{
    const char *term = getenv("TERM");
    *progress = (ds_progress){ .style = ds_style_of(stderr), .label = "", .share_here = 1 };
    progress->shown = !quiet && isatty(STDERR_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
    progress->started = ds_seconds();
    progress->drawn = progress->started; /* a run that ends at once shows nothing */
}

static void duration(double seconds, char *out, size_t size)
{
    if (!isfinite(seconds) || seconds > 86400 * 99.0)
        snprintf(out, size, "?");
    else if (seconds >= 3600)
        snprintf(out, size, "%d:%02d h", (int)(seconds / 3600), (int)(seconds / 60) % 60);
    else
        snprintf(out, size, "%d:%02d", (int)(seconds / 60), (int)seconds % 60);
}

/* A rate or an amount in two digits, "1.2 M". */
static void two_digits(double value, char out[DS_HUMAN_TEXT])
{
    ds_scale scale = ds_scale_of_money(value);
    char     text[DS_HUMAN_TEXT];
    ds_human_value((ds_estimate){ value, value / 20 }, scale, text);
    snprintf(out, DS_HUMAN_TEXT, "%.24s%s%s", text, scale.suffix[0] != '\0' ? " " : "",
             scale.suffix);
}

static void draw(const ds_progress *progress, double now, double se_usd)
{
    char   line[512], clean[512], left[32], number[DS_HUMAN_TEXT];
    double here = progress->total > 0 ? (double)progress->done / (double)progress->total : 0;
    double share = progress->share_before + progress->share_here * here;
    double elapsed = now - progress->started;
    int    used;

    duration(share > 0 ? elapsed * (1 - share) / share : (double)INFINITY, left, sizeof left);
    used = snprintf(line, sizeof line, "%3.0f %%  %s%" PRIu64 " of %" PRIu64 " paths",
                    100 * share, progress->label, progress->done, progress->total);
    if (progress->share_here >= 1) { /* of a sweep, points say more */
        two_digits((double)progress->done / elapsed, number);
        used += snprintf(line + used, sizeof line - (size_t)used, "  %s/s", number);
    }
    used += snprintf(line + used, sizeof line - (size_t)used, "  %s left", left);
    if (isfinite(se_usd) && se_usd > 0) {
        two_digits(se_usd, number);
        snprintf(line + used, sizeof line - (size_t)used, "  saving %s USD %s",
                 progress->style.utf8 ? "\xC2\xB1" : "+/-", number);
    }
    ds_text_clean(line, progress->style.utf8, clean, sizeof clean);
    ds_text_fit(clean, progress->style.width - 1, progress->style.utf8);
    fprintf(stderr, "\r\033[K%s", clean);
    fflush(stderr);
}

bool ds_progress_tell(void *context, uint64_t done, uint64_t total, double se_usd)
{
    ds_progress *progress = context;
    progress->done = done;
    progress->total = total;
    double now = ds_seconds();
    if (progress->shown && now - progress->drawn >= redraw_seconds) {
        draw(progress, now, se_usd);
        progress->drawn = now;
    }
    return ds_stop_signal == 0;
}

void ds_progress_end(ds_progress *progress)
{
    if (progress->shown) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
    progress->shown = false;
}

int ds_report_cancelled(const ds_progress *progress, const char *lost)
{
    const char *by = ds_stop_signal == SIGTERM  ? "SIGTERM"
                     : ds_stop_signal == SIGHUP ? "SIGHUP"
                                                : "an interrupt";
    ds_message("stopped by %s after %" PRIu64 " of %" PRIu64 " paths; %s", by, progress->done,
               progress->total, lost);
    return ds_code_exit_status(DS_E_CANCELLED);
}

int ds_report_end(const ds_progress *progress, const ds_error *error)
{
    if (error->code == DS_OK)
        return 0;
    if (error->code == DS_E_CANCELLED)
        return ds_report_cancelled(progress, "they are lost, nothing was written");
    return ds_report_error(error);
}
