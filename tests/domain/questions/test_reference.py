"""The reference standard of a finding, from whatever the bank's record holds."""

from typing import Any

import pytest

from app.domain.questions.question import Question
from app.domain.questions.reference import reference_of

EFFUSION = Question(
    "effusion", "finding", "choice", "Effusion?", finding="Pleural effusion", reference="findings"
)


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ("pleural_effusion", "present"),
        ("Cardiomegaly|Pleural Effusion", "present"),
        ("cardiomegaly; nodule", "absent"),
        (["pleural effusion", "nodule"], "present"),
        (["nodule"], "absent"),
        ([], "absent"),
        ("No Finding", "absent"),
        ("none", "absent"),
        # In part is not in full.
        ("effusion", "absent"),
        # Nothing is said.
        ("", None),
        ("  ", None),
        (None, None),
        (3, None),
        ({"effusion": True}, None),
        # It contradicts itself.
        ("No finding; nodule", None),
    ],
)
def test_it_is_read_in_full_and_never_guessed(held: Any, expected: str | None) -> None:
    assert reference_of(EFFUSION, {"findings": held}) == expected


def test_a_record_without_the_key_says_nothing() -> None:
    assert reference_of(EFFUSION, {"prompt": "pleural effusion"}) is None
