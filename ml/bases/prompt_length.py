"""Which words of a prompt or caption the text encoder does not read: CLIP's reads 77 tokens.

Of several encoders, the one that reads the longest texts is asked.

The libraries cut what is longer without a word, in training and in sampling. Two captions that
differ only beyond the end become one, and a finding named last is never learnt.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ml.bases.families import adapter_of
from ml.errors import MlError

if TYPE_CHECKING:
    from ml.bank.writer import Condition

NOTED = 5
"""Texts that are named one by one; of more, only their number is said."""


Learnt = tuple[str, int] | None
"""A word that is yet to be learnt, and the number of tokens that it will stand for."""


def words_not_read(pipeline: Any, text: str, learnt: Learnt = None) -> str:
    """Return the words of a text from the first that does not fit whole, or nothing.

    The length is the family's: those with longer encoders read more.
    """
    return words_beyond(lambda part: len(_tokens(pipeline, part, learnt)), _room(pipeline), text)


def words_beyond(count: Callable[[str], int], room: int, text: str) -> str:
    """Return the words of a text from the first with which it has more than `room` tokens.

    `count` gives the number of tokens of a text, those at its two ends apart.
    """
    if count(text) <= room:
        return ""
    words = text.split()
    fits, too_many = 0, len(words)
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        whole = count(" ".join(words[:middle])) <= room
        fits, too_many = (middle, too_many) if whole else (fits, middle)
    return " ".join(words[fits:])


def check_lengths(
    pipeline: Any, texts: Mapping[Condition, Iterable[str]], learnt: Learnt = None
) -> dict[str, str]:
    """Return the texts that are not read whole, each with the words that are not.

    Parameters
    ----------
    texts : by condition, what it is trained on or drawn from

    Raises
    ------
    MlError
        If texts of two conditions differ only in words that are not read: the two would be one.
    """
    cut: dict[str, str] = {}
    read: dict[tuple[int, ...], tuple[str, str]] = {}
    for condition, of_condition in texts.items():
        for text in dict.fromkeys(of_condition):
            if lost := words_not_read(pipeline, text, learnt):
                cut[text] = lost
            tokens = tuple(_tokens(pipeline, text, learnt)[: _room(pipeline)])
            other, other_text = read.setdefault(tokens, (condition, text))
            if other != condition and other_text != text:
                raise MlError(
                    f"the text encoder reads {_room(pipeline)} tokens, and within them a text of "
                    f"{other} and one of {condition} images are the same: {_short(text)!r}. Put "
                    f"first what tells them apart; not read: {cut.get(text) or cut[other_text]!r}."
                )
    return cut


def note_cut(cut: Mapping[str, str], what: str) -> None:
    """Say which words are not read, one line a text."""
    for text, lost in list(cut.items())[:NOTED]:
        said = f"note: of the {what} {_short(text)!r} these words are not read: {lost!r}."
        print(said, file=sys.stderr)
    if len(cut) > NOTED:
        print(f"note: {len(cut) - NOTED} more are not read whole.", file=sys.stderr)


def _tokens(pipeline: Any, text: str, learnt: Learnt) -> list[int]:
    if learnt is not None:
        token, count = learnt
        text = text.replace(token, " ".join(["x"] * count))
    adapter = adapter_of(pipeline)
    tokenizer, _ = adapter.read_length()
    # A learnt word stands for several tokens.
    ids: list[int] = tokenizer(adapter.said(text), add_special_tokens=False).input_ids
    return ids


def _room(pipeline: Any) -> int:
    tokenizer, length = adapter_of(pipeline).read_length()
    return length - int(tokenizer.num_special_tokens_to_add())


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
