/* reference_quality.c -- (59), (63), (63b) and (68) of docs/model.md: the share of a model's
 * answers that are acceptable.
 *
 * Called by reference_route.c for every request, and by reference_student.c, which makes a
 * student anew when the share falls.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference.h"

#include <math.h>
#include <string.h>

bool ds_ref_is_student(const ds_model *model)
{
    return model->teacher != DS_ABSENT;
}

static const ds_quality *quality_of(const ds_model *model, const char *task_class)
{
    for (size_t i = 0; i < model->quality.count; i++) {
        const ds_quality *q = &DS_ITEM(ds_quality, model->quality, i);
        if (strcmp(q->key.name, task_class) == 0)
            return q;
    }
    return NULL;
}

static double clamp(double x)
{
    return fmin(1, fmax(0, x));
}

/* (63) */
static double by_size(const ds_ref_world *w, const ds_size_curve *c, double parameters_b)
{
    double gap = ds_ref_value(w, c->gap_at_1b) *
                 pow(parameters_b, -ds_ref_value(w, c->exponent));
    return clamp(ds_ref_value(w, c->limit_share) - gap);
}

/* (63b) */
static double by_loss(const ds_ref_world *w, const ds_scaling_law *k, double parameters_b)
{
    double n = parameters_b * 1e9, d = ds_ref_value(w, k->tokens);
    double teacher = ds_ref_value(w, k->teacher_loss); /* L_T */
    double alone = k->E + pow(k->A / pow(n, k->alpha) + k->B / pow(d, k->beta), k->gamma);
    double reach = pow(1 + pow(teacher / (alone * k->d1), 1 / k->f1), -k->c1 * k->f1);
    double distance = pow(k->A_student / pow(n, k->alpha_student) +
                              k->B_student / pow(d, k->beta_student),
                          k->gamma_student);
    double loss = teacher + pow(teacher, -k->c0) * reach * distance; /* L */
    return clamp(ds_ref_value(w, k->limit_share) -
                 ds_ref_value(w, k->share_per_nat) * (loss - teacher));
}

/* a0 */
static double share_when_new(const ds_ref_world *w, const ds_model *model, const ds_quality *q)
{
    if (q == NULL)
        return 1;
    if (q->curve != NULL)
        return by_size(w, q->curve, ds_ref_value(w, model->parameters_b));
    if (q->scaling_law != NULL)
        return by_loss(w, q->scaling_law, ds_ref_value(w, model->parameters_b));
    return ds_ref_value(w, q->acceptable_share);
}

double ds_ref_acceptable(const ds_ref_run *run, size_t model, const ds_product *product)
{
    const ds_ref_world   *w = run->w;
    const ds_model       *m = &DS_ITEM(ds_model, w->s->models, model);
    const ds_ref_project *project = &run->project[model];
    double a0 = share_when_new(w, m, quality_of(m, product->task_class));
    if (!ds_ref_is_student(m))
        return a0; /* (59) */
    return clamp(a0 * pow(1 - ds_ref_value(w, m->decay_per_month), project->age) *
                 pow(1 - ds_ref_value(w, m->decay_per_release), project->releases)); /* (68) */
}
