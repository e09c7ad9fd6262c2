"""Conclusions on several arms at once: adjusted for their number, withheld where foregone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from app.domain.said import joined, said
from app.statistics.realness.assay import AssaySensitivity
from app.statistics.realness.contrasts import holm
from app.statistics.realness.equivalence import Conclusion, ConclusionState
from app.statistics.table.settings import AnalysisSettings


def conclusions_over_arms(
    single: Mapping[str, Conclusion],
    assays: Mapping[str, AssaySensitivity],
    settings: AnalysisSettings,
) -> dict[str, Conclusion]:
    """The conclusions of a study, from those of each arm on its own.

    Parameters
    ----------
    single : mapping of synthetic arm to Conclusion
        Of :func:`app.statistics.realness.equivalence.equivalence_conclusion`.
    assays : mapping of arm to AssaySensitivity
    settings : AnalysisSettings
        ``adjustment``: with ``"holm"`` both p values are adjusted over the arms of a family. The
        primary arm is a family of its own, and so is every positive control, which is a test of the
        study and not of an arm. ``positive_controls``: known to be bad; unless each of them is told
        from real, no arm is called equivalent.

    Returns
    -------
    mapping of arm to Conclusion
        ``distinguishable`` if the adjusted p value of a difference is below alpha; ``equivalent``
        if the arm's own interval holds 0.5, the adjusted p value of equivalence is below alpha, and
        nothing withholds it; else ``inconclusive``.

    References
    ----------
    Holm S (1979), Scand J Stat 6:65-70. ICH E10 (2000), Choice of control group, section 1.5.
    """
    alone = {*settings.positive_controls, settings.primary_arm}
    families = [[arm for arm in single if arm not in alone]]
    families += [[arm] for arm in single if arm in alone]
    adjusted = {arm: one for family in families for arm, one in _adjusted(single, family, settings)}
    untold = _untold(adjusted, settings)
    return {arm: _concluded(adjusted[arm], assays.get(arm), untold, settings) for arm in single}


def levels_of_next(
    arm: str, conclusions: Mapping[str, Conclusion], settings: AnalysisSettings
) -> tuple[float, float]:
    """At which levels an arm's two p values would have to lie for it to be the next one settled.

    Parameters
    ----------
    arm : str
    conclusions : mapping of arm to Conclusion
        Of :func:`conclusions_over_arms`.
    settings : AnalysisSettings

    Returns
    -------
    difference, equivalence : float
        By Holm's method alpha over the number of arms of its family that are not rejected yet.
    """
    alpha = 1.0 - settings.level
    alone = {*settings.positive_controls, settings.primary_arm}
    if settings.adjustment == "none" or arm in alone:
        return alpha, alpha
    family = [one for name, one in conclusions.items() if name not in alone]
    p_values = (
        [one.p_difference_adjusted for one in family],
        [one.p_equivalence_adjusted for one in family],
    )
    difference, equivalence = (
        alpha / max(1, sum(p is not None and p >= alpha for p in adjusted)) for adjusted in p_values
    )
    return difference, equivalence


def may_be_equivalent(
    arm: str, conclusions: Mapping[str, Conclusion], settings: AnalysisSettings
) -> bool:
    """Whether an arm that passed the test of equivalence would be called equivalent."""
    one = conclusions[arm]
    return not _why_withheld(one, one.assay, _untold(conclusions, settings))


def _untold(conclusions: Mapping[str, Conclusion], settings: AnalysisSettings) -> list[str]:
    return [
        arm
        for arm in settings.positive_controls
        if arm in conclusions and not _is_told(conclusions[arm], settings)
    ]


def _adjusted(
    single: Mapping[str, Conclusion], family: list[str], settings: AnalysisSettings
) -> list[tuple[str, Conclusion]]:
    differences = [single[arm].p_difference for arm in family]
    equivalences = [single[arm].p_equivalence for arm in family]
    if settings.adjustment == "holm":
        differences, equivalences = holm(differences), holm(equivalences)
    size = sum(p is not None for p in differences) if settings.adjustment == "holm" else 1
    return [
        (
            arm,
            replace(
                single[arm],
                p_difference_adjusted=difference,
                p_equivalence_adjusted=equivalence,
                n_adjusted_for=max(1, size),
            ),
        )
        for arm, difference, equivalence in zip(family, differences, equivalences, strict=True)
    ]


def _is_told(control: Conclusion, settings: AnalysisSettings) -> bool:
    p = control.p_difference_adjusted
    return p is not None and p < 1.0 - settings.level and bool(control.is_less_real)


def _concluded(
    one: Conclusion,
    assay: AssaySensitivity | None,
    untold: list[str],
    settings: AnalysisSettings,
) -> Conclusion:
    alpha = 1.0 - settings.level
    difference, equivalence = one.p_difference_adjusted, one.p_equivalence_adjusted
    if difference is None or equivalence is None or one.p_difference is None:
        return replace(one, assay=assay)
    state: ConclusionState = "inconclusive"
    withheld = ""
    if difference < alpha:
        state = "distinguishable"
    elif one.p_difference >= alpha and equivalence < alpha:
        withheld = _why_withheld(one, assay, untold)
        state = "inconclusive" if withheld else "equivalent"
    return replace(one, state=state, assay=assay, withheld=withheld)


def _why_withheld(one: Conclusion, assay: AssaySensitivity | None, untold: list[str]) -> str:
    """Why an arm that passed the test of equivalence is not called equivalent; empty: it is."""
    if untold:
        named = joined(untold, said(" and "))
        return said(
            "the positive control {named} was not told from real, so that this "
            "study could not have told a bad arm either",
            named=named,
        )
    if assay is None or assay.largest_difference > one.margin:
        return ""
    return said(
        "readers gave the same rating to {tie_share:.0%} of the pairs of a "
        "real and a synthetic image, so that the AUC could not have left 0.5 "
        "± {margin:g} whatever the images looked like",
        tie_share=assay.tie_share,
        margin=one.margin,
    )
