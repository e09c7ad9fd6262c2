"""The demonstration's studies: one to read in two minutes, and four that are worked through."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from app.domain.design.design import RemedyPlan, StudyDesign
from app.domain.design.reading import design_from_mapping
from app.services.example_study import example_study
from app.services.study_progress import ArmHoldings

NOTICE = "Demonstration: simulated radiographs, no patient was imaged"
SEED = 2409
HARD, OBVIOUS = "simulated-ribs", "simulated-M0"
"""Arms at both ends: a few ribs of a sharp film are wrong; a blurred film of other exposure."""
SHOWN = ("simulated", HARD, "simulated-smooth", "simulated-M3", OBVIOUS)
"""Arms of the ten films: the reference, and from hard to obvious."""
DRAWN_AT = 256
"""Side of what the models draw. All pictures are made of no more detail than that, and with the
same range of greys: else a program, and a reader soon, would tell the models by it alone."""
SHOWN_AT = 508
"""Side at which readers see them, kept apart from the 512 of pictures as they were imported."""
OBVIOUS_TO_HARD_READERS = 16
OBVIOUS_TO_HARD_SEED = 4734
"""Invents readers who reach each of the three conclusions on some arm."""
TOLD = (
    "Some of the radiographs that you have seen were made by a computer. You now see them again, "
    "in another order: say of each whether it is real or synthetic."
)


@dataclass(frozen=True)
class WorkedStudy:
    """A study of the demonstration that simulated readers have read.

    name     what the start page of the terminal calls it
    readers  how many are invented for its report
    seed     what they are invented from
    """

    name: str
    design: StudyDesign
    readers: int
    seed: int = SEED


def two_minutes(arms: Sequence[ArmHoldings]) -> StudyDesign:
    """Ten films, the three usual questions, no practice: what a visitor reads."""
    return of_like_pictures(
        design_from_mapping(
            {
                "title": "Two minutes of reading",
                "notice": NOTICE,
                "arms": [
                    {"arm": arm.key, "normal": 1, "abnormal": 1} for arm in arms if arm.key in SHOWN
                ],
                "seed": SEED,
            }
        )
    )


def of_like_pictures(design: StudyDesign) -> StudyDesign:
    """The design with pictures that no number of their making tells apart, as far as that goes."""
    return replace(
        design,
        rendition_size=SHOWN_AT,
        remedies=RemedyPlan(made_from=DRAWN_AT, grey_range=True),
    )


def worked_studies(
    session: Session, arms: Sequence[ArmHoldings], models: Sequence[ArmHoldings]
) -> tuple[WorkedStudy, ...]:
    """The paper's protocol, quartets, a study that tells its readers only halfway, and all arms.

    `arms` is every arm of the demonstration, `models` those of models and the reference.
    """
    paper = _with_arms(example_study(session, "clode-da-silva-2024").filled.design, models)
    quartets = example_study(session, "cervical-quartets-2025").filled.design
    return (
        WorkedStudy(
            "the paper's protocol", _of_the_demo(paper, "The paper's protocol: realism by model"), 1
        ),
        WorkedStudy("quartets", _of_the_demo(quartets, "Quartets: find the reference film"), 8),
        WorkedStudy("naive, then informed", design_from_mapping(naive_then_informed(models)), 8),
        WorkedStudy(
            "from obvious to hard",
            of_like_pictures(design_from_mapping(obvious_to_hard(arms))),
            OBVIOUS_TO_HARD_READERS,
            OBVIOUS_TO_HARD_SEED,
        ),
    )


def obvious_to_hard(arms: Sequence[ArmHoldings]) -> dict[str, Any]:
    """A document: realism of every arm there is, with a positive control and a primary arm.

    The margin is wide, for so few films an arm.
    """
    role = {OBVIOUS: {"role": "positive_control"}}
    return {
        "format": 2,
        "title": "From obvious to hard: models and known faults",
        "notice": NOTICE,
        "arms": [
            {"arm": arm.key, "cases": {"normal": 6, "abnormal": 6}, **role.get(arm.key, {})}
            for arm in arms
        ],
        "questions": [{"measure": "realism"}],
        "analysis": {"primary": "realism", "margin": 0.2, "primary_arm": HARD},
        "seed": SEED,
    }


def naive_then_informed(arms: Sequence[ArmHoldings]) -> dict[str, Any]:
    """A document: image quality first, nobody told; then the same films, real or synthetic."""
    return {
        "format": 2,
        "title": "Naive, then informed",
        "notice": NOTICE,
        "instructions": "You will see one chest radiograph at a time. Judge each on its own.",
        "arms": [{"arm": arm.key, "cases": {"normal": 3, "abnormal": 3}} for arm in arms],
        "questions": [
            {"measure": "quality"},
            {"measure": "noticed"},
            {"measure": "verdict"},
            {"measure": "confidence", "of": "verdict"},
        ],
        "phases": [
            {
                "key": "not_told",
                "title": "Part 1",
                "questions": ["quality"],
                "end_questions": ["noticed"],
                "purpose_blinded": True,
            },
            {
                "key": "told",
                "title": "Part 2",
                "introduction": TOLD,
                "questions": ["verdict", "confidence"],
                "cases": "same",
                "of": "not_told",
            },
        ],
        "analysis": {"primary": "verdict"},
        "seed": SEED,
    }


def _with_arms(design: StudyDesign, arms: Sequence[ArmHoldings]) -> StudyDesign:
    keys = {arm.key for arm in arms}
    return replace(design, arms=tuple(plan for plan in design.arms if plan.arm in keys))


def _of_the_demo(design: StudyDesign, title: str) -> StudyDesign:
    return replace(design, title=title, notice=NOTICE)
