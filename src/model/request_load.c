/* request_load.c -- what one request of a product weighs on a contract: dollars by
 * (30), (33), (34), (36), GPU time by (31), unit-hours by (32).
 *
 * Computed in month 0, and again in the months in which something moves: the length
 * of requests, what a prefix finds in the cache, the speed of a profile.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

/* A request of one product as one contract sees it.  Rows that are NULL: no such
 * tokens, or a factor of 1. */
typedef struct {
    ds_work                *w;
    const ds_plan_contract *contract;
    const ds_plan_product  *product;
    size_t                  p;
    unsigned                kinds;
    const double           *input, *output;        /* I and O                    */
    const double           *tokens[DS_KIND_COUNT]; /* n_k                        */
    const double           *tier[DS_KIND_COUNT];   /* T_k                        */
} request;

static bool has(unsigned kinds, int kind)
{
    return (kinds >> kind & 1u) != 0;
}

/* ---- tokens by kind: (17) ---------------------------------------------------------- */

/* Shares of the prompt that are read from the cache and written to it, by prefix. */
static void share_by_prefix(request *r)
{
    ds_work *w = r->w;
    const double ttl = r->contract->cache_ttl_minutes;
    const int    written = ttl < 60.0 ? DS_KIND_WRITE : DS_KIND_WRITE_1H;
    const double uses = ttl / (60.0 * r->contract->hours[w->month]);
    const double *q = w->prefix_share[r->p], *requests = w->requests[r->p];
    const double *prefixes = w->column[r->product->prefixes];
    double *read = w->kind[DS_KIND_READ], *write = w->kind[written];
    DS_EACH_LANE(i) {
        double missed = ds_exp_inline(-(requests[i] * uses / prefixes[i]));
        read[i] = q[i] * (1.0 - missed);
        write[i] = q[i] * missed;
    }
    r->kinds &= ~(1u << (written == DS_KIND_WRITE ? DS_KIND_WRITE_1H : DS_KIND_WRITE));
}

/* A contract that caches nothing of a prompt with too little to cache. */
static void drop_small(request *r)
{
    const double least = r->contract->cache_minimum_tokens * (1.0 - 1e-9);
    const double *input = r->input;
    double *sum = r->w->scratch[0];
    ds_row_set(sum, 0);
    for (int k = DS_KIND_READ; k <= DS_KIND_WRITE_1H; k++)
        if (has(r->kinds, k))
            ds_row_add(sum, r->w->kind[k]);
    for (int k = DS_KIND_READ; k <= DS_KIND_WRITE_1H; k++) {
        double *share = r->w->kind[k];
        if (has(r->kinds, k))
            DS_EACH_LANE(i)
                share[i] = sum[i] * input[i] < least ? 0.0 : share[i];
    }
}

static void count_tokens(request *r)
{
    ds_work *w = r->w;
    const double *input = r->input;
    r->tokens[DS_KIND_INPUT] = input;
    r->tokens[DS_KIND_OUTPUT] = r->output;
    if (r->kinds == (1u << DS_KIND_INPUT | 1u << DS_KIND_OUTPUT))
        return;
    if (r->product->prefix != DS_NONE)
        share_by_prefix(r);
    else
        for (int k = DS_KIND_READ; k <= DS_KIND_WRITE_1H; k++)
            ds_row_copy(w->kind[k], w->cached[3 * r->p + (size_t)(k - DS_KIND_READ)]);
    if (r->contract->cache_minimum_tokens > 0.0)
        drop_small(r);
    double *fresh = w->kind[DS_KIND_INPUT];
    ds_row_set(fresh, 1);
    for (int k = DS_KIND_READ; k <= DS_KIND_WRITE_1H; k++) {
        double *tokens = w->kind[k];
        if (!has(r->kinds, k))
            continue;
        DS_EACH_LANE(i) {
            fresh[i] -= tokens[i];
            tokens[i] *= input[i];
        }
        r->tokens[k] = tokens;
    }
    ds_row_multiply(fresh, input);
    r->tokens[DS_KIND_INPUT] = fresh;
}

/* ---- tiers on the length of a request: (33) ------------------------------------------ */

/* The lengths of one product, lognormal where cv > 0.  Often they are the same in all
 * lanes; then only the first is looked at. */
typedef struct {
    const double *mean, *log_mean, *variance;
    size_t        lanes;
} lengths;

static lengths find_lengths(ds_work *w, const double *mean, const double *cv)
{
    const bool same_cv = ds_row_is_alike(cv), same_mean = ds_row_is_alike(mean);
    const size_t means = same_mean ? 1 : DS_LANES, lanes = same_cv ? means : DS_LANES;
    double *log_mean = w->scratch[2], *variance = w->scratch[3];
    DS_LANES_INDEPENDENT
    for (size_t i = 0; i < lanes; i++)
        log_mean[i] = ds_log_inline(mean[i]);
    if (same_cv)
        ds_row_set(variance, ds_log_inline(1.0 + cv[0] * cv[0]));
    else
        DS_EACH_LANE(i)
            variance[i] = ds_log_inline(1.0 + cv[i] * cv[i]);
    return (lengths){ mean, log_mean, variance, lanes };
}

/* The share of a lognormal length's mean, and of the requests, beyond a step; of a
 * graduated table only the first, what is beyond it of all tokens. */
static void share_of_lengths(const ds_plan_table *table, const ds_plan_step *step,
                             const lengths *of, double *restrict measured,
                             double *restrict others)
{
    const double log_from = step->log_from, from = step->from;
    const double *mean = of->mean, *log_mean = of->log_mean, *variances = of->variance;
    const bool cliff = table->cliff;
    ds_share_beyond(table, (size_t)(step - table->step), mean, others); /* where cv = 0 */
    if (from == 0.0) {
        ds_row_copy(measured, others);
        return;
    }
    DS_LANES_INDEPENDENT
    for (size_t i = 0; i < of->lanes; i++) {
        double certain = others[i];
        double variance = variances[i], spread = sqrt(variance);
        double above = log_mean[i] - 0.5 * variance - log_from;
        double requests = ds_normal_cdf_inline(above / spread);
        double tokens = ds_normal_cdf_inline((above + variance) / spread);
        double beyond = cliff ? tokens : tokens - from / mean[i] * requests;
        bool varies = variance > 0.0 && mean[i] > 0.0;
        measured[i] = varies ? beyond : certain;
        others[i] = varies ? requests : certain;
    }
    if (of->lanes < DS_LANES) {
        ds_row_set(measured, measured[0]);
        ds_row_set(others, others[0]);
    }
}

void ds_add_step(const ds_work *w, const ds_plan_table *table, size_t j, int kind,
                 const double *share, double *restrict factor)
{
    const int one = w->plan->one;
    const ds_plan_factor none = { .value = DS_NONE, .over = one };
    const ds_plan_factor here = table->step[j].factor[kind];
    const ds_plan_factor before = j > 0 ? table->step[j - 1].factor[kind] : none;
    if (here.value == DS_NONE && before.value == DS_NONE)
        return;
    const double *a = w->column[here.value == DS_NONE ? one : here.value];
    const double *a_over = w->column[here.value == DS_NONE ? one : here.over];
    const double *b = w->column[before.value == DS_NONE ? one : before.value];
    const double *b_over = w->column[before.value == DS_NONE ? one : before.over];
    if (a_over == w->column[one] && b_over == a_over)
        DS_EACH_LANE(i)
            factor[i] += share[i] * (a[i] - b[i]);
    else
        DS_EACH_LANE(i)
            factor[i] += share[i] * (a[i] / a_over[i] - b[i] / b_over[i]);
}

static bool moves(const ds_plan_table *table, int kind)
{
    bool moved = false;
    for (size_t j = 0; j < table->step_count; j++)
        moved = moved || table->step[j].factor[kind].value != DS_NONE;
    return moved;
}

static void apply_table(request *r, const ds_plan_table *table)
{
    ds_work *w = r->w;
    const bool of_input = table->of == DS_TIER_REQUEST_INPUT;
    const double *mean = of_input ? r->input : r->output;
    const double *cv = w->column[of_input ? r->product->input_cv : r->product->output_cv];
    const bool varies = r->product->varies[of_input ? 0 : 1];
    double *measured = w->scratch[0], *others = w->scratch[1];
    lengths spread = { .mean = mean };
    if (varies)
        spread = find_lengths(w, mean, cv);
    for (int k = 0; k < DS_KIND_COUNT; k++)
        ds_row_set(w->kind_part[k], 1);
    for (size_t j = 0; j < table->step_count; j++) {
        if (varies) {
            share_of_lengths(table, &table->step[j], &spread, measured, others);
        } else {
            ds_share_beyond(table, j, mean, measured);
            ds_row_copy(others, measured);
        }
        for (int k = 0; k < DS_KIND_COUNT; k++) {
            bool is_measured = of_input == (k != DS_KIND_OUTPUT);
            if (has(r->kinds, k) && (is_measured || table->cliff))
                ds_add_step(r->w, table, j, k, is_measured ? measured : others, w->kind_part[k]);
        }
    }
    for (int k = 0; k < DS_KIND_COUNT; k++) {
        if (!has(r->kinds, k) || !moves(table, k))
            continue;
        if (r->tier[k] == NULL)
            ds_row_copy(w->kind_tier[k], w->kind_part[k]);
        else
            ds_row_multiply(w->kind_tier[k], w->kind_part[k]);
        r->tier[k] = w->kind_tier[k];
    }
}

/* ---- dollars: (30), (34), (36) -------------------------------------------------------- */

/* Multiplies b_k by S_k and M_k of (34). */
static void apply_moved(const request *r, int kind, double *restrict usd)
{
    ds_work *w = r->w;
    const ds_plan_prices *prices = r->contract->prices;
    double *classes = w->scratch[0];
    if (prices->class_count > 0) {
        ds_row_set(classes, 1);
        for (size_t c = 0; c < prices->class_count; c++) {
            const ds_plan_factor g = prices->class[c].factor[kind];
            if (g.value == DS_NONE)
                continue;
            const double *value = w->column[g.value], *over = w->column[g.over];
            const double *share = w->column[prices->class[c].share[r->p]];
            DS_EACH_LANE(i)
                classes[i] += share[i] * (value[i] / over[i] - 1.0);
        }
        ds_row_multiply(usd, classes);
    }
    for (size_t m = 0; m < prices->multiplier_count; m++) {
        const ds_plan_moved *multiplier = &prices->multiplier[m];
        const ds_plan_factor g = multiplier->factor[kind];
        if (g.value == DS_NONE)
            continue;
        const double *value = w->column[g.value], *over = w->column[g.over];
        const double hours = multiplier->hours != NULL ? multiplier->hours[r->p] : 1.0;
        DS_EACH_LANE(i)
            usd[i] *= 1.0 + hours * (value[i] / over[i] - 1.0);
    }
}

/* b_k of every kind.  Tiers of compute time are on weights, not on prices. */
static void price_tokens(const request *r)
{
    ds_work *w = r->w;
    const bool by_token = r->contract->billing != DS_BILLING_COMPUTE_TIME;
    for (int k = 0; k < DS_KIND_COUNT; k++) {
        if (!has(r->kinds, k))
            continue;
        const double *tokens = r->tokens[k], *price = w->column[r->contract->prices->usd[k]];
        double *usd = w->kind_usd[k];
        DS_EACH_LANE(i)
            usd[i] = tokens[i] * 1e-6 * price[i];
        if (by_token && r->tier[k] != NULL)
            ds_row_multiply(usd, r->tier[k]);
        apply_moved(r, k, usd);
    }
}

/* Units of a meter that a request is billed for. */
static void count_meter(const request *r, const ds_plan_meter *meter, double *restrict units)
{
    if (meter->quantity[r->p] == DS_NONE) {
        ds_row_set(units, 0);
        return;
    }
    const double *n = r->w->column[meter->quantity[r->p]];
    const double *least = r->w->column[meter->minimum];
    DS_EACH_LANE(i)
        units[i] = n[i] > 0.0 ? ds_greatest(n[i], least[i]) : 0.0;
}

/* What a request adds to V of (35). */
static void measure(const request *r, int of, double *restrict load)
{
    const double *input = r->input, *output = r->output;
    if (of == DS_TIER_MONTH_INPUT)
        ds_row_copy(load, input);
    else if (of == DS_TIER_MONTH_OUTPUT)
        ds_row_copy(load, output);
    else if (of == DS_TIER_MONTH_REQUESTS)
        ds_row_set(load, 1);
    else
        DS_EACH_LANE(i)
            load[i] = input[i] + output[i];
}

static void load_usd(const request *r, const ds_plan_load *l, double *restrict load)
{
    ds_work *w = r->w;
    const ds_plan_prices *prices = r->contract->prices;
    bool empty = true;
    for (int k = 0; k < DS_KIND_COUNT; k++) {
        if (!has(r->kinds & l->kinds, k))
            continue;
        if (l->step == DS_NONE && empty) {
            ds_row_copy(load, w->kind_usd[k]);
        } else if (l->step == DS_NONE) {
            ds_row_add(load, w->kind_usd[k]);
        } else {
            if (empty)
                ds_row_set(load, 0);
            ds_add_step(r->w, &prices->volume[l->volume], (size_t)l->step, k, w->kind_usd[k], load);
        }
        empty = false;
    }
    if (empty)
        ds_row_set(load, 0);
    if (l->per_request)
        ds_row_add(load, w->column[prices->per_request]);
    double *units = w->scratch[0];
    for (size_t m = 0; l->meters && m < prices->meter_count; m++) {
        if (prices->meter[m].free != DS_NONE || prices->meter[m].quantity[r->p] == DS_NONE)
            continue;
        count_meter(r, &prices->meter[m], units);
        ds_row_add_product(load, units, w->column[prices->meter[m].usd]);
    }
}

/* ---- capacity: (31), (32) --------------------------------------------------------------- */

static ds_speed speed_of_pool(const ds_plan_pool *pool)
{
    return (ds_speed){ pool->profile, pool->parameters, pool->measured_b };
}

static ds_speed speed_of_fleet(const ds_plan_contract *c)
{
    return (ds_speed){ c->profile, c->parameters, c->measured_b };
}

static ds_served served(const request *r, ds_speed on)
{
    return (ds_served){ .on = on, .input = r->input, .output = r->output,
                        .read = r->tokens[DS_KIND_READ],
                        .cv = r->w->column[r->product->output_cv] };
}

/* Slots times GPU seconds, for the mean of (103). */
static void load_slots(const request *r, double *restrict load)
{
    const ds_served on = served(r, speed_of_fleet(r->contract));
    double *slots = r->w->scratch[0];
    ds_gpu_time(r->w, &on, load, slots);
    ds_row_multiply(load, slots);
}

/* (32) by weighted tokens [unit-hours]. */
static void load_weighted(const request *r, const ds_plan_pool *pool, double *restrict load)
{
    ds_work *w = r->w;
    const double *rate = w->column[pool->tokens_per_minute];
    ds_row_set(load, 0);
    for (int k = 0; k < DS_KIND_COUNT; k++) {
        if (!has(r->kinds, k))
            continue;
        const double *tokens = r->tokens[k], *weight = w->column[pool->weight[k]];
        const double *tier = r->tier[k] != NULL ? r->tier[k] : w->column[w->plan->one];
        DS_EACH_LANE(i)
            load[i] += tokens[i] * weight[i] * tier[i];
    }
    for (size_t m = 0; m < pool->meter_count; m++)
        if (pool->quantity[m][r->p] != DS_NONE)
            ds_row_add_product(load, w->column[pool->quantity[m][r->p]],
                               w->column[pool->meter_weight[m]]);
    DS_EACH_LANE(i)
        load[i] /= 60.0 * rate[i];
}

static void load_pool(const request *r, const ds_plan_pool *pool, double *restrict load)
{
    if (pool->profile < 0) {
        load_weighted(r, pool, load);
        return;
    }
    const ds_served on = served(r, speed_of_pool(pool));
    ds_gpu_time(r->w, &on, load, NULL);
    const double full = 3600.0 * pool->gpus;
    DS_EACH_LANE(i)
        load[i] /= full;
}

/* ---- all loads of a product on a contract ------------------------------------------------ */

static void compute_load(const request *r, const ds_plan_load *l, double *restrict load)
{
    const ds_plan_contract *c = r->contract;
    switch (l->what) {
    case DS_LOAD_USD:
        load_usd(r, l, load);
        break;
    case DS_LOAD_METER:
        count_meter(r, &c->prices->meter[l->meter], load);
        break;
    case DS_LOAD_VOLUME:
        measure(r, c->prices->volume[l->volume].of, load);
        break;
    case DS_LOAD_POOL:
        load_pool(r, &c->pool[l->pool], load);
        break;
    case DS_LOAD_SLOTS:
        load_slots(r, load);
        break;
    default: {
        const ds_served on = served(r, speed_of_fleet(c));
        ds_gpu_time(r->w, &on, load, NULL);
    }
    }
}

static void compute_loads(ds_work *w, const ds_plan_contract *c, size_t p)
{
    const ds_plan *plan = w->plan;
    request r = { .w = w, .contract = c, .product = &plan->product[p], .p = p,
                  .kinds = plan->product[p].kinds, .input = w->input_tokens[p],
                  .output = w->output_tokens[p] };
    count_tokens(&r);
    if (c->prices != NULL) {
        for (size_t t = 0; t < c->prices->tier_count; t++)
            apply_table(&r, &c->prices->tier[t]);
        if (c->billing != DS_BILLING_COMPUTE_TIME || c->overage_load != DS_NONE)
            price_tokens(&r);
    }
    for (int l = c->first_load; l < c->load_end; l++) {
        const size_t cell = p * plan->load_count + (size_t)l;
        compute_load(&r, &plan->load[l], w->load[cell]);
        w->load_alike[cell] = ds_row_is_alike(w->load[cell]);
        w->load_known[cell] = c->loads_certain && plan->product[p].tokens_certain;
    }
}

/* The load of the month before, where nothing has moved but the speed of its profile. */
static void follow_speed(const ds_work *w, int profile, double *restrict load)
{
    if (profile < 0 || w->plan->profile[profile].speed_gain == DS_NONE)
        return;
    const double *step = w->speed_step[profile];
    DS_EACH_LANE(i)
        load[i] /= step[i];
}

static void follow_speeds(ds_work *w, const ds_plan_contract *c, size_t p)
{
    const ds_plan *plan = w->plan;
    for (int l = c->first_load; l < c->load_end; l++) {
        const ds_plan_load *load = &plan->load[l];
        double *row = w->load[p * plan->load_count + (size_t)l];
        if (load->what == DS_LOAD_POOL)
            follow_speed(w, c->pool[load->pool].profile, row);
        else if (load->what == DS_LOAD_GPU_TIME || load->what == DS_LOAD_SLOTS)
            follow_speed(w, c->profile, row);
        w->load_alike[p * plan->load_count + (size_t)l] = false; /* nobody has looked */
    }
}

/* Load of one label or mark on a contract of the teacher, (64): dollars at base prices,
 * unit-hours of the first pool, or GPU-hours. */
static void compute_label(ds_work *w, const ds_plan_labels *labels, const ds_plan_contract *c,
                          double *restrict load)
{
    const double *I = w->column[labels->input], *O = w->column[labels->output];
    if (c->billing == DS_BILLING_FLEET) {
        const ds_served on = { .on = speed_of_fleet(c), .input = I, .output = O };
        ds_gpu_time(w, &on, load, NULL);
        DS_EACH_LANE(i)
            load[i] /= 3600.0;
    } else if (c->billing != DS_BILLING_COMPUTE_TIME) {
        const double *p_in = w->column[c->prices->usd[DS_KIND_INPUT]];
        const double *p_out = w->column[c->prices->usd[DS_KIND_OUTPUT]];
        DS_EACH_LANE(i)
            load[i] = (I[i] * p_in[i] + O[i] * p_out[i]) * 1e-6;
    } else {
        const ds_plan_pool *pool = &c->pool[0];
        const double *usd = w->column[pool->usd_per_unit_hour];
        if (pool->profile >= 0) {
            const ds_served on = { .on = speed_of_pool(pool), .input = I, .output = O };
            ds_gpu_time(w, &on, load, NULL);
            DS_EACH_LANE(i)
                load[i] = load[i] / (3600.0 * pool->gpus) * usd[i];
            return;
        }
        const double *rate = w->column[pool->tokens_per_minute];
        const double *in = w->column[pool->weight[DS_KIND_INPUT]];
        const double *out = w->column[pool->weight[DS_KIND_OUTPUT]];
        DS_EACH_LANE(i)
            load[i] = (I[i] * in[i] + O[i] * out[i]) / (60.0 * rate[i]) * usd[i];
    }
}

static void compute_labels(ds_work *w, const ds_plan_labels *labels, int teacher)
{
    if (labels->examples == DS_NONE)
        return;
    const ds_plan_model *model = &w->plan->model[teacher];
    for (int k = model->first_contract; k < model->end_contract; k++) {
        const ds_plan_contract *c = &w->plan->contract[k];
        double *load = w->label_load[labels->first + k - model->first_contract];
        if (w->month == 0)
            compute_label(w, labels, c, load);
        else if (c->loads_move)
            follow_speed(w, c->pool_count > 0 ? c->pool[0].profile : c->profile, load);
    }
}

/* Are the loads those of the block before, because no path changes them? */
static bool is_known(const ds_work *w, const ds_plan_contract *c, size_t p)
{
    return c->load_end > c->first_load &&
           w->load_known[p * w->plan->load_count + (size_t)c->first_load];
}

void ds_request_month(ds_work *w)
{
    const ds_plan *plan = w->plan;
    const bool all = w->month == 0;
    if (!all && !plan->loads_move)
        return;
    for (size_t k = 0; k < plan->contract_count; k++) {
        const ds_plan_contract *c = &plan->contract[k];
        if (!all && !ds_may_be_billed(w, k))
            continue;
        const bool first = w->month == c->first_month;
        for (size_t p = 0; p < plan->product_count; p++) {
            const ds_plan_product *product = &plan->product[p];
            bool moves = product->tokens_grow || product->prefix != DS_NONE;
            if (product->idle || is_known(w, c, p))
                continue;
            if (all || moves || (first && c->loads_move))
                compute_loads(w, c, p);
            else if (c->loads_move)
                follow_speeds(w, c, p);
        }
    }
    for (size_t s = 0; s < plan->student_count; s++) {
        compute_labels(w, &plan->student[s].labels, plan->student[s].teacher);
        compute_labels(w, &plan->student[s].marks, plan->student[s].teacher);
    }
}
