# Cumulative link mixed models of small reader studies, as ordinal::clmm fits them, and the binary
# ones of their verdicts, as lme4::glmer does. Writes ordinal_models.csv, one fit a line: `ratings`
# is a row of readers between bars, a digit a case, a dot where the rating is missing; `arms` holds
# the arm of every case.
#
#   Rscript ordinal_models.R > ordinal_models.csv      (R 4.2.2, ordinal 2022.11-16, lme4 1.1-31)

suppressMessages({library(ordinal); library(lme4)})
set.seed(20261126, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")

one_study <- function() {
  readers <- sample(3:7, 1); cases <- sample(c(8, 12, 20), 1); arms <- sample(2:3, 1)
  of_case <- rep(seq_len(arms), each = cases)
  sds <- sample(c(0.3, 0.6, 1), 3, replace = TRUE)
  shift <- c(0, rnorm(arms - 1, sd = 0.8))
  n <- length(of_case)
  latent <- matrix(rnorm(readers * n), readers) + rnorm(readers) * sds[1] +
    rep(rnorm(n) * sds[2] + shift[of_case], each = readers) +
    (matrix(rnorm(readers * arms) * sds[3], readers))[, of_case]
  ratings <- pmin(pmax(round(3 + latent), 1), 5)
  ratings[runif(length(ratings)) < sample(c(0, 0.2), 1)] <- NA
  list(ratings = ratings, arms = of_case)
}

long_form <- function(study) {
  r <- study$ratings
  na.omit(data.frame(
    y = as.vector(r), reader = factor(row(r)), case = factor(col(r)),
    arm = factor(rep(study$arms, each = nrow(r)))
  ))
}

as_text <- function(x) paste(formatC(x, digits = 12, format = "g"), collapse = " ")

coded <- function(study) {
  marks <- ifelse(is.na(study$ratings), ".", study$ratings)
  c(paste(apply(marks, 1, paste, collapse = ""), collapse = "|"), paste(study$arms, collapse = ""))
}

line <- function(study, model, link, fit) {
  cat(paste(c(coded(study), model, link, as_text(fit$loglik), as_text(fit$thresholds),
    as_text(fit$beta), as_text(fit$se), as_text(fit$variances)), collapse = ","), "\n", sep = "")
}

of_clmm <- function(long, link, interaction) {
  long$y <- factor(long$y, ordered = TRUE)
  formula <- if (interaction) y ~ arm + (1 | case) + (1 | reader) + (1 | reader:arm) else
    y ~ arm + (1 | case) + (1 | reader)
  fit <- clmm(formula, data = long, link = link, Hess = TRUE,
    control = clmm.control(maxIter = 500, gradTol = 1e-6))
  table <- coef(summary(fit))
  vars <- sapply(VarCorr(fit), function(v) v[1, 1])
  wanted <- if (interaction) c("case", "reader", "reader:arm") else c("case", "reader")
  betas <- grep("^arm", rownames(table))
  list(loglik = as.numeric(logLik(fit)), thresholds = fit$alpha, beta = fit$beta,
    se = table[betas, 2], variances = vars[wanted], steady = fit$optRes$convergence == 0 &&
    all(vars > 1e-3) && max(abs(fit$gradient)) < 1e-3)
}

of_glmer <- function(long) {
  long$y <- as.integer(long$y <= 2)
  fit <- suppressWarnings(suppressMessages(glmer(y ~ arm + (1 | case) + (1 | reader), data = long,
    family = binomial("logit"), control = glmerControl(optimizer = "bobyqa",
      tolPwrss = 1e-12, optCtrl = list(maxfun = 1e5, rhobeg = 2e-2, rhoend = 1e-9)))))
  vars <- sapply(VarCorr(fit), function(v) v[1, 1])[c("case", "reader")]
  list(loglik = as.numeric(logLik(fit)), thresholds = -fixef(fit)[1], beta = fixef(fit)[-1],
    se = sqrt(diag(as.matrix(vcov(fit, use.hessian = TRUE))))[-1], variances = vars,
    steady = all(vars > 1e-3))
}

cat("ratings,arms,model,link,log_likelihood,thresholds,beta,se,variances\n")
for (number in 1:10) {
  study <- one_study()
  long <- long_form(study)
  for (link in c("logit", "probit")) for (interaction in c(FALSE, TRUE)) {
    fit <- tryCatch(suppressWarnings(of_clmm(long, link, interaction)), error = function(e) NULL)
    if (!is.null(fit) && isTRUE(fit$steady))
      line(study, if (interaction) "reader_arm" else "crossed", link, fit)
  }
  fit <- tryCatch(of_glmer(long), error = function(e) NULL)
  if (!is.null(fit) && fit$steady) line(study, "binary", "logit", fit)
}
