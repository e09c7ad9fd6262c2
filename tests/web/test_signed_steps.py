"""Opening, closing and exports are signed with the password; looks and the record have pages."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text

from app.db.tables import Event
from app.domain.signing import MEANINGS
from app.services.blinded_set import write_blinded_set
from app.services.export_study.signing import SIGNED_FOR
from app.web.password_again import WRONG
from tests.studies import NOW, House
from tests.web.reader_browser import ReaderBrowser
from tests.web.test_investigator import Investigator


@pytest.fixture
def investigator(house: House, client: TestClient) -> Investigator:
    """Signed in."""
    signed_in = Investigator(house, client)
    signed_in.sign_in()
    return signed_in


def events(house: House, action: str) -> list[Event]:
    with house.database.reading() as session:
        return list(session.scalars(select(Event).where(Event.action == action)))


@pytest.mark.parametrize("step", ["open", "close", "export"])
def test_a_step_is_not_done_without_the_password(
    house: House, investigator: Investigator, step: str
) -> None:
    slug = house.draft()
    if step != "open":
        house.open(slug)
    if step == "export":
        house.close(slug)
    before = investigator.client.get(f"/studies/{slug}").text.count("<li>")
    answer = investigator.post(f"/studies/{slug}/{step}", sure="yes", password="not mine")
    assert answer.status_code == 403
    assert WRONG in answer.text
    assert events(house, "failed sign-in")[0].detail == {"account": "investigator"}
    assert investigator.client.get(f"/studies/{slug}").text.count("<li>") == before
    again = investigator.post(f"/studies/{slug}/{step}", sure="yes")
    assert again.status_code == 200
    action = {"open": "opened", "close": "closed", "export": "export signed"}[step]
    signed = events(house, action)[-1].detail["signed"]
    assert signed == {
        "name": "investigator",
        "meaning": MEANINGS[step],  # type: ignore[index]
        "checked": "password",
    }
    page = investigator.client.get(f"/studies/{slug}").text
    assert "signed by investigator (password): I declare" in page


def test_what_is_declared_stands_above_the_button(house: House, investigator: Investigator) -> None:
    slug = house.draft()
    assert MEANINGS["open"] in investigator.client.get(f"/studies/{slug}").text
    house.open(slug)
    assert MEANINGS["close"] in investigator.client.get(f"/studies/{slug}").text
    house.close(slug)
    assert MEANINGS["export"] in investigator.client.get(f"/studies/{slug}/export").text


def test_a_download_asks_for_a_signature_that_is_fresh(
    house: House, investigator: Investigator
) -> None:
    slug, _ = house.open_study_with_reader()
    house.close(slug)
    address = f"/studies/{slug}/export/ratings.csv"
    unsigned = investigator.client.get(address, follow_redirects=False)
    assert (unsigned.status_code, unsigned.headers["location"]) == (303, f"/studies/{slug}/export")
    assert events(house, "exported") == []
    investigator.post(f"/studies/{slug}/export")
    assert investigator.client.get(address).text.startswith("study,reader")
    assert len(events(house, "exported")) == 1
    signed_at = events(house, "export signed")[0].at
    state = investigator.client.app.state.web  # type: ignore[attr-defined]
    object.__setattr__(state, "clock", lambda: signed_at + SIGNED_FOR)
    assert investigator.client.get(address, follow_redirects=False).status_code == 303


def test_an_interim_report_needs_a_reason_and_is_recorded_before_it_is_sent(
    house: House, investigator: Investigator
) -> None:
    slug, token = house.open_study_with_reader()
    reader = ReaderBrowser(TestClient(investigator.client.app))
    reader.begin(token)
    reader.rate()
    page = investigator.client.get(f"/studies/{slug}/report").text
    assert "The design plans no look before closing" in page
    refused = investigator.post(f"/studies/{slug}/report", reason=" ")
    assert refused.status_code == 422
    assert "Say why they are needed now" in refused.text
    assert "M1: LoRA" not in refused.text
    assert events(house, "results seen while not closed") == []
    answer = investigator.post(f"/studies/{slug}/report", reason="The board <asked>")
    assert (
        answer.headers["content-disposition"]
        == f'attachment; filename="{slug}-interim-report.html"'
    )
    assert "INTERIM" in answer.text
    assert "The board &lt;asked&gt;" in answer.text
    (look,) = events(house, "results seen while not closed")
    assert look.detail == {"ratings": 1, "planned": False, "reason": "The board <asked>"}


def test_results_of_a_closed_study_are_seen_on_the_record(
    house: House, investigator: Investigator
) -> None:
    slug, _ = house.open_study_with_reader()
    house.close(slug)
    investigator.client.get(f"/studies/{slug}/report")
    investigator.client.get(f"/studies/{slug}/report/{slug}-report.html")
    assert [event.actor for event in events(house, "results seen")] == ["investigator"] * 2


def test_the_record_is_shown_by_kind_and_verified(house: House, investigator: Investigator) -> None:
    slug, token = house.open_study_with_reader()
    reader = ReaderBrowser(TestClient(investigator.client.app))
    reader.begin(token)
    reader.rate()
    page = investigator.client.get(f"/studies/{slug}/record").text
    head = re.search(r"<code>([0-9a-f]{64})</code>", page)
    assert head is not None
    for words in ("answered", "agreed", "order laid out", "invited", "opened", "created"):
        assert words in page
    answers = investigator.client.get(f"/studies/{slug}/record?kind=answers").text
    assert "answered" in answers
    assert "agreed" not in answers
    assert "opened" not in answers.split('class="log record"')[1]
    earlier = investigator.client.get(f"/studies/{slug}/record?before=3").text
    assert "created" in earlier
    assert "answered" not in earlier
    holds = investigator.post(f"/studies/{slug}/record").text
    assert "The record holds." in holds
    with house.database.writing() as session:
        session.execute(text("UPDATE studies SET design = replace(design, 'Trial', 'Other')"))
    broken = investigator.post(f"/studies/{slug}/record").text
    assert "The record is broken." in broken
    assert "The design was changed" in broken


def test_the_page_of_the_record_tells_no_key_of_a_blinded_set(
    house: House, investigator: Investigator
) -> None:
    slug, _ = house.open_study_with_reader()
    write_blinded_set(
        house.database, house.store, slug, house.folder / "set", now=NOW, actor="test"
    )
    (written,) = events(house, "blinded set written")
    page = investigator.client.get(f"/studies/{slug}/record").text
    assert "blinded set written" in page
    assert written.detail["key"] not in page


def test_the_protocol_is_downloaded_in_words(house: House, investigator: Investigator) -> None:
    slug, _ = house.open_study_with_reader()
    answer = investigator.client.get(f"/studies/{slug}/protocol.md")
    assert answer.headers["content-type"].startswith("text/markdown")
    opened = events(house, "opened")[0].detail
    for name in ("design_sha256", "cases_sha256", "renditions_sha256", "analysis_sha256"):
        assert opened[name] in answer.text
