"""The picture that every case of a phase is compared with: which it is, and who is sent it."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.db.migrate import downgrade_schema, upgrade_schema
from app.db.tables import Arm, Image, PhaseReference, Rendition, Study
from app.domain.errors import BadDesign
from app.services.export_study import StudyExport
from app.services.rehearse_study import rehearse_study
from tests.conftest import MIGRATIONS
from tests.studies import NOW, SIZE, House
from tests.web.reader_browser import ReaderBrowser

GRADING = {
    "format": 2,
    "arms": [
        {"arm": "real", "cases": {"normal": 2}},
        {"arm": "M0", "cases": {"normal": 2}},
    ],
    "questions": [
        {"measure": "quality", "low": -2, "high": 2, "labels": ["Worse", "Better"]},
    ],
}


@pytest.fixture
def browser(client: TestClient) -> ReaderBrowser:
    return ReaderBrowser(client)


def image_of(house: House, arm: str) -> str:
    with house.database.reading() as session:
        return session.scalars(
            select(Image.sha256)
            .join(Arm, Arm.id == Image.arm_id)
            .where(Arm.key == arm, Image.condition == "normal")
            .order_by(Image.sha256)
            .limit(1)
        ).one()


def picture_of(house: House, image: str) -> bytes:
    with house.database.reading() as session:
        sha256 = session.scalars(
            select(Rendition.sha256)
            .join(Image, Image.id == Rendition.image_id)
            .where(Image.sha256 == image, Rendition.size == SIZE)
        ).one()
    return house.store.read(sha256)


@pytest.mark.parametrize("digits", [12, 64])
def test_the_reference_is_shown_beside_every_case_and_is_the_image_named(
    house: House, browser: ReaderBrowser, digits: int
) -> None:
    # Of an arm that the study doesn't compare: any image of the bank may be the reference.
    image = image_of(house, "M1")
    _, token = house.open_study_with_reader(**GRADING, presentation={"reference": image[:digits]})
    browser.begin(token)
    for _ in range(4):
        assert 'src="/read/reference/1"' in browser.html
        reference = browser.client.get("/read/reference/1")
        case = browser.client.get(f"/read/image/{browser.form.hidden['case']}")
        assert reference.content == picture_of(house, image) != case.content
        assert len(reference.content) == len(case.content)
        # When and under which number a request was answered tells nothing of its picture.
        shown = [
            {k: v for k, v in one.headers.items() if k not in ("date", "x-request-id")}
            for one in (reference, case)
        ]
        assert shown[0] == shown[1]
        browser.submit({"quality": "1"})
    assert "Thank you" in browser.html


def test_the_reference_is_no_case_though_its_arm_is_compared(
    house: House, browser: ReaderBrowser
) -> None:
    image = image_of(house, "M0")
    arms = [{"arm": "M0", "cases": {"normal": 5}}]
    presentation = {"reference": image[:12]}
    _, token = house.open_study_with_reader(**{**GRADING, "arms": arms}, presentation=presentation)
    browser.begin(token)
    seen = []
    while browser.form.action == "/read/rate":
        address = f"/read/image/{browser.form.hidden['case']}"
        seen.append(browser.client.get(address).content)
        browser.submit({"quality": "-1"})
    assert len(set(seen)) == 5
    assert picture_of(house, image) not in seen


def test_only_the_phase_that_is_read_sends_its_reference(
    house: House, browser: ReaderBrowser
) -> None:
    first, second = image_of(house, "M0"), image_of(house, "M1")
    phases = [
        {"key": "one", "presentation": {"reference": first}},
        {"key": "two", "cases": "same", "of": "one", "presentation": {"reference": second}},
    ]
    _, token = house.open_study_with_reader(**GRADING, phases=phases)
    assert browser.client.get("/read/reference/1").status_code == 403
    browser.open_link(token)
    assert browser.client.get("/read/reference/1").status_code == 404
    browser.begin(token)
    assert browser.client.get("/read/reference/1").content == picture_of(house, first)
    assert browser.client.get("/read/reference/2").status_code == 404
    for _ in range(4):
        browser.submit({"quality": "1"})
    # The introduction of the second phase comes before its reference.
    assert browser.client.get("/read/reference/2").status_code == 404
    browser.submit()
    assert 'src="/read/reference/2"' in browser.html
    assert browser.client.get("/read/reference/2").content == picture_of(house, second)
    assert browser.client.get("/read/reference/1").status_code == 404
    assert browser.client.get("/read/reference/3").status_code == 404


def test_a_study_without_a_reference_shows_none(house: House, browser: ReaderBrowser) -> None:
    _, token = house.open_study_with_reader(**GRADING)
    browser.begin(token)
    assert "/read/reference" not in browser.html
    assert browser.client.get("/read/reference/1").status_code == 404


def test_opening_refuses_a_reference_that_the_bank_lacks_and_stores_nothing(house: House) -> None:
    slug = house.draft(**GRADING, presentation={"reference": "0" * 20})
    with pytest.raises(BadDesign, match=r"the bank has no image 000000000000; import it"):
        house.open(slug)
    with house.database.reading() as session:
        assert session.scalars(select(Study.status)).all() == ["draft"]
        assert session.scalars(select(PhaseReference.phase)).all() == []


def test_opening_refuses_digits_that_several_images_share(house: House) -> None:
    image, other = image_of(house, "M0"), image_of(house, "M1")
    with house.database.writing() as session:
        row = session.scalars(select(Image).where(Image.sha256 == other)).one()
        row.sha256 = image[:20] + row.sha256[20:]
    slug = house.draft(**GRADING, presentation={"reference": image[:12]})
    with pytest.raises(BadDesign, match=r"has 2 images whose SHA-256 begins with .* more digits"):
        house.open(slug)


def test_opening_refuses_a_reference_without_a_rendition_of_the_size(house: House) -> None:
    image = image_of(house, "M1")
    with house.database.writing() as session:
        row = session.scalars(
            select(Rendition)
            .join(Image, Image.id == Rendition.image_id)
            .where(Image.sha256 == image)
        ).one()
        row.size = 128
    slug = house.draft(**GRADING, presentation={"reference": image})
    with pytest.raises(BadDesign, match="has no rendition of 64 pixels; import its bank with"):
        house.open(slug)


def test_a_rehearsal_has_the_reference_and_the_digest_of_the_cases_tells_it(house: House) -> None:
    digests = set()
    for arm in ("M0", "M1"):
        slug = house.draft(**GRADING, presentation={"reference": image_of(house, arm)})
        house.open(slug)
        with house.database.writing() as session:
            copy = rehearse_study(session, slug, readers=3, seed=1, now=NOW, actor="test")
        assert copy.ratings == 12
        with house.database.reading() as session:
            rows = {study.slug: study for study in session.scalars(select(Study))}
            digests.add(rows[slug].cases_sha256)
            assert set(session.scalars(select(PhaseReference.study_id))) >= {
                rows[slug].id,
                rows[copy.slug].id,
            }
        files = StudyExport(house.database, house.store, copy.slug).files()
        assert b"".join(files["ratings.csv"]()).count(b"\n") == 13
    assert len(digests) == 2


def test_the_schema_goes_back_and_forward_without_losing_the_reference(house: House) -> None:
    def stored() -> list[tuple[int, int, int]]:
        with house.database.reading() as session:
            rows = session.scalars(select(PhaseReference)).all()
            return sorted((row.study_id, row.phase, row.image_id) for row in rows)

    image = image_of(house, "M1")
    house.open(house.draft(**GRADING))
    house.draft(**GRADING, presentation={"reference": image[:12]})
    phases = [{"key": "a"}, {"key": "b", "presentation": {"reference": image[:12]}}]
    house.open(house.draft(**GRADING, phases=phases))
    before = stored()
    assert [phase for _, phase, _ in before] == [2]
    downgrade_schema(house.database, MIGRATIONS, revision="0003")
    upgrade_schema(house.database, MIGRATIONS)
    assert stored() == before


def test_after_practice_the_case_is_shown_with_its_reference_and_the_readers_marks(
    house: House, browser: ReaderBrowser
) -> None:
    """Also after the last practice case, though the phase's introduction comes next."""
    image = image_of(house, "M1")
    _, token = house.open_study_with_reader(
        **{**GRADING, "questions": [*GRADING["questions"], {"measure": "place"}]},
        phases=[{"key": "a", "introduction": "Now.", "presentation": {"reference": image}}],
        practice={"count": 1, "feedback": True},
    )
    browser.begin(token)
    mark = '[{"x":12,"y":30,"width":0,"height":0,"picture":1}]'
    browser.submit({"quality": "1", "place": mark})
    assert "This image is <strong>" in browser.html
    assert 'src="/read/reference/1"' in browser.html
    assert "Your mark is drawn on the image." in browser.html
    assert "&#34;x&#34;: 12" in browser.html
    assert browser.client.get("/read/reference/1").content == picture_of(house, image)
    browser.submit()
    assert "Begin this part" in browser.html
    assert browser.client.get("/read/reference/1").status_code == 404
