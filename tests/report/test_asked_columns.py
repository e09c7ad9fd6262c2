"""No column of a table is for answers that nobody was asked for."""

import pytest

from app.report.tables.comparisons import group_tables, reader_table, time_table
from app.report.tables.results import main_table
from app.report.tables.table import ReportTable
from app.statistics.analysis import Analysis, analyse
from app.statistics.table.settings import AnalysisSettings
from tests.report.ratings import simulated_table

OF_THE_VERDICT = {"Judged real", "Accuracy", "Hit rate", "False alarms", "d′", "c"}


def made(*columns: str) -> Analysis:
    settings = AnalysisSettings(model=False)
    return analyse(simulated_table(columns=(*columns, "position")), settings=settings)


def tables_of(analysis: Analysis) -> list[ReportTable]:
    timed = time_table(analysis, {})
    assert timed is not None
    groups = group_tables(analysis, {}, {})
    assert groups
    return [main_table(analysis, {}), timed, reader_table(analysis, {}), *groups]


def test_without_a_verdict_no_table_has_its_columns() -> None:
    for one in tables_of(made("realism", "reading_time_ms")):
        assert not OF_THE_VERDICT & set(one.columns), one.name
        assert "Realism" in {heading.partition(",")[0] for heading in one.columns}
        assert all(len(row.cells) == len(one.columns) - 1 for row in one.rows)
        told = " ".join((*one.notes, *(why for _, why in one.reasons)))
        assert "verdict" not in told
        assert "ccuracy" not in told


def test_without_realism_no_table_has_its_columns() -> None:
    for one in tables_of(made("verdict", "confidence")):
        assert not [heading for heading in one.columns if "ealism" in heading], one.name
        assert not [heading for heading in one.columns if "time" in heading], one.name
        assert OF_THE_VERDICT & set(one.columns)


@pytest.mark.parametrize("columns", [("realism",), ("verdict", "confidence")])
def test_a_group_has_its_readers_whatever_was_asked(columns: tuple[str, ...]) -> None:
    (groups,) = group_tables(made(*columns), {}, {})
    assert {row.cells[1].text for row in groups.rows} == {"3"}
