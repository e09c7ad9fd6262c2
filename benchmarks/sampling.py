"""How much faster the bank is filled than by calling the pipeline once an image.

python -m benchmarks.sampling [--pairs 5] [--images 16] [--size 128] [--families]

A network of Stable Diffusion 1.5's topology (four levels, two layers each) and few channels, one
thread. Each pair runs both sides one after the other, in turns first; what is printed is the
median over pairs of the ratio of CPU times, and how far the images are apart: speed that changes
the images would not count.

* same sampler: DPM-Solver++ 2M, the same steps, seeds and guidance, one call an image;
* PNDM-50: Stable Diffusion 1.5's own default, one call an image (other images, by design);
* with ``--families`` a row a family instead, the same sampler on small bases
  (ml/small/tiny_families.py) of a few features' width: the rows say that no family's sampling does
  needless work, not what a true base gains.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
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


def one_call_an_image(
    pipeline: Any,
    images: int,
    scheduler: str,
    steps: int,
    size: int,
    guidance: float = 7.5,
    own: Mapping[str, Any] = MappingProxyType({}),
) -> Any:
    """Return what a script around the pipeline makes: (images, size, size), 0 to 255.

    Parameters
    ----------
    own : options that only this family's call has
    """
    import torch

    from ml.bases.families import adapter_of

    flow = adapter_of(pipeline).learns_flow
    pipeline.scheduler = make_scheduler(scheduler, pipeline.scheduler.config, flow=flow)
    made = [
        pipeline(
            r.prompt,
            generator=torch.Generator().manual_seed(r.seed),
            num_inference_steps=steps,
            guidance_scale=guidance,
            height=size,
            width=size,
            output_type="np",
            **own,
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


OWN_CALL: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "sana": {"use_resolution_binning": False, "complex_human_instruction": None},
        "pixart-sigma": {"use_resolution_binning": False, "clean_caption": False},
    }
)
"""What a family's own call must be told to make pictures of this size of these words."""


def families(size: int, steps: int, images: int, pairs: int, batch: int) -> None:
    """Print a line a family: filling beside one call an image, the same sampler."""
    from ml.bases.families import adapter_of
    from ml.small.tiny_families import BUILDERS, build_tiny_family

    for family in BUILDERS:
        # Each side has a pipeline of its own: the other one's scheduler stays what it was.
        mine, theirs = (build_tiny_family(family, None, size=size) for _ in range(2))
        guidance = adapter_of(mine).guidance
        settings = SamplerSettings(
            steps=steps, size=size, batch_size=batch, guidance_scale=guidance
        )
        calls: tuple[Callable[[], Any], Callable[[], Any]] = (
            partial(filled, mine, images, settings),
            partial(
                one_call_an_image,
                theirs,
                images,
                "dpmpp-2m",
                steps,
                size,
                guidance,
                OWN_CALL.get(family, {}),
            ),
        )
        one_call_an_image(theirs, 1, "dpmpp-2m", 2, size, guidance, OWN_CALL.get(family, {}))
        ratios, apart = [], 0.0
        for number in range(pairs):
            order = (0, 1) if number % 2 == 0 else (1, 0)
            done = {side: timed(calls[side]) for side in order}
            ratios.append(done[1][0] / done[0][0])
            apart = max(apart, float(np.abs(done[0][1] - done[1][1]).max()))
        print(
            f"{family}: {statistics.median(ratios):.2f}x ({min(ratios):.2f} to {max(ratios):.2f} "
            f"over {pairs} pairs); images differ by at most {apart:.2f} grey levels",
            flush=True,
        )


def filled(pipeline: Any, images: int, settings: SamplerSettings) -> Any:
    """Return what `ml.generate` draws, (images, size, size)."""
    return np.stack([image.pixels for image in sample(pipeline, requests(images), settings)])


def main() -> None:
    """Print the two ratios, or one a family."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--images", type=int, default=16)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--steps", type=int, default=SamplerSettings().steps)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--families", action="store_true", help="a row a family instead")
    arguments = parser.parse_args()

    import torch

    torch.set_num_threads(1)
    if arguments.families:
        families(
            arguments.size,
            arguments.steps,
            arguments.images,
            arguments.pairs,
            arguments.batch_size,
        )
        return
    size, steps, images = arguments.size, arguments.steps, arguments.images
    pipeline = fixture(size)
    settings = SamplerSettings(steps=steps, size=size, batch_size=arguments.batch_size)

    def ours() -> Any:
        return filled(pipeline, images, settings)

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
