/* outcome.h -- the figures of one path under one strategy: one table, expanded
 * to the enum, the public descriptions, and the columns.
 *
 * X(enum suffix, name, unit, bad tail, undefined, help)
 *
 * The bill of a month is what is paid: contracts, fleets, staff, project, less
 * fees returned.  Its cost adds what bad answers and unserved requests lose.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_OUTCOME_H
#define DS_OUTCOME_H

#include <math.h>

#define DS_OUTCOME_LIST(X)                                                              \
    X(COST_NPV, "cost_npv_usd", "USD", +1, NULL, "Present value of all costs.")         \
    X(COST_TOTAL, "cost_total_usd", "USD", +1, NULL, "Sum of all costs, undiscounted.") \
    X(SAVING_NPV, "saving_npv_usd", "USD", -1, NULL,                                    \
      "Baseline's cost_npv_usd minus this strategy's, on the same path.")               \
    X(SAVING_TOTAL, "saving_total_usd", "USD", -1, NULL, "The same, undiscounted.")     \
    X(SAVING_PER_YEAR, "saving_usd_per_year", "USD/year", -1, NULL,                     \
      "saving_total_usd over the years of the horizon.")                                \
    X(PAYBACK, "payback_months", "month", +1, "never",                                  \
      "Months until the cumulative undiscounted saving is positive and stays so; 0 "    \
      "when it never falls below zero.")                                                \
    X(BREAK_EVEN, "break_even_months", "month", +1, "never",                            \
      "The same to a part of the month, as if its saving came evenly.")                 \
    X(IRR, "irr_per_year", "1/year", -1, "none",                                        \
      "Internal rate of return of the monthly savings, when there is exactly one.")     \
    X(IRR_UNIQUE, "irr_unique", "1", -1, NULL, "1 when there is exactly one rate.")     \
    X(IRR_MULTIPLE, "irr_multiple", "1", +1, NULL, "1 when there are several rates.")   \
    X(MIRR, "mirr_per_year", "1/year", -1, "none",                                      \
      "Modified internal rate of return: carried at the discount rate.")               \
    X(PEAK_BILL, "peak_month_usd", "USD", +1, NULL, "Highest bill of a month.")         \
    X(PEAK_MONTH, "peak_month", "month", +1, NULL, "Month of the highest bill, from 0.") \
    X(OVER_BUDGET, "months_over_budget", "month", +1, NULL,                             \
      "Months whose bill exceeds budget_usd_per_month; 0 when there is none.")          \
    X(USD_PER_MTOK, "effective_usd_per_mtok", "USD/Mtok", +1, "none",                   \
      "Sum of bills over all tokens of served requests.")                               \
    X(TOP_SHARE, "provider_top_share", "1", +1, "none",                                 \
      "Largest provider's share of all bills of contracts.")                            \
    X(HHI, "provider_hhi", "1", +1, "none",                                             \
      "Herfindahl-Hirschman index of those shares, 1 is a single provider.")            \
    X(ESCALATED, "escalated_share", "1", +1, "none",                                    \
      "Share of requests served that a second model had to answer again.")              \
    X(BAD_ANSWERS, "bad_answers", "answer", +1, NULL, "Bad answers that nobody caught.") \
    X(UNSERVED, "unserved_requests", "request", +1, NULL, "Lost to interruptions, " \
      "or refused, or more than a fleet could take.")                                   \
    X(OVERFLOW, "overflow_requests", "request", +1, NULL,                               \
      "Requests that a fleet was too small for, served elsewhere or not.")              \
    X(FALLBACK, "fallback_requests", "request", +1, NULL,                               \
      "Requests served by a fallback, in an interruption or when a fleet was full.")    \
    X(SERVED_VALUE, "served_value_usd", "USD", -1, NULL,                                \
      "Requests served times value_usd_per_request, undiscounted; not a cost.")         \
    X(GPU_MONTHS, "gpu_months", "GPU-month", +1, NULL, "Of own and rented fleets.")     \
    X(UTILISATION, "fleet_utilisation", "1", -1, "none",                                \
      "GPU time used over GPU time paid for, all fleets.")                              \
    X(FLEET_ALLOCATED, "fleet_allocated_usd_per_mtok", "USD/Mtok", +1, "none",          \
      "Cost of own and rented fleets, staff included, over the tokens they serve.")     \
    X(FLEET_USED, "fleet_used_usd_per_mtok", "USD/Mtok", +1, "none",                    \
      "The same for the share of GPU time that is used; the rest is idle.")             \
    X(POOLING_GAIN, "pooling_gain_gpu_months", "GPU-month", -1, NULL,                   \
      "That products save by sharing fleets.")                                          \
    X(PROJECT, "project_usd", "USD", +1, NULL,                                          \
      "Sum of all costs of making and refreshing students.")                            \
    X(FEE_RETURNED, "fee_returned_usd", "USD", -1, NULL, "Sum of fees that came back.") \
    X(READY, "student_ready_months", "month", +1, "never",                              \
      "Month in which the first student of the strategy can serve, from 0.")

#define DS_OUTCOME_ENUM_(id, name, unit, tail, undefined, help) DS_OUTCOME_##id,
enum { DS_OUTCOME_LIST(DS_OUTCOME_ENUM_) DS_OUTCOME_COUNT };
#undef DS_OUTCOME_ENUM_

/* (73): what rounding leaves between equal costs is no saving. */
static inline double ds_saving_of(double base, double cost, double saving)
{
    return fabs(saving) <= 1e-12 * (fabs(base) + fabs(cost)) ? 0.0 : saving;
}

#endif
