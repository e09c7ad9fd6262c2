"""The clinical content of an image: normal, abnormal, or what a bank declares besides."""

from collections.abc import Iterable

from app.domain.said import said

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
            raise ValueError(
                said(
                    "a condition has 1 to {longest} printable characters, not {label}",
                    longest=LONGEST,
                    label=repr(label),
                )
            )
        if plain.lower() in CONDITIONS:
            continue
        if plain.lower() in {one.lower() for one in conditions}:
            raise ValueError(said("the condition {label!r} is declared twice", label=plain))
        conditions.append(plain)
    return tuple(conditions)


def usual_first(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Each once: normal, abnormal, then the others by name.

    >>> usual_first(["effusion", "abnormal", "normal", "abnormal"])
    ('normal', 'abnormal', 'effusion')
    """
    each = set(conditions)
    return (*(one for one in CONDITIONS if one in each), *sorted(each.difference(CONDITIONS)))


def condition_of(given: object, conditions: Iterable[Condition]) -> Condition | None:
    """Which of `conditions` a record names, whatever its capitals; None where it names none."""
    plain = given.strip().lower() if isinstance(given, str) else ""
    return next((condition for condition in conditions if condition.lower() == plain), None)


def not_a_condition(given: object, conditions: Iterable[Condition]) -> str:
    """What is wrong with a label, for a record that is refused."""
    *most, last = conditions
    return said(
        "condition must be {most} or {last}, not {given}",
        most=", ".join(most),
        last=last,
        given=repr(given)[:100],
    )
