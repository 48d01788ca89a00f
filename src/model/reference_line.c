/* reference_line.c -- every dollar of the naive engine: lines of the ledger, prices
 * with the chain of what multiplies them, and rounding (37).
 *
 * Called by all that bills.  Every amount passes through ds_ref_charge(),
 * ds_ref_lose() or ds_ref_return_fee(), so that the sum of ledger rows is the cost by
 * construction.  Amounts are quantity * unit price [USD], deflated by (71).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/reference_bill.h"

#include <stdio.h>
#include <string.h>

/* ---- Lines of a strategy */

static void show(ds_ref_run *run, const ds_ref_line *line, double unit_price_usd, double amount)
{
    char   chain[544];
    double deflator = run->w->deflator[run->t];
    bool   multiplied = line->multipliers != NULL;
    snprintf(chain, sizeof chain, "%s", multiplied ? line->multipliers : "");
    if (deflator != 1) {
        size_t used = strlen(chain);
        snprintf(chain + used, sizeof chain - used, "%sreal money x%.6g", used > 0 ? ", " : "",
                 1 / deflator);
    }
    ds_ledger_row row = { .month = run->t, .product = line->product, .model = line->model,
                          .contract = line->contract, .line = line->line,
                          .tier = line->tier != NULL ? line->tier : "",
                          .quantity = line->quantity, .unit = line->unit,
                          .list_price_usd = multiplied ? line->list_price_usd
                                                       : line->unit_price_usd,
                          .multipliers = chain, .unit_price_usd = unit_price_usd,
                          .amount_usd = amount, .rule = line->rule,
                          .agreement = run->settled != NULL ? run->settled : "" };
    run->row(run->context, &row);
}

static double post(ds_ref_run *run, const ds_ref_line *line, double unit_price_usd)
{
    double amount = line->quantity * unit_price_usd;
    run->cost[run->t] += amount;
    if (run->row != NULL && (amount != 0 || (line->shown && line->quantity != 0)))
        show(run, line, unit_price_usd, amount);
    return amount;
}

double ds_ref_charge(ds_ref_run *run, const ds_ref_line *line)
{
    double amount = post(run, line, line->unit_price_usd / run->w->deflator[run->t]); /* (71) */
    run->bill[run->t] += amount; /* (70) */
    return amount;
}

double ds_ref_lose(ds_ref_run *run, const ds_ref_line *line)
{
    return post(run, line, line->unit_price_usd / run->w->deflator[run->t]); /* (71) */
}

void ds_ref_return_fee(ds_ref_run *run, size_t model, const char *contract, double paid_usd)
{
    const ds_model *m = &DS_ITEM(ds_model, run->w->s->models, model);
    double nominal = paid_usd * run->w->deflator[run->t]; /* paid_usd is deflated already */
    ds_ref_line line = { .product = "", .model = m->key.name, .contract = contract,
                         .line = "fee returned", .quantity = nominal, .unit = "USD",
                         .unit_price_usd = -ds_ref_value(run->w, m->fee_returned_share),
                         .rule = "(50)" };
    run->fee_usd -= ds_ref_charge(run, &line);
}

/* ---- Prices */

ds_ref_price ds_ref_list_price(double list)
{
    ds_ref_price price = { .list = list, .price = list };
    return price;
}

void ds_ref_times(ds_ref_price *price, const char *name, double factor)
{
    size_t used = strlen(price->text);
    price->price *= factor;
    if (factor != 1)
        snprintf(price->text + used, sizeof price->text - used, "%s%s x%.6g",
                 used > 0 ? ", " : "", name, factor);
}

/* (40) */
void ds_ref_times_paid(const ds_ref_invoice *b, ds_ref_price *price)
{
    ds_ref_times(price, "level", b->level);
    ds_ref_times(price, "discount", ds_ref_undiscounted(b));
    ds_ref_times(price, "credit", ds_ref_of(b, b->c->usd_per_credit));
}

/* ---- Lines of an invoice */

double ds_ref_item(ds_ref_invoice *b, const char *product, const char *text, double quantity,
                   const char *unit, const ds_ref_price *price, const char *tier,
                   const char *rule)
{
    ds_ref_line line = { .product = product, .model = b->name, .contract = b->c->key.name,
                         .line = text, .quantity = quantity, .unit = unit,
                         .unit_price_usd = price->price, .rule = rule, .tier = tier,
                         .multipliers = price->text, .list_price_usd = price->list,
                         .shown = price->list > 0 && price->price == 0 }; /* what is free */
    double amount = quantity * price->price;
    ds_ref_charge(b->run, &line);
    b->usd += amount;
    return amount;
}

void ds_ref_shown(ds_ref_invoice *b, const char *text, double quantity, const char *unit,
                  const ds_ref_price *price, const char *rule)
{
    ds_ref_line line = { .product = "", .model = b->name, .contract = b->c->key.name,
                         .line = text, .quantity = quantity, .unit = unit,
                         .unit_price_usd = price->price, .rule = rule,
                         .multipliers = price->text, .list_price_usd = price->list,
                         .shown = true };
    ds_ref_charge(b->run, &line);
    b->usd += quantity * price->price;
}

double ds_ref_plain(ds_ref_invoice *b, const char *text, double quantity, const char *unit,
                    double price_usd, const char *rule)
{
    ds_ref_price price = ds_ref_list_price(price_usd);
    return ds_ref_item(b, "", text, quantity, unit, &price, "", rule);
}

/* ---- Rounding */

/* (37) rho(x) */
double ds_ref_rounded(const ds_contract *c, double x)
{
    double q = c->rounding_usd;
    double rounded = q * floor(x / q * (1 + 1e-12) + 0.5 + 1e-9);
    return fabs(rounded - x) <= 1e-9 * q ? x : rounded; /* no lines for the last bit */
}

void ds_ref_round_line(ds_ref_invoice *b, const char *what, double amount)
{
    char text[128];
    if (b->c->rounding != DS_ROUNDED_LINE)
        return;
    snprintf(text, sizeof text, "rounding of %s", what);
    ds_ref_plain(b, text, 1, "1", ds_ref_rounded(b->c, amount) - amount, "(37)");
}
