"""What does the report of a large study cost, from the database to the page?

    OMP_NUM_THREADS=1 python -m benchmarks.report --readers 100 --images 1000 --arms 4

fills a database of its own (SQLite) with a study that simulated readers have read, as `rehearse`
does, and prints processor and wall time of each step of its report, in a process of its own: rows
from the database, the analysis, the figures of questions, the page with all its figures, and the
peak memory. `--profile` names the functions in which most time is spent; `--keep FOLDER` keeps the
database, and takes it again if it is there.

The bank holds records and no pictures, so that the audit of pictures is not in these times. A
design may have 2,000 cases; here it may have more.
"""

from __future__ import annotations

import argparse
import cProfile
import hashlib
import pstats
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.db.engine import Database
from app.db.migrate import upgrade_schema
from app.db.tables import Arm, Image, Rendition
from app.domain.design import arms as arms_of_design
from app.domain.design.reading import design_from_mapping
from app.report.page.document import report_document
from app.report.page.view import report_view
from app.services.create_study import create_study
from app.services.rehearse_study import rehearse_study
from app.services.summarise_study import summarise_study
from app.settings import resource_dir

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
_SIZE = 64


def main() -> None:
    """Fill where nothing is kept, then measure in a process that did not fill."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--readers", type=int, default=100)
    parser.add_argument("--images", type=int, default=1000, help="an arm")
    parser.add_argument("--arms", type=int, default=4)
    parser.add_argument("--keep", type=Path, help="folder of the database")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--of", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.of:
        _measure(asked.keep, asked.of, profile=asked.profile)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep or Path(temporary)
        folder.mkdir(exist_ok=True)
        slug_file = folder / "slug"
        if not slug_file.exists():
            slug_file.write_text(_fill(folder, asked.readers, asked.images, asked.arms))
        command = [sys.executable, "-m", "benchmarks.report", "--of", slug_file.read_text()]
        command += ["--keep", str(folder)] + ["--profile"] * asked.profile
        subprocess.run(command, check=True)


def _fill(folder: Path, readers: int, images: int, arms: int) -> str:
    """A closed study that everybody has read; its slug."""
    database = _database(folder)
    upgrade_schema(database, resource_dir("migrations"))
    keys = ["real", *(f"M{place}" for place in range(arms - 1))]
    with database.writing() as session:
        for key in keys:
            _images_of(session, key, images)
    # Of the product a study may have fewer; how its report grows is asked here.
    arms_of_design.MOST_CASES = arms * images
    design = design_from_mapping(
        {
            "format": 2,
            "title": "Measured",
            "arms": [{"arm": key, "cases": {"normal": images}} for key in keys],
            "questions": [{"measure": measure} for measure in ("realism", "verdict", "confidence")],
            "practice": {"count": 0},
            "replicates": {"count": 0},
            "rendition_size": _SIZE,
            "seed": 1,
        }
    )
    with _timed(f"filled, {readers} readers x {images} images x {arms} arms"):
        with database.writing() as session:
            slug = create_study(session, design, now=NOW, actor="benchmark")
        with database.writing() as session:
            copy = rehearse_study(
                session, slug, readers=readers, seed=1, now=NOW, actor="benchmark"
            )
    return copy.slug


def _database(folder: Path) -> Database:
    return Database(f"sqlite:///{folder / 'measured.sqlite'}")


def _images_of(session: Session, key: str, count: int) -> None:
    """Records of an arm's images, as an import leaves them, without their pictures."""
    arm = Arm(key=key, label=key, kind="real" if key == "real" else "synthetic", imported_at=NOW)
    session.add(arm)
    session.flush()
    names = [f"{key}-{place:05}" for place in range(count)]
    digests = [hashlib.sha256(name.encode()).hexdigest() for name in names]
    made = session.scalars(
        insert(Image).returning(Image.id),
        [
            {
                "arm_id": arm.id,
                "sha256": sha256,
                "condition": "normal",
                "source_file": f"{name}.png",
                "width": _SIZE,
                "height": _SIZE,
                "provenance": {},
                "imported_at": NOW,
            }
            for name, sha256 in zip(names, digests, strict=True)
        ],
    ).all()
    session.execute(
        insert(Rendition),
        [
            {"image_id": image, "size": _SIZE, "sha256": sha256, "bytes": 0}
            for image, sha256 in zip(made, digests, strict=True)
        ],
    )


def _measure(folder: Path, slug: str, *, profile: bool) -> None:
    database = _database(folder)
    profiler = cProfile.Profile()
    if profile:
        profiler.enable()
    with _timed("summary: rows, analysis, questions"), database.reading() as session:
        summary = summarise_study(session, slug)
    with _timed("view: tables, words, cautions"):
        view = report_view(summary)
    with _timed("page with its figures"):
        html = report_document(
            view, templates=resource_dir("templates"), static=resource_dir("static"), now=NOW
        )
    if profile:
        profiler.disable()
        pstats.Stats(profiler).sort_stats("tottime").print_stats(40)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{summary.rated} ratings, page {len(html) / 1e6:.1f} MB, peak memory {peak:.0f} MiB")


@contextmanager
def _timed(what: str) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    print(
        f"{what:<44} CPU {time.process_time() - cpu:7.2f} s  wall "
        f"{time.perf_counter() - wall:7.2f} s",
        flush=True,
    )


if __name__ == "__main__":
    main()
