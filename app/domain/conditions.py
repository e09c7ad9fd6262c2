"""The clinical content of an image: normal, abnormal, or what a bank declares besides."""

from collections.abc import Iterable

Condition = str
CONDITIONS: tuple[Condition, ...] = ("normal", "abnormal")
LONGEST = 64


def declared(labels: Iterable[object]) -> tuple[Condition, ...]:
    """The conditions of a bank: the usual two, then those that it declares, as written.

    Raises ValueError for a label that can't be one. Labels must be declared, so that a misspelt one
    is refused and does not become a stratum of its own.
    """
    conditions = list(CONDITIONS)
    for label in labels:
        plain = label.strip() if isinstance(label, str) else ""
        if not plain or len(plain) > LONGEST or not plain.isprintable():
            raise ValueError(f"a condition has 1 to {LONGEST} printable characters, not {label!r}")
        if plain.lower() in CONDITIONS:
            continue
        if plain.lower() in {one.lower() for one in conditions}:
            raise ValueError(f"the condition {plain!r} is declared twice")
        conditions.append(plain)
    return tuple(conditions)


def condition_of(said: object, conditions: Iterable[Condition]) -> Condition | None:
    """Which of `conditions` a record names, whatever its capitals; None where it names none."""
    plain = said.strip().lower() if isinstance(said, str) else ""
    return next((condition for condition in conditions if condition.lower() == plain), None)


def not_a_condition(said: object, conditions: Iterable[Condition]) -> str:
    """What is wrong with a label, for a record that is refused."""
    *most, last = conditions
    return f"condition must be {', '.join(most)} or {last}, not {said!r}"[:200]
