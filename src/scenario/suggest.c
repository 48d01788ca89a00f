/* suggest.c -- "did you mean".
 *
 * Called by bind.c and quantity.c for keys and names that do not exist.  Optimal
 * string alignment distance: insertions, deletions, substitutions and swaps of
 * neighbours cost 1 each (Damerau 1964; the restricted form).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "scenario/binder.h"

enum { WORD_MAX = 64 };

static size_t least(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;
    return m < c ? m : c;
}

/* Distance of two words of at most WORD_MAX bytes. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][WORD_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *row = rows[2];

    memset(rows, 0, sizeof rows);
    for (size_t j = 0; j <= b_length; j++)
        last[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            row[j] = least(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        size_t *spare = before;
        before = last;
        last = row;
        row = spare;
    }
    return last[b_length];
}

/* The one candidate that goes on where the word ends: "from_usd" for "from". */
static const char *begins(const char *word, size_t length, const char *const *candidates,
                          size_t count)
{
    const char *found = NULL;
    for (size_t i = 0; i < count; i++) {
        if (strncmp(candidates[i], word, length) != 0 || candidates[i][length] != '_')
            continue;
        if (found != NULL)
            return NULL;
        found = candidates[i];
    }
    return found;
}

/* Words of price lists for what has another key here. */
static const char *synonym(const char *word, const char *const *candidates, size_t count)
{
    static const char *const known[][2] = {
        {"cached_input", "cache_read"},     {"cache_creation", "cache_write"},
        {"credits", "agreement"},           {"credit_usd", "agreement"},
        {"currency", "usd_per_credit"},     {"exchange_rate", "usd_per_credit"},
        {"vat", "tax_share"},               {"minimum_usd_per_month", "commitment"},
        {"batch", "service_classes"},       {"off_peak", "multipliers"},
        {"free_tokens_per_month", "tiers"}, {"usd_per_year", "usd_per_term"},
        {"term_years", "term_months"},      {"releases_per_year", "release_every_months"},
        {"release_factor", "change_at_release"},
    };
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
        for (size_t i = 0; strcmp(word, known[k][0]) == 0 && i < count; i++)
            if (strcmp(candidates[i], known[k][1]) == 0)
                return candidates[i];
    return NULL;
}

bool ds_is_slip(const char *word, const char *meant)
{
    size_t length = strlen(word), other = strlen(meant);
    if (length > WORD_MAX || other > WORD_MAX)
        return false;
    return distance(word, length, meant, other) <= length / 6 + 1 ||
           (strncmp(word, meant, length) == 0 && meant[length] == '_');
}

const char *ds_suggest(const char *word, const char *const *candidates, size_t count)
{
    size_t      length = strlen(word), best = length / 3 + 1;
    const char *found = NULL;
    if (length > WORD_MAX || length == 0)
        return NULL;
    if ((found = synonym(word, candidates, count)) != NULL)
        return found;
    for (size_t i = 0; i < count; i++) {
        size_t other = strlen(candidates[i]);
        if (other > WORD_MAX || other == 0)
            continue;
        size_t d = distance(word, length, candidates[i], other);
        /* strictly better, and not a wholly different word */
        if (d < other && (d < best || (found == NULL && d == best))) {
            best = d;
            found = candidates[i];
        }
    }
    return found != NULL ? found : begins(word, length, candidates, count);
}
