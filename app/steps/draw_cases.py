"""Cases of a design: drawn from the bank as it stands, and frozen with a study."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.db.tables import Study
from app.db.truth.bank_contents import (
    arms_by_key,
    bank_counts,
    bank_images,
    images_named,
    rendered,
)
from app.db.truth.cases import case_digest_lines, store_draw, store_references
from app.domain.design.design import StudyDesign
from app.domain.design.writing import digest
from app.domain.errors import BadDesign
from app.domain.said import said
from app.domain.sampling import Draw, draw_study


@dataclass(frozen=True)
class FrozenCases:
    """The cases of a study and the digests that its row now holds of them and of its design."""

    draw: Draw
    design_sha256: str
    cases_sha256: str


def draw_of_design(session: Session, design: StudyDesign) -> Draw:
    """The cases and sets that a study of this design gets, from the bank as it stands.

    Raises
    ------
    BadDesign
        Where the bank holds too few images, or none with renditions of the design's size, lacks
        counterparts of matched cases, texts or a reference to be shown, or images picked by hand.
    """
    keys = [plan.arm for plan in design.arms]
    images = bank_images(session, keys, design.rendition_size)
    if not images and bank_counts(session):
        raise BadDesign(
            "rendition_size",
            said(
                "no image of these arms has a rendition of {rendition_size} pixels; import "
                "them with --size {rendition_size}",
                rendition_size=design.rendition_size,
            ),
        )
    references_of_design(session, design)
    real = {key for key, arm in arms_by_key(session, keys).items() if arm.kind == "real"}
    return draw_study(design, images, real_arms=real)


def references_of_design(session: Session, design: StudyDesign) -> dict[int, int]:
    """The image that each phase compares its cases with, by phase; most have none.

    Raises
    ------
    BadDesign
        Where the bank holds no such image, several that begin with the same digits, or no
        rendition of it of the design's size.
    """
    references: dict[int, int] = {}
    size = design.rendition_size
    for number, phase in enumerate(design.phases, start=1):
        digits = phase.presentation.reference
        if not digits:
            continue
        field = f"phases[{number}].presentation.reference"
        named = images_named(session, digits)
        if not named:
            raise BadDesign(
                field,
                said(
                    "the bank has no image {digits}; import it, or name another by the SHA-256 of "
                    "its file",
                    digits=digits[:12],
                ),
            )
        if len(named) > 1:
            raise BadDesign(
                field,
                said(
                    "the bank has {n_named} images whose SHA-256 begins with {digits}; give more "
                    "digits",
                    n_named=len(named),
                    digits=digits,
                ),
            )
        images = rendered(session, next(iter(named.values())), size)
        if not images:
            raise BadDesign(
                field,
                said(
                    "the image {digits} has no rendition of {size} pixels; import its bank with "
                    "--size {size}",
                    digits=digits[:12],
                    size=size,
                ),
            )
        references[number] = images[0]
    return references


def freeze_cases(session: Session, study: Study, design: StudyDesign) -> FrozenCases:
    """Draw and store the cases of a study; its row gets the digests of design and cases.

    Raises
    ------
    BadDesign
        As `draw_of_design`.
    """
    draw = draw_of_design(session, design)
    store_draw(session, study, draw)
    store_references(session, study, references_of_design(session, design))
    session.flush()
    frozen = FrozenCases(
        draw,
        # The text itself, whatever format it was written in.
        design_sha256=digest(study.design),
        cases_sha256=digest("\n".join(case_digest_lines(session, study))),
    )
    study.design_sha256 = frozen.design_sha256
    study.cases_sha256 = frozen.cases_sha256
    return frozen
