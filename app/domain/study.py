"""A study's design: what it is made of, how it is checked, and when it may still change."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from app.domain.errors import BadDesign, StudyFrozen, StudyNotOpen
from app.domain.scales import REALISM_SCALES, Questions

Status = Literal["draft", "open", "closed"]
Condition = Literal["normal", "abnormal"]
CONDITIONS: tuple[Condition, ...] = ("normal", "abnormal")
RENDITION_SIZE = 512
MOST_CASES = 2000

DEFAULT_CONSENT = """\
You are invited to take part in a reader study of chest radiographs. You will look at images, \
some of which were made by a computer, and say how realistic each looks.

Taking part is voluntary; you may stop at any time by closing the page. Your answers are stored \
under a code, never under your name, and may be published in anonymous form."""
DEFAULT_INSTRUCTIONS = """\
You will see one chest radiograph at a time. Some were taken of patients, some were made by a \
computer. Judge each on its own; there is no fixed share of either.

Take the time you would take in practice. You may stop and come back by the same link: it \
resumes at the same case."""


@dataclass(frozen=True)
class ArmPlan:
    """How many cases of each condition are drawn from one arm."""

    arm: str
    normal: int
    abnormal: int

    def count(self, condition: Condition) -> int:
        """Cases to draw of `condition`."""
        return self.normal if condition == "normal" else self.abnormal


@dataclass(frozen=True)
class Replicates:
    """Cases shown a second time to the same reader, for intra-reader agreement.

    `minimum_lag` is the least difference between the two positions.
    """

    count: int = 0
    minimum_lag: int = 20


@dataclass(frozen=True)
class Practice:
    """Cases before the study proper, never counted; with `feedback` the truth is then told."""

    count: int = 0
    feedback: bool = False


@dataclass(frozen=True)
class StudyDesign:
    """Everything that is frozen when a study opens.

    `equivalence_margin` is the half-width, on AUC, within which an arm counts as equivalent
    to real; `longest_run` the most presentations of one arm in a row; `break_every` 0 for none.
    """

    title: str
    arms: tuple[ArmPlan, ...]
    instructions: str = DEFAULT_INSTRUCTIONS
    consent: str = DEFAULT_CONSENT
    notice: str = ""
    questions: Questions = field(default_factory=Questions)
    replicates: Replicates = field(default_factory=Replicates)
    practice: Practice = field(default_factory=Practice)
    break_every: int = 0
    longest_run: int = 3
    equivalence_margin: float = 0.10
    rendition_size: int = RENDITION_SIZE
    seed: int = 1

    @property
    def case_count(self) -> int:
        """Cases drawn, practice and replicates left out."""
        return sum(plan.normal + plan.abnormal for plan in self.arms)

    @property
    def presentation_count(self) -> int:
        """What a reader's progress counts to: cases and their replicates."""
        return self.case_count + self.replicates.count


def design_to_mapping(design: StudyDesign) -> dict[str, Any]:
    """The design as plain values, readable again by `design_from_mapping`."""
    plain = asdict(design)
    plain["questions"]["realism"] = design.questions.realism or "off"
    return plain


def design_to_json(design: StudyDesign) -> str:
    """One text for one design: sorted keys, no spaces; this is what is hashed."""
    return json.dumps(
        design_to_mapping(design), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


def design_from_json(text: str) -> StudyDesign:
    """A stored design, checked again as it is read."""
    data: Mapping[str, Any] = json.loads(text)
    return design_from_mapping(data)


def digest(text: str) -> str:
    """SHA-256 of a text, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def ensure_draft(status: Status, what: str) -> None:
    """Refuse a change of `what` once the study has been opened."""
    if status != "draft":
        raise StudyFrozen(
            f"The study is {status}, so {what} can't change any more; "
            "create a new study with the change."
        )


def ensure_open(status: Status) -> None:
    """Refuse reading unless the study is open."""
    if status == "draft":
        raise StudyNotOpen("This study has not opened yet; please try your link again later.")
    if status == "closed":
        raise StudyNotOpen("This study is closed; no more ratings are taken. Thank you.")


def design_from_mapping(data: Mapping[str, Any]) -> StudyDesign:
    """Read a design from plain values (a parsed TOML file, a form); raise BadDesign.

    Unknown keys are refused by name, so that a misspelt option can't be silently ignored.
    """
    top = _Table("", data)
    questions_table = top.table("questions")
    realism = questions_table.text("realism", "1-5")
    if realism != "off" and realism not in REALISM_SCALES:
        raise BadDesign(
            "questions.realism", f"must be one of {', '.join(REALISM_SCALES)}, off; not {realism!r}"
        )
    questions = Questions(
        realism=None if realism == "off" else realism,
        verdict=questions_table.flag("verdict", True),
        confidence=questions_table.flag("confidence", True),
        comment=questions_table.flag("comment", True),
    )
    questions_table.refuse_the_rest()
    if questions.realism is None and not questions.verdict:
        raise BadDesign("questions", "ask at least for realism or for a verdict")
    if questions.confidence and not questions.verdict:
        raise BadDesign("questions.confidence", "is confidence in the verdict; ask for both")
    replicates_table = top.table("replicates")
    replicates = Replicates(
        count=replicates_table.whole("count", 0, 0, MOST_CASES),
        minimum_lag=replicates_table.whole("minimum_lag", 20, 1, MOST_CASES),
    )
    replicates_table.refuse_the_rest()
    practice_table = top.table("practice")
    practice = Practice(
        count=practice_table.whole("count", 0, 0, 50),
        feedback=practice_table.flag("feedback", False),
    )
    practice_table.refuse_the_rest()
    design = StudyDesign(
        title=top.text("title", longest=200, required=True),
        arms=_read_arms(top),
        instructions=top.text("instructions", DEFAULT_INSTRUCTIONS, longest=20_000),
        consent=top.text("consent", DEFAULT_CONSENT, longest=20_000),
        notice=top.text("notice", "", longest=200),
        questions=questions,
        replicates=replicates,
        practice=practice,
        break_every=top.whole("break_every", 0, 0, MOST_CASES),
        longest_run=top.whole("longest_run", 3, 1, 50),
        equivalence_margin=top.number("equivalence_margin", 0.10, 0.0, 0.5),
        rendition_size=top.whole("rendition_size", RENDITION_SIZE, 64, 4096),
        seed=top.whole("seed", 1, 0, 2**63 - 1),
    )
    top.refuse_the_rest()
    if replicates.count and replicates.count + replicates.minimum_lag > design.case_count:
        raise BadDesign(
            "replicates",
            f"{replicates.count} replicates at least {replicates.minimum_lag} positions later "
            f"need {replicates.count + replicates.minimum_lag} cases, "
            f"the study has {design.case_count}",
        )
    return design


def _read_arms(top: "_Table") -> tuple[ArmPlan, ...]:
    rows = top.take("arms", None)
    if not isinstance(rows, Sequence) or isinstance(rows, str) or not rows:
        raise BadDesign("arms", "name at least one, as [[arms]] with arm, normal and abnormal")
    plans: list[ArmPlan] = []
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, Mapping):
            raise BadDesign(f"arms[{number}]", "must be a table with arm, normal and abnormal")
        table = _Table(f"arms[{number}].", row)
        plan = ArmPlan(
            arm=table.text("arm", longest=64, required=True),
            normal=table.whole("normal", 0, 0, MOST_CASES),
            abnormal=table.whole("abnormal", 0, 0, MOST_CASES),
        )
        table.refuse_the_rest()
        if plan.normal + plan.abnormal == 0:
            raise BadDesign(f"arms[{number}]", f"{plan.arm} has no cases; ask for some or leave it")
        if plan.arm in {other.arm for other in plans}:
            raise BadDesign(f"arms[{number}].arm", f"{plan.arm} is named twice")
        plans.append(plan)
    total = sum(plan.normal + plan.abnormal for plan in plans)
    if total > MOST_CASES:
        raise BadDesign("arms", f"{total} cases are more than a study may have ({MOST_CASES})")
    return tuple(plans)


class _Table:
    """One table of a design being read: takes each key once, then refuses what is left."""

    def __init__(self, prefix: str, data: Mapping[str, Any]) -> None:
        self._prefix = prefix
        self._left = dict(data)

    def take(self, key: str, default: Any) -> Any:
        return self._left.pop(key, default)

    def table(self, key: str) -> "_Table":
        value = self.take(key, {})
        if not isinstance(value, Mapping):
            raise BadDesign(self._prefix + key, "must be a table")
        return _Table(f"{self._prefix}{key}.", value)

    def text(
        self, key: str, default: str = "", *, longest: int = 100, required: bool = False
    ) -> str:
        value = self.take(key, default)
        if not isinstance(value, str):
            raise BadDesign(self._prefix + key, f"must be text, not {value!r}")
        # PostgreSQL refuses NUL, and a browser sends carriage returns that a file has not.
        value = value.replace("\r\n", "\n").replace("\x00", "").strip()
        if required and not value:
            raise BadDesign(self._prefix + key, "is missing")
        if len(value) > longest:
            raise BadDesign(
                self._prefix + key, f"has {len(value)} characters, at most {longest} are possible"
            )
        return value

    def whole(self, key: str, default: int, least: int, most: int) -> int:
        value = self.take(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise BadDesign(
                self._prefix + key,
                f"must be a whole number from {least} to {most}, not {value!r}",
            )
        return value

    def number(self, key: str, default: float, above: float, most: float) -> float:
        value = self.take(key, default)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not above < value <= most
        ):
            raise BadDesign(
                self._prefix + key,
                f"must be a number above {above:g}, at most {most:g}, not {value!r}",
            )
        return float(value)

    def flag(self, key: str, default: bool) -> bool:
        value = self.take(key, default)
        if not isinstance(value, bool):
            raise BadDesign(self._prefix + key, f"must be true or false, not {value!r}")
        return value

    def refuse_the_rest(self) -> None:
        for key in self._left:
            raise BadDesign(self._prefix + str(key), "is not an option of a study design")
