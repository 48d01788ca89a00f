/* knowing_internal.h -- what the files of knowing.h share.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_KNOWING_INTERNAL_H
#define DS_KNOWING_INTERNAL_H

#include "numerics/knowing.h"

struct ds_knowing {
    ds_knowing_problem problem;
    ds_folds        folds;
    ds_score_basis  spline;
    ds_score_basis *own;      /* [inputs] of those with steps                         */
    float          *position; /* [inputs][paths]                                      */
    double         *strength; /* [inputs]                                             */
    size_t          best;
    double        **gain;     /* [ds_knowing_rows()][paths]: net benefit less that of the best
                                 strategy; then the greatest of them: the regret; then, by
                                 strategy, the first on a scale that is near logarithmic */
    double        **effect;   /* the same: what the effects of inputs make of it, mean 0 */
    double         *memory;   /* of both */
    size_t          regressors, products;
    size_t         *input_of; /* [regressors] of the fit to all inputs                */
    ds_regressor   *regressor;
    ds_fit_term     *product;
    ds_crossfit     fit;      /* of gain */
};

static inline size_t ds_knowing_rows(const ds_knowing *k)
{
    return 2 * k->problem.strategies + 1;
}

const ds_score_basis *ds_knowing_basis(const ds_knowing *k, size_t input);
const float          *ds_knowing_position(const ds_knowing *k, size_t input);

/* Products of a regression: main effects and pairs. */
typedef struct {
    size_t      count, most;
    ds_fit_term *product;
} ds_fit_terms;
/* The first `functions` functions of a regressor, as many as there are. */
void ds_fit_terms_main(ds_fit_terms *p, const ds_regressor *r, size_t index, size_t functions);
/* The first `most` products of functions of two: linear by linear, linear by quadratic ... */
enum { DS_FIT_PAIRS = 8 };
void ds_fit_terms_pair(ds_fit_terms *p, const ds_regressor *r, size_t a, size_t b, size_t most);
/* The blocks of ds_crossfit_calibrate(), to be freed; NULL when out of memory. */
unsigned char *ds_fit_terms_blocks(const ds_fit_term *term, size_t count);

/* ---- One set: knowing_set.c fits, knowing_gain.c values ---------------------------- */
enum { DS_MEMBERS_MOST = 12 };

typedef struct {
    const ds_knowing     *k;
    const ds_knowing_set *set;
    size_t  members, figures;
    size_t  own, count; /* regressors: members, figures, news                       */
    size_t  member[DS_MEMBERS_MOST];
    bool   *inside;     /* [inputs]: in the set, or depending on it                 */
    double **target;    /* [strategies][paths]: gain less what is independent of the set */
    double **fitted;    /* [strategies][paths]                                      */
    double *columns;    /* memory of both                                           */
    float  *position;   /* of features and news, [count - members][paths]           */
    double *within;     /* [rows][paths] of a closed set: what the fit to all makes of it */
    size_t  capacity;
    ds_regressor *regressor;
    ds_fit_term   *product;
    size_t  own_products;
    ds_fit_terms   products;
    ds_crossfit   fit;
} ds_knowing_job;

/* Terms of the fit to all inputs that have nothing independent of the set in them, to be freed;
 * NULL when out of memory. */
bool *ds_knowing_within(const ds_knowing_job *j);
/* Value, error, pieces of a set that was fitted, and what its fit may hide.  False when out of
 * memory. */
bool ds_knowing_gain(const ds_knowing_job *j, ds_knowing_value *out);

#endif
