"""What readers tell of themselves before reading: experience, never a name."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.display import DISPLAYS, LIGHTS, DisplayPlan
from app.domain.errors import BadAnswer

ROLES: Mapping[str, str] = {
    "radiologist": "Radiologist",
    "radiology_resident": "Radiology resident",
    "other_physician": "Other physician",
    "radiographer": "Radiographer",
    "medical_student": "Medical student",
    "researcher": "Researcher",
    "other": "Other",
}
SPECIALTIES: Mapping[str, str] = {
    "chest": "Chest radiology",
    "general_radiology": "General radiology",
    "paediatric_radiology": "Paediatric radiology",
    "other_radiology": "Other radiology",
    "pulmonology": "Pulmonology",
    "emergency": "Emergency medicine",
    "internal": "Internal medicine",
    "surgery": "Surgery",
    "other": "Other",
    "none": "None",
}
READING_FREQUENCIES: Mapping[str, str] = {
    "daily": "Every day",
    "weekly": "Every week",
    "monthly": "Every month",
    "rarely": "Less often",
    "never": "Never",
}
MOST_YEARS = 70
# Completed years from which a band begins, lowest first.
EXPERIENCE_BANDS: tuple[tuple[int, str], ...] = (
    (0, "under 5 years"),
    (5, "5 to 9 years"),
    (10, "10 to 19 years"),
    (20, "20 years or more"),
)


@dataclass(frozen=True)
class Profile:
    """A reader's experience; `years_experience` in completed years.

    `display` and `ambient_light` are None where the study doesn't ask for them.
    """

    role: str
    specialty: str
    years_experience: int
    reading_frequency: str
    display: str | None = None
    ambient_light: str | None = None


def read_profile(form: Mapping[str, str], asked: DisplayPlan | None = None) -> Profile:
    """Check a submitted profile, with what a study asks of the display.

    Raises BadAnswer naming every problem.
    """
    asked = asked or DisplayPlan()
    problems: dict[str, str] = {}

    def choice(name: str, options: Mapping[str, str], question: str) -> str:
        value = form.get(name, "").strip()
        if value not in options:
            problems[name] = question
        return value

    role = choice("role", ROLES, "Please choose your role.")
    specialty = choice("specialty", SPECIALTIES, "Please choose your specialty.")
    frequency = choice(
        "reading_frequency", READING_FREQUENCIES, "Please say how often you read chest films."
    )
    display = light = None
    if asked.ask_kind:
        display = choice("display", DISPLAYS, "Please say which display you read on.")
    if asked.ask_light:
        light = choice("ambient_light", LIGHTS, "Please say how light your room is.")
    text = form.get("years_experience", "").strip()
    years = int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else -1
    if not 0 <= years <= MOST_YEARS:
        problems["years_experience"] = (
            f"Please give your years of experience as a whole number from 0 to {MOST_YEARS}."
        )
    if problems:
        raise BadAnswer(problems)
    return Profile(role, specialty, years, frequency, display, light)


def experience_band(years: int) -> str:
    """The band that completed years of experience fall into.

    >>> experience_band(12)
    '10 to 19 years'
    """
    return [name for least, name in EXPERIENCE_BANDS if years >= least][-1]
