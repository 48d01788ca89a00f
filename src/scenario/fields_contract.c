/* fields_contract.c -- the rows of contracts, agreements and what stands in them:
 * prices, tiers, classes, units, commitments.  See fields.c.
 *
 * The equations that use them: docs/model.md, sections 4 and 5.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/field_rows.h"

/* the kinds of billing that a row of a contract applies to */
#define PER_TOKEN (1u << DS_BILLING_PER_TOKEN)
#define HOSTED (1u << DS_BILLING_HOSTED)
#define COMPUTE_TIME (1u << DS_BILLING_COMPUTE_TIME)
#define FLEET (1u << DS_BILLING_FLEET)
#define TOKENS (PER_TOKEN | HOSTED)
#define BILLED (PER_TOKEN | HOSTED | COMPUTE_TIME)

const ds_field ds_named_value_fields[] = {
    { .key = "", .type = DS_FIELD_QUANTITY, .offset = offsetof(ds_named_value, value),
      .flags = DS_FLAG_REQUIRED, .min = 0, .max = 1e12, .help = "By name." },
    END
};

/* One row for each kind of token. */
#define KIND(INDEX, KEY, FLAGS, UNIT, MAX, HELP)                                    \
    { .key = KEY, .type = DS_FIELD_QUANTITY,                                        \
      .offset = offsetof(ds_by_kind, kind) + (INDEX) * sizeof(ds_quantity),         \
      .flags = FLAGS, .unit = UNIT, .min = 0, .max = MAX, .fallback = NONE, .help = HELP }
#define KINDS(FLAGS, CACHED, UNIT, MAX)                                             \
    KIND(DS_KIND_INPUT, "input", FLAGS, UNIT, MAX, "Fresh input tokens."),          \
    KIND(DS_KIND_OUTPUT, "output", FLAGS, UNIT, MAX, "Output tokens."),             \
    KIND(DS_KIND_READ, "cache_read", DS_FLAG_NO_DEFAULT, UNIT, MAX,                 \
         "Input tokens read from a cache; absent: " CACHED "."),                    \
    KIND(DS_KIND_WRITE, "cache_write", DS_FLAG_NO_DEFAULT, UNIT, MAX,               \
         "Input tokens written to a cache; absent: " CACHED "."),                   \
    KIND(DS_KIND_WRITE_1H, "cache_write_1h", DS_FLAG_NO_DEFAULT, UNIT, MAX,         \
         "Input tokens written to a cache for an hour; absent: as cache_write.")

static const ds_field price_fields[] = {
    KINDS(DS_FLAG_REQUIRED, "as fresh input", "USD/Mtok", 1e6),
    END
};
static const ds_field other_price_fields[] = {
    KINDS(DS_FLAG_NO_DEFAULT, "moved as fresh input", "USD/Mtok", 1e6),
    END
};
static const ds_field factor_fields[] = {
    KINDS(DS_FLAG_NO_DEFAULT, "as fresh input", "1", 1000),
    END
};
static const ds_field weight_fields[] = {
    KINDS(DS_FLAG_NO_DEFAULT, "1", "1", 1000),
    END
};

#define REPRICING(S)                                                                \
    { .key = "factor", .type = DS_FIELD_QUANTITY,                                   \
      .offset = offsetof(S, prices) + offsetof(ds_repricing, factor), .unit = "1",  \
      .min = 0, .max = 1000, .fallback = 1,                                       \
      .help = "On the price of every kind of token that is not stated below." },    \
    { .key = "factors", .type = DS_FIELD_OBJECT,                                    \
      .offset = offsetof(S, prices) + offsetof(ds_repricing, factors),              \
      .child = factor_fields, .size = sizeof(ds_by_kind),                           \
      .help = "By kind; an absent cache kind moves as input, any other by `factor`." }

#define REPRICING_OR_PRICES(S)                                                      \
    REPRICING(S),                                                                   \
    { .key = "usd_per_mtok", .type = DS_FIELD_OBJECT,                               \
      .offset = offsetof(S, prices) + offsetof(ds_repricing, usd_per_mtok),         \
      .child = other_price_fields, .size = sizeof(ds_by_kind),                      \
      .help = "As prices; an absent cache kind moves as input, any other by `factor`." }

static const ds_field class_fields[] = {
    Q(ds_service_class, share, "1", 0, 1, 0,
      "Of requests, for products that do not say their own in service_shares."),
    REPRICING_OR_PRICES(ds_service_class),
    END
};

static const ds_field multiplier_fields[] = {
    REPRICING(ds_multiplier),
    NUMBER(ds_multiplier, from_hour, 0, "hour", 0, 24, 0,
           "Hour of the day from which it holds, as hour_shape counts them; 16.5 is half past "
           "four."),
    NUMBER(ds_multiplier, to_hour, 0, "hour", 0, 24, 0,
           "Hour of the day from which it does not; may be past midnight; equal: all day."),
    END
};

static const ds_field step_fields[] = {
    NUMBER(ds_tier_step, from, DS_FLAG_REQUIRED, NULL, 0, 1e18, NONE,
           "Where it begins [token or request]; from 0, factor 0: what is free."),
    REPRICING_OR_PRICES(ds_tier_step),
    END
};

static const ds_field tier_fields[] = {
    CHOICE(ds_tiers, of, DS_FLAG_REQUIRED,
           "request_input|request_output|month_input|month_output|month_tokens|month_requests",
           NULL,
           "What is measured: a request's tokens, cached ones included, or a month's volume."),
    CHOICE(ds_tiers, shape, DS_FLAG_REQUIRED, "graduated|cliff", NULL,
           "Each part at the price of its step, or everything at that of the highest step "
           "reached."),
    CHOICE(ds_tiers, edge, 0, ">|>=", ">", "Is a step reached beyond its `from`, or at it?"),
    { .key = "steps", .type = DS_FIELD_LIST, .offset = offsetof(ds_tiers, steps),
      .child = step_fields, .size = sizeof(ds_tier_step),
      .flags = DS_FLAG_REQUIRED | DS_FLAG_NONEMPTY,
      .help = "By `from`; below the first one the prices are those of the contract." },
    END
};

static const ds_field meter_fields[] = {
    Q_REQUIRED(ds_meter_price, usd_per_unit, "USD/unit", 0, 1e9, "Of the meter."),
    Q(ds_meter_price, minimum_per_request, "unit", 0, 1e12, 0,
      "Least that a request which uses it is billed for."),
    Q(ds_meter_price, free_per_month, "unit/month", 0, 1e18, 0, "Not billed."),
    END
};

static const ds_field commitment_fields[] = {
    Q_OPTIONAL(ds_commitment, usd_per_minute, "USD/minute", 0, 1e12, "Due every minute."),
    Q_OPTIONAL(ds_commitment, usd_per_hour, "USD/hour", 0, 1e12, "Due every hour."),
    Q_OPTIONAL(ds_commitment, usd_per_day, "USD/day", 0, 1e13, "Due every day."),
    Q_OPTIONAL(ds_commitment, usd_per_month, "USD/month", 0, 1e15,
               "Due every month, used or not; usage is drawn down from it."),
    Q_OPTIONAL(ds_commitment, usd_per_term, "USD/term", 0, 1e15, "Due over the term."),
    Q_OPTIONAL(ds_commitment, credits_per_month, "credit/month", 0, 1e15,
               "Vendor's credits instead of dollars."),
    Q_OPTIONAL(ds_commitment, credits_per_term, "credit/term", 0, 1e15,
               "Vendor's credits instead of dollars."),
    Q_OPTIONAL(ds_commitment, usd_per_credit, "USD/credit", 1e-9, 1e9,
               "Price of a committed credit (credits_per_month, credits_per_term)."),
    Q(ds_commitment, discount_share, "1", 0, 0.99, 0, "Off usage that is drawn from it."),
    Q_OPTIONAL(ds_commitment, minimum_usd_per_month, "USD/month", 0, 1e15,
               "Least that is drawn in a month (usd_per_term, credits_per_term)."),
    INTEGER(ds_commitment, term_months, "month", 0, 1200, 0,
            "Length; 0: as long as the model is held, or 12 for amounts per term."),
    INTEGER(ds_commitment, terms, "term", 1, 100, 1, "Terms signed at once."),
    NUMBERS(ds_commitment, ramp, "1", 0, 0, 1e6,
            "Factor on the amount in the first, second, ... term; the last holds on."),
    CHOICE(ds_commitment, payment, 0, "arrears|upfront|monthly", "arrears",
           "Amounts per term: as used with the rest at the end, at the start, or in equal parts."),
    CHOICE(ds_commitment, unused, 0, "lost|carried", "lost",
           "What a month leaves of usd_per_month or credits_per_month."),
    CHOICE(ds_commitment, overage, 0, "list|discounted|rejected", "list",
           "Usage beyond it: without or with its discount_share, or refused."),
    CHOICE(ds_commitment, renewal, 0, "none|auto", "auto",
           "At the end of the term, if still held."),
    Q_OPTIONAL(ds_commitment, early_exit_share, "1", 0, 1,
               "Share of what remains that is due when the model is given up before the end; "
               "absent: it runs on to the end."),
    END
};

static const ds_field spend_step_fields[] = {
    NUMBER(ds_spend_step, from_usd, DS_FLAG_REQUIRED, "USD/month", 0, 1e15, NONE,
           "Spend of the month at which it begins."),
    Q_REQUIRED(ds_spend_step, discount_share, "1", 0, 1, "Off the spend."),
    END
};

static const ds_field spend_discount_fields[] = {
    CHOICE(ds_spend_discount, shape, DS_FLAG_REQUIRED, "graduated|cliff", NULL,
           "Each part at the discount of its step, or everything at that of the highest reached."),
    CHOICE(ds_spend_discount, edge, 0, ">|>=", ">",
           "Is a step reached beyond its `from_usd`, or at it?"),
    { .key = "steps", .type = DS_FIELD_LIST, .offset = offsetof(ds_spend_discount, steps),
      .child = spend_step_fields, .size = sizeof(ds_spend_step),
      .flags = DS_FLAG_REQUIRED | DS_FLAG_NONEMPTY,
      .help = "By `from_usd`; below the first one there is no discount." },
    END
};

const ds_field ds_agreement_fields[] = {
    TEXT(ds_agreement, description, 0, "", "For readers."),
    OBJECT(ds_agreement, commitment, ds_commitment, commitment_fields, 0,
           "On the sum of the contracts' bills; amounts per month or per term."),
    OBJECT(ds_agreement, spend_discount, ds_spend_discount, spend_discount_fields, 0,
           "By the month's spend, before the commitment."),
    Q(ds_agreement, free_usd_per_month, "USD/month", 0, 1e15, 0, "Of each month's bill, not paid."),
    Q(ds_agreement, credit_usd, "USD", 0, 1e15, 0, "Paid from it until it is used up."),
    Q(ds_agreement, credit_months, "month", 0, 1e6, 1e6,
      "Then what is left of the credit expires."),
    END
};

static const ds_field pool_fields[] = {
    Q_REQUIRED(ds_unit_pool, usd_per_unit_hour, "USD/(unit hour)", 0, 1e9, "Of a unit."),
    Q_OPTIONAL(ds_unit_pool, tokens_per_minute, "token/minute", 1e-6, 1e15,
               "Weighted tokens that one unit serves."),
    REFERENCE(ds_unit_pool, profile, "/profiles", 0,
              "Instead: a unit holds what `gpus` GPUs of this profile do."),
    INTEGER(ds_unit_pool, gpus, "GPU", 1, 4096, 1, "With `profile`."),
    OBJECT(ds_unit_pool, weights, ds_by_kind, weight_fields, DS_FLAG_ALWAYS,
           "How much of a unit a token takes; absent: 1."),
    MAP(ds_unit_pool, meter_weights, ds_named_value, ds_named_value_fields, NULL, 0,
        "The same of a unit of a request's meters; absent: 0."),
    INTEGER(ds_unit_pool, minimum, "unit", 0, 1e9, 0, "Least units."),
    INTEGER(ds_unit_pool, increment, "unit", 1, 1e6, 1, "Units come in multiples of it."),
    Q_OPTIONAL(ds_unit_pool, held, "unit", 0, 1e12,
               "So many, whatever the load; absent: as many as the load needs."),
    Q(ds_unit_pool, reserved_units, "unit", 0, 1e12, 0,
      "Of the units, those paid at the reserved price, needed or not."),
    Q_OPTIONAL(ds_unit_pool, reserved_usd_per_unit_month, "USD/(unit month)", 0, 1e9,
               "Price of a reserved unit."),
    Q_OPTIONAL(ds_unit_pool, reserved_usd_per_unit_hour, "USD/(unit hour)", 0, 1e9,
               "Instead: by the hour."),
    END
};

static const ds_field window_fields[] = {
    NUMBER(ds_window, minutes, 0, "minute", 1e-3, 1e5, 5, "Length of a billed window."),
    CHOICE(ds_window, kind, 0, "sliding|grid|idle", "sliding",
           "The next window starts with the next call, or on a grid of windows; or it ends so many "
           "minutes after the last call."),
    CHOICE(ds_window, arrivals, 0, "poisson|even", "poisson", "Calls come at random or evenly."),
    NUMBER(ds_window, cold_start_minutes, 0, "minute", 0, 1e4, 0,
           "Billed on top each time that it starts from nothing."),
    END
};

static const ds_field owned_fields[] = {
    Q_REQUIRED(ds_owned, usd_per_gpu, "USD/GPU", 0, 1e9,
               "Price with its share of server and network."),
    INTEGER(ds_owned, life_months, "month", 1, 1200, 48, "Replaced after this."),
    Q(ds_owned, kilowatts_per_gpu, "kW/GPU", 0, 100, 1.73, "All in, with cooling."),
    Q(ds_owned, pue, "1", 1, 10, 1, "Power of the hall over that of the servers."),
    Q(ds_owned, usd_per_kwh, "USD/kWh", 0, 100, 0.1, "Electricity."),
    Q(ds_owned, colocation_usd_per_gpu_month, "USD/(GPU month)", 0, 1e6, 0, "Space."),
    Q(ds_owned, residual_share, "1", 0, 1, 0, "Of its price that a GPU brings after its life."),
    CHOICE(ds_owned, horizon_value, 0, "none|straight_line", "none",
           "Are GPUs that are not worn out at the end of the run worth anything?"),
    END
};

static const ds_field waiting_fields[] = {
    NUMBER(ds_waiting, seconds, DS_FLAG_REQUIRED, "s", 0, 1e6, NONE,
           "Longest wait for a free slot."),
    NUMBER(ds_waiting, share, DS_FLAG_NO_DEFAULT, "1", 0, 0.999999, NONE,
           "Of requests that wait no longer; absent: `seconds` is for the mean wait."),
    NUMBER(ds_waiting, arrival_cv, 0, "1", 0, 100, 1,
           "Coefficient of variation of the time between requests; 1: Poisson."),
    NUMBER(ds_waiting, service_cv, 0, "1", 0, 100, 1,
           "Of the time that a request holds a slot; 1: exponential."),
    END
};

static const ds_field capacity_fields[] = {
    INTEGER(ds_capacity, initial_replicas, "replica", 0, 1e6, 0, "There from the start."),
    INTEGER(ds_capacity, lead_months, "month", 0, 1200, 0, "From order to service."),
    INTEGER(ds_capacity, most_new_replicas_per_month, "replica/month", 1, 1e9, 1e9,
            "That can be ordered in one month."),
    Q(ds_capacity, headroom_factor, "1", 0.01, 100, 1,
      "Ordered for the need of the month times this, to be ahead of growth."),
    END
};

static const ds_field reserved_fields[] = {
    Q_REQUIRED(ds_reserved, gpus, "GPU", 0, 1e9, "Paid for all hours, needed or not."),
    Q(ds_reserved, discount_share, "1", 0, 1, 0, "Off the rent."),
    INTEGER(ds_reserved, term_months, "month", 1, 1200, 12,
            "Length of the reservation; the rent of its first month holds."),
    END
};

static const ds_field spot_fields[] = {
    Q_REQUIRED(ds_spot, share, "1", 0, 1, "Of the GPUs beyond reserved ones."),
    Q(ds_spot, discount_share, "1", 0, 1, 0, "Off the rent."),
    Q(ds_spot, unavailable_share, "1", 0, 1, 0,
      "Of the time in which there are none and the price on demand is paid."),
    Q(ds_spot, interruptions_per_hour, "1/hour", 0, 60, 0, "Of one GPU."),
    Q(ds_spot, recovery_minutes, "minute", 0, 1e4, 0,
      "Paid after an interruption before the next GPU serves."),
    END
};

const ds_field ds_contract_fields[] = {
    DATE(ds_contract, from,
         "First month in force; the date may be uncertain."),
    { .key = "until", .type = DS_FIELD_DATE, .offset = offsetof(ds_contract, until),
      .flags = DS_FLAG_NO_DEFAULT, .unit = "month", .min = 0, .max = 1e6, .fallback = NONE,
      .help = "First month no longer in force; absent: that of the next contract." },
    CHOICE(ds_contract, billing, DS_FLAG_REQUIRED, "per_token|hosted_per_token|compute_time|fleet",
           NULL, "What is paid for."),
    CHOICE(ds_contract, month, 0, "clock|730_hours|30_days|calendar", "clock",
           "Hours of its months: those of the clock, or its own convention."),
    BOOLEAN(ds_contract, follows_price_path, 1,
            "Are its prices moved by the model's price_path (GPU rent: by the GPU's)?"),
    Q(ds_contract, price_locked_months, "month", 0, 1200, 0,
      "Price level stays that of the first month in force for so long."),
    Q(ds_contract, discount_share, "1", 0, 1, 0, "Negotiated off the list price, any billing."),
    Q(ds_contract, usd_per_credit, "USD/credit", 1e-9, 1e9, 1,
      "Prices are in the vendor's credits (or a currency), worth so much; 1: in dollars.",
      .only = BILLED),
    Q(ds_contract, tax_share, "1", 0, 1, 0, "On top of every bill of it.", .only = BILLED),
    CHOICE(ds_contract, rounding, 0, "none|request|line|invoice", "none",
           "What is rounded to rounding_usd, halves up.", .only = BILLED),
    NUMBER(ds_contract, rounding_usd, 0, "USD", 1e-9, 1e6, 0.01, "Smallest amount (rounding).",
           .only = BILLED),
    OBJECT(ds_contract, commitment, ds_commitment, commitment_fields, 0,
           "What is due, used or not (not for fleets).", .only = BILLED),
    REFERENCE(ds_contract, agreement, "/agreements", 0,
              "Its bill counts towards a commitment that contracts share (not for fleets).",
              .only = BILLED),
    OBJECT(ds_contract, usd_per_mtok, ds_by_kind, price_fields, 0,
           "Prices of month 0 (per_token, hosted_per_token; compute_time: of overage).",
           .only = BILLED),
    Q(ds_contract, usd_per_request, "USD/request", 0, 1e6, 0, "Of each call.", .only = BILLED),
    MAP(ds_contract, meters, ds_meter_price, meter_fields, NULL, 0,
        "Prices of what else a request uses, by meter.", .only = TOKENS),
    MAP(ds_contract, service_classes, ds_service_class, class_fields, NULL, 0,
        "Batch, flex, priority: prices by class.", .only = TOKENS),
    MAP(ds_contract, multipliers, ds_multiplier, multiplier_fields, NULL, DS_FLAG_ORDERED,
        "Factors on prices, applied in this order: region, residency, off-peak.", .only = TOKENS),
    MAP(ds_contract, tiers, ds_tiers, tier_fields, NULL, DS_FLAG_ORDERED,
        "Prices that depend on a request's length or a month's volume; compute_time: weights.",
        .only = BILLED),
    NUMBER(ds_contract, cache_ttl_minutes, 0, "minute", 1e-3, 1e6, 5,
           "Life of a cached prefix after its last use (prefix_tokens); from 60: written for an "
           "hour."),
    NUMBER(ds_contract, cache_minimum_tokens, 0, "token", 0, 1e9, 0,
           "Prompts with fewer cached tokens are not cached."),
    CHOICE(ds_contract, allow, 0, "nothing|dear_cache_read", "nothing",
           "What looks like a slip and is none.", .only = TOKENS),
    Q(ds_contract, hosting_usd_per_hour, "USD/hour", 0, 1e6, 0,
      "Of a hosted custom model, every hour (hosted_per_token).", .only = HOSTED),
    Q(ds_contract, storage_usd_per_month, "USD/month", 0, 1e9, 0,
      "Of its weights (hosted_per_token, compute_time).", .only = HOSTED | COMPUTE_TIME),
    MAP(ds_contract, units, ds_unit_pool, pool_fields, NULL, DS_FLAG_ORDERED | DS_FLAG_NONEMPTY,
        "Pools of units: one for all tokens, or one for each direction (compute_time).",
        .only = COMPUTE_TIME),
    CHOICE(ds_contract, settlement, 0, "month|day|hour|minute|metered|term|window", "month",
           "For how long units are held at least; metered: the unit-hours used; window: as called "
           "(compute_time).", .only = COMPUTE_TIME),
    INTEGER(ds_contract, term_months, "month", 1, 1200, 1,
            "Units are bought for so long (settlement term).", .only = COMPUTE_TIME),
    CHOICE(ds_contract, renewal, 0, "none|auto", "auto",
           "Units whose term ends while the model is held (settlement term).",
           .only = COMPUTE_TIME),
    CHOICE(ds_contract, overage, 0, "list|discounted|rejected|none", "none",
           "Load beyond units held: at usd_per_mtok, without or with discount_share, refused, or "
           "waiting for free units (compute_time).", .only = COMPUTE_TIME),
    OBJECT(ds_contract, window, ds_window, window_fields, 0,
           "Of the settlement by windows (compute_time).", .only = COMPUTE_TIME),
    REFERENCE(ds_contract, profile, "/profiles", 0, "Speed on a GPU (fleet).", .only = FLEET),
    OBJECT(ds_contract, owned, ds_owned, owned_fields, 0,
           "GPUs are bought, not rented (fleet).", .only = FLEET),
    Q(ds_contract, rent_discount_share, "1", 0, 1, 0,
      "Off the GPU rent, e.g. for a reservation (fleet).", .only = FLEET),
    Q_OPTIONAL(ds_contract, slo_derate, "1", 0.01, 1,
      "Share of saturated throughput left when latency must hold; absent: 0.7, or 1 when the "
      "profile has limits (fleet).", .only = FLEET),
    Q_OPTIONAL(ds_contract, target_utilisation, "1", 0.01, 1,
      "Highest planned load of the derated capacity at the peak; absent: 0.7, or 1 with `waiting` "
      "(fleet, compute_time).", .only = FLEET | COMPUTE_TIME),
    OBJECT(ds_contract, waiting, ds_waiting, waiting_fields, 0,
           "How long requests may wait at the peak: Erlang C (fleet).", .only = FLEET),
    INTEGER(ds_contract, minimum_replicas, "replica", 0, 1e6, 1,
            "Fleet never smaller.", .only = FLEET),
    INTEGER(ds_contract, spare_replicas, "replica", 0, 1e6, 0,
            "On top, against failures.", .only = FLEET),
    INTEGER(ds_contract, maximum_replicas, "replica", 0, 1e6, 0,
            "Fleet never larger, what it cannot take goes to the fallback; 0: no maximum.",
            .only = FLEET),
    CHOICE(ds_contract, scaling, 0, "static|scheduled|autoscaled", "static",
           "Sized for the busiest hour; for each hour, started in time; or for each hour, started "
           "when it has come (fleet).", .only = FLEET),
    NUMBER(ds_contract, startup_minutes, 0, "minute", 0, 60, 0,
           "From the call for a replica until it serves (scheduled, autoscaled).", .only = FLEET),
    NUMBER(ds_contract, cooldown_minutes, 0, "minute", 0, 60, 0,
           "Before one that is not needed is given up (autoscaled).", .only = FLEET),
    CHOICE(ds_contract, pooling, 0, "pooled|apart", "pooled",
           "Products share the fleet, or each has its own (fleet).", .only = FLEET),
    NUMBERS(ds_contract, region_shares, "1", 0, 1e-9, 1,
            "Share of the traffic of each region; each has a fleet of its own (fleet).",
            .only = FLEET),
    OBJECT(ds_contract, capacity, ds_capacity, capacity_fields, 0,
           "How fast the fleet can grow (fleet).", .only = FLEET),
    OBJECT(ds_contract, reserved, ds_reserved, reserved_fields, 0,
           "GPUs rented for a term (fleet).", .only = FLEET),
    OBJECT(ds_contract, spot, ds_spot, spot_fields, 0,
           "GPUs that may be taken away (fleet).", .only = FLEET),
    Q(ds_contract, staff_usd_per_month, "USD/month", 0, 1e9, 0,
      "People who run it; due while the model serves or is ready to."),
    END
};
