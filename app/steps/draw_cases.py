"""Cases of a design: drawn from the bank as it stands, and frozen with a study."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.db.tables import Study
from app.db.truth.bank_contents import (
    arms_by_key,
    bank_counts,
    bank_images,
    rendition_of_image,
)
from app.db.truth.cases import case_digest_lines, store_draw
from app.domain.design.design import StudyDesign
from app.domain.design.writing import digest
from app.domain.errors import BadDesign
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
            f"no image of these arms has a rendition of {design.rendition_size} pixels; "
            f"import them with --size {design.rendition_size}",
        )
    for number, phase in enumerate(design.phases, start=1):
        reference = phase.presentation.reference
        if reference and rendition_of_image(session, reference, design.rendition_size) is None:
            raise BadDesign(
                f"phases[{number}].presentation.reference",
                f"the bank has no picture {reference[:12]} of {design.rendition_size} pixels; "
                "import it, or name another by the SHA-256 of its file",
            )
    real = {key for key, arm in arms_by_key(session, keys).items() if arm.kind == "real"}
    return draw_study(design, images, real_arms=real)


def freeze_cases(session: Session, study: Study, design: StudyDesign) -> FrozenCases:
    """Draw and store the cases of a study; its row gets the digests of design and cases.

    Raises
    ------
    BadDesign
        As `draw_of_design`.
    """
    draw = draw_of_design(session, design)
    store_draw(session, study, draw)
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
