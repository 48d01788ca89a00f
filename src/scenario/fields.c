/* fields.c -- the scenario language: every key, its unit, range, default and
 * meaning, from the leaves up.  A reader who has read this file knows what a
 * scenario may say; docs/scenario.md and the JSON Schema are printed from it.
 *
 * Rules that a row states:
 *   - ranges hold for every value a distribution can give: one whose mass
 *     outside the range is at most 1 % is truncated to it, more is an error;
 *   - a key with neither a default nor `required` may be absent, and then what
 *     it describes does not exist.
 * Rules that span rows are in check.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stddef.h>

#include "scenario/field.h"
#include "scenario/scenario.h"

/* Constructors of rows: S is the struct, M the member, whose name is the key.
 * The help comes last; further members of ds_field may follow it. */
/* float constants of <math.h>, as doubles */
#define NONE ((double)NAN)
#define UNLIMITED ((double)INFINITY)

#define Q(S, M, unit_, min_, max_, fallback_, ...)                                  \
    { .key = #M, .type = DS_FIELD_QUANTITY, .offset = offsetof(S, M), .unit = unit_,\
      .min = min_, .max = max_, .fallback = fallback_, .help = __VA_ARGS__ }
#define Q_FLAGS(S, M, flags_, unit_, min_, max_, ...)                               \
    { .key = #M, .type = DS_FIELD_QUANTITY, .offset = offsetof(S, M),               \
      .flags = flags_, .unit = unit_, .min = min_, .max = max_, .fallback = NONE,   \
      .help = __VA_ARGS__ }
#define Q_REQUIRED(S, M, unit_, min_, max_, ...)                                    \
    Q_FLAGS(S, M, DS_FLAG_REQUIRED, unit_, min_, max_, __VA_ARGS__)
#define Q_OPTIONAL(S, M, unit_, min_, max_, ...)                                    \
    Q_FLAGS(S, M, DS_FLAG_NO_DEFAULT, unit_, min_, max_, __VA_ARGS__)
#define Q_EVENT(S, M, unit_, min_, max_, ...)                                       \
    Q_FLAGS(S, M, DS_FLAG_REQUIRED | DS_FLAG_PER_EVENT, unit_, min_, max_, __VA_ARGS__)
#define DATE(S, M, ...)                                                             \
    { .key = #M, .type = DS_FIELD_DATE, .offset = offsetof(S, M), .unit = "month",  \
      .min = 0, .max = 1e6, .fallback = 0, .help = __VA_ARGS__ }
#define INTEGER(S, M, unit_, min_, max_, fallback_, ...)                            \
    { .key = #M, .type = DS_FIELD_INTEGER, .offset = offsetof(S, M), .unit = unit_, \
      .min = min_, .max = max_, .fallback = fallback_, .help = __VA_ARGS__ }
#define NUMBER(S, M, flags_, unit_, min_, max_, fallback_, ...)                     \
    { .key = #M, .type = DS_FIELD_NUMBER, .offset = offsetof(S, M), .flags = flags_,\
      .unit = unit_, .min = min_, .max = max_, .fallback = fallback_, .help = __VA_ARGS__ }
#define TEXT(S, M, flags_, fallback_, ...)                                          \
    { .key = #M, .type = DS_FIELD_STRING, .offset = offsetof(S, M), .flags = flags_,\
      .fallback_text = fallback_, .help = __VA_ARGS__ }
#define CHOICE(S, M, flags_, choices_, fallback_, ...)                              \
    { .key = #M, .type = DS_FIELD_CHOICE, .offset = offsetof(S, M), .flags = flags_,\
      .choices = choices_, .fallback_text = fallback_, .help = __VA_ARGS__ }
#define BOOLEAN(S, M, fallback_, ...)                                               \
    { .key = #M, .type = DS_FIELD_BOOL, .offset = offsetof(S, M), .min = 0, .max = 1,\
      .fallback = fallback_, .help = __VA_ARGS__ }
#define REFERENCE(S, M, of_, flags_, ...)                                           \
    { .key = #M, .type = DS_FIELD_REFERENCE, .offset = offsetof(S, M), .of = of_,   \
      .flags = flags_, .help = __VA_ARGS__ }
#define NUMBERS(S, M, unit_, length_, min_, max_, ...)                              \
    { .key = #M, .type = DS_FIELD_NUMBERS, .offset = offsetof(S, M), .unit = unit_, \
      .length = length_, .min = min_, .max = max_, .help = __VA_ARGS__ }
#define OBJECT(S, M, T, rows_, flags_, ...)                                         \
    { .key = #M, .type = DS_FIELD_OBJECT, .offset = offsetof(S, M), .child = rows_, \
      .size = sizeof(T), .flags = flags_, .help = __VA_ARGS__ }
#define MAP(S, M, T, rows_, of_, flags_, ...)                                       \
    { .key = #M, .type = DS_FIELD_MAP, .offset = offsetof(S, M), .child = rows_,    \
      .size = sizeof(T), .of = of_, .flags = flags_, .help = __VA_ARGS__ }
#define END { .key = NULL }

const ds_field ds_provenance_fields[] = {
    { .key = "source", .type = DS_FIELD_STRING, .help = "Where the figures come from." },
    { .key = "as_of", .type = DS_FIELD_STRING,
      .help = "Date of the figures: YYYY, YYYY-MM or YYYY-MM-DD." },
    { .key = "assumption", .type = DS_FIELD_BOOL,
      .help = "True: the figures are invented, for want of a public source." },
    { .key = "note", .type = DS_FIELD_STRING, .help = "A remark for readers; has no effect." },
    END
};

static const ds_field clock_fields[] = {
    { .key = "start", .type = DS_FIELD_MONTH, .offset = offsetof(ds_clock, start),
      .flags = DS_FLAG_REQUIRED, .help = "First month, YYYY-MM; month 0 of every date." },
    { .key = "months", .type = DS_FIELD_INTEGER, .offset = offsetof(ds_clock, months),
      .flags = DS_FLAG_REQUIRED, .unit = "month", .min = 1, .max = 1200,
      .help = "Horizon." },
    NUMBER(ds_clock, hours_per_month, 0, "hour/month", 1, 744, 730,
           "Billed hours of a month: 730, 720 (30 days) or another vendor's convention."),
    END
};

static const ds_field run_fields[] = {
    INTEGER(ds_run_settings, paths, "path", 1, 1e10, 16384, "Futures to simulate."),
    INTEGER(ds_run_settings, seed, "1", 0, 9007199254740991.0, 1,
            "Names the random futures; the same seed gives the same result."),
    CHOICE(ds_run_settings, sampling, 0, "random", "random",
           "How the uniforms of an input are spread over the paths."),
    END
};

static const ds_field gpu_fields[] = {
    Q_REQUIRED(ds_gpu, usd_per_gpu_hour, "USD/GPU-hour", 1e-6, 1e6, "Rent in month 0."),
    Q_OPTIONAL(ds_gpu, long_run_usd_per_gpu_hour, "USD/GPU-hour", 1e-6, 1e6,
               "Level to which the log of the rent reverts; absent: the rent of month 0."),
    Q(ds_gpu, reversion_per_year, "1/year", 0, 100, 0,
      "Speed of reversion: the gap in logs shrinks by exp(-speed * years)."),
    Q(ds_gpu, volatility_per_sqrt_year, "1/sqrt(year)", 0, 10, 0,
      "Standard deviation of the log rent over one year without reversion."),
    Q(ds_gpu, jumps_per_year, "1/year", 0, 12, 0, "Sudden changes of the rent."),
    { .key = "jump_factor", .type = DS_FIELD_QUANTITY, .offset = offsetof(ds_gpu, jump_factor),
      .flags = DS_FLAG_PER_EVENT, .unit = "1", .min = 1e-3, .max = 1e3, .fallback = 1,
      .help = "Factor on the rent at a jump." },
    Q_OPTIONAL(ds_gpu, peak_tflops, "TFLOP/s", 1e-3, 1e6,
               "Dense peak at the precision of training; needed for training."),
    END
};

static const ds_field profile_fields[] = {
    REFERENCE(ds_profile, gpu, "/gpus", DS_FLAG_REQUIRED, "GPU that the figures hold for."),
    INTEGER(ds_profile, gpus_per_replica, "GPU", 1, 4096, 1,
            "GPUs of one replica (tensor parallelism)."),
    NUMBER(ds_profile, parameters_b, DS_FLAG_NO_DEFAULT, "10^9 parameters", 1e-3, 1e5, NONE,
           "Size of the measured model; a model of another size scales GPU time in proportion."),
    Q_REQUIRED(ds_profile, input_tokens_per_gpu_s, "token/(GPU s)", 1e-6, 1e12,
               "P: prefill rate at saturation."),
    Q_REQUIRED(ds_profile, output_tokens_per_gpu_s, "token/(GPU s)", 1e-6, 1e12,
               "D: decode rate at saturation and empty context."),
    Q(ds_profile, attention_gpu_s_per_token2, "GPU s/token^2", 0, 1, 0,
      "kappa: cost of one output token for each token before it."),
    Q(ds_profile, speed_factor, "1", 1e-3, 1e3, 1,
      "Factor on the speed: the error of the profile, e.g. lognormal with median 1."),
    Q(ds_profile, speed_gain_per_year, "1/year", -0.9, 100, 0,
      "Yearly gain of speed by software, 0.3 is +30 % a year."),
    END
};

static const ds_field growth_fields[] = {
    CHOICE(ds_growth, process, 0, "gbm|logistic|bass|series", "gbm",
           "Shape of the trend; the noise is geometric Brownian motion for all."),
    Q(ds_growth, per_year, "1/year", -0.99, 1000, 0,
      "Expected growth over the first year, 1.0 is a doubling (gbm); of a small base (logistic)."),
    Q_OPTIONAL(ds_growth, slows_to_per_year, "1/year", -0.99, 1000,
               "Expected yearly growth in the long run (gbm); absent: growth does not slow."),
    Q(ds_growth, slowing_per_year, "1/year", 0, 100, 1,
      "Speed at which the growth rate moves to slows_to_per_year (gbm)."),
    Q_OPTIONAL(ds_growth, ceiling_factor, "1", 1, 1e6,
               "Saturation level as a multiple of month 0 (logistic, bass)."),
    Q(ds_growth, innovation_per_year, "1/year", 0, 100, 0.03, "p of the Bass model."),
    Q(ds_growth, imitation_per_year, "1/year", 0, 100, 0.38, "q of the Bass model."),
    Q(ds_growth, volatility_per_sqrt_year, "1/sqrt(year)", 0, 10, 0,
      "Standard deviation of log traffic over one year, around the trend."),
    Q(ds_growth, jumps_per_year, "1/year", 0, 12, 0, "Launches and losses: sudden changes."),
    { .key = "jump_factor", .type = DS_FIELD_QUANTITY,
      .offset = offsetof(ds_growth, jump_factor), .flags = DS_FLAG_PER_EVENT, .unit = "1",
      .min = 1e-3, .max = 1e3, .fallback = 1, .help = "Factor on traffic at a jump." },
    NUMBERS(ds_growth, series, "1", 0, 0, 1e12,
            "Trend by month relative to month 0 (series); the last one holds on."),
    END
};

static const ds_field request_fields[] = {
    Q_OPTIONAL(ds_request, input_words, "word", 0, 1e8, "Mean words of a prompt with its context."),
    Q_OPTIONAL(ds_request, output_words, "word", 0, 1e8, "Mean words of an answer."),
    Q(ds_request, tokens_per_word, "token/word", 0.1, 100, 1.3,
      "About 1.3 in English; applies to words only."),
    Q_OPTIONAL(ds_request, input_tokens, "token", 0, 1e9, "Mean input tokens, instead of words."),
    Q_OPTIONAL(ds_request, output_tokens, "token", 0, 1e9, "Mean output tokens, instead of words."),
    Q(ds_request, output_cv, "1", 0, 100, 0,
      "Coefficient of variation of the output length between requests (GPU time)."),
    Q(ds_request, cache_read_share, "1", 0, 1, 0, "Share of input tokens read from a cache."),
    Q(ds_request, cache_write_share, "1", 0, 1, 0, "Share of input tokens written to a cache."),
    Q(ds_request, input_growth_per_year, "1/year", -0.99, 100, 0,
      "Yearly growth of input tokens per request."),
    Q(ds_request, output_growth_per_year, "1/year", -0.99, 100, 0,
      "Yearly growth of output tokens per request."),
    END
};

static const ds_field product_fields[] = {
    TEXT(ds_product, description, 0, "", "For readers."),
    Q_REQUIRED(ds_product, requests_per_month, "request/month", 0, 1e15,
               "Traffic of month 0, before the season."),
    OBJECT(ds_product, growth, ds_growth, growth_fields, DS_FLAG_ALWAYS,
           "How traffic grows; its pointer names the process in correlations."),
    NUMBERS(ds_product, season, "1", 12, 0, 100,
            "Factor on traffic by calendar month, January first."),
    OBJECT(ds_product, request, ds_request, request_fields, DS_FLAG_REQUIRED,
           "Size of a request."),
    Q(ds_product, peak_to_mean, "1", 1, 1000, 1,
      "Peak load over the mean load of the month, for capacity that must hold the peak."),
    NUMBERS(ds_product, hour_shape, "1", 24, 0, 24,
            "Load by hour of the day over the mean, for hourly scaled fleets."),
    Q(ds_product, value_usd_per_request, "USD/request", 0, 1e6, 0,
      "Lost when a request is not served."),
    Q(ds_product, loss_usd_per_bad_answer, "USD/answer", 0, 1e9, 0,
      "Cost of a bad answer that nobody caught."),
    TEXT(ds_product, task_class, 0, "general", "Looks up the quality of a model."),
    Q(ds_product, price_elasticity, "1", -10, 10, 0,
      "Traffic moves by (price level)^-elasticity of the model `price_of`."),
    REFERENCE(ds_product, price_of, "/models", 0, "Model whose price level moves traffic."),
    END
};

static const ds_field token_price_fields[] = {
    Q_REQUIRED(ds_token_prices, input, "USD/Mtok", 0, 1e6, "Fresh input tokens."),
    Q_REQUIRED(ds_token_prices, output, "USD/Mtok", 0, 1e6, "Output tokens."),
    Q_OPTIONAL(ds_token_prices, cache_read, "USD/Mtok", 0, 1e6,
               "Input tokens read from a cache; absent: as fresh input."),
    Q_OPTIONAL(ds_token_prices, cache_write, "USD/Mtok", 0, 1e6,
               "Input tokens written to a cache; absent: as fresh input."),
    END
};

static const ds_field commitment_fields[] = {
    Q_REQUIRED(ds_commitment, usd_per_month, "USD/month", 0, 1e15,
               "Due every month, used or not; usage is drawn down from it."),
    END
};

static const ds_field unit_fields[] = {
    REFERENCE(ds_capacity_unit, profile, "/profiles", 0,
              "A unit holds what `gpus` GPUs of this profile do; or give tokens_per_minute."),
    INTEGER(ds_capacity_unit, gpus, "GPU", 1, 4096, 1, "With `profile`."),
    Q_OPTIONAL(ds_capacity_unit, tokens_per_minute, "token/minute", 1e-6, 1e15,
               "Weighted tokens that one unit serves."),
    Q(ds_capacity_unit, output_weight, "1", 0, 1000, 1, "Of an output token."),
    Q(ds_capacity_unit, cache_read_weight, "1", 0, 1000, 1, "Of a cached input token."),
    Q(ds_capacity_unit, cache_write_weight, "1", 0, 1000, 1, "Of an input token that is cached."),
    END
};

static const ds_field owned_fields[] = {
    Q_REQUIRED(ds_owned, usd_per_gpu, "USD/GPU", 0, 1e9,
               "Price with its share of server and network."),
    INTEGER(ds_owned, life_months, "month", 1, 1200, 48, "Replaced after this."),
    Q(ds_owned, kilowatts_per_gpu, "kW/GPU", 0, 100, 1.73, "All in, with cooling."),
    Q(ds_owned, usd_per_kwh, "USD/kWh", 0, 100, 0.1, "Electricity."),
    Q(ds_owned, colocation_usd_per_gpu_month, "USD/(GPU month)", 0, 1e6, 0, "Space."),
    END
};

/* the kinds of billing that a row of a contract applies to */
#define PER_TOKEN (1u << DS_BILLING_PER_TOKEN)
#define HOSTED (1u << DS_BILLING_HOSTED)
#define COMPUTE_TIME (1u << DS_BILLING_COMPUTE_TIME)
#define FLEET (1u << DS_BILLING_FLEET)

static const ds_field contract_fields[] = {
    DATE(ds_contract, from,
         "First month in force, until the next contract's; the date may be uncertain."),
    CHOICE(ds_contract, billing, DS_FLAG_REQUIRED, "per_token|hosted_per_token|compute_time|fleet",
           NULL, "What is paid for."),
    BOOLEAN(ds_contract, follows_price_path, 1,
            "Are its prices moved by the model's price_path (GPU rent: by the GPU's)?"),
    Q(ds_contract, price_locked_months, "month", 0, 1200, 0,
      "Price level stays that of the first month in force for so long."),
    OBJECT(ds_contract, usd_per_mtok, ds_token_prices, token_price_fields, 0,
           "Prices of month 0 (per_token, hosted_per_token).", .only = PER_TOKEN | HOSTED),
    Q(ds_contract, discount_share, "1", 0, 1, 0, "Negotiated off the list price, any billing."),
    Q(ds_contract, batch_share, "1", 0, 1, 0,
      "Share of tokens sent as batch jobs.", .only = PER_TOKEN | HOSTED),
    Q(ds_contract, batch_discount_share, "1", 0, 1, 0.5,
      "Off the price of a batch token.", .only = PER_TOKEN | HOSTED),
    OBJECT(ds_contract, commitment, ds_commitment, commitment_fields, 0,
           "A bill at least so high; what is not used is lost (not for fleets).",
           .only = PER_TOKEN | HOSTED | COMPUTE_TIME),
    Q(ds_contract, hosting_usd_per_hour, "USD/hour", 0, 1e6, 0,
      "Of a hosted custom model, every hour (hosted_per_token).", .only = HOSTED),
    Q(ds_contract, storage_usd_per_month, "USD/month", 0, 1e9, 0,
      "Of its weights (hosted_per_token).", .only = HOSTED),
    Q_OPTIONAL(ds_contract, usd_per_unit_hour, "USD/(unit hour)", 0, 1e9,
               "compute_time.", .only = COMPUTE_TIME),
    OBJECT(ds_contract, unit, ds_capacity_unit, unit_fields, 0,
           "What a unit of compute time can serve (compute_time).", .only = COMPUTE_TIME),
    CHOICE(ds_contract, settlement, 0, "provisioned|metered", "provisioned",
           "Units held for the peak in every hour, or the unit-hours used (compute_time).",
           .only = COMPUTE_TIME),
    INTEGER(ds_contract, minimum_units, "unit", 0, 1e9, 0,
            "Least units held (provisioned).", .only = COMPUTE_TIME),
    INTEGER(ds_contract, unit_increment, "unit", 1, 1e6, 1,
            "Units come in multiples of it.", .only = COMPUTE_TIME),
    REFERENCE(ds_contract, profile, "/profiles", 0, "Speed on a GPU (fleet).", .only = FLEET),
    OBJECT(ds_contract, owned, ds_owned, owned_fields, 0,
           "GPUs are bought, not rented (fleet).", .only = FLEET),
    Q(ds_contract, rent_discount_share, "1", 0, 1, 0,
      "Off the GPU rent, e.g. for a reservation (fleet).", .only = FLEET),
    Q(ds_contract, slo_derate, "1", 0.01, 1, 0.7,
      "Share of saturated throughput left when latency must hold (fleet).", .only = FLEET),
    Q(ds_contract, target_utilisation, "1", 0.01, 1, 0.7,
      "Highest planned load of the derated capacity at the peak (fleet, provisioned).",
      .only = FLEET | COMPUTE_TIME),
    INTEGER(ds_contract, minimum_replicas, "replica", 0, 1e6, 1,
            "Fleet never smaller.", .only = FLEET),
    INTEGER(ds_contract, spare_replicas, "replica", 0, 1e6, 0,
            "On top, against failures.", .only = FLEET),
    CHOICE(ds_contract, scaling, 0, "static|hourly", "static",
           "Sized for the peak of the month, or anew for each hour of the day (fleet).",
           .only = FLEET),
    Q(ds_contract, staff_usd_per_month, "USD/month", 0, 1e9, 0,
      "People who run it; due while the model serves or is ready to."),
    END
};

static const ds_field price_path_fields[] = {
    Q_OPTIONAL(ds_price_path, release_every_months, "month", 0.05, 1200,
               "Mean time between model releases; absent: none."),
    CHOICE(ds_price_path, releases, 0, "poisson|fixed", "poisson",
           "Releases at random or by calendar."),
    { .key = "change_at_release", .type = DS_FIELD_QUANTITY,
      .offset = offsetof(ds_price_path, change_at_release), .flags = DS_FLAG_PER_EVENT,
      .unit = "1", .min = 1e-3, .max = 1e3, .fallback = 1,
      .help = "Factor on the price of a task at a release; may be above 1." },
    Q(ds_price_path, cuts_per_year, "1/year", 0, 12, 0, "Price cuts between releases."),
    { .key = "cut_factor", .type = DS_FIELD_QUANTITY,
      .offset = offsetof(ds_price_path, cut_factor), .flags = DS_FLAG_PER_EVENT, .unit = "1",
      .min = 1e-3, .max = 1e3, .fallback = 1, .help = "Factor on the price at a cut." },
    Q(ds_price_path, change_per_year, "1/year", -0.99, 100, 0,
      "Expected smooth change of the price, -0.2 is 20 % down a year."),
    Q(ds_price_path, volatility_per_sqrt_year, "1/sqrt(year)", 0, 10, 0,
      "Of the smooth change."),
    END
};

static const ds_field interruption_fields[] = {
    Q_REQUIRED(ds_interruption, per_year, "1/year", 0, 12, "How often access is cut off."),
    Q_EVENT(ds_interruption, months, "month", 0, 1200, "How long a cut-off lasts."),
    END
};

static const ds_field size_curve_fields[] = {
    Q_REQUIRED(ds_size_curve, limit_share, "1", 0, 1, "Acceptable share of a very large student."),
    Q_REQUIRED(ds_size_curve, gap_at_1b, "1", 0, 1, "How much a student of 10^9 parameters lacks."),
    Q_REQUIRED(ds_size_curve, exponent, "1", 0, 10, "The gap falls with parameters_b^-exponent."),
    END
};

static const ds_field quality_fields[] = {
    Q_OPTIONAL(ds_quality, acceptable_share, "1", 0, 1,
               "Share of answers as good as asked for, when new."),
    OBJECT(ds_quality, curve, ds_size_curve, size_curve_fields, 0,
           "Instead: by the model's parameters_b."),
    END
};

static const ds_field verifier_fields[] = {
    Q_REQUIRED(ds_verifier, detected_share, "1", 0, 1, "Of bad answers that are found."),
    Q(ds_verifier, false_alarm_share, "1", 0, 1, 0, "Of good answers that are rejected."),
    Q(ds_verifier, usd_per_request, "USD/request", 0, 1e4, 0, "Cost of checking one answer."),
    END
};

static const ds_field label_fields[] = {
    Q_REQUIRED(ds_labels, examples, "example", 0, 1e13, "Kept examples that the teacher answers."),
    Q(ds_labels, rejected_share, "1", 0, 0.99, 0, "Of generated examples, thrown away."),
    Q_REQUIRED(ds_labels, input_tokens, "token", 0, 1e9, "Of one example."),
    Q_REQUIRED(ds_labels, output_tokens, "token", 0, 1e9, "Of one example."),
    Q(ds_labels, batch_discount_share, "1", 0, 1, 0, "Off the teacher's price."),
    END
};

static const ds_field training_fields[] = {
    REFERENCE(ds_training, gpu, "/gpus", DS_FLAG_REQUIRED, "GPU that it is trained on."),
    Q_REQUIRED(ds_training, tokens, "token", 0, 1e16, "Of one epoch."),
    Q(ds_training, epochs, "1", 0, 1e4, 1, "Passes over them."),
    Q(ds_training, mfu_share, "1", 0.001, 1, 0.4, "Model FLOP utilisation of the peak."),
    END
};

static const ds_field project_fields[] = {
    OBJECT(ds_project, labels, ds_labels, label_fields, 0,
           "Answers bought from the teacher at its contract's price then."),
    OBJECT(ds_project, training, ds_training, training_fields, 0,
           "GPU hours of 6 * parameters * tokens; needs parameters_b of the model."),
    Q(ds_project, staff_months, "staff-month", 0, 1e6, 0, "Work of one attempt."),
    Q(ds_project, usd_per_staff_month, "USD/staff-month", 0, 1e6, 0, "Loaded salary."),
    Q(ds_project, evaluation_usd, "USD", 0, 1e12, 0, "Of one attempt, at its gate."),
    Q(ds_project, licence_fee_usd, "USD", 0, 1e12, 0, "Once, for the right to distil."),
    Q(ds_project, royalty_usd_per_mtok, "USD/Mtok", 0, 1e6, 0,
      "On every token the student serves."),
    Q_REQUIRED(ds_project, lead_months, "month", 0, 1200, "From start to the quality gate."),
    Q_OPTIONAL(ds_project, retry_months, "month", 0, 1200,
               "Of each further attempt; absent: as the first."),
    Q(ds_project, success_probability, "1", 0, 1, 1, "Of one attempt at the gate."),
    INTEGER(ds_project, attempts, "1", 1, 8, 1, "Then the project is given up."),
    Q(ds_project, permission_probability, "1", 0, 1, 1, "That the teacher's vendor allows it."),
    Q(ds_project, overrun_factor, "1", 0.01, 100, 1, "Real cost over planned cost, all items."),
    END
};

static const ds_field refresh_fields[] = {
    Q_REQUIRED(ds_refresh, every_months, "month", 1, 1e6, "Age at which a student is made anew."),
    Q(ds_refresh, cost_share, "1", 0, 10, 1,
      "Of labels, training, staff and evaluation of one attempt."),
    END
};

static const ds_field model_fields[] = {
    TEXT(ds_model, description, 0, "", "For readers."),
    TEXT(ds_model, provider, 0, NULL, "Vendor, for concentration; absent: the model's name."),
    MAP(ds_model, contracts, ds_contract, contract_fields, NULL,
        DS_FLAG_REQUIRED | DS_FLAG_NONEMPTY | DS_FLAG_ORDERED,
        "Each in force from its `from` until the next one's."),
    OBJECT(ds_model, price_path, ds_price_path, price_path_fields, 0,
           "How prices move; its pointer names the process in correlations."),
    OBJECT(ds_model, interruption, ds_interruption, interruption_fields, 0,
           "Access may be cut off, by a rule or a vendor."),
    REFERENCE(ds_model, fallback, "/models", 0, "Takes the traffic during an interruption."),
    Q(ds_model, fee_returned_share, "1", 0, 1, 0,
      "Of each fee that comes back, e.g. through a stake in the vendor."),
    MAP(ds_model, quality, ds_quality, quality_fields, NULL, 0,
        "By task class of the product; a class that is absent has acceptable share 1."),
    OBJECT(ds_model, verifier, ds_verifier, verifier_fields, 0,
           "Checks answers on routes that escalate."),
    Q_OPTIONAL(ds_model, parameters_b, "10^9 parameters", 1e-3, 1e5, "Size of the model."),
    REFERENCE(ds_model, teacher, "/models", 0, "Makes the model a student."),
    OBJECT(ds_model, project, ds_project, project_fields, 0, "What making the student takes."),
    Q(ds_model, decay_per_month, "1/month", 0, 1, 0,
      "Acceptable share lost per month of age, as a share of itself."),
    Q(ds_model, decay_per_release, "1/release", 0, 1, 0,
      "The same at each release of the teacher."),
    OBJECT(ds_model, refresh, ds_refresh, refresh_fields, 0, "Restores the acceptable share."),
    END
};

static const ds_field route_fields[] = {
    Q_REQUIRED(ds_route, share, "1", 0, 1, "Of the product's requests, once the ramp is done."),
    DATE(ds_route, from, "Start of the ramp; for a student not before it is ready."),
    Q(ds_route, ramp_months, "month", 0, 1200, 0, "Share rises linearly over so many months."),
    REFERENCE(ds_route, escalate_to, "/models", 0,
              "Gets the requests whose answer the verifier rejects; both models are paid."),
    END
};
static const ds_field product_routes_fields[] = {
    { .key = "", .type = DS_FIELD_MAP, .offset = offsetof(ds_product_routes, routes),
      .child = route_fields, .size = sizeof(ds_route), .of = "/models",
      .help = "By model; what is left goes to `all`." },
    END
};
static const ds_field start_fields[] = {
    { .key = "", .type = DS_FIELD_DATE, .offset = offsetof(ds_model_quantity, value),
      .flags = DS_FLAG_REQUIRED, .unit = "month", .min = 0, .max = 1e6,
      .help = "Month in which the student's project starts." },
    END
};
static const ds_field start_when_fields[] = {
    { .key = "", .type = DS_FIELD_QUANTITY, .offset = offsetof(ds_model_quantity, value),
      .flags = DS_FLAG_REQUIRED, .unit = "USD/month", .min = 0, .max = 1e15,
      .help = "The project starts in the month after the strategy's bill first exceeds it." },
    END
};
static const ds_field fallback_fields[] = {
    { .key = "", .type = DS_FIELD_REFERENCE, .offset = offsetof(ds_model_fallback, to),
      .of = "/models", .flags = DS_FLAG_REQUIRED, .help = "Overrides the model's own fallback." },
    END
};

static const ds_field strategy_fields[] = {
    TEXT(ds_strategy, description, 0, "", "For readers."),
    REFERENCE(ds_strategy, all, "/models", DS_FLAG_REQUIRED,
              "Serves whatever no route takes."),
    MAP(ds_strategy, start, ds_model_quantity, start_fields, "/models", 0,
        "Start of each student's project; needed for every student that a route uses."),
    MAP(ds_strategy, start_when_usd_per_month_above, ds_model_quantity, start_when_fields,
        "/models", 0,
        "Adaptive start: not before `start`, and only after a monthly bill above this."),
    MAP(ds_strategy, routes, ds_product_routes, product_routes_fields, "/products", DS_FLAG_STAR,
        "By product, or \"*\" for every product that is not named."),
    MAP(ds_strategy, fallback, ds_model_fallback, fallback_fields, "/models", 0,
        "During an interruption of a model, by model."),
    END
};

static const ds_field assertion_fields[] = {
    TEXT(ds_assertion, outcome, DS_FLAG_REQUIRED, NULL, "Name of an outcome."),
    REFERENCE(ds_assertion, strategy, "/strategies", DS_FLAG_REQUIRED, "Of which strategy."),
    TEXT(ds_assertion, statistic, 0, "mean",
         "mean, sd, p05, p25, p50, p75, p95, cvar, share_positive or share_undefined."),
    NUMBER(ds_assertion, above, DS_FLAG_NO_DEFAULT, NULL, -UNLIMITED, UNLIMITED, -UNLIMITED,
           "Must be greater."),
    NUMBER(ds_assertion, below, DS_FLAG_NO_DEFAULT, NULL, -UNLIMITED, UNLIMITED, UNLIMITED,
           "Must be less."),
    END
};

static const ds_field named_quantity_fields[] = {
    { .key = "", .type = DS_FIELD_QUANTITY, .offset = offsetof(ds_model_quantity, value),
      .flags = DS_FLAG_REQUIRED, .min = -UNLIMITED, .max = UNLIMITED,
      .help = "Used by \"@name\" wherever a quantity stands; one draw for all uses." },
    END
};

const ds_field ds_scenario_fields[] = {
    { .key = "extends", .type = DS_FIELD_STRING, .offset = offsetof(struct ds_scenario, path),
      .help = "File, relative to this one, that this one changes by JSON Merge Patch (RFC 7396)." },
    TEXT(struct ds_scenario, name, DS_FLAG_REQUIRED, NULL, "Short name."),
    TEXT(struct ds_scenario, description, 0, "", "What the scenario shows."),
    OBJECT(struct ds_scenario, clock, ds_clock, clock_fields, DS_FLAG_REQUIRED,
           "Months of the run."),
    Q(struct ds_scenario, discount_rate_per_year, "1/year", -0.5, 10, 0.1,
      "Month t counts (1 + rate)^(-t/12)."),
    CHOICE(struct ds_scenario, timing, 0, "start|mid|end", "start",
           "When in a month its payments fall, for discounting."),
    CHOICE(struct ds_scenario, money, 0, "nominal|real", "nominal",
           "Dollars of each month, or deflated to month 0."),
    Q(struct ds_scenario, inflation_per_year, "1/year", -0.5, 10, 0,
      "Moves wages, space and power; deflates when money is real."),
    Q_OPTIONAL(struct ds_scenario, budget_usd_per_month, "USD/month", 0, 1e15,
               "For the outcome months_over_budget."),
    NUMBER(struct ds_scenario, cvar_level, 0, "1", 0.5, 0.999, 0.95,
           "Conditional value at risk is the mean beyond this level."),
    OBJECT(struct ds_scenario, run, ds_run_settings, run_fields, DS_FLAG_ALWAYS, "How it is run."),
    MAP(struct ds_scenario, quantities, ds_model_quantity, named_quantity_fields, NULL, 0,
        "Named numbers, shared by \"@name\"."),
    { .key = "correlations", .type = DS_FIELD_CORRELATIONS,
      .offset = offsetof(struct ds_scenario, correlations),
      .help = "[pointer, pointer, rho]: of the normal scores of two quantities, or of the "
              "monthly shocks of two processes. A pair with a certain end has no effect." },
    MAP(struct ds_scenario, gpus, ds_gpu, gpu_fields, NULL, 0, "GPU rental markets."),
    MAP(struct ds_scenario, profiles, ds_profile, profile_fields, NULL, 0,
        "How fast a model runs on a GPU."),
    MAP(struct ds_scenario, products, ds_product, product_fields, NULL,
        DS_FLAG_REQUIRED | DS_FLAG_NONEMPTY, "Sources of requests."),
    MAP(struct ds_scenario, models, ds_model, model_fields, NULL,
        DS_FLAG_REQUIRED | DS_FLAG_NONEMPTY, "What answers requests."),
    MAP(struct ds_scenario, strategies, ds_strategy, strategy_fields, NULL,
        DS_FLAG_REQUIRED | DS_FLAG_NONEMPTY | DS_FLAG_ORDERED,
        "Courses of action; the first is the baseline."),
    { .key = "assert", .type = DS_FIELD_LIST, .offset = offsetof(struct ds_scenario, assertions),
      .child = assertion_fields, .size = sizeof(ds_assertion),
      .help = "Makes the scenario its own test: `run` exits with 6 when one fails." },
    END
};
