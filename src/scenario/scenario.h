/* scenario.h -- what the user wrote, checked: the structs that the field table
 * of fields.c fills.  Read fields.c beside this file: it has the key, unit,
 * range, default and meaning of every member.
 *
 * A quantity is not stored where it is used: the struct holds the index of a
 * ds_input, and every input of the scenario is in one array.  "@name" makes two
 * members share one input, hence one stream of random numbers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_SCENARIO_H
#define DS_SCENARIO_H

#include "distillsim.h"
#include "numerics/distribution.h"

enum { DS_ABSENT = -1 };

/* Index into ds_scenario.inputs, or DS_ABSENT. */
typedef struct {
    int index;
} ds_quantity;

/* Every element of a map begins with this: its key, and for maps whose keys name
 * members of another map, the index of that member (DS_ABSENT: "*", every one). */
typedef struct {
    const char *name;
    int         target;
} ds_key;

/* A map or a list: `count` structs of the element type.  Contracts and strategies
 * are in file order (field table: DS_FLAG_ORDERED), lists too; other maps are
 * sorted by name, so that the order in which a file lists them changes nothing,
 * not even the last bit of a sum. */
typedef struct {
    size_t count;
    void  *items;
} ds_items;

typedef struct {
    size_t        count;
    const double *values;
} ds_numbers;

typedef struct { /* names, in the order of the file                             */
    size_t             count;
    const char *const *values;
} ds_texts;

/* One number of the scenario, certain or not. */
typedef struct {
    const char     *pointer; /* its address; names its stream of random numbers */
    const char     *unit;
    ds_distribution distribution;
    const char     *text;    /* for people: "lognormal, p10 2, p90 9"           */
    const char     *source, *as_of; /* "" when not given                        */
    ds_origin       origin;
    bool            idle;      /* a default that changes nothing                    */
    bool            per_event; /* drawn anew at each event, not once per path   */
    bool            aleatory;  /* differs between futures: "nature", or per event  */
} ds_input;

/* ---- the objects of a scenario file, from the leaves up -------------------------- */

typedef struct {
    const char *start; /* "YYYY-MM" */
    int         start_year, start_month; /* month 1..12; set from `start`       */
    int64_t     months;
    double      hours_per_month;
    bool        calendar_hours; /* months have their real hours instead         */
} ds_clock;

typedef struct {
    int64_t     paths;
    int64_t     seed;
    int         sampling;   /* DS_SAMPLING_...                                      */
    int64_t     replicates;
    int64_t     outer;      /* states of knowledge; 0: not apart                    */
    ds_texts    outcomes; /* wanted beside those of the decision; none: all     */
    bool        monthly;  /* are the bills of the months kept?                  */
} ds_run_settings;

/* As the choices of run.sampling. */
enum { DS_SAMPLING_RANDOM, DS_SAMPLING_ANTITHETIC, DS_SAMPLING_LATIN_HYPERCUBE, DS_SAMPLING_SOBOL,
       DS_SAMPLING_HALTON };

typedef struct { /* a state of the world that is on or off: (25)               */
    ds_key      key;
    const char *description;
    ds_quantity on_per_year, off_per_year;
    ds_quantity begins_on; /* absent: as often as it is on in the long run      */
} ds_regime;

typedef struct { /* mean-reverting log price with jumps */
    ds_key      key;
    ds_quantity usd_per_gpu_hour, long_run_usd_per_gpu_hour, reversion_per_year,
        volatility_per_sqrt_year, jumps_per_year, jump_factor;
    int         regime; /* index into regimes, or DS_ABSENT                     */
    ds_quantity regime_factor, regime_volatility_factor;
    ds_quantity peak_tflops; /* for training */
    double tflops_16bit, tflops_8bit, tflops_4bit, memory_gib, memory_gb_per_s, link_gb_per_s,
        watts; /* facts for rooflines; NAN: not given                           */
} ds_gpu;

/* Rows of a measured table; ttft_ms, tpot_ms NAN when not measured. */
typedef struct {
    ds_key key; /* "0", "1", ... */
    double input_tokens, output_tokens, concurrency, output_tokens_per_s, ttft_ms, tpot_ms;
} ds_measurement;

enum { DS_BITS_16, DS_BITS_8, DS_BITS_4 };
/* A model's shape, and the constants of the engine that serves it. */
typedef struct {
    int64_t layers, hidden, heads, kv_heads, head_size, vocabulary, intermediate, experts,
        experts_per_token;
    int     weight_bits, kv_bits; /* DS_BITS_...                                */
    double  memory_efficiency, compute_efficiency, four_bit_efficiency, step_ms, request_us,
        all_reduce_us, link_efficiency, memory_share, expert_ns, front_end_ms, prompt_share;
} ds_roofline;

typedef struct {
    ds_key      key;
    int         gpu; /* index into gpus */
    int64_t     gpus_per_replica;
    double      parameters_b; /* NAN: not given                                  */
    /* closed form; or table; or roofline */
    ds_quantity input_tokens_per_gpu_s, output_tokens_per_gpu_s, attention_gpu_s_per_token2,
        prefill_attention_gpu_s_per_token2;
    double       slots_per_replica;
    ds_items     table; /* ds_measurement                                        */
    ds_roofline *roofline;
    double       ttft_limit_ms, tpot_limit_ms, concurrency_limit; /* NAN: none   */
    ds_quantity  speed_factor, speed_gain_per_year;
    double       relative_error; /* NAN: by kind                                 */
    ds_quantity  error; /* the factor drawn from it; DS_ABSENT: none             */
} ds_profile;

enum { DS_GROWTH_GBM, DS_GROWTH_LOGISTIC, DS_GROWTH_BASS, DS_GROWTH_SERIES };

typedef struct {
    int         process;
    ds_quantity per_year, slows_to_per_year, slowing_per_year, ceiling_factor,
        innovation_per_year, imitation_per_year, volatility_per_sqrt_year, jumps_per_year,
        jump_factor, noise_log_sd, noise_autocorrelation;
    int         regime; /* index into regimes, or DS_ABSENT                     */
    ds_quantity regime_per_year, regime_factor, regime_volatility_factor;
    ds_numbers series;
} ds_growth;

/* A number for each kind of token, in the order of DS_KIND_...; also prices,
 * factors and weights. */
enum { DS_KIND_INPUT, DS_KIND_OUTPUT, DS_KIND_READ, DS_KIND_WRITE, DS_KIND_WRITE_1H,
       DS_KIND_COUNT };
typedef struct {
    ds_quantity kind[DS_KIND_COUNT];
} ds_by_kind;

typedef struct { /* of a map by free name: a meter, a service class             */
    ds_key      key;
    ds_quantity value;
} ds_named_value;

enum { DS_CACHED_INSIDE, DS_CACHED_BESIDE };

typedef struct {
    ds_quantity input_words, output_words, tokens_per_word; /* or, instead,   */
    ds_quantity input_tokens, output_tokens;
    ds_quantity input_cv, output_cv, input_growth_per_year, output_growth_per_year;
    int         cached_tokens; /* DS_CACHED_...                                 */
    ds_quantity cache_read_share, cache_write_share, cache_write_1h_share; /* or, */
    ds_quantity cache_read_tokens, cache_write_tokens, cache_write_1h_tokens; /* or, */
    ds_quantity prefix_tokens, prefixes;
    ds_items    meters; /* ds_named_value [unit/request]                        */
} ds_request;

typedef struct {
    ds_key      key;
    const char *description;
    ds_quantity requests_per_month;
    ds_growth  *growth;
    ds_numbers  season; /* 12, January first; count 0: none                    */
    ds_request *request;
    ds_quantity peak_to_mean;
    ds_numbers  hour_shape; /* 24 or 168, mean 1; count 0: flat                 */
    double      minute_cv;
    ds_items    service_shares; /* ds_named_value: share of requests by class    */
    ds_quantity value_usd_per_request, loss_usd_per_bad_answer;
    const char *task_class;
    ds_quantity price_elasticity;
    int         price_of; /* index into models; DS_ABSENT: no elasticity         */
} ds_product;

/* What moves prices by kind: the factor on a kind is usd_per_mtok over the base
 * price, else its member of `factors`, else (cache) that of input, else `factor`. */
typedef struct {
    ds_quantity factor;
    ds_by_kind *factors, *usd_per_mtok; /* or NULL                               */
} ds_repricing;

typedef struct { /* batch, flex, priority, ... */
    ds_key       key;
    ds_quantity  share; /* of requests, unless the product says otherwise        */
    ds_repricing prices;
} ds_service_class;

typedef struct {
    ds_key       key;
    ds_repricing prices;
    double       from_hour, to_hour; /* of the day, 16.5 is half past four; equal: all day */
} ds_multiplier;

enum { DS_TIER_REQUEST_INPUT, DS_TIER_REQUEST_OUTPUT, DS_TIER_MONTH_INPUT, DS_TIER_MONTH_OUTPUT,
       DS_TIER_MONTH_TOKENS, DS_TIER_MONTH_REQUESTS };
enum { DS_TIERS_GRADUATED, DS_TIERS_CLIFF };
enum { DS_EDGE_ABOVE, DS_EDGE_AT };

typedef struct {
    ds_key       key;  /* "0", "1", ...                                          */
    double       from; /* [token] or [request]                                   */
    ds_repricing prices;
} ds_tier_step;

typedef struct {
    ds_key   key;
    int      of, shape, edge;
    ds_items steps; /* ds_tier_step, by `from`                                   */
} ds_tiers;

typedef struct {
    ds_key      key;
    ds_quantity usd_per_unit, minimum_per_request, free_per_month;
} ds_meter_price;

enum { DS_PER_MINUTE, DS_PER_HOUR, DS_PER_DAY, DS_PER_MONTH, DS_PER_TERM };
enum { DS_PAID_IN_ARREARS, DS_PAID_UPFRONT, DS_PAID_MONTHLY };
enum { DS_UNUSED_LOST, DS_UNUSED_CARRIED };
enum { DS_OVERAGE_LIST, DS_OVERAGE_DISCOUNTED, DS_OVERAGE_REJECTED, DS_OVERAGE_NONE };
enum { DS_RENEWAL_NONE, DS_RENEWAL_AUTO };

typedef struct {
    /* exactly one amount, of ds_amounts */
    ds_quantity usd_per_minute, usd_per_hour, usd_per_day, usd_per_month, usd_per_term,
        credits_per_month, credits_per_term;
    ds_quantity usd_per_credit, discount_share, minimum_usd_per_month, early_exit_share;
    int64_t     term_months; /* 0: no term                                       */
    int64_t     terms;
    ds_numbers  ramp; /* count 0: 1                                              */
    int         payment, unused, overage, renewal;
} ds_commitment;

typedef struct {
    ds_key      key; /* "0", "1", ...                                            */
    double      from_usd;
    ds_quantity discount_share;
} ds_spend_step;

typedef struct {
    int      shape, edge;
    ds_items steps; /* ds_spend_step, by from_usd                                */
} ds_spend_discount;

typedef struct { /* several contracts under one commitment */
    ds_key             key;
    const char        *description;
    ds_commitment     *commitment;
    ds_spend_discount *spend_discount;
    ds_quantity        free_usd_per_month, credit_usd, credit_months;
} ds_agreement;

typedef struct { /* a pool of compute-time units */
    ds_key      key;
    ds_quantity usd_per_unit_hour;
    int         profile; /* index into profiles, or DS_ABSENT                   */
    int64_t     gpus;
    ds_quantity tokens_per_minute;
    ds_by_kind *weights;       /* never NULL; a kind that is absent: 1, a written
                                  hour: as written                              */
    ds_items    meter_weights; /* ds_named_value: tokens per unit of the meter  */
    int64_t     minimum, increment;
    ds_quantity held; /* absent: sized to the load                               */
    ds_quantity reserved_units, reserved_usd_per_unit_month, reserved_usd_per_unit_hour;
} ds_unit_pool;

enum { DS_WINDOW_SLIDING, DS_WINDOW_GRID, DS_WINDOW_IDLE };
enum { DS_ARRIVALS_POISSON, DS_ARRIVALS_EVEN };

typedef struct {
    double minutes, cold_start_minutes;
    int    kind, arrivals;
} ds_window;

typedef struct {
    ds_quantity usd_per_gpu, kilowatts_per_gpu, usd_per_kwh, colocation_usd_per_gpu_month;
    ds_quantity pue, residual_share;
    int64_t     life_months;
    int         horizon_value;
} ds_owned;
enum { DS_HORIZON_NONE, DS_HORIZON_STRAIGHT_LINE };

typedef struct { /* an SLO on waiting: (103)                                     */
    double seconds, share; /* share NAN: of the mean                              */
    double arrival_cv, service_cv;
} ds_waiting;

typedef struct { /* how fast a fleet can grow: (104)                             */
    int64_t     initial_replicas, lead_months, most_new_replicas_per_month;
    ds_quantity headroom_factor;
} ds_capacity;

typedef struct {
    ds_quantity gpus, discount_share;
    int64_t     term_months;
} ds_reserved;

typedef struct {
    ds_quantity share, discount_share, unavailable_share, interruptions_per_hour, recovery_minutes;
} ds_spot;

enum { DS_BILLING_PER_TOKEN, DS_BILLING_HOSTED, DS_BILLING_COMPUTE_TIME, DS_BILLING_FLEET };
enum { DS_SETTLED_MONTH, DS_SETTLED_DAY, DS_SETTLED_HOUR, DS_SETTLED_MINUTE, DS_SETTLED_METERED,
       DS_SETTLED_TERM, DS_SETTLED_WINDOW };
enum { DS_SCALING_STATIC, DS_SCALING_SCHEDULED, DS_SCALING_AUTOSCALED };
enum { DS_POOLED, DS_APART };
enum { DS_MONTH_CLOCK, DS_MONTH_730_HOURS, DS_MONTH_30_DAYS, DS_MONTH_CALENDAR };
enum { DS_ROUNDED_NONE, DS_ROUNDED_REQUEST, DS_ROUNDED_LINE, DS_ROUNDED_INVOICE };
enum { DS_ALLOW_NOTHING, DS_ALLOW_DEAR_CACHE_READ };

typedef struct {
    ds_key           key;
    ds_quantity      from;  /* [month], 0 = first month of the clock             */
    ds_quantity      until; /* absent: until the next contract's `from`          */
    int              billing;
    int              month; /* DS_MONTH_...: hours of its months                 */
    bool             follows_price_path;
    ds_quantity      price_locked_months;
    ds_quantity      discount_share, usd_per_credit, tax_share;
    int              rounding;
    double           rounding_usd;
    ds_commitment   *commitment;
    int              agreement; /* index into agreements, or DS_ABSENT           */
    int              allow;
    /* per_token, hosted_per_token; compute_time for overage */
    ds_by_kind      *usd_per_mtok;
    ds_quantity      usd_per_request;
    ds_items         meters;          /* ds_meter_price                          */
    ds_items         service_classes; /* ds_service_class                        */
    ds_items         multipliers;     /* ds_multiplier                           */
    ds_items         tiers;           /* ds_tiers                                */
    double           cache_ttl_minutes, cache_minimum_tokens;
    ds_quantity      hosting_usd_per_hour; /* hosted                             */
    ds_quantity      storage_usd_per_month; /* hosted, compute_time              */
    /* compute_time */
    ds_items         units; /* ds_unit_pool                                      */
    int              settlement, overage, renewal;
    int64_t          term_months;
    ds_window       *window;
    /* fleet */
    int              profile; /* index into profiles                             */
    ds_owned        *owned;   /* bought, not rented                              */
    ds_quantity      rent_discount_share, slo_derate, target_utilisation;
    int64_t          minimum_replicas, spare_replicas, maximum_replicas; /* 0: no maximum */
    int              scaling, pooling;
    double           startup_minutes, cooldown_minutes;
    ds_numbers       region_shares; /* count 0: one region                       */
    ds_waiting      *waiting;
    ds_capacity     *capacity;
    ds_reserved     *reserved;
    ds_spot         *spot;
    ds_quantity      staff_usd_per_month;
} ds_contract;

enum { DS_RELEASES_POISSON, DS_RELEASES_FIXED };

typedef struct {
    ds_quantity release_every_months, change_at_release, cuts_per_year, cut_factor,
        change_per_year, volatility_per_sqrt_year, reversion_per_year;
    int         releases;
    int         regime; /* index into regimes, or DS_ABSENT                     */
    ds_quantity regime_change_per_year, regime_factor, regime_volatility_factor;
} ds_price_path;

typedef struct {
    ds_quantity per_year, months;
} ds_interruption;

typedef struct { /* a(N) = limit - gap at 1B * N^-exponent, N in billions */
    ds_quantity limit_share, gap_at_1b, exponent;
} ds_size_curve;

typedef struct { /* (63b) */
    ds_quantity tokens, teacher_loss, limit_share, share_per_nat;
    double E, A, B, alpha, beta, gamma, A_student, B_student, alpha_student, beta_student,
        gamma_student, c0, c1, d1, f1;
} ds_scaling_law;

typedef struct {
    ds_key          key; /* task class */
    ds_quantity     acceptable_share;
    ds_size_curve  *curve;
    ds_scaling_law *scaling_law;
} ds_quality;

typedef struct {
    ds_quantity detected_share, false_alarm_share, usd_per_request;
} ds_verifier;

typedef struct {
    ds_quantity examples, rejected_share, input_tokens, output_tokens, batch_discount_share;
} ds_labels;

typedef struct {
    int         gpu;
    ds_quantity gpu_hours; /* or, instead, */
    ds_quantity tokens, epochs, mfu_share, flop_per_parameter_token;
} ds_training;

typedef struct { /* rounds on the student's own answers: (65c) */
    int         gpu; /* DS_ABSENT: no GPU hours                                   */
    ds_quantity rounds, examples, input_tokens, output_tokens, batch_discount_share, gpu_hours;
} ds_on_policy;

typedef struct { /* a vendor's fine-tuning job */
    ds_quantity usd_per_mtok, tokens, epochs, validation_tokens, evaluations, usd_per_hour, hours,
        grader_input_tokens, grader_output_tokens, grader_usd_per_mtok_input,
        grader_usd_per_mtok_output, cap_usd;
} ds_fine_tuning;

typedef struct {
    ds_labels   *labels;
    ds_training *training;
    ds_fine_tuning *fine_tuning;
    ds_on_policy *on_policy;
    ds_quantity  staff_months, usd_per_staff_month, evaluation_usd, licence_fee_usd,
        royalty_usd_per_mtok, lead_months, retry_months, success_probability,
        permission_probability, overrun_factor;
    int64_t      attempts;
} ds_project;

typedef struct {
    ds_quantity every_months, every_releases, below_acceptable_share; /* absent: never */
    ds_quantity not_within_months, cost_share;
} ds_refresh;

typedef struct {
    ds_key           key;
    const char      *description;
    const char      *provider;
    ds_items         contracts; /* ds_contract, by `from`                       */
    ds_price_path   *price_path;
    ds_interruption *interruption;
    int              fallback; /* index into models, or DS_ABSENT               */
    ds_quantity      fee_returned_share;
    ds_items         quality; /* ds_quality                                     */
    ds_verifier     *verifier, *router;
    ds_quantity      parameters_b;
    int              teacher; /* index into models; DS_ABSENT: not a student    */
    ds_project      *project;
    ds_quantity      decay_per_month, decay_per_release;
    ds_refresh      *refresh;
} ds_model;

typedef struct {
    ds_key      key; /* target: model */
    ds_quantity share, from, ramp_months;
    int         escalate_to; /* index into models, or DS_ABSENT                 */
    int         escalate;    /* DS_ESCALATE_...                                 */
} ds_route;
enum { DS_ESCALATE_AFTER_ANSWER, DS_ESCALATE_BEFORE_ANSWER };

typedef struct {
    ds_key   key;    /* target: product, or DS_ABSENT for "*"                   */
    ds_items routes; /* ds_route                                                */
} ds_product_routes;

typedef struct { /* key.target: a model */
    ds_key      key;
    ds_quantity value; /* month of the start, or monthly spend [USD]            */
} ds_model_quantity;

typedef struct {
    ds_key key; /* target: the model that is out */
    int    to;  /* index into models             */
} ds_model_fallback;

typedef struct { /* terms to find before the run */
    double low, high;
    int    of; /* DS_OBJECTIVE_...                                               */
} ds_optimise;
enum { DS_OBJECTIVE_MEAN, DS_OBJECTIVE_CVAR };

typedef struct { /* key.name: the pointer of an amount that the strategy negotiates */
    ds_key       key;
    ds_quantity  value;    /* absent: to be optimised                            */
    ds_optimise *optimise;
    int          input;    /* of the quantity at the pointer, or DS_ABSENT       */
} ds_term;

typedef struct {
    ds_key      key;
    const char *description;
    int         all; /* index into models                                       */
    ds_items    start;                          /* ds_model_quantity [month]    */
    ds_items    start_when_usd_per_month_above; /* ds_model_quantity [USD]      */
    ds_items    routes;                         /* ds_product_routes            */
    ds_items    fallback;                       /* ds_model_fallback            */
    ds_items    terms;                          /* ds_term                      */
} ds_strategy;

typedef struct {
    ds_key      key; /* name: position in the list, "0", "1", ...               */
    const char *outcome, *statistic;
    int         strategy; /* index into strategies                              */
    double      above, below; /* -INFINITY, INFINITY when absent                */
} ds_assertion;

/* A declared correlation.  Its ends are two inputs (drawn once per path), or two
 * processes, named by the pointer of a product's growth, a GPU or a model's
 * price_path: the correlation of their monthly shocks. */
typedef struct {
    const char *pointer[2];
    bool        of_processes;
    int         input[2]; /* indices into inputs when not of_processes          */
    double      rho;
} ds_correlation;

/* How correlated numbers hang together, (6) of docs/model.md; NULL: the first of each
 * choice. */
typedef struct {
    int    copula;             /* DS_COPULA_...                                  */
    double degrees_of_freedom; /* of the t copula; NAN when absent               */
    int    measure;            /* DS_MEASURE_...: of the declared rho            */
    bool   nearest;            /* take the nearest correlation matrix, if need be */
} ds_dependence;
enum { DS_COPULA_GAUSSIAN, DS_COPULA_T };
enum { DS_MEASURE_NORMAL, DS_MEASURE_SPEARMAN, DS_MEASURE_KENDALL };

/* measure.c: the correlation of normal scores of a declared one, and back. */
double ds_score_correlation(const ds_dependence *d, double declared);
double ds_declared_correlation(const ds_dependence *d, double of_scores);

enum { DS_TIMING_START, DS_TIMING_MID, DS_TIMING_END };
enum { DS_MONEY_NOMINAL, DS_MONEY_REAL };

struct ds_scenario {
    const char      *name, *description;
    ds_clock        *clock;
    ds_quantity      discount_rate_per_year, inflation_per_year, budget_usd_per_month;
    int              timing, money;
    double           cvar_level;
    ds_run_settings *run;
    ds_items         regimes, gpus, profiles, products, agreements, models, strategies, assertions;
    ds_items         correlations; /* ds_correlation */
    ds_dependence   *dependence;
    ds_items         quantities;   /* ds_model_quantity: key and value */

    size_t    input_count;
    ds_input *inputs;

    const char   *path, *hash, *resolved_json;
    struct ds_arena    *arena;  /* owns every string and array above            */
    struct ds_document *source; /* the merged text and its positions, for
                                   ds_scenario_with() and for error locations   */
};

/* complete.c: does the profile keep a latency?  Then no derate is needed by default. */
bool ds_profile_has_limit(const ds_profile *p);

/* Typed views of the maps. */
#define DS_ITEM(type, items_, index) (((const type *)(items_).items)[index])

/* The member of this name of a map that is sorted by name, or NULL; `size` of a struct. */
const void *ds_find_item(const ds_items *sorted, size_t size, const char *name);

/* The greatest number of paths up to `most` that the sampling can have; most >= 4096. */
uint64_t ds_scenario_paths_up_to(const ds_scenario *s, uint64_t most);

#endif
