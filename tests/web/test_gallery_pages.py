"""Films most and least believed, disputed, marked; a study on one page: once it is closed."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.services.film_gallery import ReadFilm, film_gallery
from app.services.rehearse_study import rehearse_study
from tests.studies import NOW, House
from tests.web.reader_browser import ReaderBrowser
from tests.web.test_investigator import Investigator

QUESTIONS = [
    {"measure": "realism"},
    {"measure": "verdict"},
    {"measure": "place", "key": "where", "kind": "marks", "required": False},
]


@pytest.fixture
def office(house: House, client: TestClient) -> Investigator:
    investigator = Investigator(house, client)
    investigator.sign_in()
    return investigator


def rehearsed(house: House, **changes: Any) -> str:
    slug = house.draft(**changes)
    with house.database.writing() as session:
        return rehearse_study(session, slug, readers=5, seed=1, now=NOW, actor="test").slug


def belief(film: ReadFilm) -> tuple[float, float]:
    return film.share_real or 0, film.realism or 0


def test_films_are_ordered_by_what_readers_said(house: House) -> None:
    slug = rehearsed(house)
    with house.database.reading() as session:
        gallery = film_gallery(session, slug)
    assert gallery.by == "verdict"
    assert [arm.arm for arm in gallery.arms] == ["real", "M0", "M1"]
    for arm in gallery.arms:
        assert arm.films == 4
        assert len(arm.most) == len(arm.least) == 2
        assert not {one.code for one in arm.most} & {one.code for one in arm.least}
        lowest, highest = min(map(belief, arm.most)), max(map(belief, arm.least))
        assert lowest >= highest
        assert all(film.verdicts == 5 for film in (*arm.most, *arm.least))
    shares = [abs((film.share_real or 0) - 0.5) for film in gallery.disputed]
    assert shares == sorted(shares)
    assert all(0 < (film.share_real or 0) < 1 for film in gallery.disputed)


def test_without_verdicts_realism_decides_and_without_both_nothing_is_claimed(
    house: House,
) -> None:
    graded = rehearsed(house, format=2, questions=[{"measure": "realism"}], **TWO)
    of_pairs = {"presentation": {"pictures": 2, "layout": "side_by_side"}}
    unasked = rehearsed(
        house, format=2, questions=[{"measure": "find_the_real"}], **TWO, **of_pairs
    )
    with house.database.reading() as session:
        assert film_gallery(session, graded).by == "realism"
        assert film_gallery(session, graded).arms[1].most[0].realism is not None
        assert film_gallery(session, unasked).by == ""


TWO = {
    "arms": [{"arm": arm, "cases": {"normal": 2, "abnormal": 2}} for arm in ("real", "M0")],
}


def test_marks_are_drawn_over_the_film(
    house: House, office: Investigator, client: TestClient
) -> None:
    slug = rehearsed(house, format=2, questions=QUESTIONS, **TWO)
    page = client.get(f"/studies/{slug}/report/films").text
    assert re.search(r'<svg viewBox="0 0 64 64" role="img" aria-label="\d+ marks?">', page)
    assert "Most believed" in page
    assert "of 5 called it real" in page
    assert "simulated" in page


def test_one_page_has_the_answers_and_a_film_of_each_arm(
    house: House, office: Investigator, client: TestClient
) -> None:
    slug = rehearsed(house)
    page = client.get(f"/studies/{slug}/report/summary").text
    assert page.count('class="read-film"') == 6
    assert "M1: LoRA" in page
    assert "What it says" in page
    record = client.get(f"/studies/{slug}/record").text
    assert "results seen" in record


def test_nothing_of_it_is_shown_before_closing(
    house: House, office: Investigator, client: TestClient
) -> None:
    slug, token = house.open_study_with_reader()
    for name in ("films", "summary"):
        answer = client.get(f"/studies/{slug}/report/{name}")
        assert answer.status_code == 409
        assert "M0" not in answer.text
    client.cookies.clear()
    ReaderBrowser(client).begin(token)
    answer = client.get(f"/studies/{slug}/report/films", follow_redirects=False)
    assert answer.headers["location"].startswith("/sign-in")


def test_a_closed_study_that_nobody_read_has_no_film_to_show(
    house: House, office: Investigator, client: TestClient
) -> None:
    slug, _ = house.open_study_with_reader()
    house.close(slug)
    page = client.get(f"/studies/{slug}/report/films").text
    assert page.count("None of its films has two readers.") == 3
    assert "No film has two readers." in page
    assert "Readers agreed" not in page
    assert "12 films with fewer than two readers are left out." in page
    assert client.get(f"/studies/{slug}/report/summary").status_code == 200
