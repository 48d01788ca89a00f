/* random_fleet.h -- the fleets of a random scenario: how they are sized, how they grow,
 * and what their GPUs are: rented, reserved, spot or owned.
 *
 * Only models that stand in for no other may have a fleet that is limited (106):
 * maker.limited says so.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RANDOM_FLEET_H
#define RANDOM_FLEET_H

#include "random_maker.h"

static void make_owned(maker *m)
{
    maker_print(m, "\"owned\": {\"life_months\": %d, ", 1 + maker_below(m, 20));
    maker_money(m, "usd_per_gpu", 2e4, 4e4);
    maker_some(m, 0.5, "kilowatts_per_gpu", 0.5, 2);
    maker_some(m, 0.5, "pue", 1, 2);
    maker_money(m, "usd_per_kwh", 0.05, 0.2); /* its default is in dollars */
    maker_some_money(m, 0.5, "colocation_usd_per_gpu_month", 0, 200);
    maker_some(m, 0.5, "residual_share", 0, 0.6);
    if (maker_chance(m, 0.5))
        maker_print(m, "\"horizon_value\": \"straight_line\", ");
    maker_close(m, "}, ");
}

static void make_rented(maker *m)
{
    maker_some(m, 0.5, "rent_discount_share", 0, 0.4);
    if (maker_chance(m, 0.35)) {
        maker_print(m, "\"reserved\": {\"term_months\": %d, ", 1 + maker_below(m, 14));
        maker_quantity(m, "gpus", 0, 30);
        maker_some(m, 0.7, "discount_share", 0, 0.5);
        maker_close(m, "}, ");
    }
    if (maker_chance(m, 0.35)) {
        maker_print(m, "\"spot\": {");
        maker_quantity(m, "share", 0, 1);
        maker_some(m, 0.8, "discount_share", 0, 0.8);
        maker_some(m, 0.5, "unavailable_share", 0, 0.4);
        if (maker_chance(m, 0.6)) {
            maker_quantity(m, "interruptions_per_hour", 0, 0.2);
            maker_quantity(m, "recovery_minutes", 0, 30);
        }
        maker_close(m, "}, ");
    }
}

static void make_waiting(maker *m)
{
    maker_print(m, "\"waiting\": {\"seconds\": %.17g, ", maker_wide(m, 0.01, 60));
    if (maker_chance(m, 0.6))
        maker_print(m, "\"share\": %.17g, ", maker_uniform(m, 0.5, 0.999));
    if (maker_chance(m, 0.4))
        maker_print(m, "\"arrival_cv\": %.17g, ", maker_uniform(m, 0, 2));
    if (maker_chance(m, 0.4))
        maker_print(m, "\"service_cv\": %.17g, ", maker_uniform(m, 0, 2));
    maker_close(m, "}, ");
}

/* What a fleet cannot exceed. */
static void make_limits(maker *m, int least)
{
    int most = least + (int)maker_wide(m, 1, 40);
    int initial = (int)maker_wide(m, 1, 40) - 1;
    if (maker_chance(m, 0.4))
        maker_print(m, "\"maximum_replicas\": %d, ", most);
    else
        most = 1000;
    if (maker_chance(m, 0.6))
        return;
    maker_print(m, "\"capacity\": {\"initial_replicas\": %d, ", initial < most ? initial : most);
    maker_print(m, "\"lead_months\": %d, ", maker_below(m, 6));
    if (maker_chance(m, 0.7))
        maker_print(m, "\"most_new_replicas_per_month\": %d, ", 1 + maker_below(m, 8));
    maker_some(m, 0.6, "headroom_factor", 0.8, 1.6);
    maker_close(m, "}, ");
}

static void make_scaling(maker *m)
{
    static const char *const scaling[] = { "static", "scheduled", "autoscaled" };
    int which = maker_below(m, 3);
    maker_print(m, "\"scaling\": \"%s\", ", scaling[which]);
    if (which > 0 && maker_chance(m, 0.6) && (which == 1 || m->limited))
        maker_print(m, "\"startup_minutes\": %.17g, ", maker_wide(m, 0.5, 60));
    if (which == 2 && maker_chance(m, 0.6))
        maker_print(m, "\"cooldown_minutes\": %.17g, ", maker_uniform(m, 1, 60));
}

static void make_regions(maker *m)
{
    double first = maker_uniform(m, 0.1, 0.5), second = maker_uniform(m, 0.1, 0.4);
    if (maker_chance(m, 0.5))
        maker_print(m, "\"region_shares\": [%.17g, %.17g], ", first, 1 - first);
    else
        maker_print(m, "\"region_shares\": [%.17g, %.17g, %.17g], ", first, second,
                    1 - first - second);
}

static void make_fleet(maker *m)
{
    int profile = maker_below(m, RANDOM_PROFILES);
    int minimum = maker_below(m, 3), spare = maker_below(m, 2);
    maker_print(m, "\"profile\": \"f%d\", ", profile);
    maker_print(m, "\"minimum_replicas\": %d, \"spare_replicas\": %d, ", minimum, spare);
    make_scaling(m);
    if (m->limited)
        make_limits(m, minimum + spare);
    if (m->slots[profile] && maker_chance(m, 0.12)) /* slow: all hours, one by one */
        make_waiting(m);
    if (maker_chance(m, 0.25))
        make_regions(m);
    if (maker_chance(m, 0.3))
        maker_print(m, "\"pooling\": \"apart\", ");
    maker_some(m, 0.5, "slo_derate", 0.5, 1);
    maker_some(m, 0.5, "target_utilisation", 0.4, 0.9);
    if (maker_chance(m, 0.4))
        make_owned(m);
    else
        make_rented(m);
}

#endif
