"""What a study would need, in lines of text."""

from __future__ import annotations

from collections.abc import Mapping

from ml.reproducing.needs import GPU_OPERATIONS, LIBRARIES, Needs
from ml.training.progress import duration


def describe(
    needs: Mapping[str, Needs], *, device: str, speed: float, memory: int, disk: int
) -> list[str]:
    """Return the plan's lines.

    Parameters
    ----------
    device : that the study would run on
    speed : what it calculates a second, as a trial said
    memory : what it has, bytes
    disk : what the study writes, bytes
    """
    here = "GPU" if device.startswith("cuda") else "CPU"
    assumed = {"CPU": None, "GPU": GPU_OPERATIONS, here: speed}
    lines = [
        "Computed, not measured: memory from the shapes of the base (docs/measured.md says how far "
        f"off that is; a CPU's includes {_size(LIBRARIES)} of libraries, a GPU's is in bfloat16 "
        "and an upper bound), time from the number of operations.",
        f"This {here} calculated {speed / 1e9:.0f} billion operations a second in a trial"
        + ("" if here == "GPU" else f"; of a GPU {GPU_OPERATIONS / 1e9:.0f} are assumed")
        + f". The study writes about {_size(disk)}.",
    ]
    for name, one in needs.items():
        lines.append(
            f"{name}: parameters {_size(one.parameters)}, optimiser {_size(one.states)}, "
            f"activations and gradients {_size(one.activations)}"
        )
        for kind, whole in (("CPU", one.on_cpu), ("GPU", one.on_gpu)):
            rate = assumed[kind]
            lines.append(f"    {kind}: {_size(whole)} in all" + (_times(one, rate) if rate else ""))
        if (one.on_gpu if here == "GPU" else one.on_cpu) > memory:
            lines.append(
                f"    more than the {_size(memory)} of this {here}: see --size, or leave it"
            )
    return lines


def _times(one: Needs, rate: float) -> str:
    parts = []
    if one.tuning:
        parts.append(f"tuning {duration(one.tuning / rate)}")
    parts.append(f"drawing {duration(one.drawing / rate)}")
    return ", " + ", ".join(parts)


def _size(number: int) -> str:
    return f"{number / 2**30:.1f} GiB" if number >= 2**29 else f"{number / 2**20:.0f} MiB"
