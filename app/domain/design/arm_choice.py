"""Which arms of a bank fill a protocol, and how many cases of each stratum all of them hold."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from app.domain.bank_image import record_text
from app.domain.design.design import MOST_CASES
from app.domain.design.protocol import Protocol
from app.domain.design.record_keys import record_keys

ArmKind = Literal["real", "synthetic"]
Counts = Mapping[str, int]
# Images by stratum and by the value that matched ones share.
Pool = Counter[tuple[str, str]]
_USUAL_ORDER = {"normal": 0, "abnormal": 1}


@dataclass(frozen=True)
class HeldArm:
    """An arm of a bank; `records` has what is recorded of each image, by key."""

    arm: str
    kind: ArmKind
    records: Sequence[Mapping[str, Any]]


class BankLacks(Exception):
    """What a bank lacks; the higher the step, the further the filling came."""

    def __init__(self, step: int, sentence: str) -> None:
        super().__init__(sentence)
        self.step = step
        self.sentence = sentence


def choose_arms(
    protocol: Protocol, document: Mapping[str, Any], bank: Sequence[HeldArm]
) -> tuple[list[HeldArm], Counts]:
    """Arms and the cases of each stratum. Raises BankLacks."""
    needed = sorted(record_keys(document))
    by_kind = {kind: [arm for arm in bank if arm.kind == kind] for kind in ("real", "synthetic")}
    _ensure_arms(protocol, by_kind)
    usable = {
        kind: [arm for arm in (_usable(arm, needed) for arm in arms) if arm.records]
        for kind, arms in by_kind.items()
    }
    real, synthetic = usable["real"], usable["synthetic"]
    if len(synthetic) < protocol.least or (protocol.real and not real):
        raise BankLacks(1, _lacking_keys(protocol, bank, needed))
    firsts = real if protocol.real else synthetic
    for first in firsts:
        others = [arm for arm in synthetic if arm is not first]
        chosen = _joined(protocol, document, first, others)
        if chosen is not None:
            return chosen
    raise BankLacks(2, _lacking_images(protocol, document))


def _ensure_arms(protocol: Protocol, by_kind: Mapping[str, Sequence[HeldArm]]) -> None:
    synthetic = len(by_kind["synthetic"])
    if protocol.real and not by_kind["real"]:
        raise BankLacks(0, f"{protocol.name} needs a real arm, and the bank has none.")
    if synthetic < protocol.least:
        raise BankLacks(
            0,
            f"{protocol.name} needs {_arms(protocol.least)}, and the bank has "
            f"{synthetic or 'none'}.",
        )


def _usable(arm: HeldArm, needed: Iterable[str]) -> HeldArm:
    """The arm without the images that lack one of the keys."""
    keys = tuple(needed)
    return replace(
        arm, records=[one for one in arm.records if all(record_text(one.get(key)) for key in keys)]
    )


def _joined(
    protocol: Protocol, document: Mapping[str, Any], first: HeldArm, others: Sequence[HeldArm]
) -> tuple[list[HeldArm], Counts] | None:
    """`first` and synthetic arms that share strata with it; None where there are too few."""
    least = protocol.least if protocol.real else protocol.least - 1
    most = protocol.most if protocol.real else protocol.most - 1
    wanted = set(shared_counts(protocol, document, [first]))
    # First those that keep every stratum, then, if they are too few, those that keep any.
    for keeps in (wanted.issubset, wanted.intersection):
        arms = [first]
        for arm in others:
            if len(arms) <= most and keeps(shared_counts(protocol, document, [*arms, arm])):
                arms.append(arm)
        counts = shared_counts(protocol, document, arms)
        if len(arms) > least and counts:
            return arms, counts
    return None


def shared_counts(
    protocol: Protocol, document: Mapping[str, Any], arms: Sequence[HeldArm]
) -> dict[str, int]:
    """Cases of each stratum that every one of `arms` can give, as many from each."""
    stratify, match = document.get("stratify_by", "condition"), document.get("matched_by", "")
    pools = [
        Pool(
            (record_text(one.get(stratify)), record_text(one.get(match)) if match else "")
            for one in arm.records
        )
        for arm in arms
    ]
    shared = pools[0]
    for pool in pools[1:]:
        shared &= pool
    held: Counter[str] = Counter()
    for (stratum, _), count in shared.items():
        held[stratum] += count
    draws = draws_of(document)
    most = min(protocol.cases, MOST_CASES // (len(arms) * max(1, len(held))))
    counts = {
        stratum: _whole_sets(min(most, held[stratum] // draws), document, len(arms))
        for stratum in sorted(held, key=lambda name: (_USUAL_ORDER.get(name, 2), name))
    }
    return {name: count for name, count in counts.items() if count >= protocol.fewest}


def _whole_sets(count: int, document: Mapping[str, Any], arms: int) -> int:
    """`count`, or a little fewer, so that pictures of different arms make up whole sets."""
    shown = document.get("presentation", {})
    if shown.get("composition") != "between_arms":
        return count
    while count * arms % int(shown.get("pictures", 1)):
        count -= 1
    return count


def _lacking_keys(protocol: Protocol, bank: Sequence[HeldArm], needed: Sequence[str]) -> str:
    ways = [
        tuple(dict.fromkeys((key, *protocol.keys.get(key, ()))))
        for key in sorted(record_keys(protocol.document))
        if key != "condition"
    ]
    asked = [" or ".join(keys) for keys in ways]
    # An arm that has what may stand in lacks nothing; where each has another, all are named.
    bare = [arm.arm for arm in bank if not _has_each(arm, ways)] or [
        arm.arm for arm in bank if not _usable(arm, needed).records
    ]
    lack = "lacks" if len(bare) == 1 else "lack"
    real = "a real arm and " if protocol.real else ""
    return (
        f"{protocol.name} needs {' and '.join(asked) or 'images'} in the records of {real}"
        f"{_arms(protocol.least)}, and {', '.join(bare)} {lack} it."
    )


def _has_each(arm: HeldArm, ways: Iterable[Sequence[str]]) -> bool:
    """Whether an image has, of each group of keys, one or another."""
    groups = tuple(ways)
    return any(
        all(any(record_text(one.get(key)) for key in keys) for keys in groups)
        for one in arm.records
    )


def _lacking_images(protocol: Protocol, document: Mapping[str, Any]) -> str:
    match = document.get("matched_by", "")
    alike = f" that share their {match}" if match else ""
    draws = draws_of(document)
    return (
        f"{protocol.name} needs {protocol.fewest * draws} or more images of one "
        f"{document.get('stratify_by', 'condition')}{alike} in each of its arms, and the bank "
        "holds fewer."
    )


def _arms(count: int) -> str:
    return f"{count} synthetic arm{'s' if count > 1 else ''}"


def draws_of(document: Mapping[str, Any]) -> int:
    """How often cases are drawn anew: once a phase with new ones."""
    phases: Sequence[Mapping[str, Any]] = document.get("phases") or [{}]
    new = [phase for phase in phases if phase.get("cases", "new") == "new"]
    return max(1, len(new))
