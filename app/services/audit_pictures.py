"""The leak audit of a study's pictures: what tells its arms apart without a look at anatomy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy.orm import Session

from app.bank.leak_audit import MEASURES, PictureMeasures, file_fault, picture_measures
from app.bank.rendition import rendition_length
from app.bank.store import RenditionStore
from app.db.studies import study_by_slug
from app.db.tables import Arm
from app.db.truth.bank_contents import arms_by_key
from app.db.truth.bank_images import note_kinds
from app.db.truth.pictures import PictureRow, pictures_of_arms, pictures_of_cases
from app.domain.design.reading import design_from_json
from app.domain.errors import NotFound
from app.films.film import DEFAULT_MAPPING
from app.films.notes import counted
from app.statistics.realness.separation import Separation, separation
from app.statistics.table.ratings import Float
from app.steps.draw_cases import draw_of_design


@dataclass(frozen=True)
class ArmPictures:
    """One arm's pictures.

    `enlarged` counts sources smaller than the picture, `smallest_source` is the least longer side
    in pixels; `grey_mapping` says how deep files became grey and `notes` counts, by kind, what is
    odd about the films of the whole arm; `separations` has an entry for each of `MEASURES`, None
    where there is no real image to compare with; a real arm has none.
    """

    key: str
    label: str
    kind: str
    pictures: int
    enlarged: int
    smallest_source: int
    separations: Mapping[str, Separation | None]
    grey_mapping: str = DEFAULT_MAPPING
    notes: Mapping[str, int] = field(default_factory=dict)

    @property
    def telling(self) -> tuple[str, ...]:
        """The measures that alone tell this arm from real."""
        return tuple(name for name, apart in self.separations.items() if apart and apart.is_telling)


@dataclass(frozen=True)
class PictureAudit:
    """What was found; `faults` are sentences on files that are missing or differ from the others.

    `size` is the side of the pictures in pixels, `file_bytes` the length all files should have.
    """

    size: int
    file_bytes: int
    arms: tuple[ArmPictures, ...]
    faults: tuple[str, ...]

    @property
    def compares(self) -> bool:
        """Whether there are real and synthetic pictures, and so something to tell apart."""
        return any(apart for arm in self.arms for apart in arm.separations.values())

    @property
    def smallest_source(self) -> int:
        """The least longer side of any arm's sources, in pixels; 0 without pictures."""
        return min((arm.smallest_source for arm in self.arms if arm.pictures), default=0)

    @property
    def pictures(self) -> int:
        """Of all arms."""
        return sum(arm.pictures for arm in self.arms)


def audit_pictures(session: Session, store: RenditionStore, slug: str) -> PictureAudit:
    """Audit the cases of a study; of a draft those that opening would draw.

    Raises BadDesign where a draft can't be drawn from the bank.
    """
    study = study_by_slug(session, slug)
    design = design_from_json(study.design)
    size, keys = design.rendition_size, [plan.arm for plan in design.arms]
    if study.status == "draft":
        drawn = {
            (one.image.arm, one.image.sha256)
            for one in draw_of_design(session, design).cases
            if not one.case.is_practice
        }
        rows = [
            row for row in pictures_of_arms(session, keys, size) if (row.arm, row.image) in drawn
        ]
    else:
        rows = pictures_of_cases(session, study, size)
    faults, measured = _look_at(rows, store, size)
    arms = arms_by_key(session, keys)
    kinds = note_kinds(session, keys)
    real = [one for key, arm in arms.items() if arm.kind == "real" for one in measured.get(key, ())]
    return PictureAudit(
        size=size,
        file_bytes=rendition_length(size),
        arms=tuple(
            _arm(
                key,
                arm,
                counted(kinds.get(key, ())),
                [row.longer_side for row in rows if row.arm == key],
                size,
                {} if arm.kind == "real" else _separations(real, measured.get(key, ())),
            )
            for key, arm in arms.items()
        ),
        faults=faults,
    )


def _look_at(
    rows: Sequence[PictureRow], store: RenditionStore, size: int
) -> tuple[tuple[str, ...], dict[str, list[PictureMeasures]]]:
    faults = []
    measured: dict[str, list[PictureMeasures]] = {row.arm: [] for row in rows}
    for row in rows:
        try:
            data = store.read(row.rendition)
        except NotFound:
            fault = "is not there"
        else:
            fault = file_fault(data, row.rendition, size)
            if not fault:
                measured[row.arm].append(picture_measures(data))
        if fault:
            faults.append(f"The rendition {row.rendition[:12]} of arm {row.arm} {fault}.")
    return tuple(faults), measured


def _separations(
    real: Sequence[PictureMeasures], synthetic: Sequence[PictureMeasures]
) -> dict[str, Separation | None]:
    def column(pictures: Sequence[PictureMeasures], name: str) -> Float:
        return np.array([getattr(one, name) for one in pictures], dtype=np.float64)

    return {name: separation(column(real, name), column(synthetic, name)) for name in MEASURES}


def _arm(
    key: str,
    arm: Arm,
    notes: Mapping[str, int],
    sources: Sequence[int],
    size: int,
    separations: Mapping[str, Separation | None],
) -> ArmPictures:
    return ArmPictures(
        key=key,
        label=arm.label,
        kind=arm.kind,
        pictures=len(sources),
        enlarged=sum(side < size for side in sources),
        smallest_source=min(sources, default=0),
        grey_mapping=arm.grey_mapping,
        notes=notes,
        separations=separations,
    )
