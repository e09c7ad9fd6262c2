"""The lines of the first screen: true of many readers, of two and of one."""

import re

import pytest

from app.report.tables.two_readers import two_readers_table
from app.report.words.answers import answers, answers_note
from app.report.words.cautions import analysis_cautions
from app.report.words.conclusions import arm_sentences
from app.report.words.settling import settling_lines, settling_note
from app.statistics.analysis import Analysis, analyse
from app.statistics.table.estimate import Estimate
from app.statistics.table.settings import AnalysisSettings
from app.words.language import language
from tests.report.ratings import simulated_table


def made(target: str = "readers_and_cases", **options: object) -> Analysis:
    settings = AnalysisSettings(generalise_to=target, model=False)  # type: ignore[arg-type]
    return analyse(simulated_table(**options), settings=settings)  # type: ignore[arg-type]


def test_a_line_says_who_can_tell_what_with_auc_and_interval() -> None:
    m0, m1 = answers(made(), {"M0": "M0: untouched"})
    assert m0.word == "told apart"
    assert re.fullmatch(
        r"Readers can tell M0: untouched from real \(AUC 0\.96, 0\.9\d to 0\.9\d\)\.", m0.line
    )
    assert m1.word == "rated alike"
    assert m1.line.startswith("Readers rate M1 like real images, within ±0.1 (AUC 0.")


def test_an_arm_that_is_taken_for_more_real_is_said_to_be_so() -> None:
    (line,) = answers(made(effects={"real": 0.0, "M1": 2.0}), {})
    assert line.word == "more real"
    assert line.line.startswith("Readers rate M1 as more real than real images (AUC 0.")


@pytest.mark.parametrize(
    ("tag", "told", "alike"),
    [
        ("es", "Los lectores pueden distinguir M0 ", "Los lectores valoran M1 igual que "),
        ("pt-BR", "Os leitores conseguem distinguir M0 ", "Os leitores avaliam M1 da mesma "),
    ],
)
def test_readers_have_their_article(tag: str, told: str, alike: str) -> None:
    m0, m1 = answers(made(), {})
    assert language(tag).say(m0.line).startswith(told)
    assert language(tag).say(m1.line).startswith(alike)


def test_one_reader_speaks_for_themselves_only() -> None:
    analysis = made(readers=1)
    m0, m1 = answers(analysis, {})
    assert m0.line.startswith("This reader can tell M0 from real (AUC ")
    assert m0.line.endswith("What other readers can tell is not known.")
    assert m1.line.startswith("It is open whether this reader can tell M1 from real (AUC ")
    assert m0.state == m1.state == "inconclusive"
    note = answers_note(analysis)
    assert "for this reader and images like these" in note
    assert "not adjusted for the number of arms" in note
    told, still_open = settling_lines(analysis, {})
    assert told == "M0: other readers; how many can’t be told from one."
    assert re.search(r"For this reader alone, \d+ more images? of the arm", still_open)
    everything = " ".join((m0.line, m1.line, note, told, still_open, settling_note(analysis)))
    assert not re.search(r"\bReaders (can|rate|told)", everything)
    assert "these readers" not in everything.lower()


def test_two_readers_have_their_figures_both_ways() -> None:
    analysis = made(readers=2)
    fixed = made("cases", readers=2)
    shown = two_readers_table(analysis, {})
    assert shown is not None
    assert shown.columns[1:3] == ("AUC, readers like these", "AUC, these two")
    assert len(shown.rows) == len(analysis.arms)
    for name, arm in analysis.arms.items():
        both = arm.families["these_readers"]
        for key, (family, figure) in {
            "deception_rate": ("deception", "rate"),
            "realism_mean": ("realism", "mean"),
        }.items():
            assert both[key] == fixed.arms[name].families[family][figure]
            here = arm.families[family][figure]
            assert isinstance(here, Estimate)
            assert name != "M1" or here.method.startswith("Obuchowski-Rockette, random readers")
    assert "With two readers 95% intervals covered 89 to 94%" in " ".join(
        one.text for one in analysis_cautions(analysis, {})
    )
    assert "these_readers" not in made(readers=3).arms["M0"].families
    assert "these_readers" not in fixed.arms["M0"].families


@pytest.mark.parametrize("tag", ["pt-BR", "es"])
def test_numbers_with_decimal_commas_are_not_parted_by_commas(tag: str) -> None:
    analysis = made()
    lines = [answer.line for answer in answers(analysis, {})]
    lines += [one.text for one in arm_sentences(analysis, {})]
    for line in (language(tag).say(line) for line in lines):
        assert re.search(r"AUC \d,\d\d", line), line
        assert not re.search(r"\d(,\d\d|%), \d", line), line


def test_two_readers_have_points_and_intervals_for_readers_like_them() -> None:
    analysis = made(readers=2)
    for answer in answers(analysis, {}):
        assert re.search(r"\(AUC \d\.\d\d, \d\.\d\d to \d\.\d\d\)", answer.line), answer.line
    assert "readers like these and images like these" in answers_note(analysis)
    assert settling_lines(analysis, {})
    assert "these 2 readers" in settling_note(analysis)


@pytest.mark.parametrize(
    ("target", "begins", "for_whom"),
    [
        ("cases", "These readers can tell M0", "these readers only and images like these"),
        ("readers", "Readers can tell these images of M0", "these images only"),
    ],
)
def test_a_declared_target_is_in_the_words(target: str, begins: str, for_whom: str) -> None:
    analysis = made(target, cases=12)
    assert answers(analysis, {})[0].line.startswith(begins)
    assert for_whom in answers_note(analysis)


def test_without_grades_the_rates_are_compared() -> None:
    analysis = made(columns=("verdict",), repeats=0)
    m0, m1 = answers(analysis, {})
    assert re.fullmatch(
        r"M0 is judged real in \d+%, real images in \d+% "
        r"\(difference −\d+ points, −\d+ to −\d+\)\.",
        m0.line,
    )
    assert m0.word == "told apart"
    assert "no difference is shown, nor that there is none" in m1.line
    assert answers_note(analysis) == ""


def test_without_a_real_arm_a_line_says_what_is_lacking() -> None:
    for answer in answers(made(effects={"M0": 0.0, "M1": 1.0}), {}):
        assert answer.line == (
            f"Whether readers can tell {answer.arm} from real can’t be said: there is no real arm."
        )


def test_what_would_settle_it_names_readers_and_images_and_rests_on_this_study() -> None:
    analysis = made(readers=5, cases=16, effects={"real": 0.0, "M1": -0.05})
    (line,) = settling_lines(analysis, {"M1": "M1: LoRA"})
    assert re.fullmatch(
        r"M1: LoRA: \d+ more readers, or \d+ more images of the arm and as many real ones\.", line
    )
    note = settling_note(analysis)
    assert note.startswith("In 80% of studies so much larger")
    assert "these 5 readers" in note
    assert note.endswith("For readers like these and images like these.")


def test_where_everything_is_settled_nothing_is_asked_for() -> None:
    analysis = made()
    assert settling_lines(analysis, {}) == ()
    assert settling_note(analysis) == ""
