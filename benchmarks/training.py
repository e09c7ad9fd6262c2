"""How much faster a variant is trained than by a loop that does what diffusers' examples do.

python -m benchmarks.training [--pairs 5] [--steps 12] [--size 256] [--families]

A network of Stable Diffusion 1.5's topology, a tenth of its channels, batch 1, one thread. It has
one head a level (32 to 128 wide; 8 heads 4 wide would let softmax take two thirds of a step), and
the cost of encoding an image over that of the U-Net's forward pass is printed first: in the true
model it is 0.97 (256 px, float32, one thread, measured apart). The ratios hang on it.

The reference reads, resizes and encodes image and caption at every step, and uses plain AdamW and
peft's own LoRA layers; ours encodes once and has layers of its own. Both draw the same noise, so
the losses must agree: they stand beside the times.

Each pair runs both sides one after the other, in turns first, each in a process of its own, as a
user would start it: what one leaves in the memory's heap would change the other's time. Ours keeps
the memory that it frees, as ml.finetune does (ml/memory.py). That has nothing to do with
the loop, so a third process runs the reference with it too, and the ratio to that one is printed
beside. A side's figure is the median CPU time of its steps; ours bears in addition its share of the
encoding, spread over the preset's 3000 steps (30 images, 100 epochs).

``--families`` has a row a family instead, LoRA on a small base (ml/small/tiny_families.py). The
reference then encodes image and caption by the family's own parts at every step, as its example
does where each image has a caption. Such bases are a few features wide: the rows say that no
family's loop does needless work, not what a true base gains.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

EPOCHS = 100
OURS, THEIRS, THEIRS_KEEPING = "ours", "reference", "reference that keeps memory"

Side = Callable[[str, Any, Any, int], tuple[float, list[float]]]


def write_data(folder: Path, count: int, height: int, width: int) -> Path:
    """Prepare so many smooth grey images of one size."""
    from PIL import Image

    from ml.prepare import prepare
    from ml.radiographs.sources import SourceImage

    folder.mkdir()
    draw = np.random.default_rng(0)
    images = []
    for number in range(count):
        coarse = Image.fromarray(draw.integers(0, 255, (32, 32), dtype=np.uint8))
        fine = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC)).astype(np.int16)
        grain = draw.integers(-4, 5, (height, width), dtype=np.int16)
        path = folder / f"{number}.png"
        Image.fromarray((fine + grain).clip(0, 255).astype(np.uint8)).save(path, compress_level=1)
        condition: Any = ("normal", "abnormal")[number % 2]
        images.append(SourceImage(path, path.name, condition, caption=""))
    prepare(images, folder / "prepared", name="smooth", held_out_share=0.0)
    return folder / "prepared"


def ours(base: str, variant: Any, data: Any, steps: int) -> tuple[float, list[float]]:
    """Return seconds of CPU a step, share of the encoding included, and the losses."""
    from accelerate import Accelerator

    from ml.training.loop import train
    from ml.training.repeatable import repeatable
    from ml.variants import load_base

    pipeline = load_base(base, dtype="float32", device="cpu")
    process = Accelerator(cpu=True)
    times: list[float] = []
    losses: list[float] = []

    def watch(report: Any) -> None:
        times.append(time.process_time())
        losses.append(report.loss)

    with tempfile.TemporaryDirectory() as run, repeatable():
        started = time.process_time()
        train(pipeline, variant, data, Path(run), process, watch=watch)
    spent = [after - before for before, after in pairwise(times)]
    step = statistics.median(spent)
    encoding = max(times[0] - started - step, 0.0)
    return step + encoding / (EPOCHS * len(data.train)), losses


def reference(base: str, variant: Any, data: Any, steps: int) -> tuple[float, list[float]]:
    """Do the same as diffusers' examples do; return seconds of CPU a step and the losses."""
    import torch
    from diffusers import DDPMScheduler

    from ml.bases.tokens import token_ids
    from ml.methods.trainable import Trainable
    from ml.training.randomness import draw, shuffled
    from ml.variants import load_base

    pipeline = load_base(base, dtype="float32", device="cpu")
    trainable = Trainable(pipeline, variant)
    with_pefts_layers(trainable.module)
    unet, vae, text = pipeline.unet, pipeline.vae, pipeline.text_encoder
    noising = DDPMScheduler.from_config(pipeline.scheduler.config)
    config, size = variant.training, variant.data.size
    optimizer = torch.optim.AdamW(trainable.parameters, lr=config.learning_rate)
    count, latent = len(data.train), size // pipeline.vae_scale_factor
    unet.train()
    spent, losses = [], []
    for step in range(steps):
        started = time.process_time()
        epoch, place = divmod(step, count)
        image = data.train[shuffled(config.seed, "epoch", epoch, count=count)[place]]
        pixels = pixels_of(image.path, size)
        random = draw(
            config.seed, step, 0, shape=(4, latent, latent), views=1, timesteps=len(noising)
        )
        with torch.no_grad():
            encoded = vae.encode(pixels).latent_dist
            latents = (encoded.mean + encoded.std * random.posterior) * vae.config.scaling_factor
            ids = token_ids(pipeline.tokenizer, [variant.prompts[image.condition]])
            hidden = text(ids)[0]
        times = torch.tensor([random.timestep])
        noisy = noising.add_noise(latents, random.noise[None], times)
        prediction = unet(noisy, times, encoder_hidden_states=hidden).sample
        loss = torch.nn.functional.mse_loss(prediction, random.noise[None])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trainable.parameters, config.max_grad_norm)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(loss.detach()))
        spent.append(time.process_time() - started)
    return statistics.median(spent[1:]), losses


def reference_of_family(
    base: str, variant: Any, data: Any, steps: int
) -> tuple[float, list[float]]:
    """Do the same for any family, by its own parts; return seconds of CPU a step and the losses."""
    import torch

    from ml.bases.autoencoders import encode, latents_of
    from ml.bases.families import adapter_of
    from ml.methods.trainable import Trainable
    from ml.training.randomness import draw, shuffled
    from ml.variants import load_base

    pipeline = load_base(base, dtype="float32", device="cpu")
    adapter = adapter_of(pipeline)
    trainable = Trainable(pipeline, variant)
    with_pefts_layers(trainable.module)
    config, size = variant.training, variant.data.size
    objective = adapter.objective(None, None)
    optimizer = torch.optim.AdamW(trainable.parameters, lr=config.learning_rate)
    adapter.denoiser.train()
    spent, losses = [], []
    for step in range(steps):
        started = time.process_time()
        epoch, place = divmod(step, len(data.train))
        order = shuffled(config.seed, "epoch", epoch, count=len(data.train))
        image = data.train[order[place]]
        shape = adapter.latent_shape(size)
        random = draw(config.seed, step, 0, shape=shape, views=1, timesteps=objective.levels)
        with torch.no_grad():
            kept = encode(adapter.vae, pixels_of(image.path, size))
            latents = latents_of(adapter.vae, kept, random.posterior[None])
            text = adapter.encode(adapter.tokens([variant.prompts[image.condition]]))
        shown = objective.example(latents, random.noise[None], torch.tensor([random.timestep]))
        loss = torch.nn.functional.mse_loss(
            adapter.predict(shown.noisy, shown.times, text), shown.target
        )
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trainable.parameters, config.max_grad_norm)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(loss.detach()))
        spent.append(time.process_time() - started)
    return statistics.median(spent[1:]), losses


def with_pefts_layers(model: Any) -> None:
    """Let layers that bear LoRA be computed by peft, as in the examples."""
    from peft.tuners.lora import Linear

    from ml.methods.lora_layer import LeanLinear

    for layer in model.modules():
        if type(layer) is LeanLinear:
            layer.__class__ = Linear


def pixels_of(path: Path, size: int) -> Any:
    """Read an image as the examples do: resized, its central square cut out, (1, 3, size, size)."""
    import torch
    from PIL import Image

    with Image.open(path) as picture:
        grey = picture.convert("RGB")
    shortest = min(grey.size)
    shape = (round(grey.width * size / shortest), round(grey.height * size / shortest))
    grey = grey.resize(shape, Image.Resampling.LANCZOS)
    left, top = (grey.width - size) // 2, (grey.height - size) // 2
    values = np.asarray(grey.crop((left, top, left + size, top + size)), dtype=np.float32)
    return torch.from_numpy(values / 127.5 - 1).permute(2, 0, 1)[None]


def families(folder: Path, variant: Any, data: Any, pairs: int, steps: int) -> None:
    """Print a line a family."""
    from ml.small.tiny_families import BUILDERS, build_tiny_family

    for family in BUILDERS:
        base = folder / family
        build_tiny_family(family, base, size=variant.data.size)
        line = compared(
            family, str(base), variant, data, pairs, steps, reference_of_family, kept_too=False
        )
        print(line, flush=True)


def main() -> None:
    """Print a line for LoRA, LoRA on large sources, and full fine-tuning; or a line a family."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--families", action="store_true", help="a row a family instead")
    arguments = parser.parse_args()

    import torch

    from ml.methods.config import VARIANTS, override
    from ml.radiographs.training_images import read_prepared
    from ml.tiny_base import build_tiny_base

    torch.set_num_threads(1)
    changes = {
        "data": {"size": arguments.size, "augmentations": 1, "fit": "crop"},
        "training": {
            "max_steps": arguments.steps,
            "schedule": "constant",
            "gradient_checkpointing": False,
            "held_out_every_epochs": 0,
            "checkpoint_every_epochs": 0,
        },
    }
    with tempfile.TemporaryDirectory() as folder:
        if arguments.families:
            usual = read_prepared(write_data(Path(folder) / "usual", 30, 512, 512))
            lora = override(VARIANTS["M1"], changes, "benchmark")
            families(Path(folder), lora, usual, arguments.pairs, arguments.steps)
            return
        base = str(Path(folder) / "base")
        build_tiny_base(
            Path(base),
            size=arguments.size,
            unet_channels=(32, 64, 128, 128),
            vae_channels=(16, 24, 48, 48),
            layers_per_block=2,
            text_width=80,
            text_layers=12,
            heads=1,
        )
        print(proportions(base, arguments.size), flush=True)
        usual = read_prepared(write_data(Path(folder) / "usual", 30, 512, 512))
        large = read_prepared(write_data(Path(folder) / "large", 3, 4020, 4892))
        for name, preset, data in (
            ("LoRA", "M1", usual),
            ("LoRA, 4892 x 4020 sources", "M1", large),
            ("full", "M3", usual),
        ):
            variant = override(VARIANTS[preset], changes, "benchmark")
            print(compared(name, base, variant, data, arguments.pairs, arguments.steps), flush=True)


def proportions(base: str, size: int) -> str:
    """Say what encoding an image costs beside a forward pass, median of five."""
    import torch

    from ml.variants import load_base

    pipeline = load_base(base, dtype="float32", device="cpu")
    latent, width = size // pipeline.vae_scale_factor, pipeline.unet.config.cross_attention_dim
    pixels, text = torch.zeros(1, 3, size, size), torch.zeros(1, 77, width)
    calls = (
        lambda: pipeline.vae.encode(pixels),
        lambda: pipeline.unet(torch.zeros(1, 4, latent, latent), 5, encoder_hidden_states=text),
    )
    spent: list[list[float]] = [[], []]
    with torch.no_grad():
        for _ in range(6):
            for call, times in zip(calls, spent, strict=True):
                started = time.process_time()
                call()
                times.append(time.process_time() - started)
    encoding, forward = (statistics.median(times[1:]) for times in spent)
    return f"fixture: encoding an image takes {encoding / forward:.2f} forward passes of the U-Net"


def compared(
    name: str,
    base: str,
    variant: Any,
    data: Any,
    pairs: int,
    steps: int,
    against: Side = reference,
    kept_too: bool = True,
) -> str:
    """Run the pairs and return the line to print."""
    sides = {OURS: (ours, True), THEIRS: (against, False)}
    if kept_too:
        sides[THEIRS_KEEPING] = (against, True)
    times: dict[str, list[float]] = {side: [] for side in sides}
    apart, last = 0.0, 0.0
    for number in range(pairs):
        losses = {}
        for side in reversed(sides) if number % 2 else sides:
            spent, losses[side] = alone(*sides[side], base, variant, data, steps)
            times[side].append(spent)
        last = losses[OURS][-1]
        pair = zip(losses[OURS], losses[THEIRS], strict=True)
        apart = max(apart, *(abs(a - b) / b for a, b in pair))
    line = f"{name}: {ratios(times[THEIRS], times[OURS])} over {pairs} pairs"
    if kept_too:
        line += f"; {ratios(times[THEIRS_KEEPING], times[OURS])} beside a {THEIRS_KEEPING} too"
    return (
        f"{line}; ours {statistics.median(times[OURS]):.3f} s a step; last loss {last:.4f}, "
        f"losses differ by at most {apart:.1e} of their value"
    )


def ratios(theirs: list[float], own: list[float]) -> str:
    """Return median, least and greatest ratio of the pairs."""
    each = [a / b for a, b in zip(theirs, own, strict=True)]
    return f"{statistics.median(each):.2f}x ({min(each):.2f} to {max(each):.2f})"


def alone(
    side: Side, keeps: bool, base: str, variant: Any, data: Any, steps: int
) -> tuple[float, list[float]]:
    """Run a side in a new process, with one thread."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(begin, side, keeps, base, variant, data, steps).result()


def begin(
    side: Side, keeps: bool, base: str, variant: Any, data: Any, steps: int
) -> tuple[float, list[float]]:
    """Run a side; memory is settled before torch is loaded."""
    from ml.memory import keep_memory

    if keeps and not keep_memory():
        print("this machine's memory cannot be kept: both sides free theirs.", flush=True)

    import torch

    torch.set_num_threads(1)
    return side(base, variant, data, steps)


if __name__ == "__main__":
    main()
