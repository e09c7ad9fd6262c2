# ---- Figures of questions ------------------------------------------------------------------------
# Findings, agreement with a prompt, artefacts, marks and confidence; first readings that count.

# Whether a question was asked and answered.
answered <- function(rows, question) {
  made <- given(rows[[question$key]])
  if (question$asked_if != "") {
    made <- made & as.character(rows[[question$asked_if]]) %in% question$asked_values
  }
  made
}
# A finding as a number: 0 absent and 1 present, or the point of its scale.
grade_of <- function(rows, question) {
  column <- as.character(rows[[question$key]])
  whole <- numbers_of(column)
  ifelse(!given(column), NA, ifelse(is.finite(whole), whole, (column == "present") * 1))
}
reference_of <- function(rows, name) {
  unname(c(present = 1, absent = 0)[as.character(rows[[name]])])
}
# Readers with fewer answers than a share of the median reader's are left out, and counted.
who_counts <- function(rows, way) {
  n <- table(rows$reader)
  idle <- names(n)[n < study$least_answered * median(as.numeric(n))]
  for (reader in idle) note(paste0(way, "/left_out_readers/", reader), n[[reader]])
  rows[!rows$reader %in% idle, ]
}
table_with <- function(rows, ...) {
  columns <- list(...)
  for (name in names(columns)) rows[[paste0(name, "_")]] <- columns[[name]]
  table_of(rows)
}
share_of <- function(y, ends = c(0, 1)) averaged(means_of_readers(y), list(y), "logit", ends)

# -- Findings: every arm's cases, by what the reference says.
cases_with_reference <- function(table, arms) {
  grades <- matrix_of(table, "grade", arms)
  said <- colMeans(matrix_of(table, "reference", arms), na.rm = TRUE)
  list(grades = grades[, is.finite(said), drop = FALSE], present = said[is.finite(said)] == 1,
       without = sum(!is.finite(said)))
}
finding_keys <- c("sensitivity", "specificity", "accuracy", "auc")
finding_matrices <- function(part, key, cut) {
  called <- ifelse(is.finite(part$grades), (part$grades > cut) * 1, NA)
  present <- part$present
  switch(key,
    sensitivity = list(called[, present, drop = FALSE]),
    specificity = list(1 - called[, !present, drop = FALSE]),
    accuracy = list(called * rep(present, each = nrow(called)) +
                      (1 - called) * rep(!present, each = nrow(called))),
    list(part$grades[, present, drop = FALSE], part$grades[, !present, drop = FALSE]))
}
finding_figure <- function(matrices) {
  if (length(matrices) == 2) aucs_of_readers(matrices[[1]], matrices[[2]]) else
    means_of_readers(matrices[[1]])
}
has_cases <- function(matrices) all(vapply(matrices, ncol, 0L) > 0)
note_finding <- function(rows, asked, way) {
  table <- table_with(rows, grade = grade_of(rows, asked$question),
                      reference = reference_of(rows, asked$reference))
  cut <- asked$question$cut
  parts <- lapply(table$arms, function(arm) cases_with_reference(table, arm))
  names(parts) <- table$arms
  for (arm in table$arms) {
    part <- parts[[arm]]
    here <- paste0(way, "/by_arm/", arm)
    note_all(here, c(n_present = sum(part$present), n_absent = sum(!part$present),
                     n_without_reference = part$without))
    for (key in finding_keys) {
      matrices <- finding_matrices(part, key, cut)
      made <- if (has_cases(matrices)) averaged(finding_figure(matrices), matrices, "logit") else
        nothing_to_estimate
      note_all(paste0(here, "/", key), made)
    }
  }
  if (!length(table$real)) return()
  real <- cases_with_reference(table, table$real)
  at <- 0
  for (key in finding_keys) {
    pairs <- lapply(table$synthetic, function(arm) list(real, parts[[arm]]))
    pairs <- lapply(pairs, lapply, finding_matrices, key = key, cut = cut)
    pairs <- Filter(function(both) has_cases(both[[1]]) && has_cases(both[[2]]), pairs)
    at <- note_differences(pairs, way, at)
  }
}
# The same of machines beside the people who count.
note_finding_beside <- function(people, machines, phase, asked, way) {
  beside <- rows_of_phase(machines[machines$replicate == 0, ], phase)
  beside <- beside[answered(beside, asked$question), ]
  if (!nrow(beside)) return()
  rows <- rbind(people, beside)
  table <- table_with(rows, grade = grade_of(rows, asked$question),
                      reference = reference_of(rows, asked$reference))
  at <- 0
  for (arm in table$arms) {
    part <- cases_with_reference(table, arm)
    for (key in finding_keys) {
      matrices <- finding_matrices(part, key, asked$question$cut)
      if (!has_cases(matrices)) next
      at <- note_beside(table$readers, finding_figure(matrices), matrices, NULL,
                        paste0(way, "/beside_machines/"), at)
    }
  }
}
# Second minus first of each pair of lots of matrices, p by Holm over the pairs.
note_differences <- function(pairs, way, at, largest = 1) {
  made <- lapply(pairs, function(both) {
    figures <- independent_arms(lapply(both, finding_figure), do.call(c, both))
    contrast_of(c(figures, list(is_ratio = FALSE, largest = largest)), 2, 1)
  })
  adjusted <- holm(vapply(made, function(one) one$p, 0))
  for (k in seq_along(made)) {
    note_all(paste0(way, "/differences/", at + k - 1), c(made[[k]], list(p_holm = adjusted[k])))
  }
  at + length(made)
}

# -- Agreement with a prompt: mean grade and share above the middle.
note_prompt <- function(rows, asked, way) {
  ends <- c(asked$question$low, asked$question$high)
  middle <- mean(ends)
  table <- table_with(rows, grade = grade_of(rows, asked$question))
  note(paste0(way, "/middle"), middle)
  several <- length(unique(rows$condition[given(rows$condition)])) > 1
  of_arm <- function(part, arm, here) {
    y <- matrix_of(part, "grade", arm)
    note_all(paste0(here, "/mean"), share_of(y, ends))
    note_all(paste0(here, "/share_above_middle"), share_of(indicator(y, y > middle)))
  }
  for (arm in table$arms) {
    here <- paste0(way, "/by_arm/", arm)
    of_arm(table, arm, here)
    conditions <- unique(table$rows$condition[table$rows$arm == arm])
    for (condition in if (several) conditions[given(conditions)] else c()) {
      # All readers stay, whether or not they read this condition.
      rows <- table$rows[table$rows$arm == arm & table$rows$condition %in% condition, ]
      part <- part_of(table, rows)
      of_arm(part, arm, paste0(here, "/by_condition/", condition))
    }
  }
  if (length(table$real)) {
    pairs <- lapply(table$synthetic, function(arm) {
      list(list(matrix_of(table, "grade", table$real)), list(matrix_of(table, "grade", arm)))
    })
    note_differences(pairs, way, 0, largest = ends[2] - ends[1])
  }
}

# -- Artefacts: on which films a word of the vocabulary is named.
note_artefacts <- function(rows, asked, way) {
  named <- strsplit(as.character(rows[[asked$question$key]]), ";", fixed = TRUE)
  for (word in asked$options) {
    is_named <- vapply(named, function(words) word %in% words, TRUE) * 1
    table <- table_with(rows, named = is_named)
    for (arm in table$arms) {
      y <- matrix_of(table, "named", arm)
      here <- paste0(way, "/by_arm/", arm, "/", word)
      note_all(paste0(here, "/readings"), share_of(y))
      note_all(paste0(here, "/films"), films_of(y))
      made <- agreement_of(y, c(0, 1), c("percent_agreement", "gwet_ac1", "fleiss_kappa"))
      for (name in names(made)) note_all(paste0(here, "/agreement/", name), made[[name]])
    }
  }
  note_outcomes(rows, asked, named, way)
}
# Films on which anybody named it: one figure of all readers, over films.
films_of <- function(y) {
  answered <- colSums(is.finite(y)) > 0
  anybody <- ifelse(answered, colSums(y, na.rm = TRUE) > 0, NA) * 1
  anybody <- matrix(anybody, nrow = 1, dimnames = list(NULL, colnames(y)))
  made <- averaged(means_of_readers(anybody), list(anybody), "logit", target = "cases")
  made["n_readers"] <- sum(rowSums(is.finite(y)) > 0)
  made
}
note_outcomes <- function(rows, asked, named, way) {
  if (is.null(asked$verdict)) return()
  called <- called_synthetic(rows[[asked$verdict$key]], asked$verdict)
  outcome <- ifelse(rows$truth == "synthetic", ifelse(called == 1, "hit", "miss"),
                    ifelse(called == 1, "false_alarm", "correct_rejection"))
  if (all(is.na(outcome))) return()
  for (one in c("hit", "miss", "false_alarm", "correct_rejection")) {
    here <- !is.na(outcome) & outcome == one
    note(paste0(way, "/readings_by_outcome/", one), sum(here))
    for (word in asked$options) {
      n <- sum(vapply(named[here], function(words) word %in% words, TRUE))
      note(paste0(way, "/named_by_outcome/", word, "/", one), n)
    }
  }
}

# -- Marks, as shares of the picture's side; of a box its middle.
marks_of <- function(cell) {
  if (cell == "none") return(matrix(0, 0, 2))
  one_mark <- function(text) {
    at <- as.numeric(strsplit(sub("^[^:]*:", "", text), ",", fixed = TRUE)[[1]])
    size <- if (length(at) == 4) at[3:4] else c(0, 0)
    pmin(1, pmax(0, (at[1:2] + size / 2) / study$side))
  }
  t(vapply(strsplit(cell, ";", fixed = TRUE)[[1]], one_mark, numeric(2), USE.NAMES = FALSE))
}
note_places <- function(rows, asked, way) {
  marks <- lapply(as.character(rows[[asked$question$key]]), marks_of)
  n <- vapply(marks, nrow, 0L)
  table <- table_with(rows, marks = n, index = seq_along(n))
  note(paste0(way, "/distance"), 0.1)
  for (arm in table$arms) {
    here <- paste0(way, "/by_arm/", arm)
    y <- matrix_of(table, "marks", arm)
    own <- marks[rows$arm == arm]
    note_all(here, c(n_readings = length(own), n_marks = sum(n[rows$arm == arm])))
    note_all(paste0(here, "/with_marks"), share_of(indicator(y, y > 0)))
    each <- averaged(means_of_readers(y), list(y))
    if ("low" %in% names(each)) each["low"] <- max(0, each["low"])
    note_all(paste0(here, "/marks_per_film"), each)
    note_same_place(matrix_of(table, "index", arm), marks, here)
    density <- density_of(do.call(rbind, own), length(own))
    for (i in 1:48) note_all(paste0(here, "/density/", i - 1), setNames(density[i, ], 0:47))
  }
}
# Marks of two readers within 0.1 of the side, each reading weighing 1 (Ripley 1977,
# doi:10.1111/j.2517-6161.1977.tb01615.x); by chance those of different films.
near_marks <- function(index, marks) {
  at <- which(is.finite(index), arr.ind = TRUE)
  n <- vapply(marks[index[at]], nrow, 0L)
  at <- at[n > 0, , drop = FALSE]
  n <- n[n > 0]
  near <- has <- matrix(0, nrow(index), ncol(index))
  has[at] <- 1
  points <- do.call(rbind, c(list(matrix(0, 0, 2)), marks[index[at]]))
  reader <- rep(at[, 1], n)
  film <- rep(at[, 2], n)
  weight <- rep(1 / n, n)
  apart <- 0
  for (i in seq_len(nrow(points))) {
    close <- sqrt((points[, 1] - points[i, 1])^2 + (points[, 2] - points[i, 2])^2) <= 0.1
    close <- close & reader != reader[i]
    here <- close & film == film[i]
    near[reader[i], film[i]] <- near[reader[i], film[i]] + weight[i] * sum(weight[here])
    apart <- apart + weight[i] * sum(weight[close & film != film[i]])
  }
  together <- colSums(has)
  n_apart <- sum(has)^2 - sum(rowSums(has)^2) - sum(together * (together - 1))
  list(near = near, pairs = sweep(has, 2, together - 1, "*"), n_marks = nrow(points),
       chance = if (n_apart > 0) min(1, apart / n_apart) else NA_real_)
}
note_same_place <- function(index, marks, here) {
  met <- near_marks(index, marks)
  if (!is.null(colnames(index))) {
    met$near <- t(rowsum(t(met$near), colnames(index)))
    met$pairs <- t(rowsum(t(met$pairs), colnames(index)))
  }
  note(paste0(here, "/same_place_by_chance"), met$chance)
  readers <- rowSums(met$pairs) > 0
  films <- colSums(met$pairs) > 0
  counts <- c(n_readers = sum(readers), n_cases = sum(films), n_ratings = met$n_marks)
  if (!any(readers)) return(note_all(paste0(here, "/same_place"), counts))
  near <- met$near[readers, films, drop = FALSE]
  pairs <- met$pairs[readers, films, drop = FALSE]
  ratio <- function(of) ifelse(of(pairs) > 0.5, of(near) / of(pairs), NA)
  # Of ordered pairs a reader's share is in twice.
  note_all(paste0(here, "/same_place"), jackknifed(
    sum(near) / sum(pairs),
    ratio(function(s) sum(s) - 2 * rowSums(s)),
    ratio(function(s) sum(s) - colSums(s)),
    ratio(function(s) sum(s) - outer_sum(2 * rowSums(s), colSums(s)) + 2 * s),
    list(scale = "complement", least = 0.1), c(0, 1), counts
  ))
}
# Gaussian kernel of sd 0.04 on a grid of 48 x 48, mass thrown back at the edge (Silverman 1986,
# doi:10.1201/9781315140919), for each 100 readings and 1 % of the picture.
density_of <- function(points, n_readings) {
  edges <- seq(0, 1, length.out = 49)
  cell <- function(at) factor(findInterval(at, edges, rightmost.closed = TRUE), 1:48)
  cells <- unclass(table(cell(points[, 2]), cell(points[, 1])))
  sd <- 0.04 * 48
  reach <- floor(4 * sd + 0.5)
  kernel <- exp(-0.5 * (-reach:reach)^2 / sd^2)
  kernel <- kernel / sum(kernel)
  smooth <- matrix(0, 48, 48)
  for (to in 1:48) for (step in -reach:reach) {
    from <- to + step
    from <- if (from < 1) 1 - from else if (from > 48) 97 - from else from
    smooth[to, from] <- smooth[to, from] + kernel[step + reach + 1]
  }
  round(smooth %*% cells %*% t(smooth) * 48^2 / n_readings, 3)
}

# -- Confidence: whether readers are right as often as they are sure.
# Whether an answer was right, by what it was an answer to.
right_of <- function(rows, asked) {
  subject <- asked$subject
  if (subject$measure == "verdict") {
    return((called_synthetic(rows[[subject$key]], subject) == (rows$truth == "synthetic")) * 1)
  }
  if (subject$measure == "finding") {
    called <- (grade_of(rows, subject) > subject$cut) * 1
    return((called == reference_of(rows, asked$subject_reference)) * 1)
  }
  pictures <- pictures_of(rows)
  vapply(seq_len(nrow(rows)), function(i) {
    chosen <- numbers_of(rows[[subject$key]][i])
    real <- which(pictures[[i]]$truth == "real")
    if (!is.finite(chosen) || chosen == 0 || !length(real)) NA_real_ else (chosen %in% real) * 1
  }, 0)
}
probabilities_of <- function(asked, alternatives) {
  n <- length(asked$levels)
  if (length(asked$stated) == n) return(asked$stated)
  if (length(asked$stated)) return(approx(asked$ends, asked$stated, asked$levels)$y)
  1 / alternatives + (1 - 1 / alternatives) * (seq_len(n) - 1) / max(1, n - 1)
}
# FALSE where no answer is right or wrong.
note_confidence <- function(rows, asked, way) {
  if (is.null(asked$subject)) return(FALSE)
  if (!asked$subject$measure %in% c("verdict", "finding", "find_the_real")) return(FALSE)
  rows$right_ <- right_of(rows, asked)
  rows <- rows[is.finite(rows$right_), ]
  if (!nrow(rows)) return(FALSE)
  sets <- asked$subject$measure == "find_the_real"
  alternatives <- if (sets) max(lengths(lapply(pictures_of(rows), function(p) p$arm))) else 2
  says <- probabilities_of(asked, alternatives)
  at <- numbers_of(rows[[asked$question$key]])
  rows$level_ <- floor((at - asked$first) * length(says) / asked$points) + 1
  if (sets) rows$arm <- ""
  rows$arm_of_case <- rows$arm
  truth <- rows$truth
  arms <- unique(rows$arm)
  rows$arm <- ""
  rows$truth <- "real"
  table <- table_of(rows)
  of_arms <- function(some) {
    part <- part_of(table, table$rows[table$rows$arm_of_case %in% some, ])
    list(level = matrix_of(part, "level", ""), right = matrix_of(part, "right", ""))
  }
  everything <- of_arms(arms)
  for (l in seq_along(says)) {
    here <- paste0(way, "/levels/", l - 1)
    right <- ifelse(everything$level == l, everything$right, NA)
    note_all(here, c(level = asked$levels[l], probability = says[l], n = sum(is.finite(right))))
    note_all(paste0(here, "/correct"), mean_of_judgements(right, c(0, 1)))
  }
  note_judgements(everything, says, paste0(way, "/by_arm/all"))
  if (length(arms) > 1) {
    for (arm in arms) note_judgements(of_arms(arm), says, paste0(way, "/by_arm/", arm))
  }
}
by_case <- function(y) if (is.null(colnames(y))) seq_len(ncol(y)) else colnames(y)
mean_of_judgements <- function(y, ends) {
  scale <- if (is.null(ends)) "identity" else "logit"
  averaged(clustered_means(y, by_case(y)), list(y), scale, if (is.null(ends)) c(0, 1) else ends)
}
note_judgements <- function(part, says, here) {
  seen <- is.finite(part$level) & is.finite(part$right)
  right <- ifelse(seen, part$right, NA)
  level <- ifelse(seen, part$level, NA)
  told <- right
  told[seen] <- says[level[seen]]
  note_figure <- function(key, values) note_all(paste0(here, "/", key), values)
  note_figure("accuracy", mean_of_judgements(right, c(0, 1)))
  note_figure("mean_probability", mean_of_judgements(told, says[c(1, length(says))]))
  note_figure("overconfidence", mean_of_judgements(told - right, NULL))
  # Brier 1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2
  note_figure("brier", mean_of_judgements((told - right)^2, c(0, 1)))
  for (key in c("reliability", "resolution", "uncertainty")) {
    note_figure(key, brier_part(level, right, says, key))
  }
  note_figure("type2_auc", type2_auc(level, right))
}
# Parts of one reader's Brier score (Murphy 1973) without what chance adds (Ferro & Fricker 2012,
# doi:10.1002/qj.1924).
part_of_reader <- function(level, right, says, key) {
  n <- tabulate(level, length(says))
  hits <- tabulate(level[right == 1], length(says))
  total <- sum(n)
  o <- sum(hits) / total
  share <- hits / n
  used <- n > 0
  noise <- sum((n * share * (1 - share) / (n - 1))[n > 1]) / total
  switch(key,
    reliability = sum((n * (says - share)^2)[used]) / total - noise,
    resolution = sum((n * (share - o)^2)[used]) / total - noise + o * (1 - o) / (total - 1),
    o * (1 - o) * total / (total - 1))
}
# Its covariance by leaving out single readings.
brier_part <- function(level, right, says, key) {
  influence <- matrix(0, nrow(level), ncol(level))
  theta <- rep(NA_real_, nrow(level))
  for (j in seq_len(nrow(level))) {
    at <- which(is.finite(level[j, ]))
    if (!length(at)) next
    theta[j] <- part_of_reader(level[j, at], right[j, at], says, key)
    without <- vapply(at, function(k) {
      rest <- setdiff(at, k)
      part_of_reader(level[j, rest], right[j, rest], says, key)
    }, 0)
    influence[j, at] <- (theta[j] - without) * (length(at) - 1) / length(at)
  }
  theta[!is.finite(theta)] <- NA
  covariance <- clustered_covariance(influence, is.finite(level), by_case(level))
  averaged(list(theta = theta, covariance = covariance), list(right))
}
# P(surer of a right than of a wrong answer) (Galvin et al. 2003, doi:10.3758/BF03196546); a case is
# right for one reader and wrong for another, so both kinds share their cases.
type2_auc <- function(level, right) {
  ok <- ifelse(right == 1, level, NA)
  wrong <- ifelse(right == 0, level, NA)
  if (!any(rowSums(is.finite(ok)) > 0 & rowSums(is.finite(wrong)) > 0)) return(nothing_to_estimate)
  sums <- auc_sums(ok, wrong)
  theta <- auc_of_sums(sums)
  n <- rowSums(sums$real)
  m <- rowSums(sums$synthetic)
  of_right <- ifelse(sums$real == 1, (sums$at_real / m - theta) / n, 0)
  of_wrong <- ifelse(sums$synthetic == 1, (sums$at_synthetic / n - theta) / m, 0)
  covariance <- clustered_covariance(of_right + of_wrong, is.finite(level), by_case(level))
  averaged(list(theta = theta, covariance = covariance), list(ok, wrong), "logit")
}

# -- Every question of every phase that has figures, in the order of analysis.json: those of people,
# then those of each machine, which stands for no other.
note_questions <- function(people, machines) {
  at <- note_questions_of(people, 0, machines)
  study$target <<- "cases"
  for (machine in sort(unique(machines$reader), method = "radix")) {
    at <- note_questions_of(machines[machines$reader == machine, ], at, machines[0, ])
  }
}
note_questions_of <- function(rows, at, machines) {
  rows <- rows[rows$replicate == 0, ]
  for (number in seq_along(study$phases)) {
    phase <- study$phases[[number]]
    of_phase <- rows_of_phase(rows, phase)
    if (!nrow(of_phase)) next
    for (asked in phase$figures) {
      way <- paste0("question_figures/", at)
      at <- at + 1
      own <- of_phase[answered(of_phase, asked$question), ]
      note(paste0(way, "/phase"), number)
      note(paste0(way, "/readers"), length(unique(own$reader)))
      several <- "pictures" %in% names(own) && any(is.na(own$arm))
      if (!nrow(own) || (several && asked$measure != "confidence")) next
      own <- who_counts(own, way)
      noting <- switch(asked$measure, finding = note_finding, prompt_agreement = note_prompt,
                       artefact = note_artefacts, place = note_places, note_confidence)
      made <- noting(own, asked, way)
      if (asked$measure == "finding") note_finding_beside(own, machines, phase, asked, way)
      if (!identical(made, FALSE)) note(paste0(way, "/readers"), length(unique(own$reader)))
    }
  }
  at
}
rows_of_phase <- function(rows, phase) {
  if ("phase" %in% names(rows)) rows <- rows[rows$phase %in% phase$key, ]
  rows
}
