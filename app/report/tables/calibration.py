"""Confidence against being right, as tables."""

from collections.abc import Mapping, Sequence

from app.domain.said import joined, said
from app.report.tables.findings import arm_row
from app.report.tables.table import Cell, ReportTable, Row, estimate_cell, table
from app.report.words.numbers import Style
from app.report.words.question_figures import common_notes, name_of, title_of
from app.report.words.terms import term
from app.statistics.protocols.calibration import Calibration
from app.statistics.protocols.metacognition import Metacognition
from app.steps.question_figures import QuestionFigures

_FIGURES: Mapping[str, tuple[str, Style]] = {
    "accuracy": (said("Share right"), "percent"),
    "mean_probability": (said("Said"), "percent"),
    "overconfidence": (said("Over-confidence"), "signed"),
    "type2_auc": (said("Type-2 AUC"), "plain"),
}
_BRIER: Mapping[str, tuple[str, Style]] = {
    "brier": (said("Brier score"), "plain"),
    "reliability": (said("Reliability"), "plain"),
    "resolution": (said("Resolution"), "plain"),
    "uncertainty": (said("Uncertainty"), "plain"),
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
            ("", said("over-confidence")),
            said(
                "Said: the mean of what the levels were taken to say. "
                "Over-confidence: said minus right. Type-2 AUC: the chance of being "
                "surer of a right than of a wrong answer; 0.5 is confidence that "
                "says nothing."
            ),
        ),
        _by_arm(
            one,
            figures,
            labels,
            real,
            _BRIER,
            ("brier", said("Brier score and its parts")),
            said(
                "Brier score = reliability − resolution + uncertainty; lower is "
                "better. Reliability: 0 is perfect calibration. Resolution: how far "
                "the levels tell right from wrong. Uncertainty: of the task. All "
                "without what chance adds where levels have few readings, so that a "
                "part near 0 can come out below it."
            ),
        ),
    ]
    tables = [_curve(one, figures), *by_arm]
    if figures.metacognition is not None:
        tables.append(_meta(one, figures.metacognition))
    return tuple(tables)


def mapping_note(figures: Calibration) -> str:
    """What the levels were taken to say."""
    levels = joined(
        (
            said("{level:g} = {chance}", level=level.level, chance=_chance(level.probability))
            for level in figures.levels
        ),
        ", ",
    )
    if figures.is_stated:
        return said(
            "The design states what probability of being right each level says: {levels}.",
            levels=levels,
        )
    return said(
        "Each level was taken to say a probability of being right, in equal "
        "steps from a guess to certainty: {levels}. Readers were not asked for "
        "probabilities.",
        levels=levels,
    )


def _chance(probability: float) -> str:
    """With three figures: equal steps are seldom whole per cents."""
    return said("{value:.3g}%", value=100 * probability)


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
        title_of(one, said("calibration")),
        [said("Level"), said("Taken to say"), said("Readings"), said("Share right")],
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
            said("real") if arm in real else said("synthetic"),
            {"": said("All"), **labels},
            [estimate_cell(of_arm[name], style) for name, (_, style) in shown.items()],
        )
        for arm, of_arm in figures.by_arm.items()
    ]
    return table(
        name_of(one, part[0]),
        title_of(one, part[1]),
        [said("Arm"), *(name for name, _ in shown.values())],
        rows,
        [note],
    )


def _meta(one: QuestionFigures, figures: Metacognition) -> ReportTable:
    first, second = figures.kinds
    counted = sum(not fit.why_not for fit in figures.readers)
    reasons = sorted(set(figures.why_left_out))
    left_out = (
        said(
            "Estimable of {counted} of {n_readers} readers; left out: {join}.",
            counted=counted,
            n_readers=len(figures.readers),
            join=joined(reasons, "; "),
        )
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
        [said("Told apart"), "d′", "meta-d′", said("meta-d′ / d′")],
        [Row(said("{first} and {second}", first=term(first), second=term(second)), tuple(cells))],
        [
            said(
                "meta-d′: the d′ that would give confidence this good. Equal to d′, "
                "confidence uses all that the answers rest on; below it, less. All "
                "arms together."
            ),
            left_out,
        ],
    )
