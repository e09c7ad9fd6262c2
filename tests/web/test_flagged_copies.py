"""Images flagged as copies: told on draft, in protocol, record and report, and to no reader."""

import json
import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.db.tables import Arm, Case, Event, Image
from app.report.tables.survivorship import survivorship_table
from app.report.words.methods import study_methods
from app.services.create_study import design_of
from app.services.export_study import StudyExport
from app.services.rehearse_study import rehearse_study
from app.services.summarise_study import summarise_study
from tests.studies import NOW, PER_CONDITION, House
from tests.web.html_form import HtmlForm
from tests.web.reader_browser import ReaderBrowser
from tests.web.test_investigator import Investigator

TOLD = "M1: 2 images that the bank flags as copies of training images are left out of the draw."
WORDS = ("memoris", "copies", "copy of", "flag")


@pytest.fixture
def flagged(house: House) -> House:
    """Two of the six normal images of M1 are flagged, all others are not."""
    with house.database.writing() as session:
        images = session.scalars(select(Image).join(Arm).where(Arm.key == "M1")).all()
        normal = [image for image in images if image.condition == "normal"]
        for image in images:
            flag = {"memorised": image in normal[:2]}
            image.provenance = {**image.provenance, "evaluation": flag}
    return house


def format_2(normal: int = 4, **changes: object) -> dict[str, object]:
    return {
        "format": 2,
        "arms": [
            {"arm": "real", "cases": {"normal": 2}},
            {"arm": "M1", "cases": {"normal": normal}},
        ],
        "questions": [{"measure": "realism"}, {"measure": "verdict"}],
        **changes,
    }


def test_what_is_left_out_is_told_everywhere_but_to_readers(
    flagged: House, client: TestClient
) -> None:
    investigator = Investigator(flagged, client)
    investigator.sign_in()
    slug = flagged.draft(**format_2())
    assert TOLD in client.get(f"/studies/{slug}").text
    # The form counts what can be drawn.
    form = client.get(f"/studies/{slug}/design").text
    of_m1 = re.search(r'normal cases of M1: LoRA".*?>of ([0-9]+)<', form, re.S | re.I)
    assert of_m1 is not None
    assert int(of_m1[1]) == PER_CONDITION - 2
    flagged.open(slug)
    token = flagged.invite(slug)[0].token
    with flagged.database.reading() as session:
        [opened] = session.scalars(select(Event).where(Event.action == "opened")).all()
        assert opened.detail["left_out_as_memorised"] == {"M1": 2}
        drawn = session.scalars(select(Image).join(Case).join(Arm).where(Arm.key == "M1")).all()
        assert not any(image.provenance["evaluation"]["memorised"] for image in drawn)
    protocol = client.get(f"/studies/{slug}/protocol.md").text
    assert "M1: LoRA: 2 images that the bank flags" in protocol
    client.cookies.clear()
    reader = ReaderBrowser(client)
    reader.begin(token)
    pages = [reader.html]
    while "thank" not in reader.html.lower():
        reader.rate()
        pages.append(reader.html)
    for page in pages:
        assert not [word for word in WORDS if word in page.lower()]
    flagged.close(slug)
    with flagged.database.reading() as session:
        summary = summarise_study(session, slug)
    [_, row] = survivorship_table(summary.arms).rows
    assert "2" in [cell.text for cell in row.cells]
    assert "left out before (M1: LoRA 2)" in str(study_methods(summary))


def test_a_rehearsal_says_it_too(flagged: House) -> None:
    slug = flagged.draft(**format_2())
    with flagged.database.writing() as session:
        copy = rehearse_study(session, slug, readers=2, seed=1, now=NOW, actor="test").slug
    with flagged.database.reading() as session:
        arms = {arm.key: arm for arm in summarise_study(session, copy).arms}
    assert arms["M1"].left_out_as_memorised == 2
    assert arms["real"].left_out_as_memorised == 0


def test_flagged_images_apart_are_in_the_exports_as_a_stratum_and_a_subgroup(
    flagged: House,
) -> None:
    arms = [
        {"arm": "real", "cases": {"normal": 2}},
        {"arm": "M1", "cases": {"normal": 2, "normal (memorised)": 2}},
    ]
    slug = flagged.draft(
        **{**format_2(), "arms": arms, "memorised": "separate"},
        analysis={"subgroups": ["memorised"]},
    )
    with flagged.database.writing() as session:
        copy = rehearse_study(session, slug, readers=2, seed=1, now=NOW, actor="test").slug
    files = StudyExport(flagged.database, flagged.store, copy).files()
    head, *rows = b"".join(files["ratings.csv"]()).decode("utf-8-sig").splitlines()
    column = head.split(",").index("stratum")
    assert {row.split(",")[column] for row in rows} == {"normal", "normal (memorised)"}
    analysis = json.loads(b"".join(files["analysis.json"]()))
    assert "memorised" in json.dumps(analysis)


def test_choosing_strata_apart_shows_their_boxes_before_it_saves(
    flagged: House, client: TestClient
) -> None:
    investigator = Investigator(flagged, client)
    investigator.sign_in()
    slug = flagged.draft(**format_2(normal=2))
    address = f"/studies/{slug}/design"
    form = HtmlForm(client.get(address).text)
    assert not [name for name in form.fields if name.endswith("(memorised)")]
    answer = client.post(address, data={**form.fields, "memorised": "separate"})
    assert answer.status_code == 422
    shown = HtmlForm(answer.text)
    assert "arms[2].cases.normal (memorised)" in shown.fields
    client.post(address, data={**shown.fields, "arms[2].cases.normal (memorised)": "1"})
    with flagged.database.reading() as session:
        design = design_of(session, slug)
    assert design.memorised == "separate"
    assert design.arms[1].count("normal (memorised)") == 1
    # And back: what has no stratum any more is asked for no longer.
    again = HtmlForm(client.get(address).text)
    back = HtmlForm(client.post(address, data={**again.fields, "memorised": "keep"}).text)
    assert not [name for name in back.fields if name.endswith("(memorised)")]
