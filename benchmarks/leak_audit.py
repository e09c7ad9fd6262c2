"""How often the leak audit marks an arm that differs in nothing, and how long an audit takes.

    python -m benchmarks.leak_audit [--arms 400] [--cases 60] [--size 512]

First the false marks: twelve numbers a picture, drawn for a real and a synthetic arm from one
distribution, as related, rounded and mostly zero as those of pictures are; the share of arms that
the audit's own rule marks, with Wilson's 95 % limits. Exit code 1 where the lower limit lies above
the 2 % that two tests at 1 % each would give.

Then the time: a study of noise in three arms is audited whole, pictures measured and all of them
fetched over HTTP by two probe readers.
"""

import argparse
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from scipy.stats import binomtest

from app.bank.header import BankArm, BankHeader
from app.bank.picture_measures import AUDIT_MEASURES
from app.bank.store import RenditionStore
from app.bank.writer import BankWriter
from app.db.engine import Database
from app.db.migrate import upgrade_schema
from app.domain.design.reading import design_from_mapping
from app.main import create_app
from app.services.create_study import create_study
from app.services.import_bank import import_bank
from app.settings import Settings, resource_dir
from app.statistics.leaks.joint import joint_separation
from app.statistics.leaks.telling import telling
from app.statistics.realness.separation import separation
from app.statistics.table.ratings import Float
from app.web.delivery_probe import DeliveryProbe
from app.web.leak_audits import audit_leaks

MEASURES = len(AUDIT_MEASURES)
# The two rules, one measure and all together, at 1 % each.
EXPECTED = 0.02
ARMS = ("real", "M1", "M2")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--arms", type=int, default=400, help="arms to simulate for each number")
    parser.add_argument("--cases", type=int, default=60, help="cases of the study that is timed")
    parser.add_argument("--size", type=int, default=512, help="side of its pictures in pixels")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    is_well = True
    print("| pictures an arm | arms | one measure | all together | marked | 95 % limits |")
    print("|---|---|---|---|---|---|")
    for pictures in (10, 20, 40, 100):
        rng = np.random.default_rng([arguments.seed, pictures])
        alone, together, marked = false_marks(rng, arguments.arms, pictures)
        low, high = binomtest(marked, arguments.arms).proportion_ci(method="wilson")
        is_well = is_well and low <= EXPECTED
        print(
            f"| {pictures} | {arguments.arms} | {alone} | {together} | {marked} "
            f"| {low:.1%} to {high:.1%} |",
            flush=True,
        )
    seconds, fetched = timed_audit(arguments.cases, arguments.size)
    print(
        f"\nAn audit of {arguments.cases} cases of {arguments.size} pixels: {seconds:.1f} s, "
        f"{fetched} pictures fetched."
    )
    sys.exit(0 if is_well else 1)


def false_marks(rng: np.random.Generator, arms: int, pictures: int) -> tuple[int, int, int]:
    """Of `arms` arms like the real one: marked by one measure, by all together, by either."""
    alone = together = marked = 0
    for _ in range(arms):
        real, synthetic = numbers(rng, pictures), numbers(rng, pictures)
        by_one = bool(
            telling(
                {
                    name: separation(real[:, column], synthetic[:, column])
                    for column, name in enumerate(AUDIT_MEASURES)
                }
            )
        )
        joint = joint_separation(real, synthetic)
        by_all = joint is not None and joint.is_telling
        alone, together = alone + by_one, together + by_all
        marked += by_one or by_all
    return alone, together, marked


def numbers(rng: np.random.Generator, pictures: int) -> Float:
    """Twelve numbers of each picture, (pictures, 12): related, two rounded, two mostly zero."""
    shared = rng.normal(size=(pictures, 2)) @ rng.normal(size=(2, MEASURES))
    values: Float = np.exp(0.5 * shared + rng.normal(size=(pictures, MEASURES)))
    values[:, :2] = np.round(values[:, :2])
    values[:, 2:4] *= rng.random((pictures, 2)) < 0.2
    return values


def timed_audit(cases: int, size: int) -> tuple[float, int]:
    """Seconds of a whole audit of a study of noise, and how many pictures its probes fetched."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="negatoscope-audit-") as folder:
        settings = Settings(data_dir=Path(folder), database_url=f"sqlite:///{folder}/audit.db")
        database = Database(settings.effective_database_url)
        upgrade_schema(database, resource_dir("migrations"))
        store = RenditionStore(Path(folder) / "renditions")
        import_bank(database, store, _bank(Path(folder), cases, size), now=now, size=size)
        each = cases // len(ARMS)
        design = design_from_mapping(
            {
                "title": "Audited",
                "arms": [{"arm": arm, "normal": each} for arm in ARMS],
                "rendition_size": size,
                "seed": 7,
            }
        )
        with database.writing() as session:
            slug = create_study(session, design, now=now, actor="benchmark")
        began = time.perf_counter()
        probe = DeliveryProbe(settings, create_app)
        made = audit_leaks(database, store, probe, slug, now=now, actor="benchmark")
        seconds = time.perf_counter() - began
        database.dispose()
    return seconds, made.verdict.fetched


def _bank(folder: Path, cases: int, size: int) -> Path:
    rng = np.random.default_rng(1)
    kinds = [BankArm(arm, arm, "real" if arm == "real" else "synthetic") for arm in ARMS]
    with BankWriter(folder / "bank", BankHeader("Noise", datetime.now(UTC), tuple(kinds))) as bank:
        for arm in ARMS:
            for number in range(cases // len(ARMS)):
                bank.add(
                    rng.integers(0, 256, (size, size), dtype=np.uint8),
                    file=f"images/{arm}-{number}.png",
                    arm=arm,
                    condition="normal",
                    provenance={},
                )
    return folder / "bank"


if __name__ == "__main__":
    main()
