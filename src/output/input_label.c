/* input_label.c -- JSON Pointers of inputs, and what is seen of a future, as people say it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "output/discover_report.h"

enum { PART = 120 };

/* ~1 is /, ~0 is ~ (RFC 6901). */
static void unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++, to++) {
        *to = *from;
        if (from[0] == '~' && (from[1] == '0' || from[1] == '1'))
            *to = *++from == '0' ? '~' : '/';
    }
    *to = '\0';
}

/* What is seen: texts around the name of the object. */
static const struct {
    const char *end, *before, *after;
} seen[] = {
    { "/project#passed", "success of the project of ", "" },
    { "/project#permitted", "permission for the project of ", "" },
    { "/project#attempts", "attempts of the project of ", "" },
    { "#mean_requests_per_month", "mean requests per month of ", "" },
    { "/price_path#last_level", "price level of ", " in the last month" },
    { "#last_usd_per_gpu_hour", "rent of ", " in the last month [USD/GPU-hour]" },
};

/* The text between the second slash and what follows the name of the object. */
static bool split(const char *name, char object[PART], const char **rest)
{
    const char *second = name[0] == '/' ? strchr(name + 1, '/') : NULL;
    if (second == NULL)
        return false;
    const size_t length = strcspn(second + 1, "/#");
    snprintf(object, PART, "%.*s", (int)(length < PART ? length : PART - 1), second + 1);
    unescape(object);
    *rest = second + 1 + length;
    return true;
}

void ds_input_label(const char *name, bool utf8, char out[DS_INPUT_LABEL])
{
    char        object[PART], text[2 * PART + 64], part[PART];
    const char *rest = "";

    snprintf(text, sizeof text, "%.*s", PART, name);
    if (split(name, object, &rest)) {
        const char *what = rest[0] == '/' ? rest + 1 : rest;
        snprintf(part, sizeof part, "%s", what);
        unescape(part);
        snprintf(text, sizeof text, "%s of %s", part, object);
        if (what[0] == '\0')
            snprintf(text, sizeof text, "%s", object);
        for (size_t k = 0; k < sizeof seen / sizeof seen[0]; k++)
            if (strcmp(rest, seen[k].end) == 0)
                snprintf(text, sizeof text, "%s%s%s", seen[k].before, object, seen[k].after);
    } else if (name[0] == '/') {
        snprintf(text, sizeof text, "%.*s", PART, name + 1);
    }
    ds_text_clean(text, utf8, out, DS_INPUT_LABEL);
}

const char *ds_discover_side_name(ds_discover_side side)
{
    return side == DS_DISCOVER_BELOW ? "below" : side == DS_DISCOVER_ABOVE ? "above" : "one of";
}
