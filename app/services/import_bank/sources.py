"""The two kinds of source: a bank with its manifest, and a folder with a table."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Unpack

from app.bank.batches import Source
from app.bank.header import REAL_ARM, BankArm, BankHeader, is_arm_id, read_bank_header
from app.bank.index import Told, iter_index
from app.bank.manifest import iter_records
from app.bank.store import RenditionStore
from app.db.engine import Database
from app.db.tables import Arm
from app.db.truth.bank_images import stored_arms
from app.domain.conditions import Condition, declared
from app.domain.errors import BadBank
from app.domain.said import said
from app.films.film import DEFAULT_MAPPING, GREY_MAPPINGS, GreyMapping
from app.services.import_bank.job import ImportOptions, Job
from app.services.import_bank.run import run
from app.services.import_bank.summary import ImportSummary


def import_bank(
    database: Database,
    store: RenditionStore,
    directory: Path,
    *,
    now: datetime,
    **options: Unpack[ImportOptions],
) -> ImportSummary:
    """Import the bank in `directory`; raises BadBank for the bank as a whole.

    `options` are those of a `Job`: the renditions' size and detail, whether one bad record keeps
    all of them out, in whose name, and who hears how it goes.
    """
    header = read_bank_header(directory)
    source = Source(directory, header, lambda: iter_records(directory, header))
    return run(Job(database, store, source, now, **options))


def import_images(
    database: Database,
    store: RenditionStore,
    directory: Path,
    *,
    index: str,
    arm: str,
    now: datetime,
    label: str | None = None,
    description: str | None = None,
    grey_mapping: GreyMapping | None = None,
    columns: Mapping[str, str] | None = None,
    values: Mapping[str, Mapping[str, str]] | None = None,
    told: Told | None = None,
    conditions: Sequence[str] = (),
    **options: Unpack[ImportOptions],
) -> ImportSummary:
    """Import the images that the table `index` in `directory` names as one arm.

    The arm `real` is of kind real and any other synthetic. `label`, `description` and
    `grey_mapping` that are None keep what is stored; a new arm is labelled by its name. `columns`,
    `values` and `told` are those of `iter_index`; `conditions` declares labels besides normal and
    abnormal. Otherwise as `import_bank`.

    Raises BadBank for a name, a label or a condition that can't be used, and for the table as a
    whole.
    """
    labels = _labels(conditions)
    described = _described(database, arm, label, description, grey_mapping)
    source = Source(
        directory,
        BankHeader(name="", created_at=now, arms=(described,)),
        lambda: iter_index(
            directory, index, columns=columns, values=values, told=told, conditions=labels
        ),
    )
    return run(Job(database, store, source, now, **options))


def _labels(conditions: Sequence[str]) -> Sequence[Condition]:
    try:
        return declared(conditions)
    except ValueError as error:
        raise BadBank(said("--condition can't be used: {error}.", error=error)) from None


def _described(
    database: Database,
    arm: str,
    label: str | None,
    description: str | None,
    grey_mapping: GreyMapping | None,
) -> BankArm:
    """The arm as it is to be stored: what is not given stays as it is."""
    if not is_arm_id(arm):
        raise BadBank(
            said(
                "{arm!r} can't name an arm: use 1 to 64 of A-Z a-z 0-9 . _ - and begin with a "
                "letter or digit.",
                arm=arm,
            )
        )
    if arm != REAL_ARM and arm.casefold() == REAL_ARM:
        raise BadBank(
            said(
                "The arm {arm} would hold synthetic images; that of real radiographs is {real}, in "
                "small letters.",
                arm=arm,
                real=REAL_ARM,
            )
        )
    if label is not None and not 0 < len(label.strip()) <= 200:
        raise BadBank(said("A label has 1 to 200 characters."))
    with database.reading() as session:
        stored = stored_arms(session, [arm]).get(arm)
        label = label or (stored.label if stored else _default_label(arm))
        if description is None:
            description = stored.description if stored else ""
        if grey_mapping is None:
            grey_mapping = _stored_mapping(stored) if stored else DEFAULT_MAPPING
    return BankArm(
        id=arm,
        label=label.strip(),
        kind="real" if arm == REAL_ARM else "synthetic",
        description=description,
        grey_mapping=grey_mapping,
    )


def _stored_mapping(arm: Arm) -> GreyMapping:
    return next(mapping for mapping in GREY_MAPPINGS if mapping == arm.grey_mapping)


def _default_label(arm: str) -> str:
    return "Real radiographs" if arm == REAL_ARM else arm
