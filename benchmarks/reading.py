"""What reading costs the server, beside an app that does no more than store and show.

    python -m benchmarks.reading [--readers 10,1] [--database URL ...] [--beside CHECKOUT]

Readers do what the reading page's browser does: one post that stores a rating and brings the next
case, and its picture apart. None pauses to think, which no clinician does: ten of these are far
more than ten people. The same readers use benchmarks/floor.py, and with --beside the application of
another checkout, in turns of a few cases in one run, so that whatever else the machine does falls
on all of them alike. For each it prints the processor time of its server processes for a rating and
for a picture, ratings a second, the walls, and how many ratings were acknowledged and are stored.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from operator import methodcaller
from pathlib import Path

import numpy as np
from sqlalchemy import create_engine, make_url, text

from benchmarks.reading_browsers import Browser
from benchmarks.reading_servers import Server, floor_server, house_server

TURNS = 10
CASES_A_TURN = 10
# The first turn is not counted: what is imported, parsed and opened once is done by then.
WARM_UP = 1
HEADINGS = (
    ("database", 12),
    ("readers", 9),
    ("server", 12),
    ("CPU ms/rating", 15),
    ("of floor", 10),
    ("CPU ms/picture", 16),
    ("ratings/s", 11),
    ("of floor", 10),
    ("post p50", 10),
    ("p95 ms", 8),
    ("picture p50", 13),
    ("p95 ms", 8),
    ("acknowledged", 14),
    ("stored", 8),
)


@dataclass
class Measured:
    """What one server needed; the lists hold the wall of each request in milliseconds."""

    post_cpu_s: float = 0.0
    picture_cpu_s: float = 0.0
    post_wall_s: float = 0.0
    posts: list[float] = field(default_factory=list)
    pictures: list[float] = field(default_factory=list)
    acknowledged: int = 0
    stored: int = 0

    @property
    def cpu_ms(self) -> float:
        """Processor time of the server for one stored rating."""
        return self.post_cpu_s * 1000 / len(self.posts)

    @property
    def ratings_a_second(self) -> float:
        """Ratings stored a second while ratings were sent."""
        return len(self.posts) / self.post_wall_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    # Ten first: a server of several processes has then done in each what is done once.
    parser.add_argument("--readers", default="10,1")
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument(
        "--database",
        action="append",
        help="a URL of a PostgreSQL server on which databases may be made; SQLite unless given",
    )
    parser.add_argument("--beside", type=Path, help="a checkout to be measured in the same run")
    parser.add_argument("--workers", type=int, default=2, help="server processes, PostgreSQL only")
    arguments = parser.parse_args()
    counts = [int(part) for part in arguments.readers.split(",")]
    print("".join(f"{name:>{width}}" for name, width in HEADINGS), flush=True)
    for url in arguments.database or [""]:
        with ExitStack() as stack:
            servers = start_servers(stack, url, arguments, counts)
            for number, count in enumerate(counts):
                measured = measure(servers, number, count, arguments.turns)
                show("PostgreSQL" if url else "SQLite", count, measured)
    one, five, fifteen = os.getloadavg()
    print(f"load of the machine at the end: {one:.1f} {five:.1f} {fifteen:.1f}")


def start_servers(
    stack: ExitStack, url: str, arguments: argparse.Namespace, counts: Sequence[int]
) -> dict[str, Server]:
    """The servers by name, each with readers for every count, over a database of its own."""
    workers = arguments.workers if url else 1
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    cases = (WARM_UP + arguments.turns) * CASES_A_TURN + 4
    roots = {"Negatoscope": Path(__file__).parents[1]}
    if arguments.beside:
        roots["beside"] = arguments.beside.resolve()
    servers = {}
    for name, root in roots.items():
        (folder / name).mkdir()
        own = stack.enter_context(database(url, folder / name, name))
        servers[name] = stack.enter_context(
            house_server(root, folder / name, own, workers, cases, counts)
        )
    (folder / "floor").mkdir()
    own = stack.enter_context(database(url, folder / "floor", "floor"))
    picture = next((folder / "Negatoscope" / "renditions").glob("*/*.png"))
    servers["floor"] = stack.enter_context(floor_server(own, workers, cases, counts, picture))
    return servers


@contextmanager
def database(url: str, folder: Path, name: str) -> Iterator[str]:
    """A database that is there until the block ends."""
    if not url:
        yield f"sqlite:///{folder}/negatoscope.db"
        return
    own = f"negatoscope_benchmark_{os.getpid()}_{name.lower()}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{own}"'))
    try:
        yield make_url(url).set(database=own).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{own}" WITH (FORCE)'))
        engine.dispose()


def measure(servers: dict[str, Server], number: int, count: int, turns: int) -> dict[str, Measured]:
    """Let `count` readers of each server take turns."""
    measured = {name: Measured() for name in servers}
    before = {name: server.ratings() for name, server in servers.items()}
    readers = {name: server.browsers(number) for name, server in servers.items()}
    with ThreadPoolExecutor(count) as pool:
        for turn in range(WARM_UP + turns):
            # Whoever begins differs, in case the machine does.
            names = list(servers)[turn % len(servers) :] + list(servers)[: turn % len(servers)]
            for name in names:
                own = measured[name] if turn >= WARM_UP else Measured()
                take_turn(pool, servers[name], readers[name], own)
                if turn < WARM_UP:
                    measured[name].acknowledged += own.acknowledged
    for name, server in servers.items():
        measured[name].stored = server.ratings() - before[name]
    return measured


def take_turn(
    pool: ThreadPoolExecutor, server: Server, browsers: Sequence[Browser], own: Measured
) -> None:
    """Some cases of every reader, then as many pictures."""
    cpu, start = server.cpu_seconds(), time.perf_counter()
    own.posts += walls_of(pool, browsers, methodcaller("post"))
    own.post_wall_s += time.perf_counter() - start
    own.post_cpu_s += server.cpu_seconds() - cpu
    own.acknowledged += CASES_A_TURN * len(browsers)
    cpu = server.cpu_seconds()
    own.pictures += walls_of(pool, browsers, methodcaller("picture"))
    own.picture_cpu_s += server.cpu_seconds() - cpu


def walls_of(
    pool: ThreadPoolExecutor, browsers: Sequence[Browser], action: Callable[[Browser], None]
) -> list[float]:
    """The walls in milliseconds of what all browsers do at once, each several times."""
    return list(chain.from_iterable(pool.map(partial(_repeated, action=action), browsers)))


def _repeated(browser: Browser, action: Callable[[Browser], None]) -> list[float]:
    # The server drops a connection on which nothing came for five seconds.
    browser.connection.close()
    walls = []
    for _ in range(CASES_A_TURN):
        start = time.perf_counter()
        action(browser)
        walls.append((time.perf_counter() - start) * 1000)
    return walls


def show(kind: str, count: int, measured: dict[str, Measured]) -> None:
    """One line a server."""
    floor = measured["floor"]
    for name, own in measured.items():
        cells = (
            kind,
            count,
            name,
            f"{own.cpu_ms:.2f}",
            f"{own.cpu_ms / floor.cpu_ms:.2f}",
            f"{own.picture_cpu_s * 1000 / len(own.pictures):.2f}",
            f"{own.ratings_a_second:.1f}",
            f"{own.ratings_a_second / floor.ratings_a_second:.2f}",
            *(f"{value:.1f}" for value in np.percentile(own.posts, [50, 95])),
            *(f"{value:.1f}" for value in np.percentile(own.pictures, [50, 95])),
            own.acknowledged,
            own.stored,
        )
        widths = [width for _, width in HEADINGS]
        line = "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
        print(line, flush=True)


if __name__ == "__main__":
    main()
