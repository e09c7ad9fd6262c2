"""Commands that keep and bring back a whole installation."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import make_url

from app.bank.opening import open_renditions
from app.bank.sealed_archive import BACKUP, SealedArchive
from app.bank.store import RenditionStore
from app.cli.atomic_file import Force, ensure_free, writing_atomically
from app.cli.opening import ACTOR, now
from app.db.engine import Database
from app.domain.errors import Refused
from app.services.back_up import back_up
from app.services.restore_backup import restore_backup
from app.settings import Settings, resource_dir

File = Annotated[Path, typer.Argument(help="The backup, one file.")]


def add_commands(program: typer.Typer) -> None:
    """Join this file's commands to the program."""
    program.command("backup")(backup)
    program.command("restore")(restore)


def backup(
    file: File,
    force: Force = False,
    with_secret_key: Annotated[
        bool,
        typer.Option(
            "--with-secret-key",
            help="Put the signing key in too, so that readers needn't open their link again.",
        ),
    ] = False,
) -> None:
    """Write everything to one file, also while the server runs: studies, answers, pictures.

    It can be restored on SQLite and on PostgreSQL, and only its owner can read it (mode 0600).
    Keep it as safe as the studies themselves: it holds answers, truth and the hashes of passwords.
    """
    ensure_free(file, force=force)
    settings = Settings()
    key = settings.effective_secret_key() if with_secret_key else None
    with (
        _installation(settings) as (database, store),
        writing_atomically(file, force=force, private=True) as written,
    ):
        made = back_up(
            database,
            store,
            resource_dir("migrations"),
            written,
            now=now(),
            actor=ACTOR,
            secret_key=key,
        )
    typer.echo(f"backup sha256  {made.digest}")
    typer.echo(f"Wrote {file}: {made.rows} rows and {made.renditions} pictures.")
    if made.missing:
        typer.echo(
            f"warning: the store lacks {len(made.missing)} of the pictures or has them damaged, "
            f"{made.missing[0]} first; import their bank again, then make another backup.",
            err=True,
        )
        raise typer.Exit(1)


def restore(
    file: File,
    force: Annotated[
        bool, typer.Option("--force", help="Replace all that is there; it is lost for good.")
    ] = False,
) -> None:
    """Fill an empty installation from a backup; stop the server first.

    Whatever the backup was made on, it goes where the settings point. Readers' links work as
    before. Investigators sign in again, and readers open their link once more where the backup
    has no signing key.
    """
    settings = Settings()
    with (
        SealedArchive(file, BACKUP) as archive,
        _installation(settings, make=True) as (
            database,
            store,
        ),
    ):
        restored = restore_backup(
            database,
            store,
            resource_dir("migrations"),
            archive,
            now=now(),
            actor=ACTOR,
            replace=force,
        )
        has_key = "secret_key" in archive.members
        if has_key:
            settings.keep_secret_key(archive.read("secret_key").decode())
        digest = archive.digest
    typer.echo(f"backup sha256  {digest}")
    typer.echo(f"Restored {restored.rows} rows and {restored.renditions} pictures from {file}.")
    if not has_key:
        typer.echo(
            "The backup has no signing key: readers open their personal link once more, which "
            "works as before."
        )
    if restored.missing:
        typer.echo(
            f"warning: {restored.missing} of the pictures were missing already when the backup "
            "was made; import their bank again.",
            err=True,
        )


@contextmanager
def _installation(
    settings: Settings, *, make: bool = False
) -> Iterator[tuple[Database, RenditionStore]]:
    """Database and store as they are: nothing is migrated and nothing closed.

    Raises Refused for no installation at all, unless one is to be made.
    """
    if make:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    elif not settings.data_dir.is_dir():
        raise Refused(f"There is no installation in {settings.data_dir}; nothing to back up.")
    url = make_url(settings.effective_database_url)
    is_file = url.get_backend_name() == "sqlite" and url.database
    if is_file and not make and not Path(url.database or "").is_file():
        # Asked of SQLite, the question would make the file.
        raise Refused(f"There is no database at {url.database}; nothing to back up.")
    database = Database(settings.effective_database_url)
    try:
        yield database, open_renditions(settings.renditions_at)
    finally:
        database.dispose()
