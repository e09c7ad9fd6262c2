"""What the bank offers to whoever writes a design."""

from app.services.example_study import offered_protocols, usual_size
from app.services.study_progress import bank_arms, record_keys
from tests.studies import PER_CONDITION, SIZE, House


def test_images_are_counted_by_any_key_of_the_records(house: House) -> None:
    with house.database.reading() as session:
        by_condition = bank_arms(session)
        by_seed = bank_arms(session, "seed", size=SIZE)
        of_another_size = bank_arms(session, "seed", size=512)
        by_nothing = bank_arms(session, "nothing", size=SIZE)
    assert [arm.key for arm in by_seed] == [arm.key for arm in by_condition]
    assert by_condition[0].counts == {"normal": PER_CONDITION, "abnormal": PER_CONDITION}
    # A normal and an abnormal image of each arm were made with each seed.
    assert by_seed[0].counts == {str(seed): 2 for seed in range(PER_CONDITION)}
    assert all(not arm.counts for arm in (*of_another_size, *by_nothing))


def test_keys_of_the_records_are_named_once_condition_first(house: House) -> None:
    with house.database.reading() as session:
        keys = record_keys(session)
    assert keys[0] == "condition"
    assert {"prompt", "seed"} <= set(keys)
    assert len(keys) == len(set(keys))


def test_protocols_say_what_the_bank_lacks(house: House) -> None:
    with house.database.reading() as session:
        size = usual_size(session)
        offered = {one.protocol.name: one.lacks for one in offered_protocols(session, size=size)}
        without = offered_protocols(session, size=512)
    assert size == SIZE
    assert len(offered) == 13
    assert offered["clode-da-silva-2024"] == ""
    assert "findings" in offered["tordjman-2026"]
    assert all(one.lacks for one in without)
