# benchmark_r.R PATHS [SEED] -- the benchmark problem of benchmark_loop.c in R.
#
# Vectorised over paths in blocks of 20,000, which stay in the cache.  Prints the line
# that benchmark_distillsim prints; the time is of simulation and quantiles.
#
# SPDX-License-Identifier: GPL-3.0-or-later

block_size <- 20000
months <- 60

share_of <- function(month) if (month <= 13) 0 else if (month >= 19) 0.7 else 0.7 * (month - 13) / 6

simulate_block <- function(n) {
    l21 <- sqrt(0.75); l31 <- sqrt(0.75) / 3; l32 <- sqrt(2 / 3)
    x1 <- x2 <- x3 <- price <- numeric(n)
    stay <- student <- other <- half <- numeric(n)
    for (month in seq_len(months)) {
        discount <- 1.1^(-month / 12)
        share <- share_of(month)
        z1 <- rnorm(n); z2 <- rnorm(n); z3 <- rnorm(n)
        x1 <- x1 + (0.03 + 0.08 * z1)
        x2 <- x2 + (0.03 + 0.08 * (0.5 * z1 + l21 * z2))
        x3 <- x3 + (0.03 + 0.08 * (0.5 * z1 + l31 * z2 + l32 * z3))
        price <- price + (-0.02 + 0.01 * rnorm(n))
        tokens <- 130 * exp(x1) + 200 * exp(x2) + 70 * exp(x3)
        bill <- discount * exp(price) * tokens
        units <- pmax(2, ceiling(0.01 * share * tokens))
        stay <- stay + 3 * bill
        student <- student + (1 - share + 0.1 * share) * 3 * bill + discount * 1.9 * units
        other <- other + 2.2 * bill
        half <- half + (0.5 * 3 * bill + 0.5 * 2.2 * bill)
    }
    cbind(stay, student, other, half)
}

simulate <- function(paths) {
    npv <- matrix(0, paths, 4)
    for (first in seq(1, paths, by = block_size)) {
        last <- min(first + block_size - 1, paths)
        npv[first:last, ] <- simulate_block(last - first + 1)
    }
    apply(npv, 2, function(x) c(mean(x), sd(x) / sqrt(paths), quantile(x, c(0.05, 0.5, 0.95))))
}

arguments <- commandArgs(trailingOnly = TRUE)
paths <- as.numeric(arguments[1])
set.seed(if (length(arguments) > 1) as.integer(arguments[2]) else 1)
invisible(simulate(4096))
start <- proc.time()
figures <- simulate(paths)
spent <- proc.time() - start
memory <- sub("[^0-9]*([0-9]+).*", "\\1", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))
cat(sprintf("%.6f,%.6f,%s,-,%s\n", spent[["elapsed"]], spent[["user.self"]] + spent[["sys.self"]],
            memory, paste(sprintf("%.10g", figures), collapse = ",")))
