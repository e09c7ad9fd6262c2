"""What stands at the two ends of a report: its title and counts, and what was frozen of it."""

from dataclasses import dataclass

from app.domain.design.worded import language_told
from app.domain.said import said, said_many
from app.report.words.terms import term
from app.services.summarise_study import StudySummary
from app.words.language import own_name


@dataclass(frozen=True)
class ReportHead:
    """Title and counts; `name` is that of the report's files.

    `stripe` is laid over the whole page where what follows are no final results, and `mark` is
    the same on every sheet of a print; both empty for most.
    """

    name: str
    title: str
    kind: str
    of: str
    counts: str
    stripe: str = ""
    mark: str = ""


@dataclass(frozen=True)
class RecordedFact:
    """A line of what was frozen and recorded; a code is set in letters of one width."""

    term: str
    value: str
    is_code: bool = False


def head_of_study(summary: StudySummary) -> ReportHead:
    """Of a study's report."""
    stripe = mark = ""
    if summary.is_rehearsal:
        stripe = said(
            "Rehearsal: simulated readers. Every rating was made up; these are not results."
        )
        mark = said("REHEARSAL: simulated readers, these are not results")
    elif summary.is_interim:
        stripe = said(
            "INTERIM: the study is {status}, reading goes on.", status=term(summary.status)
        )
        mark = said("INTERIM: the study is not closed")
    return ReportHead(
        name=summary.slug,
        title=summary.title,
        kind=said("Interim report") if summary.is_interim else said("Report"),
        of=said("of a blinded reader study"),
        counts=_counts(summary),
        stripe=stripe,
        mark=mark,
    )


def why_nothing(summary: StudySummary) -> str:
    """What is said where a report has no line by arm."""
    if summary.analysis is not None:
        return said("There is no synthetic arm, so there is no conclusion.")
    if summary.questions:
        return said(
            "This protocol is not read by single verdicts or grades of one "
            "phase, so there is no conclusion by arm here; what was said to "
            "every question stands below."
        )
    return said("Nobody has rated anything, so there are no results.")


def facts_of_study(summary: StudySummary) -> tuple[RecordedFact, ...]:
    """What was frozen at opening and recorded at closing; what there is none of is left out."""
    opened = summary.conduct.opened
    software = opened.get("software")
    return (
        RecordedFact(said("Study"), summary.slug),
        RecordedFact(
            said("Language"), language_told(summary.design, own_name(summary.design.language))
        ),
        *(
            RecordedFact(term, said("{moment:%Y-%m-%d %H:%M} UTC", moment=moment))
            for term, moment in (
                (said("Opened"), summary.opened_at),
                (said("Closed"), summary.closed_at),
            )
            if moment is not None
        ),
        RecordedFact(
            said("Equivalence margin"),
            said("AUC within 0.5 ± {margin:g}", margin=summary.design.analysis.margin),
        ),
        *(
            RecordedFact(term, str(value), is_code=True)
            for term, value in (
                (said("SHA-256 of the design"), summary.design_sha256),
                (said("SHA-256 of the cases"), summary.cases_sha256),
                (said("SHA-256 of the pictures"), opened.get("renditions_sha256")),
                (said("SHA-256 of the analysis settings"), opened.get("analysis_sha256")),
            )
            if value
        ),
        *(
            (
                RecordedFact(
                    said("Software at opening"),
                    said("Negatoscope {software}", software=software["negatoscope"]),
                ),
                RecordedFact(
                    said("Source at opening"), str(software["source_sha256"]), is_code=True
                ),
            )
            if software
            else ()
        ),
        *(
            (
                RecordedFact(
                    said("Head of the record at closing"), summary.conduct.head, is_code=True
                ),
            )
            if summary.conduct.head
            else ()
        ),
    )


def _counts(summary: StudySummary) -> str:
    if summary.analysis is None:
        return said(
            "{case_count} cases, {rated} ratings",
            case_count=summary.design.case_count,
            rated=summary.rated,
        )
    readers = len(summary.analysis.table.readers)
    return said_many(
        "{count} reader, {case_count} cases, {rated} ratings",
        "{count} readers, {case_count} cases, {rated} ratings",
        readers,
        case_count=summary.design.case_count,
        rated=summary.rated,
    )
