"""What a table's columns mean: ours, those of public data sets, or what the user says."""

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.domain.said import joined, said

OURS: Final = ("file", "condition", "findings", "sex", "age", "view", "patient")
"""The names that rows are given; other columns keep their own."""
OWN_NAMES: Final = "columns of their own names"
"""What a table of no known data set is read as."""

_ANY: Final = "*"
_NORMAL: Final = ("no finding", "no findings", "normal", "healthy", "unremarkable")
# Said of the film, not of the patient.
_NEITHER: Final = ("support devices", "support device", "exclude", "unchanged")
_DRAWN_FROM: Final = {
    "file": ("file", "path", "filename", "file_name", "image", "image_id", "imageid", "dicom_id"),
    "condition": ("condition", "label", "class", "diagnosis", "target", "finding labels"),
}

Row = Mapping[str, str]
Rule = Callable[[Row], str]


class NoColumn(ValueError):
    """What a table lacks, as the end of a sentence; `options` are of a command that would help."""

    def __init__(self, lacks: str, options: str) -> None:
        self.lacks = lacks
        super().__init__(joined((lacks, ". ", options), ""))


class RowFault(ValueError):
    """Why a row can't be used, as the end of a sentence that begins with its file."""


@dataclass(frozen=True)
class Headings:
    """How rows are read: `columns` maps our names to headings, both in small letters.

    `file` and `condition` derive what no single column holds; `values` renames what a column
    says, `*` standing for all else.
    """

    name: str
    columns: Mapping[str, str] = field(default_factory=dict)
    file: Rule | None = None
    condition: Rule | None = None
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def read(self, row: Row) -> dict[str, str]:
        """A row under our names, empty values left out; raises RowFault.

        `row` has headings in small letters. `file` and `condition` are always there.
        """
        taken = set(self.columns.values())
        result = {ours: row.get(heading, "") for ours, heading in self.columns.items()}
        if self.file is not None and not result.get("file"):
            result["file"] = self.file(row)
        result["file"] = result.get("file", "").replace("\\", "/").removeprefix("./")
        if self.condition is not None and "condition" not in self.columns:
            result["condition"] = self.condition(row)
        for ours, renamed in self.values.items():
            said = result.get(ours, row.get(ours, ""))
            result[ours] = renamed.get(said.casefold(), renamed.get(_ANY, said))
        others = {key: value for key, value in row.items() if key and key not in taken}
        kept = {key: value for key, value in (others | result).items() if value}
        kept.setdefault("condition", "")
        kept.setdefault("file", "")
        return kept

    def __str__(self) -> str:
        pairs = ", ".join(f"{ours} = {heading}" for ours, heading in self.columns.items())
        return f"{self.name}: {pairs}" if pairs else self.name


def headings_of(
    written: Sequence[str],
    *,
    columns: Mapping[str, str] | None = None,
    values: Mapping[str, Mapping[str, str]] | None = None,
    needed: Sequence[str] = ("file", "condition"),
) -> Headings:
    """How a table with the headings `written` is read.

    `columns` maps our names to headings, `values` our names to what is renamed there; both go
    before what is known. Raises ValueError, a sentence with a suggested mapping, where nothing
    tells what is `needed`.
    """
    there = {name.casefold(): name for name in written if name}
    own = {ours.casefold(): heading.casefold() for ours, heading in (columns or {}).items()}
    for ours, heading in own.items():
        if heading not in there:
            raise ValueError(
                said(
                    "has no column {heading!r} to be {ours}; it has {columns}",
                    heading=heading,
                    ours=ours,
                    columns=_listed(written),
                )
            )
    known = _known(there)
    taken = set(own.values())
    merged = {o: h for o, h in known.columns.items() if h in there and h not in taken} | own
    for ours in OURS:
        if ours in there and ours not in taken:
            merged.setdefault(ours, ours)
    renamed = {
        ours.casefold(): {said.casefold(): meant for said, meant in pairs.items()}
        for ours, pairs in (values or {}).items()
    }
    result = Headings(known.name, merged, known.file, known.condition, renamed)
    told = {"file": result.file, "condition": result.condition}
    for ours, pairs in renamed.items():
        if ours not in (*merged, *there) and told.get(ours) is None and _ANY not in pairs:
            raise NoColumn(
                said(
                    "has no column {ours} whose values could mean something else; it has {columns}",
                    ours=ours,
                    columns=_listed(written),
                ),
                said(
                    "--value takes our name of a column, such as condition, which --column maps "
                    "to a heading."
                ),
            )
    missing = [
        ours
        for ours in needed
        if ours not in merged and told[ours] is None and _ANY not in renamed.get(ours, {})
    ]
    if missing:
        raise NoColumn(
            said(
                "has no column {missing}; it has {columns}",
                missing=joined(missing, said(" and no column ")),
                columns=_listed(written),
            ),
            suggestion(written, missing),
        )
    return result


def _known(there: Mapping[str, str]) -> Headings:
    for needed, headings in _DATA_SETS:
        if all(name in there for name in needed):
            return headings
    return Headings(OWN_NAMES)


def _listed(written: Iterable[str]) -> str:
    names = [name for name in written if name]
    more = said(" and {count} more", count=len(names) - 12) if len(names) > 12 else ""
    return joined((", ".join(names[:12]), more), "")


def may_be(written: Sequence[str], ours: str) -> str:
    """Which of a table's headings is likely `ours` (file or condition), as written; else ""."""
    there = {name.casefold(): name for name in written if name}
    return next((there[name] for name in _DRAWN_FROM[ours] if name in there), "")


def suggestion(written: Sequence[str], missing: Sequence[str]) -> str:
    """A sentence: the options that would say which of the headings `written` are the `missing`."""
    parts = []
    for ours in missing:
        parts.append(f'--column {ours}="{may_be(written, ours) or "HEADING"}"')
        if ours == "condition":
            parts.append('--value condition "No Finding=normal" --value condition "*=abnormal"')
    return said("Say which it is: {options}.", options=" ".join(parts))


def _by_findings(heading: str) -> Rule:
    """Normal where the findings say so and nothing else, abnormal where they say anything else."""

    def rule(row: Row) -> str:
        findings = _split(row.get(heading, ""))
        if not findings:
            raise RowFault(said("says nothing under {heading}", heading=heading))
        if all(one in _NORMAL for one in findings):
            return "normal"
        told = [one for one in findings if one not in (*_NEITHER, *_NORMAL)]
        if not told:
            raise RowFault(
                said("says {findings!r}, which tells no condition", findings=", ".join(findings))
            )
        return "abnormal"

    return rule


def _split(text: str) -> list[str]:
    if text.startswith("["):
        try:
            said = ast.literal_eval(text)
        except (SyntaxError, ValueError):
            said = text.strip("[]").split(",")
        parts = [str(one) for one in said] if isinstance(said, list | tuple) else [str(said)]
    else:
        parts = text.split("|")
    return [part.strip(" '\"").casefold() for part in parts if part.strip(" '\"")]


def _by_labels(row: Row) -> str:
    """CheXpert's and MIMIC's columns: 1 for yes, 0 for no, -1 for uncertain, empty for nothing."""
    if _is_one(row.get("no finding", "")):
        return "normal"
    labels = [
        name
        for name, value in row.items()
        if name not in _NOT_LABELS and name not in _NEITHER and _is_one(value)
    ]
    if not labels:
        raise RowFault(said("has no label that says yes, so nothing tells its condition"))
    return "abnormal"


_NOT_LABELS: Final = (
    *("no finding", "sex", "age", "path", "image_id", "rad_id", "subject_id", "study_id"),
    *("dicom_id", "rows", "columns", "frontal/lateral", "ap/pa", "patient"),
    "performedprocedurestepid",
)


def _is_one(value: str) -> bool:
    return value in ("1", "1.0", "True", "true")


def _mimic_file(row: Row) -> str:
    subject, study, dicom = (row.get(key, "") for key in ("subject_id", "study_id", "dicom_id"))
    if not (subject and study and dicom):
        return ""
    return f"p{subject[:2]}/p{subject}/s{study}/{dicom}"


def _padchest_file(row: Row) -> str:
    folder, name = row.get("imagedir", ""), row.get("imageid", "")
    return f"{folder}/{name}" if folder and name else name


_DATA_SETS: Final[tuple[tuple[tuple[str, ...], Headings], ...]] = (
    (
        ("image index", "finding labels"),
        Headings(
            "NIH ChestX-ray14",
            {
                "file": "image index",
                "findings": "finding labels",
                "patient": "patient id",
                "sex": "patient gender",
                "age": "patient age",
                "view": "view position",
            },
            condition=_by_findings("finding labels"),
        ),
    ),
    (
        ("path", "no finding"),
        Headings(
            "CheXpert",
            {"file": "path", "sex": "sex", "age": "age", "view": "frontal/lateral"},
            condition=_by_labels,
        ),
    ),
    (
        ("image_id", "class_name"),
        Headings(
            "VinDr-CXR, annotations",
            {"file": "image_id", "findings": "class_name"},
            condition=_by_findings("class_name"),
        ),
    ),
    (
        ("image_id", "no finding"),
        Headings("VinDr-CXR, labels", {"file": "image_id"}, condition=_by_labels),
    ),
    (
        ("imageid", "labels"),
        Headings(
            "PadChest",
            {
                "findings": "labels",
                "patient": "patientid",
                "sex": "patientsex_dicom",
                "view": "projection",
            },
            file=_padchest_file,
            condition=_by_findings("labels"),
        ),
    ),
    (
        ("dicom_id", "subject_id", "study_id", "no finding"),
        Headings(
            "MIMIC-CXR",
            {"patient": "subject_id", "view": "viewposition"},
            file=_mimic_file,
            condition=_by_labels,
        ),
    ),
    (
        ("dicom_id", "subject_id", "study_id"),
        Headings(
            "MIMIC-CXR without labels",
            {"patient": "subject_id", "view": "viewposition"},
            file=_mimic_file,
        ),
    ),
)
