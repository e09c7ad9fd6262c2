"""A preview shows each page by the readers' own templates, leads nowhere and stores nothing."""

import io
import re

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import func, select

from app.db.tables import Presentation, Rating, Reader, Study
from app.domain.design.design import StudyDesign
from app.domain.design.writing import design_to_json
from app.domain.journey import Step
from app.services.create_study import create_study
from app.web.preview_desk import pages_of
from tests.domain.documents import design as a_design
from tests.studies import NOW, PROFILE, House
from tests.web.design_form.designs import PROTOCOLS
from tests.web.html_form import HtmlForm
from tests.web.reader_browser import ReaderBrowser
from tests.web.test_investigator import Investigator

TABLES = (Study, Reader, Presentation, Rating)


@pytest.fixture
def investigator(house: House, client: TestClient) -> Investigator:
    investigator = Investigator(house, client)
    investigator.sign_in()
    return investigator


def stored(house: House) -> list[int]:
    with house.database.reading() as session:
        return [session.scalar(select(func.count()).select_from(one)) or 0 for one in TABLES]


def bar_of(html: str) -> dict[str, str]:
    """The fields of the preview's own form."""
    bar = re.search(r'<aside class="preview-bar".*?</aside>', html, re.DOTALL)
    assert bar is not None
    form = bar[0].replace('<form method="post"', '<form id="design" method="post"')
    return HtmlForm(form).fields


def show(investigator: Investigator, html: str, page: str) -> str:
    answer = investigator.client.post("/studies/preview", data={**bar_of(html), "page": page})
    assert answer.status_code == 200
    return answer.text


def without_frame(html: str) -> str:
    """The page as its template made it, addresses and tokens left out."""
    html = re.sub(r'<aside class="preview-bar".*?</aside>', "", html, flags=re.DOTALL)
    html = re.sub(r'<link rel="stylesheet" href="/static/preview.css[^>]*>\n', "", html)
    html = re.sub(r'<input type="hidden" name="(?:design|page)"[^>]*>', "", html)
    html = html.replace("<title>Preview: ", "<title>")
    html = re.sub(r'\shx-[a-z-]+="[^"]*"|(?:action|src|href|value)="[^"]*"', "", html)
    # Nobody's data are behind a preview.
    html = re.sub(r"<footer class=\"reader-foot\">.*?</footer>", "", html)
    html = re.sub(r"\s*<a class=\"quiet\"[^>]*data-lead-on[^>]*>.*?</a>", "", html)
    return re.sub(r'data-(?:next-images|drafts)="[^"]*"', "", html)


def test_every_page_of_every_protocol_is_shown_and_nothing_is_stored(
    house: House, investigator: Investigator
) -> None:
    before = stored(house)
    for design in PROTOCOLS.values():
        html = first_page(investigator, design)
        for page in pages_of(design):
            html = show(investigator, html, page.name)
            assert "<title>Preview: " in html
            assert "Nothing is stored." in html
            # Nothing leads to a reader's pages, and no picture of the bank is asked for.
            assert not re.search(r'(?:action|src|href|data-src)="/read', html)
            assert not re.search(r"\shx-(?:post|get)=", html)
    assert stored(house) == before


def test_a_picture_to_compare_with_stands_beside_the_case(
    house: House, investigator: Investigator
) -> None:
    arms = [{"arm": "real", "cases": {"normal": 2}}]
    values = {"format": 2, "arms": arms, "questions": [{"measure": "quality"}]}
    slug = house.draft(**values, presentation={"reference": "0123456789ab"})
    html = investigator.client.get(f"/studies/{slug}/preview").text
    shown = show(investigator, html, "case-1")
    addresses = re.findall(r'src="(/studies/preview/picture/[^"]*)"', shown)
    assert len(set(addresses)) == 2
    pictures = [investigator.client.get(address) for address in addresses]
    assert [one.status_code for one in pictures] == [200, 200]
    assert "Reference" in shown


def first_page(investigator: Investigator, design: StudyDesign) -> str:
    form = HtmlForm(investigator.client.get("/studies/new").text)
    sent = {"csrf_token": form.fields["csrf_token"], "design": design_to_json(design), "page": ""}
    answer = investigator.client.post("/studies/preview", data=sent)
    assert answer.status_code == 200
    return answer.text


def test_the_pages_are_those_that_a_reader_is_served(
    house: House, investigator: Investigator
) -> None:
    slug, token = house.open_study_with_reader()
    reader = ReaderBrowser(TestClient(investigator.client.app))
    preview = investigator.client.get(f"/studies/{slug}/preview").text
    reader.open_link(token)
    assert without_frame(preview) == without_frame(reader.html)
    for name, answers in (
        ("profile", {"consent": "yes"}),
        ("instructions", None),
        ("case-1", None),
    ):
        reader.submit(answers) if name == "profile" else advance(reader, name)
        preview = show(investigator, preview, name)
        assert without_frame(preview) == without_frame(reader.html)


def advance(reader: ReaderBrowser, to: str) -> None:
    reader.submit(PROFILE if to == "instructions" else None)


def test_a_form_is_previewed_without_being_saved(house: House, investigator: Investigator) -> None:
    before = stored(house)
    form = HtmlForm(investigator.client.get("/studies/new").text)
    typed = {"title": "Not <saved>", "consent.text": "One.\r\n\r\nTwo."}
    answer = investigator.client.post("/studies/preview", data=form.typed(typed))
    assert "Not &lt;saved&gt;" in answer.text
    assert '<p dir="auto">Two.</p>' in answer.text
    # A reader's own button leads to the next page.
    main = answer.text.split("</aside>")[1]
    onwards = HtmlForm(main.replace("<form ", '<form id="design" '))
    assert onwards.action == "/studies/preview"
    profile = investigator.client.post(onwards.action, data=onwards.fields).text
    assert "About you" in profile
    assert stored(house) == before


def test_a_form_with_problems_is_shown_with_them(house: House, investigator: Investigator) -> None:
    slug = house.draft()
    form = HtmlForm(investigator.client.get(f"/studies/{slug}/design").text)
    answer = investigator.client.post(
        f"/studies/{slug}/preview", data=form.typed({"title": "", "seed": "7"})
    )
    assert answer.status_code == 422
    shown = HtmlForm(answer.text)
    assert shown.action == f"/studies/{slug}/design"
    assert shown.fields["seed"] == "7"


def test_a_preview_is_for_investigators_with_their_own_form(
    house: House, investigator: Investigator
) -> None:
    slug = house.draft()
    html = investigator.client.get(f"/studies/{slug}/preview").text
    stranger = TestClient(investigator.client.app)
    for path in (f"/studies/{slug}/preview", "/studies/preview/picture/64/1"):
        answer = stranger.get(path, follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")
    sent = {**bar_of(html), "csrf_token": "0" * 64}
    assert investigator.client.post("/studies/preview", data=sent).status_code == 403


@pytest.mark.parametrize("design", ["", "no JSON", "[]", "{}", '{"format": 3}', "[" * 9000])
def test_a_preview_that_lost_its_design_says_so(
    house: House, investigator: Investigator, design: str
) -> None:
    html = investigator.client.get(f"/studies/{house.draft()}/preview").text
    sent = {**bar_of(html), "design": design}
    assert investigator.client.post("/studies/preview", data=sent).status_code == 422


def test_the_picture_is_grey_and_made_of_nothing(investigator: Investigator) -> None:
    first = investigator.client.get("/studies/preview/picture/128/1")
    second = investigator.client.get("/studies/preview/picture/128/2")
    assert first.headers["content-type"] == "image/png"
    picture = Image.open(io.BytesIO(first.content))
    assert picture.size == (128, 128)
    assert picture.mode == "L"
    assert first.content != second.content
    for path in ("0/1", "5000/1", "64/0", "64/10"):
        assert investigator.client.get(f"/studies/preview/picture/{path}").status_code == 404


def test_the_pages_come_in_the_order_of_a_reading() -> None:
    steps = [(page.name, page.step) for page in pages_of(PROTOCOLS["tordjman-2026"])]
    assert steps[:4] == [
        ("consent", Step.CONSENT),
        ("profile", Step.PROFILE),
        ("instructions", Step.INSTRUCTIONS),
        ("case-1", Step.CASE),
    ]
    names = [name for name, _ in steps]
    assert names.index("end-1") < names.index("phase-2") < names.index("case-2")
    assert names[-1] == "thanks"
    assert len(set(names)) == len(names)
    assert "wait-2" in {page.name for page in pages_of(PROTOCOLS["mrmc-split-plot"])}


def test_the_truth_of_a_practice_case_is_shown_where_the_design_tells_it(
    house: House, investigator: Investigator
) -> None:
    slug = house.draft(practice={"count": 1, "feedback": True})
    first = investigator.client.get(f"/studies/{slug}/preview").text

    html = show(investigator, first, "feedback")

    assert "This image is <strong>real</strong>" in html
    assert "/studies/preview/picture/64/1" in html
    assert "/read/image" not in html
    silent = house.draft(title="Silent", practice={"count": 1, "feedback": False})
    assert 'value="feedback"' not in investigator.client.get(f"/studies/{silent}/preview").text


def test_the_check_of_the_display_is_shown_where_the_design_asks_for_it(
    house: House, investigator: Investigator
) -> None:
    study = a_design(display={"grey_check": True, "ask_kind": True, "least_width": 900})
    names = [page.name for page in pages_of(study)]
    assert names.index("display") == names.index("instructions") + 1
    with house.database.writing() as session:
        slug = create_study(session, study, now=NOW, actor="test")
    first = investigator.client.get(f"/studies/{slug}/preview").text
    html = show(investigator, first, "display")
    assert "What does your display show?" in html
    assert 'media="(max-width: 899.98px)"' in html
    assert "Which display will you read on?" in show(investigator, first, "profile")


def test_the_bar_speaks_as_the_office(house: House, investigator: Investigator) -> None:
    slug = house.draft()
    answer = investigator.client.get(f"/studies/{slug}/preview?language=pt-BR")
    bar = re.search(r'<aside class="preview-bar".*?</aside>', answer.text, re.DOTALL)
    assert bar is not None
    assert 'lang="pt-BR"' in bar[0]
    assert "Nada é guardado." in bar[0]
    assert "Instruções</option>" in bar[0]
    assert "<title>Prévia: " in answer.text
