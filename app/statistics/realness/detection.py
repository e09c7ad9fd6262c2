"""Telling synthetic from real by verdict: accuracy, hits, false alarms, d' and criterion.

Positive = synthetic: a hit is a synthetic image called synthetic, a false alarm a real image called
synthetic. Every figure is computed per reader and averaged, readers weighing equally.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from app.domain.said import said
from app.statistics.table.estimate import Estimate, not_estimable
from app.statistics.table.ratings import Float, Int, RatingsTable
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.clusters import clustered_means
from app.statistics.variance.interval import Scale, averaged_over_readers
from app.statistics.variance.reader_means import reader_means

_NAMES: Mapping[str, str] = {
    "accuracy": said("the accuracy"),
    "balanced_accuracy": said("the balanced accuracy"),
    "hit_rate": said("the hit rate"),
    "false_alarm_rate": said("the false alarm rate"),
    "d_prime": "d′",
    "criterion": said("the criterion"),
}
KEYS = tuple(_NAMES)


@dataclass(frozen=True)
class Sensitivity:
    """Signal detection indices; floats, or one entry a reader."""

    d_prime: Float
    criterion: Float

    @property
    def log_beta(self) -> Float:
        """ln(beta) = c d'."""
        return self.criterion * self.d_prime


@dataclass(frozen=True)
class ReaderDetection:
    """Hits and false alarms of every reader, and the covariance of their rates over cases."""

    n_synthetic: Float  # (J,)
    n_real: Float
    hit_rate: Float
    false_alarm_rate: Float
    hit_covariance: Float  # (J, J)
    false_alarm_covariance: Float
    # Of hit rates (rows) with false-alarm rates; 0 but where a cluster holds both kinds of image.
    cross_covariance: Float

    @property
    def sensitivity(self) -> Sensitivity:
        return sdt_loglinear(
            self.hit_rate * self.n_synthetic,
            self.n_synthetic,
            self.false_alarm_rate * self.n_real,
            self.n_real,
        )

    @property
    def accuracy(self) -> Float:
        """Share of all judged images called what they are."""
        share = self._share_synthetic
        return share * self.hit_rate + (1.0 - share) * (1.0 - self.false_alarm_rate)

    @property
    def balanced_accuracy(self) -> Float:
        return (self.hit_rate + 1.0 - self.false_alarm_rate) / 2.0

    @property
    def _share_synthetic(self) -> Float:
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.n_synthetic / (self.n_synthetic + self.n_real)

    def figure(self, name: str) -> tuple[Float, Float]:
        """A figure of merit by its key, and its covariance over cases.

        All are functions of hit and false-alarm rates; d' and c are taken to first order (delta
        method).
        """
        hits, alarms = self.hit_covariance, self.false_alarm_covariance
        cross = self.cross_covariance
        if name == "hit_rate":
            return self.hit_rate, hits
        if name == "false_alarm_rate":
            return self.false_alarm_rate, alarms
        if name == "balanced_accuracy":
            return self.balanced_accuracy, (hits + alarms - cross - cross.T) / 4.0
        if name == "accuracy":
            share = self._share_synthetic
            rest = 1.0 - share
            both = np.outer(share, rest) * cross
            spread = np.outer(share, share) * hits + np.outer(rest, rest) * alarms
            return self.accuracy, spread - both - both.T
        by_hits = _slope(self.hit_rate, self.n_synthetic)
        by_alarms = _slope(self.false_alarm_rate, self.n_real)
        spread = np.outer(by_hits, by_hits) * hits + np.outer(by_alarms, by_alarms) * alarms
        both = np.outer(by_hits, by_alarms) * cross
        if name == "d_prime":
            return self.sensitivity.d_prime, spread - both - both.T
        if name == "criterion":
            return self.sensitivity.criterion, (spread + both + both.T) / 4.0
        raise KeyError(name)


def sdt_loglinear(hits: Float, n_signal: Float, false_alarms: Float, n_noise: Float) -> Sensitivity:
    """Sensitivity d' and criterion c with the log-linear correction.

    H = (hits + 0.5) / (n_signal + 1), F = (false alarms + 0.5) / (n_noise + 1),
    d' = z(H) - z(F), c = -(z(H) + z(F)) / 2. With synthetic as signal c > 0 leans towards "real".
    NaN where n_signal or n_noise is 0.

    References
    ----------
    Hautus MJ (1995), Behav Res Methods Instrum Comput 27:46-51, doi:10.3758/BF03203619.

    Examples
    --------
    >>> import numpy as np
    >>> sdt = sdt_loglinear(np.array([69.0]), np.array([100.0]), np.array([31.0]),
    ...                       np.array([100.0]))
    >>> round(float(sdt.d_prime[0]), 4), abs(round(float(sdt.criterion[0]), 4))
    (0.9811, 0.0)
    """
    hits, false_alarms = np.asarray(hits, float), np.asarray(false_alarms, float)
    signal, noise = np.asarray(n_signal, float), np.asarray(n_noise, float)
    z_hit = stats.norm.ppf(np.where(signal > 0, (hits + 0.5) / (signal + 1.0), np.nan))
    z_alarm = stats.norm.ppf(np.where(noise > 0, (false_alarms + 0.5) / (noise + 1.0), np.nan))
    return Sensitivity(z_hit - z_alarm, -(z_hit + z_alarm) / 2.0)


def reader_detection(
    real: Float, synthetic: Float, clusters: tuple[Int, Int] | None = None
) -> ReaderDetection:
    """Hits and false alarms from verdicts.

    Parameters
    ----------
    real : (J, K0) array of float
        Verdicts on real images: 1 = called synthetic, 0 = called real, NaN missing.
    synthetic : (J, K1) array of float
        Verdicts on synthetic images.
    clusters : ((K0,) array, (K1,) array) of int, optional
        Clusters of the real and of the synthetic images, counted through.
    """
    if clusters is None:
        false_alarm_rate, false_alarm_covariance = reader_means(real)
        hit_rate, hit_covariance = reader_means(synthetic)
        cross = np.zeros_like(hit_covariance)
    else:
        rates, spread = clustered_means([real, synthetic], clusters)
        false_alarm_rate, hit_rate = rates
        false_alarm_covariance, hit_covariance = spread[0, :, 0], spread[1, :, 1]
        cross = np.nan_to_num(spread[1, :, 0])
    return ReaderDetection(
        n_synthetic=np.isfinite(synthetic).sum(axis=1).astype(np.float64),
        n_real=np.isfinite(real).sum(axis=1).astype(np.float64),
        hit_rate=hit_rate,
        false_alarm_rate=false_alarm_rate,
        hit_covariance=hit_covariance,
        false_alarm_covariance=false_alarm_covariance,
        cross_covariance=cross,
    )


def detection_of(table: RatingsTable, arm: str) -> ReaderDetection:
    """Hits and false alarms of an arm of a table, over its clusters where it has any."""
    clusters = (table.pooled_clusters(table.real_arms), table.clusters(arm))
    return reader_detection(
        table.pooled_matrix("verdict", table.real_arms),
        table.matrix("verdict", arm),
        clusters if table.has_clusters else None,
    )


def detection(table: RatingsTable, arm: str, settings: AnalysisSettings) -> Mapping[str, Estimate]:
    """Detection of a synthetic arm among the real images.

    Returns
    -------
    mapping of str to Estimate
        ``accuracy`` (share of all judged images called what they are), ``balanced_accuracy`` (mean
        of hit rate and 1 - false-alarm rate), ``hit_rate``, ``false_alarm_rate``, ``d_prime``,
        ``criterion``.
    """
    why = why_no_detection(table, arm)
    if why is not None:
        return {key: not_estimable(why) for key in KEYS}
    real = table.pooled_matrix("verdict", table.real_arms)
    synthetic = table.matrix("verdict", arm)
    readers = detection_of(table, arm)
    clusters = table.clusters_of((table.real_arms, (arm,)))
    return {key: _estimate(key, readers, (real, synthetic), settings, clusters) for key in KEYS}


def why_no_detection(table: RatingsTable, arm: str) -> str | None:
    """Why an arm can't be held against the real one by verdict, or None."""
    if not table.has("verdict"):
        return said("the ratings have no verdict")
    if arm in table.real_arms:
        return said("this is the real arm, against which the others are held")
    if not table.real_arms:
        return said("there is no real arm")
    return None


def _estimate(
    key: str,
    readers: ReaderDetection,
    matrices: Sequence[Float],
    settings: AnalysisSettings,
    clusters: Sequence[Int] | None,
) -> Estimate:
    theta, covariance = readers.figure(key)
    scale: Scale = "identity" if key in ("d_prime", "criterion") else "logit"
    used = {"hit_rate": slice(1, 2), "false_alarm_rate": slice(0, 1)}.get(key, slice(0, 2))
    return averaged_over_readers(
        theta,
        covariance,
        matrices[used],
        settings,
        scale=scale,
        what=_NAMES[key],
        clusters=None if clusters is None else clusters[used],
    )


def _slope(rate: Float, n: Float) -> Float:
    """Derivative of z((n rate + 0.5) / (n + 1)) by the rate."""
    with np.errstate(invalid="ignore", divide="ignore"):
        corrected = np.where(n > 0, (n * rate + 0.5) / (n + 1.0), np.nan)
        slope: Float = n / (n + 1.0) / stats.norm.pdf(stats.norm.ppf(corrected))
    return slope
