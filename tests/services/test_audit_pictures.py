"""The leak audit of a study: of the cases it has or would have, and it finds what was planted."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter
from sqlalchemy import select

from app.bank.header import BankArm, BankHeader
from app.bank.writer import BankWriter
from app.db.studies import study_by_slug
from app.db.tables import Case
from app.db.tables import Image as ImageRow
from app.db.truth.pictures import pictures_of_cases
from app.domain.errors import BadDesign, NotFound
from app.services.audit_pictures import PictureAudit, audit_pictures
from app.services.import_bank import import_bank
from tests.studies import NOW, SIZE, House


def audited(house: House, slug: str) -> PictureAudit:
    with house.database.reading() as session:
        return audit_pictures(session, house.store, slug)


def add_arm(house: House, folder: Path, arm: str, *, blur: float = 0, side: int = SIZE) -> None:
    """Twelve images of noise in a bank of their own, blurred or of another size."""
    rng = np.random.default_rng(5)
    header = BankHeader(f"Bank of {arm}", NOW, (BankArm(arm, arm, "synthetic"),))
    with BankWriter(folder / arm, header) as writer:
        for number in range(12):
            pixels = Image.fromarray(rng.integers(0, 256, (side, side), dtype=np.uint8))
            writer.add(
                np.asarray(pixels.filter(ImageFilter.GaussianBlur(blur))),
                file=f"images/{number}.png",
                arm=arm,
                condition=("normal", "abnormal")[number % 2],
                provenance={},
            )
    import_bank(house.database, house.store, folder / arm, now=NOW, size=SIZE)


def arms(*names: str) -> list[dict[str, object]]:
    return [{"arm": name, "normal": 5, "abnormal": 5} for name in names]


def test_a_draft_is_audited_over_the_very_cases_that_opening_draws(house: House) -> None:
    slug = house.draft()
    before = audited(house, slug)
    house.open(slug)
    assert audited(house, slug) == before
    assert before.pictures == 12
    assert before.faults == ()
    assert [arm.key for arm in before.arms] == ["real", "M0", "M1"]
    assert before.arms[0].separations == {}
    assert before.compares


def test_images_of_one_make_are_not_told_apart(house: House) -> None:
    slug = house.draft(arms=arms("real", "M0", "M1"))
    for arm in audited(house, slug).arms:
        assert arm.telling == ()
        assert arm.enlarged == 0


def test_a_soft_arm_is_told_by_its_sharpness(house: House, tmp_path: Path) -> None:
    add_arm(house, tmp_path, "soft", blur=1)
    slug = house.draft(arms=arms("real", "M0", "soft"))
    _, m0, soft = audited(house, slug).arms
    assert m0.telling == ()
    assert "sharpness" in soft.telling
    sharpness = soft.separations["sharpness"]
    assert sharpness is not None
    assert (sharpness.auc, sharpness.synthetic_is) == (1.0, "lower")
    assert soft.enlarged == 0


def test_sources_smaller_than_the_picture_are_counted(house: House, tmp_path: Path) -> None:
    # Pictures of twice the size: a bank takes no source smaller than the renditions of tests.
    add_arm(house, tmp_path, "large", side=SIZE + 16)
    import_bank(house.database, house.store, tmp_path / "large", now=NOW, size=SIZE * 2)
    slug = house.draft(arms=arms("large"), rendition_size=SIZE * 2)
    (large,) = audited(house, slug).arms
    assert (large.pictures, large.enlarged, large.smallest_source) == (10, 10, SIZE + 16)


def test_without_real_cases_nothing_is_compared(house: House) -> None:
    audit = audited(house, house.draft(arms=arms("M0")))
    assert not audit.compares
    assert set(audit.arms[0].separations.values()) == {None}


def test_practice_cases_are_left_out(house: House) -> None:
    slug = house.draft(practice={"count": 3})
    before = audited(house, slug)
    assert before.pictures == 12
    house.open(slug)
    assert audited(house, slug).pictures == 12
    with house.database.reading() as session:
        study = study_by_slug(session, slug)
        practised = set(
            session.scalars(
                select(ImageRow.sha256)
                .join(Case, Case.image_id == ImageRow.id)
                .where(Case.study_id == study.id, Case.is_practice)
            )
        )
        audited_images = {row.image for row in pictures_of_cases(session, study, SIZE)}
    assert len(practised) == 3
    assert not practised & audited_images


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.unlink(), "is not there"),
        (lambda path: path.write_bytes(path.read_bytes() + b"x"), "bytes, not"),
        (lambda path: path.write_bytes(path.read_bytes()[::-1]), "other chunks"),
    ],
)
def test_a_spoilt_file_is_named_and_the_rest_measured(house: House, spoil, words: str) -> None:  # type: ignore[no-untyped-def]
    slug = house.draft()
    house.open(slug)
    with house.database.reading() as session:
        row = pictures_of_cases(session, study_by_slug(session, slug), SIZE)[0]
    spoil(house.store.path(row.rendition))
    (fault,) = audited(house, slug).faults
    assert row.rendition[:12] in fault
    assert words in fault


def test_a_draft_that_can_not_be_drawn_says_why(house: House) -> None:
    slug = house.draft(arms=[{"arm": "real", "normal": 99, "abnormal": 0}])
    with pytest.raises(BadDesign, match="99 normal images are asked for"):
        audited(house, slug)
    with pytest.raises(NotFound):
        audited(house, "nothing")
