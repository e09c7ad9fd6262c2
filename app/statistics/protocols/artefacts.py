"""What readers name of a vocabulary: on which films, how alike, and where they are right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from app.domain.said import reworded, said, to_say
from app.statistics.agreement.by_arm import agreement
from app.statistics.protocols.averaged import averaged
from app.statistics.table.estimate import Estimate
from app.statistics.table.ratings import Float, Int, RatingsTable, ratings_table
from app.statistics.table.settings import AnalysisSettings

Outcome = Literal["hit", "miss", "false_alarm", "correct_rejection"]
OUTCOMES: tuple[Outcome, ...] = ("hit", "miss", "false_alarm", "correct_rejection")
COEFFICIENTS = ("percent_agreement", "gwet_ac1", "fleiss_kappa")
# How the sentences of figures of one reader, or of ratings, are put for what is named on films.
_OF_THESE: Mapping[str, str] = {
    "this reader": to_say("these readers"),
    "{what} is at the end of its scale for every reader; the other limit "
    "is an exact bound from {units}, for {of_whom}": to_say(
        "{what} is at the end of its scale for these readers; the other limit "
        "is an exact bound from {units}, for {of_whom}"
    ),
}
_OF_PRESENCE: Mapping[str, str] = {
    "every rating is in one category, so chance alone would agree fully": to_say(
        "every reader named it on all films or on none, so chance alone would agree fully"
    ),
}


@dataclass(frozen=True)
class Naming:
    """What one reader named on one film.

    ``verdict`` is what they called it, ``""`` where they were not asked or gave none.
    """

    reader: str
    case: str
    arm: str
    truth: str
    words: tuple[str, ...]
    verdict: str = ""
    cluster: str = ""

    @property
    def outcome(self) -> Outcome | None:
        """Whether the verdict was right, and of which kind; None without a verdict."""
        if not self.verdict:
            return None
        if self.truth == "synthetic":
            return "hit" if self.verdict == "synthetic" else "miss"
        return "false_alarm" if self.verdict == "synthetic" else "correct_rejection"


@dataclass(frozen=True)
class WordOfArm:
    """One word in one arm.

    Attributes
    ----------
    films : Estimate
        Share of films on which at least one reader named it; an interval over films, for these
        readers, because more readers name more.
    readings : Estimate
        Share of a reader's films on which they name it, averaged over readers.
    agreement : mapping of str to Estimate
        Between readers on whether it is there: each of ``COEFFICIENTS``.
    """

    arm: str
    word: str
    films: Estimate
    readings: Estimate
    agreement: Mapping[str, Estimate]


@dataclass(frozen=True)
class NamedWhere:
    """How often a word was named among the readings of each outcome. Descriptive: pooled."""

    word: str
    counts: Mapping[Outcome, int]


@dataclass(frozen=True)
class Artefacts:
    """Result of :func:`artefacts`.

    ``readings`` counts the readings of each outcome, empty where there is no verdict.
    """

    words: tuple[WordOfArm, ...]
    named: tuple[NamedWhere, ...]
    readings: Mapping[Outcome, int]

    def estimates(self) -> tuple[Estimate, ...]:
        """Every estimate."""
        return tuple(
            estimate
            for one in self.words
            for estimate in (one.films, one.readings, *one.agreement.values())
        )

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        by_arm: dict[str, dict[str, Any]] = {}
        for one in self.words:
            by_arm.setdefault(one.arm, {})[one.word] = {
                "films": one.films.to_json(),
                "readings": one.readings.to_json(),
                "agreement": {name: figure.to_json() for name, figure in one.agreement.items()},
            }
        return {
            "by_arm": by_arm,
            "readings_by_outcome": dict(self.readings),
            "named_by_outcome": {one.word: dict(one.counts) for one in self.named},
        }


def artefacts(
    namings: Sequence[Naming], words: Sequence[str], settings: AnalysisSettings
) -> Artefacts:
    """Shares of films and of readings by arm and word, agreement, and where words were right.

    A film or reading counts where the question was asked and answered, also by "none seen". Where
    it is asked only after a verdict of synthetic, shares are of films called synthetic.

    Agreement on presence is Gwet's AC1 and Fleiss' kappa with the percent agreement beside them: a
    word that is seldom named has a low kappa however much readers agree.

    Parameters
    ----------
    namings : sequence of Naming
        At least one.
    words : sequence of str
        The vocabulary.
    settings : AnalysisSettings

    References
    ----------
    Gwet KL (2008), Br J Math Stat Psychol 61:29-48, doi:10.1348/000711006X126600;
    Fleiss JL (1971), Psychol Bull 76:378-382, doi:10.1037/h0031619.
    """
    answers = sorted({one.words for one in namings})
    code = {answer: place for place, answer in enumerate(answers)}
    table = ratings_table(
        reader=[one.reader for one in namings],
        case=[one.case for one in namings],
        arm=[one.arm for one in namings],
        truth=[one.truth for one in namings],
        cluster=[one.cluster for one in namings],
        score=[float(code[one.words]) for one in namings],
    )
    of_arms = [
        _word(table, arm, word, np.array([word in answer for answer in answers]), settings)
        for arm in table.arms
        for word in words
    ]
    outcomes = [one.outcome for one in namings]
    readings = {outcome: outcomes.count(outcome) for outcome in OUTCOMES}
    has_verdict = any(readings.values())
    named = tuple(
        NamedWhere(
            word,
            {
                outcome: sum(
                    got == outcome and word in one.words
                    for one, got in zip(namings, outcomes, strict=True)
                )
                for outcome in OUTCOMES
            },
        )
        for word in words
    )
    return Artefacts(tuple(of_arms), named if has_verdict else (), readings if has_verdict else {})


def _word(
    table: RatingsTable,
    arm: str,
    word: str,
    is_named: np.ndarray[Any, np.dtype[np.bool_]],
    settings: AnalysisSettings,
) -> WordOfArm:
    codes = table.matrix("score", arm)
    seen = np.isfinite(codes)
    named = np.where(seen, is_named[np.where(seen, codes, 0).astype(np.int64)], np.nan)
    clusters = table.clusters(arm) if table.has_clusters else None
    readings = averaged(named, clusters, settings, what=said("the share of films"))
    coefficients = agreement(
        named,
        kind="verdict",
        categories=(0.0, 1.0),
        level=settings.level,
        generalise_to=settings.generalise_to,
        clusters=clusters,
    )
    return WordOfArm(
        arm=arm,
        word=word,
        films=_films(named, clusters, settings),
        readings=readings,
        agreement={name: _as_presence(coefficients[name]) for name in COEFFICIENTS},
    )


def _films(named: Float, clusters: Int | None, settings: AnalysisSettings) -> Estimate:
    """Share of films on which anybody named it: one figure of all readers, over films."""
    answered = np.isfinite(named).any(axis=0)
    anybody = np.where(answered, np.nan_to_num(named).max(axis=0), np.nan)[None, :]
    share = averaged(
        anybody, clusters, replace(settings, generalise_to="cases"), what=said("the share of films")
    )
    readers = int(np.isfinite(named).any(axis=1).sum())
    return replace(
        share,
        method=share.method.replace("Obuchowski-Rockette, ", "").replace(
            "this reader", "these readers"
        ),
        caution=reworded(share.caution, _OF_THESE),
        n_readers=readers,
    )


def _as_presence(coefficient: Estimate) -> Estimate:
    """The coefficient in the words of presence."""
    return replace(coefficient, state=reworded(coefficient.state, _OF_PRESENCE))
