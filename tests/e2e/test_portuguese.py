"""A study in Brazilian Portuguese from consent to thanks, without a word of English."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.words.language import language
from app.words.making import held
from tests.browser import film_is_shown
from tests.e2e.conftest import OpenPage
from tests.studies import House

pytestmark = pytest.mark.e2e
STUDY = {
    "format": 2,
    "title": "Leitura",
    "language": "pt-BR",
    "arms": [{"arm": "real", "cases": {"normal": 1}}, {"arm": "M1", "cases": {"normal": 1}}],
    "questions": [{"measure": "realism"}, {"measure": "verdict"}, {"measure": "comment"}],
    "practice": {"count": 1, "feedback": True},
    "break_every": 1,
}
WORD = re.compile(r"[A-Za-z]{3,}")
FIELDS = re.compile(r"\{[^{}]*\}|%\(\w+\)[sd]|<[^>]*>")
# Names and keys that are the same in both languages, and the letters of a window's read-out.
SAME = {"Enter", "Esc", "Delete", "Shift", "Tab"}


def english_only() -> set[str]:
    """Words of the readers' catalogue that stand in no Portuguese sentence of it."""
    english: set[str] = set()
    portuguese: set[str] = set()
    for message in held("pt-BR", "reading"):
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        forms = [message.string] if isinstance(message.string, str) else list(message.string)
        english.update(word for one in ids for word in WORD.findall(FIELDS.sub(" ", one)))
        portuguese.update(word for one in forms for word in WORD.findall(FIELDS.sub(" ", one)))
    return {one.lower() for one in english} - {one.lower() for one in portuguese}


def seen(page: Page) -> str:
    """All text of a page with what a screen reader says beside it."""
    return str(
        page.evaluate(
            """() => [document.title, document.body.innerText,
                ...[...document.querySelectorAll("[aria-label], [title], [alt]")].flatMap(
                    (one) => ["aria-label", "title", "alt"].map((name) => one.getAttribute(name)))
            ].filter(Boolean).join("\\n")"""
        )
    )


def test_no_english_word_is_left_on_the_way(house: House, open_page: OpenPage) -> None:
    _, token = house.open_study_with_reader(**STUDY)
    english = english_only()
    assert {"consent", "submit", "thank"} <= english
    page = open_page(f"/r/{token}", locale="en-GB")
    left: dict[str, set[str]] = {}

    def look(name: str) -> None:
        left[name] = {word for word in WORD.findall(seen(page)) if word.lower() in english} - SAME

    expect(page.get_by_role("heading", level=1)).to_have_text("Consentimento")
    assert page.locator("html").get_attribute("lang") == "pt-BR"
    look("consent")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Continuar").click()
    look("profile")
    page.get_by_label("Função").select_option("radiologist")
    page.get_by_label("Especialidade").select_option("chest")
    page.get_by_label(re.compile("Anos")).fill("12")
    page.get_by_label(re.compile("Com que frequência")).select_option("daily")
    page.get_by_role("button", name="Continuar").click()
    look("instructions")
    page.get_by_role("button", name="Começar o treino").click()
    film_is_shown(page)
    look("practice")
    page.keyboard.press("Enter")
    expect(page.locator("[data-save-state]")).to_contain_text("Falta responder: “Quão realista")
    look("not answered")
    page.keyboard.press("?")
    look("help")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    for key in ("4", "s", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".feedback-truth")).to_contain_text(re.compile("real|sintética"))
    look("feedback")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("1 de 2")
    film_is_shown(page)
    look("case")
    for key in ("4", "r", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("h1")).to_have_text("Descanse os olhos")
    look("break")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("2 de 2")
    film_is_shown(page)
    for key in ("2", "s", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("h1")).to_have_text(language("pt-BR").gettext("Thank you"))
    look("thanks")
    page.goto(page.url.split("/read")[0] + "/read/privacy")
    look("privacy")
    assert {name: words for name, words in left.items() if words} == {}
