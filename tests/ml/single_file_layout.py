"""Write a pipeline as the one file that Stable Diffusion 1.x was first distributed as."""

import re

from safetensors.torch import save_file

RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1",
    "conv_shortcut": "skip_connection",
}
ENDS = {
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
}
ATTENTION = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}


def unet_name(name):
    for ours, theirs in ENDS.items():
        if name.startswith(ours):
            return theirs + name.removeprefix(ours)
    match = re.match(r"(down|up|mid)_blocks?\.?(\d*)\.(\w+)\.(\d+)\.(.*)", name)
    side, part, number, rest = match[1], match[3], int(match[4]), match[5]
    block = int(match[2] or 0)
    if part == "resnets":
        layer, _, end = rest.rpartition(".")
        rest = f"{RESNET[layer]}.{end}"
    if side == "mid":
        return f"middle_block.{1 if part == 'attentions' else 2 * number}.{rest}"
    place = int(part == "attentions")
    if side == "down":
        if part == "downsamplers":
            return f"input_blocks.{3 * (block + 1)}.0.{rest.replace('conv.', 'op.')}"
        return f"input_blocks.{3 * block + number + 1}.{place}.{rest}"
    if part == "upsamplers":
        return f"output_blocks.{3 * block + 2}.{1 if block == 0 else 2}.{rest}"
    return f"output_blocks.{3 * block + number}.{place}.{rest}"


def vae_name(name):
    name = name.replace("conv_shortcut", "nin_shortcut").replace("conv_norm_out", "norm_out")
    match = re.match(r"(encoder|decoder)\.(down|up|mid)_blocks?\.?(\d*)\.(\w+)\.(\d+)\.(.*)", name)
    if match is None:
        return name
    half, side, part, number, rest = match[1], match[2], match[4], int(match[5]), match[6]
    if side == "mid":
        if part == "resnets":
            return f"{half}.mid.block_{number + 1}.{rest}"
        layer, _, end = rest.rpartition(".")
        return f"{half}.mid.attn_1.{ATTENTION[layer]}.{end}"
    block = int(match[3]) if side == "down" else 3 - int(match[3])
    if part == "resnets":
        return f"{half}.{side}.{block}.block.{number}.{rest}"
    return f"{half}.{side}.{block}.{side}sample.{rest}"


def write_single_file(pipeline, path):
    """Write a pipeline of four levels; attention of the autoencoder becomes 1 x 1 convolutions."""
    weights = {}
    for name, weight in pipeline.unet.state_dict().items():
        weights["model.diffusion_model." + unet_name(name)] = weight
    for name, weight in pipeline.vae.state_dict().items():
        theirs = vae_name(name)
        as_convolution = "attn_1" in theirs and weight.ndim == 2
        kept = weight[..., None, None] if as_convolution else weight
        weights["first_stage_model." + theirs] = kept
    for name, weight in pipeline.text_encoder.state_dict().items():
        whole = name if name.startswith("text_model.") else f"text_model.{name}"
        weights["cond_stage_model.transformer." + whole] = weight
    save_file({name: weight.contiguous() for name, weight in weights.items()}, path)
