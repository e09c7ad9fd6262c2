"""Any trainer's LoRA as an arm: every layout is read as what it is, with its alpha, or refused."""

import json
import math
import re

import pytest
import torch
from safetensors.torch import load_file, save_file
from test_base_families import BUILDERS, bases, prediction  # noqa: F401

from ml import generate
from ml.bank.writer import iter_records, read_header
from ml.bases.any_lora import read_lora
from ml.bases.families import adapter_of
from ml.bases.lora_files import COMFY_FILE, DIFFUSERS_FILE, KOHYA_FILE, PEFT_FILE, lora_layers
from ml.errors import MlError
from ml.methods.config import LoraConfig
from ml.methods.lora import add_lora
from ml.variants import load_base, load_lora_file
from tests.two_lengths import some_now

PROMPTS = {"normal": "chest", "abnormal": "lung"}
FILES = {
    "sd2": {KOHYA_FILE: "kohya's", DIFFUSERS_FILE: "diffusers'"},
    "sdxl": {KOHYA_FILE: "kohya's", DIFFUSERS_FILE: "diffusers'"},
    "sd3": {COMFY_FILE: "ComfyUI's", DIFFUSERS_FILE: "diffusers'"},
    "sana": {DIFFUSERS_FILE: "diffusers'"},
    "pixart-sigma": {COMFY_FILE: "ComfyUI's", PEFT_FILE: "peft's"},
}


@pytest.fixture(scope="module")
def tuned(bases, tmp_path_factory):  # noqa: F811
    """Return, by family, what a LoRA of random weights makes of a base, and its files' folder."""
    made = {}
    for family in BUILDERS:
        pipeline = load_base(str(bases / family), device="cpu")
        adapter, folder = adapter_of(pipeline), tmp_path_factory.mktemp("lora")
        unet = family in ("sd2", "sdxl")
        config = LoraConfig(
            rank=4,
            alpha=2.0,
            conv_rank=3 if unet else 0,
            conv_alpha=6.0,
            text_encoder=unet,
            text_encoder_rank=2,
            text_encoder_alpha=7.0,
        )
        add_lora(adapter, config, seed=0)
        source = torch.Generator().manual_seed(1)
        for model in (adapter.denoiser, *adapter.text_encoders().values()):
            for _, _, up, _ in lora_layers(model):
                up.weight.data = 0.1 * torch.randn(up.weight.shape, generator=source)
        adapter.save_lora(folder, text=unet, notes={"ss_steps": "3"})
        made[family] = prediction(pipeline), folder
    return made


@pytest.mark.parametrize(
    ("family", "name"), [(family, name) for family, files in FILES.items() for name in files]
)
@pytest.mark.parametrize("dtype", some_now(["float32", "bfloat16"], ["float32"]))
def test_every_layout_is_read_as_what_it_is(family, name, dtype, bases, tuned):  # noqa: F811
    expected, folder = tuned[family]
    base = str(bases / family)
    path = folder / name
    loaded = load_lora_file("theirs", path, base=base, prompts=PROMPTS, dtype=dtype, device="cpu")
    told = loaded.options["lora_file"]
    assert told["layout"] == FILES[family][name]
    unet = family in ("sd2", "sdxl")
    assert told["ranks"] == ([2, 3, 4] if unet else [4])
    assert told["alphas"] == ([2.0, 6.0, 7.0] if unet else [2.0])
    assert "not said" not in told["alpha_from"]
    bears = any("lora" in n for n, _ in adapter_of(loaded.pipeline).denoiser.named_modules())
    assert bears is (dtype == "bfloat16"), "in 16 bits most of a small update is rounded off"
    if dtype == "float32":
        assert (prediction(loaded.pipeline) - expected).abs().max() < 1e-5
        plain = prediction(load_base(base, device="cpu"))
        assert (plain - expected).abs().max() > 1e-2


def rewritten(path, out, rename, metadata=None):
    weights = {rename(name): tensor for name, tensor in load_file(path).items()}
    save_file({n: t for n, t in weights.items() if n}, out, metadata=metadata)
    return out


def read(path, base, **options):
    loaded = load_lora_file("x", path, base=base, prompts=PROMPTS, device="cpu", **options)
    return prediction(loaded.pipeline), loaded.options["lora_file"]


def test_diffusers_older_names_are_read_and_alpha_that_is_not_said_is_the_rank(
    bases,  # noqa: F811
    tuned,
    tmp_path,
):
    def older(name):
        name = re.sub(r"\.(to_[qkv])\.lora_A", r".processor.\1_lora.down", name)
        name = re.sub(r"\.(to_[qkv])\.lora_B", r".processor.\1_lora.up", name)
        name = name.replace(".to_out.0.lora_A", ".processor.to_out_lora.down")
        return name.replace(".to_out.0.lora_B", ".processor.to_out_lora.up")

    base, folder = str(bases / "sd2"), tuned["sd2"][1]
    old = rewritten(folder / DIFFUSERS_FILE, tmp_path / "old.safetensors", older)
    new = rewritten(folder / DIFFUSERS_FILE, tmp_path / "new.safetensors", str)
    (one, told), (other, _) = read(old, base), read(new, base)
    assert told["alpha_from"] == "not said: taken as the rank"
    assert told["alphas"] == [2.0, 3.0, 4.0]
    assert torch.equal(one, other)


def test_the_weight_multiplies_the_updates(bases, tuned):  # noqa: F811
    base, path = str(bases / "sd3"), tuned["sd3"][1] / COMFY_FILE
    plain = prediction(load_base(base, device="cpu"))
    assert torch.allclose(read(path, base, weight=0.0)[0], plain, atol=1e-6)
    half = read(path, base, weight=0.5)[0]
    assert (half - plain).abs().max() > 1e-3
    assert (half - tuned["sd3"][0]).abs().max() > 1e-3


def test_dora_and_rank_stabilised_updates_are_read_from_pefts_metadata(bases, tmp_path):  # noqa: F811
    from peft import LoraConfig as Config
    from peft.utils import get_peft_model_state_dict

    base = str(bases / "sana")
    for changes in ({"use_dora": True}, {"use_rslora": True}):
        pipeline = load_base(base, device="cpu")
        model = pipeline.transformer
        model.add_adapter(Config(r=4, lora_alpha=3, target_modules=["to_q", "to_k"], **changes))
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.data.normal_(generator=torch.Generator().manual_seed(3), std=0.1)
            if "magnitude" in name:
                parameter.data *= 1.1
        folder = tmp_path / next(iter(changes))
        pipeline.save_lora_weights(
            folder,
            transformer_lora_layers=get_peft_model_state_dict(model),
            transformer_lora_adapter_metadata=model.peft_config["default"].to_dict(),
        )
        made, told = read(folder / DIFFUSERS_FILE, base)
        assert told["dora"] is ("use_dora" in changes)
        assert told["alphas"] == [3.0 if "use_dora" in changes else round(3 * math.sqrt(4), 6)]
        assert (made - prediction(pipeline)).abs().max() < 1e-5


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        ({"lora_unet_x.hada_w1_a": (4, 4)}, "holds a LoHa, which is not read here"),
        ({"lora_unet_x.lokr_w1": (4, 4)}, "holds a LoKr"),
        ({"conv_in.weight": (4, 4)}, "is no LoRA .it holds 'conv_in.weight'"),
        ({"x.lora_A.weight": (4, 4)}, "is no whole LoRA: x has no weights"),
        (
            {"transformer.x.lora_A.weight": (4, 4), "transformer.x.lora_B.weight": (4, 4)},
            r"\(diffusers' layout|tunes the layer transformer.x, which this base",
        ),
        (
            {"unet.conv_in.lora_A.weight": (4, 4, 1, 1), "unet.conv_in.lora_B.weight": (4, 4)},
            "is for weights of 4 x 4, the base's are 8 x 36: it is of another base",
        ),
    ],
)
def test_what_cannot_be_placed_whole_is_refused(bases, tmp_path, weights, sentence):  # noqa: F811
    path = tmp_path / "x.safetensors"
    save_file({name: torch.zeros(shape) for name, shape in weights.items()}, path)
    with pytest.raises(MlError, match=sentence):
        read(path, str(bases / "sd2"))


def test_a_lora_of_another_family_is_refused(bases, tuned):  # noqa: F811
    with pytest.raises(MlError, match=r"this base, Sana, does not have: it is of another base"):
        read(tuned["sdxl"][1] / KOHYA_FILE, str(bases / "sana"))


def test_a_program_in_the_place_of_a_lora_is_not_run(tmp_path):
    (tmp_path / "x.safetensors").write_bytes(b"\x80\x04cos\nsystem\n")
    with pytest.raises(MlError, match=r"cannot be read: a LoRA is a whole .safetensors file"):
        read_lora(tmp_path / "x.safetensors")
    with pytest.raises(MlError, match="is not there"):
        read_lora(tmp_path / "y.safetensors")


def test_the_command_fills_an_arm_and_records_where_it_is_from(bases, tuned, tmp_path, capsys):  # noqa: F811
    path = tuned["sdxl"][1] / KOHYA_FILE
    command = ["--lora", str(path), "--bank", str(tmp_path / "bank"), "--count", "2"]
    command += ["--device", "cpu", "--steps", "2", "--size", "32"]
    base, words = ["--base", str(bases / "sdxl")], ["--prompt-normal", "a"]
    words += ["--prompt-abnormal", "b"]
    for given, sentence in (
        ([*command, *base], "does not say which words it was taught"),
        ([*command, *words], "needs the base that it was tuned from"),
        (["M1", *command, *base, *words], "--lora is an arm of its own"),
    ):
        assert generate.main(given) == 1
        assert sentence in capsys.readouterr().err
    assert generate.main([*command, *base, *words]) == 0
    (arm,) = read_header(tmp_path / "bank")["arms"]
    assert arm["id"] == "lora_kohya"
    assert arm["training"]["lora_file"]["layout"] == "kohya's"
    assert arm["training"]["lora_file"]["trainers_notes"]["ss_steps"] == "3"
    assert len(list(iter_records(tmp_path / "bank"))) == 2
    assert str(tmp_path) not in json.dumps(arm)
    # Another weight is another arm.
    assert generate.main([*command, *base, *words, "--lora-weight", "0.5"]) == 1
    assert "was made with checkpoint_sha256" in capsys.readouterr().err
