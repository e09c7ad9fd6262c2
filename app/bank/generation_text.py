"""How a picture was generated, as the programs that made it write into the file itself.

AUTOMATIC1111's web interface and its forks (`parameters`), ComfyUI (`prompt`, a graph), kohya's and
diffusers' scripts (single texts), InvokeAI (`invokeai_metadata`); in PNG text, or in EXIF for JPEG
and WebP. Texts are others' words: what has not the form expected is left out, never an error.
"""

import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from PIL import Image

from app.films.png import png_chunks

HISTORY_KEYS: Final[tuple[str, ...]] = (
    *("prompt", "negative_prompt", "seed", "scheduler", "steps", "guidance_scale"),
    *("base_model", "checkpoint_hash"),
)
_USER_COMMENT: Final = 0x9286
_EXIF_BLOCK: Final = 0x8769
_LONGEST: Final = 20_000
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_TELLING_CHUNKS: Final = (b"tEXt", b"zTXt", b"iTXt", b"eXIf")
_PARAMETERS: Final = {
    "steps": "steps",
    "sampler": "scheduler",
    "cfg scale": "guidance_scale",
    "seed": "seed",
    "model": "base_model",
    "model hash": "checkpoint_hash",
}
_NODE_INPUTS: Final = {
    "seed": "seed",
    "noise_seed": "seed",
    "steps": "steps",
    "cfg": "guidance_scale",
    "sampler_name": "scheduler",
    "ckpt_name": "base_model",
    "unet_name": "base_model",
}
_PLAIN: Final = {
    "prompt": "prompt",
    "negative_prompt": "negative_prompt",
    "negative-prompt": "negative_prompt",
    "seed": "seed",
    "steps": "steps",
    "num_inference_steps": "steps",
    "scale": "guidance_scale",
    "guidance_scale": "guidance_scale",
    "cfg_scale": "guidance_scale",
    "sampler": "scheduler",
    "scheduler": "scheduler",
    "model": "base_model",
    "model_name": "base_model",
}


def generation_history(data: bytes) -> dict[str, Any]:
    """What an image file's texts tell under the keys `HISTORY_KEYS`; {} where they tell nothing.

    Raises nothing: it runs on files that were decoded before.
    """
    if _is_silent_png(data):
        return {}
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as image:
            texts = {
                str(key): value[:_LONGEST]
                for key, value in image.info.items()
                if isinstance(value, str)
            }
            comment = image.getexif().get_ifd(_EXIF_BLOCK).get(_USER_COMMENT)
    except Exception:
        # Another format, or a block of texts that can't be parsed.
        return {}
    if isinstance(comment, bytes) and "parameters" not in texts:
        texts["parameters"] = _user_comment(comment)[:_LONGEST]
    history = _from_texts(texts)
    return {key: history[key] for key in HISTORY_KEYS if history.get(key) not in (None, "")}


def _is_silent_png(data: bytes) -> bool:
    """Whether no chunk can tell; Pillow would decode the picture to see what comes after it."""
    if not data.startswith(_PNG):
        return False
    try:
        chunks = png_chunks(data).chunks
    except ValueError:
        return False
    return not any(name in _TELLING_CHUNKS for name, _ in chunks)


def _from_texts(texts: Mapping[str, str]) -> dict[str, Any]:
    if "Steps:" in texts.get("parameters", ""):
        return _from_parameters(texts["parameters"])
    if texts.get("prompt", "").lstrip().startswith("{"):
        return _from_graph(texts["prompt"])
    if "invokeai_metadata" in texts:
        loaded = _object(texts["invokeai_metadata"])
        model = loaded.get("model")
        if isinstance(model, dict):
            loaded["model"] = model.get("name") or model.get("model_name")
        loaded["negative_prompt"] = loaded.get("negative_prompt")
        loaded["prompt"] = loaded.get("positive_prompt")
        return _plain(loaded)
    return _plain({key.lower(): value for key, value in texts.items()})


def _plain(texts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        ours: _number(texts[theirs], ours)
        for theirs, ours in _PLAIN.items()
        if isinstance(texts.get(theirs), str | int | float)
    }


def _from_parameters(text: str) -> dict[str, Any]:
    """A1111: prompt, `Negative prompt: ...`, and a last line `Steps: 20, Sampler: Euler a, ...`."""
    words, _, settings = text.rpartition("\nSteps:")
    prompt, _, negative = words.partition("\nNegative prompt:")
    history: dict[str, Any] = {
        "prompt": prompt.strip(),
        "negative_prompt": negative.strip(),
    }
    for name, quoted, plain in re.findall(
        r'\s*([\w ]+):\s*(?:"((?:\\.|[^"])*)"|([^,]*))(?:,|$)', "Steps:" + settings
    ):
        ours = _PARAMETERS.get(name.strip().lower())
        if ours is not None:
            history[ours] = _number((quoted or plain).strip(), ours)
    return history


def _from_graph(text: str) -> dict[str, Any]:
    """ComfyUI: nodes by number, each with a class and inputs that name other nodes."""
    nodes = {key: node for key, node in _object(text).items() if isinstance(node, dict)}
    history: dict[str, Any] = {}
    for node in nodes.values():
        inputs = node.get("inputs")
        if not isinstance(inputs, dict):
            continue
        if "positive" in inputs and "negative" in inputs and "prompt" not in history:
            history["prompt"] = _text_of(nodes, inputs["positive"])
            history["negative_prompt"] = _text_of(nodes, inputs["negative"])
        for theirs, ours in _NODE_INPUTS.items():
            if isinstance(inputs.get(theirs), str | int | float):
                history.setdefault(ours, inputs[theirs])
    return history


def _text_of(nodes: Mapping[str, Any], link: Any, depth: int = 0) -> str:
    """The text of the node that a link leads to, through what lies between (conditioning nodes)."""
    if isinstance(link, str):
        return link
    if not isinstance(link, list) or not link or depth > 8:
        return ""
    node = nodes.get(str(link[0]), {})
    inputs = node.get("inputs")
    if not isinstance(inputs, dict):
        return ""
    texts = (_text_of(nodes, inputs[key], depth + 1) for key in _leading(inputs))
    return next((text for text in texts if text), "")


def _leading(inputs: Mapping[str, Any]) -> Iterator[str]:
    return (key for key in ("text", "text_g", "conditioning", "string", "value") if key in inputs)


def _object(text: str) -> dict[str, Any]:
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return loaded if isinstance(loaded, dict) else {}


def _number(value: Any, ours: str) -> Any:
    """Seeds and steps as whole numbers, the guidance scale as a number; else as it is."""
    try:
        if ours in ("seed", "steps"):
            return int(str(value))
        if ours == "guidance_scale":
            return float(str(value))
    except ValueError:
        return None
    return str(value).replace("\x00", "")


def _user_comment(comment: bytes) -> str:
    if comment.startswith(b"UNICODE\x00"):
        body = comment[8:]
        # The standard leaves the byte order open; A1111 writes the big end first.
        order = "utf-16-be" if body[:1] == b"\x00" else "utf-16-le"
        return body.decode(order, "replace")
    return comment.removeprefix(b"ASCII\x00\x00\x00").decode("utf-8", "replace")
