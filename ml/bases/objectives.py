"""What a denoiser is asked for in training: the noise, the velocity, or the flow.

Each makes of latents and noise the input at a noise level, the number that tells the level to the
network, and the target. Levels are counted as ``place``, 0 to ``levels`` - 1.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Example:
    """What the network is shown, and what it should say."""

    noisy: torch.Tensor
    """(n, channels, h, w)"""

    times: torch.Tensor
    """(n,), the noise level as the network is told it."""

    target: torch.Tensor
    """(n, channels, h, w)"""


class Objective(Protocol):
    """One of the three."""

    levels: int

    def example(self, latents: torch.Tensor, noise: torch.Tensor, places: torch.Tensor) -> Example:
        """Return what training shows of latents at noise levels ``places``, (n,)."""
        ...

    def weights(self, places: torch.Tensor) -> torch.Tensor:
        """Return the weight of each level's error, (n,)."""
        ...


class Diffusion:
    """The noise, or the velocity, of the variance-preserving schedule that the base has.

    Parameters
    ----------
    scheduler : its configuration
    predicts : epsilon or v_prediction
    min_snr_gamma : see `snr_weights`; None weighs all levels alike
    """

    def __init__(
        self, scheduler: Mapping[str, Any], predicts: str, min_snr_gamma: float | None
    ) -> None:
        from diffusers import DDPMScheduler

        self._noising: Any = DDPMScheduler.from_config(scheduler, prediction_type=predicts)
        self._gamma = min_snr_gamma
        self.levels = int(self._noising.config.num_train_timesteps)

    def example(self, latents: torch.Tensor, noise: torch.Tensor, places: torch.Tensor) -> Example:
        """Return what training shows at levels that are the schedule's time steps."""
        noising = self._noising
        noisy = noising.add_noise(latents, noise, places)
        velocity = noising.config.prediction_type == "v_prediction"
        target = noising.get_velocity(latents, noise, places) if velocity else noise
        return Example(noisy, places, target)

    def weights(self, places: torch.Tensor) -> torch.Tensor:
        """Return the weight of each level's error."""
        return snr_weights(self._noising, places, self._gamma)


class Flow:
    """The flow from images to noise along straight lines (doi:10.48550/arXiv.2403.03206).

    At sigma the input is (1 - sigma) * latents + sigma * noise; the target is noise - latents.

    Parameters
    ----------
    levels : how many there are
    shift : moves sigmas towards noise, shift * s / (1 + (shift - 1) * s); 1 leaves them
    bell : levels lie as the logistic function of normal numbers, most in the middle; else evenly
    """

    def __init__(self, levels: int, *, shift: float, bell: bool) -> None:
        from diffusers import FlowMatchEulerDiscreteScheduler

        schedule: Any = FlowMatchEulerDiscreteScheduler(num_train_timesteps=levels, shift=shift)
        self.levels = levels
        self._sigmas, self._times = schedule.sigmas, schedule.timesteps
        self._bell = bell

    def example(self, latents: torch.Tensor, noise: torch.Tensor, places: torch.Tensor) -> Example:
        """Return what training shows; even places become bell-shaped ones where asked for."""
        import torch

        where = places.cpu()
        if self._bell:
            share = torch.sigmoid(torch.special.ndtri((where + 0.5) / self.levels))
            where = (share * self.levels).long().clamp(max=self.levels - 1)
        sigma = self._sigmas[where].to(latents.device).view(-1, 1, 1, 1)
        noisy = (1 - sigma) * latents + sigma * noise
        return Example(noisy, self._times[where].to(latents.device), noise - latents)

    def weights(self, places: torch.Tensor) -> torch.Tensor:
        """Weigh all levels alike."""
        import torch

        return torch.ones(places.shape, device=places.device)


def with_zero_snr(scheduler: Any, predicts: str) -> Any:
    """Return a scheduler whose last noise level is noise alone, and whose steps begin there.

    Lin S et al., doi:10.48550/arXiv.2305.08891: betas are rescaled, steps spaced from the end. One
    that cannot do so, as PNDM, becomes DDIM, which can.
    """
    from diffusers import DDIMScheduler

    changes = {
        "rescale_betas_zero_snr": True,
        "timestep_spacing": "trailing",
        "prediction_type": predicts,
    }
    kind = type(scheduler)
    if not changes.keys() <= set(inspect.signature(kind.__init__).parameters):
        return DDIMScheduler.from_config(
            scheduler.config, clip_sample=False, set_alpha_to_one=False, **changes
        )
    return kind.from_config(scheduler.config, **changes)


def snr_weights(noising: Any, times: torch.Tensor, gamma: float | None) -> torch.Tensor:
    """Return each time step's weight, min(SNR, gamma) over SNR (epsilon) or SNR + 1 (velocity).

    Hang T et al., doi:10.48550/arXiv.2303.09556.
    """
    import torch

    if gamma is None:
        return torch.ones(times.shape, device=times.device)
    from diffusers.training_utils import compute_snr

    snr = compute_snr(noising, times)
    least = snr.clamp(max=gamma)
    velocity = noising.config.prediction_type == "v_prediction"
    weights: torch.Tensor = least / (snr + 1) if velocity else least / snr
    return weights
