"""Whether "equivalent" could have come out otherwise: ties, constant readers, the top of the scale.

An AUC is drawn to 0.5 by every pair of images that a reader rates alike, and a reader who says the
same of all images adds 0.5 exactly. So a study that could not have told a bad arm from real says
"equivalent" of every arm: it has no assay sensitivity (ICH E10, 2000, section 1.5).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.statistics.table.ratings import Float


@dataclass(frozen=True)
class AssaySensitivity:
    """What draws an arm's AUC to 0.5 however its images look.

    Attributes
    ----------
    tie_share : float or None
        Share of pairs of a real and a synthetic image with the same rating, averaged over readers
        who rated both kinds.
    constant_readers : tuple of str
        Who gave every image of both kinds one and the same rating.
    top_share : float or None
        Share of ratings of real images at the top of what was used, averaged over readers.
    """

    tie_share: float | None
    constant_readers: tuple[str, ...]
    top_share: float | None

    @property
    def largest_difference(self) -> float:
        """How far from 0.5 the AUC can lie at most, with so many ties.

        Ties count half, so that AUC = P(X > Y) + t / 2 lies within 0.5 +- (1 - t) / 2.

        >>> AssaySensitivity(0.9, (), None).largest_difference
        0.05
        """
        return 0.5 if self.tie_share is None else round((1.0 - self.tie_share) / 2.0, 12)

    def to_json(self) -> Mapping[str, object]:
        return {
            "tie_share": self.tie_share,
            "constant_readers": list(self.constant_readers),
            "top_share": self.top_share,
        }


def assay_sensitivity(real: Float, synthetic: Float, readers: tuple[str, ...]) -> AssaySensitivity:
    """Ties and constant readers of an arm against real.

    Parameters
    ----------
    real, synthetic : (J, K0), (J, K1) arrays of float
        Ratings of the same readers, NaN where missing.
    readers : tuple of J str

    Examples
    --------
    >>> import numpy as np
    >>> real = np.array([[5.0, 5, 4], [5, 5, 5]])
    >>> synthetic = np.array([[5.0, 3], [5, 5]])
    >>> assay = assay_sensitivity(real, synthetic, ("R1", "R2"))
    >>> round(assay.tie_share, 3), assay.constant_readers
    (0.667, ('R2',))
    """
    finite = np.concatenate([part[np.isfinite(part)] for part in (real, synthetic)])
    top = float(finite.max()) if finite.size else np.nan
    ties, tops, constant = [], [], []
    for reader, r, s in zip(readers, real, synthetic, strict=True):
        r, s = r[np.isfinite(r)], s[np.isfinite(s)]
        if r.size == 0 or s.size == 0:
            continue
        steps, codes = np.unique(np.concatenate([r, s]), return_inverse=True)
        of_real = np.bincount(codes[: r.size], minlength=steps.size)
        of_synthetic = np.bincount(codes[r.size :], minlength=steps.size)
        ties.append(float(of_real @ of_synthetic) / (r.size * s.size))
        tops.append(float(np.mean(r == top)))
        if steps.size == 1 and r.size + s.size > 2:
            constant.append(reader)
    return AssaySensitivity(
        tie_share=float(np.mean(ties)) if ties else None,
        constant_readers=tuple(constant),
        top_share=float(np.mean(tops)) if tops else None,
    )
