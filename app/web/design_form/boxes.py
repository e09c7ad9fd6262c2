"""The table of boxes: one row a field of the document, with its words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from app.domain.design.design import MOST_PICTURES
from app.domain.questions.kinds.marks import SHAPES
from app.domain.questions.question import AskedIf, KindName, Option, Question
from app.domain.questions.registry import KINDS
from app.domain.said import said

BoxKind = Literal[
    "text",
    "long",
    "lines",
    "options",
    "named",
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
    said("Study"),
    (
        Box(
            "title",
            said("Title"),
            said(
                "Readers see it on every page: name no model and no share of synthetic images in "
                "it."
            ),
        ),
        Box(
            "notice",
            said("Notice"),
            said("One line at the top of every reader's page; empty for none."),
        ),
        Box(
            "language",
            said("Language of the texts"),
            said("Of what you write for readers, as a tag such as en or pt-BR."),
            usual="en",
            longest=35,
        ),
        Box(
            "closes_on",
            said("Last day of reading"),
            said(
                "In UTC, such as 2027-01-31; the study then closes by itself. Empty: you close it."
            ),
            "day",
            longest=10,
        ),
        Box(
            "own_score",
            said("Tell readers their own score once the study is closed"),
            said(
                "How often they were right, on their certificate; for teaching. Never which case."
            ),
            "tick",
        ),
    ),
)
CONSENT = Group(
    said("What readers are told"),
    (
        Box(
            "consent.text",
            said("Consent text"),
            said(
                "Shown first; the time of agreement is recorded. An empty line makes a new "
                "paragraph."
            ),
            "long",
            longest=20_000,
            rows=7,
        ),
        Box(
            "consent.line",
            said("Sentence to agree to"),
            said("Beside the box that is ticked."),
            longest=400,
        ),
        Box(
            "instructions",
            said("Instructions"),
            said("Shown before the first case, with questions and keys."),
            "long",
            longest=20_000,
            rows=7,
        ),
    ),
)
REGISTRATION = Group(
    said("Registration and data protection"),
    tuple(
        Box(f"registration.{name}", label, hint, "long", longest=2000, rows=2)
        for name, label, hint in (
            ("ethics", said("Ethics approval"), said("Board and number, or why none is needed.")),
            (
                "registry",
                said("Registration"),
                said("Where the study is registered, and its number."),
            ),
            ("funding", said("Funding"), ""),
            (
                "interests",
                said("Interests"),
                said("Conflicts of interest, or that there are none."),
            ),
            ("controller", said("Controller"), said("Who is responsible for readers' data.")),
            ("contact", said("Contact"), said("Whom readers can ask.")),
            ("purpose", said("Purpose"), said("What their answers are used for.")),
            ("retention", said("Retention"), said("How long the answers are kept.")),
            ("rights", said("Rights"), said("What readers may ask for, and of whom.")),
        )
    ),
    folded=True,
    hint=said("Shown with the consent; what stays empty is left out."),
)
DRAW = Group(
    said("How cases are drawn"),
    (
        Box(
            "stratify_by",
            said("Strata by"),
            said("The key of the bank's records whose values make the strata; usually condition."),
            usual="condition",
            longest=80,
        ),
        Box(
            "matched_by",
            said("Matched by"),
            said(
                "Images of several arms with one value of this key belong together; empty for none."
            ),
            longest=80,
        ),
        Box(
            "memorised",
            said("Images flagged as copies of training images"),
            said(
                "As the bank's evaluation flags them; those picked by hand stay. Apart, each "
                "stratum "
                "has another that ends with (memorised)."
            ),
            "select",
            "leave_out",
            (
                ("leave_out", said("are left out")),
                ("keep", said("are drawn like all others")),
                ("separate", said("are drawn apart, as strata of their own")),
            ),
        ),
    ),
    folded=True,
)
PRACTICE = Group(
    said("Practice, repeats, order"),
    (
        _whole(
            "practice.count",
            said("Practice cases"),
            said(
                "Before the study proper, never counted; from what is left of these arms. 0 for "
                "none."
            ),
        ),
        Box(
            "practice.feedback",
            said("Tell the truth after each practice case"),
            said("Teaches readers what to look for; leave it unticked for a naive reading."),
            "tick",
        ),
        _whole(
            "replicates.count",
            said("Cases shown again"),
            said("For each reader's agreement with themselves; 0 for none."),
        ),
        _whole(
            "replicates.minimum_lag",
            said("Least distance"),
            said("A case comes again at least so many positions later."),
            "20",
            said("positions"),
        ),
        _whole(
            "break_every",
            said("Pause after every"),
            said("A pause is offered; 0 for none."),
            unit=said("cases"),
        ),
        _whole(
            "longest_run",
            said("Longest run"),
            said("At most so many cases of one arm in a row."),
            "3",
            said("cases"),
        ),
        _whole(
            "seed",
            said("Seed"),
            said("Decides which cases are drawn and each reader's order."),
            usual="1",
        ),
        _whole(
            "rendition_size",
            said("Picture size"),
            said("Side of the pictures; the bank must hold renditions of it."),
            "512",
            said("pixels"),
        ),
    ),
)
ALLOCATION = Group(
    said("Who reads which cases"),
    (
        Box(
            "allocation.scheme",
            said("Allocation"),
            "",
            "select",
            "crossed",
            (
                ("crossed", said("Every reader reads every case")),
                ("split_plot", said("Groups of readers read different groups of cases")),
                ("quota", said("So many cases a reader, dealt out as readers arrive")),
            ),
        ),
        _whole(
            "allocation.groups", said("Groups"), said("Of readers and of cases, for groups."), "2"
        ),
        _whole(
            "allocation.cases_per_reader",
            said("Cases a reader"),
            said("For so many cases a reader; else 0."),
        ),
        _whole(
            "allocation.readers_per_case",
            said("Readers a case"),
            said("Every case by at least so many, for so many cases a reader."),
            "1",
        ),
        _whole(
            "allocation.dropout_days",
            said("Dropped out after"),
            said("Who has not read for so long no longer counts."),
            "14",
            said("days"),
        ),
    ),
    folded=True,
)
ANALYSIS = Group(
    said("Analysis"),
    (
        Box(
            "analysis.primary",
            said("Primary question"),
            said("Whose answers the conclusions rest on."),
            "select",
        ),
        Box(
            "analysis.target",
            said("Intervals speak for"),
            "",
            "select",
            "readers_and_images",
            (
                ("readers_and_images", said("readers like these and images like these")),
                ("readers", said("readers like these, these images")),
                ("images", said("these readers, images like these")),
            ),
        ),
        Box(
            "analysis.margin",
            said("Equivalence margin"),
            said(
                "An arm counts as equivalent to real if the 90% interval of its AUC lies within "
                "0.5 ± this."
            ),
            "decimal",
            "0.1",
            longest=19,
        ),
        Box(
            "analysis.adjustment",
            said("Several comparisons"),
            "",
            "select",
            "holm",
            (("holm", said("adjusted by Holm's method")), ("none", said("not adjusted"))),
        ),
        Box(
            "analysis.primary_arm",
            said("Primary arm"),
            said("The arm whose conclusion is not adjusted for the others; empty for none."),
            longest=64,
        ),
        Box(
            "analysis.least_answered",
            said("Readers who answered little"),
            said(
                "Who gave fewer answers than this share of the median reader's is named in the "
                "report "
                "and left out of its figures; 0: nobody is."
            ),
            "decimal",
            "0.2",
            longest=19,
        ),
        Box(
            "analysis.cluster",
            said("Images belong together by"),
            said("The key of the bank's records, such as a patient's; empty for none."),
            longest=80,
        ),
        Box(
            "analysis.subgroups",
            said("Figures for parts of the cases by"),
            said("Keys of the bank's records, such as sex or age, one a line; empty for none."),
            "lines",
            rows=2,
        ),
        _whole(
            "analysis.interim_ratings",
            said("A look before closing, from"),
            said("Results may be looked at once there are so many; 0 for no look before closing."),
            unit=said("ratings"),
        ),
    ),
    hint=said("Frozen with the design, before anybody reads."),
)
DISPLAY = Group(
    said("Display and light"),
    (
        Box(
            "display.ask_kind",
            said("Ask on which display readers read"),
            said("In the profile."),
            "tick",
        ),
        Box(
            "display.ask_light", said("Ask how light the room is"), said("In the profile."), "tick"
        ),
        Box(
            "display.grey_check",
            said("Check grey steps at the start of each sitting"),
            said(
                "Squares near black and near white; what was told apart is stored, nobody is "
                "shut out."
            ),
            "tick",
        ),
        _whole(
            "display.least_width",
            said("Least width of the window"),
            said("Below it the page asks for a larger one and shows no case; 0 for none."),
            unit=said("CSS pixels"),
        ),
    ),
    folded=True,
)
WITHDRAWAL = Group(
    said("Withdrawing"),
    (
        Box(
            "withdrawal.until",
            said("Readers can withdraw by their own link"),
            said("The consent says so."),
            "select",
            "",
            (
                ("closing", said("until the study is closed")),
                ("finishing", said("until they have read their last case")),
                ("day", said("until the end of a day")),
                ("", said("not by themselves; you do it for them")),
            ),
        ),
        Box(
            "withdrawal.last_day",
            said("That day"),
            said("In UTC, such as 2027-01-31; not after the last day of reading."),
            "day",
            longest=10,
        ),
        Box(
            "withdrawal.answers",
            said("The answers of whoever withdraws are"),
            said("Either way they are in no result and no export."),
            "select",
            "erased",
            (("erased", said("erased")), ("kept", said("kept, but left out"))),
        ),
    ),
)
REMEDIES = Group(
    said("Pictures of all arms alike"),
    (
        _whole(
            "remedies.made_from",
            said("Made from pictures of"),
            said("Those of the size above are made from these before the audit; 0: as imported."),
            unit=said("pixels"),
        ),
        Box(
            "remedies.crop_margin",
            said("Cut the black margin off"),
            said("And the largest square."),
            "tick",
        ),
        Box("remedies.grey_range", said("Stretch the greys to 0 to 255"), "", "tick"),
        _whole(
            "remedies.resolution",
            said("Leave no finer detail than"),
            said("So many pixels have; 0 for no limit."),
            unit=said("pixels"),
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
    Box("measure", said("What it is for"), kind="select"),
    Box("kind", said("How it is asked"), kind="select"),
    Box(
        "key",
        said("Short name"),
        said("Names it in files: a-z, 0-9 and _. Empty: as what it is for."),
        longest=40,
    ),
    Box("prompt", said("Question"), longest=400),
    Box("hint", said("Explanation"), said("Below the question; empty for none."), longest=400),
    Box("required", said("An answer is required"), kind="tick", usual="yes"),
)
SHAPE_WORDS: Mapping[str, str] = {
    "point": said("point"),
    "box": said("box"),
    "point_or_box": said("point or box"),
}
ANSWERS: tuple[Box, ...] = (
    _whole("low", said("Lowest"), usual="1"),
    _whole("high", said("Highest"), usual="5"),
    Box(
        "labels",
        said("Words of the points"),
        said(
            "One a line: two for the ends, or one for every point from the lowest to the highest."
        ),
        "lines",
        rows=5,
    ),
    Box(
        "options",
        said("Possible answers"),
        said("One a line: stored value | words shown | key. Value and key may be left out."),
        "options",
        rows=5,
    ),
    Box(
        "none_label",
        said("Answer for none"),
        said("Such as “None seen”; empty: none can't be said."),
        longest=120,
    ),
    _whole("longest", said("Longest"), usual="2000", unit=said("characters")),
    Box(
        "shape",
        said("Marks"),
        "",
        "select",
        "point",
        tuple((shape, SHAPE_WORDS[shape]) for shape in SHAPES),
    ),
    _whole("most", said("At most"), usual="10", unit=said("marks")),
    Box(
        "tie_label",
        said("Answer for a tie"),
        said("Such as “No difference”; empty: one must be named."),
        longest=120,
    ),
)
VOCABULARY = Box(
    "vocabulary",
    said("Words from"),
    said("Fills the answers with a list; leave them empty then."),
    "select",
)
DEPENDENCE: tuple[Box, ...] = (
    Box(
        "asked_if.question",
        said("Asked only if"),
        said("An earlier question of the same case."),
        "select",
    ),
    Box(
        "asked_if.values",
        said("was answered by one of"),
        said("One a line, as stored: synthetic, 4."),
        "lines",
        rows=2,
    ),
    Box("of", said("Belongs to"), said("The question whose answer one is sure of."), "select"),
    Box(
        "probabilities",
        said("What the levels of confidence say"),
        said(
            "Probabilities of being right, from 0 to 1, one a line: one for every point or two "
            "for the "
            "ends. Empty: equal steps from a guess to 1."
        ),
        "decimals",
        rows=2,
    ),
    Box("finding", said("Finding"), said("As the bank's reference calls it."), longest=80),
    Box(
        "reference",
        said("Reference standard"),
        said("The key of the bank's records that holds the findings."),
        longest=80,
    ),
)

# A phase

PHASE: tuple[Box, ...] = (
    Box("key", said("Short name"), said("Names it in files: a-z, 0-9 and _."), longest=40),
    Box("title", said("Title"), said("Readers see it; empty for none.")),
    Box(
        "introduction",
        said("Introduction"),
        said("Shown before its first case; empty for none."),
        "long",
        longest=20_000,
        rows=3,
    ),
    Box(
        "purpose_blinded",
        said("Readers have not been told that some images are synthetic"),
        said("The page warns where a text or a question tells it."),
        "tick",
    ),
)
PHASE_CASES: tuple[Box, ...] = (
    Box(
        "cases",
        said("Cases"),
        "",
        "select",
        "new",
        (
            ("new", said("new ones")),
            ("same", said("the same as in an earlier phase")),
            ("part", said("some of an earlier phase")),
        ),
    ),
    Box("of", said("Earlier phase"), "", "select"),
    _whole("part_count", said("How many return"), said("For some of an earlier phase; else 0.")),
    _whole(
        "washout_days",
        said("Washout"),
        said("Least days since the phase before."),
        unit=said("days"),
    ),
)
PRESENTATION: tuple[Box, ...] = (
    _whole(
        "presentation.pictures",
        said("Pictures at a time"),
        said("1 to {most}.", most=MOST_PICTURES),
        "1",
    ),
    Box(
        "presentation.layout",
        said("Layout"),
        "",
        "select",
        "single",
        (
            ("single", said("one picture")),
            ("side_by_side", said("side by side")),
            ("one_after_other", said("one after the other")),
        ),
    ),
    Box(
        "presentation.composition",
        said("Of several pictures"),
        "",
        "select",
        "one_real",
        (("one_real", said("one is real")), ("between_arms", said("each is from another arm"))),
    ),
    Box(
        "presentation.exposures_ms",
        said("Shown for"),
        said("Milliseconds, drawn evenly from these: 250, 500. Empty: as long as one looks."),
        "numbers",
    ),
    Box("presentation.mask", said("Noise follows a timed picture"), "", "tick", "yes"),
    Box(
        "presentation.beside",
        said("Text beside the picture"),
        said("The key of the bank's records that holds it, such as prompt; empty for none."),
        longest=80,
    ),
    Box(
        "presentation.reference",
        said("Picture to compare with"),
        said("SHA-256 of an image's file, or its first 12 digits; it stands beside every case."),
        longest=64,
    ),
)

# An arm

ARM: tuple[Box, ...] = (
    Box(
        "role",
        said("Role"),
        "",
        "select",
        "compared",
        (
            ("compared", said("compared")),
            ("positive_control", said("positive control (known to be bad)")),
        ),
    ),
    Box(
        "images",
        said("Images picked by hand"),
        said(
            "SHA-256 of each file, or its first 12 digits, one a line; in place of the numbers "
            "above."
        ),
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
