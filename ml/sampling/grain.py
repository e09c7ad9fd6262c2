"""The grain that an autoencoder leaves out of films, measured, and put on what a model draws.

Grain can't be predicted, so an autoencoder smooths it away, and readers (and any program) tell
synthetic films by that alone, whatever anatomy they show. What a film loses on its way through the
autoencoder is measured, and a drawn image gets what it lacks, at random: of the strength that one
training film has at each grey level beyond what the model draws itself, and of the mean spectrum of
what was lost, with phases that no film had (Galerne B et al., Random phase textures,
doi:10.1109/TIP.2010.2052822; strength by grey level as in Norkin A, Birkbeck N,
doi:10.1109/DCC.2018.00008).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ml.bases.autoencoders import decode, draws_latents, encode, latents_of
from ml.errors import MlError
from ml.sampling.seeded import generator

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Grey = NDArray[np.float64]

BANDS = 16
"""Equal ranges of grey, 0 to 255, in each of which grain has one strength."""

TILE = 64
"""Side of the squares whose spectrum is measured, in pixels."""

COARSE = 8.0
"""Deviation of the blur, in pixels, that leaves of a loss what is anatomy and no grain."""

FINE = 1.0
"""Deviation of the blur, in pixels, beside which what is left of a film is nearly grain alone."""

FEWEST = 200
"""Pixels of a range of grey from which its strength is taken; else its neighbours' is."""

LEAST = 0.05
"""Grey levels of 256; weaker grain is lost in rounding."""

TO_DEVIATION = 1.4826
"""From the median of absolute deviations to a normal distribution's standard deviation."""

CENTRES = (np.arange(BANDS) + 0.5) * 256 / BANDS - 0.5


@dataclass(frozen=True)
class Grain:
    """The grain that is put on what a model draws.

    Attributes
    ----------
    strengths : (films, BANDS), standard deviation in grey levels (0 to 255) by grey
    spectrum : (TILE, TILE // 2 + 1), amplitude of the mean spectrum; its texture has variance 1
    data : digest of the prepared data that the films are of
    drawn : how many images of the model were looked at for what they lack
    """

    strengths: Grey
    spectrum: Grey
    data: str = ""
    drawn: int = 0

    def provenance(self) -> dict[str, Any]:
        """Say in a bank whose grain an image has."""
        return {"data": self.data, "films": len(self.strengths), "drawn": self.drawn}

    def add(self, grey: NDArray[np.floating[Any]], seed: int) -> Grey:
        """Return an image (height, width), 0 to 255, with grain that its seed decides."""
        import torch

        random = generator("grain", seed)
        film = int(torch.randint(len(self.strengths), (1,), generator=random))
        white = torch.randn(grey.shape, generator=random, dtype=torch.float64).numpy()
        strength = np.interp(grey, CENTRES, self.strengths[film])
        result: Grey = grey + strength * self._texture(white)
        return result.clip(0, 255)

    def _texture(self, white: Grey) -> Grey:
        """Return white noise with the films' spectrum, variance 1 in the mean."""
        from scipy.ndimage import map_coordinates

        height, width = white.shape
        rows = np.abs(np.fft.fftfreq(height)) * TILE
        columns = np.fft.rfftfreq(width) * TILE
        # Rows of the measured spectrum stand from 0 up; its negative half is nearly its mirror.
        place = np.meshgrid(rows, columns, indexing="ij")
        amplitude = map_coordinates(self.spectrum[: TILE // 2 + 1], place, order=1, mode="nearest")
        texture: Grey = np.fft.irfft2(np.fft.rfft2(white) * amplitude, s=white.shape)
        return texture


def grain_of_data(
    vae: Any,
    films: Iterable[NDArray[np.floating[Any]]],
    drawn: Sequence[NDArray[np.uint8]] = (),
    *,
    data: str,
) -> Grain:
    """Send films through an autoencoder and measure what they lose there and a model lacks.

    Parameters
    ----------
    films : of one shape (height, width) each, 0 to 1
    drawn : images of the model, (height, width), that get no grain themselves
    data : digest of the prepared data that the films are of

    Raises
    ------
    MlError
        If no film has a grey area to measure in, or none has more grain than what is drawn.
    """
    levels = [np.asarray(film, dtype=np.float64) * 255 for film in films]
    images = [image.astype(np.float64) for image in drawn]
    grain = measure_grain(levels, (_decoded(vae, film) for film in levels), images)
    return replace(grain, data=data, drawn=len(images))


def _decoded(vae: Any, film: Grey) -> Grey:
    """Return a film (height, width), 0 to 255, as it comes back from the autoencoder."""
    import torch

    with torch.inference_mode():
        pixels = torch.from_numpy(film / 127.5 - 1).to(vae.device, vae.dtype)
        kept = encode(vae, pixels.expand(1, 3, -1, -1))
        mean = kept.chunk(2, dim=1)[0] if draws_latents(vae) else kept
        latents = latents_of(vae, kept.float(), torch.zeros_like(mean, dtype=torch.float32))
        back: Grey = decode(vae, latents)[0].mean(axis=0).clip(0, 1) * 255.0
    return back


def measure_grain(
    films: Iterable[Grey], decoded: Iterable[Grey], drawn: Sequence[Grey] = ()
) -> Grain:
    """Measure the grain that films have and drawn images have not.

    Parameters
    ----------
    films, decoded : pairs of one shape each, grey levels 0 to 255
    drawn : images of a model, likewise; without any, the decoded films stand for them

    Raises
    ------
    MlError
        If no film has a grey area to measure in, or none has more grain than what is drawn.
    """
    own = [grain for grain in map(_own_grain, drawn) if grain is not None]
    drawn_has = np.median(own, axis=0) if own else None
    strengths: list[Grey] = []
    power = np.zeros((TILE, TILE // 2 + 1))
    tiles = 0
    for film, smooth in zip(films, decoded, strict=True):
        # Where a film is black or white it is cut off (or padding), and shows no grain.
        seen = (film > 0.5) & (film < 254.5)
        lost = _fine(np.where(seen, film - smooth, 0.0))
        strength = _strength_by_grey(lost, smooth, seen)
        if strength is None:
            continue
        had = _own_grain(film)
        has = _own_grain(smooth) if drawn_has is None else drawn_has
        if had is None or has is None:
            continue
        # Less than what was lost: a decoder draws grain of its own, which is another's.
        strengths.append(np.sqrt(np.clip(had**2 - has**2, 0, None)))
        even = lost / np.interp(smooth, CENTRES, strength).clip(min=1e-6)
        # A lost edge or letter is no grain: what sticks out counts as three deviations.
        for tile in _tiles(np.where(seen, even.clip(-3, 3), np.nan)):
            power += np.abs(np.fft.rfft2(tile)) ** 2
            tiles += 1
    if not tiles:
        raise MlError(
            f"no film has a grey area of {TILE} x {TILE} pixels, in which its grain could "
            "be measured: leave --grain out."
        )
    if max(strength.max() for strength in strengths) < LEAST:
        raise MlError(
            "the films have no grain that what is drawn has not already: leave --grain out."
        )
    power[0, 0] = 0.0
    # Rows of both signs as one, for the texture has no direction along a diagonal.
    power[1:] = (power[1:] + power[:0:-1]) / 2
    # The half of the columns that a real spectrum leaves out counts too.
    whole = (power[:, :1].sum() + 2 * power[:, 1:-1].sum() + power[:, -1:].sum()) / TILE**2
    spectrum = np.sqrt(power / whole)
    return Grain(np.stack(strengths) / _share_that_is_fine(spectrum), spectrum)


def _own_grain(image: Grey) -> Grey | None:
    """Return (BANDS,) deviations of what FINE leaves of an image, by what it takes away."""
    from scipy.ndimage import gaussian_filter

    smooth = gaussian_filter(image, FINE)
    return _strength_by_grey(image - smooth, smooth, (image > 0.5) & (image < 254.5))


def _share_that_is_fine(spectrum: Grey) -> float:
    """Return the deviation that a texture of this spectrum and deviation 1 has after FINE."""
    rows = np.fft.fftfreq(TILE)[:, None]
    columns = np.fft.rfftfreq(TILE)[None]
    passed = 1 - np.exp(-2 * (np.pi * FINE) ** 2 * (rows**2 + columns**2))
    # The half of the columns that a real spectrum leaves out counts too.
    weight = np.full(spectrum.shape, 2.0)
    weight[:, [0, -1]] = 1.0
    power = weight * spectrum**2
    return float(np.sqrt((power * passed**2).sum() / power.sum()))


def _fine(lost: Grey) -> Grey:
    """Leave of what is lost what is finer than anatomy."""
    from scipy.ndimage import gaussian_filter

    # A lost edge is far larger than grain and would be smeared over its surroundings.
    limit = 4 * TO_DEVIATION * float(np.median(np.abs(lost)))
    fine: Grey = lost - gaussian_filter(lost.clip(-limit, limit), COARSE)
    return fine


def _strength_by_grey(lost: Grey, smooth: Grey, seen: NDArray[np.bool_]) -> Grey | None:
    """Return (BANDS,) deviations of what is lost, by what is left; None where nothing shows."""
    band = np.clip(smooth * BANDS / 256, 0, BANDS - 1).astype(int)
    strength = np.full(BANDS, np.nan)
    for number in range(BANDS):
        values = lost[seen & (band == number)]
        if values.size >= FEWEST:
            # Robust: edges that are lost are few and large.
            strength[number] = TO_DEVIATION * np.median(np.abs(values - np.median(values)))
    known = np.flatnonzero(~np.isnan(strength))
    if not known.size:
        return None
    filled: Grey = np.interp(np.arange(BANDS), known, strength[known])
    return filled


def _tiles(even: Grey) -> Iterable[Grey]:
    """Yield windowed squares that lie wholly where grain shows, half over each other."""
    window = np.outer(np.hanning(TILE + 1)[:-1], np.hanning(TILE + 1)[:-1])
    for top in range(0, even.shape[0] - TILE + 1, TILE // 2):
        for left in range(0, even.shape[1] - TILE + 1, TILE // 2):
            tile = even[top : top + TILE, left : left + TILE]
            if not np.isnan(tile).any():
                yield (tile - tile.mean()) * window
