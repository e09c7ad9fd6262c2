"""How long an import takes and whether its memory grows with the bank.

    python -m benchmarks.bank_import --records 100000 --size 64
    python -m benchmarks.bank_import --records 2000 --source 512 --size 512

Makes a bank of distinct pictures in a temporary folder, then imports it whole and a tenth of it,
each in a process of its own with a fresh SQLite database, and imports the whole again.
"""

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from app.bank.rendition import encode_png
from app.bank.store import RenditionStore
from app.db.engine import Database
from app.db.tables import Base
from app.services.import_bank import import_bank


def make_bank(directory: Path, records: int, source: int) -> None:
    """Write `records` distinct pictures of `source` x `source` pixels and their manifest."""
    base = np.random.default_rng(1).normal(128, 40, (source, source)).clip(0, 255).astype(np.uint8)
    header = {
        "format_version": 1,
        "name": f"benchmark of {records}",
        "created_at": "2026-01-01T00:00:00+00:00",
        "arms": [{"id": f"M{n}", "label": f"M{n}", "kind": "synthetic"} for n in range(4)],
    }
    directory.mkdir()
    (directory / "bank.json").write_text(json.dumps(header))
    with (directory / "images.jsonl").open("w") as manifest:
        for number in range(records):
            pixels = base.copy()
            pixels[0, :4] = np.frombuffer(number.to_bytes(4, "big"), np.uint8)
            data = encode_png(pixels)
            file = f"images/{number // 1000:04d}/{number:07d}.png"
            path = directory / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            record = {
                "file": file,
                "sha256": hashlib.sha256(data).hexdigest(),
                "arm": f"M{number % 4}",
                "condition": "normal" if number % 8 < 4 else "abnormal",
                "width": source,
                "height": source,
                "provenance": {"seed": number, "prompt": "human chest x-ray", "steps": 30},
            }
            manifest.write(json.dumps(record) + "\n")


def import_here(bank: Path, state: Path, size: int) -> None:
    """Import in this process and print one line of JSON."""
    database = Database(f"sqlite:///{state / 'negatoscope.db'}")
    Base.metadata.create_all(database.engine)
    store = RenditionStore(state / "renditions")
    began = time.perf_counter()
    summary = import_bank(database, store, bank, now=datetime.now(UTC), size=size)
    print(
        json.dumps(
            {
                "added": summary.added,
                "already_present": summary.already_present,
                "refused": summary.refused_count,
                "seconds": time.perf_counter() - began,
                "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


def import_apart(bank: Path, state: Path, size: int) -> dict[str, float]:
    """Import in a process of its own, so that its peak memory is its own."""
    state.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "benchmarks.bank_import", "--size", str(size)]
    command += ["--bank", str(bank), "--state", str(state)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> None:
    """Make the banks, import them, print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--source", type=int, default=64, help="side of the pictures, pixels")
    parser.add_argument("--size", type=int, default=64, help="side of the renditions, pixels")
    parser.add_argument("--directory", type=Path, help="where the temporary folder is made")
    parser.add_argument("--bank", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--state", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bank:
        import_here(options.bank, options.state, options.size)
        return
    with tempfile.TemporaryDirectory(dir=options.directory) as folder:
        root = Path(folder)
        small = max(1, options.records // 10)
        make_bank(root / "small", small, options.source)
        make_bank(root / "large", options.records, options.source)
        tenth = import_apart(root / "small", root / "state-small", options.size)
        whole = import_apart(root / "large", root / "state-large", options.size)
        again = import_apart(root / "large", root / "state-large", options.size)
    for name, result in (("a tenth", tenth), ("whole", whole), ("again", again)):
        images = result["added"] + result["already_present"]
        print(
            f"{name:8} {images:>9,.0f} records  added {result['added']:>9,.0f}  "
            f"{result['seconds']:8.1f} s  {1000 * result['seconds'] / images:6.2f} ms each  "
            f"peak {result['peak_mib']:6.0f} MiB"
        )
    print(f"peak memory, whole to a tenth: {whole['peak_mib'] / tenth['peak_mib']:.2f}")
    print(f"time, again to first: {again['seconds'] / whole['seconds']:.2f}")


if __name__ == "__main__":
    main()
