"""The demonstration's arms, from nothing, at a size that takes seconds."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from ml import demo
from ml.bank.writer import ArmDescription, ArmWriter, iter_records, read_header, write_manifest
from ml.errors import MlError
from ml.small.pretrain import PretrainingOptions

TINY = demo.DemoPlan(
    pretraining=PretrainingOptions(
        size=64,
        vae_channels=(8, 16, 16),
        unet_channels=(16, 32),
        text_width=16,
        autoencoder_steps=3,
        denoiser_steps=3,
        denoiser_batch=2,
    ),
    tuned_on=3,
    tuning={
        "M1": {"training": {"max_steps": 2}},
        "M3": {"training": {"max_steps": 2}},
        "M6": {"training": {"max_steps": 2}, "embedding": {"initial_word": "chest"}},
    },
    images=4,
    steps=2,
    threads=1,
)


def write_films(folder, per_condition):
    rng = np.random.default_rng(0)
    for arm, kind in (("good", "real"), ("flawed", "synthetic")):
        description = ArmDescription(id=arm, label=arm, description="", kind=kind)
        with ArmWriter(folder, description) as writer:
            for condition in ("normal", "abnormal"):
                for index in range(per_condition):
                    field = gaussian_filter(rng.standard_normal((64, 64)), 4)
                    pixels = np.clip(128 + 50 * field / field.std(), 0, 255).astype(np.uint8)
                    writer.add_image(
                        pixels, condition=condition, index=index, attempt=0, provenance={}
                    )
    write_manifest(folder)
    return folder


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    return write_films(tmp_path_factory.mktemp("films"), 6)


@pytest.fixture(scope="module")
def made(films, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    demo.demo(films, folder / "work", folder / "bank", plan=TINY, log=lambda _: None)
    return folder


def test_the_bank_holds_every_variant_and_both_conditions(made):
    records = list(iter_records(made / "bank"))
    tally = {(r["arm"], r["condition"]) for r in records}
    assert tally == {
        (f"simulated-{m}", c) for m in ("M0", "M1", "M3", "M6") for c in ("normal", "abnormal")
    }
    assert len(records) == 16


def test_the_bank_says_that_no_patient_was_imaged(made):
    header = read_header(made / "bank")
    assert "no patient was imaged" in header["attribution"]
    for arm in header["arms"]:
        assert arm["kind"] == "synthetic"
        assert "simulated-radiograph-ldm" in arm["description"]
        assert arm["evaluation"]["kid"] is not None


def test_the_page_stays_with_the_work_and_not_with_the_bank(made):
    assert (made / "work" / "evaluation.html").is_file()
    assert not (made / "bank" / "evaluation.html").exists()


def test_the_base_never_sees_the_films_that_are_tuned_on(films):
    reference, others = demo.split_films(films, 3)
    assert not {r["sha256"] for r in reference} & {r["sha256"] for r in others}
    assert {r["arm"] for r in reference} == {"good"}
    assert {r["arm"] for r in others} == {"good", "flawed"}


@pytest.mark.slow
def test_the_same_seed_gives_the_same_images(films, made, tmp_path):
    demo.demo(films, tmp_path / "work", tmp_path / "bank", plan=TINY, log=lambda _: None)
    first, again = (
        [(r["file"], r["sha256"]) for r in iter_records(folder / "bank")]
        for folder in (made, tmp_path)
    )
    assert first == again


def test_too_few_films_are_said_with_what_to_type(tmp_path):
    films = write_films(tmp_path / "films", 2)
    with pytest.raises(MlError, match="python -m app demo-bank --per-condition 6"):
        demo.split_films(films, 3)


def test_a_folder_in_the_way_is_not_overwritten(films, tmp_path, capsys):
    (tmp_path / "bank").mkdir()
    (tmp_path / "bank" / "mine").write_text("kept")
    arguments = ["--films", str(films), "--work", str(tmp_path / "work")]
    assert demo.main([*arguments, "--out", str(tmp_path / "bank")]) == 1
    assert "exists and is not empty" in capsys.readouterr().err
    assert (tmp_path / "bank" / "mine").read_text() == "kept"
