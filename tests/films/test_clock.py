"""One clock for many decoders: each is ended in its own time, and none that has ended."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.films.clock import Clock


def test_the_earlier_is_ended_though_a_later_one_was_asked_for_first() -> None:
    clock, late = Clock(), threading.Event()
    with clock.ends(pytest.fail, 3600), clock.ends(late.set, 0.01):
        assert late.wait(60)


def test_what_has_ended_is_left_alone() -> None:
    clock, ended, other = Clock(), list[str](), threading.Event()
    with clock.ends(lambda: ended.append("in time"), 0.2):
        pass
    with clock.ends(other.set, 0.3):
        assert other.wait(60)
    assert ended == []


def test_a_hundred_questions_share_one_thread() -> None:
    clock = Clock()
    before = threading.active_count()
    for _ in range(100):
        with clock.ends(pytest.fail, 3600):
            assert threading.active_count() == before + 1


FORKS = """
import os, threading
from app.films.clock import CLOCK

with CLOCK.ends(print, 3600):
    pass
if child := os.fork():
    os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
late = threading.Event()
with CLOCK.ends(late.set, 0.01):
    os._exit(0 if late.wait(30) else 1)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system doesn't fork")
def test_a_forked_process_has_a_clock_that_goes() -> None:
    subprocess.run([sys.executable, "-c", FORKS], check=True, cwd=Path(__file__).parents[2])
