/* sensitivity_outputs.c -- the outcome that is explained, on every path of a run.
 *
 * Called by the methods of sensitivity.  The scenario is run with no more in it than the
 * outcome needs: the strategy and the baseline, one outcome, no months.  Random numbers are
 * named by seed, input and path, so that leaving out changes none.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/design_run.h"
#include "engine/result.h"
#include "model/kernel.h"
#include "numerics/sort.h"
#include "numerics/statistics.h"
#include "scenario/error.h"
#include "scenario/scenario.h"
#include "scenario/tree.h"
#include "study/sensitivity.h"

enum { DECISION_PATHS = 16384, LEAST_ASKED = 16, POINTER_TEXT = 600 };

static const char in_strategies[] = "/strategies/";

static ds_code no_memory(ds_error *err)
{
    return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
}

/* ---- Progress --------------------------------------------------------------------- */

static bool tell(void *context, uint64_t done, uint64_t total, double se)
{
    const ds_sensitivity_job *job = context;
    const ds_run_options *run = &job->options->run;

    (void)total;
    (void)se;
    return run->keep_going == NULL ||
           run->keep_going(run->context, job->done + done,
                           job->total > job->done + done ? job->total : job->done + done,
                           (double)NAN);
}

/* ---- The strategy and the scenario ------------------------------------------------- */

/* The one that is recommended; where that is the baseline, the best of the others. */
static ds_code recommend(ds_sensitivity_job *job, ds_error *err)
{
    const size_t cost = ds_outcome_find("cost_npv_usd"), count = job->base->strategies.count;
    ds_plan *plan = NULL;
    ds_result *result = NULL;
    ds_run_options run = job->run;

    run.path_count = ds_scenario_paths_up_to(job->base, DECISION_PATHS);
    ds_code code = ds_plan_compile(job->base, &plan, err);
    if (code == DS_OK)
        code = ds_run(plan, &run, &result, err);
    if (code == DS_OK) {
        job->strategy = ds_result_decision(result).best;
        double least = (double)INFINITY;
        for (size_t s = 1; job->strategy == 0 && count > 1 && s < count; s++) {
            const double mean = ds_result_statistics(result, s, cost).mean.value;
            if (mean < least) {
                least = mean;
                job->summary.explained_by = s;
            }
        }
        if (job->strategy == 0 && count > 1)
            job->strategy = job->summary.explained_by > 0 ? job->summary.explained_by : 1;
        job->summary.explained_by = 0;
    }
    ds_result_free(result);
    ds_plan_free(plan);
    return code;
}

/* May strategies be left out?  Not when a correlation names one. */
static bool can_be_alone(const ds_scenario *s)
{
    for (size_t i = 0; i < s->correlations.count; i++)
        for (size_t end = 0; end < 2; end++)
            if (strncmp(DS_ITEM(ds_correlation, s->correlations, i).pointer[end], in_strategies,
                        sizeof in_strategies - 1) == 0)
                return false;
    return true;
}

static ds_code leave_out(ds_sensitivity_job *job, const char *outcome, ds_error *err)
{
    const size_t count = job->base->strategies.count;
    ds_override *list = calloc(count + 5, sizeof *list);
    char (*pointer)[POINTER_TEXT] = calloc(count, sizeof *pointer), wanted[128];
    size_t used = 0;

    if (list == NULL || pointer == NULL) {
        free(list);
        free(pointer);
        return no_memory(err);
    }
    snprintf(wanted, sizeof wanted, "[\"%s\"]", outcome);
    list[used++] = (ds_override){ "/run/outcomes", wanted };
    list[used++] = (ds_override){ "/run/monthly", "false" };
    list[used++] = (ds_override){ "/run/outer", "0" };
    list[used++] = (ds_override){ "/assert", "[]" };
    if (job->options->method == DS_SENSITIVITY_GIVEN) /* bins want independent rows, (157) */
        list[used++] = (ds_override){ "/run/sampling", "random" };
    for (size_t i = 1; i < count && can_be_alone(job->base); i++) {
        char name[POINTER_TEXT - sizeof in_strategies];
        if (i == job->strategy || ds_pointer_escape(ds_scenario_strategy_name(job->base, i), name,
                                                    sizeof name) >= sizeof name)
            continue;
        snprintf(pointer[i], POINTER_TEXT, "%s%s", in_strategies, name);
        list[used++] = (ds_override){ pointer[i], "null" };
    }
    const ds_code code = ds_scenario_with(job->base, list, used, NULL, NULL, &job->scenario, err);
    free(list);
    free(pointer);
    return code;
}

static size_t find_strategy(const ds_scenario *s, const char *name)
{
    size_t i = 0;

    while (i + 1 < s->strategies.count && strcmp(ds_scenario_strategy_name(s, i), name) != 0)
        i++;
    return i;
}

static ds_code check_outcome(const ds_sensitivity_job *job, ds_error *err)
{
    const ds_outcome_info *outcome = ds_outcome_at(job->options->outcome);
    const uint64_t paths = job->options->run.path_count;

    if (paths > 0 && paths < LEAST_ASKED)
        return ds_fail(err, DS_E_USAGE, NULL, "%llu paths say nothing of what drives an answer; "
                       "take %d or more", (unsigned long long)paths, LEAST_ASKED);
    if (job->base->strategies.count == 1 && strcmp(outcome->name, "saving_npv_usd") == 0)
        return ds_fail(err, DS_E_USAGE, "/strategies",
                       "one strategy only: there is no saving against another to explain; ask for "
                       "--of cost_npv_usd");
    if (job->strategy == 0 && strcmp(outcome->name, "saving_npv_usd") == 0)
        return ds_fail(err, DS_E_USAGE, "/strategies",
                       "'%.80s' is the baseline, and saves nothing against itself; name another "
                       "--strategy", ds_scenario_strategy_name(job->base, 0));
    if (outcome->undefined != NULL && job->options->scale == DS_SENSITIVITY_VALUE)
        return ds_fail(err, DS_E_USAGE, NULL,
                       "not every future has %s; ask for --of %s:probability (that there is one)",
                       outcome->name, outcome->name);
    return DS_OK;
}

ds_code ds_sensitivity_begin(ds_sensitivity_job *job, ds_error *err)
{
    const ds_outcome_info *outcome = ds_outcome_at(job->options->outcome);
    const size_t count = job->base->strategies.count;
    ds_code code = DS_OK;

    job->strategy = job->options->strategy;
    job->run = job->options->run;
    job->run.keep_going = tell;
    job->run.context = job;
    job->run.target_count = 0;
    job->other_seed = job->run.seed ^ UINT64_C(0x5DEECE66D5EED5ED);
    if (job->strategy >= count)
        code = count > 1 ? recommend(job, err) : DS_OK;
    if (job->strategy >= count)
        job->strategy = 0;
    if (code == DS_OK)
        code = check_outcome(job, err);
    if (code == DS_OK)
        code = leave_out(job, outcome->name, err);
    if (code == DS_OK)
        code = ds_plan_compile(job->scenario, &job->plan, err);
    if (code == DS_OK)
        code = ds_sources_make(job->plan, &job->sources, err);
    if (code != DS_OK)
        return code;
    job->summary.strategy = ds_arena_copy(job->arena,
                                          ds_scenario_strategy_name(job->base, job->strategy));
    job->summary.baseline = ds_arena_copy(job->arena, ds_scenario_strategy_name(job->base, 0));
    if (job->summary.strategy == NULL || job->summary.baseline == NULL)
        return no_memory(err);
    job->strategy = find_strategy(job->scenario, job->summary.strategy);
    return DS_OK;
}

void ds_sensitivity_end(ds_sensitivity_job *job)
{
    ds_sources_release(&job->sources);
    ds_plan_free(job->plan);
    ds_scenario_free(job->scenario);
    free((void *)(uintptr_t)job->reference);
    job->reference = NULL;
}

/* ---- Outcomes ----------------------------------------------------------------------- */

/* How many are below y, or below and equal. */
static size_t count_below(const double *sorted, size_t count, double y, bool equal)
{
    size_t low = 0, high = count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const double at = sorted[middle];
        if (at < y || (equal && at == y))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

double ds_sensitivity_rank(const double *sorted, size_t count, double y)
{
    const double below = (double)count_below(sorted, count, y, false);
    const double up_to = (double)count_below(sorted, count, y, true);
    return 0.5 * (below + up_to) / (double)count;
}

static ds_code explain(const ds_sensitivity_job *job, const double *column, uint64_t paths,
                       double *y, ds_error *err)
{
    const ds_outcome_info *outcome = ds_outcome_at(job->options->outcome);

    for (size_t k = 0; k < paths; k++) {
        const double x = column[k];
        if (job->options->scale == DS_SENSITIVITY_PROBABILITY)
            y[k] = outcome->undefined != NULL ? (double)(isfinite(x) != 0) : (double)(x > 0.0);
        else if (isnan(x))
            return ds_fail(err, DS_E_USAGE, NULL, "not every future has %s; ask for "
                           "--of %s:probability (that there is one)", outcome->name,
                           outcome->name);
        else
            y[k] = job->reference_count > 0
                       ? ds_sensitivity_rank(job->reference, job->reference_count, x) : x;
    }
    return DS_OK;
}

ds_code ds_sensitivity_outputs(ds_sensitivity_job *job, const ds_plan *plan,
                               const ds_design *design, uint64_t seed, uint64_t paths, double *y,
                               ds_error *err)
{
    ds_result *result = NULL;
    ds_run_options run = job->run;

    run.seed = seed;
    run.path_count = paths;
    ds_code code = ds_run_design(plan != NULL ? plan : job->plan, &run, design, &result, err);
    if (code == DS_OK && ds_result_kept_paths(result) < paths)
        code = ds_fail(err, DS_E_SCENARIO, "/run/paths",
                       "%llu paths do not fit into memory; take fewer (--paths)",
                       (unsigned long long)paths);
    if (code == DS_OK)
        job->path_groups = result->groups;
    if (code == DS_OK)
        code = explain(job, ds_result_column(result, job->strategy, job->options->outcome), paths,
                       y, err);
    ds_result_free(result);
    job->done += paths;
    job->summary.runs++;
    return code;
}

ds_code ds_sensitivity_refer_to(ds_sensitivity_job *job, double *y, uint64_t paths,
                                ds_error *err)
{
    if (job->options->scale != DS_SENSITIVITY_RANK)
        return DS_OK;
    double *sorted = malloc((size_t)paths * sizeof *sorted);
    if (sorted == NULL)
        return no_memory(err);
    memcpy(sorted, y, (size_t)paths * sizeof *sorted);
    ds_sort((size_t)paths, sorted);
    free((void *)(uintptr_t)job->reference);
    job->reference = sorted;
    job->reference_count = (size_t)paths;
    for (size_t k = 0; k < paths; k++)
        y[k] = ds_sensitivity_rank(job->reference, job->reference_count, y[k]);
    return DS_OK;
}

enum { PLAIN_RUNS = 24, LEAST_PATHS = 1024 };

uint64_t ds_sensitivity_paths(const ds_sensitivity_job *job, size_t runs)
{
    const uint64_t plain = ds_scenario_paths(job->scenario);
    uint64_t most = plain;

    if (job->options->run.path_count > 0)
        return job->options->run.path_count;
    while (most > LEAST_PATHS && most * runs > plain * PLAIN_RUNS)
        most /= 2;
    return ds_scenario_paths_up_to(job->scenario, most);
}

/* ---- What is explained ----------------------------------------------------------------- */

ds_code ds_sensitivity_describe(ds_sensitivity_job *job, const double *y, uint64_t paths,
                                ds_error *err)
{
    const size_t n = (size_t)paths, extreme = n / 1000 + 1;
    const ds_moments m = ds_moments_of_column(n, y);
    const ds_groups groups = job->path_groups;
    double *work = malloc((n + ds_groups_scratch(&groups)) * sizeof *work), tail = 0.0;

    if (work == NULL)
        return no_memory(err);
    const bool each = groups.kind == DS_GROUPS_EACH;
    const ds_sample sample = ds_sample_of(&groups, n, y, work + n);
    const double sd = ds_moments_sd(&m);
    job->summary.moves = m.min < m.max;
    job->summary.mean = (ds_estimate){ m.mean, each ? ds_moments_mean_se(&m)
                                                    : ds_sample_mean_se(&sample, n, m.mean) };
    job->summary.sd = (ds_estimate){ sd, each ? ds_moments_sd_se(&m)
                                              : ds_sample_sd_se(&sample, n, m.mean, sd) };
    for (size_t k = 0; k < n; k++)
        work[k] = (y[k] - m.mean) * (y[k] - m.mean);
    ds_sort(n, work);
    for (size_t k = n - extreme; k < n; k++)
        tail += work[k];
    job->summary.tail_share = m.m2 > 0.0 ? tail / m.m2 : 0.0;
    job->summary.paths = paths;
    job->summary.factor = ds_student_975(ds_groups_freedom(&groups, paths));
    free(work);
    return DS_OK;
}

ds_code ds_sensitivity_describe_plain(ds_sensitivity_job *job, uint64_t paths, ds_error *err)
{
    double *y = malloc((size_t)paths * sizeof *y);
    ds_code code = y != NULL ? DS_OK : no_memory(err);

    if (code == DS_OK)
        code = ds_sensitivity_outputs(job, NULL, NULL, job->run.seed, paths, y, err);
    if (code == DS_OK)
        code = ds_sensitivity_refer_to(job, y, paths, err);
    if (code == DS_OK)
        code = ds_sensitivity_describe(job, y, paths, err);
    free(y);
    return code;
}
