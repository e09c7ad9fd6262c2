"""Any tidy file is read, and a bad line is named."""

from pathlib import Path

import pytest

from app.domain.errors import BadRatings
from app.services.analyse_file import FileAnalysis, FileOptions, analyse_file, column_map
from app.statistics.table.settings import AnalysisSettings

HEADER = "reader,case,arm,truth,realism,verdict"
GOOD = [
    f"R{reader},{arm}{case},{arm},{'real' if arm == 'real' else 'synthetic'},"
    f"{(reader + case + (arm == 'real')) % 5 + 1},{'real' if (reader + case) % 2 else 'synthetic'}"
    for reader in (1, 2, 3)
    for arm in ("real", "M1")
    for case in range(6)
]


def analysed(
    tmp_path: Path, text: str | bytes, options: FileOptions | None = None, **columns: str
) -> FileAnalysis:
    path = tmp_path / "ratings.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return analyse_file(path, columns=columns, settings=AnalysisSettings(), options=options)


def lines(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *(rows or GOOD)]) + "\n"


def test_it_reads_commas_semicolons_tabs_and_a_byte_order_mark(tmp_path: Path) -> None:
    plain = analysed(tmp_path, lines()).analysis.to_json()
    for text in (
        lines().replace(",", ";"),
        lines().replace(",", "\t"),
        "\ufeff" + lines().replace("\n", "\r\n"),
        lines() + "\n\n",
    ):
        assert analysed(tmp_path, text).analysis.to_json() == plain


def coded(real: str, synthetic: str, arm: str = "real") -> str:
    rows = [row.split(",") for row in GOOD]
    for row in rows:
        row[3:6:2] = (real if word == "real" else synthetic for word in row[3:6:2])
        row[2] = arm if row[2] == "real" else row[2]
    return lines(*(",".join(row) for row in rows))


def said_of(read: FileAnalysis) -> str:
    return "\n".join(f"{one.lead} {one.text}" for one in read.cautions)


@pytest.mark.parametrize(("real", "synthetic"), [("1", "0"), ("0", "1"), ("TRUE", "FALSE")])
def test_which_of_two_values_is_real_is_asked_and_never_guessed(
    tmp_path: Path, real: str, synthetic: str
) -> None:
    text = coded(real, synthetic, arm="hospital")
    with pytest.raises(BadRatings, match=r"for truth and verdict, and nothing says which is real"):
        analysed(tmp_path, text)
    words = analysed(tmp_path, coded("real", "synthetic", arm="hospital")).analysis.to_json()
    for ours, value, meaning in (("truth", real, "real"), ("truth", synthetic, "synthetic")):
        options = FileOptions(values={ours: {value: meaning}, "verdict": {real: "real"}})
        assert analysed(tmp_path, text, options=options).analysis.to_json() == words
    wrong = FileOptions(values={"truth": {real: "synthetic"}, "verdict": {real: "synthetic"}})
    turned = analysed(tmp_path, text, options=wrong).analysis
    assert turned.arms["hospital"].truth == "synthetic"


def test_an_arm_called_real_settles_truth_and_says_so(tmp_path: Path) -> None:
    rows = coded("1", "0").replace(",1\n", ",real\n").replace(",0\n", ",synthetic\n")
    read = analysed(tmp_path, rows)
    assert read.analysis.to_json() == analysed(tmp_path, lines()).analysis.to_json()
    assert "Truth 0 as synthetic and 1 as real, because the arm called real has it" in said_of(read)
    # An arm called real that holds both says nothing.
    with pytest.raises(BadRatings, match="nothing says which is real"):
        analysed(tmp_path, rows.replace("R1,M10,M1", "R1,M10,real"))


def test_columns_of_other_tools_are_mapped(tmp_path: Path) -> None:
    text = lines(header="rater,image,model,truth,likert,said")
    columns = column_map(
        ["reader=rater", "case=image", "arm=model", "realism=likert", "verdict=said"]
    )
    read = analysed(tmp_path, text, **columns)
    assert read.analysis.to_json() == analysed(tmp_path, lines()).analysis.to_json()


def test_superseded_ratings_do_not_count_and_extra_columns_are_ignored(tmp_path: Path) -> None:
    rows = [f'{row},0,"a, b"' for row in GOOD]
    rows.insert(0, GOOD[0].replace("R1", "R1") + ",1,x")
    read = analysed(tmp_path, lines(*rows, header=HEADER + ",superseded,note"))
    assert read.left_out == 1
    assert read.ignored == ("note",)
    assert read.analysis.to_json() == analysed(tmp_path, lines()).analysis.to_json()


def test_presentations_count_from_one_and_replicates_from_zero(tmp_path: Path) -> None:
    again = [f"{row},2" for row in GOOD[:3]]
    rows = [f"{row},1" for row in GOOD] + again
    analysis = analysed(tmp_path, lines(*rows, header=HEADER + ",presentation")).analysis
    assert analysis.arms["real"].n_repeated == 3
    zero = [row[:-1] + str(int(row[-1]) - 1) for row in rows]
    same = analysed(tmp_path, lines(*zero, header=HEADER + ",replicate")).analysis
    assert same.to_json() == analysis.to_json()


def test_empty_cells_stay_missing(tmp_path: Path) -> None:
    rows = [*GOOD]
    first = rows[0].split(",")
    rows[0] = ",".join([*first[:4], "", "NA"])
    analysis = analysed(tmp_path, lines(*rows)).analysis
    assert analysis.arms["real"].families["realism"]["mean"].n_ratings == 17  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (["R1,a,real,real,seven,real"], "line 2 has realism 'seven': use a number"),
        (["R1,a,real,real,inf,real"], "line 2 has realism 'inf'"),
        (["R1,a,real,genuine,3,real"], "line 2 has truth 'genuine'"),
        (["R1,a,real,real,3,maybe"], "line 2 has verdict 'maybe'"),
        ([",a,real,real,3,real"], "line 2 has no reader"),
        (["R1,a,real,real,3"], "line 2 has 5 fields and the header 6"),
        (["R1,a,real,real,3,real", "R1,a,real,real,4,real"], "line 3 repeats the rating of case"),
        (["R1,a,x,real,3,real", "R1,b,x,synthetic,4,real"], "holds real and synthetic cases"),
        (['R1,"a,real,real,3,real'], "line 2: unexpected end of data"),
        ([""], "has no ratings"),
    ],
)
def test_a_bad_line_is_named_in_one_sentence(
    tmp_path: Path, rows: list[str], sentence: str
) -> None:
    with pytest.raises(BadRatings) as caught:
        analysed(tmp_path, lines(*rows))
    assert sentence in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "is empty"),
        (b"\xff\xfe\x00r\x00", "is no text"),
        (b"a\x00b\n", "NUL"),
        (b"reader,case,arm,realism\n", "no column 'truth'"),
        (b"reader,case,arm,truth,note\n", "nothing to analyse"),
        (b"reader,reader,arm,truth,realism\n", "two columns named 'reader'"),
    ],
)
def test_a_file_that_is_no_ratings_file_is_refused(
    tmp_path: Path, text: bytes, sentence: str
) -> None:
    with pytest.raises(BadRatings, match=sentence):
        analysed(tmp_path, text)
    with pytest.raises(BadRatings, match="is a folder"):
        analyse_file(tmp_path, columns={}, settings=AnalysisSettings())


@pytest.mark.parametrize("pair", ["arm", "arm=", "model=arm", "=x"])
def test_a_malformed_map_is_refused(pair: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        column_map([pair])
    with pytest.raises(ValueError, match="twice"):
        column_map(["arm=a", "arm=b"])


# Our own file of a study with phases, several pictures, machines


def test_machines_stand_beside_people_and_ends_of_phases_are_left_out_and_counted(
    tmp_path: Path,
) -> None:
    header = f"{HEADER},reader_kind,asked_at"
    people = [f"{row},human,case" for row in GOOD]
    machines = [row.replace("human", "machine").replace("R1", "GPT") for row in people[:12]]
    read = analysed(tmp_path, lines(*machines, *people, "R1,,,,,,human,phase_end", header=header))
    assert (read.of_machines, read.at_phase_ends, read.left_out) == (12, 1, 0)
    beside = read.analysis.to_json()
    alone = analysed(tmp_path, lines()).analysis.to_json()
    assert {one["machine"] for one in beside.pop("machines")} == {"GPT"}
    assert alone.pop("machines") == []
    assert beside == alone

    mixed = [
        *people,
        people[0].replace("human", "machine").replace(people[0].split(",")[1], "S9999"),
    ]
    with pytest.raises(BadRatings, match="as a person, and other lines have them as a machine"):
        analysed(tmp_path, lines(*mixed, header=header))
    with pytest.raises(BadRatings, match="of 12 lines 0 are superseded, 12 of machine readers"):
        analysed(tmp_path, lines(*machines, header=header))
    with pytest.raises(BadRatings, match="line 2 has reader_kind 'bot': use human, simulated"):
        analysed(tmp_path, lines(people[0].replace("human", "bot"), header=header))


def test_what_simulated_readers_said_is_known_by_their_kind_too(tmp_path: Path) -> None:
    rows = [f"{row},simulated" for row in GOOD]
    assert analysed(tmp_path, lines(*rows, header=HEADER + ",reader_kind")).is_simulated


@pytest.mark.parametrize(("phase", "offers"), [("", False), ("pairs", True)])
def test_a_reading_of_several_pictures_is_refused_with_a_way_out(
    tmp_path: Path, phase: str, offers: bool
) -> None:
    row = f"R1,S0001,,,,,1:C0001:real:real;2:C0002:M1:synthetic,{phase}"
    with pytest.raises(BadRatings, match="line 2 is a reading of several pictures") as refused:
        analysed(tmp_path, lines(row, header=f"{HEADER},pictures,phase"))
    assert "give the design.json of the same export with --design" in str(refused.value)
    assert ("--phase KEY" in str(refused.value)) is offers


def test_of_cases_in_several_phases_one_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    told = [row.rsplit(",", 2)[0] + ",5,synthetic" for row in GOOD]
    rows = [f"{row},first" for row in GOOD] + [f"{row},told" for row in told]
    text = lines(*rows, header=HEADER + ",phase")
    with pytest.raises(BadRatings, match=r"in 2 phases: take one with --phase KEY, of first, told"):
        analysed(tmp_path, text)
    for phase, same in (("first", GOOD), ("told", told)):
        path.write_text(text)
        read = analyse_file(path, columns={}, settings=AnalysisSettings(), phase=phase)
        assert read.analysis.to_json() == analysed(tmp_path, lines(*same)).analysis.to_json()
    path.write_text(text)
    with pytest.raises(BadRatings, match="has no phase 'third'; it has first, told"):
        analyse_file(path, columns={}, settings=AnalysisSettings(), phase="third")
    path.write_text(lines())
    with pytest.raises(BadRatings, match="has no column 'phase'"):
        analyse_file(path, columns={}, settings=AnalysisSettings(), phase="first")


def test_phases_with_cases_of_their_own_are_one_study(tmp_path: Path) -> None:
    rows = [f"{row},{'first' if row.split(',')[1][-1] in '012' else 'second'}" for row in GOOD]
    read = analysed(tmp_path, lines(*rows, header=HEADER + ",phase"))
    assert read.analysis.to_json() == analysed(tmp_path, lines()).analysis.to_json()


@pytest.mark.parametrize(("modality", "auc"), [("1", 0.897037), ("2", 0.940837)])
def test_a_published_study_by_modality_has_its_published_auc(modality: str, auc: float) -> None:
    # The data of Van Dyke et al. 1993; its mean AUCs stand in the reference values beside the file.
    path = Path(__file__).parents[2] / ".." / "shared" / "reference" / "vandyke.csv"
    if not path.exists():
        pytest.skip("shared/reference is not beside this checkout")
    options = FileOptions(values={"truth": {"1": "synthetic"}}, modality=modality)
    read = analyse_file(path, columns={}, settings=AnalysisSettings(), options=options)
    family = read.analysis.arms[modality].families["discrimination"]
    assert family["auc_score"].estimate == pytest.approx(auc, abs=1e-6)  # type: ignore[union-attr]
