"""A methods section made of what was done: nothing is named that this analysis did not use."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import metadata

from app.bank.picture_measures import AUDIT_MEASURES
from app.domain.design.design import StudyDesign
from app.domain.design.worded import asked_in
from app.domain.questions.question import Question
from app.domain.questions.registry import kind_of
from app.domain.said import capital, cased, joined, said, said_many
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


# What readers gave, by the measure of the question.
_GIVEN: Mapping[str, str] = {
    "realism": said("realism"),
    "quality": said("quality"),
    "verdict": said("a verdict, real or synthetic"),
    "confidence": said("confidence in it"),
    "finding": said("a finding"),
    "prompt_agreement": said("agreement with the text"),
    "preference": said("a preference for one of several images"),
    "find_the_real": said("the choice of the real one of several images"),
    "artefact": said("what gives an image away"),
    "place": said("marks on the image"),
    "noticed": said("whether something struck them"),
    "comment": said("a comment"),
}


def _said_of(question: Question) -> str:
    """A question as a sentence names what readers gave."""
    named = _GIVEN[question.measure]
    if kind_of(question).spread == "grades":
        named = said("a verdict") if question.measure == "verdict" else named
        ends = [
            said("{end}{label}", end=end, label=_label(question, end))
            for end in (question.low, question.high)
        ]
        named = said("{replace} from {join}", replace=named, join=joined(ends, said(" to ")))
    elif question.tie_label:
        named = said("{choices}{ties}", choices=named, ties=said(" or a tie"))
    return named if question.required else said("{what} (optional)", what=named)


def _label(question: Question, point: int) -> str:
    label = question.label_at(point)
    return said(" ({lower})", lower=cased(label, "lower")) if label else ""


def _design(summary: StudySummary) -> Paragraph:
    design = summary.design
    arms = joined(
        (
            said("{label} ({cases} images)", label=arm.label, cases=arm.cases)
            for arm in summary.arms
        ),
        "; ",
    )
    questions = [_said_of(question) for question in design.questions]
    replicates = (
        said(
            " {count} cases were shown to every reader a second time, at least "
            "{minimum_lag} positions later, to measure intra-reader agreement.",
            count=design.replicates.count,
            minimum_lag=design.replicates.minimum_lag,
        )
        if design.replicates.count
        else ""
    )
    practice = (
        said(
            " {count} practice cases came first{which} and were not counted.",
            count=design.practice.count,
            which=said(", with the truth told after each,") if design.practice.feedback else "",
        )
        if design.practice.count
        else ""
    )
    return (
        said("Design"),
        said(
            "Blinded reader study, {scheme}: {arms}. Cases were drawn at random "
            "from the image bank by arm and condition (normal, "
            "abnormal).{flagged}{excluded} Every image was shown as 8-bit grey, "
            "{rendition_size} × {rendition_size} pixels, encoded in one and the "
            "same way, without names or metadata. Each reader had their own "
            "stored random order, stratified by arm and condition, with at most "
            "{longest_run} cases of one arm in a row. Readers gave "
            "{list}.{replicates}{practice} Design, cases and the equivalence "
            "margin were frozen before the first reading (SHA-256 of the design "
            "{value}…).",
            scheme=design_methods.scheme(design),
            arms=arms,
            flagged=_flagged(summary),
            excluded=_excluded(summary.design),
            rendition_size=design.rendition_size,
            longest_run=design.longest_run,
            list=_list(questions),
            replicates=joined((asked_in(design), replicates), ""),
            practice=practice,
            value=(summary.design_sha256 or "")[:12],
        ),
    )


def _excluded(design: StudyDesign) -> str:
    """How many images were looked at and set aside before opening, and for which reasons."""
    if not design.excluded:
        return ""
    reasons = joined(dict.fromkeys(one.reason for one in design.excluded), "; ")
    count = len(design.excluded)
    return said_many(
        " {count} image was looked at and replaced before the study opened ({reasons}).",
        " {count} images were looked at and replaced before the study opened ({reasons}).",
        count,
        reasons=reasons,
    )


def _flagged(summary: StudySummary) -> str:
    """What became of images flagged as copies of training images, where there is something."""
    if summary.design.memorised == "separate":
        return said(" Images that the bank flags as copies of training images were drawn apart.")
    left_out = [arm for arm in summary.arms if arm.left_out_as_memorised]
    if left_out:
        counts = joined(
            (
                said(
                    "{label} {left_out_as_memorised}",
                    label=arm.label,
                    left_out_as_memorised=arm.left_out_as_memorised,
                )
                for arm in left_out
            ),
            ", ",
        )
        return said(
            " Images that the bank flags as copies of training images were left "
            "out before ({counts}).",
            counts=counts,
        )
    flagged = [arm for arm in summary.arms if arm.evaluation and arm.evaluation.drawn_memorised]
    if flagged and summary.design.memorised == "keep":
        return said(
            " Images that the bank flags as copies of training images were drawn like others."
        )
    return ""


def _leak_audit(audit: PictureAudit) -> Paragraph:
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
            list=_list([measure_words(name) for name in AUDIT_MEASURES]),
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


def _image_measures(summary: StudySummary) -> Paragraph | None:
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
            said("Images were compared with real ones by {list}{on}.", list=_list(compared), on=on)
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


def _readers(summary: StudySummary) -> Paragraph:
    analysis = summary.analysis
    if analysis is None:
        raise ValueError("no ratings")
    count = len(analysis.table.readers)
    displays = display_sentences(summary.design.display, summary.displays)
    who = (
        said_many("{count} simulated reader", "{count} simulated readers", count)
        + said(" (a rehearsal)")
        if summary.is_rehearsal
        else said_many("{count} reader", "{count} readers", count)
    )
    return (
        said("Readers"),
        said_many(
            "{who} gave {n_table} ratings that count; {rated} of "
            "{presentations} presentations were rated. Corrections replaced "
            "earlier ratings of the same presentation, which are kept in the "
            "data.{which}",
            "{who} gave {n_table} ratings that count; {rated} of "
            "{presentations} presentations were rated. Corrections replaced "
            "earlier ratings of the same presentation, which are kept in the "
            "data.{which}",
            count,
            who=who,
            n_table=len(analysis.table),
            rated=summary.rated,
            presentations=summary.presentations,
            which=said(" {displays}", displays=displays) if displays else "",
        ),
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
    parts: list[str] = []
    who = _whom(analysis)
    if who:
        parts.append(said("{who}.", who=who))
    several = len(analysis.table.readers) > 1
    level = percent(analysis.settings.level)
    if several:
        parts.append(
            said(
                "Each figure was computed for every reader and averaged over "
                "readers, who weighed equally."
            )
        )
    parts += [_usual_intervals(analysis, level), _exact_bounds(analysis)]
    if is_computed(analysis, "these_readers."):
        parts.append(
            said(
                "With two readers the main figures are given both ways: for readers "
                "like these, and over images for these two."
            )
        )
    parts.append(design_methods.split_plot(analysis))
    if is_used(analysis, "images in clusters"):
        parts.append(
            said(
                "Images that belong together were not taken as independent: "
                "variances over images are over {n_clusters} clusters of images "
                "[clusters], and the part of them in an interval has as many degrees "
                "of freedom as the arm has clusters, less one.",
                n_clusters=analysis.n_clusters,
            )
        )
    if analysis.left_out:
        parts.append(
            said(
                "Readers with fewer ratings than {least_answered} of the median "
                "reader’s were left out ({list}).",
                least_answered=percent(analysis.settings.least_answered),
                list=_list(list(analysis.left_out)),
            )
        )
    parts.append(said("Only first readings entered. Missing ratings were left missing."))
    if analysis.table.has("verdict"):
        parts.append(said("Positive means synthetic."))
    return (said("Intervals"), joined((part for part in parts if part), " "))


def _usual_intervals(analysis: Analysis, level: str) -> str:
    """The intervals of Obuchowski and Rockette; empty where none was made."""
    if not is_used(analysis, "Obuchowski-Rockette"):
        return ""
    hillis = any(
        is_used(analysis, f"Obuchowski-Rockette{words}")
        for words in (
            ", random readers",
            " difference of mean logarithms, random readers",
        )
    )
    degrees = (
        said(" with Hillis’ degrees of freedom [or, hillis, hillis2014]")
        if hillis
        else said(" [or]")
    )
    logit = said(", on the logit scale for rates, AUC and mean realism")
    return said(
        "{level} intervals are those of Obuchowski and Rockette{degrees}{which}.",
        level=level,
        degrees=degrees,
        which=logit if is_used(analysis, "logit scale") else "",
    )


def _exact_bounds(analysis: Analysis) -> str:
    """The bound of a figure at the end of its scale; empty where none was."""
    if not is_used(analysis, "exact bound"):
        return ""
    return said(
        "A figure at the end of its scale for every reader has an exact bound [clopper], over "
    ) + (
        said("readers for these images.")
        if analysis.settings.generalise_to == "readers"
        else said(
            "{which} for these readers.",
            which=said("images") if analysis.n_clusters is None else said("clusters of images"),
        )
    )


def _whom(analysis: Analysis) -> str:
    """What was a sample in the intervals that were made; empty when there is none."""
    if is_used(analysis, "random readers, random cases"):
        return said("Readers and cases were both treated as samples")
    if is_used(analysis, "random readers, these images only"):
        return said(
            "Readers were treated as a sample and the images as fixed: results "
            "speak for these images only"
        )
    if is_used(analysis, "this reader, images like these"):
        return said(
            "With one reader, cases were treated as a sample and the reader as "
            "fixed: intervals speak for this reader and images like these"
        )
    if is_used(analysis, "these readers only, random cases"):
        return said(
            "Cases were treated as a sample and the readers as fixed: results "
            "speak for these readers only"
        )
    return ""


def _figures(analysis: Analysis) -> Paragraph | None:
    table = analysis.table
    parts = []
    if table.has("realism"):
        woodruff = (
            said(" with a Woodruff interval [woodruff]") if is_used(analysis, "Woodruff") else ""
        )
        parts.append(
            said(
                "Realism is given as mean, as median{woodruff} and as its distribution.",
                woodruff=woodruff,
            )
        )
    if table.has("verdict"):
        parts.append(said("The deception rate is the share of an arm’s images judged real."))
    if is_computed(analysis, "detection.d_prime"):
        parts.append(
            said(
                "Sensitivity d′ and criterion c carry the log-linear correction "
                "[hautus]; HYPE∞ is the error rate on a balanced mix of an arm and "
                "real images [hype]."
            )
        )
    if is_computed(analysis, "discrimination."):
        of_settings = {
            "unbiased": said("unbiased (U-statistic) covariances over cases [gallas]"),
            "delong": said("the covariances of DeLong et al. [delong]"),
            "jackknife": said("jackknife covariances over cases"),
        }[analysis.settings.covariance]
        covariance = (
            said("covariances over clusters of images [clusters]")
            if is_used(analysis, "images in clusters", "discrimination.")
            else of_settings
        )
        parts.append(
            said(
                "The AUC is the chance that a real image is rated more realistic "
                "than a synthetic one, ties counting half, computed empirically for "
                "every reader{which}.",
                which=said(" with {covariance}", covariance=covariance)
                if is_used(analysis, "Rockette", "discrimination.")
                else "",
            )
        )
    return (said("Figures of merit"), joined(parts, " ")) if parts else None


def _conclusions(analysis: Analysis) -> Paragraph | None:
    conclusions = [arm.conclusion for arm in analysis.arms.values() if arm.conclusion is not None]
    given = [one for one in conclusions if one.p_difference is not None]
    if not given:
        return None
    level, margin = analysis.settings.level, analysis.settings.margin
    several = _over_arms(analysis, given)
    exact = (
        said(
            " Where every reader separated the arms completely the exact bound of the AUC decided."
        )
        if any("exact test" in conclusion.why for conclusion in given)
        else ""
    )
    return (
        said("Conclusions"),
        said(
            "On the AUC from {measures} a synthetic arm was called "
            "distinguishable from real if its {level} interval excluded 0.5; "
            "equivalent if it did not and the {percent} interval lay within 0.5 "
            "± {margin:g}, that is if both one-sided tests rejected at "
            "{percent2} [tost]; and inconclusive otherwise.{exact} A large p "
            "value was never taken for equivalence.{several}",
            measures=MEASURES[given[0].measure],
            level=percent(level),
            percent=percent(2 * level - 1),
            margin=margin,
            percent2=percent(1 - level),
            exact=exact,
            several=several,
        ),
    )


def _over_arms(analysis: Analysis, given: Sequence[Conclusion]) -> str:
    """How several conclusions were held together, and what would have withheld one."""
    settings = analysis.settings
    text = ""
    if any(one.n_adjusted_for > 1 for one in given):
        text += said(" Both p values were adjusted for the number of arms by Holm’s method [holm]")
        text += (
            said(", but for the primary arm {primary_arm}.", primary_arm=settings.primary_arm)
            if settings.primary_arm
            else "."
        )
    elif len(given) > 1:
        text += said(" Conclusions were not adjusted for the number of arms.")
    if settings.positive_controls:
        named = _list(settings.positive_controls)
        text += said(
            " No arm was to be called equivalent unless {named}, known to be "
            "bad, was told from real.",
            named=named,
        )
    if any(one.withheld for one in given):
        text += said(" Equivalence was withheld where it could not have come out otherwise.")
    return text


def _between(analysis: Analysis) -> Paragraph | None:
    tested = [pair for pair in analysis.contrasts.pairs if pair.p_value is not None]
    if not tested:
        return None
    per_figure = Counter(pair.measure for pair in tested)
    holm = (
        said(", p values adjusted by Holm [holm] over the pairs of each figure")
        if max(per_figure.values()) > 1
        else ""
    )
    overall = [test for test in analysis.contrasts.global_tests.values() if test.why_not is None]
    # The statistic of fixed readers is a chi-square.
    name = "F" if any(math.isfinite(test.df2) for test in overall) else said("chi-square")
    over_all = said(", with a global {name} test over all arms", name=name) if overall else ""
    delta = any(
        pair.cliffs_delta is not None and pair.cliffs_delta.estimate is not None for pair in tested
    )
    friedman = any(
        test.statistic is not None for test in analysis.contrasts.friedman_tests.values()
    )
    return (
        said("Between arms"),
        said(
            "Differences between arms come from the same model{holm}{over_all}.{which}{which2}",
            holm=holm,
            over_all=over_all,
            which=said(" Realism has Cliff’s δ beside it [cliff].") if delta else "",
            which2=said(" Friedman’s test on reader means [friedman] is secondary.")
            if friedman
            else "",
        ),
    )


# Names of the coefficients as a sentence has them, by the end of their path.
_COEFFICIENTS = {
    "percent_agreement": said("percent agreement"),
    "prevalence_index": said("prevalence and bias index"),
    "pabak": said("PABAK [byrt, paradox]"),
    "cohen_kappa_mean": said("Cohen’s κ averaged over pairs [light]"),
    "fleiss_kappa": said("Fleiss’ κ [fleiss]"),
    "conger_kappa": said("Conger’s κ [conger]"),
    "gwet_ac1": said("Gwet’s AC [gwet]"),
    "brennan_prediger": said("Brennan-Prediger [brennan]"),
    "krippendorff_alpha_interval": said("Krippendorff’s α [krippendorff]"),
}


def _agreement(analysis: Analysis) -> Paragraph | None:
    kinds = ("realism", "verdict")
    named = [
        words
        for key, words in _COEFFICIENTS.items()
        if is_computed(analysis, *(f"agreement.{kind}.{key}" for kind in kinds))
    ]
    parts: list[str] = []
    if named:
        parts.append(
            said(
                "Agreement between readers, within each arm, is given as {list}{jackknife}.",
                list=_list(named),
                jackknife=_jackknife(analysis),
            )
        )
    if is_computed(analysis, "agreement.realism.icc"):
        ways = [
            words
            for name, words in (
                ("ANOVA", said("those of the analysis of variance of complete ratings")),
                ("REML", said("by REML where ratings are missing")),
            )
            if is_used(analysis, name, "agreement.realism.icc")
        ]
        parts.append(
            said("Intraclass correlations [mcgraw] are {list}.", list=_list(ways)) if ways else ""
        )
    if is_computed(analysis, "agreement.realism.kendall_w"):
        parts.append(said("Kendall’s W is corrected for ties."))
    if is_computed(analysis, "intra_reader."):
        parts.append(
            said(
                "Repeated readings give κ of each reader with themselves, the "
                "within-subject standard deviation, the repeatability coefficient "
                "and the limits of agreement [bland]."
            )
            if analysis.table.has("realism")
            else said("Repeated readings give κ of each reader with themselves.")
        )
    text = joined((part for part in parts if part), " ")
    return (said("Agreement"), text) if text else None


def _jackknife(analysis: Analysis) -> str:
    in_clusters = is_used(analysis, "images in clusters", "agreement.")
    over = said("clusters of images") if in_clusters else said("cases")
    if is_used(analysis, "two-way jackknife", "agreement."):
        return said(
            ", with two-way jackknife intervals over readers and {over} in which "
            "the noise of single readings counts once [hoeffding]",
            over=over,
        )
    if is_used(analysis, "jackknife over readers", "agreement."):
        return said(", with jackknife intervals over readers")
    if is_used(analysis, "jackknife over cases", "agreement."):
        return said(", with jackknife intervals over {over} for these readers only", over=over)
    return ""


def _model(analysis: Analysis) -> Paragraph | None:
    named = [
        words
        for key, words in (
            ("auc_realism", said("the AUC of realism")),
            ("deception_rate", said("the share judged real")),
            ("d_prime", "d′"),
        )
        if is_computed(analysis, f"model.{key}")
    ]
    if not named:
        return None
    effects = (
        said("crossed random effects of readers, images, and readers by arm")
        if len(analysis.table.readers) > 1
        else said("the reader as fixed")
    )
    return (
        said("Second estimator"),
        said_many(
            "{list} was estimated once more by an ordinal probit mixed "
            "model of all ratings with {effects}, fitted by Laplace’s "
            "approximation [laplace, clm]; the conclusions do not rest on it.",
            "{list} were estimated once more by an ordinal probit mixed "
            "model of all ratings with {effects}, fitted by Laplace’s "
            "approximation [laplace, clm]; the conclusions do not rest on it.",
            len(named),
            list=capital(_list(named)),
            effects=effects,
        ),
    )


def _precision(analysis: Analysis) -> Paragraph | None:
    if len(analysis.table.readers) < 2 or not is_computed(analysis, "precision_weighted."):
        return None
    return (
        said("Sensitivity"),
        said(
            "The main figures were made once more with readers weighted by the "
            "inverse of their variance, that within readers pooled over them "
            "[hedges]."
        ),
    )


def _order(analysis: Analysis) -> Paragraph | None:
    parts = []
    if analysis.table.has("reading_time_ms"):
        parts.append(said("Reading times were averaged as logarithms (geometric mean)."))
    if analysis.table.has("position"):
        parts.append(
            said(
                "Learning and fatigue are described by each reader’s least-squares "
                "slope over position, with heteroscedasticity-consistent covariances "
                "[hc]."
            )
        )
    return (said("Time and order"), joined(parts, " ")) if parts else None


def _bootstrap(analysis: Analysis) -> Paragraph | None:
    if not analysis.settings.bootstrap:
        return None
    return (
        said("Bootstrap"),
        said(
            "Beside these, percentile intervals of {bootstrap} resamples (seed "
            "{seed}) in which {bootstrap_draws}.",
            bootstrap=analysis.settings.bootstrap,
            seed=analysis.settings.seed,
            bootstrap_draws=bootstrap_draws(analysis),
        ),
    )


def _software() -> Paragraph:
    versions = joined(
        (
            said("{name} {version}", name=name, version=_version(package))
            for name, package in (
                (said("NumPy"), "numpy"),
                (said("SciPy"), "scipy"),
                ("matplotlib", "matplotlib"),
            )
        ),
        ", ",
    )
    return (
        said("Software"),
        said(
            "Negatoscope {version} with {versions}.",
            version=_version("negatoscope"),
            versions=versions,
        ),
    )


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return said("from source")


def _list(parts: Sequence[str]) -> str:
    return (
        parts[0]
        if len(parts) == 1
        else said("{join} and {parts}", join=joined(parts[:-1], ", "), parts=parts[-1])
    )
