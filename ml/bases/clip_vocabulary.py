"""CLIP's vocabulary, for bases whose files hold none, and one of bytes for small ones."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

START, END = "<|startoftext|>", "<|endoftext|>"
CLIP_MERGES = 49152 - 256 - 2
"""Merges that CLIP uses of its vocabulary file."""


def clip_vocabulary() -> tuple[dict[str, int], list[Any]]:
    """Return CLIP's 49,408 tokens and their merges if clip-anytorch is installed, else bytes.

    The package's data file is read without importing it: its code needs torchvision.
    """
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        vocabulary = distribution("clip-anytorch").locate_file("clip/bpe_simple_vocab_16e6.txt.gz")
        text = gzip.decompress(Path(str(vocabulary)).read_bytes()).decode("utf-8")
    except (PackageNotFoundError, OSError):
        return byte_vocabulary()
    merges: list[Any] = [
        (first, second)
        for first, second in (line.split() for line in text.splitlines()[1 : 1 + CLIP_MERGES])
    ]
    tokens = [*_alphabet(), *(a + b for a, b in merges), START, END]
    return {token: number for number, token in enumerate(tokens)}, merges


def byte_vocabulary() -> tuple[dict[str, int], list[Any]]:
    """Return a token for each byte, and no merges."""
    tokens = [*_alphabet(), START, END]
    return {token: number for number, token in enumerate(tokens)}, []


def _alphabet() -> list[str]:
    """Return the 256 bytes as CLIP writes them, printable ones first, then as ends of words."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in set(printable)]
    letters = [chr(b) for b in printable] + [chr(256 + n) for n in range(len(others))]
    return letters + [letter + "</w>" for letter in letters]
