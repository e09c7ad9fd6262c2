"""The report's diagram of readers: invited, agreed, begun, finished, gone, left out."""

import re
from datetime import UTC, datetime

from fastapi.testclient import TestClient

from app.domain.blinding import blinded_design
from app.domain.design.reading import design_from_json
from app.domain.reader_flow import ReaderFlow
from app.report.page.document import report_document
from app.report.page.view import report_view
from app.services.admit_reader import admit_by_link
from app.services.erase_reader import erase_reader
from app.services.invite_readers import revoke_link
from app.services.summarise_study import summarise_study
from app.services.withdraw_reader import withdraw_reader
from app.settings import resource_dir
from tests.services.test_withdraw_and_erase import with_withdrawal
from tests.studies import NOW, PROFILE, House
from tests.web.reader_browser import ReaderBrowser


def test_the_report_shows_where_every_reader_went(house: House, client: TestClient) -> None:
    slug = house.draft(**with_withdrawal("closing", "kept"))
    house.open(slug)
    links = [one.token for one in house.invite(slug, 9)]
    # R01 and R02 finish, R03 stops after one of 12 cases, R04 after four, R05 rates nothing.
    for token, ratings in zip(links[:5], (12, 12, 1, 4, 0), strict=True):
        browser = ReaderBrowser(client)
        browser.begin(token)
        for _ in range(ratings):
            browser.rate()
    # R06 only agrees, R07 withdraws, R08 is erased, R09's link is withdrawn.
    browser = ReaderBrowser(client)
    browser.open_link(links[5])
    browser.submit({"consent": "yes"})
    for token in links[6:8]:
        browser = ReaderBrowser(client)
        browser.open_link(token)
        browser.submit({"consent": "yes"})
        browser.submit(PROFILE)
    with house.database.writing() as session:
        reader = admit_by_link(session, links[6])
        withdraw_reader(
            session,
            reader,
            blinded_design(design_from_json(reader.study.design)),
            now=datetime.now(UTC),
        )
    with house.database.writing() as session:
        erase_reader(session, slug, "R08", now=NOW, actor="test")
        revoke_link(session, slug, "R09", now=NOW, actor="test")
    house.close(slug)
    with house.database.reading() as session:
        summary = summarise_study(session, slug)
    assert summary.flow == ReaderFlow(
        invited=9,
        link_withdrawn=1,
        agreed=8,
        withdrew=1,
        erased=1,
        never_began=1,
        began=5,
        finished=2,
        nothing_answered=1,
        left_out=1,
        counted=3,
    )
    page = report_document(
        report_view(summary),
        templates=resource_dir("templates"),
        static=resource_dir("static"),
        now=NOW,
    )
    flow = page[page.index('<ol class="flow">') :]
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", flow[: flow.index("</ol>")]))
    for words in (
        "Invited n = 9",
        "1 had their link withdrawn",
        "Agreed n = 8",
        "1 did not begin to read",
        "1 withdrew; their answers are kept and count nowhere",
        "1 erased; their answers are gone",
        "Began to read n = 5",
        "2 finished, 3 did not",
        "1 rated no case",
        "1 rated too few cases by the rule of the design",
        "In the analysis n = 3",
    ):
        assert words in text, words
    assert "did not agree" not in text
