"""Machines, subgroups, sittings and groups of readers, from the study's rows to its report."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.db.studies import study_by_slug
from app.db.tables import Image, Reader
from app.report.page.view import report_view
from app.services.analyse_export import analyse_export
from app.services.export_study import StudyExport
from app.services.rehearse_study import rehearse_study
from app.services.summarise_study import StudySummary, summarise_study
from tests.studies import NOW, House

DESIGN: dict[str, Any] = {
    "format": 2,
    "arms": [{"arm": arm, "cases": {"normal": 4, "abnormal": 4}} for arm in ("real", "M0", "M1")],
    "questions": [
        {"measure": "realism"},
        {"measure": "verdict"},
        {"measure": "confidence", "of": "verdict"},
    ],
}
TABLES = ("machines", "subgroups-sex", "sittings", "variance-realism", "dependability-realism")


def rehearsed(house: House, **changes: Any) -> str:
    """A rehearsal of 4 readers whose bank knows the sex of every image."""
    with house.database.writing() as session:
        for number, image in enumerate(session.scalars(select(Image).order_by(Image.id))):
            image.provenance = {**image.provenance, "sex": "FM"[number % 2]}
    slug = house.draft(
        **DESIGN
        | {"analysis": {"subgroups": ["sex"]}, "replicates": {"count": 2, "minimum_lag": 3}}
        | changes
    )
    house.open(slug)
    with house.database.writing() as session:
        made = rehearse_study(session, slug, readers=4, seed=2, now=NOW, actor="test")
    return made.slug


def make_machine(house: House, slug: str) -> None:
    """Turn the last simulated reader into a machine, which answers the same cases."""
    with house.database.writing() as session:
        study = study_by_slug(session, slug)
        last = session.scalars(
            select(Reader).where(Reader.study_id == study.id).order_by(Reader.code.desc())
        ).first()
        assert last is not None
        last.kind, last.code = "machine", "X01"


def summary_of(house: House, slug: str) -> StudySummary:
    with house.database.reading() as session:
        return summarise_study(session, slug)


def tables_of(summary: StudySummary) -> dict[str, Any]:
    return {
        table.name: table for section in report_view(summary).sections for table in section.tables
    }


@pytest.fixture
def slug(house: House) -> str:
    made = rehearsed(house)
    make_machine(house, made)
    return made


def test_the_report_shows_all_of_them(house: House, slug: str) -> None:
    summary = summary_of(house, slug)
    assert summary.analysis is not None
    assert "X01" not in summary.analysis.table.readers
    tables = tables_of(summary)
    assert set(TABLES) <= set(tables)
    assert {row.heading for row in tables["machines"].rows} == {"X01"}
    assert {row.heading for row in tables["subgroups-sex"].rows} == {"F", "M"}
    for row in tables["subgroups-sex"].rows:
        images, ratings = (int(cell.text) for cell in row.cells[1:3])
        assert ratings == 3 * images
    assert any("fewer than 10 images" in note for note in tables["subgroups-sex"].notes)
    assert tables["sittings"].rows[0].cells[0].text == "3"


def test_the_methods_name_what_was_done_and_nothing_else(house: House, slug: str) -> None:
    text = "\n".join(words for _, words in report_view(summary_of(house, slug)).methods.paragraphs)
    assert "1 machine reader was analysed beside the people" in text
    assert "parts of the cases, by sex" in text
    assert "dependability" in text
    assert "split-plot" not in text.lower()
    assert "fully crossed as planned" in text
    plain = rehearsed(house, analysis={})
    text = "\n".join(words for _, words in report_view(summary_of(house, plain)).methods.paragraphs)
    assert "machine reader" not in text
    assert "parts of the cases" not in text


def test_the_files_of_the_study_give_the_same(house: House, slug: str, tmp_path: Path) -> None:
    summary = summary_of(house, slug)
    files = StudyExport(house.database, house.store, slug).files()
    for name in ("ratings.csv", "design.json", "readers.csv"):
        (tmp_path / name).write_bytes(b"".join(files[name]()))
    read = analyse_export(tmp_path / "ratings.csv", tmp_path / "design.json")
    assert read.analysis is not None
    assert summary.analysis is not None
    assert read.analysis.to_json() == summary.analysis.to_json()
    assert read.sittings == summary.sittings
    exported = json.loads(b"".join(files["analysis.json"]()))
    assert exported["machines"] == summary.analysis.to_json()["machines"]
    assert exported["subgroups"]["sex"]["state"] == "estimated"
    assert exported["sittings"]["phases"][0]["readers"] == 3
    assert exported["generalizability"]["realism"]["n_readers"] == 3


def test_a_split_plot_study_is_analysed_within_its_groups(house: House) -> None:
    made = rehearsed(house, allocation={"scheme": "split_plot", "groups": 2}, replicates={})
    summary = summary_of(house, made)
    assert summary.analysis is not None
    mean = summary.analysis.arms["M0"].families["realism"]["mean"]
    assert "readers in 2 groups" in mean.method  # type: ignore[union-attr]
    text = "\n".join(words for _, words in report_view(summary).methods.paragraphs)
    assert "fully crossed" not in text
    assert "split-plot as planned, with 2 groups of readers" in text
    assert "Readers were in 2 groups, each with cases of its own (split-plot design)" in text


def test_a_design_without_subgroups_is_written_as_before(house: House) -> None:
    made = rehearsed(house, analysis={})
    with house.database.reading() as session:
        assert "subgroups" not in study_by_slug(session, made).design
    assert summary_of(house, made).analysis.subgroups == {}  # type: ignore[union-attr]


@pytest.mark.parametrize("readers", [1, 2, 3])
def test_one_two_and_three_readers_are_rehearsed_to_a_whole_report(
    house: House, readers: int
) -> None:
    target = "images" if readers == 1 else "readers"
    slug = house.draft(**DESIGN | {"analysis": {"target": target}})
    house.open(slug)
    with house.database.writing() as session:
        made = rehearse_study(session, slug, readers=readers, seed=3, now=NOW, actor="test")
    summary = summary_of(house, made.slug)
    assert summary.analysis is not None
    assert len(summary.analysis.table.readers) == readers
    assert "results" in tables_of(summary)
