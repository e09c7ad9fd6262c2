"""Where somebody can take the head of the record along: the thanks page, and analysis.json."""

import json
import re

from fastapi.testclient import TestClient
from sqlalchemy import select

from app.db.tables import Event
from app.services.export_study import StudyExport
from app.services.summarise_study import note_results_seen
from tests.studies import GOOD_ANSWERS, NOW, House
from tests.web.reader_browser import ReaderBrowser

HEAD = re.compile(r"record ends in <code>([0-9a-f]{64})</code>")


def hashes(house: House) -> list[str]:
    with house.database.reading() as session:
        events = select(Event.hash).where(Event.study_id == 1).order_by(Event.number)
        return list(session.scalars(events))


def test_the_thanks_page_names_the_head_with_the_last_answer_in_it(
    house: House, client: TestClient
) -> None:
    _, token = house.open_study_with_reader()
    browser = ReaderBrowser(client)
    browser.begin(token)
    for _ in range(11):
        assert "record ends in" not in browser.html
        browser.rate()
    form = browser.form
    answer = client.post(
        form.action, data={**form.hidden, **GOOD_ANSWERS}, headers={"HX-Request": "true"}
    )
    shown = HEAD.search(answer.text)
    assert shown is not None
    assert shown[1] == hashes(house)[-1]
    assert f"record={shown[1]}" in answer.headers["Receipt"]
    # Loaded again it is the head of that moment; what it was then is still in the chain.
    house.invite("trial-study")
    again = HEAD.search(browser.visit().text)
    assert again is not None
    assert again[1] == hashes(house)[-1] != shown[1]
    assert shown[1] in hashes(house)


def test_the_analysis_names_the_head(house: House) -> None:
    slug, _ = house.open_study_with_reader()
    house.close(slug)
    files = StudyExport(house.database, house.store, slug).files()
    analysis = json.loads(b"".join(files["analysis.json"]()))
    assert analysis["study"]["record_head"] == hashes(house)[-1]
    # A look at results changes nothing that was said.
    with house.database.writing() as session:
        note_results_seen(session, slug, now=NOW, actor="test")
    files = StudyExport(house.database, house.store, slug).files()
    assert json.loads(b"".join(files["analysis.json"]())) == analysis
