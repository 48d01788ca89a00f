/* reference.c -- the reference page of scenario files, docs/scenario.md, from the
 * tables.
 *
 * Called by the program.  One section per object, in the order of the file; what
 * no table knows (how quantities, dates and parents work) stands at the top.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/binder.h"
#include "scenario/form.h"
#include "scenario/writer.h"

enum { TITLE_SIZE = 256, DEPTH_MAX = 16 };

static const char introduction[] =
    "# Scenario files\n\n"
    "<!-- Generated from the field table (src/scenario/fields.c); do not edit. -->\n\n"
    "A scenario is one JSON file (RFC 8259, UTF-8, at most 16 MiB). Objects are keyed by name, so "
    "a JSON Pointer such as `/models/claude/contracts/tokens/usd_per_mtok/input` says where a "
    "number is, whatever the order of the file. Units stand in key names. A key that is unknown, "
    "duplicate, of another type or out of range is an error; all errors are told at once. The "
    "order of members matters in `strategies` (the first is the baseline) and in `contracts`; "
    "nowhere else.\n\n"
    "## Quantities\n\n"
    "Where the type below is *quantity*, any of these may stand:\n\n"
    "| form | meaning |\n|---|---|\n"
    "| `3` or `{\"value\": 3}` | a certain number; the second form has room for its source |\n"
    "| `\"@name\"` | the member `name` of `/quantities`, with one draw for all its uses |\n"
    "| `{\"p10\": 2, \"p90\": 9}` | the distribution with these two quantiles: lognormal when both "
    "are above 0, else normal; `\"fit\"` chooses `\"normal\"`, `\"lognormal\"`, `\"gamma\"`, "
    "`\"weibull\"` or `\"beta\"`. Quantile keys: ";

static const char after_levels[] =
    " |\n"
    "| `{\"p10\": 10, \"p50\": 20, \"p90\": 40}` | three to five quantiles: the metalog through "
    "them, unbounded; with `low` (for what is positive, `\"low\": 0`), `high` or both, bounded |\n";

static const char after_forms[] =
    "| `{\"metalog\": {\"levels\": [...], \"values\": [...]}}` or `{\"metalog\": "
    "{\"coefficients\": [...]}}` | the metalog of 3 to 5 terms through as many points, or by its "
    "coefficients; in it `low` and `high` bound it |\n"
    "| `{\"mixture\": {\"of\": [...], \"weights\": [...]}}` | one of up to 16 quantities "
    "(numbers or objects, no mixtures, no names), by weights |\n"
    "| `{\"discrete\": {\"values\": [...], \"weights\": [...]}}` | one of the values |\n"
    "| `{\"empirical\": {\"values\": [...]}}` | one of the values, all equally likely |\n"
    "| `{\"empirical\": {\"csv\": \"file.csv\", \"column\": \"name\"}}` | the same from a CSV file "
    "with a header line, in or below the directory of the scenario; at most 1,000,000 rows |\n\n"
    "Beside its form, an object may have `min` and `max`, which truncate the distribution, "
    "`nature`, and the keys of provenance. `\"nature\": \"epistemic\"`, the default, is what we do "
    "not know; `\"aleatory\"` is what differs from one future to the next, as everything drawn per "
    "event does. They are told apart by `--outer` only.\n\n"
    "The range of a key holds for every value that can be drawn. A certain number outside is an "
    "error. Of a distribution, up to 1 % of the mass may lie outside: it is cut off. More is an "
    "error; set `min` and `max`. A named quantity is shared, so its range must fit all its uses "
    "without being cut.\n\n"
    "Where the type is *date*, a month `\"YYYY-MM\"` may stand too; any other quantity counts "
    "months from the start of the clock. *Per event* means drawn anew at each event, unless it is "
    "a named quantity, which has one draw.\n\n"
    "## Where figures come from\n\n"
    "Any object, also a map and a quantity, may say where its figures come from. That holds for "
    "every quantity inside, unless a nearer object says something else.\n\n"
    "| key | meaning |\n|---|---|\n";

static const char parents[] =
    "\n## Parents, catalogues and overrides\n\n"
    "`\"extends\": \"parent.json\"` makes the file a JSON Merge Patch (RFC 7396) on the parent, "
    "which may have a parent itself: objects are merged, anything else replaces what was there, "
    "`null` removes a key. Keys of the parent come first, in its order.\n\n"
    "Any object inside may do the same: `\"extends\": \"FILE#/json/pointer\"` makes it a patch on "
    "the object at that JSON Pointer (RFC 6901) of FILE. So contracts, profiles or whole models "
    "can stand in a catalogue once and be changed where they are used:\n\n"
    "```json\n"
    "\"contracts\": {\"list\": {\"extends\": \"catalogue/vendor.json#/contracts/sonnet\", "
    "\"discount_share\": 0.1}}\n"
    "```\n\n"
    "- FILE is relative to the directory of the file that says it. Without FILE, `#/pointer` is in "
    "the same file; without `#`, it is the whole file. The name of a file has no `#`.\n"
    "- A catalogue is any JSON object; only what is extended is checked. A source that stands "
    "outside that object does not come along.\n"
    "- What is extended may extend, and so may what stands inside it or around it: at most 16 in a "
    "chain, no circle, at most 64 files, and at most a million values more than the files have.\n"
    "- Where a parent has the same object, its keys come first, then those of what the object "
    "extends, then its own.\n"
    "- No member of a map can be called `extends`.\n\n"
    "A mistake is told where its value stands, be it in a catalogue. An override on the command "
    "line sets the value at a JSON Pointer, after all that is merged; what is missing on the way "
    "is made. It cannot set `extends`.\n\n";

/* The rules of check*.c: what no row can state. */
static const char rules[] =
    "\n"
    "## Rules that span keys\n"
    "\n"
    "- A request has `input_words` or `input_tokens`, and `output_words` or `output_tokens`. "
    "What is cached is said by shares, by `cache_..._tokens` or by `prefix_tokens`, one of them. "
    "The shares are at most 1 together, each at its greatest; tokens `inside` fit into the input "
    "at its least; `beside` goes with `cache_..._tokens`.\n"
    "- `hour_shape` has 24 or 168 numbers of mean 1; when its busiest hour is above a stated "
    "`peak_to_mean` at its greatest, a warning says so. `season` has a mean above 0. "
    "`hours_per_month` is not stated beside `calendar_hours`. `logistic` and `bass` need "
    "`ceiling_factor`, `series` needs `series`; `price_elasticity` needs `price_of`.\n"
    "- A student has `teacher` (not itself, nor in a circle), `project`, and `quality` for every "
    "task class that is routed to it. A model without `teacher` has no project, decay or refresh. "
    "An entry of `quality` has `acceptable_share`, `curve` or `scaling_law`; the last two need "
    "`parameters_b`.\n"
    "- `training` has `gpu_hours`, or `tokens` with `parameters_b` of the model and `peak_tflops` "
    "of the GPU. `on_policy` has `gpu` and `gpu_hours` or neither, and `examples` with what the "
    "teacher reads or writes of each. In `fine_tuning` prices and what they are for come in pairs. "
    "`refresh` has at least one of its three reasons.\n"
    "- A student that a strategy uses has a `start` in it, and only students have. It can be "
    "neither `all`, nor `escalate_to`, nor a fallback: it may not exist yet.\n"
    "- The shares of the routes of a product are at most 1 together, each at its greatest. "
    "`escalate_to` is another model, and the route's model has a `verifier`, or to escalate "
    "`before_answer` a `router`. No model is its own fallback, and none whose fleet is limited is "
    "that of another.\n"
    "- A quantity has exactly one form; two to five quantile keys, of which the later are "
    "greater. Shapes of beta and gamma are from 0.001 to 1e8. A metalog rises everywhere and has "
    "a mean. Counts (Poisson, binomial, negative binomial) have at most 65,536 values "
    "that matter. A member of `quantities` is not a month, and names "
    "each other in no circle.\n"
    "- A correlation joins two quantities or two processes (`/products/*/growth`, `/gpus/*`, "
    "`/models/*/price_path`), each pair once, two quantities of one `nature`;"
    " what is drawn per event cannot be joined; the "
    "matrix of each connected group is positive semi-definite, or `dependence` has `nearest`. "
    "The copula `t` has `degrees_of_freedom`, no other has.\n"
    "- An assert has `above` or `below`; of both, `above` is the less.\n";

static const char fleet_rules[] =
    "- A profile has a closed form (both rates), a `table` or a `roofline`, and no keys of the "
    "others; limits of latency and concurrency go with the last two.\n"
    "- In a `table`, rows of the same lengths stand in rising order of concurrency; their "
    "throughput, `ttft_ms` and `tpot_ms` may not fall with it. At the same concurrency longer "
    "requests are not more a second than shorter ones, by more than 2 %. A limit has its figure in "
    "every row, and each curve keeps it where it begins.\n"
    "- A `roofline` needs `memory_gib`, `memory_gb_per_s`, `tflops_16bit` and, with several GPUs, "
    "`link_gb_per_s` of its GPU. `kv_heads` divide `heads`; `experts_per_token` are at most "
    "`experts`. The memory holds the weights, and with them one request of any product that may "
    "come, at its greatest mean length (its mean, where it has no greatest) in the last month, "
    "also of the greatest model that uses the profile.\n"
    "- A fleet: `maximum_replicas` is at least minimum and spares; `region_shares` add up to 1; "
    "`startup_minutes` go with `scheduled` or `autoscaled`, `cooldown_minutes` with `autoscaled`; "
    "`rent_discount_share`, `reserved` and `spot` are for GPUs that are not `owned`; "
    "`interruptions_per_hour` and `recovery_minutes` come together. `waiting` needs slots: of a "
    "closed form `slots_per_replica`; a mean wait of 0 seconds is none.\n"
    "- A fleet is limited with `maximum_replicas`, `capacity`, or `autoscaled` with "
    "`startup_minutes`.\n"
    "- Warnings: a limited fleet whose model has no fallback; `slo_derate` beside a limit on "
    "latency; a `router` that no route asks; capacity or spot GPUs that never come.\n";

static const char contract_rules[] =
    "- Contracts: `from` dates ascend, `until` is later than `from` and not after the next "
    "`from`. A model has a contract in every month in which a strategy may send it requests or "
    "buy labels: from the start for `all`, from its `from` (and the student's start and lead) "
    "for a route and `escalate_to`, like the model that it stands in for for a fallback. "
    "Uncertain dates count at their worst, but two that share a draw by `\"@name\"` coincide.\n"
    "- `per_token` and `hosted_per_token` need `usd_per_mtok`, `compute_time` needs `units`, "
    "`fleet` needs `profile`. A key that its billing has no use for is an error, and so is any "
    "other that changes nothing where it stands.\n"
    "- Steps of a tier or spend discount ascend, and each states `factor`, `factors` or "
    "`usd_per_mtok`; a kind has one of the last two, and a price only over a base price above 0. "
    "A graduated table on a request moves the kinds that it measures; one table on a month moves "
    "each kind. `cache_read` is dearer than `input` on average only with `allow`.\n"
    "- Shares of service classes are at most 1 together, for each product; a class of "
    "`service_shares` is offered by some contract. Every meter of a product has a price in every "
    "per-token contract of the models that may serve it.\n"
    "- A pool has `profile` or `tokens_per_minute` with `weights`. `held` goes with settlement "
    "`month` or `term` and without `minimum` and `increment`; `reserved_units` with one reserved "
    "price and not with `metered` or `window`; `overage` with `held`, and by list or discounted "
    "with `usd_per_mtok`; `window` with settlement `window`, `term_months` and `renewal` with "
    "`term`. Tiers of compute time are on requests, by factors.\n"
    "- A commitment has one amount; credits have `usd_per_credit` and no `discount_share`. "
    "`ramp`, `terms`, `renewal`, `early_exit_share` and `carried` need a term; `payment` and "
    "`minimum_usd_per_month` an amount per term. An agreement commits per month or per term, "
    "rejects nothing, and some contract names it. `rounding` by `request` goes with neither "
    "tiers on a month nor free units nor compute time.\n"
    "- `terms` of a strategy name an amount of a commitment, `held` or `reserved_units` that "
    "stands in a contract which it may use, each value once, with `value` or `optimise`.\n"
    "- Warnings, of means: a price of 500 USD/Mtok or more, below 0.001, or 0 beside others; "
    "output below half of input; a tier below 0.3 (unless it is free) or above 3 times the "
    "price, a class or multiplier below 0.1 or above 10 times, a dear `batch`; and a meter in "
    "`meter_weights` that no product uses, where products use others.\n";

/* ---- Cells ----------------------------------------------------------------------- */

static void write_type(ds_writer *w, const ds_field *row)
{
    static const char *const names[DS_FIELD_TYPE_COUNT] = {
        [DS_FIELD_STRING] = "text", [DS_FIELD_CHOICE] = "", [DS_FIELD_BOOL] = "true or false",
        [DS_FIELD_INTEGER] = "integer", [DS_FIELD_NUMBER] = "number",
        [DS_FIELD_NUMBERS] = "numbers", [DS_FIELD_TEXTS] = "list of names",
        [DS_FIELD_MONTH] = "month `YYYY-MM`",
        [DS_FIELD_QUANTITY] = "quantity", [DS_FIELD_DATE] = "date",
        [DS_FIELD_REFERENCE] = "name in ",
        [DS_FIELD_OBJECT] = "object", [DS_FIELD_MAP] = "objects by name",
        [DS_FIELD_LIST] = "list of objects", [DS_FIELD_CORRELATIONS] = "list",
    };
    if (row->type == DS_FIELD_NUMBERS && row->length != 0)
        ds_write_format(w, "%zu ", row->length);
    if (row->type == DS_FIELD_NUMBERS && row->longer != 0)
        ds_write_format(w, "or %zu ", row->longer);
    bool values = row->type == DS_FIELD_MAP && row->child->key[0] == '\0';
    ds_write(w, values ? "values by name" : names[row->type]);
    if (row->type == DS_FIELD_REFERENCE)
        ds_write_format(w, "`%s`", row->of);
    if (row->type == DS_FIELD_MAP && row->of != NULL)
        ds_write_format(w, " in `%s`%s", row->of,
                        (row->flags & DS_FLAG_STAR) != 0 ? " or `*`" : "");
    if ((row->flags & DS_FLAG_PER_EVENT) != 0)
        ds_write(w, ", per event");
    for (const char *at = row->type == DS_FIELD_CHOICE ? row->choices : ""; *at != '\0';) {
        int span = (int)strcspn(at, "|");
        ds_write_format(w, "%s`%.*s`", at == row->choices ? "" : ", ", span, at);
        at += span + (at[span] == '|');
    }
}

static void write_range(ds_writer *w, const ds_field *row)
{
    bool ranged = row->type == DS_FIELD_INTEGER || row->type == DS_FIELD_NUMBER ||
                  row->type == DS_FIELD_NUMBERS || row->type == DS_FIELD_QUANTITY ||
                  row->type == DS_FIELD_DATE;
    if (!ranged || (!isfinite(row->min) && !isfinite(row->max)))
        return;
    if ((row->flags & DS_FLAG_OPEN_LOW) != 0)
        ds_write(w, "above ");
    ds_write_number(w, row->min);
    ds_write(w, " to ");
    ds_write_number(w, row->max);
}

static void write_default(ds_writer *w, const ds_field *row)
{
    if ((row->flags & DS_FLAG_REQUIRED) != 0) {
        ds_write(w, "**required**");
        return;
    }
    if ((row->flags & DS_FLAG_NO_DEFAULT) != 0)
        return;
    switch (row->type) {
    case DS_FIELD_BOOL:
        ds_write(w, row->fallback != 0.0 ? "true" : "false");
        break;
    case DS_FIELD_INTEGER:
    case DS_FIELD_NUMBER:
    case DS_FIELD_QUANTITY:
    case DS_FIELD_DATE:
        if (isfinite(row->fallback))
            ds_write_number(w, row->fallback);
        break;
    case DS_FIELD_STRING:
    case DS_FIELD_CHOICE:
    case DS_FIELD_MONTH:
        if (row->fallback_text != NULL && row->fallback_text[0] != '\0')
            ds_write_format(w, "`%s`", row->fallback_text);
        break;
    default:
        break;
    }
}

static void write_row(ds_writer *w, const ds_field *row)
{
    ds_write_format(w, "| `%s` | ", row->key);
    write_type(w, row);
    ds_write_format(w, " | %s | ", row->unit == NULL ? "" : row->unit);
    write_range(w, row);
    ds_write(w, " | ");
    write_default(w, row);
    ds_write_format(w, " | %s |\n", row->help);
}

/* ---- Sections -------------------------------------------------------------------- */

/* The rows of an object whose members are reached by `path`, then its objects.  A
 * map whose members are maps themselves ("" rows) adds a name to the path. */
static void write_section(ds_writer *w, const ds_field *rows, const char *path, const char *help,
                          int depth)
{
    if (depth > DEPTH_MAX)
        return;
    if (rows[0].key[0] != '\0') {
        ds_write_format(w, "## `%s`\n\n%s\n\n", *path == '\0' ? "/" : path, help);
        ds_write(w, "| key | type | unit | range | default | meaning |\n"
                    "|---|---|---|---|---|---|\n");
        for (const ds_field *row = rows; row->key != NULL; row++)
            write_row(w, row);
        ds_write(w, "\n");
    }
    for (const ds_field *row = rows; row->key != NULL; row++) {
        char inner[TITLE_SIZE];
        if (row->child == NULL)
            continue;
        bool named = row->type == DS_FIELD_MAP || row->type == DS_FIELD_LIST;
        bool leaf = row->child->key[0] == '\0' && row->child->child == NULL;
        int  length = snprintf(inner, sizeof inner, "%s%s%s%s", path, *row->key == '\0' ? "" : "/",
                               row->key, named ? "/*" : "");
        if (length < 0 || (size_t)length >= sizeof inner)
            continue;
        if (leaf) {
            ds_write_format(w, "## `%s`\n\n%s\n\n", inner, row->help);
            ds_write(w, "| value | type | unit | range | default | meaning |\n"
                        "|---|---|---|---|---|---|\n");
            ds_write(w, "| each member | ");
            write_type(w, row->child);
            ds_write_format(w, " | %s | ", row->child->unit == NULL ? "" : row->child->unit);
            write_range(w, row->child);
            ds_write_format(w, " |  | %s |\n\n", row->child->help);
        } else {
            write_section(w, row->child, inner, row->help, depth + 1);
        }
    }
}

static void write_forms(ds_writer *w)
{
    for (size_t i = 0; i < DS_LEVEL_COUNT; i++)
        ds_write_format(w, "%s`%s`", i == 0 ? "" : ", ", ds_levels[i].key);
    ds_write(w, after_levels);
    for (const ds_form *f = ds_forms; f->key != NULL; f++) {
        ds_write(w, "| ");
        for (int s = 0; s < DS_FORM_SETS && f->sets[s][0] != NULL; s++) {
            ds_write_format(w, "%s`{\"%s\": {", s == 0 ? "" : " or ", f->key);
            for (size_t i = 0; f->sets[s][i] != NULL; i++)
                ds_write_format(w, "%s\"%s\": ...", i == 0 ? "" : ", ", f->sets[s][i]);
            ds_write(w, "}}`");
        }
        ds_write_format(w, " | %s |\n", f->help);
    }
}

ds_code ds_scenario_reference_write(FILE *file)
{
    ds_writer w = {0};
    ds_write(&w, introduction);
    write_forms(&w);
    ds_write(&w, after_forms);
    for (const ds_field *row = ds_provenance_fields; row->key != NULL; row++)
        ds_write_format(&w, "| `%s` | %s |\n", row->key, row->help);
    ds_write(&w, rules);
    ds_write(&w, fleet_rules);
    ds_write(&w, contract_rules);
    ds_write(&w, parents);
    write_section(&w, ds_scenario_fields, "", "The whole file.", 0);

    /* one newline at the end, not two */
    if (!w.failed && w.length > 0)
        w.length--;
    ds_code code = w.failed ? DS_E_NOMEM : DS_OK;
    if (code == DS_OK && (fwrite(w.text, 1, w.length, file) != w.length || fflush(file) != 0))
        code = DS_E_IO;
    free(w.text);
    return code;
}
