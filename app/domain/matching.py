"""Drawing matched cases: every arm gets the same values of a key, image by image."""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from app.domain.bank_image import BankImage
from app.domain.errors import BadDesign
from app.domain.said import said

# Values that a refusal names; a few show what is wrong.
_NAMED = 3


def by_value(images: Sequence[BankImage], key: str) -> dict[str, list[BankImage]]:
    """Images by what their records say under `key`; those that say nothing are left out."""
    piles: dict[str, list[BankImage]] = defaultdict(list)
    for image in images:
        if image.text(key):
            piles[image.text(key)].append(image)
    return piles


def draw_matched(
    stratum: str,
    piles: Mapping[str, Sequence[BankImage]],
    wanted: Mapping[str, int],
    key: str,
    rng: random.Random,
) -> dict[str, list[BankImage]]:
    """`wanted` images of each arm so that the n-th image of every arm has the same value of `key`.

    Arms with fewer cases get the first of those values. `piles` holds the images of one stratum by
    arm, in a random order. Raises BadDesign naming the arms and the values that they lack.
    """
    held = {arm: by_value(images, key) for arm, images in piles.items() if wanted.get(arm)}
    values: list[str] = []
    used: Counter[str] = Counter()
    # As long as all arms take part, then those with more cases.
    for level in sorted({wanted[arm] for arm in held}):
        arms = [arm for arm in held if wanted[arm] >= level]
        pool = [
            value
            for value in sorted({value for arm in arms for value in held[arm]})
            for _ in range(min(len(held[arm].get(value, ())) for arm in arms) - used[value])
        ]
        if len(pool) < level - len(values):
            raise _unmatched(stratum, {arm: held[arm] for arm in arms}, level, key)
        rng.shuffle(pool)
        more = pool[: level - len(values)]
        values += more
        used.update(more)
    drawn: dict[str, list[BankImage]] = {}
    for arm, by in held.items():
        stacks = {value: list(images) for value, images in by.items()}
        drawn[arm] = [stacks[value].pop(0) for value in values[: wanted[arm]]]
    return drawn


def lacking(held: Mapping[str, Mapping[str, Sequence[BankImage]]], key: str) -> str:
    """A sentence on the arms that lack values which other arms have; empty where none does."""
    every = sorted({value for values in held.values() for value in values})
    sentences = []
    for arm, values in held.items():
        missing = [value for value in every if value not in values]
        if missing:
            named = ", ".join(repr(value) for value in missing[:_NAMED])
            more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
            sentences.append(f"{arm} has no image whose {key} is {named}{more}")
    return "; ".join(sentences)


def _unmatched(
    stratum: str, held: Mapping[str, Mapping[str, Sequence[BankImage]]], count: int, key: str
) -> BadDesign:
    short = lacking(held, key) or said("no arm has enough images of one {key}", key=key)
    return BadDesign(
        "matched_by",
        said(
            "{count} {stratum} cases of each of {names} can't be matched by {key}: "
            "{short}; ask for fewer or import the counterparts",
            count=count,
            stratum=stratum,
            names=", ".join(held),
            key=key,
            short=short,
        ),
    )
