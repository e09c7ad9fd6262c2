"""Remedies that all arms get alike: tried on a study's cases, then made for a size of their own."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import select

from app.bank.header import BankArm, BankHeader
from app.bank.picture_measures import audit_measures_of, pixels_of
from app.bank.remedies import Remedies, remedied
from app.bank.writer import BankWriter
from app.db.studies import study_by_slug
from app.db.tables import Rendition
from app.db.truth.pictures import pictures_of_study
from app.domain.design.design import RemedyPlan
from app.domain.design.reading import design_from_json
from app.domain.errors import BadBank, BadInput, Refused
from app.main import create_app
from app.services.audit_pictures import audit_pictures, audit_remedied
from app.services.import_bank import import_bank
from app.services.open_study import open_study
from app.services.remedy_pictures import (
    design_with_remedies,
    remedy_as_designed,
    remedy_pictures,
)
from app.settings import Settings
from app.web.delivery_probe import DeliveryProbe
from app.web.leak_audits import ensure_audited
from tests.studies import NOW, SIZE, House
from tests.web.accounts import make_account, visitor

DETAIL = Remedies(resolution=32)


def framed() -> NDArray[np.uint8]:
    """Noise of 80 to 179 in a black frame, 40 x 50 of 64 x 64."""
    pixels = np.zeros((64, 64), np.uint8)
    pixels[10:50, 8:58] = np.random.default_rng(1).integers(80, 180, (40, 50), dtype=np.uint8)
    return pixels


def framed_arm(house: House, folder: Path) -> None:
    """An arm with a black margin of four pixels."""
    rng = np.random.default_rng(5)
    header = BankHeader("Framed", NOW, (BankArm("framed", "Framed arm", "synthetic"),))
    with BankWriter(folder / "framed", header) as writer:
        for number in range(12):
            pixels = np.zeros((SIZE, SIZE), np.uint8)
            pixels[4:-4, 4:-4] = rng.integers(0, 256, (SIZE - 8, SIZE - 8), dtype=np.uint8)
            writer.add(
                pixels,
                file=f"images/{number}.png",
                arm="framed",
                condition=("normal", "abnormal")[number % 2],
                provenance={},
            )
    import_bank(house.database, house.store, folder / "framed", now=NOW, size=SIZE)


def make(house: House, size: int, remedies: Remedies = DETAIL, from_size: int = SIZE) -> int:
    return remedy_pictures(
        house.database,
        house.store,
        from_size=from_size,
        size=size,
        remedies=remedies,
        now=NOW,
        actor="test",
    )


def test_a_cropped_picture_has_no_margin() -> None:
    done = remedied(framed(), Remedies(crop_margin=True), 64)
    assert done.shape == (64, 64)
    assert audit_measures_of(done).margin == 0


def test_a_stretched_picture_uses_the_whole_range_and_keeps_its_margin_black() -> None:
    done = remedied(framed(), Remedies(grey_range=True), 64)
    assert audit_measures_of(done).range >= 250
    assert done[:10].max() == 0
    even = np.full((64, 64), 90, np.uint8)
    assert (remedied(even, Remedies(grey_range=True), 64) == even).all()
    black = np.zeros((64, 64), np.uint8)
    assert (remedied(black, Remedies(crop_margin=True, grey_range=True), 64) == black).all()


def test_less_resolution_is_softer_at_the_same_size() -> None:
    done = remedied(framed(), DETAIL, 64)
    assert done.shape == (64, 64)
    assert audit_measures_of(done).sharpness < 0.6 * audit_measures_of(framed()).sharpness


@pytest.mark.parametrize("remedies", [Remedies(), Remedies(resolution=31), Remedies(resolution=64)])
def test_remedies_that_do_nothing_are_refused(house: House, remedies: Remedies) -> None:
    with pytest.raises(BadInput):
        make(house, 60 + 8, remedies)


def test_what_is_tried_is_what_is_made(house: House, tmp_path: Path) -> None:
    framed_arm(house, tmp_path)
    arms = [{"arm": arm, "normal": 6, "abnormal": 6} for arm in ("real", "framed")]
    crop = Remedies(crop_margin=True)
    slug = house.draft(arms=arms)
    with house.database.reading() as session:
        before = audit_pictures(session, house.store, slug)
        tried = audit_remedied(session, house.store, slug, crop)
    assert make(house, 68, crop) == 48
    other = house.draft(arms=arms, rendition_size=68)
    with house.database.reading() as session:
        after = audit_pictures(session, house.store, other)
    was, would, is_now = (one.arms[1].separations["margin"] for one in (before, tried, after))
    assert was is not None
    assert was.auc == 1.0
    for one in (would, is_now):
        assert one is not None
        assert one.auc == 0.5
    assert after.remedies == "margin cropped"
    assert after.faults == ()
    assert after.pictures == 24


def test_all_images_get_them_once_and_new_ones_when_it_is_done_again(
    house: House, tmp_path: Path
) -> None:
    assert make(house, 68) == 36
    assert make(house, 68) == 0
    framed_arm(house, tmp_path)
    assert make(house, 68) == 12
    with house.database.reading() as session:
        assert len(session.scalars(select(Rendition.id).where(Rendition.size == 68)).all()) == 48


def test_a_size_has_one_way_in_which_its_pictures_were_made(house: House, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="another than 64"):
        make(house, SIZE)
    with pytest.raises(Refused, match="No image has"):
        make(house, 68, from_size=128)
    make(house, 68)
    with pytest.raises(Refused, match="other remedies"):
        make(house, 68, Remedies(grey_range=True))
    header = BankHeader("More", NOW, (BankArm("more", "More", "synthetic"),))
    with BankWriter(tmp_path / "more", header) as writer:
        pixels = np.full((70, 70), 90, np.uint8)
        writer.add(pixels, file="images/0.png", arm="more", condition="normal", provenance={})
    with pytest.raises(BadBank, match="remedied ones"):
        import_bank(house.database, house.store, tmp_path / "more", now=NOW, size=68)


FORMAT_2: dict[str, Any] = {"format": 2, "questions": [{"measure": "realism"}]}


def framed_draft(house: House, folder: Path, **changes: Any) -> str:
    """A draft over real images and an arm that a black margin tells."""
    framed_arm(house, folder)
    return house.draft(
        **FORMAT_2,
        arms=[{"arm": arm, "cases": {"normal": 6, "abnormal": 6}} for arm in ("real", "framed")],
        **changes,
    )


def test_a_design_names_its_remedies_and_opens_with_the_pictures_they_make(
    house: House, settings: Settings, tmp_path: Path
) -> None:
    plan = {"made_from": SIZE, "crop_margin": True, "grey_range": True}
    slug = framed_draft(house, tmp_path, rendition_size=128, remedies=plan)
    probe = DeliveryProbe(settings, create_app)
    verdict = ensure_audited(house.database, house.store, probe, slug, now=NOW, actor="test")
    assert verdict.leaks == ()
    with house.database.writing() as session:
        open_study(session, slug, now=NOW, actor="test", acknowledged="whatever is marked")
        study = study_by_slug(session, slug)
        shown = pictures_of_study(session, study, 128)
        audit = audit_pictures(session, house.store, slug)
    assert len(shown) == 24
    # What readers are sent has no margin in either arm.
    assert all(framed_share(house.store.read(row.rendition)) < 0.02 for row in shown)
    assert audit.remedies == "margin cropped, grey range stretched"
    assert audit.size == 128
    # Done again, nothing is made; done otherwise, it is refused and nothing is opened.
    assert remedy_as_designed(house.database, house.store, slug, now=NOW, actor="test") == 0
    other = house.draft(
        **FORMAT_2,
        arms=[{"arm": arm, "cases": {"normal": 2}} for arm in ("real", "M0")],
        title="Other",
        rendition_size=128,
        remedies={"made_from": SIZE, "crop_margin": True},
    )
    with pytest.raises(Refused, match="other remedies"):
        ensure_audited(house.database, house.store, probe, other, now=NOW, actor="test")


def framed_share(png: bytes) -> float:
    return audit_measures_of(pixels_of(png)).margin


def test_what_was_tried_is_written_into_the_design_from_the_audits_page(
    house: House, settings: Settings, tmp_path: Path
) -> None:
    slug = framed_draft(house, tmp_path)
    app = create_app(settings)
    make_account(house, "ada", "owner", **{slug.replace("-", "_"): "owner"})
    ada = visitor(house, app, "ada")
    page = ada.get(f"/studies/{slug}/audit?crop_margin=yes&resolution=48").text
    assert "Write them into the design" in page
    answer = ada.post(f"/studies/{slug}/audit/remedies", crop_margin="yes", resolution="48")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/studies/{slug}/audit")
    with house.database.reading() as session:
        design = design_from_json(study_by_slug(session, slug).design)
    assert design.remedies == RemedyPlan(SIZE, crop_margin=True, resolution=48)
    assert design.rendition_size not in (SIZE, 0)
    page = ada.get(f"/studies/{slug}/audit").text
    assert "margin cropped, detail of 48 pixels" in page
    assert "Write them into the design" not in page
    again = ada.post(f"/studies/{slug}/audit/remedies", grey_range="yes")
    assert (again.status_code, "has remedies already" in again.text) == (409, True)
    nothing = ada.post(f"/studies/{house.draft(title='Third')}/audit/remedies")
    assert nothing.status_code in (404, 422)


def test_two_studies_that_want_the_same_share_the_pictures(house: House, tmp_path: Path) -> None:
    slug = framed_draft(house, tmp_path)
    other = house.draft(title="Other")
    with house.database.reading() as session:
        first = design_with_remedies(session, slug, Remedies(crop_margin=True))
    assert make(house, first.rendition_size, Remedies(crop_margin=True)) > 0
    with house.database.reading() as session:
        same = design_with_remedies(session, other, Remedies(crop_margin=True))
        unlike = design_with_remedies(session, other, Remedies(grey_range=True))
    assert same.rendition_size == first.rendition_size != unlike.rendition_size
