"""What a study answers to the items of reporting guidelines: where it stands, and the text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.domain.said import Said, joined, said, said_many
from app.films.film import grey_words
from app.report.submission.flow import analysed_images
from app.report.submission.source import Submission
from app.report.words.terms import rule_words
from app.services.submission_facts import ArmCard

METHODS = "text/methods.md"
RESULTS = "text/results.md"
PROTOCOL = "protocol/protocol.md"
CARD = "data/dataset-card.md"


@dataclass(frozen=True)
class Told:
    """Where in the submission an item is answered, and what is said there."""

    where: str
    text: str


def told(answer: str, submission: Submission) -> Told | None:
    """None where this study answers nothing, and the authors have to."""
    known = _ANSWERS[answer](submission) if answer else None
    return known if known is not None and known.text else None


def _methods(*headings: str) -> Callable[[Submission], Told | None]:
    """The paragraphs of the methods section whose headings contain one of these words."""

    def answer(submission: Submission) -> Told | None:
        paragraphs = [
            text
            for heading, text in submission.view.methods.paragraphs
            if any(one in heading.lower() for one in headings)
        ]
        return Told(METHODS, joined(paragraphs)) if paragraphs else None

    return answer


def _registered(*names: str) -> Callable[[Submission], Told | None]:
    """Facts that the design states for boards and journals."""

    def answer(submission: Submission) -> Told | None:
        stated = submission.summary.design.registration
        texts = [text for name in names if (text := getattr(stated, name))]
        return Told("protocol/registration.txt", " ".join(texts)) if texts else None

    return answer


def _hypotheses(submission: Submission) -> Told | None:
    if submission.summary.analysis is None:
        return None
    plan = submission.summary.design.analysis
    text = (
        said(
            "Set before reading: of each synthetic arm, whether readers tell it from real images "
            "(AUC other than 0.5), and whether it is equivalent within 0.5 ± {margin:g}, over arms "
            "without adjustment.",
            margin=plan.margin,
        )
        if plan.adjustment == "none"
        else said(
            "Set before reading: of each synthetic arm, whether readers tell it from real images "
            "(AUC other than 0.5), and whether it is equivalent within 0.5 ± {margin:g}, over arms "
            "adjusted by Holm's method.",
            margin=plan.margin,
        )
    )
    return Told(PROTOCOL, text)


def _goal(submission: Submission) -> Told:
    return Told(
        PROTOCOL,
        said_many(
            "A blinded reader study of how real the images of {count} synthetic arm look.",
            "A blinded reader study of how real the images of {count} synthetic arms look.",
            sum(arm.kind == "synthetic" for arm in submission.arms),
        ),
    )


def _prospective(submission: Submission) -> Told:
    opened = submission.summary.opened_at
    if opened is None:
        return Told(
            PROTOCOL,
            said(
                "Prospective: design, cases and analysis settings were frozen before anybody read."
            ),
        )
    return Told(
        PROTOCOL,
        said(
            "Prospective: design, cases and analysis settings were frozen on {day:%Y-%m-%d}, "
            "before anybody read.",
            day=opened,
        ),
    )


def _sources(submission: Submission) -> Told:
    return Told(
        CARD, joined(joined((arm.label, _source(arm)), ": ") + "." for arm in submission.arms)
    )


def _source(arm: ArmCard) -> str:
    stated = [one.rstrip(".") for one in (arm.description, arm.attribution, arm.licence) if one]
    return "; ".join(stated) or said("the bank states no source")


def _inclusion(submission: Submission) -> Told:
    design = submission.summary.design
    parts: list[str] = [
        said(
            "Eligible were the bank's images whose {key} is one of {strata}.",
            key=design.stratify_by,
            strata=", ".join(design.strata),
        )
        if design.strata
        else said("The images that the design names were eligible, and no other.")
    ]
    rules = [
        joined((arm.label, rule_words(arm.rejection_rule)), ": ")
        for arm in submission.arms
        if arm.rejection_rule
    ]
    if rules:
        parts.append(
            said(
                "Before the bank was made, images were left out by these rules. {rules}",
                rules=joined(rules, "; "),
            )
        )
    copies = sum(arm.left_out_as_memorised or 0 for arm in submission.summary.arms)
    if copies:
        parts.append(
            said_many(
                "{count} image that is flagged as a copy of a training image was left out.",
                "{count} images that are flagged as copies of training images were left out.",
                copies,
            )
        )
    if design.excluded:
        parts.append(_set_aside(len(design.excluded)))
    return Told(f"{CARD}, {PROTOCOL}", joined(parts))


def _set_aside(count: int) -> Said:
    return said_many(
        "{count} drawn image was set aside before opening, for a reason that the protocol names.",
        "{count} drawn images were set aside before opening, each for a reason that the protocol "
        "names.",
        count,
    )


def _preprocessing(submission: Submission) -> Told:
    greys = sorted({arm.grey_mapping for arm in submission.arms})
    return Told(
        CARD,
        said(
            "All images were shown as {size} x {size} pixels with 256 grey levels, made the same "
            "way for every arm (grey mapping: {greys}), without metadata.",
            size=submission.summary.design.rendition_size,
            greys=joined(map(grey_words, greys), ", "),
        ),
    )


def _drawing(submission: Submission) -> Told:
    design = submission.summary.design
    by_hand = [plan.arm for plan in design.arms if plan.images]
    parts: list[str] = []
    if len(by_hand) < len(design.arms):
        parts.append(
            said(
                "Cases were drawn at random from the bank by arm and {key}, with seed {seed}.",
                key=design.stratify_by,
                seed=str(design.seed),
            )
        )
    if by_hand:
        parts.append(said("The images of {arms} were picked by hand.", arms=", ".join(by_hand)))
    if design.excluded:
        parts.append(_set_aside(len(design.excluded)))
    parts.append(
        said(
            "Each reader has an order of their own. How readers were chosen is the authors' to say."
        )
    )
    return Told(PROTOCOL, joined(parts))


def _deidentification(_submission: Submission) -> Told:
    return Told(
        PROTOCOL,
        said(
            "Readers were sent newly encoded pictures without any header, under random names; "
            "readers are known by codes. How the real images were de-identified before is the "
            "source's to say."
        ),
    )


def _missing(submission: Submission) -> Told:
    share = submission.summary.design.analysis.least_answered
    text = said(
        "A rating that was not made stays missing and is never filled in; a correction counts in "
        "place of what it corrects."
    )
    rule = said(
        "Readers under {share:.0%} of the median reader's answers are left out by a rule that was "
        "set before.",
        share=share,
    )
    return Told(METHODS, joined((text, rule)) if share else text)


def _reference(submission: Submission) -> Told:
    findings = any(one.measure == "finding" for one in submission.summary.design.questions)
    text = said("Real or synthetic, known from where each image came from.")
    of_findings = said("Of findings: what the bank records of each image.")
    return Told(PROTOCOL, joined((text, of_findings)) if findings else text)


def _reference_reason(_submission: Submission) -> Told:
    return Told(PROTOCOL, said("Whether an image is real or synthetic is known by construction."))


def _reference_source(_submission: Submission) -> Told:
    return Told(CARD, said("The bank's own record of each image's arm; no reader took part in it."))


def _rating(submission: Submission) -> Told:
    questions = submission.summary.design.questions
    asked = joined((joined((one.prompt, " (", one.measure, ")"), "") for one in questions), "; ")
    return Told(
        PROTOCOL, said("Readers looked at films in a browser and were asked: {asked}.", asked=asked)
    )


def _blinding(submission: Submission) -> Told:
    parts: list[str] = [said("No page told readers which images were real or synthetic.")]
    if submission.summary.design.phases[0].purpose_blinded:
        parts.append(
            said("They had not been told that some were synthetic until the first phase was over.")
        )
    if submission.summary.design.practice.feedback:
        parts.append(said("Of practice cases, which count nowhere, they were told afterwards."))
    return Told(PROTOCOL, joined(parts))


def _independence(_submission: Submission) -> Told:
    return Told(
        PROTOCOL,
        said(
            "Each reader read alone, by a personal link, in an order of their own, and saw nobody "
            "else's answers. Nothing lay between index test and reference: the reference is the "
            "image's origin."
        ),
    )


def _copies(submission: Submission) -> Told | None:
    measured = [
        arm.label
        for arm in submission.summary.arms
        if arm.evaluation is not None and arm.evaluation.memorised is not None
    ]
    if not measured:
        return None
    return Told(
        "report/report.html",
        said(
            "Synthetic images were compared with the training images ({arms}): see memorisation.",
            arms=", ".join(measured),
        ),
    )


def _sample_size(submission: Submission) -> Told:
    return Told(
        PROTOCOL,
        said(
            "{cases} cases were set by the design and {readers} readers were invited. Why so many "
            "is the authors' to say (`plan` computes it).",
            cases=submission.summary.design.case_count,
            readers=submission.summary.flow.invited,
        ),
    )


def _models(submission: Submission) -> Told | None:
    trained = [f"{arm.label}: {arm.training}" for arm in submission.arms if arm.training]
    return Told(CARD, ". ".join(one.rstrip(".") for one in trained) + ".") if trained else None


def _software(submission: Submission) -> Told:
    used = ", ".join(f"{name} {value}" for name, value in submission.summary.software.items())
    return Told("software.txt", said("Of the study and its analysis: {software}.", software=used))


def _devices(submission: Submission) -> Told:
    software = _software(submission)
    asked = submission.summary.design.display
    parts = [software.text]
    if asked.ask_kind or asked.ask_light or asked.grey_check:
        parts.append(said("Of readers' displays: data/readers.csv."))
    parts.append(said("Which machines took the real images is their source's to say."))
    return Told(f"{software.where}, {CARD}", joined(parts))


def _audit(submission: Submission) -> Told:
    text = said(
        "Every answer is stored as it was sent, in a record of {events} events that are chained by "
        "their hashes.",
        events=len(submission.log),
    )
    return Told("record/, data/", joined((text, submission.verdict)))


def _measures(submission: Submission) -> Told | None:
    return _methods("figures of merit", "intervals", "conclusion")(submission)


def _sensitivity(submission: Submission) -> Told | None:
    return _shown(submission, ("model", "precision", "bootstrap"))


def _shown(submission: Submission, names: tuple[str, ...]) -> Told | None:
    titles = [one.title for one in submission.view.sections if one.name in names]
    return Told("report/report.html", joined(titles, ", ") + ".") if titles else None


def _measured(submission: Submission) -> Told | None:
    measured = [arm.label for arm in submission.summary.arms if arm.evaluation is not None]
    if not measured:
        return None
    text = said("What the bank measured of {arms}.", arms=", ".join(measured))
    return Told("report/report.html", text)


def _registration(submission: Submission) -> Told | None:
    return _registered("registry")(submission)


def _flow(submission: Submission) -> Told:
    flow, counted = submission.summary.flow, analysed_images(submission)
    parts: list[str] = [
        said(
            "{invited} readers were invited, {began} began, {counted} are in the analysis.",
            invited=flow.invited,
            began=flow.began,
            counted=flow.counted,
        )
    ]
    if counted is not None:
        parts.append(said("Images in the analysis: {images}.", images=counted))
    return Told("flow/images.svg, flow/readers.svg", joined(parts))


def _cases(submission: Submission) -> Told:
    parts = []
    for arm in submission.summary.arms:
        strata = ", ".join(f"{count} {name}" for name, count in arm.cases_by_stratum.items())
        parts.append(f"{arm.label}: {arm.cases} ({strata})")
    return Told("data/cases.csv, tables/images.csv", "; ".join(parts) + ".")


def _results(submission: Submission) -> Told | None:
    lines = [answer.line for answer in submission.view.answers]
    return Told(f"{RESULTS}, tables/", joined(lines)) if lines else None


def _failures(submission: Submission) -> Told | None:
    return _shown(submission, ("artefacts", "places"))


def _limitations(submission: Submission) -> Told | None:
    cautions = [*submission.view.cautions]
    for section in submission.view.sections:
        cautions += section.cautions
    lines = [joined((one.lead, one.text)) for one in cautions]
    if not lines:
        return None
    return Told(RESULTS, said("Of the data themselves: {cautions}", cautions=joined(lines)))


def _protocol(submission: Submission) -> Told:
    return Told(
        f"{PROTOCOL}, protocol/protocol.json",
        said("Frozen with SHA-256 {digest}.", digest=submission.summary.design_sha256),
    )


def _availability(submission: Submission) -> Told:
    text = said(
        "This archive holds every rating, a codebook, the script that recomputes every number, and "
        "the record."
    )
    return Told("data/, analysis.py, record/", joined((text, submission.verdict)))


def _target(submission: Submission) -> Told:
    sentences = {
        "readers_and_images": said("Intervals speak for readers like these and images like these."),
        "readers": said("Intervals speak for readers like these and these very images."),
        "images": said("Intervals speak for images like these and these very readers."),
    }
    return Told(PROTOCOL, sentences[submission.summary.design.analysis.target])


def _agreement_results(submission: Submission) -> Told | None:
    tables = [
        table.name
        for section in submission.view.sections
        if section.name in ("agreement", "repeats")
        for table in section.tables
    ]
    return Told("tables/", said("Tables {tables}.", tables=", ".join(tables))) if tables else None


def _counts(submission: Submission) -> Told:
    return Told(
        f"{RESULTS}, data/ratings.csv",
        said(
            "{counts}; {repeated} cases to be shown a second time by design.",
            counts=submission.view.head.counts,
            repeated=submission.summary.design.replicates.count,
        ),
    )


def _readers(submission: Submission) -> Told | None:
    return _methods("reader")(submission) or Told(
        "data/readers.csv",
        said("Profession, specialty and years of experience of each reader."),
    )


def _dates(submission: Submission) -> Told | None:
    opened, closed = submission.summary.opened_at, submission.summary.closed_at
    if opened is None or closed is None:
        return None
    return Told(
        PROTOCOL,
        said(
            "Read from {first:%Y-%m-%d} to {last:%Y-%m-%d}. Where and when the real images were "
            "taken is their source's to say.",
            first=opened,
            last=closed,
        ),
    )


def _cutoffs(submission: Submission) -> Told | None:
    if submission.summary.analysis is None:
        return None
    return Told(
        PROTOCOL,
        said(
            "AUCs use every step of the scale and no cut-off; the verdict real or synthetic is the "
            "reader's own."
        ),
    )


def _subgroups(submission: Submission) -> Told:
    keys = submission.summary.design.analysis.subgroups
    planned = (
        said("By {keys}, planned.", keys=", ".join(keys))
        if keys
        else said("No subgroup was planned.")
    )
    rest = said(
        "Variability between readers and between images is part of every interval, as the plan's "
        "target of inference says. What the report calls exploratory was not planned."
    )
    return Told(PROTOCOL, joined((planned, rest)))


def _crossed(submission: Submission) -> Told | None:
    names = [one.name for section in submission.view.sections for one in section.tables]
    return (
        Told("tables/detection.csv", said("Judged real or synthetic, by arm."))
        if ("detection" in names)
        else None
    )


_ANSWERS: Mapping[str, Callable[[Submission], Told | None]] = {
    "hypotheses": _hypotheses,
    "prospective": _prospective,
    "goal": _goal,
    "sources": _sources,
    "inclusion": _inclusion,
    "preprocessing": _preprocessing,
    "drawing": _drawing,
    "deidentification": _deidentification,
    "missing": _missing,
    "reference": _reference,
    "reference_reason": _reference_reason,
    "reference_source": _reference_source,
    "rating": _rating,
    "agreement": _methods("agreement"),
    "blinding": _blinding,
    "copies": _copies,
    "sample_size": _sample_size,
    "models": _models,
    "software": _software,
    "measures": _measures,
    "statistics": _measures,
    "sensitivity": _sensitivity,
    "measured": _measured,
    "registration": _registration,
    "flow": _flow,
    "cases": _cases,
    "results": _results,
    "failures": _failures,
    "limitations": _limitations,
    "protocol": _protocol,
    "availability": _availability,
    "audit": _audit,
    "devices": _devices,
    "funding": _registered("funding"),
    "interests": _registered("interests"),
    "ethics": _registered("ethics"),
    "target": _target,
    "independence": _independence,
    "agreement_results": _agreement_results,
    "counts": _counts,
    "readers": _readers,
    "dates": _dates,
    "cutoffs": _cutoffs,
    "subgroups": _subgroups,
    "crossed": _crossed,
}
