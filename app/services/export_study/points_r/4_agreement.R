# ---- Agreement between readers -------------------------------------------------------------------
# y is readers x cases of one arm, NA where missing. All coefficients are computed anew with every
# reader, every case, and every one of each left out.

with_ratings <- function(y) y[rowSums(is.finite(y)) > 0, colSums(is.finite(y)) > 0, drop = FALSE]

agreement_weights <- function(steps, kind) {
  if (kind == "unweighted") return(diag(length(steps)))
  apart <- abs(outer(steps, steps, "-")) / (max(steps) - min(steps))
  1 - if (kind == "linear") apart else apart^2
}
of_chance <- function(observed, chance) {
  if (is.finite(chance) && 1 - chance > 1e-12) (observed - chance) / (1 - chance) else NA_real_
}
# From n_kc, how many readers put case k into category c, r_k = sum_c n_kc:
# p_a = mean over cases of the agreement of their pairs of readers; then by chance
# Fleiss 1971, doi:10.1037/h0031619: categories' mean shares; Conger 1980,
# doi:10.1037/0033-2909.88.2.322: each reader's own; Gwet 2008, doi:10.1348/000711006X126600;
# Brennan & Prediger 1981, doi:10.1177/001316448104100307: all categories alike.
of_many_readers <- function(chosen, steps) {
  q <- length(steps)
  n <- by_row(lapply(chosen, colSums), ncol(chosen[[1]]))
  r <- colSums(n)
  pairable <- r > 1
  p <- n[, pairable, drop = FALSE]
  each <- r[pairable]
  agreeing <- tcrossprod(sweep(p, 2, each * (each - 1), "/"), p)
  observed <- function(w) {
    if (any(pairable)) 1 - sum(agreeing * (1 - w)) / sum(pairable) else NA_real_
  }
  shares <- rowMeans(sweep(n[, r > 0, drop = FALSE], 2, r[r > 0], "/"))
  exact <- diag(q)
  squared <- agreement_weights(steps, "quadratic")
  gwet <- function(w) of_chance(observed(w), sum(w) / (q * (q - 1)) * sum(shares * (1 - shares)))
  own <- vapply(chosen, rowSums, numeric(nrow(chosen[[1]])))
  own <- matrix(own, ncol = q)
  own <- own[rowSums(own) > 0, , drop = FALSE]
  own <- own / rowSums(own)
  together <- sum(colSums(own)^2) - sum(own^2)
  even <- of_chance(observed(exact), mean(exact))
  c(
    percent_agreement = observed(exact), pabak = even, brennan_prediger = even,
    fleiss_kappa = of_chance(observed(exact), sum(shares^2)),
    conger_kappa = of_chance(observed(exact), together / (nrow(own)^2 - nrow(own))),
    gwet_ac1 = gwet(exact), gwet_ac2 = gwet(squared),
    alphas(tcrossprod(sweep(p, 2, each - 1, "/"), p), rowSums(p), steps)
  )
}
# Krippendorff's alpha from the coincidences o_cl and their margin n_c (Hayes & Krippendorff 2007,
# doi:10.1080/19312450709336664).
alphas <- function(coincidences, margin, steps) {
  total <- sum(margin)
  middle <- cumsum(margin) - margin / 2
  alpha <- function(distance) {
    expected <- sum(outer(margin, margin) * distance) / (total^2 - total)
    if (!is.finite(expected) || expected <= 1e-12) return(NA_real_)
    1 - sum(coincidences * distance) / total / expected
  }
  c(
    krippendorff_alpha_nominal = alpha(1 - diag(length(steps))),
    krippendorff_alpha_ordinal = alpha(outer(middle, middle, "-")^2)
  )
}
# The same with squared differences, from sums of each case, for scales of any number of steps.
alpha_of_intervals <- function(y) {
  r <- colSums(is.finite(y))
  y <- y[, r > 1, drop = FALSE] - mean(y, na.rm = TRUE)
  r <- r[r > 1]
  sums <- colSums(y, na.rm = TRUE)
  squares <- colSums(y^2, na.rm = TRUE)
  total <- sum(r)
  observed <- sum(2 * (r * squares - sums^2) / (r - 1)) / total
  expected <- 2 * (total * sum(squares) - sum(sums)^2) / (total^2 - total)
  if (is.finite(expected) && expected > 1e-12) 1 - observed / expected else NA_real_
}
# Cohen 1960, doi:10.1177/001316446002000104; weighted 1968, doi:10.1037/h0026256. tables[[a]][[b]]
# holds for every pair of readers the cases that one put into a and the other into b.
kappa_of <- function(tables, w) {
  q <- nrow(w)
  rows <- lapply(seq_len(q), function(a) Reduce(`+`, tables[[a]]))
  columns <- lapply(seq_len(q), function(b) Reduce(`+`, lapply(tables, function(of) of[[b]])))
  observed <- expected <- 0
  for (a in seq_len(q)) for (b in seq_len(q)) if (w[a, b] != 1) {
    observed <- observed + (1 - w[a, b]) * tables[[a]][[b]]
    expected <- expected + (1 - w[a, b]) * rows[[a]] * columns[[b]]
  }
  1 - Reduce(`+`, rows) * observed / ifelse(expected > 1e-9, expected, NA)
}
of_pairs <- function(chosen, steps) {
  tables <- lapply(chosen, function(one) lapply(chosen, function(other) tcrossprod(one, other)))
  mean_of <- function(table) finite_mean(off_diagonal(table))
  kappa <- function(kind) mean_of(kappa_of(tables, agreement_weights(steps, kind)))
  plain <- kappa("unweighted")
  made <- c(cohen_kappa_mean = plain, light_kappa = plain)
  if (length(steps) != 2) {
    return(c(made, cohen_kappa_mean_linear = kappa("linear"),
             cohen_kappa_mean_quadratic = kappa("quadratic")))
  }
  # Prevalence and bias: Byrt et al. 1993, doi:10.1016/0895-4356(93)90018-V; agreement on each
  # category: Cicchetti & Feinstein 1990, doi:10.1016/0895-4356(90)90159-M.
  real <- tables[[1]][[1]]
  synthetic <- tables[[2]][[2]]
  apart <- tables[[1]][[2]] + tables[[2]][[1]]
  n <- real + synthetic + apart
  c(
    made, cohen_kappa_mean_linear = plain, cohen_kappa_mean_quadratic = plain,
    prevalence_index = mean_of((synthetic - real) / n),
    bias_index = mean_of(abs(tables[[2]][[1]] - tables[[1]][[2]]) / n),
    positive_agreement = mean_of(2 * synthetic / (2 * synthetic + apart)),
    negative_agreement = mean_of(2 * real / (2 * real + apart))
  )
}
# Intraclass correlations by Henderson's method I (1953, doi:10.2307/3001853); for complete ratings
# they are those of the two-way analysis of variance (McGraw & Wong 1996,
# doi:10.1037/1082-989X.1.1.30).
iccs_of <- function(y) {
  y <- with_ratings(y)
  none <- c(icc_1 = NA_real_, icc_a1 = NA_real_, icc_c1 = NA_real_)
  seen <- is.finite(y)
  n <- sum(seen)
  if (n - ncol(y) - nrow(y) + 1 < 0.5) return(none)
  y <- (y - mean(y, na.rm = TRUE)) / sd(y, na.rm = TRUE)
  of_case <- colSums(seen)
  of_reader <- rowSums(seen)
  squares <- sum(y^2, na.rm = TRUE)
  within <- (squares - sum(colSums(y, na.rm = TRUE)^2 / of_case)) / (n - ncol(y))
  beside <- (squares - sum(rowSums(y, na.rm = TRUE)^2 / of_reader)) / (n - nrow(y))
  around <- squares - sum(y, na.rm = TRUE)^2 / n
  cases <- n - sum(of_case^2) / n
  readers <- n - sum(of_reader^2) / n
  between <- (around - (n - 1) * within) / cases
  residual <- (around - cases * beside - readers * within) / (n - 1 - cases - readers)
  case <- beside - residual
  whole <- c(icc_1 = between + within, icc_a1 = case + within, icc_c1 = beside)
  made <- c(between, case, case) / whole
  # Nothing over nothing is undefined; rounding would make some number of it.
  made[!is.finite(made) | abs(whole) <= 1e-10] <- NA
  made
}
# Kendall's W over the cases that every reader rated, corrected for ties (Kendall & Babington Smith
# 1939, doi:10.1214/aoms/1177732186).
kendall_w <- function(y) {
  y <- y[, colSums(!is.finite(y)) == 0, drop = FALSE]
  j <- nrow(y)
  k <- ncol(y)
  if (j < 2 || k < 2) return(NA_real_)
  sums <- colSums(t(apply(y, 1, rank)))
  ties <- sum(apply(y, 1, function(one) sum(table(one)^3 - table(one))))
  w <- 12 * sum((sums - mean(sums))^2) / (j^2 * (k^3 - k) - j * ties)
  if (is.finite(w)) w else NA_real_
}
coefficients_of <- function(y, steps) {
  made <- c(krippendorff_alpha_interval = alpha_of_intervals(y), iccs_of(y))
  if (!length(steps) %in% 2:25) return(made)
  chosen <- lapply(steps, function(step) ifelse(is.finite(y), (y == step) * 1, 0))
  c(made, of_many_readers(chosen, steps), of_pairs(chosen, steps))
}

# ---- Two-way jackknife ---------------------------------------------------------------------------

# Efron & Stein 1981, doi:10.1214/aos/1176345462.
variance_left_out <- function(values) {
  n <- length(values)
  if (n < 2 || !all(is.finite(values))) return(NA_real_)
  (n - 1) / n * sum((values - mean(values))^2)
}
# What belongs to single readings, which the jackknife over readers and over cases both hold.
variance_of_readings <- function(values) {
  j <- nrow(values)
  k <- ncol(values)
  if (j < 2 || k < 2 || !all(is.finite(values))) return(NA_real_)
  centred <- values - outer_sum(rowMeans(values), colMeans(values)) + mean(values)
  (j - 1) * (k - 1) / (j * k) * sum(centred^2)
}
# T = max(V_R - V_RC, least V_R), SE^2 = V_C + T (docs/decisions/0083); `both` NULL: T = V_R.
jackknife_spread <- function(readers, cases, both, least, target) {
  of_cases <- variance_left_out(cases)
  if (target == "cases") return(c(of_cases, length(cases) - 1))
  of_readers <- variance_left_out(readers)
  if (target == "readers") return(c(of_readers, length(readers) - 1))
  shared <- if (is.null(both)) NA else variance_of_readings(both)
  if (is.finite(shared)) of_readers <- max(of_readers - shared, least * of_readers)
  total <- of_readers + of_cases
  pieces <- of_readers^2 / (length(readers) - 1) + of_cases^2 / (length(cases) - 1)
  c(total, if (is.finite(pieces) && pieces > 0) total^2 / pieces else NA)
}
jackknifed <- function(point, readers, cases, both, rule, ends, counts, fewest = 3) {
  if (!is.finite(point)) return(counts)
  target <- if (length(readers) < fewest) "cases" else study$target
  spread <- jackknife_spread(readers, cases, both, rule$least, target)
  outside <- (rule$scale == "fisher" && abs(point) >= 1) ||
    (rule$scale == "complement" && point >= 1)
  if (is.na(spread[1]) || spread[1] <= 1e-20 || outside) return(c(estimate = point, counts))
  se <- sqrt(spread[1])
  half <- qt(0.5 + study$level / 2, spread[2]) * se
  limits <- switch(rule$scale,
    identity = point + c(-half, half),
    fisher = tanh(atanh(point) + c(-1, 1) * half / (1 - point^2)),
    complement = 1 - (1 - point) * exp(c(1, -1) * min(half / (1 - point), 700))
  )
  c(estimate = point, low = max(ends[1], limits[1]), high = min(ends[2], limits[2]), se = se,
    df = spread[2], counts)
}
rule_of <- function(name, is_two) {
  rule <- function(scale, least) list(scale = scale, least = least)
  if (is_two) {
    of_even_chance <- c("percent_agreement", "pabak", "brennan_prediger")
    if (name %in% of_even_chance) return(rule("complement", 0.1))
    if (name %in% c("gwet_ac1", "gwet_ac2")) return(rule("identity", 0.5))
    if (name == "icc_c1") return(rule("identity", 0))
    wide <- c("prevalence_index", "bias_index", "positive_agreement", "negative_agreement")
    return(rule("identity", if (name %in% wide) 1 else 0.1))
  }
  if (name %in% c("percent_agreement", "pabak", "brennan_prediger", "gwet_ac1")) {
    return(rule("complement", 0))
  }
  if (name == "gwet_ac2") return(rule("identity", 1))
  if (name %in% c("conger_kappa", "cohen_kappa_mean", "light_kappa", "icc_c1")) {
    return(rule("identity", 0))
  }
  distance <- c("cohen_kappa_mean_linear", "cohen_kappa_mean_quadratic", "icc_1", "icc_a1",
                "krippendorff_alpha_ordinal", "krippendorff_alpha_interval")
  rule(if (name %in% distance) "fisher" else "identity", 0.1)
}
from_nought <- c("percent_agreement", "bias_index", "positive_agreement", "negative_agreement",
                 "kendall_w")

agreement_names <- c(
  "percent_agreement", "prevalence_index", "bias_index", "positive_agreement", "negative_agreement",
  "pabak", "cohen_kappa_mean", "cohen_kappa_mean_linear", "cohen_kappa_mean_quadratic",
  "light_kappa", "fleiss_kappa", "conger_kappa", "gwet_ac1", "gwet_ac2", "brennan_prediger",
  "krippendorff_alpha_nominal", "krippendorff_alpha_ordinal", "krippendorff_alpha_interval",
  "icc_1", "icc_a1", "icc_c1", "icc_ak", "kendall_w"
)
# Cases that are left out together: one by one, or as a cluster.
columns_together <- function(y) {
  columns <- seq_len(ncol(y))
  if (is.null(colnames(y))) as.list(columns) else unname(split(columns, colnames(y)))
}
# `of` y gives a named vector; it is computed with a reader, a case, and one of each left out.
left_out <- function(y, of) {
  readers <- seq_len(nrow(y))
  cases <- columns_together(y)
  whole <- of(y)
  size <- numeric(length(whole))
  of_rest <- function(part) if (ncol(part) > 0) of(part) else rep(NA_real_, length(whole))
  named <- function(values) matrix(values, nrow = length(whole), dimnames = list(names(whole)))
  both <- lapply(readers, function(j) {
    named(vapply(cases, function(k) of_rest(y[-j, -k, drop = FALSE]), size))
  })
  list(
    whole = whole,
    readers = named(vapply(readers, function(j) of(y[-j, , drop = FALSE]), size)),
    cases = named(vapply(cases, function(k) of_rest(y[, -k, drop = FALSE]), size)),
    both = function(name) do.call(rbind, lapply(both, function(one) one[name, ]))
  )
}
# Estimates of some coefficients, by name.
agreement_of <- function(y, steps, names) {
  y <- with_ratings(y)
  seen <- is.finite(y)
  counts <- c(n_readers = nrow(y), n_cases = ncol(y), n_ratings = sum(seen))
  if (!any(seen) || nrow(y) < 2 || !any(colSums(seen) > 1)) {
    return(setNames(rep(list(counts), length(names)), names))
  }
  left <- left_out(y, function(part) coefficients_of(part, steps))
  made <- list()
  for (name in setdiff(names, c("icc_ak", "kendall_w"))) {
    known <- name %in% rownames(left$cases)
    made[[name]] <- if (!known) counts else jackknifed(
      left$whole[[name]], left$readers[name, ], left$cases[name, ], left$both(name),
      rule_of(name, length(steps) == 2), c(if (name %in% from_nought) 0 else -1, 1), counts
    )
  }
  if ("icc_ak" %in% names) made$icc_ak <- stepped_up(made$icc_a1, nrow(y))
  if ("kendall_w" %in% names) made$kendall_w <- kendall_estimate(y)
  made
}
note_agreement <- function(y, steps, way) {
  made <- agreement_of(y, steps, agreement_names)
  for (name in agreement_names) note_all(paste0(way, name), made[[name]])
  if (!all(is.finite(with_ratings(y)))) {
    for (name in c("icc_1", "icc_a1", "icc_c1", "icc_ak")) leave(paste0(way, name, "/"), "reml")
  }
}
# Spearman & Brown: of the mean of all readers.
stepped_up <- function(single, readers) {
  up <- function(x) if (x <= -1 / (2 * readers - 1)) -1 else readers * x / (1 + (readers - 1) * x)
  for (place in intersect(c("estimate", "low", "high"), names(single))) {
    single[place] <- up(single[[place]])
  }
  if ("estimate" %in% names(single)) single[setdiff(names(single), "se")] else single
}
kendall_estimate <- function(y) {
  whole <- y[, colSums(!is.finite(y)) == 0, drop = FALSE]
  counts <- c(n_readers = nrow(whole), n_cases = ncol(whole), n_ratings = length(whole))
  if (ncol(whole) < 2) return(counts)
  readers <- vapply(seq_len(nrow(whole)), function(j) kendall_w(whole[-j, , drop = FALSE]), 0)
  cases <- vapply(columns_together(whole), function(k) kendall_w(whole[, -k, drop = FALSE]), 0)
  jackknifed(kendall_w(whole), readers, cases, NULL, list(scale = "identity", least = 1), c(0, 1),
             counts)
}

# ---- Agreement of readers with themselves --------------------------------------------------------
# d = second - first reading of a case by a reader; Bland & Altman 1996,
# doi:10.1136/bmj.313.7059.744, and 2007, doi:10.1080/10543400701329422.

repeat_names <- list(
  realism = c("percent_agreement", "kappa", "kappa_quadratic", "within_subject_sd",
              "repeatability_coefficient", "bias", "limit_of_agreement_low",
              "limit_of_agreement_high"),
  verdict = c("percent_agreement", "kappa")
)
differences_of <- function(d) {
  n <- rowSums(is.finite(d))
  mean_d <- rowSums(d, na.rm = TRUE) / n
  squares <- rowSums(d^2, na.rm = TRUE)
  within <- ifelse(n > 1, pmax((squares - rowSums(d, na.rm = TRUE)^2 / n) / (n - 1), 0), NA)
  bias <- finite_mean(mean_d)
  known <- is.finite(mean_d)
  by_chance <- finite_mean(within) * finite_mean(1 / n[n > 0])
  between <- if (sum(known) > 1) max(var(mean_d[known]) - by_chance, 0) else 0
  sd <- sqrt(finite_mean(within) + between)
  z <- qnorm(0.975)
  own <- sqrt(finite_mean(squares / n) / 2)
  c(within_subject_sd = own, repeatability_coefficient = z * sqrt(2) * own, bias = bias,
    limit_of_agreement_low = bias - z * sd, limit_of_agreement_high = bias + z * sd)
}
# One reader's first against second readings.
kappa_of_repeats <- function(first, second, steps, kind) {
  table <- table(factor(first, steps), factor(second, steps))
  apart <- 1 - agreement_weights(steps, kind)
  expected <- sum(outer(rowSums(table), colSums(table)) * apart)
  if (expected > 1e-9) 1 - sum(table) * sum(table * apart) / expected else NA_real_
}
# Mean over readers of a figure of each; a case left out changes those who read it twice.
mean_over_repeats <- function(first, second, of) {
  readers <- seq_len(nrow(first))
  figure <- function(j, without = 0) {
    use <- setdiff(which(is.finite(first[j, ])), without)
    of(first[j, use], second[j, use])
  }
  own <- vapply(readers, figure, 0)
  known <- own[is.finite(own)]
  each <- vapply(columns_together(first), function(k) {
    left <- function(j) if (any(is.finite(first[j, k]))) figure(j, k) else own[j]
    finite_mean(vapply(readers, left, 0))
  }, 0)
  # A reader without a value of their own changes nothing; over clusters they are left out as well.
  without <- (sum(known) - known) / (length(known) - 1)
  if (!is.null(colnames(first))) without <- vapply(readers, function(j) finite_mean(own[-j]), 0)
  list(whole = finite_mean(own), cases = each, readers = without)
}
note_repeats <- function(first, second, steps, kind, way) {
  both <- is.finite(first) & is.finite(second)
  first[!both] <- second[!both] <- NA
  first <- with_ratings(first)
  second <- with_ratings(second)
  counts <- c(n_readers = nrow(first), n_cases = ncol(first), n_ratings = 2 * sum(both))
  plain <- list(scale = "identity", least = 0)
  for (name in repeat_names[[kind]]) {
    if (!any(both)) {
      made <- nothing_to_estimate
    } else if (name %in% c("percent_agreement", "kappa", "kappa_quadratic")) {
      of <- switch(name,
        percent_agreement = function(a, b) if (length(a)) mean(a == b) else NA_real_,
        kappa = function(a, b) kappa_of_repeats(a, b, steps, "unweighted"),
        function(a, b) kappa_of_repeats(a, b, steps, "quadratic"))
      ends <- c(if (name == "percent_agreement") 0 else -1, 1)
      made <- counts
      if (length(steps) %in% 2:25) {
        left <- mean_over_repeats(first, second, of)
        made <- jackknifed(left$whole, left$readers, left$cases, NULL, plain, ends, counts, 2)
      }
    } else {
      d <- second - first
      one <- function(part) differences_of(part)[[name]]
      readers <- NA_real_
      if (nrow(d) > 1) {
        readers <- vapply(seq_len(nrow(d)), function(j) one(d[-j, , drop = FALSE]), 0)
      }
      cases <- vapply(columns_together(d), function(k) one(d[, -k, drop = FALSE]), 0)
      least <- if (name %in% c("within_subject_sd", "repeatability_coefficient")) 0 else -Inf
      made <- jackknifed(one(d), readers, cases, NULL, plain, c(least, Inf), counts, 2)
    }
    note_all(paste0(way, name), made)
  }
}
note_agreement_of_arm <- function(table, arm) {
  steps <- list(realism = steps_of(table), verdict = 0:1)
  for (kind in names(steps)) {
    y <- matrix_of(table, kind, arm)
    way <- paste0("arms/", arm, "/")
    note_agreement(y, steps[[kind]], paste0(way, "agreement/", kind, "/"))
    second <- matrix_of(table, kind, arm, replicate = 1)
    note_repeats(y, second, steps[[kind]], kind, paste0(way, "intra_reader/", kind, "/"))
  }
}
