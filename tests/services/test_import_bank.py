"""Imports: everything good goes in once, everything bad is named, nothing is half there."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as PictureFile
from sqlalchemy import func, select

from app.bank.header import BankArm, BankHeader
from app.bank.rendition import canonical_rendition, rendition_length
from app.bank.store import RenditionStore
from app.bank.writer import BankWriter
from app.db.engine import Database
from app.db.tables import Arm, Event, Image, Rendition
from app.db.truth.bank_contents import bank_counts
from app.domain.errors import BadBank
from app.films.film import Film
from app.services.import_bank import ImportSummary, import_bank, import_images, run
from tests.bank.files import saved, texture

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SIZE = 64
SHARED = Path(__file__).parents[2] / ".." / "shared" / "data"
ARMS = (
    BankArm("real", "Real radiographs", "real", licence="NIH"),
    BankArm(
        "M1",
        "M1: LoRA",
        "synthetic",
        "LoRA on attention",
        "30 images",
        generated=12,
        rejected=2,
        rejection_rule="black",
        details={"evaluation": {"kid": 0.1}},
    ),
)


def bank(directory: Path, *, images: int = 10, name: str = "Trial", arms: Any = ARMS) -> Path:
    header = BankHeader(name, NOW, tuple(arms), licence="CC", attribution="us")
    with BankWriter(directory, header) as writer:
        for number in range(images):
            writer.add(
                texture(64, 64, seed=number),
                file=f"images/{number:05d}.png",
                arm=arms[number % len(arms)].id,
                condition="normal" if number % 4 < 2 else "abnormal",
                provenance={"seed": number},
            )
    return directory


def change_line(directory: Path, number: int, **changes: Any) -> None:
    path = directory / "images.jsonl"
    lines = path.read_text().splitlines()
    lines[number - 1] = json.dumps(json.loads(lines[number - 1]) | changes)
    path.write_text("\n".join(lines) + "\n")


def count(database: Database, table: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def contents(database: Database) -> list[tuple[Any, ...]]:
    with database.reading() as session:
        rows = session.execute(
            select(
                Arm.key,
                Image.sha256,
                Image.condition,
                Image.source_file,
                Image.width,
                Image.height,
                Image.provenance,
                Rendition.size,
                Rendition.sha256,
            )
            .join(Image, Image.arm_id == Arm.id)
            .join(Rendition, Rendition.image_id == Image.id)
        )
        return sorted((tuple(row) for row in rows), key=lambda row: row[3])


def test_it_stores_images_arms_and_renditions(
    tmp_path: Path, database: Database, store: RenditionStore
) -> None:
    directory = bank(tmp_path / "bank")
    summary = import_bank(database, store, directory, now=NOW, size=SIZE)
    assert summary == ImportSummary(10, 0, 0, 0, (), {"real": 5, "M1": 5})
    first = contents(database)[0]
    digest = hashlib.sha256((directory / "images/00000.png").read_bytes()).hexdigest()
    assert first[:8] == ("real", digest, "normal", "images/00000.png", 64, 64, {"seed": 0}, SIZE)
    assert len(store.read(first[8])) == rendition_length(SIZE)
    with database.reading() as session:
        arm = session.scalars(select(Arm).where(Arm.key == "M1")).one()
        event = session.scalars(select(Event)).one()
    assert (arm.label, arm.kind, arm.generated, arm.rejected) == ("M1: LoRA", "synthetic", 12, 2)
    assert (arm.licence, arm.attribution, arm.bank_name) == ("CC", "us", "Trial")
    assert arm.details == {"evaluation": {"kid": 0.1}}
    assert arm.imported_at == NOW
    assert event.action == "imported"
    assert event.detail["added"] == {"real": 5, "M1": 5}


def test_importing_again_adds_nothing(
    tmp_path: Path, database: Database, store: RenditionStore
) -> None:
    directory = bank(tmp_path / "bank")
    import_bank(database, store, directory, now=NOW, size=SIZE)
    before = contents(database)
    again = import_bank(database, store, directory, now=NOW, size=SIZE)
    assert again == ImportSummary(0, 10, 0, 0, (), {"real": 0, "M1": 0})
    assert contents(database) == before
    assert count(database, Event) == 1


def test_a_bank_that_grew_adds_what_is_new(
    tmp_path: Path, database: Database, store: RenditionStore
) -> None:
    import_bank(database, store, bank(tmp_path / "bank", images=4), now=NOW, size=SIZE)
    summary = import_bank(database, store, bank(tmp_path / "bank", images=7), now=NOW, size=SIZE)
    assert (summary.added, summary.already_present) == (3, 4)


def test_it_names_each_bad_record_and_takes_the_rest(
    tmp_path: Path, database: Database, store: RenditionStore
) -> None:
    directory = bank(tmp_path / "bank")
    change_line(directory, 2, sha256="0" * 64)
    change_line(directory, 3, width=63)
    change_line(directory, 4, condition="sick")
    change_line(directory, 5, arm="M7")
    (directory / "images/00005.png").unlink()
    (directory / "images/00006.png").write_bytes(b"")
    with (directory / "images.jsonl").open("a") as manifest:
        manifest.write("{torn")
    summary = import_bank(database, store, directory, now=NOW, size=SIZE)
    assert summary.added == 4
    assert summary.refused_count == 7
    reasons = {bad.line_number: bad.reason for bad in summary.refused}
    assert list(reasons) == [2, 3, 4, 5, 6, 7, 11]
    for line, reason in [
        (2, "the manifest says 000000000000"),
        (3, "has 64 x 64 pixels, the manifest says 63 x 64"),
        (4, "normal or abnormal"),
        (5, "arm 'M7'"),
        (6, "is missing"),
        (7, "the manifest says"),
        (11, "is not JSON"),
    ]:
        assert reason in reasons[line]
    assert count(database, Image) == 4


def test_strict_takes_nothing_if_one_record_is_bad(
    tmp_path: Path, database: Database, store: RenditionStore
) -> None:
    directory = bank(tmp_path / "bank")
    change_line(directory, 10, width=63)
    summary = import_bank(database, store, directory, now=NOW, size=SIZE, strict=True)
    assert (summary.added, summary.refused_count) == (0, 1)
    assert summary.refused[0].line_number == 10
    for table in (Arm, Image, Rendition, Event):
        assert count(database, table) == 0
    change_line(directory, 10, width=64)
    summary = import_bank(database, store, directory, now=NOW, size=SIZE, strict=True)
    assert (summary.added, summary.refused_count) == (10, 0)


@pytest.mark.parametrize("kind", ["bank", "table"])
def test_strict_reads_each_file_once(
    kind: str,
    tmp_path: Path,
    database: Database,
    store: RenditionStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    directory = bank(tmp_path / "bank")
    passes = []

    def progress(done: int) -> None:
        passes.append(done)
        # All were checked; a file that is read again from here on is missing.
        if done == 10 and (directory / "images").is_dir():
            shutil.rmtree(directory / "images")

    if kind == "bank":
        summary = import_bank(
            database, store, directory, now=NOW, size=SIZE, strict=True, progress=progress
        )
    else:
        rows = "".join(f"images/{n:05}.png,normal\n" for n in range(10))
        (directory / "index.csv").write_text("file,condition\n" + rows)
        monkeypatch.setattr("app.bank.index.FileFinder.find", lambda _finder, file: file)
        summary = import_images(
            database,
            store,
            directory,
            index="index.csv",
            arm="real",
            now=NOW,
            size=SIZE,
            strict=True,
            progress=progress,
        )
    assert not (directory / "images").exists()
    assert (summary.added, summary.refused_count) == (10, 0)
    for image in contents(database):
        assert len(store.read(image[8])) == rendition_length(SIZE)


def test_strict_limits_detail_as_any_import_does(
    tmp_path: Path, database: Database, store: RenditionStore
) -> None:
    pixels = texture(128, 128)
    (tmp_path / "film.png").write_bytes(saved(pixels))
    (tmp_path / "index.csv").write_text("file,condition\nfilm.png,normal\n")
    asked: dict[str, Any] = {"index": "index.csv", "arm": "real", "now": NOW, "strict": True}
    import_images(database, store, tmp_path, size=128, resolution=64, **asked)
    film = Film(pixels.astype(np.float32), "PNG")
    assert store.read(contents(database)[0][8]) == canonical_rendition(film, 128, 64)


def test_strict_sees_a_contradiction_between_far_lines(
    tmp_path: Path, database: Database, store: RenditionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "BATCH", 3)
    directory = bank(tmp_path / "bank")
    lines = (directory / "images.jsonl").read_text().splitlines()
    lines.append(lines[0].replace('"normal"', '"abnormal"'))
    (directory / "images.jsonl").write_text("\n".join(lines))
    summary = import_bank(database, store, directory, now=NOW, size=SIZE, strict=True)
    assert [bad.line_number for bad in summary.refused] == [11]
    assert count(database, Image) == 0


def test_the_same_image_twice_goes_in_once_and_never_under_two_conditions(
    tmp_path: Path, database: Database, store: RenditionStore
) -> None:
    directory = bank(tmp_path / "bank")
    manifest = directory / "images.jsonl"
    first = manifest.read_text().splitlines()[0]
    with manifest.open("a") as file:
        file.write(first + "\n" + first.replace('"normal"', '"abnormal"') + "\n")
    for _ in range(2):
        summary = import_bank(database, store, directory, now=NOW, size=SIZE)
        assert summary.refused_count == 1
        assert "is abnormal here, but the same image of real is there as normal" in str(
            summary.refused[0]
        )
    assert summary.already_present == 11
    assert count(database, Image) == 10


def test_importing_again_refreshes_what_is_said_but_not_what_is_judged(
    tmp_path: Path, database: Database, store: RenditionStore
) -> None:
    directory = bank(tmp_path / "bank")
    import_bank(database, store, directory, now=NOW, size=SIZE)
    header = json.loads((directory / "bank.json").read_text())
    header["arms"][1] |= {"label": "M1, renamed", "evaluation": {"kid": 0.2}}
    (directory / "bank.json").write_text(json.dumps(header))
    change_line(directory, 3, evaluation={"nearest": 0.9})
    change_line(directory, 4, condition="normal")
    summary = import_bank(database, store, directory, now=NOW, size=SIZE)
    assert (summary.added, summary.refreshed, summary.refused_count) == (0, 1, 1)
    assert contents(database)[2][6] == {"seed": 2, "evaluation": {"nearest": 0.9}}
    assert contents(database)[3][2] == "abnormal"
    with database.reading() as session:
        arm = session.scalars(select(Arm).where(Arm.key == "M1")).one()
    assert (arm.label, arm.details) == ("M1, renamed", {"evaluation": {"kid": 0.2}})


def test_two_banks_can_not_mix_in_one_arm(
    tmp_path: Path, database: Database, store: RenditionStore
) -> None:
    import_bank(database, store, bank(tmp_path / "one"), now=NOW, size=SIZE)
    with pytest.raises(BadBank, match=r"holds images from the bank 'Trial'.*bank 'Other'"):
        import_bank(database, store, bank(tmp_path / "two", name="Other"), now=NOW, size=SIZE)
    with pytest.raises(BadBank, match="folders with a table"):
        import_images(database, store, tmp_path, index="i.csv", arm="M1", now=NOW)
    turned = (BankArm("M1", "M1", "real"),)
    with pytest.raises(BadBank, match="stored as synthetic and can't become real"):
        import_bank(database, store, bank(tmp_path / "three", arms=turned), now=NOW, size=SIZE)
    assert count(database, Image) == 10


def test_a_reference_arm_may_have_several_sources(
    tmp_path: Path, database: Database, store: RenditionStore
) -> None:
    import_bank(database, store, bank(tmp_path / "one"), now=NOW, size=SIZE)
    other = (BankArm("real", "Other films", "real", licence="other"),)
    second = bank(tmp_path / "two", images=12, name="Other", arms=other)
    summary = import_bank(database, store, second, now=NOW, size=SIZE)
    assert (summary.added, summary.already_present) == (7, 5)
    with database.reading() as session:
        arm = session.scalars(select(Arm).where(Arm.key == "real")).one()
    assert (arm.label, arm.licence, arm.bank_name) == ("Real radiographs", "NIH", "Trial")


def at_once(database: Database, store: RenditionStore, banks: Sequence[Path]) -> list[object]:
    """Import all at the same moment; what each came to, an error where it was refused."""
    together = threading.Barrier(len(banks))

    def run(directory: Path) -> object:
        together.wait()
        try:
            return import_bank(database, store, directory, now=NOW, size=SIZE).added
        except BadBank as error:
            return error

    with ThreadPoolExecutor(len(banks)) as pool:
        return list(pool.map(run, banks))


def test_several_imports_may_be_the_first_of_a_reference_arm_at_once(
    tmp_path: Path, database: Database, store: RenditionStore
) -> None:
    banks = [
        bank(tmp_path / name, images=12, name=name, arms=(BankArm("real", name, "real"),))
        for name in ("one", "two", "three", "four")
    ]
    added = at_once(database, store, banks)
    # The same twelve films in each: whoever came first brought them.
    assert sorted(added) == [0, 0, 0, 12]  # type: ignore[type-var]
    assert count(database, Image) == count(database, Rendition) == 12


def test_of_banks_that_bring_one_synthetic_arm_at_once_one_has_it(
    tmp_path: Path, database: Database, store: RenditionStore
) -> None:
    banks = [
        bank(tmp_path / name, name=name, arms=(BankArm("M1", name, "synthetic"),))
        for name in ("one", "two", "three")
    ]
    results = at_once(database, store, banks)
    assert [result for result in results if not isinstance(result, BadBank)] == [10]
    assert all("another id" in str(r) for r in results if isinstance(r, BadBank))
    assert count(database, Image) == 10


def test_another_size_makes_another_rendition_of_the_same_image(
    tmp_path: Path, database: Database, store: RenditionStore
) -> None:
    directory = bank(tmp_path / "bank")
    import_bank(database, store, directory, now=NOW, size=SIZE)
    summary = import_bank(database, store, directory, now=NOW, size=80)
    assert (summary.added, summary.already_present) == (0, 10)
    assert count(database, Image) == 10
    assert {row[7] for row in contents(database)} == {SIZE, 80}
    assert len(contents(database)) == 20


@pytest.mark.parametrize("left", [None, 0, 100], ids=["lost", "emptied", "cut short"])
def test_importing_again_mends_a_rendition_that_was_lost(
    tmp_path: Path, database: Database, store: RenditionStore, left: int | None
) -> None:
    directory = bank(tmp_path / "bank")
    import_bank(database, store, directory, now=NOW, size=SIZE)
    lost = store.path(contents(database)[0][8])
    before = lost.read_bytes()
    if left is None:
        lost.unlink()
    else:
        lost.write_bytes(before[:left])
    summary = import_bank(database, store, directory, now=NOW, size=SIZE)
    assert summary.added == 0
    assert lost.read_bytes() == before


def test_progress_counts_every_line_and_ends_at_the_last(
    tmp_path: Path, database: Database, store: RenditionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "BATCH", 20)
    directory = bank(tmp_path / "bank", images=50)
    told: list[int] = []
    import_bank(database, store, directory, now=NOW, size=SIZE, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 50
    assert len(told) > 4


def test_it_keeps_a_thousand_reasons_and_counts_all(
    tmp_path: Path, database: Database, store: RenditionStore
) -> None:
    directory = bank(tmp_path / "bank", images=2)
    with (directory / "images.jsonl").open("a") as manifest:
        manifest.write("{}\n" * 1500)
    summary = import_bank(database, store, directory, now=NOW, size=SIZE)
    assert (summary.added, summary.refused_count, len(summary.refused)) == (2, 1500, 1000)


def test_a_full_disk_is_one_sentence_and_leaves_nothing_half(
    tmp_path: Path, database: Database, store: RenditionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(_data: bytes) -> str:
        raise OSError(28, "No space left on device")

    directory = bank(tmp_path / "bank")
    monkeypatch.setattr(store, "put", no_space)
    with pytest.raises(BadBank, match="can't be written: No space left on device"):
        import_bank(database, store, directory, now=NOW, size=SIZE)
    assert count(database, Image) == 0
    monkeypatch.undo()
    assert import_bank(database, store, directory, now=NOW, size=SIZE).added == 10


def test_a_killed_import_is_continued_by_running_it_again(
    tmp_path: Path, database: Database, database_url: str, store: RenditionStore
) -> None:
    directory = bank(tmp_path / "bank", images=300)
    script = textwrap.dedent(f"""
        import time
        from datetime import UTC, datetime
        from pathlib import Path
        from app.bank.store import RenditionStore
        from app.db.engine import Database
        from app.services.import_bank import import_bank, run
        run.BATCH = 20
        import_bank(
            Database({database_url!r}),
            RenditionStore(Path("{tmp_path / "renditions"}")),
            Path("{directory}"),
            now=datetime.now(UTC),
            size={SIZE},
            progress=lambda _: time.sleep(0.02),
        )
    """)
    process = subprocess.Popen([sys.executable, "-c", script], cwd=Path(__file__).parents[2])
    deadline = time.monotonic() + 60
    while count(database, Image) < 40 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    left = contents(database)
    assert 40 <= len(left) < 300
    # What a row names is there, whole.
    assert {len(store.read(row[8])) for row in left} == {rendition_length(SIZE)}
    summary = import_bank(database, store, directory, now=NOW, size=SIZE)
    assert (summary.added, summary.already_present) == (300 - len(left), len(left))
    assert len(contents(database)) == 300


def test_a_table_of_images_becomes_an_arm(
    tmp_path: Path, database: Database, store: RenditionStore
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.png").write_bytes(saved(texture(seed=number)))
    (folder / "index.csv").write_text(
        "file,condition,sex,scanner\n0.png,normal,F,\n1.png,abnormal,,CR\n2.png,sick,,\nx.png,normal\n"
    )

    def run(**options: Any) -> ImportSummary:
        return import_images(
            database, store, folder, index="index.csv", now=NOW, size=SIZE, **options
        )

    summary = run(arm="real")
    assert (summary.added, summary.arms) == (2, {"real": 2})
    assert [(bad.line_number, bad.file) for bad in summary.refused] == [(4, "2.png"), (5, "x.png")]
    assert [row[6] for row in contents(database)] == [{"sex": "F"}, {"scanner": "CR"}]
    assert [row[4:6] for row in contents(database)] == [(80, 96), (80, 96)]
    assert run(arm="real", label="Clinic").already_present == 2
    assert run(arm="M2", label="M2: full", description="U-Net").added == 2
    assert run(arm="real").added == 0
    with database.reading() as session:
        arms = {arm.key: arm for arm in session.scalars(select(Arm))}
    assert (arms["real"].kind, arms["real"].label) == ("real", "Clinic")
    assert (arms["M2"].kind, arms["M2"].label) == ("synthetic", "M2: full")
    assert arms["M2"].description == "U-Net"


def test_an_arm_none_of_whose_images_can_be_used_is_not_left_behind(
    tmp_path: Path, database: Database, store: RenditionStore
) -> None:
    (tmp_path / "index.csv").write_text("file,condition\nindex.csv,normal\n")
    summary = import_images(database, store, tmp_path, index="index.csv", arm="M1", now=NOW)
    assert summary.refused_count == 1
    assert count(database, Arm) == 0
    assert import_bank(database, store, bank(tmp_path / "bank"), now=NOW, size=SIZE).added == 10


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"arm": "../x"}, "can't name an arm"),
        ({"arm": ""}, "can't name an arm"),
        ({"arm": "M1", "label": "x" * 201}, "1 to 200 characters"),
        ({"arm": "M1"}, r"index\.csv is missing"),
    ],
)
def test_a_table_that_can_not_be_used_leaves_nothing(
    tmp_path: Path,
    database: Database,
    store: RenditionStore,
    options: dict[str, str],
    reason: str,
) -> None:
    with pytest.raises(BadBank, match=reason):
        import_images(database, store, tmp_path, index="index.csv", now=NOW, **options)
    assert count(database, Arm) == 0


def test_the_real_radiographs_and_the_awkward_drawer_go_in_as_they_should(
    tmp_path: Path, database: Database, store: RenditionStore
) -> None:
    if not SHARED.is_dir():
        pytest.skip("the real radiographs are not beside this checkout")
    real = import_images(
        database, store, SHARED / "nih-cxr14", index="index.csv", arm="real", now=NOW
    )
    assert (real.added, real.refused_count) == (60, 0)
    folder = tmp_path / "awkward"
    shutil.copytree(SHARED / "awkward", folder)
    lines = [f"{path.name},normal" for path in sorted(folder.iterdir())]
    (folder / "index.csv").write_text("file,condition\n" + "\n".join(lines))
    awkward = import_images(database, store, folder, index="index.csv", arm="M1", now=NOW)
    assert (awkward.added, awkward.refused_count) == (9, 9)
    digests = {row[8] for row in contents(database)}
    assert {len(store.read(digest)) for digest in digests} == {rendition_length(512)}
    assert np.all([store.path(d).stat().st_mtime == 315_532_800 for d in digests])


def test_a_bank_may_declare_labels_of_its_own(
    database: Database, store: RenditionStore, tmp_path: Path
) -> None:
    rows = ["normal", "Nodule", "nodule", "nodul"]
    for number in range(len(rows)):
        noise = np.random.default_rng(number).integers(0, 256, (SIZE, SIZE), dtype=np.uint8)
        PictureFile.fromarray(noise).save(tmp_path / f"{number}.png")
    lines = [f"{number}.png,{said}" for number, said in enumerate(rows)]
    (tmp_path / "index.csv").write_text("\n".join(["file,condition", *lines]) + "\n")

    summary = import_images(
        database, store, tmp_path, index="index.csv", arm="real", now=NOW, conditions=["Nodule"]
    )

    assert (summary.added, summary.refused_count) == (3, 1)
    assert "normal, abnormal or Nodule, not 'nodul'" in summary.refused[0].reason
    with database.reading() as session:
        assert bank_counts(session) == {("real", "normal"): 1, ("real", "Nodule"): 2}
