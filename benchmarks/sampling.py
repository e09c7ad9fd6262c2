"""How much faster the bank is filled than by calling the pipeline once an image.

python -m benchmarks.sampling [--pairs 5] [--images 16] [--size 128]

A network of Stable Diffusion 1.5's topology (four levels, two layers each) and few channels, one
thread. Each pair runs both sides one after the other, in turns first; what is printed is the
median over pairs of the ratio of CPU times, and how far the images are apart: speed that changes
the images would not count.

* same sampler: DPM-Solver++ 2M, the same steps, seeds and guidance, one call an image;
* PNDM-50: Stable Diffusion 1.5's own default, one call an image (other images, by design).
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from ml.sampling.sampler import SamplerSettings, make_scheduler, plan, sample

PROMPTS = {
    "normal": "healthy or normal human chest x-ray",
    "abnormal": "human chest x-ray with tuberculosis. bilateral miliary nodules",
}


def fixture(size: int) -> Any:
    """Build a pipeline of SD-1.5's topology with few channels and random weights."""
    from ml.tiny_base import build_tiny_base

    return build_tiny_base(
        None,
        size=size,
        unet_channels=(32, 64, 128, 128),
        vae_channels=(32, 32, 64, 64),
        layers_per_block=2,
        text_width=64,
        text_layers=4,
    )


def one_call_an_image(pipeline: Any, images: int, scheduler: str, steps: int, size: int) -> Any:
    """Return what a script around the pipeline makes: (images, size, size), 0 to 255."""
    import torch

    pipeline.scheduler = make_scheduler(scheduler, pipeline.scheduler.config)
    made = [
        pipeline(
            r.prompt,
            generator=torch.Generator().manual_seed(r.seed),
            num_inference_steps=steps,
            guidance_scale=7.5,
            height=size,
            width=size,
            output_type="np",
        ).images[0]
        for r in requests(images)
    ]
    return np.stack(made).mean(axis=-1) * 255


def requests(images: int) -> Any:
    counts = {"normal": images - images // 2, "abnormal": images // 2}
    return plan("M1", PROMPTS, counts, bank_seed=0)  # type: ignore[arg-type]


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = run()
    return time.process_time() - start, result


def main() -> None:
    """Print the two ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--images", type=int, default=16)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--steps", type=int, default=SamplerSettings().steps)
    parser.add_argument("--batch-size", type=int, default=8)
    arguments = parser.parse_args()

    import torch

    torch.set_num_threads(1)
    size, steps, images = arguments.size, arguments.steps, arguments.images
    pipeline = fixture(size)
    settings = SamplerSettings(steps=steps, size=size, batch_size=arguments.batch_size)

    def ours() -> Any:
        return np.stack([i.pixels for i in sample(pipeline, requests(images), settings)])

    def same_sampler() -> Any:
        return one_call_an_image(pipeline, images, "dpmpp-2m", steps, size)

    def pndm() -> Any:
        return one_call_an_image(pipeline, images, "pndm", 50, size)

    timed(lambda: one_call_an_image(pipeline, 1, "dpmpp-2m", 2, size))
    for name, reference in (("same sampler", same_sampler), ("PNDM-50", pndm)):
        ratios, seconds = [], []
        for number in range(arguments.pairs):
            if number % 2:
                (theirs, expected), (mine, made) = timed(reference), timed(ours)
            else:
                (mine, made), (theirs, expected) = timed(ours), timed(reference)
            ratios.append(theirs / mine)
            seconds.append(mine)
        line = (
            f"{name}: {statistics.median(ratios):.2f}x "
            f"({min(ratios):.2f} to {max(ratios):.2f} over {arguments.pairs} pairs; "
            f"ours {statistics.median(seconds) / images:.2f} s an image)"
        )
        if reference is same_sampler:
            line += f"; images differ by at most {np.abs(made - expected).max():.2f} grey levels"
        print(line, flush=True)


if __name__ == "__main__":
    main()
