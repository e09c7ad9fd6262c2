"""What must fit together in a design."""

from typing import Any

import pytest

from app.domain.errors import BadDesign
from tests.domain.documents import design

REALISM = {"measure": "realism"}
VERDICT = {"measure": "verdict"}
SIDE = {"measure": "find_the_real"}
PLACE = {"measure": "place"}
PAIR = {"pictures": 2}
CUES = {"measure": "artefact", "asked_if": {"question": "verdict", "values": ["synthetic"]}}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"remedies": {"crop_margin": True}}, "remedies.made_from"),
        ({"remedies": {"made_from": 512, "grey_range": True}}, "remedies.made_from"),
        ({"remedies": {"made_from": 256}}, "remedies.made_from"),
        ({"remedies": {"made_from": 256, "resolution": 256}}, "remedies.resolution"),
        ({"withdrawal": {"until": "day"}}, "withdrawal.last_day"),
        (
            {"withdrawal": {"until": "closing", "last_day": "2027-01-31"}},
            "withdrawal.last_day",
        ),
        (
            {
                "withdrawal": {"until": "day", "last_day": "2027-02-01"},
                "closes_on": "2027-01-31",
            },
            "withdrawal.last_day",
        ),
        ({"withdrawal": {"until": "day", "last_day": "31.1.2027"}}, "withdrawal.last_day"),
        ({"questions": [SIDE]}, "phases[1].questions"),
        ({"questions": [REALISM], "presentation": PAIR}, "phases[1].questions"),
        ({"questions": [VERDICT], "presentation": PAIR}, "phases[1].questions"),
        (
            {"questions": [SIDE], "presentation": PAIR | {"composition": "between_arms"}},
            "phases[1].presentation.composition",
        ),
        ({"questions": [SIDE], "presentation": {"pictures": 3}}, "phases[1].presentation.pictures"),
        (
            {"questions": [REALISM, PLACE], "presentation": {"exposures_ms": [100]}},
            "phases[1].presentation.exposures_ms",
        ),
        ({"questions": [{"measure": "prompt_agreement"}]}, "phases[1].presentation.beside"),
        ({"questions": [REALISM, VERDICT], "phases": [{"questions": ["realism"]}]}, "questions[2]"),
        ({"phases": [{"questions": []}]}, "phases[1].questions"),
        ({"phases": [{"end_questions": ["realism"]}]}, "phases[1].end_questions"),
        (
            {
                "questions": [REALISM, PLACE],
                "phases": [{"questions": ["realism"], "end_questions": ["place"]}],
            },
            "phases[1].end_questions",
        ),
        (
            {
                "questions": [VERDICT, CUES],
                "phases": [{"questions": ["verdict"]}, {"questions": ["artefact"]}],
            },
            "phases[2].questions",
        ),
        (
            {
                "questions": [VERDICT, {"measure": "confidence"}],
                "phases": [{"questions": ["verdict"]}, {"questions": ["confidence"]}],
            },
            "phases[2].questions",
        ),
        (
            {"phases": [{}, {"cases": "part", "of": "phase1", "part_count": 8}]},
            "phases[2].part_count",
        ),
        (
            {
                "questions": [SIDE],
                "presentation": PAIR,
                "replicates": {"count": 1, "minimum_lag": 1},
            },
            "replicates.count",
        ),
        ({"questions": [SIDE], "presentation": PAIR, "practice": {"count": 1}}, "practice.count"),
        (
            {"phases": [{"purpose_blinded": True}], "practice": {"count": 1, "feedback": True}},
            "practice.feedback",
        ),
        ({"allocation": {"scheme": "quota"}}, "allocation.cases_per_reader"),
        (
            {"allocation": {"scheme": "quota", "cases_per_reader": 9}},
            "allocation.cases_per_reader",
        ),
        ({"allocation": {"cases_per_reader": 4}}, "allocation.cases_per_reader"),
        (
            {
                "questions": [SIDE],
                "presentation": PAIR,
                "allocation": {"scheme": "quota", "cases_per_reader": 2},
            },
            "allocation.scheme",
        ),
        ({"allocation": {"scheme": "split_plot", "groups": 5}}, "allocation.groups"),
        (
            {
                "allocation": {"scheme": "quota", "cases_per_reader": 4},
                "replicates": {"count": 2, "minimum_lag": 3},
            },
            "replicates",
        ),
        ({"analysis": {"primary": "verdict"}}, "analysis.primary"),
        (
            {"questions": [REALISM, {"measure": "comment"}], "analysis": {"primary": "comment"}},
            "analysis.primary",
        ),
    ],
)
def test_what_does_not_fit_is_refused_where_it_is_mended(
    changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadDesign) as caught:
        design(**changes)
    assert field in {one.field for one in caught.value.problems}


@pytest.mark.parametrize(
    "changes",
    [
        {"questions": [SIDE], "presentation": PAIR},
        {"questions": [SIDE, {"measure": "confidence"}], "presentation": PAIR},
        {
            "questions": [{"measure": "preference", "tie_label": "Alike"}],
            "presentation": PAIR | {"composition": "between_arms", "layout": "one_after_other"},
        },
        {"questions": [VERDICT, CUES, PLACE | {"asked_if": CUES["asked_if"]}]},
        {"questions": [VERDICT], "presentation": {"exposures_ms": [100, 500]}},
        {"questions": [{"measure": "prompt_agreement"}], "presentation": {"beside": "report"}},
        {"phases": [{}, {"cases": "part", "of": "phase1", "part_count": 7}]},
        {"allocation": {"scheme": "split_plot", "groups": 4}},
        {"allocation": {"scheme": "quota", "cases_per_reader": 4, "readers_per_case": 3}},
    ],
)
def test_what_fits_is_accepted(changes: dict[str, Any]) -> None:
    assert design(**changes).case_count == 8
