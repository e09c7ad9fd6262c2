"""Films are trained on, and drawn with, words that somebody meant for them, read to the end."""

import dataclasses
import json

import pytest
from chest_fixtures import chest, write_montgomery
from PIL import Image
from tuning_fixtures import six_films, small, tiny_base_folder, tune  # noqa: F401

from ml import generate
from ml.bank.writer import iter_records
from ml.bases.prompt_length import check_lengths, words_not_read
from ml.errors import MlError
from ml.prepare import main as prepare_main
from ml.prepare import prepare
from ml.radiographs.sources import SourceImage
from ml.variants import load_base

READ = 75
"""Letters that the small base's text encoder reads: each is a token of its own."""


def with_captions(variant):
    return dataclasses.replace(variant, data=dataclasses.replace(variant.data, captions="data"))


def prompted(variant, normal, abnormal):
    return dataclasses.replace(variant, prompt_normal=normal, prompt_abnormal=abnormal)


def test_films_of_another_set_are_not_trained_on_tuberculosis(base, data, tmp_path):
    for name in ("M1", "M5", "M6"):
        with pytest.raises(MlError, match="six films is not the Montgomery or Shenzhen set"):
            tune(name, tmp_path / "run", base, data, prompts_given=False)
    assert not (tmp_path / "run").exists()


def test_a_prior_of_tuberculosis_is_refused_too(base, data, tmp_path):
    variant = prompted(small("M5"), "sks healthy", "sks effusion")
    with pytest.raises(MlError, match="--set class_prompt_abnormal"):
        tune("M5", tmp_path / "run", base, data, variant=variant, prompts_given=False)


@pytest.mark.parametrize("how", ["own prompts", "captions", "normal only"])
def test_films_of_another_set_are_trained_on_words_of_their_own(base, data, tmp_path, how):
    variant = small("M1", max_steps=1)
    variant = {
        "own prompts": prompted(variant, "healthy", "effusion"),
        "captions": with_captions(variant),
        "normal only": dataclasses.replace(variant, condition_only="normal"),
    }[how]
    done = tune("M1", tmp_path / "run", base, data, variant=variant, prompts_given=False)
    assert done.steps == 1


def test_the_nlm_sets_are_trained_on_the_papers_prompts(base, tmp_path):
    source, out = write_montgomery(tmp_path), tmp_path / "data"
    counts = ["--normal", "2", "--abnormal", "2"]
    assert prepare_main(["montgomery", "--source", str(source), "--out", str(out), *counts]) == 0
    assert tune("M1", tmp_path / "run", base, out, prompts_given=False, max_steps=1).steps == 1
    # Data that were prepared before the kind of source was kept are known by their attribution.
    about = json.loads((out / "data.json").read_text())
    del about["source_kind"]
    (out / "data.json").write_text(json.dumps(about))
    assert tune("M1", tmp_path / "old", base, out, prompts_given=False, max_steps=1).steps == 1


@pytest.fixture(scope="module", name="runs")
def runs_of_another_set(base, data, tmp_path_factory):
    runs = tmp_path_factory.mktemp("runs")
    variant = small("M1", max_steps=1)
    tune("M1", runs / "own", base, data, variant=prompted(variant, "healthy", "effusion"))
    tune("M1", runs / "captions", base, data, variant=with_captions(variant))
    return runs


def test_a_variant_is_not_drawn_with_words_that_it_never_learnt(runs, base, tmp_path, capsys):
    common = ["--runs", str(runs), "--bank", str(tmp_path / "bank"), "--steps", "1"]
    common += ["--count", "2", "--device", "cpu"]
    for arguments, sentence in (
        (["captions"], "captions was tuned on the data's own captions: give --prompt-normal"),
        (["M0", "--base", base], "the paper's prompt of tuberculosis, and the runs in"),
    ):
        # One run on the presets' words would settle that M0 beside it is meant to have them.
        assert generate.main([*arguments, *common]) == 1
        assert sentence in capsys.readouterr().err
        words = ["--prompt-normal", "film 0", "--prompt-abnormal", "film 1"]
        assert generate.main([*arguments, *common, *words]) == 0
    assert generate.main(["own", *common]) == 0


def test_words_that_are_not_read_are_those_from_the_first_that_does_not_fit(base):
    pipeline = load_base(base, device="cpu")
    fits = "a" * (READ - 1) + " b"
    assert words_not_read(pipeline, fits) == ""
    assert words_not_read(pipeline, fits + "c and more") == "bc and more"
    assert words_not_read(pipeline, "<w> " + "a" * (READ - 3), ("<w>", 3)) == ""
    assert words_not_read(pipeline, "<w> " + "a" * (READ - 3), ("<w>", 4)) == "a" * (READ - 3)


def test_a_longer_encoder_is_read_to_its_own_end(base):
    pipeline = load_base(base, device="cpu")
    pipeline.tokenizer.model_max_length = 300
    assert words_not_read(pipeline, "a" * 200) == ""
    assert words_not_read(pipeline, "a" * 297 + " bc") == "bc"


def test_two_conditions_that_would_be_one_are_refused(base, data, tmp_path, capsys):
    pipeline, long = load_base(base, device="cpu"), "a" * READ
    with pytest.raises(MlError, match=r"are the same: .* not read: 'effusion'"):
        check_lengths(pipeline, {"normal": [f"{long} clear"], "abnormal": [f"{long} effusion"]})
    same = {"normal": [long], "abnormal": [long]}
    assert check_lengths(pipeline, same) == {}, "the same words are nobody's mistake of length"

    variant = prompted(small("M1"), f"{long} clear", f"{long} effusion")
    with pytest.raises(MlError, match="Put first what tells them apart"):
        tune("M1", tmp_path / "run", base, data, variant=variant)
    assert not (tmp_path / "run").exists()
    words = ["--prompt-normal", f"{long} clear", "--prompt-abnormal", f"{long} effusion"]
    options = ["--base", base, "--runs", str(tmp_path), "--bank", str(tmp_path / "bank")]
    assert generate.main(["M0", *options, *words, "--device", "cpu"]) == 1
    assert "Put first what tells them apart" in capsys.readouterr().err


def test_what_is_not_read_is_said_and_kept_with_the_run_and_each_image(
    base, data, tmp_path, capsys
):
    long = "effusion " * 9
    variant = prompted(small("M1", max_steps=1), "healthy", f"{long}right lung")
    tune("M1", tmp_path / "M1", base, data, variant=variant)
    said = capsys.readouterr().err
    assert "note: of the prompt 'effusion" in said
    assert "these words are not read: 'right lung'" in said
    options = json.loads((tmp_path / "M1" / "options.json").read_text())
    assert options["words_not_read"] == {f"{long}right lung": "right lung"}
    assert "- `right lung`" in (tmp_path / "M1" / "README.md").read_text()
    bank = tmp_path / "bank"
    options = ["--runs", str(tmp_path), "--bank", str(bank), "--count", "2", "--steps", "1"]
    negative = "b" * READ + " more"
    arguments = ["M1", *options, "--device", "cpu", "--negative-prompt", negative]
    assert generate.main(arguments) == 0
    lost = {r["condition"]: r["provenance"].get("words_not_read") for r in iter_records(bank)}
    assert lost == {"normal": None, "abnormal": "right lung"}
    assert {r["provenance"]["negative_words_not_read"] for r in iter_records(bank)} == {"more"}


def test_captions_that_are_one_to_the_encoder_are_refused(base, tmp_path):
    images = []
    for number, condition in enumerate(("normal", "abnormal")):
        path = tmp_path / f"{condition}.png"
        Image.fromarray(chest(number)).save(path)
        caption = "a" * READ + f" {condition}"
        images.append(SourceImage(path, path.name, condition, caption=caption))
    prepare(images, tmp_path / "data", name="two", held_out_share=0.0)
    variant = with_captions(small("M1"))
    with pytest.raises(MlError, match="a text of normal and one of abnormal images are the same"):
        tune("M1", tmp_path / "run", base, tmp_path / "data", variant=variant)
