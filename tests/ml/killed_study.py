"""Runs a study again and again, killed with SIGKILL at a place of its own each time.

python tests/ml/killed_study.py ARGUMENTS_JSON UNDISTURBED_JSON

The process has the libraries loaded and computes nothing; each sitting is a fork of it. Printed is
a line a sitting: its place, and how it ended.
"""

import importlib
import json
import os
import signal
import sys

PLACES = [
    ("while films are read", "ml.prepare.read_radiograph", 3),
    ("films written, not recorded", "ml.reproducing.steps._record", 2),
    ("an image without a record", "ml.bank.writer.ArmWriter._append", 2),
    ("while films are encoded", "ml.training.cache.MomentCache._keep", 2),
    ("before the first state", "ml.training.loop._take_step", 2),
    ("half of the first state", "torch.save", 1),
    ("after a state", "ml.training.loop._take_step", 8),
    ("weights written, not recorded", "ml.finetune.write_checkpoint", 1),
    ("half a line of the record", "ml.bank.writer.os.fsync", 5),
    ("half an image", "ml.bank.writer.shared_mode", 2),
    ("while a prior is drawn", "ml.training.samples.counted", 1),
    ("measures in the bank's folder, not in its index", "ml.bank.writer.write_manifest", 1),
]


def kill():
    os.kill(os.getpid(), signal.SIGKILL)


def arm(place, number):
    """Let the so-manieth call of a function be the last thing that this process does."""
    owner_name, _, name = place.rpartition(".")
    module_name, owner = owner_name, None
    while owner is None:
        try:
            owner = importlib.import_module(module_name)
        except ModuleNotFoundError:
            module_name = module_name.rpartition(".")[0]
    for part in owner_name.removeprefix(module_name).split(".")[1:]:
        owner = getattr(owner, part)
    called, true = [0], getattr(owner, name)

    def last(*given, **named):
        called[0] += 1
        if called[0] < number:
            return true(*given, **named)
        if place == "torch.save":
            given[1].write(b"half of it")
            given[1].flush()
        if name == "fsync":
            # Of an arm's part: the line before the last stays whole, the last is cut short.
            os.truncate(given[0], max(os.fstat(given[0]).st_size - 7, 0))
        if name == "counted":
            next(iter(true(*given, **named)))
        return kill()

    setattr(owner, name, last)


def sitting(arguments, place=None):
    """Run the study in a process of its own; return how it ended."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            from ml.reproduce import main

            if place:
                arm(*place[1:])
            code = main(arguments)
            sys.stdout.flush()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def load_libraries():
    import diffusers
    import peft  # noqa: F401
    import torch  # noqa: F401
    import transformers

    import ml.evaluate
    import ml.reproducing.needs
    import ml.reproducing.study
    import ml.training.loop  # noqa: F401

    for name in ("StableDiffusionPipeline", "AutoencoderKL", "PNDMScheduler"):
        getattr(diffusers, name)
    for name in ("CLIPTextModel", "CLIPTokenizer"):
        getattr(transformers, name)


if __name__ == "__main__":
    load_libraries()
    for killed in PLACES:
        print(f"SITTING {killed[0]}: {sitting(json.loads(sys.argv[1]), killed)}", flush=True)
    print(f"SITTING last: {sitting(json.loads(sys.argv[1]))}", flush=True)
    print(f"SITTING undisturbed: {sitting(json.loads(sys.argv[2]))}", flush=True)
    print(f"SITTING again: {sitting(json.loads(sys.argv[1]))}", flush=True)
