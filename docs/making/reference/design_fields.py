"""Every field of a design, from the classes that hold it, and every question there can be."""

import dataclasses
import re
import tomllib
from collections.abc import Iterator
from typing import Any

from app.domain.design.design import (
    Allocation,
    AnalysisPlan,
    ArmPlan,
    DisplayPlan,
    Phase,
    Practice,
    Presentation,
    Registration,
    RemedyPlan,
    Replicates,
    StudyDesign,
    Withdrawal,
)
from app.domain.design.reading import design_from_mapping
from app.domain.questions.measures import MEASURES
from app.domain.questions.question import Question
from app.domain.questions.registry import KINDS
from app.report.words.design_text import commented_design
from docs.making.reference.markdown import code, table

TABLES: dict[str, type] = {
    "[[arms]]": ArmPlan,
    "[[questions]]": Question,
    "[[phases]]": Phase,
    "[phases.presentation]": Presentation,
    "[allocation]": Allocation,
    "[replicates]": Replicates,
    "[practice]": Practice,
    "[display]": DisplayPlan,
    "[registration]": Registration,
    "[withdrawal]": Withdrawal,
    "[remedies]": RemedyPlan,
    "[analysis]": AnalysisPlan,
}
# The least that a file must say; all else has a value of its own.
LEAST = {"title": "TITLE", "arms": [{"arm": "real", "normal": 1}]}
MUST_BE_GIVEN = {ArmPlan: {"arm"}, Question: {"measure"}}
# In a commented design: what is said of a plain field, and of a table.
OF_FIELD = re.compile(r"^# (.+)\n([a-z_]+) = ", re.MULTILINE)
OF_TABLE = re.compile(r"^# (.+)\n(\[+[a-z.]+\]+)", re.MULTILINE)
# A line of a class's docstring such as "margin      half-width ..."; the next ones go on with it.
EXPLAINED = re.compile(r"^([a-z]+(?= {2})|[a-z]+_[a-z_]+|[a-z_]+(?:, [a-z_]+)+) +(\S.*)$")


def design_fields_page() -> str:
    """The page of design fields."""
    parts = [
        "# Fields of a design",
        "Taken from the classes that hold a design. How they are written in a file, with examples, "
        "is in [the design of a study](../study-design.md).",
    ]
    written = commented_design(design_from_mapping(LEAST), {})
    parts += ["## The design", _plain_fields(written)]
    said = {name: comment for comment, name in OF_TABLE.findall(written)}
    for heading, kind in TABLES.items():
        parts += _of_class(heading, kind, said.get(heading, ""))
    parts += [
        "## Measures",
        "What a question is for, and how it may be asked (the first kind unless the design says).",
    ]
    parts.append(
        table(
            ("measure", "kinds", "asked, unless the design says otherwise", "what the answer is"),
            (
                (code(name), ", ".join(map(code, row.kinds)), row.prompt, row.what)
                for name, row in MEASURES.items()
            ),
        )
    )
    parts += ["## Kinds", "How a question is asked."]
    parts.append(
        table(
            ("kind", "stored as", ""),
            ((code(name), kind.stored_as, _opening(type(kind))) for name, kind in KINDS.items()),
        )
    )
    return "\n\n".join(parts) + "\n"


def _plain_fields(written: str) -> str:
    """The fields that stand before every table, as a commented design explains them."""
    values = tomllib.loads(written)
    rows = [
        (code(name), _given(values[name]) if name not in LEAST else "must be given", comment)
        for comment, name in OF_FIELD.findall(written.split("\n[")[0])
    ]
    last_day = _explained(StudyDesign.__doc__ or "")["closes_on"]
    return table(("field", "unless given", ""), [*rows, (code("closes_on"), "", last_day)])


def _given(value: object) -> str:
    return "a text of its own" if len(str(value)) > 40 else code(value)


def _of_class(heading: str, kind: type, said: str) -> Iterator[str]:
    yield f"## {heading}"
    yield said or _opening(kind)
    explained = _explained(kind.__doc__ or "")
    yield table(
        ("field", "unless given", ""),
        (
            (code(field.name), _default(kind, field), explained.get(field.name, ""))
            for field in dataclasses.fields(kind)
        ),
    )


def _opening(kind: type) -> str:
    """A class's docstring without the lines that explain its fields."""
    kept = []
    for paragraph in (kind.__doc__ or "").split("\n\n"):
        if not any(EXPLAINED.match(line.strip()) for line in paragraph.splitlines()):
            kept.append(" ".join(paragraph.split()))
    return "\n\n".join(kept)


def _explained(doc: str) -> dict[str, str]:
    explained: dict[str, str] = {}
    names: list[str] = []
    for line in doc.splitlines():
        match = EXPLAINED.match(line.strip())
        if match and not set(match[1].split(", ")) & set(explained):
            names = match[1].split(", ")
            explained |= dict.fromkeys(names, match[2])
        elif not line.strip():
            names = []
        else:
            explained |= {name: f"{explained[name]} {line.strip()}" for name in names}
    return explained


def _default(kind: type, field: "dataclasses.Field[Any]") -> str:
    if field.name in MUST_BE_GIVEN.get(kind, ()):
        return "must be given"
    # A question's other fields are as its measure has them.
    if kind is Question or field.default is dataclasses.MISSING:
        return ""
    if isinstance(field.default, bool):
        return code(str(field.default).lower())
    return code(field.default) if field.default not in ("", (), None) else ""
