/* suggest.h -- "did you mean".
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_SUGGEST_H
#define DS_SUGGEST_H

#include <stddef.h>

/* The candidate that `word` most probably means, or NULL. */
const char *ds_suggest(const char *word, const char *const *candidates, size_t count);

#endif
