"""A whole study in one file, to go on with on another machine; not its results (export_study)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from typing import IO

import sqlalchemy as sa

from app.bank.sealed_archive import STUDY, ArchiveWriter, table_member
from app.bank.store import RenditionStore
from app.db.engine import Database
from app.db.migrate import revision_of
from app.db.row_files import line_of, rows_of
from app.db.studies import record_event, study_by_slug
from app.db.study_rows import (
    OF_A_STUDY,
    Tables,
    images_of_arms,
    images_shown,
    moving_tables,
    rows_of_study,
)
from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_json
from app.domain.errors import Refused
from app.domain.record import EXPORTED_WHOLE
from app.steps.archived_pictures import add_renditions


@dataclass(frozen=True)
class WholeStudy:
    """What was written: the digest of all of it, and how much."""

    status: str
    digest: str
    readers: int
    ratings: int
    renditions: int


@dataclass(frozen=True)
class _Leaving:
    """The study whose rows are written, in one view of the database."""

    connection: sa.Connection
    tables: Tables
    study_id: int
    images: sa.ColumnElement[bool]
    arm_keys: list[str]

    def condition(self, name: str) -> sa.ColumnElement[bool]:
        """Which rows of a table go along."""
        if name in OF_A_STUDY:
            return rows_of_study(self.tables, name, self.study_id)
        if name == "images":
            return self.images
        used = sa.select(self.tables["images"].c.id).where(self.images)
        if name == "renditions":
            return self.tables[name].c.image_id.in_(used)
        arms = self.tables["arms"]
        owners = sa.select(self.tables["images"].c.arm_id).where(self.images)
        return arms.c.id.in_(owners) | arms.c.key.in_(self.arm_keys)

    def lines(self, name: str) -> Iterator[bytes]:
        """The rows of a table that go along."""
        for row in rows_of(self.connection, self.tables[name], self.condition(name)):
            yield line_of(row)

    def count(self, name: str) -> int:
        """How many those are."""
        query = sa.select(sa.func.count()).select_from(self.tables[name])
        return self.connection.scalar(query.where(self.condition(name))) or 0

    def digests(self) -> set[str]:
        """The renditions that go along."""
        table = self.tables["renditions"]
        query = sa.select(table.c.sha256).where(self.condition("renditions"))
        return set(self.connection.scalars(query))


def export_whole_study(
    database: Database,
    store: RenditionStore,
    file: IO[bytes],
    slug: str,
    *,
    now: datetime,
    actor: str,
) -> WholeStudy:
    """Write a study with all it needs to go on elsewhere, as it stands at one moment.

    Design, cases, the arms and images that it uses, their renditions, readers with the hashes of
    their links, sittings, presentations, ratings, answers and the record; a draft takes every
    image of its arms. The record notes it first, so that the file tells of it too.

    Raises NotFound for an unknown slug, Refused for a rehearsal and where a picture is missing.
    """
    with database.writing() as session:
        study = study_by_slug(session, slug, lock=True)
        if study.rehearsal_of_id is not None:
            raise Refused(f"{slug} is a rehearsal; make it anew from its study where it is wanted.")
        study_id, status = study.id, study.status
        detail = {"status": status}
        record_event(
            session, study=study, actor=actor, action=EXPORTED_WHOLE, now=now, detail=detail
        )
    with ArchiveWriter(file, STUDY) as writer, database.one_moment() as connection:
        leaving = _leaving(connection, study_id)
        for name in leaving.tables:
            writer.add(table_member(name), leaving.lines(name))
        digests = leaving.digests()
        missing = add_renditions(writer, store, digests)
        if missing:
            raise Refused(
                f"{len(missing)} pictures of {slug} are missing from the store or damaged there, "
                f"{missing[0]} first; import their bank again."
            )
        chain = leaving.tables["chains"]
        facts = {
            "made_at": now.isoformat(),
            "made_by": f"Negatoscope {metadata.version('negatoscope')}",
            "schema": revision_of(connection),
            "slug": slug,
            "origin": connection.scalar(sa.select(chain.c.origin).where(chain.c.id == study_id)),
        }
        counts = leaving.count("readers"), leaving.count("ratings")
        return WholeStudy(status, writer.seal(facts), *counts, len(digests))


def _leaving(connection: sa.Connection, study_id: int) -> _Leaving:
    tables = moving_tables(connection)
    studies = tables["studies"]
    status, text = connection.execute(
        sa.select(studies.c.status, studies.c.design).where(studies.c.id == study_id)
    ).one()
    design = design_from_json(text)
    keys = [plan.arm for plan in design.arms]
    images = images_shown(tables, study_id)
    if status == "draft":
        images = images_of_arms(tables, keys, _named_images(design))
    return _Leaving(connection, tables, study_id, images, keys)


def _named_images(design: StudyDesign) -> list[str]:
    return [phase.presentation.reference for phase in design.phases if phase.presentation.reference]
