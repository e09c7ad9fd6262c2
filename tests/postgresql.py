"""A PostgreSQL server for the tests: the one that is named, or one of our own on loopback."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from tests.in_memory import place_in_memory


@contextmanager
def postgresql_server() -> Iterator[str]:
    """The URL of a server on which databases may be made; fails where there is none."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given
        return
    binaries = _binaries()
    # Not in pytest's own folder: the server's user must be able to reach it.
    place = place_in_memory() or "/tmp"
    folder = Path(tempfile.mkdtemp(prefix="negatoscope-postgresql-", dir=place))
    try:
        if os.getuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        data = folder / "data"
        _run(
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        )
        port = _free_port()
        # Nothing of it outlives the tests, so nothing need reach the disk.
        settings = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
        options = f"-p {port} -h 127.0.0.1 -k {folder} -c max_connections=200"
        options += "".join(f" -c {one}" for one in settings)
        log = folder / "log"
        _run(binaries / "pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "start")
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            _run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def make_database(
    server: str, name: str, *, template: str | None = None, otherwise: str = ""
) -> str:
    """Make a database, like a template or otherwise than the server would, and return its URL."""
    copy = f' TEMPLATE "{template}"' if template else ""
    if otherwise:
        copy = f" TEMPLATE template0 {otherwise}"
    _on_server(server, f'CREATE DATABASE "{name}"{copy}')
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def drop_database(server: str, name: str) -> None:
    """Remove a database whoever is still connected."""
    _on_server(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _on_server(server: str, statement: str) -> None:
    _connection(server).execute(statement)


@cache
def _connection(server: str) -> psycopg.Connection:
    """One for all: to connect takes longer than to copy a database."""
    plain = make_url(server).set(drivername="postgresql")
    return psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True)


def _binaries() -> Path:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if programs:
        return programs[0].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        raise RuntimeError(
            "The tests need PostgreSQL: apt-get install postgresql, or set TEST_POSTGRES_URL."
        )
    return Path(on_path).resolve().parent


def _run(*command: object) -> None:
    words = [str(word) for word in command]
    if os.getuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd="/")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
