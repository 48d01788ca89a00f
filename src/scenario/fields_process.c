/* fields_process.c -- rows of what moves by chance from month to month: traffic, prices,
 * GPU rents, and the regimes that they share.  See fields.c.
 *
 * Called by nobody: fields.c has these tables as children of its rows.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/field_rows.h"

/* Size of an event, 1 when absent. */
#define FACTOR_AT(S, M, ...)                                                          \
    { .key = #M, .type = DS_FIELD_QUANTITY, .offset = offsetof(S, M),                 \
      .flags = DS_FLAG_PER_EVENT, .unit = "1", .min = 1e-3, .max = 1e3, .fallback = 1, \
      .help = __VA_ARGS__ }
#define REGIME(S)                                                                     \
    REFERENCE(S, regime, "/regimes", 0, "Regime that moves it, as the next keys say.")
#define REGIME_VOLATILITY(S)                                                          \
    Q(S, regime_volatility_factor, "1", 0, 100, 1,                                    \
      "Factor on volatility_per_sqrt_year while the regime is on.")

const ds_field ds_regime_fields[] = {
    TEXT(ds_regime, description, 0, "", "For readers."),
    Q_REQUIRED(ds_regime, on_per_year, "1/year", 0, 365,
               "Rate at which it comes on: it is off for 1/on_per_year years on average."),
    Q_REQUIRED(ds_regime, off_per_year, "1/year", 0, 365,
               "Rate at which it is over: it is on for 1/off_per_year years on average."),
    Q_OPTIONAL(ds_regime, begins_on, "1", 0, 1,
               "Probability that it is on in month 0; absent: the share of time that it is on, "
               "on_per_year/(on_per_year + off_per_year)."),
    END
};

const ds_field ds_gpu_fields[] = {
    Q_REQUIRED(ds_gpu, usd_per_gpu_hour, "USD/GPU-hour", 1e-6, 1e6,
               "Rent in month 0 (while no regime is on)."),
    Q_OPTIONAL(ds_gpu, long_run_usd_per_gpu_hour, "USD/GPU-hour", 1e-6, 1e6,
               "Level to which the log of the rent reverts; absent: the rent of month 0."),
    Q(ds_gpu, reversion_per_year, "1/year", 0, 100, 0,
      "Speed of reversion: the gap in logs shrinks by exp(-speed * years)."),
    Q(ds_gpu, volatility_per_sqrt_year, "1/sqrt(year)", 0, 10, 0,
      "Standard deviation of the log rent over one year without reversion."),
    Q(ds_gpu, jumps_per_year, "1/year", 0, 365, 0,
      "Sudden changes of the rent, of which several may fall into a month."),
    FACTOR_AT(ds_gpu, jump_factor, "Factor on the rent at a jump."),
    REGIME(ds_gpu),
    Q(ds_gpu, regime_factor, "1", 1e-3, 1e3, 1, "Factor on the rent while the regime is on."),
    REGIME_VOLATILITY(ds_gpu),
    Q_OPTIONAL(ds_gpu, peak_tflops, "TFLOP/s", 1e-3, 1e6,
               "Dense peak at the precision of training; needed for training."),
    NUMBER(ds_gpu, tflops_16bit, DS_FLAG_NO_DEFAULT, "TFLOP/s", 1e-3, 1e9, NONE,
           "Dense peak of 16-bit matrix products (rooflines)."),
    NUMBER(ds_gpu, tflops_8bit, DS_FLAG_NO_DEFAULT, "TFLOP/s", 1e-3, 1e9, NONE,
           "The same of 8 bits; absent: it has none, and computes in 16."),
    NUMBER(ds_gpu, tflops_4bit, DS_FLAG_NO_DEFAULT, "TFLOP/s", 1e-3, 1e9, NONE,
           "The same of 4 bits; absent: it computes in 8."),
    NUMBER(ds_gpu, memory_gib, DS_FLAG_NO_DEFAULT, "GiB", 1e-3, 1e6, NONE,
           "2^30 bytes; what is sold as 80 GB has about 80 (rooflines)."),
    NUMBER(ds_gpu, memory_gb_per_s, DS_FLAG_NO_DEFAULT, "GB/s", 1e-3, 1e9, NONE,
           "Memory bandwidth (rooflines)."),
    NUMBER(ds_gpu, link_gb_per_s, DS_FLAG_NO_DEFAULT, "GB/s", 1e-3, 1e9, NONE,
           "Of one GPU to the others of its replica, one direction (rooflines of several GPUs)."),
    NUMBER(ds_gpu, watts, DS_FLAG_NO_DEFAULT, "W", 1e-3, 1e6, NONE, "For readers."),
    END
};

const ds_field ds_growth_fields[] = {
    CHOICE(ds_growth, process, 0, "gbm|logistic|bass|series", "gbm",
           "Shape of the trend; the noise is geometric Brownian motion for all."),
    Q(ds_growth, per_year, "1/year", -0.99, 1000, 0,
      "Expected growth over the first year, 1.0 is a doubling (gbm); of a small base (logistic)."),
    Q_OPTIONAL(ds_growth, slows_to_per_year, "1/year", -0.99, 1000,
               "Expected yearly growth in the long run (gbm); absent: growth does not slow."),
    Q(ds_growth, slowing_per_year, "1/year", 0, 100, 1,
      "Speed at which the growth rate moves to slows_to_per_year (gbm)."),
    Q_OPTIONAL(ds_growth, ceiling_factor, "1", 1, 1e6,
               "Saturation level as a multiple of month 0 (logistic, bass)."),
    Q(ds_growth, innovation_per_year, "1/year", 0, 100, 0.03, "p of the Bass model."),
    Q(ds_growth, imitation_per_year, "1/year", 0, 100, 0.38, "q of the Bass model."),
    Q(ds_growth, volatility_per_sqrt_year, "1/sqrt(year)", 0, 10, 0,
      "Standard deviation of log traffic over one year, around the trend."),
    Q(ds_growth, noise_log_sd, "1", 0, 3, 0,
      "Noise that passes: standard deviation of the logarithm of a month's traffic around what "
      "the rest of the growth makes of it."),
    Q(ds_growth, noise_autocorrelation, "1", -0.999, 0.999, 0,
      "Of that noise, from one month to the next."),
    Q(ds_growth, jumps_per_year, "1/year", 0, 365, 0,
      "Launches and losses: sudden changes, of which several may fall into a month."),
    FACTOR_AT(ds_growth, jump_factor, "Factor on traffic at a jump."),
    REGIME(ds_growth),
    Q(ds_growth, regime_per_year, "1/year", -0.99, 1000, 0,
      "Growth on top while the regime is on; it stays when the regime is over."),
    Q(ds_growth, regime_factor, "1", 1e-3, 1e3, 1, "Factor on traffic while the regime is on."),
    REGIME_VOLATILITY(ds_growth),
    NUMBERS(ds_growth, series, "1", 0, 0, 1e12,
            "Trend by month relative to month 0 (series); the last one holds on."),
    END
};

const ds_field ds_price_path_fields[] = {
    Q_OPTIONAL(ds_price_path, release_every_months, "month", 0.05, 1200,
               "Mean time between model releases; absent: none."),
    CHOICE(ds_price_path, releases, 0, "poisson|fixed", "poisson",
           "Releases at random or by calendar."),
    FACTOR_AT(ds_price_path, change_at_release,
              "Factor on the price of a task at a release; may be above 1."),
    Q(ds_price_path, cuts_per_year, "1/year", 0, 365, 0,
      "Price cuts between releases, of which several may fall into a month."),
    FACTOR_AT(ds_price_path, cut_factor, "Factor on the price at a cut."),
    Q(ds_price_path, change_per_year, "1/year", -0.99, 100, 0,
      "Expected smooth change of the price, -0.2 is 20 % down a year."),
    Q(ds_price_path, volatility_per_sqrt_year, "1/sqrt(year)", 0, 10, 0,
      "Of the smooth change."),
    Q(ds_price_path, reversion_per_year, "1/year", 0, 100, 0,
      "Speed at which the noise of the smooth change goes back to none: the gap in logs shrinks by "
      "exp(-speed * years). Releases and cuts stay."),
    REGIME(ds_price_path),
    Q(ds_price_path, regime_change_per_year, "1/year", -0.99, 100, 0,
      "Change on top while the regime is on; it stays when the regime is over."),
    Q(ds_price_path, regime_factor, "1", 1e-3, 1e3, 1,
      "Factor on the price while the regime is on."),
    REGIME_VOLATILITY(ds_price_path),
    END
};
