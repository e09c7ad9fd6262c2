"""Designs drawn at random, for property tests."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_mapping
from tests.domain.questions.made_up import scales, texts, vocabularies, words

whole = st.integers(0, 40)


@st.composite
def single_questions(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Questions of one picture, the first of which others hang on."""
    rows: list[dict[str, Any]] = [{"measure": "verdict"}]
    kinds = st.one_of(scales(), vocabularies("choice", 11), vocabularies("choices", 40), texts)
    for place, row in enumerate(draw(st.lists(kinds, max_size=4)), start=1):
        row = row | {"key": f"q{place}", "hint": draw(st.one_of(st.just(""), words))}
        if draw(st.booleans()):
            row["required"] = draw(st.booleans())
        if draw(st.booleans()):
            row["asked_if"] = {"question": "verdict", "values": ["synthetic"]}
        rows.append(row)
    return rows


@st.composite
def arms(draw: st.DrawFn) -> list[dict[str, Any]]:
    names = draw(st.lists(words, min_size=2, max_size=4, unique=True))
    strata = draw(st.lists(words, min_size=1, max_size=3, unique=True))
    counts = st.fixed_dictionaries({stratum: st.integers(5, 40) for stratum in strata})
    rows: list[dict[str, Any]] = [{"arm": name, "cases": draw(counts)} for name in names]
    if draw(st.booleans()):
        rows[-1]["role"] = "positive_control"
    if draw(st.booleans()):
        rows[0] = {"arm": names[0], "images": [f"{n:064x}" for n in range(draw(st.integers(5, 9)))]}
    return rows


@st.composite
def phases(draw: st.DrawFn, keys: list[str]) -> list[dict[str, Any]]:
    exposures = st.lists(st.integers(30, 60_000), max_size=4, unique=True)
    rows: list[dict[str, Any]] = [
        {
            "questions": keys,
            "purpose_blinded": draw(st.booleans()),
            "introduction": draw(st.one_of(st.just(""), words)),
            "presentation": {
                "exposures_ms": draw(exposures),
                "mask": draw(st.booleans()),
                "beside": draw(st.sampled_from(("", "report"))),
            },
        }
    ]
    for _ in range(draw(st.integers(0, 2))):
        row = {"questions": keys, "washout_days": draw(whole)}
        cases = draw(st.sampled_from(("new", "same", "part")))
        row |= {"cases": cases} | ({} if cases == "new" else {"of": "phase1"})
        rows.append(row | ({"part_count": 3} if cases == "part" else {}))
    return rows


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A document of format 2 that is accepted."""
    questions = draw(single_questions())
    keys = [row.get("key", row["measure"]) for row in questions]
    document: dict[str, Any] = {
        "format": 2,
        "title": draw(words),
        "language": draw(st.sampled_from(("en", "pt-BR", "es", "ja", "zh-Hant-TW"))),
        "arms": draw(arms()),
        "stratify_by": draw(words),
        "matched_by": draw(st.one_of(st.just(""), words)),
        "questions": questions,
        "instructions": draw(st.one_of(st.just(""), words)),
        "consent": {"text": draw(st.one_of(st.just(""), words)), "line": draw(words)},
        "notice": draw(st.one_of(st.just(""), words)),
        "replicates": {"count": draw(st.integers(0, 2)), "minimum_lag": draw(st.integers(1, 3))},
        "practice": {"count": draw(whole)},
        "registration": {"ethics": draw(words), "contact": draw(words)},
        "analysis": {
            "primary": "verdict",
            "target": draw(st.sampled_from(("readers_and_images", "readers", "images"))),
            "cluster": draw(st.sampled_from(("", "patient"))),
            "margin": draw(st.floats(0.001, 0.5)),
            "adjustment": draw(st.sampled_from(("holm", "none"))),
            "least_answered": draw(st.floats(0, 0.9)),
            "interim_ratings": draw(st.integers(0, 1_000_000)),
            "subgroups": draw(st.lists(st.sampled_from(("sex", "age", "view")), unique=True)),
        },
        "break_every": draw(whole),
        "longest_run": draw(st.integers(1, 50)),
        "rendition_size": draw(st.integers(64, 4096)),
        "seed": draw(st.integers(0, 2**63 - 1)),
    }
    if draw(st.booleans()):
        document["phases"] = draw(phases(keys))
    if draw(st.booleans()):
        document["closes_on"] = draw(st.dates(date(2026, 1, 1), date(2099, 12, 31)))
    scheme = draw(st.sampled_from(("crossed", "split_plot", "quota")))
    if scheme == "split_plot":
        # A group may have 2 cases only, too few for one to come again.
        document["replicates"] = {"count": 0}
    document["allocation"] = {"scheme": scheme} | (
        {"cases_per_reader": 8, "readers_per_case": draw(st.integers(1, 9))}
        if scheme == "quota"
        else {"groups": draw(st.integers(2, 5))}
    )
    return document


DESIGNS: st.SearchStrategy[StudyDesign] = documents().map(design_from_mapping)
