"""An R script that reloads ratings.csv and fits the mixed models."""

import json
from collections.abc import Sequence

from app.domain.questions.question import Question
from app.domain.questions.registry import kind_of
from app.services.export_study.held_ratings import HeldRatings
from app.services.export_study.ratings_file import RatingsFile

_HEAD = """\
# Mixed models of the study {slug} in R.
# Run it in the folder of ratings.csv:  Rscript models.R
# Packages: ordinal (cumulative link models), lme4 (logistic models), from CRAN.
# Readers and cases are random effects; the real arm is the reference level.
# {held}
{warning}
ratings <- read.csv("ratings.csv", encoding = "UTF-8", na.strings = "", check.names = FALSE,
                    colClasses = c(reader = "character", case = "character", arm = "character"))
# What counts: {counts}.
ratings <- subset(ratings, {rows})
ratings$arm <- factor(ratings$arm, levels = c({arms}))
ratings$reader <- factor(ratings$reader)
ratings$case <- factor(ratings$case)
print(with(ratings, table(arm, reader)))
"""
_ORDINAL = """
# Realism: cumulative link mixed model (proportional odds). A coefficient of an arm is the log odds
# ratio of being rated more realistic than the real images.
if (requireNamespace("ordinal", quietly = TRUE)) {
  ratings$realism_step <- factor(ratings$%(key)s, levels = %(steps)s, ordered = TRUE)
  ratings$realism_step <- droplevels(ratings$realism_step)
  realism_model <- ordinal::clmm(realism_step ~ arm + (1 | reader) + (1 | reader:arm) + (1 | case),
                                 data = ratings, link = "logit")
  print(summary(realism_model))
} else {
  message("Package ordinal is missing: install.packages('ordinal')")
}
"""
_LINEAR = """
# Realism on a scale of many steps: linear mixed model.
if (requireNamespace("lme4", quietly = TRUE)) {
  realism_model <- lme4::lmer(%(key)s ~ arm + (1 | reader) + (1 | reader:arm) + (1 | case),
                              data = ratings)
  print(summary(realism_model))
} else {
  message("Package lme4 is missing: install.packages('lme4')")
}
"""
_LOGISTIC = """
# Judged real: logistic mixed model. A coefficient of an arm is the log odds ratio of being judged
# real, against the real images.
if (requireNamespace("lme4", quietly = TRUE)) {
  ratings$judged_real <- as.integer(%(is_real)s)
  deception_model <- lme4::glmer(judged_real ~ arm + (1 | reader) + (1 | reader:arm) + (1 | case),
                                 data = ratings, family = binomial,
                                 control = lme4::glmerControl(optimizer = "bobyqa"))
  print(summary(deception_model))
} else {
  message("Package lme4 is missing: install.packages('lme4')")
}
"""
_FEW_STEPS = 11


def r_script(
    slug: str, arms: Sequence[str], layout: RatingsFile, held: HeldRatings, *, simulated: bool
) -> str:
    """Cumulative-link (ordinal::clmm) and logistic (lme4::glmer) models of what is analysed."""
    warning = (
        '\nmessage("REHEARSAL: simulated readers; these are not results.")\n' if simulated else ""
    )
    rows, counts = what_counts(layout, held)
    text = _HEAD.format(
        slug=slug,
        warning=warning,
        held=f"Phase {held.phase}.",
        rows=" & ".join(rows),
        counts=", ".join(counts),
        # A JSON string of an arm's key is an R string.
        arms=", ".join(json.dumps(arm) for arm in arms),
    )
    realism, verdict = held.questions.realism, held.questions.verdict
    if realism is not None and len(realism.points) <= _FEW_STEPS:
        text += _ORDINAL % {"steps": f"{realism.low}:{realism.high}", "key": realism.key}
    elif realism is not None:
        text += _LINEAR % {"key": realism.key}
    if verdict is not None:
        text += _LOGISTIC % {"is_real": is_real(verdict)}
    return text


def what_counts(layout: RatingsFile, held: HeldRatings) -> tuple[list[str], list[str]]:
    """Conditions on the rows of ratings.csv, and what each says."""
    rows, counts = ["superseded == 0", "replicate == 0"], ["no corrected ratings", "first readings"]
    if "phase" in layout.types:
        rows.append(f"phase == {json.dumps(held.phase)}")
        counts.append(f"phase {held.phase} only")
    if "asked_at" in layout.types:
        rows.append('asked_at == "case"')
        counts.append("what was asked of a case")
    if "reader_kind" in layout.types:
        rows.append('reader_kind != "machine"')
        counts.append("no machine readers")
    if "pictures" in layout.types:
        rows.append("!is.na(arm)")
        counts.append("single pictures")
    return rows, counts


def is_real(verdict: Question) -> str:
    """Whether a row was judged real; the upper half of a graded verdict is synthetic."""
    if kind_of(verdict).spread == "grades":
        return f"ratings${verdict.key} <= {(verdict.low + verdict.high) / 2:g}"
    return f'ratings${verdict.key} == "real"'
