"""The input file of iMRMC 4: free text, `BEGIN DATA:`, then rows of four fields.

A row is readerID, caseID, modalityID, score; the reader of a row of truth is `truth` or -1, and its
last field is 0 or 1. https://github.com/DIDSR/iMRMC
"""

import re
from pathlib import Path

from app.domain.errors import BadRatings
from app.steps.rating_files.modalities import Scored, arms_of_modalities
from app.steps.rating_files.sheet import FileOptions, RatingSheet

_BEGIN = re.compile(r"^\s*BEGIN DATA:?\s*$", re.IGNORECASE)
_LONGEST_PREAMBLE = 1_000
_TRUTH = ("truth", "-1")
# What the file that our own export writes says of itself.
_OURS = "Truth 1 is synthetic, 0 real;"
_REHEARSAL = "REHEARSAL"


def read_imrmc(path: Path, text: str, options: FileOptions) -> RatingSheet | None:
    """The file as a sheet; None where it isn't one of iMRMC's. Raises BadRatings."""
    lines = text.split("\n")
    begin = next(
        (at for at, line in enumerate(lines[:_LONGEST_PREAMBLE]) if _BEGIN.match(line)), None
    )
    if begin is None:
        return None
    truth: dict[str, bool] = {}
    scored: list[tuple[int, list[str]]] = []
    for number, line in enumerate(lines[begin + 1 :], start=begin + 2):
        fields = [field.strip() for field in line.split(",")]
        if not any(fields):
            continue
        if len(fields) != 4:
            raise BadRatings(
                f"{path}: line {number} has {len(fields)} fields and iMRMC's rows four: mend it."
            )
        if fields[0].casefold() in _TRUTH:
            _note_truth(path, number, fields, truth)
        else:
            scored.append((number, fields))
    grid, words = arms_of_modalities(
        str(path),
        [_scored(path, number, fields, truth) for number, fields in scored],
        options,
        unit="line",
        positive="synthetic" if any(line.startswith(_OURS) for line in lines[:begin]) else None,
    )
    rehearsed = any(line.startswith(_REHEARSAL) for line in lines[:begin])
    notes = ("The file says that its readers are simulated; these are not results.",) * rehearsed
    return RatingSheet(
        grid,
        f"an input file of iMRMC ({words})",
        notes=notes,
        settled=("truth",),
        used=("modality",),
    )


def _note_truth(path: Path, number: int, fields: list[str], truth: dict[str, bool]) -> None:
    if fields[3] not in ("0", "1", "0.0", "1.0"):
        raise BadRatings(
            f"{path}: line {number} has truth {fields[3][:40]!r}: iMRMC's are 0 and 1."
        )
    is_positive = fields[3].startswith("1")
    if truth.setdefault(fields[1], is_positive) != is_positive:
        raise BadRatings(f"{path}: line {number} gives case {fields[1]!r} another truth: mend it.")


def _scored(path: Path, number: int, fields: list[str], truth: dict[str, bool]) -> Scored:
    reader, case, modality, score = fields
    if case not in truth:
        raise BadRatings(
            f"{path}: line {number} scores case {case[:40]!r}, of which no row gives the truth: "
            f"add truth,{case[:40]},truth,0 or 1."
        )
    return Scored(number, reader, case, modality, truth[case], score)
