"""What stands at the two ends of a report: its title and counts, and what was frozen of it."""

from dataclasses import dataclass

from app.services.summarise_study import StudySummary


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
        stripe = "Rehearsal: simulated readers. Every rating was made up; these are not results."
        mark = "REHEARSAL: simulated readers, these are not results"
    elif summary.is_interim:
        stripe = f"INTERIM: the study is {summary.status}, reading goes on."
        mark = "INTERIM: the study is not closed"
    return ReportHead(
        name=summary.slug,
        title=summary.title,
        kind="Interim report" if summary.is_interim else "Report",
        of="of a blinded reader study",
        counts=_counts(summary),
        stripe=stripe,
        mark=mark,
    )


def why_nothing(summary: StudySummary) -> str:
    """What is said where a report has no line by arm."""
    if summary.analysis is not None:
        return "There is no synthetic arm, so there is no conclusion."
    if summary.questions:
        return (
            "This protocol is not read by single verdicts or grades of one phase, so there is no "
            "conclusion by arm here; what was said to every question stands below."
        )
    return "Nobody has rated anything, so there are no results."


def facts_of_study(summary: StudySummary) -> tuple[RecordedFact, ...]:
    """What was frozen at opening and recorded at closing; what there is none of is left out."""
    opened = summary.conduct.opened
    software = opened.get("software")
    return (
        RecordedFact("Study", summary.slug),
        *(
            RecordedFact(term, f"{moment:%Y-%m-%d %H:%M} UTC")
            for term, moment in (("Opened", summary.opened_at), ("Closed", summary.closed_at))
            if moment is not None
        ),
        RecordedFact("Equivalence margin", f"AUC within 0.5 ± {summary.design.analysis.margin:g}"),
        *(
            RecordedFact(term, str(value), is_code=True)
            for term, value in (
                ("SHA-256 of the design", summary.design_sha256),
                ("SHA-256 of the cases", summary.cases_sha256),
                ("SHA-256 of the pictures", opened.get("renditions_sha256")),
                ("SHA-256 of the analysis settings", opened.get("analysis_sha256")),
            )
            if value
        ),
        *(
            (
                RecordedFact("Software at opening", f"Negatoscope {software['negatoscope']}"),
                RecordedFact("Source at opening", str(software["source_sha256"]), is_code=True),
            )
            if software
            else ()
        ),
        *(
            (RecordedFact("Head of the record at closing", summary.conduct.head, is_code=True),)
            if summary.conduct.head
            else ()
        ),
    )


def _counts(summary: StudySummary) -> str:
    if summary.analysis is None:
        return f"{summary.design.case_count} cases, {summary.rated} ratings"
    readers = len(summary.analysis.table.readers)
    return (
        f"{readers} reader{'' if readers == 1 else 's'}, {summary.design.case_count} cases, "
        f"{summary.rated} ratings"
    )
