/* timing_data.h -- a strategy started in every month, and what can be seen meanwhile.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_TIMING_DATA_H
#define DS_TIMING_DATA_H

#include "distillsim_timing.h"
#include "model/plan.h"
#include "numerics/groups.h"

/* Columns of `stride` numbers, a path each: first those that rules are fitted on. */
typedef struct {
    const ds_scenario *scenario;
    ds_plan           *plan;      /* of starts: variant 0 never, 1 + k in month first + k */
    size_t             months, first, dates; /* of the horizon; date k: month first + k   */
    size_t             paths, fit, stride;   /* fit: paths of the first half              */
    ds_groups          groups;    /* of the other half                                    */
    ds_result         *result;    /* in the order of the paths                            */

    size_t    product_count, level_count, rent_count, process_count, student_count,
              hidden_count;
    size_t   *product, *level, *rent, *process; /* index in the plan                     */
    size_t   *student;            /* of the plan, whose starts are looked for            */
    size_t   *hidden;             /* inputs that nothing shows before the start          */

    double  **gain;               /* [date]: saving against never                        */
    double  **requests, **price, **usd; /* [month][...]: requests, levels, rents         */
    double  **bill;               /* [month]: of never starting, dollars of the month    */
    double  **ahead;              /* [date]: sum of bill from its month on               */
    double  **kick;               /* [month][process]: e^(s z - s s/2) - 1; month 0: zeros */
    double  **variance;           /* [process]: of the kick, e^(s s) - 1                 */
    double  **at_stake;           /* [month][process]: what a kick moves, present value  */
    double  **moved;              /* [date][process]: sum of kick times at_stake from its
                                     month on                                            */
    double  **score;              /* [hidden]: less its mean, over its sd                */
    double  **made, **succeeds;   /* [student]: attempts; 1 when the last one passed      */
    double  **permitted, **passed; /* [student]: of these, 1 or 0 less its probability    */
    double  **tried;              /* [student]: attempts less their mean                  */
    double   *zero;
    double  **columns;            /* all of them, as they were allocated                 */
    size_t    column_count;
} ds_timing_data;

enum { DS_TIMING_STUDENTS_MOST = 16 };
/* timing_starts.c: fills scenario, plan, first and dates; moves[student of the strategy], room
 * for DS_TIMING_STUDENTS_MOST: does its start move? */
DS_MUST_CHECK ds_code ds_timing_starts_find(const ds_scenario *base,
                                            const ds_timing_options *options, bool *moves,
                                            ds_timing_data *data, ds_error *err);
/* Runs it. */
DS_MUST_CHECK ds_code ds_timing_data_make(const ds_scenario *scenario,
                                          const ds_timing_options *options,
                                          ds_timing_data *out, ds_error *err);
/* timing_hidden.c: fills hidden, of a plan whose products, levels and rents are found. */
DS_MUST_CHECK ds_code ds_timing_hidden_find(ds_timing_data *data,
                                            const ds_timing_options *options, ds_error *err);
/* Fills at_stake and moved. */
void ds_timing_stakes_make(ds_timing_data *data);
void ds_timing_data_release(ds_timing_data *data);

#endif
