/* check_request.c -- rules of the size of a request: words or tokens, and what of it
 * is cached.
 *
 * Called by check.c, at the path of a product.  Numbers in brackets are those of
 * docs/model.md.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/check.h"

enum { CACHED = 3 };

static const char *const share_keys[CACHED] = {"cache_read_share", "cache_write_share",
                                               "cache_write_1h_share"};
static const char *const token_keys[CACHED] = {"cache_read_tokens", "cache_write_tokens",
                                               "cache_write_1h_tokens"};

/* Words or tokens, one of them. */
static void check_size(ds_binder *b, const char *name, ds_quantity words, ds_quantity tokens)
{
    if (words.index == DS_BROKEN && tokens.index == DS_BROKEN)
        return;
    bool has_words = ds_there(words), has_tokens = ds_there(tokens);
    if (has_words == has_tokens)
        ds_problem_here(b, "needs \"%s_words\" or \"%s_tokens\"%s", name, name,
                        has_words ? ", not both" : "");
}

/* Cached tokens cannot be more than the input that holds them. */
static void check_inside(ds_binder *b, const ds_request *r, const ds_quantity tokens[CACHED])
{
    double sum = 0.0, input = ds_there(r->input_tokens)
                                  ? ds_least(b, r->input_tokens)
                                  : ds_least(b, r->input_words) * ds_least(b, r->tokens_per_word);
    if (r->input_tokens.index == DS_BROKEN || r->input_words.index == DS_BROKEN)
        return;
    for (size_t i = 0; i < CACHED; i++)
        sum += ds_greatest(b, tokens[i], 1e300);
    if (sum > input * (1.0 + DS_SHARE_TOLERANCE))
        ds_problem_here(b, "up to %.6g tokens are cached of an input that may have only %.6g; set "
                           "\"min\" and \"max\" so that they fit, or \"cached_tokens\": \"beside\"",
                        sum, input);
}

/* Shares, or tokens, or a prefix (17). */
static void check_cached(ds_binder *b, const ds_request *r)
{
    const ds_quantity shares[CACHED] = {r->cache_read_share, r->cache_write_share,
                                        r->cache_write_1h_share};
    const ds_quantity tokens[CACHED] = {r->cache_read_tokens, r->cache_write_tokens,
                                        r->cache_write_1h_tokens};
    bool   beside = r->cached_tokens == DS_CACHED_BESIDE, prefix = ds_there(r->prefix_tokens);
    bool   by_tokens = ds_there(tokens[0]) || ds_there(tokens[1]) || ds_there(tokens[2]);
    double sum = 0.0;
    if (r->prefix_tokens.index == DS_BROKEN && tokens[0].index == DS_BROKEN)
        return; /* no object at all */
    for (size_t i = 0; i < CACHED; i++) {
        sum += ds_greatest(b, shares[i], 1.0);
        if (prefix && ds_there(tokens[i]))
            ds_problem_in(b, token_keys[i], "\"prefix_tokens\" says what is cached: one of them");
        if (!ds_differs(b, shares[i], 0.0))
            continue;
        if (prefix || by_tokens)
            ds_problem_in(b, share_keys[i], "\"%s\" says what is cached: one of them",
                          prefix ? "prefix_tokens" : "cache_..._tokens");
        else if (beside)
            ds_problem_in(b, share_keys[i], "tokens beside the input need counts: \"%s\"",
                          token_keys[i]);
    }
    if (sum > 1.0 + DS_SHARE_TOLERANCE)
        ds_problem_here(b, "the shares of the input that are read from and written to a cache can "
                           "add up to %.4g; set their \"max\" so that they cannot exceed 1", sum);
    ds_refuse(b, beside && !by_tokens && !(sum > 0.0), "cached_tokens",
              prefix ? "a prefix is inside the input" : "no \"cache_..._tokens\" are given");
    ds_refuse(b, ds_differs(b, r->prefixes, 1.0) && !prefix, "prefixes",
              "there are no \"prefix_tokens\"");
    if (by_tokens && !beside && !prefix)
        check_inside(b, r, tokens);
}

void ds_check_request(ds_binder *b, const ds_request *r)
{
    ds_push(b, "request");
    check_size(b, "input", r->input_words, r->input_tokens);
    check_size(b, "output", r->output_words, r->output_tokens);
    check_cached(b, r);
    ds_pop(b);
}
