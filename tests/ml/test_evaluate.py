"""python -m ml.evaluate on a small bank: numbers in the bank, a page, sentences for bad input."""

import hashlib
import json
import shutil
import sys

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from ml import evaluate
from ml.bank.writer import (
    ArmDescription,
    ArmWriter,
    encode_grey_png,
    iter_records,
    read_header,
    write_manifest,
)
from ml.measuring import radiomic_distance
from ml.measuring.films import read_films
from ml.radiographs.pixels import Radiograph

SIZE = 64
PROVENANCE = {"prompt": "healthy chest", "seed": 1}


def films(seed, count, sigma=6.0):
    rng = np.random.default_rng(seed)
    fields = gaussian_filter(rng.standard_normal((count, SIZE, SIZE)), (0, sigma, sigma))
    scaled = 120 + 60 * fields / fields.std()
    return np.clip(scaled, 0, 255).astype(np.uint8)


def save(folder, images, split, lines):
    for i, pixels in enumerate(images):
        name = f"images/{split}-{i}.png"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(encode_grey_png(pixels))
        lines.append(
            {
                "file_name": name,
                "text": "x",
                "condition": "normal" if i % 2 else "abnormal",
                "split": split,
                "source": name,
                "pixels_sha256": Radiograph(pixels, (), None).digest,
            }
        )


def write_index(folder, lines):
    content = "".join(json.dumps(line) + "\n" for line in lines).encode()
    (folder / "metadata.jsonl").write_bytes(content)
    about = {"name": "trial", "digest": hashlib.sha256(content).hexdigest()}
    (folder / "data.json").write_text(json.dumps(about))


@pytest.fixture(scope="module")
def base(pipeline, tmp_path_factory):
    folder = tmp_path_factory.mktemp("base")
    pipeline.vae.save_pretrained(folder / "vae")
    return str(folder)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    lines = []
    save(folder, films(1, 16), "train", lines)
    save(folder, films(2, 24), "held_out", lines)
    write_index(folder, lines)
    return folder


@pytest.fixture
def bank(tmp_path, base):
    return fill(tmp_path, base)


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory, base, data):
    """Evaluated once, for those who only look at it."""
    folder = fill(tmp_path_factory.mktemp("evaluated"), base)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(radiomic_distance, "radiomics_package", Radiomics)
        assert run(folder, data, "--frd") == 0
    return folder


class Radiomics:
    """Stands for frd_score: counts the files of both sets."""

    def compute_frd(self, paths):
        return len(paths[0]) + len(paths[1]) / 100


def fill(tmp_path, base):
    """Make a bank of an honest arm, one of grain, and one that returns training images."""
    grain = np.random.default_rng(4).integers(0, 255, (8, SIZE, SIZE), dtype=np.uint8)
    noise = np.random.default_rng(5).integers(0, 3, (8, SIZE, SIZE), dtype=np.uint8)
    arms = {"honest": films(3, 8), "grain": grain, "copies": films(1, 16)[:8] // 4 * 4 + noise}
    for arm, images in arms.items():
        description = ArmDescription(id=arm, label=f"Arm {arm}", description="")
        with ArmWriter(tmp_path, description) as writer:
            for i, pixels in enumerate(images):
                writer.add_image(
                    pixels,
                    condition="normal" if i % 2 else "abnormal",
                    index=i // 2,
                    attempt=0,
                    provenance={**PROVENANCE, "base_model": "tiny"},
                )
    write_manifest(tmp_path, name="trial")
    run_folder = tmp_path / "runs" / "honest"
    run_folder.mkdir(parents=True)
    options = {"variant": "honest", "base": base, "base_name": "tiny"}
    (run_folder / "options.json").write_text(json.dumps(options))
    return tmp_path


def run(bank, data, *more):
    return evaluate.main([str(bank), "--data", str(data), "--runs", str(bank / "runs"), *more])


def test_near_duplicates_among_training_images_are_named(base, tmp_path, capsys):
    """One film exported twice is said, and does not switch the check off."""
    folder, lines = tmp_path / "data", []
    images = films(1, 12)
    images[11] = np.clip(images[0] * 0.9 + 5, 0, 255).astype(np.uint8)
    save(folder, images, "train", lines)
    write_index(folder, lines)
    bank = fill(tmp_path / "bank", base)
    assert run(bank, folder) == 0
    results = json.loads((bank / "evaluation.json").read_text())
    twins = ["images/train-0.png", "images/train-11.png"]
    assert results["memorisation_rule"]["near_duplicates"] == [twins]
    assert results["arms"]["copies"]["memorised"] == 8
    assert (
        f"Training images {twins[0]} and {twins[1]} are near-duplicates" in capsys.readouterr().out
    )


def test_copies_are_flagged_and_honest_images_are_not(evaluated):
    results = json.loads((evaluated / "evaluation.json").read_text())
    assert results["arms"]["copies"]["memorised"] == 8
    assert results["arms"]["honest"]["memorised"] == 0


def test_images_unlike_the_real_ones_are_farther_away(evaluated):
    arms = json.loads((evaluated / "evaluation.json").read_text())["arms"]
    assert arms["grain"]["kid"]["kid"] > 10 * max(arms["honest"]["kid"]["kid"], 0.01)


def test_results_reach_every_arm_and_image_of_the_manifest(evaluated):
    header = read_header(evaluated)
    assert {a["id"]: a["evaluation"]["memorised"] for a in header["arms"]} == {
        "copies": 8,
        "grain": 0,
        "honest": 0,
    }
    for record in iter_records(evaluated):
        assert record["evaluation"]["memorised"] == (record["arm"] == "copies")
    copy = next(r for r in iter_records(evaluated) if r["arm"] == "copies")
    assert copy["evaluation"]["nearest_training_image"] == "images/train-1.png"


def test_the_radiomic_distance_is_of_every_arm_and_of_real_images(evaluated):
    results = json.loads((evaluated / "evaluation.json").read_text())
    distances = {arm: r["frechet_radiomic_distance"] for arm, r in results["arms"].items()}
    # 24 held-out images and 8 of each arm; 24 and 16 training images.
    assert distances == {"honest": 24.08, "grain": 24.08, "copies": 24.08}
    assert results["real_against_real"]["frechet_radiomic_distance"] == pytest.approx(24.16)
    assert results["noise"]["frechet_radiomic_distance"] is None
    assert "<th>FRD</th>" in (evaluated / "evaluation.html").read_text()


def test_what_as_many_real_images_cover_stands_beside(evaluated):
    results = json.loads((evaluated / "evaluation.json").read_text())
    for arm in results["arms"].values():
        assert arm["covered_by_reals"]["images"] == 8
        assert 0 < arm["covered_by_reals"]["coverage"] <= 1
        assert arm["by_condition"]["normal"]["covered_by_reals"] is None  # four images: too few
    assert results["real_against_real"]["covered_by_reals"] is None
    beside = results["arms"]["honest"]["covered_by_reals"]["coverage"]
    assert beside < results["real_against_real"]["coverage"]["coverage"]
    # Eight real ones cover nearly as much as all of them, so there is nothing to say of the number.
    assert not any("too few for the coverage" in note for note in results["notes"])


def test_without_its_packages_the_radiomic_distance_is_one_sentence(
    bank, data, monkeypatch, capsys
):
    monkeypatch.setitem(sys.modules, "radiomics", None)
    assert run(bank, data, "--frd") == 1
    assert "--no-build-isolation" in capsys.readouterr().err
    assert not (bank / "evaluation.json").exists()


def test_real_against_real_stands_beside_the_arms(evaluated):
    results = json.loads((evaluated / "evaluation.json").read_text())
    assert abs(results["real_against_real"]["kid"]["kid"]) < results["arms"]["grain"]["kid"]["kid"]
    assert results["arms"]["honest"]["reference"] == "held-out"


def test_every_condition_is_measured_beside_the_whole(evaluated):
    results = json.loads((evaluated / "evaluation.json").read_text())
    arm = results["arms"]["grain"]
    assert {name: part["images"] for name, part in arm["by_condition"].items()} == {
        "normal": 4,
        "abnormal": 4,
    }
    assert arm["reference_images"] == 24
    assert arm["by_condition"]["normal"]["reference_images"] == 12
    assert arm["by_condition"]["normal"]["kid"]["kid"] > 0.1
    assert arm["vendi"]["images"] == 8
    page = (evaluated / "evaluation.html").read_text()
    assert page.count(">abnormal</td>") == 4


def test_pure_noise_stands_beside_and_does_not_look_good(evaluated):
    results = json.loads((evaluated / "evaluation.json").read_text())
    noise, real = results["noise"], results["real_against_real"]
    assert noise["kid"]["kid"] > 10 * max(abs(real["kid"]["kid"]), 0.01)
    assert noise["told_apart"]["auc_low"] > 0.5
    assert real["told_apart"]["auc_low"] < 0.5
    page = (evaluated / "evaluation.html").read_text()
    precision = f"{noise['coverage']['precision']:.2f}"
    assert f"Pure noise\nhas a precision of {precision} here" in page
    assert page.index("<th>KID") < page.index("<th>coverage") < page.index("<th>precision")


def test_an_arm_of_another_mix_is_held_against_images_in_its_mix(base, data, tmp_path, capsys):
    bank = fill(tmp_path, base)
    with ArmWriter(bank, ArmDescription(id="tilted", label="tilted", description="")) as writer:
        for i, pixels in enumerate(films(9, 8)):
            writer.add_image(
                pixels,
                condition="normal" if i < 6 else "abnormal",
                index=i,
                attempt=0,
                provenance={**PROVENANCE, "base_model": "tiny"},
            )
    write_manifest(bank, name="trial")
    assert run(bank, data) == 0
    arm = json.loads((bank / "evaluation.json").read_text())["arms"]["tilted"]
    assert arm["reference_images"] == 16
    assert "tilted is compared with 16 of 24 held-out images" in capsys.readouterr().out


def test_an_arm_takes_along_what_it_was_measured_with(evaluated):
    results = json.loads((evaluated / "evaluation.json").read_text())
    for arm in read_header(evaluated)["arms"]:
        assert arm["evaluation"]["features"] == "vae"
        assert (arm["evaluation"]["size"], arm["evaluation"]["training_images"]) == (SIZE, 16)
        assert arm["evaluation"]["memorisation_chance"] == 0.001
        assert arm["evaluation"]["real_against_real"] == results["real_against_real"]


def test_without_held_out_images_the_page_says_what_it_measures_against(
    bank, data, tmp_path_factory
):
    folder = tmp_path_factory.mktemp("few")
    lines = []
    save(folder, films(1, 16), "train", lines)
    write_index(folder, lines)
    run(bank, folder)
    results = json.loads((bank / "evaluation.json").read_text())
    assert results["real_against_real"]["reference"] == "training"
    assert results["real_against_real"]["images"] == 8
    assert results["arms"]["honest"]["reference"] == "training"
    assert "favours a variant that copies" in (bank / "evaluation.html").read_text()


def test_the_page_shows_flagged_pairs_and_needs_nothing_else(evaluated):
    page = (evaluated / "evaluation.html").read_text()
    assert "Flagged pairs" in page
    assert "training, correlation" in page
    assert "Arm copies" in page
    assert "http" not in page.replace("http-equiv", "")
    assert 'src="images' not in page


@pytest.mark.slow
def test_evaluating_again_gives_the_same_numbers(evaluated, bank, data, capsys, monkeypatch):
    first = json.loads((evaluated / "evaluation.json").read_text())
    monkeypatch.setattr(radiomic_distance, "radiomics_package", Radiomics)
    run(bank, data, "--frd")
    assert "copies: 8 images" in capsys.readouterr().out
    again = json.loads((bank / "evaluation.json").read_text())
    assert {**first, "created_at": ""} == {**again, "created_at": ""}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--fid"], "FID is refused"),
        (["--features", "inception"], "features inception need weights"),
        (["--features", "clip", "--weights", "/nowhere"], "does not exist"),
        (["--features", "xrv"], "torchxrayvision, which is not installed"),
        (["--weights", "x"], "--weights belong to"),
        (["--size", "31"], "use a multiple of 2"),
        (["--chance", "1"], "between 0 and 1"),
        (["--features", "rad-dino"], "a RAD-DINO (Dinov2) model folder"),
        (["--reid", "/nowhere"], "/nowhere does not exist"),
        (["--reid-sha256", "0" * 64], "belong to --reid"),
        (["--classifier", "/nowhere"], "is no folder"),
        (["--label-of", "a=b"], "belongs to --classifier"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(bank, data, options, sentence, capsys):
    before = (bank / "bank.json").read_bytes()
    assert run(bank, data, *options) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
    assert (bank / "bank.json").read_bytes() == before
    assert not (bank / "evaluation.json").exists()


def test_data_that_were_never_prepared_are_named(bank, tmp_path_factory, capsys):
    assert run(bank, tmp_path_factory.mktemp("empty")) == 1
    assert "run python -m ml.prepare first" in capsys.readouterr().err


def test_a_training_image_that_was_changed_is_named(bank, data, tmp_path_factory, capsys):
    folder = tmp_path_factory.mktemp("changed") / "data"
    shutil.copytree(data, folder)
    (folder / "images" / "train-3.png").write_bytes(encode_grey_png(films(8, 1)[0]))
    assert run(bank, folder) == 1
    assert "train-3.png was changed since" in capsys.readouterr().err


def test_an_image_of_the_bank_that_is_broken_is_named(bank, data, capsys):
    (bank / "images" / "grain" / "normal-00002.png").write_bytes(b"no picture")
    assert run(bank, data) == 1
    assert "normal-00002.png is not a PNG, JPEG" in capsys.readouterr().err


def test_a_base_that_no_run_knows_is_asked_for(bank, data, capsys):
    with ArmWriter(bank, ArmDescription(id="x", label="x", description="")) as writer:
        writer.add_image(
            films(9, 1)[0],
            condition="normal",
            index=0,
            attempt=0,
            provenance={"base_model": "other"},
        )
    write_manifest(bank)
    assert run(bank, data) == 1
    assert "does not say where one such base is" in capsys.readouterr().err


def test_a_deep_or_oblong_image_is_read_by_the_banks_rule(tmp_path):
    deep = np.linspace(100, 60000, 128 * 64, dtype=np.uint16).reshape(128, 64)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    (read,) = read_films(tmp_path, [("deep.png", "normal")], size=64).pixels
    assert read.shape == (64, 64)
    assert read[:, :16].max() == read[:, 48:].max() == 0
    assert read.min() == 0
    assert read.max() > 0.99


def test_an_autoencoder_that_is_broken_is_one_sentence(bank, base, data, tmp_path, capsys):
    shutil.copytree(base, tmp_path / "base")
    (tmp_path / "base" / "vae" / "diffusion_pytorch_model.safetensors").write_bytes(b"x" * 99)
    assert run(bank, data, "--base", str(tmp_path / "base")) == 1
    said = capsys.readouterr().err
    assert "cannot be loaded" in said
    assert said.count("\n") == 1
