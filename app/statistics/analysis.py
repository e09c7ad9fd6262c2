"""The whole analysis of a ratings table: one call, one frozen result, one JSON schema."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from app.domain.said import said
from app.statistics.agreement.by_arm import Kind, agreement
from app.statistics.agreement.generalizability import Dependability, Rated, dependability
from app.statistics.agreement.intra_reader import intra_reader
from app.statistics.bootstrapped import bootstrap, bootstrapped_figures
from app.statistics.conduct.drift import drift
from app.statistics.conduct.groups import GroupFigures, by_reader_group
from app.statistics.conduct.readers import ReaderFigures, reader_figures
from app.statistics.conduct.subgroups import Stratum, by_stratum
from app.statistics.conduct.time import time
from app.statistics.models.second_estimator import second_estimator
from app.statistics.planning.settling import Aim, Settling, settle
from app.statistics.protocols.machines import MachineComparison, machine_comparisons
from app.statistics.realness.assay import assay_sensitivity
from app.statistics.realness.contrasts import (
    ArmFigures,
    Contrast,
    Friedman,
    all_arms,
    arms_of_means,
    cliffs_delta,
    friedman,
    global_to_json,
    pairwise,
)
from app.statistics.realness.deception import deception
from app.statistics.realness.detection import detection
from app.statistics.realness.discrimination import AUC_FROM, auc_figures, discrimination
from app.statistics.realness.equivalence import Conclusion, equivalence_conclusion
from app.statistics.realness.over_arms import (
    conclusions_over_arms,
    levels_of_next,
    may_be_equivalent,
)
from app.statistics.realness.precision_weighted import precision_weighted
from app.statistics.realness.realism import CategoryShare, distribution, realism
from app.statistics.realness.these_readers import these_readers
from app.statistics.table.estimate import Estimate
from app.statistics.table.ratings import Measure, RatingsTable, StatisticsInputError
from app.statistics.table.settings import AnalysisSettings, ConclusionMeasure
from app.statistics.variance.obuchowski_rockette import GlobalTest

Family = Mapping[str, "Estimate | Mapping[str, Estimate]"]

# What can't be said where the ratings lack a column.
WITHOUT: dict[Measure, str] = {
    "realism": said(
        "No realism was rated: mean realism, the AUC from it and the readers' agreement on it "
        "can't be given."
    ),
    "score": said("There is no score: the AUC from it can't be given."),
    "verdict": said(
        "No verdict was asked for: the share judged real, how well readers tell real from "
        "synthetic, the AUC from confidence and the readers' agreement can't be given."
    ),
    "confidence": said("No confidence was asked for: the AUC from it can't be given."),
    "position": said("There is no order of reading: drift can't be given."),
    "reading_time_ms": said("There are no reading times: time to an answer can't be given."),
}

_RATED: tuple[Rated, ...] = ("realism", "judged_real")
_KINDS: tuple[Kind, ...] = ("realism", "verdict")
_CONTRASTED_MEANS: dict[str, Measure] = {
    "realism.mean": "realism",
    "deception.rate": "judged_real",
    "time.geometric_mean_ms": "log_time",
}


@dataclass(frozen=True)
class ArmAnalysis:
    """Everything about one arm.

    Attributes
    ----------
    arm, truth : str
    n_readers, n_cases, n_ratings : int
        First reads.
    n_repeated : int
        Repeated reads; only the intra-reader family uses them.
    families : mapping of family to mapping of estimand to Estimate
        ``agreement`` and ``intra_reader`` have one more level, ``realism`` and ``verdict``.
        ``these_readers`` is there with two readers who are a sample.
        ``bootstrap`` is there when asked for; its keys are paths such as ``deception.rate``.
        ``model`` holds the figures of the hierarchical model, unless it was not asked for.
    distribution : tuple of CategoryShare
    conclusion : Conclusion or None
        None for a real arm.
    settling : Settling or None
        What it would take to settle an inconclusive arm; None for others.
    """

    arm: str
    truth: str
    n_readers: int
    n_cases: int
    n_ratings: int
    n_repeated: int
    families: Mapping[str, Family]
    distribution: tuple[CategoryShare, ...]
    conclusion: Conclusion | None
    settling: Settling | None = None

    def to_json(self) -> dict[str, Any]:
        families = {name: _family_to_json(family) for name, family in self.families.items()}
        return {
            "truth": self.truth,
            "n_readers": self.n_readers,
            "n_cases": self.n_cases,
            "n_ratings": self.n_ratings,
            "n_repeated": self.n_repeated,
            **families,
            "distribution": [step.to_json() for step in self.distribution],
            "conclusion": None if self.conclusion is None else self.conclusion.to_json(),
            "settling": None if self.settling is None else self.settling.to_json(),
        }


@dataclass(frozen=True)
class Contrasts:
    """Differences between arms, per measure: pairs, global test, Friedman test."""

    pairs: tuple[Contrast, ...]
    global_tests: Mapping[str, GlobalTest]
    friedman_tests: Mapping[str, Friedman]

    def to_json(self) -> dict[str, Any]:
        return {
            "pairs": [pair.to_json() for pair in self.pairs],
            "global": {name: global_to_json(test) for name, test in self.global_tests.items()},
            "friedman": {name: test.to_json() for name, test in self.friedman_tests.items()},
        }


@dataclass(frozen=True)
class Analysis:
    """Result of :func:`analyse`.

    ``table`` holds the readers who count, all of them people; ``left_out`` those who answered too
    little, with the number of their first readings. ``machines`` stand beside them.
    """

    settings: AnalysisSettings
    table: RatingsTable
    arms: Mapping[str, ArmAnalysis]
    contrasts: Contrasts
    readers: Mapping[str, Mapping[str, ReaderFigures]]
    groups: Mapping[str, Mapping[str, GroupFigures]]
    notes: tuple[str, ...]
    left_out: Mapping[str, int]
    machines: tuple[MachineComparison, ...] = ()
    subgroups: Mapping[str, Stratum] = field(default_factory=dict)
    dependability: Mapping[str, Dependability] = field(default_factory=dict)

    @property
    def n_clusters(self) -> int | None:
        """Clusters of cases, single ones included; None where every case stands alone."""
        if not self.table.has_clusters:
            return None
        return int(np.unique(self.table.pooled_clusters(self.table.arms)).size)

    def to_json(self) -> dict[str, Any]:
        """The analysis as plain JSON values; schema in docs/statistics.md."""
        table = self.table
        first = table.replicate == 0
        return {
            "arms": {name: arm.to_json() for name, arm in self.arms.items()},
            "contrasts": self.contrasts.to_json(),
            "readers": {
                reader: {"groups": dict(table.reader_groups.get(reader, {})), "arms": dict(arms)}
                for reader, arms in self.readers.items()
            },
            "groups": {
                name: {
                    level: {
                        arm: {key: estimate.to_json() for key, estimate in figures.items()}
                        for arm, figures in arms.items()
                    }
                    for level, arms in levels.items()
                }
                for name, levels in self.groups.items()
            },
            "machines": [one.to_json() for one in self.machines],
            "subgroups": {name: stratum.to_json() for name, stratum in self.subgroups.items()},
            "generalizability": {name: one.to_json() for name, one in self.dependability.items()},
            "settings": {
                **asdict(self.settings),
                "positive_controls": list(self.settings.positive_controls),
                "realism_min": table.realism_min,
                "realism_max": table.realism_max,
                "confidence_max": table.confidence_max,
                "real_arms": list(table.real_arms),
                "synthetic_arms": list(table.synthetic_arms),
                "n_readers": len(table.readers),
                "n_cases": sum(len(table.cases(arm)) for arm in table.arms),
                "n_ratings": int(first.sum()),
                "n_repeated": int((~first).sum()),
                "left_out_readers": dict(self.left_out),
                "n_clusters": self.n_clusters,
            },
            "notes": list(self.notes),
        }


def analyse(table: RatingsTable, *, settings: AnalysisSettings | None = None) -> Analysis:
    """Analyse a table of ratings.

    Parameters
    ----------
    table : RatingsTable
    settings : AnalysisSettings, optional
        Readers and cases both random, margin 0.10 and no bootstrap when left out.

    Returns
    -------
    Analysis
        What can't be estimated is there, with its state saying why.
    """
    settings = settings or AnalysisSettings()
    _check_named_arms(table, settings)
    everybody = table
    table, left_out = _who_count(table.people, settings)
    aucs = {key: auc_figures(table, key, settings) for key in AUC_FROM}
    arms = _concluded(
        table, {arm: _arm(table, arm, settings, aucs) for arm in table.arms}, settings
    )
    arms = _with_settling(table, arms, settings, aucs)
    if settings.bootstrap:
        arms = _with_bootstrap(table, arms, settings)
    if settings.model:
        modelled = second_estimator(table, settings)
        arms = {
            name: replace(arm, families={**arm.families, "model": modelled[name]})
            for name, arm in arms.items()
        }
    return Analysis(
        settings=settings,
        table=table,
        arms=arms,
        contrasts=_contrasts(table, settings, aucs),
        readers=reader_figures(table, aucs),
        groups=by_reader_group(table, settings),
        notes=_notes(table, settings),
        left_out=left_out,
        machines=machine_comparisons(
            everybody.select_readers([*table.readers, *everybody.machines]), settings
        )
        if everybody.machines
        else (),
        subgroups=by_stratum(table, settings),
        dependability={
            measure: dependability(table, measure) for measure in _RATED if table.has(measure)
        },
    )


def _check_named_arms(table: RatingsTable, settings: AnalysisSettings) -> None:
    for what, arm in (
        *(("the positive control", arm) for arm in settings.positive_controls),
        *([("the primary arm", settings.primary_arm)] if settings.primary_arm else []),
    ):
        if arm not in table.synthetic_arms:
            raise StatisticsInputError(
                f"There is no synthetic arm {arm!r} to be {what}: name one of "
                f"{', '.join(table.synthetic_arms) or 'none'}."
            )


def _who_count(
    table: RatingsTable, settings: AnalysisSettings
) -> tuple[RatingsTable, dict[str, int]]:
    """The table without readers who answered too little, and those with their first readings."""
    names, counts = np.unique(table.reader[table.replicate == 0], return_counts=True)
    first = {str(name): int(count) for name, count in zip(names, counts, strict=True)}
    least = settings.least_answered * float(np.median(counts)) if counts.size else 0.0
    left_out = {name: first.get(name, 0) for name in table.readers if first.get(name, 0) < least}
    if not left_out:
        return table, {}
    kept = [name for name in table.readers if name not in left_out]
    return table.select_readers(kept), left_out


def _concluded(
    table: RatingsTable, arms: Mapping[str, ArmAnalysis], settings: AnalysisSettings
) -> dict[str, ArmAnalysis]:
    """The arms with the conclusions of the whole study in place of their own."""
    single = {name: arm.conclusion for name, arm in arms.items() if arm.conclusion is not None}
    measure = AUC_FROM[conclusion_measure(table, settings)]
    real = table.pooled_matrix(measure, table.real_arms)
    assays = {
        name: assay_sensitivity(real, table.matrix(measure, name), table.readers) for name in single
    }
    together = conclusions_over_arms(single, assays, settings)
    return {
        name: replace(arm, conclusion=together.get(name, arm.conclusion))
        for name, arm in arms.items()
    }


def _with_settling(
    table: RatingsTable,
    arms: Mapping[str, ArmAnalysis],
    settings: AnalysisSettings,
    aucs: Mapping[ConclusionMeasure, ArmFigures | None],
) -> dict[str, ArmAnalysis]:
    """The arms, those that are open with what it would take to settle them."""
    key = conclusion_measure(table, settings)
    figures = aucs[key]
    conclusions = {name: arm.conclusion for name, arm in arms.items() if arm.conclusion is not None}
    settled = {}
    for name, conclusion in conclusions.items():
        if figures is None or conclusion.state != "inconclusive":
            continue
        index = figures.arms.index(name)
        difference, equivalence = levels_of_next(name, conclusions, settings)
        settled[name] = settle(
            figures.theta[index],
            figures.covariance[index, :, index],
            [
                table.pooled_matrix(AUC_FROM[key], table.real_arms),
                table.matrix(AUC_FROM[key], name),
            ],
            settings,
            Aim(
                margin=settings.margin,
                alpha=1.0 - settings.level,
                alpha_difference=difference,
                alpha_equivalence=equivalence,
                may_be_equivalent=may_be_equivalent(name, conclusions, settings),
            ),
            clusters=table.clusters_of((table.real_arms, (name,))),
        )
    return {name: replace(arm, settling=settled.get(name)) for name, arm in arms.items()}


def _arm(
    table: RatingsTable,
    arm: str,
    settings: AnalysisSettings,
    aucs: Mapping[ConclusionMeasure, ArmFigures | None],
) -> ArmAnalysis:
    key = conclusion_measure(table, settings)
    families: dict[str, Family] = {
        "realism": realism(table, arm, settings),
        "deception": deception(table, arm, settings),
        "detection": detection(table, arm, settings),
        "discrimination": discrimination(table, arm, settings, aucs),
        "precision_weighted": precision_weighted(table, arm, settings, key, aucs[key]),
        "time": time(table, arm, settings),
        "drift": drift(table, arm, settings),
        "agreement": {kind: _agreement(table, arm, kind, settings) for kind in _KINDS},
        "intra_reader": {kind: _intra_reader(table, arm, kind, settings) for kind in _KINDS},
    }
    of_two = these_readers(table, arm, settings, key, aucs)
    if of_two:
        families["these_readers"] = of_two
    rows = table.arm == arm
    first = rows & (table.replicate == 0)
    return ArmAnalysis(
        arm=arm,
        truth=table.truth_of(arm),
        n_readers=int(np.unique(table.reader[first]).size),
        n_cases=int(np.unique(table.case[first]).size),
        n_ratings=int(first.sum()),
        n_repeated=int((rows & ~first).sum()),
        families=families,
        distribution=distribution(table, arm),
        conclusion=_conclusion(table, arm, settings, aucs),
    )


def _with_bootstrap(
    table: RatingsTable, arms: Mapping[str, ArmAnalysis], settings: AnalysisSettings
) -> dict[str, ArmAnalysis]:
    names = bootstrapped_figures(conclusion_measure(table, settings))
    resampled = bootstrap(
        table,
        settings,
        {
            name: {figure: _figure(arm.families, figure) for figure in names}
            for name, arm in arms.items()
        },
    )
    return {
        name: replace(arm, families={**arm.families, "bootstrap": resampled[name]})
        for name, arm in arms.items()
    }


def _figure(families: Mapping[str, Family], name: str) -> Estimate:
    """An estimate by its path, such as ``agreement.realism.kendall_w``."""
    family, *path = name.split(".")
    estimate: Estimate | Mapping[str, Estimate] = families[family][path[0]]
    return estimate if isinstance(estimate, Estimate) else estimate[path[1]]


def _agreement(
    table: RatingsTable, arm: str, kind: Kind, settings: AnalysisSettings
) -> Mapping[str, Estimate]:
    return agreement(
        table.matrix(kind, arm),
        kind=kind,
        categories=_categories(table, kind),
        level=settings.level,
        generalise_to=settings.generalise_to,
        clusters=table.clusters(arm) if table.has_clusters else None,
    )


def _intra_reader(
    table: RatingsTable, arm: str, kind: Kind, settings: AnalysisSettings
) -> Mapping[str, Estimate]:
    return intra_reader(
        table.matrix(kind, arm),
        table.matrix(kind, arm, replicate=1),
        kind=kind,
        categories=_categories(table, kind),
        level=settings.level,
        generalise_to=settings.generalise_to,
        clusters=table.clusters(arm) if table.has_clusters else None,
    )


def _categories(table: RatingsTable, kind: Kind) -> tuple[float, ...]:
    return table.categories() if kind == "realism" else (0.0, 1.0)


def conclusion_measure(table: RatingsTable, settings: AnalysisSettings) -> ConclusionMeasure:
    """The AUC the conclusion rests on: the one asked for, or the first the ratings hold."""
    if settings.measure != "auto":
        return settings.measure
    return next((key for key, measure in AUC_FROM.items() if table.has(measure)), "auc_realism")


def _conclusion(
    table: RatingsTable,
    arm: str,
    settings: AnalysisSettings,
    aucs: Mapping[ConclusionMeasure, ArmFigures | None],
) -> Conclusion | None:
    if arm in table.real_arms:
        return None
    key = conclusion_measure(table, settings)
    figures = aucs[key]
    if figures is None:
        why = (
            "there is no real arm"
            if not table.real_arms
            else f"the ratings do not hold what {key} needs"
        )
        return Conclusion("inconclusive", key, settings.margin, None, None, why=why)
    index = figures.arms.index(arm)
    measure = AUC_FROM[key]
    return equivalence_conclusion(
        figures.theta[index],
        figures.covariance[index, :, index],
        [table.pooled_matrix(measure, table.real_arms), table.matrix(measure, arm)],
        settings,
        measure=key,
        clusters=table.clusters_of((table.real_arms, (arm,))),
    )


def _largest_difference(table: RatingsTable, measure: Measure) -> float:
    """How far two arms can lie apart on average."""
    if measure == "judged_real":
        return 1.0
    if measure == "realism":
        return (table.realism_max or 0.0) - (table.realism_min or 0.0)
    return math.inf


def _contrasts(
    table: RatingsTable,
    settings: AnalysisSettings,
    aucs: Mapping[ConclusionMeasure, ArmFigures | None],
) -> Contrasts:
    figures: list[ArmFigures] = []
    for name, measure in _CONTRASTED_MEANS.items():
        if table.has(measure):
            figures.append(
                arms_of_means(
                    name,
                    table.arms,
                    [table.matrix(measure, arm) for arm in table.arms],
                    [table.clusters(arm) for arm in table.arms] if table.has_clusters else None,
                    scale="log" if measure == "log_time" else "identity",
                    largest=_largest_difference(table, measure),
                )
            )
    figures += [figure for figure in aucs.values() if figure is not None]
    pairs: list[Contrast] = []
    for figure in figures:
        pairs += _with_cliffs_delta(table, figure, settings)
    several = [figure for figure in figures if len(figure.arms) > 1]
    return Contrasts(
        pairs=tuple(pairs),
        global_tests={figure.measure: all_arms(figure, settings) for figure in several},
        friedman_tests={figure.measure: friedman(figure.theta) for figure in several},
    )


def _with_cliffs_delta(
    table: RatingsTable, figures: ArmFigures, settings: AnalysisSettings
) -> list[Contrast]:
    pairs = pairwise(figures, settings)
    if figures.measure != "realism.mean":
        return list(pairs)
    return [
        replace(
            pair,
            cliffs_delta=cliffs_delta(
                table.matrix("realism", pair.arm),
                table.matrix("realism", pair.against),
                settings,
                (table.clusters(pair.arm), table.clusters(pair.against))
                if table.has_clusters
                else None,
            ),
        )
        for pair in pairs
    ]


def _notes(table: RatingsTable, settings: AnalysisSettings) -> tuple[str, ...]:
    notes: list[str] = [sentence for column, sentence in WITHOUT.items() if not table.has(column)]
    if not table.real_arms:
        notes.append(
            said(
                "There is no real arm: how well readers tell real from synthetic, every AUC, "
                "HYPE-infinity and the conclusions can't be given."
            )
        )
    if not (table.replicate > 0).any():
        notes.append(
            said(
                "No case was read twice by a reader: their agreement with themselves can't be "
                "given."
            )
        )
    if len(table.readers) == 1:
        notes.append(_one_reader(settings))
    elif len(table.readers) < 4 and settings.generalise_to != "cases":
        notes.append(
            said(
                "There are {readers} readers: the intervals speak for readers like them and are "
                "wide because so few were asked.",
                readers=len(table.readers),
            )
        )
    return tuple(notes)


def _one_reader(settings: AnalysisSettings) -> str:
    if settings.generalise_to == "readers":
        return said(
            "There is one reader: nothing can be said about other readers; for these images only "
            "there are points and no intervals."
        )
    return said(
        "There is one reader: nothing can be said about other readers; intervals are for this "
        "reader and images like these."
    )


def _family_to_json(family: Family) -> dict[str, Any]:
    return {
        key: value.to_json()
        if isinstance(value, Estimate)
        else {name: estimate.to_json() for name, estimate in value.items()}
        for key, value in family.items()
    }
