"""A study that comes from another machine, with its rows, its pictures and its record."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.bank.sealed_archive import SealedArchive, table_member
from app.bank.store import RenditionStore
from app.db.append_only import gate_open
from app.db.migrate import revision_of
from app.db.row_files import Row, RowRefused, insert_rows, row_of_line, rows_of, stored_row
from app.db.studies import record_event, study_by_slug
from app.db.study_rows import OF_A_STUDY, moving_tables, new_numbers, rows_of_study
from app.domain.errors import NotFound, Refused
from app.domain.record import IMPORTED_WHOLE
from app.steps.archived_pictures import take_renditions
from app.steps.first_owners import give_first_owners

# By which columns a row of the bank is known again, before its own id is.
_KNOWN_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "arms": ("key",),
    "images": ("arm_id", "sha256"),
    "renditions": ("image_id", "size"),
}
_ITS_OWN: Final = frozenset({"id", "imported_at"})
# Of these a study has one row each, which stays where it goes on here.
_ONE_EACH: Final = ("studies", "chains")


@dataclass(frozen=True)
class Arrived:
    """What came: the study's slug, how many readers and ratings, whether it was here before."""

    slug: str
    readers: int
    ratings: int
    went_on: bool


@dataclass
class _Arriving:
    """The rows of an archive on their way into one transaction.

    `ids` has the new number of every row by table and old number.
    """

    connection: sa.Connection
    archive: SealedArchive
    tables: Mapping[str, sa.Table]
    ids: dict[str, dict[int, int]] = field(default_factory=dict)

    def rows(self, name: str) -> Iterator[Row]:
        """The rows of a table as the file has them."""
        for line in self.archive.lines(table_member(name)):
            row = row_of_line(line)
            # Before anything is looked up in it.
            stored_row(self.tables[name], row)
            yield row

    def renumbered(self, name: str, row: Row) -> Row:
        """The row with its own number and those that it refers to as they are here."""
        changed = dict(row)
        for column in self.tables[name].columns:
            for key in column.foreign_keys:
                parent = key.column.table.name
                if parent in self.ids and row[column.name] is not None:
                    changed[column.name] = self.number(parent, row[column.name])
        if name in self.ids and "id" in row:
            changed["id"] = self.number(name, row["id"])
        return changed

    def number(self, name: str, old: int) -> int:
        """The number here of a row of the file; raises RowRefused where the file has none."""
        try:
            return self.ids[name][old]
        except KeyError:
            raise RowRefused(f"it refers to a row of {name} that it has not") from None


def import_whole_study(
    session: Session,
    store: RenditionStore,
    archive: SealedArchive,
    *,
    now: datetime,
    actor: str,
    go_on: bool = False,
) -> Arrived:
    """Bring in a study as `export_whole_study` wrote it, under new numbers and else unchanged.

    Arms and images that are here already are used, if they are the same. With `go_on` a study that
    is here already goes on from the file, if nothing was done to it here since it left.

    Raises Refused for a slug that is taken, a study that is here, an arm or image that is another
    here, and a study that went on in both places; BadArchive for a file that can't be used.
    """
    connection = session.connection()
    _ensure_same_schema(connection, archive)
    archive.check()
    arriving = _Arriving(connection, archive, moving_tables(connection))
    try:
        study_id = _study_here(session, arriving, go_on=go_on)
        _ensure_complete(arriving)
        for name in _KNOWN_BY:
            _bring_bank_rows(arriving, name)
        if study_id is None:
            _bring_study_rows(arriving)
        else:
            _replace_study_rows(arriving, study_id)
        take_renditions(archive, store)
    except RowRefused as error:
        raise archive.bad(str(error)) from None
    slug = str(archive.facts["slug"])
    session.expire_all()
    study = study_by_slug(session, slug)
    detail = {"archive": archive.digest, "was_here": study_id is not None}
    record_event(session, study=study, actor=actor, action=IMPORTED_WHOLE, now=now, detail=detail)
    if study_id is None:
        give_first_owners(session, study, None, now=now, actor=actor)
    counts = {name: sum(1 for _ in arriving.rows(name)) for name in ("readers", "ratings")}
    return Arrived(slug, counts["readers"], counts["ratings"], study_id is not None)


def _ensure_same_schema(connection: sa.Connection, archive: SealedArchive) -> None:
    here, there = revision_of(connection), archive.facts.get("schema")
    if here != there:
        raise archive.bad(
            f"it was written under the schema {str(there)[:20]} and here it is {here}; "
            "bring both machines to the same version and export the study again"
        )


def _study_here(session: Session, arriving: _Arriving, *, go_on: bool) -> int | None:
    """The id under which the study goes on; None where it is not here yet."""
    studies, chains = list(arriving.rows("studies")), list(arriving.rows("chains"))
    slug, origin = arriving.archive.facts.get("slug"), arriving.archive.facts.get("origin")
    if (
        len(studies) != 1
        or len(chains) != 1
        or studies[0]["slug"] != slug
        or chains[0]["origin"] != origin
        or studies[0]["rehearsal_of_id"] is not None
    ):
        raise RowRefused("it doesn't hold the one study of which it tells")
    try:
        here = study_by_slug(session, str(slug), lock=True).id
    except NotFound:
        return None
    table = arriving.tables["chains"]
    there, length, head = arriving.connection.execute(
        sa.select(table.c.origin, table.c.length, table.c.head).where(table.c.id == here)
    ).one()
    if there != origin:
        raise Refused(f"There is another study {slug} here, so this one can't come in.")
    if not go_on:
        raise Refused(
            f"The study {slug} is here already; to go on with what was done to it elsewhere, "
            "say --go-on."
        )
    _ensure_went_on_there_only(arriving, str(slug), length, head)
    return here


def _ensure_went_on_there_only(arriving: _Arriving, slug: str, length: int, head: str) -> None:
    """The record that is here must be the beginning of the one that comes."""
    hashes = {event["number"]: event["hash"] for event in arriving.rows("events")}
    if hashes.get(length) == head:
        if len(hashes) == length:
            raise Refused(f"The study {slug} is here already just as the file has it.")
        return
    if length > len(hashes):
        raise Refused(
            f"More was done to {slug} here than the file tells ({length} events here, "
            f"{len(hashes)} in the file); nothing was changed."
        )
    raise Refused(
        f"The study {slug} went on here as well since it left, so the two can't be put together; "
        "nothing was changed. Keep one of them."
    )


def _ensure_complete(arriving: _Arriving) -> None:
    expected = {table_member(name) for name in arriving.tables}
    given = {name for name in arriving.archive.members if name.startswith("tables/")}
    if expected != given:
        raise RowRefused(f"{min(expected ^ given)} is missing from it or of no use here")
    renditions = {row["sha256"] for row in arriving.rows("renditions")}
    brought = {
        member.sha256
        for name, member in arriving.archive.members.items()
        if name.startswith("renditions/")
    }
    if renditions != brought:
        raise RowRefused(f"{len(renditions ^ brought)} pictures are missing from it or of no use")


def _bring_bank_rows(arriving: _Arriving, name: str) -> None:
    """Use the rows of the bank that are here, insert the others."""
    table, columns = arriving.tables[name], _KNOWN_BY[name]
    ids: dict[int, int] = {}
    new = []
    for given in arriving.rows(name):
        row = arriving.renumbered(name, given)
        known = [table.c[column] == row[column] for column in columns]
        here = next(rows_of(arriving.connection, table, *known), None)
        if here is None:
            new.append(row)
            continue
        _ensure_same(arriving, table, here, row)
        ids[row["id"]] = here["id"]
    numbers = new_numbers(arriving.connection, table, len(new))
    ids.update(zip((row["id"] for row in new), numbers, strict=True))
    insert_rows(arriving.connection, table, ({**row, "id": ids[row["id"]]} for row in new))
    arriving.ids[name] = ids


def _ensure_same(arriving: _Arriving, table: sa.Table, here: Row, row: Row) -> None:
    for column in table.columns:
        name = column.name
        if name in _ITS_OWN or here[name] == row[name]:
            continue
        if isinstance(column.type, sa.JSON) and _parsed(here[name]) == _parsed(row[name]):
            continue
        called = row.get("key") or str(row["sha256"])[:12]
        raise Refused(
            f"{called} of {table.name} is another here: its {name} is not what the study has. "
            "The study came from another bank, or from another version of this one; import the "
            "same bank on both machines, or bring the study into an installation without it."
        )


def _parsed(text: str | None) -> Any:
    try:
        return None if text is None else json.loads(text)
    except (ValueError, RecursionError):
        raise RowRefused("it holds JSON that can't be read") from None


def _bring_study_rows(arriving: _Arriving) -> None:
    _number_rows(arriving, OF_A_STUDY)
    _insert(arriving, OF_A_STUDY)


def _replace_study_rows(arriving: _Arriving, study_id: int) -> None:
    """Put the rows that come in place of those that are here, which are all among them.

    The study's own row and its chain's stay, since rehearsals and others refer to them.
    """
    connection, tables = arriving.connection, arriving.tables
    for name in _ONE_EACH:
        arriving.ids[name] = {row["id"]: study_id for row in arriving.rows(name)}
    others = [name for name in OF_A_STUDY if name not in _ONE_EACH]
    with gate_open(connection, "study brought back"):
        for name in reversed([name for name in tables if name in others]):
            condition = rows_of_study(tables, name, study_id)
            connection.execute(sa.delete(tables[name]).where(condition))
        _number_rows(arriving, others)
        for name in _ONE_EACH:
            row = arriving.renumbered(name, next(arriving.rows(name)))
            values = stored_row(tables[name], row)
            connection.execute(
                sa.update(tables[name]).where(tables[name].c.id == study_id).values(values)
            )
        _insert(arriving, others)


def _number_rows(arriving: _Arriving, names: Sequence[str] | Mapping[str, Any]) -> None:
    for name in names:
        table = arriving.tables[name]
        if name == "chains":
            # A chain has its study's number.
            arriving.ids[name] = dict(arriving.ids["studies"])
        elif "id" in table.columns:
            old = [row["id"] for row in arriving.rows(name)]
            numbers = new_numbers(arriving.connection, table, len(old))
            arriving.ids[name] = dict(zip(old, numbers, strict=True))


def _insert(arriving: _Arriving, names: Sequence[str] | Mapping[str, Any]) -> None:
    # In the order of the tables, each after those that it refers to.
    for name in arriving.tables:
        if name in names:
            rows = (arriving.renumbered(name, row) for row in arriving.rows(name))
            insert_rows(arriving.connection, arriving.tables[name], rows)
