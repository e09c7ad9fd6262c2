"""Every field of a design, from the classes that hold it, and every question there can be."""

import dataclasses
import re
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
from app.domain.questions.measures import MEASURES
from app.domain.questions.question import Question
from app.domain.questions.registry import KINDS
from documentation.reference.markdown import code, table

TABLES: dict[str, type] = {
    "The design": StudyDesign,
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
# A line of a class's docstring such as "margin      half-width ..."; the next ones go on with it.
EXPLAINED = re.compile(r"^([a-z_]+(?:, [a-z_]+)*) {2,}(\S.*)$")


def design_fields_page() -> str:
    """The page of design fields."""
    parts = [
        "# Fields of a design",
        "Taken from the classes that hold a design. How they are written in a file, with examples, "
        "is in [the design of a study](../study-design.md).",
    ]
    for heading, kind in TABLES.items():
        parts += _of_class(heading, kind)
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


def _of_class(heading: str, kind: type) -> Iterator[str]:
    yield f"## {heading}"
    yield _opening(kind)
    explained = _explained(kind.__doc__ or "")
    yield table(
        ("field", "unless given", ""),
        (
            (code(field.name), _default(field), explained.get(field.name, ""))
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
        if match:
            names = match[1].split(", ")
            explained |= dict.fromkeys(names, match[2])
        elif not line.strip():
            names = []
        else:
            explained |= {name: f"{explained[name]} {line.strip()}" for name in names}
    return explained


def _default(field: "dataclasses.Field[Any]") -> str:
    if field.default_factory is not dataclasses.MISSING:
        return ""
    if field.default is dataclasses.MISSING:
        return "must be given"
    return code(field.default) if field.default not in ("", (), None) else ""
