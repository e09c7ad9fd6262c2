"""Cases of a design: drawn from the bank as it stands, and frozen with a study."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.db.tables import Study
from app.db.truth.bank_contents import bank_counts, bank_images
from app.db.truth.cases import case_digest_lines, store_cases
from app.domain.design.design import StudyDesign
from app.domain.design.writing import digest
from app.domain.errors import BadDesign
from app.domain.sampling import DrawnCase, draw_cases


@dataclass(frozen=True)
class FrozenCases:
    """The cases of a study and the digests that its row now holds of them and of its design."""

    drawn: tuple[DrawnCase, ...]
    design_sha256: str
    cases_sha256: str


def cases_of_design(session: Session, design: StudyDesign) -> tuple[DrawnCase, ...]:
    """The cases that a study of this design gets, from the bank as it stands.

    Raises
    ------
    BadDesign
        Where the bank holds too few images, or none with renditions of the design's size.
    """
    images = bank_images(session, [plan.arm for plan in design.arms], design.rendition_size)
    if not images and bank_counts(session):
        raise BadDesign(
            "rendition_size",
            f"no image of these arms has a rendition of {design.rendition_size} pixels; "
            f"import them with --size {design.rendition_size}",
        )
    return draw_cases(design, images)


def freeze_cases(session: Session, study: Study, design: StudyDesign) -> FrozenCases:
    """Draw and store the cases of a study; its row gets the digests of design and cases.

    Raises
    ------
    BadDesign
        As `cases_of_design`.
    """
    drawn = cases_of_design(session, design)
    store_cases(session, study, drawn)
    session.flush()
    frozen = FrozenCases(
        drawn,
        # The text itself, whatever format it was written in.
        design_sha256=digest(study.design),
        cases_sha256=digest("\n".join(case_digest_lines(session, study))),
    )
    study.design_sha256 = frozen.design_sha256
    study.cases_sha256 = frozen.cases_sha256
    return frozen
