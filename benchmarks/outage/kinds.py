"""The faults, each made while readers read; what was answered meanwhile is measured."""

import http.client
import random
import resource
import shutil
import signal
import socket
import sqlite3
import statistics
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import make_url, text

from benchmarks.outage.cluster import Cluster
from benchmarks.outage.installation import NAME, Installation
from benchmarks.outage.readers import Browser, Ledger, Readers

ANSWER_SECONDS, HEALTH_SECONDS, RECOVERY_SECONDS = 3.0, 1.0, 60.0
FREE_TRIES = 5


@dataclass
class Row:
    """One line of the table; `faults` says what is not as it must be."""

    kind: str
    acknowledged: int = 0
    wrong: tuple[int, int, int] = (0, 0, 0)
    statuses: Counter[int] = field(default_factory=Counter)
    slowest: float | None = None
    health_slowest: float | None = None
    recovered: float | None = None
    words: str = ""
    faults: list[str] = field(default_factory=list)

    def judge(self, grace: float) -> None:
        """Hold the numbers against the limits."""
        names = ("missing", "doubled", "different")
        self.faults += [
            f"{count} {name}" for count, name in zip(self.wrong, names, strict=True) if count
        ]
        limits = (("an answer", self.slowest, ANSWER_SECONDS),)
        limits += (("/healthz", self.health_slowest, HEALTH_SECONDS),)
        for what, seconds, limit in limits:
            if seconds is not None and seconds > limit + grace:
                self.faults.append(f"{what} took {seconds:.1f} s")
        broken = {status for status in self.statuses if status >= 500 and status != 503}
        self.faults += [f"answered {status}" for status in sorted(broken)]
        if self.recovered is not None and self.recovered >= RECOVERY_SECONDS:
            self.faults.append("did not recover")


def kill_cycles(place: Installation, cycles: int, readers: int, rng: random.Random) -> Row:
    """End the server's processes with SIGKILL at any moment, start it again, and so on."""
    starts: list[float] = []
    with Readers(place.port, place.tokens, readers) as at_work:
        for _ in range(cycles):
            time.sleep(rng.uniform(0.3, 1.5))
            place.kill()
            began = time.monotonic()
            place.start()
            starts.append(time.monotonic() - began)
        again = at_work.is_acknowledged_again(time.monotonic(), RECOVERY_SECONDS)
    row = Row(f"kill -9, {cycles} times, {readers} readers", recovered=again)
    row.words = f"started again in {statistics.median(starts):.1f} s"
    # What was cut off by the kill has status 0, and is not judged by its time.
    return _told(row, place, at_work.ledger, since=None)


def database_fault(
    place: Installation,
    kind: str,
    fault: Callable[[], AbstractContextManager[None]],
    seconds: float,
) -> Row:
    """Readers at work before, during and after a fault; /healthz is asked all the while."""
    with Readers(place.port, place.tokens, 4) as at_work:
        at_work.is_acknowledged_again(time.monotonic(), RECOVERY_SECONDS)
        with fault():
            began = time.monotonic()
            health = _watch_health(place, seconds)
            during = at_work.ledger.since(began)
        again = at_work.is_acknowledged_again(time.monotonic(), RECOVERY_SECONDS)
        well = _is_well_again(place)
    row = Row(kind, recovered=again, health_slowest=max(one[1] for one in health))
    row.words = f"/healthz {_spoken(Counter(status for status, _ in health))}"
    if 503 not in {status for status, _ in health}:
        row.faults.append("/healthz never said degraded")
    if not well:
        row.faults.append("/healthz stayed degraded")
    if 503 not in {one.status for one in during}:
        row.faults.append("no page said 503")
    return _told(row, place, at_work.ledger, since=began)


@contextmanager
def stopped(cluster: Cluster) -> Iterator[None]:
    """PostgreSQL is stopped, and started again."""
    cluster.stop()
    yield
    cluster.start()


@contextmanager
def frozen(cluster: Cluster) -> Iterator[None]:
    """All of PostgreSQL's processes get SIGSTOP, then SIGCONT."""
    cluster.signal(signal.SIGSTOP)
    yield
    cluster.signal(signal.SIGCONT)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """A file takes all that is left of the disk that the database lies on."""
    filling = disk / "filling"
    with filling.open("wb", buffering=0) as file:
        try:
            while shutil.disk_usage(disk).free:
                file.write(bytes(64 * 1024))
        except OSError:
            pass
    yield
    filling.unlink()


@contextmanager
def locked(place: Installation) -> Iterator[None]:
    """This process, which is not the server's, holds what every rating needs."""
    if place.is_sqlite:
        path = make_url(place.url).database or ""
        other = sqlite3.connect(path, isolation_level=None, timeout=30)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
        other.close()
        return
    with place.database.writing() as session:
        session.execute(
            text("LOCK TABLE readers, ratings, studies, heartbeat IN ACCESS EXCLUSIVE MODE")
        )
        yield


def clock_moved(place: Installation, seconds: float) -> Row:
    """The server's clock goes two days ahead, a year back, and right again."""
    began = time.monotonic()
    with Readers(place.port, place.tokens, 4) as at_work:
        for days in (2, -365, 0):
            at_work.is_acknowledged_again(time.monotonic(), RECOVERY_SECONDS)
            place.clock.write_text(str(days))
            time.sleep(seconds / 3)
        again = at_work.is_acknowledged_again(time.monotonic(), RECOVERY_SECONDS)
    row = Row("clock 2 days ahead, a year back", recovered=again)
    refused = Counter(one.status for one in at_work.ledger.asked if one.status in (403, 429))
    if refused:
        row.faults.append(f"refused: {_spoken(refused)}")
    return _told(row, place, at_work.ledger, since=began)


def slow_headers(place: Installation, count: int, seconds: float) -> Row:
    """Connections that send a byte of their header a second, while readers read."""
    _allow_files(count + 500)
    began = time.monotonic()
    slow: list[socket.socket] = []
    with Readers(place.port, place.tokens, 4) as at_work:
        for _ in range(count):
            one = socket.create_connection(("127.0.0.1", place.port), timeout=10)
            one.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
            slow.append(one)
        health = _watch_health(place, seconds, meanwhile=lambda: _drip(slow))
    cut = sum(_is_cut(one) for one in slow)
    row = Row(f"{count} slow headers", health_slowest=max(one[1] for one in health))
    row.words = f"{cut} of {count} cut"
    if cut < count:
        row.faults.append(f"{count - cut} slow connections were not cut")
    return _told(row, place, at_work.ledger, since=began)


def wrong_passwords(place: Installation, count: int) -> Row:
    """As many guesses at once; how many were checked, and what a reader's page took meanwhile."""
    together, statuses = threading.Barrier(count), Counter[int]()

    def guess(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", place.port, timeout=60)
        form = urllib.parse.urlencode({"name": NAME, "password": f"wrong password {number}"})
        together.wait()
        connection.request(
            "POST", "/sign-in", form, {"Content-Type": "application/x-www-form-urlencoded"}
        )
        statuses[connection.getresponse().status] += 1

    began = time.monotonic()
    with Readers(place.port, place.tokens, 1) as at_work:
        at_work.is_acknowledged_again(began, RECOVERY_SECONDS)
        _together(guess, count)
    # A wrong password is 403, one that was not checked 429 or 503.
    row = Row(f"{count} wrong passwords at once", words=f"guesses {_spoken(statuses)}")
    if statuses[403] > FREE_TRIES:
        row.faults.append(f"{statuses[403]} passwords were checked")
    return _told(row, place, at_work.ledger, since=began)


def many_at_once(place: Installation, count: int) -> Row:
    """As many requests of one page at once."""
    ledger, together = Ledger(), threading.Barrier(count)
    first = Browser(place.port, ledger)
    first.open_link(place.tokens.pop())
    began = time.monotonic()

    def visit(_: int) -> None:
        browser = Browser(place.port, ledger, first.cookie)
        together.wait()
        browser.ask("GET", "/read")

    _together(visit, count)
    row = Row(f"{count} requests at once")
    _told(row, place, ledger, since=began)
    if row.statuses[0]:
        row.faults.append(f"{row.statuses[0]} had no answer")
    # Nothing is wrong with the server: the last of a queue may wait longer than for a fault.
    row.words, row.slowest = f"slowest {row.slowest or 0:.1f} s", None
    return row


def _told(row: Row, place: Installation, ledger: Ledger, since: float | None) -> Row:
    asked = ledger.asked if since is None else ledger.since(since)
    row.statuses = Counter(one.status for one in asked)
    if since is not None:
        row.slowest = max((one.seconds for one in asked), default=None)
    row.acknowledged = len(ledger.acknowledged)
    row.wrong = ledger.compare(place.database)
    return row


def _watch_health(
    place: Installation, seconds: float, meanwhile: Callable[[], None] = lambda: None
) -> list[tuple[int, float]]:
    answers, ends = [], time.monotonic() + seconds
    while time.monotonic() < ends:
        answers.append(place.health())
        meanwhile()
        time.sleep(1)
    return answers


def _is_well_again(place: Installation) -> bool:
    for _ in range(30):
        if place.health()[0] == 200:
            return True
        time.sleep(0.5)
    return False


def _drip(slow: list[socket.socket]) -> None:
    for one in slow:
        try:
            one.send(b"x")
        except OSError:
            continue


def _is_cut(one: socket.socket) -> bool:
    one.settimeout(0.05)
    try:
        while one.recv(1000):
            continue
    except TimeoutError:
        return False
    except OSError:
        return True
    finally:
        one.close()
    return True


def _together(work: Callable[[int], None], count: int) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _allow_files(count: int) -> None:
    most, hardest = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hardest), hardest))


def _spoken(statuses: Counter[int]) -> str:
    return ", ".join(f"{status} x{count}" for status, count in sorted(statuses.items()))
