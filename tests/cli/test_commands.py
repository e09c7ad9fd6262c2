"""Every command: help, the main job from an empty folder, and one sentence for bad input."""

import csv
import io
import os
import socket
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.cli import program
from app.cli.server import served_at
from app.db.engine import Database
from app.domain.errors import BadInput
from tests.cli.conftest import Run

COMMANDS = sorted(command.name or "" for command in program.registered_commands)
ROOT = Path(__file__).parents[2]


def folder_of_images(folder: Path, count: int = 4, *, seed: int = 1) -> Path:
    """A folder with `count` noisy images of each condition and an index.csv."""
    folder.mkdir()
    rng = np.random.default_rng(seed)
    lines = ["file,condition,findings,sex,age,view"]
    for condition in ("normal", "abnormal"):
        for number in range(count):
            name = f"{condition}-{number}.png"
            Image.fromarray(rng.integers(0, 256, (80, 70), dtype=np.uint8)).save(folder / name)
            lines.append(f"{name},{condition},,F,44,PA")
    (folder / "index.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_helps(run: Run, command: str) -> None:
    assert "Usage" in run(command, "--help").output


def test_no_command_at_all_is_wrong_usage(run: Run) -> None:
    run(code=2)
    run("no-such-command", code=2)
    run("invite", code=2)
    run("invite", "x", "--count", "none", code=2)
    run("serve", "--port", "99999", code=2)


def test_the_main_job_from_an_empty_folder(run: Run, tmp_path: Path) -> None:
    real = folder_of_images(tmp_path / "real")
    model = folder_of_images(tmp_path / "m1", seed=2)
    out = run("import-images", real, "--index", "index.csv", "--arm", "real").output
    assert "8 images added, 0 already in the bank, 0 refused." in out
    run("import-images", model, "--index", "index.csv", "--arm", "M1", "--label", "M1: LoRA")
    again = run("import-images", real, "--index", "index.csv", "--arm", "real").output
    assert "0 images added, 8 already in the bank" in again
    design = tmp_path / "design.toml"
    design.write_text(run("example-study").stdout)
    slug = run("create-study", design).stdout.splitlines()[-1]
    opened = run("open-study", slug).stdout
    assert "design sha256" in opened
    assert f"{slug} is open with 16 cases." in opened
    invited = [line.split("\t") for line in run("invite", slug, "--count", "6").stdout.splitlines()]
    assert [code for code, _ in invited] == [f"R{number:02}" for number in range(1, 7)]
    assert len({link for _, link in invited}) == 6
    assert all(link.startswith("http://127.0.0.1:8000/r/") for _, link in invited)
    assert run("reissue", slug, "R02").stdout.startswith("R02\thttp")
    assert "withdrawn" in run("revoke", slug, "R01").stdout
    rehearsal = run("rehearse", slug, "--readers", "2").stdout.splitlines()[-1]
    assert f"{slug}\topen" in run("studies").stdout
    exported = run("export", rehearsal, "--out", tmp_path / "all.zip")
    assert "warning" not in exported.stderr
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read(f"{rehearsal}/ratings.csv").decode())))
        readers = archive.read(f"{rehearsal}/readers.csv").decode()
    assert len(rows) == 2 * 17
    assert {row["truth"] for row in rows} == {"real", "synthetic"}
    assert ",1," in readers.splitlines()[1]
    assert "Say why" in run("export", slug, "--out", tmp_path / "early.csv", code=1).stderr
    assert not (tmp_path / "early.csv").exists()
    early = run("export", slug, "--out", tmp_path / "early.csv", "--reason", "a trial")
    assert "no longer blinded" in early.stderr
    assert (tmp_path / "early.csv").read_text().startswith("study,reader,case,arm,")
    assert "is closed" in run("close-study", slug).stdout


def test_a_frozen_study_says_why_it_refuses(run: Run, tmp_path: Path) -> None:
    run("import-images", folder_of_images(tmp_path / "a"), "--index", "index.csv", "--arm", "real")
    design = tmp_path / "design.toml"
    design.write_text(run("example-study").stdout)
    slug = run("create-study", design).stdout.splitlines()[-1]
    run("close-study", slug, code=1)
    run("open-study", slug)
    assert "only a draft can be opened" in run("open-study", slug, code=1).stderr
    run("close-study", slug)
    assert "closed" in run("invite", slug, code=1).stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["import-bank", "nowhere"], "nowhere"),
        (["import-images", ".", "--index", "none.csv", "--arm", "real"], "none.csv"),
        (["import-images", ".", "--index", "x", "--arm", "no spaces"], "can't name an arm"),
        (["example-study"], "the bank is empty"),
        (["create-study", "missing.toml"], "missing.toml"),
        (["open-study", "nothing"], "no study 'nothing'"),
        (["close-study", "nothing"], "no study 'nothing'"),
        (["invite", "nothing"], "no study 'nothing'"),
        (["revoke", "nothing", "R01"], "no study 'nothing'"),
        (["export", "nothing", "--out", "x.zip"], "no study 'nothing'"),
        (["rehearse", "nothing"], "no study 'nothing'"),
    ],
)
def test_a_users_error_is_one_sentence(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    error = run(*arguments, code=1).stderr.strip()
    assert sentence in error
    assert len(error.splitlines()) == 1
    assert not (tmp_path / "x.zip").exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("title = ", "is not a TOML file"),
        ("\xff\xfe".encode("latin-1"), "is not text in UTF-8"),
        ('title = "x"\n', "arms: name at least one"),
        ('\ufefftitle = "x"\n', "design.toml: arms: name at least one"),
        ('title = "x"\ncolour = 1\n[[arms]]\narm = "real"\nnormal = 1\n', "colour: is not an"),
        ('title = "x"\n[[arms]]\narm = "M9"\nnormal = 1\n', "has no arm 'M9'"),
        ('title = "x"\nseed = 99999999999999999999\n[[arms]]\narm = "a"\nnormal = 1\n', "seed"),
        ("seed = " + "9" * 5000 + "\n", "is not a TOML file"),
        ("seed = 0x" + "f" * 9000 + "\n", "seed: must be a whole number"),
        ("seed = " + "[" * 100_000 + "\n", "is not a TOML file"),
    ],
    ids=lambda given: given if isinstance(given, str) and len(given) < 40 else "text",
)
def test_a_bad_design_names_file_and_field(
    run: Run, tmp_path: Path, text: str | bytes, sentence: str
) -> None:
    design = tmp_path / "design.toml"
    design.write_bytes(text.encode() if isinstance(text, str) else text)
    assert sentence in run("create-study", design, code=1).stderr


def test_a_bad_database_url_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEGATOSCOPE_DATABASE_URL", "nonsense")
    assert "not a database URL" in run("studies", code=1).stderr
    monkeypatch.setenv("NEGATOSCOPE_DATABASE_URL", "sqlite://")
    assert "in memory" in run("studies", code=1).stderr
    monkeypatch.setenv("NEGATOSCOPE_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert "database can't be used" in run("studies", code=1).stderr


def test_an_old_sqlite_is_refused_before_the_first_rating(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Red Hat 9 has 3.34, which can't return what it has written."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(BadInput, match=r"3\.35 or newer is needed"):
        Database(f"sqlite:///{tmp_path / 'new.db'}")
    assert list(tmp_path.iterdir()) == []


def test_another_programs_file_is_left_as_it_was(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "orders # 1.db"
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY)")
    file.chmod(0o644)
    before = file.read_bytes(), file.stat().st_mode, sorted(tmp_path.glob("orders*"))
    monkeypatch.setenv("NEGATOSCOPE_DATABASE_URL", f"sqlite:///{file}")
    said = run("studies", code=1).stderr
    assert "holds the tables of another program (orders)" in said
    assert (file.read_bytes(), file.stat().st_mode, sorted(tmp_path.glob("orders*"))) == before


def test_a_password_is_set_from_standard_input(run: Run) -> None:
    assert "Made the account" in run("set-password", input="a long enough one\n").stdout
    assert "Changed" in run("set-password", input="another long enough\n").stdout
    assert "12 to 200 characters" in run("set-password", input="short\n", code=1).stderr
    assert "No password" in run("set-password", input="", code=1).stderr


def test_a_taken_port_is_said_plainly(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for command in ("serve", "demo"):
            assert f"Port {port}" in run(command, "--port", port, code=1).stderr


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LOG_FORMAT", "xml", "NEGATOSCOPE_LOG_FORMAT can't be used: input should be 'text'"),
        ("LARGEST_UPLOAD", "much", "NEGATOSCOPE_LARGEST_UPLOAD can't be used: input should be a"),
        ("BASE_URL", "reading.example.org", "NEGATOSCOPE_BASE_URL can't begin readers' links"),
        ("BASE_URL", "ftp://reading.example.org", "NEGATOSCOPE_BASE_URL can't begin"),
        ("BASE_URL", "https://a:b@reading.example.org", "NEGATOSCOPE_BASE_URL can't begin"),
        ("BASE_URL", "https://reading.example.org?a=b", "NEGATOSCOPE_BASE_URL can't begin"),
        ("BASE_URL", "https://reading.example.org/bank", "begins like pages of the application"),
        ("DATABASE_URL", "mysql://a@b/c", "asks for a driver that is not installed (MySQLdb)"),
        ("DATA_DIR", "/proc/nowhere", "NEGATOSCOPE_DATA_DIR is /proc/nowhere, where no folder"),
    ],
)
def test_a_wrong_setting_is_one_sentence_before_anything_is_made(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"NEGATOSCOPE_{name}", value)
    told = run("serve", "--port", _a_free_port(), code=1).stderr
    assert said in told
    assert "password" not in told


def _a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_message_that_cannot_be_shown_is_refused_before_anything_is_asked(run: Run) -> None:
    refused = run("message-readers", "no-study", "The server rests at noon.", code=1)
    assert "no-study" in refused.stderr
    assert "Does it tell none of that?" not in refused.stderr


def test_the_database_of_a_newer_version_is_one_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NEGATOSCOPE_DATABASE_URL", f"sqlite:///{tmp_path / 'newer.db'}")
    run("studies")
    with closing(sqlite3.connect(tmp_path / "newer.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    assert "has the schema 9999 of another version" in run("studies", code=1).stderr


def test_links_begin_with_the_port_that_is_served(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("NEGATOSCOPE_BASE_URL", raising=False)
    assert served_at("127.0.0.1", 8000).base_url == "http://127.0.0.1:8000"
    assert capsys.readouterr().err == ""
    for host, port, begin in (
        ("127.0.0.1", 8090, "http://127.0.0.1:8090"),
        ("::1", 8000, "http://[::1]:8000"),
        ("0.0.0.0", 8000, "http://127.0.0.1:8000"),
    ):
        assert served_at(host, port).base_url == begin
        assert f"links begin with {begin}; give the address" in capsys.readouterr().err
    monkeypatch.setenv("NEGATOSCOPE_BASE_URL", "https://reading.example.org")
    assert served_at("0.0.0.0", 8090).base_url == "https://reading.example.org"
    assert capsys.readouterr().err == ""


def test_the_demo_bank_is_the_same_bytes_for_the_same_seed(run: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        run("demo-bank", "--out", tmp_path / name, "--per-condition", 1, "--seed", 5, "--size", 128)
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.*"))
    assert len(files) == 2 + 10
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    assert "exists already" in run("demo-bank", "--out", tmp_path / "a", code=1).stderr
    out = run("import-bank", tmp_path / "a").output
    assert "10 images added" in out


def test_a_strict_import_refuses_everything(run: Run, tmp_path: Path) -> None:
    folder = folder_of_images(tmp_path / "a")
    (folder / "normal-0.png").write_bytes(b"not an image")
    arguments = ("import-images", folder, "--index", "index.csv", "--arm", "real")
    refused = run(*arguments, "--strict", code=1).stderr
    assert "normal-0.png" in refused
    assert "the bank is empty" in run("example-study", code=1).stderr
    lenient = run(*arguments)
    assert "normal-0.png" in lenient.stderr
    assert "7 images added, 0 already in the bank, 1 refused." in lenient.stdout


def test_it_runs_as_a_module(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "app", "open-study", "nothing"],
        cwd=ROOT,
        env=os.environ | {"NEGATOSCOPE_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert result.stderr.strip().startswith("There is no study")


def test_a_soft_arm_and_a_spoilt_file_are_found_before_opening(run: Run, tmp_path: Path) -> None:
    real = folder_of_images(tmp_path / "real", 6)
    soft = folder_of_images(tmp_path / "soft", 6, seed=2)
    for path in soft.glob("*.png"):
        with Image.open(path) as image:
            image.resize((64, 74)).resize((140, 160)).save(path)
    for folder in (real, soft):
        run("import-images", folder, "--index", "index.csv", "--arm", folder.name, "--size", 160)
    design = tmp_path / "design.toml"
    design.write_text(
        run("example-study").stdout.replace("rendition_size = 512", "rendition_size = 160")
    )
    slug = run("create-study", design).stdout.splitlines()[-1]
    audit = run("audit-study", slug).stdout
    assert "Told from real without anatomy: soft." in audit
    assert "All 24 files are alike" in audit
    assert "than it has. --resolution 80 tries or makes it." in " ".join(audit.split())
    tried = run("audit-study", slug, "--resolution", 64, "--grey-range").stdout
    assert "Before and after" in tried
    assert "With grey range stretched, detail of 64 pixels." in tried
    pictures = sorted((tmp_path / "var" / "renditions").glob("??/*.png"))
    made = run("remedy-pictures", "--from", 160, "--size", 156, "--resolution", 64).stdout
    assert "Made 24 pictures of 156 pixels" in made
    refused = run("open-study", slug, code=1)
    assert "say why these pictures are meant" in refused.stderr
    assert "is open" in run("open-study", slug, "--acknowledge", "They are soft on purpose.").stdout
    pictures[0].unlink()
    spoilt = run("audit-study", slug, code=1)
    assert "is not there." in spoilt.stderr
    assert "1 of 24 files is missing" in spoilt.stderr
    run("audit-study", "nothing", code=1)


def test_a_bank_is_audited_before_it_is_imported(run: Run, tmp_path: Path) -> None:
    run("demo-bank", "--out", tmp_path / "bank", "--per-condition", 3, "--size", 128)
    audit = run("audit-bank", tmp_path / "bank", "--size", 128, "--most", 6).stdout
    assert "Shortcuts in the pictures" in audit
    assert "Balance of the arms" in audit
    assert "images were looked at, and nothing was stored." in audit
    assert not list((tmp_path / "var").rglob("*.png"))
    (tmp_path / "bank" / "images.jsonl").unlink()
    run("audit-bank", tmp_path / "bank", code=1)


def test_of_a_demonstration_bank_that_does_not_fit_nothing_is_left(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_half(out: Path, **_: object) -> int:
        out.mkdir()
        (out / "half.png").touch()
        raise OSError(28, "No space left on device", str(out))

    monkeypatch.setattr("app.cli.demo.write_demo_bank", write_half)
    refused = run("demo-bank", "--out", tmp_path / "bank", code=1).stderr
    assert refused == f"{tmp_path / 'bank'}: No space left on device.\n"
    assert not (tmp_path / "bank").exists()
