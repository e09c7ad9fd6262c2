"""Whether readers see a finding that the reference standard says is there, or not, by arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from app.domain.said import said
from app.statistics.protocols.machines import (
    FigureOfReaders,
    MachineComparison,
    beside_people,
)
from app.statistics.realness.auc import reader_aucs_of_arms
from app.statistics.realness.contrasts import (
    ArmFigures,
    Contrast,
    arms_of_means,
    holm,
    independent_arms,
    pairwise,
)
from app.statistics.table.estimate import Estimate, not_estimable
from app.statistics.table.ratings import Float, Int, RatingsTable
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.clusters import cluster_df
from app.statistics.variance.interval import averaged_over_readers
from app.statistics.variance.split_plot import reader_blocks

# Whether the finding is in a case, by arm and case; None where the reference doesn't say.
References = Mapping[tuple[str, str], bool | None]
FIGURES = ("sensitivity", "specificity", "accuracy", "auc")
_WORDS = {
    "sensitivity": said("sensitivity"),
    "specificity": said("specificity"),
    "accuracy": said("accuracy"),
    "auc": "AUC",
}
_NEEDS = {
    "sensitivity": said("the finding is there"),
    "specificity": said("the finding is not there"),
}


@dataclass(frozen=True)
class FindingOfArm:
    """How well the finding was told in one arm.

    Attributes
    ----------
    figures : mapping of str to Estimate
        One of each of ``FIGURES``.
    n_present, n_absent, n_unknown : int
        Cases that were read, by what the reference says of them; ``n_unknown`` have none and are
        in no figure.
    """

    arm: str
    truth: str
    figures: Mapping[str, Estimate]
    n_present: int
    n_absent: int
    n_unknown: int


@dataclass(frozen=True)
class Findings:
    """Result of :func:`findings`; ``differences`` are synthetic minus real, by figure and arm."""

    arms: tuple[FindingOfArm, ...]
    differences: tuple[Contrast, ...]

    @property
    def n_unknown(self) -> int:
        """Cases without a reference in all arms."""
        return sum(arm.n_unknown for arm in self.arms)

    def estimates(self) -> tuple[Estimate, ...]:
        """Every estimate by arm."""
        return tuple(one for arm in self.arms for one in arm.figures.values())

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "by_arm": {
                arm.arm: {
                    "n_present": arm.n_present,
                    "n_absent": arm.n_absent,
                    "n_without_reference": arm.n_unknown,
                    **{name: figure.to_json() for name, figure in arm.figures.items()},
                }
                for arm in self.arms
            },
            "differences": [one.to_json() for one in self.differences],
        }


@dataclass(frozen=True)
class _Cases:
    """The grades of some cases of which the reference says something."""

    grades: Float
    present: np.ndarray[Any, np.dtype[np.bool_]]
    clusters: Int
    cut: float

    @property
    def called(self) -> Float:
        """1 called present, 0 absent, NaN where missing."""
        return np.where(np.isfinite(self.grades), self.grades > self.cut, np.nan)

    def means_of(self, figure: str) -> tuple[Float, Int]:
        """What a rate is the mean of, and the clusters of its cases."""
        if figure == "sensitivity":
            return self.called[:, self.present], self.clusters[self.present]
        if figure == "specificity":
            return 1.0 - self.called[:, ~self.present], self.clusters[~self.present]
        return np.where(self.present, self.called, 1.0 - self.called), self.clusters


def findings(
    table: RatingsTable, references: References, settings: AnalysisSettings, *, cut: float
) -> Findings:
    """Sensitivity, specificity, accuracy and AUC of every arm, and synthetic minus real.

    Every figure is computed for each reader and averaged, readers and cases being samples as the
    settings say::

        sensitivity = P(called present | present)      specificity = P(called absent | absent)
        accuracy    = P(called as the reference says)
        AUC         = P(a case with the finding is graded above one without), ties one half

    Of yes or no answers the AUC is the mean of sensitivity and specificity. The difference is that
    of a synthetic arm and all real cases, read by the same readers; its p values are adjusted by
    Holm over the synthetic arms of each figure. Clusters that two arms share count within each of
    them: the interval of a difference of AUCs is then on the wide side.

    Parameters
    ----------
    table : RatingsTable
        ``score`` holds the grades: 1 and 0 for present and absent, or the points of a scale on
        which more is surer of the finding.
    references : mapping of (arm, case) to bool or None
    settings : AnalysisSettings
    cut : float
        A grade above it is called present.

    References
    ----------
    Obuchowski NA, Rockette HE (1995), Commun Stat Simul 24:285-308, doi:10.1080/03610919508813243;
    Hillis SL (2014), Stat Med 33:330-360, doi:10.1002/sim.5926;
    Metz CE (1978), Semin Nucl Med 8:283-298, doi:10.1016/S0001-2998(78)80014-2 (the figures).
    """
    parts = {arm: _cases(table, [arm], references, cut) for arm in table.arms}
    by_arm = tuple(
        FindingOfArm(
            arm=arm,
            truth=table.truth_of(arm),
            figures={
                figure: _estimate(figure, part, settings, table.has_clusters) for figure in FIGURES
            },
            n_present=int(part.present.sum()),
            n_absent=int((~part.present).sum()),
            n_unknown=len(table.cases(arm)) - part.present.size,
        )
        for arm, part in parts.items()
    )
    differences: list[Contrast] = []
    if table.real_arms:
        real = _cases(table, table.real_arms, references, cut)
        name = table.real_arms[0] if len(table.real_arms) == 1 else "real"
        for figure in FIGURES:
            differences += _differences(
                figure,
                (name, real),
                {arm: parts[arm] for arm in table.synthetic_arms},
                settings,
                table.has_clusters,
            )
    return Findings(by_arm, tuple(differences))


def findings_beside_machines(
    table: RatingsTable, references: References, settings: AnalysisSettings, *, cut: float
) -> tuple[MachineComparison, ...]:
    """Every figure of :func:`findings` of each machine beside the people, arm by arm.

    The machine is fixed and human minus machine is the mean of the readers' differences from it
    (:mod:`app.statistics.protocols.machines`). No margin is stated for a finding, so nothing is
    concluded of non-inferiority.

    Parameters
    ----------
    table : RatingsTable
        People and machines; ``machines`` names those. ``score`` holds the grades.
    references, settings, cut
        As in :func:`findings`.

    Returns
    -------
    tuple of MachineComparison
        A figure that an arm doesn't have, or that the machine answered nothing for, is left out.
    """
    made: list[MachineComparison] = []
    for arm in table.arms:
        part = _cases(table, [arm], references, cut)
        for figure in FIGURES:
            of_readers = _of_readers(figure, part, settings, table.has_clusters)
            if not isinstance(of_readers, str):
                one = FigureOfReaders(
                    arm, figure, said("the {word}", word=_word(figure)), *of_readers
                )
                made += beside_people(table, one, settings, margin=None)
    return tuple(made)


def _cases(table: RatingsTable, arms: Sequence[str], references: References, cut: float) -> _Cases:
    said = [references.get((arm, case)) for arm in arms for case in table.cases(arm)]
    known = np.array([one is not None for one in said], dtype=bool)
    return _Cases(
        grades=table.pooled_matrix("score", arms)[:, known],
        present=np.array([one for one in said if one is not None], dtype=bool),
        clusters=table.pooled_clusters(arms)[known],
        cut=cut,
    )


def _estimate(
    figure: str, part: _Cases, settings: AnalysisSettings, has_clusters: bool
) -> Estimate:
    made = _of_readers(figure, part, settings, has_clusters)
    if isinstance(made, str):
        return not_estimable(made)
    theta, covariance, matrices, clusters = made
    return averaged_over_readers(
        theta,
        covariance,
        matrices,
        settings,
        scale="logit",
        what=said("the {word}", word=_word(figure)),
        clusters=clusters,
    )


def _of_readers(
    figure: str, part: _Cases, settings: AnalysisSettings, has_clusters: bool
) -> tuple[Float, Float, list[Float], list[Int] | None] | str:
    """Every reader's figure, its covariance, its ratings, their clusters; or why there is none."""
    if part.present.size == 0:
        return said("the reference says of no image whether the finding is there")
    if figure == "auc":
        matrices = [part.grades[:, part.present], part.grades[:, ~part.present]]
        if not all(matrix.shape[1] for matrix in matrices):
            return said("by the reference all images are of one kind")
        theta, covariance = _auc(part, settings, has_clusters)
        clusters = [part.clusters[part.present], part.clusters[~part.present]]
    else:
        matrix, codes = part.means_of(figure)
        if matrix.shape[1] == 0:
            return said("by the reference {needs} in no image", needs=_NEEDS[figure])
        matrices, clusters = [matrix], [codes]
        one = _rate(figure, ("",), [(matrix, codes)], has_clusters)
        theta, covariance = one.theta[0], one.covariance[0, :, 0, :]
    return theta, covariance, matrices, clusters if has_clusters else None


def _word(figure: str) -> str:
    return _WORDS[figure]


def _auc(part: _Cases, settings: AnalysisSettings, has_clusters: bool) -> tuple[Float, Float]:
    present, absent = part.grades[:, part.present], part.grades[:, ~part.present]
    clusters = (part.clusters[part.present], [part.clusters[~part.present]])
    theta, covariance = reader_aucs_of_arms(
        present, [absent], method=settings.covariance, clusters=clusters if has_clusters else None
    )
    return theta[0], covariance[0, :, 0, :]


def _case_df(part: _Cases) -> float:
    """Degrees of freedom over clusters of an AUC of the finding."""
    kinds = (part.present, ~part.present)
    return cluster_df(
        [part.grades[:, kind] for kind in kinds], [part.clusters[kind] for kind in kinds]
    )


def _rate(
    figure: str, arms: Sequence[str], of_arms: Sequence[tuple[Float, Int]], has_clusters: bool
) -> ArmFigures:
    return arms_of_means(
        f"finding.{figure}",
        tuple(arms),
        [matrix for matrix, _ in of_arms],
        [clusters for _, clusters in of_arms] if has_clusters else None,
        largest=1.0,
    )


def _differences(
    figure: str,
    real: tuple[str, _Cases],
    synthetic: Mapping[str, _Cases],
    settings: AnalysisSettings,
    has_clusters: bool,
) -> list[Contrast]:
    """Of one figure, every synthetic arm that has it minus real."""
    contrasts: list[Contrast] = []
    for arm, part in synthetic.items():
        both = (real[1], part)
        if any(not _has(figure, one) for one in both):
            continue
        if figure == "auc":
            figures = independent_arms(
                "finding.auc",
                (real[0], arm),
                [_auc(one, settings, has_clusters) for one in both],
                largest=1.0,
                blocks=reader_blocks([one.grades for one in both]),
                case_dfs=tuple(_case_df(one) for one in both) if has_clusters else None,
            )
        else:
            figures = _rate(
                figure, (real[0], arm), [one.means_of(figure) for one in both], has_clusters
            )
        contrasts += pairwise(figures, settings)
    adjusted = holm([one.p_value for one in contrasts])
    return [replace(one, p_holm=p) for one, p in zip(contrasts, adjusted, strict=True)]


def _has(figure: str, part: _Cases) -> bool:
    """Whether the cases have what the figure needs."""
    kinds = {
        "sensitivity": part.present.any(),
        "specificity": (~part.present).any(),
        "accuracy": part.present.size > 0,
    }
    return bool(kinds.get(figure, part.present.any() and (~part.present).any()))
