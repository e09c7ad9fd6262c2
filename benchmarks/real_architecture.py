"""Stable Diffusion 1.5 in its true size, random weights, through the whole of ml/ on this machine.

python -m benchmarks.real_architecture [--folder DIR] [--size 256]

Builds and saves the base, loads it in bfloat16, trains three LoRA steps, saves and reloads the
LoRA, draws an image in four steps; prints the time of each part and the most memory used.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np


def build(folder: Path) -> None:
    """Save SD-1.5 with random weights, in bfloat16 to halve the disk it takes."""
    import torch
    from diffusers import (
        AutoencoderKL,
        PNDMScheduler,
        StableDiffusionPipeline,
        UNet2DConditionModel,
    )
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    from ml.tiny_base import clip_vocabulary, save_pipeline
    from ml.variants import SD15_CONFIG

    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)

    def built(kind: Any, part: str) -> Any:
        return kind.from_config(kind.load_config(SD15_CONFIG / part))

    vocabulary, merges = clip_vocabulary()
    tokenizer: Any = CLIPTokenizer
    text = CLIPTextModel(CLIPTextConfig.from_pretrained(SD15_CONFIG / "text_encoder"))
    pipeline = StableDiffusionPipeline(
        unet=built(UNet2DConditionModel, "unet"),
        vae=built(AutoencoderKL, "vae"),
        text_encoder=text,
        tokenizer=tokenizer(vocab=vocabulary, merges=merges, model_max_length=77),
        scheduler=built(PNDMScheduler, "scheduler"),
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
    from ml.sources import SourceImage

    images = []
    draw = np.random.default_rng(0)
    for number in range(4):
        path = folder / f"{number}.png"
        Image.fromarray(draw.integers(0, 255, (256, 256), dtype=np.uint8)).save(path)
        condition: Any = ("normal", "abnormal")[number % 2]
        images.append(SourceImage(path, path.name, condition, caption="noise"))
    prepare(images, folder / "prepared", name="noise", held_out_share=0.0)
    return folder / "prepared"


def main() -> None:
    """Print one line a part."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--folder", type=Path, help="where to work; default: a temporary folder")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        run_through(Path(folder), arguments.size, arguments.device)


def run_through(folder: Path, size: int, device: str) -> None:
    """Build, tune, load and sample in a folder."""
    from ml.config import VARIANTS, override
    from ml.finetune import finetune
    from ml.library_logging import quieten
    from ml.sampling import SamplerSettings, plan, sample
    from ml.variants import load_variant

    quieten()
    started = last = time.perf_counter()
    last_cpu = time.process_time()

    def done(what: str) -> None:
        nonlocal last, last_cpu
        now, cpu = time.perf_counter(), time.process_time()
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        spent = f"{now - last:.1f} s ({cpu - last_cpu:.1f} s of CPU)"
        print(f"{what}: {spent}; most memory so far {memory:.1f} GiB", flush=True)
        last, last_cpu = now, cpu

    build(folder / "base")
    done("built and saved")
    data = write_data(folder)
    changes = {
        "training": {"max_steps": 3, "dtype": "bfloat16", "sample_every_epochs": 0},
        "data": {"size": size, "augmentations": 1},
        "lora": {"conv_rank": 4, "conv_alpha": 2.0},
    }
    variant = override(VARIANTS["M1"], changes, "benchmark")
    finetuned = finetune(
        "M1",
        variant,
        base=str(folder / "base"),
        data=data,
        run=folder / "runs" / "M1",
        device=device,
    )
    done(f"loaded in bfloat16, encoded, three LoRA steps at {size} px ({finetuned.seconds:.1f} s)")
    loaded = load_variant("M1", runs=folder / "runs", dtype="bfloat16", device=device)
    done("LoRA loaded")
    settings = SamplerSettings(steps=4, size=size, batch_size=1)
    requests = plan("M1", variant.prompts, {"normal": 1, "abnormal": 0}, bank_seed=0)  # type: ignore[arg-type]
    (image,) = sample(loaded.pipeline, requests, settings)
    done(f"one image of {image.pixels.shape[0]} px in four steps ({image.rejection or 'kept'})")
    print(f"in all: {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
