"""Numbers as they are printed: few digits, a true minus, and a dash for what there is none of."""

import math
from collections.abc import Callable
from typing import Literal

from app.domain.said import Numeral, said, without
from app.statistics.table.estimate import Estimate

NONE = "–"
Style = Literal["percent", "plain", "signed", "seconds", "factor"]


def number(value: float | None, digits: int = 2) -> str:
    """A number with `digits` decimals.

    >>> number(-0.125), number(None), number(float("inf"))
    ('−0.12', '–', '∞')
    """
    if value is None:
        return NONE
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    text = f"{value:.{digits}f}"
    is_nothing = float(text) == 0 and text.startswith("-")
    return Numeral("0" + text[2:] if is_nothing else text.replace("-", "−"))


def percent(value: float | None) -> str:
    """A share as a whole per cent.

    >>> percent(0.625)
    '62%'
    """
    return NONE if value is None else Numeral(f"{number(100 * value, 0)}%")


def seconds(value: float | None) -> str:
    """Milliseconds as seconds with one decimal.

    >>> seconds(8210.0)
    '8.2 s'
    """
    return NONE if value is None else Numeral(f"{number(value / 1000, 1)} s")


def signed(value: float | None) -> str:
    """A difference, with its sign."""
    if value is None:
        return NONE
    text = number(value, 2)
    return text if value <= 0 or float(text) == 0 else Numeral(f"+{text}")


def factor(value: float | None) -> str:
    """A ratio."""
    return NONE if value is None else Numeral(f"{number(value, 2)}×")


STYLES: dict[Style, Callable[[float | None], str]] = {
    "percent": percent,
    "plain": number,
    "signed": signed,
    "seconds": seconds,
    "factor": factor,
}


def interval(low: float | None, high: float | None, style: Style = "plain") -> str:
    """Both ends of an interval, the unit once; empty where there is no interval.

    >>> interval(0.51, 0.73, "percent")
    '51 to 73%'
    """
    if low is None or high is None:
        return ""
    left, right = STYLES[style](low), STYLES[style](high)
    for unit in ("%", " s", "×"):
        left = left.removesuffix(unit)
    return said("{low} to {high}", low=Numeral(left), high=right)


def with_interval(estimate: Estimate, style: Style = "plain") -> str:
    """An estimate with its interval in brackets, or why there is none.

    >>> from app.statistics.table.estimate import not_estimable
    >>> with_interval(not_estimable("one reader"))
    'not estimable (one reader)'
    """
    if estimate.estimate is None:
        return said("not estimable ({why})", why=why_not(estimate))
    limits = interval(estimate.low, estimate.high, style)
    text = STYLES[style](estimate.estimate)
    return said("{text} ({limits})", text=text, limits=limits) if limits else text


def why_not(estimate: Estimate) -> str:
    """The reason in the state of an estimate that could not be made."""
    return without(estimate.state, "not estimable: ")


def p_value(value: float | None) -> str:
    """A p value by the custom of journals.

    >>> p_value(0.0004), p_value(0.0312), p_value(0.62)
    ('< .001', '.031', '.62')
    """
    if value is None:
        return NONE
    if value < 0.001:
        return Numeral("< .001")
    if value > 0.99:
        return Numeral("> .99")
    return Numeral(f"{value:.{3 if value < 0.1 else 2}f}".lstrip("0"))


def p_phrase(value: float | None) -> str:
    """The same with its letter: ``p = .031``, ``p < .001``; empty for none."""
    if value is None:
        return ""
    text = p_value(value)
    return Numeral(f"p {text}" if text[0] in "<>" else f"p = {text}")
