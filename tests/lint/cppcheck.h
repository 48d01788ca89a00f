/* cppcheck.h -- the macros of system headers that change the grammar, for
 * cppcheck, which is not shown those headers.  Read by slow_cppcheck.sh.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define cJSON_ArrayForEach(element, array) \
    for ((element) = (array) != 0 ? (array)->child : 0; (element) != 0; \
         (element) = (element)->next)
