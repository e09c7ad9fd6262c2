"""A report says which of several questions or phases its figures by arm rest on."""

from app.report.words.study_cautions import study_cautions
from app.services.rehearse_study import rehearse_study
from app.services.summarise_study import summarise_study
from tests.studies import NOW, House

ARMS = [{"arm": arm, "cases": {"normal": 2, "abnormal": 2}} for arm in ("real", "M0")]
LEAD = "One part of the protocol"


def told(house: House, **changes: object) -> list[str]:
    slug = house.draft(format=2, arms=ARMS, **changes)
    with house.database.writing() as session:
        rehearsed = rehearse_study(session, slug, readers=2, seed=1, now=NOW, actor="test").slug
    with house.database.reading() as session:
        cautions = study_cautions(summarise_study(session, rehearsed))
    return [caution.text for caution in cautions if caution.lead.startswith(LEAD)]


def test_a_second_realism_is_named_as_left_out(house: House) -> None:
    (text,) = told(
        house, questions=[{"measure": "realism"}, {"measure": "realism", "key": "pathology"}]
    )
    assert "rest on realism. Not pathology." in text


def test_the_phase_is_named(house: House) -> None:
    (text,) = told(
        house,
        questions=[{"measure": "realism"}, {"measure": "verdict"}],
        phases=[
            {"key": "naive", "questions": ["realism"]},
            {"key": "informed", "cases": "same", "of": "naive", "questions": ["verdict"]},
        ],
    )
    assert "rest on verdict in the phase informed. Not realism." in text


def test_where_there_is_no_choice_nothing_is_said(house: House) -> None:
    assert told(house, questions=[{"measure": "realism"}, {"measure": "verdict"}]) == []
