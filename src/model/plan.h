/* plan.h -- the compiled simulation: flat, read-only, shared by every thread.
 *
 * Read this file and work.h to know the kernel's data: the plan holds indices and
 * hashes, the work (one per thread) holds rows of DS_LANES doubles.  A *column* is
 * the row of a scenario input; two more columns hold 0 and 1.  Columns of inputs
 * that are drawn at each event stay empty: their draw is made lane by lane.
 *
 * Numbers in parentheses are equations of docs/model.md.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_PLAN_H
#define DS_PLAN_H

#include "distillsim.h"
#include "model/draws.h"
#include "model/kernel.h"
#include "scenario/scenario.h"

enum { DS_NONE = -1 };

/* An input drawn once per path. */
typedef struct {
    int      column;
    uint64_t name; /* hash of its pointer */
} ds_plan_input;

/* An event of (5): probability of a month 1 - exp(-rate), rate = per year / 12, or
 * 1 / months between. */
typedef struct {
    uint64_t name; /* hash of "pointer#kind"                                    */
    int      column;
    bool     column_is_months_between;
} ds_plan_event;

/* The size of an event: an input drawn anew, or a column when it is shared. */
typedef struct {
    int      input; /* index of the scenario input: its draw                    */
    uint64_t name;
    bool     per_event;
} ds_plan_size;

typedef struct {
    int  usd_per_gpu_hour, long_run, reversion, volatility, peak_tflops;
    int  process; /* index into plan->processes, or DS_NONE                     */
    int  jump;    /* index into plan->events, or DS_NONE                        */
    ds_plan_size jump_factor;
    bool moves;
} ds_plan_gpu;

typedef struct {
    int    gpu;
    double gpus_per_replica, parameters_b; /* parameters_b NAN when not given   */
    int    input_rate, output_rate, attention, speed_factor, speed_gain;
} ds_plan_profile;

typedef struct {
    const char *name;
    int      requests, tokens_per_word, input_length, output_length;
    bool     input_in_words, output_in_words, tokens_grow;
    int      output_cv, cache_read_share, cache_write_share, input_growth, output_growth;
    int      growth; /* DS_GROWTH_...                                           */
    int      per_year, slows_to, slowing, ceiling, innovation, imitation, volatility;
    bool     slows;
    ds_numbers series;
    int      process, jump;
    ds_plan_size jump_factor;
    bool     has_season, has_hours;
    double   season[12], hour_shape[24], hour_peak; /* hour_peak = max of shape */
    int      peak_to_mean, value, loss, elasticity;
    int      price_of; /* model, or DS_NONE                                     */
} ds_plan_product;

typedef struct {
    const char *name;
    int    model, billing, from;
    /* months in which some path may have it in force, and whether all then do  */
    size_t first_month, end_month;
    bool   certain;
    bool   follows, locked;
    int    locked_months;
    int    price_input, price_output, price_read, price_write;
    int    discount, batch_share, batch_discount;
    int    commitment; /* column or DS_NONE                                     */
    int    hosting_per_hour, storage_per_month; /* or DS_NONE                   */
    int    usd_per_unit_hour;
    int    unit_profile; /* profile whose GPU time is the load, or DS_NONE      */
    double unit_gpus;
    int    tokens_per_minute, output_weight, read_weight, write_weight;
    bool   metered;
    double minimum_units, unit_increment;
    int    profile; /* of a fleet                                               */
    int    parameters; double measured_b; /* n of (31) = parameters / measured_b */
    int    rent_discount, derate, utilisation;
    double minimum_replicas, spare_replicas;
    bool   hourly, owned;
    int    usd_per_gpu, kilowatts, usd_per_kwh, colocation;
    size_t life_months;
    int    staff;      /* column or DS_NONE                                     */
    bool   has_fixed;  /* any fixed charge: needs to know whether it is held    */
} ds_plan_contract;

typedef struct {
    const char *name;
    int    first_contract, end_contract;
    int    provider; /* index of a provider                                     */
    bool   price_moves, releases_fixed;
    int    process, release, cut; /* process, events, or DS_NONE                */
    int    release_months, change, volatility;
    ds_plan_size change_at_release, cut_factor;
    int    interruption; /* event, or DS_NONE                                   */
    ds_plan_size interruption_months;
    int    fee_returned; /* column or DS_NONE                                   */
    int    detected, false_alarm, usd_per_check; /* columns, or DS_NONE         */
    int    student; /* index into students, or DS_NONE                          */
} ds_plan_model;

/* Acceptable share of a model for the task class of a product. */
typedef struct {
    int    acceptable; /* column, or DS_NONE                                    */
    int    limit, gap, exponent; /* of the curve, or DS_NONE                    */
    int    parameters;
    bool   perfect; /* no entry: 1                                              */
} ds_plan_quality;

typedef struct {
    int  model, teacher;
    int  label_contracts; /* first row of label prices, one per teacher's contract */
    int  examples, rejected, label_input, label_output, label_discount; /* or DS_NONE */
    int  training_gpu, training_tokens, epochs, mfu, parameters; /* or DS_NONE   */
    int  staff_months, usd_per_staff_month, evaluation, licence, royalty, lead, retry;
    int  success, permission, overrun;
    int  attempts;
    uint64_t permission_name, gate_name;
    int  decay_per_month, decay_per_release;
    int  refresh_months, refresh_cost; /* or DS_NONE                            */
} ds_plan_student;

/* One route of one product. */
typedef struct {
    int model, share, from, ramp_months;
    int escalate_to; /* model, or DS_NONE                                       */
    int project;     /* index into the strategy's projects, or DS_NONE          */
    int state;       /* index of the route's ramp rows, shared between products */
} ds_plan_route;

typedef struct {
    int student, start, threshold; /* threshold: column or DS_NONE              */
} ds_plan_project;

typedef struct {
    const char *name;
    int    all;
    size_t project_count, ramp_count;
    ds_plan_project *project;
    ds_plan_route  **route;       /* [product][route_count[product]]            */
    size_t          *route_count; /* [product]                                  */
    ds_plan_route   *ramp;        /* [ramp_count]: distinct (from, ramp, project) */
    bool            *ramp_holds;  /* [ramp][model]: its routes hold the model (57)  */
    int             *fallback;    /* [model], or DS_NONE                        */
    bool            *used;        /* [model]: may serve something               */
    bool            *always_held; /* [model]                                    */
    /* what may happen under it at all; the kernel leaves the rest out          */
    bool             distils, has_fleet;
    bool             interrupted; /* requests may be lost                       */
    bool             spoils;      /* answers may be bad, or asked for twice     */
} ds_plan_strategy;

struct ds_plan {
    const ds_scenario *scenario;
    ds_draws           draws;
    size_t months, start_month; /* start_month: calendar month of month 0, 0-11 */
    double hours, cvar_level;
    int    zero, one; /* columns                                                */
    size_t column_count;
    int    discount_rate, inflation, budget; /* budget: column or DS_NONE       */
    bool   inflates, real;
    double timing; /* theta of (72)                                             */

    size_t input_count, event_count, process_count;
    ds_plan_input *input;
    ds_plan_event *event;
    uint64_t      *process; /* hash of "pointer#shock"                          */
    int          **component_process; /* [component][member]: index of the process */

    size_t gpu_count, profile_count, product_count, model_count, contract_count,
        student_count, strategy_count, provider_count, label_rows;
    ds_plan_gpu      *gpu;
    ds_plan_profile  *profile;
    ds_plan_product  *product;
    ds_plan_model    *model;
    ds_plan_contract *contract;
    ds_plan_student  *student;
    ds_plan_quality  *quality; /* [model][product]                              */
    ds_plan_strategy *strategy;
    size_t most_projects, most_ramps, most_life;
    bool   loads_move; /* tokens of a request or speeds change with the months   */

    void **blocks; /* every allocation of the plan                              */
    size_t block_count, block_capacity;
};

#endif
