/* fields.c -- the scenario language: every key, its unit, range, default and
 * meaning, from the leaves up.  A reader who has read this file, and those of contracts
 * (fields_contract.c) and of what moves by chance (fields_process.c), knows what a
 * scenario may say; docs/scenario.md and the JSON Schema are printed from them.
 *
 * Rules that a row states:
 *   - ranges hold for every value a distribution can give: one whose mass
 *     outside the range is at most 1 % is truncated to it, more is an error;
 *   - a key with neither a default nor `required` may be absent, and then what
 *     it describes does not exist.
 * Rules that span rows are in check.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/field_rows.h"

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
    NUMBER(ds_clock, hours_per_month, 0, "hour/month", 0.01, 744, 730,
           "Billed hours of a month: 730, 720 (30 days) or another vendor's convention."),
    BOOLEAN(ds_clock, calendar_hours, 0,
            "Each month has its real hours, 672 to 744, instead of hours_per_month."),
    END
};

static const ds_field run_fields[] = {
    INTEGER(ds_run_settings, paths, "path", 1, 1e10, 16384, "Futures to simulate."),
    INTEGER(ds_run_settings, seed, "1", 0, 9007199254740991.0, 1,
            "Names the random futures; the same seed gives the same result."),
    CHOICE(ds_run_settings, sampling, 0, "random|antithetic|latin_hypercube|sobol|halton", "random",
           "How random numbers are spread over the paths. With `sobol` means are known much better "
           "from as many paths."),
    INTEGER(ds_run_settings, replicates, "1", 2, 4096, 16,
            "With latin_hypercube, sobol and halton: independent point sets that share the paths; "
            "standard errors come from the differences between them. For sobol, paths/replicates "
            "is best a power of two."),
    INTEGER(ds_run_settings, outer, "1", 0, 1000000, 0,
            "States of knowledge (with sampling random): each has paths/outer futures in which all "
            "quantities but those of `nature` `aleatory` are the same, so that what is not known "
            "is told from chance; 0: they are not told apart."),
    { .key = "outcomes", .type = DS_FIELD_TEXTS, .offset = offsetof(ds_run_settings, outcomes),
      .help = "Outcomes that are worked out and kept, beside cost_npv_usd, saving_npv_usd and "
              "those of asserts; absent: all. The fewer, the faster and smaller." },
    { .key = "monthly", .type = DS_FIELD_BOOL, .offset = offsetof(ds_run_settings, monthly),
      .fallback = 1, .help = "Are the bills of the months kept?" },
    END
};

static const ds_field measurement_fields[] = {
    NUMBER(ds_measurement, input_tokens, DS_FLAG_REQUIRED, "token", 1, 1e9, NONE, "Per request."),
    NUMBER(ds_measurement, output_tokens, DS_FLAG_REQUIRED, "token", 1, 1e9, NONE, "Per request."),
    NUMBER(ds_measurement, concurrency, DS_FLAG_REQUIRED, "request", 1, 1e9, NONE,
           "Requests that the replica works on at a time."),
    NUMBER(ds_measurement, output_tokens_per_s, DS_FLAG_REQUIRED, "token/s", 1e-6, 1e12, NONE,
           "Of the whole replica."),
    NUMBER(ds_measurement, ttft_ms, DS_FLAG_NO_DEFAULT, "ms", 0, 1e9, NONE,
           "Time to first token; needed with ttft_limit_ms."),
    NUMBER(ds_measurement, tpot_ms, DS_FLAG_NO_DEFAULT, "ms", 0, 1e9, NONE,
           "Time per output token after the first; needed with tpot_limit_ms."),
    END
};

static const ds_field roofline_fields[] = {
    INTEGER(ds_roofline, layers, "1", 1, 10000, 0, "Transformer layers.",
            .flags = DS_FLAG_REQUIRED),
    INTEGER(ds_roofline, hidden, "1", 1, 1e7, 0, "Width of the residual stream.",
            .flags = DS_FLAG_REQUIRED),
    INTEGER(ds_roofline, heads, "1", 1, 1e5, 0, "Query heads.", .flags = DS_FLAG_REQUIRED),
    INTEGER(ds_roofline, kv_heads, "1", 1, 1e5, 0, "Key and value heads.",
            .flags = DS_FLAG_REQUIRED),
    INTEGER(ds_roofline, head_size, "1", 1, 1e5, 0, "Width of a head.",
            .flags = DS_FLAG_REQUIRED),
    INTEGER(ds_roofline, vocabulary, "1", 1, 1e8, 128256, "Tokens that it knows."),
    INTEGER(ds_roofline, intermediate, "1", 1, 1e8, 0,
            "Width of the feed-forward layer; of one expert.", .flags = DS_FLAG_REQUIRED),
    INTEGER(ds_roofline, experts, "1", 1, 1e5, 1, "Experts of a layer (mixture of experts)."),
    INTEGER(ds_roofline, experts_per_token, "1", 1, 1e5, 1, "Of which one token uses so many."),
    CHOICE(ds_roofline, weight_bits, 0, "16|8|4", "16", "Precision of weights and products."),
    CHOICE(ds_roofline, kv_bits, 0, "16|8|4", "16", "Precision of keys and values in memory."),
    NUMBER(ds_roofline, memory_efficiency, 0, "1", 0.01, 1, 0.886, "Of the memory bandwidth."),
    NUMBER(ds_roofline, compute_efficiency, 0, "1", 0.01, 1, 0.713, "Of the peak."),
    NUMBER(ds_roofline, four_bit_efficiency, 0, "1", 0.01, 1, 0.58,
           "On top, of the peak of 4 bits."),
    NUMBER(ds_roofline, step_ms, 0, "ms", 0, 1e4, 1.39, "Fixed time of a step."),
    NUMBER(ds_roofline, request_us, 0, "us", 0, 1e6, 3.66, "Time of a step for each request."),
    NUMBER(ds_roofline, all_reduce_us, 0, "us", 0, 1e6, 28.4, "Latency of an all-reduce."),
    NUMBER(ds_roofline, link_efficiency, 0, "1", 0.01, 1, 0.535, "Of the link's bandwidth."),
    NUMBER(ds_roofline, memory_share, 0, "1", 0.01, 1, 0.956,
           "Of the memory, for weights, keys and values."),
    NUMBER(ds_roofline, expert_ns, 0, "ns", 0, 1e6, 27.4,
           "Dispatch of a token to one expert of one layer."),
    NUMBER(ds_roofline, front_end_ms, 0, "ms", 0, 1e5, 86.2, "Of the time to first token."),
    NUMBER(ds_roofline, prompt_share, 0, "1", 0, 10, 0.391,
           "Of the other requests' prompts that a first token waits for."),
    END
};

static const ds_field profile_fields[] = {
    REFERENCE(ds_profile, gpu, "/gpus", DS_FLAG_REQUIRED, "GPU that the figures hold for."),
    INTEGER(ds_profile, gpus_per_replica, "GPU", 1, 4096, 1,
            "GPUs of one replica (tensor parallelism)."),
    NUMBER(ds_profile, parameters_b, DS_FLAG_NO_DEFAULT, "10^9 parameters", 1e-3, 1e5, NONE,
           "Size of the measured model; a model of another size scales GPU time in proportion."),
    Q_OPTIONAL(ds_profile, input_tokens_per_gpu_s, "token/(GPU s)", 1e-6, 1e12,
               "P: prefill rate at saturation (closed form)."),
    Q_OPTIONAL(ds_profile, output_tokens_per_gpu_s, "token/(GPU s)", 1e-6, 1e12,
               "D: decode rate at saturation and empty context (closed form)."),
    Q(ds_profile, attention_gpu_s_per_token2, "GPU s/token^2", 0, 1, 0,
      "kappa: cost of one output token for each token before it (closed form)."),
    Q(ds_profile, prefill_attention_gpu_s_per_token2, "GPU s/token^2", 0, 1, 0,
      "lambda: cost of a prompt token for each token of the prompt (closed form)."),
    NUMBER(ds_profile, slots_per_replica, DS_FLAG_NO_DEFAULT, "request", 1, 1e6, NONE,
           "Requests that a replica works on at a time (closed form); needed for `waiting`."),
    { .key = "table", .type = DS_FIELD_LIST, .offset = offsetof(ds_profile, table),
      .child = measurement_fields, .size = sizeof(ds_measurement),
      .help = "Instead of a closed form: measured points, interpolated." },
    OBJECT(ds_profile, roofline, ds_roofline, roofline_fields, 0,
           "Instead: from the model's shape and the GPU's facts, calibrated."),
    NUMBER(ds_profile, ttft_limit_ms, DS_FLAG_NO_DEFAULT, "ms", 1e-3, 1e9, NONE,
           "Highest time to first token in service (table, roofline)."),
    NUMBER(ds_profile, tpot_limit_ms, DS_FLAG_NO_DEFAULT, "ms", 1e-3, 1e9, NONE,
           "Highest time per output token (table, roofline)."),
    NUMBER(ds_profile, concurrency_limit, DS_FLAG_NO_DEFAULT, "request", 1, 1e9, NONE,
           "Most requests at a time on a replica (table, roofline)."),
    NUMBER(ds_profile, relative_error, DS_FLAG_NO_DEFAULT, "1", 0, 3, NONE,
           "Standard deviation of the logarithm of true over predicted speed, one draw for each "
           "path; absent: as the kind of profile was found to have."),
    Q(ds_profile, speed_factor, "1", 1e-3, 1e3, 1,
      "Factor on the speed: another engine, version or mix than was measured."),
    Q(ds_profile, speed_gain_per_year, "1/year", -0.9, 100, 0,
      "Yearly gain of speed by software, 0.3 is +30 % a year."),
    END
};

static const ds_field request_fields[] = {
    Q_OPTIONAL(ds_request, input_words, "word", 0, 1e8, "Mean words of a prompt with its context."),
    Q_OPTIONAL(ds_request, output_words, "word", 0, 1e8, "Mean words of an answer."),
    Q(ds_request, tokens_per_word, "token/word", 0.1, 100, 1.3,
      "About 1.3 in English; applies to words only."),
    Q_OPTIONAL(ds_request, input_tokens, "token", 0, 1e9, "Mean input tokens, instead of words."),
    Q_OPTIONAL(ds_request, output_tokens, "token", 0, 1e9, "Mean output tokens, instead of words."),
    Q(ds_request, input_cv, "1", 0, 100, 0,
      "Coefficient of variation of the input length between requests (tiers of a request)."),
    Q(ds_request, output_cv, "1", 0, 100, 0,
      "Coefficient of variation of the output length between requests (GPU time, tiers)."),
    CHOICE(ds_request, cached_tokens, 0, "inside|beside", "inside",
           "Does the input count hold the tokens read from and written to a cache (inside: "
           "OpenAI), or do they come on top (beside: Anthropic)?"),
    Q(ds_request, cache_read_share, "1", 0, 1, 0, "Share of input tokens read from a cache."),
    Q(ds_request, cache_write_share, "1", 0, 1, 0,
      "Share of input tokens written to a cache (5 minutes)."),
    Q(ds_request, cache_write_1h_share, "1", 0, 1, 0,
      "Share of input tokens written to a cache for an hour."),
    Q_OPTIONAL(ds_request, cache_read_tokens, "token", 0, 1e9,
               "Tokens read from a cache, instead of shares."),
    Q_OPTIONAL(ds_request, cache_write_tokens, "token", 0, 1e9,
               "Tokens written to a cache (5 minutes), instead of shares."),
    Q_OPTIONAL(ds_request, cache_write_1h_tokens, "token", 0, 1e9,
               "Tokens written to a cache for an hour, instead of shares."),
    Q_OPTIONAL(ds_request, prefix_tokens, "token", 0, 1e9,
               "Instead: tokens that recur at the start of the prompt; how many are read or "
               "written follows from the traffic and the cache's life."),
    Q(ds_request, prefixes, "1", 1, 1e12, 1, "Different prefixes in use (prefix_tokens)."),
    MAP(ds_request, meters, ds_named_value, ds_named_value_fields, NULL, 0,
        "What else a request uses, by name: searches, audio tokens, container hours."),
    Q(ds_request, input_growth_per_year, "1/year", -0.99, 100, 0,
      "Yearly growth of input tokens per request."),
    Q(ds_request, output_growth_per_year, "1/year", -0.99, 100, 0,
      "Yearly growth of output tokens per request."),
    END
};

static const ds_field service_share_fields[] = {
    { .key = "", .type = DS_FIELD_QUANTITY, .offset = offsetof(ds_named_value, value),
      .flags = DS_FLAG_REQUIRED, .unit = "1", .min = 0, .max = 1, .help = "Of requests." },
    END
};

static const ds_field product_fields[] = {
    TEXT(ds_product, description, 0, "", "For readers."),
    Q_REQUIRED(ds_product, requests_per_month, "request/month", 0, 1e15,
               "Traffic of month 0, before the season."),
    OBJECT(ds_product, growth, ds_growth, ds_growth_fields, DS_FLAG_ALWAYS,
           "How traffic grows; its pointer names the process in correlations."),
    NUMBERS(ds_product, season, "1", 12, 0, 100,
            "Factor on traffic by calendar month, January first."),
    OBJECT(ds_product, request, ds_request, request_fields, DS_FLAG_REQUIRED,
           "Size of a request."),
    Q(ds_product, peak_to_mean, "1", 1, 1000, 1,
      "Peak load over the mean load of the month, for capacity that must hold the peak."),
    NUMBERS(ds_product, hour_shape, "1", 24, 0, 168,
            "Load by hour over the mean: 24 hours of the day, or 168 of the week, Monday first.",
            .longer = 168),
    NUMBER(ds_product, minute_cv, 0, "1", 0, 10, 0,
           "Coefficient of variation of the load of a minute around the mean of its hour."),
    MAP(ds_product, service_shares, ds_named_value, service_share_fields, NULL, 0,
        "Share of requests in a service class (batch, flex, priority), by class, where a contract "
        "offers it."),
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

#define LAW(M, key_, value_, ...)                                                     \
    { .key = key_, .type = DS_FIELD_NUMBER, .offset = offsetof(ds_scaling_law, M),    \
      .unit = "1", .min = 1e-9, .max = 1e9, .fallback = value_, .help = __VA_ARGS__ }
#define UNCONFIRMED "Not confirmed: recalled from arXiv 2502.08606."
#define SECOND_HAND "arXiv 2502.08606, read in a review."

static const ds_field scaling_law_fields[] = {
    Q_REQUIRED(ds_scaling_law, tokens, "token", 1, 1e18, "D: that the student is distilled on."),
    Q_REQUIRED(ds_scaling_law, teacher_loss, "nat/token", 0.01, 100, "L_T: cross-entropy."),
    Q(ds_scaling_law, limit_share, "1", 0, 1, 1, "Acceptable share at the teacher's loss."),
    Q_REQUIRED(ds_scaling_law, share_per_nat, "1/nat", 0, 1e3,
               "Acceptable share lost for each nat of loss above the teacher's."),
    LAW(E, "E", 1.220, UNCONFIRMED), LAW(A, "A", 3355, UNCONFIRMED),
    LAW(B, "B", 18186, UNCONFIRMED), LAW(alpha, "alpha", 0.408, SECOND_HAND),
    LAW(beta, "beta", 0.431, SECOND_HAND), LAW(gamma, "gamma", 0.452, UNCONFIRMED),
    LAW(A_student, "A_student", 2243, UNCONFIRMED),
    LAW(B_student, "B_student", 24181, UNCONFIRMED),
    LAW(alpha_student, "alpha_student", 0.321, SECOND_HAND),
    LAW(beta_student, "beta_student", 0.637, SECOND_HAND),
    LAW(gamma_student, "gamma_student", 0.764, UNCONFIRMED),
    LAW(c0, "c0", 2.549, UNCONFIRMED), LAW(c1, "c1", 522.61, UNCONFIRMED),
    LAW(d1, "d1", 1.315, "arXiv 2502.08606, read in a review; 90 % interval 1.302 to 1.327."),
    LAW(f1, "f1", 0.090, UNCONFIRMED),
    END
};

static const ds_field quality_fields[] = {
    Q_OPTIONAL(ds_quality, acceptable_share, "1", 0, 1,
               "Share of answers as good as asked for, when new."),
    OBJECT(ds_quality, curve, ds_size_curve, size_curve_fields, 0,
           "Instead: by the model's parameters_b."),
    OBJECT(ds_quality, scaling_law, ds_scaling_law, scaling_law_fields, 0,
           "Instead: by the loss of a scaling law of distillation, as a shape."),
    END
};

static const ds_field verifier_fields[] = {
    Q_REQUIRED(ds_verifier, detected_share, "1", 0, 1, "Of bad answers that are found."),
    Q(ds_verifier, false_alarm_share, "1", 0, 1, 0, "Of good answers that are rejected."),
    Q(ds_verifier, usd_per_request, "USD/request", 0, 1e4, 0, "Cost of checking one answer."),
    END
};

static const ds_field router_fields[] = {
    Q_REQUIRED(ds_verifier, detected_share, "1", 0, 1,
               "Of requests that the model would answer badly, sent on."),
    Q(ds_verifier, false_alarm_share, "1", 0, 1, 0, "Of those it would answer well, sent on."),
    Q(ds_verifier, usd_per_request, "USD/request", 0, 1e4, 0, "Cost of looking at one request."),
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
    Q_OPTIONAL(ds_training, gpu_hours, "GPU hour", 0, 1e12,
               "Measured or quoted; instead of what follows."),
    Q_OPTIONAL(ds_training, tokens, "token", 0, 1e16, "Of one epoch."),
    Q(ds_training, epochs, "1", 0, 1e4, 1, "Passes over them."),
    Q(ds_training, mfu_share, "1", 0.001, 1, 0.4, "Model FLOP utilisation of the peak."),
    Q(ds_training, flop_per_parameter_token, "FLOP", 1, 100, 6,
      "6 for all weights, about 4 when only adapters (LoRA) are trained."),
    END
};

static const ds_field on_policy_fields[] = {
    Q_REQUIRED(ds_on_policy, rounds, "1", 0, 1e6, "How often."),
    Q(ds_on_policy, examples, "example", 0, 1e13, 0, "Answers of the student in one round."),
    Q(ds_on_policy, input_tokens, "token", 0, 1e9, 0,
      "That the teacher reads of one: prompt and answer."),
    Q(ds_on_policy, output_tokens, "token", 0, 1e9, 0,
      "That it writes: a mark, or a better answer."),
    Q(ds_on_policy, batch_discount_share, "1", 0, 1, 0, "Off the teacher's price."),
    REFERENCE(ds_on_policy, gpu, "/gpus", 0, "GPU that answers are made and trained on."),
    Q(ds_on_policy, gpu_hours, "GPU hour", 0, 1e12, 0, "Of one round."),
    END
};

static const ds_field fine_tuning_fields[] = {
    Q(ds_fine_tuning, usd_per_mtok, "USD/Mtok", 0, 1e6, 0, "Of a token that is trained on."),
    Q(ds_fine_tuning, tokens, "token", 0, 1e16, 0, "Of the training file."),
    Q(ds_fine_tuning, epochs, "1", 0, 1e4, 1, "Passes over them."),
    Q(ds_fine_tuning, validation_tokens, "token", 0, 1e16, 0, "Of the validation file."),
    Q(ds_fine_tuning, evaluations, "1", 0, 1e6, 0, "Passes over the validation file."),
    Q(ds_fine_tuning, usd_per_hour, "USD/hour", 0, 1e6, 0, "Of a job that is billed by time."),
    Q(ds_fine_tuning, hours, "hour", 0, 1e6, 0, "Of the job."),
    Q(ds_fine_tuning, grader_input_tokens, "token", 0, 1e16, 0, "That the grader reads."),
    Q(ds_fine_tuning, grader_output_tokens, "token", 0, 1e16, 0, "That the grader writes."),
    Q(ds_fine_tuning, grader_usd_per_mtok_input, "USD/Mtok", 0, 1e6, 0, "Price of the first."),
    Q(ds_fine_tuning, grader_usd_per_mtok_output, "USD/Mtok", 0, 1e6, 0, "Price of the second."),
    Q_OPTIONAL(ds_fine_tuning, cap_usd, "USD", 0, 1e12,
               "The most that hours and grader of a job are billed."),
    END
};

static const ds_field project_fields[] = {
    OBJECT(ds_project, labels, ds_labels, label_fields, 0,
           "Answers bought from the teacher at its contract's price then."),
    OBJECT(ds_project, training, ds_training, training_fields, 0,
           "GPU hours as measured, or of 6 * parameters * tokens, which needs parameters_b of the "
           "model."),
    OBJECT(ds_project, on_policy, ds_on_policy, on_policy_fields, 0,
           "Rounds in which the teacher marks the student's own answers."),
    OBJECT(ds_project, fine_tuning, ds_fine_tuning, fine_tuning_fields, 0,
           "A vendor's fine-tuning job, instead of or beside training on GPUs."),
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
    Q_OPTIONAL(ds_refresh, every_months, "month", 1, 1e6,
               "Age at which a student is made anew."),
    Q_OPTIONAL(ds_refresh, every_releases, "release", 1, 1e6,
               "Or after so many releases of the teacher."),
    Q_OPTIONAL(ds_refresh, below_acceptable_share, "1", 0, 1,
               "Or when the acceptable share of any product routed to it is below this."),
    Q(ds_refresh, not_within_months, "month", 1, 1e6, 1,
      "But not sooner after it was made than this."),
    Q(ds_refresh, cost_share, "1", 0, 10, 1,
      "Of labels, training, staff and evaluation of one attempt."),
    END
};

static const ds_field model_fields[] = {
    TEXT(ds_model, description, 0, "", "For readers."),
    TEXT(ds_model, provider, 0, NULL, "Vendor, for concentration; absent: the model's name."),
    MAP(ds_model, contracts, ds_contract, ds_contract_fields, NULL,
        DS_FLAG_REQUIRED | DS_FLAG_NONEMPTY | DS_FLAG_ORDERED,
        "Each in force from its `from` until the next one's."),
    OBJECT(ds_model, price_path, ds_price_path, ds_price_path_fields, 0,
           "How prices move; its pointer names the process in correlations."),
    OBJECT(ds_model, interruption, ds_interruption, interruption_fields, 0,
           "Access may be cut off, by a rule or a vendor."),
    REFERENCE(ds_model, fallback, "/models", 0, "Takes the traffic during an interruption."),
    Q(ds_model, fee_returned_share, "1", 0, 1, 0,
      "Of each fee that comes back, e.g. through a stake in the vendor."),
    MAP(ds_model, quality, ds_quality, quality_fields, NULL, 0,
        "By task class of the product; a class that is absent has acceptable share 1."),
    OBJECT(ds_model, verifier, ds_verifier, verifier_fields, 0,
           "Checks answers on routes that escalate after the answer."),
    OBJECT(ds_model, router, ds_verifier, router_fields, 0,
           "Looks at requests on routes that escalate before the answer."),
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
              "Gets the requests whose answer the verifier rejects, or that the router sends on."),
    CHOICE(ds_route, escalate, 0, "after_answer|before_answer", "after_answer",
           "A cascade with the model's verifier, in which both models are paid; or its router, in "
           "which only one is."),
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

static const ds_field optimise_fields[] = {
    NUMBER(ds_optimise, low, DS_FLAG_REQUIRED, NULL, 0, 1e15, NONE, "Least value to try."),
    NUMBER(ds_optimise, high, DS_FLAG_REQUIRED, NULL, 0, 1e15, NONE, "Greatest value to try."),
    CHOICE(ds_optimise, of, 0, "mean|cvar", "mean",
           "What is made least: mean or CVaR of the strategy's cost (NPV)."),
    END
};
static const ds_field term_fields[] = {
    Q_OPTIONAL(ds_term, value, NULL, 0, 1e15, "What this strategy negotiates, in the unit there."),
    OBJECT(ds_term, optimise, ds_optimise, optimise_fields, 0,
           "Instead: the best value is searched before the run."),
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
    MAP(ds_strategy, terms, ds_term, term_fields, NULL, DS_FLAG_POINTERS,
        "Terms of contracts that differ under this strategy, by JSON Pointer: amount of a "
        "commitment, \"held\" or \"reserved_units\" of units."),
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

static const ds_field dependence_fields[] = {
    CHOICE(ds_dependence, copula, 0, "gaussian|t", "gaussian",
           "With t, extremes of correlated numbers come together."),
    NUMBER(ds_dependence, degrees_of_freedom, DS_FLAG_NO_DEFAULT, "1", 1, 1e4, NONE,
           "Of the t copula: the fewer, the more extremes come together."),
    CHOICE(ds_dependence, measure, 0, "normal|spearman|kendall", "normal",
           "What correlations state: of normal scores, Spearman's rho, Kendall's tau."),
    BOOLEAN(ds_dependence, nearest, 0,
            "Correlations that cannot hold together: take the nearest that can."),
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
      .help = "[pointer, pointer, rho]: of two quantities, or of the monthly shocks of two "
              "processes; rho is what dependence.measure says. A pair with a certain end has "
              "no effect." },
    OBJECT(struct ds_scenario, dependence, ds_dependence, dependence_fields, 0,
           "How correlated numbers hang together."),
    MAP(struct ds_scenario, regimes, ds_regime, ds_regime_fields, NULL, 0,
        "States of the world that come and go by chance: a price war, a shortage."),
    MAP(struct ds_scenario, gpus, ds_gpu, ds_gpu_fields, NULL, 0, "GPU rental markets."),
    MAP(struct ds_scenario, profiles, ds_profile, profile_fields, NULL, 0,
        "How fast a model runs on a GPU."),
    MAP(struct ds_scenario, products, ds_product, product_fields, NULL,
        DS_FLAG_REQUIRED | DS_FLAG_NONEMPTY, "Sources of requests."),
    MAP(struct ds_scenario, agreements, ds_agreement, ds_agreement_fields, NULL, 0,
        "Commitments, discounts and credits that several contracts share."),
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
