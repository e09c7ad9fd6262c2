"""What it would take to settle the arms that a study left open, in words."""

from collections.abc import Mapping

from app.report.words.answers import is_told_by_one, whom
from app.report.words.conclusions import estimate_of
from app.report.words.numbers import percent
from app.statistics.analysis import Analysis, ArmAnalysis
from app.statistics.planning.settling import CHANCE, Settling


def settling_lines(analysis: Analysis, labels: Mapping[str, str]) -> tuple[str, ...]:
    """One line an open arm."""
    return tuple(
        f"{labels.get(name, name)}: {_line(analysis, arm, arm.settling)}"
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
    readers = "this reader" if auc.n_readers == 1 else f"these {auc.n_readers} readers"
    alike = (
        " More images are taken to belong together as these do."
        if analysis.n_clusters is not None
        else ""
    )
    return (
        f"In {percent(CHANCE)} of studies so much larger the arm would be told apart, or shown to "
        "be rated alike within the margin, if its AUC is as it was here. Rough numbers: they rest "
        f"on how much {readers} and these images vary. For {whom(analysis, auc)}.{alike}"
    )


def _line(analysis: Analysis, arm: ArmAnalysis, takes: Settling) -> str:
    if takes.for_this_reader:
        return _for_one_reader(arm, takes)
    if takes.why_not:
        return f"can’t be counted: {takes.why_not}."
    if takes.both is not None:
        readers, images, real = takes.both
        return (
            f"{_readers(readers, takes)} together with {_images(images, real)}{_shared_out(takes)}"
            "; neither alone would do."
        )
    if takes.readers is not None and takes.images is not None:
        return f"{_readers(takes.readers, takes)}, or {_of_images(takes)}."
    both_are_samples = analysis.settings.generalise_to == "readers_and_cases"
    if takes.readers is not None:
        alone = "; no number of images alone would do" if both_are_samples else ""
        return f"{_readers(takes.readers, takes)}{alone}."
    alone = "; no number of readers alone would do" if both_are_samples else ""
    return f"{_of_images(takes)}{alone}."


def _for_one_reader(arm: ArmAnalysis, takes: Settling) -> str:
    more = "other readers; how many can’t be told from one."
    if arm.conclusion is None or is_told_by_one(arm, arm.conclusion):
        return more
    if takes.why_not:
        return f"{more} For this reader alone {takes.why_not}."
    return f"{more} For this reader alone, {_of_images(takes)}."


def _is_counted(takes: Settling) -> bool:
    return takes.readers is not None or takes.images is not None or takes.both is not None


def _of_images(takes: Settling) -> str:
    return _images(takes.images or 0, takes.real_images or 0) + _shared_out(takes)


def _readers(number: int, takes: Settling) -> str:
    """So many more readers, and what they read where not all read the same."""
    more = _more(number, "reader")
    if takes.each_brings is not None:
        ours, real = takes.each_brings
        images = "image" if ours == 1 else "images"
        of_own = f"{ours} {images} of the arm and {real} real of their own"
        return f"{more} ({'who reads' if number == 1 else 'each reading'} {of_own})"
    if takes.groups > 1:
        return f"{more} ({number // takes.groups} in each of the {takes.groups} groups)"
    return more


def _shared_out(takes: Settling) -> str:
    return f" (shared out among the {takes.groups} groups of readers)" if takes.groups > 1 else ""


def _images(ours: int, real: int) -> str:
    if ours == real:
        return f"{_more(ours, 'image')} of the arm and as many real ones"
    return f"{_more(ours, 'image')} of the arm and {real} more real ones"


def _more(count: int, what: str) -> str:
    return f"{count} more {what}{'' if count == 1 else 's'}"
