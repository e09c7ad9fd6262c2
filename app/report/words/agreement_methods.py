"""Methods of agreement between readers, and of readers with themselves."""

from app.domain.said import joined, said
from app.report.words.computed_methods import is_computed, is_used
from app.report.words.listed import listed
from app.report.words.references import Paragraph
from app.statistics.analysis import Analysis

# Names of the coefficients as a sentence has them, by the end of their path.
_COEFFICIENTS = {
    "percent_agreement": said("percent agreement"),
    "prevalence_index": said("prevalence and bias index"),
    "pabak": said("PABAK [byrt, paradox]"),
    "cohen_kappa_mean": said("Cohen’s κ averaged over pairs [light]"),
    "fleiss_kappa": said("Fleiss’ κ [fleiss]"),
    "conger_kappa": said("Conger’s κ [conger]"),
    "gwet_ac1": said("Gwet’s AC [gwet]"),
    "brennan_prediger": said("Brennan-Prediger [brennan]"),
    "krippendorff_alpha_interval": said("Krippendorff’s α [krippendorff]"),
}


def agreement(analysis: Analysis) -> Paragraph | None:
    """Which coefficients there are, and their intervals; None where there are none."""
    kinds = ("realism", "verdict")
    named = [
        words
        for key, words in _COEFFICIENTS.items()
        if is_computed(analysis, *(f"agreement.{kind}.{key}" for kind in kinds))
    ]
    parts: list[str] = []
    if named:
        parts.append(
            said(
                "Agreement between readers, within each arm, is given as {list}{jackknife}.",
                list=listed(named),
                jackknife=_jackknife(analysis),
            )
        )
    if is_computed(analysis, "agreement.realism.icc"):
        ways = [
            words
            for name, words in (
                ("ANOVA", said("those of the analysis of variance of complete ratings")),
                ("REML", said("by REML where ratings are missing")),
            )
            if is_used(analysis, name, "agreement.realism.icc")
        ]
        parts.append(
            said("Intraclass correlations [mcgraw] are {list}.", list=listed(ways)) if ways else ""
        )
    if is_computed(analysis, "agreement.realism.kendall_w"):
        parts.append(said("Kendall’s W is corrected for ties."))
    if is_computed(analysis, "intra_reader."):
        parts.append(
            said(
                "Repeated readings give κ of each reader with themselves, the "
                "within-subject standard deviation, the repeatability coefficient "
                "and the limits of agreement [bland]."
            )
            if analysis.table.has("realism")
            else said("Repeated readings give κ of each reader with themselves.")
        )
    text = joined((part for part in parts if part), " ")
    return (said("Agreement"), text) if text else None


def _jackknife(analysis: Analysis) -> str:
    in_clusters = is_used(analysis, "images in clusters", "agreement.")
    over = said("clusters of images") if in_clusters else said("cases")
    if is_used(analysis, "two-way jackknife", "agreement."):
        return said(
            ", with two-way jackknife intervals over readers and {over} in which "
            "the noise of single readings counts once [hoeffding]",
            over=over,
        )
    if is_used(analysis, "jackknife over readers", "agreement."):
        return said(", with jackknife intervals over readers")
    if is_used(analysis, "jackknife over cases", "agreement."):
        return said(", with jackknife intervals over {over} for these readers only", over=over)
    return ""
