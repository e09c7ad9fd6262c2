"""A base in parts, of RadEdit's shape: U-Net, SDXL's autoencoder and a BERT, each in its folder."""

import json

import pytest
import torch
from test_base_families import run_of
from tuning_fixtures import losses_of, six_films, small, weights_of  # noqa: F401

from ml import finetune, generate
from ml.bank.run_folder import read_json
from ml.bank.writer import iter_records
from ml.small.tiny_families import build_tiny_family
from ml.variants import load_base, load_variant
from tests.two_lengths import some_now

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "chest", "x", "film", "a"]


@pytest.fixture(scope="module", name="parts")
def three_folders(tmp_path_factory):
    """Return flags that name three folders; the text encoder is called what BioViL-T's is."""
    from transformers import BertConfig, BertModel, BertTokenizer

    root = tmp_path_factory.mktemp("parts")
    build_tiny_family("sd2", root / "radedit")
    build_tiny_family("sdxl", root / "sdxl")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=128,
    )
    BertModel(config).save_pretrained(root / "biovil")
    BertTokenizer(vocab={word: n for n, word in enumerate(WORDS)}).save_pretrained(root / "biovil")
    path = root / "biovil" / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "model_type": "cxr-bert"}))
    flags = ["--unet", str(root / "radedit" / "unet"), "--vae", str(root / "sdxl" / "vae")]
    return [*flags, "--text-encoder", str(root / "biovil"), "--noise-schedule", "radedit"]


def command(parts, data, run, *more):
    arguments = ["M1", *parts, "--data", str(data), "--out", str(run), "--device", "cpu"]
    arguments += ["--size", "32", "--max-steps", "2", "--prompt-abnormal", "a film"]
    arguments += ["--set", "training.sample_every_epochs=0", "--cache", str(run.parent / "cache")]
    return finetune.main([*arguments, *more])


def test_parts_are_tuned_resumed_sampled_and_read_again(parts, data, tmp_path):
    assert command(parts, data, tmp_path / "M1") == 0
    assert command(parts, data, tmp_path / "M1", "--resume") == 0
    options = read_json(tmp_path / "M1" / "options.json")
    assert options["base_name"] == "radedit"
    loaded = load_variant("M1", runs=tmp_path, device="cpu")
    pipeline = loaded.pipeline
    assert type(pipeline.text_encoder).__name__ == "BertModel"
    assert pipeline.vae.config.scaling_factor == 0.13025
    assert pipeline.scheduler.config.beta_schedule == "linear"
    assert pipeline.scheduler.config.timestep_spacing == "trailing"
    assert pipeline.tokenizer.model_max_length == 128
    common = ["--runs", str(tmp_path), "--count", "2", "--steps", "2", "--device", "cpu"]
    bank = ["--bank", str(tmp_path / "bank")]
    assert generate.main(["M1", *common, *bank]) == 0
    untouched = ["M0", *parts, *common, *bank, "--prompt-abnormal", "a film"]
    assert generate.main([*untouched, "--prompt-normal", "a chest"]) == 0
    made = {r["provenance"]["base_model"] for r in iter_records(tmp_path / "bank")}
    assert made == {"radedit"}


@pytest.mark.parametrize("name", some_now(["M1", "M3", "M4", "M5"], ["M4"]))
def test_a_stopped_run_of_parts_goes_on_to_the_same_weights(name, parts, data, tmp_path):
    """BERT has dropout, whose masks no state of a run would hold."""
    assert command(parts, data, tmp_path / "M1") == 0
    base = read_json(tmp_path / "M1" / "options.json")["base"]
    whole, stopped = tmp_path / "whole" / name, tmp_path / "stopped" / name
    run_of(name, whole, base, data)
    run_of(name, stopped, base, data, resume_at=1)
    assert weights_of(stopped) == weights_of(whole)
    assert losses_of(stopped) == losses_of(whole)


def test_nothing_is_left_out_at_random_while_tuning(parts, data, tmp_path):
    from torch import nn

    from ml.methods.trainable import Trainable

    assert command(parts, data, tmp_path / "M1") == 0
    pipeline = load_base(read_json(tmp_path / "M1" / "options.json")["base"], device="cpu")
    layers = [m for m in pipeline.text_encoder.modules() if isinstance(m, nn.Dropout)]
    assert {layer.p for layer in layers} == {0.1}
    Trainable(pipeline, small("M4"))
    assert {layer.p for layer in layers} == {0.0}
    assert pipeline.text_encoder.config.hidden_dropout_prob == 0.1


def test_the_text_is_what_the_folder_of_biovil_makes_of_it(parts, data, tmp_path):
    from transformers import BertModel

    assert command(parts, data, tmp_path / "M1") == 0
    pipeline = load_base(read_json(tmp_path / "M1" / "options.json")["base"], device="cpu")
    model = BertModel.from_pretrained(parts[5])
    ids = pipeline.tokenizer(["chest film"], padding="max_length", return_tensors="pt").input_ids
    assert ids.shape == (1, 128)
    assert torch.equal(pipeline.text_encoder(ids)[0], model(ids)[0])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda p: p[2:], "a base in parts also needs --unet"),
        (lambda p: [*p, "--base", "x"], "name a base either with --base or in parts"),
        (lambda p: ["--base", "x", *p[6:]], "--noise-schedule goes with --unet"),
        (lambda p: [], "name the base to tune with --base, or its parts"),
        (lambda p: [*p[:1], "/nowhere", *p[2:]], "--unet /nowhere: neither it nor its folder unet"),
        (lambda p: [*p[:-1], "/nowhere"], "so nothing says which noise schedule the U-Net was"),
        (lambda p: [*p[:5], p[1], *p[6:]], "is of type None; CLIP's text model and BERT"),
    ],
)
def test_parts_that_make_no_base_are_one_sentence(parts, data, tmp_path, capsys, change, sentence):
    assert command(change(parts), data, tmp_path / "M1") == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
    assert not (tmp_path / "M1").exists()


def test_the_schedule_beside_the_unet_is_taken(parts, data, tmp_path):
    assert command(parts[:-2], data, tmp_path / "M1") == 0
    base = read_json(tmp_path / "M1" / "options.json")["base"]
    scheduler = load_base(base, device="cpu").scheduler
    assert scheduler.config.prediction_type == "v_prediction"
