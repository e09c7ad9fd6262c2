"""Words that the analysis itself works with, as a report says them."""

from collections.abc import Mapping

from app.domain.profile import EXPERIENCE_BANDS, SPECIALTIES
from app.domain.said import said

TERMS: Mapping[str, str] = {
    "real": said("real"),
    "synthetic": said("synthetic"),
    "realism": said("realism"),
    "verdict": said("verdict"),
    "confidence": said("confidence"),
    "score": said("score"),
    "experience": said("experience"),
    "specialty": said("specialty"),
    "draft": said("draft"),
    "open": said("open"),
    "closed": said("closed"),
    "distinguishable": said("distinguishable"),
    "equivalent": said("equivalent"),
    "inconclusive": said("inconclusive"),
    "none": said("none"),
    "equal": said("equal"),
    "weighted": said("weighted"),
    "mean": said("mean"),
    "margin": said("margin"),
    "normal": said("normal"),
    "abnormal": said("abnormal"),
    "Normal": said("Normal"),
    "Abnormal": said("Abnormal"),
    "male": said("male"),
    "female": said("female"),
    "held-out": said("held-out"),
    "training": said("training"),
    "age": said("age"),
    "kind": said("kind"),
    "size": said("size"),
    "ratings": said("ratings"),
    # The rule that every bank of ml.generate states.
    "not a finite number, or grey levels varying by less than 1 of 255": said(
        "not a finite number, or grey levels varying by less than 1 of 255"
    ),
    # Groups of readers are named by these.
    **{label: label for _, label in EXPERIENCE_BANDS},
    **{label: label for label in SPECIALTIES.values()},
}


def rule_words(rule: str) -> str:
    """A bank's rule of rejection; that there was none in words that agree with "rule"."""
    return said("no rule") if rule == "none" else term(rule)


def term(word: str) -> str:
    """The word as it can be said in any language; itself where it is somebody's own."""
    return TERMS.get(word, word)
