"""Naming added images that nearly show the picture of another."""

from app.bank.alike import near_pairs
from app.db.engine import Database
from app.db.truth.bank_images import fingerprints, images_named, same_rendition_pairs
from app.domain.said import said
from app.services.import_bank.summary import MOST_ALIKE_NAMED, Tally


def name_near_pictures(database: Database, last_before: int, tally: Tally) -> None:
    """Name images added since `last_before` that are nearly, not quite, the picture of another."""
    if not tally.added:
        return
    with database.reading() as session:
        pairs = list(near_pairs(fingerprints(session), newer_than=last_before))
        same = same_rendition_pairs(session, pairs)
        near = [pair for pair in pairs if pair not in same]
        named = images_named(session, {image for pair in near[:MOST_ALIKE_NAMED] for image in pair})
    for place, (one, other) in enumerate(near):
        sentence = ""
        if place < MOST_ALIKE_NAMED:
            (arm, file, _), (other_arm, other_file, _) = named[one], named[other]
            sentence = said(
                "{file} ({arm}) is nearly the picture of {other_file} ({other_arm})",
                file=file,
                arm=arm,
                other_file=other_file,
                other_arm=other_arm,
            )
        tally.name_alike(sentence, "near-picture")
