/* random_student.h -- the students of a random scenario: how good they are, what making
 * them takes, and when they are made anew.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RANDOM_STUDENT_H
#define RANDOM_STUDENT_H

#include "random_contract.h"

/* By a share, or by the size of the model, which it needs. */
static void make_quality(maker *m, const char *task_class, bool sized, double low)
{
    int kind = sized ? maker_below(m, 3) : 0;
    maker_print(m, "\"%s\": {", task_class);
    if (kind == 0) {
        maker_quantity(m, "acceptable_share", low, 1);
    } else if (kind == 1) {
        maker_print(m, "\"curve\": {");
        maker_quantity(m, "limit_share", 0.9, 1);
        maker_quantity(m, "gap_at_1b", 0.1, 0.5);
        maker_quantity(m, "exponent", 0.3, 1);
        maker_close(m, "}");
    } else {
        maker_print(m, "\"scaling_law\": {");
        maker_quantity(m, "tokens", 1e9, 1e12);
        maker_quantity(m, "teacher_loss", 1.7, 2.4);
        maker_some(m, 0.5, "limit_share", 0.9, 1);
        maker_quantity(m, "share_per_nat", 0.1, 0.8);
        if (maker_chance(m, 0.5))
            maker_print(m, "\"alpha_student\": %.17g, ", maker_uniform(m, 0.3, 0.34));
        if (maker_chance(m, 0.3))
            maker_print(m, "\"d1\": %.17g, ", maker_uniform(m, 1.302, 1.327));
        maker_close(m, "}");
    }
    maker_close(m, "}, ");
}

/* A verifier or a router. */
static void make_checker(maker *m, const char *key)
{
    maker_print(m, "\"%s\": {", key);
    maker_quantity(m, "detected_share", 0.5, 1);
    maker_some(m, 0.5, "false_alarm_share", 0, 0.2);
    maker_some_money(m, 0.5, "usd_per_request", 0, 1e-3);
    maker_close(m, "}, ");
}

static void make_training(maker *m)
{
    maker_print(m, "\"training\": {\"gpu\": \"g1\", ");
    if (maker_chance(m, 0.4)) {
        maker_quantity(m, "gpu_hours", 10, 1e5);
    } else {
        maker_quantity(m, "tokens", 1e8, 1e10);
        maker_some(m, 0.5, "epochs", 1, 4);
        maker_some(m, 0.5, "mfu_share", 0.3, 0.5);
        maker_some(m, 0.4, "flop_per_parameter_token", 4, 6);
    }
    maker_close(m, "}, ");
}

static void make_on_policy(maker *m)
{
    bool asked = maker_chance(m, 0.7);
    maker_print(m, "\"on_policy\": {");
    maker_quantity(m, "rounds", 1, 20);
    if (asked) {
        bool read = maker_chance(m, 0.8);
        maker_quantity(m, "examples", 1e3, 1e6);
        if (read)
            maker_quantity(m, "input_tokens", 100, 3000);
        maker_some(m, read ? 0.7 : 1, "output_tokens", 1, 500);
        maker_some(m, 0.5, "batch_discount_share", 0, 0.5);
    }
    if (!asked || maker_chance(m, 0.6)) {
        maker_print(m, "\"gpu\": \"g%d\", ", maker_below(m, 2));
        maker_quantity(m, "gpu_hours", 1, 1e4);
    }
    maker_close(m, "}, ");
}

static void make_refresh(maker *m)
{
    int which = 1 + maker_below(m, 7); /* bits: by age, by releases, by quality */
    maker_print(m, "\"refresh\": {");
    if (which & 1)
        maker_quantity(m, "every_months", 2, 12);
    if (which & 2)
        maker_quantity(m, "every_releases", 1, 3);
    if (which & 4)
        maker_quantity(m, "below_acceptable_share", 0.5, 0.95);
    maker_some(m, 0.5, "not_within_months", 1, 8);
    maker_some(m, 0.5, "cost_share", 0.2, 1);
    maker_close(m, "}, ");
}

static void make_fine_tuning(maker *m)
{
    maker_print(m, "\"fine_tuning\": {");
    maker_money(m, "usd_per_mtok", 1, 30);
    maker_quantity(m, "tokens", 1e6, 1e9);
    maker_some(m, 0.5, "epochs", 1, 4);
    if (maker_chance(m, 0.5)) {
        maker_quantity(m, "validation_tokens", 1e5, 1e7);
        maker_quantity(m, "evaluations", 1, 10);
    }
    maker_money(m, "usd_per_hour", 10, 200);
    maker_quantity(m, "hours", 1, 100);
    if (maker_chance(m, 0.5)) {
        maker_quantity(m, "grader_input_tokens", 1e6, 1e8);
        maker_money(m, "grader_usd_per_mtok_input", 1, 10);
        maker_quantity(m, "grader_output_tokens", 1e6, 1e8);
        maker_money(m, "grader_usd_per_mtok_output", 1, 10);
    }
    maker_some_money(m, 0.5, "cap_usd", 100, 5000);
    maker_close(m, "}, ");
}

static void make_project(maker *m)
{
    maker_print(m, "\"project\": {\"attempts\": %d, ", 1 + maker_below(m, 4));
    if (maker_chance(m, 0.8)) {
        maker_print(m, "\"labels\": {");
        maker_quantity(m, "examples", 1e4, 5e6);
        maker_quantity(m, "input_tokens", 100, 3000);
        maker_quantity(m, "output_tokens", 10, 500);
        maker_some(m, 0.5, "rejected_share", 0, 0.3);
        maker_some(m, 0.5, "batch_discount_share", 0, 0.5);
        maker_close(m, "}, ");
    }
    if (maker_chance(m, 0.8))
        make_training(m);
    if (maker_chance(m, 0.4))
        make_on_policy(m);
    if (maker_chance(m, 0.4))
        make_fine_tuning(m);
    maker_quantity(m, "lead_months", 0, 8);
    maker_some(m, 0.5, "retry_months", 0, 4);
    maker_some(m, 0.8, "staff_months", 1, 60);
    maker_some_money(m, 0.8, "usd_per_staff_month", 1e4, 3e4);
    maker_some_money(m, 0.5, "evaluation_usd", 0, 1e5);
    maker_some_money(m, 0.5, "licence_fee_usd", 0, 1e6);
    maker_some_money(m, 0.4, "royalty_usd_per_mtok", 0, 0.1);
    maker_some(m, 0.7, "success_probability", 0.3, 1);
    maker_some(m, 0.3, "permission_probability", 0.5, 1);
    maker_some(m, 0.5, "overrun_factor", 1, 2);
    maker_close(m, "}, ");
}

/* Student 0 or 1, a model that stands in for no other. */
static void make_student(maker *m, const char *name, int student)
{
    maker_print(m, "\"%s\": {\"teacher\": \"teacher\", ", name);
    maker_quantity(m, "parameters_b", 1, 16);
    m->limited = true;
    make_contracts(m, name);
    m->limited = false;
    if (maker_chance(m, 0.6)) {
        if (maker_chance(m, 0.3))
            make_interruption(m);
        maker_print(m, "\"fallback\": \"%s\", ", maker_one_of(m, "teacher", "other", "house"));
    }
    maker_print(m, "\"quality\": {");
    make_quality(m, "chat", true, 0.6);
    make_quality(m, "code", true, 0.6);
    maker_close(m, "}, ");
    make_checker(m, "verifier");
    m->router[student] = maker_chance(m, 0.6);
    if (m->router[student])
        make_checker(m, "router");
    make_project(m);
    maker_some(m, 0.6, "decay_per_month", 0, 0.03);
    maker_some(m, 0.6, "decay_per_release", 0, 0.05);
    if (maker_chance(m, 0.6))
        make_refresh(m);
    maker_close(m, "}, ");
}

#endif
