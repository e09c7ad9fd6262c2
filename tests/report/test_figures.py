"""Every figure draws, as SVG and PNG, from whatever the ratings allow."""

import io
import re
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from app.report.figures import plot, style
from app.report.figures.catalogue import report_figures
from app.report.figures.drift import drift_panels
from app.report.figures.plot import Numbers
from app.report.figures.realism import realism_shares
from app.report.figures.repeats import limits_of_agreement
from app.report.figures.style import MEDIA_TYPES, SYNTHETIC, short
from app.report.page.figure_files import numbers_csv
from app.statistics.analysis import analyse
from app.statistics.table.estimate import Estimate
from app.statistics.table.settings import AnalysisSettings
from tests.report.ratings import simulated_analysis, simulated_table
from tests.two_lengths import SLOW, some_now

ALL = {
    "realism-distribution",
    "forest-realism",
    "forest-deception",
    "forest-auc",
    "roc",
    "agreement-verdict",
    "agreement-realism",
    "repeats",
    "drift",
}


@pytest.fixture(autouse=True)
def _drawn_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plot, "render", style.render)


def drawn(**options: object) -> set[str]:
    """Names of the figures, each drawn and looked into."""
    figures = report_figures(simulated_analysis(**options))  # type: ignore[arg-type]
    for name, figure in figures.items():
        root = ElementTree.fromstring(figure.svg)
        assert root.tag.endswith("svg")
        assert b"<image" not in figure.svg, name
        numbers = figure.plot.numbers()
        assert numbers.rows, name
        assert {len(row) for row in numbers.rows} == {len(numbers.columns)}
        assert figure.caption
        assert figure.alternative
    return set(figures)


def test_a_whole_study_has_every_figure() -> None:
    assert drawn() == ALL


@pytest.mark.parametrize("names", [{"roc", "forest-auc", "drift"}, pytest.param(ALL, marks=SLOW)])
def test_every_figure_is_drawn_in_pixels_too(names: set[str]) -> None:
    figures = report_figures(simulated_analysis())
    assert names <= set(figures)
    for name in names:
        figure = figures[name]
        with Image.open(io.BytesIO(figure.file("png"))) as picture:
            assert picture.width >= 800
            # Something is drawn: not one colour.
            assert len(picture.convert("L").getcolors(256) or []) > 10, name


def test_what_was_not_asked_is_not_drawn() -> None:
    assert drawn(columns=("verdict",), repeats=0) == {
        "forest-deception",
        "agreement-verdict",
    }
    assert drawn(columns=("realism",), repeats=0) == {
        "realism-distribution",
        "forest-realism",
        "forest-auc",
        "roc",
        "agreement-realism",
    }


UNUSUAL: list[dict[str, object]] = [
    {"readers": 1},
    {"readers": 2, "cases": 3, "repeats": 1},
    {"readers": 40, "cases": 4, "repeats": 0},
    {"high": 101},
    {"effects": {"real": 0.0}},
    {"effects": {"M0": 0.0, "M1": 1.0}},
    {"effects": {f"a-very-long-name-of-a-variant-{n}": -0.3 * n for n in range(7)}},
    {"effects": {"real": 9.0, "M0": -9.0}},
]


@pytest.mark.parametrize(
    "options",
    some_now(UNUSUAL, [UNUSUAL[0], UNUSUAL[3], UNUSUAL[-1]]),
)
def test_unusual_studies_are_drawn_too(options: dict[str, object]) -> None:
    assert drawn(**options)


def test_the_same_ratings_give_the_same_bytes() -> None:
    one = report_figures(simulated_analysis())["roc"]
    two = report_figures(simulated_analysis())["roc"]
    for ending in MEDIA_TYPES:
        assert one.file(ending) == two.file(ending), ending


def test_figures_asked_for_at_once_do_not_spoil_each_other() -> None:
    names = ("realism-distribution", "forest-auc", "repeats")
    analysis = simulated_analysis()
    alone = [report_figures(analysis)[name].svg for name in names]
    together = report_figures(analysis)
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(lambda name: together[name].svg, names)) == alone


def test_the_bars_hold_all_ratings_real_first() -> None:
    analysis = simulated_analysis()
    names, shares = realism_shares(analysis)
    assert names == ("1", "2", "3", "4", "5")
    assert next(iter(analysis.arms)) == "real"
    assert np.allclose(shares.sum(axis=1), 1.0)
    names, shares = realism_shares(simulated_analysis(high=101))
    assert len(names) == 5
    assert np.allclose(shares.sum(axis=1), 1.0)


def test_drift_shows_means_of_what_was_read() -> None:
    panels = drift_panels(simulated_table())
    assert [panel.name for panel in panels] == [
        "Realism",
        "Share of verdicts right",
        "Reading time, s",
    ]
    # Real images come first in these sessions, so later bins hold synthetic ones only.
    assert np.isfinite(panels[0].real[0])
    assert np.isnan(panels[0].real[-1])
    assert drift_panels(simulated_table(columns=("realism",))) == ()


def test_limits_of_agreement_hold_the_bias_between_them() -> None:
    limits = limits_of_agreement(simulated_analysis())
    values = [limits[key].estimate for key in limits]
    assert None not in values
    assert values == sorted(values, reverse=True)  # type: ignore[type-var]


def test_colours_differ_in_grey_where_only_two_are_compared() -> None:
    def grey(colour: str) -> float:
        red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    assert grey(SYNTHETIC[0]) - grey("#1c2226") > 50


def test_long_arm_names_take_two_lines() -> None:
    assert short("M1") == "M1"
    assert short("simulated-doubled-ribs") == "simulated-doubled-\nribs"
    assert all(len(line) <= 18 for line in short("x" * 60).split("\n"))


def test_text_is_text_in_vectors_and_pixels_have_300_dpi_without_transparency() -> None:
    figure = report_figures(simulated_analysis())["forest-auc"]
    written = "".join(ElementTree.fromstring(figure.svg).itertext())
    assert "AUC from realism (0.5 = rated alike)" in written
    assert "M1" in written
    assert figure.file("pdf").startswith(b"%PDF")
    # The letters are embedded as TrueType, not drawn.
    assert b"/FontFile2" in figure.file("pdf")
    for ending in ("png", "tiff"):
        with Image.open(io.BytesIO(figure.file(ending))) as picture:  # type: ignore[arg-type]
            assert picture.mode == "RGB"
            assert round(float(picture.info["dpi"][0])) == 300
            if ending == "tiff":
                assert picture.info["compression"] == "tiff_lzw"


def test_the_numbers_of_a_figure_are_what_it_draws() -> None:
    analysis = simulated_analysis()
    figures = report_figures(analysis)
    rows = figures["forest-auc"].plot.numbers().rows
    auc = analysis.arms["M0"].families["discrimination"]["auc_realism"]
    assert isinstance(auc, Estimate)
    assert rows[0][:5] == ("M0", "all readers", auc.estimate, auc.low, auc.high)
    of_one = analysis.readers["R03"]["M1"]["auc_realism"]
    assert ("M1", "R03", of_one) in {row[:3] for row in rows}
    shares = figures["realism-distribution"].plot.numbers().rows
    assert sum(float(row[2] or 0) for row in shares if row[0] == "M1") == pytest.approx(1.0)
    pairs = figures["agreement-verdict"].plot.numbers().rows
    assert len(pairs) == 6 * 5 / 2
    points = [row for row in figures["repeats"].plot.numbers().rows if row[4] is not None]
    # Five repeats of three arms by six readers.
    assert sum(int(row[4] or 0) for row in points) == 5 * 3 * 6


def test_no_figure_in_portuguese_has_a_decimal_point() -> None:
    for name, figure in report_figures(simulated_analysis()).items():
        root = ElementTree.fromstring(figure.file("svg", "pt-BR"))
        texts = ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]
        assert texts
        assert not [text for text in texts if re.search(r"\d\.\d", text)], name


def test_numbers_are_csv_that_no_spreadsheet_runs() -> None:
    text = numbers_csv(Numbers(("arm", "low"), (("=1+1", None), ("M1", -0.25)))).decode()
    assert text == "arm,low\r\n'=1+1,\r\nM1,-0.25\r\n"


def test_machines_are_drawn_beside_people() -> None:
    table = simulated_table(readers=4, cases=20)
    machine = str(table.readers[-1])
    analysis = analyse(replace(table, machines=(machine,)), settings=AnalysisSettings(model=False))
    plot = report_figures(analysis)["machines"].plot
    rows = plot.numbers().rows
    assert {row[2] for row in rows} == {"all people", *table.readers}
    assert {row[2] for row in rows if row[3] == "machine"} == {machine}
    svg = report_figures(analysis)["machines"].svg
    assert machine.encode() in svg
