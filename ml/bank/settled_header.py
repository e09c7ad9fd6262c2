"""The same weights in the same bytes: safetensors writes its metadata in a random order.

Its metadata is a hash map, so two files of equal content have different digests as soon as they
hold two entries; a resumed run could then not be shown to equal one that ran through.
"""

import json
from pathlib import Path

LENGTH_BYTES = 8


def settle_header(path: Path) -> None:
    """Rewrite the metadata of a safetensors file in sorted order, in place and in equal length.

    Raises ValueError where the sorted header would be longer than the written one.
    """
    with path.open("r+b") as file:
        length = int.from_bytes(file.read(LENGTH_BYTES), "little")
        header = json.loads(file.read(length))
        metadata = header.pop("__metadata__", {})
        # An entry that is JSON itself has an order too (peft keeps module names in a set).
        settled = {key: _settled(value) for key, value in sorted(metadata.items())}
        text = json.dumps(
            {"__metadata__": settled, **header}, separators=(",", ":"), ensure_ascii=False
        ).encode()
        if len(text) > length:
            raise ValueError(f"{path.name}: the settled header is longer than the written one")
        file.seek(LENGTH_BYTES)
        # The format allows blanks behind the header.
        file.write(text.ljust(length))


def _settled(value: str) -> str:
    try:
        content = json.loads(value)
    except ValueError:
        return value
    if not isinstance(content, dict):
        return value
    text = json.dumps(
        {
            key: sorted(item)
            if isinstance(item, list) and all(isinstance(entry, str) for entry in item)
            else item
            for key, item in sorted(content.items())
        },
        separators=(",", ":"),
    )
    return text if len(text) <= len(value) else value
