"""A study read over HTTP by readers who do not exist: the delivery half of the leak audit.

A copy of the cases lies in a database of its own, which the very application serves on a loopback
port; both are gone when the probe ends. What it fetches is judged by `statistics.leaks.delivery`.
"""

import re
import secrets
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from html import unescape
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy.orm import Session

from app.db.engine import Database
from app.domain.errors import Refused
from app.domain.said import said
from app.services.probe_copy import ExpectedPicture, ProbeCopy, copy_for_probe, rate_for_probe
from app.settings import Settings
from app.statistics.leaks.delivery import (
    DeliveryAudit,
    FetchedPage,
    FetchedPicture,
    Placed,
    audit_delivery,
)

MakesApp = Callable[[Settings, Callable[[], datetime]], FastAPI]
READERS: Final = 2
# Laid out beside them, so that orders can be compared; nothing is fetched for these.
_MORE_ORDERS: Final = 6
_MANY_PRESENTATIONS: Final = 300
_TIMEOUT_S: Final = 30
_PICTURE = re.compile(r"""[^"'\s]*/read/(?:image|reference)/[A-Za-z0-9_\-/]+""")
_FIELD = re.compile(r"""<input type="hidden" name="([^"]*)" value="([^"]*)">""")
_FORM = re.compile(r"""<form[^>]* action="([^"]*/read/(?:rate|continue))".*?</form>""", re.DOTALL)
# Tokens, digits and what is spelt out beside a picture differ from case to case by right.
_OWN = re.compile(r"[A-Za-z0-9_\-.]{16,}|[0-9]+")


@dataclass(frozen=True)
class DeliveryProbe:
    """Probes studies of one installation; `new_app` makes the application that readers get."""

    settings: Settings
    new_app: MakesApp

    def run(self, session: Session, slug: str, *, now: datetime) -> DeliveryAudit:
        """Have probe readers read the study and judge what they got.

        `session` is only read from. Raises BadDesign where a draft can't be drawn, Refused where
        the application doesn't answer the probe.
        """
        with tempfile.TemporaryDirectory(prefix="negatoscope-probe-") as name:
            folder = Path(name)
            url = f"sqlite:///{folder / 'probe.db'}"
            target = Database(url)
            try:
                copy = copy_for_probe(
                    session, target, slug, readers=READERS + _MORE_ORDERS, now=now
                )
                clock = _Clock(now)
                with self._served(folder, url, clock) as port:
                    fetched = [
                        _Browser(port, copy, number, target, clock).read()
                        for number in range(1, _readers(copy) + 1)
                    ]
            except (OSError, HTTPException) as error:
                raise Refused(
                    said(
                        "The delivery of pictures can't be audited: {value}; try again.",
                        value=error or type(error).__name__,
                    )
                ) from error
            finally:
                target.dispose()
        return audit_delivery(
            [one for browser in fetched for one in browser.pictures],
            [one for browser in fetched for one in browser.pages],
            _placed(copy),
        )

    @contextmanager
    def _served(self, folder: Path, url: str, clock: "_Clock") -> Iterator[int]:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            settings = self.settings.model_copy(
                update={
                    "data_dir": folder,
                    "renditions": self.settings.renditions_at,
                    "database_url": url,
                    "secret_key": SecretStr(secrets.token_urlsafe(48)),
                    "base_url": f"http://127.0.0.1:{port}",
                }
            )
            server = uvicorn.Server(
                uvicorn.Config(
                    self.new_app(settings, clock),
                    log_config=None,
                    access_log=False,
                    server_header=False,
                )
            )
            thread = threading.Thread(
                target=server.run, kwargs={"sockets": [listener]}, name="delivery-probe"
            )
            thread.start()
            try:
                _wait_for(server, thread)
                yield port
            finally:
                server.should_exit = True
                thread.join()


@dataclass
class _Clock:
    """The copy's time, which jumps over washouts."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class _Fetched:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    seconds: float


@dataclass
class _Browser:
    """One probe reader: opens the link, and reads case by case until nothing is left."""

    port: int
    copy: ProbeCopy
    number: int
    target: Database
    clock: _Clock
    pictures: list[FetchedPicture] = field(default_factory=list)
    pages: list[FetchedPage] = field(default_factory=list)
    _cookie: str = ""
    _kept: set[str] = field(default_factory=set)

    def read(self) -> "_Browser":
        """Everything that this reader is shown."""
        self._connection = HTTPConnection("127.0.0.1", self.port, timeout=_TIMEOUT_S)
        try:
            self._get(f"/r/{self.copy.links[self.number - 1]}", accept="text/html")
            self._read_on(self.copy.presentations[self.number - 1])
        finally:
            self._connection.close()
        return self

    def _read_on(self, presentations: int) -> None:
        rated = 0
        # Between two cases there may be feedback, a break, a wait and an introduction.
        for _ in range(6 * presentations + 10):
            if rated == presentations:
                return
            page = self._page("/read")
            form = _FORM.search(page.body.decode())
            if form is None:
                self.clock.now += timedelta(days=self.copy.washout_days + 1)
                continue
            fields = {name: unescape(value) for name, value in _FIELD.findall(form[0])}
            if form[1].endswith("/read/continue"):
                self._post(form[1], fields)
                continue
            self._see(page, fields["case"])
            rate_for_probe(self.target, fields["case"], now=self.clock.now)
            rated += 1
        raise Refused(
            said(
                "The delivery of pictures can't be audited: a probe reader got no further "
                "than {rated} of {presentations} cases.",
                rated=rated,
                presentations=presentations,
            )
        )

    def _see(self, page: _Fetched, token: str) -> None:
        """Keep what the page is like, and fetch the pictures it names as a browser would."""
        expected = {
            one.slot: one
            for one in self.copy.pictures
            if one.token == token and one.reader == self.number
        }
        text = page.body.decode()
        for address in dict.fromkeys(_PICTURE.findall(text)):
            if address not in self._kept:
                self._kept.add(address)
                self._picture(address)
        if not expected:
            return
        first = next(iter(expected.values()))
        everything = text + "\n".join(f"{name}: {value}" for name, value in page.headers)
        self.pages.append(
            FetchedPage(
                reader=self.number,
                phase=first.phase,
                is_practice=first.is_practice,
                has_text=any(one.has_text for one in expected.values()),
                kinds=frozenset(one.is_synthetic for one in expected.values()),
                status=page.status,
                headers=tuple(
                    (name, value) for name, value in page.headers if name != "content-length"
                ),
                length=len(_OWN.sub("", text)),
                told=tuple(word for word in self.copy.secrets if word in everything),
            )
        )

    def _picture(self, address: str) -> None:
        expected = self._expected(address)
        got = self._get(address, accept="image/avif,image/webp,image/png,*/*;q=0.8")
        if expected is None:
            return
        self.pictures.append(
            FetchedPicture(
                reader=self.number,
                phase=expected.phase,
                is_practice=expected.is_practice,
                is_synthetic=expected.is_synthetic,
                address=address,
                status=got.status,
                headers=got.headers,
                length=len(got.body),
                is_as_stored=sha256(got.body).hexdigest() == expected.rendition,
                seconds=got.seconds,
            )
        )

    def _expected(self, address: str) -> ExpectedPicture | None:
        """What stands at the address; None for a picture that all cases are compared with."""
        kind, token, *slot = address.partition("/read/")[2].split("/")
        if kind == "reference":
            return None
        wanted = (token, int(slot[0]) if slot else 1)
        return next((one for one in self.copy.pictures if (one.token, one.slot) == wanted), None)

    def _page(self, address: str) -> _Fetched:
        """A page, whatever redirects lead to it."""
        for _ in range(5):
            page = self._get(address, accept="text/html")
            location = dict(page.headers).get("location")
            if location is None:
                return page
            address = location
        raise Refused(
            said("The delivery of pictures can't be audited: pages redirect in a circle.")
        )

    def _get(self, address: str, *, accept: str) -> _Fetched:
        # A picture that came compressed would have a length of its own.
        codings = "identity" if accept == "text/html" else "gzip, deflate, br, zstd"
        return self._ask("GET", address, {"Accept": accept, "Accept-Encoding": codings})

    def _post(self, address: str, fields: dict[str, str]) -> _Fetched:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://127.0.0.1:{self.port}",
        }
        return self._ask("POST", address, headers, urlencode(fields))

    def _ask(
        self, method: str, address: str, headers: dict[str, str], body: str | None = None
    ) -> _Fetched:
        own = {"User-Agent": "Mozilla/5.0", "Accept-Encoding": "identity", **headers}
        if self._cookie:
            own["Cookie"] = self._cookie
        begun = time.perf_counter()
        self._connection.request(method, address, body, own)
        answer = self._connection.getresponse()
        data = answer.read()
        seconds = time.perf_counter() - begun
        pairs = tuple((name.lower(), value) for name, value in answer.getheaders())
        for name, value in pairs:
            if name == "set-cookie":
                self._cookie = value.partition(";")[0]
        return _Fetched(answer.status, pairs, data, seconds)


def _readers(copy: ProbeCopy) -> int:
    return READERS if copy.presentations[0] <= _MANY_PRESENTATIONS else 1


def _placed(copy: ProbeCopy) -> list[Placed]:
    return [
        Placed(one.reader, one.phase, one.position, one.slot, one.token, one.case, one.is_synthetic)
        for one in copy.pictures
        if not one.is_practice
    ]


def _wait_for(server: uvicorn.Server, thread: threading.Thread) -> None:
    for _ in range(_TIMEOUT_S * 100):
        if server.started:
            return
        if not thread.is_alive():
            break
        time.sleep(0.01)
    raise Refused(said("The delivery of pictures can't be audited: the application did not start."))
