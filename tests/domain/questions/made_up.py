"""Questions and answers drawn at random, for property tests."""

import random
from typing import Any

from hypothesis import strategies as st

from app.domain.questions.answer import Value
from app.domain.questions.document import write_question
from app.domain.questions.kinds.kind import Invention, Picture
from app.domain.questions.question import Question
from app.domain.questions.registry import kind_of
from tests.domain.documents import question

PICTURES = st.builds(Picture, st.integers(1, 8), st.integers(64, 4096), st.booleans())
words = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=40
).filter(lambda text: text.strip() == text)


@st.composite
def scales(draw: st.DrawFn) -> dict[str, Any]:
    low = draw(st.integers(-1000, 989))
    points = draw(st.integers(2, 11))
    count = draw(st.sampled_from((0, 2, points)))
    labels = draw(st.lists(words, min_size=count, max_size=count))
    return {"measure": "realism", "low": low, "high": low + points - 1, "labels": labels}


@st.composite
def sliders(draw: st.DrawFn) -> dict[str, Any]:
    low, high = sorted(
        draw(st.lists(st.integers(-9999, 9999), min_size=2, max_size=2, unique=True))
    )
    return {"measure": "quality", "kind": "slider", "low": low, "high": high}


@st.composite
def vocabularies(draw: st.DrawFn, kind: str, most: int) -> dict[str, Any]:
    labels = draw(st.lists(words, min_size=2, max_size=most, unique=True))
    options = [{"label": label, "value": f"o{place}"} for place, label in enumerate(labels)]
    row: dict[str, Any] = {"measure": "artefact", "kind": kind, "options": options}
    if kind == "choices":
        row["none_label"] = draw(st.one_of(st.just(""), words))
    return row


@st.composite
def marks(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "measure": "place",
        "shape": draw(st.sampled_from(("point", "box", "point_or_box"))),
        "most": draw(st.integers(1, 100)),
        "none_label": draw(st.one_of(st.just(""), words)),
    }


@st.composite
def sides(draw: st.DrawFn) -> dict[str, Any]:
    return {"measure": "preference", "tie_label": draw(st.one_of(st.just(""), words))}


texts = st.builds(lambda n: {"measure": "comment", "longest": n}, st.integers(30, 20_000))
ROWS = st.one_of(
    scales(),
    sliders(),
    vocabularies("choice", 11),
    vocabularies("choices", 40),
    marks(),
    sides(),
    texts,
)


@st.composite
def translated(draw: st.DrawFn) -> dict[str, Any]:
    """A row of an English study with every word of it in other languages too."""
    row = draw(st.one_of(scales(), vocabularies("choice", 11), vocabularies("choices", 40)))
    row = {**row, "hint": draw(st.one_of(st.just(""), words))}
    plain = write_question(question(**row))
    translations = {}
    for tag in draw(st.sets(st.sampled_from(("pt-BR", "es")), min_size=1)):
        given: dict[str, Any] = {"prompt": draw(words)}
        for name in ("hint", "none_label"):
            if plain.get(name):
                given[name] = draw(words)
        if plain.get("labels"):
            count = len(plain["labels"])
            given["labels"] = draw(st.lists(words, min_size=count, max_size=count))
        if plain.get("options"):
            values = [one["value"] for one in plain["options"]]
            labels = st.lists(words, min_size=len(values), max_size=len(values), unique=True)
            given["options"] = dict(zip(values, draw(labels), strict=True))
        translations[tag] = given
    return {**row, "translations": translations}


TRANSLATED_ROWS = translated()
QUESTIONS = ROWS.map(lambda row: question(**row))


@st.composite
def answered(draw: st.DrawFn) -> tuple[Question, Value, Picture]:
    """A question of any kind, what a simulated reader says to it, and what was shown."""
    asked, shown = draw(QUESTIONS), draw(PICTURES)
    invention = Invention(random.Random(draw(st.integers())), draw(st.floats(0, 1)), shown)
    return asked, kind_of(asked).invent(asked, invention), shown
