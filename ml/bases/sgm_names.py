"""A U-Net's layers under the names of Stability AI's own code, as kohya's scripts have SDXL's."""

from __future__ import annotations

import re

_RESNET = {
    "conv1": "in_layers.2",
    "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1",
    "conv_shortcut": "skip_connection",
}


def sgm_name(name: str, layers: int) -> str:
    """Return the name there of a layer that diffusers calls ``name``.

    Parameters
    ----------
    layers : residual blocks of each level (``layers_per_block``)

    ``down_blocks.1.attentions.0.proj_in`` is ``input_blocks.4.1.proj_in`` of two layers a block.
    """
    for place, (pattern, block) in enumerate(_BLOCKS):
        if not (match := re.fullmatch(pattern, name)):
            continue
        if block == "middle_block":
            kind, number, rest = match.groups()
            index = {"attentions": 1}.get(kind, 2 * int(number))
            return f"{block}.{index}.{_inner(kind, rest)}"
        level, kind, number, rest = match.groups()
        first = int(level) * (layers + 1) + int(number) + (1 if place == 0 else 0)
        if kind == "downsamplers":
            return f"{block}.{(int(level) + 1) * (layers + 1)}.0.op"
        return f"{block}.{first}.{int(kind == 'attentions')}.{_inner(kind, rest)}"
    return name


_BLOCKS = (
    (r"down_blocks\.(\d+)\.(attentions|resnets|downsamplers)\.(\d+)\.(.+)", "input_blocks"),
    (r"mid_block\.(attentions|resnets)\.(\d+)\.(.+)", "middle_block"),
    (r"up_blocks\.(\d+)\.(attentions|resnets)\.(\d+)\.(.+)", "output_blocks"),
)


def sgm_names(name: str, layers: int) -> tuple[str, ...]:
    """Return every name there that a layer may have.

    Of an upsampler there are two: it follows attention in some levels and not in others.
    """
    match = re.fullmatch(r"up_blocks\.(\d+)\.upsamplers\.0\.conv", name)
    if match is None:
        return (sgm_name(name, layers),)
    place = int(match[1]) * (layers + 1) + layers
    return (f"output_blocks.{place}.1.conv", f"output_blocks.{place}.2.conv")


def _inner(kind: str, rest: str) -> str:
    return _RESNET.get(rest, rest) if kind == "resnets" else rest
