"""The files of an export, read back by what will read them."""

import csv
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections import defaultdict
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from app.db.studies import study_by_slug
from app.db.tables import Arm, Image
from app.db.truth.exports import case_rows
from app.domain.design.reading import design_from_mapping
from app.services.analyse_file import analyse_file
from app.services.export_study import FILES, RatingsFile, StudyExport
from app.services.export_study.parquet import parquet_is_available
from app.services.rehearse_study import rehearse_study
from app.services.summarise_study import summarise_study
from app.statistics.analysis import Analysis
from app.statistics.table.settings import AnalysisSettings
from tests.bank.test_evaluation import WHOLE
from tests.conftest import MadeOnce, Template
from tests.studies import ARMS, NOW, SIZE, House, design_values

# A design that draws flagged images like all others; format 1 has no word for it.
KEPT: dict[str, object] = {
    "format": 2,
    "arms": [{"arm": arm.id, "cases": {"normal": 2, "abnormal": 2}} for arm in ARMS],
    "questions": [
        {"measure": measure} for measure in ("realism", "verdict", "confidence", "comment")
    ],
    "memorised": "keep",
}


def ratings_file() -> RatingsFile:
    """The layout of the trial study."""
    return RatingsFile("trial-study", design_from_mapping(design_values()), has_machines=False)


def rehearsed(house: House, **changes: Any) -> str:
    """The slug of a rehearsal with repeated cases."""
    slug = house.draft(**{"replicates": {"count": 2, "minimum_lag": 3}, **changes})
    house.open(slug)
    with house.database.writing() as session:
        return rehearse_study(session, slug, readers=3, seed=2, now=NOW, actor="test").slug


class Exported:
    """A rehearsal and its files as text."""

    def __init__(self, house: House, slug: str) -> None:
        self.house, self.slug = house, slug
        self.export = StudyExport(house.database, house.store, slug)

    @cached_property
    def analysis(self) -> Analysis:
        """What its report is made of."""
        with self.house.database.reading() as session:
            analysis = summarise_study(session, self.slug).analysis
        assert analysis is not None
        return analysis

    def text(self, name: str) -> str:
        return b"".join(self.export.files()[name]()).decode()

    def rows(self, name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.text(name))))


def usual(house: House) -> None:
    """The rehearsal that most tests read."""
    rehearsed(house)


@pytest.fixture
def template(template: Template, made_once: MadeOnce, request: pytest.FixtureRequest) -> Template:
    """With the rehearsal that most tests read, where a test asks for it."""
    return made_once(usual) if "exported" in request.fixturenames else template


@pytest.fixture
def exported(house: House) -> Exported:
    return Exported(house, "trial-study-rehearsal")


def aucs(scores: list[tuple[str, str, float]], truth: dict[str, int]) -> dict[str, list[float]]:
    """Empirical AUC of every (arm, reader) in sorted order, by the definition."""
    by: dict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
    for reader_arm, case, score in scores:
        reader, arm = reader_arm.split("/")
        by[arm, reader].append((truth[case], score))
    by_arm: dict[str, list[float]] = defaultdict(list)
    for arm, reader in sorted(by):
        real = [score for kind, score in by[arm, reader] if kind == 0]
        synthetic = [score for kind, score in by[arm, reader] if kind == 1]
        wins = [(s > r) + (s == r) / 2 for s in synthetic for r in real]
        by_arm[arm].append(float(np.mean(wins)))
    return by_arm


def test_imrmc_reads_back_to_the_same_areas(exported: Exported) -> None:
    head, _, body = exported.text("study.imrmc").partition("BEGIN DATA:\n")
    sizes = {key: int(value) for key, value in re.findall(r"^(N0|N1|NR|NM): (\d+)$", head, re.M)}
    assert sizes == {"N0": 4, "N1": 8, "NR": 3, "NM": 2}
    rows = [line.split(",") for line in body.splitlines() if line]
    assert all(len(row) == 4 for row in rows)
    truth = {case: int(score) for reader, case, arm, score in rows if reader == arm == "truth"}
    assert sorted(truth.values()) == [0] * 4 + [1] * 8
    given = [
        (reader, case, arm, float(score)) for reader, case, arm, score in rows if reader != "truth"
    ]
    # First reads only, and the real cases under both arms.
    assert len({row[:3] for row in given}) == len(given) == 3 * 2 * (4 + 4)
    by_arm = aucs([(f"{reader}/{arm}", case, score) for reader, case, arm, score in given], truth)
    for arm in ("M0", "M1"):
        expected = [exported.analysis.readers[r][arm]["auc_realism"] for r in ("S01", "S02", "S03")]
        assert by_arm[arm] == pytest.approx(expected)


def test_a_rehearsal_says_so_in_every_file_that_can(exported: Exported) -> None:
    assert "simulated readers" in exported.text("study.imrmc").split("BEGIN DATA:")[0]
    assert "simulated readers" in exported.text("models.R")
    assert json.loads(exported.text("analysis.json"))["study"]["simulated_readers"] is True
    for name in ("ratings.csv", "readers.csv", "wide.csv"):
        assert {row["simulated"] for row in exported.rows(name)} == {"1"}
    packed = io.BytesIO(b"".join(exported.export.zipped()))
    with zipfile.ZipFile(packed) as archive:
        assert "simulated readers" in archive.read(f"{exported.slug}/README.txt").decode()


def test_without_realism_imrmc_scores_confidence_signed_by_the_verdict(house: House) -> None:
    exported = Exported(house, rehearsed(house, questions={"realism": "off"}))
    body = exported.text("study.imrmc").partition("BEGIN DATA:\n")[2]
    verdicts = {
        (row["reader"], row["case"]): row["verdict"]
        for row in exported.rows("ratings.csv")
        if row["replicate"] == "0"
    }
    for line in body.splitlines():
        reader, case, _, score = line.split(",")
        if reader != "truth":
            assert (float(score) > 0) == (verdicts[reader, case] == "synthetic")


def test_rjafroc_has_five_columns_first_and_whole_case_numbers(exported: Exported) -> None:
    rows = exported.rows("rjafroc.csv")
    assert list(rows[0])[:5] == ["reader", "treatment", "case", "truth", "rating"]
    assert {row["truth"] for row in rows} == {"0", "1"}
    assert sorted({int(row["case"]) for row in rows}) == list(range(1, 13))
    codes = {(row["case"], row["case_code"], row["truth"]) for row in rows}
    assert len(codes) == 12
    by_arm = aucs(
        [
            (f"{row['reader']}/{row['treatment']}", row["case"], float(row["rating"]))
            for row in rows
        ],
        {row["case"]: int(row["truth"]) for row in rows},
    )
    expected = [exported.analysis.readers[r]["M1"]["auc_realism"] for r in ("S01", "S02", "S03")]
    assert by_arm["M1"] == pytest.approx(expected)


def test_cases_lead_from_ratings_to_images_and_their_measures(exported: Exported) -> None:
    cases = {row["case"]: row for row in exported.rows("cases.csv")}
    assert list(cases) == sorted(cases)
    assert len(cases) == 12
    for row in exported.rows("ratings.csv"):
        case = cases[row["case"]]
        for name in ("study", "arm", "condition", "truth"):
            assert case[name] == row[name]
        assert case["replicated"] == "1" or row["replicate"] == "0"
    with exported.house.database.reading() as session:
        images = {
            image.sha256: (arm.key, image.condition, image.provenance)
            for image, arm in session.execute(
                select(Image, Arm).join(Arm, Arm.id == Image.arm_id)
            ).all()
        }
    for case in cases.values():
        arm, condition, provenance = images[case["image_sha256"]]
        assert (case["arm"], case["condition"]) == (arm, condition)
        assert (case["prompt"], case["seed"]) == (provenance["prompt"], str(provenance["seed"]))
        assert (case["source_width"], case["memorised"]) == ("64", "")
        # Noise from 0 to 255 to the edge.
        assert 100 < float(case["brightness"]) < 155
        assert 60 < float(case["contrast"]) < 90
        assert float(case["margin"]) == 0


@pytest.mark.parametrize(
    ("said", "written"),
    [({"memorised": True}, "1"), ({"memorised": False}, "0"), ({"memorised": 1}, ""), ("yes", "")],
)
def test_a_case_is_memorised_only_if_the_bank_says_so_in_its_type(
    house: House, said: object, written: str
) -> None:
    house.fill_bank(image_evaluation={"M0": said})  # type: ignore[dict-item]
    rows = Exported(house, rehearsed(house, **KEPT)).rows("cases.csv")
    assert {row["memorised"] for row in rows if row["arm"] == "M0"} == {written}
    assert {row["memorised"] for row in rows if row["arm"] != "M0"} == {""}


def test_a_case_whose_picture_is_lost_or_spoilt_is_listed_without_measures(house: House) -> None:
    exported = Exported(house, rehearsed(house))
    with house.database.reading() as session:
        study = study_by_slug(session, exported.slug)
        lost, spoilt, *_ = (row._mapping for row in case_rows(session, study, SIZE))
    house.store.path(lost["rendition"]).unlink()
    house.store.path(spoilt["rendition"]).write_bytes(b"")
    rows = exported.rows("cases.csv")
    assert len(rows) == 12
    without = [row["case"] for row in rows if row["sharpness"] == ""]
    assert without == [lost["case"], spoilt["case"]]


def test_wide_has_a_row_a_case_and_the_first_reads(exported: Exported) -> None:
    wide = {row["case"]: row for row in exported.rows("wide.csv")}
    assert len(wide) == 12
    for row in exported.rows("ratings.csv"):
        if row["replicate"] == "0":
            for question in ("realism", "verdict", "confidence"):
                assert wide[row["case"]][f"{row['reader']}_{question}"] == row[question]
    assert [row["truth"] for row in exported.rows("wide.csv")][:4] == ["real"] * 4


def test_the_json_is_strict_and_equal_to_the_summary(exported: Exported) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    stored = json.loads(exported.text("analysis.json"), parse_constant=refuse)
    plain = json.loads(json.dumps(exported.analysis.to_json()))
    assert stored["arms"] == plain["arms"]
    assert stored["contrasts"] == plain["contrasts"]


def test_the_json_holds_what_the_bank_measured_of_the_images(house: House) -> None:
    house.fill_bank({"M0": WHOLE | {"images": 12}}, {"M0": {"memorised": True}})
    exported = Exported(house, rehearsed(house, **KEPT))
    measures = json.loads(exported.text("analysis.json"))["image_measures"]
    assert set(measures) == {"M0"}
    assert measures["M0"]["measures"]["kid"] == 0.0123
    assert measures["M0"]["real_against_real"]["kid"] == -0.001
    counts = {key: measures["M0"][key] for key in ("memorised", "drawn", "drawn_memorised")}
    assert counts == {"memorised": 4, "drawn": 4, "drawn_memorised": 4}


def test_the_json_of_a_bank_that_was_not_evaluated_has_no_measures(exported: Exported) -> None:
    assert json.loads(exported.text("analysis.json"))["image_measures"] == {}


def test_the_tidy_file_analyses_to_the_same_numbers(exported: Exported, tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    path.write_text(exported.text("ratings.csv"), newline="")
    again = analyse_file(path, columns={}, settings=AnalysisSettings(), realism_scale=(1.0, 5.0))
    assert again.is_simulated
    reread, expected = again.analysis.to_json(), exported.analysis.to_json()
    assert reread["arms"] == expected["arms"]
    assert reread["contrasts"] == expected["contrasts"]


def test_the_r_script_names_only_columns_and_levels_that_are_there(exported: Exported) -> None:
    script = exported.text("models.R")
    code = re.sub(r'"[^"\n]*"|#.*', "", script)
    for left, right in ("()", "{}"):
        depth = 0
        for character in code:
            depth += (character == left) - (character == right)
            assert depth >= 0
        assert depth == 0
    columns = set(ratings_file().types)
    made = {"realism_step", "judged_real"}
    assert set(re.findall(r"ratings\$(\w+)", script)) <= columns | made
    for made_column in made:
        assert f"ratings${made_column} <- " in script
    formulas = re.findall(r"(\w+) ~ arm \+ \(1 \| reader\) \+ \(1 \| reader:arm\)", script)
    assert formulas == ["realism_step", "judged_real"]
    assert 'levels = c("real", "M0", "M1")' in script
    assert "levels = 1:5" in script
    assert "ordinal::clmm" in script
    assert "family = binomial" in script


@pytest.mark.slow
def test_r_itself_reads_the_script(exported: Exported, tmp_path: Path) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed; the script is checked by its text only")
    for name in ("models.R", "ratings.csv"):
        (tmp_path / name).write_text(exported.text(name), newline="")
    done = subprocess.run(
        ["Rscript", "models.R"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_r_script_fits_what_was_asked(house: House) -> None:
    slider = Exported(house, rehearsed(house, questions={"realism": "0-100"}))
    assert "lmer(realism ~" in slider.text("models.R")
    assert "clmm(" not in slider.text("models.R")


def test_the_archive_holds_every_file_and_says_what_each_is(exported: Exported) -> None:
    packed = io.BytesIO(b"".join(exported.export.zipped()))
    with zipfile.ZipFile(packed) as archive:
        assert archive.testzip() is None
        names = {name.removeprefix(f"{exported.slug}/") for name in archive.namelist()}
        note = archive.read(f"{exported.slug}/README.txt").decode()
    known = {file.name for file in FILES}
    if not parquet_is_available():
        known.discard("ratings.parquet")
    assert names == known | {"README.txt"}
    assert all(name in note for name in known)


def test_parquet_keeps_types(exported: Exported) -> None:
    if not parquet_is_available():
        pytest.skip("pyarrow is not installed (pip install 'negatoscope[parquet]')")
    from pyarrow import parquet  # type: ignore[import-not-found]

    content = b"".join(exported.export.files()["ratings.parquet"]())
    table = parquet.read_table(io.BytesIO(content))
    assert table.column_names == list(ratings_file().types)
    realism = [row["realism"] for row in exported.rows("ratings.csv")]
    assert table["realism"].to_pylist() == [int(value) for value in realism]


def test_a_study_without_ratings_exports_empty_files(house: House) -> None:
    slug, _ = house.open_study_with_reader()
    house.close(slug)
    files = StudyExport(house.database, house.store, slug).files()
    contents = {
        name: b"".join(content()).decode()
        for name, content in files.items()
        if name != "ratings.parquet"
    }
    assert json.loads(contents["analysis.json"])["arms"] == {}
    assert len(contents["wide.csv"].splitlines()) == 1
    assert "No ratings." in contents["study.imrmc"]
