/* breakeven_result.c -- what a search for a break-even has found.
 *
 * ds_breakeven_new() is called by breakeven.c, the accessors by the program.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "scenario/scenario.h"
#include "study/breakeven.h"

static bool copy_axis(ds_arena *arena, const ds_breakeven_axis *from, ds_breakeven_axis *to)
{
    *to = *from;
    to->pointer = ds_arena_copy(arena, from->pointer);
    to->unit = ds_arena_copy(arena, from->unit);
    to->now = ds_arena_copy(arena, from->now);
    return to->pointer != NULL && to->unit != NULL && to->now != NULL;
}

ds_breakeven *ds_breakeven_new(const ds_breakeven_job *job, const ds_breakeven_options *options)
{
    ds_breakeven *b = calloc(1, sizeof *b);

    if (b == NULL) {
        return NULL;
    }
    b->arena = ds_arena_new(0);
    b->axis_count = job->axis_count;
    b->of = options->of;
    b->probability = options->probability;
    b->paths = job->run.path_count;
    b->seed = job->run.seed;
    b->start = 12 * job->base->clock->start_year + job->base->clock->start_month - 1;
    bool done = b->arena != NULL;
    for (size_t a = 0; done && a < job->axis_count; a++) {
        done = copy_axis(b->arena, &job->axis[a], &b->axis[a]);
    }
    if (done) {
        b->strategy =
            ds_arena_copy(b->arena, ds_scenario_strategy_name(job->base, job->strategy));
        b->against = ds_arena_copy(b->arena, ds_scenario_strategy_name(job->base, job->against));
        done = b->strategy != NULL && b->against != NULL;
    }
    if (!done) {
        ds_breakeven_free(b);
        return NULL;
    }
    return b;
}

void ds_breakeven_free(ds_breakeven *b)
{
    if (b == NULL) {
        return;
    }
    for (size_t i = 0; i < b->line_count; i++) {
        free((void *)(uintptr_t)b->lines[i].points);
        free((void *)(uintptr_t)b->lines[i].roots);
    }
    free(b->lines);
    ds_arena_free(b->arena);
    free(b);
}

const char *ds_breakeven_strategy(const ds_breakeven *b)
{
    return b->strategy;
}

const char *ds_breakeven_against(const ds_breakeven *b)
{
    return b->against;
}

ds_breakeven_of ds_breakeven_what(const ds_breakeven *b)
{
    return b->of;
}

double ds_breakeven_probability(const ds_breakeven *b)
{
    return b->probability;
}

uint64_t ds_breakeven_paths(const ds_breakeven *b)
{
    return b->paths;
}

uint64_t ds_breakeven_scan_paths(const ds_breakeven *b)
{
    return b->scan_paths;
}

uint64_t ds_breakeven_seed(const ds_breakeven *b)
{
    return b->seed;
}

uint64_t ds_breakeven_trials(const ds_breakeven *b)
{
    return b->trials;
}

ds_breakeven_point ds_breakeven_now(const ds_breakeven *b)
{
    return b->now;
}

size_t ds_breakeven_axis_count(const ds_breakeven *b)
{
    return b->axis_count;
}

const ds_breakeven_axis *ds_breakeven_axis_at(const ds_breakeven *b, size_t axis)
{
    return &b->axis[axis];
}

size_t ds_breakeven_line_count(const ds_breakeven *b)
{
    return b->line_count;
}

const ds_breakeven_line *ds_breakeven_line_at(const ds_breakeven *b, size_t line)
{
    return &b->lines[line];
}

void ds_breakeven_month(const ds_breakeven *b, double value, char text[16])
{
    const int month = b->start + (int)rint(value);

    snprintf(text, 16, "%04d-%02d", month / 12 % 10000, month % 12 + 1);
}
