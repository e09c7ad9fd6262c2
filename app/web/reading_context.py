"""What the reading templates are given: the blinded case, its questions, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.blinding import BlindedCase
from app.domain.profile import MOST_YEARS, READING_FREQUENCIES, ROLES, SPECIALTIES
from app.domain.scales import CONFIDENCE, VERDICTS, Answers, Questions, Scale


@dataclass(frozen=True)
class CasePicture:
    """A blinded case with the addresses of its picture and of the next one."""

    token: str
    position: int
    total: int
    is_practice: bool
    is_correction: bool
    can_go_back: bool
    image_url: str
    next_image_url: str | None


def case_picture(case: BlindedCase) -> CasePicture:
    """The case as the page shows it."""
    return CasePicture(
        token=case.token,
        position=case.position,
        total=case.total,
        is_practice=case.is_practice,
        is_correction=case.is_correction,
        can_go_back=case.can_go_back,
        image_url=image_url(case.token),
        next_image_url=None if case.next_token is None else image_url(case.next_token),
    )


def image_url(token: str) -> str:
    """Where the picture of a presentation is served; the token is all it tells."""
    return f"/read/image/{token}"


def question_list(questions: Questions) -> list[dict[str, Any]]:
    """The questions in the order in which they are asked."""
    asked: list[dict[str, Any]] = []
    if questions.realism_scale is not None:
        asked.append(_scale("realism", "How realistic is it?", questions.realism_scale))
    if questions.verdict:
        asked.append(
            {
                "name": "verdict",
                "kind": "choice",
                "prompt": "Real or synthetic?",
                "options": [
                    {"value": "real", "label": "Real", "key": "r"},
                    {"value": "synthetic", "label": "Synthetic", "key": "s"},
                ],
                "required": True,
            }
        )
    if questions.confidence:
        asked.append(_scale("confidence", "How sure are you?", CONFIDENCE))
    if questions.comment:
        asked.append(
            {
                "name": "comment",
                "kind": "text",
                "prompt": "Comment (optional)",
                "options": [],
                "required": False,
            }
        )
    return [{**_BLANK, **question} for question in asked]


_BLANK: Mapping[str, Any] = {"min": None, "max": None, "low_anchor": "", "high_anchor": ""}


def _scale(name: str, prompt: str, scale: Scale) -> dict[str, Any]:
    return {
        "name": name,
        "kind": "slider" if scale.is_continuous else "scale",
        "prompt": prompt,
        "options": []
        if scale.is_continuous
        else [
            {"value": str(point), "label": scale.anchor(point), "key": str(point)}
            for point in scale.points
        ],
        "min": scale.minimum,
        "max": scale.maximum,
        "low_anchor": scale.anchors[0],
        "high_anchor": scale.anchors[-1],
        "required": True,
    }


def values_of(answers: Answers | None) -> dict[str, str]:
    """Answers given earlier, as the form shows them; empty for a case never rated."""
    if answers is None:
        return {}
    given = {
        "realism": answers.realism,
        "verdict": answers.verdict,
        "confidence": answers.confidence,
        "comment": answers.comment,
    }
    return {name: str(value) for name, value in given.items() if value is not None}


def profile_fields() -> list[dict[str, Any]]:
    """The profile's questions."""

    def choice(name: str, label: str, options: Mapping[str, str]) -> dict[str, Any]:
        listed = [{"value": value, "label": text} for value, text in options.items()]
        return {"name": name, "label": label, "options": listed, "min": None, "max": None}

    return [
        choice("role", "Role", ROLES),
        choice("specialty", "Specialty", SPECIALTIES),
        {
            "name": "years_experience",
            "label": "Years of experience with radiographs",
            "options": None,
            "min": 0,
            "max": MOST_YEARS,
        },
        choice("reading_frequency", "How often do you read chest films?", READING_FREQUENCIES),
    ]


def key_list(questions: Questions) -> list[dict[str, str]]:
    """Every key that does something on a case of this study, in the order of a reading."""
    scale = questions.realism_scale
    has_slider = scale is not None and scale.is_continuous
    points = [len(question["options"]) for question in question_list(questions)]
    rows = [
        (f"1 … {max(points)}" if max(points) > len(VERDICTS) else "", "answer the lit question"),
        ("0 … 9" if has_slider else "", "write the number, where the lit question wants one"),
        ("R  S" if questions.verdict else "", "real, synthetic"),
        ("↑  ↓", "light the question before, the next one"),
        ("C" if questions.comment else "", "write a comment, Esc leaves it"),
        ("Enter", "submit"),
        ("B", "back to the last case"),
        ("I", "invert"),
        ("Shift ← → ↑ ↓", "window, level"),
        ("+  −", "zoom"),
        ("=" if has_slider else "0  =", "fit"),
        ("Space", "reset the picture"),
    ]
    return [{"keys": keys, "does": does} for keys, does in rows if keys]


def paragraphs(text: str) -> list[str]:
    """A text of the investigator's, split at blank lines."""
    return [part.strip() for part in text.split("\n\n") if part.strip()]
