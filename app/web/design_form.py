"""The form of a study's design: the same fields as the TOML file, as text boxes and ticks."""

from collections.abc import Mapping
from typing import Any

from app.domain.design.design import StudyDesign
from app.report.words.design_text import realism_word

NUMBERS = {
    "break_every": ("break_every",),
    "longest_run": ("longest_run",),
    "rendition_size": ("rendition_size",),
    "seed": ("seed",),
    "replicates_count": ("replicates", "count"),
    "replicates_minimum_lag": ("replicates", "minimum_lag"),
    "practice_count": ("practice", "count"),
}
TICKS = {
    "practice_feedback": ("practice", "feedback"),
    "ask_verdict": ("questions", "verdict"),
    "ask_confidence": ("questions", "confidence"),
    "ask_comment": ("questions", "comment"),
}
TEXTS = ("title", "instructions", "consent", "notice")


def mapping_from_form(form: Mapping[str, str]) -> dict[str, Any]:
    """The form as the plain values that a TOML file would give; checked by the design itself.

    A number that is none is handed on as text, so that the design's own check names it.
    """
    data: dict[str, Any] = {name: form.get(name, "") for name in TEXTS}
    data |= {"questions": {"realism": form.get("realism", "1-5")}, "replicates": {}, "practice": {}}
    for name, path in NUMBERS.items():
        _put(data, path, _whole(form.get(name, "")))
    for name, path in TICKS.items():
        _put(data, path, form.get(name) == "yes")
    margin = form.get("equivalence_margin", "").strip()
    try:
        data["equivalence_margin"] = float(margin)
    except ValueError:
        data["equivalence_margin"] = margin
    arms: dict[str, dict[str, Any]] = {}
    for name, value in form.items():
        kind, _, key = name.partition(":")
        if kind in ("normal", "abnormal") and key and value.strip() not in ("", "0"):
            arms.setdefault(key, {"arm": key, "normal": 0, "abnormal": 0})[kind] = _whole(value)
    data["arms"] = list(arms.values())
    return data


def form_from_design(design: StudyDesign) -> dict[str, str]:
    """A design as the values of the form's fields."""
    values = {
        "title": design.title,
        "instructions": design.instructions,
        "consent": design.consent,
        "notice": design.notice,
        "realism": realism_word(design),
        "ask_verdict": "yes" if design.first_with("verdict") is not None else "",
        "ask_confidence": "yes" if design.first_with("confidence") is not None else "",
        "ask_comment": "yes" if design.first_with("comment") is not None else "",
        "replicates_count": str(design.replicates.count),
        "replicates_minimum_lag": str(design.replicates.minimum_lag),
        "practice_count": str(design.practice.count),
        "practice_feedback": "yes" if design.practice.feedback else "",
        "break_every": str(design.break_every),
        "longest_run": str(design.longest_run),
        "rendition_size": str(design.rendition_size),
        "equivalence_margin": f"{design.analysis.margin:g}",
        "seed": str(design.seed),
    }
    for plan in design.arms:
        values[f"normal:{plan.arm}"] = str(plan.count("normal"))
        values[f"abnormal:{plan.arm}"] = str(plan.count("abnormal"))
    return values


def _put(data: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    for key in path[:-1]:
        data = data[key]
    data[path[-1]] = value


def _whole(text: str) -> int | str:
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 20 else plain
