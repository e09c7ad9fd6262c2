"""The real server, whose clock goes ahead or back by the days that a file says."""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fastapi import FastAPI

from app.cli.opening import open_house
from app.cli.server import run_server
from app.main import create_app
from app.settings import Settings

VARIABLE = "FAULTS_CLOCK"


def moved_clock() -> datetime:
    """This moment and as many days as the file says; none where there is no file."""
    path = Path(os.environ[VARIABLE])
    days = float(path.read_text() or 0) if path.exists() else 0.0
    return datetime.now(UTC) + timedelta(days=days)


def create() -> FastAPI:
    """What each worker calls."""
    return create_app(Settings(), moved_clock)


def main() -> None:
    os.environ[VARIABLE] = sys.argv[1]
    run_server(
        open_house(),
        "127.0.0.1",
        int(sys.argv[2]),
        int(sys.argv[3]),
        factory="benchmarks.outage.serve:create",
    )


if __name__ == "__main__":
    main()
