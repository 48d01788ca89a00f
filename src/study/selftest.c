/* selftest.c -- see selftest.h: goes through the tables and judges.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/selftest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/load.h"

/* |z| above it is a miss: were the seed new, a correct line would fail once in 16,000. */
static const double z_most = 4;

/* What a visit of the tables carries along; the result of a scenario is kept for the rows
 * after it, which often are about the same. */
typedef struct {
    double         wrong;
    ds_selftest_fn tell;
    void          *context;
    const char    *scenario;
    ds_result     *result;
    ds_error      *err;
} visit;

static const struct {
    const ds_selftest_group *groups;
    const size_t            *count;
} lists[] = {
    { ds_selftest_values, &ds_selftest_values_count },
    { ds_selftest_samples, &ds_selftest_samples_count },
    { ds_selftest_options, &ds_selftest_options_count },
    { ds_selftest_simulated, &ds_selftest_simulated_count },
    { ds_selftest_decisions, &ds_selftest_decisions_count },
};
enum { LISTS = sizeof lists / sizeof *lists };

const char *ds_selftest_group_name(size_t index)
{
    for (size_t i = 0; i < LISTS; i++) {
        if (index < *lists[i].count)
            return lists[i].groups[index].name;
        index -= *lists[i].count;
    }
    return NULL;
}

static double altered(double expected, double wrong)
{
    return expected + (expected == 0 ? wrong : expected * wrong);
}

/* Decimal digits that agree, 17 when all bits do. */
static double digits_agreed(double expected, double got)
{
    double scale = expected == 0 ? 1 : fabs(expected);
    double error = fabs(got - expected) / scale;
    if (got == expected)
        return 17;
    return isfinite(error) ? fmin(17, fmax(0, -log10(error))) : 0;
}

static ds_code tell_line(const visit *v, const ds_selftest_line *line)
{
    return v->tell(v->context, line) ? DS_OK : DS_E_CANCELLED;
}

static ds_code visit_value(const visit *v, const char *group, const ds_selftest_value *row)
{
    ds_selftest_line line = {
        .group = group, .what = row->what, .source = row->source,
        .expected = altered(row->expected, v->wrong), .got = row->got(row->a),
        .se = (double)NAN, .z = (double)NAN,
    };
    double scale = line.expected == 0 ? 1 : fabs(line.expected);
    line.digits = digits_agreed(line.expected, line.got);
    line.passed = fabs(line.got - line.expected) <= row->tolerance * scale;
    return tell_line(v, &line);
}

/* By its own standard error, which must be small. */
static void judge(ds_selftest_line *line, ds_estimate e, double se_most)
{
    line->got = e.value;
    line->se = e.se;
    line->z = (e.value - line->expected) / e.se;
    line->digits = digits_agreed(line->expected, line->got);
    line->passed = e.se > 0 && e.se <= se_most * fabs(line->expected) && fabs(line->z) <= z_most;
}

static ds_estimate statistic_of(const ds_result *result, const char *name)
{
    ds_statistics s = ds_result_statistics(result, 0, ds_outcome_find("cost_total_usd"));
    if (strcmp(name, "mean") == 0)
        return s.mean;
    if (strcmp(name, "sd") == 0)
        return s.sd;
    if (strcmp(name, "cvar") == 0)
        return s.cvar;
    for (size_t i = 0; i < DS_QUANTILE_COUNT; i++)
        if (strcmp(name, ds_quantile_names[i]) == 0)
            return s.quantiles[i];
    return (ds_estimate){ (double)NAN, (double)NAN };
}

ds_code ds_selftest_scenario(const char *text, ds_scenario **out, ds_error *err)
{
    size_t length = strlen(text);
    char  *json = malloc(length + 1);

    if (json == NULL)
        return DS_E_NOMEM;
    for (size_t i = 0; i <= length; i++)
        json[i] = (char)(text[i] == '\'' ? '"' : text[i]);
    ds_code code = ds_scenario_parse(json, length, "selftest", NULL, 0, 0, NULL, NULL, out, err);
    free(json);
    return code;
}

static ds_code simulate(visit *v, const char *text)
{
    const ds_run_options run = { .path_count = DS_SELFTEST_PATHS, .seed = DS_SELFTEST_SEED,
                                 .engine = DS_ENGINE_FAST };
    ds_scenario *scenario = NULL;
    ds_plan     *plan = NULL;

    ds_result_free(v->result);
    v->result = NULL;
    ds_code code = ds_selftest_scenario(text, &scenario, v->err);
    if (code == DS_OK)
        code = ds_plan_compile(scenario, &plan, v->err);
    if (code == DS_OK)
        code = ds_run(plan, &run, &v->result, v->err);
    v->scenario = code == DS_OK ? text : NULL;
    ds_plan_free(plan);
    ds_scenario_free(scenario);
    return code;
}

static ds_code visit_statistic(visit *v, const char *group, const ds_selftest_statistic *row)
{
    if (v->scenario != row->scenario) {
        ds_code code = simulate(v, row->scenario);
        if (code != DS_OK)
            return code;
    }
    ds_selftest_line line = {
        .group = group, .what = row->what, .source = row->source,
        .expected = altered(row->expected, v->wrong),
    };
    judge(&line, statistic_of(v->result, row->statistic), row->se_most);
    return tell_line(v, &line);
}

static ds_code visit_estimate(const visit *v, const char *group, const ds_selftest_estimate *row)
{
    ds_selftest_line line = {
        .group = group, .what = row->what, .source = row->source,
        .expected = altered(row->expected, v->wrong),
    };
    judge(&line, row->got(row->a), row->se_most);
    return tell_line(v, &line);
}

static ds_code visit_groups(visit *v, const char *wanted, const ds_selftest_group *groups,
                            size_t count)
{
    ds_code code = DS_OK;
    for (size_t g = 0; g < count; g++) {
        if (wanted != NULL && strcmp(wanted, groups[g].name) != 0)
            continue;
        for (size_t i = 0; i < groups[g].value_count && code == DS_OK; i++)
            code = visit_value(v, groups[g].name, &groups[g].values[i]);
        for (size_t i = 0; i < groups[g].statistic_count && code == DS_OK; i++)
            code = visit_statistic(v, groups[g].name, &groups[g].statistics[i]);
        for (size_t i = 0; i < groups[g].estimate_count && code == DS_OK; i++)
            code = visit_estimate(v, groups[g].name, &groups[g].estimates[i]);
    }
    return code;
}

ds_code ds_selftest_run_wrong(const char *group, double wrong, ds_selftest_fn tell, void *context,
                              ds_error *err)
{
    ds_error ignored = { 0 };
    visit    v = { .wrong = wrong, .tell = tell, .context = context,
                   .err = err != NULL ? err : &ignored };
    size_t   known = 0;

    for (size_t i = 0; group != NULL && ds_selftest_group_name(i) != NULL; i++)
        known += strcmp(group, ds_selftest_group_name(i)) == 0;
    if (group != NULL && known == 0) {
        v.err->code = DS_E_USAGE;
        snprintf(v.err->message, sizeof v.err->message, "no group '%s'", group);
        return DS_E_USAGE;
    }
    ds_code code = DS_OK;
    for (size_t i = 0; code == DS_OK && i < LISTS; i++)
        code = visit_groups(&v, group, lists[i].groups, *lists[i].count);
    ds_result_free(v.result);
    return code;
}

ds_code ds_selftest_run(const char *group, ds_selftest_fn tell, void *context, ds_error *err)
{
    return ds_selftest_run_wrong(group, 0, tell, context, err);
}
