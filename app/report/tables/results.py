"""The tables of results by arm, real arms first."""

from collections.abc import Mapping

import numpy as np

from app.domain.said import capital, joined, said
from app.report.tables.asked import Column, asked_only
from app.report.tables.table import Cell, ReportTable, Row, estimate_cell, table, words
from app.report.words.conclusions import MEASURES, conclusion_words, estimate_of
from app.report.words.numbers import NONE, number, p_value, percent
from app.report.words.terms import term
from app.statistics.analysis import Analysis, ArmAnalysis
from app.statistics.realness.equivalence import Conclusion
from app.statistics.table.estimate import Estimate, not_estimable
from app.statistics.table.ratings import RatingsTable
from app.statistics.variance.interval import averaged_over_readers
from app.statistics.variance.reader_means import reader_means

Labels = Mapping[str, str]


def main_table(analysis: Analysis, labels: Labels) -> ReportTable:
    """One row an arm, the real one first: the figures that a paper's first table has."""
    asked_verdict = analysis.table.has("verdict")
    kind = "verdict" if asked_verdict else "realism"
    # One reader agrees with nobody: the columns would hold dashes.
    several = len(analysis.table.readers) > 1
    rows = [
        arm_row(analysis, arm, labels, _main_cells(analysis, arm, kind if several else None))
        for arm in analysis.arms.values()
    ]
    headings, kept = asked_only(analysis.table, _main_columns(kind if several else None), rows)
    return table(
        "results", said("Results by arm"), headings, kept, [_main_note(analysis, several=several)]
    )


def _main_columns(agreement_on: str | None) -> list[Column]:
    columns = [
        Column(said("Arm")),
        Column(said("Images")),
        Column(said("Ratings")),
        Column(said("Realism, mean"), "realism"),
        Column(said("Realism, median"), "realism"),
        Column(said("Judged real"), "verdict"),
        Column(said("Accuracy"), "verdict"),
        Column(said("Hit rate"), "verdict"),
        Column(said("False alarms"), "verdict"),
        Column(said("Confidence"), "confidence"),
        Column(said("Reading time"), "reading_time_ms"),
    ]
    if agreement_on is not None:
        columns += [
            Column(said("Agreement ({kind})", kind=term(agreement_on))),
            Column(said("Fleiss’ κ")),
        ]
    return columns


def _main_note(analysis: Analysis, *, several: bool) -> str:
    ratings = analysis.table
    parts = [
        said("Below each figure its {level} interval.", level=percent(analysis.settings.level)),
        said(
            "Judged real: the deception rate of a synthetic arm. Accuracy of a synthetic arm: its "
            "images and the real ones called what they are; of the real arm: its images called "
            "real. Hit: synthetic called synthetic. False alarm: real called synthetic."
        )
        if ratings.has("verdict")
        else "",
        said("Reading time: geometric mean.") if ratings.has("reading_time_ms") else "",
        said("Agreement: share of pairs of readers who gave the same answer.") if several else "",
        said("ref.: the real arm, which the others are held against."),
    ]
    return joined((part for part in parts if part), " ")


def _main_cells(analysis: Analysis, arm: ArmAnalysis, agreement_on: str | None) -> list[Cell]:
    cells = [
        Cell(str(arm.n_cases)),
        Cell(str(arm.n_ratings)),
        estimate_cell(estimate_of(arm, "realism", "mean")),
        estimate_cell(estimate_of(arm, "realism", "median")),
        estimate_cell(estimate_of(arm, "deception", "rate"), "percent"),
        estimate_cell(_accuracy(arm), "percent"),
        estimate_cell(estimate_of(arm, "detection", "hit_rate"), "percent"),
        estimate_cell(_false_alarms(analysis, arm), "percent"),
        estimate_cell(mean_confidence(analysis, arm.arm)),
        estimate_cell(estimate_of(arm, "time", "geometric_mean_ms"), "seconds"),
    ]
    if agreement_on is not None:
        cells += [
            estimate_cell(_agreement(arm, agreement_on, "percent_agreement"), "percent"),
            estimate_cell(_agreement(arm, agreement_on, "fleiss_kappa")),
        ]
    return cells


def distribution_table(analysis: Analysis, labels: Labels) -> ReportTable | None:
    """How often every step of the realism scale was used; None for a scale of many steps."""
    first = next(iter(analysis.arms.values()))
    if not first.distribution:
        return None
    steps = [share.category for share in first.distribution]
    rows = [
        arm_row(
            analysis,
            arm,
            labels,
            [
                *(Cell(str(step.count), percent(step.share)) for step in arm.distribution),
                estimate_cell(estimate_of(arm, "realism", "mean")),
                estimate_cell(estimate_of(arm, "realism", "median")),
                estimate_cell(estimate_of(arm, "realism", "top2box"), "percent"),
            ],
        )
        for arm in analysis.arms.values()
    ]
    return table(
        "realism-distribution",
        said("Realism: ratings of every step of the scale"),
        [
            said("Arm"),
            *(f"{step:g}" for step in steps),
            said("Mean"),
            said("Median"),
            said("Top two steps"),
        ],
        rows,
        [
            said("Number of ratings, below it the share averaged over readers, who weigh equally.")
            if len(analysis.table.readers) > 1
            else said("Number of ratings, below it their share.")
        ],
    )


def detection_table(analysis: Analysis, labels: Labels) -> ReportTable:
    """Rate judged real with what it must be read beside: d', c, hits and false alarms."""
    rows = []
    for arm in analysis.arms.values():
        detection = {
            key: estimate_of(arm, "detection", key)
            for key in ("balanced_accuracy", "d_prime", "criterion")
        }
        rows.append(
            arm_row(
                analysis,
                arm,
                labels,
                [
                    estimate_cell(estimate_of(arm, "deception", "rate"), "percent"),
                    estimate_cell(estimate_of(arm, "detection", "hit_rate"), "percent"),
                    estimate_cell(_false_alarms(analysis, arm), "percent"),
                    estimate_cell(detection["balanced_accuracy"], "percent"),
                    estimate_cell(estimate_of(arm, "deception", "hype_infinity"), "percent"),
                    estimate_cell(detection["d_prime"]),
                    estimate_cell(detection["criterion"], "signed"),
                ],
            )
        )
    return table(
        "detection",
        said("Detection: telling synthetic from real by verdict"),
        [
            said("Arm"),
            said("Judged real"),
            said("Hit rate"),
            said("False alarms"),
            said("Balanced accuracy"),
            "HYPE∞",
            "d′",
            said("Criterion c"),
        ],
        rows,
        [
            said(
                "The rate judged real on its own measures the readers’ leaning as "
                "much as the images: read it beside the rate of the real arm, d′ "
                "(ability to tell apart, 0 = none) and c (above 0 leans towards "
                "calling things real). HYPE∞: error rate on a balanced mix, 50% = "
                "chance."
            )
        ],
    )


def conclusion_table(analysis: Analysis, labels: Labels) -> ReportTable:
    """AUCs of every synthetic arm and its conclusion with both p values, ties beside.

    Without a test, as with one reader, there are no columns for one.
    """
    concluded = [
        (arm, arm.conclusion) for arm in analysis.arms.values() if arm.conclusion is not None
    ]
    is_tested = any(one.p_difference is not None for _, one in concluded)
    is_adjusted = any(one.n_adjusted_for > 1 for _, one in concluded)
    keys = [key for key in MEASURES if _has_auc(analysis.table, key)]
    rows = [
        arm_row(
            analysis,
            arm,
            labels,
            [
                *(estimate_cell(estimate_of(arm, "discrimination", key)) for key in keys),
                *(_tests(conclusion, is_adjusted=is_adjusted) if is_tested else ()),
                Cell(_ties(conclusion)),
                words(conclusion_words(conclusion)),
            ],
        )
        for arm, conclusion in concluded
    ]
    inner = percent(2 * analysis.settings.level - 1)
    tests = (
        capital(said("{inner} interval", inner=inner)),
        said("p, difference"),
        said("p, equivalence"),
        *(
            (said("p, difference, adjusted"), said("p, equivalence, adjusted"))
            if is_adjusted
            else ()
        ),
    )
    return table(
        "discrimination",
        said("Discrimination: every synthetic arm against real"),
        [
            said("Arm"),
            *(said("AUC, {measures}", measures=MEASURES[key]) for key in keys),
            *(tests if is_tested else ()),
            said("Ties"),
            said("Conclusion"),
        ],
        rows,
        [_what_it_rests_on(analysis, is_tested=is_tested, is_adjusted=is_adjusted)],
    )


def _tests(conclusion: Conclusion, *, is_adjusted: bool) -> list[Cell]:
    """The interval of the equivalence test and the p values."""
    low, high = conclusion.low, conclusion.high
    ends = (
        NONE
        if low is None or high is None
        else said("{low} to {high}", low=number(low), high=number(high))
    )
    p_values = [conclusion.p_difference, conclusion.p_equivalence]
    if is_adjusted:
        p_values += [conclusion.p_difference_adjusted, conclusion.p_equivalence_adjusted]
    return [Cell(ends), *(Cell(p_value(p)) for p in p_values)]


def _what_it_rests_on(analysis: Analysis, *, is_tested: bool, is_adjusted: bool) -> str:
    used = next((arm.conclusion.measure for arm in analysis.arms.values() if arm.conclusion), "")
    rests = (
        said(
            " The conclusion rests on the AUC from {get} with a margin of ±{margin:g}{adjustment}.",
            get=MEASURES.get(used, "none"),
            margin=analysis.settings.margin,
            adjustment=_adjustment(analysis, is_adjusted=is_adjusted),
        )
        if is_tested
        else ""
    )
    return said(
        "AUC: chance that a real image is rated more realistic than a "
        "synthetic one; 0.5 = rated alike.{rests} Ties: share of pairs of a "
        "real and a synthetic image that a reader rated alike; they draw the "
        "AUC to 0.5.",
        rests=rests,
    )


def _ties(conclusion: Conclusion) -> str:
    return NONE if conclusion.assay is None else percent(conclusion.assay.tie_share)


def _adjustment(analysis: Analysis, *, is_adjusted: bool) -> str:
    if is_adjusted:
        return said(", and on p values adjusted for the number of arms by Holm’s method")
    several = sum(arm.conclusion is not None for arm in analysis.arms.values()) > 1
    return said("; its p values are not adjusted for the number of arms") if several else ""


def arm_row(analysis: Analysis, arm: ArmAnalysis, labels: Labels, cells: list[Cell]) -> Row:
    """A row headed by an arm's label, its key below where that differs."""
    label = labels.get(arm.arm, arm.arm)
    is_real = arm.arm in analysis.table.real_arms
    return Row(label, tuple(cells), below="" if label == arm.arm else arm.arm, is_real=is_real)


def mean_confidence(analysis: Analysis, arm: str) -> Estimate:
    """Mean of the readers' mean confidence in their verdicts, with the core's interval."""
    ratings = analysis.table
    if not ratings.has("confidence"):
        return not_estimable(said("the ratings have no confidence"))
    matrix = ratings.matrix("confidence", arm)
    clusters = ratings.clusters_of(((arm,),))
    theta, covariance = reader_means(matrix, None if clusters is None else clusters[0])
    return averaged_over_readers(
        theta,
        covariance,
        [matrix],
        analysis.settings,
        what=said("mean confidence"),
        clusters=clusters,
    )


def _accuracy(arm: ArmAnalysis) -> Estimate:
    if arm.truth == "real":
        return estimate_of(arm, "deception", "rate")
    return estimate_of(arm, "detection", "accuracy")


def _false_alarms(analysis: Analysis, arm: ArmAnalysis) -> Estimate:
    if arm.truth != "real":
        return estimate_of(arm, "detection", "false_alarm_rate")
    synthetic = [analysis.arms[name] for name in analysis.table.synthetic_arms]
    if not synthetic or len(analysis.table.real_arms) > 1:
        return not_estimable(
            said("several real arms are pooled for it, or there is no synthetic one")
        )
    return estimate_of(synthetic[0], "detection", "false_alarm_rate")


def _agreement(arm: ArmAnalysis, kind: str, key: str) -> Estimate:
    family = arm.families["agreement"][kind]
    if isinstance(family, Estimate):
        return family
    return family[key]


def _has_auc(ratings: RatingsTable, key: str) -> bool:
    return {
        "auc_realism": ratings.has("realism"),
        "auc_confidence": ratings.has("signed_confidence"),
        "auc_score": ratings.has("score"),
    }[key] and bool(np.any(ratings.truth == "real"))
