"""demo: everything a stranger needs to see a study, with simulated radiographs."""

import json
import os
import shutil
from pathlib import Path
from typing import Annotated, TypedDict

import typer
from sqlalchemy.orm import Session

from app.bank.header import read_bank_header
from app.cli.audit import probe_of
from app.cli.demo_bank import mark_bank, write_demo_bank
from app.cli.demo_studies import DRAWN_AT, SEED, two_minutes, worked_studies
from app.cli.opening import ACTOR, House, announce_first_account, now, open_house
from app.cli.server import Host, Port, ensure_port_is_free, run_server
from app.domain.design.design import RENDITION_SIZE
from app.domain.errors import BadInput
from app.phantom import DEMO_ARMS, OTHER_ROOMS
from app.phantom.radiograph import LARGEST, SMALLEST
from app.services.accounts import FIRST_NAME
from app.services.create_study import create_study
from app.services.import_bank import import_bank
from app.services.invite_readers import invite_readers
from app.services.open_study import open_study
from app.services.rehearse_study import rehearse_study
from app.services.study_progress import ArmHoldings, bank_arms
from app.web.leak_audits import ensure_audited

ACKNOWLEDGED = "A demonstration: that small models' radiographs differ is what it shows."
# A bank that python -m ml.demo made: small diffusion models trained on the phantom's radiographs.
PER_CONDITION = 6
"""Films of each of the phantom's arms and conditions."""
MODEL_ARMS = Path(__file__).parents[1] / "demo_images"


def add_commands(program: typer.Typer) -> None:
    """Join this file's commands to the program."""
    program.command("demo")(demo)
    program.command("demo-bank")(demo_bank)


def demo(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Make a bank of simulated radiographs and studies over it, print their links, and serve."""
    ensure_port_is_free(host, port)
    os.environ.setdefault("NEGATOSCOPE_BASE_URL", f"http://{host}:{port}")
    house = open_house()
    announce_first_account(house)
    state_file = house.settings.data_dir / "demo.json"
    state = _read_state(state_file) or _make_demo(house, state_file)
    base = house.settings.base_url.rstrip("/")
    typer.echo("")
    typer.echo("Everything here is simulated: the radiographs, and the readers of the reports.")
    typer.echo(f"  reader        {base}/r/{state['reader_token']}   (ten films, two minutes)")
    typer.echo(f"  investigator  {base}/studies/{state['study']}   (sign in as {FIRST_NAME})")
    for name, slug in state["rehearsals"].items():
        typer.echo(f"  report        {base}/studies/{slug}/report   ({name})")
    typer.echo("Ctrl-C stops the server; everything is kept.", nl=True)
    run_server(house, host, port)


def demo_bank(
    out: Annotated[Path, typer.Option(help="The folder to make; it must not exist yet.")],
    per_condition: Annotated[
        int, typer.Option(min=1, max=10_000, help="Images of each arm and condition.")
    ] = 6,
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = SEED,
    reference_only: Annotated[
        bool, typer.Option("--reference-only", help="Only the arm without generator faults.")
    ] = False,
    other_rooms: Annotated[
        bool,
        typer.Option(
            "--other-rooms", help="Also films of other exposures, for the base of ml.demo."
        ),
    ] = False,
    size: Annotated[
        int, typer.Option(min=SMALLEST, max=LARGEST, help="Side of the images in pixels.")
    ] = 512,
    uncollimated: Annotated[
        bool, typer.Option("--uncollimated", help="No film has unexposed, black borders.")
    ] = False,
    unmarked: Annotated[
        bool,
        typer.Option("--unmarked", help="No film has lead letters; for ml.demo to learn from."),
    ] = False,
) -> None:
    """Write a bank of simulated radiographs (see docs/bank-format.md)."""
    if out.exists():
        raise BadInput(f"{out} exists already; name a folder that doesn't.")
    arms = (DEMO_ARMS[:1] if reference_only else DEMO_ARMS) + (OTHER_ROOMS,) * other_rooms
    try:
        count = write_demo_bank(
            out,
            seed=seed,
            per_condition=per_condition,
            arms=arms,
            size=size,
            collimated=not uncollimated,
            marked=not unmarked,
        )
    except BaseException:
        # The folder is new: of a full disk, or of Ctrl-C, no part of a bank is left.
        shutil.rmtree(out, ignore_errors=True)
        raise
    typer.echo(f"Wrote {count} simulated radiographs to {out}.")


class DemoState(TypedDict):
    """What the links of a demonstration are made of, kept beside its database."""

    study: str
    reader_token: str
    rehearsals: dict[str, str]


def _read_state(path: Path) -> DemoState | None:
    try:
        state: DemoState = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    # One of an older version has no worked studies: they are made, and its own stay as they are.
    return state if "rehearsals" in state else None


def _make_demo(house: House, state_file: Path) -> DemoState:
    arms = _fill_bank(house)
    with house.database.writing() as session:
        slug = create_study(session, two_minutes(arms), now=now(), actor=ACTOR)
    ensure_audited(house.database, house.store, probe_of(house), slug, now=now(), actor=ACTOR)
    with house.database.writing() as session:
        open_study(session, slug, now=now(), actor=ACTOR, acknowledged=ACKNOWLEDGED)
        (invitation,) = invite_readers(session, slug, count=1, now=now(), actor=ACTOR)
        state = DemoState(
            study=slug, reader_token=invitation.token, rehearsals=_rehearse_all(session, arms)
        )
        # Before the commit: a study without its link would be of no use to the next start.
        state_file.touch(mode=0o600)
        state_file.write_text(json.dumps(state), encoding="utf-8")
    return state


def _fill_bank(house: House) -> list[ArmHoldings]:
    """Import the phantom's films and the models' images; the arms of the demonstration."""
    # Named for what it holds: an older version's `demo-bank` had no faulty arms, and frames.
    folder = house.settings.data_dir / "demo-films"
    if not (folder / "bank.json").exists():
        typer.echo("Making simulated radiographs ...")
        # Models draw no unexposed borders; on the reference they would tell the arms apart.
        write_demo_bank(folder, seed=SEED, per_condition=PER_CONDITION, collimated=False)
    models = house.settings.data_dir / "demo-models"
    if not (models / "bank.json").exists():
        mark_bank(MODEL_ARMS, models)
    for bank in (folder, models):
        for size in (RENDITION_SIZE, DRAWN_AT):
            import_bank(house.database, house.store, bank, now=now(), size=size)
    ours = {arm.id for arm in DEMO_ARMS} | _model_keys()
    with house.database.reading() as session:
        return [arm for arm in bank_arms(session) if arm.key in ours]


def _model_keys() -> set[str]:
    return {arm.id for arm in read_bank_header(MODEL_ARMS).arms}


def _rehearse_all(session: Session, arms: list[ArmHoldings]) -> dict[str, str]:
    """Make each worked study with its rehearsal; the rehearsals' short names."""
    typer.echo("Rehearsing four studies ...")
    rehearsals = {}
    with_reference = _model_keys() | {DEMO_ARMS[0].id}
    models = [arm for arm in arms if arm.key in with_reference]
    for worked in worked_studies(session, arms, models):
        slug = create_study(session, worked.design, now=now(), actor=ACTOR)
        rehearsal = rehearse_study(
            session, slug, readers=worked.readers, seed=worked.seed, now=now(), actor=ACTOR
        )
        rehearsals[worked.name] = rehearsal.slug
    return rehearsals
