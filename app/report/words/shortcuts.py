"""The leak audit in sentences: what tells arms apart without a look at anatomy."""

from collections.abc import Mapping

from app.report.words.numbers import interval, number, p_phrase
from app.services.audit_pictures import ArmPictures, PictureAudit
from app.statistics.leaks.delivery import DeliveryAudit
from app.statistics.realness.separation import Separation
from app.steps.picture_audit import Pair

# What a synthetic arm is when its values are lower, and when they are higher.
_LIKENESS: Mapping[str, tuple[str, str]] = {
    "sharpness": ("softer", "sharper"),
    "brightness": ("darker", "brighter"),
    "contrast": ("flatter", "harder"),
    "margin": ("narrower", "wider"),
    "signs": ("fewer", "more"),
    "range": ("narrower", "wider"),
    "clipping": ("less", "more"),
    "greys": ("fewer", "more"),
    "noise": ("smoother", "grainier"),
    "blocks": ("fainter", "stronger"),
    "slope": ("steeper", "flatter"),
    "edges": ("fewer", "more"),
}
MEASURE_WORDS: Mapping[str, str] = {
    "signs": "letters and markers",
    "range": "grey range",
    "greys": "number of grey levels",
    "blocks": "JPEG blocks",
    "slope": "slope of the spectrum",
    "edges": "hard edges",
}
"""What a measure is called in a sentence, where that is not its name."""


def shortcut_sentences(audit: PictureAudit) -> tuple[tuple[str, str], ...]:
    """A lead and a sentence for each arm that a program tells from real without anatomy."""
    sentences = []
    for arm in audit.arms:
        if not arm.is_told:
            continue
        told = [(name, one) for name in arm.telling if (one := arm.separations[name]) is not None]
        named = ", ".join(
            f"{measure_words(name)} ({likeness(name, one)}, AUC {number(one.auc)})"
            for name, one in told
        )
        alone = f"One number does it: {named}." if told else "No number does it alone."
        enlarged = (
            f" {arm.enlarged} of its {arm.pictures} sources are smaller than the picture "
            f"(the smallest {arm.smallest_source} pixels) and were enlarged."
            if arm.enlarged
            and any(name == "sharpness" and one.synthetic_is == "lower" for name, one in told)
            else ""
        )
        sentences.append(
            (f"Told from real without anatomy: {arm.label}.", f"{alone}{enlarged}{_together(arm)}")
        )
    return tuple(sentences)


def _together(arm: ArmPictures) -> str:
    joint = arm.joint
    if joint is None or not joint.is_telling:
        return ""
    limits = interval(joint.low, joint.high)
    inside = f", {limits}" if limits else ""
    return (
        f" All numbers together: AUC {number(joint.auc)}{inside}, permutation {p_phrase(joint.p)}."
    )


def resolution_offer(audit: PictureAudit) -> str:
    """What resolution all arms could have in common; "" where no source was enlarged."""
    if audit.common_resolution is None:
        return ""
    least = audit.smallest_source
    label = next(arm.label for arm in audit.arms if arm.pictures and arm.smallest_source == least)
    return (
        f"The coarsest source, of {label}, has {least} pixels for a picture of {audit.size}: with "
        f"a resolution of {audit.common_resolution} no arm keeps finer detail than it has."
    )


def pair_sentence(pair: Pair) -> str:
    """Two pictures that are alike, and where they stand."""
    one, other = (f"{code} of {arm}" for code, arm in zip(pair.codes, pair.arms, strict=True))
    if pair.is_same:
        return f"{one} and {other} are the same picture."
    return f"{one} and {other} are nearly the same picture ({pair.bits} of 256 bits differ)."


def marks_of(audit: PictureAudit) -> tuple[str, ...]:
    """The sentences that opening a study needs a word on."""
    across = [pair for pair in audit.pairs if pair.is_across]
    sentences = [f"{lead} {text}" for lead, text in shortcut_sentences(audit)]
    if across:
        more = f" There are {len(across)} such pairs." if len(across) > 1 else ""
        sentences.append(
            f"Alike across arms, or practice and study: {pair_sentence(across[0])}{more}"
        )
    return tuple(sentences)


def measure_words(name: str) -> str:
    """A measure's name as a sentence has it."""
    return MEASURE_WORDS.get(name, name)


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


def delivery_sentence(delivery: DeliveryAudit) -> str:
    """What fetching pictures as readers' browsers do was found to give away."""
    readers = f"{delivery.readers} probe reader{'' if delivery.readers == 1 else 's'}"
    fetched = f"{readers} fetched {delivery.pictures} pictures on {delivery.pages} pages over HTTP"
    if delivery.leaks:
        count = len(delivery.leaks)
        things = "one thing gives" if count == 1 else f"{count} things give"
        return f"{fetched}: {things} the truth away."
    return (
        f"{fetched}: status, bytes, length and headers are the same for all, and neither time nor "
        f"order (of {delivery.orders} readers) goes with the truth."
    )


def likeness(measure: str, separation: Separation) -> str:
    """How the synthetic arm differs, in a word."""
    if separation.synthetic_is == "alike":
        return "alike"
    return _LIKENESS[measure][separation.synthetic_is == "higher"]
