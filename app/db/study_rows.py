"""Which rows make up a study, so that it can leave one database and arrive in another.

Every table is named here once: those whose rows belong to a study, those of the bank that it takes
along, and those that stay. Nothing here is mapped: rows are copied as the tables hold them.
"""

from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa

from app.db.row_files import tables_of

# By which column a table's rows belong to which other table's; a study's chain has its own id.
OF_A_STUDY: Final[Mapping[str, tuple[str, str] | None]] = {
    "studies": None,
    "chains": ("id", "studies"),
    "cases": ("study_id", "studies"),
    "case_sets": ("study_id", "studies"),
    "case_set_members": ("set_id", "case_sets"),
    "phase_references": ("study_id", "studies"),
    "readers": ("study_id", "studies"),
    "reading_sessions": ("reader_id", "readers"),
    "presentations": ("reader_id", "readers"),
    "shown_cases": ("presentation_id", "presentations"),
    "ratings": ("presentation_id", "presentations"),
    "answers": ("rating_id", "ratings"),
    "events": ("study_id", "studies"),
}
OF_THE_BANK: Final = ("arms", "images", "renditions")
# Accounts, who may do what with a study, and what a server notes for itself are a machine's own.
STAYING: Final = frozenset(
    {
        "api_tokens",
        "append_only_gate",
        "heartbeat",
        "investigators",
        "sign_in_tries",
        "sign_ins",
        "study_roles",
    }
)

Tables = Mapping[str, sa.Table]


def moving_tables(connection: sa.Connection) -> dict[str, sa.Table]:
    """The tables of a study and of the bank by name, each after those that it refers to."""
    moving = {*OF_A_STUDY, *OF_THE_BANK}
    return {table.name: table for table in tables_of(connection) if table.name in moving}


def rows_of_study(tables: Tables, name: str, study_id: int) -> sa.ColumnElement[bool]:
    """The condition on the table `name` that holds for the rows of one study."""
    belongs = OF_A_STUDY[name]
    if belongs is None:
        return tables[name].c.id == study_id
    column, parent = belongs
    if parent == "studies":
        return tables[name].c[column] == study_id
    theirs = sa.select(tables[parent].c.id).where(rows_of_study(tables, parent, study_id))
    return tables[name].c[column].in_(theirs)


def images_shown(tables: Tables, study_id: int) -> sa.ColumnElement[bool]:
    """The condition on `images` for those that an opened study shows."""
    cases, references = tables["cases"], tables["phase_references"]
    image_id = tables["images"].c.id
    return image_id.in_(
        sa.select(cases.c.image_id).where(cases.c.study_id == study_id)
    ) | image_id.in_(sa.select(references.c.image_id).where(references.c.study_id == study_id))


def images_of_arms(tables: Tables, keys: list[str], digests: list[str]) -> sa.ColumnElement[bool]:
    """The condition on `images` for all from which a draft draws, and those that it names."""
    arms, images = tables["arms"], tables["images"]
    ids = sa.select(arms.c.id).where(arms.c.key.in_(keys))
    return images.c.arm_id.in_(ids) | images.c.sha256.in_(digests)


def new_numbers(connection: sa.Connection, table: sa.Table, count: int) -> list[int]:
    """`count` ids that no row of `table` has or will get from anybody else.

    SQLite's writer is alone; PostgreSQL's sequence gives each number once.
    """
    if connection.dialect.name == "sqlite":
        last = connection.scalar(sa.select(sa.func.max(table.c.id))) or 0
        return list(range(last + 1, last + 1 + count))
    sequence = sa.func.pg_get_serial_sequence(table.name, "id")
    series = sa.func.generate_series(1, count).table_valued("number")
    return list(connection.scalars(sa.select(sa.func.nextval(sequence)).select_from(series)))
