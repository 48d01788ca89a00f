/* suggest.c -- "did you mean": the nearest of a few names.  See cli.h.
 *
 * Distance: insertions, deletions, substitutions and swaps of neighbours
 * (Damerau 1964, in its restricted form).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cli/cli.h"

enum { NAME_MOST = 64 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t distance(const char *a, const char *b)
{
    size_t rows[3][NAME_MOST + 1], m = strlen(a), n = strlen(b);

    if (m > NAME_MOST || n > NAME_MOST)
        return NAME_MOST;
    for (size_t j = 0; j <= n; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= m; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            row[j] = least(least(above[j], row[j - 1]) + 1,
                           above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
    }
    return rows[m % 3][n];
}

int ds_unknown_name(const char *what, const char *name, const char *const *candidates,
                    size_t count)
{
    size_t best = count, best_distance = strlen(name) / 3 + 2;
    for (size_t i = 0; i < count; i++) {
        size_t d = strncmp(candidates[i], name, strlen(name)) == 0 && name[0] != '\0'
                       ? 1 : distance(name, candidates[i]);
        if (d < best_distance) {
            best = i;
            best_distance = d;
        }
    }
    if (best < count) {
        ds_message("unknown %s '%s'; did you mean '%s'?", what, name, candidates[best]);
        return ds_code_exit_status(DS_E_USAGE);
    }
    char list[1024] = "";
    for (size_t i = 0, used = 0; i < count && used + strlen(candidates[i]) + 8 < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "",
                                 candidates[i]);
    ds_message("unknown %s '%s'; there are: %s", what, name, list);
    return ds_code_exit_status(DS_E_USAGE);
}

size_t ds_find_strategy(const ds_scenario *scenario, const char *name)
{
    enum { SHOWN = 64 };
    const char *names[SHOWN];
    size_t      count = ds_scenario_strategy_count(scenario);

    for (size_t i = 0; i < count; i++) {
        const char *candidate = ds_scenario_strategy_name(scenario, i);
        if (strcmp(candidate, name) == 0)
            return i;
        if (i < SHOWN)
            names[i] = candidate;
    }
    ds_unknown_name("strategy", name, names, count < SHOWN ? count : SHOWN);
    return count;
}
