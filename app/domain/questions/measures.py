"""What a question is for: one row a measure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.domain.questions.question import KindName
from app.domain.said import said

Pictures = Literal["one", "several", "any"]


@dataclass(frozen=True)
class Measure:
    """A row of the table of measures.

    kinds     how it may be asked, the first unless the design says otherwise
    prompt    what is asked unless the design says otherwise; empty where it must say
    options   the first kind's own options unless the design says otherwise
    others    the same of the other kinds it may be asked by
    what      what the answer is, in the codebook and the report
    reveals   whether asking it tells that some images are synthetic
    pictures  whether it is asked of one picture, of several, or of either
    of        the measure of the question it belongs to; empty for none
    required  whether an answer is asked for unless the design says otherwise
    places    where it may stand: after each case, at the end of a phase, or both
    """

    kinds: tuple[KindName, ...]
    prompt: str
    what: str
    reveals: bool = False
    pictures: Pictures = "any"
    of: str = ""
    required: bool = True
    places: tuple[Literal["case", "phase_end"], ...] = ("case",)
    options: Mapping[str, Any] | None = None
    others: Mapping[KindName, Mapping[str, Any]] = field(default_factory=dict)

    def options_of(self, kind: KindName) -> Mapping[str, Any]:
        """What `kind` offers unless the design says otherwise."""
        own = self.options if kind == self.kinds[0] else self.others.get(kind)
        return own or {}


REALISM_LABELS = (
    "Not at all realistic",
    "Slightly realistic",
    "Moderately realistic",
    "Very realistic",
    "Like a real radiograph",
)
# Instead of a verdict; the lower half calls the image real.
CERTAINTY_LABELS = (
    "Certainly real",
    "Probably real",
    "Possibly real",
    "Possibly synthetic",
    "Probably synthetic",
    "Certainly synthetic",
)
FINDING_LABELS = (
    "Definitely absent",
    "Probably absent",
    "Undecided",
    "Probably present",
    "Definitely present",
)
CONFIDENCE_LABELS = ("Guessing", "Unsure", "Fairly sure", "Sure", "Certain")
# The first is what a simulated reader of strength 0 says; both orders are the design's to choose.
VERDICT_OPTIONS = (
    {"value": "real", "label": "Real", "key": "r"},
    {"value": "synthetic", "label": "Synthetic", "key": "s"},
)

# Whose answers are right or wrong by where an image comes from, and by nothing else.
RIGHT_BY_ORIGIN = ("verdict", "find_the_real")
MEASURES: Mapping[str, Measure] = {
    "realism": Measure(
        ("scale", "slider"),
        "How realistic is it?",
        said("how realistic the image looks; higher is more realistic"),
        pictures="one",
        options={"low": 1, "high": 5, "labels": list(REALISM_LABELS)},
    ),
    "quality": Measure(
        ("scale", "slider"),
        "How good is the technical quality of this image?",
        said("image quality; higher is better"),
        pictures="one",
        options={"low": 1, "high": 5, "labels": ["Not usable", "Excellent"]},
    ),
    "verdict": Measure(
        ("choice", "scale"),
        "Real or synthetic?",
        said("what the reader called it"),
        reveals=True,
        pictures="one",
        options={"options": [dict(option) for option in VERDICT_OPTIONS]},
        others={"scale": {"low": 1, "high": 6, "labels": list(CERTAINTY_LABELS)}},
    ),
    "confidence": Measure(
        ("scale", "slider"),
        "How sure are you?",
        said("how sure the reader is of the answer it belongs to; higher is surer"),
        options={"low": 1, "high": 5, "labels": list(CONFIDENCE_LABELS)},
    ),
    "finding": Measure(
        ("choice", "scale"),
        "",
        said("whether the reader sees the finding"),
        pictures="one",
        options={
            "options": [
                {"value": "absent", "label": "Absent", "key": "a"},
                {"value": "present", "label": "Present", "key": "p"},
            ]
        },
        others={"scale": {"low": 1, "high": 5, "labels": list(FINDING_LABELS)}},
    ),
    "prompt_agreement": Measure(
        ("scale", "slider"),
        "How well does the image agree with the text beside it?",
        said("agreement of the image with the text shown beside it; higher is better"),
        pictures="one",
        options={"low": 1, "high": 5, "labels": ["Not at all", "Completely"]},
    ),
    "preference": Measure(
        ("side",),
        "Which image looks more realistic?",
        said("the image that was preferred"),
        reveals=True,
        pictures="several",
    ),
    "find_the_real": Measure(
        ("side",),
        "Which image is the real one?",
        said("the image that was taken for the real one"),
        reveals=True,
        pictures="several",
    ),
    "artefact": Measure(
        ("choices", "choice"),
        "What gives it away?",
        said("what the reader saw of the vocabulary"),
        reveals=True,
        options={"vocabulary": "chest-film-artefacts"},
    ),
    "place": Measure(
        ("marks",),
        "Mark where you see it.",
        said("where on the image"),
        required=False,
    ),
    "noticed": Measure(
        ("choice", "text"),
        "Did anything about these images strike you?",
        said("whether anything was noticed, before anything was told"),
        places=("phase_end", "case"),
        options={
            "options": [
                {"value": "no", "label": "No", "key": "n"},
                {"value": "yes", "label": "Yes", "key": "y"},
            ]
        },
    ),
    "comment": Measure(
        ("text",),
        "Comment (optional)",
        said("free text"),
        required=False,
        places=("case", "phase_end"),
    ),
}
