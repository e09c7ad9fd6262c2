"""How many readers can read at once: N simulated readers over HTTP against the real server.

    python -m benchmarks.reading [--readers 1,10,50] [--cases 30] [--database URL ...]

Each reader fetches the case page, then its image, then submits, without pausing to think, which
no clinician does: 50 of these are far more than 50 people. For every database (SQLite unless
others are named) and number of readers it prints ratings per second, the 50th and 95th percentile
of each step, and how many ratings the database holds against how many were acknowledged.
"""

import argparse
import http.client
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections import defaultdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
from sqlalchemy import func, select

from app.bank.header import BankArm, BankHeader
from app.bank.store import RenditionStore
from app.bank.writer import BankWriter
from app.db.engine import Database
from app.db.migrate import upgrade_schema
from app.db.tables import Rating
from app.domain.design.reading import design_from_mapping
from app.main import create_app
from app.services.create_study import create_study
from app.services.import_bank import import_bank
from app.services.invite_readers import invite_readers
from app.services.open_study import open_study
from app.settings import Settings
from app.web.delivery_probe import DeliveryProbe
from app.web.leak_audits import ensure_audited

ROOT = Path(__file__).parents[1]
STEPS = ("page", "image", "submit")
ANSWERS = {"realism": "4", "verdict": "real", "confidence": "3", "comment": ""}
PROFILE = {
    "role": "radiologist",
    "specialty": "chest",
    "years_experience": "9",
    "reading_frequency": "daily",
}
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
IMAGE = re.compile(r"/read/image/[\w-]+")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--readers", default="1,10,50")
    parser.add_argument("--cases", type=int, default=30, help="cases a reader rates")
    parser.add_argument("--database", action="append", help="a URL of an empty database")
    parser.add_argument("--workers", type=int, default=2, help="server processes, PostgreSQL only")
    arguments = parser.parse_args()
    print(f"{'database':<12}{'readers':>8}{'ratings/s':>11}", end="")
    for step in STEPS:
        print(f"{step + ' p50':>12}{'p95':>8}", end="")
    print("   acknowledged  in the database")
    for url in arguments.database or [""]:
        with tempfile.TemporaryDirectory() as folder:
            measure(url, Path(folder), arguments)


def measure(url: str, folder: Path, arguments: argparse.Namespace) -> None:
    url = url or f"sqlite:///{folder}/negatoscope.db"
    database = Database(url)
    upgrade_schema(database, ROOT / "migrations")
    slug = make_study(database, folder, arguments.cases)
    counts = [int(text) for text in arguments.readers.split(",")]
    with database.writing() as session:
        invited = invite_readers(session, slug, count=sum(counts), now=now(), actor="benchmark")
    tokens = [invitation.token for invitation in invited]
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    workers = 1 if database.is_sqlite else arguments.workers
    server, port = start_server(url, folder, workers)
    try:
        for count in counts:
            mine, tokens = tokens[:count], tokens[count:]
            before = rating_count(database)
            steps, seconds = read_all(port, mine)
            acknowledged = len(steps["submit"])
            print(f"{kind:<12}{count:>8}{acknowledged / seconds:>11.1f}", end="")
            for step in STEPS:
                p50, p95 = np.percentile(steps[step], [50, 95])
                print(f"{p50:>9.1f} ms{p95:>5.0f} ms", end="")
            print(f"{acknowledged:>15}{rating_count(database) - before:>17}", flush=True)
    finally:
        server.terminate()
        server.wait()
        database.dispose()


def make_study(database: Database, folder: Path, cases: int) -> str:
    rng = np.random.default_rng(1)
    arms = (BankArm("real", "Real", "real"), BankArm("M1", "M1", "synthetic"))
    each = -(-cases // 4)
    with BankWriter(folder / "bank", BankHeader("Benchmark", now(), arms)) as writer:
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
    store = RenditionStore(folder / "renditions")
    import_bank(database, store, folder / "bank", now=now())
    design = design_from_mapping(
        {
            "title": "Benchmark",
            "arms": [{"arm": arm.id, "normal": each, "abnormal": each} for arm in arms],
        }
    )
    with database.writing() as session:
        slug = create_study(session, design, now=now(), actor="benchmark")
    probe = DeliveryProbe(Settings(data_dir=folder), create_app)
    ensure_audited(database, store, probe, slug, now=now(), actor="benchmark")
    with database.writing() as session:
        open_study(session, slug, now=now(), actor="benchmark")
    return slug


def start_server(url: str, folder: Path, workers: int) -> tuple[subprocess.Popen[bytes], int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "NEGATOSCOPE_DATA_DIR": str(folder),
        "NEGATOSCOPE_DATABASE_URL": url,
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "app", "serve", "--port", str(port), "--workers", str(workers)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(300):
        time.sleep(0.1)
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return server, port
        except OSError:
            continue
    raise SystemExit("the server did not start")


def read_all(port: int, tokens: list[str]) -> tuple[dict[str, list[float]], float]:
    readers = [Reader(port, token) for token in tokens]
    for reader in readers:
        reader.begin()
    threads = [threading.Thread(target=reader.read_to_the_end) for reader in readers]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    steps: dict[str, list[float]] = defaultdict(list)
    for reader in readers:
        for step, times in reader.times.items():
            steps[step] += times
    return steps, seconds


class Reader:
    """One browser without JavaScript on one kept-alive connection."""

    def __init__(self, port: int, token: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.times: dict[str, list[float]] = defaultdict(list)
        self.cookie = ""
        _, _, cookie = self.ask("GET", f"/r/{token}")
        self.cookie = cookie.split(";")[0]

    def begin(self) -> None:
        for fields in ({"consent": "yes"}, PROFILE, {}):
            page = self.page()
            action = re.search(r'method="post" action="([^"]+)"', page)
            assert action is not None
            self.ask("POST", action[1], dict(HIDDEN.findall(page)) | fields)

    def read_to_the_end(self) -> None:
        while True:
            page = self.timed("page", self.page)
            image = IMAGE.search(page)
            if image is None:
                return
            self.timed("image", partial(self.ask, "GET", image[0]))
            fields = dict(HIDDEN.findall(page)) | ANSWERS
            status, _, _ = self.timed("submit", partial(self.ask, "POST", "/read/rate", fields))
            assert status == 303, status

    def page(self) -> str:
        return self.ask("GET", "/read")[1].decode()

    def timed(self, step, action):  # type: ignore[no-untyped-def]
        start = time.perf_counter()
        result = action()
        self.times[step].append((time.perf_counter() - start) * 1000)
        return result

    def ask(
        self, method: str, path: str, fields: dict[str, str] | None = None
    ) -> tuple[int, bytes, str]:
        body = None if fields is None else urllib.parse.urlencode(fields)
        headers = {"Cookie": self.cookie} if self.cookie else {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read(), answer.headers.get("Set-Cookie", "")


def rating_count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count(Rating.id))) or 0


def now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
