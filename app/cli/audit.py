"""audit-study, audit-bank, remedy-pictures, and open-study, which rests on the audit."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text
from uvicorn.importer import import_from_string

from app.bank.remedies import Remedies
from app.bank.rendition import DEFAULT_SIZE, LARGEST_SIZE, SMALLEST_SIZE
from app.cli.opening import ACTOR, House, Slug, now, open_house
from app.cli.signing import Operator, signed_by, tell_signed
from app.cli.terminal_tables import print_table, wide_console
from app.report.tables.shortcuts import balance_table, remedy_table, shortcut_table
from app.report.words.shortcuts import (
    delivery_sentence,
    file_sentence,
    pair_sentence,
    resolution_offer,
    shortcut_sentences,
)
from app.services.audit_bank import audit_bank
from app.services.audit_pictures import PictureAudit, audit_remedied
from app.services.open_study import ensure_is_draft, open_study
from app.services.remedy_pictures import remedy_pictures
from app.web.delivery_probe import DeliveryProbe
from app.web.leak_audits import audit_leaks, ensure_audited

_PAIRS_SHOWN = 10


def add_commands(program: typer.Typer) -> None:
    """Join this file's commands to the program."""
    program.command("audit-study")(audit)
    program.command("audit-bank")(audit_folder)
    program.command("remedy-pictures")(remedy)
    program.command("open-study")(open_it)


def probe_of(house: House) -> DeliveryProbe:
    """Probes the delivery of this installation by the application that `serve` would run."""
    # By name, as the server is given it: commands don't import the web application.
    return DeliveryProbe(house.settings, import_from_string("app.main:create_app"))


CropMargin = Annotated[
    bool,
    typer.Option(
        "--crop-margin", help="Cut the black margin off, and the largest square out of the rest."
    ),
]
GreyRange = Annotated[
    bool, typer.Option("--grey-range", help="Stretch the greys of every picture to 0 to 255.")
]
Resolution = Annotated[
    int | None,
    typer.Option(min=32, max=LARGEST_SIZE, help="Leave no finer detail than so many pixels have."),
]


def audit(
    slug: Slug,
    crop_margin: CropMargin = False,
    grey_range: GreyRange = False,
    resolution: Resolution = None,
) -> None:
    """Say what tells a study's arms apart without a look at anatomy; before opening it, best.

    Looks at the files, measures the pictures of the cases and fetches them as two readers'
    browsers would; of a draft, those that opening would draw. The outcome is kept in the study's
    log. Exits with 1 where files or their delivery differ: a browser can tell that. With a remedy
    it shows what that would change, and changes nothing.
    """
    house = open_house()
    made = audit_leaks(house.database, house.store, probe_of(house), slug, now=now(), actor=ACTOR)
    _print(made.pictures)
    remedies = Remedies(crop_margin, grey_range, resolution)
    if not remedies.is_empty:
        with house.database.reading() as session:
            after = audit_remedied(session, house.store, slug, remedies)
        print_table(wide_console(), remedy_table(made.pictures, after))
        typer.echo(f"With {remedies}. remedy-pictures makes such pictures of all arms.")
    typer.echo(file_sentence(made.pictures), err=bool(made.pictures.faults))
    typer.echo(delivery_sentence(made.delivery), err=bool(made.delivery.leaks))
    for leak in made.delivery.leaks:
        typer.echo(leak, err=True)
    if made.verdict.leaks:
        raise typer.Exit(1)


def remedy(
    size: Annotated[
        int,
        typer.Option(min=SMALLEST_SIZE, max=LARGEST_SIZE, help="Side of the new pictures."),
    ],
    from_size: Annotated[
        int, typer.Option("--from", help="Side of the pictures that they are made from.")
    ] = DEFAULT_SIZE,
    crop_margin: CropMargin = False,
    grey_range: GreyRange = False,
    resolution: Resolution = None,
) -> None:
    """Make pictures of another size of all arms alike, by remedies; a design names the size.

    Those that are there stay. Done again, images imported since get theirs.
    """
    house = open_house()
    remedies = Remedies(crop_margin, grey_range, resolution)
    made = remedy_pictures(
        house.database,
        house.store,
        from_size=from_size,
        size=size,
        remedies=remedies,
        now=now(),
        actor=ACTOR,
    )
    typer.echo(f"Made {made} pictures of {size} pixels: {remedies}.")
    typer.echo(f"Give the design rendition_size = {size}.")


def audit_folder(
    folder: Annotated[Path, typer.Argument(help="The bank's folder, with bank.json in it.")],
    size: Annotated[
        int,
        typer.Option(min=SMALLEST_SIZE, max=LARGEST_SIZE, help="Side of the pictures in pixels."),
    ] = DEFAULT_SIZE,
    most: Annotated[
        int, typer.Option(min=5, max=10_000, help="Images of each arm to look at, spread evenly.")
    ] = 100,
) -> None:
    """Say what tells a bank's arms apart without a look at anatomy, before it is imported.

    Reads the images as import-bank would and stores nothing.
    """
    pictures = audit_bank(folder, size=size, most=most)
    _print(pictures)
    typer.echo(f"{pictures.pictures} images were looked at, and nothing was stored.")
    if pictures.faults:
        typer.echo(f"{len(pictures.faults)} could not be read.", err=True)
        raise typer.Exit(1)


def _print(pictures: PictureAudit) -> None:
    console = wide_console()
    print_table(console, shortcut_table(pictures))
    balance = balance_table(pictures)
    if balance.rows:
        print_table(console, balance)
    console.print()
    for lead, text in shortcut_sentences(pictures):
        console.print(Text.assemble((lead, "bold"), " ", text))
    for pair in pictures.pairs[:_PAIRS_SHOWN]:
        console.print(Text(pair_sentence(pair)))
    if len(pictures.pairs) > _PAIRS_SHOWN:
        console.print(Text(f"And {len(pictures.pairs) - _PAIRS_SHOWN} more such pairs."))
    if offer := resolution_offer(pictures):
        console.print(Text(f"{offer} --resolution {pictures.common_resolution} tries or makes it."))
    for fault in pictures.faults:
        typer.echo(fault, err=True)


def open_it(
    slug: Slug,
    acknowledge: Annotated[
        str,
        typer.Option(
            help="Why arms that a program tells apart by their pictures are meant to be read as "
            "they are; the report prints it."
        ),
    ] = "",
    name: Operator = None,
) -> None:
    """Draw the cases, freeze design and cases, and begin; whoever does so signs it.

    Audits the cases for leaks first, unless exactly these were audited already.
    """
    house = open_house()
    with house.database.reading() as session:
        ensure_is_draft(session, slug)
    signed = signed_by("open", name)
    verdict = ensure_audited(
        house.database, house.store, probe_of(house), slug, now=now(), actor=ACTOR
    )
    with house.database.writing() as session:
        opened = open_study(
            session, slug, now=now(), actor=ACTOR, signed=signed, acknowledged=acknowledge
        )
    for warning in (*opened.warnings, *opened.leak_marks):
        typer.echo(f"warning: {warning}", err=True)
    tell_signed(signed)
    typer.echo(f"design sha256  {opened.design_sha256}")
    typer.echo(f"cases sha256   {opened.cases_sha256}")
    typer.echo(
        f"audited        {verdict.pictures} pictures, {verdict.fetched} fetched by "
        f"{verdict.readers} probe readers"
    )
    sets = f" in {opened.sets} sets" if opened.sets else ""
    practice = f" and {opened.practice_cases} practice cases" if opened.practice_cases else ""
    typer.echo(f"{slug} is open with {opened.cases} cases{sets}{practice}.")
