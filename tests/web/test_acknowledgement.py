"""What is answered as stored is stored, and answers on the screen outlive cookie, tab and clock."""

import json
import re
import time
from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from app.db.tables import Presentation, Rating
from app.domain.receipt import answers_digest, form_digest, rating_name
from app.services.invite_readers import reissue_link
from tests.studies import GOOD_ANSWERS, NOW, House
from tests.web.reader_browser import Form, ReaderBrowser

HTMX = {"HX-Request": "true"}
FEEDBACK = {"practice": {"count": 2, "feedback": True}}


@pytest.fixture
def browser(client: TestClient) -> ReaderBrowser:
    return ReaderBrowser(client)


def post(
    browser: ReaderBrowser, form: Form, headers: Mapping[str, str] | None = None, **changes: str
) -> Response:
    data = {**form.hidden, **GOOD_ANSWERS, **changes}
    return browser.client.post(form.action, data=data, headers=headers, follow_redirects=False)


def post_raw(browser: ReaderBrowser, form: Form, more: str, **changes: str) -> Response:
    """A form whose body no browser of ours would write."""
    data = {**form.hidden, **GOOD_ANSWERS, **changes}
    return browser.client.post(
        form.action,
        content=f"{urlencode(data)}{more}",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        follow_redirects=False,
    )


def receipt(answer: Response) -> dict[str, str]:
    return dict(part.split("=") for part in answer.headers["receipt"].split(", "))


def ratings(house: House) -> list[Rating]:
    with house.database.reading() as session:
        return list(session.scalars(select(Rating).order_by(Rating.id)))


# --- receipts


def test_a_stored_rating_is_acknowledged_by_a_receipt_for_these_very_answers(
    house: House, browser: ReaderBrowser
) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    for headers, status in ((None, 303), (HTMX, 200)):
        browser.visit()
        form = browser.form
        answer = post(browser, form, headers, comment="Ribs & lines\r\nlook odd")
        assert answer.status_code == status
        given = receipt(answer)
        assert given["form"] == form_digest(
            {**form.hidden, **GOOD_ANSWERS, "comment": "Ribs & lines\r\nlook odd"}
        )
        assert given["answers"] == answers_digest(house.said()[-1])
        stored = ratings(house)[-1]
        with house.database.reading() as session:
            showing = session.get_one(Presentation, stored.presentation_id)
        assert given["rating"] == rating_name(showing.token, stored.submission)


def test_what_is_not_stored_has_no_receipt(house: House, browser: ReaderBrowser) -> None:
    slug, token = house.open_study_with_reader()
    browser.begin(token)
    form = browser.form
    assert "receipt" not in browser.client.get("/read").headers
    assert "receipt" not in post(browser, form, realism="9").headers
    assert "receipt" not in post(browser, form, case="x" * 22).headers
    house.close(slug)
    assert "receipt" not in post(browser, form).headers
    assert ratings(house) == []


def test_the_receipt_of_practice_is_not_lost_in_a_redirect(
    house: House, browser: ReaderBrowser
) -> None:
    """A script that is redirected sees the last answer's headers only."""
    _, token = house.open_study_with_reader(**FEEDBACK)
    browser.begin(token)
    form = browser.form
    answer = post(browser, form, HTMX)
    assert answer.status_code == 200
    assert receipt(answer)["form"] == form_digest({**form.hidden, **GOOD_ANSWERS})
    assert json.loads(answer.headers["hx-location"])["path"] == "/read/practice"
    assert answer.text == ""
    assert "This image is" in browser.visit().text


# --- nothing is answered as if it were stored


@pytest.mark.parametrize("headers", [None, HTMX], ids=["plain", "htmx"])
def test_the_same_form_with_other_answers_is_refused_and_kept(
    house: House, browser: ReaderBrowser, headers: dict[str, str] | None
) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    form = browser.form
    first = post(browser, form, headers, realism="1")
    for changes in ({"realism": "5"}, {"realism": "1", "comment": "more"}, {"realism": ""}):
        answer = post(browser, form, headers, **changes)
        assert answer.status_code == 409
        assert "with other answers" in answer.text
        assert "receipt" not in answer.headers
        again = Form(answer.text)
        assert again.hidden["submission"] == form.hidden["submission"]
        assert again.checked.get("realism", "") == changes["realism"]
        assert 'href="/read"' in answer.text
    repeated = post(browser, form, headers, realism="1")
    assert receipt(repeated) == receipt(first)
    assert [one["realism"] for one in house.said()] == [1]


def test_a_repeat_is_compared_by_what_is_stored(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    form = browser.form
    first = post(browser, form, comment="seen", reading_time_ms="900", hidden_time_ms="0")
    again = post(browser, form, comment=" seen\r\n", reading_time_ms="", hidden_time_ms="")
    assert (first.status_code, again.status_code) == (303, 303)
    assert receipt(first)["answers"] == receipt(again)["answers"]
    assert receipt(first)["rating"] == receipt(again)["rating"]
    assert len(ratings(house)) == 1


@pytest.mark.parametrize("headers", [None, HTMX], ids=["plain", "htmx"])
def test_practice_that_was_told_is_not_rated_again_from_another_page(
    house: House, browser: ReaderBrowser, headers: dict[str, str] | None
) -> None:
    _, token = house.open_study_with_reader(**FEEDBACK)
    browser.begin(token)
    one = browser.form
    browser.visit()
    other = browser.form
    assert "receipt" in post(browser, one, headers, realism="1").headers
    answer = post(browser, other, headers, realism="5")
    assert answer.status_code == 409
    assert "already rated" in answer.text
    assert "receipt" not in answer.headers
    assert Form(answer.text).checked["realism"] == "5"
    assert [said["realism"] for said in house.said()] == [1]


def test_a_form_without_its_number_is_not_given_one(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    for number in ("", "0.", "0.short", "x" * 30, "0." + "é" * 22):
        answer = post(browser, browser.form, submission=number)
        assert answer.status_code == 422
        assert "without the number" in answer.text
    assert ratings(house) == []


def test_a_closed_study_takes_no_step_of_any_kind(house: House, browser: ReaderBrowser) -> None:
    slug, token = house.open_study_with_reader(break_every=4)
    browser.begin(token)
    for _ in range(4):
        browser.rate()
    pause = browser.form
    house.close(slug)
    answer = browser.client.post(pause.action, data=pause.hidden)
    assert answer.status_code == 409
    assert "closed" in answer.text


# --- a cookie never ends work


def test_a_link_that_is_opened_again_leaves_the_answers_on_the_screen_good(
    house: House, browser: ReaderBrowser
) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    on_screen = browser.form
    other_tab = ReaderBrowser(browser.client)
    time.sleep(1.1)  # a cookie that holds its time would be another one now
    other_tab.client.get(f"/r/{token}")
    assert "receipt" in post(browser, on_screen).headers
    browser.client.cookies.clear()
    assert post(browser, on_screen).status_code == 403
    other_tab.client.get(f"/r/{token}")
    assert "receipt" in post(browser, on_screen).headers


@pytest.mark.parametrize(
    "seconds", [-600, -86400, 91 * 86400, 399 * 86400], ids=lambda s: f"{s / 86400:.2f} days"
)
def test_no_clock_refuses_the_answers_on_the_screen(
    house: House, browser: ReaderBrowser, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    on_screen = browser.form
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + seconds)
    cookie = browser.client.cookies.get("negatoscope_reader", path="/read")
    answer = TestClient(browser.client.app).post(
        on_screen.action,
        data={**on_screen.hidden, **GOOD_ANSWERS},
        headers={"Cookie": f"negatoscope_reader={cookie}"},
        follow_redirects=False,
    )
    assert answer.status_code == 303, answer.text
    assert len(ratings(house)) == 1


def test_a_reissued_link_ends_the_old_one_and_takes_what_is_on_the_screen(
    house: House, browser: ReaderBrowser
) -> None:
    slug, token = house.open_study_with_reader()
    browser.begin(token)
    old_page = browser.form
    with house.database.writing() as session:
        new = reissue_link(session, slug, "R01", now=NOW, actor="test").token
    answer = post(browser, old_page, HTMX)
    assert answer.status_code == 403
    # What the page's script keeps the answers on the screen for.
    assert "data-refusal" in answer.text
    assert ratings(house) == []
    browser.client.get(f"/r/{new}")
    assert "receipt" in post(browser, old_page).headers


def test_without_scripts_a_refusal_holds_the_answers_to_be_sent_again(
    house: House, browser: ReaderBrowser
) -> None:
    slug, token = house.open_study_with_reader()
    other = house.invite(slug)[0].token
    browser.begin(token)
    for before in (
        lambda: browser.client.cookies.clear(),
        lambda: browser.client.get(f"/r/{other}"),
    ):
        on_screen = browser.form
        before()
        browser.page = post(browser, on_screen, comment='a "<b>" comment')
        assert browser.page.status_code == 403
        assert browser.form.action == "/read/rate"
        assert browser.form.hidden["comment"] == 'a "<b>" comment'
        assert ratings(house) == []
    browser.client.get(f"/r/{token}")
    assert browser.submit().status_code == 200
    (said,) = house.said()
    assert (said["realism"], said["comment"]) == (4, 'a "<b>" comment')


def test_a_closed_study_names_the_drafts_that_are_to_be_erased(
    house: House, browser: ReaderBrowser
) -> None:
    slug, token = house.open_study_with_reader()
    browser.begin(token)
    drawer = re.search(r'data-drafts="([0-9a-f]{32})"', browser.html)
    assert drawer is not None
    assert "data-drafts-over" not in browser.html
    house.close(slug)
    for answer in (post(browser, browser.form), browser.visit()):
        assert f'data-drafts="{drawer[1]}" data-drafts-over' in answer.text
        assert "Send my answers again" not in answer.text


def test_each_reader_has_a_drawer_of_their_own_whatever_their_link(
    house: House, browser: ReaderBrowser
) -> None:
    slug, token = house.open_study_with_reader()
    other = house.invite(slug)[0].token

    def drawer(link: str) -> str:
        browser.begin(link)
        named = re.search(r'data-drafts="([0-9a-f]{32})"', browser.html)
        assert named is not None
        return named[1]

    mine, theirs = drawer(token), drawer(other)
    with house.database.writing() as session:
        new = reissue_link(session, slug, "R01", now=NOW, actor="test").token
    browser.open_link(new)
    assert mine != theirs
    assert f'data-drafts="{mine}"' in browser.html


def test_another_readers_cookie_takes_no_answers_of_this_page(
    house: House, browser: ReaderBrowser
) -> None:
    slug, token = house.open_study_with_reader()
    other = house.invite(slug)[0].token
    browser.begin(token)
    on_screen = browser.form
    browser.client.get(f"/r/{other}")
    answer = post(browser, on_screen)
    assert answer.status_code == 403
    assert "another reader" in answer.text
    browser.client.get(f"/r/{token}")
    assert "receipt" in post(browser, on_screen).headers


def test_a_closed_studys_link_sets_no_cookie(house: House, browser: ReaderBrowser) -> None:
    slug, token = house.open_study_with_reader()
    house.close(slug)
    answer = browser.client.get(f"/r/{token}", follow_redirects=False)
    assert answer.status_code == 409
    assert "set-cookie" not in answer.headers
    assert "This study is closed" in answer.text


def test_a_closed_studys_link_erases_the_drafts_of_its_reader_and_of_nobody_else(
    house: House, browser: ReaderBrowser
) -> None:
    closed, token = house.open_study_with_reader()
    _, of_another_study = house.open_study_with_reader(title="Another study")
    drawers = {}
    for link in (token, of_another_study):
        browser.begin(link)
        named = re.search(r'data-drafts="([0-9a-f]{32})"', browser.html)
        assert named is not None
        drawers[link] = named[1]
    house.close(closed)
    # Whoever else's cookie the browser holds meanwhile, or none.
    pages = [browser.client.get(f"/r/{token}").text]
    browser.client.cookies.clear()
    pages.append(browser.client.get(f"/r/{token}").text)
    for page in pages:
        assert f'data-drafts="{drawers[token]}" data-drafts-over' in page
        assert drawers[of_another_study] not in page
        assert "drafts-over.js" in page
    unknown = browser.client.get("/r/" + "x" * 43)
    assert "data-drafts" not in unknown.text


# --- what could be read in two ways


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ("&realism=5", "twice"),
        ("&realism=4", "twice"),
        ("&submission=0.aaaaaaaaaaaaaaaaaaaaaa", "twice"),
        ("&case=aaaaaaaaaaaaaaaaaaaaaa", "twice"),
        ("&extra=%FF", "not UTF-8"),
        ("&extra=%ED%A0%80", "not UTF-8"),
        ("&%C3=1", "not UTF-8"),
        ("&extra=a%00b", "NUL"),
        ("&a%00b=1", "NUL"),
        ("".join(f"&x{number}=1" for number in range(3000)), "more than 3000"),
    ],
    ids=lambda value: value[:20],
)
def test_a_form_that_can_be_read_in_two_ways_is_refused_in_words(
    house: House, browser: ReaderBrowser, more: str, sentence: str
) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    form = browser.form
    answer = post_raw(browser, form, more)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "receipt" not in answer.headers
    assert ratings(house) == []
    assert "receipt" in post_raw(browser, form, "").headers


def test_a_form_in_another_encoding_is_refused(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    form = browser.form
    fields = {name: (None, value) for name, value in {**form.hidden, **GOOD_ANSWERS}.items()}
    answer = browser.client.post(form.action, files=fields)
    assert answer.status_code == 422
    assert ratings(house) == []


@pytest.mark.parametrize(
    ("reading", "hidden", "kept"),
    [
        ("4200", "4200", (4200, 4200)),
        ("4200", "", (4200, None)),
        ("4200", "4201", (None, None)),
        ("", "10", (None, None)),
        ("99999999999", "10", (None, None)),
    ],
)
def test_durations_that_contradict_each_other_are_missing_and_said_so(
    house: House,
    browser: ReaderBrowser,
    caplog: pytest.LogCaptureFixture,
    reading: str,
    hidden: str,
    kept: tuple[int | None, int | None],
) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    answer = post(browser, browser.form, reading_time_ms=reading, hidden_time_ms=hidden)
    assert answer.status_code == 303
    stored = ratings(house)[0]
    assert (stored.reading_time_ms, stored.hidden_time_ms) == kept
    assert ("contradict" in caplog.text) == (kept == (None, None))


@pytest.mark.parametrize("path", ["/read/image/a%00b", "/read/image/%ED%A0%80", "/r/a%00b"])
def test_an_address_that_no_database_takes_is_refused(
    house: House, browser: ReaderBrowser, path: str
) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    answer = browser.client.get(path)
    assert answer.status_code == 400
    assert "This address holds" in answer.text


def test_an_origin_that_is_no_address_is_another_site(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    assert post(browser, browser.form, {"Origin": "http://[bad"}).status_code == 403
