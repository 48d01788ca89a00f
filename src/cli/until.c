/* until.c -- the option --until of `run`: [STRATEGY/]OUTCOME:STATISTIC=TOLERANCE.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

enum { NAME_MOST = 128 };

static int bad(const char *text, const char *why)
{
    ds_message("--until: '%s' %s", text, why);
    return ds_code_exit_status(DS_E_USAGE);
}

/* "1000", "0.5" or "1%"; false when it is none, or not above 0. */
static bool tolerance_of(const char *text, double *tolerance, bool *relative)
{
    char *end;

    if (strchr("0123456789.", text[0]) == NULL || text[0] == '\0')
        return false; /* strtod() would take "inf", "-1" and " 1" */
    double value = strtod(text, &end);
    *relative = strcmp(end, "%") == 0;
    *tolerance = *relative ? value / 100 : value;
    return end != text && (*end == '\0' || *relative) && value > 0 && isfinite(value);
}

static int unknown_outcome(const char *name)
{
    enum { SHOWN = 128 };
    const char *known[SHOWN];
    size_t      count = 0;
    for (; count < ds_outcome_count() && count < SHOWN; count++)
        known[count] = ds_outcome_at(count)->name;
    return ds_unknown_name("outcome", name, known, count);
}

/* The name that is known, or NULL. */
static const char *statistic_of(const char *name)
{
    size_t i = 0;
    while (ds_statistic_name(i) != NULL && strcmp(ds_statistic_name(i), name) != 0)
        i++;
    return ds_statistic_name(i);
}

static int unknown_statistic(const char *name)
{
    enum { SHOWN = 32 };
    const char *known[SHOWN];
    size_t      count = 0;
    for (; count < SHOWN && ds_statistic_name(count) != NULL; count++)
        known[count] = ds_statistic_name(count);
    return ds_unknown_name("statistic", name, known, count);
}

int ds_parse_target(const ds_scenario *scenario, const char *text, ds_target *out, size_t *count)
{
    const char *equals = strrchr(text, '='), *colon = strrchr(text, ':');
    size_t      strategies = ds_scenario_strategy_count(scenario), from = 0, to = strategies;
    char        names[NAME_MOST], statistic[NAME_MOST];
    ds_target   target = { 0 };

    if (equals == NULL || colon == NULL || colon > equals || colon - text >= NAME_MOST ||
        equals - colon >= NAME_MOST)
        return bad(text, "is not of the form [STRATEGY/]OUTCOME:STATISTIC=TOLERANCE");
    if (!tolerance_of(equals + 1, &target.tolerance, &target.relative))
        return bad(text, "has no tolerance above 0, such as 1000 or 1%");
    snprintf(names, sizeof names, "%.*s", (int)(colon - text), text);
    snprintf(statistic, sizeof statistic, "%.*s", (int)(equals - colon - 1), colon + 1);
    char *slash = strrchr(names, '/');
    if (slash != NULL) {
        *slash = '\0';
        from = ds_find_strategy(scenario, names);
        if (from == strategies)
            return ds_code_exit_status(DS_E_USAGE);
        to = from + 1;
    }
    const char *outcome = slash != NULL ? slash + 1 : names;
    target.outcome = ds_outcome_find(outcome);
    if (target.outcome >= ds_outcome_count())
        return unknown_outcome(outcome);
    target.statistic = statistic_of(statistic);
    if (target.statistic == NULL)
        return unknown_statistic(statistic);
    *count = 0;
    for (target.strategy = from; target.strategy < to; target.strategy++)
        out[(*count)++] = target;
    return 0;
}

bool ds_parse_bytes(const char *text, uint64_t *out)
{
    char  *end;
    double scale = 1;

    if (text[0] < '0' || text[0] > '9')
        return false;
    double value = strtod(text, &end);
    switch (*end) {
    case 'K': scale = 1024; end++; break;
    case 'M': scale = 1048576; end++; break;
    case 'G': scale = 1073741824; end++; break;
    default: break;
    }
    if (*end != '\0' || !(value * scale >= 1) || value * scale > 9e15)
        return false;
    *out = (uint64_t)(value * scale);
    return true;
}
