"""Agreement between readers and of readers with themselves: coefficients by arm."""

from collections.abc import Mapping

from app.domain.said import said
from app.report.tables.results import Labels
from app.report.tables.table import Cell, ReportTable, Row, estimate_cell, table
from app.report.words.numbers import Style
from app.statistics.analysis import Analysis, ArmAnalysis
from app.statistics.table.estimate import Estimate

_VERDICT: Mapping[str, tuple[str, Style]] = {
    "percent_agreement": (said("Percent agreement"), "percent"),
    "prevalence_index": (said("Prevalence index"), "signed"),
    "bias_index": (said("Bias index"), "plain"),
    "pabak": ("PABAK", "plain"),
    "positive_agreement": (said("Agreement on “synthetic”"), "percent"),
    "negative_agreement": (said("Agreement on “real”"), "percent"),
    "cohen_kappa_mean": (said("Cohen’s κ, mean of pairs (Light)"), "plain"),
    "fleiss_kappa": (said("Fleiss’ κ"), "plain"),
    "conger_kappa": (said("Conger’s κ"), "plain"),
    "gwet_ac1": (said("Gwet’s AC1"), "plain"),
    "brennan_prediger": (said("Brennan-Prediger"), "plain"),
    "krippendorff_alpha_nominal": (said("Krippendorff’s α, nominal"), "plain"),
}
_REALISM: Mapping[str, tuple[str, Style]] = {
    "percent_agreement": (said("Percent agreement"), "percent"),
    "cohen_kappa_mean": (said("Cohen’s κ, mean of pairs (Light)"), "plain"),
    "cohen_kappa_mean_linear": (said("Cohen’s κ, linear weights"), "plain"),
    "cohen_kappa_mean_quadratic": (said("Cohen’s κ, quadratic weights"), "plain"),
    "fleiss_kappa": (said("Fleiss’ κ"), "plain"),
    "conger_kappa": (said("Conger’s κ"), "plain"),
    "gwet_ac1": (said("Gwet’s AC1"), "plain"),
    "gwet_ac2": (said("Gwet’s AC2, quadratic weights"), "plain"),
    "brennan_prediger": (said("Brennan-Prediger"), "plain"),
    "krippendorff_alpha_nominal": (said("Krippendorff’s α, nominal"), "plain"),
    "krippendorff_alpha_ordinal": (said("Krippendorff’s α, ordinal"), "plain"),
    "krippendorff_alpha_interval": (said("Krippendorff’s α, interval"), "plain"),
    "icc_1": ("ICC(1)", "plain"),
    "icc_a1": ("ICC(A,1)", "plain"),
    "icc_c1": ("ICC(C,1)", "plain"),
    "icc_ak": (said("ICC(A,k), mean of all readers"), "plain"),
    "kendall_w": (said("Kendall’s W"), "plain"),
}
_INTRA_REALISM: Mapping[str, tuple[str, Style]] = {
    "percent_agreement": (said("Same answer twice"), "percent"),
    "kappa": ("κ", "plain"),
    "kappa_quadratic": (said("κ, quadratic weights"), "plain"),
    "within_subject_sd": (said("Within-subject SD"), "plain"),
    "repeatability_coefficient": (said("Repeatability coefficient"), "plain"),
    "bias": (said("Bias, second − first"), "signed"),
    "limit_of_agreement_low": (said("Lower limit of agreement"), "signed"),
    "limit_of_agreement_high": (said("Upper limit of agreement"), "signed"),
}
_INTRA_VERDICT: Mapping[str, tuple[str, Style]] = {
    "percent_agreement": (said("Same verdict twice"), "percent"),
    "kappa": ("κ", "plain"),
}
_BESIDE = said(
    "Percent agreement, prevalence and bias stand beside every κ on "
    "purpose: where nearly all images are called the same, κ is low "
    "although readers agree (the κ paradox). Prevalence index: share of "
    "pairs agreeing on “synthetic” minus share agreeing on “real”."
)


def agreement_tables(analysis: Analysis, labels: Labels) -> tuple[ReportTable, ...]:
    """Between readers, per question that was asked."""
    tables = []
    if analysis.table.has("verdict"):
        tables.append(
            _by_arm(
                analysis,
                labels,
                "agreement",
                "verdict",
                _VERDICT,
                said("Agreement between readers: verdict"),
                _BESIDE,
            )
        )
    if analysis.table.has("realism"):
        tables.append(
            _by_arm(
                analysis,
                labels,
                "agreement",
                "realism",
                _REALISM,
                said("Agreement between readers: realism"),
                said(
                    "ICC: A absolute agreement, C consistency, 1 of a single reader, k "
                    "of the mean. Within one arm images differ little in realism, so "
                    "coefficients that compare images with each other are lower than "
                    "over all arms together."
                ),
            )
        )
    return tuple(tables)


def intra_reader_tables(analysis: Analysis, labels: Labels) -> tuple[ReportTable, ...]:
    """Readers with themselves, from repeated cases; nothing when none was repeated."""
    if not any(arm.n_repeated for arm in analysis.arms.values()):
        return ()
    tables = []
    if analysis.table.has("verdict"):
        tables.append(
            _by_arm(
                analysis,
                labels,
                "intra_reader",
                "verdict",
                _INTRA_VERDICT,
                said("Agreement of readers with themselves: verdict"),
                "",
            )
        )
    if analysis.table.has("realism"):
        tables.append(
            _by_arm(
                analysis,
                labels,
                "intra_reader",
                "realism",
                _INTRA_REALISM,
                said("Agreement of readers with themselves: realism"),
                said(
                    "Repeatability coefficient: 95% of two readings of one image by one "
                    "reader differ by less, in steps of the scale."
                ),
            )
        )
    return tuple(tables)


def _by_arm(
    analysis: Analysis,
    labels: Labels,
    family: str,
    kind: str,
    wanted: Mapping[str, tuple[str, Style]],
    title: str,
    note: str,
) -> ReportTable:
    rows = [
        Row(
            name,
            tuple(_cell(arm, family, kind, key, style) for arm in analysis.arms.values()),
        )
        for key, (name, style) in wanted.items()
    ]
    columns = [said("Coefficient"), *(labels.get(arm, arm) for arm in analysis.arms)]
    return table(
        f"{family}-{kind}".replace("_", "-"),
        title,
        columns,
        rows,
        [note],
    )


def _cell(arm: ArmAnalysis, family: str, kind: str, key: str, style: Style) -> Cell:
    figures = arm.families[family][kind]
    return estimate_cell(figures if isinstance(figures, Estimate) else figures[key], style)
