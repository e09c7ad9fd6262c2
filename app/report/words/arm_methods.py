"""Methods of each arm's figures, of what was concluded from them, and of arms beside each other."""

import math
from collections import Counter
from collections.abc import Sequence

from app.domain.said import joined, said
from app.report.words.computed_methods import is_computed, is_used
from app.report.words.conclusions import MEASURES
from app.report.words.listed import listed
from app.report.words.numbers import percent
from app.report.words.references import Paragraph
from app.statistics.analysis import Analysis
from app.statistics.realness.equivalence import Conclusion


def figures(analysis: Analysis) -> Paragraph | None:
    """What each figure of merit is; None where none was made."""
    table = analysis.table
    parts = []
    if table.has("realism"):
        woodruff = (
            said(" with a Woodruff interval [woodruff]") if is_used(analysis, "Woodruff") else ""
        )
        parts.append(
            said(
                "Realism is given as mean, as median{woodruff} and as its distribution.",
                woodruff=woodruff,
            )
        )
    if table.has("verdict"):
        parts.append(said("The deception rate is the share of an arm’s images judged real."))
    if is_computed(analysis, "detection.d_prime"):
        parts.append(
            said(
                "Sensitivity d′ and criterion c carry the log-linear correction "
                "[hautus]; HYPE∞ is the error rate on a balanced mix of an arm and "
                "real images [hype]."
            )
        )
    if is_computed(analysis, "discrimination."):
        of_settings = {
            "unbiased": said("unbiased (U-statistic) covariances over cases [gallas]"),
            "delong": said("the covariances of DeLong et al. [delong]"),
            "jackknife": said("jackknife covariances over cases"),
        }[analysis.settings.covariance]
        covariance = (
            said("covariances over clusters of images [clusters]")
            if is_used(analysis, "images in clusters", "discrimination.")
            else of_settings
        )
        parts.append(
            said(
                "The AUC is the chance that a real image is rated more realistic "
                "than a synthetic one, ties counting half, computed empirically for "
                "every reader{which}.",
                which=said(" with {covariance}", covariance=covariance)
                if is_used(analysis, "Rockette", "discrimination.")
                else "",
            )
        )
    return (said("Figures of merit"), joined(parts, " ")) if parts else None


def conclusions(analysis: Analysis) -> Paragraph | None:
    """When an arm is called distinguishable or equivalent; None where nothing was concluded."""
    made = [arm.conclusion for arm in analysis.arms.values() if arm.conclusion is not None]
    given = [one for one in made if one.p_difference is not None]
    if not given:
        return None
    level, margin = analysis.settings.level, analysis.settings.margin
    several = _over_arms(analysis, given)
    exact = (
        said(
            " Where every reader separated the arms completely the exact bound of the AUC decided."
        )
        if any("exact test" in conclusion.why for conclusion in given)
        else ""
    )
    return (
        said("Conclusions"),
        said(
            "On the AUC from {measures} a synthetic arm was called "
            "distinguishable from real if its {level} interval excluded 0.5; "
            "equivalent if it did not and the {percent} interval lay within 0.5 "
            "± {margin:g}, that is if both one-sided tests rejected at "
            "{percent2} [tost]; and inconclusive otherwise.{exact} A large p "
            "value was never taken for equivalence.{several}",
            measures=MEASURES[given[0].measure],
            level=percent(level),
            percent=percent(2 * level - 1),
            margin=margin,
            percent2=percent(1 - level),
            exact=exact,
            several=several,
        ),
    )


def _over_arms(analysis: Analysis, given: Sequence[Conclusion]) -> str:
    """How several conclusions were held together, and what would have withheld one."""
    settings = analysis.settings
    text = ""
    if any(one.n_adjusted_for > 1 for one in given):
        text += said(" Both p values were adjusted for the number of arms by Holm’s method [holm]")
        text += (
            said(", but for the primary arm {primary_arm}.", primary_arm=settings.primary_arm)
            if settings.primary_arm
            else "."
        )
    elif len(given) > 1:
        text += said(" Conclusions were not adjusted for the number of arms.")
    if settings.positive_controls:
        named = listed(settings.positive_controls)
        text += said(
            " No arm was to be called equivalent unless {named}, known to be "
            "bad, was told from real.",
            named=named,
        )
    if any(one.withheld for one in given):
        text += said(" Equivalence was withheld where it could not have come out otherwise.")
    return text


def between_arms(analysis: Analysis) -> Paragraph | None:
    """How arms were compared with each other; None where they were not."""
    tested = [pair for pair in analysis.contrasts.pairs if pair.p_value is not None]
    if not tested:
        return None
    per_figure = Counter(pair.measure for pair in tested)
    holm = (
        said(", p values adjusted by Holm [holm] over the pairs of each figure")
        if max(per_figure.values()) > 1
        else ""
    )
    overall = [test for test in analysis.contrasts.global_tests.values() if test.why_not is None]
    # The statistic of fixed readers is a chi-square.
    name = "F" if any(math.isfinite(test.df2) for test in overall) else said("chi-square")
    over_all = said(", with a global {name} test over all arms", name=name) if overall else ""
    delta = any(
        pair.cliffs_delta is not None and pair.cliffs_delta.estimate is not None for pair in tested
    )
    friedman = any(
        test.statistic is not None for test in analysis.contrasts.friedman_tests.values()
    )
    return (
        said("Between arms"),
        said(
            "Differences between arms come from the same model{holm}{over_all}.{which}{which2}",
            holm=holm,
            over_all=over_all,
            which=said(" Realism has Cliff’s δ beside it [cliff].") if delta else "",
            which2=said(" Friedman’s test on reader means [friedman] is secondary.")
            if friedman
            else "",
        ),
    )
