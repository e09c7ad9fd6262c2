"""What a run says of itself is what was done, and every number names its weights."""

import csv
import dataclasses
import json

import pytest
from chest_fixtures import write_montgomery
from tuning_fixtures import six_films, small, tiny_base_folder, tune, weights_of  # noqa: F401

from ml.methods.config import VARIANTS, override
from ml.prepare import main as prepare_main
from ml.radiographs.training_images import read_prepared
from ml.training.provenance import (
    PAPER_FILMS_TEXT,
    changes_from_preset,
    chosen_here,
    compare_with_paper,
    method_of,
    title_of,
)
from ml.variants import load_variant
from tests.two_lengths import some_now

# A rate at which held-out images soon lose: the best weights are not the last.
WORSENING = {"epochs": 20, "learning_rate": 0.03, "schedule": "constant", "early_stop": 2}


def card_of(run):
    return (run / "README.md").read_text("utf-8")


def options_of(run):
    return json.loads((run / "options.json").read_text("utf-8"))


@pytest.mark.parametrize("name", VARIANTS)
def test_a_preset_departs_from_the_paper_in_what_it_says(name):
    paper = compare_with_paper(VARIANTS[name])
    if name == "M0":
        assert paper.same == ("the untuned foundation model as reference", "the two prompts")
    else:
        assert paper.same[-2:] == ("512 px", "100 epochs")
    added = {"M5": ("the two prompts with 'sks' (paper: without)",)}
    added["M6"] = ("the two prompts with '<cxr>' (paper: without)",)
    assert paper.other == added.get(name, ())
    assert title_of(VARIANTS[name]) == VARIANTS[name].title


def test_every_departure_from_the_paper_is_named():
    variant = override(
        VARIANTS["M1"],
        {
            "data": {"size": 64},
            "training": {"epochs": 2},
            "condition_only": "normal",
            "prompt_normal": "a film",
        },
        "test",
    )
    paper = compare_with_paper(variant)
    assert paper.same == ()
    assert paper.other == (
        "prompts of its own (paper: two others)",
        "64 px (paper: 512)",
        "2 epochs (paper: 100)",
        "normal films only (paper: both conditions)",
    )
    variant = override(variant, {"data": {"captions": "data"}}, "test")
    assert "the data's own captions (paper: two prompts)" in compare_with_paper(variant).other
    assert "100 epochs" not in compare_with_paper(VARIANTS["M1"], None, epochs=20.0).same


def test_the_papers_films_are_known_by_their_source_and_number(tmp_path):
    source = write_montgomery(tmp_path, normal=16, abnormal=16)
    for count, same in ((15, True), (14, False)):
        out = tmp_path / f"data{count}"
        counts = ["--normal", str(count), "--abnormal", "15"]
        assert (
            prepare_main(["montgomery", "--source", str(source), "--out", str(out), *counts]) == 0
        )
        paper = compare_with_paper(VARIANTS["M1"], read_prepared(out))
        assert (PAPER_FILMS_TEXT in paper.same) is same
    assert paper.other == (
        f"14 normal and 15 abnormal films of montgomery (paper: {PAPER_FILMS_TEXT})",
    )


def test_what_is_trained_is_said_as_it_is():
    changed = override(
        VARIANTS["M2"],
        {
            "lora": {"rank": 4, "conv_rank": 8, "conv_alpha": 4.0},
            "training": {"learning_rate": 1e-3},
        },
        "test",
    )
    assert title_of(changed) == "LoRA on attention, convolutions and text encoder"
    said = chosen_here(changed)
    assert "rank 4, alpha 8" in said
    assert "convolutions rank 8, alpha 4" in said
    assert "rate 0.001, cosine" in said
    without = override(VARIANTS["M5"], {"training": {"prior_weight": 0.0}}, "test")
    assert method_of(without) == "DreamBooth without prior preservation"
    assert title_of(override(changed, {"title": "mine"}, "test")) == "mine"


def test_a_choice_is_held_against_its_preset():
    assert changes_from_preset(VARIANTS["M3"]) == {}
    variant = override(VARIANTS["M3"], {"training": {"epochs": 2}, "title": "mine"}, "test")
    assert changes_from_preset(variant) == {"training.epochs": [100, 2]}


def test_a_small_run_does_not_pass_for_the_papers(base, data, tmp_path):
    tune("M1", tmp_path / "run", base, data)
    card, options = card_of(tmp_path / "run"), options_of(tmp_path / "run")
    assert "as in the paper (arXiv 2409.04424): the two prompts\n" in card
    assert "32 px (paper: 512); 2 epochs (paper: 100); 2 normal and 2 abnormal films" in card
    assert "chosen here: LoRA on attention, rank 4, alpha 2, rate 0.0001, cosine" in card
    assert "training.epochs 2 (preset: 100)" in card
    assert options["changed_from_preset"]["lora.rank"] == [16, 4]
    assert "training.dtype" not in options["changed_from_preset"]
    assert options["training_summary"].endswith("of six films, 32 px, 2 epochs.")


def test_the_length_that_is_said_is_the_one_that_was_trained(base, data, tmp_path):
    tune("M1", tmp_path / "M1", base, data, max_steps=3)
    loaded = load_variant("M1", runs=tmp_path, device="cpu")
    assert loaded.options["training_summary"].endswith("3 steps (0.75 epochs).")
    assert loaded.options["outcome"]["epochs"] == 0.75
    assert "0.75 epochs (paper: 100)" in card_of(tmp_path / "M1")


def test_the_last_weights_are_named_beside_a_lower_loss_of_others(base, data, tmp_path):
    changes = {**WORSENING, "early_stop": None}
    done = tune("M3", tmp_path / "run", base, data, **changes)
    with (tmp_path / "run" / "train_log.csv").open(newline="") as file:
        measured = {int(r["step"]): r["held_out_loss"] for r in csv.DictReader(file)}
    measured = {step: float(loss) for step, loss in measured.items() if loss}
    best = min(measured, key=measured.get)
    assert best < done.steps == done.weights_step
    assert done.lowest_step == best
    assert done.held_out_loss == measured[done.steps]
    card = card_of(tmp_path / "run")
    last = f"those of step {done.steps}; their held-out loss: {measured[done.steps]:.4f}\n"
    assert f"these weights are {last}" in card
    assert f"lowest held-out loss: {measured[best]:.4f}, of step {best}, whose weights were" in card


@pytest.mark.parametrize("ema", some_now([None, 0.9], [0.9]))
def test_a_run_that_stops_early_ends_with_its_best_weights(base, data, tmp_path, ema):
    changes = {**WORSENING, "ema_decay": ema}
    stopped = tune("M3", tmp_path / "stopped", base, data, **changes)
    assert stopped.ended == "early stop"
    assert stopped.weights_step == stopped.lowest_step < stopped.steps
    # The same run, ended at that step, has those weights bit for bit.
    plain = {**changes, "early_stop": None, "max_steps": stopped.weights_step}
    tune("M3", tmp_path / "plain", base, data, **plain)
    assert weights_of(tmp_path / "stopped") == weights_of(tmp_path / "plain")
    card = card_of(tmp_path / "stopped")
    assert f"these weights are those of step {stopped.weights_step}" in card
    assert "whose weights were not kept" not in card
    checkpoint = json.loads((tmp_path / "stopped" / "checkpoint.json").read_text())
    assert checkpoint["step"] == stopped.weights_step
    assert checkpoint["outcome"]["steps"] == stopped.steps


def test_best_weights_of_another_step_are_not_taken_for_them(base, data, tmp_path):
    from ml.errors import MlError
    from ml.training.best_weights import keep_best

    variant = dataclasses.replace(small("M3", **WORSENING))
    tune("M3", tmp_path / "run", base, data, variant=variant)
    pipeline = load_variant("run", runs=tmp_path, device="cpu").pipeline
    weights = {f"unet.{n}": p for n, p in pipeline.unet.named_parameters()}
    keep_best(tmp_path / "run" / "resume", weights, 77)
    with pytest.raises(MlError, match="holds the weights of step 77"):
        tune("M3", tmp_path / "run", base, data, variant=variant, resume=True)
