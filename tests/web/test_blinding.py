"""Nothing a reader's browser receives tells truth, arm, prompt, file name, order, size or time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from app.db.tables import Case, Presentation, Rendition, ShownCase
from app.domain.receipt import answers_digest, form_digest, rating_name
from app.main import create_app
from tests.conftest import MadeOnce
from tests.other_machine import settings_of
from tests.studies import GOOD_ANSWERS, SIZE, Clock, House
from tests.web.crawl import Crawl, every_page, label_bank, secrets_of, slots_and_arms, texts_of
from tests.web.reader_browser import ReaderBrowser


@pytest.fixture
def browser(client: TestClient) -> ReaderBrowser:
    return ReaderBrowser(client)


@dataclass(frozen=True)
class Crawled:
    """What came in a reading of every page, and what none of it may hold."""

    received: list[Response]
    secrets: set[str]


CRAWLED: dict[str, Crawled] = {}


def read_every_page(house: House) -> None:
    """Read a study with every page to its end, once for each kind of database."""
    clock = Clock()
    with TestClient(create_app(settings_of(house), clock)) as client:
        received = Crawl(house, ReaderBrowser(client), clock).read()
    CRAWLED[house.database.engine.dialect.name] = Crawled(received, secrets_of(house))


@pytest.fixture
def crawled(backend: str, made_once: MadeOnce) -> Crawled:
    """A reading of every page, which tests only look at."""
    made_once(read_every_page)
    return CRAWLED[backend]


def everything_received(house: House, browser: ReaderBrowser, **changes: Any) -> Iterator[Response]:
    """Every response of a whole reading, images and redirects included."""
    _, token = house.open_study_with_reader(
        **changes,
        practice={"count": 2, "feedback": False},
        replicates={"count": 2, "minimum_lag": 3},
        break_every=5,
    )
    received: list[Response] = []
    browser.client.event_hooks["response"].append(received.append)
    browser.begin(token)
    for _ in range(40):
        form = browser.form
        for address in set(re.findall(r"/read/image/[\w-]+", browser.html)):
            browser.client.get(address)
        if form.action == "/read/rate":
            browser.client.post(
                form.action, data={**form.hidden, "realism": "9"}, headers={"HX-Request": "true"}
            )
            browser.rate()
        elif form.action == "/read/continue":
            browser.submit()
        else:
            break
    browser.visit("/read/back")
    yield from received


def test_no_response_of_a_whole_reading_names_anything_secret(
    house: House, browser: ReaderBrowser
) -> None:
    received = list(everything_received(house, browser))
    secrets = secrets_of(house)
    assert len(received) > 60
    assert len(secrets) > 60
    for address, text in texts_of(received):
        for secret in secrets:
            assert secret not in text, f"{secret!r} in {address}"


# A sentence of each page, so that the crawl can't pass by a page it never saw.
PAGES = (
    "not known here",
    "Please tick the box",
    "Whom to ask",
    "choose your role",
    "What you will be asked",
    "1 of 12",
    "Please answer from 1 to 5",
    "Rest your eyes",
    "Did anything",
    "The next part begins on",
    "One of two is a radiograph",
    "has not been shown yet",
    "it is shown once",
    "no such image",
    "Thank you",
    "There is no page",
    "This study is closed",
    "with other answers",
    "without the number",
    "another reader",
    "twice",
)


def test_no_page_of_a_study_with_every_page_names_anything_secret(crawled: Crawled) -> None:
    texts = dict(enumerate(texts_of(crawled.received)))
    for sentence in PAGES:
        assert any(sentence in text for _, text in texts.values()), sentence
    secrets = crawled.secrets
    assert {"zz-supine", "712904331877"} <= secrets
    assert any(one.startswith("C0") for one in secrets)
    for address, text in texts.values():
        for secret in secrets:
            assert secret not in text, f"{secret!r} in {address}"


def test_a_receipt_holds_nothing_that_the_page_did_not_have(crawled: Crawled) -> None:
    """It follows from the form that was sent, so that no arm, truth, order or count is in it.

    All but the head of the record, which is 256 bits that salts make as good as random: one for
    each rating, the same when it is acknowledged again.
    """
    answered = [response for response in crawled.received if "receipt" in response.headers]
    names, heads = set(), set()
    for response in answered:
        sent = dict(parse_qsl(response.request.content.decode(), keep_blank_values=True))
        said = {key: sent[key] for key in ("quality", "noticed", "which", "realism")}
        rating, answers, record, form = (
            part.partition("=")[2] for part in response.headers["receipt"].split(", ")
        )
        assert rating == rating_name(sent["case"], sent["submission"])
        assert form == form_digest(sent)
        assert answers in {
            answers_digest({key: value if key == "noticed" else int(value)})
            for key, value in said.items()
        }
        names.add(rating)
        heads.add(record)
    # 12 single films, their last question, pairs and timed films: each acknowledged three times.
    assert len(names) > 20
    assert len(answered) == 3 * len(names)
    assert all(re.fullmatch(r"[\w-]{22}", name) for name in names)
    assert len(heads) == len(names)
    assert all(re.fullmatch(r"[0-9a-f]{64}", head) for head in heads)


def test_every_picture_of_every_phase_has_the_same_headers_and_length(crawled: Crawled) -> None:
    pictures = [
        response
        for response in crawled.received
        if response.headers.get("content-type") == "image/png"
    ]
    # The twelve cases, and what the pairs are compared with.
    assert len({response.content for response in pictures}) == 13
    assert len({len(response.content) for response in pictures}) == 1
    headers = {
        tuple(
            # A random number of each answer, of one length.
            (name, len(value) if name == "x-request-id" else value)
            for name, value in response.headers.items()
            if name != "date"
        )
        for response in pictures
    }
    # Timed ones are not to be kept by the browser, whatever they show; all else is the same.
    assert {dict(one)["cache-control"] for one in headers} == {"private, max-age=3600", "no-store"}
    assert len(headers) == 2


def test_neither_place_nor_position_nor_token_tells_the_arm(house: House) -> None:
    """Over many readers of matched pairs, what a page tells is uncorrelated with the truth."""
    label_bank(house)
    slug = house.draft(**every_page())
    house.open(slug)
    house.invite(slug, 60)
    pairs = [row for row in slots_and_arms(house) if row[0] in _tokens_of_pairs(house)]
    assert len(pairs) > 400
    is_real = np.array([float(real) for *_, real in pairs])
    told = {
        "slot": [slot for _, _, slot, _ in pairs],
        "position": [position for _, position, _, _ in pairs],
        "first letter of the token": [ord(token[0]) for token, *_ in pairs],
        "last letter of the token": [ord(token[-1]) for token, *_ in pairs],
        "order of the tokens": np.argsort(np.argsort([token for token, *_ in pairs])).tolist(),
    }
    for what, values in told.items():
        r = np.corrcoef(np.array(values, float), is_real)[0, 1]
        # Four standard errors of a correlation of nothing.
        assert abs(r) < 4 / sqrt(len(pairs)), f"{what}: r = {r:.3f}"
    lefts = [real for _, _, slot, real in pairs if slot == 1]
    assert 0 < sum(lefts) < len(lefts)


def _tokens_of_pairs(house: House) -> set[str]:
    with house.database.reading() as session:
        return set(
            session.scalars(
                select(Presentation.token)
                .join(ShownCase, ShownCase.presentation_id == Presentation.id)
                .where(ShownCase.slot == 2)
            )
        )


def test_pages_of_pairs_differ_in_nothing_but_tokens_and_position(crawled: Crawled) -> None:
    pages = set()
    for response in crawled.received:
        is_pair = response.status_code == 200 and 'name="which"' in response.text
        if is_pair and "HX-Request" not in response.request.headers:
            html = re.sub(r'value="[\w.-]{16,}"', 'value="…"', response.text)
            assert 'src="/read/reference/2"' in html
            html = re.sub(r"/read/image/[\w-]+", "…", html)
            html = re.sub(r"\d+ of \d+", "…", html)
            html = re.sub(r"(?s)<progress.*?</progress>", "", html)
            # Neither the first (nothing to go back to) nor the last (nothing to fetch ahead).
            if "data-next-images" in html and "/read/back" in html and "correcting" not in html:
                pages.add(html)
    assert len(pages) == 1


def test_an_evaluated_bank_tells_a_reader_no_more(house: House, browser: ReaderBrowser) -> None:
    house.fill_bank(
        {"M1": {"images": 12, "memorised": 7, "kid": {"kid": 0.7315, "standard_error": 0.0173}}},
        {"M1": {"memorised": True, "nearest_training_image": "images/train-7.png"}},
    )
    for response in everything_received(house, browser, memorised="keep"):
        if response.headers.get("content-type", "").startswith("image/"):
            continue
        text = response.text.lower()
        for secret in ("evaluation", "memorised", "train-7", "0.73", "0.017", "copies"):
            assert secret not in text, f"{secret!r} in {response.request.url}"
        # As a word: by chance three letters stand in one of the random addresses, too.
        assert not re.search(r"(?<![\w-])kid(?![\w-])", text), response.request.url


def test_images_differ_in_nothing_but_their_pixels(house: House, browser: ReaderBrowser) -> None:
    images = [
        response
        for response in everything_received(house, browser)
        if response.headers.get("content-type") == "image/png"
    ]
    assert len({response.content for response in images}) > 10
    assert len({len(response.content) for response in images}) == 1
    headers = {
        tuple(
            (name, len(value) if name == "x-request-id" else value)
            for name, value in response.headers.items()
            if name not in ("date", "set-cookie")
        )
        for response in images
    }
    assert len(headers) == 1
    names = {name for name, _ in headers.pop()}
    assert not names & {"etag", "last-modified", "content-disposition", "age", "server"}


def test_pages_of_cases_differ_in_nothing_but_tokens_and_position(
    house: House, browser: ReaderBrowser
) -> None:
    """With tokens and counts blotted out, every case of every arm is the same page."""
    _, token = house.open_study_with_reader()
    browser.begin(token)
    pages = set()
    for number in range(1, 13):
        html = re.sub(r'value="[\w.-]{16,}"', 'value="…"', browser.html)
        html = re.sub(r"/read/image/[\w-]+", "…", html).replace(f"{number} of 12", "…")
        html = re.sub(r"(?s)<progress.*?</progress>", "", html)
        if 2 <= number <= 11:
            pages.add(html)
        browser.rate()
    assert len(pages) == 1


def test_tokens_tell_no_order_and_no_replicate(house: House, browser: ReaderBrowser) -> None:
    house.open_study_with_reader(replicates={"count": 4, "minimum_lag": 3})
    with house.database.reading() as session:
        rows = session.execute(
            select(Presentation.token, Presentation.position, ShownCase.case_id)
            .join(ShownCase, ShownCase.presentation_id == Presentation.id)
            .order_by(Presentation.position)
        ).all()
    tokens = [token for token, _, _ in rows]
    assert len(set(tokens)) == len(tokens) == 16
    assert len({case for _, _, case in rows}) == 12
    assert all(len(token) == 22 for token in tokens)
    assert tokens != sorted(tokens)


def test_a_reader_can_fetch_no_image_beyond_the_next(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    with house.database.reading() as session:
        tokens = session.scalars(select(Presentation.token).order_by(Presentation.position)).all()
    statuses = [browser.client.get(f"/read/image/{token}").status_code for token in tokens]
    assert statuses == [200, 200] + [404] * 10


def test_an_image_needs_a_reader(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    address = re.search(r"/read/image/[\w-]+", browser.html)
    assert address is not None
    browser.client.cookies.clear()
    assert browser.client.get(address[0]).status_code == 403


def test_no_page_is_kept_by_caches_or_sent_on(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    headers = browser.visit().headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]


def test_the_link_leaves_the_address_bar_and_the_cookie_is_shielded(
    house: House, client: TestClient
) -> None:
    _, token = house.open_study_with_reader()
    answer = client.get(f"/r/{token}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/read")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert token.lower() not in cookie


def test_a_reader_sees_no_page_of_the_investigators(house: House, browser: ReaderBrowser) -> None:
    slug, token = house.open_study_with_reader()
    browser.begin(token)
    for path in (
        "/",
        "/studies",
        f"/studies/{slug}",
        f"/studies/{slug}/report",
        f"/studies/{slug}/export",
        f"/studies/{slug}/export/ratings.csv",
    ):
        answer = browser.client.get(path, follow_redirects=True)
        assert answer.url.path == "/sign-in", path
        assert "M1: LoRA" not in answer.text


def test_the_picture_is_the_canonical_rendition(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    case = browser.form.hidden["case"]
    picture = browser.client.get(f"/read/image/{case}").content
    with house.database.reading() as session:
        sha256 = session.scalars(
            select(Rendition.sha256)
            .join(Case, Case.image_id == Rendition.image_id)
            .join(ShownCase, ShownCase.case_id == Case.id)
            .join(Presentation, Presentation.id == ShownCase.presentation_id)
            .where(Presentation.token == case, Rendition.size == SIZE)
        ).one()
    assert picture == house.store.read(sha256)


def test_a_form_sent_back_incomplete_tells_no_more_than_before(
    house: House, browser: ReaderBrowser
) -> None:
    _, token = house.open_study_with_reader()
    browser.begin(token)
    answer = browser.submit({**GOOD_ANSWERS, "confidence": ""})
    assert answer.status_code == 422
    for secret in secrets_of(house):
        assert secret not in answer.text
