"""The main points of every arm, and a script that recomputes them in R without any package."""

import json
from collections.abc import Iterator

from app.services.export_study.held_ratings import HeldRatings
from app.services.export_study.r_script import is_real, what_counts
from app.services.export_study.ratings_file import RatingsFile
from app.statistics.analysis import Analysis
from app.statistics.table.estimate import Estimate

POINT_COLUMNS = ("arm", "figure", "estimate")
_FIGURES = (("realism", "mean"), ("deception", "rate"), ("discrimination", "auc_realism"))

_SCRIPT = """\
# The main points of every arm of {slug}, recomputed in R and compared with points.csv.
# Run it in the folder of ratings.csv:  Rscript points.R      (no package is needed)
# Each figure is computed for every reader and averaged over readers, who weigh equally.
ratings <- read.csv("ratings.csv", encoding = "UTF-8", na.strings = "", check.names = FALSE,
                    colClasses = c(reader = "character", case = "character", arm = "character"))
points <- read.csv("points.csv", colClasses = c(arm = "character", figure = "character"))
# What counts: {counts}.
ratings <- subset(ratings, {rows})
# Readers who answered too little by the rule of the design.
ratings <- subset(ratings, !(reader %in% c({left_out})))
over_readers <- function(of, figure) {{
  mean(unlist(lapply(split(of, of$reader), figure)), na.rm = TRUE)
}}
# The chance that a real image is rated more real than one of the arm; ties count one half.
auc <- function(real, arm) {{
  if (length(real) == 0 || length(arm) == 0) return(NA)
  steps <- outer(real, arm, "-")
  mean((steps > 0) + 0.5 * (steps == 0))
}}
recomputed <- function(name, figure) {{
  of <- subset(ratings, arm == name)
  switch(figure,{cases}
    NA)
}}
points$recomputed <- mapply(recomputed, points$arm, points$figure)
print(points, row.names = FALSE)
differ <- is.na(points$recomputed) | abs(points$recomputed - points$estimate) > 1e-9
cat(sprintf("%d points recomputed, %d differ.\\n", nrow(points), sum(differ)))
if (any(differ)) quit(status = 1)
"""
_MEAN = """
    realism.mean = over_readers(of, function(one) mean(one${key}, na.rm = TRUE)),"""
_RATE = """
    deception.rate = over_readers(of, function(one) {{
      with(list(ratings = one), mean({is_real}, na.rm = TRUE))
    }}),"""
_AUC = """
    discrimination.auc_realism = over_readers(
      subset(ratings, arm == name | truth == "real"), function(one) {{
        known <- subset(one, !is.na({key}))
        auc(known${key}[known$truth == "real"], known${key}[known$arm == name])
      }}),"""


def points_rows(analysis: Analysis | None) -> Iterator[tuple[object, ...]]:
    """One row an arm and figure; an arm of which a figure can't be estimated has none of it."""
    if analysis is None:
        return
    for name, arm in analysis.arms.items():
        for family, key in _FIGURES:
            figure = arm.families.get(family, {}).get(key)
            if isinstance(figure, Estimate) and figure.estimate is not None:
                yield (name, f"{family}.{key}", repr(float(figure.estimate)))


def points_script(
    slug: str, layout: RatingsFile, held: HeldRatings, analysis: Analysis | None
) -> str:
    """The script; it exits with 1 where a point differs by more than 1e-9."""
    rows, counts = what_counts(layout, held)
    realism, verdict = held.questions.realism, held.questions.verdict
    cases = ""
    if realism is not None:
        cases += _MEAN.format(key=realism.key) + _AUC.format(key=realism.key)
    if verdict is not None:
        cases += _RATE.format(is_real=is_real(verdict))
    left_out = () if analysis is None else analysis.left_out
    return _SCRIPT.format(
        slug=slug,
        rows=" & ".join(rows),
        counts=", ".join(counts),
        # A JSON string of a code is an R string.
        left_out=", ".join(json.dumps(code) for code in left_out),
        cases=cases,
    )
