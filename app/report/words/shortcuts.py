"""The leak audit in sentences: what tells arms apart without a look at anatomy."""

from collections.abc import Mapping

from app.report.words.numbers import number
from app.services.audit_pictures import PictureAudit
from app.statistics.realness.separation import Separation

# What a synthetic arm is when its values are lower, and when they are higher.
_LIKENESS: Mapping[str, tuple[str, str]] = {
    "sharpness": ("softer", "sharper"),
    "brightness": ("darker", "brighter"),
    "contrast": ("flatter", "harder"),
    "margin": ("narrower", "wider"),
}


def shortcut_sentences(audit: PictureAudit) -> tuple[tuple[str, str], ...]:
    """A lead and a sentence for each arm that some measure alone tells from real."""
    sentences = []
    for arm in audit.arms:
        told = [(name, one) for name in arm.telling if (one := arm.separations[name]) is not None]
        if not told:
            continue
        named = ", ".join(
            f"{name} ({likeness(name, one)}, AUC {number(one.auc)})" for name, one in told
        )
        enlarged = (
            f" {arm.enlarged} of its {arm.pictures} sources are smaller than the picture "
            f"(the smallest {arm.smallest_source} pixels) and were enlarged."
            if arm.enlarged
            and any(name == "sharpness" and one.synthetic_is == "lower" for name, one in told)
            else ""
        )
        sentences.append(
            (
                f"Told from real without anatomy: {arm.label}.",
                f"One number does it: {named}.{enlarged}",
            )
        )
    return tuple(sentences)


def file_sentence(audit: PictureAudit) -> str:
    """What the files were found to be."""
    if audit.faults:
        count = len(audit.faults)
        return (
            f"{count} of {audit.pictures} files {'is' if count == 1 else 'are'} missing or unlike "
            "the others, which a reader’s browser can tell. Remove "
            f"{'it' if count == 1 else 'them'} from the folder of renditions and import the bank "
            "again."
        )
    return (
        f"All {audit.pictures} files are alike: {audit.file_bytes:,} bytes, and nothing in them "
        "but the picture."
    )


def likeness(measure: str, separation: Separation) -> str:
    """How the synthetic arm differs, in a word."""
    if separation.synthetic_is == "alike":
        return "alike"
    return _LIKENESS[measure][separation.synthetic_is == "higher"]
