"""What the bank records of its images, as protocols ask for it."""

from app.db.truth.bank_records import held_arms
from tests.studies import SIZE, House


def test_every_arm_is_there_with_the_texts_that_are_asked_for(house: House) -> None:
    with house.database.reading() as session:
        arms = held_arms(session, ["condition", "prompt", "report"], size=SIZE)
    assert [(arm.arm, arm.kind, len(arm.records)) for arm in arms] == [
        ("real", "real", 12),
        ("M0", "synthetic", 12),
        ("M1", "synthetic", 12),
    ]
    assert arms[1].records[0] == {
        "condition": "normal",
        "prompt": "secret prompt of M0",
        "report": "",
    }


def test_images_of_another_size_are_left_out(house: House) -> None:
    with house.database.reading() as session:
        arms = held_arms(session, ["condition"], size=512)
    assert [(arm.arm, arm.records) for arm in arms] == [("real", []), ("M0", []), ("M1", [])]
