"""The parts of a report that the ratings by arm come to, from the most asked for to the details.

A terminal prints them too, so that what draws figures is imported elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.profile import EXPERIENCE_BANDS, SPECIALTIES
from app.domain.said import said
from app.report.page.section import Section
from app.report.tables.agreement import agreement_tables, intra_reader_tables
from app.report.tables.classifier_beside import classifier_table
from app.report.tables.comparisons import (
    bootstrap_table,
    contrast_table,
    global_table,
    group_tables,
    reader_table,
    time_table,
)
from app.report.tables.dependability import dependability_tables
from app.report.tables.epochs import epoch_table
from app.report.tables.machines import machine_table
from app.report.tables.model import model_table
from app.report.tables.precision import precision_table
from app.report.tables.results import (
    conclusion_table,
    detection_table,
    distribution_table,
    main_table,
)
from app.report.tables.subgroups import subgroup_tables
from app.report.tables.table import ReportTable
from app.report.tables.two_readers import two_readers_table
from app.report.words.cautions import Caution
from app.report.words.conclusions import arm_sentences
from app.statistics.analysis import Analysis

if TYPE_CHECKING:
    from app.report.figures.plot import ReportFigure
    from app.services.summarise_study import ArmFacts

GROUP_ORDERS: Mapping[str, Sequence[str]] = {
    "experience": [name for _, name in EXPERIENCE_BANDS],
    "specialty": list(SPECIALTIES.values()),
}


def analysis_sections(
    analysis: Analysis,
    labels: Mapping[str, str],
    figures: Mapping[str, ReportFigure],
    cautions: Sequence[Caution],
    *,
    facts: Sequence[ArmFacts] = (),
) -> tuple[Section, ...]:
    """The results, from the most asked for to the most detailed; empty parts are left out.

    `facts` is what the bank says of the arms; a file of ratings has none.
    """
    of = _Parts(analysis, labels, figures, cautions, facts)
    sections = (*_against_real(of), *_between_readers(of), *_beside_the_arms(of), *_by_reader(of))
    return tuple(one for one in sections if one.figures or one.tables or one.text)


@dataclass(frozen=True)
class _Parts:
    """What every part is made from."""

    analysis: Analysis
    labels: Mapping[str, str]
    figures: Mapping[str, ReportFigure]
    cautions: Sequence[Caution]
    facts: Sequence[ArmFacts]

    @property
    def several(self) -> bool:
        """Whether there is more than one reader."""
        return len(self.analysis.table.readers) > 1

    def drawn(self, *names: str) -> tuple[ReportFigure, ...]:
        """Those figures that there are."""
        return tuple(self.figures[name] for name in names if name in self.figures)

    def cautions_at(self, place: str) -> tuple[Caution, ...]:
        """The cautions that belong to a part."""
        return tuple(caution for caution in self.cautions if caution.place == place)


def _made(*tables: ReportTable | None) -> tuple[ReportTable, ...]:
    return tuple(table for table in tables if table is not None and table.rows)


def _against_real(of: _Parts) -> Iterator[Section]:
    """Whether arms are told from real, and how real they look."""
    analysis, labels = of.analysis, of.labels
    yield Section(
        "discrimination",
        said("Told apart from real?"),
        of.drawn("forest-auc", "roc"),
        _made(conclusion_table(analysis, labels), classifier_table(analysis, labels, of.facts)),
        is_opened=True,
        sentences=arm_sentences(analysis, labels),
    )
    yield Section(
        "results",
        said("Results by arm"),
        tables=_made(
            main_table(analysis, labels),
            two_readers_table(analysis, labels),
            precision_table(analysis, labels),
        ),
    )
    yield Section(
        "realism",
        said("Realism"),
        of.drawn("realism-distribution", "forest-realism"),
        _made(distribution_table(analysis, labels)),
    )
    yield Section(
        "detection",
        said("Judged real, and detection"),
        of.drawn("forest-deception"),
        _made(detection_table(analysis, labels)) if analysis.table.has("verdict") else (),
        of.cautions_at("detection"),
    )
    yield Section(
        "epochs",
        said("Realism over epochs"),
        of.drawn("epochs"),
        _made(epoch_table(analysis, labels, of.facts)),
    )


def _between_readers(of: _Parts) -> Iterator[Section]:
    """How far readers agree with each other and with themselves."""
    analysis, labels = of.analysis, of.labels
    yield Section(
        "agreement",
        said("Agreement between readers"),
        of.drawn("agreement-verdict", "agreement-realism"),
        agreement_tables(analysis, labels) if of.several else (),
        of.cautions_at("agreement") if of.several else (),
        text=""
        if of.several
        else said("There is one reader: agreement between readers needs two."),
    )
    yield Section(
        "repeats",
        said("Agreement of readers with themselves"),
        of.drawn("repeats"),
        intra_reader_tables(analysis, labels),
    )


def _beside_the_arms(of: _Parts) -> Iterator[Section]:
    """Arms against each other, other estimators, machines, parts of the cases."""
    analysis, labels = of.analysis, of.labels
    yield Section(
        "between-arms",
        said("Between arms"),
        tables=_made(contrast_table(analysis), global_table(analysis)),
    )
    yield Section(
        "model",
        said("A second estimator"),
        tables=_made(model_table(analysis, labels)),
        is_detail=True,
    )
    yield Section(
        "time-and-order",
        said("Time and order"),
        of.drawn("drift"),
        _made(time_table(analysis, labels)),
    )
    yield Section("bootstrap", said("Bootstrap"), tables=_made(bootstrap_table(analysis, labels)))
    yield Section(
        "machines",
        said("Machine readers"),
        of.drawn("machines"),
        _made(machine_table(analysis, labels)),
    )
    yield Section("subgroups", said("Subgroups of cases"), tables=subgroup_tables(analysis, labels))


def _by_reader(of: _Parts) -> Iterator[Section]:
    """How many readers it takes, groups of them, and each one."""
    analysis, labels = of.analysis, of.labels
    yield Section(
        "dependability", said("How many readers and images"), tables=dependability_tables(analysis)
    )
    yield Section(
        "groups",
        said("Reader groups"),
        tables=group_tables(analysis, labels, GROUP_ORDERS) if of.several else (),
    )
    yield Section(
        "readers", said("Every reader"), tables=(reader_table(analysis, labels),), is_detail=True
    )
