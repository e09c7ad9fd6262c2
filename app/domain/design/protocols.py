"""A protocol over the arms that a bank holds: ready to open, or what the bank lacks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from app.domain.bank_image import record_text
from app.domain.design.arm_choice import BankLacks, Counts, HeldArm, choose_arms, draws_of
from app.domain.design.design import StudyDesign
from app.domain.design.protocol import Protocol
from app.domain.design.reading import design_from_mapping
from app.domain.design.record_keys import record_keys, reference_key, with_keys
from app.domain.errors import BadInput
from app.domain.questions.question import Question
from app.domain.questions.reference import reference_of


@dataclass(frozen=True)
class FilledProtocol:
    """A design that is ready to open, and in `notes` how it differs from what was published."""

    design: StudyDesign
    notes: tuple[str, ...]


def fill_protocol(protocol: Protocol, bank: Sequence[HeldArm]) -> FilledProtocol:
    """The protocol over the arms of a bank: the first real arm, then synthetic ones in order.

    Every arm gets the same number of cases of each stratum, fewer than published where the bank
    holds fewer. Raises BadInput with one sentence on what the bank lacks.
    """
    lacks: list[BankLacks] = []
    for document in _variants(protocol):
        try:
            arms, counts = choose_arms(protocol, document, bank)
        except BankLacks as lack:
            lacks.append(lack)
            continue
        return _fill(protocol, document, arms, counts)
    raise BadInput(max(lacks, key=lambda lack: lack.step).sentence)


def _variants(protocol: Protocol) -> Iterator[dict[str, Any]]:
    """The document with each combination of the keys that may stand in."""
    own = sorted(record_keys(protocol.document))
    choices = [dict.fromkeys((key, *protocol.keys.get(key, ()))) for key in own]
    for combination in product(*choices):
        yield with_keys(protocol.document, dict(zip(own, combination, strict=True)))


def _fill(
    protocol: Protocol, document: dict[str, Any], arms: Sequence[HeldArm], counts: Counts
) -> FilledProtocol:
    notes = [*_key_notes(protocol, document), *_arm_notes(protocol, arms, counts)]
    notes += _name_findings(protocol, document, arms)
    document["arms"] = [{"arm": arm.arm, "cases": dict(counts)} for arm in arms]
    notes += _shrink(document, arms, counts)
    return FilledProtocol(design_from_mapping(document), tuple(notes))


def _key_notes(protocol: Protocol, document: Mapping[str, Any]) -> Iterator[str]:
    own, used = record_keys(protocol.document), record_keys(document)
    for key in sorted(own - used):
        instead = [one for one in protocol.keys.get(key, ()) if one in used]
        if instead:
            yield f"{instead[0]} stands in for {key}, which the bank's images lack."


def _arm_notes(protocol: Protocol, arms: Sequence[HeldArm], counts: Counts) -> Iterator[str]:
    short = {name: count for name, count in counts.items() if count < protocol.cases}
    if short:
        told = ", ".join(f"{count} {name}" for name, count in short.items())
        yield f"Each arm has {told}, not {protocol.cases}: more is not there for every arm."
    stratify = protocol.document.get("stratify_by", "condition")
    left = sorted({record_text(one.get(stratify)) for one in arms[0].records} - set(counts) - {""})
    if left:
        yield f"Left out, since not every arm holds enough of it: {', '.join(left[:5])}."


def _name_findings(
    protocol: Protocol, document: dict[str, Any], arms: Sequence[HeldArm]
) -> Iterator[str]:
    """Give each finding the name by which the bank's references call it, and say so."""
    rows = document["questions"] = [dict(row) for row in document["questions"]]
    for row in rows:
        key = reference_key(row)
        if not key:
            continue
        finding = str(row["finding"])
        names = (finding, *protocol.findings.get(finding, ()))
        known = next((name for name in names if _is_there(name, key, arms)), None)
        if known is None:
            yield f"No image has {finding} in its {key}: every such answer is held against absent."
        elif known != finding:
            row["finding"] = known
            yield f"The bank's {key} say {known} for {finding}."


def _is_there(finding: str, key: str, arms: Sequence[HeldArm]) -> bool:
    asked = Question(finding, "finding", "choice", "", finding=finding, reference=key)
    return any(reference_of(asked, one) == "present" for arm in arms for one in arm.records)


def _shrink(document: dict[str, Any], arms: Sequence[HeldArm], counts: Counts) -> Iterator[str]:
    """Bring down what stands in relation to the number of cases, and say so."""
    phases = document.get("phases") or [{}]
    cases = len(arms) * sum(counts.values())
    drawn = cases * draws_of(document)
    allocation = dict(document.get("allocation", {}))
    if allocation.get("cases_per_reader", 0) > cases:
        allocation["cases_per_reader"] = cases
        document["allocation"] = allocation
        yield f"Each reader reads {cases} cases: there are no more."
    document["phases"] = []
    for phase in phases:
        if phase.get("part_count", 0) >= cases:
            phase = phase | {"part_count": max(1, cases // 2)}
            yield f"{phase['part_count']} cases return in {phase.get('key', 'a phase')}."
        document["phases"].append(phase)
    if document["phases"] == [{}]:
        del document["phases"]
    practice = document.get("practice", {})
    left_over = sum(len(arm.records) for arm in arms) - drawn
    if practice.get("count", 0) > left_over:
        document["practice"] = practice | {"count": left_over}
        yield f"{left_over} practice cases: no more images are left over."
    replicates = document.get("replicates", {})
    read = allocation.get("cases_per_reader") or cases
    if allocation.get("scheme") == "split_plot":
        read = cases // int(allocation.get("groups", 2))
    most = max(0, read - int(replicates.get("minimum_lag", 20)))
    if replicates.get("count", 0) > most:
        document["replicates"] = replicates | {"count": most}
        yield f"{most} cases are shown twice: more would follow each other too closely."
