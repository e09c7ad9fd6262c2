"""Every published protocol becomes a study that opens over a bank that holds what it needs."""

import csv
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.bank.store import RenditionStore
from app.db.engine import Database
from app.domain.design.reading import design_from_mapping
from app.domain.errors import BadInput, NotFound
from app.report.words.design_text import commented_design
from app.services.create_study import create_study
from app.services.example_study import example_study, list_protocols
from app.services.import_bank import import_bank, import_images
from tests.phantom_bank import PHANTOM_SIZE
from tests.studies import NOW, open_audited
from tests.two_lengths import ON_SQLITE_FIRST

RADIOGRAPHS = Path(__file__).parents[3] / "shared/data/nih-cxr14"
SIZE = PHANTOM_SIZE
NAMES = [protocol.name for protocol in list_protocols()]


def open_all(database: Database, *, size: int) -> Iterator[tuple[str, int]]:
    """Open each protocol as the file that it is printed as; the cases that were drawn."""
    for name in NAMES:
        with database.writing() as session:
            filled = example_study(session, name, size=size).filled
            printed = commented_design(filled.design, {}, filled.notes)
            design = design_from_mapping(tomllib.loads(printed))
            assert design == filled.design
            slug = create_study(session, design, now=NOW, actor="test")
            yield name, open_audited(session, slug).cases


def test_all_thirteen_open_over_phantom_films(
    database: Database, store: RenditionStore, phantom_bank: Path
) -> None:
    import_bank(database, store, phantom_bank, now=NOW, size=SIZE)
    opened = dict(open_all(database, size=SIZE))
    assert len(opened) == 13
    assert opened["clode-da-silva-2024"] == 5 * 8
    assert all(cases >= 8 for cases in opened.values())


def synthetic_arm(folder: Path, *, shift: int) -> None:
    """Every third radiograph, its grey levels shifted, with a prompt: stands for a model's."""
    folder.mkdir()
    with (RADIOGRAPHS / "index.csv").open(encoding="utf-8", newline="") as file:
        rows: list[Mapping[str, str]] = list(csv.DictReader(file))[::3]
    with (folder / "index.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["file", "condition", "findings", "prompt"])
        writer.writeheader()
        for row in rows:
            name = Path(row["file"]).name
            pixels = np.asarray(Image.open(RADIOGRAPHS / row["file"]).convert("L"))
            Image.fromarray(np.roll(pixels, shift, axis=0)).save(folder / name)
            writer.writerow(
                {
                    "file": name,
                    "condition": row["condition"],
                    "findings": row["findings"],
                    "prompt": f"chest radiograph, {row['findings']}",
                }
            )


@ON_SQLITE_FIRST
@pytest.mark.skipif(not RADIOGRAPHS.is_dir(), reason="the radiographs in shared/ are not here")
def test_all_thirteen_open_over_real_radiographs(
    database: Database, store: RenditionStore, tmp_path: Path
) -> None:
    import_images(database, store, RADIOGRAPHS, index="index.csv", arm="real", now=NOW, size=SIZE)
    for number in range(3):
        folder = tmp_path / f"M{number}"
        synthetic_arm(folder, shift=8 * (number + 1))
        import_images(
            database, store, folder, index="index.csv", arm=folder.name, now=NOW, size=SIZE
        )
    opened = dict(open_all(database, size=SIZE))
    assert len(opened) == 13
    with database.reading() as session:
        alignment = example_study(session, "roentgen-alignment", size=SIZE).filled
        tordjman = example_study(session, "tordjman-2026", size=SIZE).filled.design
    # Real films have no prompt, so the text that all have stands beside them.
    assert alignment.design.phases[0].presentation.beside == "findings"
    assert [plan.arm for plan in tordjman.arms] == ["real", "M0", "M1", "M2"]


def test_what_the_bank_lacks_is_said_in_a_sentence(
    database: Database, store: RenditionStore, phantom_bank: Path
) -> None:
    with database.reading() as session:
        with pytest.raises(
            BadInput, match=r"^jang-2023 needs a real arm, and the bank has none\.$"
        ):
            example_study(session, "jang-2023")
        with pytest.raises(NotFound, match="no protocol 'jang'"):
            example_study(session, "jang")
        with pytest.raises(NotFound):
            example_study(session, "../protocols/jang-2023")
    import_bank(database, store, phantom_bank, now=NOW, size=SIZE)
    with (
        database.reading() as session,
        pytest.raises(BadInput, match=r"the bank holds fewer|lack it"),
    ):
        # Imported at another size, the images can't be shown at this one.
        example_study(session, "jang-2023", size=512)


def test_each_protocol_tells_what_is_published_and_what_is_ours(
    database: Database, store: RenditionStore, phantom_bank: Path
) -> None:
    import_bank(database, store, phantom_bank, now=NOW, size=SIZE)
    with database.reading() as session:
        study = example_study(session, "tordjman-2026", size=SIZE)
    assert study.about[0].startswith("Tordjman et al., Radiology 2026 [abs]")
    assert any(line.startswith("Ours: ") for line in study.about)
    assert study.filled.design.rendition_size == SIZE
