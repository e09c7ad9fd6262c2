"""What a program can measure of a picture without knowing anatomy, for the leak audit.

The four numbers of `leak_audit.PictureMeasures`, and eight more that tell how a picture was made:
letters burnt in, its histogram, its noise, the traces of JPEG, the slope of its spectrum.
"""

from dataclasses import asdict, dataclass, fields
from functools import cache
from io import BytesIO
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from app.bank.leak_audit import PictureMeasures, box_of, measures_of

Levels = NDArray[np.float32]
# A sign's height and width as a share of the picture's side, and how far it outshines its ground.
_SIGN_SIDES: Final = (0.012, 0.1)
_SIGN_FILL: Final = (0.12, 0.97)
_SIGN_CONTRAST: Final = 60
# Signs stand near the edge; the middle has clips, wires and calcium.
_EDGE: Final = 0.3
_BLOCK: Final = 8
_SPECTRUM_SIDE: Final = 256


@dataclass(frozen=True)
class AuditMeasures(PictureMeasures):
    """A picture in twelve numbers; all but `margin` and `signs` are of what lies inside the margin.

    signs     letters, markers and the like: small, even, near-white shapes near an edge; a count
    range     grey levels between the darkest and the lightest half per cent
    clipping  share of pixels that are 0 or 255
    greys     how many of the 256 grey levels occur
    noise     standard deviation of fine grain, in grey levels (Immerkær 1996,
              doi:10.1006/cviu.1996.0060)
    blocks    by how much the steps between the blocks of 8 x 8 that JPEG works on exceed those
              beside them, as a share of the mean step; 0 where no such grid is seen
    slope     of the logarithm of spectral power over that of frequency; white noise has 0,
              radiographs about -3
    edges     share of neighbours that differ by more than three standard deviations of all steps
    """

    signs: float
    range: float
    clipping: float
    greys: float
    noise: float
    blocks: float
    slope: float
    edges: float


AUDIT_MEASURES: Final = tuple(field.name for field in fields(AuditMeasures))


def audit_measures(data: bytes) -> AuditMeasures:
    """Measure a rendition's PNG."""
    return audit_measures_of(pixels_of(data))


def pixels_of(data: bytes) -> NDArray[np.uint8]:
    """The grey levels of a rendition's PNG, (height, width)."""
    with Image.open(BytesIO(data)) as image:
        return np.asarray(image)


def audit_measures_of(pixels: NDArray[np.uint8]) -> AuditMeasures:
    """Measure a picture of shape (height, width), uint8; of one that is all black all but the
    margin is 0."""
    first = asdict(measures_of(pixels))
    box = box_of(pixels)
    if box is None:
        return AuditMeasures(**first, **dict.fromkeys(AUDIT_MEASURES[4:], 0.0))
    inside = pixels[box]
    levels = inside.astype(np.float32)
    counts = np.bincount(inside.ravel(), minlength=256)
    share = np.cumsum(counts) / inside.size
    steps = np.abs(np.diff(levels, axis=1))
    return AuditMeasures(
        **first,
        signs=float(_signs(pixels)),
        range=float(np.searchsorted(share, 0.995) - np.searchsorted(share, 0.005)),
        clipping=float((counts[0] + counts[255]) / inside.size),
        greys=float(np.count_nonzero(counts)),
        noise=_noise(levels),
        blocks=max(0.0, (_block_excess(levels) + _block_excess(levels.T)) / 2),
        slope=_slope(levels),
        edges=float((steps > 3 * steps.std()).mean()) if steps.size else 0.0,
    )


def _signs(pixels: NDArray[np.uint8]) -> int:
    """Count the small, even, near-white shapes near an edge that outshine what is around them."""
    side = max(pixels.shape)
    brightest = int(pixels.max())
    if brightest < 128:
        return 0
    labelled, _ = ndimage.label(pixels >= 0.9 * brightest, structure=np.ones((3, 3)))
    least, most = (max(3.0, share * side) for share in _SIGN_SIDES)
    count = 0
    for number, box in enumerate(ndimage.find_objects(labelled), start=1):
        height, width = (one.stop - one.start for one in box)
        if not (least <= height <= most and 2 <= width <= most):
            continue
        if _is_near_edge(box, pixels.shape) and _outshines(pixels, labelled, box, number):
            count += 1
    return count


def _is_near_edge(box: tuple[slice, slice], shape: tuple[int, ...]) -> bool:
    middles = [(one.start + one.stop) / 2 / size for one, size in zip(box, shape, strict=True)]
    return any(min(middle, 1 - middle) <= _EDGE for middle in middles)


def _outshines(
    pixels: NDArray[np.uint8], labelled: NDArray[np.int32], box: tuple[slice, slice], number: int
) -> bool:
    shape = labelled[box] == number
    if not _SIGN_FILL[0] <= shape.mean() <= _SIGN_FILL[1]:
        return False
    wide = tuple(slice(max(0, one.start - 3), one.stop + 3) for one in box)
    ground = pixels[wide][labelled[wide] == 0]
    lit = pixels[box][shape]
    return bool(ground.size and lit.mean() - np.median(ground) >= _SIGN_CONTRAST)


def _noise(levels: Levels) -> float:
    if min(levels.shape) < 3:
        return 0.0
    across = levels[:, :-2] - 2 * levels[:, 1:-1] + levels[:, 2:]
    both = across[:-2] - 2 * across[1:-1] + across[2:]
    return float(np.sqrt(np.pi / 2) * np.abs(both).mean() / 6)


def _block_excess(levels: Levels) -> float:
    """How much the steps at every eighth column exceed those beside it, at the best offset."""
    steps = np.abs(np.diff(levels, axis=1)).mean(axis=0)
    if steps.size < 4 * _BLOCK or not steps.any():
        return 0.0
    excess = steps[1:-1] - (steps[:-2] + steps[2:]) / 2
    by_offset = [float(np.median(excess[offset::_BLOCK])) for offset in range(_BLOCK)]
    return max(by_offset) / float(steps.mean())


def _slope(levels: Levels) -> float:
    """Least-squares slope of log power over log frequency, in the middle of the picture."""
    side = min(_SPECTRUM_SIDE, *levels.shape)
    if side < 16:
        return 0.0
    top, left = ((size - side) // 2 for size in levels.shape)
    middle = levels[top : top + side, left : left + side]
    taper, rings, frequencies = _rings(side)
    power = np.abs(np.fft.rfft2((middle - middle.mean()) * taper)) ** 2
    sums = np.bincount(rings.ravel(), weights=power.ravel(), minlength=frequencies.size)
    means = (sums / np.bincount(rings.ravel(), minlength=frequencies.size))[3 : int(0.45 * side)]
    if not means.min() > 0:
        return 0.0
    return float(np.polyfit(np.log(frequencies[3 : 3 + means.size]), np.log(means), 1)[0])


@cache
def _rings(side: int) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Taper, ring number of each place of the half spectrum, and each ring's frequency."""
    taper = np.hanning(side)
    down, across = np.fft.fftfreq(side), np.fft.rfftfreq(side)
    rings = np.rint(np.hypot(down[:, None], across[None, :]) * side).astype(np.int64)
    return np.outer(taper, taper), rings, np.arange(rings.max() + 1) / side
