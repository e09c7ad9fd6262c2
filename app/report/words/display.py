"""What the methods section says of displays, light and windows."""

from collections.abc import Iterator, Sequence

from app.db.truth.displays import DisplayFacts
from app.domain.display import DisplayPlan
from app.domain.said import joined, said

_DISPLAYS = {
    "diagnostic": said("a diagnostic display"),
    "office": said("an office or home monitor"),
}
_LIGHTS = {"dark": "dark", "dim": "dim", "office": said("lit like an office"), "bright": "bright"}


def display_sentences(plan: DisplayPlan, facts: DisplayFacts) -> str:
    """Sentences on what the design asked for and what came of it; empty where it asked nothing."""
    return joined(_sentences(plan, facts), " ")


def _sentences(plan: DisplayPlan, facts: DisplayFacts) -> Iterator[str]:
    if facts.displays:
        named = [(_DISPLAYS.get(word, f"a {word}"), count) for word, count in facts.displays]
        yield said("By their own account readers read on {listed}.", listed=_listed(named))
    if facts.lights:
        named = [(_LIGHTS.get(word, word), count) for word, count in facts.lights]
        yield said("The room was {listed}.", listed=_listed(named))
    if plan.grey_check:
        yield (
            said(
                "Each sitting began with a grey-step check (squares 5, 3, 2 and 1 % "
                "of the driving level from black and from white, at random places); "
                "both 5 % steps were told apart without an error in {checks_passed} "
                "of {checks} checked sittings.",
                checks_passed=facts.checks_passed,
                checks=facts.checks,
            )
        )
    if plan.least_width:
        yield said(
            "Cases were shown only in windows at least {least_width} CSS pixels wide.",
            least_width=plan.least_width,
        )


def _listed(named: Sequence[tuple[str, int]]) -> str:
    parts = [said("{words} ({count})", words=words, count=count) for words, count in named]
    return (
        parts[0]
        if len(parts) == 1
        else said("{join} or {parts}", join=joined(parts[:-1], ", "), parts=parts[-1])
    )
