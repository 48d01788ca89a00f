/* choice_report.h -- what `choice` has to say, for people and for machines.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_CHOICE_REPORT_H
#define DS_CHOICE_REPORT_H

#include <stdio.h>

#include "distillsim_choice.h"
#include "output/number.h"
#include "output/text.h"

/* How much there is of an outcome: "USD 12 M ± 1 M", or with its unit behind. */
void ds_choice_amount(size_t outcome, ds_estimate e, bool utf8, char text[DS_HUMAN_TEXT + 32]);
/* Behind what the next has more: nothing when it is sure, else why it is not. */
const char *ds_choice_doubt(const ds_ranking *r);

/* ---- One scenario ------------------------------------------------------------- */
/* Sentences, tables, notes.  DS_E_NOMEM. */
DS_MUST_CHECK ds_code ds_choice_table(FILE *file, const ds_scenario *scenario, uint64_t seed,
                                      const ds_choice *choice, const ds_style *style,
                                      ds_error *err);
/* strategy, figure, unit, value, standard_error, low, high */
void ds_choice_csv(FILE *file, const ds_choice *choice);
/* strategy, over, order, answer, violation, violation_se, at, bound */
void ds_choice_dominance_csv(FILE *file, const ds_choice *choice);
void ds_choice_json(FILE *file, const ds_scenario *scenario, uint64_t seed,
                    const ds_choice *choice);
/* choice.csv, dominance.csv and choice.json in a directory, which is made when missing. */
DS_MUST_CHECK ds_code ds_choice_directory(const char *directory, const ds_scenario *scenario,
                                          uint64_t seed, const ds_choice *choice,
                                          ds_error *err);

/* ---- Over one value ------------------------------------------------------------- */
typedef struct {
    const ds_scenario      *scenario;
    const char             *pointer;
    size_t                  outcome;
    uint64_t                seed;
    const ds_acceptability *found;
} ds_acceptability_report;

DS_MUST_CHECK ds_code ds_acceptability_table(FILE *file, const ds_acceptability_report *r,
                                             const ds_style *style, ds_error *err);
/* POINTER, strategy, probability_best, its _se, _low, _high, mean, mean_se, regret,
 * regret_se, best_by_mean, margin, margin_se, margin_low, margin_high, likelier (than the
 * strategy of least mean), its _se, _low, _high */
void ds_acceptability_csv(FILE *file, const ds_acceptability_report *r);
void ds_acceptability_json(FILE *file, const ds_acceptability_report *r);
/* acceptability.csv and acceptability.json */
DS_MUST_CHECK ds_code ds_acceptability_directory(const char *directory,
                                                 const ds_acceptability_report *r,
                                                 ds_error *err);

/* ---- Several views ---------------------------------------------------------------- */
typedef struct {
    const ds_scenario *const *scenarios; /* [views] */
    size_t                    outcome;
    uint64_t                  seed;
    const ds_views           *views;
} ds_views_report;

DS_MUST_CHECK ds_code ds_views_table(FILE *file, const ds_views_report *r, const ds_style *style,
                                     ds_error *err);
/* view, weight, strategy, mean, mean_se, regret, regret_se, best; of the best also margin,
 * margin_se, margin_low, margin_high */
void ds_views_csv(FILE *file, const ds_views_report *r);
/* Over all views: strategy, figure, unit, value, standard_error, low, high */
void ds_views_robust_csv(FILE *file, const ds_views_report *r);
void ds_views_json(FILE *file, const ds_views_report *r);
/* views.csv, robust.csv and views.json */
DS_MUST_CHECK ds_code ds_views_directory(const char *directory, const ds_views_report *r,
                                         ds_error *err);

#endif
