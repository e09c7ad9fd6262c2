"""Decoder processes: files we do not trust are decoded apart, with a limit of memory and time.

A codec that crashes, hangs or asks for gigabytes takes its own process with it and nothing else;
the file is refused by name. What a decoder process says is data (JSON and bytes) and never code,
so that whoever gets hold of one through a hole in a codec gets no further by this way.
"""

import atexit
import importlib
import json
import os
import queue
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

from app.domain.errors import BadImage
from app.domain.kept import kept, told_again
from app.domain.said import said
from app.films.clock import CLOCK
from app.films.limits import DECODER_MEMORY_BYTES, DECODER_SECONDS

Answer = tuple[dict[str, Any], bytes]
Task = Callable[[dict[str, Any], bytes], Answer]

_START: Final = "import sys; sys.path[:] = {path!r}; from app.films.decoder import serve; serve()"
DECODER_ENVIRONMENT: Final = {
    # One thread each: the processes fill the cores, and every thread would reserve memory.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    # Room for one film's arrays is kept for the next film; to give it back and ask for it again
    # costs a tenth of the time (mallopt(3), glibc).
    "MALLOC_TRIM_THRESHOLD_": str(256 * 2**20),
    "MALLOC_MMAP_THRESHOLD_": str(64 * 2**20),
}
_LARGEST_HEAD: Final = 1 << 20
# Room for a whole rendition of 512 pixels: the decoder puts it down and goes on to the next file,
# where the system's 64 KiB make the two processes wake each other for every quarter.
_PIPE_BYTES: Final = 1 << 19


class Decoder:
    """One decoder process, started when first asked and again after it was lost."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def ask(
        self,
        task: str,
        arguments: Mapping[str, Any],
        payload: bytes = b"",
        *,
        name: str,
        seconds: float = DECODER_SECONDS,
    ) -> Answer:
        """Have `task` ("module:function") done; its answer is a JSON object and bytes.

        Raises BadImage under `name`: the task's own, or because it took too much time or memory
        or broke down.
        """
        process = self._started()
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        try:
            with CLOCK.ends(stop, seconds):
                answer = self._exchange(process, task, arguments, payload)
        except (OSError, EOFError, ValueError, struct.error):
            self.close()
            if late.is_set():
                raise BadImage(
                    name, said("took longer than {seconds:.0f} s to decode", seconds=seconds)
                ) from None
            raise BadImage(
                name, said("broke its decoder, as damaged or malicious files do")
            ) from None
        except BaseException:
            # Ctrl-C in the middle of an answer: what follows would be taken for the next one's.
            self.close()
            raise
        return _without_refusal(answer, name)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            # Its own interpreter and a constant program; paths of files come as data.
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-c", _START.format(path=sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, **DECODER_ENVIRONMENT},
            )
            _widen(self._process.stdout)
        return self._process

    def _exchange(
        self,
        process: subprocess.Popen[bytes],
        task: str,
        arguments: Mapping[str, Any],
        payload: bytes,
    ) -> Answer:
        if process.stdin is None or process.stdout is None:
            raise EOFError
        _send(process.stdin, {"task": task, "arguments": dict(arguments)}, payload)
        return _receive(process.stdout)

    def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                # What was not sent when the process was lost stays unsent.
                with suppress(OSError):
                    pipe.close()


class Decoders:
    """As many decoder processes as are asked for at once, kept for the next question."""

    def __init__(self) -> None:
        self._idle: queue.LifoQueue[Decoder] = queue.LifoQueue()
        self._owner = os.getpid()

    @contextmanager
    def one(self) -> Iterator[Decoder]:
        """A decoder for the caller alone."""
        if self._owner != os.getpid():
            # After a fork the pipes belong to the parent's conversation.
            self._idle, self._owner = queue.LifoQueue(), os.getpid()
        try:
            decoder = self._idle.get_nowait()
        except queue.Empty:
            decoder = Decoder()
        try:
            yield decoder
        finally:
            self._idle.put(decoder)

    def close(self) -> None:
        """End all that are idle."""
        if self._owner != os.getpid():
            return
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()


DECODERS: Final = Decoders()
atexit.register(DECODERS.close)


def _widen(pipe: IO[bytes] | None) -> None:
    """Give a pipe room, where the system lets us."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        if pipe is not None:
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _without_refusal(answer: Answer, name: str) -> Answer:
    refusal = answer[0].get("refused")
    if refusal is None:
        return answer
    (reason,) = told_again([str(refusal)], answer[0].get("made_of"))
    raise BadImage(name, reason)


def serve() -> None:
    """Answer questions from standard input until it ends. Runs in the decoder process.

    Raises ValueError for a question that can't be read.
    """
    # Codecs print warnings; the conversation needs its channel to itself.
    answers = os.fdopen(os.dup(1), "wb")
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    _limit_files_and_dumps()
    tasks: dict[str, Task] = {}
    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        while True:
            question, payload = _receive(sys.stdin.buffer)
            task = str(question["task"])
            if task not in tasks:
                module, function = task.split(":")
                tasks[task] = getattr(importlib.import_module(module), function)
                _limit_memory()
            _send(answers, *_answer(tasks[task], question["arguments"], payload))


def _answer(task: Task, arguments: dict[str, Any], payload: bytes) -> Answer:
    try:
        return task(arguments, payload)
    except BadImage as error:
        return _refused(error.reason)
    except MemoryError:
        most = DECODER_MEMORY_BYTES / 2**30
        return _refused(said("needs more than {most:.0f} GiB of memory to decode", most=most))
    except Exception as error:
        return _refused(said("can't be read ({why})", why=type(error).__name__))


def _refused(reason: str) -> Answer:
    return {"refused": str(reason), "made_of": kept([reason])}, b""


def _limit_files_and_dumps() -> None:
    """Nothing is written from here, neither files nor core dumps."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _limit_memory() -> None:
    """Allow so much on top of what the libraries take; systems without limits go without."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        most = pages * resource.getpagesize() + DECODER_MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _send(channel: IO[bytes], head: Mapping[str, Any], payload: bytes) -> None:
    text = json.dumps(head).encode()
    channel.write(struct.pack(">II", len(text), len(payload)))
    channel.write(text)
    channel.write(payload)
    channel.flush()


def _receive(channel: IO[bytes]) -> Answer:
    length, payload_length = struct.unpack(">II", _exactly(channel, 8))
    if length > _LARGEST_HEAD:
        raise ValueError("the head of an answer is too long")
    head = json.loads(_exactly(channel, length))
    if not isinstance(head, dict):
        raise ValueError("the head of an answer is no object")
    return head, _exactly(channel, payload_length)


def _exactly(channel: IO[bytes], length: int) -> bytes:
    data = channel.read(length)
    if len(data) < length:
        raise EOFError
    return data
