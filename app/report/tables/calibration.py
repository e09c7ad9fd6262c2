"""Confidence against being right, as tables."""

from collections.abc import Mapping, Sequence

from app.report.tables.findings import arm_row
from app.report.tables.table import Cell, ReportTable, Row, estimate_cell, table
from app.report.words.numbers import Style
from app.report.words.question_figures import common_notes, name_of, title_of
from app.statistics.protocols.calibration import Calibration
from app.statistics.protocols.metacognition import Metacognition
from app.steps.question_figures import QuestionFigures

_FIGURES: Mapping[str, tuple[str, Style]] = {
    "accuracy": ("Right", "percent"),
    "mean_probability": ("Said", "percent"),
    "overconfidence": ("Over-confidence", "signed"),
    "type2_auc": ("Type-2 AUC", "plain"),
}
_BRIER: Mapping[str, tuple[str, Style]] = {
    "brier": ("Brier score", "plain"),
    "reliability": ("Reliability", "plain"),
    "resolution": ("Resolution", "plain"),
    "uncertainty": ("Uncertainty", "plain"),
}


def calibration_tables(
    one: QuestionFigures, figures: Calibration, labels: Mapping[str, str], real: Sequence[str]
) -> tuple[ReportTable, ...]:
    """The calibration curve, its figures by arm, and meta-d'."""
    by_arm = [
        _by_arm(
            one,
            figures,
            labels,
            real,
            _FIGURES,
            ("", "over-confidence"),
            "Said: the mean of what the levels were taken to say. Over-confidence: said minus "
            "right. Type-2 AUC: the chance of being surer of a right than of a wrong answer; 0.5 "
            "is confidence that says nothing.",
        ),
        _by_arm(
            one,
            figures,
            labels,
            real,
            _BRIER,
            ("brier", "Brier score and its parts"),
            "Brier score = reliability − resolution + uncertainty; lower is better. Reliability: "
            "0 is perfect calibration. Resolution: how far the levels tell right from wrong. "
            "Uncertainty: of the task. All without what chance adds where levels have few "
            "readings, so that a part near 0 can come out below it.",
        ),
    ]
    tables = [_curve(one, figures), *by_arm]
    if figures.metacognition is not None:
        tables.append(_meta(one, figures.metacognition))
    return tuple(tables)


def mapping_note(figures: Calibration) -> str:
    """What the levels were taken to say."""
    said = ", ".join(f"{level.level:g} = {_chance(level.probability)}" for level in figures.levels)
    if figures.is_stated:
        return f"The design states what probability of being right each level says: {said}."
    return (
        "Each level was taken to say a probability of being right, in equal steps from a guess to "
        f"certainty: {said}. Readers were not asked for probabilities."
    )


def _chance(probability: float) -> str:
    """With three figures: equal steps are seldom whole per cents."""
    return f"{100 * probability:.3g}%"


def _curve(one: QuestionFigures, figures: Calibration) -> ReportTable:
    rows = [
        Row(
            f"{level.level:g}",
            (
                Cell(_chance(level.probability)),
                Cell(str(level.n)),
                estimate_cell(level.correct, "percent"),
            ),
            below=level.name,
        )
        for level in figures.levels
    ]
    return table(
        name_of(one, "curve"),
        title_of(one, "calibration"),
        ["Level", "Taken to say", "Readings", "Right"],
        rows,
        [mapping_note(figures), *common_notes(one)],
    )


def _by_arm(
    one: QuestionFigures,
    figures: Calibration,
    labels: Mapping[str, str],
    real: Sequence[str],
    shown: Mapping[str, tuple[str, Style]],
    part: tuple[str, str],
    note: str,
) -> ReportTable:
    rows = [
        arm_row(
            arm,
            "real" if arm in real else "synthetic",
            {"": "All", **labels},
            [estimate_cell(of_arm[name], style) for name, (_, style) in shown.items()],
        )
        for arm, of_arm in figures.by_arm.items()
    ]
    return table(
        name_of(one, part[0]),
        title_of(one, part[1]),
        ["Arm", *(name for name, _ in shown.values())],
        rows,
        [note],
    )


def _meta(one: QuestionFigures, figures: Metacognition) -> ReportTable:
    first, second = figures.kinds
    counted = sum(not fit.why_not for fit in figures.readers)
    reasons = sorted(set(figures.why_left_out))
    left_out = (
        f"Estimable of {counted} of {len(figures.readers)} readers; left out: {'; '.join(reasons)}."
        if reasons
        else ""
    )
    cells = [
        estimate_cell(estimate)
        for estimate in (figures.d_prime, figures.meta_d_prime, figures.ratio)
    ]
    return table(
        name_of(one, "meta"),
        title_of(one, "meta-d′"),
        ["Told apart", "d′", "meta-d′", "meta-d′ / d′"],
        [Row(f"{first} and {second}", tuple(cells))],
        [
            "meta-d′: the d′ that would give confidence this good. Equal to d′, confidence uses "
            "all that the answers rest on; below it, less. All arms together.",
            left_out,
        ],
    )
