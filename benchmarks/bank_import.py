"""How long an import takes and whether its memory grows with the bank.

    python -m benchmarks.bank_import --records 100000 --size 64
    python -m benchmarks.bank_import --records 2000 --source 512 --size 512 [--jpeg]
    python -m benchmarks.bank_import --deep 40

Makes a bank of distinct simulated radiographs, as PNG or JPEG, in a temporary folder, then imports
it whole and a tenth of it, each in a process of its own with a fresh SQLite database, and imports
the whole again. Writing as many renditions and nothing else, beside it, says what the disk alone
would take, and so whether an import waits for the disk or for the processors. With
`--deep` it makes films of 2,500 pixels and 16 bits instead and imports them on one core, on all,
and by one import on each core at once, which says what the machine can give; and it compares the
CPU time a film takes with that of the reader before app.films, kept below as `as_it_was`, on one
film. Whatever the machine, the ratios can be compared.
"""

import argparse
import hashlib
import io
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.bank.rendition import canonical_rendition, encode_png, rendition_length
from app.bank.store import RenditionStore
from app.db.engine import Database
from app.db.migrate import upgrade_schema
from app.domain.conditions import CONDITIONS
from app.films.decode import decode_film
from app.films.decoder import DECODER_ENVIRONMENT, DECODERS
from app.services.import_bank import import_bank

DEEP_SIDE = 2500


def deep_film() -> NDArray[np.uint16]:
    """A smooth film of 12 bits with grain, (2500, 2500)."""
    down, across = np.mgrid[0:DEEP_SIDE, 0:DEEP_SIDE]
    smooth = 2000 + 1500 * np.sin(across / 300) * np.cos(down / 400)
    grain = np.random.default_rng(1).normal(0, 12, smooth.shape)
    film: NDArray[np.uint16] = (smooth + grain).clip(0, 4095).astype(np.uint16)
    return film


def as_png(pixels: NDArray[np.generic]) -> bytes:
    """A compressed PNG, as archives hold them."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def as_jpeg(pixels: NDArray[np.uint8]) -> bytes:
    """A JPEG of quality 92."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def as_it_was(data: bytes, size: int) -> bytes:
    """A deep PNG's rendition as it was made before app.films: percentiles by sorting, scaling in
    float64, inflating and shrinking by Pillow. Kept here to be measured against."""
    image = Image.open(io.BytesIO(data))
    image.verify()
    image = Image.open(io.BytesIO(data))
    values = np.asarray(image)
    np.divmod(values, np.uint16(257))[1].any()
    levels = values.astype(np.float32)
    low, high = np.percentile(levels, [0.5, 99.5])
    scaled = (levels.astype(np.float64) - low) * (255.0 / (high - low))
    shown = np.clip(scaled, 0, 255).astype(np.float32)
    small = Image.fromarray(shown).resize((size, size), Image.Resampling.LANCZOS)
    return encode_png(np.clip(np.rint(np.asarray(small)), 0, 255).astype(np.uint8))


def read_repeatedly(way: str, size: int, rounds: int = 10) -> None:
    """Print the median CPU time, in ms, in which this process reads a deep film that `way`."""
    data = as_png(deep_film())
    ways: dict[str, Callable[[], object]] = {
        "before": lambda: as_it_was(data, size),
        "now": lambda: canonical_rendition(decode_film(data, "film"), size),
    }
    times = []
    for _ in range(rounds):
        began = time.process_time()
        ways[way]()
        times.append(1000 * (time.process_time() - began))
    print(statistics.median(times))


def compare_readers(size: int, turns: int = 3) -> None:
    """Print the CPU time that one deep film takes, as it was and as it is.

    Each in processes of their own, as imports are: what one leaves in memory spares the other work.
    In turns, so that a busy minute of the machine is one for both.
    """
    data = as_png(deep_film())
    if as_it_was(data, size) != canonical_rendition(decode_film(data, "film"), size):
        raise SystemExit("the two readers differ: nothing is compared")
    times: dict[str, list[float]] = {"before": [], "now": []}
    for _ in range(turns):
        for way, taken in times.items():
            command = [sys.executable, "-m", "benchmarks.bank_import", "--size", str(size)]
            surroundings = os.environ | (DECODER_ENVIRONMENT if way == "now" else {})
            done = subprocess.run(
                [*command, "--reader", way],
                check=True,
                capture_output=True,
                text=True,
                env=surroundings,
            )
            taken.append(float(done.stdout))
    before, now = min(times["before"]), min(times["now"])
    print(
        f"one film of {DEEP_SIDE} pixels, 16 bits: {before:.0f} ms of CPU before, {now:.0f} now, "
        f"{before / now:.2f} times (least of {turns} medians of 10 each)"
    )


def radiographs(source: int, patients: int = 16) -> list[NDArray[np.uint8]]:
    """Simulated chest films of `source` x `source` pixels: noise inflates and decodes otherwise."""
    # Here, so that the memory of an import's own process isn't that of what draws.
    from app.phantom.radiograph import simulate_film

    films = []
    for seed in range(patients):
        condition = CONDITIONS[seed % len(CONDITIONS)]
        drawn = simulate_film(seed=seed, condition=condition, size=min(max(source, 128), 1024))
        films.append(np.asarray(Image.fromarray(drawn.pixels).resize((source, source))))
    return films


def numbered(film: NDArray[np.uint8], number: int) -> NDArray[np.uint8]:
    """The film with its number in a corner: six digits, a block of JPEG and a grey level each."""
    digits = [number >> 4 * place & 15 for place in range(6)]
    pixels = film.copy()
    pixels[:8, :48] = np.repeat(np.array(digits, np.uint8) * 16 + 8, 8)
    return pixels


def make_bank(
    directory: Path, records: int, source: int, *, deep: bool = False, jpeg: bool = False
) -> None:
    """Write `records` distinct pictures of `source` x `source` pixels and their manifest."""
    film = deep_film() if deep else None
    bases = [] if deep else radiographs(source)
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
            if film is not None:
                film[0, :4] = list(number.to_bytes(4, "big"))
                data = as_png(film)
            else:
                pixels = numbered(bases[number % len(bases)], number)
                data = as_jpeg(pixels) if jpeg else as_png(pixels)
            file = f"images/{number // 1000:04d}/{number:07d}.{'jpg' if jpeg else 'png'}"
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
    upgrade_schema(database, Path(__file__).parents[1] / "migrations")
    store = RenditionStore(state / "renditions")
    began, cpu_before = time.perf_counter(), time.process_time()
    summary = import_bank(database, store, bank, now=datetime.now(UTC), size=size)
    seconds = time.perf_counter() - began
    print(
        json.dumps(
            {
                "added": summary.added,
                "already_present": summary.already_present,
                "refused": summary.refused_count,
                "seconds": seconds,
                "cpu": time.process_time() - cpu_before + _of_decoders(),
                "peak_mib": peak_mib(),
            }
        )
    )


def peak_mib() -> float:
    """Most memory this process has held, its decoders apart, in MiB.

    Where Linux tells, by its own figure: `ru_maxrss` counts what the process that started this one
    held before.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(
            line.split(":", 1)
            for line in status.read_text(encoding="utf-8").splitlines()
            if ":" in line
        )
        return int(lines["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _of_decoders() -> float:
    """CPU seconds of the decoder processes, which count once they have ended."""
    DECODERS.close()
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime


def start_import(bank: Path, state: Path, size: int, cores: Sequence[int]) -> subprocess.Popen[str]:
    """Start an import in a process of its own, so that its peak memory is its own."""
    state.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "benchmarks.bank_import", "--size", str(size)]
    command += ["--bank", str(bank), "--state", str(state)]
    command += ["--cores", *map(str, cores)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def result_of(process: subprocess.Popen[str]) -> dict[str, float]:
    """What an import said of itself in its last line."""
    said, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"an import ended with status {process.returncode}")
    result: dict[str, float] = json.loads(said.splitlines()[-1])
    return result


def import_apart(bank: Path, state: Path, size: int, cores: Sequence[int] = ()) -> dict[str, float]:
    """Import in a process of its own, on these cores; none named are all."""
    return result_of(start_import(bank, state, size, cores))


def write_bare(directory: Path, files: int, size: int, batch: int = 256) -> float:
    """Seconds that writing so many renditions takes and nothing else, made durable by the batch."""
    data = os.urandom(rendition_length(size))
    directory.mkdir()
    began = time.perf_counter()
    for number in range(files):
        (directory / str(number)).write_bytes(data)
        if number % batch == batch - 1:
            os.sync()
    os.sync()
    return time.perf_counter() - began


def write_one_by_one(directory: Path, files: int, size: int) -> float:
    """Seconds for the same where each file is made durable by itself."""
    data = os.urandom(rendition_length(size))
    directory.mkdir()
    began = time.perf_counter()
    for number in range(files):
        with (directory / str(number)).open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    return time.perf_counter() - began


def compare_cores(root: Path, films: int, turns: int = 3) -> None:
    """Print how long an import of deep films takes on one core and on all.

    Cores share caches and the way to memory, and some are two halves of one. What the machine can
    give is told by imports that share nothing, one on each core, at the same time. In turns, so
    that a busy minute of the machine is one for all three; the medians are printed.
    """
    cores = sorted(os.sched_getaffinity(0))
    bank, seconds = root / "deep", dict[str, list[float]]()
    for turn in range(turns):
        one = import_apart(bank, root / f"one-{turn}", 512, cores[:1])
        every = import_apart(bank, root / f"all-{turn}", 512)
        started = [start_import(bank, root / f"{core}-{turn}", 512, [core]) for core in cores]
        apart = max((result_of(process) for process in started), key=lambda each: each["seconds"])
        for name, result in (("one core", one), ("all cores", every), ("one each", apart)):
            wall, cpu = (1000 * result[key] / films for key in ("seconds", "cpu"))
            print(
                f"{name:9} {films:>5,} films {result['seconds']:8.1f} s {wall:7.1f} ms each  "
                f"CPU {cpu:6.1f} ms each  peak {result['peak_mib']:6.0f} MiB"
            )
            seconds.setdefault(name, []).append(result["seconds"])
    alone, together, beside = (statistics.median(taken) for taken in seconds.values())
    print(
        f"medians of {turns}: all {len(cores)} cores to one {alone / together:.2f} times; "
        f"an import on each, which share nothing: {len(cores) * alone / beside:.2f} times"
    )


def main() -> None:
    """Make the banks, import them, print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--source", type=int, default=64, help="side of the pictures, pixels")
    parser.add_argument("--size", type=int, default=64, help="side of the renditions, pixels")
    parser.add_argument("--directory", type=Path, help="where the temporary folder is made")
    parser.add_argument("--jpeg", action="store_true", help="pictures as JPEG, not PNG")
    parser.add_argument("--deep", type=int, metavar="N", help="films of 2,500 pixels and 16 bits")
    parser.add_argument("--cores", type=int, nargs="*", help=argparse.SUPPRESS)
    parser.add_argument("--reader", choices=("before", "now"), help=argparse.SUPPRESS)
    parser.add_argument("--bank", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--state", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.reader:
        read_repeatedly(options.reader, options.size)
        return
    if options.bank:
        if options.cores:
            os.sched_setaffinity(0, options.cores)
        import_here(options.bank, options.state, options.size)
        return
    with tempfile.TemporaryDirectory(dir=options.directory) as folder:
        root = Path(folder)
        if options.deep:
            compare_readers(512)
            make_bank(root / "deep", options.deep, DEEP_SIDE, deep=True)
            compare_cores(root, options.deep)
            return
        small = max(1, options.records // 10)
        make_bank(root / "small", small, options.source, jpeg=options.jpeg)
        make_bank(root / "large", options.records, options.source, jpeg=options.jpeg)
        tenth = import_apart(root / "small", root / "state-small", options.size)
        whole = import_apart(root / "large", root / "state-large", options.size)
        again = import_apart(root / "large", root / "state-large", options.size)
        bare = write_bare(root / "bare", options.records, options.size)
        single = write_one_by_one(root / "single", small, options.size)
    for name, result in (("a tenth", tenth), ("whole", whole), ("again", again)):
        images = result["added"] + result["already_present"]
        print(
            f"{name:8} {images:>9,.0f} records  added {result['added']:>9,.0f}  "
            f"{result['seconds']:8.1f} s  {1000 * result['seconds'] / images:6.2f} ms each  "
            f"peak {result['peak_mib']:6.0f} MiB  CPU {1000 * result['cpu'] / images:6.2f} ms each"
        )
    each, alone = 1000 * bare / options.records, 1000 * single / small
    print(f"the disk alone: {each:.2f} ms a rendition by the batch, {alone:.2f} ms one by one")
    cores, cpu = len(os.sched_getaffinity(0)), 1000 * whole["cpu"] / options.records
    wall = 1000 * whole["seconds"] / options.records
    print(
        f"whole, processor time over disk time: {cpu / cores / each:.2f} on {cores} cores, "
        f"{cpu / each:.2f} on one; time over disk time {wall / each:.2f}"
    )
    print(f"peak memory, whole to a tenth: {whole['peak_mib'] / tenth['peak_mib']:.2f}")
    print(f"time, again to first: {again['seconds'] / whole['seconds']:.2f}")


if __name__ == "__main__":
    main()
