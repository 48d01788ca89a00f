/* json.c -- the JSON forms of a run, see json.h and report.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "output/commit_report.h"
#include "output/number.h"
#include "output/text.h"

void ds_json_string(FILE *file, const char *text)
{
    putc('"', file);
    while (*text != '\0') {
        unsigned point;
        size_t   length = ds_text_decode(text, &point);
        if (point == '"' || point == '\\')
            fprintf(file, "\\%c", (int)point);
        else if (point == '\n')
            fputs("\\n", file);
        else if (point < 0x20 || (point >= 0x7F && point < 0xA0))
            fprintf(file, "\\u%04x", point);
        else if (point == 0xFFFD)
            fputs("\\ufffd", file);
        else
            fwrite(text, 1, length, file);
        text += length;
    }
    putc('"', file);
}

void ds_json_number(FILE *file, double value)
{
    char text[DS_NUMBER_TEXT];
    if (isnan(value)) {
        fputs("null", file);
    } else if (isinf(value)) {
        fputs("\"never\"", file);
    } else {
        ds_number_exact(value, text);
        fputs(text, file);
    }
}

void ds_json_estimate(FILE *file, ds_estimate e)
{
    fputs("{\"value\":", file);
    ds_json_number(file, e.value);
    fputs(",\"se\":", file);
    ds_json_number(file, isfinite(e.se) ? e.se : (double)NAN);
    putc('}', file);
}

void ds_json_text_member(FILE *file, const char *key, const char *text)
{
    fprintf(file, ",\"%s\":", key);
    ds_json_string(file, text != NULL ? text : "");
}

void ds_json_number_member(FILE *file, const char *key, double value)
{
    fprintf(file, ",\"%s\":", key);
    ds_json_number(file, value);
}

void ds_json_estimate_member(FILE *file, const char *key, ds_estimate e)
{
    fprintf(file, ",\"%s\":", key);
    ds_json_estimate(file, e);
}

const char *ds_engine_name(ds_engine engine)
{
    return engine == DS_ENGINE_REFERENCE ? "reference" : "fast";
}

const char *ds_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* Past the string, object, array or plain value that starts at p. */
static const char *skip_value(const char *p)
{
    int depth = 0;
    do {
        if (*p == '"') {
            for (p++; *p != '\0' && *p != '"'; p++)
                if (*p == '\\' && p[1] != '\0')
                    p++;
        } else if (*p == '{' || *p == '[') {
            depth++;
        } else if (*p == '}' || *p == ']') {
            depth--;
        }
        if (*p != '\0')
            p++;
    } while (*p != '\0' && (depth > 0 || strchr(",}]", *p) == NULL));
    return p;
}

static const char *skip_blanks(const char *p)
{
    return p + strspn(p, " \t\r\n");
}

/* The value of a key of the object that starts at p, or NULL. */
static const char *member(const char *p, const char *key)
{
    size_t length = strlen(key);
    p = skip_blanks(p);
    if (*p != '{')
        return NULL;
    for (p = skip_blanks(p + 1); *p == '"'; p = skip_blanks(p + 1)) {
        bool        found = strncmp(p + 1, key, length) == 0 && p[1 + length] == '"';
        const char *colon = p + 1;
        while (*colon != '\0' && *colon != '"')
            colon += *colon == '\\' && colon[1] != '\0' ? 2 : 1;
        if (*colon == '\0')
            return NULL;
        p = skip_blanks(colon + 1);
        if (*p != ':')
            return NULL;
        p = skip_blanks(p + 1);
        if (found)
            return p;
        p = skip_blanks(skip_value(p));
        if (*p != ',')
            return NULL;
    }
    return NULL;
}

void ds_json_text_at(const char *json, const char *first, const char *second, char *out,
                     size_t size)
{
    const char *value = member(json, first);
    value = value != NULL ? member(value, second) : NULL;
    size_t length = value != NULL && *value == '"' ? strcspn(value + 1, "\"\\") : 0;
    if (length >= size)
        length = size - 1;
    if (length > 0)
        memcpy(out, value + 1, length);
    out[length] = '\0';
}

/* Point sets that share the paths, where the sampler has them. */
static void replicates(FILE *file, const char *json, const char *sampling)
{
    const char *run = member(json, "run");
    const char *value = run != NULL ? member(run, "replicates") : NULL;
    if (value != NULL && strcmp(sampling, "random") != 0 && strcmp(sampling, "antithetic") != 0)
        fprintf(file, ",\"replicates\":%.*s", (int)strspn(value, "0123456789"), value);
}

void ds_json_provenance(FILE *file, const ds_scenario *scenario, uint64_t paths, uint64_t seed,
                        ds_engine engine)
{
    char sampling[32];
    ds_json_text_at(ds_scenario_resolved_json(scenario), "run", "sampling", sampling,
                    sizeof sampling);
    fputs("\"program\":\"distillsim\",\"version\":", file);
    ds_json_string(file, ds_version());
    fputs(",\"git\":", file);
    ds_json_string(file, ds_git_describe());
    fprintf(file, ",\"stream_version\":%d,\"scenario\":{\"name\":", ds_stream_version());
    ds_json_string(file, ds_scenario_name(scenario));
    fputs(",\"file\":", file);
    ds_json_string(file, ds_base_name(ds_scenario_path(scenario)));
    fputs(",\"hash\":", file);
    ds_json_string(file, ds_scenario_hash(scenario));
    fprintf(file, "},\"paths\":%" PRIu64 ",\"seed\":%" PRIu64 ",\"sampling\":", paths, seed);
    ds_json_string(file, sampling);
    replicates(file, ds_scenario_resolved_json(scenario), sampling);
    fprintf(file, ",\"engine\":\"%s\"", ds_engine_name(engine));
}

/* The members of one outcome's object, without braces. */
static void statistics(FILE *file, const ds_report *report, size_t strategy, size_t outcome)
{
    ds_statistics s = ds_result_statistics(report->result, strategy, outcome);

    fputs("\"unit\":", file);
    ds_json_string(file, ds_outcome_at(outcome)->unit);
    const struct {
        const char *key;
        double      value;
    } moments[] = { { "mean", s.mean.value }, { "mean_se", s.mean.se },
                    { "sd", s.sd.value },     { "sd_se", s.sd.se } };
    for (size_t i = 0; i < 4; i++) {
        fprintf(file, ",\"%s\":", moments[i].key);
        ds_json_number(file, moments[i].value);
    }
    fputs(",\"quantiles\":{", file);
    for (size_t i = 0; i < DS_QUANTILE_COUNT; i++) {
        fprintf(file, "%s\"%s\":", i > 0 ? "," : "", ds_quantile_names[i]);
        ds_json_estimate(file, s.quantiles[i]);
    }
    fputs("},\"cvar\":{\"level\":", file);
    ds_json_number(file, s.cvar_level);
    fputs(",\"value\":", file);
    ds_json_number(file, s.cvar.value);
    fputs(",\"se\":", file);
    ds_json_number(file, s.cvar.se);
    fputs("},\"share_positive\":", file);
    ds_json_estimate(file, s.share_positive);
    fputs(",\"share_undefined\":", file);
    ds_json_estimate(file, s.share_undefined);
    fputs(",\"min\":", file);
    ds_json_number(file, s.min);
    fputs(",\"max\":", file);
    ds_json_number(file, s.max);
    fprintf(file, ",\"paths\":%" PRIu64 ",\"defined\":%" PRIu64, s.paths, s.defined);
    if (s.rank_error > 0) {
        fputs(",\"rank_error\":", file);
        ds_json_number(file, s.rank_error);
    }
}

static void outcomes(FILE *file, const ds_report *report)
{
    size_t strategies = ds_result_strategy_count(report->result);
    for (size_t strategy = 0; strategy < strategies; strategy++) {
        fputs(strategy > 0 ? ",\n  " : "\n  ", file);
        ds_json_string(file, ds_result_strategy_name(report->result, strategy));
        fputs(":{", file);
        bool first = true;
        for (size_t outcome = 0; outcome < ds_outcome_count(); outcome++) {
            if (!ds_result_has(report->result, outcome))
                continue;
            fputs(first ? "\n    " : ",\n    ", file);
            first = false;
            ds_json_string(file, ds_outcome_at(outcome)->name);
            fputs(":{", file);
            statistics(file, report, strategy, outcome);
            putc('}', file);
        }
        putc('}', file);
    }
}

/* A strategy's name, or null when there is none. */
static void name_or_null(FILE *file, const ds_result *result, size_t strategy)
{
    if (strategy < ds_result_strategy_count(result))
        ds_json_string(file, ds_result_strategy_name(result, strategy));
    else
        fputs("null", file);
}

static void interval(FILE *file, const char *key, double low, double high)
{
    fprintf(file, ",\"%s\":[", key);
    ds_json_number(file, low);
    putc(',', file);
    ds_json_number(file, high);
    putc(']', file);
}

static void decision(FILE *file, const ds_report *report)
{
    static const char *const verdicts[] = {
        [DS_VERDICT_DISTIL] = "distil",
        [DS_VERDICT_DO_NOT] = "do not distil",
        [DS_VERDICT_CANNOT_SAY] = "cannot say",
        [DS_VERDICT_NO_STUDENT] = "no student",
    };
    const ds_result *result = report->result;
    ds_decision      d = ds_result_decision(result);

    fprintf(file, "{\"verdict\":\"%s\",\"best\":", verdicts[d.verdict]);
    name_or_null(file, result, d.best);
    fputs(",\"best_distilling\":", file);
    name_or_null(file, result, d.best_distilling);
    fputs(",\"best_other\":", file);
    name_or_null(file, result, d.best_other);
    fputs(",\"advantage_usd\":", file);
    ds_json_estimate(file, d.advantage_usd);
    interval(file, "advantage_usd_95", d.advantage_low, d.advantage_high);
    fputs(",\"probability_advantage\":", file);
    ds_json_estimate(file, d.probability_advantage);
    fputs(",\"runner_up\":", file);
    name_or_null(file, result, d.runner_up);
    fputs(",\"margin_usd\":", file);
    ds_json_estimate(file, d.margin_usd);
    interval(file, "margin_usd_95", d.margin_low, d.margin_high);
    fputs(",\"runner_up_best_case_usd\":", file);
    ds_json_estimate(file, d.runner_up_best_case_usd);
    fputs(",\"regret_usd\":", file);
    ds_json_estimate(file, d.regret_usd);
    fputs(",\"probability_best\":{", file);
    for (size_t i = 0; i < ds_result_strategy_count(result); i++) {
        fputs(i > 0 ? "," : "", file);
        ds_json_string(file, ds_result_strategy_name(result, i));
        putc(':', file);
        ds_json_estimate(file, ds_result_probability_best(result, i));
    }
    fputs("}}", file);
}

static void assert_result(FILE *file, ds_assert_result a)
{
    const char *const texts[][2] = { { "name", a.name },
                                     { "strategy", a.strategy },
                                     { "outcome", a.outcome },
                                     { "statistic", a.statistic } };
    for (size_t i = 0; i < 4; i++) {
        fprintf(file, "%s\"%s\":", i > 0 ? "," : "{", texts[i][0]);
        ds_json_string(file, texts[i][1]);
    }
    fputs(",\"observed\":", file);
    ds_json_estimate(file, a.observed);
    fputs(",\"above\":", file); /* a bound that was not given is infinite */
    ds_json_number(file, isinf(a.above) ? (double)NAN : a.above);
    fputs(",\"below\":", file);
    ds_json_number(file, isinf(a.below) ? (double)NAN : a.below);
    fprintf(file, ",\"passed\":%s}", a.passed ? "true" : "false");
}

/* How to make an interval of a standard error, and which paths were kept. */
static void errors(FILE *file, const ds_result *result)
{
    fputs(",\n\"errors\":{\"degrees_of_freedom\":", file);
    ds_json_number(file, ds_result_degrees_of_freedom(result));
    fputs(",\"half_width_95_per_se\":", file);
    ds_json_number(file, ds_result_interval_factor(result));
    fprintf(file, ",\"kept_paths\":%" PRIu64 "}", ds_result_kept_paths(result));
}

static void target(FILE *file, const ds_result *result, size_t index)
{
    ds_target_result t = ds_result_target(result, index);
    fputs("{\"strategy\":", file);
    ds_json_string(file, ds_result_strategy_name(result, t.target.strategy));
    fprintf(file, ",\"outcome\":\"%s\",\"statistic\":\"%s\",\"tolerance\":",
            ds_outcome_at(t.target.outcome)->name, t.target.statistic);
    ds_json_number(file, t.target.tolerance);
    fprintf(file, ",\"relative\":%s,\"got\":", t.target.relative ? "true" : "false");
    ds_json_estimate(file, t.got);
    fputs(",\"half_width_95\":", file);
    ds_json_number(file, t.half_width);
    fprintf(file, ",\"reached\":%s}", t.reached ? "true" : "false");
}

static void targets(FILE *file, const ds_result *result)
{
    size_t count = ds_result_target_count(result);
    if (count == 0)
        return;
    fprintf(file, ",\n\"until\":{\"stopped\":\"%s\",\"targets\":[",
            ds_result_targets_reached(result) ? "reached" : "limit");
    for (size_t i = 0; i < count; i++) {
        fputs(i > 0 ? ",\n  " : "\n  ", file);
        target(file, result, i);
    }
    fputs("]}", file);
}

static void band(FILE *file, const char *key, ds_estimate low, ds_estimate high)
{
    fprintf(file, ",\"%s\":{\"low\":", key);
    ds_json_estimate(file, low);
    fputs(",\"high\":", file);
    ds_json_estimate(file, high);
    putc('}', file);
}

/* What is not known of one outcome, apart from chance. */
static void knowledge_of(FILE *file, const ds_knowledge *k)
{
    fputs("{\"share_of_knowledge\":", file);
    ds_json_estimate(file, k->share);
    fputs(",\"variance_of_knowledge\":", file);
    ds_json_estimate(file, k->knowledge);
    fputs(",\"variance_of_chance\":", file);
    ds_json_estimate(file, k->chance);
    band(file, "mean", k->mean_low, k->mean_high);
    for (size_t q = 0; q < DS_QUANTILE_COUNT; q++)
        band(file, ds_quantile_names[q], k->low[q], k->high[q]);
    putc('}', file);
}

static void knowledge(FILE *file, const ds_result *result)
{
    const size_t shown[] = { ds_outcome_find("cost_npv_usd"), ds_outcome_find("saving_npv_usd") };
    ds_knowledge first = ds_result_knowledge(result, 0, shown[0]);
    if (first.states == 0)
        return;
    fprintf(file, ",\n\"knowledge\":{\"states\":%" PRIu64 ",\"futures_each\":%" PRIu64
            ",\"band\":[0.05,0.95],\"strategies\":{", first.states, first.futures);
    for (size_t s = 0; s < ds_result_strategy_count(result); s++) {
        fputs(s > 0 ? ",\n  " : "\n  ", file);
        ds_json_string(file, ds_result_strategy_name(result, s));
        for (size_t i = 0; i < 2; i++) {
            ds_knowledge k = ds_result_knowledge(result, s, shown[i]);
            fprintf(file, "%s\"%s\":", i > 0 ? ",\n    " : ":{\n    ",
                    ds_outcome_at(shown[i])->name);
            knowledge_of(file, &k);
        }
        putc('}', file);
    }
    fputs("}}", file);
}

void ds_report_json(FILE *file, const ds_report *report)
{
    fputs("{\"provenance\":{", file);
    ds_json_provenance(file, report->scenario, ds_result_paths(report->result),
                       ds_result_seed(report->result), report->engine);
    putc('}', file);
    if (report->found != NULL)
        ds_optimised_json(file, report->found);
    errors(file, report->result);
    targets(file, report->result);
    knowledge(file, report->result);
    fputs(",\n\"outcomes\":{", file);
    outcomes(file, report);
    fputs("},\n\"decision\":", file);
    decision(file, report);
    fputs(",\n\"asserts\":[", file);
    for (size_t i = 0; i < ds_result_assert_count(report->result); i++) {
        fputs(i > 0 ? ",\n  " : "\n  ", file);
        assert_result(file, ds_result_assert(report->result, i));
    }
    fputs("]}\n", file);
}

void ds_report_ndjson(FILE *file, const ds_report *report)
{
    size_t strategies = ds_result_strategy_count(report->result);
    for (size_t strategy = 0; strategy < strategies; strategy++) {
        for (size_t outcome = 0; outcome < ds_outcome_count(); outcome++) {
            if (!ds_result_has(report->result, outcome))
                continue;
            fputs("{\"strategy\":", file);
            ds_json_string(file, ds_result_strategy_name(report->result, strategy));
            fputs(",\"outcome\":", file);
            ds_json_string(file, ds_outcome_at(outcome)->name);
            putc(',', file);
            statistics(file, report, strategy, outcome);
            fputs("}\n", file);
        }
    }
}
