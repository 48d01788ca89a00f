/* tariff.c -- what keys of a contract stand for, where one stands in for another.
 *
 * Called by the rules and by the plan.  The naive engine (model/reference*.c) reads
 * docs/model.md for itself, so that a mistake made here is found.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/tariff.h"

#define AMOUNT(M, per_, in_credits_)                                                \
    { .key = #M, .offset = offsetof(ds_commitment, M), .per = per_, .in_credits = in_credits_ }

const ds_amount ds_amounts[DS_AMOUNT_COUNT] = {
    AMOUNT(usd_per_minute, DS_PER_MINUTE, false),
    AMOUNT(usd_per_hour, DS_PER_HOUR, false),
    AMOUNT(usd_per_day, DS_PER_DAY, false),
    AMOUNT(usd_per_month, DS_PER_MONTH, false),
    AMOUNT(usd_per_term, DS_PER_TERM, false),
    AMOUNT(credits_per_month, DS_PER_MONTH, true),
    AMOUNT(credits_per_term, DS_PER_TERM, true),
};

ds_quantity ds_amount_in(const ds_commitment *c, const ds_amount *amount)
{
    const char *at = (const char *)c + amount->offset;
    return *(const ds_quantity *)(const void *)at;
}

static bool states(const ds_by_kind *by_kind, int kind)
{
    return by_kind != NULL && by_kind->kind[kind].index != DS_ABSENT;
}

ds_quantity ds_price_of_kind(const ds_by_kind *prices, int kind)
{
    if (kind == DS_KIND_WRITE_1H && !states(prices, kind))
        kind = DS_KIND_WRITE;
    if (kind != DS_KIND_OUTPUT && !states(prices, kind))
        kind = DS_KIND_INPUT;
    return prices->kind[kind];
}

ds_kind_factor ds_factor_of_kind(const ds_repricing *r, int kind)
{
    const int asked[] = {kind, kind == DS_KIND_WRITE_1H ? DS_KIND_WRITE : kind,
                         kind == DS_KIND_OUTPUT ? kind : DS_KIND_INPUT};
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        int k = asked[i];
        if (states(r->usd_per_mtok, k))
            return (ds_kind_factor){r->usd_per_mtok->kind[k], DS_FACTOR_PRICE, k};
        if (states(r->factors, k))
            return (ds_kind_factor){r->factors->kind[k], DS_FACTOR_OF_KIND, k};
    }
    return (ds_kind_factor){r->factor, DS_FACTOR_OF_ALL, kind};
}
