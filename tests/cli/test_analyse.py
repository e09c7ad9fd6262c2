"""`analyse` and `report` on the command line."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from app.cli import report_files
from app.report.figures import style
from tests.cli.conftest import Run
from tests.cli.test_commands import folder_of_images
from tests.services.test_analyse_file import lines
from tests.two_lengths import SLOW

REFERENCE = Path(__file__).parents[2] / ".." / "shared" / "reference" / "sim_balanced.csv"
MAPS = ("arm=modality", "realism=rating", "verdict=call_real", "position=order")


@pytest.fixture
def ratings(tmp_path: Path) -> Path:
    path = tmp_path / "ratings.csv"
    path.write_text(lines())
    return path


def test_tables_lead_with_the_conclusion_and_keep_real_beside(run: Run, ratings: Path) -> None:
    out = run("analyse", ratings).stdout
    assert out.startswith("3 readers, 12 cases in 2 arms, 36 first and 0 repeated readings.")
    assert re.search(r"^M1: (Distinguishable|Equivalent|Inconclusive)", out, re.M)
    table = out.split("Results by arm")[1]
    assert table.index(" real ") < table.index(" M1 ")
    assert "There is no order of reading: drift can't be given" in out


def test_json_is_strict_and_has_the_documented_keys(run: Run, ratings: Path) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    printed = json.loads(run("analyse", ratings, "--json").stdout, parse_constant=refuse)
    assert {"arms", "contrasts", "readers", "settings"} <= set(printed)
    mean = printed["arms"]["M1"]["realism"]["mean"]
    assert set(mean) == {
        "estimate",
        "low",
        "high",
        "se",
        "df",
        "method",
        "n_readers",
        "n_cases",
        "n_ratings",
        "state",
        "caution",
    }
    assert printed["arms"]["M1"]["conclusion"]["margin"] == 0.1
    assert printed["arms"]["M1"]["agreement"]["verdict"]["fleiss_kappa"]["state"] == "estimated"


def test_what_is_left_out_of_a_study_with_machines_is_said(run: Run, ratings: Path) -> None:
    header, *rows = ratings.read_text().splitlines()
    kinds = [f"{row},human,one" for row in rows] + [
        f"{row.replace('R1', 'GPT')},machine,one" for row in rows[:12]
    ]
    ratings.write_text("\n".join([f"{header},reader_kind,phase", *kinds]) + "\n")
    result = run("analyse", ratings, "--phase", "one")
    assert "caution: Machine readers. GPT: 12 ratings of theirs stand beside" in result.stderr
    assert result.stdout.startswith("3 readers, 12 cases in 2 arms, 36 first")
    unknown = run("analyse", ratings, "--phase", "two", code=1)
    assert "has no phase 'two'; it has one" in unknown.stderr


def test_options_reach_the_analysis(run: Run, ratings: Path) -> None:
    options = ("--margin", "0.2", "--generalise-to", "cases", "--bootstrap", "50", "--seed", "3")
    printed = json.loads(
        run("analyse", ratings, "--json", *options, "--realism-scale", "0-10").stdout
    )
    assert printed["settings"]["margin"] == 0.2
    assert printed["settings"]["generalise_to"] == "cases"
    assert printed["settings"]["realism_max"] == 10
    assert "deception.rate" in printed["arms"]["M1"]["bootstrap"]
    assert "Two-way bootstrap, B = 50" in run("analyse", ratings, *options).stdout


def foreign(path: Path) -> Path:
    """The same ratings as a hospital's spreadsheet might have them."""
    words = dict(zip("12345", ("Very unrealistic", "meh", "Neutral", "Fair", "Real"), strict=True))
    lines = ["Rater;Image;Model;Ground Truth;Likert;Call"]
    for row in path.read_text().splitlines()[1:]:
        reader, case, arm, truth, realism, verdict = row.split(",")
        said = [str(int(word == "real")) for word in (truth, verdict)]
        lines.append(";".join([reader, case, arm, said[0], words[realism], said[1]]))
    path.write_bytes("\n".join(lines).encode("utf-16"))
    return path


def test_words_and_names_are_mapped_on_the_command_line(run: Run, ratings: Path) -> None:
    plain = json.loads(run("analyse", ratings, "--json", "--realism-scale", "1-5").stdout)
    words = {"Very unrealistic": 1, "meh": 2, "Neutral": 3, "Fair": 4, "Real": 5}
    asked = run("analyse", foreign(ratings), code=1).stderr
    assert "no column 'reader': rename one, or say which it is, as in --map reader=Rater" in asked
    maps = ("reader=Rater", "case=image", "arm=MODEL", "truth=ground truth", "realism=Likert")
    said = [word for one in maps for word in ("--map", one)]
    for word, number in words.items():
        said += ["--map-value", "realism", f"{word}={number}"]
    said += ["--map", "verdict=call", "--map-value", "verdict 1=real", "--realism-scale", "1-5"]
    result = run("analyse", ratings, "--json", *said)
    assert result.stderr.startswith(
        "ratings.csv: taken for a tidy table, one row a rating (semicol"
    )
    made = json.loads(result.stdout)
    assert made["file"]["cautions"] == [
        "Read as. Truth 0 as synthetic and 1 as real, because the arm called real has it so; if "
        "that is wrong, say --map-value truth 1=synthetic or =real."
    ]
    assert {**made, "file": None} == {**plain, "file": None}


def test_a_mapping_file_is_suggested_filled_in_and_read(run: Run, ratings: Path) -> None:
    mapping = ratings.parent / "mapping.toml"
    foreign(ratings)
    out = run("analyse", ratings, "--suggest-mapping", mapping).stdout
    assert f"--mapping {mapping}" in out
    assert "exists already" in run("analyse", ratings, "--suggest-mapping", mapping, code=1).stderr
    assert "empty: fill it in" in run("analyse", ratings, "--mapping", mapping, code=1).stderr
    known = {"Very unrealistic": "1", "meh": "2", "Neutral": "3", "Fair": "4", "Real": "5"}
    meant = {**known, "1": "real", "0": "synthetic"}
    filled = []
    for line in mapping.read_text().splitlines():
        value = line.split('"')[1] if line.startswith('"') else ""
        filled.append(f'"{value}" = "{meant[value]}"' if value else line)
    mapping.write_text("\n".join(filled))
    result = run("analyse", ratings, "--mapping", mapping, "--json", "--realism-scale", "1-5")
    assert json.loads(result.stdout)["file"]["cautions"] == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--map-value", "realism", "Very realistic"], "is not VALUE=MEANING"),
        (["--map-value", "mood", "a=1"], "'mood' is not a column"),
        (["--map-value", "realism=4"], "is not OURS VALUE=MEANING"),
        (["--map-value"], ""),
        (["--decimal", "dot"], "is comma or point"),
        (["--realism-scale", "5-1"], "LOW-HIGH"),
    ],
)
def test_a_malformed_mapping_is_wrong_usage(
    run: Run, ratings: Path, words: list[str], sentence: str
) -> None:
    assert sentence in run("analyse", ratings, *words, code=2).stderr


def test_a_scale_may_begin_below_zero(run: Run, ratings: Path) -> None:
    printed = json.loads(run("analyse", ratings, "--json", "--realism-scale", "-2-5").stdout)
    assert printed["settings"]["realism_min"] == -2


def test_the_reference_study_reads_in_the_right_direction(run: Run) -> None:
    if not REFERENCE.exists():
        pytest.skip("shared/reference is not beside this checkout")
    words = [word for pair in MAPS for word in ("--map", pair)]
    # Its verdicts are in numbers, which other tools mean the other way.
    asked = run("analyse", REFERENCE, "--json", *words, code=1)
    assert "add --map-value verdict 1=real, or 1=synthetic if 1 means that" in asked.stderr
    result = run("analyse", REFERENCE, "--json", *words, "--map-value", "verdict", "1=real")
    assert "1 as real, because the arm called real has it so" in result.stderr
    printed = json.loads(result.stdout)
    rate = {arm: printed["arms"][arm]["deception"]["rate"]["estimate"] for arm in printed["arms"]}
    assert rate["real"] > rate["modelA"] > rate["modelB"]
    assert printed["arms"]["modelB"]["discrimination"]["auc_realism"]["estimate"] > 0.5
    assert list(printed["arms"]) == ["real", "modelA", "modelB"]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["missing.csv"], 1, "missing.csv"),
        (["ratings.csv", "--map", "realism=likert"], 1, "no column 'likert'"),
        (["ratings.csv", "--margin", "0.7"], 1, "equivalence margin is 0.7"),
        (["ratings.csv", "--generalise-to", "all"], 1, "Cannot generalise"),
        (["ratings.csv", "--measure", "mood"], 1, "Unknown measure"),
        (["ratings.csv", "--realism-scale", "2-3"], 1, "outside the scale"),
        (["ratings.csv", "--realism-scale", "5"], 2, "LOW-HIGH"),
        (["ratings.csv", "--realism-scale", "1-1e999"], 2, "LOW-HIGH"),
        (["ratings.csv", "--realism-scale", "-1e308-1e308"], 2, "LOW-HIGH"),
        (["ratings.csv", "--map", "arm"], 2, "--map"),
        (["ratings.csv", "--bootstrap", "-1"], 2, "--bootstrap"),
        ([], 2, ""),
    ],
)
def test_a_users_error_is_told_and_no_traceback(
    run: Run,
    ratings: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
    sentence: str,
) -> None:
    monkeypatch.chdir(ratings.parent)
    error = run("analyse", *arguments, code=code).stderr
    assert sentence in error
    if code == 1:
        assert len(error.strip().splitlines()) == 1


def test_report_writes_one_file_that_needs_nothing_beside_it(run: Run, tmp_path: Path) -> None:
    for arm, seed in (("real", 1), ("M1", 2)):
        images = folder_of_images(tmp_path / arm, seed=seed)
        run("import-images", images, "--index", "index.csv", "--arm", arm)
    design = tmp_path / "design.toml"
    design.write_text(run("example-study").stdout)
    slug = run("create-study", design).stdout.splitlines()[-1]
    out = tmp_path / "report.html"
    assert "draft" in run("report", slug, "--out", out, code=1).stderr
    assert not out.exists()
    run("open-study", slug)
    assert "Say why" in run("report", slug, "--out", out, code=1).stderr
    early = run("report", slug, "--out", out, "--reason", "a trial")
    assert "noted it" in early.stderr
    assert "INTERIM" in out.read_text()
    rehearsal = run("rehearse", slug, "--readers", "3").stdout.splitlines()[-1]
    before = out.read_bytes()
    assert "write over it with --force" in run("report", rehearsal, "--out", out, code=1).stderr
    assert out.read_bytes() == before
    assert run("report", rehearsal, "--out", out, "--force").stderr == ""
    page = out.read_text()
    assert "simulated readers" in page
    assert "INTERIM" not in page
    assert not re.search(r"(?:src|href)=\"(?!data:|#)", page)
    assert "<script" not in page
    assert "url(" not in page
    assert page.count("data:image/svg+xml;base64,") >= 8
    assert "no study" in run("report", "nothing", "--out", tmp_path / "x.html", code=1).stderr
    assert not (tmp_path / "x.html").exists()
    wrong = run("report", rehearsal, "--out", tmp_path / "x.doc", code=1).stderr
    assert "end in .html or .pdf" in wrong
    analysis = tmp_path / "analysis.json"
    run("export", rehearsal, "--out", analysis)
    assert "with --force" in run("export", rehearsal, "--out", analysis, code=1).stderr
    run("export", rehearsal, "--out", analysis, "--force")
    assert json.loads(analysis.read_text())["study"]["simulated_readers"] is True
    assert "not a file" in run("export", rehearsal, "--out", tmp_path / "x.doc", code=1).stderr


@pytest.mark.parametrize("is_set", [False, pytest.param(True, marks=SLOW)])
def test_a_file_has_the_whole_report_with_its_figures(
    run: Run, ratings: Path, monkeypatch: pytest.MonkeyPatch, is_set: bool
) -> None:
    if not is_set:
        # To set the sheets and to draw fine pictures takes longest; tests/report does both.
        monkeypatch.setattr(style, "DPI", 50)
        monkeypatch.setattr(report_files, "report_pdf", lambda *_, **__: b"%PDF-")
    folder = ratings.parent
    html, pdf, figures = folder / "out.html", folder / "out.pdf", folder / "figures"
    said = run("analyse", ratings, "--html", html, "--pdf", pdf, "--figures", figures).stdout
    assert said.splitlines()[:2] == [f"Wrote {html}.", f"Wrote {pdf}."]
    page = html.read_text()
    assert "AUC" in page.split('id="summary"')[1].split("</section>")[0]
    assert "of a file of ratings · 3 readers, 12 cases, 36 ratings" in page
    assert hashlib.sha256(ratings.read_bytes()).hexdigest() in page
    assert 'id="part-methods"' in page
    assert "REHEARSAL" not in page
    assert pdf.read_bytes().startswith(b"%PDF")
    names = {path.name for path in figures.iterdir()}
    assert {"forest-auc.svg", "forest-auc.tiff", "forest-auc.csv"} <= names
    for option, there in (("--html", html), ("--pdf", pdf), ("--figures", figures)):
        refused = run("analyse", ratings, option, there, code=1).stderr
        assert f"{there} " in refused
        assert "with --force" in refused
    html.write_text("an earlier report")
    run("analyse", ratings, "--html", html, "--force")
    assert html.read_text().startswith("<!doctype html>")
    numbers = (figures / "forest-auc.csv").read_text().splitlines()
    assert numbers[0].startswith("arm,reader,estimate,low_95,high_95")
    assert numbers[1].startswith("M1,all readers,")


def test_what_cannot_be_written_is_refused_before_anything_is_read(run: Run, ratings: Path) -> None:
    folder = ratings.parent
    for option, name, words in (
        ("--html", "out.pdf", "end in .html"),
        ("--pdf", "out.html", "end in .pdf"),
        ("--html", "nowhere/out.html", "make it first"),
        ("--figures", "ratings.csv", "name a folder"),
    ):
        assert words in run("analyse", "no-such-file", option, folder / name, code=1).stderr
    assert sorted(path.name for path in folder.iterdir() if path.is_file()) == ["ratings.csv"]


def test_a_report_that_writes_nothing_is_a_mistake(run: Run) -> None:
    assert "say what to write" in run("report", "study", code=2).stderr


def test_figures_are_given_for_each_value_of_a_column(run: Run, tmp_path: Path) -> None:
    header, *rows = lines().splitlines()
    sexes = ["F" if int(row.split(",")[1][-1]) % 2 else "M" for row in rows]
    path = tmp_path / "with_sex.csv"
    table = [f"{header},Sex", *(f"{row},{sex}" for row, sex in zip(rows, sexes, strict=True))]
    path.write_text("\n".join(table) + "\n")
    printed = json.loads(run("analyse", path, "--subgroup", "sex", "--json").stdout)
    assert set(printed["subgroups"]["sex"]["subgroups"]) == {"F", "M"}
    assert not any("Columns not used" in one for one in printed["file"]["cautions"])
    out = run("analyse", path, "--subgroup", "sex").stdout
    assert "By sex of the case" in out
    assert "fewer than 10 images" in " ".join(out.split())

    missing = run("analyse", path, "--subgroup", "age", code=1)
    assert "has no column 'age' for --subgroup" in " ".join(missing.stderr.split())
    path.write_text("\n".join([*table[:-1], table[-1][:-1] + "X"]) + "\n")
    two = run("analyse", path, "--subgroup", "sex", code=1)
    assert "a case is of one subgroup" in " ".join(two.stderr.split())


def test_machines_have_a_table_of_their_own(run: Run, tmp_path: Path) -> None:
    header, *rows = lines().splitlines()
    people = [f"{row},human" for row in rows]
    machine = [f"{row},machine".replace("R1", "GPT", 1) for row in rows if row.startswith("R1")]
    path = tmp_path / "with_machine.csv"
    path.write_text("\n".join([f"{header},reader_kind", *people, *machine]) + "\n")
    done = run("analyse", path)
    assert done.stdout.startswith("3 readers, ")
    assert "Machine readers beside people" in done.stdout
    assert "are in none of their figures" in " ".join(done.stderr.split())
