"""The codebook explains every column in the asked language, and renames none."""

import csv
import io
from html import escape

import pytest

from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_mapping
from app.services.export_study import (
    CASE_COLUMNS,
    CODEBOOK_COLUMNS,
    FILES,
    READER_COLUMNS,
    RatingsFile,
    StudyExport,
    every_file,
)
from app.services.export_study.read_me import read_me
from app.words.language import language
from tests.studies import House
from tests.words.unsaid import MARKING, unsaid_of

DESIGN = {
    "format": 2,
    "title": "A trial",
    "arms": [
        {"arm": "real", "cases": {"normal": 2}},
        {"arm": "M1", "cases": {"normal": 2}},
    ],
    "questions": [
        {"measure": "realism"},
        {"measure": "verdict"},
        {"measure": "confidence", "probabilities": [0.5, 1]},
        {"measure": "artefact"},
        {"measure": "place"},
        {"measure": "quality", "asked_if": {"question": "realism", "values": ["1", "2"]}},
        {
            "key": "oedema",
            "measure": "finding",
            "finding": "oedema",
            "reference": "findings",
            "prompt": "Oedema?",
        },
        {"measure": "comment"},
    ],
    "memorised": "separate",
    "stratify_by": "condition",
    "display": {"grey_check": True},
}


@pytest.fixture(scope="module")
def design() -> StudyDesign:
    return design_from_mapping(DESIGN)


def test_every_explanation_comes_from_the_catalogue(design: StudyDesign) -> None:
    ratings = RatingsFile("trial", design, has_machines=True, has_reasons=True).columns
    told = [what for _, what in (*ratings, *READER_COLUMNS, *CASE_COLUMNS, *CODEBOOK_COLUMNS)]
    words = [*told, every_file(design), *(file.what for file in FILES)]
    asked = {question.prompt for question in design.questions}
    options = {option.value for question in design.questions for option in question.options}
    labels = {option.label for question in design.questions for option in question.options}
    labels |= {label for question in design.questions for label in question.labels}
    for what in words:
        page = f"<p>{escape(MARKING.say(what))}</p>"
        assert unsaid_of(page, asked | options | labels) == [], what


def test_the_read_me_comes_from_the_catalogue() -> None:
    text = read_me(
        "TITLE",
        "open",
        {"ratings.csv": FILES[0].what},
        head="0" * 64,
        simulated=True,
        say=MARKING.say,
    )
    assert unsaid_of(f"<p>{escape(text)}</p>", {"TITLE", "ratings.csv"}) == []


def test_explanations_change_and_names_and_values_do_not(house: House) -> None:
    slug = house.draft()
    house.open(slug)

    def rows(tag: str, name: str) -> list[list[str]]:
        export = StudyExport(house.database, house.store, slug, language(tag).say)
        return list(csv.reader(io.StringIO(b"".join(export.files()[name]()).decode())))

    english, portuguese = rows("en", "codebook.csv"), rows("pt-BR", "codebook.csv")
    assert [row[:2] for row in english] == [row[:2] for row in portuguese]
    told = {row[1]: row[2] for row in portuguese}
    assert told["reader"] == "O código pseudônimo do leitor dentro do estudo."
    assert told["*"].startswith("Os nomes das colunas e os valores são os mesmos")
    assert rows("en", "cases.csv") == rows("pt-BR", "cases.csv")
    assert english[1][2].endswith("are translated. What the study asked stands as it was asked.")
