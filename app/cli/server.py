"""serve and set-password."""

import ipaddress
import os
import resource
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
import uvicorn

from app.cli.opening import House, announce_first_account, now, open_house
from app.domain.errors import BadInput, Refused
from app.services.accounts import FIRST_NAME, set_password
from app.settings import Settings, resource_dir
from app.web.logs import log_config
from app.web.metrics import FOLDER_VARIABLE
from app.web.pages import Pages

WANTED_FILES = 8192

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")]


def add_commands(program: typer.Typer) -> None:
    """Join this file's commands to the program."""
    program.command("serve")(serve)
    program.command("set-password")(change_password)


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Processes; more than one needs PostgreSQL.")
    ] = 1,
) -> None:
    """Serve the application."""
    ensure_port_is_free(host, port)
    house = open_house(served_at(host, port))
    announce_first_account(house)
    if workers > 1 and house.database.is_sqlite:
        raise Refused("SQLite takes one process; use PostgreSQL for more, or leave --workers out.")
    run_server(house, host, port, workers)


def served_at(host: str, port: int) -> Settings:
    """The settings; readers' links begin with this very server where no address is given.

    Warns where commands, which don't know the port, would print other links, and where nobody but
    this machine could open one.
    """
    settings = Settings()
    # Before the first account is made, whose password is shown only once.
    ensure_usable(settings)
    if "base_url" in settings.model_fields_set:
        return settings
    listens_to_all = _is_every_address(host)
    name = "127.0.0.1" if listens_to_all else f"[{host}]" if ":" in host else host
    here = settings.model_copy(update={"base_url": f"http://{name}:{port}"})
    if listens_to_all or here.base_url != settings.base_url:
        typer.echo(
            f"warning: readers' links begin with {here.base_url}; give the address that readers "
            "can open in NEGATOSCOPE_BASE_URL, here and to every command that prints links.",
            err=True,
        )
    return here


def _is_every_address(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def ensure_usable(settings: Settings) -> None:
    """Raise BadInput for a path or proxies that the server would refuse as it starts."""
    _ = settings.path_prefix, settings.proxies


def change_password(
    name: Annotated[str, typer.Argument(help="The investigator's name.")] = FIRST_NAME,
) -> None:
    """Give an investigator a new password, or make an account; asked for, never an argument.

    With standard input not a terminal the password is its first line.
    """
    if sys.stdin.isatty():
        password = typer.prompt("New password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise BadInput("No password came on standard input.")
    house = open_house()
    with house.database.writing() as session:
        is_new = set_password(session, name, password, now=now())
    typer.echo(f"{'Made the account' if is_new else 'Changed the password of'} {name}.")


def ensure_port_is_free(host: str, port: int) -> None:
    """Say plainly that a port is taken, before any work is done."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(
                f"Port {port} of {host} can't be used ({error.strerror}); "
                f"choose another (--port {port + 1}, or PORT={port + 1} with make)."
            ) from None


def run_server(
    house: House,
    host: str,
    port: int,
    workers: int = 1,
    *,
    factory: str = "app.main:create_app_from_environment",
) -> None:
    """Hand over to uvicorn; its workers read the same settings from the environment."""
    os.environ["NEGATOSCOPE_BASE_URL"] = house.settings.base_url
    whom_to_believe(house.settings)
    if house.settings.base_url.startswith("https://") and not house.settings.proxies:
        typer.echo(
            "warning: https needs a proxy in front; name it in NEGATOSCOPE_TRUSTED_PROXIES, or "
            "everybody who signs in seems to come from its address.",
            err=True,
        )
    if not house.database.is_sqlite and not house.settings.secret_key.get_secret_value():
        typer.echo(
            "warning: cookies are signed with a key of this machine's data folder; where several "
            "machines serve, give all of them the same NEGATOSCOPE_SECRET_KEY.",
            err=True,
        )
    # Before the first worker: a key that is too short is one sentence here, not a worker's end.
    house.settings.effective_secret_key()
    Pages(resource_dir("templates"), resource_dir("static")).ensure_whole()
    house.database.dispose()
    _allow_many_connections()
    with _shared_numbers(workers if house.settings.metrics_token.get_secret_value() else 1):
        _run_uvicorn(factory, house.settings, host, port, workers)


def _run_uvicorn(application: str, settings: Settings, host: str, port: int, workers: int) -> None:
    uvicorn.run(
        application,
        factory=True,
        host=host,
        port=port,
        workers=workers,
        server_header=False,
        **whom_to_believe(settings),
        http="app.web.punctual:PunctualProtocol",
        log_config=dict(log_config(settings.log_format)),
        # A worker that starts on a busy machine would be ended again and again before it answers.
        timeout_worker_healthcheck=60,
        # A browser that doesn't read its answer must not keep a server from stopping.
        timeout_graceful_shutdown=20,
    )


def whom_to_believe(settings: Settings) -> dict[str, Any]:
    """Uvicorn's options for X-Forwarded-For: believed from declared proxies, else from nobody.

    Raises BadInput where only uvicorn's own variable is set: it was read by earlier versions, and
    to drop it silently would make everybody one address.
    """
    proxies = settings.proxies
    if not proxies and os.environ.get("FORWARDED_ALLOW_IPS"):
        raise BadInput(
            "FORWARDED_ALLOW_IPS is not read any more; name the proxies in "
            "NEGATOSCOPE_TRUSTED_PROXIES instead, and unset it."
        )
    return {"proxy_headers": bool(proxies), "forwarded_allow_ips": proxies}


def _allow_many_connections() -> None:
    """Each connection is an open file, and many systems allow 1,024 unless more is asked for."""
    most, hardest = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_FILES if hardest == resource.RLIM_INFINITY else min(WANTED_FILES, hardest)
    if most != resource.RLIM_INFINITY and most < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hardest))


@contextmanager
def _shared_numbers(workers: int) -> Iterator[None]:
    """A folder in which several processes put their metrics together."""
    if workers == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="negatoscope-metrics-") as folder:
        os.environ[FOLDER_VARIABLE] = folder
        yield
