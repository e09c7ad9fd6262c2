"""A PostgreSQL of the benchmark's own, which can be stopped, frozen and filled."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = Path("/usr/lib/postgresql")


class Cluster:
    """One server on loopback, with its files in a folder; durable, as an installation's is."""

    def __init__(self, folder: Path) -> None:
        installed = sorted(PROGRAMS.glob("*/bin"), reverse=True)
        if not installed:
            raise SystemExit("PostgreSQL is not installed: apt-get install postgresql.")
        self._programs = installed[0]
        self._data = folder / "data"
        self._folder = folder
        self.port = free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        folder.mkdir(parents=True, exist_ok=True)
        if os.getuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        folder.chmod(0o700)
        self._run(
            "initdb",
            "-D",
            str(self._data),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        )
        # Small files for its log, so that a small disk has room for them.
        with (self._data / "postgresql.conf").open("a") as file:
            file.write("max_wal_size = 64MB\nmin_wal_size = 32MB\nshared_buffers = 32MB\n")
            # A server that ended over a full disk tries again by itself.
            file.write("restart_after_crash = on\n")

    def start(self) -> None:
        options = f"-p {self.port} -h 127.0.0.1 -k {self._folder}"
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", str(self._data), "-l", log, "-o", options, "-w", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-m", "fast", "-w", "stop")

    def end(self) -> None:
        """Stop at once, whatever state it is in."""
        if (self._data / "postmaster.pid").exists():
            self.signal(signal.SIGCONT)
            self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "stop", check=False)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the server and all its children."""
        parent = int((self._data / "postmaster.pid").read_text().split()[0])
        for process in [parent, *_children_of(parent)]:
            try:
                os.kill(process, number)
            except ProcessLookupError:
                continue

    def _run(self, program: str, *words: str, check: bool = True) -> None:
        command = [str(self._programs / program), *words]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(
            command, check=check, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[bool]:
    """A file system of that size at `folder`; False where this user may not mount one."""
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    done = subprocess.run(command, check=False, capture_output=True)
    try:
        yield done.returncode == 0
    finally:
        if done.returncode == 0:
            subprocess.run(["umount", "-l", str(folder)], check=False)


def _children_of(parent: int) -> list[int]:
    children = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            # Behind the name, which may hold spaces: state, then the parent.
            if int(status.read_text().rpartition(")")[2].split()[1]) == parent:
                children.append(int(status.parent.name))
        except OSError:
            continue
    return children
