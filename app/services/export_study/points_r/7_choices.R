# ---- Sets of pictures ----------------------------------------------------------------------------

# What the column `pictures` says: case, arm and truth of each, in the order of places.
pictures_of <- function(rows) {
  lapply(strsplit(as.character(rows$pictures), ";", fixed = TRUE), function(texts) {
    parts <- do.call(rbind, strsplit(texts, ":", fixed = TRUE))
    parts <- parts[order(as.numeric(parts[, 1])), , drop = FALSE]
    list(case = parts[, 2], arm = parts[, 3], truth = parts[, 4])
  })
}
# Readings of sets: a row each, with the pictures and the place chosen (0 a tie, NA left open).
readings_of_sets <- function(rows, key) {
  rows$chosen_ <- numbers_of(rows[[key]])
  list(rows = rows, pictures = pictures_of(rows))
}
only <- function(readings, keep) {
  keep <- !is.na(keep) & keep
  list(rows = readings$rows[keep, ], pictures = readings$pictures[keep])
}
of_each <- function(readings, of) {
  vapply(seq_along(readings$pictures), function(i) {
    as.numeric(of(readings$pictures[[i]], readings$rows$chosen_[i]))
  }, 0)
}
# Sets that share a picture are one cluster; where all hang together they are taken one by one.
clusters_of_sets <- function(readings) {
  sets <- sort(unique(readings$rows$case), method = "radix")
  held <- lapply(sets, function(set) {
    unique(unlist(lapply(readings$pictures[readings$rows$case == set], function(p) p$case)))
  })
  code <- seq_along(sets)
  repeat {
    before <- code
    for (picture in unique(unlist(held))) {
      inside <- vapply(held, function(one) picture %in% one, TRUE)
      code[inside] <- min(code[inside])
    }
    if (all(code == before)) break
  }
  if (length(unique(code)) == 1) seq_along(sets) else code
}
# A value of every reading, averaged over readers, the sets being the cases.
share_of_sets <- function(readings, values) {
  rows <- readings$rows
  rows$arm <- ""
  rows$truth <- "real"
  y <- matrix_of(table_with(rows, value = values), "value", "")
  clusters <- clusters_of_sets(readings)
  alone <- length(unique(clusters)) == length(clusters)
  averaged(clustered_means(y, clusters), list(y), "logit", clusters = if (!alone) clusters)
}
# Two-sided p of a share being `chance`, on the scale of the interval; at an end the exact bound
# solved for alpha.
p_against <- function(share, chance) {
  if (!all(c("low", "high") %in% names(share))) return(NA_real_)
  point <- share[["estimate"]]
  if (point %in% 0:1) {
    limit <- if (point == 1) share[["low"]] else 1 - share[["high"]]
    if (limit <= 0) return(1)
    trials <- log((1 - study$level) / 2) / log(limit)
    return(min(1, 2 * (if (point == 1) chance else 1 - chance)^trials))
  }
  if (!"se" %in% names(share)) return(NA_real_)
  df <- if (is.finite(share[["df"]])) share[["df"]] else Inf
  2 * pt(-abs((logit(point) - logit(chance)) / (share[["se"]] / (point * (1 - point)))), df)
}
note_against <- function(way, share, chance) {
  note_all(paste0(way, "/share"), share)
  note(paste0(way, "/chance"), chance)
  note(paste0(way, "/p"), p_against(share, chance))
}
# d' of two pictures: share = Phi(d' / sqrt 2) (Hacker & Ratcliff 1979, doi:10.3758/BF03208311).
# At a share of 0 or 1 the point is that of half an answer more on the other side.
note_d_prime <- function(way, share, pictures) {
  if (pictures > 2) return(leave(paste0(way, "/"), "integral"))
  if (!"estimate" %in% names(share)) return(note_all(way, share))
  n <- share[["n_ratings"]]
  point <- share[["estimate"]]
  at <- sqrt(2) * qnorm(if (point %in% 0:1) (n * point + 0.5) / (n + 1) else point)
  for (end in intersect(c("low", "high"), names(share))) share[end] <- sqrt(2) * qnorm(share[[end]])
  if ("se" %in% names(share)) {
    slope <- (pnorm((at + 1e-4) / sqrt(2)) - pnorm((at - 1e-4) / sqrt(2))) / 2e-4
    share["se"] <- share[["se"]] / slope
  }
  share["estimate"] <- at
  note_all(way, share)
}
is_correct <- function(p, chosen) {
  if (chosen == 0) 1 / length(p$arm) else p$truth[chosen] == "real"
}
# Finding the one real picture among m.
note_real_chosen <- function(readings, way) {
  m <- length(readings$pictures[[1]]$arm)
  correct <- of_each(readings, is_correct)
  share <- share_of_sets(readings, correct)
  note(paste0(way, "/pictures"), m)
  note_against(paste0(way, "/correct"), share, 1 / m)
  note_d_prime(paste0(way, "/d_prime"), share, m)
  note(paste0(way, "/ties"), sum(readings$rows$chosen_ == 0))
  for (reader in unique(readings$rows$reader)) {
    own <- correct[readings$rows$reader == reader]
    note_all(paste0(way, "/readers/", reader), c(n = length(own), share = mean(own)))
  }
  arms <- unique(unlist(lapply(readings$pictures, function(p) p$arm[p$truth != "real"])))
  for (arm in arms) note_real_beside_arm(readings, arm, m, paste0(way, "/arms/", arm))
}
note_real_beside_arm <- function(readings, arm, m, way) {
  of_arm <- function(p) sum(p$arm == arm)
  shown <- only(readings, of_each(readings, function(p, chosen) of_arm(p) > 0) == 1)
  n_here <- of_each(shown, function(p, chosen) of_arm(p))
  here <- mean(n_here)
  # Answers for the real picture, for one of this arm, or for none.
  decided <- only(shown, of_each(shown, function(p, chosen) {
    chosen == 0 || p$arm[chosen] == arm || p$truth[chosen] == "real"
  }) == 1)
  against <- nothing_to_estimate
  if (nrow(decided$rows)) {
    against <- share_of_sets(decided, of_each(decided, function(p, chosen) {
      if (chosen == 0) 1 / (1 + of_arm(p)) else p$truth[chosen] == "real"
    }))
  }
  note_against(paste0(way, "/against_real"), against, 1 / (1 + here))
  taken <- share_of_sets(shown, of_each(shown, function(p, chosen) {
    if (chosen == 0) of_arm(p) / length(p$arm) else p$arm[chosen] == arm
  }))
  note_against(paste0(way, "/taken"), taken, here / m)
  if (all(n_here == m - 1)) note_d_prime(paste0(way, "/d_prime"), against, m) else
    note_all(paste0(way, "/d_prime"), nothing_to_estimate)
}
# Of the arms of preferences the share; their strengths are fitted.
note_preferred <- function(readings, way) {
  several <- of_each(readings, function(p, chosen) length(unique(p$arm)) > 1) == 1
  answered <- only(readings, several & is.finite(readings$rows$chosen_))
  arms <- sort(unique(unlist(lapply(answered$pictures, function(p) p$arm))), method = "radix")
  if (length(arms) < 2) return()
  note_all(way, c(answers = nrow(answered$rows), ties = sum(answered$rows$chosen_ == 0)))
  for (arm in arms) {
    shown <- only(answered, of_each(answered, function(p, chosen) arm %in% p$arm) == 1)
    share <- share_of_sets(shown, of_each(shown, function(p, chosen) {
      if (chosen == 0) sum(p$arm == arm) / length(p$arm) else p$arm[chosen] == arm
    }))
    note_all(paste0(way, "/arms/", arm, "/share"), share)
  }
}
# Answers by place, which are uniform where places don't matter.
note_place_chosen <- function(readings, way) {
  chosen <- only(readings, readings$rows$chosen_ > 0)
  m <- unique(lengths(lapply(chosen$pictures, function(p) p$arm)))
  if (length(m) != 1) return()
  counts <- tabulate(chosen$rows$chosen_, m)
  note_all(paste0(way, "/counts"), setNames(counts, seq_len(m) - 1))
  for (place in seq_len(m)) {
    share <- share_of_sets(chosen, (chosen$rows$chosen_ == place) * 1)
    note_all(paste0(way, "/shares/", place - 1), share)
  }
  leave(paste0(way, "/p_readers"), "drawn")
  if (m == 2) {
    note(paste0(way, "/p"), binom.test(counts[1], sum(counts))$p.value)
  } else if (sum(counts) >= 5 * m) {
    note(paste0(way, "/p"), chisq.test(counts)$p.value)
  } else {
    leave(paste0(way, "/p"), "drawn")
  }
}
idle_readers <- function(readers) {
  n <- table(readers)
  names(n)[n < study$least_answered * median(as.numeric(n))]
}
note_sets <- function(rows, asked, way) {
  idle <- idle_readers(rows$reader[is.finite(numbers_of(rows[[asked[["key"]]]]))])
  readings <- readings_of_sets(rows[!rows$reader %in% idle, ], asked[["key"]])
  note_all(way, c(n_readers = length(unique(readings$rows$reader)),
                  n_sets = length(unique(readings$rows$case))))
  if (asked[["measure"]] == "find_the_real") {
    one_real <- only(readings, of_each(readings, function(p, chosen) sum(p$truth == "real") == 1) &
                       is.finite(readings$rows$chosen_))
    sizes <- of_each(one_real, function(p, chosen) length(p$arm))
    several <- sort(unique(sizes))
    for (k in seq_along(several)) {
      note_real_chosen(only(one_real, sizes == several[k]), paste0(way, "/found/", k - 1))
    }
  } else {
    note_preferred(readings, paste0(way, "/preferred"))
  }
  note_place_chosen(readings, paste0(way, "/places"))
}

# ---- Noticing, asked at the end of a phase -------------------------------------------------------
# Wilson 1927, doi:10.1080/01621459.1927.10502953; of none or all Clopper & Pearson.

note_noticed <- function(rows, key, way) {
  said <- as.character(rows[[key]])
  said <- said[given(said)]
  n <- length(said)
  k <- sum(said == "yes")
  counts <- c(n_readers = n, n_cases = 0, n_ratings = n)
  if (n == 0) return(note_all(way, nothing_to_estimate))
  made <- c(estimate = k / n, counts)
  if (study$target != "cases") {
    z <- qnorm(0.5 + study$level / 2)
    half <- z * sqrt(k / n * (1 - k / n) / n + z^2 / (4 * n^2))
    limits <- (k / n + z^2 / (2 * n) + c(-half, half)) / (1 + z^2 / n)
    if (k %in% c(0, n)) limits <- if (k == n) c(bound_of_all(n), 1) else c(0, 1 - bound_of_all(n))
    made <- c(made, low = limits[1], high = limits[2])
  }
  note_all(way, made)
}

# ---- Phases and exposures of single pictures -----------------------------------------------------

# An answer as a number, by what it is taken as.
single_value <- function(rows, one) {
  question <- one$question
  whole <- numbers_of(rows[[question$key]])
  switch(one$as,
    verdict = called_synthetic(rows[[question$key]], question),
    finding = ifelse(is.finite(whole), (whole > (question$low + question$high) / 2) * 1,
                     (as.character(rows[[question$key]]) == "present") * 1),
    noticed = (as.character(rows[[question$key]]) == "yes") * 1,
    signed_confidence = if (question$measure == "verdict") question$low + question$high - whole else
      (whole + 0.5) * (1 - 2 * called_synthetic(rows[[one$subject$key]], one$subject)),
    whole)
}
measures_of_one <- list(verdict = "judged_real", grade = "mean", finding = "present",
                        finding_grade = "mean", noticed = "noticed")
measures_against_real <- list(verdict = "balanced_accuracy", grade = "auc",
                              signed_confidence = "auc")

# Readers x cases of some arms in one phase, of readers and cases that may be those of two.
single_matrix <- function(single, arms, readers, units) {
  rows <- single$rows[single$rows$arm %in% arms, ]
  y <- matrix(NA_real_, length(readers), length(units))
  y[cbind(match(rows$reader, readers), match(paste(rows$arm, rows$case), units))] <- rows$value_
  y
}
units_of <- function(singles, arms) {
  unique(unlist(lapply(singles, function(one) {
    rows <- one$rows[one$rows$arm %in% arms, ]
    paste(rows$arm, rows$case)
  })))
}
readers_of <- function(singles) {
  sort(unique(unlist(lapply(singles, function(one) one$rows$reader))), method = "radix")
}
# The matrices of some arms each, columns named by clusters where any two share one.
with_clusters <- function(matrices, units, singles) {
  if (study$cluster == "") return(matrices)
  rows <- do.call(rbind, lapply(singles, function(one) one$rows[, c(study$cluster, "arm", "case")]))
  named <- cluster_of(rows)
  of_unit <- lapply(units, function(some) named[match(some, paste(rows$arm, rows$case))])
  if (!anyDuplicated(unlist(of_unit))) return(matrices)
  Map(function(y, names) {
    colnames(y) <- names
    y
  }, matrices, of_unit)
}
# Phases one below the other; where cases return, only what was answered in both stays.
stacked <- function(matrices) {
  if (length(matrices) == 1) return(matrices[[1]])
  both <- is.finite(matrices[[1]]) & is.finite(matrices[[2]])
  if (any(both)) matrices <- lapply(matrices, function(m) ifelse(both, m, NA))
  do.call(rbind, matrices)
}
phase_part <- function(singles, measure, arm, real) {
  readers <- readers_of(singles)
  lots <- c(list(arm), if (!is.null(real)) list(real))
  units <- lapply(lots, function(arms) units_of(singles, arms))
  matrices <- with_clusters(Map(function(arms, units) {
    stacked(lapply(singles, single_matrix, arms = arms, readers = readers, units = units))
  }, lots, units), units, singles)
  y <- matrices[[1]]
  if (is.null(real)) {
    if (measure == "judged_real") y <- 1 - y
    return(list(figure = means_of_readers(y), matrices = list(y)))
  }
  genuine <- matrices[[2]]
  figure <- if (measure == "auc") aucs_of_readers(genuine, y) else
    detection_of(genuine, y)$balanced_accuracy
  list(figure = figure, matrices = list(genuine, y))
}
# Later minus earlier: two readings of one Obuchowski-Rockette analysis.
phase_difference <- function(part, measure) {
  n <- length(part$figure$theta) / 2
  halves <- list(seq_len(n), n + seq_len(n))
  block <- function(a, b) {
    covariance <- part$figure$covariance[halves[[a]], halves[[b]], drop = FALSE]
    # Without a shared picture two phases don't covary.
    if (a != b) covariance[!is.finite(covariance)] <- 0
    covariance
  }
  split <- lapply(part$matrices, function(m) lapply(halves, function(rows) m[rows, , drop = FALSE]))
  contrast_of(list(
    theta = rbind(part$figure$theta[halves[[1]]], part$figure$theta[halves[[2]]]),
    covariance = lapply(1:2, function(a) lapply(1:2, function(b) block(a, b))),
    group = groups_of_readers(do.call(c, split)), is_ratio = FALSE,
    case_df = rep(case_df_of(part$matrices), 2), largest = if (measure == "mean") Inf else 1
  ), 2, 1)
}
note_phase_figure <- function(singles, measure, arm, real, way) {
  shown <- Filter(function(one) arm %in% one$rows$arm, singles)
  for (k in seq_along(shown)) {
    part <- phase_part(shown[k], measure, arm, real)
    scale <- if (measure == "mean") "identity" else "logit"
    note_all(paste0(way, "/by_phase/", k - 1), averaged(part$figure, part$matrices, scale))
  }
  pairs <- if (length(shown) > 1) combn(length(shown), 2) else matrix(0, 2, 0)
  for (k in seq_len(ncol(pairs))) {
    made <- phase_difference(phase_part(shown[pairs[, k]], measure, arm, real), measure)
    note_all(paste0(way, "/differences/", k - 1), c(made, list(p_holm = made$p)))
  }
}
note_phases <- function(singles) {
  asked <- vapply(singles, function(one) paste(one$key, one$as), "")
  at <- 0
  for (name in unique(asked)) {
    phases <- singles[asked == name]
    as <- phases[[1]]$as
    if (length(phases) == 1 && !study$is_naive_design && as != "noticed") next
    arms_with <- function(keep) sort(unique(unlist(lapply(phases, function(one) {
      one$rows$arm[keep(one$rows$truth)]
    }))), method = "radix")
    real <- arms_with(function(truth) truth == "real")
    synthetic <- arms_with(function(truth) truth != "real")
    for (measure in measures_of_one[[as]]) for (arm in c(real, synthetic)) {
      note_phase_figure(phases, measure, arm, NULL, paste0("choices/phases/", at))
      at <- at + 1
    }
    if (!length(real)) next
    for (measure in measures_against_real[[as]]) for (arm in synthetic) {
      note_phase_figure(phases, measure, arm, real, paste0("choices/phases/", at))
      at <- at + 1
    }
  }
}
# Accuracy at every duration; the curve through it is fitted.
note_exposures <- function(singles, sets) {
  at <- 0
  for (one in singles) {
    rows <- one$rows
    timed <- "exposure_ms" %in% names(rows) && any(is.finite(numbers_of(rows$exposure_ms)))
    real <- unique(rows$arm[rows$truth == "real"])
    arms <- sort(unique(rows$arm[rows$truth != "real"]), method = "radix")
    if (one$as != "verdict" || !timed || !length(real) || !length(arms)) next
    lots <- c(list(arms), if (length(arms) > 1) as.list(arms))
    for (k in seq_along(lots)) {
      way <- paste0("choices/exposure/", at, "/curves/", k - 1, "/points/")
      note_exposure_curve(one, real, lots[[k]], way)
    }
    at <- at + 1
  }
  for (one in sets) at <- at + note_exposure_of_sets(one, paste0("choices/exposure/", at))
}
note_exposure_curve <- function(one, real, arms, way) {
  readers <- readers_of(list(one))
  ms <- numbers_of(one$rows$exposure_ms)
  durations <- sort(unique(ms[is.finite(ms)]))
  for (k in seq_along(durations)) {
    part <- list(rows = one$rows[ms %in% durations[k], ])
    units <- lapply(list(real, arms), function(some) units_of(list(one), some))
    matrices <- with_clusters(Map(function(some, units) {
      single_matrix(part, some, readers, units)
    }, list(real, arms), units), units, list(one))
    figure <- detection_of(matrices[[1]], matrices[[2]])$balanced_accuracy
    note(paste0(way, k - 1, "/exposure_ms"), durations[k])
    note_against(paste0(way, k - 1), averaged(figure, matrices, "logit"), 0.5)
  }
}
# Of sets with one real picture, shown for a time; 1 where there is a curve.
note_exposure_of_sets <- function(readings, way) {
  ms <- numbers_of(readings$rows$exposure_ms)
  if (!length(ms)) return(0)
  one_real <- of_each(readings, function(p, chosen) sum(p$truth == "real") == 1) == 1
  timed <- only(readings, is.finite(ms) & one_real & is.finite(readings$rows$chosen_))
  if (!nrow(timed$rows)) return(0)
  kinds <- lapply(timed$pictures, function(p) unique(p$arm))
  arms <- sort(unique(unlist(lapply(timed$pictures, function(p) p$arm[p$truth != "real"]))),
               method = "radix")
  lots <- list("")
  if (all(lengths(kinds) == 2) && length(arms) > 1) lots <- c(lots, as.list(arms))
  for (k in seq_along(lots)) {
    own <- timed
    if (k > 1) own <- only(timed, of_each(timed, function(p, chosen) lots[[k]] %in% p$arm) == 1)
    guess <- 1 / length(own$pictures[[1]]$arm)
    ms <- numbers_of(own$rows$exposure_ms)
    durations <- sort(unique(ms))
    for (d in seq_along(durations)) {
      here <- paste0(way, "/curves/", k - 1, "/points/", d - 1)
      part <- only(own, ms == durations[d])
      note(paste0(here, "/exposure_ms"), durations[d])
      note_against(here, share_of_sets(part, of_each(part, is_correct)), guess)
    }
  }
  1
}

note_choices <- function(rows) {
  rows <- rows[rows$replicate == 0, ]
  at <- c(sets = 0, noticed = 0)
  singles <- timed <- list()
  for (phase in study$phases) {
    of_phase <- rows_of_phase(rows, phase)
    at_end <- "asked_at" %in% names(of_phase)
    is_end <- if (at_end) of_phase$asked_at %in% "phase_end" else rep(FALSE, nrow(of_phase))
    cases <- of_phase[!is_end, ]
    for (asked in if (nrow(cases)) phase$sets else NULL) {
      note_sets(cases, asked, paste0("choices/sets/", at[["sets"]]))
      at["sets"] <- at[["sets"]] + 1
      if (asked[["measure"]] == "find_the_real") {
        timed <- c(timed, list(readings_of_sets(cases, asked[["key"]])))
      }
    }
    for (one in if (nrow(cases)) phase$singles else NULL) {
      own <- cases
      own$value_ <- single_value(own, one)
      own <- own[is.finite(own$value_), ]
      own <- own[!own$reader %in% idle_readers(own$reader), ]
      if (nrow(own)) singles <- c(singles, list(list(key = one$key, as = one$as, rows = own)))
    }
    for (key in if (any(is_end)) phase$ends else NULL) {
      note_noticed(of_phase[is_end, ], key, paste0("choices/noticed/", at[["noticed"]], "/share"))
      at["noticed"] <- at[["noticed"]] + 1
    }
  }
  note_phases(singles)
  note_exposures(singles, timed)
}
