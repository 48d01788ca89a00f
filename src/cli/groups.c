/* groups.c -- the options --group NAME=POINTER[,POINTER...] and --input POINTER.  See cli.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

static void *grown(struct argp_state *state, void *list, size_t count, size_t size)
{
    void *more = realloc(list, count * size);
    if (more == NULL)
        argp_failure(state, ds_code_exit_status(DS_E_NOMEM), 0, "out of memory");
    return more;
}

static char *copied(struct argp_state *state, const char *text, size_t length)
{
    char *copy = strndup(text, length);
    if (copy == NULL)
        argp_failure(state, ds_code_exit_status(DS_E_NOMEM), 0, "out of memory");
    return copy;
}

static ds_input_group *new_group(struct argp_state *state, ds_group_list *list, char *name,
                                 bool each)
{
    list->groups = grown(state, list->groups, list->count + 1, sizeof *list->groups);
    list->groups[list->count] = (ds_input_group){ .name = name, .each = each };
    return &list->groups[list->count++];
}

static void add_pointer(struct argp_state *state, ds_input_group *group, const char *text,
                        size_t length)
{
    const char **pointers = grown(state, (void *)(uintptr_t)group->pointers,
                                  group->pointer_count + 1, sizeof *pointers);
    pointers[group->pointer_count++] = copied(state, text, length);
    group->pointers = pointers;
}

void ds_group_list_add(struct argp_state *state, ds_group_list *list, const char *argument)
{
    const char *equals = strchr(argument, '=');
    if (equals == NULL || equals == argument || equals[1] != '/')
        argp_error(state, "--group: '%s' is not of the form NAME=/POINTER[,/POINTER...]",
                   argument);
    char *name = copied(state, argument, (size_t)(equals - argument));
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->groups[i].name, name) == 0)
            argp_error(state, "--group: there are two groups '%s'", name);
    ds_input_group *group = new_group(state, list, name, false);
    for (const char *from = equals + 1; ; from++) { /* a pointer begins with '/' */
        size_t length = 0;
        while (from[length] != '\0' && !(from[length] == ',' && from[length + 1] == '/'))
            length++;
        add_pointer(state, group, from, length);
        from += length;
        if (*from == '\0')
            break;
    }
}

void ds_group_list_add_input(struct argp_state *state, ds_group_list *list, const char *argument)
{
    if (argument[0] != '/')
        argp_error(state, "--input: '%s' is no JSON Pointer, such as "
                          "/products/chat/requests_per_month", argument);
    ds_input_group *group = new_group(state, list, copied(state, argument, strlen(argument)),
                                      true);
    add_pointer(state, group, argument, strlen(argument));
}

void ds_group_list_release(ds_group_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        for (size_t p = 0; p < list->groups[i].pointer_count; p++)
            free((void *)(uintptr_t)list->groups[i].pointers[p]);
        free((void *)(uintptr_t)list->groups[i].pointers);
        free((void *)(uintptr_t)list->groups[i].name);
    }
    free(list->groups);
    *list = (ds_group_list){ 0 };
}
