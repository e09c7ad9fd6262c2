"""One question of a study, as data."""

from dataclasses import dataclass
from typing import Literal

# A row of `registry.KINDS`.
KindName = str
MarkShape = Literal["point", "box", "point_or_box"]


@dataclass(frozen=True)
class Option:
    """One answer that can be chosen; `value` is stored, `label` is shown."""

    value: str
    label: str
    key: str = ""


@dataclass(frozen=True)
class Translation:
    """A question's own words in another `language`, for reports; readers never see them.

    Each is there where the question has it: `labels` and `options` are as many, in the same order.
    """

    language: str
    prompt: str
    hint: str = ""
    labels: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    none_label: str = ""
    tie_label: str = ""


@dataclass(frozen=True)
class AskedIf:
    """The question is asked only where an earlier answer of the same case is one of these.

    `values` holds answers as they are written in a file: "synthetic", "4", "effusion".
    """

    question: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """What is asked, what it is for, and how it may be answered.

    key          names the question in forms, files and stored answers
    measure      what the answer is for: a row of `measures.MEASURES`
    kind         how it is asked: a row of `registry.KINDS`
    prompt, hint what the reader sees
    required     whether a case can be left without an answer
    asked_if     asked only after certain answers to an earlier question
    of           the question this one belongs to (confidence of a verdict)
    probabilities  what the points of a confidence are taken to say of being right: one each, or two
                 for the ends; empty for equal steps from a guess to certainty
    finding      what a finding question looks for, as the bank's reference names it
    reference    the key of the bank's records that holds the reference standard of a finding
    low, high    ends of a scale or slider, both included
    labels       texts of a scale: one at each point, or one at each end
    options      what a choice offers, in the order shown
    none_label   of choices and marks: the explicit answer that there is none; empty for none such
    longest      characters of a text
    shape, most  of marks: what may be drawn, and how many
    tie_label    of a side: the answer that prefers no picture; empty where one must be named
    translations the same words in other languages, by language
    """

    key: str
    measure: str
    kind: KindName
    prompt: str
    hint: str = ""
    required: bool = True
    asked_if: AskedIf | None = None
    of: str = ""
    probabilities: tuple[float, ...] = ()
    finding: str = ""
    reference: str = ""
    low: int = 0
    high: int = 0
    labels: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    none_label: str = ""
    longest: int = 0
    shape: MarkShape = "point"
    most: int = 0
    tie_label: str = ""
    translations: tuple[Translation, ...] = ()

    @property
    def points(self) -> range:
        """Every value of a scale or slider, low to high."""
        return range(self.low, self.high + 1)

    def label_at(self, point: int) -> str:
        """The text at a point of a scale; empty where only the ends have one."""
        if len(self.labels) == len(self.points):
            return self.labels[point - self.low]
        if not self.labels:
            return ""
        if point == self.low:
            return self.labels[0]
        return self.labels[-1] if point == self.high else ""

    def option(self, value: str) -> Option | None:
        """The option stored as `value`, if there is one."""
        return next((option for option in self.options if option.value == value), None)
