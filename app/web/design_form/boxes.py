"""The table of boxes: one row a field of the document, with its words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from app.domain.design.design import MOST_PICTURES
from app.domain.questions.kinds.marks import SHAPES
from app.domain.questions.question import AskedIf, KindName, Option, Question
from app.domain.questions.registry import KINDS

BoxKind = Literal[
    "text",
    "long",
    "lines",
    "options",
    "numbers",
    "decimals",
    "whole",
    "decimal",
    "tick",
    "select",
    "day",
]
Choices = tuple[tuple[str, str], ...]

_RECORD_KEYS = frozenset(
    {"stratify_by", "matched_by", "analysis.cluster", "reference", "presentation.beside"}
)


@dataclass(frozen=True)
class Box:
    """A field of the document as the form shows it.

    name      its path; of a row of a list, the path within the row
    usual     what it holds unless somebody writes something: a part of the form that holds nothing
              else stays folded
    choices   of a select: value and words; those of a row may depend on the row and are then empty
    """

    name: str
    label: str
    hint: str = ""
    kind: BoxKind = "text"
    usual: str = ""
    choices: Choices = ()
    longest: int = 200
    unit: str = ""
    rows: int = 3

    @property
    def names_a_key(self) -> bool:
        """Whether it holds a key of the bank's records; those that there are can be offered."""
        return self.name in _RECORD_KEYS


@dataclass(frozen=True)
class Group:
    """Boxes under one heading; `folded` ones are out of sight while they hold nothing unusual."""

    heading: str
    boxes: tuple[Box, ...]
    folded: bool = False
    hint: str = ""


def _whole(name: str, label: str, hint: str = "", usual: str = "0", unit: str = "") -> Box:
    return Box(name, label, hint, "whole", usual, longest=19, unit=unit)


STUDY = Group(
    "Study",
    (
        Box(
            "title",
            "Title",
            "Readers see it on every page: name no model and no share of synthetic images in it.",
        ),
        Box("notice", "Notice", "One line at the top of every reader's page; empty for none."),
        Box(
            "language",
            "Language of the texts",
            "Of what you write for readers, as a tag such as en or pt-BR.",
            usual="en",
            longest=35,
        ),
        Box(
            "closes_on",
            "Last day of reading",
            "In UTC, such as 2027-01-31; the study then closes by itself. Empty: you close it.",
            "day",
            longest=10,
        ),
        Box(
            "own_score",
            "Tell readers their own score once the study is closed",
            "How often they were right, on their certificate; for teaching. Never which case.",
            "tick",
        ),
    ),
)
CONSENT = Group(
    "What readers are told",
    (
        Box(
            "consent.text",
            "Consent text",
            "Shown first; the time of agreement is recorded. An empty line makes a new paragraph.",
            "long",
            longest=20_000,
            rows=7,
        ),
        Box("consent.line", "Sentence to agree to", "Beside the box that is ticked.", longest=400),
        Box(
            "instructions",
            "Instructions",
            "Shown before the first case, with questions and keys.",
            "long",
            longest=20_000,
            rows=7,
        ),
    ),
)
REGISTRATION = Group(
    "Registration and data protection",
    tuple(
        Box(f"registration.{name}", label, hint, "long", longest=2000, rows=2)
        for name, label, hint in (
            ("ethics", "Ethics approval", "Board and number, or why none is needed."),
            ("registry", "Registration", "Where the study is registered, and its number."),
            ("funding", "Funding", ""),
            ("interests", "Interests", "Conflicts of interest, or that there are none."),
            ("controller", "Controller", "Who is responsible for readers' data."),
            ("contact", "Contact", "Whom readers can ask."),
            ("purpose", "Purpose", "What their answers are used for."),
            ("retention", "Retention", "How long the answers are kept."),
            ("rights", "Rights", "What readers may ask for, and of whom."),
        )
    ),
    folded=True,
    hint="Shown with the consent; what stays empty is left out.",
)
DRAW = Group(
    "How cases are drawn",
    (
        Box(
            "stratify_by",
            "Strata by",
            "The key of the bank's records whose values make the strata; usually condition.",
            usual="condition",
            longest=80,
        ),
        Box(
            "matched_by",
            "Matched by",
            "Images of several arms with one value of this key belong together; empty for none.",
            longest=80,
        ),
        Box(
            "memorised",
            "Images flagged as copies of training images",
            "As the bank's evaluation flags them; those picked by hand stay. Apart, each stratum "
            "has another that ends with (memorised).",
            "select",
            "leave_out",
            (
                ("leave_out", "are left out"),
                ("keep", "are drawn like all others"),
                ("separate", "are drawn apart, as strata of their own"),
            ),
        ),
    ),
    folded=True,
)
PRACTICE = Group(
    "Practice, repeats, order",
    (
        _whole(
            "practice.count",
            "Practice cases",
            "Before the study proper, never counted; from what is left of these arms. 0 for none.",
        ),
        Box(
            "practice.feedback",
            "Tell the truth after each practice case",
            "Teaches readers what to look for; leave it unticked for a naive reading.",
            "tick",
        ),
        _whole(
            "replicates.count",
            "Cases shown again",
            "For each reader's agreement with themselves; 0 for none.",
        ),
        _whole(
            "replicates.minimum_lag",
            "Least distance",
            "A case comes again at least so many positions later.",
            "20",
            "positions",
        ),
        _whole("break_every", "Pause after every", "A pause is offered; 0 for none.", unit="cases"),
        _whole(
            "longest_run",
            "Longest run",
            "At most so many cases of one arm in a row.",
            "3",
            "cases",
        ),
        _whole("seed", "Seed", "Decides which cases are drawn and each reader's order.", usual="1"),
        _whole(
            "rendition_size",
            "Picture size",
            "Side of the pictures; the bank must hold renditions of it.",
            "512",
            "pixels",
        ),
    ),
)
ALLOCATION = Group(
    "Who reads which cases",
    (
        Box(
            "allocation.scheme",
            "Allocation",
            "",
            "select",
            "crossed",
            (
                ("crossed", "Every reader reads every case"),
                ("split_plot", "Groups of readers read different groups of cases"),
                ("quota", "So many cases a reader, dealt out as readers arrive"),
            ),
        ),
        _whole("allocation.groups", "Groups", "Of readers and of cases, for groups.", "2"),
        _whole(
            "allocation.cases_per_reader", "Cases a reader", "For so many cases a reader; else 0."
        ),
        _whole(
            "allocation.readers_per_case",
            "Readers a case",
            "Every case by at least so many, for so many cases a reader.",
            "1",
        ),
        _whole(
            "allocation.dropout_days",
            "Dropped out after",
            "Who has not read for so long no longer counts.",
            "14",
            "days",
        ),
    ),
    folded=True,
)
ANALYSIS = Group(
    "Analysis",
    (
        Box(
            "analysis.primary",
            "Primary question",
            "Whose answers the conclusions rest on.",
            "select",
        ),
        Box(
            "analysis.target",
            "Intervals speak for",
            "",
            "select",
            "readers_and_images",
            (
                ("readers_and_images", "readers like these and images like these"),
                ("readers", "readers like these, these images"),
                ("images", "these readers, images like these"),
            ),
        ),
        Box(
            "analysis.margin",
            "Equivalence margin",
            "An arm counts as equivalent to real if the 90 % interval of its AUC lies within "
            "0.5 ± this.",
            "decimal",
            "0.1",
            longest=19,
        ),
        Box(
            "analysis.adjustment",
            "Several comparisons",
            "",
            "select",
            "holm",
            (("holm", "adjusted by Holm's method"), ("none", "not adjusted")),
        ),
        Box(
            "analysis.primary_arm",
            "Primary arm",
            "The arm whose conclusion is not adjusted for the others; empty for none.",
            longest=64,
        ),
        Box(
            "analysis.least_answered",
            "Readers who answered little",
            "Who gave fewer answers than this share of the median reader's is named in the report "
            "and left out of its figures; 0: nobody is.",
            "decimal",
            "0.2",
            longest=19,
        ),
        Box(
            "analysis.cluster",
            "Images belong together by",
            "The key of the bank's records, such as a patient's; empty for none.",
            longest=80,
        ),
        Box(
            "analysis.subgroups",
            "Figures for parts of the cases by",
            "Keys of the bank's records, such as sex or age, one a line; empty for none.",
            "lines",
            rows=2,
        ),
        _whole(
            "analysis.interim_ratings",
            "A look before closing, from",
            "Results may be looked at once there are so many; 0 for no look before closing.",
            unit="ratings",
        ),
    ),
    hint="Frozen with the design, before anybody reads.",
)
DISPLAY = Group(
    "Display and light",
    (
        Box("display.ask_kind", "Ask on which display readers read", "In the profile.", "tick"),
        Box("display.ask_light", "Ask how light the room is", "In the profile.", "tick"),
        Box(
            "display.grey_check",
            "Check grey steps at the start of each sitting",
            "Squares near black and near white; what was told apart is stored, nobody is shut out.",
            "tick",
        ),
        _whole(
            "display.least_width",
            "Least width of the window",
            "Below it the page asks for a larger one and shows no case; 0 for none.",
            unit="CSS pixels",
        ),
    ),
    folded=True,
)
WITHDRAWAL = Group(
    "Withdrawing",
    (
        Box(
            "withdrawal.until",
            "Readers can withdraw by their own link",
            "The consent says so.",
            "select",
            "",
            (
                ("closing", "until the study is closed"),
                ("finishing", "until they have read their last case"),
                ("day", "until the end of a day"),
                ("", "not by themselves; you do it for them"),
            ),
        ),
        Box(
            "withdrawal.last_day",
            "That day",
            "In UTC, such as 2027-01-31; not after the last day of reading.",
            "day",
            longest=10,
        ),
        Box(
            "withdrawal.answers",
            "The answers of whoever withdraws are",
            "Either way they are in no result and no export.",
            "select",
            "erased",
            (("erased", "erased"), ("kept", "kept, but left out")),
        ),
    ),
)
REMEDIES = Group(
    "Pictures of all arms alike",
    (
        _whole(
            "remedies.made_from",
            "Made from pictures of",
            "Those of the size above are made from these before the audit; 0: as imported.",
            unit="pixels",
        ),
        Box("remedies.crop_margin", "Cut the black margin off", "And the largest square.", "tick"),
        Box("remedies.grey_range", "Stretch the greys to 0 to 255", "", "tick"),
        _whole(
            "remedies.resolution",
            "Leave no finer detail than",
            "So many pixels have; 0 for no limit.",
            unit="pixels",
        ),
    ),
    folded=True,
)
TOP: tuple[Group, ...] = (
    STUDY,
    DRAW,
    REMEDIES,
    PRACTICE,
    DISPLAY,
    ALLOCATION,
    ANALYSIS,
    CONSENT,
    WITHDRAWAL,
    REGISTRATION,
)

# A question

QUESTION: tuple[Box, ...] = (
    Box("measure", "What it is for", kind="select"),
    Box("kind", "How it is asked", kind="select"),
    Box(
        "key",
        "Short name",
        "Names it in files: a-z, 0-9 and _. Empty: as what it is for.",
        longest=40,
    ),
    Box("prompt", "Question", longest=400),
    Box("hint", "Explanation", "Below the question; empty for none.", longest=400),
    Box("required", "An answer is required", kind="tick", usual="yes"),
)
ANSWERS: tuple[Box, ...] = (
    _whole("low", "Lowest", usual="1"),
    _whole("high", "Highest", usual="5"),
    Box(
        "labels",
        "Words of the points",
        "One a line: two for the ends, or one for every point from the lowest to the highest.",
        "lines",
        rows=5,
    ),
    Box(
        "options",
        "Possible answers",
        "One a line: stored value | words shown | key. Value and key may be left out.",
        "options",
        rows=5,
    ),
    Box(
        "none_label",
        "Answer for none",
        "Such as “None seen”; empty: none can't be said.",
        longest=120,
    ),
    _whole("longest", "Longest", usual="2000", unit="characters"),
    Box(
        "shape",
        "Marks",
        "",
        "select",
        "point",
        tuple((shape, shape.replace("_", " ")) for shape in SHAPES),
    ),
    _whole("most", "At most", usual="10", unit="marks"),
    Box(
        "tie_label",
        "Answer for a tie",
        "Such as “No difference”; empty: one must be named.",
        longest=120,
    ),
)
VOCABULARY = Box(
    "vocabulary", "Words from", "Fills the answers with a list; leave them empty then.", "select"
)
DEPENDENCE: tuple[Box, ...] = (
    Box("asked_if.question", "Asked only if", "An earlier question of the same case.", "select"),
    Box(
        "asked_if.values",
        "was answered by one of",
        "One a line, as stored: synthetic, 4.",
        "lines",
        rows=2,
    ),
    Box("of", "Belongs to", "The question whose answer one is sure of.", "select"),
    Box(
        "probabilities",
        "What the levels of confidence say",
        "Probabilities of being right, from 0 to 1, one a line: one for every point or two for the "
        "ends. Empty: equal steps from a guess to 1.",
        "decimals",
        rows=2,
    ),
    Box("finding", "Finding", "As the bank's reference calls it.", longest=80),
    Box(
        "reference",
        "Reference standard",
        "The key of the bank's records that holds the findings.",
        longest=80,
    ),
)

# A phase

PHASE: tuple[Box, ...] = (
    Box("key", "Short name", "Names it in files: a-z, 0-9 and _.", longest=40),
    Box("title", "Title", "Readers see it; empty for none."),
    Box(
        "introduction",
        "Introduction",
        "Shown before its first case; empty for none.",
        "long",
        longest=20_000,
        rows=3,
    ),
    Box(
        "purpose_blinded",
        "Readers have not been told that some images are synthetic",
        "The page warns where a text or a question tells it.",
        "tick",
    ),
)
PHASE_CASES: tuple[Box, ...] = (
    Box(
        "cases",
        "Cases",
        "",
        "select",
        "new",
        (
            ("new", "new ones"),
            ("same", "the same as in an earlier phase"),
            ("part", "some of an earlier phase"),
        ),
    ),
    Box("of", "Earlier phase", "", "select"),
    _whole("part_count", "How many return", "For some of an earlier phase; else 0."),
    _whole("washout_days", "Washout", "Least days since the phase before.", unit="days"),
)
PRESENTATION: tuple[Box, ...] = (
    _whole("presentation.pictures", "Pictures at a time", f"1 to {MOST_PICTURES}.", "1"),
    Box(
        "presentation.layout",
        "Layout",
        "",
        "select",
        "single",
        (
            ("single", "one picture"),
            ("side_by_side", "side by side"),
            ("one_after_other", "one after the other"),
        ),
    ),
    Box(
        "presentation.composition",
        "Of several pictures",
        "",
        "select",
        "one_real",
        (("one_real", "one is real"), ("between_arms", "each is from another arm")),
    ),
    Box(
        "presentation.exposures_ms",
        "Shown for",
        "Milliseconds, drawn evenly from these: 250, 500. Empty: as long as one looks.",
        "numbers",
    ),
    Box("presentation.mask", "Noise follows a timed picture", "", "tick", "yes"),
    Box(
        "presentation.beside",
        "Text beside the picture",
        "The key of the bank's records that holds it, such as prompt; empty for none.",
        longest=80,
    ),
    Box(
        "presentation.reference",
        "Picture to compare with",
        "SHA-256 of an image's file, or its first 12 digits; it stands beside every case.",
        longest=64,
    ),
)

# An arm

ARM: tuple[Box, ...] = (
    Box(
        "role",
        "Role",
        "",
        "select",
        "compared",
        (("compared", "compared"), ("positive_control", "positive control (known to be bad)")),
    ),
    Box(
        "images",
        "Images picked by hand",
        "SHA-256 of each file, or its first 12 digits, one a line; in place of the numbers above.",
        "lines",
        rows=2,
    ),
)

FULL_QUESTION = Question(
    "key",
    "realism",
    "scale",
    "Prompt",
    "Hint",
    True,
    AskedIf("other", ("1",)),
    "other",
    (0.5, 1.0),
    "finding",
    "reference",
    0,
    1,
    ("Low", "High"),
    (Option("a", "A"), Option("b", "B")),
    "None",
    10,
    "point",
    1,
    "Tie",
)
# What a kind writes into a document is what its boxes ask for.
ANSWERS_OF: Mapping[KindName, tuple[Box, ...]] = {
    name: tuple(box for box in ANSWERS if box.name in kind.write(FULL_QUESTION))
    for name, kind in KINDS.items()
}
