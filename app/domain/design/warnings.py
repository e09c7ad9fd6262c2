"""What an investigator should read before a design is opened: not wrong, but perhaps not meant."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from app.domain.bank_image import APART
from app.domain.design.design import Phase, StudyDesign
from app.domain.display import DisplayPlan
from app.domain.questions.measures import MEASURES
from app.domain.questions.question import Question
from app.domain.said import said

# In the languages that studies are likely to be written in; word parts, since words bend.
_TELLING = re.compile(
    r"synthe|sintétic|sintetic|synthét|artificial|künstlich|artificiel|generat|gerad[ao]|générée?|"
    r"generad[ao]|ordenador|difusión|difusão|"
    r"\bfake|fals[ao]s?\b|faux|gefälscht|computer|computador|ordinateur|\bAI\b|\bIA\b|\bKI\b|"
    r"\breal or\b|diffusion|deepfake",
    re.IGNORECASE,
)

# CSS pixels across the window of a usual laptop.
_WIDE = 1440


def design_warnings(design: StudyDesign) -> tuple[str, ...]:
    """Sentences on purpose-blinded phases that tell what they are to hide, and the like."""
    warnings = [
        *_on_displays(design.display),
        *_on_memorised(design),
        *_on_translations(design.questions),
    ]
    for phase in design.phases:
        if phase.purpose_blinded:
            warnings += _telling(design, phase)
    return tuple(warnings)


def telling_word(text: str) -> str:
    """The first word that tells that images may be synthetic; empty where there is none."""
    match = _TELLING.search(text)
    return match.group(0) if match else ""


def _on_memorised(design: StudyDesign) -> Iterator[str]:
    if design.memorised != "separate" or any(plan.images for plan in design.arms):
        return
    if not any(stratum.endswith(APART) for stratum in design.strata):
        yield said(
            "Images flagged as copies of training images are to be drawn apart, but no arm asks "
            "for any: name how many of a stratum that ends with{apart}.",
            apart=APART,
        )


def _on_displays(plan: DisplayPlan) -> Iterator[str]:
    if plan.least_width > _WIDE:
        yield said(
            "Windows narrower than {least_width} pixels are turned away; those of many laptops "
            "have {wide} at most.",
            least_width=plan.least_width,
            wide=_WIDE,
        )


def _on_translations(questions: Sequence[Question]) -> Iterator[str]:
    given = {one.key: {words.language for words in one.translations} for one in questions}
    for language in sorted(set().union(*given.values())):
        if missing := [key for key, languages in given.items() if language not in languages]:
            yield said(
                "Some questions have words in {language} and others have none: {keys}. A report "
                "in that language says these in the study's own.",
                language=language,
                keys=", ".join(missing),
            )


def _telling(design: StudyDesign, phase: Phase) -> list[str]:
    name = phase.title or phase.key
    first = [one.purpose_blinded for one in design.phases[: design.phases.index(phase) + 1]]
    if not all(first):
        return [
            said(
                "{name} is purpose-blinded, but an earlier phase is not: readers know by then.",
                name=name,
            )
        ]
    shown = {
        said("title"): design.title,
        said("text of the consent"): design.consent,
        said("sentence of consent"): design.consent_line,
        said("notice"): design.notice,
        said("instructions"): design.instructions,
        said("introduction"): phase.introduction,
        said("title of the phase"): phase.title,
    }
    # The registration stands beside the consent.
    shown |= {
        said("registration's {field}", field=field): text
        for field, text in asdict(design.registration).items()
    }
    warnings: list[str] = [
        said(
            "{name} is purpose-blinded, but there is {word!r} in the {what}.",
            name=name,
            word=word,
            what=what,
        )
        for what, text in shown.items()
        if (word := telling_word(text))
    ]
    asked = design.questions_of(phase) + design.questions_of(phase, at_end=True)
    for question in asked:
        word = telling_word(" ".join(_words(question)))
        fields = {"name": name, "key": question.key, "word": word}
        if word:
            warnings.append(
                said(
                    "{name} is purpose-blinded, but the question {key} tells that some images are "
                    "synthetic (it says {word!r}).",
                    **fields,
                )
            )
        elif MEASURES[question.measure].reveals:
            warnings.append(
                said(
                    "{name} is purpose-blinded, but the question {key} tells that some images are "
                    "synthetic.",
                    **fields,
                )
            )
    return warnings


def _words(question: Question) -> list[str]:
    return [
        question.prompt,
        question.hint,
        question.none_label,
        *question.labels,
        *(option.label for option in question.options),
    ]
