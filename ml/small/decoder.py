"""Training the small base's decoder on, against its critic, while its latents stay as they are.

As Stable Diffusion's better decoders were made (stabilityai/sd-vae-ft-mse): whatever learns on the
latents meanwhile, or did before, need not be trained again.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ml.small.autoencoder import crops, draw_pairs, in_bfloat16, pull, teach_critic
from ml.small.critic import build_critic
from ml.small.options import PretrainingOptions
from ml.small.stages import Keeping, Log, Stage, run_stage, set_rate, take_step

if TYPE_CHECKING:
    import torch

PERIOD = 8
"""Pixels after which the critic's grid and that of latents of an eighth begin anew."""


def train_decoder(
    vae: Any,
    films: NDArray[np.uint8],
    options: PretrainingOptions,
    *,
    seed: int,
    log: Log,
    keeping: Keeping | None = None,
    look: Path | None = None,
) -> float:
    """Train a trained autoencoder's decoder alone; return the mean loss.

    Loss and critic are the autoencoder's; the critic is a new one and is listened to after
    ``critic_ahead`` steps.

    Parameters
    ----------
    films : (n, size, size)
    look : picture of films above what comes back, drawn every ``keeping.look_every`` steps
    """
    stage, weights = _begin(vae, options, seed)
    critic = stage.modules["critic"]

    def one_step(step: int) -> float:
        batch = crops(films, options, stage.generator)
        with in_bfloat16(options.bfloat16):
            decoded = vae.decode(_drawn(vae, batch, stage.generator)).sample
        judged = step >= options.critic_ahead
        seen = _window(decoded, stage.generator)
        loss, gradient = pull(decoded[seen], batch[seen], critic, options, judged=judged)
        decoded[seen].backward(gradient.to(decoded.dtype))
        teach_critic(decoded[seen], batch[seen], stage, options)
        set_rate(stage.optimizers["decoder"], options.decoder_rate, step)
        take_step(stage.optimizers["decoder"], weights)
        stage.average.update(step)
        return loss

    def draw() -> None:
        if look is not None:
            with stage.average.applied():
                draw_pairs(vae, films, look)

    loss = run_stage(
        "decoder",
        stage,
        options.decoder_steps,
        one_step,
        keeping=keeping or Keeping(),
        log=log,
        look=draw,
    )
    stage.average.copy_to_model()
    vae.eval().requires_grad_(False)
    return loss


def _begin(vae: Any, options: PretrainingOptions, seed: int) -> tuple[Stage, list[Any]]:
    """What is trained, as it is before the first step, and the decoder's weights among it."""
    import torch
    from torch.optim import AdamW

    from ml.methods.trainable import MovingAverage

    critic = build_critic(options.critic_channels, seed=seed)
    trained = {
        name: value.requires_grad_()
        for name, value in vae.named_parameters()
        if name.startswith(("decoder.", "post_quant_conv."))
    }
    weights = list(trained.values())
    stage = Stage(
        modules={"vae": vae, "critic": critic},
        optimizers={
            "decoder": AdamW(weights, options.decoder_rate, betas=(0.8, 0.99), fused=True),
            "critic": AdamW(critic.parameters(), options.critic_rate, betas=(0.5, 0.9), fused=True),
        },
        average=MovingAverage(trained, options.ema_decay),
        generator=torch.Generator().manual_seed(seed),
    )
    return stage, weights


def _window(images: torch.Tensor, generator: torch.Generator) -> Any:
    """Choose the part of images (n, 3, side, side) that is judged: all but PERIOD rows and columns.

    Both judges work on a grid; so it lies on the latents' grid in every way that there is.
    """
    import torch

    side = images.shape[-1] - PERIOD
    top, left = torch.randint(PERIOD, (2,), generator=generator).tolist()
    return ..., slice(top, top + side), slice(left, left + side)


def _drawn(vae: Any, batch: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Return latents of films, drawn as they are for the U-Net."""
    import torch

    with torch.no_grad():
        posterior = vae.encode(batch).latent_dist
    noise = torch.randn(posterior.mean.shape, generator=generator)
    drawn: torch.Tensor = posterior.mean + posterior.std * noise
    return drawn
