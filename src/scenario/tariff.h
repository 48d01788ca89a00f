/* tariff.h -- what keys of a contract stand for, where one stands in for another.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_TARIFF_H
#define DS_TARIFF_H

#include "scenario/scenario.h"

/* The keys by which a commitment may state its amount. */
typedef struct {
    const char *key;
    size_t      offset; /* of the quantity in ds_commitment                      */
    int         per;    /* DS_PER_...                                            */
    bool        in_credits;
} ds_amount;
enum { DS_AMOUNT_COUNT = 7 };
extern const ds_amount ds_amounts[DS_AMOUNT_COUNT];
ds_quantity            ds_amount_in(const ds_commitment *c, const ds_amount *amount);

/* The quantity that prices a kind: its own, or the one it falls back to. */
ds_quantity ds_price_of_kind(const ds_by_kind *prices, int kind);

/* What moves a kind: a price over the contract's own price of kind `over`, a factor of
 * its kind (or of the one it falls back to), or the one of all kinds. */
typedef struct {
    ds_quantity value;
    enum { DS_FACTOR_PRICE, DS_FACTOR_OF_KIND, DS_FACTOR_OF_ALL } is;
    int over;
} ds_kind_factor;
ds_kind_factor ds_factor_of_kind(const ds_repricing *r, int kind);

#endif
