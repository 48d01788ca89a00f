/* waiting.c -- fleets that keep a limit on waiting: (103).
 *
 * The least whole number of replicas, for all lanes in step.  A first guess comes from
 * square-root staffing (Halfin & Whitt); from there the lanes step away, doubling, until
 * they have a number that keeps the limit and one that does not, and halve between them.
 * What decides is always Erlang C itself: by the sum of queueing.c, or, from 200 Erlangs
 * on, by an expansion that has the same digits and costs the same for any number.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

static const double most_replicas = 1e15; /* nothing keeps a limit of no wait at all */
static const int    most_rounds = 200;       /* 50 up and 50 down will do            */
static const double few_erlangs = 1.0 / 200; /* per_erlang above: summed up         */
static const double exact_erlangs = 1e6;  /* above: Halfin & Whitt                   */

/* Erlangs, and what the limit says of them: C * exp(-spare * steep) <= target, or
 * C * mean <= target * spare, spare the slots beyond the Erlangs. */
typedef struct {
    ds_row        erlangs, steep, mean;
    const double *slots;
    double        target, bunching; /* z */
    bool          of_mean;
} goal;

/* Numbers of replicas: too few for sure (or for lack of knowledge), enough (or INFINITY),
 * and to be tried next. */
typedef struct {
    ds_row few, enough, next, step;
} search;

void ds_waiting_queue(const ds_work *w, int contract, int product, ds_queue *queue)
{
    const ds_plan *plan = w->plan;
    const ds_plan_contract *c = &plan->contract[contract];
    const double *derate = w->column[c->derate];
    const double gpus = plan->profile[c->profile].gpus_per_replica;
    ds_row requests, seconds;
    double *slots = queue->slots;
    ds_row_set(requests, 0);
    ds_row_set(seconds, 0);
    ds_row_set(slots, 0);
    for (size_t p = 0; p < plan->product_count; p++) {
        const size_t at = p * plan->model_count + (size_t)c->model;
        if (!w->now.sent[at] || (product != DS_NONE && product != (int)p))
            continue;
        const double *v = w->now.usage[at].row, times = w->now.usage[at].times;
        const double *of_seconds = w->load[p * plan->load_count + (size_t)c->first_load];
        const double *of_slots = w->load[p * plan->load_count + (size_t)c->slots_load];
        DS_EACH_LANE(i) {
            requests[i] += times * v[i];
            seconds[i] += times * v[i] * of_seconds[i];
            slots[i] += times * v[i] * of_slots[i];
        }
    }
    /* without any load there is nothing that could wait: one slot, no time */
    DS_EACH_LANE(i) {
        bool   loaded = seconds[i] > 0.0 && requests[i] > 0.0;
        double per_second = 1.0 / (gpus * derate[i]);
        double b = loaded ? slots[i] / seconds[i] : 1.0;
        slots[i] = b;
        queue->erlangs[i] = b * per_second / 3600.0;
        queue->holding[i] = loaded ? b * per_second * seconds[i] / requests[i] : 0.0;
    }
}

/* C by Halfin & Whitt, of spare slots in square roots of the Erlangs. */
static double halfin_whitt(double beta)
{
    const double root_two_pi = 2.5066282746310005;
    double x = beta * ds_normal_cdf_inline(beta) * root_two_pi * ds_exp_inline(0.5 * beta * beta);
    return 1.0 / (1.0 + x);
}

static double polynomial(const double *coefficient, int degree, double x)
{
    double sum = coefficient[degree];
    for (int k = degree - 1; k >= 0; k--)
        sum = sum * x + coefficient[k];
    return sum;
}

/* 1/B of many Erlangs a and s - 1 slots, s > a: B is a^n e^-a/n! over an incomplete gamma
 * function, of which Temme's expansion (SIAM J. Math. Anal. 10, 1979) has all digits here:
 * (a/s) Gamma*(s) (sqrt(s) Phi(z)/phi(z) + C0 + C1/s + C2/s^2 + C3/s^3), z^2/2 = a - s -
 * s ln(a/s), C_k power series of z/sqrt(s), worked out from the recursion in fractions. */
static double by_temme(double a, double s)
{
    static const double third[] = { 1.0 / 3, 1.0 / 5, 1.0 / 7, 1.0 / 9, 1.0 / 11, 1.0 / 13,
                                    1.0 / 15, 1.0 / 17, 1.0 / 19 };
    static const double stirling[] = { 1.0, 1.0 / 12, 1.0 / 288, -139.0 / 51840,
                                       -571.0 / 2488320 };
    static const double c0[] = {
        -0.3333333333333333, 0.08333333333333333, -0.014814814814814815, 0.0011574074074074073,
        0.0003527336860670194, -0.0001787551440329218, 3.919263178522438e-05,
        -2.185448510679992e-06, -1.85406221071516e-06, 8.296711340953087e-07,
        -1.7665952736826078e-07, 6.707853543401498e-09, 1.0261809784240309e-08,
        -4.382036018453353e-09, 9.14769958223679e-10 };
    static const double c1[] = {
        -0.001851851851851852, -0.003472222222222222, 0.0026455026455026454,
        -0.0009902263374485596, 0.00020576131687242798, -4.018775720164609e-07,
        -1.8098550334489977e-05, 7.64916091608111e-06, -1.6120900894563446e-06 };
    static const double c2[] = { 0.004133597883597883, -0.0026813271604938273,
                                 0.0007716049382716049, 2.0093878600823047e-06,
                                 -0.0001073665322636516 };
    static const double c3[] = { 0.0006494341563786008, 0.00022947209362139917 };
    const double root_two_pi = 2.5066282746310005;
    const double mu = (a - s) / s, f = mu / (2.0 + mu), square = f * f;
    /* mu - ln(1 + mu), without cancellation near 0 */
    const double near = mu * f - 2.0 * f * square * polynomial(third, 8, square);
    const double far = mu - ds_log_inline(a / s);
    const double half = ds_greatest(mu > -0.25 ? near : far, 0.0);
    const double eta = -ds_least(sqrt(2.0 * half), 1.0), per = 1.0 / s;
    const double mills = root_two_pi * ds_normal_cdf_inline(sqrt(2.0 * half * s)) *
                         ds_exp_inline(half * s);
    const double rest = polynomial(c0, 14, eta) +
                        per * (polynomial(c1, 8, eta) +
                               per * (polynomial(c2, 4, eta) + per * polynomial(c3, 1, eta)));
    return a * per * polynomial(stirling, 4, per) * (sqrt(s) * mills + rest);
}

/* 1/B - 1 of whole numbers of slots; 0 where there are no Erlangs, or too many to add up.
 * `per_erlang`: 1 over the Erlangs, or 0.  Of few Erlangs the sum, of many its expansion. */
static void inverse_loss(const double *restrict per_erlang, const double *restrict slots,
                         double *restrict sum)
{
    ds_row term, left;
    bool   goes_on = false, many = false;
    for (size_t i = 0; i < DS_LANES; i++) {
        goes_on = goes_on || per_erlang[i] > few_erlangs;
        many = many || (per_erlang[i] > 0.0 && per_erlang[i] <= few_erlangs);
    }
    DS_EACH_LANE(i) {
        term[i] = per_erlang[i] > few_erlangs ? 1.0 : 0.0;
        left[i] = slots[i];
        sum[i] = 0.0;
    }
    if (many)
        DS_EACH_LANE(i) {
            double per = per_erlang[i], a = 1.0 / ds_greatest(per, 1e-9);
            double large = by_temme(a, ds_greatest(slots[i] + 1.0, a)) - 1.0;
            sum[i] = per > 0.0 && per <= few_erlangs ? large : 0.0;
        }
    /* eight terms at a time; a sum that is infinite, or not a number for it, stays so */
    while (goes_on) {
        uint64_t any = 0;
        DS_EACH_LANE(i) {
            double t = term[i], s = sum[i], l = left[i], per = per_erlang[i];
            s += t *= l * per;
            s += t *= (l - 1.0) * per;
            s += t *= (l - 2.0) * per;
            s += t *= (l - 3.0) * per;
            s += t *= (l - 4.0) * per;
            s += t *= (l - 5.0) * per;
            s += t *= (l - 6.0) * per;
            s += t *= (l - 7.0) * per;
            s = s < 1e300 ? s : (double)INFINITY;
            t = t > 1e-18 * s && l > 8.0 ? t : 0.0;
            term[i] = t;
            sum[i] = s;
            left[i] = l - 8.0;
        }
        for (size_t i = 0; i < DS_LANES; i++)
            any |= ds_bits_inline(term[i]);
        goes_on = any != 0;
    }
}

/* The same between whole numbers, where it is geometric: from n slots to n + 1 by one step
 * of the recursion of B.  `sum` is that of n. */
static void between_slots(const double *restrict per_erlang, const double *restrict slots,
                          const double *restrict whole, double *restrict sum)
{
    DS_EACH_LANE(i) {
        double inverse = 1.0 + sum[i], part = slots[i] - whole[i];
        double step = ds_log_inline(1.0 / inverse + (whole[i] + 1.0) * per_erlang[i]);
        sum[i] = inverse * ds_exp_inline(part * step) - 1.0;
    }
}

/* C of as many slots as the replicas have; of use only where they are more than the
 * Erlangs.  With bunches, of as many bunches of slots. */
static void erlang_c(const goal *g, const double *restrict slots, double *restrict C)
{
    ds_row groups, whole, per_erlang, sum;
    bool   large = false;
    const double per_bunch = 1.0 / g->bunching;
    DS_EACH_LANE(i) {
        double a = g->erlangs[i] * per_bunch;
        bool   counts = a > 0.0 && a <= exact_erlangs && slots[i] > g->erlangs[i];
        groups[i] = slots[i] * per_bunch;
        whole[i] = ds_floor(groups[i]);
        per_erlang[i] = counts ? 1.0 / a : 0.0;
    }
    inverse_loss(per_erlang, whole, sum);
    if (g->bunching != 1.0)
        between_slots(per_erlang, groups, whole, sum);
    DS_EACH_LANE(i) {
        double a = g->erlangs[i], n = ds_greatest(slots[i], 1.0);
        C[i] = 1.0 / (1.0 + (n - a) / n * sum[i]);
    }
    for (size_t i = 0; i < DS_LANES; i++)
        large = large || g->erlangs[i] * per_bunch > exact_erlangs;
    if (large)
        DS_EACH_LANE(i) {
            double a = g->erlangs[i] * per_bunch;
            double by_root = halfin_whitt(ds_greatest(groups[i] - a, 0.0) / sqrt(a));
            C[i] = a > exact_erlangs ? by_root : C[i];
        }
}

/* 1 where so many slots keep the limit, 0 elsewhere. */
static void judge(const goal *g, const double *restrict slots, double *restrict does)
{
    const double *a = g->erlangs, *mean = g->mean, *steep = g->steep;
    const double target = g->target;
    ds_row C;
    erlang_c(g, slots, C);
    if (g->of_mean)
        DS_EACH_LANE(i) {
            double spare = slots[i] - a[i];
            does[i] = spare > 0.0 && C[i] * mean[i] <= target * spare ? 1.0 : 0.0;
        }
    else
        DS_EACH_LANE(i) {
            double spare = slots[i] - a[i];
            double beyond = C[i] * ds_exp_inline(-(spare * steep[i]));
            does[i] = spare > 0.0 && beyond <= target ? 1.0 : 0.0;
        }
}

/* A first guess at the spare slots, in square roots of the Erlangs.  By Halfin & Whitt
 * -ln C is close to 1.25 beta + 0.29 beta^2, so that a quadratic equation gives it for a
 * share, and with three steps of Newton for ln beta for the mean. */
static void guess(const goal *g, double *restrict beta)
{
    const double *a = g->erlangs, *mean = g->mean, *steep = g->steep;
    const double target = g->target, by_share = -ds_log_inline(1e-300 + target);
    ds_row wanted;
    if (!g->of_mean) {
        DS_EACH_LANE(i) {
            double slope = 1.25 + sqrt(a[i]) * steep[i];
            beta[i] = 2.0 * by_share / (slope + sqrt(slope * slope + 1.16 * by_share));
        }
        return;
    }
    DS_EACH_LANE(i) {
        double w = ds_log_inline(mean[i] / (sqrt(a[i]) * target + 1e-300) + 1e-9);
        wanted[i] = w;
        beta[i] = 2.0 * w / (1.25 + sqrt(1.5625 + 1.16 * ds_greatest(w, 0.0)));
    }
    for (int k = 0; k < 3; k++)
        DS_EACH_LANE(i) {
            double x = ds_greatest(beta[i], 0.1);
            double over = 1.25 * x + 0.29 * x * x + ds_log_inline(x) - wanted[i];
            beta[i] = x - over / (1.25 + 0.58 * x + 1.0 / x);
        }
}

static void begin(const goal *g, const double *replicas, search *s)
{
    double *beta = s->step;
    guess(g, beta);
    DS_EACH_LANE(i) {
        double a = g->erlangs[i], b = ds_least(ds_greatest(beta[i], 0.0), 40.0);
        double guessed = ds_ceil((a + b * sqrt(a * g->bunching)) / g->slots[i]);
        s->few[i] = replicas[i] - 1.0;
        s->enough[i] = a > 0.0 ? (double)INFINITY : replicas[i];
        s->next[i] = ds_greatest(guessed, replicas[i]);
    }
    ds_row_set(s->step, 1);
}

/* Tries `next` in all lanes and says where to try next; returns whether all are settled. */
static bool advance(const goal *g, const double *least, search *s)
{
    ds_row slots, keeps;
    uint64_t open = 0;
    DS_EACH_LANE(i)
        slots[i] = ds_floor(s->next[i] * g->slots[i] * (1.0 + 1e-9));
    judge(g, slots, keeps);
    DS_EACH_LANE(i) {
        double tried = s->next[i], step = s->step[i], few = s->few[i], enough = s->enough[i];
        double does = tried >= most_replicas ? 1.0 : keeps[i];
        bool   settled = enough - few == 1.0;
        double lowered = does > 0.0 ? ds_least(tried, most_replicas) : enough;
        double raised = does > 0.0 ? few : tried;
        enough = settled ? enough : lowered;
        few = settled ? few : raised;
        /* nothing enough yet: upwards; nothing too few yet: downwards; else the middle */
        double lower = ds_greatest(enough - step, few + 1.0);
        double middle = few + ds_floor((enough - few) * 0.5);
        double between = few < least[i] ? lower : middle;
        s->next[i] = enough > most_replicas ? few + step : between;
        s->step[i] = 2.0 * step;
        s->enough[i] = enough;
        s->few[i] = few;
    }
    for (size_t i = 0; i < DS_LANES; i++)
        open |= ds_bits_inline(s->enough[i] - s->few[i]) ^ ds_bits_inline(1.0);
    return open == 0;
}

void ds_waiting_replicas(const ds_waiting *limit, const ds_queue *queue, const double *load,
                         double *restrict replicas)
{
    const double arrivals = limit->arrival_cv, service = limit->service_cv;
    const double variability =
        ds_greatest(0.5 * (arrivals * arrivals + service * service), 1e-9);
    const double seconds = limit->seconds;
    goal g = { .slots = queue->slots, .of_mean = isnan(limit->share) };
    g.bunching = ds_greatest(1.0 + (arrivals * arrivals - 1.0) / (1.0 + service), 0.25);
    search s;
    g.target = (g.of_mean ? seconds : 1.0 - limit->share) * (1.0 + 1e-9);
    DS_EACH_LANE(i) {
        double wait = queue->holding[i] * variability;
        g.erlangs[i] = load[i] * queue->erlangs[i];
        g.mean[i] = wait;
        g.steep[i] = seconds / ds_greatest(wait, 1e-300);
    }
    begin(&g, replicas, &s);
    bool settled = false;
    for (int round = 0; round < most_rounds && !settled; round++)
        settled = advance(&g, replicas, &s);
    ds_row_copy(replicas, s.enough);
}
