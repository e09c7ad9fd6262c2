"""What an upload holds, once it is whole: a bank, a table with images, or images alone."""

import csv
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, Literal

from app.bank.header import HEADER_FILE
from app.bank.manifest import MANIFEST_FILE
from app.domain.errors import BadInput, BadTable
from app.domain.said import said, sentence_of
from app.films.archives import opened_folder
from app.films.headings import OURS, NoColumn, RowFault, headings_of
from app.films.kinds import IMAGE_SUFFIXES
from app.films.tables import opened_table

Kind = Literal["bank", "table", "images", "nothing"]
# The table that is written over images that came without one.
OWN_TABLE: Final = "negatoscope-images.csv"
_TABLES: Final = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".txt")
_SAMPLE: Final = 3
_LOOKED_AT: Final = 20_000
_TRIED: Final = 10
MOST_VALUES: Final = 40


@dataclass(frozen=True)
class Brought:
    """`root` is the folder that an import is given; `tables` are paths from there.

    The last of them is OWN_TABLE, once it is written.
    """

    root: Path
    kind: Kind
    images: int
    tables: tuple[str, ...]


@dataclass(frozen=True)
class TableSeen:
    """A table's headings, its first rows, how it is read, and the values of its condition.

    `problem` is why it can't be read so; `values` are those of the condition in the first rows,
    with how often each is there, and are cut off after MOST_VALUES.
    """

    headings: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    read_as: str
    problem: str
    values: tuple[tuple[str, int], ...]


def unpack_zips(files: Path) -> None:
    """Unpack every zip that lies on top, each into a folder of its name, and throw the zip away.

    Raises BadTable for a zip that is broken, encrypted, too large or names places outside itself.
    """
    for path in sorted(files.iterdir()):
        if path.suffix.lower() != ".zip" or not path.is_file():
            continue
        target = path.with_suffix("")
        if target.exists():
            raise BadTable(
                said("{name} and a folder of its name came together; bring one.", name=path.name)
            )
        with opened_folder(path, files.parent) as folder:
            shutil.move(folder, target)
            # What is left is thrown away by whoever unpacked it.
            folder.mkdir()
        path.unlink()


def what_came(files: Path) -> Brought:
    """Look through what came; folders that hold one folder and nothing else are passed through."""
    root = files
    while (inside := list(root.iterdir())) and len(inside) == 1 and inside[0].is_dir():
        root = inside[0]
    banks = [path.parent for path in sorted(root.rglob(HEADER_FILE))]
    banks = [path for path in banks if (path / MANIFEST_FILE).is_file()]
    if len(banks) == 1:
        return Brought(banks[0], "bank", 0, ())
    if len(banks) > 1:
        raise BadInput(
            said("{n_banks} banks came at once; bring one at a time.", n_banks=len(banks))
        )
    tables, images = [], 0
    for path in sorted(root.rglob("*")):
        name = path.name.lower()
        if not path.is_file() or name == OWN_TABLE:
            continue
        if name.endswith(_TABLES):
            tables.append(path.relative_to(root).as_posix())
        elif is_image(path):
            images += 1
    # Last: a text that came along need not be a table of these images.
    own = (OWN_TABLE,) if (root / OWN_TABLE).is_file() else ()
    kind: Kind = "nothing" if not images else "table" if tables else "images"
    return Brought(root, kind, images, (*tables[:50], *own))


def first_of(came: Brought) -> str:
    """The table that most likely names the images: one that is read as it is, else the first.

    Never OWN_TABLE, unless no other can be read at all.
    """
    readable = []
    for table in came.tables[:_TRIED]:
        try:
            seen = see_table(came.root, table, {}) if table != OWN_TABLE else None
        except BadTable:
            continue
        if seen is not None and not seen.problem:
            return table
        readable.append(table)
    return (readable or came.tables)[0]


def is_image(path: Path) -> bool:
    """Whether a file may be a film: by its ending, or without one, as machines write DICOM."""
    return path.name.lower().endswith(IMAGE_SUFFIXES) or (
        not path.suffix and not path.name.startswith(".") and path.name != "DICOMDIR"
    )


def write_own_table(root: Path) -> str:
    """Write a table of all images below `root`, with the folder that each lies in; its name."""
    images = [path for path in sorted(root.rglob("*")) if path.is_file() and is_image(path)]
    with (root / OWN_TABLE).open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("file", "folder"))
        for path in images:
            inside = path.relative_to(root)
            rows.writerow((inside.as_posix(), inside.parent.name))
    return OWN_TABLE


def see_table(root: Path, table: str, columns: Mapping[str, str]) -> TableSeen:
    """A table's headings and how it is read where `columns` says what some of them are.

    Raises BadTable for what is no table.
    """
    with opened_table(root / table) as opened:
        headings = tuple(name for name in opened.headings if name)
        rows = [row.values for row in islice(opened.rows, _LOOKED_AT)]
    sample = tuple(tuple(row.get(name, "") for name in headings) for row in rows[:_SAMPLE])
    try:
        read = headings_of(
            headings, columns=columns, values={"condition": {"*": "normal"}} if rows else None
        )
        plain = headings_of(headings, columns=columns, needed=("file",))
    except ValueError as error:
        # Without the command's options, which the page has boxes for.
        lacks = error.lacks if isinstance(error, NoColumn) else sentence_of(error)
        return TableSeen(headings, sample, "", said("This table {lacks}.", lacks=lacks), ())
    counts: dict[str, int] = {}
    for row in rows:
        try:
            read_so = plain.read({name.casefold(): value for name, value in row.items()})
        except RowFault:
            continue
        counts[read_so["condition"]] = counts.get(read_so["condition"], 0) + 1
    most = sorted(counts.items(), key=lambda pair: -pair[1])[:MOST_VALUES]
    return TableSeen(headings, sample, str(read), "", tuple(most))


def chosen_columns(asked: Mapping[str, str]) -> dict[str, str]:
    """Our names to the headings that somebody chose for them; what was left open is left out."""
    return {ours: asked[f"column.{ours}"] for ours in OURS if asked.get(f"column.{ours}")}


def lines_in(root: Path, name: str) -> int:
    """Lines of a table or manifest, for a bar only; 0 where it can't be read."""
    try:
        with (root / name).open("rb") as file:
            return sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 20), b""))
    except OSError:
        return 0
