"""Methods of designs beyond the crossed one: groups of readers, machines, subgroups, phi."""

from app.domain.design.design import StudyDesign
from app.domain.said import figure, joined, said, said_many
from app.report.words.computed_methods import estimates_of
from app.report.words.references import Paragraph
from app.statistics.agreement.generalizability import DEPENDABLE
from app.statistics.analysis import Analysis
from app.statistics.conduct.subgroups import FEW_IMAGES


def scheme(design: StudyDesign) -> str:
    """Who was to read which cases, as a clause."""
    allocation = design.allocation
    if allocation.scheme == "split_plot":
        return said(
            "split-plot as planned, with {groups} groups of readers who each "
            "read a part of the cases of every arm",
            groups=allocation.groups,
        )
    if allocation.scheme == "quota":
        return said(
            "with {cases_per_reader} cases a reader as planned, so that each "
            "case is read by {readers_per_case} or more",
            cases_per_reader=allocation.cases_per_reader,
            readers_per_case=allocation.readers_per_case,
        )
    return said("fully crossed as planned")


def split_plot(analysis: Analysis) -> str:
    """A sentence on readers in groups; empty where no interval was made within groups."""
    groups = {
        int(words.split()[0])
        for _, estimate in estimates_of(analysis)
        if estimate.low is not None
        for _, _, words in [estimate.method.partition(", readers in ")]
        if words.endswith("groups")
    }
    if not groups:
        return ""
    count = max(groups)
    return said(
        "Readers were in {count} groups, each with cases of its own "
        "(split-plot design): mean squares are those within groups, and "
        "readers of different groups share no case [hillis2014, splitplot].",
        count=count,
    )


def machines(analysis: Analysis) -> Paragraph | None:
    """How machines stand beside people."""
    compared = [one for one in analysis.machines if one.difference.estimate is not None]
    if not compared:
        return None
    count = len({one.machine for one in compared})
    text: str = said_many(
        "{count} machine reader was analysed beside the people and never among them. ",
        "{count} machine readers were analysed beside the people and never among them. ",
        count,
    ) + said(
        "People minus machine is the mean of the readers’ differences from "
        "the machine, which is taken as fixed"
    )
    if any(one.difference.low is not None for one in compared):
        text += said(
            ", with the interval of Obuchowski and Rockette for one arm, in "
            "which the images that both read covary [single]"
        )
    if any(one.is_non_inferior is not None for one in compared):
        text += said(
            "; people were called not inferior if it lay above −{margin:g} [noninferiority]",
            margin=analysis.settings.margin,
        )
    return (said("Machine readers"), said("{text}.", text=text))


def subgroups(analysis: Analysis) -> Paragraph | None:
    """By what the cases were parted."""
    named = [name for name, stratum in analysis.subgroups.items() if stratum.subgroups]
    if not named:
        return None
    return (
        said("Subgroups"),
        said(
            "Figures are also given for parts of the cases, by {join}, each "
            "against the real images of the same part. They are descriptive: "
            "nothing is tested between parts or adjusted for their number, and "
            "parts with fewer than {few_images} images of an arm are marked.",
            join=joined(named, said(" and by ")),
            few_images=FEW_IMAGES,
        ),
    )


def dependability(analysis: Analysis) -> Paragraph | None:
    """Where variance components and phi come from."""
    made = [one for one in analysis.dependability.values() if not one.why_not]
    if not made:
        return None
    goal = figure(DEPENDABLE, "g")
    return (
        said("Generalizability"),
        said(
            "Ratings were taken apart into arms, images within arms, readers, "
            "readers by arms and the rest by Henderson’s method I [henderson]; "
            "from these variances follow the dependability Φ of an arm’s mean "
            "and the readers and images that {goal} takes [brennan2001].",
            goal=goal,
        ),
    )
