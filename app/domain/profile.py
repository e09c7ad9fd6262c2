"""What readers tell of themselves before reading: experience, never a name."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.display import DISPLAYS, LIGHTS, DisplayPlan
from app.domain.errors import BadAnswer
from app.domain.said import said

ROLES: Mapping[str, str] = {
    "radiologist": said("Radiologist"),
    "radiology_resident": said("Radiology resident"),
    "other_physician": said("Other physician"),
    "radiographer": said("Radiographer"),
    "medical_student": said("Medical student"),
    "researcher": said("Researcher"),
    "other": said("Other"),
}
SPECIALTIES: Mapping[str, str] = {
    "chest": said("Chest radiology"),
    "general_radiology": said("General radiology"),
    "paediatric_radiology": said("Paediatric radiology"),
    "other_radiology": said("Other radiology"),
    "pulmonology": said("Pulmonology"),
    "emergency": said("Emergency medicine"),
    "internal": said("Internal medicine"),
    "surgery": said("Surgery"),
    "other": said("Other"),
    "none": said("None"),
}
READING_FREQUENCIES: Mapping[str, str] = {
    "daily": said("Every day"),
    "weekly": said("Every week"),
    "monthly": said("Every month"),
    "rarely": said("Less often"),
    "never": said("Never"),
}
MOST_YEARS = 70
# Completed years from which a band begins, lowest first.
EXPERIENCE_BANDS: tuple[tuple[int, str], ...] = (
    (0, said("under 5 years")),
    (5, said("5 to 9 years")),
    (10, said("10 to 19 years")),
    (20, said("20 years or more")),
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

    role = choice("role", ROLES, said("Please choose your role."))
    specialty = choice("specialty", SPECIALTIES, said("Please choose your specialty."))
    frequency = choice(
        "reading_frequency", READING_FREQUENCIES, said("Please say how often you read chest films.")
    )
    display = light = None
    if asked.ask_kind:
        display = choice("display", DISPLAYS, said("Please say which display you read on."))
    if asked.ask_light:
        light = choice("ambient_light", LIGHTS, said("Please say how light your room is."))
    text = form.get("years_experience", "").strip()
    years = int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else -1
    if not 0 <= years <= MOST_YEARS:
        problems["years_experience"] = said(
            "Please give your years of experience as a whole number from 0 to {most}.",
            most=MOST_YEARS,
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
