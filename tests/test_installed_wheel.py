"""The wheel in an environment of its own: README's six lines, then the demonstration.

Slow: it installs every package anew, from the package index that pip is set up with.
"""

import os
import re
import resource
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
MOST_START_S = 60


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that holds the built wheel alone."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "-w", folder, ROOT], check=True)
    venv.create(folder / "venv", with_pip=True)
    programs = folder / "venv/bin"
    (wheel,) = folder.glob("negatoscope-*.whl")
    install = ["install", "--no-compile", "-c", ROOT / "constraints.txt", wheel]
    subprocess.run([programs / "python", *pip[1:], *install], check=True)
    return programs


@contextmanager
def started(programs: Path, folder: Path, *words: str) -> Iterator[tuple[str, float]]:
    """A server of the installed app: its address and the seconds until it answered."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    begun = time.monotonic()
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [programs / "negatoscope", *words, "--port", port],
            cwd=folder,
            env=surroundings(programs, folder),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        while not answers(f"http://127.0.0.1:{port}/healthz"):
            assert server.poll() is None, (folder / "log").read_text()
            assert time.monotonic() - begun < 5 * MOST_START_S
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}", time.monotonic() - begun
    finally:
        server.terminate()
        server.wait(30)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False


def surroundings(programs: Path, folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return kept | {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "NEGATOSCOPE_DATA_DIR": str(folder / "var"),
        "PYTHONUNBUFFERED": "1",
    }


def test_the_readmes_six_lines_end_with_a_draft_that_is_served(
    installed: Path, tmp_path: Path
) -> None:
    text = (ROOT / "README.md").read_text()
    (block,) = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    install, *lines, last = [line.split("#")[0].strip() for line in block.splitlines()]
    assert install.endswith("pip install -c constraints.txt .")
    assert len(lines) == 4
    for line in lines:
        subprocess.run(
            ["bash", "-ec", line], cwd=tmp_path, env=surroundings(installed, tmp_path), check=True
        )
    assert last == "negatoscope serve"
    with started(installed, tmp_path, "serve") as (address, _):
        assert answers(f"{address}/sign-in")
    log = (tmp_path / "log").read_text()
    assert "An investigator's account was made." in log


def test_the_demonstration_starts_within_a_minute(installed: Path, tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with started(installed, tmp_path, "demo") as (address, seconds):
        log = (tmp_path / "log").read_text()
        (reader,) = re.findall(r"reader +http://[^/]+(/r/\S+)", log)
        # The link leads on by a cookie.
        visitor = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with visitor.open(address + reader, timeout=30) as answer:
            page = answer.read().decode()
    assert "Consent" in page
    assert log.count("/report ") == 4
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    # What a quiet machine takes; how long a busy one waits says nothing of the program.
    assert min(seconds, spent) < MOST_START_S
