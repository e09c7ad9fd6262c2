"""A flow diagram as SVG with text as text, in black and white, as journals print them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from html import escape

from app.report.submission.flow import Stages
from app.report.words.reader_flow import FlowStage, Leaving

# Pixels. Boxes are wide enough for their longest line at about 7 pixels a letter.
_LETTER = 6.6
_LINE = 18
_PAD = 12
_GAP = 34
_BESIDE = 40
_LEAST = 210


def flow_svg(title: str, stages: Stages, say: Callable[[str], str] = str) -> str:
    """Boxes from top to bottom joined by arrows; beside each, dashed, those who went no further.

    `say` puts the words of the boxes into a language, so that they are as wide as these need.
    """
    stages = tuple(_told(stage, say) for stage in stages)
    left = _width([line for stage in stages for line in _lines(stage)])
    right = _width([line for stage in stages for line in _leaving(stage)])
    width = left + (_BESIDE + right if right else 0) + 2
    drawn, height = _boxes(stages, left, right)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img" '
        'font-family="Verdana, DejaVu Sans, sans-serif" font-size="12">\n'
        f"<title>{escape(say(title))}</title>\n"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>\n'
        f"{drawn}</svg>\n"
    )


def _told(stage: FlowStage, say: Callable[[str], str]) -> FlowStage:
    leaving = tuple(Leaving(one.count, say(one.why)) for one in stage.leaving)
    return replace(stage, title=say(stage.title), below=say(stage.below), leaving=leaving)


def _boxes(stages: Stages, left: float, right: float) -> tuple[str, float]:
    parts: list[str] = []
    top = 1.0
    for number, stage in enumerate(stages):
        lines, leaving = _lines(stage), _leaving(stage)
        height, beside = _height(lines), _height(leaving) if leaving else 0.0
        tallest = max(height, beside)
        middle = top + tallest / 2
        parts += _box(1, middle - height / 2, left, lines, is_dashed=False)
        if leaving:
            parts.append(_arrow(left + 1, middle, left + _BESIDE, middle))
            parts += _box(left + _BESIDE, middle - beside / 2, right, leaving, is_dashed=True)
        if number < len(stages) - 1:
            end = top + tallest + _GAP + _above(stages[number + 1])
            parts.append(_arrow(1 + left / 2, middle + height / 2, 1 + left / 2, end))
        top += tallest + _GAP
    return "".join(parts), top - _GAP + 1


def _above(stage: FlowStage) -> float:
    """How far the box begins below the top of what stands beside it."""
    leaving = _leaving(stage)
    return max(0.0, (_height(leaving) - _height(_lines(stage))) / 2) if leaving else 0.0


def _box(x: float, y: float, width: float, lines: list[str], *, is_dashed: bool) -> Iterator[str]:
    dashes = ' stroke-dasharray="4 3"' if is_dashed else ""
    yield (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{_height(lines):.1f}" '
        f'fill="white" stroke="black"{dashes}/>\n'
    )
    for number, line in enumerate(lines):
        weight = ' font-weight="bold"' if number == 0 and not is_dashed else ""
        baseline = y + _PAD + _LINE * number + 12
        yield (
            f'<text x="{x + width / 2:.1f}" y="{baseline:.1f}" text-anchor="middle"{weight}>'
            f"{escape(line)}</text>\n"
        )


def _arrow(x1: float, y1: float, x2: float, y2: float) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="black" '
        'marker-end="url(#tip)"/>\n'
    )


def _lines(stage: FlowStage) -> list[str]:
    lines = [stage.title, f"n = {stage.count}"]
    return [*lines, stage.below] if stage.below else lines


def _leaving(stage: FlowStage) -> list[str]:
    return [f"{one.count} {one.why}" for one in stage.leaving]


def _width(lines: list[str]) -> float:
    if not lines:
        return 0.0
    return max(_LEAST, _LETTER * 1.12 * max(map(len, lines)) + 2 * _PAD)


def _height(lines: list[str]) -> float:
    return 2 * _PAD + _LINE * len(lines) - 4
