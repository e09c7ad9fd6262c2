"""The items of three reporting guidelines, in our own words, and what of a study answers each.

Sources: CLAIM 2024 (doi:10.1148/ryai.240300), GRRAS (doi:10.1016/j.jclinepi.2010.03.002) and
STARD-AI 2025 (doi:10.1038/s41591-025-03953-8), which keeps the items of STARD 2015
(doi:10.1136/bmj.h5527) under numbers of its own: 40 items in 48 lines. Its numbers were taken from
a public transcript of its table 2, not from the journal's page.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.said import said


@dataclass(frozen=True)
class Item:
    """`answer` names what is told of the study (checklist_answers); empty: authors write it."""

    number: str
    topic: str
    what: str
    answer: str = ""


def _items(*rows: tuple[str, str, str, str]) -> tuple[Item, ...]:
    return tuple(Item(*row) for row in rows)


CLAIM = _items(
    ("1", said("Title"), said("The title or abstract says that AI methods are studied"), ""),
    ("2", said("Abstract"), said("A summary of design, methods, results and conclusions"), ""),
    ("3", said("Introduction"), said("Background, and the intended use of the AI approach"), ""),
    ("4", said("Introduction"), said("Aims, objectives and hypotheses"), "hypotheses"),
    ("5", said("Methods: design"), said("Prospective or retrospective"), "prospective"),
    ("6", said("Methods: design"), said("The goal of the study"), "goal"),
    ("7", said("Methods: data"), said("Sources of the data"), "sources"),
    ("8", said("Methods: data"), said("Who and what was included and excluded"), "inclusion"),
    ("9", said("Methods: data"), said("How data were preprocessed"), "preprocessing"),
    ("10", said("Methods: data"), said("How subsets of the data were chosen"), "drawing"),
    ("11", said("Methods: data"), said("How data were de-identified"), "deidentification"),
    ("12", said("Methods: data"), said("How missing data were handled"), "missing"),
    ("13", said("Methods: data"), said("How images were acquired"), ""),
    ("14", said("Methods: reference"), said("What the reference standard is"), "reference"),
    (
        "15",
        said("Methods: reference"),
        said("Why this reference standard was chosen"),
        "reference_reason",
    ),
    ("16", said("Methods: reference"), said("Who made the reference standard"), "reference_source"),
    ("17", said("Methods: reference"), said("How the test set was annotated"), "rating"),
    (
        "18",
        said("Methods: reference"),
        said("How agreement between and within readers is measured"),
        "agreement",
    ),
    ("19", said("Methods: partitions"), said("How data were assigned to partitions"), ""),
    ("20", said("Methods: partitions"), said("At which level partitions are disjoint"), "copies"),
    (
        "21",
        said("Methods: testing"),
        said("The intended sample size and how it was reached"),
        "sample_size",
    ),
    ("22", said("Methods: model"), said("The model in detail: inputs, outputs, layers"), "models"),
    ("23", said("Methods: model"), said("Software and its versions"), "software"),
    ("24", said("Methods: model"), said("How the model's parameters began"), "models"),
    ("25", said("Methods: training"), said("The training in detail"), "models"),
    ("26", said("Methods: training"), said("How the final model was chosen"), ""),
    ("27", said("Methods: training"), said("How models were combined, if they were"), ""),
    ("28", said("Methods: evaluation"), said("The measures of performance"), "measures"),
    ("29", said("Methods: evaluation"), said("Significance and uncertainty"), "statistics"),
    ("30", said("Methods: evaluation"), said("Robustness and sensitivity analyses"), "sensitivity"),
    ("31", said("Methods: evaluation"), said("How the model's outputs were explained"), ""),
    ("32", said("Methods: evaluation"), said("Evaluation on internal data"), "measured"),
    ("33", said("Methods: evaluation"), said("Testing on external data"), ""),
    ("34", said("Methods: evaluation"), said("Registration of the study"), "registration"),
    ("35", said("Results: data"), said("Numbers included and excluded, as a flow diagram"), "flow"),
    ("36", said("Results: data"), said("Characteristics of the data in each partition"), "cases"),
    ("37", said("Results: performance"), said("Performance of every model"), "results"),
    ("38", said("Results: performance"), said("Estimates with their precision"), "results"),
    ("39", said("Results: performance"), said("Where and why it fails"), "failures"),
    ("40", said("Discussion"), said("Limitations"), "limitations"),
    ("41", said("Discussion"), said("What it means for practice"), ""),
    ("42", said("Other"), said("Where the full protocol is"), "protocol"),
    ("43", said("Other"), said("Where software, models and data are"), "availability"),
    ("44", said("Other"), said("Funding and the funders' part"), "funding"),
)
GRRAS = _items(
    (
        "1",
        said("Title"),
        said("The title or abstract says that agreement of raters was studied"),
        "",
    ),
    ("2", said("Introduction"), said("The instrument that is rated with"), "rating"),
    ("3", said("Introduction"), said("The population of subjects"), "cases"),
    ("4", said("Introduction"), said("The population of raters"), "target"),
    ("5", said("Introduction"), said("What is known of agreement, and why this study"), ""),
    (
        "6",
        said("Methods"),
        said("How many raters, subjects and repeats were planned, and why"),
        "sample_size",
    ),
    ("7", said("Methods"), said("How subjects and raters were sampled"), "drawing"),
    (
        "8",
        said("Methods"),
        said("How ratings were made: interval, information, blinding"),
        "rating",
    ),
    ("9", said("Methods"), said("Whether ratings were independent"), "independence"),
    ("10", said("Methods"), said("The statistical analysis"), "agreement"),
    ("11", said("Results"), said("How many raters, subjects and repeats there were"), "counts"),
    ("12", said("Results"), said("Characteristics of raters and subjects"), "readers"),
    (
        "13",
        said("Results"),
        said("Estimates of agreement with their uncertainty"),
        "agreement_results",
    ),
    ("14", said("Discussion"), said("What the results mean in practice"), ""),
    ("15", said("Other"), said("Detailed results"), "availability"),
)
STARD_AI = _items(
    (
        "1",
        said("Title"),
        said("The title or abstract names a study of accuracy with AI, and a measure of it"),
        "",
    ),
    ("2", said("Abstract"), said("A structured summary"), ""),
    (
        "3",
        said("Introduction"),
        said("Background, the intended use of the index test, and where in the workflow it stands"),
        "",
    ),
    ("4", said("Introduction"), said("Objectives and hypotheses"), "hypotheses"),
    (
        "5",
        said("Methods: design"),
        said("Whether data were collected before or after the tests"),
        "prospective",
    ),
    (
        "6",
        said("Methods: ethics"),
        said("Approval by an ethics committee, or why none was needed"),
        "ethics",
    ),
    (
        "7",
        said("Methods: participants"),
        said("What was included and excluded, of participants and of data, in order"),
        "inclusion",
    ),
    ("8", said("Methods: participants"), said("How eligible ones were identified"), "sources"),
    ("9", said("Methods: participants"), said("Where and when"), "dates"),
    ("10", said("Methods: participants"), said("Consecutive, random or by convenience"), "drawing"),
    (
        "11",
        said("Methods: dataset"),
        said("Where the data come from, and what they were made for"),
        "sources",
    ),
    ("12", said("Methods: dataset"), said("Who annotated the data, and how"), "reference_source"),
    ("13", said("Methods: dataset"), said("Devices and software, with their versions"), "devices"),
    (
        "14",
        said("Methods: dataset"),
        said("How data were acquired and preprocessed"),
        "preprocessing",
    ),
    ("15a", said("Methods: tests"), said("The index test, so that it can be repeated"), "rating"),
    ("15b", said("Methods: tests"), said("How what is tested was developed and trained"), "models"),
    (
        "15c",
        said("Methods: tests"),
        said("Cut-offs of the index test, and whether set before"),
        "cutoffs",
    ),
    (
        "15d",
        said("Methods: tests"),
        said("Who uses the test, and how much they must know"),
        "readers",
    ),
    (
        "16a",
        said("Methods: tests"),
        said("The reference standard, so that it can be repeated"),
        "reference",
    ),
    ("16b", said("Methods: tests"), said("Why this reference standard"), "reference_reason"),
    (
        "16c",
        said("Methods: tests"),
        said("Cut-offs of the reference, and whether set before"),
        "reference",
    ),
    ("17a", said("Methods: tests"), said("What the readers knew"), "blinding"),
    (
        "17b",
        said("Methods: tests"),
        said("What those who set the reference knew"),
        "reference_source",
    ),
    ("18", said("Methods: analysis"), said("How accuracy is estimated and compared"), "measures"),
    ("19", said("Methods: analysis"), said("How indeterminate results were handled"), "missing"),
    ("20", said("Methods: analysis"), said("How missing data were handled"), "missing"),
    ("21", said("Methods: analysis"), said("Variability, planned or exploratory"), "subgroups"),
    (
        "22",
        said("Methods: analysis"),
        said("The intended sample size and how it was reached"),
        "sample_size",
    ),
    (
        "23",
        said("Methods: analysis"),
        said("How errors, bias and fairness were looked at"),
        "failures",
    ),
    ("24", said("Results: participants"), said("The flow, as a diagram"), "flow"),
    ("25", said("Results: participants"), said("Characteristics of each set of data"), "cases"),
    (
        "26a",
        said("Results: participants"),
        said("How severe the condition was in those who had it"),
        "cases",
    ),
    ("26b", said("Results: participants"), said("Other diagnoses in those who had not"), ""),
    (
        "27",
        said("Results: participants"),
        said("Time and treatment between the tests"),
        "independence",
    ),
    (
        "28",
        said("Results: participants"),
        said("Whether the data are like those the test is meant for"),
        "",
    ),
    (
        "29",
        said("Results: participants"),
        said("How external data differ from those trained on"),
        "",
    ),
    ("30", said("Results: tests"), said("Index test against reference, crossed"), "crossed"),
    ("31", said("Results: tests"), said("Estimates of accuracy with their precision"), "results"),
    ("32", said("Results: tests"), said("Harm from the tests"), ""),
    ("33", said("Discussion"), said("Limitations"), "limitations"),
    ("34", said("Discussion"), said("What it means for practice"), ""),
    ("35", said("Discussion"), said("Ethics of the test's use, and fairness"), ""),
    ("36", said("Other"), said("Registration"), "registration"),
    ("37", said("Other"), said("Where the full protocol is"), "protocol"),
    ("38", said("Other"), said("Funding and the funders' part"), "funding"),
    ("39", said("Other"), said("Commercial interests"), "interests"),
    (
        "40a",
        said("Other"),
        said("Where data and code are, and what limits their use"),
        "availability",
    ),
    ("40b", said("Other"), said("Whether outputs are kept and can be audited"), "audit"),
)
CHECKLISTS: Mapping[str, tuple[str, tuple[Item, ...]]] = {
    "claim-2024": ("CLAIM 2024", CLAIM),
    "stard-ai-2025": ("STARD-AI 2025", STARD_AI),
    "grras": ("GRRAS", GRRAS),
}
