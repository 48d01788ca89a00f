/* information_pilot.c -- what a pilot is worth that measures an input with error, and how large
 * it should be.
 *
 * Called by information.c.  (168) to (172) of docs/decisions.md.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numerics/distribution.h"
#include "scenario/error.h"
#include "scenario/scenario.h"
#include "study/information.h"

/* A minute of staff: a month has 152 hours of work. */
static const double minutes_of_month = 152.0 * 60.0, minute_usd = 1.0;

static const uint64_t usual_sizes[] = { 1, 2, 5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750,
                                        1000, 1500, 2000, 3000, 5000, 7500, 10000, 20000, 50000,
                                        100000 };

/* ---- Which input ------------------------------------------------------------------------ */

static bool class_is_served(const ds_scenario *s, const char *name)
{
    for (size_t i = 0; i < s->products.count; i++)
        if (strcmp(DS_ITEM(ds_product, s->products, i).task_class, name) == 0)
            return true;
    return false;
}

/* The students that have a quality for a class: how many, and the last. */
static size_t students_of(const ds_scenario *s, const char *name, const ds_quality **quality,
                          const ds_model **model)
{
    size_t count = 0;
    for (size_t m = 0; m < s->models.count; m++) {
        const ds_model *student = &DS_ITEM(ds_model, s->models, m);
        for (size_t q = 0; student->teacher != DS_ABSENT && q < student->quality.count; q++)
            if (strcmp(DS_ITEM(ds_quality, student->quality, q).key.name, name) == 0) {
                *quality = &DS_ITEM(ds_quality, student->quality, q);
                *model = student;
                count++;
            }
    }
    return count;
}

/* The task classes that students have a quality for, once each: `"general", "code"`. */
static void list_classes(const ds_scenario *s, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t m = 0; m < s->models.count; m++) {
        const ds_model *student = &DS_ITEM(ds_model, s->models, m);
        for (size_t q = 0; student->teacher != DS_ABSENT && q < student->quality.count; q++) {
            char quoted[80];
            snprintf(quoted, sizeof quoted, "\"%.60s\"",
                     DS_ITEM(ds_quality, student->quality, q).key.name);
            if (strstr(out, quoted) == NULL && used + strlen(quoted) + 2 < size)
                used += (size_t)snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "",
                                         quoted);
        }
    }
}

static ds_code input_of_class(const ds_scenario *s, const char *name, size_t *input,
                              ds_error *err)
{
    const ds_quality *quality = NULL;
    const ds_model   *model = NULL;
    const size_t count = students_of(s, name, &quality, &model);
    char classes[300];

    list_classes(s, classes, sizeof classes);
    if (count == 0 || !class_is_served(s, name))
        return ds_fail(err, DS_E_USAGE, "", "pilot: no student serves the task class \"%.60s\": "
                                            "%s%s%s", name,
                       count > 0 ? "no product has it"
                                 : "no model with a teacher has a quality for it",
                       count > 0 || classes[0] == '\0' ? "" : "; students have ",
                       count > 0 ? "" : classes);
    if (count > 1)
        return ds_fail(err, DS_E_USAGE, "", "pilot: %zu students serve the task class \"%.60s\": "
                       "give the pointer of an acceptable_share", count, name);
    if (quality->acceptable_share.index < 0)
        return ds_fail(err, DS_E_USAGE, "", "pilot: \"%.60s\" has no acceptable_share for "
                       "\"%.60s\": it follows from a curve or a scaling law; give the pointer of "
                       "a quantity that is uncertain", model->key.name, name);
    *input = (size_t)quality->acceptable_share.index;
    return DS_OK;
}

static ds_code input_of_pointer(const ds_scenario *s, const char *pointer, size_t *input,
                                ds_error *err)
{
    for (size_t i = 0; i < s->input_count; i++)
        if (strcmp(s->inputs[i].pointer, pointer) == 0) {
            *input = i;
            return DS_OK;
        }
    return ds_fail(err, DS_E_USAGE, pointer, "pilot: there is no such quantity");
}

ds_code ds_information_pilot_input(const ds_scenario *scenario, const ds_information_pilot *pilot,
                                   size_t *input, ds_error *err)
{
    ds_code code = pilot->pointer[0] == '/'
                       ? input_of_pointer(scenario, pilot->pointer, input, err)
                       : input_of_class(scenario, pilot->pointer, input, err);
    if (code != DS_OK)
        return code;
    const ds_input *of = &scenario->inputs[*input];
    if (of->distribution.kind == DS_DIST_CONSTANT)
        return ds_fail(err, DS_E_USAGE, of->pointer,
                       "pilot: it is certain (%.60s), so that there is nothing to measure",
                       of->text);
    if (of->per_event)
        return ds_fail(err, DS_E_USAGE, of->pointer,
                       "pilot: it is drawn anew at each event, so that there is nothing to "
                       "measure before");
    if (!(pilot->sd > 0.0) && !(ds_distribution_support_low(&of->distribution) >= 0.0 &&
                                ds_distribution_support_high(&of->distribution) <= 1.0))
        return ds_fail(err, DS_E_USAGE, of->pointer,
                       "pilot: it is not a share between 0 and 1; give the standard deviation of "
                       "one measurement");
    return DS_OK;
}

/* ---- Costs ------------------------------------------------------------------------------- */

static double staff_minute(const ds_scenario *s)
{
    for (size_t m = 0; m < s->models.count; m++) {
        const ds_model *model = &DS_ITEM(ds_model, s->models, m);
        if (model->project != NULL && model->project->usd_per_staff_month.index >= 0) {
            const double mean = ds_distribution_mean(
                &s->inputs[model->project->usd_per_staff_month.index].distribution);
            if (mean > 0.0)
                return mean / minutes_of_month;
        }
    }
    return minute_usd;
}

/* ---- Sizes ------------------------------------------------------------------------------- */

static double quantity_at(const void *context, double u)
{
    const double least = 1e-16;
    return ds_draw_value(context, u < least ? least : u > 1.0 - least ? 1.0 - least : u);
}

typedef struct {
    const ds_information_sample *s;
    ds_information_pilot_result *out;
    ds_information_point *point;
    double *influence; /* [point_count][paths] */
} job;

static void choose_best(job *j)
{
    ds_information_pilot_result *r = j->out;
    r->best = r->point_count;
    for (size_t k = 0; k < r->point_count; k++)
        if (j->point[k].net.value > (r->best < r->point_count ? j->point[r->best].net.value : 0.0))
            r->best = k;
}

/* How much worse every size is than the best, paired by path; sizes that are within one
 * standard error of it. */
static bool compare_sizes(job *j)
{
    ds_information_pilot_result *r = j->out;
    const size_t paths = (size_t)j->s->run.path_count;
    double *difference = malloc(paths * sizeof *difference);

    if (difference == NULL)
        return false;
    for (size_t k = 0; k < r->point_count; k++) {
        ds_information_point *p = &j->point[k];
        if (r->best == r->point_count)
            continue;
        const ds_information_point *best = &j->point[r->best];
        for (size_t i = 0; i < paths; i++)
            difference[i] = j->influence[r->best * paths + i] - j->influence[k * paths + i];
        if (!ds_knowing_mean(j->s->knowing, difference, &p->worse.value, &p->worse.se)) {
            free(difference);
            return false;
        }
        p->worse.value = best->net.value - p->net.value;
    }
    r->near_low = r->near_high = r->best < r->point_count ? j->point[r->best].size : 0;
    for (size_t k = 0; r->best < r->point_count && k < r->point_count; k++) {
        const ds_information_point *p = &j->point[k];
        if (p->worse.value > p->worse.se)
            continue;
        r->near_low = p->size < r->near_low ? p->size : r->near_low;
        r->near_high = p->size > r->near_high ? p->size : r->near_high;
    }
    free(difference);
    return true;
}

static bool try_sizes(job *j, const ds_knowing_fit *fit, const ds_pilot_law *law,
                      const uint64_t *sizes)
{
    const size_t paths = (size_t)j->s->run.path_count;
    for (size_t k = 0; k < j->out->point_count; k++) {
        ds_information_point *p = &j->point[k];
        ds_knowing_value v;
        *p = (ds_information_point){ .size = sizes[k], .worse = { (double)NAN, (double)NAN } };
        if (!ds_pilot_value(j->s->knowing, fit, law, (double)sizes[k],
                            j->influence + k * paths, &v))
            return false;
        p->value = (ds_estimate){ v.value > 0.0 ? v.value : 0.0, v.se };
        p->net = (ds_estimate){ p->value.value - j->out->fixed_usd -
                                    (double)sizes[k] * j->out->usd_per_request, v.se };
    }
    choose_best(j);
    return compare_sizes(j);
}

static bool work_out(job *j, const ds_information_pilot *pilot, size_t known)
{
    const ds_information_sample *s = j->s;
    const uint64_t *sizes = pilot->sizes != NULL ? pilot->sizes : usual_sizes;
    const ds_knowing_set set = { 1, 0, &known, NULL };
    const ds_draw *draw =
        &ds_plan_draws(s->plan)->draw[s->sources.source[s->source_of[known]].index];
    const ds_pilot_law law = { quantity_at, draw, pilot->sd };
    ds_knowing_value perfect;
    ds_knowing_fit   fit = { 0 };

    bool done = ds_knowing_set_value(s->knowing, &set, &perfect) &&
                ds_knowing_fit_one(s->knowing, known, &fit) &&
                try_sizes(j, &fit, &law, sizes);
    j->out->perfect = (ds_estimate){ perfect.value > 0.0 ? perfect.value : 0.0, perfect.se };
    ds_knowing_fit_release(&fit);
    return done;
}

ds_code ds_information_pilot_run(const ds_information_sample *s,
                                 const ds_information_pilot *pilot, size_t input,
                                 ds_information_pilot_result *out, ds_error *err)
{
    const ds_input *of = &s->scenario->inputs[input];
    const size_t count = pilot->sizes != NULL ? pilot->size_count
                                              : sizeof usual_sizes / sizeof *usual_sizes;
    const size_t known = ds_information_input_of(s, input);
    job j = { s, out, calloc(count + 1, sizeof *j.point),
              malloc(count * (size_t)s->run.path_count * sizeof *j.influence) };

    if (known == s->input_count) {
        free(j.point);
        free(j.influence);
        return ds_fail(err, DS_E_USAGE, of->pointer, "pilot: nothing that is simulated reads it");
    }
    *out = (ds_information_pilot_result){
        .pointer = of->pointer, .unit = of->unit != NULL ? of->unit : "", .text = of->text,
        .fixed_usd = isnan(pilot->fixed_usd) ? 0.0 : pilot->fixed_usd,
        .usd_per_request = isnan(pilot->usd_per_request) ? staff_minute(s->scenario)
                                                         : pilot->usd_per_request,
        .sd = pilot->sd, .unit_assumed = isnan(pilot->usd_per_request),
        .point_count = count, .points = j.point, .best = count
    };
    const bool done = j.point != NULL && j.influence != NULL && work_out(&j, pilot, known);
    free(j.influence);
    return done ? DS_OK : ds_fail(err, DS_E_NOMEM, "", "out of memory");
}
