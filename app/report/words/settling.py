"""What it would take to settle the arms that a study left open, in words."""

from collections.abc import Mapping

from app.domain.said import said, said_many
from app.report.words.answers import is_told_by_one, whom
from app.report.words.conclusions import estimate_of
from app.report.words.numbers import percent
from app.statistics.analysis import Analysis, ArmAnalysis
from app.statistics.planning.settling import CHANCE, Settling


def settling_lines(analysis: Analysis, labels: Mapping[str, str]) -> tuple[str, ...]:
    """One line an open arm."""
    return tuple(
        said("{get}: {line}", get=labels.get(name, name), line=_line(analysis, arm, arm.settling))
        for name, arm in analysis.arms.items()
        if arm.settling is not None
    )


def settling_note(analysis: Analysis) -> str:
    """What the numbers of these lines rest on, and whom they speak for; empty without a number."""
    open_arms = [arm for arm in analysis.arms.values() if arm.settling is not None]
    if not any(_is_counted(arm.settling) for arm in open_arms if arm.settling is not None):
        return ""
    auc = next(
        estimate_of(arm, "discrimination", arm.conclusion.measure)
        for arm in open_arms
        if arm.conclusion is not None
    )
    readers = (
        said("this reader")
        if auc.n_readers == 1
        else said("these {n_readers} readers", n_readers=auc.n_readers)
    )
    alike = (
        said(" More images are taken to belong together as these do.")
        if analysis.n_clusters is not None
        else ""
    )
    return said(
        "In {chance} of studies so much larger the arm would be told apart, "
        "or shown to be rated alike within the margin, if its AUC is as it "
        "was here. Rough numbers: they rest on how much {readers} and these "
        "images vary. For {whom}.{alike}",
        chance=percent(CHANCE),
        readers=readers,
        whom=whom(analysis, auc),
        alike=alike,
    )


def _line(analysis: Analysis, arm: ArmAnalysis, takes: Settling) -> str:
    if takes.for_this_reader:
        return _for_one_reader(arm, takes)
    if takes.why_not:
        return said("can’t be counted: {why_not}.", why_not=takes.why_not)
    if takes.both is not None:
        readers, images, real = takes.both
        return said(
            "{readers} together with {images}{shared_out}; neither alone would do.",
            readers=_readers(readers, takes),
            images=_images(images, real),
            shared_out=_shared_out(takes),
        )
    if takes.readers is not None and takes.images is not None:
        return said(
            "{readers}, or {of_images}.",
            readers=_readers(takes.readers, takes),
            of_images=_of_images(takes),
        )
    both_are_samples = analysis.settings.generalise_to == "readers_and_cases"
    if takes.readers is not None:
        alone = said("; no number of images alone would do") if both_are_samples else ""
        return said("{readers}{alone}.", readers=_readers(takes.readers, takes), alone=alone)
    alone = said("; no number of readers alone would do") if both_are_samples else ""
    return said("{of_images}{alone}.", of_images=_of_images(takes), alone=alone)


def _for_one_reader(arm: ArmAnalysis, takes: Settling) -> str:
    more = said("other readers; how many can’t be told from one.")
    if arm.conclusion is None or is_told_by_one(arm, arm.conclusion):
        return more
    if takes.why_not:
        return said("{more} For this reader alone {why_not}.", more=more, why_not=takes.why_not)
    return said(
        "{more} For this reader alone, {of_images}.", more=more, of_images=_of_images(takes)
    )


def _is_counted(takes: Settling) -> bool:
    return takes.readers is not None or takes.images is not None or takes.both is not None


def _of_images(takes: Settling) -> str:
    return _images(takes.images or 0, takes.real_images or 0) + _shared_out(takes)


def _readers(number: int, takes: Settling) -> str:
    """So many more readers, and what they read where not all read the same."""
    more = said_many("{count} more reader", "{count} more readers", number)
    if takes.each_brings is not None:
        ours, real = takes.each_brings
        of_own = said_many(
            "{count} image of the arm and {real} real of their own",
            "{count} images of the arm and {real} real of their own",
            ours,
            real=real,
        )
        return said(
            "{more} ({which} {of_own})",
            more=more,
            which=said("who reads") if number == 1 else said("each reading"),
            of_own=of_own,
        )
    if takes.groups > 1:
        return said(
            "{more} ({value} in each of the {groups} groups)",
            more=more,
            value=number // takes.groups,
            groups=takes.groups,
        )
    return more


def _shared_out(takes: Settling) -> str:
    return (
        said(" (shared out among the {groups} groups of readers)", groups=takes.groups)
        if takes.groups > 1
        else ""
    )


def _images(ours: int, real: int) -> str:
    if ours == real:
        return said_many(
            "{count} more image of the arm and as many real ones",
            "{count} more images of the arm and as many real ones",
            ours,
        )
    return said_many(
        "{count} more image of the arm and {real} more real ones",
        "{count} more images of the arm and {real} more real ones",
        ours,
        real=real,
    )
