"""The leak audit in sentences: what tells arms apart without a look at anatomy."""

from collections.abc import Mapping

from app.domain.said import joined, said, said_many
from app.report.words.numbers import interval, number, p_phrase
from app.services.audit_pictures import ArmPictures, PictureAudit
from app.statistics.leaks.delivery import DeliveryAudit
from app.statistics.realness.separation import Separation
from app.steps.picture_audit import Pair

# What a synthetic arm is when its values are lower, and when they are higher.
_LIKENESS: Mapping[str, tuple[str, str]] = {
    "sharpness": (said("softer"), said("sharper")),
    "brightness": (said("darker"), said("brighter")),
    "contrast": (said("flatter"), said("harder")),
    "margin": (said("narrower"), said("wider")),
    "signs": (said("fewer"), said("more")),
    "range": (said("narrower"), said("wider")),
    "clipping": (said("less"), said("more")),
    "greys": (said("fewer"), said("more")),
    "noise": (said("smoother"), said("grainier")),
    "blocks": (said("fainter"), said("stronger")),
    "slope": (said("steeper"), said("flatter")),
    "edges": (said("fewer"), said("more")),
}
MEASURE_WORDS: Mapping[str, str] = {
    "sharpness": said("sharpness"),
    "brightness": said("brightness"),
    "contrast": said("contrast"),
    "margin": said("margin"),
    "clipping": said("clipping"),
    "noise": said("noise"),
    "signs": said("letters and markers"),
    "range": said("grey range"),
    "greys": said("number of grey levels"),
    "blocks": said("JPEG blocks"),
    "slope": said("slope of the spectrum"),
    "edges": said("hard edges"),
}
"""What a measure is called in a sentence."""


def shortcut_sentences(audit: PictureAudit) -> tuple[tuple[str, str], ...]:
    """A lead and a sentence for each arm that a program tells from real without anatomy."""
    sentences = []
    for arm in audit.arms:
        if not arm.is_told:
            continue
        told = [(name, one) for name in arm.telling if (one := arm.separations[name]) is not None]
        named = joined(
            (
                said(
                    "{measure_words} ({likeness}, AUC {auc})",
                    measure_words=measure_words(name),
                    likeness=likeness(name, one),
                    auc=number(one.auc),
                )
                for name, one in told
            ),
            ", ",
        )
        alone = (
            said("One number does it: {named}.", named=named)
            if told
            else said("No number does it alone.")
        )
        enlarged = (
            said(
                " {enlarged} of its {pictures} sources are smaller than the picture "
                "(the smallest {smallest_source} pixels) and were enlarged.",
                enlarged=arm.enlarged,
                pictures=arm.pictures,
                smallest_source=arm.smallest_source,
            )
            if arm.enlarged
            and any(name == "sharpness" and one.synthetic_is == "lower" for name, one in told)
            else ""
        )
        sentences.append(
            (
                said("Told from real without anatomy: {label}.", label=arm.label),
                said(
                    "{alone}{enlarged}{together}",
                    alone=alone,
                    enlarged=enlarged,
                    together=_together(arm),
                ),
            )
        )
    return tuple(sentences)


def _together(arm: ArmPictures) -> str:
    joint = arm.joint
    if joint is None or not joint.is_telling:
        return ""
    limits = interval(joint.low, joint.high)
    inside = said(", {limits}", limits=limits) if limits else ""
    return said(
        " All numbers together: AUC {auc}{inside}, permutation {p}.",
        auc=number(joint.auc),
        inside=inside,
        p=p_phrase(joint.p),
    )


def resolution_offer(audit: PictureAudit) -> str:
    """What resolution all arms could have in common; "" where no source was enlarged."""
    if audit.common_resolution is None:
        return ""
    least = audit.smallest_source
    label = next(arm.label for arm in audit.arms if arm.pictures and arm.smallest_source == least)
    return said(
        "The coarsest source, of {label}, has {least} pixels for a picture "
        "of {size}: with a resolution of {common_resolution} no arm keeps "
        "finer detail than it has.",
        label=label,
        least=least,
        size=audit.size,
        common_resolution=audit.common_resolution,
    )


def pair_sentence(pair: Pair) -> str:
    """Two pictures that are alike, and where they stand."""
    one, other = (
        said("{code} of {arm}", code=code, arm=arm)
        for code, arm in zip(pair.codes, pair.arms, strict=True)
    )
    if pair.is_same:
        return said("{one} and {other} are the same picture.", one=one, other=other)
    return said(
        "{one} and {other} are nearly the same picture ({bits} of 256 bits differ).",
        one=one,
        other=other,
        bits=pair.bits,
    )


def marks_of(audit: PictureAudit) -> tuple[str, ...]:
    """The sentences that opening a study needs a word on."""
    across = [pair for pair in audit.pairs if pair.is_across]
    sentences = [
        said("{lead} {text}", lead=lead, text=text) for lead, text in shortcut_sentences(audit)
    ]
    if across:
        more = (
            said(" There are {n_across} such pairs.", n_across=len(across))
            if len(across) > 1
            else ""
        )
        sentences.append(
            said(
                "Alike across arms, or practice and study: {pair_sentence}{more}",
                pair_sentence=pair_sentence(across[0]),
                more=more,
            )
        )
    return tuple(sentences)


def measure_words(name: str) -> str:
    """A measure's name as a sentence has it."""
    return MEASURE_WORDS.get(name, name)


def file_sentence(audit: PictureAudit) -> str:
    """What the files were found to be."""
    if audit.faults:
        count = len(audit.faults)
        return said_many(
            "{count} of {pictures} files is missing or unlike the others, which a reader’s browser "
            "can tell. Remove it from the folder of renditions and import the bank again.",
            "{count} of {pictures} files are missing or unlike the others, which a reader’s "
            "browser can tell. Remove them from the folder of renditions and import the bank "
            "again.",
            count,
            pictures=audit.pictures,
        )
    return said(
        "All {pictures} files are alike: {file_bytes:,} bytes, and nothing "
        "in them but the picture.",
        pictures=audit.pictures,
        file_bytes=audit.file_bytes,
    )


def delivery_sentence(delivery: DeliveryAudit) -> str:
    """What fetching pictures as readers' browsers do was found to give away."""
    readers = said_many("{count} probe reader", "{count} probe readers", delivery.readers)
    fetched = said(
        "{readers} fetched {pictures} pictures on {pages} pages over HTTP",
        readers=readers,
        pictures=delivery.pictures,
        pages=delivery.pages,
    )
    if delivery.leaks:
        count = len(delivery.leaks)
        things = said_many("one thing gives", "{count} things give", count)
        return said("{fetched}: {things} the truth away.", fetched=fetched, things=things)
    return said(
        "{fetched}: status, bytes, length and headers are the same for all, "
        "and neither time nor order (of {orders} readers) goes with the "
        "truth.",
        fetched=fetched,
        orders=delivery.orders,
    )


def likeness(measure: str, separation: Separation) -> str:
    """How the synthetic arm differs, in a word."""
    if separation.synthetic_is == "alike":
        return said("alike")
    return _LIKENESS[measure][separation.synthetic_is == "higher"]
