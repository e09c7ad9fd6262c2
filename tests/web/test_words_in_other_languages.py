"""A Portuguese study's report, codebook and pages say its questions in English, where it has them.

Every word of the studies here holds OWN in the study's language and OTHER in English, so that one
that was left is seen wherever it stands.
"""

import csv
import io
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.cli.export_tables import print_export
from app.db.studies import study_by_slug
from app.db.tables import Study
from app.domain.design.reading import design_from_json, design_from_mapping
from app.domain.design.writing import design_to_mapping, digest
from app.domain.document import Problems, Table
from app.domain.questions.document import read_questions
from app.report.page.figure_files import figure_file
from app.report.page.view import report_view
from app.report.submission import contents
from app.report.submission.contents import submission_files
from app.services.analyse_export import analyse_export
from app.services.blinded_set import write_blinded_set
from app.services.export_study import StudyExport
from app.services.rehearse_study import rehearse_study
from app.services.summarise_study import summarise_study
from app.settings import resource_dir
from app.web.submission import submission_of
from app.words.language import language
from tests.domain.documents import values as document
from tests.studies import NOW, SIZE, House
from tests.web.html_form import HtmlForm
from tests.web.reader_browser import ReaderBrowser
from tests.web.test_investigator import Investigator

# Long enough for no base64 of a font or a film to hold one by chance.
OWN, OTHER = "Zownwordsz", "Zotherwordsz"
ARMS = [{"arm": arm, "cases": {"normal": 2, "abnormal": 2}} for arm in ("real", "M0")]
# Every kind of question, and every measure that has a part of the report to itself.
ROWS: tuple[dict[str, Any], ...] = (
    {"measure": "realism", "hint": "A hint."},
    {"measure": "verdict"},
    {"measure": "confidence"},
    {"measure": "quality", "kind": "slider"},
    {"measure": "finding", "finding": "effusion", "prompt": "Effusion?", "key": "fluid"},
    {"measure": "artefact"},
    {"measure": "place", "kind": "marks", "key": "where"},
    {"measure": "comment"},
)
PHASES = [
    {"key": "first", "questions": ["verdict", "realism"]},
    {"key": "second", "questions": ["verdict", "realism"], "cases": "same", "of": "first"},
]
STUDIES: dict[str, dict[str, Any]] = {
    "of single films": {"questions": ROWS},
    "of two phases": {"questions": ROWS[:2], "phases": PHASES},
    "of pairs": {
        "questions": (
            {"measure": "find_the_real"},
            {"measure": "preference", "tie_label": "No difference"},
            {"measure": "confidence", "of": "find_the_real"},
        ),
        "presentation": {"pictures": 2, "layout": "side_by_side"},
    },
}


def marked(row: dict[str, Any]) -> dict[str, Any]:
    """A question with words that say in which language they are."""
    # Unchecked, since what a confidence belongs to is asked beside it.
    (asked,) = read_questions(Table("", {"questions": [row]}, Problems(checking=False)))
    words = {"prompt": "{} prompt?"} | ({"hint": "{} hint"} if asked.hint else {})
    words |= {"none_label": "{} none"} if asked.none_label else {}
    words |= {"tie_label": "{} tie"} if asked.tie_label else {}

    def said(mark: str) -> dict[str, Any]:
        told: dict[str, Any] = {name: text.format(mark) for name, text in words.items()}
        if asked.labels:
            told["labels"] = [f"{mark} label {place}" for place, _ in enumerate(asked.labels)]
        return told

    own, other = said(OWN), said(OTHER)
    if asked.options:
        own["options"] = [
            {"value": one.value, "label": f"{OWN} {one.value}"} for one in asked.options
        ]
        other["options"] = {one.value: f"{OTHER} {one.value}" for one in asked.options}
    if asked.labels:
        own |= {"low": asked.low, "high": asked.high}
    return {**row, **own, "translations": {"en": other}}


def design_of_words(**changes: Any) -> dict[str, Any]:
    rows = [marked(row) for row in changes.pop("questions", ROWS)]
    shared = {"language": "pt-BR", "arms": ARMS, "rendition_size": SIZE, "seed": 7}
    return document(questions=rows, **shared, **changes)


def rehearsed(house: House, **changes: Any) -> str:
    """A closed study of these words, read by simulated readers."""
    slug = house.draft(**design_of_words(**changes))
    house.open(slug)
    with house.database.writing() as session:
        return rehearse_study(session, slug, readers=4, seed=1, now=NOW, actor="test").slug


@pytest.fixture
def office(house: House, client: TestClient) -> Investigator:
    investigator = Investigator(house, client)
    investigator.sign_in()
    return investigator


def only(text: str, mark: str) -> None:
    """Raise AssertionError unless the text has words of one language and none of the other."""
    other = OTHER if mark == OWN else OWN
    left = re.findall(rf".{{0,60}}{other}.{{0,40}}", text, re.IGNORECASE)
    assert left == []
    assert mark in text


def look_at_pages(office: Investigator, slug: str) -> None:
    """Raise AssertionError where the page of a study or of its report has other words."""
    for path in ("", "/report", "/export", "/report/films", "/report/summary"):
        for tag, mark in (("en", OTHER), ("pt-BR", OWN), ("es", OWN)):
            answer = office.client.get(f"/studies/{slug}{path}?language={tag}")
            assert answer.status_code == 200
            if path in ("", "/report", "/export"):
                only(answer.text, mark)
                assert ("language (pt-BR)" in unescape(answer.text)) is (tag == "en")
            else:
                assert (OWN if mark == OTHER else OTHER) not in answer.text


def explained(house: House, slug: str, tag: str) -> dict[str, str]:
    """The files of a submission in a language that are text, by name; without figures' pixels."""
    with house.database.reading() as session:
        submission = submission_of(session, house.store, slug, now=NOW, tongue=tag)
    export = StudyExport(house.database, house.store, slug, language(tag).say)
    folders = {"templates": resource_dir("templates"), "static": resource_dir("static")}
    files = dict(submission_files(submission, export, **folders))
    endings = (".md", ".html", ".tex", ".svg", ".csv")
    return {path: content.decode() for path, content in files.items() if path.endswith(endings)}


def test_a_report_and_its_pages_say_them_in_its_language(
    house: House, office: Investigator
) -> None:
    look_at_pages(office, rehearsed(house, **STUDIES["of single films"]))


one_database = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@one_database
@pytest.mark.parametrize("name", STUDIES)
def test_what_explains_in_a_submission_says_them_in_its_language(
    house: House, office: Investigator, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(contents, "report_pdf", lambda *_, **__: b"%PDF-")
    monkeypatch.setattr(contents, "figure_files", lambda *_: iter([("roc.svg", b"<svg/>")]))
    slug = rehearsed(house, **STUDIES[name])
    look_at_pages(office, slug)
    for tag, mark in (("en", OTHER), ("es", OWN)):
        files = explained(house, slug, tag)
        data = re.compile(r"^(data|record|tables)/.*csv$")
        only("\n".join(text for path, text in files.items() if not data.search(path)), mark)
        # What data say is the same in every language: their words are the study's.
        tables = [text for path, text in files.items() if re.search(r"^tables/.*csv$", path)]
        assert tables
        assert OTHER not in "".join(tables)


@one_database
def test_figures_say_them_in_the_language_of_their_file(house: House) -> None:
    slug = rehearsed(house)
    with house.database.reading() as session:
        view = report_view(summarise_study(session, slug))
    for figure in view.figures.values():
        assert OWN not in figure.file("svg", "en").decode()
        assert OTHER not in figure.file("svg", "pt-BR").decode()
        assert OTHER not in figure_file(figure, "csv", "en").decode()


@one_database
def test_a_terminal_says_them_in_english(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slug = rehearsed(house)
    files = StudyExport(house.database, house.store, slug).files()
    for name in ("ratings.csv", "design.json"):
        (tmp_path / name).write_bytes(b"".join(files[name]()))
    print_export(analyse_export(tmp_path / "ratings.csv", tmp_path / "design.json"))
    only(capsys.readouterr().out, OTHER)


def test_the_codebook_says_them_and_columns_and_codes_stay(house: House) -> None:
    slug = rehearsed(house)

    def rows(tag: str, name: str) -> list[list[str]]:
        export = StudyExport(house.database, house.store, slug, language(tag).say)
        return list(csv.reader(io.StringIO(b"".join(export.files()[name]()).decode())))

    english, own = rows("en", "codebook.csv"), rows("pt-BR", "codebook.csv")
    only(str(english), OTHER)
    only(str(own), OWN)
    only(str(rows("es", "codebook.csv")), OWN)
    note = "Readers were asked in the study's language (pt-BR)"
    assert [note in row[2] for row in english] == [row[1] == "*" for row in english]
    assert "(pt-BR)" not in str(own)
    as_asked = "What the study asked stands as it was asked."
    assert as_asked not in english[1][2]
    assert own[1][2].endswith(" O que o estudo perguntou está como foi perguntado.")
    assert [row[:2] for row in english] == [row[:2] for row in own]
    for name in ("ratings.csv", "cases.csv", "readers.csv"):
        assert rows("en", name) == rows("pt-BR", name)
        assert not re.search(f"{OWN}|{OTHER}", str(rows("en", name)))


# What readers get


@pytest.mark.parametrize("tag", ["pt-BR", "de"])
def test_readers_see_the_studys_language_alone(house: House, client: TestClient, tag: str) -> None:
    """Of a German study too, whose pages speak English since they can't speak German."""
    rows = [marked(row) for row in ROWS]
    design = {**design_of_words(), "questions": rows, "language": tag}
    _, token = house.open_study_with_reader(**design)
    received: list[str] = []
    client.event_hooks["response"].append(lambda answer: received.append(answer.read().decode()))
    browser = ReaderBrowser(client)
    browser.begin(token)
    assert browser.form.action == "/read/rate"
    browser.submit()
    only("\n".join(received), OWN)


@one_database
def test_machine_readers_are_asked_in_the_studys_language_too(house: House, tmp_path: Path) -> None:
    slug = house.draft(**design_of_words())
    house.open(slug)
    folder = tmp_path / "set"
    write_blinded_set(house.database, house.store, slug, folder, now=NOW, actor="test")
    only((folder / "set.json").read_text(), OWN)


# What is stored


def stored(house: House, slug: str) -> Study:
    with house.database.reading() as session:
        study = study_by_slug(session, slug)
        session.expunge(study)
        return study


def test_the_form_keeps_and_changes_them(house: House, office: Investigator) -> None:
    slug = house.draft(**design_of_words())
    page = office.client.get(f"/studies/{slug}/design").text
    assert f"{OTHER} prompt?" in page
    before = stored(house, slug).design
    fields = HtmlForm(page).fields
    assert office.client.post(f"/studies/{slug}/design", data=fields).status_code == 200
    assert stored(house, slug).design == before
    changed = {**fields, "questions[2].translations.en.options": "real | True"}
    answer = office.client.post(f"/studies/{slug}/design", data=changed)
    assert answer.status_code == 422
    assert f"Is missing; say “{OWN} synthetic” in this language." in answer.text
    assert stored(house, slug).design == before
    both = "real | True\r\nsynthetic | Made"
    changed["questions[2].translations.en.options"] = both
    assert office.client.post(f"/studies/{slug}/design", data=changed).status_code == 200
    words = json.loads(stored(house, slug).design)["questions"][1]["translations"]["en"]
    assert words["options"] == {"real": "True", "synthetic": "Made"}


def test_opening_digests_them_and_a_rehearsal_has_them(house: House) -> None:
    slug = house.draft(**design_of_words())
    house.open(slug)
    study = stored(house, slug)
    assert study.design_sha256 == digest(study.design)
    assert design_to_mapping(design_from_json(study.design)) == design_to_mapping(
        design_from_mapping(design_of_words())
    )
    copy = rehearsed(house)
    words = [one.translations for one in design_from_json(stored(house, copy).design).questions]
    assert words == [one.translations for one in design_from_json(study.design).questions]
    assert all(words)
    with house.database.reading() as session:
        assert len(session.scalars(select(Study)).all()) == 3
