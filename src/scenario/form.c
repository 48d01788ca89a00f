/* form.c -- the ways of stating a quantity, from JSON to a distribution.
 *
 * Called by quantity.c for a quantity that is an object.  Exactly one form must be
 * there: "value", a distribution by its parameters, "discrete", "empirical", or
 * two to five quantiles; beside it "min", "max" (truncation), "fit" and provenance.
 *
 * Parameters are held inside bounds within which the cumulative functions and
 * their inverses are exact to rounding and end: shapes in [1e-3, 1e8], sd of a
 * logarithm up to 10, magnitudes up to 1e100.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/form.h"
#include "scenario/writer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/binder.h"

enum { FORM_NORMAL, FORM_LOGNORMAL, FORM_UNIFORM, FORM_TRIANGULAR, FORM_PERT, FORM_BETA,
       FORM_GAMMA, FORM_EXPONENTIAL, FORM_WEIBULL, FORM_BERNOULLI, FORM_POISSON, FORM_BINOMIAL,
       FORM_NEGATIVE_BINOMIAL };

const ds_form ds_forms[] = {
    [FORM_NORMAL] = {"normal", {{"mean", "sd"}}, "Normal."},
    [FORM_LOGNORMAL] = {"lognormal", {{"mean", "sd"}, {"median", "log_sd"}},
                        "Lognormal; log_sd is the standard deviation of the logarithm."},
    [FORM_UNIFORM] = {"uniform", {{"low", "high"}}, "Uniform between two bounds."},
    [FORM_TRIANGULAR] = {"triangular", {{"low", "mode", "high"}}, "Triangular."},
    [FORM_PERT] = {"pert", {{"low", "mode", "high"}},
                   "PERT: a beta between two bounds with weight 4 on the mode."},
    [FORM_BETA] = {"beta", {{"mean", "sd"}, {"alpha", "beta"}}, "Beta on [0, 1]."},
    [FORM_GAMMA] = {"gamma", {{"mean", "sd"}, {"shape", "scale"}}, "Gamma."},
    [FORM_EXPONENTIAL] = {"exponential", {{"mean"}}, "Exponential."},
    [FORM_WEIBULL] = {"weibull", {{"mean", "sd"}, {"shape", "scale"}},
                      "Weibull; the shape is from 0.1 to 1000."},
    [FORM_BERNOULLI] = {"bernoulli", {{"probability"}}, "1 with a probability, else 0."},
    [FORM_POISSON] = {"poisson", {{"mean"}}, "Poisson: a count."},
    [FORM_BINOMIAL] = {"binomial", {{"trials", "probability"}}, "Binomial: successes of trials."},
    [FORM_NEGATIVE_BINOMIAL] = {"negative_binomial", {{"mean", "sd"}, {"mean", "dispersion"},
                                                      {"successes", "probability"}},
                                "Negative binomial: a count of variance mean + mean^2 / "
                                "dispersion; the failures before so many successes."},
    {.key = NULL}
};

const ds_level ds_levels[DS_LEVEL_COUNT] = {
    {"p01", 0.01}, {"p05", 0.05}, {"p10", 0.10}, {"p20", 0.20}, {"p25", 0.25}, {"p50", 0.50},
    {"p75", 0.75}, {"p80", 0.80}, {"p90", 0.90}, {"p95", 0.95}, {"p99", 0.99},
};

#define SHAPE_MIN 1e-3
#define SHAPE_MAX 1e8
#define LOG_SD_MAX 10.0
/* a truncation must leave at least this share of the distribution */
#define INSIDE_MIN 1e-6
/* of the kinds whose far tails keep their digits */
#define INSIDE_MIN_OF_TAILS 1e-290

/* ---- Text ------------------------------------------------------------------------ */

/* Appends ", name 3" or, with an empty name, ", 3". */
static void append_number(char *text, size_t size, const char *name, double x)
{
    char   number[32];
    size_t used = strlen(text);
    ds_number_text(x, number);
    snprintf(text + used, size - used, ", %s%s%s", name, *name == '\0' ? "" : " ", number);
}

/* ---- Reading numbers ------------------------------------------------------------- */

/* The number at `key` of `node`; false after reporting. */
static bool read_number(ds_binder *b, const cJSON *node, const char *key, double *x)
{
    const cJSON *child = ds_tree_member(node, key);
    bool         good = false;
    ds_push(b, key);
    if (!cJSON_IsNumber(child))
        ds_wrong_type(b, child, "a number");
    else if (!(fabs(child->valuedouble) <= DS_MAGNITUDE_MAX))
        ds_problem_here(b, "is larger than 1e100");
    else
        good = true;
    ds_pop(b);
    *x = good ? child->valuedouble : 0.0;
    return good;
}

static size_t set_size(const char *const *set)
{
    size_t count = 0;
    while (count <= DS_FORM_PARAMETERS && set[count] != NULL)
        count++;
    return count;
}

static bool set_has(const char *const *set, const char *key)
{
    for (size_t i = 0; i < set_size(set); i++)
        if (strcmp(set[i], key) == 0)
            return true;
    return false;
}

/* "mean" and "sd" */
static void set_text(const char *const *set, char *text, size_t size)
{
    size_t used = 0, count = set_size(set);
    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        const char *glue = i == 0 ? "" : i + 1 == count ? " and " : ", ";
        used += (size_t)snprintf(text + used, size - used, "%s\"%s\"", glue, set[i]);
    }
}

/* Reads the parameters of a form; the index of the set that is there, or -1. */
static int read_parameters(ds_binder *b, const ds_form *form, const cJSON *node, double *x)
{
    if (!cJSON_IsObject(node)) {
        ds_wrong_type(b, node, "an object");
        return -1;
    }
    size_t count = (size_t)cJSON_GetArraySize(node);
    for (int s = 0; s < DS_FORM_SETS; s++) {
        const char *const *set = form->sets[s];
        bool               all = count == set_size(set) && count > 0;
        const cJSON       *child;
        cJSON_ArrayForEach(child, node) all = all && set_has(set, child->string);
        if (!all)
            continue;
        bool good = true;
        for (size_t i = 0; i < count; i++)
            good = read_number(b, node, set[i], &x[i]) && good;
        return good ? s : -1;
    }
    char   all[320] = "";
    size_t used = 0;
    for (int s = 0; s < DS_FORM_SETS && form->sets[s][0] != NULL; s++) {
        char text[96];
        set_text(form->sets[s], text, sizeof text);
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", s == 0 ? "" : ", or ",
                                 text);
    }
    ds_problem_here(b, "needs %s, and nothing else", all);
    return -1;
}

/* ---- Distributions by parameters ------------------------------------------------- */

static ds_distribution plain(ds_dist_kind kind, double a, double b, double c)
{
    return (ds_distribution){.kind = kind, .a = a, .b = b, .c = c,
                             .low = -(double)INFINITY, .high = (double)INFINITY};
}

/* Checks and builds; NULL when good, else what is wrong. */
static const char *build_moments(size_t form, const double *x, ds_distribution *d)
{
    if (form != FORM_NORMAL && !(x[0] > 0.0))
        return "the mean must be above 0";
    if (!(x[1] > 0.0))
        return "the sd must be above 0; a certain number is written as a number";
    switch (form) {
    case FORM_LOGNORMAL:
        return ds_distribution_fit_lognormal_moments(x[0], x[1], d) && d->b <= LOG_SD_MAX
                   ? NULL : "the sd is too large for this mean";
    case FORM_BETA:
        return ds_distribution_fit_beta_moments(x[0], x[1], d)
                   ? NULL : "a beta needs a mean below 1 and an sd below sqrt(mean * (1 - mean))";
    case FORM_WEIBULL:
        return ds_distribution_fit_weibull_moments(x[0], x[1], d)
                   ? NULL : "no Weibull of a shape from 0.1 to 1000 has this mean and sd";
    case FORM_GAMMA:
        return ds_distribution_fit_gamma_moments(x[0], x[1], d)
                   ? NULL : "no gamma has this mean and sd";
    default:
        *d = plain(DS_DIST_NORMAL, x[0], x[1], 0.0);
        return NULL;
    }
}

static const char *build_bounds(size_t form, const double *x, ds_distribution *d)
{
    if (form == FORM_UNIFORM) {
        *d = plain(DS_DIST_UNIFORM, x[0], x[1], 0.0);
        return x[0] < x[1] ? NULL : "\"low\" must be less than \"high\"";
    }
    *d = plain(form == FORM_PERT ? DS_DIST_PERT : DS_DIST_TRIANGULAR, x[0], x[1], x[2]);
    return x[0] <= x[1] && x[1] <= x[2] && x[0] < x[2]
               ? NULL : "must have \"low\" <= \"mode\" <= \"high\", and \"low\" < \"high\"";
}

static const char *build_shapes(size_t form, const double *x, ds_distribution *d)
{
    if (!(x[0] > 0.0 && x[1] > 0.0))
        return "both parameters must be above 0";
    if (form == FORM_LOGNORMAL)
        *d = plain(DS_DIST_LOGNORMAL, log(x[0]), x[1], 0.0);
    else
        *d = plain(form == FORM_BETA      ? DS_DIST_BETA
                   : form == FORM_WEIBULL ? DS_DIST_WEIBULL
                                          : DS_DIST_GAMMA, x[0], x[1], 0.0);
    return NULL;
}

/* Bounds that keep the numerics exact and finite. */
static const char *check_shape(const ds_distribution *d)
{
    bool a_out = d->a < SHAPE_MIN || d->a > SHAPE_MAX, b_out = d->b < SHAPE_MIN || d->b > SHAPE_MAX;
    if (d->kind == DS_DIST_WEIBULL && (d->a < 0.1 || d->a > 1000.0))
        return "the shape of a Weibull is from 0.1 to 1000";
    if (d->kind == DS_DIST_LOGNORMAL && d->b > LOG_SD_MAX)
        return "is too wide: the sd of the logarithm is above 10";
    if ((d->kind == DS_DIST_BETA && (a_out || b_out)) || (d->kind == DS_DIST_GAMMA && a_out))
        return "is too narrow or too skewed: a shape parameter is outside [0.001, 1e8]";
    return NULL;
}

static bool build(ds_binder *b, const ds_form *form, const cJSON *node, ds_distribution *d)
{
    double x[DS_FORM_PARAMETERS] = {0};
    size_t index = (size_t)(form - ds_forms);
    int    set = read_parameters(b, form, node, x);
    if (set < 0)
        return false;
    if (index == FORM_BERNOULLI) {
        const double values[2] = {0.0, 1.0}, weights[2] = {1.0 - x[0], x[0]};
        if (x[0] >= 0.0 && x[0] <= 1.0)
            return ds_step_distribution(b, values, weights, 2, d);
        char number[32];
        ds_number_text(x[0], number);
        ds_problem_here(b, "a probability of %s is not in [0, 1]", number);
        return false;
    }
    if (index >= FORM_POISSON)
        return ds_count_distribution(b, form->key, set, x, d);
    const char *wrong;
    if (index == FORM_EXPONENTIAL) {
        *d = plain(DS_DIST_EXPONENTIAL, x[0], 0.0, 0.0);
        wrong = x[0] > 0.0 ? NULL : "the mean must be above 0";
    } else if (set == 1) {
        wrong = build_shapes(index, x, d);
    } else if (index == FORM_UNIFORM || index == FORM_TRIANGULAR || index == FORM_PERT) {
        wrong = build_bounds(index, x, d);
    } else {
        wrong = build_moments(index, x, d);
    }
    if (wrong == NULL)
        wrong = check_shape(d);
    if (wrong != NULL)
        ds_problem_here(b, "%s", wrong);
    return wrong == NULL;
}

static void describe(const ds_form *form, const cJSON *node, char *text, size_t size)
{
    snprintf(text, size, "%s", form->key);
    for (int s = 0; s < DS_FORM_SETS; s++)
        for (size_t i = 0; i < set_size(form->sets[s]); i++) {
            const cJSON *child = ds_tree_member(node, form->sets[s][i]);
            /* "mean" may be in both sets */
            if (child != NULL && (s == 0 || !set_has(form->sets[0], form->sets[s][i])))
                append_number(text, size, child->string, child->valuedouble);
        }
}

/* ---- Quantiles ------------------------------------------------------------------- */

static const char *const fits[] = {"normal", "lognormal", "gamma", "weibull", "beta"};

static bool fit_quantiles(char fit, const double p[2], const double x[2], ds_distribution *d)
{
    switch (fit) {
    case 'l':
        return ds_distribution_fit_lognormal_quantiles(p[0], x[0], p[1], x[1], d);
    case 'g':
        return ds_distribution_fit_gamma_quantiles(p[0], x[0], p[1], x[1], d);
    case 'b':
        return ds_distribution_fit_beta_quantiles(p[0], x[0], p[1], x[1], d);
    case 'w':
        return ds_distribution_fit_weibull_quantiles(p[0], x[0], p[1], x[1], d);
    default:
        return ds_distribution_fit_normal_quantiles(p[0], x[0], p[1], x[1], d);
    }
}

static const char *fit_name(char fit)
{
    for (size_t i = 1; i < sizeof fits / sizeof fits[0]; i++)
        if (fits[i][0] == fit)
            return fits[i];
    return fits[0];
}

/* The fit that is asked for: its first letter, 0 when none, '?' after reporting. */
static char read_fit(ds_binder *b, const cJSON *node)
{
    const cJSON *fit = ds_tree_member(node, "fit");
    if (fit == NULL)
        return 0;
    for (size_t i = 0; i < sizeof fits / sizeof fits[0]; i++)
        if (cJSON_IsString(fit) && strcmp(fit->valuestring, fits[i]) == 0)
            return fits[i][0];
    ds_push(b, "fit");
    ds_wrong_type(b, fit, "normal, lognormal, gamma, weibull or beta");
    ds_pop(b);
    return '?';
}

static bool read_quantiles(ds_binder *b, const cJSON *node, const ds_level *const *levels,
                           ds_distribution *d, char *text, size_t size)
{
    double x[2];
    char   fit = read_fit(b, node), number[2][32];
    bool   good = fit != '?';
    for (int i = 0; i < 2; i++) {
        good = read_number(b, node, levels[i]->key, &x[i]) && good;
        ds_number_text(x[i], number[i]);
    }
    if (!good)
        return false;
    if (!(x[0] < x[1])) {
        ds_problem_here(b, "%s (%s) must be less than %s (%s)", levels[0]->key, number[0],
                        levels[1]->key, number[1]);
        return false;
    }
    if (fit != 0 && fit != 'n' && !(x[0] > 0.0)) {
        ds_problem_here(b, "a %s needs %s above 0, found %s", fit_name(fit), levels[0]->key,
                        number[0]);
        return false;
    }
    if (fit == 'b' && !(x[1] < 1.0)) {
        ds_problem_here(b, "a beta needs %s below 1, found %s", levels[1]->key, number[1]);
        return false;
    }
    if (fit == 0)
        fit = x[0] > 0.0 ? 'l' : 'n';
    const double p[2] = {levels[0]->level, levels[1]->level};
    good = fit_quantiles(fit, p, x, d);
    const char *wrong = good ? check_shape(d) : "no distribution has these quantiles";
    if (wrong != NULL) {
        ds_problem_here(b, "%s", wrong);
        return false;
    }
    snprintf(text, size, "%s, %s %s, %s %s", fit_name(fit), levels[0]->key,
             number[0], levels[1]->key, number[1]);
    return true;
}

/* ---- The whole object ------------------------------------------------------------ */

/* What an object states; keys are counted so that two forms are noticed. */
typedef struct {
    const ds_form  *form;
    const char     *first, *second; /* keys of the first two forms found */
    const ds_level *levels[DS_METALOG_TERMS];
    size_t          level_count;
} statement;

static void note_form(statement *found, const char *key)
{
    if (found->first == NULL)
        found->first = key;
    else if (found->second == NULL)
        found->second = key;
}

static void unknown_form(ds_binder *b, const char *key)
{
    const char *all[DS_LEVEL_COUNT + 40] = {"value", "discrete", "empirical", "fit", "min", "max",
                                            "nature", "low", "high", "metalog", "mixture",
                                            "source", "as_of", "assumption", "note"};
    size_t      count = 15;
    for (const ds_form *f = ds_forms; f->key != NULL; f++)
        all[count++] = f->key;
    for (size_t i = 0; i < DS_LEVEL_COUNT; i++)
        all[count++] = ds_levels[i].key;
    const char *near = ds_suggest(key, all, count);
    ds_push(b, key);
    if (near != NULL)
        ds_problem_at_key(b, "unknown key \"%.100s\" in a quantity; did you mean \"%s\"?", key,
                          near);
    else
        ds_problem_at_key(b, "unknown key \"%.100s\" in a quantity", key);
    ds_pop(b);
}

static const ds_level *find_level(const char *key)
{
    for (size_t i = 0; i < DS_LEVEL_COUNT; i++)
        if (strcmp(ds_levels[i].key, key) == 0)
            return &ds_levels[i];
    return NULL;
}

static bool is_extra(const char *key)
{
    return strcmp(key, "min") == 0 || strcmp(key, "max") == 0 || strcmp(key, "fit") == 0 ||
           strcmp(key, "nature") == 0 ||
           strcmp(key, "low") == 0 || strcmp(key, "high") == 0 ||
           ds_find_field(ds_provenance_fields, key) != NULL;
}

/* Sorts out the keys; false after reporting. */
static bool read_statement(ds_binder *b, const cJSON *node, statement *found)
{
    bool         good = true;
    const cJSON *child;
    cJSON_ArrayForEach(child, node)
    {
        const char     *key = child->string;
        const ds_level *level = find_level(key);
        const ds_form  *form = ds_forms;
        while (form->key != NULL && strcmp(form->key, key) != 0)
            form++;
        if (level != NULL) {
            if (found->level_count++ == 0)
                note_form(found, key);
            if (found->level_count <= DS_METALOG_TERMS)
                found->levels[found->level_count - 1] = level;
        } else if (form->key != NULL) {
            note_form(found, key);
            found->form = form;
        } else if (strcmp(key, "value") == 0 || strcmp(key, "discrete") == 0 ||
                   strcmp(key, "empirical") == 0 || strcmp(key, "metalog") == 0 ||
                   strcmp(key, "mixture") == 0) {
            note_form(found, key);
        } else if (!is_extra(key)) {
            unknown_form(b, key);
            good = false;
        }
    }
    if (good && found->second != NULL) {
        ds_problem_here(b, "states both \"%s\" and \"%s\"", found->first, found->second);
        good = false;
    } else if (good && found->first == NULL) {
        ds_problem_here(b, "states no number: give \"value\", a distribution, or two quantiles "
                           "such as \"p10\" and \"p90\"");
        good = false;
    } else if (good && (found->level_count == 1 || found->level_count > DS_METALOG_TERMS)) {
        ds_problem_here(b, "needs two to five quantiles, found %zu", found->level_count);
        good = false;
    }
    if (good && found->level_count != 2 && ds_tree_member(node, "fit") != NULL) {
        ds_problem_here(b, "\"fit\" goes with two quantiles only");
        good = false;
    }
    bool bounded = ds_tree_member(node, "low") != NULL || ds_tree_member(node, "high") != NULL;
    if (good && found->level_count < 3 && bounded) {
        ds_problem_here(b, "\"low\" and \"high\" go with three or more quantiles; to truncate, "
                           "set \"min\" and \"max\"");
        good = false;
    }
    return good;
}

static bool read_form(ds_binder *b, const cJSON *node, statement *found, ds_distribution *d,
                      char *text, size_t size)
{
    if (found->level_count > 2)
        return ds_read_metalog_quantiles(b, node, d, text, size);
    if (found->level_count == 2) {
        if (found->levels[0]->level > found->levels[1]->level) {
            const ds_level *swap = found->levels[0];
            found->levels[0] = found->levels[1];
            found->levels[1] = swap;
        }
        return read_quantiles(b, node, found->levels, d, text, size);
    }
    if (strcmp(found->first, "value") == 0) {
        double x;
        if (!read_number(b, node, "value", &x))
            return false;
        *d = plain(DS_DIST_CONSTANT, x, 0.0, 0.0);
        ds_number_text(x, text);
        return true;
    }
    const cJSON *inside = ds_tree_member(node, found->first);
    bool         good;
    ds_push(b, found->first);
    if (found->form != NULL) {
        good = build(b, found->form, inside, d);
        if (good)
            describe(found->form, inside, text, size);
    } else if (strcmp(found->first, "discrete") == 0) {
        good = ds_read_discrete(b, inside, d, text, size);
    } else if (strcmp(found->first, "metalog") == 0) {
        good = ds_read_metalog(b, inside, d, text, size);
    } else if (strcmp(found->first, "mixture") == 0) {
        good = ds_read_mixture(b, inside, d, text, size);
    } else {
        good = ds_read_empirical(b, inside, d, text, size);
    }
    ds_pop(b);
    return good;
}

static bool has_tails(ds_dist_kind kind)
{
    switch (kind) {
    case DS_DIST_NORMAL:
    case DS_DIST_LOGNORMAL:
    case DS_DIST_UNIFORM:
    case DS_DIST_TRIANGULAR:
    case DS_DIST_PERT:
    case DS_DIST_BETA:
    case DS_DIST_GAMMA:
    case DS_DIST_EXPONENTIAL:
    case DS_DIST_WEIBULL:
        return true;
    default:
        return false;
    }
}

/* Applies "min" and "max". */
static bool truncate(ds_binder *b, const cJSON *node, ds_distribution *d, char *text, size_t size)
{
    bool   has_min = ds_tree_member(node, "min") != NULL;
    bool   has_max = ds_tree_member(node, "max") != NULL;
    double low = -(double)INFINITY, high = (double)INFINITY;
    if ((has_min && !read_number(b, node, "min", &low)) ||
        (has_max && !read_number(b, node, "max", &high)))
        return false;
    if (has_min)
        append_number(text, size, "at least", low);
    if (has_max)
        append_number(text, size, "at most", high);
    if (!has_min && !has_max)
        return true;
    if (!(low <= high) || (low == high && d->kind != DS_DIST_CONSTANT)) {
        ds_problem_here(b, "\"min\" must be less than \"max\"");
        return false;
    }
    ds_distribution cut = *d;
    cut.low = low;
    cut.high = high;
    const bool tails = has_tails(d->kind);
    if (!(ds_distribution_mass_inside(&cut) >= (tails ? INSIDE_MIN_OF_TAILS : INSIDE_MIN))) {
        ds_problem_here(b, "\"min\" and \"max\" leave %s of the distribution",
                        tails ? "nothing" : "less than a millionth");
        return false;
    }
    if (d->kind == DS_DIST_DISCRETE || d->kind == DS_DIST_EMPIRICAL)
        return ds_step_truncate(b, low, high, false, d);
    if (d->kind != DS_DIST_CONSTANT) {
        d->low = low;
        d->high = high;
    }
    return true;
}

bool ds_read_distribution(ds_binder *b, const cJSON *node, ds_distribution *d, char *text,
                          size_t size)
{
    statement found = {0};
    return read_statement(b, node, &found) && read_form(b, node, &found, d, text, size) &&
           truncate(b, node, d, text, size);
}
