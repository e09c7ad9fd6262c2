# ---- Reading -------------------------------------------------------------------------------------
# A table is the list of what is compared: rows, readers (sorted), arms (real ones first).

numbers_of <- function(column) suppressWarnings(as.numeric(column))

# 1 for a verdict of synthetic, 0 for real; of a graded verdict the upper half is synthetic.
called_synthetic <- function(column, question) {
  if (question$graded) return(as.numeric(numbers_of(column) > (question$low + question$high) / 2))
  as.numeric(column == "synthetic")
}

# The measures of docs/statistics.md, one column each; NA where a question was not answered.
with_measures <- function(rows) {
  nothing <- rep(NA_real_, nrow(rows))
  asked <- function(question) if (is.null(question)) nothing else numbers_of(rows[[question$key]])
  rows$realism_ <- asked(study$realism)
  verdict <- study$verdict
  rows$verdict_ <- if (is.null(verdict)) nothing else called_synthetic(rows[[verdict$key]], verdict)
  rows$judged_real_ <- 1 - rows$verdict_
  # Half a step is added so that the verdict still counts at confidence 0.
  rows$signed_confidence_ <- (asked(study$confidence) + 0.5) * (1 - 2 * rows$verdict_)
  rows$score_ <- nothing
  rows$position_ <- numbers_of(rows$position)
  time <- numbers_of(rows$reading_time_ms)
  rows$log_time_ <- log(ifelse(time > 0, time, NA))
  rows
}

table_of <- function(rows) {
  truth <- rows$truth[match(unique(rows$arm), rows$arm)]
  names(truth) <- unique(rows$arm)
  arms <- sort(names(truth), method = "radix")
  list(
    rows = rows,
    readers = sort(unique(rows$reader), method = "radix"),
    arms = c(arms[truth[arms] == "real"], arms[truth[arms] != "real"]),
    real = arms[truth[arms] == "real"],
    synthetic = arms[truth[arms] != "real"]
  )
}

# Readers with fewer first readings than a share of the median reader's are left out.
without_idle_readers <- function(table) {
  firsts <- table(table$rows$reader[table$rows$replicate == 0])
  least <- study$least_answered * median(as.numeric(firsts))
  of_reader <- ifelse(table$readers %in% names(firsts), firsts[table$readers], 0)
  readers_only(table, table$readers[of_reader >= least])
}

readers_only <- function(table, readers) table_of(table$rows[table$rows$reader %in% readers, ])

# Readers x cases of some arms side by side, NA where there is no rating.
matrix_of <- function(table, measure, arms, replicate = 0) {
  rows <- table$rows[table$rows$arm %in% arms, ]
  unit <- paste(match(rows$arm, arms), rows$case)
  units <- sort(unique(unit), method = "radix")
  made <- matrix(NA_real_, length(table$readers), length(units))
  read <- rows$replicate == replicate
  made[cbind(match(rows$reader, table$readers), match(unit, units))[read, , drop = FALSE]] <-
    rows[[paste0(measure, "_")]][read]
  # Columns are named by what their images belong to, where any belong together.
  if (has_clusters(table)) colnames(made) <- cluster_of(rows)[match(units, unit)]
  made
}
cluster_of <- function(rows) {
  named <- rows[[study$cluster]]
  ifelse(given(named), paste0("cluster ", named), paste(rows$arm, rows$case, sep = "\r"))
}
has_clusters <- function(table) {
  # A part of a table has clusters where the whole has.
  if (!is.null(table$clustered)) return(table$clustered)
  if (study$cluster == "" || is.null(table$rows[[study$cluster]])) return(FALSE)
  cases <- unique(table$rows[, c(study$cluster, "arm", "case")])
  anyDuplicated(cases[[1]][given(cases[[1]])]) > 0
}
given <- function(column) !is.na(column) & column != ""

has <- function(table, measure) any(is.finite(table$rows[[paste0(measure, "_")]]))

# Steps of the realism scale: every whole one of at most 11, else those seen.
steps_of <- function(table) {
  if (is.null(study$realism)) return(numeric(0))
  low <- study$realism$low
  high <- study$realism$high
  if (high - low <= 10) return(seq(low, high))
  sort(unique(table$rows$realism_[is.finite(table$rows$realism_)]))
}

# Rows of a table as a table of the same readers.
part_of <- function(table, rows) {
  table$clustered <- has_clusters(table)
  table$rows <- rows
  table
}

# ---- What is recomputed --------------------------------------------------------------------------
# Every number is noted under its way in analysis.json; NA is what the analysis has none of.

noted <- new.env()
noted$parts <- list()
note <- function(way, value) {
  if (length(value) == 1 && is.finite(value)) {
    noted$parts[[length(noted$parts) + 1]] <- setNames(as.numeric(value), way)
  }
}
# Of a number that was noted twice the later one counts.
all_noted <- function() {
  made <- unlist(noted$parts)
  made[!duplicated(names(made), fromLast = TRUE)]
}
note_all <- function(way, values) {
  for (name in names(values)) note(paste0(way, "/", name), values[[name]])
}

# Where this study's own ratings put a number out of closed form: the beginning of its way, and the
# reason's name.
left_here <- character(0)
leave <- function(way, why) left_here[way] <<- why

counts_of <- function(matrices) {
  seen <- lapply(matrices, is.finite)
  c(
    n_readers = sum(Reduce(`|`, lapply(seen, function(s) rowSums(s) > 0))),
    n_cases = sum(vapply(seen, function(s) sum(colSums(s) > 0), 0)),
    n_ratings = sum(vapply(seen, sum, 0))
  )
}
nothing_to_estimate <- c(n_readers = 0, n_cases = 0, n_ratings = 0)
