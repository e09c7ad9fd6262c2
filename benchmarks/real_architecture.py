"""Stable Diffusion 1.5 in its true size, random weights, through the whole of ml/ on this machine.

python -m benchmarks.real_architecture [--folder DIR] [--size 256] [--dtype bfloat16]

Builds the base and saves it in bfloat16; ml.finetune loads it, trains three LoRA steps and saves
the LoRA; ml.generate loads both and draws an image in four steps. Prints the time of each part and
the most memory a process had, of which the mapped file of the weights is up to 1.6 GiB.

A processor without bfloat16 arithmetic emulates it many times slower, so there the loaded weights
are widened to float32 unless --dtype says otherwise.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np


def build(folder: Path) -> None:
    """Save SD-1.5 with random weights, in bfloat16 as published half-precision files are."""
    import torch
    from diffusers import (
        AutoencoderKL,
        PNDMScheduler,
        StableDiffusionPipeline,
        UNet2DConditionModel,
    )
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    from ml.bases.clip_vocabulary import clip_vocabulary
    from ml.bases.save import save_pipeline
    from ml.variants import SD15_CONFIG

    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)

    # A billion numbers drawn one by one take half a minute; a repeated block serves as well.
    block = torch.randn(2**20) * 0.02

    def built(kind: Any, part: str) -> Any:
        with torch.device("meta"):
            model = kind.from_config(kind.load_config(SD15_CONFIG / part))
        model.to_empty(device="cpu")
        for name, weight in model.named_parameters():
            if weight.dim() == 1:
                torch.nn.init.constant_(weight, float(name.endswith("weight")))
            else:
                repeats = -(-weight.numel() // block.numel())
                weight.data.copy_(block.repeat(repeats)[: weight.numel()].view_as(weight))
        return model

    vocabulary, merges = clip_vocabulary()
    tokenizer: Any = CLIPTokenizer
    text = CLIPTextModel(CLIPTextConfig.from_pretrained(SD15_CONFIG / "text_encoder"))
    pipeline_of: Any = StableDiffusionPipeline
    noise: Any = PNDMScheduler
    pipeline = pipeline_of(
        unet=built(UNet2DConditionModel, "unet"),
        vae=built(AutoencoderKL, "vae"),
        text_encoder=text,
        tokenizer=tokenizer(vocab=vocabulary, merges=merges, model_max_length=77),
        scheduler=noise.from_config(noise.load_config(SD15_CONFIG / "scheduler")),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    save_pipeline(pipeline, folder)
    torch.set_default_dtype(torch.float32)


def write_data(folder: Path) -> Path:
    """Prepare four grey images."""
    from PIL import Image

    from ml.prepare import prepare
    from ml.radiographs.sources import SourceImage

    images = []
    draw = np.random.default_rng(0)
    for number in range(4):
        path = folder / f"{number}.png"
        Image.fromarray(draw.integers(0, 255, (256, 256), dtype=np.uint8)).save(path)
        condition: Any = ("normal", "abnormal")[number % 2]
        images.append(SourceImage(path, path.name, condition, caption="noise"))
    prepare(images, folder / "prepared", name="noise", held_out_share=0.0)
    return folder / "prepared"


def tuning(folder: Path, data: Path, size: int) -> list[str]:
    """Return what ml.finetune is given: the folder's base, a run beside it."""
    choices = (
        *("training.max_steps=3", "training.sample_every_epochs=0", f"data.size={size}"),
        *("data.augmentations=1", "lora.conv_rank=4", "lora.conv_alpha=2.0"),
    )
    settings = [part for choice in choices for part in ("--set", choice)]
    prompts = ("--prompt-normal", "noise", "--prompt-abnormal", "other noise")
    places = ("--base", folder / "base", "--data", data, "--out", folder / "runs" / "M1")
    return ["M1", *map(str, places), *settings, *prompts]


def sampling(folder: Path, size: int) -> list[str]:
    """Return what ml.generate is given: the folder's run."""
    places = ("--runs", folder / "runs", "--bank", folder / "bank")
    return ["M1", *map(str, places), "--count", "1", "--steps", "4", "--size", str(size)]


def main() -> None:
    """Print one line a part."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--folder", type=Path, help="where to work; default: a temporary folder")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--device", default="cpu")
    parser.add_argument(
        "--dtype",
        choices=("bfloat16", "float32"),
        help="what is computed in; default: bfloat16 where the device has it",
    )
    arguments = parser.parse_args()
    dtype = arguments.dtype
    if dtype is None:
        from ml.device import emulates_bfloat16

        dtype = "float32" if emulates_bfloat16(arguments.device) else "bfloat16"
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        run_through(Path(folder), arguments.size, arguments.device, dtype)


def run_through(folder: Path, size: int, device: str, dtype: str) -> None:
    """Build, tune and sample in a folder; tuning and sampling by the commands, as users do."""
    started = last = time.perf_counter()

    def done(what: str, memory_of: int) -> None:
        nonlocal last
        now = time.perf_counter()
        memory = resource.getrusage(memory_of).ru_maxrss / 2**20
        print(f"{what}: {now - last:.1f} s; most memory so far {memory:.1f} GiB", flush=True)
        last = now

    def command(*arguments: str) -> None:
        where = ("--device", device, "--dtype", dtype)
        subprocess.run([sys.executable, "-m", *arguments, *where], check=True)

    build(folder / "base")
    data = write_data(folder)
    done("built and saved", resource.RUSAGE_SELF)
    command("ml.finetune", *tuning(folder, data, size))
    done(f"tuned in {dtype}: three LoRA steps at {size} px", resource.RUSAGE_CHILDREN)
    command("ml.generate", *sampling(folder, size))
    done(f"one image of {size} px in four steps, LoRA reloaded", resource.RUSAGE_CHILDREN)
    print(f"in all: {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
