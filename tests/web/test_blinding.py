"""Nothing a reader's browser receives tells truth, arm, prompt, file name, order, size or time."""

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from app.db.tables import Arm, Case, Image, Presentation, Reader, Rendition, ShownCase
from tests.studies import GOOD_ANSWERS, SIZE, House
from tests.web.reader_browser import ReaderBrowser


@pytest.fixture
def browser(client: TestClient) -> ReaderBrowser:
    return ReaderBrowser(client)


def everything_received(house: House, browser: ReaderBrowser) -> Iterator[Response]:
    """Every response of a whole reading, images and redirects included."""
    _, token = house.open_study_with_reader(
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
    browser.visit("/read/nothing-here")
    browser.visit("/read/image/nothing-here")
    yield from received


def secrets_of(house: House) -> set[str]:
    """Every text in the database that a reader must not see."""
    with house.database.reading() as session:
        secrets = {"real.png", "synthetic.png"}
        for arm in session.scalars(select(Arm)):
            secrets |= {arm.label, arm.bank_name, f">{arm.key}<", f'"{arm.key}"'}
        for image in session.scalars(select(Image)):
            secrets |= {image.sha256, image.source_file, str(image.provenance["prompt"])}
        secrets |= set(session.scalars(select(Rendition.sha256)))
        secrets |= set(session.scalars(select(Case.code)))
        secrets |= {reader.order_seed or "" for reader in session.scalars(select(Reader))}
    # The verdict's own choice is on every page, whatever the case.
    return secrets - {"", '"real"'}


def test_no_response_of_a_whole_reading_names_anything_secret(
    house: House, browser: ReaderBrowser
) -> None:
    received = list(everything_received(house, browser))
    secrets = secrets_of(house)
    assert len(received) > 60
    assert len(secrets) > 60
    for response in received:
        headers = " ".join(f"{name}: {value}" for name, value in response.headers.items())
        text = f"{response.request.url} {headers} "
        if not response.headers.get("content-type", "").startswith("image/"):
            text += response.text
        for secret in secrets:
            assert secret not in text, f"{secret!r} in {response.request.url}"


def test_an_evaluated_bank_tells_a_reader_no_more(house: House, browser: ReaderBrowser) -> None:
    house.fill_bank(
        {"M1": {"images": 12, "memorised": 7, "kid": {"kid": 0.7315, "standard_error": 0.0173}}},
        {"M1": {"memorised": True, "nearest_training_image": "images/train-7.png"}},
    )
    for response in everything_received(house, browser):
        if response.headers.get("content-type", "").startswith("image/"):
            continue
        text = response.text.lower()
        for secret in ("evaluation", "memorised", "train-7", "0.73", "0.017", "kid", "copies"):
            assert secret not in text, f"{secret!r} in {response.request.url}"


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
            (name, value)
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
