"""What the server does when something fails: killed, without its database, asked too much.

    python -m benchmarks.faults [--databases sqlite,postgresql] [--kinds ...] [--kills 200]

Readers read over HTTP all the while and keep the receipts of what was acknowledged. A line a fault:
how many answers were acknowledged, and how many of them are missing, doubled or different in the
database afterwards; the slowest answer of any page and of /healthz; how long until a rating was
taken again. Exit code 1 where anything acknowledged is wrong, an answer is 5xx other than 503, a
page took more than 3 s or /healthz more than 1 s (and --grace seconds more, for a machine that does
other work), or the server did not recover by itself. PostgreSQL is the benchmark's own; a full
disk is a small tmpfs, which only root may mount.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks.outage import kinds
from benchmarks.outage.cluster import Cluster, small_disk
from benchmarks.outage.installation import Installation
from benchmarks.outage.kinds import Row

KINDS = ("kill", "stopped", "frozen", "full", "locked", "clock", "slow", "passwords", "many")
DISK_MEGABYTES = 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--kinds", default=",".join(KINDS), help=f"of {', '.join(KINDS)}")
    parser.add_argument("--kills", type=int, default=200, help="cycles of kill -9")
    parser.add_argument("--readers", type=int, default=10, help="readers during the kills")
    parser.add_argument("--cases", type=int, default=60, help="cases a reader has")
    parser.add_argument("--seconds", type=float, default=10, help="how long a fault lasts")
    parser.add_argument("--lock-seconds", type=float, default=30)
    parser.add_argument("--workers", type=int, default=2, help="server processes, PostgreSQL only")
    parser.add_argument("--grace", type=float, default=0, help="seconds more than the limits")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(
        "| database | fault | acknowledged | missing, doubled, different | slowest page "
        "| slowest /healthz | taken again after | answers | |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    is_well = True
    for database in arguments.databases.split(","):
        with tempfile.TemporaryDirectory(prefix="negatoscope-faults-", dir="/tmp") as folder:
            Path(folder).chmod(0o755)
            for row in rows(database, Path(folder), arguments):
                row.judge(arguments.grace)
                is_well = is_well and not row.faults
                print(line(database, row), flush=True)
    sys.exit(0 if is_well else 1)


def rows(database: str, folder: Path, arguments: argparse.Namespace) -> Iterator[Row]:
    """One installation, tried by each fault in turn."""
    with ExitStack() as stack:
        disk = folder / "disk"
        is_small = stack.enter_context(small_disk(disk, DISK_MEGABYTES))
        cluster = None
        if database == "postgresql":
            disk.chmod(0o755)
            cluster = Cluster(disk / "postgresql")
            cluster.start()
            stack.callback(cluster.end)
        place = Installation(
            disk / "data",
            cluster.url if cluster else "",
            cases=arguments.cases,
            readers=150,
            workers=arguments.workers if cluster else 1,
        )
        stack.callback(place.end)
        place.start()
        for kind in arguments.kinds.split(","):
            if kind == "full" and not is_small:
                yield Row("disk full", words="not tried: a small disk can't be mounted here")
                continue
            measure = _measures(place, cluster, disk, arguments).get(kind)
            if measure is not None:
                yield measure()
                # Guesses of the kind before must not be counted with the next.
                time.sleep(1)


def _measures(
    place: Installation, cluster: Cluster | None, disk: Path, arguments: argparse.Namespace
) -> dict[str, Callable[[], Row]]:
    seconds = arguments.seconds
    during = partial(kinds.database_fault, place)
    measures: dict[str, Callable[[], Row]] = {
        "kill": lambda: kinds.kill_cycles(
            place, arguments.kills, arguments.readers, random.Random(arguments.seed)
        ),
        "full": lambda: during("disk full", lambda: kinds.full(disk), seconds),
        "locked": lambda: during(
            f"locked for {arguments.lock_seconds:.0f} s",
            lambda: kinds.locked(place),
            arguments.lock_seconds,
        ),
        "clock": lambda: kinds.clock_moved(place, seconds),
        "slow": lambda: kinds.slow_headers(place, 1100, max(seconds, 15)),
        "passwords": lambda: kinds.wrong_passwords(place, 150),
        "many": lambda: kinds.many_at_once(place, 200),
    }
    if cluster is not None:
        measures["stopped"] = lambda: during(
            "stopped and started", lambda: kinds.stopped(cluster), seconds
        )
        measures["frozen"] = lambda: during(
            "frozen (SIGSTOP)", lambda: kinds.frozen(cluster), seconds
        )
    return measures


def line(database: str, row: Row) -> str:
    """A row of the table."""
    cells = [
        {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[database],
        row.kind,
        str(row.acknowledged),
        ", ".join(map(str, row.wrong)),
        _seconds(row.slowest),
        _seconds(row.health_slowest),
        _seconds(row.recovered),
        " ".join(f"{status or 'none'}:{count}" for status, count in sorted(row.statuses.items())),
        "; ".join([*([row.words] if row.words else []), *(f"**{one}**" for one in row.faults)]),
    ]
    return f"| {' | '.join(cells)} |"


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.1f} s"


if __name__ == "__main__":
    main()
