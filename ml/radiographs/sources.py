"""Which images a data set holds and what is known of each, before any picture is read.

Montgomery and Shenzhen (NLM) as distributed; folders with a CSV, with Hugging Face's
``metadata.jsonl``, or with kohya's one text file an image; DICOM files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.films.file_finder import FileFinder
from app.films.kinds import IMAGE_SUFFIXES
from app.films.meanings import NOTHING_SAID, Meanings
from ml.bank.writer import CONDITIONS, Condition
from ml.errors import MlError
from ml.radiographs.labels import (
    condition_of_caption,
    condition_of_findings,
    condition_of_folder,
    is_silent,
)
from ml.radiographs.pixels import is_dicom
from ml.radiographs.table_rows import FILE_COLUMNS, csv_rows, jsonl_rows

CAPTION_COLUMNS = ("caption", "text")
TEXT_SUFFIXES = (".txt", ".caption")
"""Of the text beside an image: what kohya's guides use, and its scripts' own default."""


@dataclass(frozen=True)
class SourceImage:
    """One image as its data set describes it."""

    path: Path
    name: str
    """Relative to the source, as messages and records call it."""

    condition: Condition | None
    """None: nothing says it in known words (ml/radiographs/labels.py)."""

    caption: str | None = None
    findings: str | None = None
    sex: str | None = None
    age: float | None = None
    """Years."""

    patient: str | None = None
    """None: known to nobody, so the image counts as a patient of its own."""

    condition_from: str = "given"
    """What said the condition: the column, findings, the folder, the caption, ..."""

    where: str = ""
    """Table and line, or file, as a message about the image begins."""


def write_caption(image: SourceImage, template: str) -> str:
    """Return the image's own caption, or write one from what is known of it.

    The template's parts are separated by commas; a part that names something unknown is left out.

    Raises MlError for a template that names what is not known of any image.
    """
    if image.caption:
        return image.caption
    known: dict[str, str] = {"condition": image.condition} if image.condition else {}
    if image.findings and not (
        is_silent(image.findings) or condition_of_findings(image.findings) == "normal"
    ):
        known["findings"] = image.findings.replace("|", ", ").lower()
    if image.sex:
        known["sex"] = {"m": "male", "f": "female"}.get(image.sex.lower(), image.sex.lower())
    if image.age is not None:
        known["age"] = f"{image.age:g}"
    parts = []
    for part in template.split(","):
        names = re.findall(r"{(\w*)}", part)
        unknown = set(names) - {"condition", "findings", "sex", "age"}
        if unknown:
            raise MlError(
                f"the caption template names {{{unknown.pop()}}}: "
                "use {condition}, {findings}, {sex} and {age}."
            )
        if all(name in known for name in names):
            # Not str.format(): the text may hold braces of its own.
            parts.append(re.sub(r"{(\w*)}", lambda m: known[m[1]], part.strip()))
    return ", ".join(parts)


def find_nlm(root: Path) -> list[SourceImage]:
    """List the images of Montgomery or Shenzhen: PNG files and their ClinicalReadings.

    File names end in 0 (normal) or 1 (tuberculosis): ``MCUCXR_0001_0.png``.

    Raises MlError where the folder holds none.
    """
    readings = {path.stem: path for path in sorted(root.rglob("ClinicalReadings/*.txt"))}
    images = []
    for path in inside(root, sorted(root.rglob("*.png"))):
        match = re.fullmatch(r"((?:MCU|CHN)CXR_\d+)_([01])", path.stem)
        # Montgomery's lung masks (ManualMask/leftMask) bear the names of the films.
        masks = any("mask" in part.lower() for part in path.relative_to(root).parts)
        if match is None or masks:
            continue
        reading = readings.get(path.stem)
        text = read_text(reading) if reading else ""
        sex, age, findings = parse_reading(text)
        condition: Condition = "abnormal" if match[2] == "1" else "normal"
        images.append(
            SourceImage(
                path,
                path.relative_to(root).as_posix(),
                condition,
                findings=findings or None,
                sex=sex,
                age=age,
                patient=match[1],
                condition_from="the file's name",
            )
        )
    if not images:
        raise MlError(
            f"{root} holds no MCUCXR_*.png or CHNCXR_*.png: name the unpacked data set or its zip."
        )
    return images


_AGE = r"(\d+)\s*(?:(?:(y)(?:(?:ea)?rs?)?|(m)(?:onths?)?|(d)(?:ays?)?)\b|$)"
_MONTGOMERY_LINE = re.compile(rf"patient\W{{0,3}}s\s+(?:sex\W*([a-z]*)|age\W*(?:{_AGE})?)", re.I)
_SHENZHEN_LINE = re.compile(rf"((?:fe)?mal)e?(?![a-z])\W*(?:{_AGE}\W*)?", re.I)
_UNIT_YEARS = (1.0, 1 / 12, 1 / 365.25)


def parse_reading(text: str) -> tuple[str | None, float | None, str]:
    """Return sex (M or F), age in years and finding of a ClinicalReadings text.

    Montgomery: ``Patient's Sex: F``, ``Patient's Age: 027Y``, finding; Shenzhen: ``male 45yrs``,
    finding, where there are also ``femal 32yrs``, ``female24yrs``, ``male , 29yrs``, ``16month``
    and ``64days``. A number without its unit is no age: infants are counted in days there.
    """
    sex: str | None = None
    years: float | None = None
    rest: list[str] = []
    for line in (whole.strip() for whole in text.splitlines()):
        age: list[str | None] = []
        if head := _MONTGOMERY_LINE.match(line):
            letter, *age = head.groups()
            sex = letter.upper() if letter and letter.upper() in ("M", "F") else sex
        elif sex is None and (head := _SHENZHEN_LINE.match(line)):
            word, *age = head.groups()
            sex = word[0].upper()
            rest.append(line[head.end() :])
        else:
            rest.append(line)
        for unit, share in zip(age[1:], _UNIT_YEARS, strict=False):
            if unit and age[0]:
                years = round(int(age[0]) * share, 2)
    return sex, years, " ".join(part for part in rest if part)


def read_text(path: Path) -> str:
    """Read a small text file as Windows editors also write it: with a mark, or as UTF-16."""
    content = path.read_bytes()
    utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return content.decode("utf-16" if utf16 else "utf-8-sig", errors="replace")


def find_in_folder(
    root: Path, captions: Path | None = None, meanings: Meanings = NOTHING_SAID
) -> list[SourceImage]:
    """List the images of any folder.

    Parameters
    ----------
    captions : CSV with a column file and any of caption, condition, findings, sex, age, patient,
        or a ``metadata.jsonl``; default: the folder's ``metadata.jsonl``, else kohya's text files
    meanings : what the table's columns and values mean, where its headings do not tell

    Raises
    ------
    MlError
        Naming the file and row that cannot be used.
    """
    if captions is None and (root / "metadata.jsonl").is_file():
        captions = root / "metadata.jsonl"
    if captions is not None and captions.suffix.lower() not in TEXT_SUFFIXES:
        read = jsonl_rows if captions.suffix.lower() == ".jsonl" else csv_rows
        finder = FileFinder(root)
        images = [
            _from_row(root, row, f"{captions}, {where}", finder)
            for where, row in read(captions, meanings)
        ]
    elif meanings:
        raise MlError("--column and --value speak of a table: name it with --captions.")
    else:
        images = [_from_text_file(root, path) for path in image_files(root)]
    if not images:
        raise MlError(f"{root} holds no images ({', '.join(IMAGE_SUFFIXES)}).")
    return images


def find_imagefolder(root: Path, meanings: Meanings = NOTHING_SAID) -> list[SourceImage]:
    """List the images of a Hugging Face imagefolder: every ``metadata.jsonl`` or ``.csv`` below it.

    Names are relative to the metadata's own folder, such as ``train/``, as there.

    Raises MlError where there is no such file.
    """
    tables = sorted(p for p in root.rglob("metadata.*") if p.suffix in (".jsonl", ".csv"))
    inside(root, tables)
    if not tables:
        raise MlError(f"{root} holds no metadata.jsonl or metadata.csv.")
    return [
        replace(image, name=image.path.relative_to(root).as_posix())
        for table in tables
        for image in find_in_folder(table.parent, table, meanings)
    ]


def find_dicom(
    root: Path, captions: Path | None = None, meanings: Meanings = NOTHING_SAID
) -> list[SourceImage]:
    """List DICOM files, whatever they are called, with what their headers say.

    Parameters
    ----------
    captions, meanings : as of `find_in_folder`; what a table says goes before the header

    Raises
    ------
    MlError
        Where the folder holds no DICOM file.
    """
    if captions is not None and captions.suffix.lower() not in TEXT_SUFFIXES:
        images = find_in_folder(root, captions, meanings)
    elif meanings:
        raise MlError("--column and --value speak of a table: name it with --captions.")
    else:
        images = [_from_text_file(root, path) for path in dicom_files(root)]
    if not images:
        raise MlError(f"{root} holds no DICOM files.")
    return [with_header(image) for image in images]


def with_header(image: SourceImage) -> SourceImage:
    """Fill in patient, sex and age from a DICOM file's header where nothing else tells them."""
    from ml.radiographs.dicom_headers import read_header

    if not image.path.is_file() or not is_dicom(image.path):
        return image
    header = read_header(image.path)
    return replace(
        image,
        patient=image.patient or header.patient,
        sex=image.sex or header.sex,
        age=header.age if image.age is None else image.age,
    )


def dicom_files(root: Path) -> list[Path]:
    """Return the DICOM files below a folder by their content; ``DICOMDIR`` is an index, not one."""
    files = [
        path
        for path in sorted(root.rglob("*"))
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(root).parts)
        and path.name != "DICOMDIR"
    ]
    return [path for path in inside(root, files) if is_dicom(path)]


def image_files(root: Path) -> list[Path]:
    """Return the image files below a folder, hidden ones left out, in the order of their names."""
    return inside(
        root,
        [
            path
            for path in sorted(root.rglob("*"))
            if path.suffix.lower() in IMAGE_SUFFIXES
            and path.is_file()
            and not any(part.startswith(".") for part in path.relative_to(root).parts)
        ],
    )


def inside(root: Path, paths: Sequence[Path]) -> list[Path]:
    """Return the paths if none is a link that leads out of the folder, as no table may name one.

    Raises
    ------
    MlError
        Naming the link.
    """
    home = root.resolve()
    for path in paths:
        if not path.resolve().is_relative_to(home):
            raise MlError(
                f"{path} is a link out of {root}: copy the file into the folder, or name the "
                "folder that it lies in."
            )
    return list(paths)


def _from_row(root: Path, row: Mapping[str, str], where: str, finder: FileFinder) -> SourceImage:
    name = next((row[c] for c in FILE_COLUMNS if row.get(c)), None)
    if name is None:
        raise MlError(f"{where} names no file.")
    caption = next((row[c] for c in CAPTION_COLUMNS if row.get(c)), None)
    findings = row.get("findings") or row.get("finding") or None
    given = (row.get("condition") or "").lower()
    if given and given not in CONDITIONS:
        raise MlError(
            f"{where}: condition {given!r} is not normal or abnormal. Say what it means: "
            f'--value condition "{given}=abnormal", or "*=abnormal" for all others.'
        )
    age = row.get("age") or None
    match = re.fullmatch(r"0*(\d+(?:\.\d+)?)\s*[yY]?", age) if age else None
    if age and match is None:
        raise MlError(f"{where}: age {age!r} is not a number of years.")
    try:
        name = finder.find(name)
    except ValueError as error:
        raise MlError(f"{where}: {name} {error}.") from error
    path = root / name
    if not path.resolve().is_relative_to(root.resolve()):
        raise MlError(f"{where}: {name} lies outside {root}.")
    image = SourceImage(
        path,
        name,
        next((c for c in CONDITIONS if c == given), None),
        caption=caption,
        findings=findings,
        sex=row.get("sex") or None,
        age=float(match[1]) if match else None,
        patient=row.get("patient") or row.get("patient_id") or None,
        where=where,
    )
    return with_condition(image)


def _from_text_file(root: Path, path: Path) -> SourceImage:
    name = path.relative_to(root).as_posix()
    texts = [t for t in (path.with_suffix(s) for s in TEXT_SUFFIXES) if t.is_file()]
    captions = {read_text(text).strip() for text in inside(root, texts)}
    if len(captions) > 1:
        raise MlError(
            f"{path} has two captions that differ, in {' and '.join(t.name for t in texts)}: "
            "keep one."
        )
    caption = captions.pop() if captions else None
    return with_condition(SourceImage(path, name, None, caption=caption or None, where=str(path)))


def with_condition(image: SourceImage) -> SourceImage:
    """Return the image with the condition that its column, findings, folder or caption tells.

    Raises
    ------
    MlError
        If column, findings and folder do not say the same.
    """
    findings = condition_of_findings(image.findings) if image.findings else None
    told = {
        "the column condition": image.condition,
        "findings": findings,
        "the folder's name": condition_of_folder(image.name),
    }
    said = {source: condition for source, condition in told.items() if condition}
    if len(set(said.values())) > 1:
        raise MlError(
            f"{image.where}: {', '.join(f'{s} says {c}' for s, c in said.items())} of "
            f"{image.name}: correct one of them."
        )
    if not said and image.caption and (by_caption := condition_of_caption(image.caption)):
        said = {"the caption": by_caption}
    for source, condition in said.items():
        return replace(image, condition=condition, condition_from=source)
    return image


def settle_conditions(
    images: Sequence[SourceImage],
    fallback: Condition | None,
    confirmed: Mapping[str, tuple[Condition, str]] | None = None,
) -> list[SourceImage]:
    """Return the images, each with a condition.

    Parameters
    ----------
    fallback : of images of which nothing at all is said
    confirmed : condition and text of images by name, confirmed row by row (`read_table`)

    Raises
    ------
    MlError
        Naming the first image that is still open, and how many there are.
    """
    settled: list[SourceImage] = []
    refused: list[str] = []
    for image in images:
        findings = image.findings if image.findings and not is_silent(image.findings) else None
        if image.condition is not None:
            settled.append(image)
        elif confirmed is not None and image.name in confirmed:
            condition, text = confirmed[image.name]
            if text != words_of(image):
                raise MlError(
                    f"{image.where}: the text of {image.name} is not the one that its condition "
                    "was confirmed for: write the table of conditions anew."
                )
            how = "derived from its text and confirmed"
            settled.append(replace(image, condition=condition, condition_from=how))
        elif fallback is not None and findings is None:
            settled.append(replace(image, condition=fallback, condition_from="--condition"))
        else:
            reason = "nothing tells whether it is normal or abnormal"
            if findings is not None:
                reason = (
                    f"findings {findings[:60]!r} are not words that tell normal from abnormal here"
                )
            refused.append(f"{image.where or image.name}: {reason}")
    if refused:
        more = f" ({len(refused) - 1} more images like it)" if len(refused) > 1 else ""
        raise MlError(
            f"{refused[0]}{more}; add a column condition, say which it is (--column "
            "condition=HEADING, --value condition THEIRS=OURS), sort the images into folders "
            "normal and abnormal, give --condition for images of which nothing is said, or "
            "--derive-conditions TABLE to confirm what their texts suggest."
        )
    return settled


def words_of(image: SourceImage) -> str:
    """Return the text that says something of an image: its findings, else its caption."""
    return image.findings or image.caption or ""
