"""Every figure draws, as SVG and PNG, from whatever the ratings allow."""

import io
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from app.report.figures.catalogue import report_figures
from app.report.figures.drift import drift_panels
from app.report.figures.realism import realism_shares
from app.report.figures.repeats import limits_of_agreement
from app.report.figures.style import SYNTHETIC, short
from tests.report.ratings import simulated_analysis, simulated_table

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


def drawn(**options: object) -> set[str]:
    """Names of the figures, each drawn and looked into."""
    figures = report_figures(simulated_analysis(**options))  # type: ignore[arg-type]
    for name, figure in figures.items():
        root = ElementTree.fromstring(figure.svg)
        assert root.tag.endswith("svg")
        with Image.open(io.BytesIO(figure.png)) as picture:
            assert picture.width >= 600
            # Something is drawn: not one colour.
            assert len(picture.convert("L").getcolors(256) or []) > 10, name
        assert figure.caption
        assert figure.alternative
    return set(figures)


def test_a_whole_study_has_every_figure() -> None:
    assert drawn() == ALL


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


@pytest.mark.parametrize(
    "options",
    [
        {"readers": 1},
        {"readers": 2, "cases": 3, "repeats": 1},
        {"readers": 40, "cases": 4, "repeats": 0},
        {"high": 101},
        {"effects": {"real": 0.0}},
        {"effects": {"M0": 0.0, "M1": 1.0}},
        {"effects": {f"a-very-long-name-of-a-variant-{n}": -0.3 * n for n in range(7)}},
        {"effects": {"real": 9.0, "M0": -9.0}},
    ],
)
def test_unusual_studies_are_drawn_too(options: dict[str, object]) -> None:
    assert drawn(**options)


def test_the_same_ratings_give_the_same_bytes() -> None:
    one = report_figures(simulated_analysis())["roc"]
    two = report_figures(simulated_analysis())["roc"]
    assert one.svg == two.svg
    assert one.png == two.png


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
