"""The demonstration, served for as long as its pictures are taken."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LONGEST_START_S = 600


@dataclass(frozen=True)
class Demonstration:
    """A demonstration that is being served, and what it printed."""

    base: str
    folder: Path
    reader_link: str
    study: str
    reports: tuple[str, ...]
    name: str
    password: str

    def command(self, *words: str) -> str:
        """Run one of the app's commands over this demonstration; return what it printed."""
        return subprocess.run(
            [sys.executable, "-m", "app", *words],
            env=_environment(self.folder, self.base),
            capture_output=True,
            text=True,
            check=True,
        ).stdout


@contextmanager
def demonstration(folder: Path) -> Iterator[Demonstration]:
    """Make the demonstration in `folder`, which is empty, and serve it.

    Raises:
        RuntimeError: the server did not answer; its output is in `server.log` of the folder.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    log = folder / "server.log"
    with log.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "app", "demo", "--port", str(port)],
            env=_environment(folder, base),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_it_answers(server, base, log)
            yield _printed(log.read_text(), base, folder)
        finally:
            server.terminate()
            server.wait(30)


def _environment(folder: Path, base: str) -> dict[str, str]:
    return os.environ | {
        "NEGATOSCOPE_DATA_DIR": str(folder / "data"),
        "NEGATOSCOPE_BASE_URL": base,
        "PYTHONUNBUFFERED": "1",
    }


def _wait_until_it_answers(server: subprocess.Popen[bytes], base: str, log: Path) -> None:
    end = time.monotonic() + LONGEST_START_S
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{base}/healthz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise RuntimeError(f"The demonstration did not start:\n{log.read_text()[-2000:]}")


def _printed(text: str, base: str, folder: Path) -> Demonstration:
    def first(pattern: str) -> str:
        match = re.search(pattern, text)
        if match is None:
            raise RuntimeError(f"The demonstration did not print {pattern}.")
        return match[1]

    return Demonstration(
        base=base,
        folder=folder,
        reader_link=first(r"reader\s+(http\S+)"),
        study=first(r"investigator\s+(http\S+)"),
        reports=tuple(re.findall(r"report\s+(http\S+)", text)),
        name=first(r"Name: (\S+)"),
        password=first(r"password: (\S+)"),
    )
