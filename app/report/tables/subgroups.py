"""The main figures by what the bank's records say of a case."""

from collections.abc import Mapping

from app.domain.said import capital, joined, said
from app.report.tables.asked import Column, asked_only, made_of
from app.report.tables.results import Labels
from app.report.tables.table import Cell, ReportTable, Row, estimate_cell, table, words
from app.report.words.numbers import Style
from app.report.words.terms import term
from app.statistics.analysis import Analysis
from app.statistics.conduct.subgroups import FEW_IMAGES, Stratum, Subgroup

_FIGURES: Mapping[str, tuple[str, Style]] = {
    "realism.mean": (said("Realism, mean"), "plain"),
    "deception.rate": (said("Judged real"), "percent"),
    "detection.d_prime": ("d′", "plain"),
    "discrimination.auc_realism": (said("AUC, realism"), "plain"),
}
# Their ratings are the arm's own; the others count real ones too.
_OF_THE_ARM = ("realism.mean", "deception.rate")


def subgroup_tables(analysis: Analysis, labels: Labels) -> tuple[ReportTable, ...]:
    """One table a key of the records."""
    return tuple(_table(analysis, stratum, labels) for stratum in analysis.subgroups.values())


def _table(analysis: Analysis, stratum: Stratum, labels: Labels) -> ReportTable:
    count = len(stratum.subgroups)
    small = [one.level for one in stratum.subgroups if one.is_small]
    notes = [
        said(
            "There are no subgroups by {name}: {why_not}.",
            name=stratum.name,
            why_not=stratum.why_not,
        )
        * bool(stratum.why_not),
        said(
            "AUC: against the real images of the same subgroup. {count} "
            "subgroups with as many intervals: some differ by chance alone, so "
            "none is tested and none carries a conclusion.",
            count=count,
        )
        if count
        else "",
        said(
            "Caution: fewer than {few_images} images of an arm in {join}; these "
            "figures say little.",
            few_images=FEW_IMAGES,
            join=joined(small, ", "),
        )
        if small
        else "",
    ]
    headings, rows = asked_only(
        analysis.table,
        [
            Column(capital(term(stratum.name))),
            Column(said("Arm")),
            Column(said("Images")),
            Column(said("Ratings")),
            *(Column(name, made_of(key)) for key, (name, _) in _FIGURES.items()),
        ],
        [row for one in stratum.subgroups for row in _rows(analysis, one, labels)]
        or [Row(said("No subgroups"), (words(""),) * (3 + len(_FIGURES)))],
    )
    return table(
        f"subgroups-{stratum.name}",
        said("By {name} of the case", name=stratum.name),
        headings,
        rows,
        notes,
    )


def _rows(analysis: Analysis, one: Subgroup, labels: Labels) -> list[Row]:
    return [
        Row(
            one.level,
            (
                words(labels.get(arm, arm)),
                Cell(str(one.images[arm])),
                Cell(str(max(figures[key].n_ratings for key in _OF_THE_ARM))),
                *(estimate_cell(figures[key], style) for key, (_, style) in _FIGURES.items()),
            ),
            is_real=arm in analysis.table.real_arms,
        )
        for arm, figures in one.figures.items()
    ]
