"""The items of three reporting guidelines, in our own words, and what of a study answers each.

Sources: CLAIM 2024 (doi:10.1148/ryai.240300), GRRAS (doi:10.1016/j.jclinepi.2010.03.002) and
STARD-AI 2025 (doi:10.1038/s41591-025-03953-8), which keeps the items of STARD 2015
(doi:10.1136/bmj.h5527) under numbers of its own: 40 items in 48 lines. Its numbers were taken from
a public transcript of its table 2, not from the journal's page.
"""

from collections.abc import Mapping
from dataclasses import dataclass


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
    ("1", "Title", "The title or abstract says that AI methods are studied", ""),
    ("2", "Abstract", "A summary of design, methods, results and conclusions", ""),
    ("3", "Introduction", "Background, and the intended use of the AI approach", ""),
    ("4", "Introduction", "Aims, objectives and hypotheses", "hypotheses"),
    ("5", "Methods: design", "Prospective or retrospective", "prospective"),
    ("6", "Methods: design", "The goal of the study", "goal"),
    ("7", "Methods: data", "Sources of the data", "sources"),
    ("8", "Methods: data", "Who and what was included and excluded", "inclusion"),
    ("9", "Methods: data", "How data were preprocessed", "preprocessing"),
    ("10", "Methods: data", "How subsets of the data were chosen", "drawing"),
    ("11", "Methods: data", "How data were de-identified", "deidentification"),
    ("12", "Methods: data", "How missing data were handled", "missing"),
    ("13", "Methods: data", "How images were acquired", ""),
    ("14", "Methods: reference", "What the reference standard is", "reference"),
    ("15", "Methods: reference", "Why this reference standard was chosen", "reference_reason"),
    ("16", "Methods: reference", "Who made the reference standard", "reference_source"),
    ("17", "Methods: reference", "How the test set was annotated", "rating"),
    (
        "18",
        "Methods: reference",
        "How agreement between and within readers is measured",
        "agreement",
    ),
    ("19", "Methods: partitions", "How data were assigned to partitions", ""),
    ("20", "Methods: partitions", "At which level partitions are disjoint", "copies"),
    ("21", "Methods: testing", "The intended sample size and how it was reached", "sample_size"),
    ("22", "Methods: model", "The model in detail: inputs, outputs, layers", "models"),
    ("23", "Methods: model", "Software and its versions", "software"),
    ("24", "Methods: model", "How the model's parameters began", "models"),
    ("25", "Methods: training", "The training in detail", "models"),
    ("26", "Methods: training", "How the final model was chosen", ""),
    ("27", "Methods: training", "How models were combined, if they were", ""),
    ("28", "Methods: evaluation", "The measures of performance", "measures"),
    ("29", "Methods: evaluation", "Significance and uncertainty", "statistics"),
    ("30", "Methods: evaluation", "Robustness and sensitivity analyses", "sensitivity"),
    ("31", "Methods: evaluation", "How the model's outputs were explained", ""),
    ("32", "Methods: evaluation", "Evaluation on internal data", "measured"),
    ("33", "Methods: evaluation", "Testing on external data", ""),
    ("34", "Methods: evaluation", "Registration of the study", "registration"),
    ("35", "Results: data", "Numbers included and excluded, as a flow diagram", "flow"),
    ("36", "Results: data", "Characteristics of the data in each partition", "cases"),
    ("37", "Results: performance", "Performance of every model", "results"),
    ("38", "Results: performance", "Estimates with their precision", "results"),
    ("39", "Results: performance", "Where and why it fails", "failures"),
    ("40", "Discussion", "Limitations", "limitations"),
    ("41", "Discussion", "What it means for practice", ""),
    ("42", "Other", "Where the full protocol is", "protocol"),
    ("43", "Other", "Where software, models and data are", "availability"),
    ("44", "Other", "Funding and the funders' part", "funding"),
)
GRRAS = _items(
    ("1", "Title", "The title or abstract says that agreement of raters was studied", ""),
    ("2", "Introduction", "The instrument that is rated with", "rating"),
    ("3", "Introduction", "The population of subjects", "cases"),
    ("4", "Introduction", "The population of raters", "target"),
    ("5", "Introduction", "What is known of agreement, and why this study", ""),
    ("6", "Methods", "How many raters, subjects and repeats were planned, and why", "sample_size"),
    ("7", "Methods", "How subjects and raters were sampled", "drawing"),
    ("8", "Methods", "How ratings were made: interval, information, blinding", "rating"),
    ("9", "Methods", "Whether ratings were independent", "independence"),
    ("10", "Methods", "The statistical analysis", "agreement"),
    ("11", "Results", "How many raters, subjects and repeats there were", "counts"),
    ("12", "Results", "Characteristics of raters and subjects", "readers"),
    ("13", "Results", "Estimates of agreement with their uncertainty", "agreement_results"),
    ("14", "Discussion", "What the results mean in practice", ""),
    ("15", "Other", "Detailed results", "availability"),
)
STARD_AI = _items(
    (
        "1",
        "Title",
        "The title or abstract names a study of accuracy with AI, and a measure of it",
        "",
    ),
    ("2", "Abstract", "A structured summary", ""),
    (
        "3",
        "Introduction",
        "Background, the intended use of the index test, and where in the workflow it stands",
        "",
    ),
    ("4", "Introduction", "Objectives and hypotheses", "hypotheses"),
    (
        "5",
        "Methods: design",
        "Whether data were collected before or after the tests",
        "prospective",
    ),
    ("6", "Methods: ethics", "Approval by an ethics committee, or why none was needed", "ethics"),
    (
        "7",
        "Methods: participants",
        "What was included and excluded, of participants and of data, in order",
        "inclusion",
    ),
    ("8", "Methods: participants", "How eligible ones were identified", "sources"),
    ("9", "Methods: participants", "Where and when", "dates"),
    ("10", "Methods: participants", "Consecutive, random or by convenience", "drawing"),
    ("11", "Methods: dataset", "Where the data come from, and what they were made for", "sources"),
    ("12", "Methods: dataset", "Who annotated the data, and how", "reference_source"),
    ("13", "Methods: dataset", "Devices and software, with their versions", "devices"),
    ("14", "Methods: dataset", "How data were acquired and preprocessed", "preprocessing"),
    ("15a", "Methods: tests", "The index test, so that it can be repeated", "rating"),
    ("15b", "Methods: tests", "How what is tested was developed and trained", "models"),
    ("15c", "Methods: tests", "Cut-offs of the index test, and whether set before", "cutoffs"),
    ("15d", "Methods: tests", "Who uses the test, and how much they must know", "readers"),
    ("16a", "Methods: tests", "The reference standard, so that it can be repeated", "reference"),
    ("16b", "Methods: tests", "Why this reference standard", "reference_reason"),
    ("16c", "Methods: tests", "Cut-offs of the reference, and whether set before", "reference"),
    ("17a", "Methods: tests", "What the readers knew", "blinding"),
    ("17b", "Methods: tests", "What those who set the reference knew", "reference_source"),
    ("18", "Methods: analysis", "How accuracy is estimated and compared", "measures"),
    ("19", "Methods: analysis", "How indeterminate results were handled", "missing"),
    ("20", "Methods: analysis", "How missing data were handled", "missing"),
    ("21", "Methods: analysis", "Variability, planned or exploratory", "subgroups"),
    ("22", "Methods: analysis", "The intended sample size and how it was reached", "sample_size"),
    ("23", "Methods: analysis", "How errors, bias and fairness were looked at", "failures"),
    ("24", "Results: participants", "The flow, as a diagram", "flow"),
    ("25", "Results: participants", "Characteristics of each set of data", "cases"),
    ("26a", "Results: participants", "How severe the condition was in those who had it", "cases"),
    ("26b", "Results: participants", "Other diagnoses in those who had not", ""),
    ("27", "Results: participants", "Time and treatment between the tests", "independence"),
    ("28", "Results: participants", "Whether the data are like those the test is meant for", ""),
    ("29", "Results: participants", "How external data differ from those trained on", ""),
    ("30", "Results: tests", "Index test against reference, crossed", "crossed"),
    ("31", "Results: tests", "Estimates of accuracy with their precision", "results"),
    ("32", "Results: tests", "Harm from the tests", ""),
    ("33", "Discussion", "Limitations", "limitations"),
    ("34", "Discussion", "What it means for practice", ""),
    ("35", "Discussion", "Ethics of the test's use, and fairness", ""),
    ("36", "Other", "Registration", "registration"),
    ("37", "Other", "Where the full protocol is", "protocol"),
    ("38", "Other", "Funding and the funders' part", "funding"),
    ("39", "Other", "Commercial interests", "interests"),
    ("40a", "Other", "Where data and code are, and what limits their use", "availability"),
    ("40b", "Other", "Whether outputs are kept and can be audited", "audit"),
)
CHECKLISTS: Mapping[str, tuple[str, tuple[Item, ...]]] = {
    "claim-2024": ("CLAIM 2024", CLAIM),
    "stard-ai-2025": ("STARD-AI 2025", STARD_AI),
    "grras": ("GRRAS", GRRAS),
}
