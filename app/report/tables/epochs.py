"""Realism over epochs: arms that are weights of one run, in the order of their training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.said import said
from app.report.tables.results import Labels, arm_row
from app.report.tables.table import Cell, ReportTable, estimate_cell, table
from app.report.words.conclusions import estimate_of
from app.report.words.numbers import NONE, percent
from app.statistics.analysis import Analysis, ArmAnalysis

if TYPE_CHECKING:
    from app.services.summarise_study import ArmFacts


@dataclass(frozen=True)
class EpochCurve:
    """The arms of one variant that were read, by epoch; at least two epochs."""

    variant: str
    points: tuple[tuple[float, ArmAnalysis], ...]


def epoch_curves(analysis: Analysis, facts: Sequence[ArmFacts]) -> tuple[EpochCurve, ...]:
    """A curve for every variant of which at least two epochs were read.

    Runs of one name that were trained otherwise are curves of their own.
    """
    read = {key: arm for key, arm in analysis.arms.items() if arm.n_ratings}
    runs: dict[tuple[str, str], list[tuple[float, ArmAnalysis]]] = {}
    for one in facts:
        if one.epoch is not None and one.key in read:
            run = runs.setdefault((one.epoch.variant, one.epoch.run), [])
            run.append((one.epoch.epoch, read[one.key]))
    return tuple(
        EpochCurve(variant, tuple(sorted(points, key=lambda point: (point[0], point[1].arm))))
        for (variant, _), points in runs.items()
        if len({epoch for epoch, _ in points}) > 1
    )


def epoch_text(epoch: float) -> str:
    """An epoch as it is written: a whole number where it is one.

    >>> epoch_text(25.0), epoch_text(2.75)
    ('25', '2.75')
    """
    return f"{epoch:g}"


def epoch_table(
    analysis: Analysis, labels: Labels, facts: Sequence[ArmFacts]
) -> ReportTable | None:
    """A row an epoch, after the real arms; None where no variant was read at two epochs."""
    curves = epoch_curves(analysis, facts)
    if not curves:
        return None
    asked = _asked(analysis)
    real = [("", "", analysis.arms[key]) for key in analysis.table.real_arms]
    points = [
        (curve.variant, epoch_text(epoch), arm) for curve in curves for epoch, arm in curve.points
    ]
    rows = [
        arm_row(
            analysis,
            arm,
            labels,
            [
                Cell(variant or NONE),
                Cell(epoch or NONE),
                *_cells(analysis, arm),
            ],
        )
        for variant, epoch, arm in [*real, *points]
    ]
    return table(
        "epochs",
        said("Realism over epochs"),
        [said("Arm"), said("Variant"), said("Epoch"), *asked],
        rows,
        [
            said(
                "Epochs of a variant are weights of one run, kept while it was trained. Below "
                "each figure its {level} interval, of that arm by itself; arms are held against "
                "each other in the table between arms. Whether copying grows with realism is "
                "told by the table of fidelity, diversity and memorisation.",
                level=percent(analysis.settings.level),
            )
        ],
    )


def _asked(analysis: Analysis) -> list[str]:
    ratings = analysis.table
    return [
        *([said("Realism, mean")] if ratings.has("realism") else []),
        *([said("Judged real")] if ratings.has("verdict") else []),
        *([said("AUC, realism")] if ratings.has("realism") and ratings.real_arms else []),
    ]


def _cells(analysis: Analysis, arm: ArmAnalysis) -> list[Cell]:
    ratings = analysis.table
    cells = []
    if ratings.has("realism"):
        cells.append(estimate_cell(estimate_of(arm, "realism", "mean")))
    if ratings.has("verdict"):
        cells.append(estimate_cell(estimate_of(arm, "deception", "rate"), "percent"))
    if ratings.has("realism") and ratings.real_arms:
        cells.append(estimate_cell(estimate_of(arm, "discrimination", "auc_realism")))
    return cells
