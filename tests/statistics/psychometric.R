# Psychometric functions of log10 exposure as R fits them. Writes psychometric.csv, a line a fit:
# alternatives, durations in milliseconds, right and all answers at each, lapse rate (fixed for glm,
# fitted for optim), place (log10 ms), slope, log-likelihood without its constant.
#
#   Rscript psychometric.R > psychometric.csv      (R 4.2.2, psyphy 0.2-3)

suppressMessages(library(psyphy))
set.seed(20261127, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")

share <- function(x, m, place, slope, lapse) 1/m + (1 - 1/m - lapse) * pnorm(slope * (x - place))
loglik <- function(p, right, all) { p <- pmin(p, 1 - 1e-12); sum(right * log(p) + (all - right) * log(1 - p)) }
line <- function(by, m, ms, right, all, lapse, place, slope, ll)
  cat(by, m, paste(ms, collapse = " "), paste(right, collapse = " "), paste(all, collapse = " "),
    formatC(lapse, digits = 10, format = "g"), formatC(place, digits = 10, format = "g"),
    formatC(slope, digits = 10, format = "g"), formatC(ll, digits = 12, format = "g"), sep = ",")

cat("by,m,exposure_ms,right,all,lapse,place,slope,log_likelihood\n")
ms <- c(50, 100, 200, 400, 800); x <- log10(ms)
for (k in 1:8) {
  m <- c(2, 4)[k %% 2 + 1]; n <- rep(sample(c(60, 120, 300), 1), length(ms))
  right <- rbinom(length(ms), n, share(x, m, runif(1, 1.9, 2.5), runif(1, 1.5, 4), 0.03))
  lapse <- 0
  fit <- glm(cbind(right, n - right) ~ x, family = binomial(mafc.probit(m)),
    control = glm.control(epsilon = 1e-13, maxit = 200), start = c(-6, 3))
  b <- coef(fit)
  line("glm", m, ms, right, n, 0, -b[1] / b[2], b[2], loglik(fitted(fit), right, n)); cat("\n")
  best <- NULL
  for (s in c(1.5, 3, 6)) for (p in c(2, 2.3)) {
    o <- optim(c(p, s, 0.02), function(b) -loglik(share(x, m, b[1], b[2], b[3]), right, n),
      method = "L-BFGS-B", lower = c(1, 0.01, 0), upper = c(4, 50, 0.1),
      control = list(factr = 10, maxit = 2000))
    if (is.null(best) || o$value < best$value) best <- o
  }
  line("optim", m, ms, right, n, best$par[3], best$par[1], best$par[2], -best$value); cat("\n")
}
