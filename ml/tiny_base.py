"""python -m ml.tiny_base: a small Stable Diffusion pipeline of the real classes, random weights.

For tests, trials and the demo: everything a base model has (U-Net, autoencoder, CLIP text encoder
and tokenizer, scheduler), as a diffusers folder of a few megabytes. It draws noise until trained.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import argparse
import gzip
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ml.bases.save import save_pipeline
from ml.errors import MlError

START, END = "<|startoftext|>", "<|endoftext|>"
CLIP_MERGES = 49152 - 256 - 2
"""Merges that CLIP uses of its vocabulary file."""


def build_tiny_base(
    out: Path | None,
    *,
    seed: int = 0,
    size: int = 64,
    unet_channels: Sequence[int] = (32, 64),
    vae_channels: Sequence[int] = (32, 64),
    latent_channels: int = 4,
    layers_per_block: int = 1,
    text_width: int = 32,
    text_layers: int = 2,
    heads: int = 8,
    small_vocabulary: bool = False,
) -> Any:
    """Build the pipeline and write it to a folder, if one is given.

    Parameters
    ----------
    size : pixels a side of the images it is made for; the autoencoder shrinks them by
        2 ** (len(vae_channels) - 1)
    unet_channels, vae_channels : one number a level, multiples of 8; SD 1.5 has four of each
    latent_channels : 4 in Stable Diffusion 1.x
    heads : of each attention layer; must divide every level's channels. SD 1.5's 8 heads are 40 to
        160 wide; of few channels use few heads, or attention takes most of the time
    small_vocabulary : use a vocabulary of bytes even where CLIP's is installed

    Returns
    -------
    StableDiffusionPipeline

    Raises
    ------
    MlError
        Where size and channels don't suit each other.
    """
    from ml.library_logging import quieten

    quieten()
    import torch
    from diffusers import (
        AutoencoderKL,
        PNDMScheduler,
        StableDiffusionPipeline,
        UNet2DConditionModel,
    )
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    factor = 2 ** (len(vae_channels) - 1)
    step = factor * 2 ** (len(unet_channels) - 1)
    if size < step or size % step:
        raise MlError(f"size {size} does not suit these channels: use a multiple of {step}.")
    for channels in (*unet_channels, *vae_channels):
        if channels < 8 or channels % 8:
            raise MlError(f"{channels} channels: use multiples of 8.")
    vocabulary, merges = byte_vocabulary() if small_vocabulary else clip_vocabulary()
    attention_levels = len(unet_channels) - 1
    down = ("CrossAttnDownBlock2D",) * attention_levels + ("DownBlock2D",)
    up = ("UpBlock2D",) + ("CrossAttnUpBlock2D",) * attention_levels
    groups = 8 if min(*unet_channels, *vae_channels) < 32 else 32
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        unet = UNet2DConditionModel(
            sample_size=size // factor,
            in_channels=latent_channels,
            out_channels=latent_channels,
            block_out_channels=tuple(unet_channels),
            layers_per_block=layers_per_block,
            down_block_types=down,
            up_block_types=up,
            cross_attention_dim=text_width,
            attention_head_dim=heads,  # diffusers' name for what is the number of heads here
            norm_num_groups=groups,
        )
        vae = AutoencoderKL(
            block_out_channels=tuple(vae_channels),
            layers_per_block=layers_per_block,
            down_block_types=("DownEncoderBlock2D",) * len(vae_channels),
            up_block_types=("UpDecoderBlock2D",) * len(vae_channels),
            latent_channels=latent_channels,
            norm_num_groups=groups,
            sample_size=size,
        )
        text_encoder = CLIPTextModel(
            CLIPTextConfig(
                vocab_size=len(vocabulary),
                hidden_size=text_width,
                projection_dim=text_width,
                intermediate_size=4 * text_width,
                num_attention_heads=max(text_width // 16, 1),
                num_hidden_layers=text_layers,
                max_position_embeddings=77,
                bos_token_id=vocabulary[START],
                eos_token_id=vocabulary[END],
                pad_token_id=vocabulary[END],
            )
        )
    pipeline: Any = StableDiffusionPipeline(
        unet=unet,
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=77),
        scheduler=PNDMScheduler(
            beta_start=0.00085,
            beta_end=0.012,
            beta_schedule="scaled_linear",
            num_train_timesteps=1000,
            set_alpha_to_one=False,
            skip_prk_steps=True,
            steps_offset=1,
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    if out is not None:
        save_pipeline(pipeline, out)
    return pipeline


def clip_vocabulary() -> tuple[dict[str, int], list[Any]]:
    """Return CLIP's 49,408 tokens and their merges if clip-anytorch is installed, else bytes.

    The package's data file is read without importing it: its code needs torchvision.
    """
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        vocabulary = distribution("clip-anytorch").locate_file("clip/bpe_simple_vocab_16e6.txt.gz")
        text = gzip.decompress(Path(str(vocabulary)).read_bytes()).decode("utf-8")
    except (PackageNotFoundError, OSError):
        return byte_vocabulary()
    merges: list[Any] = [
        (first, second)
        for first, second in (line.split() for line in text.splitlines()[1 : 1 + CLIP_MERGES])
    ]
    tokens = [*_alphabet(), *(a + b for a, b in merges), START, END]
    return {token: number for number, token in enumerate(tokens)}, merges


def byte_vocabulary() -> tuple[dict[str, int], list[Any]]:
    tokens = [*_alphabet(), START, END]
    return {token: number for number, token in enumerate(tokens)}, []


def _alphabet() -> list[str]:
    """Return the 256 bytes as CLIP writes them, printable ones first, then as ends of words."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in set(printable)]
    letters = [chr(b) for b in printable] + [chr(256 + n) for n in range(len(others))]
    return letters + [letter + "</w>" for letter in letters]


def parser() -> argparse.ArgumentParser:
    """Build the command line (no heavy import happens here)."""
    result = argparse.ArgumentParser(
        prog="python -m ml.tiny_base",
        description="Write a small base model of the real classes with random weights.",
    )
    result.add_argument("--out", type=Path, required=True, help="folder to write; must be new")
    result.add_argument("--seed", type=int, default=0)
    result.add_argument("--size", type=int, default=64, help="pixels a side (64)")
    for name in ("unet", "vae"):
        result.add_argument(
            f"--{name}-channels",
            type=int,
            nargs="+",
            default=[32, 64],
            help="channels of each level (32 64)",
        )
    result.add_argument("--layers", type=int, default=1, help="residual layers a block (1)")
    result.add_argument("--text-width", type=int, default=32)
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code, 1 after a sentence on what it refuses."""
    arguments = parser().parse_args(argv)
    try:
        if arguments.out.exists() and any(arguments.out.iterdir()):
            raise MlError(f"{arguments.out} exists and is not empty: name a new folder.")
        pipeline = build_tiny_base(
            arguments.out,
            seed=arguments.seed,
            size=arguments.size,
            unet_channels=arguments.unet_channels,
            vae_channels=arguments.vae_channels,
            layers_per_block=arguments.layers,
            text_width=arguments.text_width,
        )
    except MlError as error:
        print(f"ml.tiny_base: {error}", file=sys.stderr)
        return 1
    weights = sum(p.numel() for m in (pipeline.unet, pipeline.vae) for p in m.parameters())
    print(f"{arguments.out}: {weights / 1e6:.1f} million weights beside the text encoder's.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
