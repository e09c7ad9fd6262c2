# ---- Figures of every arm ------------------------------------------------------------------------

mean_realism <- function(table, arm, target = study$target) {
  y <- matrix_of(table, "realism", arm)
  averaged(means_of_readers(y), list(y), "logit", c(study$realism$low, study$realism$high), target)
}
rate_of <- function(y, target = study$target) averaged(means_of_readers(y), list(y), "logit",
                                                       target = target)
indicator <- function(y, holds) ifelse(is.finite(y), holds * 1, NA)

# The least v at or below which the readers' average share reaches 1/2; limits by inverting the
# interval of that share (Woodruff 1952, doi:10.1080/01621459.1952.10483443).
median_realism <- function(y) {
  counts <- counts_of(list(y))
  if (counts["n_ratings"] == 0) return(counts)
  steps <- sort(unique(y[is.finite(y)]))
  shares <- lapply(steps, function(v) rate_of(indicator(y, y <= v)))
  average <- vapply(shares, function(one) one[["estimate"]], 0)
  at <- which(average >= 0.5 - 1e-12)[1]
  point <- steps[at]
  if (abs(average[at] - 0.5) <= 1e-12 && at < length(steps)) point <- mean(steps[c(at, at + 1)])
  alone <- counts["n_readers"] == 1 && study$target == "readers"
  if (alone || (counts["n_cases"] == 1 && study$target != "readers")) {
    return(c(estimate = point, counts))
  }
  end <- function(side) {
    reached <- vapply(shares, function(one) {
      limit <- if (side %in% names(one)) one[[side]] else one[["estimate"]]
      limit >= 0.5
    }, TRUE)
    steps[c(which(reached), length(steps))[1]]
  }
  c(estimate = point, low = min(point, end("high")), high = max(point, end("low")), counts)
}

note_realism <- function(table, arm, way) {
  if (!has(table, "realism")) {
    for (key in c("mean", "median", "top2box")) note_all(paste0(way, key), nothing_to_estimate)
    return()
  }
  y <- matrix_of(table, "realism", arm)
  steps <- steps_of(table)
  note_all(paste0(way, "mean"), mean_realism(table, arm))
  note_all(paste0(way, "median"), median_realism(y))
  two_highest <- if (length(steps) %in% 3:11) {
    rate_of(indicator(y, y >= steps[length(steps) - 1]))
  } else {
    counts_of(list(y))
  }
  note_all(paste0(way, "top2box"), two_highest)
}

# How often each step of the scale was used, and the mean of the readers' shares.
note_distribution <- function(table, arm, way) {
  steps <- steps_of(table)
  if (length(steps) == 0 || length(steps) > 11) return()
  y <- matrix_of(table, "realism", arm)
  n <- rowSums(is.finite(y))
  for (at in seq_along(steps)) {
    used <- rowSums(y == steps[at], na.rm = TRUE)
    share <- if (any(n > 0)) mean(used[n > 0] / n[n > 0]) else NA
    values <- c(category = steps[at], count = sum(used), share = share)
    note_all(paste0(way, at - 1), values)
  }
}

# d' and c with Hautus' correction (1995, doi:10.3758/BF03203619): z of (n rate + 1/2) / (n + 1).
z_of_rate <- function(rate, n) ifelse(n > 0, qnorm((n * rate + 0.5) / (n + 1)), NA)
detection_of <- function(real, synthetic) {
  alarms <- means_of_readers(real)
  hits <- means_of_readers(synthetic)
  n0 <- rowSums(is.finite(real))
  n1 <- rowSums(is.finite(synthetic))
  share <- n1 / (n1 + n0)
  z_hit <- z_of_rate(hits$theta, n1)
  z_alarm <- z_of_rate(alarms$theta, n0)
  # To first order: the slope of z by the rate.
  by_hit <- n1 / (n1 + 1) / dnorm(z_hit)
  by_alarm <- n0 / (n0 + 1) / dnorm(z_alarm)
  # Hits and false alarms covary where a cluster holds both kinds of image.
  cross <- matrix(0, length(n0), length(n0))
  if (!is.null(colnames(real))) {
    cross <- nought_for_none(covariance_of_sums(sums_of_means(synthetic), sums_of_means(real)))
  }
  joined <- function(theta, of_hits, of_alarms) {
    both <- outer(of_hits, of_alarms) * cross
    list(theta = theta, covariance = outer(of_hits, of_hits) * hits$covariance +
           outer(of_alarms, of_alarms) * alarms$covariance + both + t(both))
  }
  half <- rep(0.5, length(n0))
  list(
    accuracy = joined(share * hits$theta + (1 - share) * (1 - alarms$theta), share, share - 1),
    balanced_accuracy = joined((hits$theta + 1 - alarms$theta) / 2, half, -half),
    hit_rate = hits,
    false_alarm_rate = alarms,
    d_prime = joined(z_hit - z_alarm, by_hit, -by_alarm),
    criterion = joined(-(z_hit + z_alarm) / 2, -by_hit / 2, -by_alarm / 2)
  )
}
verdicts_of <- function(table, arm) {
  list(real = matrix_of(table, "verdict", table$real), synthetic = matrix_of(table, "verdict", arm))
}
against_real <- function(table, arm) arm %in% table$synthetic && length(table$real) > 0

detection_keys <- c("accuracy", "balanced_accuracy", "hit_rate", "false_alarm_rate", "d_prime",
                    "criterion")
detection_estimate <- function(rates, verdicts, key) {
  behind <- switch(key, hit_rate = verdicts["synthetic"], false_alarm_rate = verdicts["real"],
                   verdicts)
  averaged(rates[[key]], unname(behind), if (key %in% c("d_prime", "criterion")) "identity" else
    "logit")
}
note_detection <- function(table, arm, way) {
  if (!has(table, "verdict") || !against_real(table, arm)) {
    for (key in detection_keys) note_all(paste0(way, "detection/", key), nothing_to_estimate)
    note_all(paste0(way, "deception/hype_infinity"), nothing_to_estimate)
  } else {
    verdicts <- verdicts_of(table, arm)
    rates <- detection_of(verdicts$real, verdicts$synthetic)
    for (key in detection_keys) {
      note_all(paste0(way, "detection/", key), detection_estimate(rates, verdicts, key))
    }
    # The error rate on a balanced mix (Zhou et al. 2019, arXiv:1904.01121).
    wrong <- rates$balanced_accuracy
    wrong$theta <- 1 - wrong$theta
    note_all(paste0(way, "deception/hype_infinity"), averaged(wrong, unname(verdicts), "logit"))
  }
  rate <- if (has(table, "verdict")) rate_of(matrix_of(table, "judged_real", arm)) else
    nothing_to_estimate
  note_all(paste0(way, "deception/rate"), rate)
}

# AUC of each kind: what it is computed from. Realism first, as the conclusions take it.
auc_from <- c(auc_realism = "realism", auc_confidence = "signed_confidence", auc_score = "score")
aucs_of_table <- function(table) {
  lapply(auc_from, function(measure) {
    if (!has(table, measure) || !length(table$real) || !length(table$synthetic)) return(NULL)
    arms_of_aucs(
      matrix_of(table, measure, table$real),
      lapply(table$synthetic, function(arm) matrix_of(table, measure, arm))
    )
  })
}
both_kinds <- function(table, measure, arm) {
  list(matrix_of(table, measure, table$real), matrix_of(table, measure, arm))
}
auc_estimate <- function(table, arm, key, aucs, target = study$target) {
  if (is.null(aucs[[key]]) || !against_real(table, arm)) return(nothing_to_estimate)
  figure <- arm_of(aucs[[key]], match(arm, table$synthetic))
  averaged(figure, both_kinds(table, auc_from[[key]], arm), "logit", target = target)
}

# Readers weighted by precision, w_j ~ 1 / (tau^2 + own_j) with tau^2 of Hedges 1983,
# doi:10.1037/0033-2909.93.2.388; own_j the pooled variance within readers over their readings.
weighted <- function(figure, matrices, ends = c(0, 1)) {
  known <- is.finite(figure$theta) & is.finite(diag(figure$covariance))
  if (!any(known)) return(nothing_to_estimate)
  counts <- counts_of(matrices)
  whom <- target_of(sum(is.finite(figure$theta)))
  theta <- figure$theta[known]
  covariance <- figure$covariance[known, known, drop = FALSE]
  shared <- finite_mean(off_diagonal(covariance))
  shared <- if (is.na(shared)) 0 else max(shared, 0)
  read <- lapply(matrices, function(m) pmax(rowSums(is.finite(m))[known], 1))
  size <- 1 / Reduce(`+`, lapply(read, function(n) 1 / n))
  own <- mean(pmax(diag(covariance) - shared, 0) * size) / size
  n <- length(theta)
  between <- if (n < 2) 0 else max(var(theta) - mean(own), 0)
  variance <- own + if (whom == "cases") 0 else between
  w <- if (all(variance > 0)) (1 / variance) / sum(1 / variance) else rep(1 / n, n)
  point <- sum(w * theta)
  of_readers <- sum(w^2 * (between + own))
  df <- n - 1
  case_df <- case_df_of(matrices)
  if (whom == "cases") {
    total <- sum(w^2 * own) + shared
    df <- case_df
  } else if (whom == "readers") {
    total <- of_readers
  } else {
    total <- of_readers + shared
    pieces <- (of_readers / total)^2 / df + (shared / total)^2 / case_df
    df <- if (total > 0 && df > 0 && case_df > 0) 1 / pieces else 0
  }
  if (!(total > nothing) || point %in% ends || df < 1) return(c(estimate = point, counts))
  limits <- limits_of(point, sqrt(total), df, "logit", ends)
  c(estimate = point, low = limits[1], high = limits[2], se = sqrt(total), df = df, counts)
}
note_weighted <- function(table, arm, key, aucs, way) {
  auc <- nothing_to_estimate
  if (!is.null(aucs[[key]]) && against_real(table, arm)) {
    auc <- weighted(arm_of(aucs[[key]], match(arm, table$synthetic)),
                    both_kinds(table, auc_from[[key]], arm))
  }
  note_all(paste0(way, "auc"), auc)
  y <- matrix_of(table, "judged_real", arm)
  rate <- if (has(table, "verdict")) weighted(means_of_readers(y), list(y)) else nothing_to_estimate
  note_all(paste0(way, "deception_rate"), rate)
  mean_of <- nothing_to_estimate
  if (has(table, "realism")) {
    y <- matrix_of(table, "realism", arm)
    mean_of <- weighted(means_of_readers(y), list(y), c(study$realism$low, study$realism$high))
  }
  note_all(paste0(way, "realism_mean"), mean_of)
}

# Times are averaged as logarithms.
note_time <- function(table, arm, way) {
  if (!has(table, "log_time")) {
    note_all(paste0(way, "geometric_mean_ms"), nothing_to_estimate)
    note_all(paste0(way, "ratio_to_real"), nothing_to_estimate)
    return()
  }
  y <- matrix_of(table, "log_time", arm)
  note_all(paste0(way, "geometric_mean_ms"), averaged(means_of_readers(y), list(y), "log"))
  ratio <- nothing_to_estimate
  if (against_real(table, arm)) {
    matrices <- list(y, matrix_of(table, "log_time", table$real))
    apart <- difference_of(independent_arms(lapply(matrices, means_of_readers), matrices), 1:2)
    ratio <- counts_of(matrices)
    if (is.finite(apart$estimate)) {
      limits <- limits_of(apart$estimate, apart$se, apart$df, "log")
      ratio <- c(estimate = exp(apart$estimate), low = limits[1], high = limits[2],
                 se = exp(apart$estimate) * apart$se, df = apart$df, ratio)
    }
  }
  note_all(paste0(way, "ratio_to_real"), ratio)
}

# Least-squares slope of every reader over position / 10, covariance HC1 over shared cases
# (MacKinnon & White 1985, doi:10.1016/0304-4076(85)90158-7).
slopes_of_readers <- function(x, y) {
  seen <- is.finite(x) & is.finite(y)
  n <- rowSums(seen)
  dx <- ifelse(seen, x - rowSums(ifelse(seen, x, 0)) / n, 0)
  dy <- ifelse(seen, y - rowSums(ifelse(seen, y, 0)) / n, 0)
  spread <- rowSums(dx^2)
  theta <- ifelse(n >= 3 & spread > 0, rowSums(dx * dy) / spread, NA)
  influence <- dx * ifelse(seen, dy - theta * dx, 0) / spread
  inflate <- sqrt(n / pmax(n - 2, 0))
  if (!is.null(colnames(y))) influence <- t(rowsum(t(influence), colnames(y)))
  list(theta = theta, covariance = tcrossprod(influence) * outer(inflate, inflate))
}
note_drift <- function(table, arm, way) {
  position <- matrix_of(table, "position", arm) / 10
  of <- c(realism_slope = "realism", accuracy_slope = "verdict", log_time_slope = "log_time")
  for (key in names(of)) {
    slope <- nothing_to_estimate
    if (has(table, "position") && has(table, of[[key]])) {
      y <- matrix_of(table, of[[key]], arm)
      if (key == "accuracy_slope" && arm %in% table$real) y <- 1 - y
      slope <- averaged(slopes_of_readers(position, y), list(ifelse(is.finite(position), y, NA)))
    }
    note_all(paste0(way, key), slope)
  }
}

note_arm <- function(table, arm, key, aucs) {
  way <- paste0("arms/", arm, "/")
  rows <- table$rows[table$rows$arm == arm, ]
  first <- rows[rows$replicate == 0, ]
  note_all(paste0("arms/", arm), c(
    n_readers = length(unique(first$reader)), n_cases = length(unique(first$case)),
    n_ratings = nrow(first), n_repeated = sum(rows$replicate != 0)
  ))
  note_realism(table, arm, paste0(way, "realism/"))
  note_distribution(table, arm, paste0(way, "distribution/"))
  note_detection(table, arm, way)
  for (one in names(auc_from)) {
    note_all(paste0(way, "discrimination/", one), auc_estimate(table, arm, one, aucs))
  }
  note_weighted(table, arm, key, aucs, paste0(way, "precision_weighted/"))
  note_time(table, arm, paste0(way, "time/"))
  note_drift(table, arm, paste0(way, "drift/"))
  if (length(table$readers) == 2 && study$target == "readers_and_cases") {
    note_these_readers(table, arm, key, aucs, paste0(way, "these_readers/"))
  }
}
# Two readers: the main figures once more for these two, over images like these.
note_these_readers <- function(table, arm, key, aucs, way) {
  note_all(paste0(way, "auc"), auc_estimate(table, arm, key, aucs, "cases"))
  rate <- if (has(table, "verdict")) rate_of(matrix_of(table, "judged_real", arm), "cases") else
    nothing_to_estimate
  note_all(paste0(way, "deception_rate"), rate)
  mean_of <- if (has(table, "realism")) mean_realism(table, arm, "cases") else nothing_to_estimate
  note_all(paste0(way, "realism_mean"), mean_of)
}

# ---- Readers and their groups --------------------------------------------------------------------

note_readers <- function(table, aucs) {
  for (arm in table$arms) {
    realism <- matrix_of(table, "realism", arm)
    verdict <- matrix_of(table, "verdict", arm)
    columns <- list(
      n_ratings = rowSums(is.finite(realism) | is.finite(verdict)),
      realism_mean = means_of_readers(realism)$theta,
      deception_rate = means_of_readers(1 - verdict)$theta,
      geometric_mean_ms = exp(means_of_readers(matrix_of(table, "log_time", arm))$theta)
    )
    if (arm %in% table$synthetic) {
      real <- matrix_of(table, "verdict", table$real)
      if (!length(table$real)) real <- matrix(NA_real_, length(table$readers), 1)
      columns <- c(columns, lapply(detection_of(real, verdict), function(one) one$theta))
      for (key in names(auc_from)) {
        if (!is.null(aucs[[key]])) {
          columns[[key]] <- aucs[[key]]$theta[match(arm, table$synthetic), ]
        }
      }
    }
    for (j in seq_along(table$readers)) {
      way <- paste0("readers/", table$readers[j], "/arms/", arm)
      note_all(way, lapply(columns, function(values) values[j]))
    }
  }
}

bands_of_experience <- function(years) {
  as.character(cut(years, c(study$bands, Inf), names(study$bands), right = FALSE))
}
note_groups <- function(table) {
  profiles <- read.csv("readers.csv", encoding = "UTF-8", na.strings = "", check.names = FALSE,
                       colClasses = "character")
  at <- match(table$readers, profiles$reader)
  levels <- list(
    specialty = unname(study$specialties[as.character(profiles$specialty[at])]),
    experience = bands_of_experience(numbers_of(profiles$years_experience[at]))
  )
  everybody <- list(specialty = profiles$specialty, experience = profiles$years_experience)
  for (group in names(levels)) {
    if (all(is.na(everybody[[group]]))) next
    of_reader <- ifelse(is.na(levels[[group]]), "not stated", levels[[group]])
    for (level in unique(of_reader)) {
      note_part(readers_only(table, table$readers[of_reader == level]),
                paste0("groups/", group, "/", level, "/"))
    }
  }
}
# The main figures of every arm of a part of the ratings.
note_part <- function(part, way) {
  aucs <- aucs_of_table(part)
  for (arm in part$arms) {
    note_figure <- function(key, values) note_all(paste0(way, arm, "/", key), values)
    note_figure("realism.mean", if (has(part, "realism")) mean_realism(part, arm) else
      nothing_to_estimate)
    verdicts <- has(part, "verdict")
    note_figure("deception.rate", if (verdicts) rate_of(matrix_of(part, "judged_real", arm)) else
      nothing_to_estimate)
    d_prime <- nothing_to_estimate
    if (verdicts && against_real(part, arm)) {
      both <- verdicts_of(part, arm)
      d_prime <- detection_estimate(detection_of(both$real, both$synthetic), both, "d_prime")
    }
    note_figure("detection.d_prime", d_prime)
    for (key in names(auc_from)) {
      note_figure(paste0("discrimination.", key), auc_estimate(part, arm, key, aucs))
    }
  }
}

# ---- Subgroups of cases --------------------------------------------------------------------------

# Ages go in bands of 20 years, more than 12 numbers in thirds of the cases.
band_of <- function(number, name, numbers) {
  if ("age" %in% strsplit(tolower(name), "[^a-z]+")[[1]]) {
    low <- number %/% 20 * 20
    return(ifelse(number >= 80, "80 years and over", sprintf("%d to %d years", low, low + 19)))
  }
  cuts <- quantile(numbers, c(1, 2) / 3, names = FALSE)
  labels <- c(sprintf("up to %g", cuts[1]), sprintf("above %g, up to %g", cuts[1], cuts[2]),
              sprintf("above %g", cuts[2]))
  labels[1 + (cuts[1] < number) + (cuts[2] < number)]
}
levels_of_cases <- function(rows, name, column) {
  text <- rows[[column]]
  blank <- is.na(text) | trimws(text) == ""
  number <- numbers_of(sub("^0*([0-9]+([.][0-9]+)?)[Yy]?$", "\\1", trimws(text)))
  texts <- unique(text[!blank])
  is_age <- "age" %in% strsplit(tolower(name), "[^a-z]+")[[1]]
  if (length(texts) && all(is.finite(number[!blank])) && (is_age || length(texts) > 12)) {
    of_case <- number[!blank & !duplicated(paste(rows$arm, rows$case))]
    text <- band_of(number, name, of_case)
  }
  ifelse(blank, "not stated", text)
}
note_subgroups <- function(table) {
  for (name in names(study$subgroups)) {
    level <- levels_of_cases(table$rows, name, study$subgroups[[name]])
    levels <- unique(level)
    if (all(levels == "not stated") || length(levels) > 12) next
    for (one in levels) {
      way <- paste0("subgroups/", name, "/subgroups/", one)
      part <- table$rows[level == one, ]
      for (arm in table$arms) {
        note(paste0(way, "/images/", arm), length(unique(part$case[part$arm == arm])))
      }
      note_part(table_of(part), paste0(way, "/arms/"))
    }
  }
}

# ---- Machines beside people ----------------------------------------------------------------------
# A machine is fixed: of psi_j = theta_j - theta_m the covariance is Cov(j, j') - Cov(j, m) -
# Cov(m, j') + Var(m) (Hillis, Obuchowski & Berbaum 2011, doi:10.1016/j.acra.2010.09.007).

machines_of <- function(readers) {
  if (!"reader_kind" %in% names(ratings)) return(character(0))
  intersect(readers, unique(ratings$reader[ratings$reader_kind == "machine"]))
}
rows_of_readers <- function(matrices, who) lapply(matrices, function(m) m[who, , drop = FALSE])
note_beside <- function(readers, figure, matrices, margin, way, at) {
  machines <- machines_of(readers)
  people <- which(!readers %in% machines)
  part <- function(who) {
    list(theta = figure$theta[who], covariance = figure$covariance[who, who, drop = FALSE])
  }
  human <- rows_of_readers(matrices, people)
  for (machine in machines) {
    m <- match(machine, readers)
    if (!any(is.finite(unlist(rows_of_readers(matrices, m))))) next
    here <- paste0(way, at)
    at <- at + 1
    note_all(paste0(here, "/human"), averaged(part(people), human, "logit"))
    own <- averaged(part(m), rows_of_readers(matrices, m), "logit", target = "cases")
    note_all(paste0(here, "/own"), own)
    note_all(paste0(here, "/by_reader"), setNames(figure$theta[people], readers[people]))
    with_machine <- figure$covariance[people, m]
    psi <- list(
      theta = figure$theta[people] - figure$theta[m],
      covariance = part(people)$covariance - outer_sum(with_machine, with_machine) +
        figure$covariance[m, m]
    )
    arm <- single_arm(psi, groups_of_readers(human), target_of(sum(is.finite(psi$theta))),
                      case_df_of(human))
    made <- counts_of(human)
    if (arm$n > 0) made <- c(estimate = arm$estimate, made)
    if (is.finite(arm$variance)) {
      se <- sqrt(arm$variance)
      limits <- limits_of(arm$estimate, se, arm$df, "identity")
      made <- c(made, low = max(limits[1], -1), high = min(limits[2], 1), se = se, df = arm$df)
      if (!is.null(margin)) {
        p <- pt((arm$estimate + margin) / se, arm$df, lower.tail = FALSE)
        note(paste0(here, "/p_non_inferior"), p)
      }
    }
    if (!is.null(margin)) note(paste0(here, "/margin"), margin)
    note_all(paste0(here, "/difference"), made)
  }
  at
}
# The AUCs and the balanced accuracy of every arm, of the people who count and all machines.
note_machines <- function(table) {
  if (!"reader_kind" %in% names(ratings)) return()
  everybody <- ratings
  everybody$reader_kind[everybody$reader_kind == "machine"] <- "fixed"
  everybody <- with_measures(what_counts(everybody))
  machines <- machines_of(unique(everybody$reader))
  both <- table_of(everybody[everybody$reader %in% c(table$readers, machines), ])
  if (!length(machines) || !length(both$real)) return()
  at <- 0
  for (arm in both$synthetic) {
    for (measure in auc_from[vapply(auc_from, function(one) has(both, one), TRUE)]) {
      matrices <- both_kinds(both, measure, arm)
      figure <- aucs_of_readers(matrices[[1]], matrices[[2]])
      at <- note_beside(both$readers, figure, matrices, study$margin, "machines/", at)
    }
    if (!has(both, "verdict")) next
    matrices <- both_kinds(both, "verdict", arm)
    figure <- detection_of(matrices[[1]], matrices[[2]])$balanced_accuracy
    at <- note_beside(both$readers, figure, matrices, NULL, "machines/", at)
  }
}

# ---- Between arms --------------------------------------------------------------------------------

# Holm 1979, Scand J Stat 6:65-70; what is missing doesn't count.
holm <- function(p) p.adjust(p, "holm")

figures_between_arms <- function(table, aucs) {
  means <- c(realism.mean = "realism", deception.rate = "judged_real",
             time.geometric_mean_ms = "log_time")
  made <- list()
  for (name in names(means)[vapply(means, function(one) has(table, one), TRUE)]) {
    matrices <- lapply(table$arms, function(arm) matrix_of(table, means[[name]], arm))
    made[[name]] <- independent_arms(lapply(matrices, means_of_readers), matrices)
    made[[name]]$arms <- table$arms
    made[[name]]$is_ratio <- name == "time.geometric_mean_ms"
    made[[name]]$largest <- switch(name, realism.mean = study$realism$high - study$realism$low,
                                   deception.rate = 1, Inf)
  }
  for (key in names(Filter(Negate(is.null), aucs))) {
    made[[paste0("discrimination.", key)]] <-
      c(aucs[[key]], list(arms = table$synthetic, is_ratio = FALSE, largest = 1))
  }
  made
}
contrast_of <- function(figures, arm, against) {
  apart <- difference_of(figures, c(arm, against))
  point <- if (figures$is_ratio) exp(apart$estimate) else apart$estimate
  limits <- limits_of(apart$estimate, apart$se, apart$df, if (figures$is_ratio) "log" else
    "identity")
  if (!figures$is_ratio) limits <- pmin(pmax(limits, -figures$largest), figures$largest)
  list(
    estimate = point, low = limits[1], high = limits[2],
    se = if (figures$is_ratio) point * apart$se else apart$se, df = apart$df,
    statistic = apart$statistic, p = apart$p, n_readers = apart$n
  )
}
# 2 AUC - 1 of the two arms (Cliff 1993, doi:10.1037/0033-2909.114.3.494).
cliffs_delta <- function(table, arm, against) {
  matrices <- list(matrix_of(table, "realism", arm), matrix_of(table, "realism", against))
  auc <- averaged(aucs_of_readers(matrices[[1]], matrices[[2]]), matrices, "logit")
  place <- intersect(c("estimate", "low", "high"), names(auc))
  auc[place] <- 2 * auc[place] - 1
  if ("se" %in% names(auc)) auc["se"] <- 2 * auc["se"]
  auc
}
# Friedman 1937, doi:10.1080/01621459.1937.10503522, with R's own test.
friedman_of <- function(theta) {
  whole <- theta[, colSums(!is.finite(theta)) == 0, drop = FALSE]
  none <- nrow(whole) < 3 || ncol(whole) < 2 || all(sweep(whole, 2, whole[1, ]) == 0)
  if (none) return(c(n_readers = ncol(whole)))
  test <- friedman.test(t(whole))
  c(statistic = unname(test$statistic), df = nrow(whole) - 1, p = test$p.value,
    n_readers = ncol(whole))
}
note_contrasts <- function(table, aucs) {
  at <- 0
  all_figures <- figures_between_arms(table, aucs)
  for (name in names(all_figures)) {
    figures <- all_figures[[name]]
    n <- length(figures$arms)
    pairs <- if (n > 1) combn(n, 2) else matrix(0, 2, 0)
    made <- lapply(seq_len(ncol(pairs)), function(k) contrast_of(figures, pairs[2, k], pairs[1, k]))
    adjusted <- holm(vapply(made, function(one) one$p, 0))
    for (k in seq_along(made)) {
      way <- paste0("contrasts/pairs/", at)
      note_all(way, c(made[[k]], list(p_holm = adjusted[k])))
      if (name == "realism.mean") {
        delta <- cliffs_delta(table, figures$arms[pairs[2, k]], figures$arms[pairs[1, k]])
        note_all(paste0(way, "/cliffs_delta"), delta)
      }
      at <- at + 1
    }
    if (n > 1) {
      note_all(paste0("contrasts/global/", name), global_test(figures))
      note_all(paste0("contrasts/friedman/", name), friedman_of(figures$theta))
    }
  }
}

# ---- Conclusions ---------------------------------------------------------------------------------
# Two-sided test of AUC = 1/2 and two one-sided tests of |AUC - 1/2| >= margin (Schuirmann 1987,
# doi:10.1007/BF01068419), both on the logit scale.

conclusion_key <- function(table) {
  if (study$measure != "auto") return(study$measure)
  c(names(auc_from)[vapply(auc_from, function(one) has(table, one), TRUE)], "auc_realism")[1]
}
conclusion_of <- function(figure, matrices) {
  arm <- single_arm(figure, groups_of_readers(matrices), study$target, case_df_of(matrices))
  alpha <- 1 - study$level
  inner <- 1 - 2 * alpha
  if (arm$n == 1 && study$target != "cases") return(c())
  if (arm$n > 0 && arm$estimate %in% 0:1) {
    trials <- fewest_trials(matrices, study$target)
    bound <- bound_of_all(trials, inner)
    ends <- if (arm$estimate == 1) c(bound, 1) else c(0, 1 - bound)
    return(c(p_difference = min(1, 2 * 0.5^trials), p_equivalence = 1, low = ends[1],
             high = ends[2]))
  }
  if (is.na(arm$variance)) return(c())
  error <- sqrt(arm$variance) / (arm$estimate * (1 - arm$estimate))
  t_against <- function(value) (logit(arm$estimate) - logit(value)) / error
  above <- pt(t_against(0.5 - study$margin), arm$df, lower.tail = FALSE)
  below <- pt(t_against(0.5 + study$margin), arm$df)
  limits <- limits_of(arm$estimate, sqrt(arm$variance), arm$df, "logit", level = inner)
  c(p_difference = 2 * pt(-abs(t_against(0.5)), arm$df), p_equivalence = max(above, below),
    low = limits[1], high = limits[2])
}
# What draws an AUC to 1/2 however images look: ties, and ratings at the top.
assay_of <- function(real, synthetic) {
  top <- suppressWarnings(max(real, synthetic, na.rm = TRUE))
  ties <- tops <- numeric(0)
  for (j in seq_len(nrow(real))) {
    r <- real[j, is.finite(real[j, ])]
    s <- synthetic[j, is.finite(synthetic[j, ])]
    if (!length(r) || !length(s)) next
    ties <- c(ties, mean(outer(r, s, "==")))
    tops <- c(tops, mean(r == top))
  }
  if (length(ties)) c(tie_share = mean(ties), top_share = mean(tops)) else c()
}
note_conclusions <- function(table, aucs) {
  key <- conclusion_key(table)
  alone <- table$synthetic %in% c(study$positive_controls, study$primary_arm)
  if (!length(table$synthetic)) return()
  single <- lapply(seq_along(table$synthetic), function(a) {
    if (is.null(aucs[[key]])) return(c())
    conclusion_of(arm_of(aucs[[key]], a), both_kinds(table, auc_from[[key]], table$synthetic[a]))
  })
  p_of <- function(name) vapply(single, function(one) if (length(one)) one[[name]] else NA_real_, 0)
  difference <- p_of("p_difference")
  equivalence <- p_of("p_equivalence")
  adjusting <- study$adjustment == "holm"
  adjusted <- function(p) {
    if (adjusting) p[!alone] <- holm(p[!alone])
    p
  }
  n_adjusted <- ifelse(alone | !adjusting, 1, max(1, sum(is.finite(difference[!alone]))))
  for (a in seq_along(table$synthetic)) {
    way <- paste0("arms/", table$synthetic[a], "/conclusion")
    note(paste0(way, "/margin"), study$margin)
    note_all(way, single[[a]])
    note(paste0(way, "/p_difference_adjusted"), adjusted(difference)[a])
    note(paste0(way, "/p_equivalence_adjusted"), adjusted(equivalence)[a])
    note(paste0(way, "/n_adjusted_for"), n_adjusted[a])
    if (length(table$real)) {
      kinds <- both_kinds(table, auc_from[[key]], table$synthetic[a])
      note_all(paste0(way, "/assay"), assay_of(kinds[[1]], kinds[[2]]))
    }
  }
}
