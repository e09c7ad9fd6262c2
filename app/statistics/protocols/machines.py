"""Machine readers beside human ones: figures apart, and human minus machine.

A machine is not drawn from a population of machines, so it is fixed: its own interval is over
images. Against human readers j with figures theta_j the difference psi_j = theta_j - theta_m is
analysed as one arm's figure of merit,

    Cov(psi_j, psi_j') = Cov(j, j') - Cov(j, m) - Cov(m, j') + Var(m),

whose average has the variance of Obuchowski and Rockette with Hillis' degrees of freedom: readers
and images are both samples, the machine read the same images.

Non-inferior: the lower limit of human minus machine lies above minus the margin, which is a
one-sided test at half of one minus the level.

References
----------
Hillis SL, Obuchowski NA, Berbaum KS (2011), Acad Radiol 18:129-142, doi:10.1016/j.acra.2010.09.007
(one arm, readers and cases random); Chakraborty DP (2017), Observer Performance Methods for
Diagnostic Imaging, chapter 22 (readers against a standalone machine);
Piaggio G et al. (2012), JAMA 308:2594-2604, doi:10.1001/jama.2012.87802 (non-inferiority).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy import stats

from app.domain.said import said
from app.statistics.realness.auc import reader_aucs_of_arms
from app.statistics.realness.detection import detection_of
from app.statistics.realness.discrimination import AUC_FROM
from app.statistics.table.estimate import Estimate, not_estimable, point_only, without_interval
from app.statistics.table.ratings import Float, Int, RatingsTable
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.clusters import cluster_df, in_clusters
from app.statistics.variance.interval import (
    averaged_over_readers,
    counts,
    limits,
    whom_it_speaks_for,
)
from app.statistics.variance.obuchowski_rockette import LEAST_SHARE, single_arm
from app.statistics.variance.split_plot import in_groups, reader_blocks

BALANCED = "balanced_accuracy"


@dataclass(frozen=True)
class MachineComparison:
    """One machine beside the human readers, by one figure of one arm.

    Attributes
    ----------
    machine, arm, measure : str
        ``measure`` is ``auc_realism``, ``auc_confidence``, ``auc_score`` or ``balanced_accuracy``
        of an arm against real; of a finding ``sensitivity``, ``specificity``, ``accuracy`` or
        ``auc`` within the arm.
    human, own, difference : Estimate
        The readers' figure, the machine's, and human minus machine.
    by_reader : mapping of str to float
        The figure of every human reader who has one.
    margin : float or None
        Of non-inferiority, on AUC; None for a figure that the design states none for.
    p_non_inferior : float or None
        One-sided, of human minus machine being minus the margin or less.
    is_non_inferior : bool or None
        Whether the lower limit of the difference lies above minus the margin.
    """

    machine: str
    arm: str
    measure: str
    human: Estimate
    own: Estimate
    difference: Estimate
    by_reader: Mapping[str, float] = field(default_factory=dict)
    margin: float | None = None
    p_non_inferior: float | None = None
    is_non_inferior: bool | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "machine": self.machine,
            "arm": self.arm,
            "measure": self.measure,
            "human": self.human.to_json(),
            "own": self.own.to_json(),
            "difference": self.difference.to_json(),
            "by_reader": dict(self.by_reader),
            "margin": self.margin,
            "p_non_inferior": self.p_non_inferior,
            "is_non_inferior": self.is_non_inferior,
        }


@dataclass(frozen=True)
class FigureOfReaders:
    """One figure of every reader, machines included, in one arm.

    Attributes
    ----------
    arm, measure, name : str
        ``name`` is what messages call the figure, such as "the AUC".
    theta : (J,) array of float
        NaN for a reader who has none.
    covariance : (J, J) array of float
        Over images.
    matrices : list of (J, K) array of float
        The ratings it comes from.
    clusters : list of (K,) array of int or None
        Of the images of each; None where every image stands alone.
    """

    arm: str
    measure: str
    name: str
    theta: Float
    covariance: Float
    matrices: list[Float]
    clusters: list[Int] | None = None


def machine_comparisons(
    table: RatingsTable, settings: AnalysisSettings
) -> tuple[MachineComparison, ...]:
    """Every machine of a table against its human readers, arm by arm.

    Parameters
    ----------
    table : RatingsTable
        With the machines among its readers; ``machines`` names them.
    settings : AnalysisSettings

    Returns
    -------
    tuple of MachineComparison
        Empty without machines, a real arm or a synthetic one. A figure that nobody's ratings hold
        is left out.
    """
    made: list[MachineComparison] = []
    if not table.machines or not table.real_arms:
        return ()
    for arm in table.synthetic_arms:
        for figure in _figures(table, arm, settings):
            margin = None if figure.measure == BALANCED else settings.margin
            made += beside_people(table, figure, settings, margin=margin)
    return tuple(made)


def _figures(
    table: RatingsTable, arm: str, settings: AnalysisSettings
) -> Iterator[FigureOfReaders]:
    """What the ratings hold of an arm against real: AUCs, and the accuracy of verdicts."""
    both = table.clusters_of((table.real_arms, (arm,)))
    for key, measure in AUC_FROM.items():
        if table.has(measure):
            matrices = [table.pooled_matrix(measure, table.real_arms), table.matrix(measure, arm)]
            clusters = None if both is None else (both[0], [both[1]])
            thetas, covariances = reader_aucs_of_arms(
                matrices[0], [matrices[1]], method=settings.covariance, clusters=clusters
            )
            yield FigureOfReaders(
                arm, key, said("the AUC"), thetas[0], covariances[0, :, 0], matrices, both
            )
    if table.has("verdict"):
        matrices = [table.pooled_matrix("verdict", table.real_arms), table.matrix("verdict", arm)]
        theta, covariance = detection_of(table, arm).figure(BALANCED)
        yield FigureOfReaders(
            arm, BALANCED, said("the accuracy"), theta, covariance, matrices, both
        )


def beside_people(
    table: RatingsTable,
    figure: FigureOfReaders,
    settings: AnalysisSettings,
    *,
    margin: float | None,
) -> Iterator[MachineComparison]:
    """Every machine that has a figure, beside the people of the same table.

    Parameters
    ----------
    table : RatingsTable
        Its readers are the rows of the figure, ``machines`` among them.
    figure : FigureOfReaders
    settings : AnalysisSettings
    margin : float or None
        Of non-inferiority; None where the design states none for this figure.
    """
    people = np.array(
        [row for row, name in enumerate(table.readers) if name not in table.machines],
        dtype=np.int64,
    )
    for machine in table.machines:
        row = table.readers.index(machine)
        if any(np.isfinite(matrix[row]).any() for matrix in figure.matrices):
            by_reader = {
                table.readers[place]: float(figure.theta[place])
                for place in people
                if math.isfinite(figure.theta[place])
            }
            one = _comparison(machine, row, people, figure, settings, margin)
            yield replace(one, by_reader=by_reader)


def _comparison(
    machine: str,
    row: int,
    people: Int,
    figure: FigureOfReaders,
    settings: AnalysisSettings,
    margin: float | None,
) -> MachineComparison:

    def averaged(who: Int, target: AnalysisSettings) -> Estimate:
        return averaged_over_readers(
            figure.theta[who],
            figure.covariance[np.ix_(who, who)],
            [matrix[who] for matrix in figure.matrices],
            target,
            scale="logit",
            what=figure.name,
            clusters=figure.clusters,
        )

    difference, p_value = _difference(row, people, figure, settings)
    low = difference.low
    return MachineComparison(
        machine,
        figure.arm,
        figure.measure,
        averaged(people, settings),
        averaged(np.array([row]), replace(settings, generalise_to="cases")),
        difference,
        margin=margin,
        p_non_inferior=None if margin is None or low is None else p_value,
        is_non_inferior=None if margin is None or low is None else low > -margin,
    )


def _difference(
    machine: int, people: Int, figure: FigureOfReaders, settings: AnalysisSettings
) -> tuple[Estimate, float | None]:
    """Human minus machine, and the one-sided p value of its being minus the margin or less."""
    theta, covariance = figure.theta, figure.covariance
    psi = theta[people] - theta[machine]
    with_machine = covariance[people, machine]
    spread = (
        covariance[np.ix_(people, people)]
        - with_machine[:, None]
        - with_machine[None, :]
        + covariance[machine, machine]
    )
    human = [matrix[people] for matrix in figure.matrices]
    blocks = reader_blocks(human)
    target, whom = whom_it_speaks_for(int(np.isfinite(psi).sum()), settings.generalise_to)
    method = said(
        "Obuchowski-Rockette, {whom}, machine fixed{in_clusters}",
        whom=whom,
        in_clusters=in_clusters(figure.clusters, target),
    )
    method += in_groups(blocks[np.isfinite(psi)])
    arm = single_arm(
        psi,
        spread,
        generalise_to=target,
        least_share=LEAST_SHARE,
        blocks=blocks,
        case_df=cluster_df(human, figure.clusters),
    )
    n_readers, n_cases, n_ratings = counts(human)
    if arm.n_readers == 0:
        why = said("no human reader and the machine both rated enough images")
        return not_estimable(why, n_readers=n_readers, n_cases=n_cases, n_ratings=n_ratings), None
    point = point_only(
        arm.estimate, method=method, n_readers=n_readers, n_cases=n_cases, n_ratings=n_ratings
    )
    if arm.why_not is not None:
        return replace(point, method=without_interval(method, arm.why_not)), None
    low, high = limits(arm.estimate, arm.se, arm.df, level=settings.level)
    p_value = float(stats.t.sf((arm.estimate + settings.margin) / arm.se, arm.df))
    return (
        replace(
            point,
            low=max(low, -1.0),
            high=min(high, 1.0),
            se=arm.se,
            df=None if math.isinf(arm.df) else arm.df,
        ),
        p_value,
    )
