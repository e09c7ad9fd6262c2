"""The parts of a report on sets, phases and exposure."""

from collections.abc import Mapping, Sequence

from app.domain.said import said
from app.report.figures.choice_catalogue import figure_suffix
from app.report.figures.plot import ReportFigure
from app.report.page.section import Section
from app.report.tables.exposure import curve_table, exposure_table
from app.report.tables.phases import difference_table, noticed_table, phase_tables
from app.report.tables.sets import (
    finders_table,
    found_table,
    left_out_note,
    pairs_table,
    places_table,
    ranking_table,
)
from app.report.tables.table import ReportTable
from app.report.words.choices import place_cautions
from app.statistics.protocols.choices import ChoiceFigures, ExposureFigures, SetFigures

Figures = Mapping[str, ReportFigure]


def choice_sections(
    figures: ChoiceFigures | None, labels: Mapping[str, str], drawn: Figures
) -> tuple[Section, ...]:
    """A part for each question about sets, one for phases, one for each exposure."""
    if figures is None:
        return ()
    several = len(figures.sets) > 1
    sections = [
        *(_sets(one, figures, labels, drawn, several=several) for one in figures.sets),
        *_phases(figures, labels),
        *(_exposure(one, labels, drawn) for one in figures.exposure),
    ]
    return tuple(section for section in sections if section.tables)


def _sets(
    one: SetFigures,
    figures: ChoiceFigures,
    labels: Mapping[str, str],
    drawn: Figures,
    *,
    several: bool,
) -> Section:
    tables: list[ReportTable] = []
    for forced in one.forced:
        tables += [found_table(one, forced, labels), finders_table(one, forced)]
    if one.preferred is not None:
        tables += [
            ranking_table(one, one.preferred, labels),
            pairs_table(one, one.preferred, labels),
        ]
    if one.places is not None:
        tables.append(places_table(one, one.places))
    suffix = figure_suffix(one.question, one.phase.key)
    title = (
        said("The real image found") if one.preferred is None else said("Which arm is preferred")
    )
    phase = said(" ({name})", name=one.phase.name) if several else ""
    return Section(
        f"sets-{suffix}",
        said("{title}{phase}", title=title, phase=phase),
        _named(drawn, f"found-{suffix}", f"taken-{suffix}", f"ranking-{suffix}"),
        tuple(tables),
        place_cautions(one, figures.settings.level),
        text=left_out_note(one),
    )


def _named(drawn: Figures, *beginnings: str) -> tuple[ReportFigure, ...]:
    return tuple(figure for name, figure in drawn.items() if name.startswith(beginnings))


def _phases(figures: ChoiceFigures, labels: Mapping[str, str]) -> Sequence[Section]:
    made = (
        noticed_table(figures.noticed),
        *phase_tables(figures, labels),
        difference_table(figures, labels),
    )
    tables = tuple(table for table in made if table is not None)
    only_noticing = all(one.measure == "noticed" for one in figures.phases)
    title = said("Noticing") if only_noticing else said("Phases")
    return (Section("phases", title, tables=tables),) if tables else ()


def _exposure(one: ExposureFigures, labels: Mapping[str, str], drawn: Figures) -> Section:
    suffix = figure_suffix(one.question, one.phase.key)
    return Section(
        f"exposure-{suffix}",
        said("Exposure"),
        _named(drawn, f"exposure-{suffix}"),
        (exposure_table(one, labels), curve_table(one, labels)),
    )
