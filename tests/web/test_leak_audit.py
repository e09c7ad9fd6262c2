"""The leak audit proves the delivery: pictures fetched as readers fetch them, before any reader."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient
from PIL import Image, ImageFilter
from sqlalchemy import func, select

from app.bank.header import BankArm, BankHeader
from app.bank.writer import BankWriter
from app.db.engine import Database
from app.db.studies import steps_of, study_by_slug
from app.db.tables import Base
from app.domain.errors import Leaks, NotAcknowledged, NotAudited
from app.main import create_app
from app.report.page.document import report_document
from app.report.page.view import report_view
from app.services.audit_pictures import audit_pictures
from app.services.import_bank import import_bank
from app.services.open_study import open_study
from app.services.probe_copy import copy_for_probe
from app.services.summarise_study import summarise_study
from app.settings import Settings, resource_dir
from app.web.delivery_probe import DeliveryProbe
from app.web.leak_audits import LeakAudit, audit_leaks, ensure_audited
from tests.studies import NOW, SIZE, House, open_audited

TWO_ARMS = [{"arm": arm, "cases": {"normal": 3}} for arm in ("real", "M0")]
REALISM = {"key": "realism", "measure": "realism"}
PAIRS: dict[str, Any] = {
    "format": 2,
    "arms": TWO_ARMS,
    "presentation": {"pictures": 2, "layout": "side_by_side"},
    "questions": [{"key": "real", "measure": "find_the_real", "kind": "side", "prompt": "Which?"}],
}
TIMED: dict[str, Any] = {
    "format": 2,
    "arms": TWO_ARMS,
    "presentation": {"exposures_ms": [500]},
    "questions": [REALISM],
}
PHASES: dict[str, Any] = {
    "format": 2,
    "arms": TWO_ARMS,
    "questions": [{"key": "quality", "measure": "quality", "prompt": "How good?"}, REALISM],
    "practice": {"count": 2, "feedback": True},
    "break_every": 3,
    "phases": [
        {"key": "one", "questions": ["quality"]},
        {
            "key": "two",
            "questions": ["realism"],
            "cases": "same",
            "of": "one",
            "washout_days": 20,
        },
    ],
}


def audited(house: House, settings: Settings, slug: str, new_app: Any = create_app) -> LeakAudit:
    probe = DeliveryProbe(settings, new_app)
    return audit_leaks(house.database, house.store, probe, slug, now=NOW, actor="test")


def opened(house: House, slug: str, why: str = "") -> None:
    with house.database.writing() as session:
        open_study(session, slug, now=NOW, actor="test", acknowledged=why)


def rows(house: House) -> dict[str, int]:
    with house.database.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def soft_arm(house: House, folder: Path) -> None:
    rng = np.random.default_rng(5)
    header = BankHeader("Soft", NOW, (BankArm("soft", "Soft arm", "synthetic"),))
    with BankWriter(folder / "soft", header) as writer:
        for number in range(12):
            pixels = Image.fromarray(rng.integers(0, 256, (SIZE, SIZE), dtype=np.uint8))
            writer.add(
                np.asarray(pixels.filter(ImageFilter.GaussianBlur(1))),
                file=f"images/{number}.png",
                arm="soft",
                condition=("normal", "abnormal")[number % 2],
                provenance={},
            )
    import_bank(house.database, house.store, folder / "soft", now=NOW, size=SIZE)


@pytest.mark.parametrize(
    "design", [{}, PAIRS, TIMED, PHASES], ids=["one", "two", "timed", "phases"]
)
def test_every_picture_of_two_readers_is_fetched_and_nothing_stays(
    house: House, settings: Settings, design: dict[str, Any]
) -> None:
    slug = house.draft(**design)
    before = rows(house)
    made = audited(house, settings, slug)
    assert made.delivery.leaks == ()
    assert made.verdict.leaks == made.verdict.marks == ()
    cases = made.pictures.pictures + design.get("practice", {}).get("count", 0)
    shown = cases + (made.pictures.pictures if design is PHASES else 0)
    assert made.delivery.readers == 2
    assert made.delivery.pictures == 2 * shown
    # One line of the log, and no reader, case, presentation or rating.
    after = rows(house)
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {
        "events": 1
    }
    opened(house, slug)


def test_pages_of_a_phase_without_texts_are_compared_by_their_length(
    house: House, tmp_path: Path
) -> None:
    """A page that shows a text is left out of that comparison, and no other page is."""
    first, second = PHASES["phases"]
    informed = {**second, "presentation": {"beside": "prompt"}}
    slug = house.draft(**{**PHASES, "phases": [first, informed]})
    target = Database(f"sqlite:///{tmp_path}/probe.db")
    with house.database.reading() as session:
        copy = copy_for_probe(session, target, slug, readers=1, now=NOW)
    target.dispose()
    assert {(one.phase, one.has_text) for one in copy.pictures} == {(1, False), (2, True)}


def test_a_study_opens_only_with_an_audit_of_its_very_cases(
    house: House, settings: Settings
) -> None:
    slug = house.draft()
    with pytest.raises(NotAudited, match="not audited"):
        opened(house, slug)
    made = audited(house, settings, slug)
    # The same bank, another seed: other cases.
    other = house.draft(seed=8)
    assert audited(house, settings, other).verdict.set_sha256 != made.verdict.set_sha256
    opened(house, slug)
    with house.database.reading() as session:
        study = study_by_slug(session, slug)
        assert study.status == "open"
        last = steps_of(session, study)[-1]
        assert last.detail["audited_sha256"] == made.verdict.set_sha256
        # After opening it is the same set still.
        assert audit_pictures(session, house.store, slug).set_sha256 == made.verdict.set_sha256


def spoiled(change: Callable[[Request, Response], None]) -> Any:
    """An application whose pictures are changed on their way."""

    def new_app(settings: Settings, clock: Callable[[], datetime]) -> FastAPI:
        app = create_app(settings, clock)

        @app.middleware("http")
        async def spoil(request: Request, call_next: Any) -> Response:
            answer: Response = await call_next(request)
            if "/read/image/" in request.url.path:
                change(request, answer)
            return answer

        return app

    return new_app


def test_a_header_that_differs_between_pictures_stops_the_opening(
    house: House, settings: Settings
) -> None:
    def tag(request: Request, answer: Response) -> None:
        answer.headers["ETag"] = request.url.path[-4:]

    slug = house.draft()
    made = audited(house, settings, slug, spoiled(tag))
    assert "header etag" in " ".join(made.verdict.leaks)
    with pytest.raises(Leaks, match="give themselves away"):
        opened(house, slug, "I know")
    # Mended and audited again, it opens.
    audited(house, settings, slug)
    opened(house, slug)


def test_a_missing_file_stops_the_opening_and_an_acknowledgement_does_not_help(
    house: House, settings: Settings
) -> None:
    slug = house.draft()
    for path in list((house.folder / "renditions").glob("??/*.png")):
        path.unlink()
    made = audited(house, settings, slug)
    assert any("is not there" in leak for leak in made.verdict.leaks)
    assert any("did not come" in leak for leak in made.verdict.leaks)
    with pytest.raises(Leaks):
        opened(house, slug, "never mind")


def test_a_marked_arm_opens_with_words_that_the_log_keeps(
    house: House, settings: Settings, tmp_path: Path
) -> None:
    soft_arm(house, tmp_path)
    slug = house.draft(arms=[{"arm": arm, "normal": 6, "abnormal": 6} for arm in ("real", "soft")])
    made = audited(house, settings, slug)
    assert made.verdict.leaks == ()
    assert "Soft arm" in made.verdict.marks[0]
    assert "All numbers together: AUC 1.00" in made.verdict.marks[0]
    with pytest.raises(NotAcknowledged, match="sharpness"):
        opened(house, slug, "  ")
    opened(house, slug, "The model blurs; that is what we test.")
    with house.database.reading() as session:
        audit = audit_pictures(session, house.store, slug)
    assert audit.acknowledged == "The model blurs; that is what we test."
    assert audit.acknowledged_marks == made.verdict.marks
    (soft,) = [arm for arm in audit.arms if arm.key == "soft"]
    assert soft.examples is not None
    assert len(soft.examples.told) == 4
    house.close(slug)
    with house.database.reading() as session:
        view = report_view(summarise_study(session, slug), audit)
    page = report_document(
        view, templates=resource_dir("templates"), static=resource_dir("static"), now=NOW
    )
    assert "The model blurs; that is what we test." in page
    assert "a program tells these pictures from real ones" in page


def test_an_audit_is_made_once_for_the_same_cases(house: House, settings: Settings) -> None:
    slug = house.draft()
    probe = DeliveryProbe(settings, create_app)
    first, again = (
        ensure_audited(house.database, house.store, probe, slug, now=NOW, actor="test")
        for _ in range(2)
    )
    assert first == again
    with house.database.reading() as session:
        actions = [event.action for event in steps_of(session, study_by_slug(session, slug))]
    assert actions.count("audited") == 1


def test_the_same_picture_in_two_arms_is_marked(
    house: House, settings: Settings, tmp_path: Path
) -> None:
    header = BankHeader("Copy", NOW, (BankArm("copy", "Copied", "synthetic"),))
    pixels = np.random.default_rng(1).integers(0, 256, (SIZE, SIZE), dtype=np.uint8)
    with BankWriter(tmp_path / "copy", header) as writer:
        # The first image of the small bank.
        writer.add(pixels, file="images/0.png", arm="copy", condition="normal", provenance={})
    import_bank(house.database, house.store, tmp_path / "copy", now=NOW, size=SIZE)
    slug = house.draft(arms=[{"arm": "real", "normal": 6}, {"arm": "copy", "normal": 1}])
    (mark,) = audited(house, settings, slug).verdict.marks
    assert mark.startswith("Alike across arms")
    assert "the same picture" in mark


def test_thumbnails_are_the_office_s_alone(house: House, client: TestClient) -> None:
    slug = house.draft()
    with house.database.writing() as session:
        open_audited(session, slug)
    (invitation,) = house.invite(slug)
    address = f"/studies/{slug}/audit/C0001.png"
    assert client.get(address, follow_redirects=False).status_code == 303
    client.get(f"/r/{invitation.token}")
    refused = client.get(address, follow_redirects=False)
    assert refused.status_code == 303
    assert refused.headers["location"].startswith("/sign-in")
