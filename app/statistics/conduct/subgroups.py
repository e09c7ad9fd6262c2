"""The main figures by what the bank's records say of a case: sex, age, finding. Descriptive."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.domain.said import said
from app.statistics.conduct.groups import NOT_STATED, GroupFigures, figures_of_arms
from app.statistics.table.ratings import RatingsTable
from app.statistics.table.settings import AnalysisSettings

# Fewer images of an arm than this in a subgroup, and its figures say little.
FEW_IMAGES = 10
MOST_LEVELS = 12
_BAND_YEARS = 20
_OLDEST = 80
# DICOM writes an age as 045Y.
_NUMBER = re.compile(r"0*(\d+(?:\.\d+)?)[Yy]?")


@dataclass(frozen=True)
class Subgroup:
    """The cases of one level of a stratum.

    Attributes
    ----------
    figures : mapping of arm to mapping of estimand to Estimate
        As by group of readers; the AUC is against the real images of the same level.
    images : mapping of arm to int
        Images that were read, 0 where an arm has none of this level.
    """

    level: str
    figures: GroupFigures
    images: Mapping[str, int]

    @property
    def is_small(self) -> bool:
        """Whether any arm has few images here."""
        return min(self.images.values()) < FEW_IMAGES


@dataclass(frozen=True)
class Stratum:
    """What was found by one key of the records; `why_not` says why there are no subgroups."""

    name: str
    subgroups: tuple[Subgroup, ...]
    why_not: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "subgroups": {
                one.level: {
                    "images": dict(one.images),
                    "is_small": one.is_small,
                    "arms": {
                        arm: {key: estimate.to_json() for key, estimate in figures.items()}
                        for arm, figures in one.figures.items()
                    },
                }
                for one in self.subgroups
            },
            "state": said("not estimable: {why_not}", why_not=self.why_not)
            if self.why_not
            else "estimated",
        }


def by_stratum(table: RatingsTable, settings: AnalysisSettings) -> Mapping[str, Stratum]:
    """Realism, deception, d' and AUC of every arm within each level of each stratum of cases.

    Levels are described, not tested against each other: with many levels some differ by chance.

    Parameters
    ----------
    table : RatingsTable
        ``strata`` names the levels of every rating's case. Numbers are put in bands: years of age
        by twenties, other numbers of more than 12 values by thirds of the cases.
    settings : AnalysisSettings

    Returns
    -------
    mapping of stratum to Stratum
        Cases of which the records say nothing are a level of their own, "not stated".
    """
    return {name: _stratum(table, name, settings) for name in table.strata}


def _stratum(table: RatingsTable, name: str, settings: AnalysisSettings) -> Stratum:
    levels = _levels(table, name)
    if set(levels) <= {NOT_STATED}:
        return Stratum(name, (), why_not=said("the records say nothing under this key"))
    if len(levels) > MOST_LEVELS:
        return Stratum(
            name,
            (),
            why_not=said(
                "the records have {n_levels} values under this key, and at most "
                "{most_levels} can be shown",
                n_levels=len(levels),
                most_levels=MOST_LEVELS,
            ),
        )
    made = []
    for level, values in levels.items():
        some = table.of_stratum(name, values)
        images = {arm: len(some.cases(arm)) if arm in some.arms else 0 for arm in table.arms}
        made.append(Subgroup(level, figures_of_arms(some, settings), images))
    return Stratum(name, tuple(made))


def _levels(table: RatingsTable, name: str) -> dict[str, list[str]]:
    """Levels in the order to show, each with the texts of the records that belong to it."""
    texts = sorted({str(text) for text in np.unique(table.strata[name])})
    said = [text for text in texts if text.strip()]
    levels = _banded(table, name, said) or {text: [text] for text in said}
    if len(said) < len(texts):
        levels[NOT_STATED] = [text for text in texts if not text.strip()]
    return levels


def _banded(table: RatingsTable, name: str, texts: list[str]) -> dict[str, list[str]]:
    """Bands of numbers; empty where the texts are words, or few enough to stand as they are."""
    matched = {text: _NUMBER.fullmatch(text.strip()) for text in texts}
    numbers = {text: float(match[1]) for text, match in matched.items() if match is not None}
    is_age = "age" in re.split(r"[^a-z]+", name.lower())
    if len(numbers) < len(texts) or not texts or (len(texts) <= MOST_LEVELS and not is_age):
        return {}
    ordered = sorted(texts, key=lambda text: numbers[text])
    bands: dict[str, list[str]] = {}
    if is_age:
        for text in ordered:
            bands.setdefault(_of_age(numbers[text]), []).append(text)
        return bands
    cuts = np.quantile(_of_cases(table, name, numbers), [1 / 3, 2 / 3])
    for text in ordered:
        third = int(np.searchsorted(cuts, numbers[text], side="left"))
        label = (
            said("up to {cuts:g}", cuts=cuts[0]),
            said("above {cuts:g}, up to {cuts2:g}", cuts=cuts[0], cuts2=cuts[1]),
            said("above {cuts:g}", cuts=cuts[1]),
        )[third]
        bands.setdefault(label, []).append(text)
    return bands


def _of_age(years: float) -> str:
    if years >= _OLDEST:
        return said("{oldest} years and over", oldest=_OLDEST)
    low = int(years // _BAND_YEARS) * _BAND_YEARS
    return said("{low} to {value} years", low=low, value=low + _BAND_YEARS - 1)


def _of_cases(table: RatingsTable, name: str, numbers: Mapping[str, float]) -> list[float]:
    """The number of every case, once."""
    cases = {
        (str(arm), str(case)): numbers[str(text)]
        for arm, case, text in zip(table.arm, table.case, table.strata[name], strict=True)
        if str(text) in numbers
    }
    return list(cases.values())
