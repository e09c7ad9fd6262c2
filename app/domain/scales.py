"""The questions a reader is asked about a case and the scales they are answered on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from app.domain.errors import BadAnswer

Verdict = Literal["real", "synthetic"]
VERDICTS: tuple[Verdict, ...] = ("real", "synthetic")
LONGEST_COMMENT = 2000


@dataclass(frozen=True)
class Scale:
    """A closed integer scale with its anchors: one text a point, or one at each end."""

    minimum: int
    maximum: int
    anchors: tuple[str, ...]

    @property
    def points(self) -> range:
        """Every value that may be given."""
        return range(self.minimum, self.maximum + 1)

    @property
    def is_continuous(self) -> bool:
        """Whether it is shown as a slider and not as a row of buttons."""
        return len(self.points) > 10

    def anchor(self, value: int) -> str:
        """The text at `value`; empty where only the ends are anchored."""
        if len(self.anchors) == len(self.points):
            return self.anchors[value - self.minimum]
        if value == self.minimum:
            return self.anchors[0]
        return self.anchors[-1] if value == self.maximum else ""


REALISM_SCALES: Mapping[str, Scale] = {
    "1-5": Scale(
        1,
        5,
        (
            "Not at all realistic",
            "Slightly realistic",
            "Moderately realistic",
            "Very realistic",
            "Like a real radiograph",
        ),
    ),
    "1-7": Scale(1, 7, ("Not at all realistic", "Like a real radiograph")),
    "0-100": Scale(0, 100, ("Not at all realistic", "Like a real radiograph")),
}
CONFIDENCE = Scale(1, 5, ("Guessing", "Unsure", "Fairly sure", "Sure", "Certain"))


@dataclass(frozen=True)
class Questions:
    """Which questions a study asks; `realism` names a scale of REALISM_SCALES or is None."""

    realism: str | None = "1-5"
    verdict: bool = True
    confidence: bool = True
    comment: bool = True

    @property
    def realism_scale(self) -> Scale | None:
        """The scale of the realism question, if it is asked."""
        return None if self.realism is None else REALISM_SCALES[self.realism]


@dataclass(frozen=True)
class Answers:
    """What a reader said of one presentation; None where it was not asked or, for a comment, left.

    `realism` is in the points of the study's scale, `confidence` 1 to 5.
    """

    realism: int | None = None
    verdict: Verdict | None = None
    confidence: int | None = None
    comment: str | None = None


def read_answers(questions: Questions, form: Mapping[str, str]) -> Answers:
    """Check a submitted form against the questions; raise BadAnswer naming every problem.

    Nothing is filled in for what is missing, and nothing is rounded into range.
    """
    problems: dict[str, str] = {}

    def on_scale(name: str, scale: Scale, what: str) -> int | None:
        text = form.get(name, "").strip()
        if not text:
            problems[name] = f"Please rate {what} ({scale.minimum} to {scale.maximum})."
            return None
        value = int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else None
        if value is None or value not in scale.points:
            problems[name] = (
                f"{what.capitalize()} must be a whole number from {scale.minimum} "
                f"to {scale.maximum}."
            )
            return None
        return value

    realism = None
    if questions.realism_scale is not None:
        realism = on_scale("realism", questions.realism_scale, "realism")
    verdict: Verdict | None = None
    if questions.verdict:
        said = form.get("verdict", "").strip()
        if said == "real":
            verdict = "real"
        elif said == "synthetic":
            verdict = "synthetic"
        elif said:
            problems["verdict"] = "The verdict must be real or synthetic."
        else:
            problems["verdict"] = "Please say whether it is real or synthetic."
    confidence = on_scale("confidence", CONFIDENCE, "confidence") if questions.confidence else None
    comment = None
    if questions.comment:
        # Control characters carry nothing a reader typed, and PostgreSQL refuses NUL in text.
        typed = "".join(c for c in form.get("comment", "") if c.isprintable() or c in "\n\t")
        comment = typed.strip() or None
        if comment is not None and len(comment) > LONGEST_COMMENT:
            problems["comment"] = (
                f"The comment has {len(comment)} characters; "
                f"please keep it within {LONGEST_COMMENT}."
            )
    if problems:
        raise BadAnswer(problems)
    return Answers(realism, verdict, confidence, comment)
