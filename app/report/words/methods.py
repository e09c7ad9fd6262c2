"""A methods section made of what was done: nothing is named that this analysis did not use."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from importlib import metadata

from app.bank.picture_measures import AUDIT_MEASURES
from app.domain.design.design import StudyDesign
from app.domain.questions.question import Question
from app.domain.questions.registry import kind_of
from app.report.words import design_methods
from app.report.words.choice_methods import choice_paragraphs
from app.report.words.computed_methods import bootstrap_draws, is_computed, is_used
from app.report.words.conclusions import MEASURES
from app.report.words.display import display_sentences
from app.report.words.image_measures import FEATURES, flag_rule
from app.report.words.numbers import percent
from app.report.words.question_figures import question_methods
from app.report.words.references import CitedText, cite
from app.report.words.shortcuts import measure_words
from app.services.audit_pictures import PictureAudit
from app.services.summarise_study import StudySummary
from app.statistics.analysis import Analysis
from app.statistics.protocols.choices import ChoiceFigures
from app.statistics.realness.equivalence import Conclusion
from app.statistics.realness.separation import TELLING_AUC, TELLING_P
from app.steps.question_figures import QuestionFigures

Paragraph = tuple[str, str]


def study_methods(summary: StudySummary, audit: PictureAudit | None = None) -> CitedText:
    """Design, then statistics, as a paper has them."""
    paragraphs = []
    if audit is not None and audit.compares:
        paragraphs.append(_leak_audit(audit))
    if (images := _image_measures(summary)) is not None:
        paragraphs.append(images)
    if summary.analysis is not None:
        paragraphs += [_readers(summary), *_statistics(summary.analysis)]
    paragraphs += _of_protocol(summary.analysis, summary.choices, summary.figures)
    cited = cite(paragraphs)
    # The design names arms, and a label of the bank may hold what looks like a citation.
    return replace(cited, paragraphs=(_design(summary), *cited.paragraphs))


def export_methods(
    analysis: Analysis | None,
    choices: ChoiceFigures | None,
    figures: Sequence[QuestionFigures],
) -> CitedText:
    """The statistics of a study's exported ratings, whose readers and arms nobody described."""
    by_arm = [] if analysis is None else _statistics(analysis)
    return cite([*by_arm, *_of_protocol(analysis, choices, figures)])


def _of_protocol(
    analysis: Analysis | None,
    choices: ChoiceFigures | None,
    figures: Sequence[QuestionFigures],
) -> list[Paragraph]:
    """What else the protocol asked for; the software too where no analysis by arm has named it."""
    chosen = [] if choices is None else choice_paragraphs(choices)
    paragraphs = [*chosen, *question_methods(figures)]
    return [*paragraphs, _software()] if paragraphs and analysis is None else paragraphs


def analysis_methods(analysis: Analysis) -> CitedText:
    """The statistics alone, for a file of ratings whose design nobody told."""
    return cite(_statistics(analysis))


_CHOICES = {
    "find_the_real": "the choice of the real one of several images",
    "preference": "a preference for one of several images",
}


def _said_of(question: Question) -> str:
    """A question as a sentence names what readers gave."""
    if kind_of(question).spread == "grades":
        named = "confidence in it" if question.measure == "confidence" else question.measure
        ends = [f"{end}{_label(question, end)}" for end in (question.low, question.high)]
        return f"{named.replace('_', ' ')} from {' to '.join(ends)}"
    if question.measure == "verdict":
        return "a verdict, real or synthetic"
    if question.measure in _CHOICES:
        ties = " or a tie" if question.tie_label else ""
        return f"{_CHOICES[question.measure]}{ties}"
    article = (
        "an optional" if not question.required else "an" if question.measure[0] in "aeiou" else "a"
    )
    return f"{article} {question.measure.replace('_', ' ')}"


def _label(question: Question, point: int) -> str:
    label = question.label_at(point)
    return f" ({label.lower()})" if label else ""


def _design(summary: StudySummary) -> Paragraph:
    design = summary.design
    arms = "; ".join(f"{arm.label} ({arm.cases} images)" for arm in summary.arms)
    questions = [_said_of(question) for question in design.questions]
    replicates = (
        f" {design.replicates.count} cases were shown to every reader a second time, at least "
        f"{design.replicates.minimum_lag} positions later, to measure intra-reader agreement."
        if design.replicates.count
        else ""
    )
    practice = (
        f" {design.practice.count} practice cases came first"
        f"{', with the truth told after each,' if design.practice.feedback else ''} and were not "
        "counted."
        if design.practice.count
        else ""
    )
    return (
        "Design",
        f"Blinded reader study, {design_methods.scheme(design)}: {arms}. Cases were drawn at "
        f"random from the image bank by arm and condition (normal, abnormal).{_flagged(summary)}"
        f"{_excluded(summary.design)} "
        "Every image was "
        f"shown as 8-bit grey, {design.rendition_size} × {design.rendition_size} pixels, encoded "
        "in one and the same way, without names or metadata. Each reader had their own stored "
        f"random order, stratified by arm and condition, with at most {design.longest_run} cases "
        f"of one arm in a row. Readers gave {_list(questions)}.{replicates}{practice} Design, "
        "cases and the equivalence margin were frozen before the first reading (SHA-256 of the "
        f"design {(summary.design_sha256 or '')[:12]}…).",
    )


def _excluded(design: StudyDesign) -> str:
    """How many images were looked at and set aside before opening, and for which reasons."""
    if not design.excluded:
        return ""
    reasons = "; ".join(dict.fromkeys(one.reason for one in design.excluded))
    count = len(design.excluded)
    return (
        f" {count} image{' was' if count == 1 else 's were'} looked at and replaced before the "
        f"study opened ({reasons})."
    )


def _flagged(summary: StudySummary) -> str:
    """What became of images flagged as copies of training images, where there is something."""
    if summary.design.memorised == "separate":
        return " Images that the bank flags as copies of training images were drawn apart."
    left_out = [arm for arm in summary.arms if arm.left_out_as_memorised]
    if left_out:
        counts = ", ".join(f"{arm.label} {arm.left_out_as_memorised}" for arm in left_out)
        return (
            " Images that the bank flags as copies of training images were left out before "
            f"({counts})."
        )
    flagged = [arm for arm in summary.arms if arm.evaluation and arm.evaluation.drawn_memorised]
    if flagged and summary.design.memorised == "keep":
        return " Images that the bank flags as copies of training images were drawn like others."
    return ""


def _leak_audit(audit: PictureAudit) -> Paragraph:
    return (
        "Leak audit",
        f"A program measured all {audit.pictures} pictures and compared every synthetic arm with "
        f"the real cases by {_list([measure_words(name) for name in AUDIT_MEASURES])} alone: areas "
        "under the ROC curve, intervals by DeLong’s method [delong]. An arm counted as told apart "
        f"at an AUC of {TELLING_AUC:.2f} or more with p ≤ {TELLING_P:g} by the Mann-Whitney test, "
        "adjusted for their number by Holm’s method. By all of them together it was compared by "
        "logistic regression with a ridge penalty, cross-validated in five folds, with p by "
        "relabelling."
        + (
            f" All pictures alike had been changed before: {audit.remedies}." * bool(audit.remedies)
        ),
    )


def _image_measures(summary: StudySummary) -> Paragraph | None:
    evaluations = [arm.evaluation for arm in summary.arms if arm.evaluation is not None]
    if not evaluations:
        return None

    def measured(*names: str) -> bool:
        return any(getattr(one.measures, name) is not None for one in evaluations for name in names)

    compared = [
        text
        for text, is_there in (
            ("kernel distance (KID) with jackknife standard errors [kid]", measured("kid")),
            ("precision and recall [precision]", measured("precision", "recall")),
            ("density and coverage [prdc]", measured("density", "coverage")),
            ("Fréchet distance [fid]", measured("frechet_distance")),
        )
        if is_there
    ]
    parts = []
    if compared:
        features = {one.features for one in evaluations if not one.measures.is_empty}
        only = features.pop() if len(features) == 1 else None
        on = "" if only is None else f", on features of {FEATURES[only]}"
        parts.append(f"Images were compared with real ones by {_list(compared)}{on}.")
    if measured("ms_ssim"):
        parts.append("Diversity is the mean MS-SSIM [msssim] of pairs within an arm.")
    if measured("prompt_adherence"):
        parts.append("Prompt adherence is the mean cosine of image and prompt.")
    if any(one.memorised is not None or one.drawn_compared for one in evaluations):
        by_distance = any(one.memorisation_percentile is not None for one in evaluations)
        means = ", by correlation and by distance in the autoencoder’s latent space," * by_distance
        parts.append(f"An image was flagged as memorised{means} {flag_rule(evaluations)}.")
    return (
        "Image measures",
        "Values are those recorded with the image bank, of all its images and not only of those "
        f"drawn. {' '.join(parts)}",
    )


def _readers(summary: StudySummary) -> Paragraph:
    analysis = summary.analysis
    if analysis is None:
        raise ValueError("no ratings")
    count = len(analysis.table.readers)
    noun = "reader" if count == 1 else "readers"
    displays = display_sentences(summary.design.display, summary.displays)
    who = f"simulated {noun} (a rehearsal)" if summary.is_rehearsal else noun
    return (
        "Readers",
        f"{count} {who} gave {len(analysis.table)} ratings that count; "
        f"{summary.rated} of {summary.presentations} presentations were rated. Corrections "
        "replaced earlier ratings of the same presentation, which are kept in the data."
        f"{f' {displays}' if displays else ''}",
    )


def _statistics(analysis: Analysis) -> list[Paragraph]:
    return [
        paragraph
        for paragraph in (
            _main(analysis),
            _figures(analysis),
            _conclusions(analysis),
            _between(analysis),
            _agreement(analysis),
            _precision(analysis),
            design_methods.machines(analysis),
            design_methods.subgroups(analysis),
            design_methods.dependability(analysis),
            _model(analysis),
            _order(analysis),
            _bootstrap(analysis),
            _software(),
        )
        if paragraph is not None
    ]


def _main(analysis: Analysis) -> Paragraph:
    parts = []
    who = _whom(analysis)
    if who:
        parts.append(f"{who}.")
    several = len(analysis.table.readers) > 1
    level = percent(analysis.settings.level)
    if several:
        parts.append(
            "Each figure was computed for every reader and averaged over readers, who weighed "
            "equally."
        )
    if is_used(analysis, "Obuchowski-Rockette"):
        hillis = any(
            is_used(analysis, f"Obuchowski-Rockette{words}")
            for words in (", random readers", " difference of mean logarithms, random readers")
        )
        degrees = " with Hillis’ degrees of freedom [or, hillis, hillis2014]" if hillis else " [or]"
        logit = ", on the logit scale for rates, AUC and mean realism"
        parts.append(
            f"{level} intervals are those of Obuchowski and Rockette{degrees}"
            f"{logit if is_used(analysis, 'logit scale') else ''}."
        )
    if is_used(analysis, "exact bound"):
        parts.append(
            "A figure at the end of its scale for every reader has an exact bound [clopper], over "
            + (
                "readers for these images."
                if analysis.settings.generalise_to == "readers"
                else f"{'images' if analysis.n_clusters is None else 'clusters of images'} for "
                "these readers."
            )
        )
    if is_computed(analysis, "these_readers."):
        parts.append(
            "With two readers the main figures are given both ways: for readers like these, and "
            "over images for these two."
        )
    parts.append(design_methods.split_plot(analysis))
    if is_used(analysis, "images in clusters"):
        parts.append(
            "Images that belong together were not taken as independent: variances over images are "
            f"over {analysis.n_clusters} clusters of images [clusters], and the part of them in an "
            "interval has as many degrees of freedom as the arm has clusters, less one."
        )
    if analysis.left_out:
        parts.append(
            f"Readers with fewer ratings than {percent(analysis.settings.least_answered)} of the "
            f"median reader’s were left out ({_list(list(analysis.left_out))})."
        )
    parts.append("Only first readings entered. Missing ratings were left missing.")
    if analysis.table.has("verdict"):
        parts.append("Positive means synthetic.")
    return ("Intervals", " ".join(part for part in parts if part))


def _whom(analysis: Analysis) -> str:
    """What was a sample in the intervals that were made; empty when there is none."""
    if is_used(analysis, "random readers, random cases"):
        return "Readers and cases were both treated as samples"
    if is_used(analysis, "random readers, these images only"):
        return (
            "Readers were treated as a sample and the images as fixed: results speak for "
            "these images only"
        )
    if is_used(analysis, "this reader, images like these"):
        return (
            "With one reader, cases were treated as a sample and the reader as fixed: intervals "
            "speak for this reader and images like these"
        )
    if is_used(analysis, "these readers only, random cases"):
        return (
            "Cases were treated as a sample and the readers as fixed: results speak for "
            "these readers only"
        )
    return ""


def _figures(analysis: Analysis) -> Paragraph | None:
    table = analysis.table
    parts = []
    if table.has("realism"):
        woodruff = " with a Woodruff interval [woodruff]" if is_used(analysis, "Woodruff") else ""
        parts.append(f"Realism is given as mean, as median{woodruff} and as its distribution.")
    if table.has("verdict"):
        parts.append("The deception rate is the share of an arm’s images judged real.")
    if is_computed(analysis, "detection.d_prime"):
        parts.append(
            "Sensitivity d′ and criterion c carry the log-linear correction [hautus]; HYPE∞ is the "
            "error rate on a balanced mix of an arm and real images [hype]."
        )
    if is_computed(analysis, "discrimination."):
        of_settings = {
            "unbiased": "unbiased (U-statistic) covariances over cases [gallas]",
            "delong": "the covariances of DeLong et al. [delong]",
            "jackknife": "jackknife covariances over cases",
        }[analysis.settings.covariance]
        covariance = (
            "covariances over clusters of images [clusters]"
            if is_used(analysis, "images in clusters", "discrimination.")
            else of_settings
        )
        parts.append(
            "The AUC is the chance that a real image is rated more realistic than a synthetic one, "
            f"ties counting half, computed empirically for every reader"
            f"{f' with {covariance}' if is_used(analysis, 'Rockette', 'discrimination.') else ''}."
        )
    return ("Figures of merit", " ".join(parts)) if parts else None


def _conclusions(analysis: Analysis) -> Paragraph | None:
    conclusions = [arm.conclusion for arm in analysis.arms.values() if arm.conclusion is not None]
    given = [one for one in conclusions if one.p_difference is not None]
    if not given:
        return None
    level, margin = analysis.settings.level, analysis.settings.margin
    several = _over_arms(analysis, given)
    exact = (
        " Where every reader separated the arms completely the exact bound of the AUC decided."
        if any("exact test" in conclusion.why for conclusion in given)
        else ""
    )
    return (
        "Conclusions",
        f"On the AUC from {MEASURES[given[0].measure]} a synthetic arm was called distinguishable "
        f"from real if its {percent(level)} interval excluded 0.5; equivalent if it did not and "
        f"the {percent(2 * level - 1)} interval lay within 0.5 ± {margin:g}, that is if both "
        f"one-sided tests rejected at {percent(1 - level)} [tost]; and inconclusive otherwise."
        f"{exact} A large p value was never taken for equivalence.{several}",
    )


def _over_arms(analysis: Analysis, given: Sequence[Conclusion]) -> str:
    """How several conclusions were held together, and what would have withheld one."""
    settings = analysis.settings
    text = ""
    if any(one.n_adjusted_for > 1 for one in given):
        text += " Both p values were adjusted for the number of arms by Holm’s method [holm]"
        text += (
            f", but for the primary arm {settings.primary_arm}." if settings.primary_arm else "."
        )
    elif len(given) > 1:
        text += " Conclusions were not adjusted for the number of arms."
    if settings.positive_controls:
        named = _list(settings.positive_controls)
        text += (
            f" No arm was to be called equivalent unless {named}, known to be bad, was told from "
            "real."
        )
    if any(one.withheld for one in given):
        text += " Equivalence was withheld where it could not have come out otherwise."
    return text


def _between(analysis: Analysis) -> Paragraph | None:
    tested = [pair for pair in analysis.contrasts.pairs if pair.p_value is not None]
    if not tested:
        return None
    per_figure = Counter(pair.measure for pair in tested)
    holm = (
        ", p values adjusted by Holm [holm] over the pairs of each figure"
        if max(per_figure.values()) > 1
        else ""
    )
    overall = [test for test in analysis.contrasts.global_tests.values() if test.why_not is None]
    # The statistic of fixed readers is a chi-square.
    name = "F" if any(math.isfinite(test.df2) for test in overall) else "chi-square"
    over_all = f", with a global {name} test over all arms" if overall else ""
    delta = any(
        pair.cliffs_delta is not None and pair.cliffs_delta.estimate is not None for pair in tested
    )
    friedman = any(
        test.statistic is not None for test in analysis.contrasts.friedman_tests.values()
    )
    return (
        "Between arms",
        f"Differences between arms come from the same model{holm}{over_all}."
        f"{' Realism has Cliff’s δ beside it [cliff].' if delta else ''}"
        f"{' Friedman’s test on reader means [friedman] is secondary.' if friedman else ''}",
    )


# Names of the coefficients as a sentence has them, by the end of their path.
_COEFFICIENTS = {
    "percent_agreement": "percent agreement",
    "prevalence_index": "prevalence and bias index",
    "pabak": "PABAK [byrt, paradox]",
    "cohen_kappa_mean": "Cohen’s κ averaged over pairs [light]",
    "fleiss_kappa": "Fleiss’ κ [fleiss]",
    "conger_kappa": "Conger’s κ [conger]",
    "gwet_ac1": "Gwet’s AC [gwet]",
    "brennan_prediger": "Brennan-Prediger [brennan]",
    "krippendorff_alpha_interval": "Krippendorff’s α [krippendorff]",
}


def _agreement(analysis: Analysis) -> Paragraph | None:
    kinds = ("realism", "verdict")
    named = [
        words
        for key, words in _COEFFICIENTS.items()
        if is_computed(analysis, *(f"agreement.{kind}.{key}" for kind in kinds))
    ]
    parts = []
    if named:
        parts.append(
            f"Agreement between readers, within each arm, is given as {_list(named)}"
            f"{_jackknife(analysis)}."
        )
    if is_computed(analysis, "agreement.realism.icc"):
        ways = [
            words
            for name, words in (
                ("ANOVA", "those of the analysis of variance of complete ratings"),
                ("REML", "by REML where ratings are missing"),
            )
            if is_used(analysis, name, "agreement.realism.icc")
        ]
        parts.append(f"Intraclass correlations [mcgraw] are {_list(ways)}." if ways else "")
    if is_computed(analysis, "agreement.realism.kendall_w"):
        parts.append("Kendall’s W is corrected for ties.")
    if is_computed(analysis, "intra_reader."):
        parts.append(
            "Repeated readings give κ of each reader with themselves, the within-subject standard "
            "deviation, the repeatability coefficient and the limits of agreement [bland]."
            if analysis.table.has("realism")
            else "Repeated readings give κ of each reader with themselves."
        )
    text = " ".join(part for part in parts if part)
    return ("Agreement", text) if text else None


def _jackknife(analysis: Analysis) -> str:
    in_clusters = is_used(analysis, "images in clusters", "agreement.")
    over = "clusters of images" if in_clusters else "cases"
    if is_used(analysis, "two-way jackknife", "agreement."):
        return (
            f", with two-way jackknife intervals over readers and {over} in which the noise of "
            "single readings counts once [hoeffding]"
        )
    if is_used(analysis, "jackknife over readers", "agreement."):
        return ", with jackknife intervals over readers"
    if is_used(analysis, "jackknife over cases", "agreement."):
        return f", with jackknife intervals over {over} for these readers only"
    return ""


def _model(analysis: Analysis) -> Paragraph | None:
    named = [
        words
        for key, words in (
            ("auc_realism", "the AUC of realism"),
            ("deception_rate", "the share judged real"),
            ("d_prime", "d′"),
        )
        if is_computed(analysis, f"model.{key}")
    ]
    if not named:
        return None
    effects = (
        "crossed random effects of readers, images, and readers by arm"
        if len(analysis.table.readers) > 1
        else "the reader as fixed"
    )
    return (
        "Second estimator",
        f"{_list(named)[0].upper()}{_list(named)[1:]} were estimated once more by an ordinal "
        f"probit mixed model of all ratings with {effects}, fitted by Laplace’s approximation "
        "[laplace, clm]; the conclusions do not rest on it.",
    )


def _precision(analysis: Analysis) -> Paragraph | None:
    if len(analysis.table.readers) < 2 or not is_computed(analysis, "precision_weighted."):
        return None
    return (
        "Sensitivity",
        "The main figures were made once more with readers weighted by the inverse of their "
        "variance, that within readers pooled over them [hedges].",
    )


def _order(analysis: Analysis) -> Paragraph | None:
    parts = []
    if analysis.table.has("reading_time_ms"):
        parts.append("Reading times were averaged as logarithms (geometric mean).")
    if analysis.table.has("position"):
        parts.append(
            "Learning and fatigue are described by each reader’s least-squares slope over "
            "position, with heteroscedasticity-consistent covariances [hc]."
        )
    return ("Time and order", " ".join(parts)) if parts else None


def _bootstrap(analysis: Analysis) -> Paragraph | None:
    if not analysis.settings.bootstrap:
        return None
    return (
        "Bootstrap",
        f"Beside these, percentile intervals of {analysis.settings.bootstrap} resamples (seed "
        f"{analysis.settings.seed}) in which {bootstrap_draws(analysis)}.",
    )


def _software() -> Paragraph:
    versions = ", ".join(
        f"{name} {_version(package)}"
        for name, package in (("NumPy", "numpy"), ("SciPy", "scipy"), ("matplotlib", "matplotlib"))
    )
    return ("Software", f"Negatoscope {_version('negatoscope')} with {versions}.")


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "from source"


def _list(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
