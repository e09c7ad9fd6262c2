"""An R script that reloads ratings.csv and fits the mixed models."""

import json

from app.domain.design.design import StudyDesign
from app.statistics.table.ratings import RatingsTable

_HEAD = """\
# Mixed models of the study {slug} in R.
# Run it in the folder of ratings.csv:  Rscript models.R
# Packages: ordinal (cumulative link models), lme4 (logistic models), from CRAN.
# Readers and cases are random effects; the real arm is the reference level.
{warning}
ratings <- read.csv("ratings.csv", encoding = "UTF-8", na.strings = "", check.names = FALSE,
                    colClasses = c(reader = "character", case = "character", arm = "character"))
# What counts: no corrected ratings, first readings only.
ratings <- subset(ratings, superseded == 0 & replicate == 0)
ratings$arm <- factor(ratings$arm, levels = c({arms}))
ratings$reader <- factor(ratings$reader)
ratings$case <- factor(ratings$case)
print(with(ratings, table(arm, reader)))
"""
_ORDINAL = """
# Realism: cumulative link mixed model (proportional odds). A coefficient of an arm is the log odds
# ratio of being rated more realistic than the real images.
if (requireNamespace("ordinal", quietly = TRUE)) {
  ratings$realism_step <- factor(ratings$realism, levels = %(steps)s, ordered = TRUE)
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
  realism_model <- lme4::lmer(realism ~ arm + (1 | reader) + (1 | reader:arm) + (1 | case),
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
  ratings$judged_real <- as.integer(ratings$verdict == "real")
  deception_model <- lme4::glmer(judged_real ~ arm + (1 | reader) + (1 | reader:arm) + (1 | case),
                                 data = ratings, family = binomial,
                                 control = lme4::glmerControl(optimizer = "bobyqa"))
  print(summary(deception_model))
} else {
  message("Package lme4 is missing: install.packages('lme4')")
}
"""
_FEW_STEPS = 11


def r_script(slug: str, design: StudyDesign, table: RatingsTable | None, *, simulated: bool) -> str:
    """Cumulative-link (ordinal::clmm) and logistic (lme4::glmer) models of what was asked."""
    arms = [plan.arm for plan in design.arms] if table is None else list(table.arms)
    warning = (
        '\nmessage("REHEARSAL: simulated readers; these are not results.")\n' if simulated else ""
    )
    # A JSON string of an arm's key is an R string.
    text = _HEAD.format(slug=slug, warning=warning, arms=", ".join(json.dumps(arm) for arm in arms))
    realism, verdict = design.first_with("realism"), design.first_with("verdict")
    if realism is not None and len(realism.points) <= _FEW_STEPS:
        text += _ORDINAL % {"steps": f"{realism.low}:{realism.high}"}
    elif realism is not None:
        text += _LINEAR
    if verdict is not None:
        text += _LOGISTIC
    return text
