/* json.h -- the pieces that JSON output is made of.
 *
 * JSON has no infinity and no NAN: an infinite value is the string "never",
 * which is what it means here, and a NAN is null.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_OUTPUT_JSON_H
#define DS_OUTPUT_JSON_H

#include <stdio.h>

#include "output/report.h"

void ds_json_string(FILE *file, const char *text);
void ds_json_number(FILE *file, double value);
/* {"value":…,"se":…} */
void ds_json_estimate(FILE *file, ds_estimate e);
/* A further member of an object: ,"key":value */
void ds_json_text_member(FILE *file, const char *key, const char *text);
void ds_json_number_member(FILE *file, const char *key, double value);
void ds_json_estimate_member(FILE *file, const char *key, ds_estimate e);
/* The members of an object that say which program, scenario and seed made it,
 * without braces; nothing in it changes from one machine or day to another. */
void ds_json_provenance(FILE *file, const ds_scenario *scenario, uint64_t paths, uint64_t seed,
                        ds_engine engine);
const char *ds_engine_name(ds_engine engine);
/* The name of a file without its directories. */
const char *ds_base_name(const char *path);

/* Text of the string at /first/second of canonical JSON, copied into out; ""
 * when it is not there or not a string. */
void ds_json_text_at(const char *json, const char *first, const char *second, char *out,
                     size_t size);

#endif
