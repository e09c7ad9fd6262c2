"""Pictures say how they were generated in their trainers' own words."""

import io
import json

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.bank.generation_text import generation_history
from tests.bank.files import saved, texture

A1111 = (
    "chest x-ray, (normal:1.2)\nsecond line\nNegative prompt: text, letters\n"
    'Steps: 28, Sampler: "DPM++ 2M, Karras", CFG scale: 6.5, Seed: 123456789012, Size: 512x512, '
    "Model hash: abc123, Model: lungs"
)
FROM_A1111 = {
    "prompt": "chest x-ray, (normal:1.2)\nsecond line",
    "negative_prompt": "text, letters",
    "seed": 123456789012,
    "scheduler": "DPM++ 2M, Karras",
    "steps": 28,
    "guidance_scale": 6.5,
    "base_model": "lungs",
    "checkpoint_hash": "abc123",
}
GRAPH = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 7,
            "steps": 30,
            "cfg": 8,
            "sampler_name": "euler",
            "model": ["4", 0],
            "positive": ["6", 0],
            "negative": ["9", 0],
        },
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "lungs.safetensors"}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "chest x-ray", "clip": ["4", 1]}},
    "8": {"class_type": "CLIPTextEncode", "inputs": {"text": "letters", "clip": ["4", 1]}},
    "9": {"class_type": "ConditioningZeroOut", "inputs": {"conditioning": ["8", 0]}},
}


def png(**texts: str) -> bytes:
    about = PngInfo()
    for key, text in texts.items():
        about.add_itxt(key, text)
    buffer = io.BytesIO()
    Image.fromarray(texture()).save(buffer, "PNG", pnginfo=about)
    return buffer.getvalue()


def test_the_web_interface_and_its_forks() -> None:
    assert generation_history(png(parameters=A1111)) == FROM_A1111


@pytest.mark.parametrize("order", ["utf-16-be", "utf-16-le"])
def test_jpegs_of_the_web_interface(order: str) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\x00" + A1111.encode(order)
    data = saved(texture(), "JPEG", exif=exif)
    assert generation_history(data) == FROM_A1111


def test_a_comfyui_graph() -> None:
    assert generation_history(png(prompt=json.dumps(GRAPH), workflow="{}")) == {
        "prompt": "chest x-ray",
        "negative_prompt": "letters",
        "seed": 7,
        "scheduler": "euler",
        "steps": 30,
        "guidance_scale": 8,
        "base_model": "lungs.safetensors",
    }


def test_single_texts_of_scripts() -> None:
    told = {"prompt": "chest", "negative-prompt": "text", "seed": "5", "scale": "7.5"}
    assert generation_history(png(**told, sampler="ddim")) == {
        "prompt": "chest",
        "negative_prompt": "text",
        "seed": 5,
        "scheduler": "ddim",
        "guidance_scale": 7.5,
    }


@pytest.mark.parametrize(
    "data",
    [
        png(),
        png(parameters="nothing of the kind"),
        png(prompt='{"3": '),
        png(prompt=json.dumps({"1": {"inputs": {"positive": ["1", 0], "negative": ["1", 0]}}})),
        png(prompt="{" * 5000),
        saved(np.asarray(texture()), "TIFF"),
        b"no picture",
    ],
)
def test_texts_without_the_form_tell_nothing(data: bytes) -> None:
    assert generation_history(data) == {}
