"""What a study answers to the items of reporting guidelines: where it stands, and the text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.report.submission.flow import analysed_images
from app.report.submission.source import Submission
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
    said = _ANSWERS[answer](submission) if answer else None
    return said if said is not None and said.text else None


def _methods(*headings: str) -> Callable[[Submission], Told | None]:
    """The paragraphs of the methods section whose headings contain one of these words."""

    def answer(submission: Submission) -> Told | None:
        paragraphs = [
            text
            for heading, text in submission.view.methods.paragraphs
            if any(one in heading.lower() for one in headings)
        ]
        return Told(METHODS, " ".join(paragraphs)) if paragraphs else None

    return answer


def _registered(*names: str) -> Callable[[Submission], Told | None]:
    """Facts that the design states for boards and journals."""

    def answer(submission: Submission) -> Told | None:
        stated = submission.summary.design.registration
        said = [text for name in names if (text := getattr(stated, name))]
        return Told("protocol/registration.txt", " ".join(said)) if said else None

    return answer


def _hypotheses(submission: Submission) -> Told | None:
    if submission.summary.analysis is None:
        return None
    plan = submission.summary.design.analysis
    adjusted = "without adjustment" if plan.adjustment == "none" else "adjusted by Holm's method"
    return Told(
        PROTOCOL,
        "Set before reading: of each synthetic arm, whether readers tell it from real images (AUC "
        f"other than 0.5), and whether it is equivalent within 0.5 ± {plan.margin:g}, over arms "
        f"{adjusted}.",
    )


def _goal(submission: Submission) -> Told:
    count = sum(arm.kind == "synthetic" for arm in submission.arms)
    models = "one synthetic arm" if count == 1 else f"{count} synthetic arms"
    return Told(PROTOCOL, f"A blinded reader study of how real the images of {models} look.")


def _prospective(submission: Submission) -> Told:
    opened = submission.summary.opened_at
    when = "" if opened is None else f" on {opened:%Y-%m-%d}"
    return Told(
        PROTOCOL,
        f"Prospective: design, cases and analysis settings were frozen{when}, before anybody read.",
    )


def _sources(submission: Submission) -> Told:
    return Told(CARD, " ".join(f"{arm.label}: {_source(arm)}." for arm in submission.arms))


def _source(arm: ArmCard) -> str:
    said = [one.rstrip(".") for one in (arm.description, arm.attribution, arm.licence) if one]
    return "; ".join(said) or "the bank states no source"


def _inclusion(submission: Submission) -> Told:
    design = submission.summary.design
    said = [
        f"Eligible were the bank's images whose {design.stratify_by} is one of "
        f"{', '.join(design.strata)}."
        if design.strata
        else "The images that the design names were eligible, and no other."
    ]
    rules = [f"{arm.label}: {arm.rejection_rule}" for arm in submission.arms if arm.rejection_rule]
    if rules:
        said.append(
            f"Before the bank was made, images were left out by these rules. {'; '.join(rules)}"
        )
    copies = sum(arm.left_out_as_memorised or 0 for arm in submission.summary.arms)
    if copies:
        said.append(f"{copies} images that are flagged as copies of training images were left out.")
    if design.excluded:
        said.append(f"{len(design.excluded)} drawn images were set aside before opening.")
    return Told(f"{CARD}, {PROTOCOL}", " ".join(said))


def _preprocessing(submission: Submission) -> Told:
    greys = sorted({arm.grey_mapping for arm in submission.arms})
    size = submission.summary.design.rendition_size
    return Told(
        CARD,
        f"All images were shown as {size} x {size} pixels with 256 grey levels, made the "
        f"same way for every arm (grey mapping: {', '.join(greys)}), without metadata.",
    )


def _drawing(submission: Submission) -> Told:
    design = submission.summary.design
    by_hand = [plan.arm for plan in design.arms if plan.images]
    drawn = (
        ""
        if len(by_hand) == len(design.arms)
        else f"Cases were drawn at random from the bank by arm and {design.stratify_by}, with seed "
        f"{design.seed}. "
    )
    picked = f"The images of {', '.join(by_hand)} were picked by hand. " if by_hand else ""
    aside = (
        f"{len(design.excluded)} drawn images were set aside before opening, each for a reason "
        "that the protocol names. "
        if design.excluded
        else ""
    )
    return Told(
        PROTOCOL,
        f"{drawn}{picked}{aside}Each reader has an order of their own. How readers were chosen is "
        "the authors' to say.",
    )


def _deidentification(_submission: Submission) -> Told:
    return Told(
        PROTOCOL,
        "Readers were sent newly encoded pictures without any header, under random names; readers "
        "are known by codes. How the real images were de-identified before is the source's to say.",
    )


def _missing(submission: Submission) -> Told:
    share = submission.summary.design.analysis.least_answered
    rule = (
        f" Readers under {share:.0%} of the median reader's answers are left out by a rule that "
        "was set before."
        if share
        else ""
    )
    return Told(
        METHODS,
        "A rating that was not made stays missing and is never filled in; a correction counts in "
        f"place of what it corrects.{rule}",
    )


def _reference(submission: Submission) -> Told:
    findings = any(one.measure == "finding" for one in submission.summary.design.questions)
    of_findings = " Of findings: what the bank records of each image." if findings else ""
    return Told(PROTOCOL, f"Real or synthetic, known from where each image came from.{of_findings}")


def _reference_reason(_submission: Submission) -> Told:
    return Told(PROTOCOL, "Whether an image is real or synthetic is known by construction.")


def _reference_source(_submission: Submission) -> Told:
    return Told(CARD, "The bank's own record of each image's arm; no reader took part in it.")


def _rating(submission: Submission) -> Told:
    asked = "; ".join(
        f"{one.prompt} ({one.measure})" for one in submission.summary.design.questions
    )
    return Told(PROTOCOL, f"Readers looked at films in a browser and were asked: {asked}.")


def _blinding(submission: Submission) -> Told:
    first = submission.summary.design.phases[0]
    told_before = (
        " They had not been told that some were synthetic until the first phase was over."
        if first.purpose_blinded
        else ""
    )
    practice = (
        " Of practice cases, which count nowhere, they were told afterwards."
        if submission.summary.design.practice.feedback
        else ""
    )
    return Told(
        PROTOCOL,
        f"No page told readers which images were real or synthetic.{told_before}{practice}",
    )


def _independence(_submission: Submission) -> Told:
    return Told(
        PROTOCOL,
        "Each reader read alone, by a personal link, in an order of their own, and saw nobody "
        "else's answers. Nothing lay between index test and reference: the reference is the "
        "image's origin.",
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
        f"Synthetic images were compared with the training images ({', '.join(measured)}): see "
        "memorisation.",
    )


def _sample_size(submission: Submission) -> Told:
    flow = submission.summary.flow
    return Told(
        PROTOCOL,
        f"{submission.summary.design.case_count} cases were set by the design and {flow.invited} "
        "readers were invited. Why so many is the authors' to say (`plan` computes it).",
    )


def _models(submission: Submission) -> Told | None:
    trained = [f"{arm.label}: {arm.training}" for arm in submission.arms if arm.training]
    return Told(CARD, ". ".join(one.rstrip(".") for one in trained) + ".") if trained else None


def _software(submission: Submission) -> Told:
    used = ", ".join(f"{name} {value}" for name, value in submission.summary.software.items())
    return Told("software.txt", f"Of the study and its analysis: {used}.")


def _devices(submission: Submission) -> Told:
    software = _software(submission)
    asked = submission.summary.design.display
    display = (
        " Of readers' displays: data/readers.csv."
        if asked.ask_kind or asked.ask_light or asked.grey_check
        else ""
    )
    return Told(
        f"{software.where}, {CARD}",
        f"{software.text}{display} Which machines took the real images is their source's to say.",
    )


def _audit(submission: Submission) -> Told:
    return Told(
        "record/, data/",
        "Every answer is stored as it was sent, in a record of "
        f"{len(submission.log)} events that are chained by their hashes. {submission.verdict}",
    )


def _measures(submission: Submission) -> Told | None:
    return _methods("figures of merit", "intervals", "conclusion")(submission)


def _sensitivity(submission: Submission) -> Told | None:
    names = ("model", "precision", "bootstrap")
    shown = [one.title for one in submission.view.sections if one.name in names]
    return Told("report/report.html", f"{', '.join(shown)}.") if shown else None


def _measured(submission: Submission) -> Told | None:
    measured = [arm.label for arm in submission.summary.arms if arm.evaluation is not None]
    if not measured:
        return None
    return Told("report/report.html", f"What the bank measured of {', '.join(measured)}.")


def _registration(submission: Submission) -> Told | None:
    return _registered("registry")(submission)


def _flow(submission: Submission) -> Told:
    flow, counted = submission.summary.flow, analysed_images(submission)
    images = "" if counted is None else f", with {counted} images"
    return Told(
        "flow/images.svg, flow/readers.svg",
        f"{flow.invited} readers were invited, {flow.began} began, {flow.counted} are in the "
        f"analysis{images}.",
    )


def _cases(submission: Submission) -> Told:
    parts = []
    for arm in submission.summary.arms:
        strata = ", ".join(f"{count} {name}" for name, count in arm.cases_by_stratum.items())
        parts.append(f"{arm.label}: {arm.cases} ({strata})")
    return Told("data/cases.csv, tables/images.csv", "; ".join(parts) + ".")


def _results(submission: Submission) -> Told | None:
    lines = " ".join(answer.line for answer in submission.view.answers)
    return Told(f"{RESULTS}, tables/", lines) if lines else None


def _failures(submission: Submission) -> Told | None:
    shown = [one.title for one in submission.view.sections if one.name in ("artefacts", "places")]
    return Told("report/report.html", f"{', '.join(shown)}.") if shown else None


def _limitations(submission: Submission) -> Told | None:
    cautions = [*submission.view.cautions]
    for section in submission.view.sections:
        cautions += section.cautions
    said = " ".join(f"{one.lead} {one.text}" for one in cautions)
    return Told(RESULTS, f"Of the data themselves: {said}") if said else None


def _protocol(submission: Submission) -> Told:
    return Told(
        f"{PROTOCOL}, protocol/protocol.json",
        f"Frozen with SHA-256 {submission.summary.design_sha256}.",
    )


def _availability(submission: Submission) -> Told:
    return Told(
        "data/, analysis.py, record/",
        "This archive holds every rating, a codebook, the script that recomputes every number, and "
        f"the record. {submission.verdict}",
    )


def _target(submission: Submission) -> Told:
    whom = {
        "readers_and_images": "readers like these and images like these",
        "readers": "readers like these and these very images",
        "images": "images like these and these very readers",
    }
    target = submission.summary.design.analysis.target
    return Told(PROTOCOL, f"Intervals speak for {whom[target]}.")


def _agreement_results(submission: Submission) -> Told | None:
    tables = [
        table.name
        for section in submission.view.sections
        if section.name in ("agreement", "repeats")
        for table in section.tables
    ]
    return Told("tables/", f"Tables {', '.join(tables)}.") if tables else None


def _counts(submission: Submission) -> Told:
    repeated = submission.summary.design.replicates.count
    return Told(
        f"{RESULTS}, data/ratings.csv",
        f"{submission.view.head.counts}; {repeated} cases to be shown a second time by design.",
    )


def _readers(submission: Submission) -> Told | None:
    return _methods("reader")(submission) or Told(
        "data/readers.csv", "Profession, specialty and years of experience of each reader."
    )


def _dates(submission: Submission) -> Told | None:
    opened, closed = submission.summary.opened_at, submission.summary.closed_at
    if opened is None or closed is None:
        return None
    return Told(
        PROTOCOL,
        f"Read from {opened:%Y-%m-%d} to {closed:%Y-%m-%d}. Where and when the real images were "
        "taken is their source's to say.",
    )


def _cutoffs(submission: Submission) -> Told | None:
    if submission.summary.analysis is None:
        return None
    return Told(
        PROTOCOL,
        "AUCs use every step of the scale and no cut-off; the verdict real or synthetic is the "
        "reader's own.",
    )


def _subgroups(submission: Submission) -> Told:
    keys = submission.summary.design.analysis.subgroups
    planned = f"By {', '.join(keys)}, planned." if keys else "No subgroup was planned."
    return Told(
        PROTOCOL,
        f"{planned} Variability between readers and between images is part of every interval, as "
        "the plan's target of inference says. What the report calls exploratory was not planned.",
    )


def _crossed(submission: Submission) -> Told | None:
    names = [one.name for section in submission.view.sections for one in section.tables]
    return (
        Told("tables/detection.csv", "Judged real or synthetic, by arm.")
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
