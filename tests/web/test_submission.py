"""The archive of a closed study: everything in it, nothing that is a secret, and it recomputes."""

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient
from markdown_it import MarkdownIt
from sqlalchemy import select, update

from app.db.append_only import gate_open
from app.db.tables import Arm, Event, Image, Study
from app.report.submission import contents
from app.services.rehearse_study import rehearse_study
from tests.studies import NOW, House
from tests.web.test_investigator import Investigator

ROOT = Path(__file__).parents[2]
Files = dict[str, bytes]


@pytest.fixture
def investigator(client: TestClient, house: House) -> Investigator:
    """Signed in."""
    signed_in = Investigator(house, client)
    signed_in.sign_in()
    return signed_in


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the PDF and the figures, which take most of the time and are tested elsewhere."""
    monkeypatch.setattr(contents, "report_pdf", lambda *_, **__: b"%PDF-")
    monkeypatch.setattr(contents, "figure_files", lambda *_: iter([("roc.svg", b"<svg/>")]))


def closed(house: House) -> str:
    """The short name of a rehearsed study."""
    slug = house.draft()
    house.open(slug)
    with house.database.writing() as session:
        return rehearse_study(session, slug, readers=3, seed=1, now=NOW, actor="Ada L").slug


def submission(investigator: Investigator, slug: str) -> Files:
    """The archive's files by name."""
    assert investigator.post(f"/studies/{slug}/export").status_code == 200
    answer = investigator.client.get(f"/studies/{slug}/export/{slug}-submission.zip")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
        assert all(name.startswith(f"{slug}-submission/") for name in names)
        assert len(set(names)) == len(names)
        return {name.partition("/")[2]: archive.read(name) for name in names}


@pytest.mark.usefixtures("quick")
def test_it_holds_every_part_and_no_secret(house: House, investigator: Investigator) -> None:
    slug = closed(house)
    files = submission(investigator, slug)
    parts = {name.partition("/")[0] for name in files if "/" in name}
    assert parts == {
        "protocol",
        "text",
        "checklists",
        "flow",
        "report",
        "tables",
        "figures",
        "data",
        "record",
    }
    read_me = files["README.md"].decode()
    for part in parts:
        assert f"{part}/" in read_me
    assert "REHEARSAL" in read_me
    sums = dict(reversed(line.split("  ", 1)) for line in files["SHA256SUMS"].decode().splitlines())
    others = {name: content for name, content in files.items() if name in sums}
    assert set(files) - set(sums) == {"SHA256SUMS", "README.md"}
    assert {name: hashlib.sha256(content).hexdigest() for name, content in others.items()} == sums
    with house.database.reading() as session:
        study = session.scalars(select(Study).where(Study.slug == slug)).one()
        events = session.scalars(select(Event).where(Event.study_id == study.id)).all()
        salts, heads = [one.salt for one in events], [one.hash for one in events]
    everything = b"".join(files.values()).decode("utf-8", "replace")
    assert not [salt for salt in salts if salt in everything]
    # Who acted in the office is told where it was signed, and not in the record's lines.
    record = files["record/record.csv"].decode()
    assert "Ada L" not in record
    assert heads[0] in record
    assert files["record/verdict.txt"].decode().startswith("The record holds: ")


# What differs between the databases is tested above.
one_database = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@one_database
@pytest.mark.usefixtures("quick")
def test_every_number_is_recomputed_and_a_changed_rating_is_named(
    house: House, investigator: Investigator, tmp_path: Path
) -> None:
    folder = tmp_path / "unpacked"
    for name, content in submission(investigator, closed(house)).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, folder / "analysis.py"],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )

    same = run()
    assert same.returncode == 0, same.stdout + same.stderr
    assert int(same.stdout.split()[0]) > 500
    assert "numbers recomputed from ratings.csv, 0 differ" in same.stdout
    ratings = folder / "data/ratings.csv"
    with ratings.open(newline="") as file:
        header, *rows = list(csv.reader(file))
    place = header.index("realism")
    rows[0][place] = "1" if rows[0][place] != "1" else "5"
    with ratings.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    other = run()
    assert other.returncode == 1
    assert "arms/" in other.stdout


@one_database
@pytest.mark.usefixtures("quick")
def test_the_flow_is_of_the_bank_that_the_cases_were_drawn_from(
    house: House, investigator: Investigator
) -> None:
    slug = closed(house)
    before = submission(investigator, slug)["flow/images.csv"]
    with house.database.writing() as session:
        arm = session.scalars(select(Arm).where(Arm.key == "M0")).one()
        session.add(
            Image(
                arm_id=arm.id,
                sha256="ab" * 32,
                condition="normal",
                source_file="later.png",
                width=64,
                height=64,
                provenance={},
                imported_at=NOW,
            )
        )
        arm.generated, arm.rejected = 3, 1
    assert submission(investigator, slug)["flow/images.csv"] == before
    # Of what is drawn now, the counts of the last bank can't be true.
    files = submission(investigator, closed(house))
    rows = {
        one["arm"]: one for one in csv.DictReader(io.StringIO(files["flow/images.csv"].decode()))
    }
    assert (rows["M0"]["generated"], rows["M0"]["rejected"], rows["M0"]["in_bank"]) == (
        "",
        "",
        "13",
    )
    table = csv.DictReader(io.StringIO(files["tables/images.csv"].decode()))
    assert [one["Generated"] for one in table if "M0" in one["Arm"]] == ["–"]


@one_database
@pytest.mark.usefixtures("quick")
def test_a_title_s_marks_are_shown_as_typed_and_the_rule_in_the_pack_s_language(
    house: House, investigator: Investigator
) -> None:
    with house.database.writing() as session:
        for arm in session.scalars(select(Arm)):
            arm.rejection_rule = "not a finite number, or grey levels varying by less than 1 of 255"
            arm.label = f"<i>{arm.label}</i> *new*"
    slug = house.draft(title="<b>Bold</b> & _low_ [go](javascript:x)")
    house.open(slug)
    with house.database.writing() as session:
        slug = rehearse_study(session, slug, readers=3, seed=1, now=NOW, actor="Ada L").slug
    investigator.client.headers["Accept-Language"] = "pt-BR"
    files = submission(investigator, slug)
    texts = {name: content.decode() for name, content in files.items() if name.endswith(".md")}
    assert len(texts) == 8
    for name, text in texts.items():
        rendered = MarkdownIt("gfm-like", {"linkify": False}).render(text)
        for tag in ("<b>", "<i>", 'javascript:x">', "<em>low</em>", "<em>new</em>"):
            assert tag not in rendered, name
    card = MarkdownIt().render(texts["data/dataset-card.md"])
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; _low_ [go](javascript:x)" in card
    assert "&lt;i&gt;" in card
    for name in ("data/dataset-card.md", "checklists/claim-2024.md"):
        assert "grey levels varying" not in texts[name], name
        assert "um número não finito" in texts[name], name


@one_database
@pytest.mark.usefixtures("quick")
def test_flow_checklists_tables_and_package_say_what_the_study_was(
    house: House, investigator: Investigator
) -> None:
    files = submission(investigator, closed(house))
    for name in ("flow/images.svg", "flow/readers.svg"):
        drawing = ElementTree.fromstring(files[name])
        told = [one.text for one in drawing.iter("{http://www.w3.org/2000/svg}text")]
        assert "n = 3" in told or "In the analysis by arm" in told
    rows = list(csv.DictReader(io.StringIO(files["flow/images.csv"].decode())))
    assert [row["arm"] for row in rows] == ["real", "M0", "M1"]
    for row in rows:
        assert int(row["in_bank"]) >= int(row["drawn"]) >= int(row["shown"]) >= 1
        assert row["shown"] == row["answered"]
    for name, count in (("claim-2024", 44), ("stard-ai-2025", 48), ("grras", 15)):
        lines = list(csv.DictReader(io.StringIO(files[f"checklists/{name}.csv"].decode())))
        assert len(lines) == count
        for line in lines:
            is_open = line["where_answered"] == "not answered by this study"
            assert is_open == (line["text"] == "")
            for place in line["where_answered"].split(", ") if not is_open else ():
                assert any(file.startswith(place) for file in files), (name, place)
    for name, content in files.items():
        if name.endswith(".tex"):
            assert content.count(b"{") == content.count(b"}"), name
    deposit = json.loads(files["zenodo.json"])
    assert deposit["upload_type"] == "dataset"
    assert deposit["license"] == "ENTER"
    package = json.loads(files["data/datapackage.json"])
    for one in package["resources"]:
        content = files[f"data/{one['path']}"]
        header = next(csv.reader(io.StringIO(content.decode())))
        assert [field["name"] for field in one["schema"]["fields"]] == header
        assert one["bytes"] == len(content)
    described = {field["name"]: field for field in package["resources"][0]["schema"]["fields"]}
    assert described["truth"]["description"]


def test_only_of_a_closed_study_that_was_signed_for(
    house: House, investigator: Investigator
) -> None:
    slug = house.draft()
    house.open(slug)
    address = f"/studies/{slug}/export/{slug}-submission.zip"
    answer = investigator.client.get(address)
    assert answer.status_code == 409
    assert "once the study is closed" in answer.text
    copy = closed(house)
    unsigned = investigator.client.get(
        f"/studies/{copy}/export/{copy}-submission.zip", follow_redirects=False
    )
    assert unsigned.status_code == 303


def test_a_record_that_does_not_hold_is_not_packed(
    house: House, investigator: Investigator
) -> None:
    slug = closed(house)
    with house.database.writing() as session, gate_open(session.connection(), "a test"):
        session.execute(update(Event).values(actor="nobody").where(Event.number == 2))
    assert investigator.post(f"/studies/{slug}/export").status_code == 200
    answer = investigator.client.get(f"/studies/{slug}/export/{slug}-submission.zip")
    assert answer.status_code == 409
    assert "does not hold, so nothing is packed" in answer.text
