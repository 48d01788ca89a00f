/* profile.c -- GPU time and slots of a request by a profile: (31), (100)-(102).
 *
 * The three kinds, for all lanes: a closed form, measured points, a roofline.  What does
 * not depend on a path is in the plan (plan_profile.c).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

/* A request by the rows of it; n of (31). */
typedef struct {
    const double *I, *O, *R, *cv, *parameters;
    double        measured_b;
} lengths;

static double size_of(const lengths *l, size_t i)
{
    return l->parameters[i] / l->measured_b;
}

/* O I + E O^2 / 2 */
static double pairs_of(const lengths *l, size_t i)
{
    double O = l->O[i], cv = l->cv[i];
    return O * l->I[i] + 0.5 * O * O * (1.0 + cv * cv);
}

/* ---- (100) ------------------------------------------------------------------------------ */

static void closed_form(const ds_work *w, const ds_plan_profile *profile, const lengths *l,
                        double *restrict seconds)
{
    const double *P = w->column[profile->input_rate], *D = w->column[profile->output_rate];
    const double *kappa = w->column[profile->attention];
    DS_EACH_LANE(i) {
        double prefill = (l->I[i] - l->R[i]) / P[i];
        seconds[i] = prefill + l->O[i] / D[i] + kappa[i] * pairs_of(l, i);
    }
    if (profile->prefill_attention != DS_NONE) {
        const double *lambda = w->column[profile->prefill_attention];
        DS_EACH_LANE(i)
            seconds[i] += lambda[i] * (l->I[i] * l->I[i] - l->R[i] * l->R[i]);
    }
    DS_EACH_LANE(i)
        seconds[i] *= size_of(l, i);
}

/* ---- (101) ------------------------------------------------------------------------------ */

/* What the points say of the lengths: ln of g/B, and of b (`slots`, or NULL). */
static void between_points(const ds_plan_profile *profile, const lengths *l,
                           double *restrict ratio, double *restrict slots)
{
    ds_row x, y, weights;
    DS_EACH_LANE(i) {
        x[i] = ds_log_inline(ds_greatest(l->I[i], 1.0));
        y[i] = ds_log_inline(ds_greatest(l->O[i], 1.0));
    }
    ds_row_set(weights, 0);
    ds_row_set(ratio, 0);
    if (slots != NULL)
        ds_row_set(slots, 0);
    for (size_t k = 0; k < profile->point_count; k++) {
        const ds_plan_point at = profile->point[k];
        ds_row near;
        DS_EACH_LANE(i) {
            double dx = x[i] - at.log_input, dy = y[i] - at.log_output;
            double weight = 1.0 / (dx * dx + dy * dy + 1e-18);
            near[i] = weight;
            weights[i] += weight;
            ratio[i] += weight * at.log_ratio;
        }
        if (slots != NULL)
            DS_EACH_LANE(i)
                slots[i] += near[i] * at.log_slots;
    }
    DS_EACH_LANE(i)
        ratio[i] /= weights[i];
    if (slots != NULL)
        DS_EACH_LANE(i)
            slots[i] /= weights[i];
}

static void measured(const ds_plan_profile *profile, const lengths *l,
                     double *restrict seconds, double *restrict slots)
{
    const ds_base_law law = profile->law;
    between_points(profile, l, seconds, slots);
    DS_EACH_LANE(i) {
        double base = (l->I[i] - l->R[i]) * law.input + l->O[i] * law.output +
                      law.attention * pairs_of(l, i);
        seconds[i] = base * size_of(l, i) * ds_exp_inline(seconds[i]);
    }
    if (slots != NULL)
        DS_EACH_LANE(i)
            slots[i] = ds_exp_inline(slots[i]);
}

/* ---- (102) ------------------------------------------------------------------------------ */

/* Of a step with b requests of these lengths, t_d = fixed + experts gamma(b) + each b;
 * of a prompt, t_p; t_f + A + X_e gamma(I - R + 1) + t_p of a first token. */
typedef struct {
    ds_row fixed, experts, each, prompt, alone, most;
} steps;

/* Share of the other experts that b requests touch. */
static double touched(const ds_plan_roofline *f, double b)
{
    double z = 1.0 / (1.0 + f->experts_each * ds_greatest(b - 1.0, 0.0) * 0.125);
    double square = z * z, fourth = square * square;
    return 1.0 - fourth * fourth;
}

static void find_steps(const ds_plan_roofline *f, const lengths *l, steps *s)
{
    DS_EACH_LANE(i) {
        double n = size_of(l, i), m = ds_exp_inline(ds_log_inline(n) / 3.0);
        double I = l->I[i], R = l->R[i], O = l->O[i], cv = l->cv[i];
        double token = f->products * n + f->activations * m * m + f->dispatch * m;
        double context = I + O * (1.0 + cv * cv) * 0.5;
        double prompt = (I - R) * token + (I * I - R * R) * f->attention * m * m;
        double fixed = f->step + f->all_reduces * m + f->weights_read * n + f->head_read * m;
        double experts = f->experts_read * n;
        double room = f->memory - f->weight_bytes * n - f->head_bytes * m;
        double whole = f->cache_bytes * m * ds_greatest(I + O, 1.0);
        s->fixed[i] = fixed;
        s->experts[i] = experts;
        s->each[i] = token + f->head * m + context * f->cache_read * m + f->request;
        s->prompt[i] = prompt;
        s->alone[i] = f->front_end + fixed + experts * touched(f, I - R + 1.0) + prompt;
        s->most[i] = ds_greatest(ds_least(f->concurrency, ds_floor(room / whole)), 1.0);
    }
}

/* Are b requests at a time within the limits? */
static bool is_within(const ds_plan_roofline *f, const steps *s, double O, double b, size_t i)
{
    double step = s->fixed[i] + s->experts[i] * touched(f, b) + s->each[i] * b;
    double prompts = b * s->prompt[i], all = O * step + prompts;
    double first = s->alone[i] + step +
                   f->prompt_share * prompts * prompts / ds_greatest(all, 1e-300);
    bool paced = all <= f->tpot_limit * O || f->tpot_limit > 1e300; /* 0 * INFINITY is none */
    return paced && first <= f->ttft_limit;
}

/* The greatest whole number within the limits, the most first and then by halving; 1 if
 * there is none. */
static void find_slots(const ds_plan_roofline *f, const lengths *l, const steps *s,
                       double *restrict b)
{
    ds_row   within, beyond;
    uint64_t open = f->limited;
    ds_row_copy(b, s->most);
    DS_EACH_LANE(i) {
        within[i] = 1.0;
        beyond[i] = s->most[i] + 1.0;
    }
    while (open != 0) {
        DS_EACH_LANE(i) {
            bool   does = is_within(f, s, l->O[i], b[i], i) || b[i] <= 1.0;
            double low = does ? b[i] : within[i], high = does ? beyond[i] : b[i];
            within[i] = low;
            beyond[i] = high;
            b[i] = low + ds_floor((high - low) * 0.5); /* where settled: low */
        }
        open = 0;
        for (size_t i = 0; i < DS_LANES; i++)
            open |= ds_bits_inline(beyond[i] - within[i]) ^ ds_bits_inline(1.0);
    }
}

static void roofline(const ds_plan_profile *profile, const lengths *l,
                     double *restrict seconds, double *restrict slots)
{
    const ds_plan_roofline *f = profile->roofline;
    const double gpus = profile->gpus_per_replica;
    steps s;
    ds_row found;
    double *b = slots != NULL ? slots : found;
    find_steps(f, l, &s);
    find_slots(f, l, &s, b);
    DS_EACH_LANE(i) {
        double step = s.fixed[i] + s.experts[i] * touched(f, b[i]) + s.each[i] * b[i];
        seconds[i] = gpus * (l->O[i] * step / b[i] + s.prompt[i]);
    }
}

/* ---- any kind --------------------------------------------------------------------------- */

void ds_gpu_time(const ds_work *w, const ds_served *r, double *restrict seconds,
                     double *restrict slots)
{
    const ds_plan_profile *profile = &w->plan->profile[r->on.profile];
    const double *none = w->column[w->plan->zero], *fast = w->speed[r->on.profile];
    const lengths l = { .I = r->input, .O = r->output, .R = r->read != NULL ? r->read : none,
                        .cv = r->cv != NULL ? r->cv : none,
                        .parameters = w->column[r->on.parameters],
                        .measured_b = r->on.measured_b };
    if (profile->roofline != NULL) {
        roofline(profile, &l, seconds, slots);
    } else if (profile->point_count > 0) {
        measured(profile, &l, seconds, slots);
    } else {
        closed_form(w, profile, &l, seconds);
        if (slots != NULL)
            ds_row_set(slots, profile->slots);
    }
    DS_EACH_LANE(i)
        seconds[i] /= fast[i];
}
