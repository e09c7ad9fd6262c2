"""No word that a reader sees is left out of the catalogues: pages, refusals, scripts."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.words.making import ROOT
from tests.studies import PROFILE, House
from tests.web.reader_browser import ReaderBrowser
from tests.web.stand_in import Desk, other_pages, stand_in
from tests.words.unsaid import MARKING, unsaid_in_script, unsaid_of

# What the stand-in shows of a study, and the sentences that it brings itself.
DATA = (
    "A <study>",
    "The second look",
    "Whom to ask",
    "Please tick.",
    "Please give a whole number.",
    "Tick every place where you see a square.",
    "Your answers are then erased.",
    "Please tick the box.",
    "Link not accepted",
    "Ask for a new one.",
)
SCRIPTS = sorted((ROOT / "static/reading").glob("*.js"))


@pytest.fixture
def backend() -> str:
    return "sqlite"


@pytest.fixture
def app(house: House, settings: Settings) -> FastAPI:
    return create_app(settings)


@pytest.fixture(autouse=True)
def marking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.pages.language", lambda tag: MARKING)


def test_every_page_of_the_stand_in_is_said() -> None:
    desk = Desk()
    left = {}
    with TestClient(stand_in(desk)) as client:
        for path in ("/read", *(f"/page/{name}" for name in other_pages(desk))):
            unsaid = unsaid_of(client.get(path).text, DATA)
            if unsaid:
                left[path] = unsaid
    assert left == {}


@pytest.mark.parametrize("pictures", [1, 2, 3])
def test_a_case_is_said_with_one_picture_and_with_several(pictures: int) -> None:
    desk = Desk(pictures=pictures)
    with TestClient(stand_in(desk)) as client:
        assert unsaid_of(client.get("/read").text, DATA) == []


def test_every_page_of_a_reader_s_way_is_said(house: House, app: FastAPI) -> None:
    slug, token = house.open_study_with_reader(
        format=2,
        title="X",
        language="en",
        arms=[{"arm": "real", "cases": {"normal": 1}}, {"arm": "M1", "cases": {"normal": 1}}],
        questions=[{"measure": "realism"}, {"measure": "artefact"}, {"measure": "place"}],
        display={"ask_kind": True, "ask_light": True},
    )
    with TestClient(app) as client:
        reader = ReaderBrowser(client)
        pages = {"consent": reader.open_link(token), "no consent": reader.submit({})}
        pages["profile"] = reader.submit({"consent": "yes"})
        pages["no profile"] = reader.submit({})
        reader.submit({**PROFILE, "display": "office", "ambient_light": "dim"})
        pages["instructions"] = client.get("/read")
        reader.open_link(token)
        pages["case"] = reader.submit()
        pages["nothing answered"] = reader.submit({})
        for path in ("privacy", "withdraw", "message", "no-such-page"):
            pages[path] = client.get(f"/read/{path}")
        pages["no such case"] = client.get("/read/image/none")
        pages["unknown link"] = client.get("/r/unknown")
        client.cookies.clear()
        pages["no link"] = client.get("/read")
    left = {name: unsaid_of(page.text, ["X ", f" {slug}"]) for name, page in pages.items()}
    assert {name: unsaid for name, unsaid in left.items() if unsaid} == {}
    assert all("⟦" in page.text for page in pages.values())


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_every_sentence_of_a_script_is_said(script: Path) -> None:
    assert list(unsaid_in_script(script.read_text(encoding="utf-8"))) == []


def test_a_forgotten_word_would_be_told() -> None:
    page = '<main><h1>⟦Case⟧ 3</h1><p title="Left over">⟦It is <b>said</b>⟧ by half</p></main>'
    assert unsaid_of(page) == ["Left over", "by half"]
    assert unsaid_of('<p dir="auto">typed</p><kbd>Enter</kbd><p>⟦“<i>a</i>”⟧ 3 × 4</p>') == []
    script = 'const a = say("Is said."); b.textContent = c ? "left" : say("x"); d = "Not said yet";'
    assert list(unsaid_in_script(script)) == ['"Not said yet"', '"left"']
    assert list(unsaid_in_script('// A comment.\nf(`mark ${x}px`, "button, a");')) == []
