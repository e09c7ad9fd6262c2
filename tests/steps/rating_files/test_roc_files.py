"""iMRMC's and RJafroc's files: modalities become arms, scores grow with "real"."""

from pathlib import Path

import pytest

from app.domain.design.reading import design_from_mapping
from app.domain.errors import BadRatings
from app.services.export_study.held_ratings import HeldRatings
from app.services.export_study.imrmc import imrmc_text
from app.services.export_study.rjafroc import RJAFROC_COLUMNS, rjafroc_rows
from app.statistics.table.ratings import ratings_table
from tests.steps.rating_files.made_study import ROWS, answers, ratings_of, sheet_of
from tests.steps.rating_files.test_workbook import book
from tests.studies import design_values

TOLD = {"truth": {"1": "synthetic"}}
CASES = {row[1]: int(row[3] == "synthetic") for row in ROWS}
# Higher is more synthetic, as these tools have it.
SCORES = {(row[0], row[1]): 5 - int(row[4]) for row in ROWS}
# And here higher is more like a real image.
EXPECTED = {
    (row[0], row[1], "real" if row[3] == "real" else "ddpm", row[3]): float(int(row[4]) - 5)
    for row in ROWS
}


def imrmc(modalities: tuple[str, ...] = ("ddpm",), *, mark: str = "truth") -> str:
    truth = [f"{mark},{case},{mark if mark == 'truth' else 0},{one}" for case, one in CASES.items()]
    rows = [
        f"{reader},{case},{modality},{score}"
        for modality in modalities
        for (reader, case), score in SCORES.items()
    ]
    return "\n".join(["A study.", "NR: 3", "", "BEGIN DATA:", *truth, *rows, ""])


@pytest.mark.parametrize("mark", ["truth", "-1"])
def test_an_imrmc_file_is_read_and_its_truth_asked_for(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "study.imrmc"
    with pytest.raises(BadRatings, match="add --map-value truth 1=synthetic, or"):
        ratings_of(path, imrmc(mark=mark))
    ratings = ratings_of(path, values=TOLD)
    assert answers(ratings, "score") == EXPECTED
    words = sheet_of(path, imrmc(mark=mark), values=TOLD).taken_for
    assert "an input file of iMRMC (truth 1 is synthetic, scores turned round" in words


def test_the_other_meaning_of_truth_turns_arms_and_leaves_scores(tmp_path: Path) -> None:
    ratings = ratings_of(tmp_path / "s", imrmc(), values={"truth": {"0": "synthetic"}})
    assert set(answers(ratings, "score").values()) <= {0.0, 1.0, 2.0, 3.0, 4.0}
    assert set(ratings.names["truth"][:4]) == {"synthetic"}


def test_real_cases_stand_once_if_they_are_the_same_under_every_modality(tmp_path: Path) -> None:
    both = ratings_of(tmp_path / "s", imrmc(("ddpm", "gan")), values=TOLD)
    real = [one for one in answers(both, "score") if one[3] == "real"]
    assert len(real) == 12
    assert set(both.names["arm"]) == {"real", "ddpm", "gan"}
    other = imrmc(("ddpm", "gan")).replace("R1,real0,gan,", "R1,real0,gan,9")
    with pytest.raises(BadRatings, match="real case 'real0' of reader 'R1' under 'gan' than under"):
        ratings_of(tmp_path / "s", other, values=TOLD)
    one = ratings_of(tmp_path / "s", other, values=TOLD, modality="ddpm")
    assert answers(one, "score") == EXPECTED
    with pytest.raises(BadRatings, match="has no modality 'vae'; it has ddpm, gan"):
        ratings_of(tmp_path / "s", other, values=TOLD, modality="vae")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("R1,real0,ddpm,", "R1,real0,", "has 3 fields and iMRMC's rows four"),
        ("truth,real0,truth,0", "truth,real0,truth,7", "has truth '7': iMRMC's are 0 and 1"),
        ("truth,real1,truth,0", "truth,real0,truth,1", "gives case 'real0' another truth"),
        ("truth,real0,truth,0\n", "", "scores case 'real0', of which no row gives the truth"),
        ("R1,real0,ddpm,2", "R1,real0,ddpm,high", "has score 'high': use a number"),
    ],
)
def test_a_broken_imrmc_file_is_refused(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert old in imrmc()
    with pytest.raises(BadRatings) as caught:
        ratings_of(tmp_path / "s", imrmc().replace(old, new, 1), values=TOLD)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("heading", ["treatment", "Modality"])
def test_an_mrmc_table_is_read_by_its_treatments(tmp_path: Path, heading: str) -> None:
    rows = [f"{r},ddpm,{case},{CASES[case]},{one}" for (r, case), one in SCORES.items()]
    text = "\n".join([f"reader,{heading},case,truth,rating", *rows])
    with pytest.raises(BadRatings, match="truth 1=synthetic"):
        ratings_of(tmp_path / "r.csv", text)
    ratings = ratings_of(tmp_path / "r.csv", text, values=TOLD)
    assert answers(ratings, "score") == EXPECTED
    # Where a treatment has cases of one truth it may as well be an arm, so nothing is guessed.
    with pytest.raises(BadRatings, match="no column 'arm'"):
        ratings_of(tmp_path / "r.csv", text.replace("ddpm,real", "real,real"), values=TOLD)


def jafroc(paradigm: str = "ROC", fp: str = "FP", tp: str = "TP") -> bytes:
    truth = [["CaseID", "LesionID", "Weight", "ReaderID", "ModalityID", "Paradigm"]]
    truth += [
        [case, one, 0, "R1, R2, R3", "ddpm", paradigm if at == 0 else None]
        for at, (case, one) in enumerate(CASES.items())
    ]
    false = [["ReaderID", "ModalityID", "CaseID", "FP_Rating"]]
    true = [["ReaderID", "ModalityID", "CaseID", "LesionID", "TP_Rating"]]
    for (reader, case), score in SCORES.items():
        if CASES[case]:
            true.append([reader, "ddpm", case, 1, score])
        else:
            false.append([reader, "ddpm", case, score])
    return book((tp, true), ("Truth", truth), (fp, false))


@pytest.mark.parametrize(("fp", "tp"), [("FP", "TP"), ("NL", "LL")])
def test_a_jafroc_workbook_is_read(tmp_path: Path, fp: str, tp: str) -> None:
    content = jafroc(fp=fp, tp=tp)
    ratings = ratings_of(tmp_path / "r.xlsx", content, values=TOLD)
    assert answers(ratings, "score") == EXPECTED
    words = sheet_of(tmp_path / "r.xlsx", content, values=TOLD).taken_for
    assert words.startswith("a workbook of RJafroc, ROC paradigm (truth 1 is synthetic")


def test_ratings_of_marks_are_not_taken_for_ratings_of_images(tmp_path: Path) -> None:
    with pytest.raises(BadRatings, match="of the FROC paradigm, in which marks are rated"):
        ratings_of(tmp_path / "r.xlsx", jafroc("FROC"), values=TOLD)


def test_our_own_exports_say_what_truth_is(tmp_path: Path) -> None:
    names = ("reader", "case", "arm", "truth")
    columns = {name: [row[at] for row in ROWS] for at, name in enumerate(names)}
    realism = [row[4] for row in ROWS]
    table = ratings_table(**columns, realism=realism, realism_min=1, realism_max=5)  # type: ignore[arg-type]
    held = HeldRatings.of(design_from_mapping(design_values()))
    expected = {(row[0], row[1], row[2], row[3]): float(int(row[4]) - 5) for row in ROWS}
    text = imrmc_text(table, title="A study", held=held, simulated=True)
    ratings = ratings_of(tmp_path / "study.imrmc", text)
    assert answers(ratings, "score") == expected
    assert [text for lead, text in ratings.cautions] == [
        "The file says that its readers are simulated; these are not results."
    ]
    rows = [[name for name, _ in RJAFROC_COLUMNS], *rjafroc_rows(table, held)]
    csv = "\n".join(",".join(str(cell) for cell in row) for row in rows)
    assert answers(ratings_of(tmp_path / "rjafroc.csv", csv), "score") == expected
