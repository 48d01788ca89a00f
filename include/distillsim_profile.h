/* distillsim_profile.h -- measured speed of models on GPUs, what is fitted to it, and what a
 * profile says.
 *
 * Part of the public interface; see distillsim.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DISTILLSIM_PROFILE_H
#define DISTILLSIM_PROFILE_H

#include "distillsim.h"

/* One measured run of a model on a replica. */
typedef struct {
    double input_tokens, output_tokens; /* of a request                         */
    double concurrency;         /* requests at a time; NAN: as many as it takes */
    double output_tokens_per_s; /* of the replica                               */
    double ttft_ms, tpot_ms;    /* to the first token, for each further one; NAN: not
                                   measured                                     */
    int    gpus;                /* of the replica                               */
    int    line;                /* of the file                                  */
} ds_measured;

/* Rows whose cell of this column is this text; the others are left out. */
typedef struct {
    const char *column, *value;
} ds_row_filter;

typedef struct ds_measurements ds_measurements;

enum { DS_MEASURED_ROWS_MAX = 10000 };
/* Reads a CSV file with a header.  Columns, by name (or by the name in brackets):
 * input_tokens (isl), output_tokens (osl), output_tokens_per_s (output_tok_s_total) or
 * output_tokens_per_s_per_gpu (output_tok_s_per_gpu), and if there are any gpus (tp),
 * concurrency, ttft_ms, tpot_ms; others are ignored.  gpus > 0: rows of so many GPUs, or
 * those of a file without the column; 0: 1 without the column.
 * Fails with DS_E_IO, DS_E_SCENARIO (file, line and column set; also when no row is
 * left), DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_measurements_read(const char *path, const ds_row_filter *filters,
                                           size_t filter_count, int gpus,
                                           ds_measurements **out, ds_error *err);
void                  ds_measurements_free(ds_measurements *m);
const char           *ds_measurements_path(const ds_measurements *m);
size_t                ds_measurements_count(const ds_measurements *m);
const ds_measured    *ds_measurements_at(const ds_measurements *m, size_t index);

typedef enum { DS_PROFILE_CLOSED, DS_PROFILE_TABLE, DS_PROFILE_ROOFLINE } ds_profile_kind;
const char *ds_profile_kind_name(ds_profile_kind kind); /* "closed form", ...   */

typedef struct {
    ds_profile_kind kind;
    bool            prefill_attention; /* closed form: its fourth constant too   */
    /* roofline: the profile that has the shape, as "FILE#/pointer"; its GPU likewise, NULL:
     * the one that it names, of /gpus of FILE; and which constants are fitted, by their keys
     * (none: speed_factor, and from 4 points on memory_efficiency) */
    const char        *profile, *gpu;
    const char *const *constants;
    size_t             constant_count;
} ds_profile_fit_options;

/* A key that `constants` may have; NULL past the end. */
const char *ds_profile_fit_key(size_t index);

/* A constant that was fitted. */
typedef struct {
    const char *key, *unit; /* as in a scenario                                 */
    double      value, se;
    double      log_sd;     /* of its logarithm: se over value                   */
    bool        identified; /* else the points say next to nothing about it, and se and
                               log_sd are NAN                                   */
    bool        at_most;    /* it would be larger than it can be, and is what it can be */
} ds_profile_constant;

/* Predicted over measured speed, of so many points. */
typedef struct {
    size_t count;
    double median, p90, greatest; /* of |predicted/measured - 1|                */
    double bias;                  /* geometric mean of predicted/measured, less 1 */
    double log_sd;                /* root mean square of ln(predicted/measured)  */
} ds_profile_error;

typedef struct {
    ds_measured measured;
    double      fitted, left_out; /* tokens/s of the replica, by the fit to all points and
                                     by the fit to the others                    */
} ds_profile_point;

typedef struct ds_profile_fit ds_profile_fit;

/* Fits a profile (docs/model.md, (100) to (102)) to what was measured: least squares of
 * the logarithm of the speed, constants positive.  Of rows of the same lengths a closed form
 * uses those of the greatest concurrency, a table (which fits nothing) the same for each
 * curve, a roofline all.  Every point is left out in turn, and predicted from the others.
 * Fails with DS_E_USAGE (options), DS_E_SCENARIO (too few points, for so many constants;
 * rows of different numbers of GPUs; what is wrong with the profile), DS_E_IO,
 * DS_E_NUMERIC (a model that does not fit into memory), DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_profile_fit_run(const ds_measurements *m,
                                         const ds_profile_fit_options *options,
                                         ds_profile_fit **out, ds_error *err);
void                       ds_profile_fit_free(ds_profile_fit *fit);
ds_profile_kind            ds_profile_fit_kind(const ds_profile_fit *fit);
int                        ds_profile_fit_gpus(const ds_profile_fit *fit); /* of a replica */
double                     ds_profile_fit_slots(const ds_profile_fit *fit); /* NAN: unknown */
/* Rows of a table, by curve and concurrency. */
size_t                     ds_profile_fit_row_count(const ds_profile_fit *fit);
const ds_measured         *ds_profile_fit_row_at(const ds_profile_fit *fit, size_t index);
/* Of a roofline: the object of its key as JSON, constants fitted (NULL: no roofline), and
 * the size of the model, NAN when the profile does not say. */
const char                *ds_profile_fit_roofline(const ds_profile_fit *fit);
double                     ds_profile_fit_parameters_b(const ds_profile_fit *fit);
size_t                     ds_profile_fit_constant_count(const ds_profile_fit *fit);
const ds_profile_constant *ds_profile_fit_constant_at(const ds_profile_fit *fit, size_t index);
size_t                     ds_profile_fit_point_count(const ds_profile_fit *fit);
const ds_profile_point    *ds_profile_fit_point_at(const ds_profile_fit *fit, size_t index);
ds_profile_error           ds_profile_fit_in_sample(const ds_profile_fit *fit);
ds_profile_error           ds_profile_fit_left_out(const ds_profile_fit *fit);

/* What a profile of a scenario says at one pair of lengths, every uncertain quantity at its
 * median, without cached tokens; NAN where it cannot say. */
typedef struct {
    double input_tokens, output_tokens;
    double gpu_s;                /* GPU seconds of a request                    */
    double slots;                /* requests at a time on a replica             */
    double output_tokens_per_s;  /* of a replica that is always busy            */
    double ttft_ms, tpot_ms;     /* in service, without waiting                 */
    double memory_gib;           /* of a GPU, for weights, keys and values      */
    double weight_gib;           /* of that the weights                         */
    double request_gib;          /* and the keys and values of one request      */
    double usd_per_mtok;         /* input and output, at the rent of month 0    */
    double usd_per_mtok_output;  /* the same over the tokens of output alone    */
    bool   fits;                 /* else the figures above are NAN but memory   */
} ds_profile_figures;

typedef struct {
    ds_profile_kind kind;
    const char     *gpu;
    int             gpus; /* of a replica                                       */
    double          usd_per_gpu_hour, relative_error, parameters_b;
} ds_profile_facts;

size_t           ds_scenario_profile_count(const ds_scenario *s);
const char      *ds_scenario_profile_name(const ds_scenario *s, size_t index);
ds_profile_facts ds_scenario_profile_facts(const ds_scenario *s, size_t index);
/* concurrency: at most so many requests at a time; NAN: as the profile says.
 * Fails with DS_E_USAGE (a concurrency of a closed form, which has none), DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_scenario_profile_at(const ds_scenario *s, size_t index,
                                             double input_tokens, double output_tokens,
                                             double concurrency, ds_profile_figures *out,
                                             ds_error *err);

#endif
