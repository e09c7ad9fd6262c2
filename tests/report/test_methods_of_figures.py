"""No sentence of the report names a method that no printed figure used."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest

from app.report.words.answers import answers, answers_note
from app.report.words.cautions import analysis_cautions
from app.report.words.computed_methods import estimates_of
from app.report.words.conclusions import arm_sentences
from app.report.words.methods import analysis_methods
from app.report.words.settling import settling_lines, settling_note
from app.statistics.analysis import Analysis, analyse
from app.statistics.table.ratings import RatingsTable, ratings_table
from app.statistics.table.settings import AnalysisSettings
from tests.two_lengths import SLOW, some_now

SEEDS = range(20)
TARGETS = ("readers_and_cases", "readers", "cases")
# Each study for one target; from the sixteenth on, with clusters and groups, for two.
OF_EVERY_RUN = (
    *((seed, TARGETS[seed % 3]) for seed in SEEDS),
    *((seed, TARGETS[(seed + 2) % 3]) for seed in range(16, 20)),
)
EVERY = some_now(product(SEEDS, TARGETS), OF_EVERY_RUN)
Json = dict[str, Any]
COLUMNS = ("realism", "verdict", "confidence", "score", "position", "reading_time_ms")


def random_table(seed: int) -> RatingsTable:
    """One to four readers, some columns, ceilings, gaps, one or two synthetic arms.

    From seed 16 on also clusters of images, cases read twice, and readers in two groups.
    """
    rng = np.random.default_rng(seed)
    readers, cases = 1 + seed % 4, int(rng.choice([3, 8, 20]))
    is_clustered, has_repeats = seed >= 16 and seed % 3 > 0, seed >= 16 and seed % 2 > 0
    is_split = seed >= 16 and readers == 4
    kept = [name for name in COLUMNS if rng.random() < 0.7] or ["realism"]
    if "verdict" not in kept and "confidence" in kept:
        kept.remove("confidence")
    arms = ["real", "M0", "M1"][: 2 + seed % 2]
    shift = float(rng.choice([0.0, 0.5, 9.0]))
    missing = float(rng.choice([0.0, 0.2]))
    names = ("reader", "case", "arm", "truth", "replicate", "cluster", *kept)
    rows: dict[str, list[Any]] = {name: [] for name in names}
    for j in range(readers):
        for index, arm in enumerate(arms):
            for again in range(cases + 3 * has_repeats):
                k = again % cases
                if rng.random() < missing or (is_split and k % 2 != j % 2):
                    continue
                x = rng.normal() + 0.3 * j - shift * index
                values = {
                    "reader": f"R{j}",
                    "case": f"{arm}{k}",
                    "arm": arm,
                    "truth": "real" if arm == "real" else "synthetic",
                    "replicate": int(again >= cases),
                    "cluster": f"P{k // 4}" if is_clustered else "",
                    "realism": float(np.clip(np.round(3 + x), 1, 5)),
                    "verdict": float(x < -0.5),
                    "confidence": float(rng.integers(1, 6)),
                    "score": float(np.clip(50 + 15 * x, 0, 100)),
                    "position": float(1 + rng.integers(60)),
                    "reading_time_ms": float(np.exp(8 + 0.3 * rng.normal())),
                }
                for name, column in rows.items():
                    column.append(values[name])
    return ratings_table(
        **rows,
        realism_min=1 if "realism" in kept else None,
        realism_max=5 if "realism" in kept else None,
        confidence_max=5 if "confidence" in kept else None,
    )


def estimates(node: object, path: str = "") -> Iterator[tuple[str, Json]]:
    if isinstance(node, dict):
        if {"estimate", "method", "n_ratings"} <= set(node):
            yield path, node
            return
        for key, value in node.items():
            yield from estimates(value, f"{path}.{key}")


def made(results: Json, words: str, path: str = "") -> bool:
    return any(
        words in one["method"] and one["low"] is not None and path in where
        for where, one in estimates(results["arms"])
    )


def given(results: Json, path: str) -> bool:
    return any(
        one["estimate"] is not None and path in where for where, one in estimates(results["arms"])
    )


def compared(results: Json) -> list[str]:
    return [pair["measure"] for pair in results["contrasts"]["pairs"] if pair["p"] is not None]


# What a text may say only if a figure was made so.
SAID_ONLY_IF: dict[str, Callable[[Json], bool]] = {
    "Readers and cases were both treated as samples": lambda results: made(
        results, "random readers, random cases"
    ),
    "Hillis": lambda results: made(results, "random readers"),
    "Obuchowski and Rockette": lambda results: made(results, "Obuchowski-Rockette"),
    "With one reader": lambda results: made(results, "this reader, images like these"),
    "logit scale": lambda results: made(results, "logit scale"),
    "exact bound [": lambda results: made(results, "exact bound"),
    "averaged over readers, who weighed": lambda results: len(results["readers"]) > 1,
    "Woodruff": lambda results: made(results, "Woodruff"),
    "log-linear": lambda results: given(results, ".detection.d_prime"),
    "The AUC is": lambda results: given(results, ".discrimination."),
    "covariances over cases": lambda results: made(results, "Rockette", ".discrimination."),
    "one-sided tests": lambda results: any(
        arm["conclusion"] and arm["conclusion"]["p_difference"] is not None
        for arm in results["arms"].values()
    ),
    "adjusted for the number of arms by Holm": lambda results: any(
        arm["conclusion"] and arm["conclusion"]["n_adjusted_for"] > 1
        for arm in results["arms"].values()
    ),
    "probit mixed model": lambda results: given(results, ".model."),
    "random effects of readers": lambda results: made(results, "readers like these", ".model."),
    "over the pairs of each figure": lambda results: (
        len(compared(results)) > len(set(compared(results)))
    ),
    "Differences between arms": lambda results: bool(compared(results)),
    "global F test": lambda results: any(
        test["df2"] is not None and test["p"] is not None
        for test in results["contrasts"]["global"].values()
    ),
    "Friedman": lambda results: any(
        test["p"] is not None for test in results["contrasts"]["friedman"].values()
    ),
    "Cliff": lambda results: any(
        pair["cliffs_delta"] and pair["cliffs_delta"]["estimate"] is not None
        for pair in results["contrasts"]["pairs"]
    ),
    "two-way jackknife": lambda results: made(results, "two-way jackknife", ".agreement."),
    "jackknife intervals over cases": lambda results: made(
        results, "jackknife over cases", ".agreement."
    ),
    "Fleiss’ κ": lambda results: given(results, ".fleiss_kappa"),
    "Intraclass": lambda results: given(results, ".icc"),
    "by REML": lambda results: made(results, "REML", ".icc"),
    "analysis of variance of complete": lambda results: made(results, "ANOVA", ".icc"),
    "Kendall’s W": lambda results: given(results, ".kendall_w"),
    "images in clusters": lambda results: False,
    "over images are over": lambda results: made(results, "images in clusters"),
    "covariances over clusters": lambda results: made(results, "clusters", ".discrimination."),
    "readers and clusters of images": lambda results: made(
        results, "two-way jackknife", ".agreement."
    ),
    "over clusters of images for these readers": lambda results: (
        made(results, "exact bound over clusters")
        or made(
            results, "jackknife over cases, these readers only, random cases, images in clusters"
        )
    ),
    "With two readers the main figures": lambda results: given(results, ".these_readers."),
    "Readers were in 2 groups": lambda results: made(results, "readers in 2 groups"),
    "Repeated readings": lambda results: given(results, ".intra_reader."),
    "resamples": lambda results: given(results, ".bootstrap."),
    "within the groups of readers who read": lambda results: made(
        results, "readers within 2 groups", ".bootstrap."
    ),
    "belong together as one": lambda results: made(results, "images by cluster", ".bootstrap."),
    "Reading times were averaged": lambda results: given(results, ".time."),
    "least-squares slope": lambda results: given(results, ".drift."),
}


def methods(analysis: Analysis) -> str:
    # Before citations are numbered a text holds them by name; numbers are put back as brackets.
    return " ".join(text for _, text in analysis_methods(analysis).paragraphs)


@cache
def analysed(seed: int, target: Any = "readers_and_cases") -> Analysis:
    settings = AnalysisSettings(generalise_to=target, bootstrap=20 if seed >= 16 else 0)
    return analyse(random_table(seed), settings=settings)


@pytest.mark.parametrize(("seed", "target"), EVERY)
def test_no_method_is_named_that_no_figure_used(seed: int, target: Any) -> None:
    analysis = analysed(seed, target)
    results, text = analysis.to_json(), methods(analysis)
    for phrase, is_true in SAID_ONLY_IF.items():
        if phrase in text:
            assert is_true(results), f"says {phrase!r}: {text}"


@pytest.mark.parametrize(
    "studies", [OF_EVERY_RUN, pytest.param(tuple(product(SEEDS, TARGETS)), marks=SLOW)]
)
def test_over_the_random_studies_every_phrase_is_said(studies: tuple[tuple[int, str], ...]) -> None:
    said = " ".join(methods(analysed(seed, target)) for seed, target in studies)
    never = {"images in clusters"}
    assert {phrase for phrase in SAID_ONLY_IF if phrase not in said} == never


@pytest.mark.parametrize(("seed", "target"), EVERY)
def test_nouns_agree_with_their_numbers(seed: int, target: Any) -> None:
    analysis = analysed(seed, target)
    texts = [methods(analysis), *(one.text for one in arm_sentences(analysis, {}))]
    texts += [f"{one.lead} {one.text}" for one in analysis_cautions(analysis, {})]
    texts += [*settling_lines(analysis, {}), settling_note(analysis), answers_note(analysis)]
    texts += [one.line for one in answers(analysis, {})]
    texts += [estimate.caution for _, estimate in estimates_of(analysis)]
    several = r"(?:readers|images|pairs|clusters|groups)"
    one = r"(?:reader|image|pair|cluster)"
    for text in texts:
        assert not re.search(rf"(?<![\d.,/])1 (?:\w+ )?{several}\b", text), text
        assert not re.search(rf"(?<![\d.,])(?:[2-9]|\d\d+) {one}\b", text), text


@pytest.mark.parametrize("seed", range(0, 16, 4))
def test_one_reader_is_given_no_conclusion_and_is_not_many(seed: int) -> None:
    analysis = analyse(random_table(seed))
    assert len(analysis.table.readers) == 1
    text = methods(analysis)
    assert "both treated as samples" not in text
    assert "readers who weighed" not in text
    for sentence in arm_sentences(analysis, {}):
        assert sentence.state == "inconclusive"
        assert "not estimable" not in sentence.text
        assert "judged real at not" not in sentence.text
