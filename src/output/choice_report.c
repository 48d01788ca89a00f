/* choice_report.c -- a choice for machines: CSV, JSON, a directory.  See choice_report.h;
 * choice_answer.c and choice_others.c speak to people.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/choice_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "output/csv.h"
#include "output/file.h"
#include "output/json.h"

/* {"value":…,"se":…,"low":…,"high":…} */
static void bounded(FILE *file, const char *key, ds_estimate e, double low, double high)
{
    fprintf(file, ",\"%s\":{\"value\":", key);
    ds_json_number(file, e.value);
    ds_json_number_member(file, "se", e.se);
    ds_json_number_member(file, "low", low);
    ds_json_number_member(file, "high", high);
    putc('}', file);
}

/* "KEY":{"strategy":…,"next":…,"difference":{…},"sure":…}, `first` of several or not */
static void ranking(FILE *file, bool first, const char *key, const char *named, const char *next,
                    const ds_ranking *r)
{
    fprintf(file, "%s\n \"%s\":{\"strategy\":", first ? "" : ",", key);
    ds_json_string(file, named);
    ds_json_text_member(file, "next", next);
    bounded(file, "difference", r->difference, r->low, r->high);
    fprintf(file, ",\"sure\":%s}", r->sure ? "true" : "false");
}

/* ---- One scenario ----------------------------------------------------------------- */

static void row(FILE *file, const char *strategy, const char *figure, const char *unit,
                ds_estimate e, double low, double high)
{
    ds_csv_text(file, strategy);
    fprintf(file, ",%s,%s,", figure, unit);
    ds_csv_number(file, e.value);
    putc(',', file);
    if (isfinite(e.se))
        ds_csv_number(file, e.se);
    putc(',', file);
    ds_csv_number(file, low);
    putc(',', file);
    ds_csv_number(file, high);
    putc('\n', file);
}

static const struct {
    const char *name, *more;
} rules[DS_RULE_COUNT] = { [DS_RULE_CVAR] = { "cvar", "cvar_more" },
                           [DS_RULE_REGRET_P95] = { "regret_p95", "regret_p95_more" },
                           [DS_RULE_REGRET_MAX] = { "regret_max", "regret_max_more" } };

void ds_choice_csv(FILE *file, const ds_choice *choice)
{
    const char  *unit = ds_outcome_at(ds_choice_outcome(choice))->unit;
    const double t = ds_choice_interval_factor(choice);

    fputs("strategy,figure,unit,value,standard_error,low,high\n", file);
    for (size_t i = 0; i < ds_choice_count(choice); i++) {
        const ds_choice_strategy *s = ds_choice_at(choice, i);
        const struct {
            const char *figure;
            ds_estimate e;
        } rows[] = { { "mean", s->mean }, { "cvar", s->cvar }, { "behind_best", s->behind },
                     { "best_case", s->best_case }, { "regret_mean", s->regret },
                     { "regret_p50", s->regret_p50 }, { "regret_p95", s->regret_p95 },
                     { "regret_max", s->regret_max } };
        row(file, s->name, "probability_best", "1", (ds_estimate){ s->best.value, s->best.se },
            s->best.low, s->best.high);
        for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++)
            row(file, s->name, rows[k].figure, unit, rows[k].e,
                rows[k].e.value - t * rows[k].e.se, rows[k].e.value + t * rows[k].e.se);
        for (size_t k = 0; k < DS_RULE_COUNT; k++)
            row(file, s->name, rules[k].more, unit, s->more[k].difference, s->more[k].low,
                s->more[k].high);
        row(file, s->name, "may_be_best", "1",
            (ds_estimate){ s->may_be_best ? 1 : 0, (double)NAN }, (double)NAN, (double)NAN);
        row(file, s->name, "efficient", "1",
            (ds_estimate){ s->efficient == DS_EFFICIENCY_UNSURE ? (double)NAN
                           : s->efficient == DS_EFFICIENCY_YES  ? 1
                                                                : 0,
                           (double)NAN },
            (double)NAN, (double)NAN);
    }
}

static const char *const answers[] = { [DS_DOMINATION_UNSURE] = "cannot say",
                                       [DS_DOMINATION_YES] = "yes",
                                       [DS_DOMINATION_NO] = "no",
                                       [DS_DOMINATION_SAME] = "same" };

/* Parts too few for any bound: none, not "never". */
static double bound_of(const ds_domination *d)
{
    return isfinite(d->bound) ? d->bound : (double)NAN;
}

void ds_choice_dominance_csv(FILE *file, const ds_choice *choice)
{
    const size_t n = ds_choice_count(choice);
    fputs("strategy,over,order,answer,violation,violation_se,at,bound\n", file);
    for (int order = 1; order <= 2; order++)
        for (size_t k = 0; k < n * n; k++) {
            if (k / n == k % n)
                continue;
            ds_domination d = ds_choice_dominates(choice, k / n, k % n, order);
            ds_csv_text(file, ds_choice_at(choice, k / n)->name);
            putc(',', file);
            ds_csv_text(file, ds_choice_at(choice, k % n)->name);
            fprintf(file, ",%d,%s", order, answers[d.answer]);
            ds_csv_estimate(file, d.violation);
            putc(',', file);
            ds_csv_number(file, d.at);
            putc(',', file);
            ds_csv_number(file, bound_of(&d));
            putc('\n', file);
        }
}

static const char *const efficiencies[] = { [DS_EFFICIENCY_UNSURE] = "cannot say",
                                            [DS_EFFICIENCY_YES] = "yes",
                                            [DS_EFFICIENCY_NO] = "no" };

static void one_strategy(FILE *file, const ds_choice_strategy *s)
{
    fputs("{\"strategy\":", file);
    ds_json_string(file, s->name);
    ds_json_estimate_member(file, "mean", s->mean);
    ds_json_estimate_member(file, "cvar", s->cvar);
    bounded(file, "probability_best", (ds_estimate){ s->best.value, s->best.se }, s->best.low,
            s->best.high);
    ds_json_estimate_member(file, "behind_best", s->behind);
    ds_json_estimate_member(file, "best_case", s->best_case);
    ds_json_estimate_member(file, "regret_mean", s->regret);
    ds_json_estimate_member(file, "regret_p50", s->regret_p50);
    ds_json_estimate_member(file, "regret_p95", s->regret_p95);
    ds_json_estimate_member(file, "regret_max", s->regret_max);
    for (size_t k = 0; k < DS_RULE_COUNT; k++)
        bounded(file, rules[k].more, s->more[k].difference, s->more[k].low, s->more[k].high);
    fprintf(file, ",\"may_be_best\":%s", s->may_be_best ? "true" : "false");
    ds_json_text_member(file, "efficient", efficiencies[s->efficient]);
    putc('}', file);
}

static void dominance(FILE *file, const ds_choice *choice)
{
    const size_t n = ds_choice_count(choice);
    const char  *separator = "\n ";
    fputs(",\n\"dominance\":[", file);
    for (int order = 1; order <= 2; order++)
        for (size_t k = 0; k < n * n; k++) {
            if (k / n == k % n)
                continue;
            ds_domination d = ds_choice_dominates(choice, k / n, k % n, order);
            fprintf(file, "%s{\"order\":%d", separator, order);
            ds_json_text_member(file, "strategy", ds_choice_at(choice, k / n)->name);
            ds_json_text_member(file, "over", ds_choice_at(choice, k % n)->name);
            fprintf(file, ",\"answer\":\"%s\"", answers[d.answer]);
            ds_json_estimate_member(file, "violation", d.violation);
            ds_json_number_member(file, "at", d.at);
            ds_json_number_member(file, "bound", bound_of(&d));
            putc('}', file);
            separator = ",\n ";
        }
    fputs("]", file);
}

void ds_choice_json(FILE *file, const ds_scenario *scenario, uint64_t seed,
                    const ds_choice *choice)
{
    double low, high;
    ds_choice_margin_interval(choice, &low, &high);
    fputs("{\"provenance\":{", file);
    ds_json_provenance(file, scenario, ds_choice_paths(choice), seed, DS_ENGINE_FAST);
    fputs("}", file);
    ds_json_text_member(file, "outcome", ds_outcome_at(ds_choice_outcome(choice))->name);
    ds_json_text_member(file, "unit", ds_outcome_at(ds_choice_outcome(choice))->unit);
    ds_json_number_member(file, "cvar_level", ds_choice_cvar_level(choice));
    ds_json_number_member(file, "half_width_95_per_se", ds_choice_interval_factor(choice));
    ds_json_text_member(file, "best", ds_choice_at(choice, ds_choice_best(choice))->name);
    ds_json_text_member(file, "runner_up", ds_choice_at(choice, ds_choice_runner_up(choice))->name);
    bounded(file, "margin", ds_choice_margin(choice), low, high);
    fputs(",\n\"least\":{", file);
    for (size_t k = 0; k < DS_RULE_COUNT; k++) {
        const ds_ranking r = ds_choice_ranking(choice, (ds_choice_rule)k);
        ranking(file, k == 0, rules[k].name, ds_choice_at(choice, r.named)->name,
                ds_choice_at(choice, r.next)->name, &r);
    }
    putc('}', file);
    fputs(",\n\"strategies\":[", file);
    for (size_t i = 0; i < ds_choice_count(choice); i++) {
        fputs(i > 0 ? ",\n " : "\n ", file);
        one_strategy(file, ds_choice_at(choice, i));
    }
    fputs("]", file);
    dominance(file, choice);
    fputs("}\n", file);
}

/* ---- Over one value ----------------------------------------------------------------- */

void ds_acceptability_csv(FILE *file, const ds_acceptability_report *r)
{
    const ds_acceptability *a = r->found;
    ds_csv_text(file, r->pointer);
    fputs(",strategy,probability_best,probability_best_se,probability_best_low,"
          "probability_best_high,mean,mean_se,regret,regret_se,best_by_mean,margin,margin_se,"
          "margin_low,margin_high,likelier,likelier_se,likelier_low,likelier_high\n", file);
    for (size_t p = 0; p < ds_acceptability_points(a); p++)
        for (size_t s = 0; s < ds_acceptability_strategies(a); s++) {
            ds_acceptance it = ds_acceptability_at(a, p, s);
            bool          best = ds_acceptability_best(a, p) == s;
            double        low, high;
            ds_csv_number(file, ds_acceptability_value(a, p));
            putc(',', file);
            ds_csv_text(file, ds_acceptability_name(a, s));
            ds_csv_estimate(file, (ds_estimate){ it.best.value, it.best.se });
            putc(',', file);
            ds_csv_number(file, it.best.low);
            putc(',', file);
            ds_csv_number(file, it.best.high);
            ds_csv_estimate(file, it.mean);
            ds_csv_estimate(file, it.regret);
            fprintf(file, ",%d", best ? 1 : 0);
            if (best) {
                ds_acceptability_margin_interval(a, p, &low, &high);
                ds_csv_estimate(file, ds_acceptability_margin(a, p));
                putc(',', file);
                ds_csv_number(file, low);
                putc(',', file);
                ds_csv_number(file, high);
            } else {
                fputs(",,,,", file);
            }
            ds_csv_estimate(file, it.likelier.difference);
            putc(',', file);
            ds_csv_number(file, it.likelier.low);
            putc(',', file);
            ds_csv_number(file, it.likelier.high);
            putc('\n', file);
        }
}

static void one_point(FILE *file, const ds_acceptability *a, size_t p)
{
    double low, high;
    ds_acceptability_margin_interval(a, p, &low, &high);
    fputs("{\"value\":", file);
    ds_json_number(file, ds_acceptability_value(a, p));
    ds_json_text_member(file, "best", ds_acceptability_name(a, ds_acceptability_best(a, p)));
    bounded(file, "margin", ds_acceptability_margin(a, p), low, high);
    fputs(",\"strategies\":[", file);
    for (size_t s = 0; s < ds_acceptability_strategies(a); s++) {
        ds_acceptance it = ds_acceptability_at(a, p, s);
        fputs(s > 0 ? ",\n  {\"strategy\":" : "\n  {\"strategy\":", file);
        ds_json_string(file, ds_acceptability_name(a, s));
        bounded(file, "probability_best", (ds_estimate){ it.best.value, it.best.se },
                it.best.low, it.best.high);
        ds_json_estimate_member(file, "mean", it.mean);
        ds_json_estimate_member(file, "regret", it.regret);
        bounded(file, "likelier", it.likelier.difference, it.likelier.low, it.likelier.high);
        putc('}', file);
    }
    fputs("]}", file);
}

void ds_acceptability_json(FILE *file, const ds_acceptability_report *r)
{
    const ds_acceptability *a = r->found;
    fputs("{\"provenance\":{", file);
    ds_json_provenance(file, r->scenario, ds_acceptability_paths(a), r->seed, DS_ENGINE_FAST);
    fputs("}", file);
    ds_json_text_member(file, "outcome", ds_outcome_at(r->outcome)->name);
    ds_json_text_member(file, "pointer", r->pointer);
    fputs(",\n\"switches\":[", file);
    for (size_t i = 0; i < ds_acceptability_switches(a); i++) {
        ds_acceptance_switch s = ds_acceptability_switch(a, i);
        fprintf(file, "%s{\"at\":", i > 0 ? "," : "");
        ds_json_estimate(file, s.at);
        ds_json_text_member(file, "before", ds_acceptability_name(a, s.before));
        ds_json_text_member(file, "after", ds_acceptability_name(a, s.after));
        putc('}', file);
    }
    fputs("],\n\"points\":[", file);
    for (size_t p = 0; p < ds_acceptability_points(a); p++) {
        fputs(p > 0 ? ",\n " : "\n ", file);
        one_point(file, a, p);
    }
    fputs("]}\n", file);
}

/* ---- Several views -------------------------------------------------------------------- */

static const struct {
    const char *name, *more;
} robust_rules[DS_ROBUST_COUNT] = { [DS_ROBUST_WORST] = { "worst_regret", "worst_regret_more" },
                                    [DS_ROBUST_MEAN] = { "mean_regret", "mean_regret_more" } };

void ds_views_csv(FILE *file, const ds_views_report *r)
{
    const ds_views *v = r->views;
    fputs("view,weight,strategy,mean,mean_se,regret,regret_se,best,margin,margin_se,margin_low,"
          "margin_high\n", file);
    for (size_t k = 0; k < ds_views_count(v); k++)
        for (size_t s = 0; s < ds_views_strategies(v); s++) {
            ds_view_cell cell = ds_views_at(v, k, s);
            ds_csv_text(file, ds_views_name(v, k));
            putc(',', file);
            ds_csv_number(file, ds_views_weight(v, k));
            putc(',', file);
            ds_csv_text(file, ds_views_strategy(v, s));
            ds_csv_estimate(file, cell.mean);
            ds_csv_estimate(file, cell.regret);
            fprintf(file, ",%d", ds_views_best(v, k) == s ? 1 : 0);
            if (ds_views_best(v, k) != s) {
                fputs(",,,,\n", file);
                continue;
            }
            const ds_ranking lead = ds_views_lead(v, k);
            ds_csv_estimate(file, lead.difference);
            putc(',', file);
            ds_csv_number(file, lead.low);
            putc(',', file);
            ds_csv_number(file, lead.high);
            putc('\n', file);
        }
}

void ds_views_robust_csv(FILE *file, const ds_views_report *r)
{
    const ds_views *v = r->views;
    const char     *unit = ds_outcome_at(r->outcome)->unit;
    fputs("strategy,figure,unit,value,standard_error,low,high\n", file);
    for (size_t s = 0; s < ds_views_strategies(v); s++) {
        const ds_view_strategy of = ds_views_of(v, s);
        const ds_estimate      value[DS_ROBUST_COUNT] = { [DS_ROBUST_WORST] = of.worst_regret,
                                                          [DS_ROBUST_MEAN] = of.mean_regret };
        for (size_t k = 0; k < DS_ROBUST_COUNT; k++) {
            row(file, ds_views_strategy(v, s), robust_rules[k].name, unit, value[k], (double)NAN,
                (double)NAN);
            row(file, ds_views_strategy(v, s), robust_rules[k].more, unit, of.more[k].difference,
                of.more[k].low, of.more[k].high);
        }
    }
}

static void one_view(FILE *file, const ds_views_report *r, size_t k)
{
    const ds_views *v = r->views;
    fputs("{\"view\":", file);
    ds_json_string(file, ds_views_name(v, k));
    fputs(",\"provenance\":{", file);
    ds_json_provenance(file, r->scenarios[k], ds_views_paths(v, k), r->seed, DS_ENGINE_FAST);
    putc('}', file);
    ds_json_number_member(file, "weight", ds_views_weight(v, k));
    const ds_ranking lead = ds_views_lead(v, k);
    ds_json_text_member(file, "best", ds_views_strategy(v, lead.named));
    ds_json_text_member(file, "runner_up", ds_views_strategy(v, lead.next));
    bounded(file, "margin", lead.difference, lead.low, lead.high);
    fputs(",\"strategies\":[", file);
    for (size_t s = 0; s < ds_views_strategies(v); s++) {
        ds_view_cell cell = ds_views_at(v, k, s);
        fputs(s > 0 ? ",\n  {\"strategy\":" : "\n  {\"strategy\":", file);
        ds_json_string(file, ds_views_strategy(v, s));
        ds_json_estimate_member(file, "mean", cell.mean);
        ds_json_estimate_member(file, "regret", cell.regret);
        putc('}', file);
    }
    fputs("]}", file);
}

void ds_views_json(FILE *file, const ds_views_report *r)
{
    const ds_views *v = r->views;
    fputs("{\"outcome\":", file);
    ds_json_string(file, ds_outcome_at(r->outcome)->name);
    ds_json_number_member(file, "near", ds_views_near(v));
    fputs(",\n\"least\":{", file);
    for (size_t k = 0; k < DS_ROBUST_COUNT; k++) {
        const ds_ranking of = ds_views_ranking(v, (ds_robust_rule)k);
        ranking(file, k == 0, robust_rules[k].name, ds_views_strategy(v, of.named),
                ds_views_strategy(v, of.next), &of);
    }
    putc('}', file);
    fputs(",\n\"strategies\":[", file);
    for (size_t s = 0; s < ds_views_strategies(v); s++) {
        ds_view_strategy of = ds_views_of(v, s);
        fputs(s > 0 ? ",\n {\"strategy\":" : "\n {\"strategy\":", file);
        ds_json_string(file, ds_views_strategy(v, s));
        ds_json_estimate_member(file, "worst_regret", of.worst_regret);
        ds_json_text_member(file, "worst_view", ds_views_name(v, of.worst_view));
        ds_json_estimate_member(file, "mean_regret", of.mean_regret);
        for (size_t k = 0; k < DS_ROBUST_COUNT; k++)
            bounded(file, robust_rules[k].more, of.more[k].difference, of.more[k].low,
                    of.more[k].high);
        fprintf(file,
                ",\"best_views\":%zu,\"sure_best_views\":%zu,\"near_views\":%zu,"
                "\"unsure_near_views\":%zu",
                of.best_views, of.sure_best_views, of.near_views, of.unsure_near_views);
        ds_json_number_member(file, "best_weight", of.best_weight);
        ds_json_number_member(file, "near_weight", of.near_weight);
        putc('}', file);
    }
    fputs("],\n\"views\":[", file);
    for (size_t k = 0; k < ds_views_count(v); k++) {
        fputs(k > 0 ? ",\n " : "\n ", file);
        one_view(file, r, k);
    }
    fputs("]}\n", file);
}

/* ---- Directories ------------------------------------------------------------------------ */

typedef struct {
    const ds_scenario *scenario;
    uint64_t           seed;
    const ds_choice   *choice;
} ds_chosen;

static ds_code write_choice(FILE *f, const void *subject)
{
    const ds_chosen *s = subject;
    ds_choice_csv(f, s->choice);
    return DS_OK;
}

static ds_code write_dominance(FILE *f, const void *subject)
{
    const ds_chosen *s = subject;
    ds_choice_dominance_csv(f, s->choice);
    return DS_OK;
}

static ds_code write_choice_json(FILE *f, const void *subject)
{
    const ds_chosen *s = subject;
    ds_choice_json(f, s->scenario, s->seed, s->choice);
    return DS_OK;
}

ds_code ds_choice_directory(const char *directory, const ds_scenario *scenario, uint64_t seed,
                            const ds_choice *choice, ds_error *err)
{
    static const ds_part parts[] = { { "choice.csv", write_choice },
                                     { "dominance.csv", write_dominance },
                                     { "choice.json", write_choice_json } };
    const ds_chosen subject = { scenario, seed, choice };
    return ds_parts_write(directory, parts, 3, &subject, err);
}

static ds_code write_acceptability(FILE *f, const void *report)
{
    ds_acceptability_csv(f, report);
    return DS_OK;
}

static ds_code write_acceptability_json(FILE *f, const void *report)
{
    ds_acceptability_json(f, report);
    return DS_OK;
}

ds_code ds_acceptability_directory(const char *directory, const ds_acceptability_report *r,
                                   ds_error *err)
{
    static const ds_part parts[] = { { "acceptability.csv", write_acceptability },
                                     { "acceptability.json", write_acceptability_json } };
    return ds_parts_write(directory, parts, 2, r, err);
}

static ds_code write_views(FILE *f, const void *report)
{
    ds_views_csv(f, report);
    return DS_OK;
}

static ds_code write_robust(FILE *f, const void *report)
{
    ds_views_robust_csv(f, report);
    return DS_OK;
}

static ds_code write_views_json(FILE *f, const void *report)
{
    ds_views_json(f, report);
    return DS_OK;
}

ds_code ds_views_directory(const char *directory, const ds_views_report *r, ds_error *err)
{
    static const ds_part parts[] = { { "views.csv", write_views },
                                     { "robust.csv", write_robust },
                                     { "views.json", write_views_json } };
    return ds_parts_write(directory, parts, 3, r, err);
}
