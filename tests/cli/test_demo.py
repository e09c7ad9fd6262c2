"""The demonstration, from an empty folder to a study that can be read."""

import json
import re
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.bank.header import read_bank_header
from app.bank.manifest import BadRecord, iter_records, read_verified
from app.cli.demo import MODEL_ARMS
from app.cli.demo_bank import mark_bank, write_demo_bank
from app.cli.opening import open_house
from app.db.tables import Study
from app.phantom import DEMO_ARMS
from app.services.study_progress import bank_arms
from app.services.summarise_study import summarise_study
from tests.cli.conftest import Run

MOST_BYTES = 8_000_000
EACH = {"simulated-M0": 32, "simulated-M1": 32, "simulated-M2": 80, "simulated-M3": 80}
IMAGES = sum(EACH.values())
VARIANTS = tuple(EACH)
FAULTY = tuple(arm.id for arm in DEMO_ARMS if arm.kind == "synthetic")


def test_the_demo_is_a_study_of_the_phantom_and_of_models_tuned_on_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.cli.demo.run_server", lambda *_: None)
    monkeypatch.setattr("app.cli.demo.ensure_port_is_free", lambda *_: None)
    # Small: what is drawn is tried in tests/phantom, and at its size from the installed wheel.
    small = partial(write_demo_bank, size=128)
    monkeypatch.setattr("app.cli.demo.write_demo_bank", small)
    first = run("demo").output
    links = re.findall(r"http://\S+", first)
    assert [link.split("/")[3] for link in links] == ["r", *5 * ["studies"]]
    assert run("demo").output.endswith(first[first.index("Everything here is simulated") :])

    house = open_house()
    with house.database.reading() as session:
        arms = {arm.key: arm for arm in bank_arms(session)}
        studies = session.query(Study).all()
    by_title = {study.title.removeprefix("Rehearsal of: "): study for study in studies}
    assert len(studies) == 9
    assert len(by_title) == 5
    used = {
        title: [arm["arm"] for arm in json.loads(study.design)["arms"]]
        for title, study in by_title.items()
    }
    models, everything = {"simulated", *VARIANTS}, {"simulated", *VARIANTS, *FAULTY}
    (quartets,) = (arms for title, arms in used.items() if title.startswith("Quartets"))
    assert "simulated" in quartets
    assert len(quartets) == 4
    assert set(used["The paper's protocol: realism by model"]) == models
    assert set(used["Naive, then informed"]) == models
    assert set(used["From obvious to hard: models and known faults"]) == everything
    shown = set(used["Two minutes of reading"])
    assert len(shown) == 5
    assert "simulated" in shown
    assert shown & set(VARIANTS)
    assert shown & set(FAULTY)
    for study in studies:
        assert "simulated" in json.loads(study.design)["notice"]
    # The pictures of these are all of the models' size, whatever they come from.
    alike = ("Two minutes of reading", "From obvious to hard: models and known faults")
    for title in alike:
        design = json.loads(by_title[title].design)
        assert design["remedies"]["made_from"] == 256
        assert design["remedies"]["grey_range"]
    for key in (*VARIANTS, *FAULTY):
        assert arms[key].kind == "synthetic"
        assert set(arms[key].counts.values()) == {EACH.get(key, 12) // 2}

    # Drawn so that a visitor sees each of the report's three conclusions.
    (slug,) = re.findall(r"studies/(from-obvious-to-hard\S+)/report", first)
    with house.database.reading() as session:
        analysis = summarise_study(session, slug).analysis
    assert analysis
    states = {key: arm.conclusion.state for key, arm in analysis.arms.items() if arm.conclusion}
    assert states["simulated-M0"] == "distinguishable"
    assert states["simulated-ribs"] == "equivalent"
    assert set(states.values()) == {"distinguishable", "equivalent", "inconclusive"}


def test_the_shipped_images_are_whole_small_and_say_what_they_are() -> None:
    header = read_bank_header(MODEL_ARMS)
    assert {arm.id for arm in header.arms} == set(VARIANTS)
    assert "no patient was imaged" in header.attribution
    records = list(iter_records(MODEL_ARMS, header))
    assert len(records) == IMAGES
    for record in records:
        assert not isinstance(record, BadRecord)
        assert read_verified(MODEL_ARMS, record).width == 256
        made = record.provenance
        assert made["base_model"] == "simulated-radiograph-ldm"
        assert {"variant", "prompt", "seed", "scheduler", "steps", "guidance_scale"} <= set(made)
        assert ("grain" in made) == (record.arm != "simulated-M0")
    sizes = [path.stat().st_size for path in MODEL_ARMS.rglob("*") if path.is_file()]
    assert sum(sizes) < MOST_BYTES


def test_what_models_drew_gets_a_marker_in_a_corner_and_stays_as_it_is_elsewhere(
    tmp_path: Path,
) -> None:
    """Without one, letters alone would tell the reference from every model."""
    assert mark_bank(MODEL_ARMS, tmp_path) == IMAGES
    header = read_bank_header(tmp_path)
    assert header == read_bank_header(MODEL_ARMS)
    places = set()
    for before, after in zip(
        iter_records(MODEL_ARMS, header), iter_records(tmp_path, header), strict=True
    ):
        assert not isinstance(before, BadRecord)
        assert not isinstance(after, BadRecord)
        assert after.provenance == {**before.provenance, "marker": "laid on after drawing"}
        assert read_verified(tmp_path, after).width == 256
        plain, marked = (
            np.asarray(Image.open(folder / before.file)).astype(int)
            for folder in (MODEL_ARMS, tmp_path)
        )
        changed = marked != plain
        assert (marked >= plain).all()
        assert 20 < changed.sum() < 600
        rows, columns = np.nonzero(changed)
        assert rows.max() < 80
        assert columns.max() < 80 or columns.min() > 176
        places.add((rows.min(), columns.min()))
    # Each has its own place.
    assert len(places) > 160


def test_the_shipped_bank_names_no_machine() -> None:
    for path in MODEL_ARMS.rglob("*.json*"):
        assert not re.search(r'"(/|[A-Za-z]:\\\\)', path.read_text()), path.name


def test_every_model_arm_was_measured_against_the_phantom() -> None:
    content = json.loads((MODEL_ARMS / "bank.json").read_text())
    for arm in content["arms"]:
        measured = arm["evaluation"]
        assert measured["reference"] == "held-out"
        assert measured["kid"]["kid"] > 0
        assert measured["memorised"] is not None
