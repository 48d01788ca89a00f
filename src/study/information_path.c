/* information_path.c -- what moves over the months, watched: traffic, prices, rents.
 *
 * Called by information_sample.c.  (166) of docs/decisions.md.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "model/plan_internal.h"
#include "scenario/arena.h"
#include "scenario/error.h"
#include "study/information.h"

/* ---- Which -------------------------------------------------------------------------- */

static bool has_source(const ds_information_sample *s, const char *pointer)
{
    for (size_t k = 0; k < s->sources.count; k++)
        if (ds_source_is_under(&s->sources.source[k], pointer))
            return true;
    return false;
}

/* DS_PATH_MONTHS months at most, evenly from the first to the last. */
static void choose_months(ds_information_path *p, size_t months)
{
    const size_t most = DS_PATH_MONTHS;
    p->month_count = months < most ? months : most;
    for (size_t k = 0; k < p->month_count; k++)
        p->month[k] = p->month_count == 1 ? 0 : k * (months - 1) / (p->month_count - 1);
}

static bool add_path(ds_information_sample *s, ds_information_path like, const char *map,
                     const char *member, const char *moving, const char *start)
{
    char text[DS_SOURCE_TEXT];
    ds_information_path *p = &s->path[s->path_count];

    *p = like;
    ds_plan_pointer(text, sizeof text, map, member, moving);
    const bool moves = has_source(s, text);
    p->name = ds_arena_copy(s->arena, text);
    ds_plan_pointer(text, sizeof text, map, member, start != NULL ? start : "");
    p->start = start != NULL ? ds_arena_copy(s->arena, text) : NULL;
    choose_months(p, s->plan->months);
    s->path_count += moves ? 1 : 0;
    return p->name != NULL && (start == NULL || p->start != NULL);
}

ds_code ds_information_paths_list(ds_information_sample *s, ds_error *err)
{
    const ds_plan *plan = s->plan;
    bool done = true;

    const size_t most = plan->product_count + plan->model_count + plan->gpu_count;
    s->path = ds_arena_array(s->arena, most + 1, sizeof *s->path);
    if (s->path == NULL)
        return ds_fail(err, DS_E_NOMEM, "", "out of memory");
    for (size_t i = 0; done && i < plan->product_count; i++)
        if (!plan->product[i].idle)
            done = add_path(s, (ds_information_path){ .kind = DS_INFORMATION_TRAFFIC,
                                                      .watched = DS_WATCH_REQUESTS, .index = i },
                            "/products/", DS_ITEM(ds_product, s->scenario->products, i).key.name,
                            "/growth", "/requests_per_month");
    for (size_t i = 0; done && i < plan->model_count; i++)
        done = add_path(s, (ds_information_path){ .kind = DS_INFORMATION_PRICE,
                                                  .watched = DS_WATCH_PRICE, .index = i },
                        "/models/", DS_ITEM(ds_model, s->scenario->models, i).key.name,
                        "/price_path", NULL);
    for (size_t i = 0; done && i < plan->gpu_count; i++)
        if (plan->gpu[i].moves)
            done = add_path(s, (ds_information_path){ .kind = DS_INFORMATION_RENT,
                                                      .watched = DS_WATCH_RENT, .index = i },
                            "/gpus/", DS_ITEM(ds_gpu, s->scenario->gpus, i).key.name, "",
                            "/usd_per_gpu_hour");
    return done ? DS_OK : ds_fail(err, DS_E_NOMEM, "", "out of memory");
}

/* ---- Watching ------------------------------------------------------------------------ */

size_t ds_information_paths_watches(const ds_information_sample *s)
{
    size_t count = 0;
    for (size_t p = 0; p < s->path_count; p++)
        count += s->path[p].month_count;
    return count;
}

ds_code ds_information_paths_watch(ds_information_sample *s, ds_watch *watch, ds_error *err)
{
    size_t count = 0;
    for (size_t i = 0; i < s->path_count; i++) {
        ds_information_path *p = &s->path[i];
        p->level = malloc(p->month_count * s->stride * sizeof *p->level);
        if (p->level == NULL)
            return ds_fail(err, DS_E_NOMEM, "", "out of memory");
        for (size_t k = 0; k < p->month_count; k++)
            watch[count++] = (ds_watch){ p->watched, p->index, p->month[k],
                                         p->level + k * s->stride };
    }
    return DS_OK;
}

/* ---- Features ------------------------------------------------------------------------ */

ds_code ds_information_paths_features(ds_information_sample *s, ds_error *err)
{
    const size_t paths = (size_t)s->run.path_count;

    for (size_t i = 0; i < s->path_count; i++) {
        ds_information_path *p = &s->path[i];
        const size_t last = p->month_count - 1;
        const size_t at[DS_PATH_FEATURES - 1] = { 0, last / 3, 2 * last / 3, last };
        p->memory = malloc(DS_PATH_FEATURES * paths * sizeof *p->memory);
        if (p->memory == NULL)
            return ds_fail(err, DS_E_NOMEM, "", "out of memory");
        for (size_t f = 0; f < DS_PATH_FEATURES; f++)
            p->feature[f] = p->memory + f * paths;
        for (size_t f = 0; f + 1 < DS_PATH_FEATURES; f++)
            memcpy(p->feature[f], p->level + at[f] * s->stride, paths * sizeof *p->memory);
        double *sum = p->feature[DS_PATH_FEATURES - 1];
        memset(sum, 0, paths * sizeof *sum);
        for (size_t k = 0; k <= last; k++)
            for (size_t path = 0; path < paths; path++)
                sum[path] += p->level[k * s->stride + path];
        free(p->level);
        p->level = NULL;
    }
    return DS_OK;
}

void ds_information_paths_release(ds_information_sample *s)
{
    for (size_t i = 0; i < s->path_count; i++) {
        free(s->path[i].level);
        free(s->path[i].memory);
        s->path[i].level = s->path[i].memory = NULL;
    }
}
