# ---- Comparing -----------------------------------------------------------------------------------
# What this script leaves to analysis.py, and why. All other numbers of points.csv it has to
# recompute: one that it doesn't come to differs.

reasons <- c(
  model = "second estimator, fitted by Laplace's approximation",
  reml = "intraclass correlation of incomplete ratings, fitted by REML",
  strengths = "strengths of preferences, fitted by Newton's method",
  curve = "psychometric curve, fitted by likelihood",
  meta = "meta-d', fitted by likelihood",
  integral = "d' of more than two pictures, the root of an integral",
  settling = "size of a next study, searched for",
  drawn = "drawn with the program's own random numbers",
  clusters = "intervals of sets whose pictures belong together"
)
# By a pattern of the ways; what a study's own ratings add is left where it comes up.
left <- c(
  "^arms/[^/]+/model/" = "model",
  "^arms/[^/]+/bootstrap/" = "drawn",
  "^arms/[^/]+/settling/" = "settling",
  "^choices/sets/[0-9]+/preferred/(pairs/|tie$|arms/.*/(strength/|rank$|best_rank$|worst_rank$))" =
    "strengths",
  "^choices/exposure/[0-9]+/curves/[0-9]+/fit/" = "curve",
  "^question_figures/[0-9]+/metacognition/" = "meta"
)
# Sets are joined through the pictures that belong together, which is long.
left_of_sets <- c("^choices/(sets|exposure)/.*/(low|high|se|df|p)$" = "clusters")
has_sets <- function() any(lengths(lapply(study$phases, function(one) one$sets)) > 0)

why_left <- function(ways) {
  why <- rep(NA_character_, length(ways))
  if (study$cluster != "" && has_sets()) left <- c(left, left_of_sets)
  for (pattern in names(left)) {
    why[is.na(why) & grepl(pattern, ways, perl = TRUE)] <- left[[pattern]]
  }
  for (way in names(left_here)) why[is.na(why) & startsWith(ways, way)] <- left_here[[way]]
  unname(reasons[why])
}
is_close <- function(a, b) abs(a - b) <= pmax(1e-9 * pmax(abs(a), abs(b)), 1e-12)

compare <- function() {
  points <- read.csv("points.csv", encoding = "UTF-8", na.strings = "",
                     colClasses = c(number = "character"))
  recomputed <- all_noted()
  ways <- union(points$number, names(recomputed))
  ways <- ways[ways %in% points$number | is.na(why_left(ways))]
  printed <- points$value[match(ways, points$number)]
  made <- unname(recomputed)[match(ways, names(recomputed))]
  why <- why_left(ways)
  compared <- is.na(why)
  differ <- compared & !(is.finite(printed) & is.finite(made) & is_close(printed, made))
  for (way in ways[differ]) {
    at <- match(way, ways)
    cat(sprintf("%s: %.15g in points.csv, %.15g recomputed\n", way, printed[at], made[at]))
  }
  kept <- table(why[!compared])
  for (reason in names(kept)) cat(sprintf("Left to analysis.py: %d, %s.\n", kept[[reason]], reason))
  cat(sprintf("%d of %d numbers recomputed, %d differ, %d left to analysis.py.\n",
              sum(compared), length(ways), sum(differ), sum(!compared)))
  if (any(differ) || !any(compared)) quit(status = 1)
}
