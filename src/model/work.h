/* work.h -- the mutable state of one worker: rows of DS_LANES doubles, one lane a
 * path.  ds_kernel_prepare() lays them out in one buffer; ds_kernel() uses them for
 * one block after another.
 *
 * Order of calls for a block (kernel.c):
 *   ds_random_inputs    columns of the inputs                        (4), (6)
 *   ds_*_begin          everything of a path that no month changes
 *   for each month      ds_random_two_months, ds_regime_month, ds_price_month, ds_demand_month,
 *                       ds_contract_month, ds_student_month, ds_finance_world: the
 *                       world, the same for all strategies; then for each strategy
 *                       ds_strategy_month and ds_finance_month
 *   ds_finance_end      outcomes
 *
 * Row tables are indexed [a * count_of_b + b] where two indices are named.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_WORK_H
#define DS_WORK_H

#include "model/design.h"
#include "model/plan.h"
#include "numerics/lanes_inline.h"
#include "numerics/stream.h"

typedef double ds_row[DS_LANES];

enum { DS_SCRATCH = 16, DS_MOST_ATTEMPTS = 8 };

/* No lane reads what another has written: compilers need not prove it. */
#define DS_EACH_LANE(i) DS_LANES_INDEPENDENT for (size_t i = 0; i < DS_LANES; i++)

/* Requests: a row, so many times.  Where a model gets the same share of a product in every
 * lane, that share is a number and the row that of the product. */
typedef struct {
    const double *row;
    double        times;
} ds_part;

/* What a routing in numbers adds up to beside the parts, for each request of a product:
 * shares, and USD of verifiers and routers. */
typedef struct {
    double bad, escalated, checks;
} ds_shares;

/* Does a model get the same share of the requests of every product?  Looked for when it is
 * asked for, and kept as long as the routing stays. */
typedef struct {
    bool   known, same;
    double share;
} ds_share_of_all;

/* A sum over the requests of all products, for the strategies that send all of them, or
 * the same share of each, to one model. */
typedef struct {
    uint64_t      demand_month; /* when it was made                                   */
    const double *times;        /* and by which row multiplied                        */
} ds_whole;

/* A charge that is paid again and again: a share of what all requests cost on a contract. */
enum { DS_MOST_KEPT = 2 };
typedef struct {
    int    contract;
    double share;
} ds_kept_charge;

/* State of one strategy between the months. */
typedef struct {
    /* Routing; where it is certain it stays until a ramp moves. */
    ds_part   *usage;     /* [product][model]: requests served v_p; read it only if sent:
                             of a row of the world or of usage_row                     */
    bool      *sent;      /* [product][model]: was anything put into usage?            */
    ds_shares *shares;    /* [product]: where it is certain                            */
    ds_share_of_all *of_all; /* [model]                                                */
    double    *certain_ramp; /* [ramp]: (56), and whether t >= t0, where they are certain */
    bool      *certainly_started;
    double     ramps_stand;  /* the month before which none of these moves            */
    double     stands_to;    /* that before which the strategy pays `kept` and no more */
    ds_kept_charge kept[DS_MOST_KEPT];
    size_t     kept_count;
    ds_row *project_end;  /* [project][attempt 0..8]: e_j of (62), INFINITY: not yet */
    ds_row *ready;        /* [project]: ready month, INFINITY: never                  */
    double *work_from, *work_to; /* [project]: no path has its project at work before or
                                    after; months                                      */
    bool   *ramp_alike;   /* [ramp]: is (56) the same in all lanes?                    */
    ds_row *age, *releases, *fresh; /* [project]: age, n, and a/a0 of (67), (68)      */
    ds_row *ring;         /* [ring][most_life + 1]: bought in a month, (48), (54); the
                             last row: what there is now                              */
    ds_row *commitment;   /* [commitment_rows]                                        */
    ds_row *fleet;        /* [fleet_rows]: orders of capacity, terms of reservations   */
    bool   *alike;        /* [commitment]: is its state the same in all lanes?        */
    ds_row *credit;       /* [agreement][2]: what is left; months since it began      */
    ds_row *provider;     /* [provider]: spend so far [USD]                           */
    ds_row *total;        /* [DS_TOTAL_COUNT]                                         */
    ds_row *flow;         /* [month]: savings, for the rate of return                 */
    double *paid;         /* bill of the month, then of the month before, nominal     */
} ds_strategy_state;

enum { DS_TOTAL_NPV, DS_TOTAL_COST, DS_TOTAL_BILL, DS_TOTAL_PEAK, DS_TOTAL_PEAK_MONTH,
       DS_TOTAL_PEAK_MARK, DS_TOTAL_OVER, DS_TOTAL_ESCALATED, DS_TOTAL_BAD, DS_TOTAL_UNSERVED,
       DS_TOTAL_SERVED, DS_TOTAL_SERVED_MTOK, DS_TOTAL_SERVED_VALUE, DS_TOTAL_GPU_MONTHS,
       DS_TOTAL_GPU_USED, DS_TOTAL_GPU_PAID, DS_TOTAL_PROJECT, DS_TOTAL_RETURNED,
       DS_TOTAL_LAST_NEGATIVE, DS_TOTAL_PART, DS_TOTAL_SAVED, DS_TOTAL_OVERFLOW, DS_TOTAL_FALLBACK,
       DS_TOTAL_FLEET_COST, DS_TOTAL_FLEET_USED, DS_TOTAL_FLEET_MTOK, DS_TOTAL_POOLING,
       DS_TOTAL_COUNT };

/* Rows of a route's requests: what is sent to it, what it takes, what it sends on. */
enum { DS_PART_SENT, DS_PART_TAKEN, DS_PART_AGAIN, DS_PART_ROWS };

enum { DS_MOST_CHARGES = 4 };

/* What a strategy does in one month; scratch, refilled for each. */
typedef struct {
    ds_part *usage;       /* those of the strategy's state                             */
    ds_share_of_all *of_all;
    ds_row *usage_row;    /* [product][model]                                          */
    bool   *sent;
    ds_row *unserved; /* [product]                                                    */
    ds_row *ramp, *started; /* [ramp]: (56), and whether t >= t0; not filled for a
                             strategy that is certain                                 */
    ds_row *part;     /* [product][DS_PART_ROWS * most_routes + 1]: what a strategy's routes
                         send, which stays until the month is billed; the last: the rest */
    const double **due; /* [model]: fixed charges fall due (0 or 1)                   */
    ds_row *due_row;  /* [model]: where that is not a constant                        */
    double *bill;     /* only what ds_open_bill() returns is complete                 */
    bool    billed;   /* is there anything in it?                                     */
    size_t  part_count; /* charges that are still to be added to it: rows that stay   */
    ds_part charge[DS_MOST_CHARGES];
    double *lost, *bad, *escalated, *project, *returned;
    double *gpu_months, *gpu_used, *gpu_paid, *pooling;
    double *fleet_cost, *fleet_used, *fleet_mtok; /* sums of (107): c, c u, tokens     */
    double *overflow, *fallback;
    bool    overflows; /* is `out` that of (58), with what overflows?                  */
    ds_row *beyond, *out; /* [limits][product]: x (1 - o) of (58), and o'              */
    ds_row *spend;    /* [provider]: of this month                                    */
    const int *amount; /* [amount]: columns under this strategy                       */
    ds_row *agreed, *agreed_due; /* [agreement]: charges of its contracts; is any due? */
    ds_row *refused;  /* [product]: share that the pools of a contract refuse         */
} ds_month;

/* The requests of a month in the slots of one cell: slots b of a replica, seconds S that a
 * request holds one, Erlangs that one GPU second an hour offers. */
typedef struct {
    ds_row slots, holding, erlangs;
} ds_queue;

/* What a fleet is in a month: GPUs paid for, the mean over the hours and the most; the
 * mean of those beyond the reserved ones; and what pooling saves, (108). */
enum { DS_SIZE_MEAN, DS_SIZE_MOST, DS_SIZE_BEYOND, DS_SIZE_SAVED, DS_SIZE_ROWS };
enum { DS_FLEET_SCRATCH = 8 };

typedef struct {
    const ds_plan *plan;
    uint64_t seed, first; /* first path of the block                                  */
    size_t   month;

    ds_row   *column;     /* [column_count]                                           */
    uint64_t *input_key, *event_key, *process_key;
    uint64_t *tail_key;          /* [component]                                       */
    uint64_t *sampled_key;       /* [stream of the sampler]                           */
    const ds_strata *strata;     /* of the run, or NULL (7b)                          */
    uint64_t  points;            /* n of (7): paths of the run over replicates        */
    const ds_design *design;     /* or NULL: a plain run                              */
    ds_row   *walk;              /* [process][months - 1]: shocks, when sampled (8)    */
    uint64_t *noise_key, *regime_key;
    double  **member;            /* members of one correlated component               */
    ds_row   *event_p, *event_u; /* [event]; [event][2]: months t even, t + 1         */
    ds_row   *shock;             /* [process][2]                                      */
    ds_row   *noise_z, *noise, *noise_kick; /* [noise][2]; X; s sqrt(1 - phi^2) of (18) */
    ds_row   *regime_u, *regime_on; /* [regime][2]; 0 or 1                             */
    ds_row   *regime_p;          /* [regime][3]: of being on after off, on; in month 0 */
    ds_row   *regime_step;       /* [effect with a step]: log of its factor a month    */
    ds_row   *inflation;         /* one row: pi(t); and its factor per month          */
    ds_row   *discount;          /* one row, and its factor per month                 */
    bool      discount_alike;    /* in all lanes; then only the first is kept          */

    /* demand, [product] */
    ds_row *requests, *input_tokens, *output_tokens, *mtok; /* of this month          */
    ds_row *input_start, *output_start, *input_factor, *output_factor;
    ds_row *cached;       /* [product][3]: r, w, x of (17), unless by prefix          */
    ds_row *prefix_share; /* q of (17)                                                */
    bool   *demand_known; /* [product]: do tokens and rates stand, in this block and the next? */
    bool   *trend_alike;  /* [product]: are drift, spread and requests at first the same
                             in all lanes?                                            */
    ds_row *log_level, *drift, *spread, *jump_level, *decay, *decay_factor, *amplitude;

    /* prices */
    ds_row *level, *level_drift, *level_spread; /* [model]                            */
    ds_row *level_carried; /* [model]: the level but for the factor of a regime       */
    ds_row *level_keep, *level_noise, *level_variance; /* [model]: e^(-kappa/12), Y, Var Y,
                              of noise that is kept apart                             */
    ds_row *released, *outage, *outage_left;    /* [model]: 0 or 1; o(t); q           */
    ds_row *log_rent, *rent, *rent_mean, *rent_keep, *rent_spread; /* [gpu]           */
    ds_row *speed, *speed_step;                 /* [profile]: s(t), factor per month  */

    /* contracts */
    ds_row *load;       /* [product][load]: of one request                            */
    bool   *load_alike; /* [product][load]: is it the same in all lanes?              */
    bool   *load_known; /* [product][load]: does it stand, in this block and the next? */
    ds_whole *whole;    /* [load]: of all requests of the month                       */
    ds_row   *whole_row;
    uint64_t  demand_month; /* months of demand so far, of all blocks                 */
    const double **price; /* [contract]: P of (40); fleets: USD per GPU-hour; a row of
                             the world where nothing is to be done to it, else of price_row */
    ds_row *price_row;  /* [contract]                                                 */
    ds_row *charge;     /* [contract]: what it charges a strategy                     */
    ds_row *list_price; /* [contract]: P before the discount, for overage at list; or r
                           of (47), of fleets with reserved or spot GPUs              */
    ds_row *locked;     /* [contract]: index of the first month in force              */
    ds_row *per_use;    /* [contract]: 1 over target_utilisation of its units         */
    ds_row *in_force;   /* [contract]: 0 or 1; only when not certain                  */
    ds_row *per_second;    /* [fleet]: replicas per GPU s an hour of demand, planned   */
    ds_row *fleet_size;    /* [fleet][DS_SIZE_ROWS]: of this month                     */
    ds_row *planned, *actual; /* [product]: load of a fleet, with its peak and without */
    ds_row *present;       /* [product]: has it requests, and is the fleet due?        */
    ds_row *cell_last, *cell_limit; /* [cell]: replicas in the hour before; at most    */
    ds_queue *queue;       /* [1 + product]: of a model's requests, of one product's   */
    ds_row *fleet_scratch; /* DS_FLEET_SCRATCH rows                                    */
    ds_row *hour_excess;   /* [product]: max(1, k / max s) of (46)                    */
    ds_row *burst_excess;  /* [product]: e of (43)                                    */
    ds_row *peak;          /* [product]: k                                            */
    ds_row *gain;          /* [step of a volume]: its factor less that of the step before */
    ds_row *keep, *per_keep; /* [commitment]: 1 - delta of (90), and 1 over it        */
    ds_row *kind;          /* [DS_KIND_COUNT]: scratch, tokens of a request by kind   */
    ds_row *kind_tier, *kind_part, *kind_usd; /* the same: T of (33), a table's, b    */

    /* quality and students */
    ds_row *acceptable; /* [model][product]: a0                                       */
    ds_row *label_usd, *mark_usd, *training_usd; /* [student]: of one attempt, this month */
    ds_row *tuning_usd; /* [student]: (65b)                                           */
    ds_row *label_load; /* [label row]: load of one example on a teacher's contract   */
    ds_row *gates;      /* [student]: attempts made; 0: no permission                 */
    ds_row *succeeds;   /* [student]: 0 or 1                                          */

    ds_strategy_state *strategy; /* [strategy]                                        */
    ds_month           now;
    double            *base_cost, *base_total;
    double            *asked, *asked_mtok, *asked_value; /* so far, all products      */
    ds_row            *scratch; /* DS_SCRATCH rows                                    */
    ds_row            *product_scratch; /* [pool, and one more][product]              */
    size_t            *product_index;   /* [product] */
    double            *irr_scratch;
    uint32_t          *hit;     /* [DS_LANES]                                         */
} ds_work;

/* Key of a stream. */
uint64_t ds_work_key(const ds_work *w, uint64_t name);

/* Before its first month: a strategy takes over the state of strategy 0, but for its projects. */
void ds_strategy_branch(ds_work *w, size_t strategy);

/* -- random.c */
/* Columns of the inputs, and the probabilities of the events. */
void ds_random_inputs(ds_work *w);
/* Shocks and event uniforms of this month, which is even, and the next. */
void ds_random_two_months(ds_work *w);
/* Lanes in which event e happens this month; their indices go to w->hit. */
size_t ds_event_hits(ds_work *w, int event);
/* Size of the j-th event (from 0) in one lane this month. */
double ds_event_size(const ds_work *w, const ds_plan_size *size, size_t lane, uint32_t j);
/* Product of the sizes of all events of the month in a lane where there is one: (14). */
double ds_event_sizes(const ds_work *w, int event, const ds_plan_size *size, size_t lane);
/* -- process.c: noise that passes (18), regimes (25) */
void ds_process_begin(ds_work *w);
/* Their numbers of this month, which is even, and the next. */
void ds_process_two_months(ds_work *w);
/* The states of regimes in this month. */
void ds_regime_month(ds_work *w);
/* (18): multiplies the row of this month. */
void ds_noise_month(ds_work *w, int noise, double *restrict row);
/* The rows of an effect: factor of the month on a row; spread of the month's step, `spread`
 * itself or in `row`; and the log of the step's factor, to be added to a row. */
void          ds_effect_factor(const ds_work *w, const ds_plan_effect *e, double *restrict row);
const double *ds_effect_spread(const ds_work *w, const ds_plan_effect *e, const double *spread,
                               double *row);
void          ds_effect_step(const ds_work *w, const ds_plan_effect *e, double *restrict log);

/* -- coordinates.c: numbers as run.sampling has them (7) */
/* u(stream, path, m, slot) of every lane; `even` and `odd`: of slots 0 and 1. */
void   ds_number_lanes(const ds_work *w, uint64_t key, uint32_t m, uint32_t slot,
                       double *restrict u);
void   ds_number_pair_lanes(const ds_work *w, uint64_t key, uint32_t m, double *restrict even,
                            double *restrict odd);
/* The same of one lane, of a stream that has no coordinates. */
double ds_number_of_lane(const ds_work *w, uint64_t key, size_t lane, uint32_t m, uint32_t slot);
/* Shocks of all months; and those of this month, which is even, and the next, into rows that
 * follow one another. */
void   ds_sample_shocks(ds_work *w);
void   ds_shock_pair(ds_work *w, size_t process, double *restrict even, double *restrict odd);

/* -- watch.c: what a design watches, into its columns */
void ds_watch_inputs(ds_work *w, bool values);
void ds_watch_world(ds_work *w);
void ds_watch_strategy(ds_work *w, size_t strategy);

/* -- demand.c */
void ds_demand_begin(ds_work *w);
void ds_demand_month(ds_work *w);
/* -- price.c */
void ds_price_begin(ds_work *w);
void ds_price_month(ds_work *w);
/* -- profile.c: (31), (100)-(102) */
/* What serves a request: a profile, and n = parameters / measured_b. */
typedef struct {
    int    profile, parameters; /* column                                            */
    double measured_b;
} ds_speed;
typedef struct {
    ds_speed      on;
    const double *input, *output, *read, *cv; /* I, O, R, cv of O; the last two may be NULL */
} ds_served;
/* GPU seconds of a request, and the slots that a replica has for such ones (or NULL). */
void ds_gpu_time(const ds_work *w, const ds_served *r, double *restrict seconds,
                     double *restrict slots);
/* -- request_load.c: loads of a request on the contracts, where they move */
void ds_request_month(ds_work *w);
/* Adds (G_j - G_{j-1}) of a kind times the share beyond step j of a table. */
void ds_add_step(const ds_work *w, const ds_plan_table *table, size_t j, int kind,
                 const double *share, double *restrict factor);
/* -- contract.c */
void ds_contract_begin(ds_work *w);
void ds_contract_month(ds_work *w);
/* Adds the month's bill of a model to w->now; state holds its purchases. */
void ds_contract_bill(ds_work *w, ds_strategy_state *state, int model);
/* Adds a charge of a contract to the bill, with its tax, the provider's spend (76)
 * and the fee returned (50). */
void ds_contract_book(ds_work *w, int contract, const double *charge);
/* -- tokens.c: (35)-(37), (40) */
void ds_tokens_begin(ds_work *w);
/* Usage of a month under a contract. */
void ds_tokens_bill(ds_work *w, int contract, double *restrict bill);
/* -- units.c: (42)-(44), (52), (54); adds to bill.  Shares of requests that are refused
 * go to w->now.refused. */
void ds_units_bill(ds_work *w, ds_strategy_state *state, int contract, const double *due,
                   double *restrict bill);
/* -- window.c: (53), unit-hours of a pool. */
void ds_window_hours(ds_work *w, int contract, int pool, double *restrict hours);
/* -- usage.c: what a month's requests of a model add up to */
/* Sum over the products of requests times a load, times factor[product] (NULL: 1), which
 * depends on the product's peak alone; and all of it times a row (NULL: 1). */
void ds_total_load(const ds_work *w, int model, int load, const ds_row *factor,
                   const double *times, double *restrict total);
/* The same where it may be made once for several strategies; `own` is for the answer if
 * it is not.  Without a factor. */
/* The sum over all requests of the month, made when it is asked for. */
const double *ds_whole_load(ds_work *w, int load, const double *times);
ds_part ds_part_load(ds_work *w, int model, int load, const double *times, double *own);
/* Of requests times their tokens [Mtok]. */
void ds_total_tokens(const ds_work *w, int model, double *restrict total);
/* Requests times a load, for each product that the model serves, times factor[product]
 * (NULL: 1), into rows, with the indices of these products; returns how many there are. */
size_t ds_product_loads(const ds_work *w, int model, int load, const ds_row *factor,
                        double (*rows)[DS_LANES], size_t *product);
/* Sum of such rows at a point of the month. */
void ds_load_at(const ds_work *w, const ds_plan_points *points, size_t point, size_t used,
                ds_row *rows, double *restrict sum);
/* Share of x beyond a step of a table: (35). */
void ds_share_beyond(const ds_plan_table *table, size_t step, const double *x,
                     double *restrict share);
/* Adds a line to a bill, rounded if the contract says so: (37). */
void ds_add_line(const ds_plan_contract *c, double *restrict bill, double *restrict line);
/* -- commitment.c: (90)-(95) */
void ds_commitment_begin(ds_work *w);
/* Usage of a month in `bill` becomes its charge.  `lost`: the share of requests that is
 * refused; contract DS_NONE: an agreement's. */
void ds_commitment_bill(ds_work *w, ds_strategy_state *state, int commitment, int contract,
                        const double *due, double *restrict bill, double *restrict lost);
/* -- agreement.c: (96); after the bills of all models */
void ds_agreement_bill(ds_work *w, ds_strategy_state *state, const ds_plan_strategy *s);
/* Where a contract is due: `due` of its model, but 0 where it is not in force; `row` is
 * for the answer where it is needed. */
const double *ds_contract_due(const ds_work *w, int contract, double *row);
/* -- fleet.c: (45), (46), (105), (108).  Fills w->fleet_size of a fleet from the month's
 * requests of its model; a limited one orders, and adds x_p of (106) to w->now.beyond. */
void ds_fleet_size(ds_work *w, ds_strategy_state *state, int fleet, const double *due);
/* Replicas of a cell that some load, in GPU s an hour, needs: (45). */
void ds_fleet_need(const ds_work *w, int fleet, int product, const double *load,
                   const double *due, double *restrict replicas);
/* -- fleet_limits.c: (104), (106), (58) */
/* Orders of a cell, for a need at the busiest hour; `limit` becomes what it can have. */
void ds_fleet_order(const ds_work *w, ds_strategy_state *state, int fleet,
                    const ds_plan_cell *cell, const double *need, double *restrict limit);
/* Adds what overflows from a cell with `replicas` at a point of the month, before which
 * it had `last`; `used` is the number of rows of w->actual. */
void ds_fleet_overflow(ds_work *w, int fleet, const ds_plan_cell *cell, size_t used,
                       const ds_plan_points *points, size_t point, const double *last,
                       const double *replicas);
/* Sizes the limited fleets of a model; does anything overflow on any path? */
bool ds_limits_month(ds_work *w, ds_strategy_state *state, int model);
/* -- fleet_bill.c: (47), (48), (51), (107).  Sets bill, what may be returned, and other;
 * `staff` is what has been paid by (49), or NULL. */
void ds_fleet_bill(ds_work *w, ds_strategy_state *state, int contract, const double *due,
                   const double *staff, double *restrict bill, double *restrict other);
/* -- waiting.c: (103) */
/* Of what w->now.usage sends to a fleet, of one product or (DS_NONE) all.  Only for
 * contracts with `waiting`. */
void ds_waiting_queue(const ds_work *w, int contract, int product, ds_queue *queue);
/* Raises `replicas`, whole numbers of one or more, to the least ones that keep the limit
 * at a load [GPU s an hour]. */
void ds_waiting_replicas(const ds_waiting *limit, const ds_queue *queue, const double *load,
                         double *restrict replicas);
/* -- student.c */
void ds_student_begin(ds_work *w);
void ds_student_month(ds_work *w);
void ds_project_begin(ds_work *w, size_t strategy);
/* Start, costs, age and acceptability of the strategy's students in this month. */
void ds_project_month(ds_work *w, size_t strategy);
/* -- route_certain.c */
/* Sends the requests of a product whose routing is certain. */
void ds_route_certain(ds_work *w, size_t strategy, size_t product);
/* Counts what of them is bad or escalated, and pays for the checks. */
void ds_route_count(ds_work *w, size_t strategy, size_t product);
/* -- strategy.c */
/* After ds_project_begin(). */
void ds_strategy_begin(ds_work *w, size_t strategy);
void ds_strategy_month(ds_work *w, size_t strategy);
/* -- strategy_again.c */
/* After a month of a strategy: is the next one billed like it? */
void ds_again_keep(ds_work *w, size_t strategy);
/* If so, its charges; else false, with nothing done. */
bool ds_again_month(ds_work *w, size_t strategy);
/* -- finance.c */
void ds_finance_begin(ds_work *w);
/* Adds the month's requests to those asked so far; once for all strategies. */
void ds_finance_world(ds_work *w);
void ds_finance_month(ds_work *w, size_t strategy, double *restrict bill_out);
/* After the last strategy of a month. */
void ds_finance_close(ds_work *w);
void ds_finance_end(ds_work *w, double *restrict outcomes);

#endif
