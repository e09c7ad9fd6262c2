"""The bank in the office: arms, a grid that is filtered, one film beside its nearest, no reader."""

import io
import re

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import select, update

from app.db.tables import Image as ImageRow
from app.db.tables import Rendition
from app.domain.said import said
from app.films.notes import Note
from app.services.browse_bank import film_filter
from tests.studies import House
from tests.web.reader_browser import ReaderBrowser
from tests.web.test_investigator import Investigator

NEAREST = {"M1": {"nearest_training_image": "images/real/normal-2.png", "memorised": True}}
PAGES = (
    "/bank",
    "/bank/films",
    "/bank/films/1",
    "/bank/compare?arm=real&arm=M0",
)


@pytest.fixture
def office(house: House, client: TestClient) -> Investigator:
    house.fill_bank({"M1": {"images": 12, "memorised": 12}}, NEAREST)
    investigator = Investigator(house, client)
    investigator.sign_in()
    return investigator


def total(page: str) -> str:
    told = re.search(r'id="how-many"[^>]*>(.*?)<', page)
    assert told is not None
    return told[1]


def first_film(house: House, arm_file: str) -> int:
    with house.database.reading() as session:
        return (
            session.scalars(
                select(ImageRow.id).where(ImageRow.source_file.startswith(arm_file))
            ).first()
            or 0
        )


def rendition_of(house: House, image: int) -> str:
    with house.database.reading() as session:
        query = select(Rendition.sha256).where(Rendition.image_id == image)
        return session.scalars(query).first() or ""


def test_arms_are_told_with_counts_and_licence(office: Investigator, client: TestClient) -> None:
    page = client.get("/bank").text
    assert "M0: foundation model" in page
    assert "of which 8 were rejected" in page
    assert "not given" in page
    assert "/bank/films?arm=M0&amp;condition=abnormal" in page
    assert ">12</td>" in page


@pytest.mark.parametrize(
    ("query", "films"),
    [
        ("", "36 films"),
        ("?arm=M0", "12 films"),
        ("?arm=M0&condition=normal", "6 films"),
        ("?key=seed&value=3", "6 films"),
        ("?key=prompt", "36 films"),
        ("?flag=memorised", "12 films"),
        ("?flag=unknown&arm=M1", "0 films"),
        ("?note=soft&arm=nobody", "0 films"),
    ],
)
def test_films_are_filtered(
    office: Investigator, client: TestClient, query: str, films: str
) -> None:
    assert total(client.get(f"/bank/films{query}").text) == films


def test_the_filter_by_note_takes_the_kind_and_not_its_words(
    house: House, office: Investigator, client: TestClient
) -> None:
    notes = {1: [["dim", "is dim"]], 2: [["soft", 'looks ["dim", as one said']], 3: None}
    with house.database.writing() as session:
        for image, noted in notes.items():
            session.execute(update(ImageRow).where(ImageRow.id == image).values(notes=noted))
    assert total(client.get("/bank/films?note=dim").text) == "1 film"
    assert total(client.get("/bank/films?note=soft").text) == "1 film"
    assert client.get("/bank/films?note=nonsense").status_code == 422
    assert client.get("/bank/films?flag=nonsense").status_code == 422


def test_the_grid_says_what_was_noted_in_the_language_of_the_page(
    house: House, office: Investigator, client: TestClient
) -> None:
    note = Note("inverted", said("was inverted, as {why} says", why="MONOCHROME1")).written()
    with house.database.writing() as session:
        session.execute(update(ImageRow).where(ImageRow.id == 1).values(notes=[note]))
    assert 'title="was inverted, as MONOCHROME1 says"' in client.get("/bank/films").text
    page = client.get("/bank/films", headers={"Accept-Language": "es"}).text
    assert "was inverted" not in page
    assert "MONOCHROME1" in page


def test_htmx_is_given_the_grid_alone(office: Investigator, client: TestClient) -> None:
    grid = client.get("/bank/films?arm=M1", headers={"HX-Request": "true"}).text
    assert total(grid) == "12 films"
    assert "<html" not in grid


def test_a_film_lies_beside_its_nearest_training_film(
    house: House, office: Investigator, client: TestClient
) -> None:
    film = first_film(house, "images/M1/")
    page = client.get(f"/bank/films/{film}").text
    nearest = rendition_of(house, first_film(house, "images/real/normal-2.png"))
    assert f'src="/bank/renditions/{nearest}/whole.png"' in page
    assert "Called a copy of a training film" in page
    assert "secret prompt of M1" in page
    assert client.get("/bank/films/999999").status_code == 404
    assert client.get(f"/bank/films/{10**30}").status_code == 422


def test_pictures_are_kept_by_no_cache_and_given_to_no_reader(
    house: House, office: Investigator, client: TestClient
) -> None:
    digest = rendition_of(house, 1)
    for name in ("whole", "small"):
        answer = client.get(f"/bank/renditions/{digest}/{name}.png")
        assert answer.headers["Cache-Control"] == "no-store"
        assert Image.open(io.BytesIO(answer.content)).size == (64, 64)
    assert client.get("/bank/renditions/..%2F..%2Fsecret_key/whole.png").status_code == 404
    assert client.get("/bank/renditions/abc/whole.png").status_code == 404
    client.cookies.clear()
    arms = [{"arm": arm, "normal": 2, "abnormal": 2} for arm in ("real", "M0")]
    _, token = house.open_study_with_reader(arms=arms)
    ReaderBrowser(client).begin(token)
    answer = client.get(f"/bank/renditions/{digest}/whole.png", follow_redirects=False)
    assert answer.headers["location"].startswith("/sign-in")


def test_arms_stand_beside_each_other(office: Investigator, client: TestClient) -> None:
    page = client.get("/bank/compare?arm=real&arm=M1").text
    assert page.count('class="film-card"') == 24
    assert client.get("/bank/compare?arm=real").status_code == 422
    assert client.get("/bank/compare?arm=real&arm=nobody").status_code == 404


def test_no_reader_gets_there(house: House, client: TestClient) -> None:
    _, token = house.open_study_with_reader()
    ReaderBrowser(client).begin(token)
    for path in PAGES:
        answer = client.get(path, follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")
        assert "M0" not in answer.text


def test_a_filter_that_asks_nothing_is_empty() -> None:
    assert film_filter({}) == film_filter({"arm": " "})
