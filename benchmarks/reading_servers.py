"""The servers of benchmarks/reading.py: Negatoscope, of one or two checkouts, and the floor."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import create_engine, insert, text

from app.bank.header import BankArm, BankHeader
from app.bank.writer import BankWriter
from benchmarks import floor
from benchmarks.reading_browsers import Browser, FloorBrowser, ReaderBrowser

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Server:
    """A server that runs; `browsers` gives the readers of a count by its number, cases open."""

    process: subprocess.Popen[bytes]
    url: str
    browsers: Callable[[int], list[Browser]]

    def cpu_seconds(self) -> float:
        """Processor time so far of the server and the processes it started."""
        return sum(map(_cpu_seconds, _with_children(self.process.pid)))

    def ratings(self) -> int:
        """How many ratings the database holds."""
        engine = create_engine(self.url)
        with engine.connect() as connection:
            stored = connection.execute(text("SELECT count(*) FROM ratings")).scalar_one()
        engine.dispose()
        return int(stored)


@contextmanager
def house_server(
    root: Path, folder: Path, url: str, workers: int, cases: int, counts: Sequence[int]
) -> Iterator[Server]:
    """Negatoscope of the checkout `root` over an open study, made by its own commands."""
    environment = {"NEGATOSCOPE_DATA_DIR": str(folder), "NEGATOSCOPE_DATABASE_URL": url}

    def app(*words: object) -> list[str]:
        return [sys.executable, "-m", "app", *map(str, words)]

    def run(*words: object) -> list[str]:
        done = subprocess.run(
            app(*words), cwd=root, env=os.environ | environment, stdout=subprocess.PIPE, check=True
        )
        return done.stdout.decode().split()

    each = -(-cases // 4)
    write_bank(folder / "bank", each)
    (folder / "design.toml").write_text(
        'title = "Benchmark"\n'
        + "".join(
            f'[[arms]]\narm = "{arm}"\nnormal = {each}\nabnormal = {each}\n'
            for arm in ("real", "M1")
        )
    )
    run("import-bank", folder / "bank")
    slug = run("create-study", folder / "design.toml")[-1]
    run("open-study", slug)
    # Codes stand beside the links; an older checkout prints the links alone.
    links = [word for word in run("invite", slug, "--count", sum(counts)) if "://" in word]
    port = free_port()
    with running(app("serve", "--port", port, "--workers", workers), root, environment) as process:
        wait_for(port, "/healthz")

        def browsers(number: int) -> list[Browser]:
            first = sum(counts[:number])
            return [ReaderBrowser(port, link) for link in links[first : first + counts[number]]]

        yield Server(process, url, browsers)


@contextmanager
def floor_server(
    url: str, workers: int, cases: int, counts: Sequence[int], picture: Path
) -> Iterator[Server]:
    """benchmarks/floor.py under the settings with which `python -m app serve` runs."""
    engine = create_engine(url)
    floor.Base.metadata.create_all(engine)
    with engine.begin() as connection:
        rows = [
            {"reader": reader, "position": position, "token": f"{reader:08}-{position:08}-token"}
            for reader in range(1, sum(counts) + 1)
            for position in range(1, cases + 1)
        ]
        connection.execute(insert(floor.Case), rows)
    engine.dispose()
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.floor", str(port), str(workers)]
    environment = {"FLOOR_DATABASE_URL": url, "FLOOR_PICTURE": str(picture)}
    with running(command, ROOT, environment) as process:
        wait_for(port, "/read/1")

        def browsers(number: int) -> list[Browser]:
            first = sum(counts[:number]) + 1
            return [FloorBrowser(port, reader) for reader in range(first, first + counts[number])]

        yield Server(process, url, browsers)


def write_bank(folder: Path, each: int) -> None:
    """`each` pictures of noise for two arms and two conditions."""
    rng = np.random.default_rng(1)
    arms = (BankArm("real", "Real", "real"), BankArm("M1", "M1", "synthetic"))
    with BankWriter(folder, BankHeader("Benchmark", datetime.now(UTC), arms)) as writer:
        for arm in arms:
            for condition in ("normal", "abnormal"):
                for number in range(each):
                    writer.add(
                        rng.integers(0, 256, (512, 512), dtype=np.uint8),
                        file=f"images/{arm.id}-{condition}-{number}.png",
                        arm=arm.id,
                        condition=condition,
                        provenance={},
                    )


@contextmanager
def running(
    command: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ended with the block."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, path: str) -> None:
    """Return once the server answers; raises SystemExit after a minute and a half."""
    for _ in range(900):
        time.sleep(0.1)
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            continue
    raise SystemExit("a server did not start")


def _with_children(pid: int) -> list[int]:
    children = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        children += (task / "children").read_text().split()
    return [pid, *(grandchild for child in children for grandchild in _with_children(int(child)))]


def _cpu_seconds(pid: int) -> float:
    # The clock of another process, clock_getcpuclockid(3) on Linux; /proc has it in hundredths.
    return time.clock_gettime((~pid << 3) | 2)
