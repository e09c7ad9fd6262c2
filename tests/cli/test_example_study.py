"""`python -m app example-study`: the published protocols, listed and printed."""

import tomllib
from pathlib import Path

import numpy as np
from PIL import Image

from app.domain.design.reading import design_from_mapping
from tests.cli.conftest import Run


def folder_of_images(folder: Path, *, count: int = 3) -> Path:
    """Noise of each condition with a table that says what it shows."""
    folder.mkdir()
    rng = np.random.default_rng(len(folder.name))
    rows = ["file,condition,findings"]
    for condition in ("normal", "abnormal"):
        for number in range(count):
            name = f"{condition}-{number}.png"
            pixels = rng.integers(0, 256, (64, 64), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / name)
            rows.append(f"{name},{condition},Effusion")
    (folder / "index.csv").write_text("\n".join(rows) + "\n")
    return folder


def test_the_list_names_each_protocol_once(run: Run) -> None:
    lines = run("example-study", "--list").stdout.splitlines()
    assert len(lines) == 13
    names, asks, sources = zip(*(line.split("\t") for line in lines), strict=True)
    assert len(set(names)) == 13
    assert "tordjman-2026" in names
    assert all(asks)
    assert all(sources)


def test_a_protocol_is_printed_ready_to_become_a_study(run: Run, tmp_path: Path) -> None:
    for arm in ("real", "M0"):
        folder = folder_of_images(tmp_path / f"images-{arm}")
        run("import-images", folder, "--index", "index.csv", "--arm", arm, "--size", "64")
    printed = run("example-study", "jang-2023", "--size", "64")
    assert "# Jang et al., Scientific Reports 2023 [abs]" in printed.stdout
    assert "note: Each arm has 1 normal, 1 abnormal, not 25" in printed.stderr
    design = design_from_mapping(tomllib.loads(printed.stdout))
    assert [phase.key for phase in design.phases] == ["first_set", "second_set"]
    path = tmp_path / "design.toml"
    path.write_text(printed.stdout)
    slug = run("create-study", path).stdout.splitlines()[-1]
    assert f"{slug} is open" in run("open-study", slug).stdout


def test_what_is_not_there_is_said_in_a_sentence(run: Run) -> None:
    refused = run("example-study", "jang-2023", code=1).stderr.strip()
    assert refused == "jang-2023 needs a real arm, and the bank has none."
    refused = run("example-study", "no-such-study", code=1).stderr.strip()
    assert refused.startswith("There is no protocol 'no-such-study'")
