"""Whether the server can do its work, answered in time whatever hangs."""

import asyncio
import os
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

ANSWER_SECONDS = 0.9
# More than the smallest piece a file system gives out.
PROBE_BYTES = 64 * 1024

Probe = Callable[[], bool]


class HealthProbes:
    """Asks each probe in a thread of its own, and one that hangs not a second time meanwhile."""

    def __init__(self, probes: Mapping[str, Probe]) -> None:
        self._probes = probes
        self._threads = ThreadPoolExecutor(len(probes), thread_name_prefix="health")
        self._asked: dict[str, Future[bool]] = {}

    async def ask(self) -> dict[str, bool]:
        """What each probe says; False for one that says nothing within ANSWER_SECONDS."""
        for name, probe in self._probes.items():
            if name not in self._asked or self._asked[name].done():
                self._asked[name] = self._threads.submit(probe)
        waiting = {name: asyncio.wrap_future(asked) for name, asked in self._asked.items()}
        await asyncio.wait(waiting.values(), timeout=ANSWER_SECONDS)
        return {name: _says_yes(answer) for name, answer in waiting.items()}


def _says_yes(answer: asyncio.Future[bool]) -> bool:
    return answer.done() and answer.exception() is None and answer.result()


def disk_probe(folder: Path) -> Probe:
    """A probe that writes a file into `folder`, to the disk, and removes it."""

    def probe() -> bool:
        try:
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(bytes(PROBE_BYTES))
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            return False
        return True

    return probe
