"""A run begins from other weights than its base's: as they are, written down, or not at all."""

import dataclasses
import json
import shutil

import pytest
from test_base_families import bases, prediction, run_of  # noqa: F401
from tuning_fixtures import (  # noqa: F401
    losses_of,
    six_films,
    small,
    tiny_base_folder,
    weights_of,
)

from ml.errors import MlError
from ml.finetune import finetune
from ml.methods.config import override
from ml.variants import load_base, load_variant
from tests.two_lengths import some_now


@pytest.fixture(scope="module", name="runs")
def finished_runs(base, data, tmp_path_factory):
    """Return a folder with a LoRA whose alpha is not its rank, a whole U-Net and a word."""
    root = tmp_path_factory.mktemp("runs")
    for name in ("M1", "M3", "M6"):
        run_of(name, root / name, base, data, keep_every_epochs=1, max_steps=4)
    return root


def begun(name, start, run, base, data, *, rate=1e-12, lora=None, resume=False, **changes):
    """Tune for one step that changes next to nothing, from the weights of ``start``."""
    variant = small(name, max_steps=1, learning_rate=rate, schedule="constant", **changes)
    if lora:
        variant = dataclasses.replace(variant, lora=override(variant.lora, lora, "test"))
    return finetune(
        name,
        variant,
        base=base,
        data=data,
        run=run,
        device="cpu",
        cache=run.parent / "cache",
        prompts_given=True,
        start_from=str(start),
        resume=resume,
    )


def of(run, name, prompt="chest"):
    return prediction(load_variant(name, runs=run.parent, device="cpu").pipeline, prompt)


@pytest.mark.parametrize(
    ("start", "name"),
    some_now(
        [("M1", "M1"), ("M1@1", "M1"), ("M3", "M3"), ("M1", "M3"), ("M6", "M6")],
        [("M1@1", "M1"), ("M1", "M3"), ("M6", "M6")],
    ),
)
def test_training_begins_where_the_other_run_ended(start, name, runs, base, data, tmp_path):
    begun(name, runs / start, tmp_path / name, base, data)
    word = "<cxr> chest" if name == "M6" else "chest"
    expected = of(runs / start, start, word)
    assert (of(tmp_path / name, name, word) - expected).abs().max() < 1e-5
    plain = prediction(load_base(base, device="cpu"))
    if name != "M6":
        assert (expected - plain).abs().max() > 1e-3
    options = json.loads((tmp_path / name / "options.json").read_text())
    assert options["start_from"]["name"] == start
    checkpoint = runs / start.split("@")[0] / ("epochs/0001" if "@" in start else "")
    told = json.loads((checkpoint / "checkpoint.json").read_text())
    assert options["start_from"]["sha256"] == told["sha256"]
    card = (tmp_path / name / "README.md").read_text()
    assert f"- begun from the weights of {start}, sha256 `{told['sha256']}`" in card
    assert f"begun from {start} on" in card


@pytest.mark.parametrize("family", ["sdxl", "pixart-sigma"])
def test_a_family_s_lora_goes_on(family, bases, data, tmp_path):  # noqa: F811
    base = str(bases / family)
    run_of("M1", tmp_path / "first" / "M1", base, data)
    begun("M1", tmp_path / "first" / "M1", tmp_path / "M1", base, data)
    expected = of(tmp_path / "first" / "M1", "M1")
    assert (of(tmp_path / "M1", "M1") - expected).abs().max() < 1e-5


def test_any_trainers_file_is_begun_from_and_the_run_resumed_with_it(runs, base, data, tmp_path):
    file = runs / "M1" / "lora" / "lora_kohya.safetensors"
    begun("M1", file, tmp_path / "M1", base, data)
    assert (of(tmp_path / "M1", "M1") - of(runs / "M1", "M1")).abs().max() < 1e-5
    before = weights_of(tmp_path / "M1")
    begun("M1", file, tmp_path / "M1", base, data, resume=True)
    assert weights_of(tmp_path / "M1") == before
    with pytest.raises(MlError, match="begun with other options: start_from"):
        begun("M1", runs / "M1", tmp_path / "M1", base, data, resume=True)


def test_it_is_another_run_than_going_on(runs, base, data, tmp_path):
    """Step, optimizer and draws begin anew: the first loss is of the first step's images."""
    begun("M3", runs / "M3", tmp_path / "M3", base, data)
    ((step, loss, _),) = losses_of(tmp_path / "M3")
    assert step == "1"
    assert loss != losses_of(runs / "M3")[0][1]


@pytest.mark.parametrize(
    ("start", "name", "lora", "sentence"),
    [
        (
            "M3",
            "M1",
            {},
            "holds a whole model, from which a variant of kind lora cannot begin: tun",
        ),
        ("M6", "M3", {}, "holds a learnt word, from which a variant of kind full cannot begin"),
        ("M1", "M6", {}, "holds a LoRA, from which a variant of kind textual_inversion"),
        ("M1", "M1", {"rank": 2}, "has rank 4, alpha 2 at unet.* this variant rank 2"),
        ("M1", "M1", {"alpha": 3.0}, "has rank 4, alpha 2 at .* this variant rank 4, alpha 3"),
        ("M1", "M1", {"targets": "feed-forward"}, "this variant has unet.*ff.net"),
        ("M1", "M1", {"dora": True}, "must both be DoRA, or neither"),
        ("M9", "M1", {}, "is neither a run's folder nor the file of a LoRA"),
        ("M1@7", "M1", {}, "has no weights of epoch '7'; kept are: 1"),
    ],
)
def test_what_cannot_be_begun_from_is_refused(
    start, name, lora, sentence, runs, base, data, tmp_path
):
    with pytest.raises(MlError, match=sentence):
        begun(name, runs / start, tmp_path / name, base, data, lora=lora)


def test_weights_of_another_base_are_refused(runs, bases, data, tmp_path):  # noqa: F811
    with pytest.raises(MlError, match="was tuned from another base"):
        begun("M1", runs / "M1", tmp_path / "M1", str(bases / "sd2"), data)
    file = runs / "M1" / "lora" / "lora_kohya.safetensors"
    with pytest.raises(MlError, match="it is of another base"):
        begun("M1", file, tmp_path / "M1", str(bases / "sdxl"), data)


def test_a_file_that_was_changed_since_is_refused(runs, base, data, tmp_path):
    shutil.copytree(runs / "M1", tmp_path / "copy")
    path = tmp_path / "copy" / "lora" / "pytorch_lora_weights.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(MlError, match="its sha256 differs"):
        begun("M1", tmp_path / "copy", tmp_path / "M1", base, data)
