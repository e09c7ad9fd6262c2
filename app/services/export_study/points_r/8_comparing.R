# ---- Comparing -----------------------------------------------------------------------------------
# What this script leaves to analysis.py: the beginning of the ways, as a pattern, and why. All
# other numbers of points.csv it has to recompute; one that it doesn't come to differs.

left <- c(
  "^arms/[^/]+/model/" = "second estimator, fitted by Laplace's approximation",
  "^arms/[^/]+/bootstrap/" = "drawn with the program's own random numbers",
  "^arms/[^/]+/settling/" = "size of a next study, searched for",
  "^choices/sets/[0-9]+/preferred/(pairs/|tie$|arms/.*/(strength/|rank$|best_rank$|worst_rank$))" =
    "strengths of preferences, fitted by Newton's method",
  "^choices/exposure/[0-9]+/curves/[0-9]+/fit/" = "psychometric curve, fitted by likelihood",
  "^question_figures/[0-9]+/metacognition/" = "meta-d', fitted by likelihood",
  "^machines/|/beside_machines/" = "machine readers beside people",
  "^subgroups/" = "subgroups of cases"
)

why_left <- function(ways) {
  why <- rep(NA_character_, length(ways))
  for (pattern in names(left)) why[is.na(why) & grepl(pattern, ways)] <- left[[pattern]]
  for (way in names(left_here)) why[is.na(why) & startsWith(ways, way)] <- left_here[[way]]
  why
}
is_close <- function(a, b) abs(a - b) <= pmax(1e-9 * pmax(abs(a), abs(b)), 1e-12)

compare <- function() {
  points <- read.csv("points.csv", encoding = "UTF-8", colClasses = c(number = "character"))
  ways <- union(points$number, ls(noted))
  printed <- points$value[match(ways, points$number)]
  made <- vapply(ways, function(way) if (exists(way, noted, inherits = FALSE)) noted[[way]] else
    NA_real_, 0)
  why <- why_left(ways)
  counts <- is.na(why)
  differ <- counts & !(is.finite(printed) & is.finite(made) & is_close(printed, made))
  for (way in ways[differ]) {
    at <- match(way, ways)
    cat(sprintf("%s: %.15g in points.csv, %.15g recomputed\n", way, printed[at], made[at]))
  }
  kept <- table(why[!counts])
  for (reason in names(kept)) cat(sprintf("Left to analysis.py: %d, %s.\n", kept[[reason]], reason))
  cat(sprintf("%d of %d numbers recomputed, %d differ, %d left to analysis.py.\n",
              sum(counts), length(ways), sum(differ), sum(!counts)))
  if (any(differ) || !any(counts)) quit(status = 1)
}
