"""What the methods section says of displays."""

from app.db.truth.displays import DisplayFacts
from app.domain.display import DisplayPlan
from app.report.words.display import display_sentences

ALL = DisplayPlan(ask_kind=True, ask_light=True, grey_check=True, least_width=1024)


def test_it_says_what_was_asked_and_what_came_of_it() -> None:
    facts = DisplayFacts((("laptop", 3), ("diagnostic", 1)), (("office", 4),), 6, 5)
    assert display_sentences(ALL, facts) == (
        "By their own account readers read on a laptop (3) or a diagnostic display (1). The room "
        "was lit like an office (4). Each sitting began with a grey-step check (squares 5, 3, 2 "
        "and 1 % of the driving level from black and from white, at random places); both 5 % "
        "steps were told apart without an error in 5 of 6 checked sittings. Cases were shown only "
        "in windows at least 1024 CSS pixels wide."
    )


def test_a_design_that_asks_nothing_is_not_described() -> None:
    assert display_sentences(DisplayPlan(), DisplayFacts()) == ""
