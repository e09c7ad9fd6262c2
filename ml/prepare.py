"""python -m ml.prepare: turn radiographs as they come into data for ml.finetune.

Writes a folder that is also a Hugging Face imagefolder: ``images/`` (grey PNG, 8 or 16 bits, size
kept), ``metadata.jsonl`` (file_name, text, condition, split and what is known) and ``data.json``
(what was chosen, what was refused and why, and one digest of it all).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.films.film import DEFAULT_MAPPING, GREY_MAPPINGS, GreyMapping
from app.films.meanings import meanings_of
from ml.bank.disk_space import need_space
from ml.bank.run_folder import file_digest, write_json
from ml.bank.writer import CONDITIONS, Condition
from ml.errors import MlError, said_by
from ml.methods.config import CAPTION_TEMPLATE
from ml.radiographs.archives import opened
from ml.radiographs.derived_conditions import propose, read_table, write_table
from ml.radiographs.pixels import UnusableImage, read_radiograph
from ml.radiographs.sources import (
    SourceImage,
    find_dicom,
    find_imagefolder,
    find_in_folder,
    find_nlm,
    settle_conditions,
    with_header,
    words_of,
    write_caption,
)
from ml.stopping import sigterm_as_interrupt
from ml.training.progress import counted

NLM_NOTE = (
    "National Library of Medicine, National Institutes of Health, Bethesda, MD, USA. Cite Jaeger "
    "et al., Two public chest X-ray datasets for computer-aided screening of pulmonary diseases, "
    "doi:10.3978/j.issn.2223-4292.2014.11.20."
)


NLM_PREFIX = {"montgomery": "MCUCXR_", "shenzhen": "CHNCXR_"}


@dataclass(frozen=True)
class Prepared:
    """What was written."""

    train: dict[Condition, int]
    held_out: dict[Condition, int]
    refused: tuple[tuple[str, str], ...]
    """Names of images that cannot be used, and why."""

    noted: tuple[tuple[str, str], ...]
    """Names of images that were used, and what was done to them."""


def prepare(
    images: Sequence[SourceImage],
    out: Path,
    *,
    name: str,
    counts: dict[Condition, int] | None = None,
    held_out_share: float = 0.2,
    seed: int = 0,
    grey_mapping: GreyMapping = DEFAULT_MAPPING,
    template: str = CAPTION_TEMPLATE,
    attribution: str | None = None,
    licence: str | None = None,
    source_kind: str = "folder",
    conditions_table: Path | None = None,
) -> Prepared:
    """Choose, check and write.

    Patients are put in a seeded order; the first ``counts`` images of each condition are trained
    on (of a condition without a count: all but ``held_out_share``), images of other patients are
    held out. An image of a trained patient that was not chosen is neither.

    Parameters
    ----------
    source_kind : ``montgomery`` or ``shenzhen`` where the presets' prompt of tuberculosis is true
        of the abnormal images; else what the command calls the source
    conditions_table : the confirmed table that conditions were taken from, if any

    Raises
    ------
    MlError
        If there are not enough usable images, one has no condition, the disk is too small, or
        ``out`` holds something.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise MlError(f"{out} exists and is not empty: name a new folder.")
    out.parent.mkdir(parents=True, exist_ok=True)
    need_space(out.parent, _bytes_to_write(images), "the prepared images")
    work = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        work.chmod(0o755)
        records, refused = _write_images(images, work, grey_mapping, template)
        chosen = _chosen(records, refused, counts, held_out_share, seed)
        kept = {r["file_name"] for r in chosen}
        left_out = [r for r in records if r["file_name"] not in kept]
        for record in left_out:
            (work / record["file_name"]).unlink()
        lines = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in chosen)
        (work / "metadata.jsonl").write_text(lines, "utf-8")
        tally = Counter((r["split"], r["condition"]) for r in chosen)
        train = {c: tally["train", c] for c in CONDITIONS}
        held_out = {c: tally["held_out", c] for c in CONDITIONS}
        about = {
            "name": name,
            "source_kind": source_kind,
            "digest": hashlib.sha256(lines.encode()).hexdigest(),
            "seed": seed,
            "train": train,
            "held_out": held_out,
            "conditions_from": Counter(r["condition_from"] for r in chosen),
            "conditions_table": _table_record(conditions_table),
            "left_out": [r["source"] for r in left_out],
            "grey_mapping": grey_mapping,
            "caption_template": template,
            "licence": licence,
            "attribution": attribution,
            "refused": [{"file": f, "reason": why} for f, why in refused],
        }
        write_json(work / "data.json", about)
        if out.exists():
            out.rmdir()
        work.replace(out)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    noted = tuple((r["source"], note) for r in chosen for note in r["notes"])
    return Prepared(train, held_out, tuple(refused), noted)


def _chosen(
    records: Sequence[dict[str, Any]],
    refused: Sequence[tuple[str, str]],
    counts: dict[Condition, int] | None,
    held_out_share: float,
    seed: int,
) -> list[dict[str, Any]]:
    """Return the records that are trained on or held out, each with its split.

    Raises MlError as `choose` does, naming the first image that was refused, if any.
    """
    try:
        splits = choose(records, counts, held_out_share, seed)
    except MlError as error:
        if not refused:
            raise
        file, why = refused[0]
        raise MlError(
            f"{str(error).rstrip('.')}; {len(refused)} were refused, the first: {file} {why}."
        ) from error
    return [{**r, "split": s} for r, s in zip(records, splits, strict=True) if s]


def _table_record(table: Path | None) -> dict[str, str] | None:
    return None if table is None else {"name": table.name, "sha256": file_digest(table)}


def _bytes_to_write(images: Sequence[SourceImage]) -> int:
    """Return a low estimate: as a PNG, a film is hardly smaller than its compressed source."""
    return sum(image.path.stat().st_size for image in images if image.path.is_file())


def _write_images(
    images: Sequence[SourceImage], work: Path, grey_mapping: GreyMapping, template: str
) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    from PIL import Image

    (work / "images").mkdir()
    records: list[dict[str, Any]] = []
    refused: list[tuple[str, str]] = []
    seen: dict[str, str] = {}
    patients: dict[str, str] = {}
    for image in progress(images, "reading"):
        if image.condition is None:
            raise MlError(f"{image.name} has no condition: normal or abnormal.")
        try:
            radiograph = read_radiograph(image.path, grey_mapping=grey_mapping)
            digest = radiograph.digest
            if digest in seen:
                raise UnusableImage(f"is the same picture as {seen[digest]}")
        except UnusableImage as reason:
            refused.append((image.name, str(reason)))
            continue
        seen[digest] = image.name
        # Patients are numbered: their identifiers have no business in training data.
        patient = patients.setdefault(image.patient or image.name, f"p{len(patients) + 1:04d}")
        file_name = f"images/{len(records) + 1:04d}.png"
        # Level 1 takes a fifth of the default's time and a sixth more space.
        Image.fromarray(radiograph.pixels).save(work / file_name, compress_level=1)
        records.append(
            {
                "file_name": file_name,
                "text": write_caption(image, template),
                "condition": image.condition,
                "condition_from": image.condition_from,
                "split": "",
                "patient": patient,
                "findings": image.findings,
                "sex": image.sex,
                "age": image.age,
                "source": image.name,
                "source_sha256": radiograph.file_sha256,
                "pixels_sha256": digest,
                "bits": radiograph.pixels.dtype.itemsize * 8,
                "window": radiograph.window,
                "notes": list(radiograph.notes),
            }
        )
    return records, refused


def choose(
    records: Sequence[dict[str, Any]],
    counts: dict[Condition, int] | None,
    held_out_share: float,
    seed: int,
) -> list[str]:
    """Return each record's split: train, held_out or, for neither, an empty string.

    Raises MlError where fewer images can be used than are asked for, or none is left to train on.
    """

    def place(number: int) -> tuple[str, int]:
        key = f"{seed}:{records[number]['patient']}"
        return hashlib.sha256(key.encode()).hexdigest(), number

    order = sorted(range(len(records)), key=place)
    train: set[int] = set()
    for condition in CONDITIONS:
        usable = [n for n in order if records[n]["condition"] == condition]
        wanted = len(usable) - round(held_out_share * len(usable))
        if counts is not None:
            wanted = counts.get(condition, wanted)
        if wanted > len(usable):
            raise MlError(
                f"{wanted} {condition} images are asked for, but only {len(usable)} can be used."
            )
        train.update(usable[:wanted])
    if not train:
        raise MlError("no image is left to train on.")
    trained = {records[n]["patient"] for n in train}
    return [
        "train" if n in train else "" if r["patient"] in trained else "held_out"
        for n, r in enumerate(records)
    ]


def progress(images: Sequence[Any], what: str) -> Iterator[Any]:
    """Pass the images on, with a bar where somebody looks, else with plain lines."""
    from rich.console import Console
    from rich.progress import track

    if sys.stderr.isatty():
        yield from track(images, what, console=Console(stderr=True), transient=True)
    else:
        yield from counted(images, what, len(images))


def parser() -> argparse.ArgumentParser:
    """Build the command line (no heavy import happens here)."""
    result = argparse.ArgumentParser(
        prog="python -m ml.prepare",
        description="Turn radiographs as they come into data for ml.finetune.",
    )
    kinds = result.add_subparsers(dest="kind", required=True, metavar="SOURCE")
    for kind, text in (
        ("montgomery", "NLM Montgomery: 15 normal and 15 tuberculosis images, the rest held out"),
        ("shenzhen", "NLM Shenzhen, in the same way"),
        ("folder", "any folder of images: captions from a CSV, or from a text file beside each"),
        ("imagefolder", "Hugging Face imagefolder: metadata.jsonl or metadata.csv"),
        ("dicom", "DICOM files, whatever they are called; sex, age and patient from their headers"),
    ):
        one = kinds.add_parser(kind, help=text, description=text)
        one.add_argument("--source", type=Path, required=True, help="folder or zip")
        one.add_argument("--out", type=Path, required=True, help="folder to write; must be new")
        nlm = kind in NLM_PREFIX
        note = "(15)" if nlm else "(default: all but the held-out share)"
        for condition in CONDITIONS:
            one.add_argument(
                f"--{condition}",
                type=int,
                metavar="N",
                default=15 if nlm else None,
                help=f"{condition} images to train on {note}",
            )
        one.add_argument("--seed", type=int, default=0, help="of the choice (0)")
        one.add_argument(
            "--grey-mapping",
            choices=GREY_MAPPINGS,
            default=DEFAULT_MAPPING,
            help="of images deeper than 8 bits: DICOM's own window where it has one (default), "
            "percentiles 0.5 and 99.5, or as they are",
        )
        one.add_argument(
            "--caption-template",
            default=CAPTION_TEMPLATE,
            metavar="TEXT",
            help="of images without a caption; a part that names something unknown is left out",
        )
        if kind in ("folder", "dicom"):
            one.add_argument(
                "--captions",
                type=Path,
                metavar="FILE",
                help="CSV with a column file and any of caption, condition, findings, sex, age, "
                "patient; or a metadata.jsonl; *.txt (default): one text file beside each image, "
                ".txt or .caption",
            )
        if not nlm:
            _add_table_flags(one)
    return result


def _add_table_flags(one: argparse.ArgumentParser) -> None:
    """Add what sources take whose conditions are not in their files' names."""
    one.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="OURS=HEADING",
        help="which of the table's columns is which: file=Path, condition=Label, ...",
    )
    one.add_argument(
        "--value",
        action="append",
        nargs=2,
        default=[],
        metavar=("COLUMN", "THEIRS=OURS"),
        help='what a value means, "*" for all others: condition "No Finding=normal"',
    )
    one.add_argument("--condition", choices=CONDITIONS, help="of images of which nothing is said")
    one.add_argument(
        "--derive-conditions",
        type=Path,
        metavar="TABLE",
        help="write a CSV of what reports or captions suggest, to be confirmed row by row; "
        "when it is confirmed, the same command uses it",
    )
    one.add_argument(
        "--held-out-share",
        type=float,
        default=0.2,
        metavar="SHARE",
        help="of images that are not trained on, unless counts say so (0.2)",
    )
    one.add_argument("--licence", help="of the images; goes into the model card")
    one.add_argument("--attribution", help="who must be thanked; goes into the model card")


def run(arguments: argparse.Namespace) -> None:
    """Do what the command line asks; say what was refused and what was done."""
    given = {c: getattr(arguments, c) for c in CONDITIONS}
    counts: dict[Condition, int] = {c: n for c, n in given.items() if n is not None}
    if any(count < 0 for count in counts.values()):
        raise MlError("counts cannot be negative.")
    nlm = arguments.kind in NLM_PREFIX
    if not nlm and not 0 <= arguments.held_out_share < 1:
        raise MlError("--held-out-share must be at least 0 and less than 1.")
    with opened(arguments.source) as source:
        images = _find(source, arguments)
        table = None if nlm else arguments.derive_conditions
        if not nlm:
            images = _with_conditions(images, arguments.condition, table)
        prepared = prepare(
            images,
            arguments.out,
            name=arguments.kind if nlm else arguments.source.resolve().stem,
            counts=counts,
            held_out_share=0.0 if nlm else arguments.held_out_share,
            seed=arguments.seed,
            grey_mapping=arguments.grey_mapping,
            template=arguments.caption_template,
            attribution=NLM_NOTE if nlm else arguments.attribution,
            licence="public, for research; see the data set" if nlm else arguments.licence,
            source_kind=arguments.kind,
            conditions_table=table,
        )
    for file, reason in prepared.refused:
        print(f"left out: {file} {reason}.", file=sys.stderr)
    for file, note in prepared.noted:
        print(f"note: {file}: {note}.", file=sys.stderr)
    unknown = sum(image.patient is None for image in images)
    if unknown:
        print(
            f"note: {unknown} images name no patient and count as one each; if a patient has two, "
            "add a column patient, or training images may be held out as well.",
            file=sys.stderr,
        )
    by_option = sum(image.condition_from == "--condition" for image in images)
    if by_option:
        print(
            f"note: {by_option} images count as {arguments.condition} because --condition says so.",
            file=sys.stderr,
        )
    numbers = [
        f"{split}: " + ", ".join(f"{n} {c}" for c, n in counted.items())
        for split, counted in (("train", prepared.train), ("held out", prepared.held_out))
    ]
    print(f"{arguments.out}: {'; '.join(numbers)}; {len(prepared.refused)} left out.")


def _find(source: Path, arguments: argparse.Namespace) -> list[SourceImage]:
    if arguments.kind in NLM_PREFIX:
        prefix = NLM_PREFIX[arguments.kind]
        images = [image for image in find_nlm(source) if image.path.name.startswith(prefix)]
        if not images:
            raise MlError(f"{arguments.source} holds no {prefix}*.png: it is the other data set.")
        return images
    try:
        meanings = meanings_of(arguments.column, arguments.value)
    except ValueError as error:
        raise MlError(str(error)) from None
    if arguments.kind == "imagefolder":
        return find_imagefolder(source, meanings)
    captions: Path | None = arguments.captions
    if captions is not None and not captions.is_file() and (source / captions).is_file():
        captions = source / captions
    if captions is None:
        _note_tables(source)
    if arguments.kind == "dicom":
        return find_dicom(source, captions, meanings)
    return [with_header(i) for i in find_in_folder(source, captions, meanings)]


def _note_tables(source: Path) -> None:
    """Say which tables lie in the folder and are not read, because nobody named them."""
    for table in sorted(source.glob("*.csv")):
        print(
            f"note: {table.name} lies in the folder and is not read: --captions {table.name} takes "
            "captions, conditions and patients from it.",
            file=sys.stderr,
        )


def _with_conditions(
    images: list[SourceImage], fallback: Condition | None, table: Path | None
) -> list[SourceImage]:
    """Give every image its condition; write the table of proposals where it is not there yet.

    Raises
    ------
    MlError
        If an image is open, or the table was written just now and waits to be confirmed.
    """
    if table is None or table.is_file():
        return settle_conditions(images, fallback, read_table(table) if table else None)
    undecided = [image for image in images if image.condition is None]
    if not undecided:
        raise MlError(
            "every image says whether it is normal or abnormal: leave --derive-conditions out."
        )
    count = write_table(table, (propose(image.name, words_of(image)) for image in undecided))
    raise MlError(
        f"{table} proposes conditions for {count} images: look at each, correct it, write yes "
        "under confirmed, and run the same command again."
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    arguments = parser().parse_args(argv)
    try:
        with sigterm_as_interrupt():
            run(arguments)
    except MlError as error:
        print(f"ml.prepare: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"ml.prepare: {said_by(error)} Nothing was written.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("ml.prepare: stopped; nothing was written.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
