"""A process that trains or draws keeps the memory that it frees; what users set is left alone."""

import os
import subprocess
import sys

import pytest

from ml import memory

TAKE_AND_FREE = """
import resource
import sys

if sys.argv[1] == "keeps":
    from ml.memory import keep_memory

    print(keep_memory())
else:
    print(False)
import numpy as np

def step():
    return [np.ones(1_000_000) for _ in range(40)]

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

for _ in range(3):
    step()
before = faults()
for _ in range(5):
    step()
print((faults() - before) // 5)
"""
"""Forty blocks of 8 MB, as many weights' gradients; prints page faults a step."""

FROM_A_COMMAND = """
import os
import sys

from ml import finetune, generate, reproduce

os.environ.pop("THP_MEM_ALLOC_ENABLE", None)
assert "torch" not in sys.modules
command = {"finetune": finetune, "generate": generate, "reproduce": reproduce}[sys.argv[1]]
code = command.main(sys.argv[2:])
print(code, os.environ.get("THP_MEM_ALLOC_ENABLE"))
"""


def said_by(program, *arguments, **environment):
    """Run a program; return the words that it prints."""
    kept = {name: value for name, value in os.environ.items() if name not in memory.GIVEN}
    kept.pop(memory.HUGE_PAGES, None)
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=kept | environment,
    )
    return done.stdout.split()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc is Linux's")
def test_freed_memory_is_not_taken_from_the_kernel_again():
    kept, faults = said_by(TAKE_AND_FREE, "keeps")
    if kept == "False":
        pytest.skip("this system's C library is not glibc")
    usual = int(said_by(TAKE_AND_FREE, "as it comes")[1])
    assert usual > 10_000
    assert int(faults) < usual / 100


@pytest.mark.parametrize("name", memory.GIVEN)
def test_settings_of_the_heap_that_are_given_stay(name):
    value = "glibc.malloc.trim_threshold=262144" if name == "GLIBC_TUNABLES" else "262144"
    kept, faults = said_by(TAKE_AND_FREE, "keeps", **{name: value})
    assert kept == "False"
    assert int(faults) > 10_000 or name == "MALLOC_TOP_PAD_"


def test_large_pages_that_are_refused_stay_so(monkeypatch):
    monkeypatch.setenv(memory.HUGE_PAGES, "0")
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "262144")
    assert not memory.keep_memory()
    assert os.environ[memory.HUGE_PAGES] == "0"


def test_a_system_without_it_is_left_alone(monkeypatch):
    monkeypatch.delenv(memory.HUGE_PAGES, raising=False)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not memory.keep_memory()
    assert memory.HUGE_PAGES not in os.environ


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("finetune", ["M1", "--base", "nowhere", "--data", "nowhere"]),
        ("generate", ["nobody", "--bank", "OUT"]),
        ("reproduce", ["--base", "nowhere", "--data", "nowhere.zip", "--out", "OUT"]),
    ],
)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux's large pages")
def test_commands_settle_it_before_torch_is_loaded(name, arguments, tmp_path):
    arguments = [str(tmp_path / "out") if one == "OUT" else one for one in arguments]
    assert said_by(FROM_A_COMMAND, name, *arguments)[-2:] == ["1", "1"]
