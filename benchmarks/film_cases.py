"""Which film cases each half reads as they should be read, now and in an older checkout.

    python -m benchmarks.film_cases ../shared/film-cases
    python -m benchmarks.film_cases ../shared/film-cases --beside ../old-checkout

The folder holds `expected.json`, whose rows say what must be seen of a file, and the files. Every
file is read by the application's reader and by that of `ml/`, in a process of its own that runs in
the checkout asked about. A case is right where what was seen is what its row says; those that say
"any" only must not end in another error than the reader's own.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

TOLERANCE: Final = 1.5
LOSS: Final = 12
# What others are equal to; it has no row of its own.
PLAIN: Final = "syntaxes/raw12.dcm"
HALVES: Final = ("app", "ml")

# Refused by name, with the tool that converts, whatever their rows say.
NOT_READ: Final = {".gif": "GIF", ".npy": "NPY", ".nii": "NIfTI", ".mha": "MetaImage"}

# Run in a checkout: one .npy of levels a film, and what was said instead in answers.json.
_READ: Final = """
import json, sys
from pathlib import Path
import numpy as np
half, cases, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
if half == "app":
    try:
        from app.films.reader import BadImage as Refusal, read_film as read
    except ImportError:
        from app.bank.decode import BadImage as Refusal, decode_grey as read
else:
    from ml.radiographs.pixels import UnusableImage as Refusal, read_radiograph as read
answers = {}
files = [row["file"] for row in json.loads((cases / "expected.json").read_text())]
for number, file in enumerate([*files, "syntaxes/raw12.dcm"]):
    try:
        film = read(cases / file)
        levels = np.asarray(film.pixels)
        if levels.dtype.kind in "iu":
            levels = levels * (255 / np.iinfo(levels.dtype).max)
        np.save(out / f"{number}.npy", levels.astype(np.float32))
        answers[file] = {"notes": len(getattr(film, "notes", ()))}
    except Refusal as refusal:
        answers[file] = {"refused": str(refusal)}
    except Exception as error:
        answers[file] = {"error": f"{type(error).__name__}: {error}"}
(out / "answers.json").write_text(json.dumps(answers))
"""


def read_all(half: str, checkout: Path, cases: Path, out: Path) -> dict[str, dict[str, Any]]:
    """What that half of a checkout says of every file: `levels`, `notes`, `refused` or `error`."""
    out.mkdir()
    subprocess.run(
        [sys.executable, "-c", _READ, half, str(cases.resolve()), str(out)],
        check=True,
        cwd=checkout,
    )
    answers: dict[str, dict[str, Any]] = json.loads((out / "answers.json").read_text())
    for number, answer in enumerate(answers.values()):
        if "notes" in answer:
            answer["levels"] = np.load(out / f"{number}.npy")
    return answers


def is_right(row: dict[str, Any], answers: dict[str, dict[str, Any]]) -> bool:
    """Whether what was said of a row's file is what the row asks for."""
    answer, right = answers[row["file"]], row["right"]
    if "error" in answer:
        return False
    if (name := NOT_READ.get(Path(row["file"]).suffix)) is not None:
        return name in answer.get("refused", "")
    if right in ("any", "refuse-or-shown"):
        return True
    if "refused" in answer:
        return right in ("refuse", "warn")
    if isinstance(right, dict):
        return _has_points(answer["levels"], right)
    return _is_as_told(str(right), answer, answers)


def _is_as_told(right: str, answer: dict[str, Any], answers: dict[str, dict[str, Any]]) -> bool:
    levels: NDArray[np.float32] = answer["levels"]
    height, width = levels.shape
    kind, _, told = right.partition(":")
    if kind == "orient":
        return _has_points(levels, json.loads(told))
    if kind == "aspect":
        return abs(width / height - float(told)) < 0.01
    if right.startswith("equal to"):
        raw = answers[PLAIN].get("levels")
        if raw is None or raw.shape != levels.shape:
            return False
        return bool(np.abs(levels - raw).max() <= (LOSS if "loss" in right else 0))
    return {
        "shown": float(np.ptp(levels)) > 100,
        "notblack": float(levels.max()) > 100,
        "warn": answer["notes"] > 0,
    }.get(kind, False)


def _has_points(levels: NDArray[np.float32], points: dict[str, float]) -> bool:
    for place, level in points.items():
        row, column = (int(number) for number in place.split(","))
        if row >= levels.shape[0] or column >= levels.shape[1]:
            return False
        if abs(float(levels[row, column]) - level) > TOLERANCE:
            return False
    return True


def main() -> None:
    """Read the cases in each checkout and print who is right."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("cases", type=Path, help="the folder with expected.json")
    parser.add_argument("--beside", type=Path, help="another checkout to read them as well")
    options = parser.parse_args()
    rows: list[dict[str, Any]] = json.loads((options.cases / "expected.json").read_text())
    checkouts = {"now": Path(__file__).parents[1]}
    if options.beside:
        checkouts = {"before": options.beside.resolve(), **checkouts}
    right: dict[str, dict[str, bool]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for when, checkout in checkouts.items():
            for half in HALVES:
                out = Path(folder) / f"{when}-{half}"
                answers = read_all(half, checkout, options.cases, out)
                right[f"{half} {when}"] = {row["file"]: is_right(row, answers) for row in rows}
    print_table(rows, right)


def print_table(rows: list[dict[str, Any]], right: dict[str, dict[str, bool]]) -> None:
    """Print how many of each folder are right, and every file that is wrong somewhere."""
    print(f"| cases | files | {' | '.join(right)} |")
    print(f"|---|---|{'---|' * len(right)}")
    files = Counter(row["file"].split("/")[0] for row in rows)
    for folder, count in (*files.items(), ("all", len(rows))):
        inside = [
            row["file"] for row in rows if folder == "all" or row["file"].startswith(folder + "/")
        ]
        cells = (str(sum(seen[file] for file in inside)) for seen in right.values())
        print(f"| {folder} | {count} | {' | '.join(cells)} |")
    print()
    for row in rows:
        seen = [name for name, cases in right.items() if not cases[row["file"]]]
        if seen:
            print(f"{row['file']} ({row['special']}): wrong in {', '.join(seen)}")


if __name__ == "__main__":
    main()
