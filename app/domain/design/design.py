"""Everything that is frozen when a study opens."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from app.domain.display import DisplayPlan
from app.domain.questions.question import Question

FORMAT = 2
RENDITION_SIZE = 512
MOST_CASES = 2000
MOST_PICTURES = 8
MOST_PHASES = 8

ArmRole = Literal["compared", "positive_control"]
Layout = Literal["single", "side_by_side", "one_after_other"]
Composition = Literal["one_real", "between_arms"]
PhaseCases = Literal["new", "same", "part"]
Scheme = Literal["crossed", "split_plot", "quota"]
LAYOUTS: tuple[Layout, ...] = ("single", "side_by_side", "one_after_other")
COMPOSITIONS: tuple[Composition, ...] = ("one_real", "between_arms")
PHASE_CASES: tuple[PhaseCases, ...] = ("new", "same", "part")
SCHEMES: tuple[Scheme, ...] = ("crossed", "split_plot", "quota")
ROLES: tuple[ArmRole, ...] = ("compared", "positive_control")
Memorised = Literal["leave_out", "keep", "separate"]
MEMORISED: tuple[Memorised, ...] = ("leave_out", "keep", "separate")
Target = Literal["readers_and_images", "readers", "images"]
Adjustment = Literal["holm", "none"]
TARGETS: tuple[Target, ...] = ("readers_and_images", "readers", "images")
WithdrawalEnd = Literal["", "finishing", "closing", "day"]
WithdrawnAnswers = Literal["erased", "kept"]
WITHDRAWAL_ENDS: tuple[WithdrawalEnd, ...] = ("", "finishing", "closing", "day")
WITHDRAWN_ANSWERS: tuple[WithdrawnAnswers, ...] = ("erased", "kept")
ADJUSTMENTS: tuple[Adjustment, ...] = ("holm", "none")


@dataclass(frozen=True)
class ArmPlan:
    """How many cases of each stratum are drawn from one arm, or which images are its cases.

    `images` names images picked by hand (the SHA-256 of their files, or its first 12 digits or
    more); they come instead of a draw. An arm that is a positive control is known to be bad: who
    can't tell it from real can tell nothing.
    """

    arm: str
    cases: tuple[tuple[str, int], ...] = ()
    images: tuple[str, ...] = ()
    role: ArmRole = "compared"

    def count(self, stratum: str) -> int:
        """Cases to draw of `stratum`."""
        return dict(self.cases).get(stratum, 0)

    @property
    def total(self) -> int:
        """Cases of this arm, drawn or picked."""
        return len(self.images) or sum(count for _, count in self.cases)


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
class Presentation:
    """What is shown at a time.

    pictures      how many; several stand in a random order that is stored
    layout        beside each other, or one after the other
    composition   one of them real, or each from another arm
    exposures_ms  how long the pictures stay, drawn evenly from these; none: as long as one looks
    mask          whether noise follows a timed picture, so that no after-image stays
    beside        the key of the bank's records whose text stands beside the picture; "" for none
    reference     an image of the bank (the SHA-256 of its file) that stands beside every picture
                  to be compared with, for visual grading; itself no case; "" for none
    """

    pictures: int = 1
    layout: Layout = "single"
    composition: Composition = "one_real"
    exposures_ms: tuple[int, ...] = ()
    mask: bool = True
    beside: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Phase:
    """A part of a study; phases come in their order and never again.

    introduction     shown before its first case
    questions        keys of the questions asked of each case
    end_questions    keys of those asked once, after its last case
    cases            new ones; the same as in phase `of`; or `part_count` of those
    purpose_blinded  nobody has yet been told that some images are synthetic
    washout_days     least days between a reader's last case before it and its first
    """

    key: str = "main"
    title: str = ""
    introduction: str = ""
    questions: tuple[str, ...] = ()
    end_questions: tuple[str, ...] = ()
    cases: PhaseCases = "new"
    of: str = ""
    part_count: int = 0
    presentation: Presentation = field(default_factory=Presentation)
    purpose_blinded: bool = False
    washout_days: int = 0


@dataclass(frozen=True)
class Allocation:
    """Which readers read which cases.

    crossed     every reader every case
    split_plot  readers and cases in `groups` blocks, each group of readers its own block
    quota       `cases_per_reader` for each, every case by at least `readers_per_case`, dealt out
                evenly as readers arrive; who has not read for `dropout_days` no longer counts
    """

    scheme: Scheme = "crossed"
    groups: int = 2
    cases_per_reader: int = 0
    readers_per_case: int = 1
    dropout_days: int = 14


@dataclass(frozen=True)
class Registration:
    """What an ethics board and a journal ask for; free text, shown with the consent."""

    ethics: str = ""
    registry: str = ""
    funding: str = ""
    interests: str = ""
    controller: str = ""
    contact: str = ""
    purpose: str = ""
    retention: str = ""
    rights: str = ""


@dataclass(frozen=True)
class Withdrawal:
    """What a reader who takes back their part finds, as the consent tells it.

    until     the last moment at which their own link does it: until they have `finishing` behind
              them, until the `closing` of the study, or until the end of a `day`, if the study is
              still open then; "" where the link never does
    answers   whether what they answered is erased, or kept and left out of everything
    last_day  that day, in UTC; None where none is named
    """

    until: WithdrawalEnd = ""
    answers: WithdrawnAnswers = "erased"
    last_day: date | None = None


@dataclass(frozen=True)
class ExcludedImage:
    """An image that was looked at and is not to be drawn: the SHA-256 of its file, and why."""

    image: str
    reason: str


@dataclass(frozen=True)
class RemedyPlan:
    """What is done to the pictures of all arms alike before anybody sees them.

    made_from    side, in pixels, of the pictures that those of `rendition_size` are made from; 0
                 where they are taken as they were imported
    crop_margin  whether the black margin is cut off, and the largest square out of the rest
    grey_range   whether the greys of each picture are stretched to 0 to 255
    resolution   pixels, of which no finer detail is left; 0 for no limit
    """

    made_from: int = 0
    crop_margin: bool = False
    grey_range: bool = False
    resolution: int = 0

    @property
    def is_any(self) -> bool:
        """Whether something is done."""
        return self.crop_margin or self.grey_range or self.resolution > 0


@dataclass(frozen=True)
class AnalysisPlan:
    """What is decided about the analysis before anybody reads.

    primary     key of the question whose answers the conclusions rest on; "" for realism or,
                where none is asked, confidence in the verdict
    target      whom intervals speak for
    cluster     key of the bank's records whose images belong together (a patient), "" for none
    margin      half-width, on AUC, within which an arm counts as equivalent to real
    adjustment  of conclusions on several arms
    primary_arm the synthetic arm whose conclusion is not adjusted for the others; "" for none
    least_answered  share of the median reader's answers under which a reader is left out; 0 for
                    nobody
    interim_ratings  ratings from which on results may be looked at before closing; 0 for none
    subgroups   keys of the bank's records by which figures are given for parts of the cases
    """

    primary: str = ""
    target: Target = "readers_and_images"
    cluster: str = ""
    margin: float = 0.10
    adjustment: Adjustment = "holm"
    primary_arm: str = ""
    least_answered: float = 0.2
    interim_ratings: int = 0
    subgroups: tuple[str, ...] = ()


@dataclass(frozen=True)
class StudyDesign:
    """A study's protocol.

    language        BCP 47 tag of the study's own texts
    stratify_by     key of the bank's records that makes the strata
    matched_by      key whose value the pictures of one set share, or, shown singly, every arm has
    memorised       whether images that the bank flags as copies of training images are left out of
                    the draw, kept, or drawn as strata of their own
    excluded        images set aside before opening, in the order in which that was done
    consent_line    the sentence that a reader ticks
    longest_run     most presentations of one arm in a row; `break_every` 0 for no breaks
    closes_on       the last day of reading, in UTC; it then closes by itself
    own_score       whether readers are told how often they were right once the study is closed
    """

    title: str
    arms: tuple[ArmPlan, ...]
    questions: tuple[Question, ...]
    phases: tuple[Phase, ...]
    instructions: str
    consent: str
    consent_line: str
    notice: str = ""
    language: str = "en"
    stratify_by: str = "condition"
    matched_by: str = ""
    memorised: Memorised = "leave_out"
    replicates: Replicates = field(default_factory=Replicates)
    practice: Practice = field(default_factory=Practice)
    allocation: Allocation = field(default_factory=Allocation)
    registration: Registration = field(default_factory=Registration)
    withdrawal: Withdrawal = field(default_factory=Withdrawal)
    remedies: RemedyPlan = field(default_factory=RemedyPlan)
    analysis: AnalysisPlan = field(default_factory=AnalysisPlan)
    display: DisplayPlan = field(default_factory=DisplayPlan)
    excluded: tuple[ExcludedImage, ...] = ()
    break_every: int = 0
    longest_run: int = 3
    closes_on: date | None = None
    own_score: bool = False
    rendition_size: int = RENDITION_SIZE
    seed: int = 1

    @property
    def case_count(self) -> int:
        """Cases drawn for a phase with new cases, practice and replicates left out."""
        return sum(plan.total for plan in self.arms)

    @property
    def presentation_count(self) -> int:
        """Cases and their replicates, where every reader reads every case."""
        return self.case_count + self.replicates.count

    @property
    def strata(self) -> tuple[str, ...]:
        """Every stratum that some arm draws from, in order of first mention."""
        return tuple(dict.fromkeys(stratum for plan in self.arms for stratum, _ in plan.cases))

    def total_of(self, stratum: str) -> int:
        """Cases of one stratum over all arms."""
        return sum(plan.count(stratum) for plan in self.arms)

    def question(self, key: str) -> Question:
        """The question with this key, which must exist."""
        return next(question for question in self.questions if question.key == key)

    def questions_of(self, phase: Phase, *, at_end: bool = False) -> tuple[Question, ...]:
        """What is asked of each case of a phase, or at its end, in the order of the design."""
        keys = phase.end_questions if at_end else phase.questions
        return tuple(question for question in self.questions if question.key in keys)

    def first_with(self, measure: str) -> Question | None:
        """The first question of a measure, if one is asked."""
        return next((one for one in self.questions if one.measure == measure), None)

    def phase(self, number: int) -> Phase:
        """A phase by its 1-based number."""
        return self.phases[number - 1]
