"""Training the small base's autoencoder: on crops, for edges, and then against a critic."""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ml.small.critic import build_critic, critic_loss, decoder_loss
from ml.small.options import PretrainingOptions
from ml.small.stages import Keeping, Log, Stage, run_stage, set_rate, take_step

if TYPE_CHECKING:
    import torch

DIVERGENCE_WEIGHT = 2e-5


def train_autoencoder(
    vae: Any,
    films: NDArray[np.uint8],
    options: PretrainingOptions,
    *,
    seed: int,
    log: Log,
    keeping: Keeping | None = None,
    look: Path | None = None,
) -> float:
    """Train the autoencoder to give films back; set its scaling factor; return the mean loss.

    The loss is the mean absolute error of the values and of their differences to neighbours at
    three scales (edges are what a film is read by), and a small Kullback-Leibler term. After
    ``critic_from`` steps a critic's gradient joins, scaled at the decoded pixels to
    ``critic_share`` of theirs (after Esser P et al., doi:10.1109/CVPR46437.2021.01268). The
    weights that are kept are averaged over the steps.

    Parameters
    ----------
    films : (n, size, size)
    look : picture of films above what comes back, drawn every ``keeping.look_every`` steps
    """
    import torch
    from torch.optim import AdamW

    from ml.methods.trainable import MovingAverage

    critic = build_critic(options.critic_channels, seed=seed)
    stage = Stage(
        modules={"vae": vae, "critic": critic},
        optimizers={
            "vae": AdamW(vae.parameters(), options.autoencoder_rate, betas=(0.8, 0.99), fused=True),
            "critic": AdamW(critic.parameters(), options.critic_rate, betas=(0.5, 0.9), fused=True),
        },
        average=MovingAverage(dict(vae.named_parameters()), options.ema_decay),
        generator=torch.Generator().manual_seed(seed),
    )

    def one_step(step: int) -> float:
        batch = crops(films, options, stage.generator)
        loss = _train_on(batch, stage, options, judged=step >= options.critic_from)
        set_rate(stage.optimizers["vae"], options.autoencoder_rate, step)
        take_step(stage.optimizers["vae"], vae.parameters())
        stage.average.update(step)
        return loss

    def draw() -> None:
        if look is not None:
            with stage.average.applied():
                draw_pairs(vae, films, look)

    vae.train()
    loss = run_stage(
        "autoencoder",
        stage,
        options.autoencoder_steps,
        one_step,
        keeping=keeping or Keeping(),
        log=log,
        look=draw,
    )
    stage.average.copy_to_model()
    vae.eval().requires_grad_(False)
    standardise_latents(vae, films[:: max(len(films) // 128, 1)])
    return loss


def _train_on(
    batch: torch.Tensor, stage: Stage, options: PretrainingOptions, *, judged: bool
) -> float:
    """Leave the gradients in the autoencoder and step the critic; return the loss without it."""
    import torch

    vae: Any = stage.modules["vae"]
    with in_bfloat16(options.bfloat16):
        posterior = vae.encode(batch).latent_dist
        noise = torch.randn(posterior.mean.shape, generator=stage.generator)
        latents = posterior.mean + posterior.std * noise
        decoded = vae.decode(latents).sample
    divergence = posterior.kl().float().mean() / posterior.mean[0].numel()
    loss, gradient = pull(decoded, batch, stage.modules["critic"], options, judged=judged)
    torch.autograd.backward(
        [decoded, DIVERGENCE_WEIGHT * divergence], [gradient.to(decoded.dtype), None]
    )
    # The critic learns a little before it is listened to.
    if judged or stage.step >= options.critic_from - options.critic_ahead:
        teach_critic(decoded, batch, stage, options)
    return loss


def pull(
    decoded: torch.Tensor,
    batch: torch.Tensor,
    critic: Any,
    options: PretrainingOptions,
    *,
    judged: bool,
) -> tuple[float, torch.Tensor]:
    """Return how unlike decoded films are, and the gradient of it at their pixels.

    Where they are judged, the critic's gradient is part of it.
    """
    import torch

    pixels = decoded.detach().float().requires_grad_()
    loss = _likeness(pixels, batch)
    (gradient,) = torch.autograd.grad(loss, pixels)
    if judged:
        (pulled,) = torch.autograd.grad(decoder_loss(critic, batch, pixels), pixels)
        share = options.critic_share * gradient.norm() / pulled.norm().clamp(min=1e-12)
        gradient = gradient + share * pulled
    return float(loss.item()), gradient


def teach_critic(
    decoded: torch.Tensor, batch: torch.Tensor, stage: Stage, options: PretrainingOptions
) -> None:
    """Step the stage's critic."""
    critic = stage.modules["critic"]
    critic_loss(critic, batch, decoded.detach().float()).backward()
    set_rate(stage.optimizers["critic"], options.critic_rate, stage.step)
    take_step(stage.optimizers["critic"], critic.parameters())


def _likeness(decoded: torch.Tensor, batch: torch.Tensor) -> torch.Tensor:
    from torch.nn.functional import avg_pool2d, l1_loss

    loss = l1_loss(decoded, batch)
    for pool in (1, 2, 4):
        mine, theirs = avg_pool2d(decoded, pool), avg_pool2d(batch, pool)
        for axis in (-1, -2):
            loss = loss + l1_loss(mine.diff(dim=axis), theirs.diff(dim=axis))
    return loss


def crops(
    films: NDArray[np.uint8], options: PretrainingOptions, generator: torch.Generator
) -> torch.Tensor:
    """Draw crops of other films each, (batch, 3, crop, crop), -1 to 1."""
    import torch

    side = min(options.crop, films.shape[1])
    room = films.shape[1] - side + 1
    batch = options.autoencoder_batch
    chosen = torch.randint(len(films), (batch,), generator=generator).tolist()
    corners = torch.randint(room, (batch, 2), generator=generator).tolist()
    cut = [
        films[i, top : top + side, left : left + side]
        for i, (top, left) in zip(chosen, corners, strict=True)
    ]
    return as_input(np.stack(cut))


def as_input(films: NDArray[np.uint8]) -> torch.Tensor:
    """Return films (n, size, size) as the autoencoder takes them: (n, 3, size, size), -1 to 1."""
    import torch

    levels = torch.from_numpy(films.astype(np.float32)) / 127.5 - 1
    return levels[:, None].expand(-1, 3, -1, -1)


def standardise_latents(vae: Any, films: NDArray[np.uint8]) -> None:
    """Give every latent channel mean 0 and standard deviation 1 over the films, exactly.

    Shift and scale are folded into the 1 x 1 convolutions at either side of the latents, so that
    reconstructions stay as they are and Stable Diffusion's one scaling factor is 1. Channels of
    unlike scale would be noised, and learnt, at unlike rates.

    Parameters
    ----------
    films : (n, size, size)
    """
    import torch

    with torch.no_grad():
        parts = as_input(films).split(8)
        means = torch.cat([vae.encode(part).latent_dist.mean for part in parts])
        shift, scale = means.mean(dim=(0, 2, 3)), means.std(dim=(0, 2, 3)).clamp(min=1e-3)
        into, out = vae.quant_conv, vae.post_quant_conv
        mean_rows, spread_rows = slice(None, len(shift)), slice(len(shift), None)
        into.weight[mean_rows] /= scale[:, None, None, None]
        into.bias[mean_rows] = (into.bias[mean_rows] - shift) / scale
        into.bias[spread_rows] -= 2 * scale.log()
        out.bias += out.weight[:, :, 0, 0] @ shift
        out.weight *= scale[None, :, None, None]
    vae.register_to_config(scaling_factor=1.0)


def draw_pairs(vae: Any, films: NDArray[np.uint8], path: Path) -> None:
    """Write eight films, spread over all, above what the autoencoder gives back."""
    import torch
    from PIL import Image

    shown = films[:: max(len(films) // 8, 1)][:8]
    with torch.no_grad():
        back = torch.cat(
            [vae(one, sample_posterior=False).sample for one in as_input(shown).split(1)]
        )
    Image.fromarray(np.vstack([np.hstack(list(shown)), np.hstack(list(as_levels(back)))])).save(
        path
    )


def as_levels(images: torch.Tensor) -> NDArray[np.uint8]:
    """Return images (n, 3, size, size), -1 to 1, as grey levels (n, size, size)."""
    levels = (images.float().mean(dim=1) + 1) * 127.5
    result: NDArray[np.uint8] = levels.round().clamp(0, 255).byte().numpy()
    return result


def in_bfloat16(wanted: bool) -> AbstractContextManager[Any]:
    """Compute products in bfloat16 where wanted; used as a block."""
    import torch

    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=wanted)
