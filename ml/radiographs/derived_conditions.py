"""A table of proposed conditions, for films whose text is a report: somebody must confirm each row.

``ml.prepare ... --derive-conditions TABLE`` writes it; when every row is confirmed the same command
uses it. A proposal is read off words and is often wrong, so it never counts by itself.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ml.bank.run_folder import write_text
from ml.bank.writer import CONDITIONS, Condition
from ml.errors import MlError

COLUMNS = ("file", "condition", "confirmed", "because", "text")
YES = ("yes", "y", "true", "1", "x")

_NEGATION = re.compile(r"\b(no|not|without|free of|negative for|denies|resolved|rather than)\b")
_SIGN = re.compile(
    r"\b(not (entirely |quite |completely )?(normal|clear|unremarkable|healthy)|abnormal\w*|"
    r"atelecta\w+|cardiomegaly|cavit\w+|consolidat\w+|effusions?|emphysema\w*|"
    r"enlarge\w*|fibro\w+|fractures?|infiltrat\w+|lesions?|mass(es)?|nodul\w+|oedema|edema|opaci\w+|"
    r"pneumonia|pneumothora\w+|scar\w*|thicken\w+|tubercul\w+|tb|ptb)\b"
)
_CLEAR = re.compile(r"\b(normal|clear|unremarkable|healthy|within normal limits)\b")


@dataclass(frozen=True)
class Proposal:
    """What the words of one film's text suggest; a condition of None: nothing."""

    file: str
    condition: Condition | None
    because: str
    text: str


def propose(file: str, text: str) -> Proposal:
    """Read a proposal off a report: a sign of disease in any sentence goes before what is clear.

    A sentence's signs count unless a negation stands before them in that sentence.
    """
    clear = None
    for sentence in re.split(r"[.;\n]+", text.lower()):
        sign, negation = _SIGN.search(sentence), _NEGATION.search(sentence)
        if sign and not (negation and negation.start() < sign.start()):
            return Proposal(file, "abnormal", sentence.strip(), text)
        if clear is None and (sign or _CLEAR.search(sentence)):
            clear = sentence.strip()
    return Proposal(file, "normal" if clear else None, clear or "nothing that is known", text)


def write_table(path: Path, proposals: Iterable[Proposal]) -> int:
    """Write the table, nothing confirmed, and return its number of rows."""
    rows = [[p.file, p.condition or "", "", p.because, p.text] for p in proposals]
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([COLUMNS, *rows])
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, buffer.getvalue())
    return len(rows)


def read_table(path: Path) -> Mapping[str, tuple[Condition, str]]:
    """Return each file's confirmed condition and the text that it was confirmed for.

    Raises
    ------
    MlError
        Naming the row that is not confirmed, or holds no condition.
    """
    confirmed: dict[str, tuple[Condition, str]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [c for c in COLUMNS if c not in (reader.fieldnames or ())]
            if missing:
                raise MlError(f"{path} has no column {missing[0]}: it is no table of conditions.")
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise MlError(f"{path} cannot be read as a table of conditions: {error}.") from error
    open_rows = [r["file"] for _, r in rows if (r["confirmed"] or "").strip().lower() not in YES]
    if open_rows:
        raise MlError(
            f"{path}: {len(open_rows)} of {len(rows)} rows are not confirmed, the first: "
            f"{open_rows[0]}. Look at each, correct its condition, and write yes under confirmed."
        )
    for number, row in rows:
        given = (row["condition"] or "").strip().lower()
        condition = next((c for c in CONDITIONS if c == given), None)
        if condition is None:
            raise MlError(f"{path}, line {number}: condition {given!r} is not normal or abnormal.")
        confirmed[row["file"]] = condition, row["text"] or ""
    return confirmed
