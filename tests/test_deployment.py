"""The containers: no default password, no root, nothing published to the world, right files in."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.web.routes.health import router

ROOT = Path(__file__).parents[1]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SERVICES: dict[str, Any] = yaml.safe_load(COMPOSE)["services"]
STAGES = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
# A value that compose refuses to do without, and that says what to do.
REQUIRED = re.compile(r"\$\{\w+:\?[A-Z][^}]+\.\}")


def test_every_secret_must_be_given() -> None:
    secrets = {
        (service, name): value
        for service, described in SERVICES.items()
        for name, value in described["environment"].items()
        if re.search(r"PASSWORD|SECRET|KEY|TOKEN", name)
    }
    assert set(secrets) == {
        ("app", "PGPASSWORD"),
        ("app", "NEGATOSCOPE_SECRET_KEY"),
        ("database", "POSTGRES_PASSWORD"),
    }
    for place, value in secrets.items():
        assert REQUIRED.fullmatch(value), place
    # Nor hidden in an address or in the image.
    assert not re.search(r"://[^/\s]*:[^/\s]*@", COMPOSE + DOCKERFILE)
    assert not re.search(r"PASSWORD|SECRET", DOCKERFILE)
    assert "trust" not in COMPOSE


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_no_service_is_root_or_can_become_it(service: str) -> None:
    described = SERVICES[service]
    assert described["user"].split(":")[0] not in ("", "0", "root")
    assert described["cap_drop"] == ["ALL"]
    assert described["security_opt"] == ["no-new-privileges:true"]
    assert described["read_only"] is True
    assert "privileged" not in described


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_every_service_says_whether_it_is_well_and_keeps_its_data(service: str) -> None:
    described = SERVICES[service]
    assert described["healthcheck"]["test"][0] == "CMD"
    named = yaml.safe_load(COMPOSE)["volumes"]
    assert [volume.split(":")[0] in named for volume in described["volumes"]] == [True]


def test_the_app_waits_for_a_database_that_is_well() -> None:
    assert SERVICES["app"]["depends_on"] == {"database": {"condition": "service_healthy"}}


def test_only_the_app_is_published_and_only_to_this_machine() -> None:
    assert [name for name, described in SERVICES.items() if "ports" in described] == ["app"]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["app"]["ports"])


def test_a_proxy_on_this_machine_is_believed_and_nobody_else() -> None:
    (network,) = yaml.safe_load(COMPOSE)["networks"]["default"]["ipam"]["config"]
    given = SERVICES["app"]["environment"]["NEGATOSCOPE_TRUSTED_PROXIES"]
    assert given == f"${{NEGATOSCOPE_TRUSTED_PROXIES:-{network['gateway']}}}"
    assert "FORWARDED_ALLOW_IPS" not in COMPOSE + DOCKERFILE


def test_the_image_runs_as_the_user_that_compose_names() -> None:
    last = STAGES[-1]
    (user,) = re.findall(r"^USER (.+)$", last, re.MULTILINE)
    assert user == SERVICES["app"]["user"]
    uid, gid = user.split(":")
    assert f"--uid {uid}" in last
    assert f"--gid {gid}" in last
    assert last.index("\nUSER ") < last.index("\nENTRYPOINT ")


def test_what_is_kept_for_speed_goes_where_a_read_only_root_lets_it() -> None:
    named = dict(re.findall(r"^ +(?:ENV )?([A-Z_]+)=(\S+)", STAGES[-1], re.MULTILINE))
    assert named["XDG_CACHE_HOME"].startswith("/tmp/")
    assert named["MPLCONFIGDIR"].startswith("/tmp/")
    assert any(place.startswith("/tmp") for place in SERVICES["app"]["tmpfs"])


def test_image_and_compose_ask_for_health_where_the_app_answers() -> None:
    paths = {route.path for route in router.routes}  # type: ignore[attr-defined]
    for text in (STAGES[-1], str(SERVICES["app"]["healthcheck"]["test"])):
        (path,) = re.findall(r"http://127\.0\.0\.1:8000(/\w+)", text)
        assert path in paths


def test_the_image_is_built_from_what_was_tested() -> None:
    build = STAGES[0]
    assert "-c constraints.txt" in build
    requires = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    versions = re.findall(r"^ARG BASE=python:(\d+\.\d+)-slim$", DOCKERFILE, re.MULTILINE)
    assert len(versions) == 1
    assert all(stage.startswith("${BASE}") for stage in STAGES)
    assert requires == ">=3.11"
    assert tuple(map(int, versions[0].split("."))) >= (3, 11)


def test_what_the_image_copies_is_let_in_and_nothing_else() -> None:
    copied = {
        name
        for line in re.findall(r"^COPY (?!--from)(.+)$", STAGES[0], re.MULTILINE)
        for name in line.split()[:-1]
    }
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    assert {line[1:] for line in lines if line.startswith("!")} == copied
    for name in copied:
        assert (ROOT / name).exists(), name


def test_the_wheel_carries_what_the_app_looks_for_inside_it() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert build["targets"]["wheel"]["force-include"] == {
        name: f"app/resources/{name}" for name in ("templates", "static", "migrations")
    }
    assert build["hooks"]["custom"]["path"] == "build_hook.py"


def test_the_wheel_carries_every_module_and_every_file_that_a_module_opens() -> None:
    wheel = pytest.importorskip("hatchling.builders.wheel", reason="hatchling is not installed")
    packed = {
        file.distribution_path for file in wheel.WheelBuilder(str(ROOT)).recurse_included_files()
    }
    sources = {
        path.relative_to(ROOT).as_posix()
        for half in ("app", "ml")
        for path in (ROOT / half).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert sources <= packed
    assert packed >= {
        "app/demo_images/bank.json",
        "app/demo_images/images.jsonl",
        "app/resources/migrations/env.py",
        "app/resources/templates/case.html",
        "ml/measuring/evaluation_sheet.html",
        "ml/sd15_config/model_index.json",
        "ml/sd15_config/unet/config.json",
    }
    assert not any(name.startswith(("tests/", "shared/", "benchmarks/")) for name in packed)


def test_every_folder_with_a_module_is_a_package() -> None:
    folders = {path.parent for half in ("app", "ml") for path in (ROOT / half).rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []
