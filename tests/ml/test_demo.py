"""The demonstration's arms, from nothing, at a size that takes seconds."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from ml import demo
from ml.bank.writer import ArmDescription, ArmWriter, iter_records, read_header, write_manifest
from ml.errors import MlError
from ml.small.options import LENGTHS, PretrainingOptions
from ml.small.stages import Stopped
from ml.training.resume import StopRequest

TINY = demo.DemoPlan(
    pretraining=PretrainingOptions(
        size=64,
        vae_channels=(8, 16, 16),
        unet_channels=(16, 32),
        attention_levels=2,
        text_width=16,
        crop=32,
        autoencoder_steps=3,
        autoencoder_batch=2,
        critic_channels=8,
        critic_from=1,
        decoder_steps=2,
        denoiser_steps=3,
        denoiser_batch=2,
    ),
    tuned_on=3,
    tuning={"M1": {"training": {"max_steps": 2}}},
    images={"M0": 4, "M1": 4},
    steps=2,
    threads=1,
)


ARMS = (("good", "real"), ("flawed", "synthetic"))


def write_films(folder, per_condition, arms=ARMS):
    rng = np.random.default_rng(0)
    for arm, kind in arms:
        description = ArmDescription(id=arm, label=arm, description="", kind=kind)
        with ArmWriter(folder, description) as writer:
            for condition in ("normal", "abnormal"):
                for index in range(per_condition):
                    field = gaussian_filter(rng.standard_normal((64, 64)), 4)
                    # Far more grain than a network of random weights draws.
                    grain = rng.choice((-50, 50), field.shape)
                    pixels = np.clip(128 + 15 * field / field.std() + grain, 0, 255)
                    pixels = pixels.astype(np.uint8)
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
    assert tally == {(f"simulated-{m}", c) for m in ("M0", "M1") for c in ("normal", "abnormal")}
    assert len(records) == 8


def test_the_bank_says_that_no_patient_was_imaged(made):
    header = read_header(made / "bank")
    assert "no patient was imaged" in header["attribution"]
    for arm in header["arms"]:
        assert arm["kind"] == "synthetic"
        assert "simulated-radiograph-ldm" in arm["description"]
        assert arm["evaluation"]["kid"] is not None


def test_tuned_variants_have_the_grain_of_the_films_they_were_tuned_on_and_the_base_has_not(made):
    grain = {r["arm"]: r["provenance"].get("grain") for r in iter_records(made / "bank")}
    assert grain["simulated-M0"] is None
    assert grain["simulated-M1"]["films"] == 6
    told = {arm["id"]: arm["description"] for arm in read_header(made / "bank")["arms"]}
    assert "6 training films have" in told["simulated-M1"]
    assert "grain" not in told["simulated-M0"]


def test_the_page_stays_with_the_work_and_not_with_the_bank(made):
    assert (made / "work" / "evaluation.html").is_file()
    assert not (made / "bank" / "evaluation.html").exists()


def test_the_base_never_sees_a_film_of_the_kind_that_is_tuned_on(films):
    reference, others = demo.split_films(films, 3)
    assert {r["arm"] for r in reference} == {"good"}
    assert {r["arm"] for r in others} == {"flawed"}


@pytest.mark.slow
def test_a_run_that_was_stopped_ends_with_the_same_images(films, made, tmp_path):
    """Stopped in the base's last part, it goes on as if it had not been."""
    stop = StopRequest()

    def listen(text):
        stop.made = stop.made or "denoiser: step 1 of 3" in text

    folders = films, tmp_path / "work", tmp_path / "bank"
    with pytest.raises(Stopped):
        demo.demo(*folders, plan=TINY, stop=stop, log=listen)
    demo.demo(*folders, plan=TINY, resume=True, log=lambda _: None)
    first, again = (
        [(r["file"], r["sha256"]) for r in iter_records(folder / "bank")]
        for folder in (made, tmp_path)
    )
    assert first == again


def test_too_few_films_are_said_with_what_to_type(tmp_path):
    films = write_films(tmp_path / "films", 2)
    with pytest.raises(MlError, match="python -m app demo-bank --per-condition 6"):
        demo.split_films(films, 3)


def test_what_was_begun_goes_on_with_the_same_options_only(films, tmp_path):
    work, out = tmp_path / "work", tmp_path / "bank"
    demo.open_work(films, work, out, TINY, 0, resume=False)
    longer = replace(TINY, pretraining=replace(TINY.pretraining, denoiser_steps=9), threads=2)
    demo.open_work(films, work, out, longer, 0, resume=True)
    with pytest.raises(MlError, match="begun with seed 0, not 1"):
        demo.open_work(films, work, out, longer, 1, resume=True)
    (work / demo.AUTOENCODER).mkdir()
    more = replace(longer, pretraining=replace(longer.pretraining, autoencoder_steps=9))
    with pytest.raises(MlError, match=r"pretraining\.autoencoder_steps 3, not 9"):
        demo.open_work(films, work, out, more, 0, resume=True)
    (work / demo.DECODER).mkdir()
    more = replace(longer, pretraining=replace(longer.pretraining, decoder_steps=9))
    with pytest.raises(MlError, match=r"pretraining\.decoder_steps 2, not 9"):
        demo.open_work(films, work, out, more, 0, resume=True)
    (work / demo.BASE_NAME).mkdir()
    with pytest.raises(MlError, match=r"pretraining\.denoiser_steps 9, not 3"):
        demo.open_work(films, work, out, TINY, 0, resume=True)
    demo.open_work(films, work, out, replace(longer, images={"M0": 8, "M1": 4}), 0, resume=True)
    out.mkdir()
    with pytest.raises(MlError, match=r"begun with images\.M0 8, not 4"):
        demo.open_work(films, work, out, longer, 0, resume=True)


def test_nothing_begun_is_said(films, tmp_path, capsys):
    arguments = ["--films", str(films), "--work", str(tmp_path / "none"), "--resume"]
    assert demo.main([*arguments, "--out", str(tmp_path / "bank")]) == 1
    assert "holds nothing to resume from: run without --resume" in capsys.readouterr().err


def test_the_lengths_differ_in_steps_only_and_may_be_given_by_hand():
    arguments = ["--films", "f", "--work", "w", "--out", "o", "--length", "day"]
    plan = demo.plan_of(demo.parser().parse_args([*arguments, "--denoiser-steps", "7"]))
    assert plan.pretraining == replace(LENGTHS["day"], denoiser_steps=7)
    assert LENGTHS["day"].denoiser_steps > 10 * LENGTHS["short"].denoiser_steps
    with pytest.raises(MlError, match="--autoencoder-steps is 0; give 1 or more"):
        demo.plan_of(demo.parser().parse_args([*arguments, "--autoencoder-steps", "0"]))


def test_films_without_flawed_ones_are_said_with_what_to_type(tmp_path):
    folder = write_films(tmp_path / "films", 6, arms=(("good", "real"),))
    with pytest.raises(MlError, match="python -m app demo-bank --other-rooms"):
        demo.split_films(folder, 3)


def test_a_folder_in_the_way_is_not_overwritten(films, tmp_path, capsys):
    (tmp_path / "bank").mkdir()
    (tmp_path / "bank" / "mine").write_text("kept")
    arguments = ["--films", str(films), "--work", str(tmp_path / "work")]
    assert demo.main([*arguments, "--out", str(tmp_path / "bank")]) == 1
    assert "exists and is not empty" in capsys.readouterr().err
    assert (tmp_path / "bank" / "mine").read_text() == "kept"
