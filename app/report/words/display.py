"""What the methods section says of displays, light and windows."""

from collections.abc import Iterator, Sequence

from app.db.truth.displays import DisplayFacts
from app.domain.display import DisplayPlan

_DISPLAYS = {"diagnostic": "a diagnostic display", "office": "an office or home monitor"}
_LIGHTS = {"dark": "dark", "dim": "dim", "office": "lit like an office", "bright": "bright"}


def display_sentences(plan: DisplayPlan, facts: DisplayFacts) -> str:
    """Sentences on what the design asked for and what came of it; empty where it asked nothing."""
    return " ".join(_sentences(plan, facts))


def _sentences(plan: DisplayPlan, facts: DisplayFacts) -> Iterator[str]:
    if facts.displays:
        named = [(_DISPLAYS.get(word, f"a {word}"), count) for word, count in facts.displays]
        yield f"By their own account readers read on {_listed(named)}."
    if facts.lights:
        named = [(_LIGHTS.get(word, word), count) for word, count in facts.lights]
        yield f"The room was {_listed(named)}."
    if plan.grey_check:
        yield (
            "Each sitting began with a grey-step check (squares 5, 3, 2 and 1 % of the driving "
            "level from black and from white, at random places); both 5 % steps were told apart "
            f"without an error in {facts.checks_passed} of {facts.checks} checked sittings."
        )
    if plan.least_width:
        yield f"Cases were shown only in windows at least {plan.least_width} CSS pixels wide."


def _listed(named: Sequence[tuple[str, int]]) -> str:
    parts = [f"{words} ({count})" for words, count in named]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"
