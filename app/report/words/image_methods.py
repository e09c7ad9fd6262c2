"""Methods of what programs measured of the images: the leak audit and the bank's own measures."""

from app.bank.picture_measures import AUDIT_MEASURES
from app.domain.said import joined, said
from app.report.words.image_measures import FEATURES, flag_rule
from app.report.words.listed import listed
from app.report.words.references import Paragraph
from app.report.words.shortcuts import measure_words
from app.services.audit_pictures import PictureAudit
from app.services.summarise_study import StudySummary
from app.statistics.realness.separation import TELLING_AUC, TELLING_P


def leak_audit(audit: PictureAudit) -> Paragraph:
    """What the audit of the pictures measured and when it calls an arm told apart."""
    return (
        said("Leak audit"),
        said(
            "A program measured all {pictures} pictures and compared every "
            "synthetic arm with the real cases by {list} alone: areas under the "
            "ROC curve, intervals by DeLong’s method [delong]. An arm counted as "
            "told apart at an AUC of {telling_auc:.2f} or more with p ≤ "
            "{telling_p:g} by the Mann-Whitney test, adjusted for their number "
            "by Holm’s method. By all of them together it was compared by "
            "logistic regression with a ridge penalty, cross-validated in five "
            "folds, with p by relabelling.",
            pictures=audit.pictures,
            list=listed([measure_words(name) for name in AUDIT_MEASURES]),
            telling_auc=TELLING_AUC,
            telling_p=TELLING_P,
        )
        + (
            said(
                " All pictures alike had been changed before: {remedies}.", remedies=audit.remedies
            )
            * bool(audit.remedies)
        ),
    )


def image_measures(summary: StudySummary) -> Paragraph | None:
    """How the bank's images were measured; None where nothing was."""
    evaluations = [arm.evaluation for arm in summary.arms if arm.evaluation is not None]
    if not evaluations:
        return None

    def measured(*names: str) -> bool:
        return any(getattr(one.measures, name) is not None for one in evaluations for name in names)

    compared = [
        text
        for text, is_there in (
            (said("kernel distance (KID) with jackknife standard errors [kid]"), measured("kid")),
            (said("precision and recall [precision]"), measured("precision", "recall")),
            (said("density and coverage [prdc]"), measured("density", "coverage")),
            (said("Fréchet distance [fid]"), measured("frechet_distance")),
        )
        if is_there
    ]
    parts = []
    if compared:
        features = {one.features for one in evaluations if not one.measures.is_empty}
        only = features.pop() if len(features) == 1 else None
        on = "" if only is None else said(", on features of {features}", features=FEATURES[only])
        parts.append(
            said("Images were compared with real ones by {list}{on}.", list=listed(compared), on=on)
        )
    if measured("ms_ssim"):
        parts.append(said("Diversity is the mean MS-SSIM [msssim] of pairs within an arm."))
    if measured("prompt_adherence"):
        parts.append(said("Prompt adherence is the mean cosine of image and prompt."))
    if any(one.memorised is not None or one.drawn_compared for one in evaluations):
        by_distance = any(one.memorisation_percentile is not None for one in evaluations)
        means = (
            said(", by correlation and by distance in the autoencoder’s latent space,")
            * by_distance
        )
        parts.append(
            said(
                "An image was flagged as memorised{means} {flag_rule}.",
                means=means,
                flag_rule=flag_rule(evaluations),
            )
        )
    return (
        said("Image measures"),
        said(
            "Values are those recorded with the image bank, of all its images "
            "and not only of those drawn. {join}",
            join=joined(parts, " "),
        ),
    )
