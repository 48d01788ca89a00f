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
#include "model/profile_table.h"
#include "model/sampler.h"
#include "scenario/scenario.h"

enum { DS_NONE = -1 };

/* A scenario of few bytes can ask for many, as products times contracts. */
#define DS_PLAN_BYTES_MAX ((size_t)1 << 30)

/* An input drawn once per path. */
typedef struct {
    int      column;
    bool     epistemic; /* (9): one value for a state of knowledge             */
    uint64_t name; /* hash of its pointer */
} ds_plan_input;

/* An event of (5): probability of a month 1 - exp(-rate), rate = per year / 12, or
 * 1 / months between.  Of jumps and cuts (14) there may be several in a month. */
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

/* Noise that passes (18): columns. */
typedef struct {
    uint64_t name; /* hash of "pointer#noise"                                   */
    int      log_sd, kept; /* s and phi                                         */
} ds_plan_noise;

/* A regime (25) that does something. */
typedef struct {
    uint64_t name; /* hash of "pointer#state"                                   */
    int      index; /* in the scenario                                          */
    int      on_per_year, off_per_year;
    int      begins_on; /* column, or DS_NONE                                   */
} ds_plan_regime;

/* What it does to one thing; columns, or DS_NONE where it does nothing. */
typedef struct {
    int    regime; /* index, or DS_NONE: no regime does anything                */
    int    factor, step, volatility;
    size_t step_row; /* of ds_work.regime_step, if there is a step              */
} ds_plan_effect;

typedef struct {
    int  usd_per_gpu_hour, long_run, reversion, volatility, peak_tflops;
    int  process; /* index into plan->processes, or DS_NONE                     */
    int  jump;    /* index into plan->events, or DS_NONE                        */
    ds_plan_size jump_factor;
    ds_plan_effect effect;
    bool moves;
} ds_plan_gpu;

typedef struct { /* of a measured table (101)                                    */
    double log_input, log_output, log_ratio, log_slots; /* ratio: g_k / B_k      */
} ds_plan_point;

/* A roofline (102), seconds and bytes, for a model of the measured size; one that is n
 * times as large, m = n^(1/3), multiplies by what is named. */
typedef struct {
    double products;    /* of a token: n                                         */
    double activations; /* and the all-reduce of them: m^2                       */
    double dispatch;    /* m                                                     */
    double head, attention;                  /* of an output, m; of a prompt's pairs, m^2 */
    double step, request, front_end;         /* fixed times                      */
    double all_reduces, weights_read, head_read; /* of a step: m, n, m           */
    double experts_read, experts_each;       /* all others, n; K/E               */
    double cache_read;                       /* of a token of context: m         */
    double prompt_share;
    double memory, weight_bytes, head_bytes, cache_bytes; /* of a GPU: -, n, m, m */
    double concurrency, tpot_limit, ttft_limit; /* INFINITY: none                */
    bool   limited;                             /* by time                       */
} ds_plan_roofline;

typedef struct {
    int    gpu;
    double gpus_per_replica, parameters_b; /* parameters_b NAN when not given   */
    /* closed form */
    double slots;
    int    input_rate, output_rate, attention, prefill_attention; /* DS_NONE: none */
    /* table, if it has points */
    size_t         point_count;
    ds_plan_point *point;
    ds_base_law    law;
    const ds_plan_roofline *roofline; /* or NULL                                */
    int    speed_factor, speed_gain;
    int    error; /* column of epsilon, or DS_NONE                              */
} ds_plan_profile;

typedef struct {
    const char *name;
    bool     idle; /* never any requests                                        */
    int      requests, tokens_per_word, input_length, output_length;
    bool     input_in_words, output_in_words, tokens_grow;
    int      input_cv, output_cv, input_growth, output_growth;
    bool     varies[2]; /* has the length of input, of output a spread?          */
    int      cached[3]; /* read, written, written for an hour: column or DS_NONE */
    bool     cached_tokens;  /* the three are tokens, not shares                 */
    bool     cached_beside;  /* and not part of input_length                     */
    int      prefix, prefixes; /* prefix: column, or DS_NONE                     */
    unsigned kinds;    /* bits of the kinds of tokens that a request may have    */
    int      growth; /* DS_GROWTH_...                                           */
    int      per_year, slows_to, slowing, ceiling, innovation, imitation, volatility;
    bool     slows;
    ds_numbers series;
    int      process, jump;
    ds_plan_size jump_factor;
    ds_plan_effect effect;
    bool     level_moves; /* has it a trend or noise in its log level?           */
    int      noise; /* index of the noise that passes, or DS_NONE               */
    bool     has_season;
    double   season[12];
    double   week[168];             /* s of (16): levels of the hours, mean 1    */
    double   hour_peak, burst_peak; /* highest level of an hour, of a minute     */
    bool     tokens_certain;        /* and they stay as they are                     */
    bool     trend_certain;         /* the rates of (12), (13)                       */
    bool     plain;                 /* growth with noise, and nothing else           */
    bool     certain_peak;          /* is peak_to_mean the same on every path?   */
    int      peak_to_mean, value, loss, elasticity;
    int      price_of; /* model, or DS_NONE                                     */
} ds_plan_product;

/* ---- contracts: what a request weighs, and what the month's weight costs ------------
 *
 * The *loads* of a contract are linear: so many dollars, units of a meter, unit-hours
 * or GPU seconds for each request of a product.  Everything that is decided request
 * by request (kinds of tokens, tiers on a request's length, classes, multipliers)
 * is folded into them, once a block or, where it moves, once a month.  What depends
 * on the month's sum comes after: the steps of a volume, free meters, whole units,
 * commitments. */

/* Factor of a step, class or multiplier on a kind of token: column `over` column. */
typedef struct {
    int value, over; /* value: DS_NONE means a factor of 1                       */
} ds_plan_factor;

/* Of a table by what is measured, x: a step is reached when x > limit, which is
 * `from` and the edge's 1e-9. */
typedef struct {
    double from, log_from, limit;
    ds_plan_factor factor[DS_KIND_COUNT]; /* of tiers                           */
    int    discount;                      /* of spend discounts: column         */
} ds_plan_step;

typedef struct {
    int    of; /* DS_TIER_..., what is measured                                 */
    int    load; /* of volumes: of one request                                   */
    size_t gain; /* of volumes: first of the rows of ds_work.gain                */
    bool   cliff;
    size_t step_count;
    ds_plan_step *step;
} ds_plan_table;

typedef struct { /* service class, or multiplier in some hours                   */
    int    *share; /* [product]: column of the share of its requests, or NULL    */
    double *hours; /* [product]: or the share of its load, or NULL: all          */
    ds_plan_factor factor[DS_KIND_COUNT];
} ds_plan_moved;

typedef struct {
    int *quantity; /* [product]: column of the units of a request, or DS_NONE    */
    int  usd, minimum;
    int  free; /* units of a month; column, or DS_NONE: its cost is linear       */
} ds_plan_meter;

/* Prices of a contract by token; of compute time: of overage, and its tiers. */
typedef struct {
    int usd[DS_KIND_COUNT]; /* columns, USD/Mtok; DS_NONE: compute time alone    */
    int per_request;        /* column, or DS_NONE                                */
    size_t tier_count, volume_count, class_count, multiplier_count, meter_count;
    ds_plan_table *tier;   /* on the length of a request (33)                     */
    ds_plan_table *volume; /* on the month (35)                                   */
    ds_plan_moved *class, *multiplier;
    ds_plan_meter *meter;
} ds_plan_prices;

/* One load: a row for each product. */
enum { DS_LOAD_USD, DS_LOAD_METER, DS_LOAD_VOLUME, DS_LOAD_POOL, DS_LOAD_GPU_TIME,
       DS_LOAD_SLOTS }; /* slots times GPU seconds, for the mean of (103)          */
typedef struct {
    int      what;
    unsigned kinds;       /* USD: bits of the kinds of tokens in it              */
    bool     per_request, meters; /* USD: and these, meters without a free amount */
    int      volume, step; /* USD: not the price itself but what this step of this
                              volume table adds to the step before; or DS_NONE.
                              Without a step: all steps move all of it alike       */
    int      meter, pool;  /* USD: one meter alone, or DS_NONE                   */
    bool     ends_line;    /* of a line of the bill, which may be rounded         */
} ds_plan_load;

typedef struct { /* of compute-time units                                        */
    int    load;
    int    usd_per_unit_hour;
    int    profile; /* index, or DS_NONE: by weighted tokens                     */
    double gpus;
    int    parameters; double measured_b; /* n of (31) = parameters / measured_b */
    int    tokens_per_minute, weight[DS_KIND_COUNT];
    size_t meter_count;
    int   *meter_weight; /* [meter]                                              */
    int  **quantity;     /* [meter][product]: column, or DS_NONE                  */
    double minimum, increment;
    int    held, reserved;         /* amounts, or DS_NONE                        */
    int    usd_per_reserved_month, usd_per_reserved_hour; /* one of them, or none */
    int    ring;                   /* of units bought for a term, or DS_NONE      */
} ds_plan_pool;

/* A commitment of a contract or of an agreement, (90)-(95).  One with a term, or that
 * carries over what is unused, has a state: months left of its terms, the month of the
 * term that comes next, the number of the term, what is left of the amount, and
 * whether it has ended for good. */
enum { DS_COMMITTED_LEFT, DS_COMMITTED_POSITION, DS_COMMITTED_TERM, DS_COMMITTED_REST,
       DS_COMMITTED_ENDED, DS_COMMITMENT_ROWS };
typedef struct {
    int    amount;      /* index of an amount                                    */
    int    per;         /* DS_PER_...                                            */
    int    unit;        /* column: USD per credit, or one                         */
    int    discount;    /* column; DS_NONE with credits                          */
    int    credit;      /* with credits: column of the contract's usd_per_credit  */
    double term_months, terms; /* term_months 0: no term                         */
    ds_numbers ramp;
    int    minimum;     /* column, or DS_NONE                                    */
    int    exit_share;  /* column, or DS_NONE                                    */
    int    payment, overage;
    bool   carried, renews;
    size_t state;       /* first of its rows in a strategy's state               */
    const double *hours; /* [month]                                              */
} ds_plan_commitment;

typedef struct {
    int    commitment, first_contract;
    ds_plan_table *spend; /* or NULL                                             */
    int    free, credit, credit_months; /* columns; DS_NONE: there is none       */
} ds_plan_agreement;

typedef struct {
    const char *name;
    int    model, billing, from, until; /* until: column, or DS_NONE             */
    /* months in which some path may have it in force, and whether all then do.
     * What is bought for a term may have to be paid longer: it lingers.          */
    size_t first_month, end_month;
    bool   certain, lingers;
    const double *hours; /* [month]: H                                           */
    bool   follows, locked;
    int    locked_months;
    int    discount, credit; /* of P; DS_NONE: no discount, dollars               */
    int    tax, staff;       /* column, or DS_NONE                               */
    double round_to;         /* USD                                              */
    int    rounding;         /* DS_ROUNDED_...                                   */
    int    commitment, agreement; /* or DS_NONE                                  */
    int    hosting_per_hour, storage_per_month; /* or DS_NONE                   */
    bool   has_fixed;    /* any fixed charge: needs to know whether it is held   */
    bool   refuses;      /* requests may be lost by it                           */
    bool   loads_move;   /* with the speed of a profile                          */
    bool   loads_certain; /* each is the same on every path, if the tokens are    */
    bool   plain;        /* one sum of tokens at one price, and no more            */
    /* its loads; the first ones, as many as charges, are summed up into its usage */
    int    first_load, charge_end, load_end;
    int    driver;       /* load whose course in time usage follows, or DS_NONE   */
    ds_plan_prices *prices; /* or NULL: fleets                                   */
    double cache_ttl_minutes, cache_minimum_tokens;
    /* compute time */
    size_t pool_count;
    ds_plan_pool *pool;
    int    settlement, overage, overage_load;
    bool   renews;
    size_t term_months;
    const ds_window *window;
    int    utilisation;
    /* fleet */
    int    fleet; /* index, or DS_NONE                                           */
    int    profile;
    int    parameters; double measured_b; /* as in ds_plan_pool                  */
    int    derate;
    const ds_waiting *waiting; /* or NULL                                        */
    int    slots_load;         /* with waiting: its load of slots, else DS_NONE  */
} ds_plan_contract;

/* A part of a fleet that is sized by itself: a region, or a product in a region.  Cells
 * that are alike are one, with their count. */
typedef struct {
    double share, count; /* of the requests of each product; so many such cells  */
    int    product;      /* the only one that it serves, or DS_NONE              */
    size_t state;        /* with capacity: first of its rows in a strategy's     */
} ds_plan_cell;

/* GPUs rented or owned: (45)-(48), (104)-(108). */
typedef struct {
    int    contract;
    double gpus; /* of a replica                                                 */
    int    derate, utilisation;
    double least, spare, most; /* replicas of a cell; most: INFINITY             */
    size_t cell_count, apart_count;
    ds_plan_cell *cell;
    ds_plan_cell *apart; /* as if each product had its own: (108), or NULL       */
    bool   varies;       /* with the hours; else it is sized for the busiest one */
    bool   autoscaled;
    int    points;       /* of a month at which it is sized: DS_POINTS_...       */
    double starting;     /* mu of (105), (106)                                   */
    double paid_beside;  /* share of an hour paid for what the next hour needs more
                            (scheduled), or the last one did (autoscaled)        */
    bool   limited;      /* something may overflow: (106)                        */
    int    headroom;     /* (104), or DS_NONE: no `capacity`                     */
    double initial, most_new;
    size_t lead_months;  /* at most the months of the run                        */
    /* rented */
    int    rent_discount;
    int    reserved, reserved_discount; /* or DS_NONE                            */
    double term_months;
    size_t term_state;   /* first of its two rows in a strategy's state          */
    int    spot, spot_discount, unavailable, interruptions, recovery_minutes; /* or DS_NONE */
    /* owned */
    bool   owned, valued; /* valued: at the end of the run                       */
    int    usd_per_gpu, kilowatts, pue, usd_per_kwh, colocation, residual;
    double life_months;
    size_t ring_months; /* of life, at most those of the run                     */
    int    ring;        /* of GPUs bought                                        */
} ds_plan_fleet;
/* State of a cell with capacity: replicas ordered so far, those that have come, and the
 * orders under way, a row for each month of the lead.  Of a reservation: months left of
 * its term, and the rent that holds in it. */
enum { DS_ORDERED, DS_ARRIVED, DS_UNDER_WAY };
enum { DS_TERM_LEFT, DS_TERM_RENT, DS_TERM_ROWS };

/* The load within a month: (16).  A month is cut into periods of some weight (sum 1);
 * a period has points, at each of which every product has a level; periods in which
 * all products have the same levels are one. */
enum { DS_POINTS_MONTH,     /* one, level 1                                       */
       DS_POINTS_DAY_PEAK,  /* the days, a point for the highest of each hour     */
       DS_POINTS_HOUR_PEAK, /* the hours, each at its highest                     */
       DS_POINTS_DAY, DS_POINTS_HOUR, DS_POINTS_MINUTE,
       DS_POINTS_WEEK,      /* the hours in their order; of a day when all days are
                               alike, or of one hour: not merged, each of one point */
       DS_POINTS_BUSY,      /* hours that are the busiest, whatever the shares of
                               products: of weight 0                              */
       DS_POINTS_COUNT };
typedef struct {
    size_t  count;
    double *weight; /* [period]                                                  */
    size_t *first;  /* [period + 1]: its points                                  */
    double *level;  /* [point][product]                                          */
} ds_plan_points;

typedef struct { /* what checks answers or requests: columns, or DS_NONE         */
    int    detected, false_alarm;
    int    usd; /* DS_NONE: costs nothing                                        */
} ds_plan_checker;

typedef struct {
    const char *name;
    int    first_contract, end_contract;
    int    provider; /* index of a provider                                     */
    bool   price_moves, releases_fixed;
    bool   shared; /* do several strategies use it?                               */
    int    level; /* model whose price level is its own too: often itself       */
    int    process, release, cut; /* process, events, or DS_NONE                */
    int    release_months, change, volatility, reversion;
    bool   noise_apart; /* the noise reverts, or a regime changes it             */
    ds_plan_effect effect;
    ds_plan_size change_at_release, cut_factor;
    int    interruption; /* event, or DS_NONE                                   */
    ds_plan_size interruption_months;
    int    limits; /* index among the models that have limited fleets, or DS_NONE  */
    int    fee_returned; /* column or DS_NONE                                   */
    ds_plan_checker verifier, router;
    int    student; /* index into students, or DS_NONE                          */
} ds_plan_model;

/* Acceptable share of a model for the task class of a product. */
typedef struct {
    int    acceptable; /* column, or DS_NONE                                    */
    int    limit, gap, exponent; /* of the curve, or DS_NONE                    */
    const ds_scaling_law *law; /* of the scenario, or NULL                      */
    int    parameters;
    bool   perfect; /* no entry: 1                                              */
} ds_plan_quality;

/* Answers or marks that a student's teacher sells, (64), (65c). */
typedef struct {
    int  examples; /* column, or DS_NONE: none are bought                        */
    int  rounds, rejected, input, output, discount;
    int  first; /* its rows of label_load, one for each contract of the teacher  */
} ds_plan_labels;

typedef struct {
    int  every_months, every_releases, below, not_within; /* or DS_NONE          */
    int  cost; /* DS_NONE: the student is never refreshed                        */
} ds_plan_refresh;

typedef struct {
    int  model, teacher;
    ds_plan_labels labels, marks; /* marks: of on-policy rounds                  */
    int  training_gpu, gpu_hours, training_tokens, epochs, mfu, flop, parameters; /* or DS_NONE */
    int  rounds_gpu, rounds, rounds_hours; /* on-policy; rounds_gpu may be DS_NONE */
    int  staff_months, usd_per_staff_month, evaluation, licence, royalty, lead, retry;
    int  success, permission, overrun;
    int  attempts;
    uint64_t permission_name, gate_name;
    int  decay_per_month, decay_per_release;
    bool ages; /* decays, or is refreshed                                       */
    ds_plan_refresh refresh;
    const ds_fine_tuning *fine_tuning; /* of the scenario, or NULL              */
    int  tuning_cap;                   /* column, or DS_NONE                    */
} ds_plan_student;

/* One route of one product. */
typedef struct {
    int model, share, from, ramp_months;
    int escalate_to; /* model, or DS_NONE                                       */
    bool before_answer; /* and so decides a router                               */
    int project;     /* index into the strategy's projects, or DS_NONE          */
    int state;       /* index of the route's ramp rows, shared between products */
} ds_plan_route;

typedef struct {
    int student, start, threshold; /* threshold: column or DS_NONE              */
    double begins; /* the month whatever `start` says, INFINITY: never; NAN: as it says */
    bool certain;                  /* is it ready in the same month on every path? */
    size_t product_count; /* those routed to the student, where (67) asks        */
    int   *product;
} ds_plan_project;

typedef struct {
    const char *name;
    int    all;
    size_t first_month; /* before it the strategy is strategy 0, and not simulated */
    size_t project_count, ramp_count;
    ds_plan_project *project;
    ds_plan_route  **route;       /* [product][route_count[product]]            */
    size_t          *route_count; /* [product]                                  */
    ds_plan_route   *ramp;        /* [ramp_count]: distinct (from, ramp, project) */
    bool            *ramp_certain; /* [ramp]: is it the same on every path?     */
    bool            *ramp_holds;  /* [ramp][model]: its routes hold the model (57)  */
    bool            *certain;     /* [product]: are its shares the same on every path? */
    bool             all_certain; /* of all products                            */
    int             *fallback;    /* [model], or DS_NONE                        */
    bool            *used;        /* [model]: may serve something               */
    bool            *always_held; /* [model]                                    */
    bool            *agrees;      /* [agreement]: may be due under it            */
    int             *amount;      /* [amount]: column of it under this strategy  */
    /* what may happen under it at all; the kernel leaves the rest out          */
    bool             distils, has_fleet;
    bool             waits;       /* a project begins by the bill of the month before */
    bool             has_limits;  /* some fleet may be too small                */
    bool             falls_back;  /* requests may be served by a fallback       */
    bool             loses;       /* requests may be lost                       */
    bool             spoils;      /* answers may be bad, or asked for twice     */
    bool             losses_cost; /* what is lost or bad may cost something     */
    bool             repeats;     /* its months may be alike but for prices and demand:
                                     strategy_again.c                           */
} ds_plan_strategy;

/* What the wanted outcomes are made of: the kernel keeps nothing else.  Escapes through
 * the present cost are none: cost_npv_usd and saving_npv_usd are always wanted. */
typedef struct {
    bool total, bill, returned, peak, over, provider, project; /* sums and maxima of months */
    bool totals;  /* any but the present value                                        */
    bool payback; /* cumulative saving                                                */
    bool flow;    /* monthly savings, for the rates of return                         */
    bool rates;   /* internal ones                                                    */
    bool served;  /* requests that are served: their number, tokens and value          */
    bool escalated, bad, unserved, fleets, overflow, fallback;
} ds_plan_needs;

struct ds_plan {
    const ds_scenario *scenario;
    ds_draws           draws;
    size_t months, start_month; /* start_month: calendar month of month 0, 0-11 */
    double cvar_level;
    bool   wanted[DS_OUTCOME_COUNT], monthly; /* of the outcomes; of monthly bills */
    bool   saving_asked; /* by name, or with all outcomes; wanted it always is         */
    ds_plan_needs needs;
    double *hours[4];  /* [DS_MONTH_...][month]: H of a contract                 */
    ds_plan_points points[DS_POINTS_COUNT];
    int    zero, one; /* columns                                                */
    size_t column_count;
    int    discount_rate, inflation, budget; /* budget: column or DS_NONE       */
    bool   inflates, real;
    double timing; /* theta of (72)                                             */

    size_t input_count, event_count, process_count, noise_count, regime_count, step_count;
    ds_plan_input *input;
    ds_plan_event *event;
    uint64_t      *process; /* hash of "pointer#shock"                          */
    int           *same_shock;  /* [process]: with which it is correlated by 1, or itself */
    ds_sampler     sampler;
    uint64_t       outer;  /* states of knowledge (9), 0: not apart             */
    int           *sampled_shock; /* [process]: stream of the sampler, or -1     */
    bool          *draws_shock; /* [process]: false when L has 0 for its own number: it
                                   is a sum of others', and drawing it would be for nothing */
    ds_plan_noise *noise;
    ds_plan_regime *regime;
    bool          *epistemic_component; /* [component] (9)                      */
    int          **component_process; /* [component][member]: index of the process */

    size_t gpu_count, profile_count, product_count, model_count, contract_count,
        student_count, strategy_count, provider_count, label_rows, load_count,
        agreement_count, commitment_count, amount_count, ring_count, gain_count, fleet_count,
        limits_count, fleet_rows, most_cells;
    ds_plan_gpu      *gpu;
    ds_plan_profile  *profile;
    ds_plan_product  *product;
    ds_plan_model    *model;
    ds_plan_contract *contract;
    ds_plan_fleet    *fleet;
    ds_plan_load       *load;
    ds_plan_agreement  *agreement;
    ds_plan_commitment *commitment;
    int                *amount; /* [amount]: column, unless a strategy has its own */
    ds_plan_student  *student;
    ds_plan_quality  *quality; /* [model][product]                              */
    ds_plan_strategy *strategy;
    bool   loads_move; /* may a load be another in another month?              */
    size_t most_projects, most_ramps, most_routes, most_life, most_pools, commitment_rows;

    void **blocks; /* every allocation of the plan                              */
    size_t block_count, block_capacity, block_bytes;
    bool   too_large; /* more than DS_PLAN_BYTES_MAX were asked for              */
};

/* Does a column hold the same in every path? */
static inline bool ds_plan_stands(const ds_plan *plan, int column)
{
    return column == DS_NONE || column == plan->zero || column == plan->one ||
           plan->draws.draw[column].kind == DS_DRAW_CONSTANT;
}

/* Does a column hold `value` in every path? */
static inline bool ds_plan_holds(const ds_plan *plan, int column, double value)
{
    if (column == plan->zero || column == plan->one)
        return value == (column == plan->one ? 1.0 : 0.0);
    return plan->draws.draw[column].kind == DS_DRAW_CONSTANT &&
           plan->draws.draw[column].a == value;
}

#endif
