"""What keeps an import out as a whole, and what keeps one record out."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from app.bank.header import BankHeader
from app.bank.manifest import BadRecord, ImageRecord
from app.db.tables import Arm
from app.db.truth.bank_images import resolutions_of, stored_arms
from app.domain.errors import BadBank
from app.domain.said import said
from app.steps.remedied_sizes import remedies_of_size


def refuse_what_does_not_fit(
    session: Session, header: BankHeader, *, size: int, resolution: int | None
) -> None:
    """Raises BadBank where the arms, the size or the detail go against what is stored."""
    refuse_mixing(stored_arms(session, header.arm_ids), header)
    if remedies_of_size(session, size) is not None:
        raise BadBank(
            said(
                "Renditions of {size} pixels are remedied ones; import with another --size, "
                "then run remedy-pictures again.",
                size=size,
            )
        )
    _refuse_other_detail(resolutions_of(session, size), size, resolution)


def refuse_mixing(stored: Mapping[str, Arm], header: BankHeader) -> None:
    """Raises BadBank where an arm of this name is of another kind, mapping or bank."""
    for arm in header.arms:
        there = stored.get(arm.id)
        if there is None:
            continue
        if there.kind != arm.kind:
            raise BadBank(
                said(
                    "The arm {id} is stored as {kind} and can't become {kind2}; give this one "
                    "another id.",
                    id=arm.id,
                    kind=there.kind,
                    kind2=arm.kind,
                )
            )
        if there.grey_mapping != arm.grey_mapping:
            raise BadBank(
                said(
                    "The arm {id} was read with the grey mapping {grey_mapping} and can't be read "
                    "with {grey_mapping2} as well; give this one another id.",
                    id=arm.id,
                    grey_mapping=there.grey_mapping,
                    grey_mapping2=arm.grey_mapping,
                )
            )
        if there.bank_name != header.name and arm.kind == "synthetic":
            raise BadBank(
                said(
                    "The arm {id} holds images from {bank_name}, and these are from {name}; give "
                    "this arm another id, or use another data directory, so that the two can't be "
                    "mixed.",
                    id=arm.id,
                    bank_name=_named(there.bank_name),
                    name=_named(header.name),
                )
            )


def _refuse_other_detail(there: set[int | None], size: int, resolution: int | None) -> None:
    """All renditions of a size have one resolution, or detail alone would tell the import."""
    if resolution is not None and not 64 <= resolution <= size:
        raise BadBank(
            said(
                "--resolution must be from 64 to the size, {size}, not {resolution}.",
                size=size,
                resolution=resolution,
            )
        )
    others = there - {resolution}
    if others:
        other = next(iter(others))
        limit = (
            said("full detail")
            if other is None
            else said("the detail of {other} pixels", other=other)
        )
        raise BadBank(
            said(
                "Renditions of {size} pixels are there with {limit}; give the same "
                "--resolution, or another --size for these.",
                size=size,
                limit=limit,
            )
        )


def cannot_be_written(error: OSError) -> BadBank:
    """The refusal of an import whose renditions find no room."""
    return BadBank(said("Renditions can't be written: {strerror}.", strerror=error.strerror))


def contradiction(record: ImageRecord, condition: str) -> BadRecord:
    """The refusal of a record whose very file is there as `condition`."""
    return BadRecord(
        record.line_number,
        record.file,
        said(
            "is {condition} here, but the same image of {arm} is there as {other}",
            condition=record.condition,
            arm=record.arm,
            other=condition,
        ),
    )


def same_picture(record: ImageRecord, file: str, condition: str) -> BadRecord:
    """The refusal of a record whose picture is there, in `file`, as `condition`."""
    return BadRecord(
        record.line_number,
        record.file,
        said(
            "is {condition} here, but shows the same picture as {file}, which is there as {other}",
            condition=record.condition,
            file=file,
            other=condition,
        ),
    )


def _named(bank_name: str) -> str:
    return said("the bank {name!r}", name=bank_name) if bank_name else said("folders with a table")
