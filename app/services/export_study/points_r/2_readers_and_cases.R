# ---- Readers and cases as samples ----------------------------------------------------------------
# Obuchowski & Rockette 1995, doi:10.1080/03610919508813243; degrees of freedom of Hillis 2007,
# doi:10.1002/sim.2532. A figure is a list: theta, one value a reader, and covariance over cases.

outer_sum <- function(a, b) outer(a, b, "+")
finite_mean <- function(x) if (any(is.finite(x))) mean(x[is.finite(x)]) else NA_real_
by_row <- function(rows, n) matrix(as.numeric(unlist(rows)), ncol = n, byrow = TRUE)
off_diagonal <- function(m) m[row(m) != col(m)]

# Means of readers. Cov(j, j') = s_jj' n_jj' / (n_j n_j'), s the covariance over the shared cases;
# of one shared case its U-statistic form (Gallas 2006, doi:10.1016/j.acra.2005.11.030).
# Where images are in clusters the covariance is over these.
means_of_readers <- function(y) {
  if (!is.null(colnames(y))) return(clustered_means(y, colnames(y)))
  seen <- is.finite(y) * 1
  n <- rowSums(seen)
  theta <- rowSums(ifelse(seen == 1, y, 0)) / n
  centred <- ifelse(seen == 1, y - theta, 0)
  shared <- tcrossprod(seen)
  products <- tcrossprod(centred)
  sums <- tcrossprod(centred, seen)
  covariance <- (products - sums * t(sums) / shared) / (shared - 1) * shared / outer(n, n)
  of_one <- products / (outer(n, n) - shared)
  covariance <- ifelse(shared == 1, of_one, covariance)
  covariance <- ifelse(shared == 0, 0, covariance)
  covariance[outer(n, n) == 0 | !is.finite(covariance)] <- NA
  theta[n == 0] <- NA
  list(theta = theta, covariance = covariance)
}

# Covariance over clusters of cases of what each case moves a figure by (Obuchowski 1997,
# doi:10.2307/2533958): G / (G - 1) sum_g U_ag U_bg, G the clusters that both figures have.
summed_by_cluster <- function(influence, seen, clusters) {
  by_cluster <- function(values) t(rowsum(t(values), clusters))
  list(sums = by_cluster(ifelse(seen & is.finite(influence), influence, 0)),
       has = (by_cluster(seen * 1) > 0) * 1)
}
covariance_of_sums <- function(one, other) {
  both <- intersect(colnames(one$sums), colnames(other$sums))
  of <- function(matrix) matrix[, both, drop = FALSE]
  shared <- tcrossprod(of(one$has), of(other$has))
  covariance <- tcrossprod(of(one$sums), of(other$sums)) * shared / (shared - 1)
  covariance[shared == 0] <- 0
  covariance[rowSums(one$has) == 0, ] <- NA
  covariance[, rowSums(other$has) == 0] <- NA
  covariance[!is.finite(covariance)] <- NA
  covariance
}
clustered_covariance <- function(influence, seen, clusters) {
  sums <- summed_by_cluster(influence, seen, clusters)
  covariance_of_sums(sums, sums)
}
sums_of_means <- function(y, clusters = colnames(y)) {
  seen <- is.finite(y)
  n <- rowSums(seen)
  summed_by_cluster((y - rowSums(ifelse(seen, y, 0)) / n) / n, seen, clusters)
}
clustered_means <- function(y, clusters) {
  seen <- is.finite(y)
  n <- rowSums(seen)
  sums <- sums_of_means(y, clusters)
  theta <- rowSums(ifelse(seen, y, 0)) / n
  list(theta = ifelse(n > 0, theta, NA), covariance = covariance_of_sums(sums, sums))
}
nought_for_none <- function(covariance) ifelse(is.finite(covariance), covariance, 0)
# Degrees of freedom of a variance over clusters: the fewest of any kind of case, less one.
case_df_of <- function(matrices) {
  of <- function(y) length(unique(colnames(y)[colSums(is.finite(y)) > 0])) - 1
  if (is.null(colnames(matrices[[1]]))) Inf else min(vapply(matrices, of, 0))
}

# Sums of psi = [real above synthetic] + [equal] / 2 for every reader.
auc_sums <- function(real, synthetic) {
  readers <- seq_len(nrow(real))
  psi <- lapply(readers, function(j) {
    apart <- outer(real[j, ], synthetic[j, ], "-")
    ifelse(is.finite(apart), (apart > 0) + 0.5 * (apart == 0), 0)
  })
  flat <- vapply(psi, as.vector, numeric(ncol(real) * ncol(synthetic)))
  list(
    total = vapply(psi, sum, 0),
    at_real = by_row(lapply(psi, rowSums), ncol(real)),
    at_synthetic = by_row(lapply(psi, colSums), ncol(synthetic)),
    joint = crossprod(matrix(flat, ncol = length(readers))),
    real = is.finite(real) * 1,
    synthetic = is.finite(synthetic) * 1
  )
}
auc_of_sums <- function(sums) {
  theta <- sums$total / (rowSums(sums$real) * rowSums(sums$synthetic))
  ifelse(is.finite(theta), theta, NA)
}
# Cov = theta_j theta_j' - mean of psi_j(i, k) psi_j'(i', k') over i != i', k != k' (Gallas 2006).
# Two arms share their real cases only.
auc_covariance <- function(one, other, same_arm) {
  if (!is.null(colnames(one$real))) return(covariance_of_sums(sums_of_auc(one), sums_of_auc(other)))
  shared_real <- tcrossprod(one$real, other$real)
  apart <- outer(one$total, other$total) - tcrossprod(one$at_real, other$at_real)
  shared_synthetic <- 0
  if (same_arm) {
    shared_synthetic <- tcrossprod(one$synthetic)
    apart <- apart - tcrossprod(one$at_synthetic) + one$joint
  }
  pairs <- (outer(rowSums(one$real), rowSums(other$real)) - shared_real) *
    (outer(rowSums(one$synthetic), rowSums(other$synthetic)) - shared_synthetic)
  covariance <- outer(auc_of_sums(one), auc_of_sums(other)) - apart / pairs
  ifelse(pairs > 0, covariance, NA)
}
# A case moves an AUC by its placement value's distance from it, over the cases of its kind.
sums_of_auc <- function(sums) {
  auc <- auc_of_sums(sums)
  n <- rowSums(sums$real)
  m <- rowSums(sums$synthetic)
  of_real <- (sums$at_real / m - auc) / n
  of_synthetic <- (sums$at_synthetic / n - auc) / m
  summed_by_cluster(cbind(of_real, of_synthetic), cbind(sums$real, sums$synthetic) > 0,
                    c(colnames(sums$real), colnames(sums$synthetic)))
}
aucs_of_readers <- function(real, synthetic) {
  sums <- auc_sums(real, synthetic)
  list(theta = auc_of_sums(sums), covariance = auc_covariance(sums, sums, TRUE))
}

# Readers who share a case, directly or through others, are a group (split-plot studies).
groups_of_readers <- function(matrices) {
  together <- Reduce(`|`, lapply(matrices, function(m) tcrossprod(is.finite(m) * 1) > 0))
  diag(together) <- TRUE
  repeat {
    wider <- (together %*% together) > 0
    if (all(wider == together)) break
    together <- wider
  }
  apply(together, 1, function(row) which(row)[1])
}
# One group where nobody is apart, and where each reader has cases of their own.
groups_within <- function(group) {
  if (length(unique(group)) == length(group)) rep(1, length(group)) else group
}
residuals_of <- function(theta, group) theta - ave(theta, group)
within_groups <- function(covariance, group) {
  sizes <- means <- numeric(0)
  for (one in unique(group)) {
    pairs <- off_diagonal(covariance[group == one, group == one, drop = FALSE])
    if (!any(is.finite(pairs))) next
    sizes <- c(sizes, sum(group == one) - 1)
    means <- c(means, finite_mean(pairs))
  }
  if (length(sizes) == 0) NA_real_ else sum(sizes * means) / sum(sizes)
}
# Error alone gives the readers' mean square an expectation, below half of which it is not taken
# (docs/decisions/0082).
floored <- function(mean_square, expected) {
  if (is.na(mean_square) || is.na(expected)) mean_square else max(mean_square, expected / 2)
}
# Satterthwaite 1946, doi:10.2307/3002019; without clusters of cases Hillis' degrees of freedom.
df_of_sum <- function(mean_square, df, of_cases, case_df = Inf) {
  if (is.na(mean_square + of_cases)) return(NA_real_)
  if (case_df <= 0) return(0)
  piece <- (if (mean_square > 0) mean_square^2 / df else 0) + of_cases^2 / case_df
  if (piece > 0) (mean_square + of_cases)^2 / piece else Inf
}
# One reader says nothing of others: the interval is over cases, for this reader.
target_of <- function(n) {
  if (n == 1 && study$target == "readers_and_cases") "cases" else study$target
}

no_variance <- list(variance = NA_real_, df = NA_real_)
# A variance so small is 0 and what rounding has left of it.
nothing <- 1e-20
checked_variance <- function(variance, df) {
  if (is.na(variance) || variance <= nothing || is.na(df) || df <= 0) return(no_variance)
  list(variance = variance, df = df)
}

# Variance of the mean of the readers' figures, and its degrees of freedom.
single_arm <- function(figure, group, target, case_df = Inf) {
  keep <- is.finite(figure$theta)
  theta <- figure$theta[keep]
  covariance <- figure$covariance[keep, keep, drop = FALSE]
  n <- length(theta)
  if (n == 0) return(c(list(estimate = NA_real_, n = 0), no_variance))
  group <- groups_within(group[keep])
  df <- n - length(unique(group))
  ms <- if (n > 1) sum(residuals_of(theta, group)^2) / df else NA_real_
  error <- finite_mean(diag(covariance))
  cov2 <- max(finite_mean(off_diagonal(covariance)), 0)
  made <- if (target == "cases") {
    checked_variance((error + if (n == 1) 0 else (n - 1) * cov2) / n, case_df)
  } else if (n == 1) {
    no_variance
  } else if (target == "readers") {
    checked_variance(ms / n, df)
  } else {
    within <- max(within_groups(covariance, group), 0)
    ms <- floored(ms, error - within)
    of_cases <- within + (n - 1) * cov2
    checked_variance((ms + of_cases) / n, df_of_sum(ms, df, of_cases, case_df))
  }
  c(list(estimate = mean(theta), n = n), made)
}

# Limits: estimate +- t SE, for rates and AUCs on the logit scale between the ends of the scale.
logit <- function(p) log(p / (1 - p))
limits_of <- function(estimate, se, df, scale, ends = c(0, 1), level = study$level) {
  t <- qt(0.5 + level / 2, df)
  if (scale == "log") return(exp(estimate + c(-t, t) * se))
  if (scale == "identity") return(estimate + c(-t, t) * se)
  width <- ends[2] - ends[1]
  share <- (estimate - ends[1]) / width
  ends[1] + width * plogis(logit(share) + c(-t, t) * se / width / (share * (1 - share)))
}
# Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404: n successes of n.
bound_of_all <- function(n, level = study$level) if (n > 0) ((1 - level) / 2)^(1 / n) else 0
# The fewest cases, or pairs of cases of two kinds, of any reader; of clusters as many pairs as
# have no cluster in two pairs or twice in one (Hall's condition).
trials_of_clusters <- function(matrices, reader) {
  kinds <- lapply(matrices, function(m) unique(colnames(m)[is.finite(m[reader, ])]))
  min(lengths(kinds), length(unique(unlist(kinds))) %/% length(kinds))
}
fewest_trials <- function(matrices, target) {
  each <- if (is.null(colnames(matrices[[1]]))) {
    vapply(matrices, function(m) rowSums(is.finite(m)), numeric(nrow(matrices[[1]])))
  } else {
    vapply(seq_len(nrow(matrices[[1]])), function(j) trials_of_clusters(matrices, j), 0)
  }
  trials <- apply(matrix(each, nrow = nrow(matrices[[1]])), 1, min)
  trials <- trials[trials > 0]
  if (target == "readers") length(trials) else if (length(trials)) min(trials) else 0
}

# An estimate of analysis.json: point, limits, se, df and what it rests on.
# `clusters` are those of the cases of the one matrix, over which the covariance then is.
averaged <- function(figure, matrices, scale = "identity", ends = c(0, 1), target = study$target,
                     clusters = NULL) {
  counts <- counts_of(matrices)
  rated <- all(vapply(matrices, function(m) any(is.finite(m)), TRUE))
  known <- sum(is.finite(figure$theta))
  if (!rated || known == 0) return(counts)
  whom <- if (known == 1 && target == "readers_and_cases") "cases" else target
  if (!is.null(clusters)) colnames(matrices[[1]]) <- clusters
  case_df <- case_df_of(matrices)
  arm <- single_arm(figure, groups_of_readers(matrices), whom, case_df)
  if (scale == "logit" && arm$estimate %in% ends) {
    room <- (ends[2] - ends[1]) * bound_of_all(fewest_trials(matrices, target))
    at_top <- arm$estimate == ends[2]
    low <- if (at_top) ends[1] + room else ends[1]
    high <- if (at_top) ends[2] else ends[2] - room
    return(c(estimate = arm$estimate, low = low, high = high, counts))
  }
  point <- if (scale == "log") exp(arm$estimate) else arm$estimate
  if (is.na(arm$variance)) return(c(estimate = point, counts))
  se <- sqrt(arm$variance)
  limits <- limits_of(arm$estimate, se, arm$df, scale, ends)
  c(
    estimate = point, low = limits[1], high = limits[2],
    se = if (scale == "log") se * point else se, df = arm$df, counts
  )
}

# Several arms read by the same readers: figures is a list of theta (arms x readers), covariance (a
# list of lists of matrices) and group.
mean_squares <- function(figures, arms, target) {
  theta <- figures$theta[arms, , drop = FALSE]
  both <- colSums(!is.finite(theta)) == 0
  theta <- theta[, both, drop = FALSE]
  covariance <- function(a, b) figures$covariance[[arms[a]]][[arms[b]]][both, both, drop = FALSE]
  n <- sum(both)
  i <- length(arms)
  made <- list(theta = theta, n = n, denominator = NA_real_, df2 = NA_real_)
  if (i < 2 || n == 0 || (n == 1 && target != "cases")) return(made)
  group <- groups_within(figures$group[both])
  case_df <- min(figures$case_df[arms], Inf)
  same <- lapply(seq_len(i), function(a) covariance(a, a))
  pairs <- which(outer(seq_len(i), seq_len(i), "!="), arr.ind = TRUE)
  other <- lapply(seq_len(nrow(pairs)), function(p) covariance(pairs[p, 1], pairs[p, 2]))
  error <- finite_mean(unlist(lapply(same, diag)))
  cov1 <- finite_mean(unlist(lapply(other, diag)))
  cov2 <- finite_mean(unlist(lapply(same, off_diagonal)))
  cov3 <- finite_mean(unlist(lapply(other, off_diagonal)))
  made$ms_arm <- n * var(rowMeans(theta))
  centred <- sweep(theta, 2, colMeans(theta))
  residual <- t(apply(centred, 1, residuals_of, group = group))
  df <- (i - 1) * (n - length(unique(group)))
  ms <- if (df > 0) sum(residual^2) / df else NA_real_
  between <- if (n == 1) 0 else max(cov2 - cov3, 0)
  if (target == "cases") {
    made$denominator <- error - cov1 + (n - 1) * between
    made$df2 <- case_df
  } else if (target == "readers") {
    made$denominator <- ms
    made$df2 <- df
  } else {
    within <- between
    if (length(unique(group)) > 1) {
      of <- function(blocks) mean(vapply(blocks, within_groups, 0, group = group))
      within <- max(of(same) - of(other), 0)
    }
    ms <- floored(ms, error - cov1 - within)
    of_cases <- within + (n - 1) * between
    made$denominator <- ms + of_cases
    made$df2 <- if (is.na(ms)) NA_real_ else df_of_sum(ms, df, of_cases, case_df)
  }
  none <- is.na(made$denominator) || made$denominator <= nothing || is.na(made$df2) || made$df2 <= 0
  if (none) made$denominator <- made$df2 <- NA_real_
  made
}
difference_of <- function(figures, arms, target = NULL) {
  n <- sum(colSums(!is.finite(figures$theta[arms, , drop = FALSE])) == 0)
  made <- mean_squares(figures, arms, if (is.null(target)) target_of(n) else target)
  estimate <- if (made$n > 0) mean(made$theta[1, ] - made$theta[2, ]) else NA_real_
  se <- sqrt(2 / made$n * made$denominator)
  statistic <- estimate / se
  list(
    estimate = estimate, se = se, df = made$df2, statistic = statistic,
    p = 2 * pt(-abs(statistic), made$df2), n = made$n
  )
}
global_test <- function(figures) {
  arms <- seq_len(nrow(figures$theta))
  n <- sum(colSums(!is.finite(figures$theta)) == 0)
  target <- target_of(n)
  made <- mean_squares(figures, arms, target)
  if (is.na(made$denominator)) return(c(n_readers = made$n))
  df1 <- length(arms) - 1
  f <- made$ms_arm / made$denominator
  # No reader interaction at all is a chi-square over df1.
  p <- if (is.finite(made$df2)) pf(f, df1, made$df2, lower.tail = FALSE) else
    pchisq(df1 * f, df1, lower.tail = FALSE)
  c(
    statistic = if (target == "cases" && is.infinite(made$df2)) df1 * f else f,
    df1 = df1, df2 = made$df2, p = p, n_readers = made$n
  )
}
# Figures of arms whose images are different ones: no covariance between arms, but what means have
# through clusters that hold images of several arms.
independent_arms <- function(of_arm, matrices) {
  n <- length(of_arm[[1]]$theta)
  arms <- seq_along(of_arm)
  of_means <- length(matrices) == length(of_arm) && !is.null(colnames(matrices[[1]]))
  sums <- if (of_means) lapply(matrices, sums_of_means)
  between <- function(a, b) {
    if (of_means) nought_for_none(covariance_of_sums(sums[[a]], sums[[b]])) else matrix(0, n, n)
  }
  each <- length(matrices) / length(of_arm)
  list(
    theta = do.call(rbind, lapply(of_arm, function(one) one$theta)),
    covariance = lapply(arms, function(a) {
      lapply(arms, function(b) if (a == b) of_arm[[a]]$covariance else between(a, b))
    }),
    group = groups_of_readers(matrices),
    case_df = vapply(arms, function(a) case_df_of(matrices[each * (a - 1) + seq_len(each)]), 0)
  )
}
# AUCs of several arms against the same real cases.
arms_of_aucs <- function(real, synthetic) {
  sums <- lapply(synthetic, function(one) auc_sums(real, one))
  list(
    theta = do.call(rbind, lapply(sums, auc_of_sums)),
    covariance = lapply(seq_along(sums), function(a) {
      lapply(seq_along(sums), function(b) auc_covariance(sums[[a]], sums[[b]], a == b))
    }),
    group = groups_of_readers(c(list(real), synthetic)),
    case_df = vapply(synthetic, function(one) case_df_of(list(real, one)), 0)
  )
}
arm_of <- function(figures, index) {
  list(theta = figures$theta[index, ], covariance = figures$covariance[[index]][[index]])
}
