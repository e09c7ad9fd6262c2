"""How long does `analyse` take beside a library that only reads the file, and the analysis?

    OMP_NUM_THREADS=1 python -m benchmarks.analyse [--rows 108000]

One file, made here: readers x arms x cases with realism, verdict, confidence and times, as a
study's own export has them. In one run and in processes of their own, so that start and imports
count too, it measures CPU seconds of

- `python -m app analyse FILE --json`, whole;
- a program that reads the file with polars, or with pandas, and calls the same analysis on the
  arrays, without the checks;

and within one process the seconds of reading and checking alone, of polars and of pandas reading,
and of the analysis. Needed here only: `pip install polars pandas`.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from app.services.analyse_file import analyse_file
from app.statistics.table.settings import AnalysisSettings
from app.steps.rating_files.formats import read_rating_file
from app.steps.rating_files.ratings import read_ratings
from app.steps.rating_files.sheet import FileOptions

ARMS = ("real", "M0", "M1", "M2")
READERS = 27
ROUNDS = 3
LIBRARIES = ("polars", "pandas")
# A program as a user of either library would write it: read, name the columns, analyse.
PROGRAM = """
import sys
import {library} as library
from app.statistics.analysis import analyse
from app.statistics.table.ratings import ratings_table
from app.statistics.table.settings import AnalysisSettings

frame = library.read_csv(sys.argv[1])
texts = {{name: frame[name].to_list() for name in ("reader", "case", "arm", "truth")}}
numbers = {{
    name: frame[name].to_numpy()
    for name in ("realism", "confidence", "position", "reading_time_ms")
}}
verdict = [float(one == "synthetic") for one in frame["verdict"].to_list()]
table = ratings_table(**texts, **numbers, verdict=verdict, realism_min=1, realism_max=5)
analyse(table, settings=AnalysisSettings())
"""


def main() -> None:
    """Print the table of one run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=108_000)
    rows = parser.parse_args().rows
    missing = [name for name in LIBRARIES if find_spec(name) is None]
    if missing:
        parser.exit(
            1,
            f"This benchmark compares with {' and '.join(missing)}, not installed here: "
            f"run pip install {' '.join(missing)}.\n",
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ratings.csv"
        made = write_ratings(path, rows)
        print(f"{made:,} rows, {path.stat().st_size / 1e6:.1f} MB, {os.cpu_count()} cores")
        _print_processes(path)
        _print_parts(path)


def write_ratings(path: Path, rows: int) -> int:
    """A file of about so many rows; returns how many."""
    rng = np.random.default_rng(20261127)
    cases = max(4, rows // (READERS * len(ARMS)))
    header = (
        "study,reader,case,arm,condition,truth,replicate,position,realism,verdict,confidence,"
        "reading_time_ms,submitted_at,superseded,simulated"
    )
    lines = [header]
    for reader in range(READERS):
        leaning = rng.normal()
        for arm, name in enumerate(ARMS):
            latent = leaning + rng.normal(size=cases) - 0.3 * arm
            grades = np.clip(np.round(3 + latent), 1, 5).astype(int)
            times = rng.lognormal(9, 0.5, size=cases).astype(int) + 1
            truth = "real" if name == "real" else "synthetic"
            lines += [
                f"s,R{reader + 1:02d},C{arm * cases + case:05d},{name},normal,{truth},0,"
                f"{arm * cases + case + 1},{grades[case]},"
                f"{'real' if latent[case] > 0 else 'synthetic'},{case % 4},{times[case]},"
                f"2026-11-27T10:{case % 60:02d}:00Z,0,0"
                for case in range(cases)
            ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines) - 1


def _print_processes(path: Path) -> None:
    ours = _cpu([sys.executable, "-m", "app", "analyse", str(path), "--json", *_SCALE])
    print(f"\nwhole processes, CPU s, the least of {ROUNDS} runs")
    print(f"{'python -m app analyse --json':44}{ours:8.2f}")
    for library in LIBRARIES:
        theirs = _cpu([sys.executable, "-c", PROGRAM.format(library=library), str(path)])
        print(
            f"{f'{library}.read_csv and the same analysis':44}{theirs:8.2f}{ours / theirs:8.2f} x"
        )


_SCALE = ("--realism-scale", "1-5")


def _print_parts(path: Path) -> None:
    def ours() -> None:
        options = FileOptions()
        read_ratings(str(path), read_rating_file(path, options), options, scale_is_given=True)

    def whole() -> None:
        analyse_file(path, columns={}, settings=AnalysisSettings(), realism_scale=(1.0, 5.0))

    reading, together = _seconds(ours), _seconds(whole)
    analysis = together - reading
    print(f"\nwithin one process, s, the least of {ROUNDS} runs")
    print(f"{'read and check, ours':44}{reading:8.2f}")
    print(f"{'table and analysis':44}{analysis:8.2f}")
    for name in LIBRARIES:
        library = __import__(name)
        theirs = _seconds(lambda library=library: library.read_csv(path))
        print(
            f"{f'{name}.read_csv':44}{theirs:8.2f}   reading {reading / theirs:.1f} x; "
            f"read, checked and analysed {together / (theirs + analysis):.2f} x of its reading "
            "plus the analysis"
        )


def _cpu(command: list[str]) -> float:
    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return min(once() for _ in range(ROUNDS))


def _seconds(task: Callable[[], object]) -> float:
    """CPU seconds of the process, since the machine may have others to serve."""

    def once() -> float:
        before = time.process_time()
        task()
        return time.process_time() - before

    return min(once() for _ in range(ROUNDS))


if __name__ == "__main__":
    main()
