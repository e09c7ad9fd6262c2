"""What a file leaves open: settled by its own words, asked about, or said beside the figures."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from app.domain.errors import BadRatings
from app.statistics.table.ratings import Float
from app.steps.rating_files.values import MISSING, fold_value

_WORDS = ("real", "synthetic")
_TWO: Mapping[str, str] = {
    "0": "1",
    "1": "0",
    "false": "true",
    "true": "false",
    "no": "yes",
    "yes": "no",
}
# Readers with fewer ratings say too little of the scale they used.
_LEAST_RATINGS = 3
# A reader reaches so many times as far as others do, or others so many times as far as a reader,
# who may lean that much on a scale of 100.
_LARGER = 3.0
_SMALLER = 10.0
_FEW = 2
# Steps between the ends of a scale that is not a slider.
_MOST_STEPS = 10
# So many readers who stop at one step are taken to have reached the end of their scale.
_SURE = 3
_NUMBER = re.compile(r"0*(\d+)")


def real_or_synthetic(
    name: str, columns: dict[str, list[str]], given: Mapping[str, Mapping[str, str]]
) -> list[str]:
    """Turn two-valued truth and verdict into words; says how, in sentences.

    Of 1 and 0, TRUE and FALSE, yes and no, a mapped one settles the other. Truth is also settled by
    an arm called real. Nothing else tells them apart, and taken the wrong way round every result is
    turned about, so it is asked.

    Parameters
    ----------
    name : str
        The file, for messages.
    columns : mapping of our column to cells
        ``truth`` and ``verdict`` are changed in place; other words are left for whoever reads them.
    given : mapping of our column to mapping of value to meaning
        As `--map-value` gave them; applied already.

    Raises
    ------
    BadRatings
        Naming the option that says which is which.
    """
    said, open_questions = [], []
    for ours in ("truth", "verdict"):
        if ours not in columns:
            continue
        folded = {cell: fold_value(cell) for cell in set(columns[ours]) if cell not in MISSING}
        coded = sorted(set(folded.values()) & set(_TWO))
        if not coded:
            continue
        meaning = _settled(given.get(ours, {}), coded)
        if not meaning and ours == "truth":
            meaning = _by_arm(columns["arm"], columns["truth"], coded)
            if meaning:
                told = " and ".join(f"{one} as {word}" for one, word in sorted(meaning.items()))
                said.append(
                    f"Truth {told}, because the arm called real has it so; if that is wrong, say "
                    f"--map-value truth {coded[-1]}=synthetic or =real."
                )
        if not meaning:
            open_questions.append((ours, coded))
            continue
        columns[ours] = [meaning.get(folded.get(cell, ""), cell) for cell in columns[ours]]
    if open_questions:
        raise BadRatings(_question(name, open_questions))
    return said


def ensure_names_differ(
    name: str, columns: Mapping[str, Sequence[str]], given: Mapping[str, Mapping[str, str]]
) -> None:
    """Refuse names that differ by case, blanks or leading zeros only, unless somebody said so.

    Raises BadRatings with the pair and the option that settles it.
    """
    _ensure(name, "reader", columns["reader"], given, by_number=True)
    _ensure(name, "arm", columns["arm"], given, by_number=False)
    by_arm: dict[str, set[str]] = {}
    for arm, case in set(zip(columns["arm"], columns["case"], strict=True)):
        by_arm.setdefault(arm, set()).add(case)
    for cases in by_arm.values():
        _ensure(name, "case", sorted(cases), given, by_number=False)


def ensure_one_scale(name: str, readers: Sequence[str], realism: Float) -> None:
    """Refuse a reader whose realism lies on another scale than everybody else's.

    One is told by reaching more than three times as far as the readers' median, or a tenth of it;
    of two, three times as far as the other. Whoever gives `--realism-scale` has said what it is.

    Raises BadRatings.
    """
    ends = _ends(readers, realism)
    if len(ends) < 2:
        return
    reaches = {reader: max(abs(low), abs(high)) for reader, (low, high) in ends.items()}
    few = len(ends) <= _FEW
    usual = min(reaches.values()) if few else _middle(list(reaches.values()))
    for reader, reach in reaches.items():
        if reach <= _LARGER * usual and (few or reach * _SMALLER > usual):
            continue
        low, high = ends.pop(reader)
        bottom = _middle([one[0] for one in ends.values()])
        top = _middle([one[1] for one in ends.values()])
        raise BadRatings(
            f"{name} has realism from {low:g} to {high:g} of reader {reader!r} and from "
            f"{bottom:g} to {top:g} of the others: bring them to one scale, as in --map-value "
            f"realism {high:g}={top:g}, or say that all used one, as in --realism-scale "
            f"{min(low, bottom):g}-{max(high, top):g}."
        )


def beyond_the_others(readers: Sequence[str], realism: Float) -> str:
    """A sentence on readers who use steps that all others leave, as 6 and 7 among readers on 1-5.

    They may lean, or have rated on a scale with more steps: the ratings don't tell, so that it is
    said and not refused. Looked for on scales of whole steps, at most 11 of them: fewer than half
    of the readers go two steps beyond the end that most have, or one step where three or more
    others stop there. Empty where nobody does.

    Examples
    --------
    >>> beyond_the_others(["A"] * 3 + ["B"] * 3, np.array([1.0, 3, 5, 1, 4, 7]))[:43]
    "Reader 'B' goes to 7, no other beyond 5: if"
    """
    seen = realism[np.isfinite(realism)]
    ends = _ends(readers, realism)
    if len(ends) < 2 or not (seen == np.round(seen)).all() or np.ptp(seen) > _MOST_STEPS:
        return ""
    for side, sign in ((1, 1.0), (0, -1.0)):
        reach = {reader: sign * of[side] for reader, of in ends.items()}
        tops = Counter(reach.values())
        usual = max(tops, key=lambda top: (tops[top], -top))
        beyond = [reader for reader, top in reach.items() if top > usual]
        are_few = 0 < len(beyond) < len(ends) - len(beyond) or len(ends) == _FEW
        steps = max(reach.values()) - usual
        if are_few and steps >= (1 if tops[usual] >= _SURE else 2):
            farthest = sign * max(reach.values())
            low, high = min(of[0] for of in ends.values()), max(of[1] for of in ends.values())
            who = " and ".join(map(repr, beyond))
            go = f"Reader {who} goes" if len(beyond) == 1 else f"Readers {who} go"
            return (
                f"{go} to {farthest:g}, no other beyond {sign * usual:g}: if they had a scale of "
                "their own, bring their ratings to the others’ before; if all had one scale, say "
                f"--realism-scale {low:g}-{high:g}."
            )
    return ""


def _ends(readers: Sequence[str], realism: Float) -> dict[str, tuple[float, float]]:
    """Lowest and highest rating of every reader with some."""
    names, codes = np.unique(np.asarray(readers, dtype=np.str_), return_inverse=True)
    seen = np.isfinite(realism)
    return {
        str(reader): (float(of.min()), float(of.max()))
        for code, reader in enumerate(names)
        if (of := realism[seen & (codes == code)]).size >= _LEAST_RATINGS
    }


def _settled(given: Mapping[str, str], coded: Sequence[str]) -> dict[str, str]:
    """What each of two values means, where one of a pair was mapped."""
    meaning = {}
    for value, word in given.items():
        other = _TWO.get(fold_value(value), "")
        if other in coded and word.lower() in _WORDS:
            meaning[other] = "synthetic" if word.lower() == "real" else "real"
    return meaning if set(coded) <= set(meaning) else {}


def _by_arm(arms: Sequence[str], truth: Sequence[str], coded: Sequence[str]) -> dict[str, str]:
    """Truth by the arm that is called real, if every row bears it out."""
    pairs = {(arm.casefold(), fold_value(cell)) for arm, cell in zip(arms, truth, strict=True)}
    of_real = {cell for arm, cell in pairs if arm == "real"}
    others = {cell for arm, cell in pairs if arm != "real"}
    if len(of_real) != 1 or of_real & others or len(others) > 1 or not of_real <= set(_TWO):
        return {}
    (real,) = of_real
    if others and others != {_TWO[real]}:
        return {}
    return {real: "real", **dict.fromkeys(others, "synthetic")}


def _question(name: str, questions: Sequence[tuple[str, Sequence[str]]]) -> str:
    columns = " and ".join(ours for ours, _ in questions)
    shown = " and ".join(questions[0][1])
    said = " ".join(f"--map-value {ours} {coded[-1]}=real" for ours, coded in questions)
    coded = questions[0][1]
    return (
        f"{name} has {shown} for {columns}, and nothing says which is real: add {said}, or "
        f"{coded[-1]}=synthetic if {coded[-1]} means that."
    )


def _ensure(
    name: str,
    ours: str,
    cells: Sequence[str],
    given: Mapping[str, Mapping[str, str]],
    *,
    by_number: bool,
) -> None:
    meant = {value for value, meaning in given.get(ours, {}).items() if value == meaning}
    alike: dict[str, str] = {}
    for cell in dict.fromkeys(cells):
        key = _plain(cell, by_number)
        other = alike.setdefault(key, cell)
        if other != cell and not meant & {cell, other}:
            raise BadRatings(
                f"{name} has {ours} {other!r} and {cell!r}: if they are one, add --map-value "
                f'{ours} "{cell}={other}"; if they are two, --map-value {ours} "{cell}={cell}".'
            )


def _plain(cell: str, by_number: bool) -> str:
    text = "".join(unicodedata.normalize("NFKC", cell).casefold().split())
    return _NUMBER.sub(r"\1", text) if by_number else text


def _middle(values: Sequence[float]) -> float:
    return float(np.median(values))
