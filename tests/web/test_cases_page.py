"""A draft's very cases: seen blinded, unblinded on purpose, one swapped; and rehearsed."""

import re
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from app.db.studies import newest_events, study_by_slug
from app.domain.design.reading import design_from_json
from app.report.words.methods import study_methods
from app.services.create_study import change_design, design_of
from app.services.summarise_study import summarise_study
from tests.studies import NOW, House
from tests.web.html_form import HtmlForm
from tests.web.reader_browser import ReaderBrowser
from tests.web.test_investigator import Investigator


@pytest.fixture
def office(house: House, client: TestClient) -> Investigator:
    investigator = Investigator(house, client)
    investigator.sign_in()
    return investigator


def pictures(page: str) -> dict[str, str]:
    """Rendition of each case by its code."""
    return {
        code: digest
        for digest, code in re.findall(
            r'src="/bank/renditions/([0-9a-f]{64})/small.png" alt="Case (\w+)"', page
        )
    }


def seen_of(page: str) -> str:
    told = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert told is not None
    return told[1]


def actions(house: House, slug: str) -> list[str]:
    with house.database.reading() as session:
        study = study_by_slug(session, slug)
        return [event.action for event in newest_events(session, study, most=100)]


def test_the_blinded_view_tells_no_arm_and_leaves_no_trace(
    house: House, office: Investigator, client: TestClient
) -> None:
    slug = house.draft(practice={"count": 2})
    before = actions(house, slug)
    page = client.get(f"/studies/{slug}/cases").text
    assert len(pictures(page)) == 14
    for secret in ("M0", "M1", "LoRA", "real", "normal", "secret prompt", "images/"):
        assert secret not in page, secret
    assert actions(house, slug) == before


def test_unblinding_wants_a_tick_and_is_recorded(
    house: House, office: Investigator, client: TestClient
) -> None:
    slug = house.draft()
    assert client.get(f"/studies/{slug}/cases/unblind").status_code in (404, 405)
    refused = office.post(f"/studies/{slug}/cases/unblind")
    assert refused.status_code == 409
    assert "cases unblinded" not in actions(house, slug)
    answer = office.post(f"/studies/{slug}/cases/unblind", sure="yes")
    assert answer.text.count("M1: LoRA") == 4
    assert actions(house, slug)[0] == "cases unblinded"
    assert "cases unblinded" in client.get(f"/studies/{slug}/record").text


def test_an_open_study_is_looked_at_blinded_only(
    house: House, office: Investigator, client: TestClient
) -> None:
    slug, _ = house.open_study_with_reader()
    assert len(pictures(client.get(f"/studies/{slug}/cases").text)) == 12
    answer = office.post(f"/studies/{slug}/cases/unblind", sure="yes")
    assert answer.status_code == 409
    assert "M1" not in answer.text
    answer = office.post(f"/studies/{slug}/cases/swap", code="C0001", reason="soft", seen="0" * 64)
    assert answer.status_code == 409


def test_the_form_of_the_design_keeps_what_was_swapped(
    house: House, office: Investigator, client: TestClient
) -> None:
    slug = house.draft()
    seen = seen_of(client.get(f"/studies/{slug}/cases").text)
    office.post(f"/studies/{slug}/cases/swap", code="C0003", reason="letters", seen=seen)
    form = HtmlForm(client.get(f"/studies/{slug}/design").text)
    saved = client.post(form.action, data={**form.fields, "title": "A better title", "save": "1"})
    assert saved.status_code == 200
    with house.database.reading() as session:
        design = design_of(session, slug)
    assert design.title == "A better title"
    assert [one.reason for one in design.excluded] == ["letters"]


def test_a_swapped_case_stays_out_and_everything_says_why(
    house: House, office: Investigator, client: TestClient
) -> None:
    slug = house.draft()
    page = client.get(f"/studies/{slug}/cases").text
    before = pictures(page)
    answer = office.post(
        f"/studies/{slug}/cases/swap", code="C0003", reason="a <name> burnt in", seen=seen_of(page)
    )
    assert "No other case changed." in answer.text
    assert "M1" not in answer.text
    after = pictures(answer.text)
    assert {code for code in before if before[code] != after[code]} == {"C0003"}
    assert "a &lt;name&gt; burnt in" in answer.text
    assert (
        "swapped C0003; reason: “a &lt;name&gt; burnt in”"
        in client.get(f"/studies/{slug}/record").text
    )
    assert r"(a \<name> burnt in)" in client.get(f"/studies/{slug}/protocol.md").text
    house.open(slug)
    assert pictures(client.get(f"/studies/{slug}/cases").text) == after
    house.close(slug)
    with house.database.reading() as session:
        summary = summarise_study(session, slug)
    assert summary.design.excluded[0].reason == "a <name> burnt in"
    told = " ".join(text for _, text in study_methods(summary).paragraphs)
    assert "1 image was looked at and replaced before the study opened" in told


def test_a_swap_is_of_the_cases_that_were_seen(
    house: House, office: Investigator, client: TestClient
) -> None:
    slug = house.draft()
    seen = seen_of(client.get(f"/studies/{slug}/cases").text)
    with house.database.writing() as session:
        changed = replace(design_of(session, slug), seed=8)
        change_design(session, slug, changed, now=NOW, actor="another")
    path = f"/studies/{slug}/cases/swap"
    assert office.post(path, code="C0001", reason="soft", seen=seen).status_code == 409
    seen = seen_of(client.get(f"/studies/{slug}/cases").text)
    assert office.post(path, code="C0001", reason="", seen=seen).status_code == 422
    assert office.post(path, code="C0099", reason="soft", seen=seen).status_code == 404
    with house.database.reading() as session:
        assert design_from_json(study_by_slug(session, slug).design) == changed


def test_where_the_bank_has_no_other_nothing_is_swapped(
    house: House, office: Investigator, client: TestClient
) -> None:
    arms = [{"arm": "real", "normal": 6, "abnormal": 6}, {"arm": "M0", "normal": 6, "abnormal": 6}]
    slug = house.draft(arms=arms)
    seen = seen_of(client.get(f"/studies/{slug}/cases").text)
    answer = office.post(f"/studies/{slug}/cases/swap", code="C0001", reason="soft", seen=seen)
    assert answer.status_code == 409
    assert "can&#39;t be swapped" in answer.text
    with house.database.reading() as session:
        assert design_of(session, slug).excluded == ()


def test_one_button_rehearses_and_shows_the_marked_report(
    house: House, office: Investigator, client: TestClient
) -> None:
    slug = house.draft()
    answer = office.post(f"/studies/{slug}/rehearse", readers="3")
    assert answer.url.path == f"/studies/{slug}-rehearsal/report"
    assert "every reader and every rating is simulated" in answer.text
    assert office.post(f"/studies/{slug}/rehearse", readers="many").status_code == 422


def test_no_reader_sees_a_draft(house: House, client: TestClient) -> None:
    _, token = house.open_study_with_reader()
    slug = house.draft(title="Another one")
    ReaderBrowser(client).begin(token)
    answer = client.get(f"/studies/{slug}/cases", follow_redirects=False)
    assert answer.headers["location"].startswith("/sign-in")
