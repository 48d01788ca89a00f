/* idle.c -- which defaults change nothing, so that `run` counts only those that do.
 *
 * Called by scenario.c, once per scenario without problems.  A default of 0 or 1 says
 * that something is not there: no discount, no growth, a factor of 1.  Others are idle
 * where nothing uses them: utilisation without a fleet, tokens a word without words.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/field_rows.h"
#include "scenario/resolve.h"

static bool is_constant(const ds_input *input, double value)
{
    return input->distribution.kind == DS_DIST_CONSTANT && input->distribution.a == value;
}

/* The default of a quantity that nothing uses. */
static void idle(ds_scenario *s, ds_quantity q)
{
    if (q.index >= 0 && s->inputs[q.index].origin == DS_ORIGIN_DEFAULT)
        s->inputs[q.index].idle = true;
}

static void mark_product(ds_scenario *s, const ds_product *p)
{
    if (p->growth != NULL && p->growth->process != DS_GROWTH_BASS) {
        idle(s, p->growth->innovation_per_year);
        idle(s, p->growth->imitation_per_year);
    }
    if (p->request != NULL && p->request->input_words.index < 0 &&
        p->request->output_words.index < 0)
        idle(s, p->request->tokens_per_word);
}

/* Units that are held are not sized, and metered ones have no size. */
static bool is_sized(const ds_contract *c)
{
    bool held = c->settlement == DS_SETTLED_METERED;
    for (size_t i = 0; i < c->units.count && !held; i++)
        held = DS_ITEM(ds_unit_pool, c->units, i).held.index >= 0;
    return !held;
}

/* Rows of a contract that its billing has no use for. */
static void mark_contract(ds_scenario *s, const ds_contract *c)
{
    for (const ds_field *row = ds_contract_fields; row->key != NULL; row++)
        if (row->type == DS_FIELD_QUANTITY && row->only != 0 &&
            (row->only & (1u << c->billing)) == 0)
            idle(s, *(const ds_quantity *)(const void *)((const char *)c + row->offset));
    if (c->billing == DS_BILLING_COMPUTE_TIME && !is_sized(c))
        idle(s, c->target_utilisation);
}

void ds_mark_idle(ds_scenario *s)
{
    for (size_t i = 0; i < s->input_count; i++)
        s->inputs[i].idle = s->inputs[i].origin == DS_ORIGIN_DEFAULT &&
                            (is_constant(&s->inputs[i], 0.0) || is_constant(&s->inputs[i], 1.0));
    for (size_t i = 0; i < s->products.count; i++)
        mark_product(s, &DS_ITEM(ds_product, s->products, i));
    for (size_t i = 0; i < s->agreements.count; i++)
        idle(s, DS_ITEM(ds_agreement, s->agreements, i).credit_months); /* never expires */
    for (size_t i = 0; i < s->models.count; i++) {
        const ds_items *contracts = &DS_ITEM(ds_model, s->models, i).contracts;
        for (size_t j = 0; j < contracts->count; j++)
            mark_contract(s, &DS_ITEM(ds_contract, *contracts, j));
    }
}
