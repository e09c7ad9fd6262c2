"""Designs that a form must carry: those of tests, the published protocols, old ones."""

from collections.abc import Mapping
from typing import Any

from app.domain.design.arm_choice import HeldArm
from app.domain.design.design import StudyDesign
from app.domain.design.protocols import fill_protocol
from app.domain.design.reading import design_from_json, design_from_mapping
from app.services.example_study import list_protocols
from tests.domain.design.test_protocols import bank
from tests.domain.documents import design

BANK: list[HeldArm] = bank()
FORMAT_1: Mapping[str, Any] = {
    "title": "An old study",
    "arms": [
        {"arm": "real", "normal": 10, "abnormal": 0},
        {"arm": "M0", "normal": 10, "abnormal": 4},
    ],
    "questions": {"realism": "0-100", "comment": False},
    "equivalence_margin": 0.15,
}
ODD = design(
    title="Two\nlines | and a bar \\ and a backslash \\n",
    arms=[
        {"arm": "real", "cases": {"b": 2, "a.b]": 2, "Pleural | effusion": 0}},
        {"arm": "M <0>", "cases": {"a.b]": 3, "b": 1}, "role": "positive_control"},
        {"arm": "picked", "images": [f"{number:012x}" for number in range(3)]},
    ],
    questions=[
        {"measure": "verdict"},
        {
            "measure": "confidence",
            "low": -2,
            "high": 2,
            "labels": ["a\\b", "two\nlines"],
            "probabilities": [0.5, 0.6000000000000001, 0.75, 0.9, 1],
        },
        {
            "measure": "artefact",
            "key": "what",
            "options": [{"value": "x", "label": "a | b"}, {"value": "y", "label": "c\\|d"}],
            "none_label": "",
            "asked_if": {"question": "verdict", "values": ["synthetic"]},
        },
        {"measure": "finding", "finding": "Effusion", "reference": "report", "prompt": "Fluid?"},
        {"measure": "place", "shape": "point_or_box", "most": 3, "none_label": ""},
        {"measure": "noticed"},
        {"measure": "comment", "longest": 30, "hint": "In short", "required": True},
    ],
    phases=[
        {
            "key": "first",
            "questions": ["what", "verdict", "confidence", "finding", "place"],
            "end_questions": ["comment", "noticed"],
        },
        {
            "key": "second",
            "introduction": "Again.\n\nAnd <again>.",
            "questions": ["verdict"],
            "cases": "part",
            "of": "first",
            "part_count": 4,
            "washout_days": 28,
            "purpose_blinded": True,
            "presentation": {"exposures_ms": [250, 100], "mask": False, "beside": "prompt"},
        },
    ],
    closes_on="2027-01-31",
    matched_by="match",
    display={"ask_kind": True, "grey_check": True, "least_width": 900},
    registration={"ethics": "None\nneeded", "rights": "All"},
)
PROTOCOLS = {one.name: fill_protocol(one, BANK).design for one in list_protocols()}
DESIGNS: dict[str, StudyDesign] = {
    "odd": ODD,
    "format 1": design_from_mapping(FORMAT_1),
    "compared with a picture": design(
        phases=[{"questions": ["realism"], "presentation": {"reference": "0123456789ab"}}]
    ),
    "pairs": design(
        questions=[{"measure": "preference", "tie_label": "No <difference>"}],
        phases=[
            {
                "questions": ["preference"],
                "presentation": {"pictures": 2, "composition": "between_arms"},
            }
        ],
    ),
    "as it was stored": design_from_json('{"title": "x", "format": 2, "arms": []}'),
    **PROTOCOLS,
}
