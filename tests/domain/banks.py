"""Banks of made-up images for tests of draws."""

import hashlib
from typing import Any

from app.domain.bank_image import BankImage
from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_mapping

REAL = {"real"}


def sha(name: str) -> str:
    """The digest that a file of this name might have."""
    return hashlib.sha256(name.encode()).hexdigest()


def bank(
    arms: tuple[str, ...] = ("real", "M0", "M1"), count: int = 6, **record: str
) -> list[BankImage]:
    """`count` normal and abnormal images of each arm; `record` is formatted with the number `n`."""
    return [
        BankImage(
            arm,
            sha(f"{arm}-{condition}-{number}"),
            {
                "condition": condition,
                **{key: text.format(n=number, arm=arm) for key, text in record.items()},
            },
        )
        for arm in arms
        for condition in ("normal", "abnormal")
        for number in range(count)
    ]


def design(**changes: Any) -> StudyDesign:
    """A design of format 2 over three arms, two normal and two abnormal cases each."""
    values: dict[str, Any] = {
        "format": 2,
        "title": "Trial study",
        "arms": [arm(key, normal=2, abnormal=2) for key in ("real", "M0", "M1")],
        "questions": [{"measure": "realism"}],
        "rendition_size": 64,
        "seed": 7,
    }
    return design_from_mapping(values | changes)


def arm(key: str, **cases: int) -> dict[str, Any]:
    """One arm of a design."""
    return {"arm": key, "cases": cases}


def of_sets(pictures: int, composition: str = "one_real") -> dict[str, Any]:
    """Changes that make a design show sets."""
    measure = "find_the_real" if composition == "one_real" else "preference"
    return {
        "presentation": {"pictures": pictures, "composition": composition},
        "questions": [{"measure": measure}],
    }
