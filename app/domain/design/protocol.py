"""A published study as a document: a design without arms, and what it takes of a bank.

A protocol is a document of format 2 without arms, with a table `fill` that says what it takes of a
bank. Record keys of a bank differ: `fill.keys` names those that may stand in for one of the
document's, in the order in which they are tried.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.design.design import MOST_CASES
from app.domain.document import Problems, Table
from app.domain.said import Said, said


@dataclass(frozen=True)
class Protocol:
    """A study that was published, as a design without arms.

    name             of its file
    study, source    who did it and where it is published
    asks             in a sentence, what readers do; without braces, for it can be translated
    real             whether it has a real arm
    least, most      how many synthetic arms it has
    cases            of each arm and stratum, where the bank holds so many
    fewest           of each arm and stratum, below which the study makes no sense
    keys             record keys that may stand in for the document's
    findings         names that a bank may use for a finding of the document's
    document         the design, format 2
    """

    name: str
    study: str
    source: str
    asks: str
    real: bool
    least: int
    most: int
    cases: int
    fewest: int
    keys: Mapping[str, tuple[str, ...]]
    findings: Mapping[str, tuple[str, ...]]
    document: Mapping[str, Any]


def read_protocol(name: str, data: Mapping[str, Any]) -> Protocol:
    """A protocol from its parsed file. Raises BadDesign naming every problem of `fill`."""
    problems = Problems()
    table = Table("", {"fill": data.get("fill", {})}, problems).table("fill")
    keys, findings = table.table("keys"), table.table("findings")
    protocol = Protocol(
        name=name,
        study=table.text("study", required=True),
        source=table.text("source", longest=200, required=True),
        # Its words are collected from the protocols' files, not from here.
        asks=Said(table.text("asks", longest=300, required=True), "", {}),
        real=table.flag("real", True),
        least=table.whole("least_synthetic", 1, 1, 50),
        most=table.whole("most_synthetic", 50, 1, 50),
        cases=table.whole("cases", 10, 1, MOST_CASES),
        fewest=table.whole("fewest_cases", 1, 1, MOST_CASES),
        keys={key: keys.texts(key) for key in keys.unread()},
        findings={name: findings.texts(name) for name in findings.unread()},
        document={key: value for key, value in data.items() if key != "fill"},
    )
    table.refuse_the_rest("filling a protocol")
    if "arms" in protocol.document:
        problems.add("arms", said("of a protocol are filled from a bank; leave them out"))
    if protocol.least > protocol.most:
        table.wrong("least_synthetic", said("is more than the most ({most})", most=protocol.most))
    problems.raise_if_any()
    return protocol
