# Variances of cases, readers and residual by REML, as lme4 gives them, for random reader studies
# on five steps with missing ratings. Writes lme4_variances.csv, one study a line; `ratings` has a
# row of readers between bars, a digit a case, a dot where the rating is missing.
#
#   Rscript lme4_variances.R > lme4_variances.csv      (R 4.2.2, lme4 1.1-31)
#
# Of three optimisers the smallest REML criterion counts: each of them sticks at times.

suppressMessages(library(lme4))
set.seed(20261126, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")

one_study <- function() {
  readers <- sample(2:8, 1)
  cases <- sample(6:30, 1)
  sds <- sample(c(0, 0.2, 0.5, 1, 2), 2, replace = TRUE)
  missing <- sample(c(0.05, 0.15, 0.3, 0.5), 1)
  latent <- matrix(rnorm(readers * cases), readers) +
    rnorm(readers) * sds[1] +
    rep(rnorm(cases) * sds[2], each = readers)
  ratings <- pmin(pmax(round(3 + latent), 1), 5)
  ratings[runif(readers * cases) < missing] <- NA
  ratings
}

# What the product refuses, or answers without a search.
is_usable <- function(ratings) {
  per_case <- colSums(!is.na(ratings))
  per_reader <- rowSums(!is.na(ratings))
  if (any(per_case == 0) || any(per_reader == 0) || all(per_case < 2)) return(FALSE)
  if (length(unique(ratings[!is.na(ratings)])) < 2) return(FALSE)
  if (sum(per_case) - length(per_case) - length(per_reader) + 1 < 2) return(FALSE)
  long <- data.frame(
    y = as.vector(ratings), reader = factor(row(ratings)), case = factor(col(ratings))
  )
  deviance(lm(y ~ reader + case, long)) > 1e-8
}

fit <- function(ratings) {
  long <- na.omit(data.frame(
    y = as.vector(ratings), reader = factor(row(ratings)), case = factor(col(ratings))
  ))
  best <- NULL
  for (optimizer in c("nloptwrap", "bobyqa", "Nelder_Mead")) {
    model <- suppressMessages(suppressWarnings(lmer(
      y ~ 1 + (1 | case) + (1 | reader), long,
      control = lmerControl(
        optimizer = optimizer, check.nobs.vs.nRE = "ignore", check.nobs.vs.nlev = "ignore"
      )
    )))
    if (is.null(best) || REMLcrit(model) < REMLcrit(best)) best <- model
  }
  variances <- as.data.frame(VarCorr(best))
  of <- function(group) variances$vcov[variances$grp == group]
  c(of("case"), of("reader"), of("Residual"), REMLcrit(best))
}

cat("ratings,case,reader,residual,criterion\n")
left <- 150
while (left > 0) {
  ratings <- one_study()
  if (!is_usable(ratings)) next
  written <- ifelse(is.na(ratings), ".", ratings)
  rows <- paste(apply(written, 1, paste, collapse = ""), collapse = "|")
  cat(rows, sprintf("%.10g", fit(ratings)), sep = ",")
  cat("\n")
  left <- left - 1
}
