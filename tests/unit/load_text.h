/* load_text.h -- loads a scenario from a text, by way of a file as users do.  Include it
 * after cmocka.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOAD_TEXT_H
#define LOAD_TEXT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "distillsim.h"

static inline ds_code load_json(const char *json, ds_problem_fn report, void *context,
                                ds_scenario **out, ds_error *err)
{
    char  path[] = "/tmp/distillsim-test-XXXXXX";
    int   descriptor = mkstemp(path);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    assert_non_null(file);
    fputs(json, file);
    assert_int_equal(fclose(file), 0);
    ds_code code = ds_scenario_load(path, NULL, 0, report, context, out, err);
    unlink(path);
    return code;
}

/* The same of a text with ' for ", which is easier to write in C. */
static inline ds_code load_quoted(const char *text, ds_problem_fn report, void *context,
                                  ds_scenario **out, ds_error *err)
{
    char *json = strdup(text);
    assert_non_null(json);
    for (char *c = json; *c != '\0'; c++)
        *c = *c == '\'' ? '"' : *c;
    ds_code code = load_json(json, report, context, out, err);
    free(json);
    return code;
}

#endif
