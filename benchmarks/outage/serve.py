"""The real server, whose clock goes ahead or back by the days that a file says.

    python -m benchmarks.outage.serve

Reads its modules once; then each line of standard input, which is JSON, starts a server by fork and
is answered with the number of its process. A start this way takes a second instead of ten, of
which reading modules takes nine; what is started and killed is the same program.
"""

import json
import multiprocessing
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn._subprocess
from fastapi import FastAPI

from app.cli.opening import open_house
from app.cli.server import run_server
from app.main import create_app
from app.settings import Settings

VARIABLE = "FAULTS_CLOCK"


def moved_clock() -> datetime:
    """This moment and as many days as the file says; none where there is no file."""
    path = Path(os.environ[VARIABLE])
    days = float(path.read_text(encoding="utf-8") or 0) if path.exists() else 0.0
    return datetime.now(UTC) + timedelta(days=days)


def create() -> FastAPI:
    """What each worker calls."""
    return create_app(Settings(), moved_clock)


def main() -> None:
    # Nobody waits for a server's end, so the system itself clears it away.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        wanted = json.loads(line)
        process = os.fork()
        if process == 0:
            _become_server(wanted)
        print(process, flush=True)


def _become_server(wanted: dict[str, Any]) -> None:
    """Never returns. A session of its own, so that all its processes can be killed at once."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    log = os.open(wanted["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream, source in ((0, os.open(os.devnull, os.O_RDONLY)), (1, log), (2, log)):
        os.dup2(source, stream)
    os.environ |= wanted["environment"]
    # Workers begin with the modules that are read already, as the server itself does.
    vars(uvicorn._subprocess)["spawn"] = multiprocessing.get_context("fork")
    try:
        run_server(
            open_house(),
            "127.0.0.1",
            wanted["port"],
            wanted["workers"],
            factory="benchmarks.outage.serve:create",
        )
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
