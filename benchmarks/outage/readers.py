"""Readers who send each form once to three times until it is taken, and keep the receipts."""

import http.client
import random
import re
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import select

from app.db.engine import Database
from app.db.tables import Answer, Presentation, Rating
from app.domain.questions.answer import value_from_json
from app.domain.receipt import answers_digest, rating_name

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
ACTION = re.compile(r'method="post" action="([^"]+)"')
PROFILE = {
    "role": "radiologist",
    "specialty": "chest",
    "years_experience": "9",
    "reading_frequency": "daily",
}
# A browser gives up later; longer than anything may take here.
GIVE_UP_SECONDS = 40


class Asked(NamedTuple):
    """One request: when it began (time.monotonic), its status (0 for no answer), its seconds."""

    at: float
    status: int
    seconds: float


@dataclass
class Ledger:
    """What was acknowledged, by the rating's name: digest of its answers, and its comment."""

    acknowledged: dict[str, tuple[str, str]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)

    def keep(self, receipt: str, comment: str) -> None:
        """Note a receipt; two that contradict each other are a fault."""
        parts = dict(part.split("=") for part in receipt.split(", "))
        known = self.acknowledged.setdefault(parts["rating"], (parts["answers"], comment))
        if known != (parts["answers"], comment):
            self.contradictions.append(parts["rating"])

    def since(self, moment: float) -> list[Asked]:
        return [one for one in self.asked if one.at >= moment]

    def compare(self, database: Database) -> tuple[int, int, int]:
        """How many acknowledged ratings are missing, doubled, different in the database."""
        stored: Counter[str] = Counter()
        said: dict[str, tuple[str, str]] = {}
        with database.reading() as session:
            answers: dict[int, dict[str, object]] = {}
            for row in session.execute(select(Answer.rating_id, Answer.question, Answer.value)):
                answers.setdefault(row[0], {})[row[1]] = value_from_json(row[2])
            for rating, submission, token in session.execute(
                select(Rating.id, Rating.submission, Presentation.token).join(
                    Presentation, Presentation.id == Rating.presentation_id
                )
            ):
                name, given = rating_name(token, submission), answers.get(rating, {})
                stored[name] += 1
                said[name] = (answers_digest(given), str(given.get("comment", "")))
            first = session.execute(
                select(Rating.presentation_id).where(Rating.is_first.is_(True))
            ).all()
        missing = sum(name not in stored for name in self.acknowledged)
        doubled = sum(count > 1 for count in stored.values()) + len(first) - len(set(first))
        different = sum(
            said[name] != told for name, told in self.acknowledged.items() if name in said
        )
        return missing, doubled, different + len(self.contradictions)


class Readers:
    """Several readers at work in threads, each taking the next link when theirs is finished."""

    def __init__(self, port: int, tokens: list[str], count: int, seed: int = 1) -> None:
        self.ledger = Ledger()
        self._port = port
        self._tokens = tokens
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._work, args=(random.Random(seed * 1000 + number),))
            for number in range(count)
        ]

    def __enter__(self) -> "Readers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(GIVE_UP_SECONDS + 20)

    def is_acknowledged_again(self, since: float, seconds: float) -> float:
        """Seconds from `since` to the next receipt; `seconds` where none came."""
        before = len(self.ledger.acknowledged)
        while time.monotonic() - since < seconds:
            if len(self.ledger.acknowledged) > before:
                return time.monotonic() - since
            time.sleep(0.02)
        return seconds

    def _work(self, rng: random.Random) -> None:
        while not self._stop.is_set():
            with self._lock:
                token = self._tokens.pop() if self._tokens else None
            if token is None:
                return
            self._read(Browser(self._port, self.ledger), token, rng)

    def _read(self, browser: "Browser", token: str, rng: random.Random) -> None:
        while not self._stop.is_set() and not browser.cookie:
            browser.open_link(token)
            browser.rest(0.1)
        while not self._stop.is_set():
            status, page = browser.ask("GET", "/read")
            action = ACTION.search(page) if status == 200 else None
            if action is None:
                if status == 200:
                    return
                browser.rest(rng.uniform(0.05, 0.3))
                continue
            hidden = dict(HIDDEN.findall(page))
            if action[1] == "/read/rate":
                self._rate(browser, hidden, rng)
            else:
                browser.ask("POST", action[1], {**hidden, "consent": "yes", **PROFILE})

    def _rate(self, browser: "Browser", hidden: Mapping[str, str], rng: random.Random) -> None:
        comment = f"note {rng.getrandbits(64):x}"
        form = {
            **hidden,
            "realism": str(rng.randint(1, 5)),
            "verdict": rng.choice(["real", "synthetic"]),
            "confidence": str(rng.randint(1, 5)),
            "comment": comment,
        }
        while not self._stop.is_set():
            statuses: list[int] = []
            copies = [
                threading.Thread(target=browser.send, args=(form, comment, statuses))
                for _ in range(rng.randint(1, 3))
            ]
            for copy in copies:
                copy.start()
            for copy in copies:
                copy.join()
            if any(0 < status < 500 for status in statuses):
                return
            browser.rest(rng.uniform(0.05, 0.3))


class Browser:
    """One reader's cookie, and a connection for each request."""

    def __init__(self, port: int, ledger: Ledger, cookie: str = "") -> None:
        self.cookie = cookie
        self._port = port
        self._ledger = ledger

    def rest(self, seconds: float) -> None:
        time.sleep(seconds)

    def open_link(self, token: str) -> None:
        self.ask("GET", f"/r/{token}")

    def send(self, form: Mapping[str, str], comment: str, statuses: list[int]) -> None:
        """Send a rating and note the status of its answer."""
        status, _ = self.ask("POST", "/read/rate", form, comment)
        statuses.append(status)

    def ask(
        self, method: str, path: str, form: Mapping[str, str] | None = None, comment: str = ""
    ) -> tuple[int, str]:
        """Status and text; status 0 where no whole answer came."""
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=GIVE_UP_SECONDS)
        headers = {"Cookie": self.cookie} if self.cookie else {}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        status, text = 0, ""
        try:
            body = None if form is None else urllib.parse.urlencode(form)
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
            status = answer.status
            if answer.headers.get("Receipt"):
                self._ledger.keep(answer.headers["Receipt"], comment)
            if answer.headers.get("Set-Cookie"):
                self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        except (OSError, http.client.HTTPException):
            status = 0
        finally:
            connection.close()
        self._ledger.asked.append(Asked(began, status, time.monotonic() - began))
        return status, text
