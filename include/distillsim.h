/* distillsim.h -- should we distil a smaller model, for which products, when,
 * and how sure are we?  The public interface, with its companions distillsim_*.h, one for
 * each question; the program uses nothing else.
 *
 * Three objects, each immutable once built:
 *   ds_scenario  what the user wrote, checked
 *   ds_plan      what the kernel reads, flat
 *   ds_result    what came out, with a standard error for every statistic
 *
 * Ownership: every object returned through `out` belongs to the caller and is
 * released by the matching _free(), which accepts NULL.  On failure *out is
 * NULL.  Strings returned by an object live as long as the object.
 * Threads: objects never change after they are built; share them freely.
 * Units: stated in [brackets]; money is US dollars.
 * The library never prints, exits, reads the environment or installs handlers.
 * GSL's error handler is process-wide: a program calls
 * gsl_set_error_handler_off() once; the library checks arguments before GSL.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DISTILLSIM_H
#define DISTILLSIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#if defined(__GNUC__)
#define DS_MUST_CHECK __attribute__((warn_unused_result))
#define DS_PRINTF(format_index, first_argument) \
    __attribute__((format(printf, format_index, first_argument)))
#else
#define DS_MUST_CHECK
#define DS_PRINTF(format_index, first_argument)
#endif

/* ---- Errors: one list, three expansions (enum, text, process exit status). */
#define DS_CODE_LIST(X)                                                        \
    X(DS_OK, 0, "ok")                                                          \
    X(DS_E_NOMEM, 1, "out of memory")                                          \
    X(DS_E_IO, 1, "cannot read or write a file")                               \
    X(DS_E_USAGE, 2, "bad command line")                                       \
    X(DS_E_SYNTAX, 3, "not valid JSON")                                        \
    X(DS_E_SCENARIO, 3, "scenario breaks a rule")                              \
    X(DS_E_NUMERIC, 4, "a result is not finite")                               \
    X(DS_E_CANCELLED, 5, "stopped before the end")                             \
    X(DS_E_ASSERT, 6, "an assert of the scenario failed")                      \
    X(DS_E_BUG, 70, "internal error, please report")
#define DS_CODE_ENUM_(name, exit_status, text) name,
typedef enum { DS_CODE_LIST(DS_CODE_ENUM_) DS_CODE_COUNT } ds_code;
#undef DS_CODE_ENUM_

const char *ds_code_text(ds_code code);
int         ds_code_exit_status(ds_code code);

/* What went wrong and where.  Fixed size and caller-owned, so that it can
 * report running out of memory. */
typedef struct {
    ds_code code;
    char    file[256];    /* scenario file, "--set" for an override, "" if neither */
    char    pointer[256]; /* RFC 6901 JSON Pointer, "" for the whole file           */
    int     line, column; /* 1-based, 0 when unknown                                */
    char    message[512]; /* lower case, no full stop, offender quoted              */
    bool    warning;      /* the scenario can be used all the same; code is DS_OK   */
} ds_error;

/* Called once for every problem found, in file order; also for warnings, which are
 * told by the member of this name and make nothing fail. */
typedef void (*ds_problem_fn)(void *context, const ds_error *problem);

/* ---- Scenario ----------------------------------------------------------- */
typedef struct ds_scenario ds_scenario;

/* One change to a scenario: the value at a JSON Pointer becomes `value`, which
 * is JSON text (a bare word that is not JSON is taken as a string). */
typedef struct {
    const char *pointer, *value;
} ds_override;

/* Reads one scenario file with what it `extends`, applies the overrides, and
 * checks everything.  Every problem and warning goes to report() (may be NULL);
 * *err (may be NULL) holds the first problem.
 * Fails with DS_E_IO, DS_E_SYNTAX, DS_E_SCENARIO, DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_scenario_load(const char *path, const ds_override *overrides,
                                       size_t override_count, ds_problem_fn report,
                                       void *context, ds_scenario **out, ds_error *err);
/* The same for a scenario that is loaded already: used by sweeps.  The files
 * are not read again.  The warnings of the base are told again where they still
 * hold. */
DS_MUST_CHECK ds_code ds_scenario_with(const ds_scenario *base, const ds_override *overrides,
                                       size_t override_count, ds_problem_fn report,
                                       void *context, ds_scenario **out, ds_error *err);
void ds_scenario_free(ds_scenario *scenario);

const char *ds_scenario_name(const ds_scenario *s);
const char *ds_scenario_description(const ds_scenario *s);
const char *ds_scenario_path(const ds_scenario *s);
/* FNV-1a 64 of the canonical text (sorted keys, defaults filled), 16 hex digits. */
const char *ds_scenario_hash(const ds_scenario *s);
/* The resolved scenario: canonical JSON, every default filled in.  The pointers
 * of the values that were defaults come from ds_scenario_input() below. */
const char *ds_scenario_resolved_json(const ds_scenario *s);
uint64_t    ds_scenario_paths(const ds_scenario *s); /* [paths] from run.paths */
uint64_t    ds_scenario_seed(const ds_scenario *s);
size_t      ds_scenario_months(const ds_scenario *s);
/* Calendar month t of the clock as "YYYY-MM"; buffer of at least 8 bytes. */
void        ds_scenario_month_label(const ds_scenario *s, size_t t, char label[8]);
size_t      ds_scenario_strategy_count(const ds_scenario *s);
const char *ds_scenario_strategy_name(const ds_scenario *s, size_t index);
const char *ds_scenario_strategy_description(const ds_scenario *s, size_t index);
/* Is a student's project part of the strategy? */
bool        ds_scenario_strategy_distils(const ds_scenario *s, size_t index);

/* Where a figure comes from. */
typedef enum { DS_ORIGIN_SOURCE, DS_ORIGIN_ASSUMPTION, DS_ORIGIN_DEFAULT,
               DS_ORIGIN_UNSOURCED } ds_origin;
typedef struct {
    const char *pointer, *unit; /* address and unit of the quantity             */
    const char *text;           /* "3", "lognormal, p10 2, p90 9", ...          */
    const char *source, *as_of; /* "" when not given                            */
    ds_origin   origin;
    bool        uncertain;
    bool        idle;           /* a default that changes nothing: no discount, no
                                   growth, or of another kind of billing        */
} ds_input_info;
size_t        ds_scenario_input_count(const ds_scenario *s);
ds_input_info ds_scenario_input(const ds_scenario *s, size_t index);

/* Writes the JSON Schema (draft 2020-12) of a scenario file, or the reference
 * page docs/scenario.md; both come from the one field table. */
DS_MUST_CHECK ds_code ds_schema_write(FILE *file);
DS_MUST_CHECK ds_code ds_scenario_reference_write(FILE *file);

/* ---- Plan --------------------------------------------------------------- */
typedef struct ds_plan ds_plan;

/* Terms that are to be optimised are what the contracts say; ds_scenario_optimised()
 * gives them their best values first.
 * Fails with DS_E_SCENARIO (a rule that spans fields), DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_plan_compile(const ds_scenario *scenario, ds_plan **out,
                                      ds_error *err);
void ds_plan_free(ds_plan *plan);

/* ---- Outcomes: one table, one row per figure of a path under a strategy --- */
typedef struct {
    const char *name, *unit, *help;
    int         bad_tail;  /* +1: large is bad (a cost); -1: small is bad       */
    const char *undefined; /* what a path without a value means: "never",
                              "none", or NULL when every path has one           */
} ds_outcome_info;
size_t                 ds_outcome_count(void);
const ds_outcome_info *ds_outcome_at(size_t index);
/* Index of an outcome by name, or ds_outcome_count() when there is none. */
size_t                 ds_outcome_find(const char *name);

/* ---- Run ---------------------------------------------------------------- */
/* How exact a statistic is to be: half the width of its 95 % interval is at most
 * `tolerance`, in the unit of the statistic, or as a share of its value. */
typedef struct {
    size_t      strategy;
    size_t      outcome;
    const char *statistic; /* mean, sd, p05 ... p95, cvar, share_positive, share_undefined */
    double      tolerance;
    bool        relative;
} ds_target;

typedef enum { DS_ENGINE_FAST, DS_ENGINE_REFERENCE } ds_engine;

typedef struct {
    uint64_t path_count; /* futures to simulate [paths]                        */
    uint64_t seed;       /* names the random futures; same seed, same result   */
    unsigned threads;    /* 0: one per processor; never changes the result     */
    ds_engine engine;
    const char *instruction_set; /* of the fast engine: NULL is the best of
                                    ds_instruction_set(); never changes the result */
    uint64_t memory_cap_bytes; /* 0: 4 GiB; beyond it the outcomes of the first paths
                                  are kept and the others counted (sampling random),
                                  or DS_E_SCENARIO says what fits               */
    /* The run ends before path_count when every target is met at two looks one after the
     * other (ds_result_target()); looks are at about 1024, 2048, 4096 ... paths.  The
     * first paths of a run do not depend on how many follow, but with the sampling
     * latin_hypercube, which is refused.  They are copied. */
    const ds_target *targets;
    size_t           target_count;
    /* Called from the calling thread only, several times a second; false
     * cancels.  running_mean_se: standard error so far of the mean saving of
     * the last strategy [USD], NAN at first. */
    bool (*keep_going)(void *context, uint64_t done, uint64_t total, double running_mean_se);
    void *context;
} ds_run_options;

/* Instruction sets that the fast engine was compiled for and this processor has:
 * "generic" first, the best last; NULL past the end. */
const char *ds_instruction_set(size_t index);

typedef struct ds_result ds_result;

/* Simulates paths 0 .. path_count-1.  Same bits for any number of threads.
 * Fails with DS_E_NOMEM, DS_E_SCENARIO (memory), DS_E_NUMERIC (names the path
 * to replay with ds_explain), DS_E_CANCELLED. */
DS_MUST_CHECK ds_code ds_run(const ds_plan *plan, const ds_run_options *options,
                             ds_result **out, ds_error *err);
void ds_result_free(ds_result *result);

/* An estimate and its Monte Carlo standard error. */
typedef struct {
    double value, se;
} ds_estimate;

enum { DS_QUANTILE_COUNT = 5 }; /* p05 p25 p50 p75 p95 */
extern const double      ds_quantile_levels[DS_QUANTILE_COUNT];
extern const char *const ds_quantile_names[DS_QUANTILE_COUNT];

/* Names of the statistics that asserts and targets may ask for: mean, sd, the quantiles,
 * cvar, share_positive, share_undefined; NULL past the end. */
const char *ds_statistic_name(size_t index);

/* Statistics of one outcome of one strategy over the paths.  mean, sd, cvar are
 * over the paths that have a value (`defined`); quantiles count a path without
 * one as +infinity when it means "never", and are over the defined paths when it
 * means "none".  The cvar is +infinity when any path is "never" and that is the
 * bad tail.  NAN where there is nothing to say. */
typedef struct {
    uint64_t    paths, defined;
    ds_estimate mean, sd;
    ds_estimate quantiles[DS_QUANTILE_COUNT]; /* type 7, exact                 */
    double      cvar_level;                   /* e.g. 0.95                     */
    ds_estimate cvar;                         /* mean of the bad tail          */
    ds_estimate share_undefined;              /* of paths without a value [1]  */
    ds_estimate share_positive;               /* of paths with value > 0 [1]   */
    double      min, max;
    double      rank_error; /* quantiles are right up to this share of the paths: 0,
                               or that of a bin when not all paths are kept      */
} ds_statistics;

size_t        ds_result_strategy_count(const ds_result *r);
const char   *ds_result_strategy_name(const ds_result *r, size_t strategy);
uint64_t      ds_result_paths(const ds_result *r);
uint64_t      ds_result_seed(const ds_result *r);
/* Of every standard error: independent groups of paths (run.sampling) less one; and the
 * standard errors that the 95 % interval reaches to either side, Student's t: near 1.96
 * when every path is its own group.  NAN when there is one group. */
double        ds_result_degrees_of_freedom(const ds_result *r);
double        ds_result_interval_factor(const ds_result *r);
ds_statistics ds_result_statistics(const ds_result *r, size_t strategy, size_t outcome);
/* Was the outcome asked for (run.outcomes)?  If not, its statistics are NAN. */
bool          ds_result_has(const ds_result *r, size_t outcome);
/* Paths whose outcomes are kept, the first ones: all, unless they would have taken more
 * memory than the cap; then quantiles have a rank_error, and columns are shorter. */
uint64_t      ds_result_kept_paths(const ds_result *r);
/* The outcome of every path that is kept; NULL when it was not asked for; INFINITY is
 * "never", NAN is "none". */
const double *ds_result_column(const ds_result *r, size_t strategy, size_t outcome);

/* A run with run.outer: states of knowledge, with futures each.  Between them lie 90 % of
 * the states (5 to 95 %): of the mean, and of each quantile, over the futures of a state.
 * The variance of the outcome is that of what is not known plus that of chance.  For
 * outcomes that every path has; states 0 and NAN otherwise. */
typedef struct {
    uint64_t    states, futures;
    ds_estimate mean_low, mean_high;
    ds_estimate low[DS_QUANTILE_COUNT], high[DS_QUANTILE_COUNT];
    ds_estimate knowledge, chance; /* [unit^2]; knowledge can come out below 0   */
    ds_estimate share;             /* knowledge / (knowledge + chance) [1]       */
} ds_knowledge;
ds_knowledge ds_result_knowledge(const ds_result *r, size_t strategy, size_t outcome);

/* The bill of one month of one strategy over the paths [USD].  mean and sd are
 * over all paths; the quantiles are exact over the first quantile_paths. */
typedef struct {
    ds_estimate mean;
    double      sd;
    ds_estimate quantiles[DS_QUANTILE_COUNT];
    uint64_t    quantile_paths;
} ds_month_statistics;
/* 0 when the months were not kept (run.monthly). */
size_t              ds_result_months(const ds_result *r);
ds_month_statistics ds_result_month(const ds_result *r, size_t strategy, size_t month);

typedef enum { DS_VERDICT_DISTIL, DS_VERDICT_DO_NOT, DS_VERDICT_CANNOT_SAY,
               DS_VERDICT_NO_STUDENT } ds_verdict;
typedef struct {
    ds_verdict  verdict;
    size_t      best;             /* strategy of least mean cost                */
    size_t      best_distilling;  /* of those with a project; count if none     */
    size_t      best_other;       /* of those without one; count if none        */
    size_t      runner_up;        /* of all the others, that of least mean cost; count if none */
    ds_estimate margin_usd;       /* mean cost NPV of runner_up minus that of best, paired by
                                     path; NAN when there is one strategy       */
    double      margin_low, margin_high; /* its 95 % interval, which knows that the best was
                                     chosen by the same paths; NAN with one path */
    ds_estimate runner_up_best_case_usd; /* in the best share 1 - cvar_level of paths for
                                     runner_up, mean of cost NPV of best minus its own, over
                                     the paths that are kept                    */
    ds_estimate advantage_usd;    /* mean cost NPV of best_other minus that of
                                     best_distilling, paired by path            */
    double      advantage_low, advantage_high; /* as of the margin; the verdict goes by it */
    ds_estimate probability_advantage; /* share of paths where it is positive   */
    ds_estimate regret_usd;       /* mean over paths of (cost NPV of best) minus
                                     (least cost NPV of any strategy)           */
} ds_decision;
ds_decision ds_result_decision(const ds_result *r);
/* Share of paths in which a strategy costs least; of a tie each has its part. */
ds_estimate ds_result_probability_best(const ds_result *r, size_t strategy);

/* What came of a target. */
typedef struct {
    ds_target   target;
    ds_estimate got;
    double      half_width; /* of the 95 % interval, in the unit of the statistic */
    bool        reached;    /* at the last look; all of them: the run ended early */
} ds_target_result;
size_t           ds_result_target_count(const ds_result *r);
ds_target_result ds_result_target(const ds_result *r, size_t index);
/* Were all targets met at two looks one after the other? */
bool             ds_result_targets_reached(const ds_result *r);

typedef struct {
    const char *name;      /* key under "asserts"                               */
    const char *strategy, *outcome, *statistic;
    ds_estimate observed;
    double      above, below; /* bounds; -INFINITY, INFINITY when not given     */
    bool        passed;
} ds_assert_result;
size_t           ds_result_assert_count(const ds_result *r);
ds_assert_result ds_result_assert(const ds_result *r, size_t index);

/* ---- Explain: the ledger of one path under one strategy ------------------
 *
 * Every dollar is in exactly one row, so the rows of a month sum to its cost, those of
 * a contract to its invoice.  An invoice reads from top to bottom:
 *   - usage at what the price list makes of it: one row for each product, kind of
 *     token, service class and step of the tiers ("input tokens, batch"; the step in
 *     `tier`), requests, meters (their free part is a negative row), units, hosting,
 *     storage; list_price_usd and `multipliers` say how unit_price_usd comes about;
 *   - what a commitment makes of it: "drawn from commitment" (negative: the usage that it
 *     covers at list, with what overage is let off; quantity: dollars drawn), "commitment
 *     used" and "commitment unused" (price 1, or 0 when the commitment is paid apart, then
 *     "commitment payment"), "early exit"; used and unused add up to what is committed;
 *   - of the first contract of an agreement: "agreement discount", the same rows
 *     of its commitment, "free amount", "credit used";
 *   - rounding, tax, fee returned, staff.
 * Texts live as long as the callback; names of the scenario as long as that. */
typedef struct {
    size_t      month;               /* 0-based                                 */
    const char *product;             /* "" for a line shared by products        */
    const char *model;               /* "" for a line of no model               */
    const char *contract;            /* "" for a line of no contract            */
    const char *line;                /* "input tokens", "fleet", "labels", ...  */
    const char *tier;                /* "input > 200000; month tokens > 1e+06" or "" */
    double      quantity;            /* [unit]                                  */
    const char *unit;                /* "Mtok", "GPU-hour", "staff-month", ...  */
    double      list_price_usd;      /* [USD/unit], or vendor's credits, before
                                        multipliers                             */
    const char *multipliers;         /* "tier x2, batch x0.5, discount x0.85" or "" */
    double      unit_price_usd;      /* [USD/unit] as paid                      */
    double      amount_usd;          /* [USD], negative for a credit            */
    const char *rule;                /* number of the equation in docs/model.md */
    const char *agreement;           /* "" or, booked to its first contract, the
                                        agreement whose line it is              */
} ds_ledger_row;
typedef void (*ds_ledger_fn)(void *context, const ds_ledger_row *row);

/* Calls row() for every line, month by month; outcomes (may be NULL) receives
 * ds_outcome_count() values.  The sum of amounts is the outcome
 * cost_total_usd.  Uses the reference engine.
 * Fails with DS_E_USAGE (no such strategy), DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_explain(const ds_plan *plan, uint64_t seed, uint64_t path,
                                 size_t strategy, ds_ledger_fn row, void *context,
                                 double *outcomes, ds_error *err);

/* ---- Self-test: values known from elsewhere --------------------------------- */
typedef struct {
    const char *group, *what;
    const char *source;   /* where the expected value comes from                */
    double      expected, got;
    double      digits;   /* decimal digits that agree; 17: all                 */
    double      se, z;    /* of a simulation: its standard error, and how many of them
                             lie between got and expected; NAN for others       */
    bool        passed;
} ds_selftest_line;

/* Called for each value; false stops. */
typedef bool (*ds_selftest_fn)(void *context, const ds_selftest_line *line);

/* Name of a group; NULL past the end. */
const char *ds_selftest_group_name(size_t index);
/* Works out every value of a group (NULL: of all) and tells it; a miss is told and does
 * not fail.  Same lines every time.  Fails with DS_E_USAGE (no such group),
 * DS_E_CANCELLED (tell() said so), and as ds_run(). */
DS_MUST_CHECK ds_code ds_selftest_run(const char *group, ds_selftest_fn tell, void *context,
                                      ds_error *err);

/* ---- Version ------------------------------------------------------------ */
const char *ds_version(void);      /* "0.1.0"                                   */
const char *ds_git_describe(void); /* of the tree that was built, or "unknown"  */
/* Changes whenever the same seed gives other futures. */
int         ds_stream_version(void);

#endif
