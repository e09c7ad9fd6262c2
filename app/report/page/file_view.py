"""The report of a file of ratings, or of a study's own export: the same, without a database."""

from app.domain.design.worded import language_told
from app.domain.said import joined, said, said_many
from app.report.page.head import RecordedFact, ReportHead
from app.report.page.section import Section
from app.report.page.view import ReportView, Results, analysed_view
from app.report.tables.questions import question_tables
from app.report.words.cautions import Caution, analysis_cautions
from app.report.words.choices import few_readers_caution
from app.report.words.methods import analysis_methods, export_methods
from app.services.analyse_export import ExportAnalysis
from app.services.analyse_file import FileAnalysis
from app.statistics.analysis import Analysis
from app.words.language import own_name

_SIMULATED = said("Simulated readers: every rating was made up; these are not results.")
_SIMULATED_MARK = said("SIMULATED READERS: these are not results")
_NO_ARM = said("There is no synthetic arm, so there is no conclusion.")
_NO_ANALYSIS = said(
    "This protocol is not read by single verdicts or grades of one "
    "phase, so there is no conclusion by arm here; what was said to "
    "every question stands below."
)


def file_view(read: FileAnalysis, *, sha256: str) -> ReportView:
    """Of any file of ratings; `sha256` is the file's."""
    cautions = [Caution("top", one.lead, one.text) for one in read.cautions]
    return analysed_view(
        _head(
            read.name, said("of a file of ratings"), read.analysis, is_simulated=read.is_simulated
        ),
        Results({}, read.analysis),
        cautions=(*cautions, *analysis_cautions(read.analysis, {})),
        others=(Section("images", said("What was read"), text=_what_was_read(read)),),
        methods=analysis_methods(read.analysis),
        recorded=(
            RecordedFact(said("File"), read.name),
            RecordedFact(said("Taken for"), read.taken_for),
            RecordedFact(said("SHA-256 of the file"), sha256, is_code=True),
        ),
        nothing=_NO_ARM,
    )


def export_view(read: ExportAnalysis, *, sha256: str) -> ReportView:
    """Of a study's exported ratings, read by its exported design."""
    analysis = read.analysis
    tables = question_tables(read.questions, {}, read.real)
    cautions: tuple[Caution, ...] = ()
    if analysis is not None:
        cautions = analysis_cautions(analysis, {}, never_asked=("score",))
    elif read.choices is not None:
        cautions = few_readers_caution(read.choices)
    return analysed_view(
        _head(
            read.design.title,
            said("of a study's exported ratings"),
            analysis,
            is_simulated=read.is_simulated,
            name=read.slug,
        ),
        Results({}, analysis, read.choices, read.design.analysis.primary, read.figures, read.real),
        cautions=cautions,
        others=(Section("questions", said("Every question"), tables=tables),) if tables else (),
        methods=export_methods(analysis, read.choices, read.figures),
        recorded=(
            RecordedFact(said("Study"), read.slug),
            RecordedFact(
                said("Language"), language_told(read.design, own_name(read.design.language))
            ),
            RecordedFact(said("SHA-256 of the ratings"), sha256, is_code=True),
        ),
        nothing=_NO_ANALYSIS if analysis is None else _NO_ARM,
    )


def _head(
    title: str, of: str, analysis: Analysis | None, *, is_simulated: bool, name: str = ""
) -> ReportHead:
    return ReportHead(
        name=name or title,
        title=title,
        kind=said("Report"),
        of=of,
        counts=said("no analysis by arm") if analysis is None else _counts(analysis),
        stripe=_SIMULATED if is_simulated else "",
        mark=_SIMULATED_MARK if is_simulated else "",
    )


def _counts(analysis: Analysis) -> str:
    table = analysis.table
    readers = len(table.readers)
    cases = sum(len(table.cases(arm)) for arm in table.arms)
    return said_many(
        "{count} reader, {cases} cases, {n_table} ratings",
        "{count} readers, {cases} cases, {n_table} ratings",
        readers,
        cases=cases,
        n_table=len(table),
    )


def _what_was_read(read: FileAnalysis) -> str:
    """Which rows and columns are in no figure."""
    left = [
        said("{count} {what}", count=count, what=what)
        for count, what in (
            (read.left_out, said("superseded ones")),
            (read.of_machines, said("of machine readers")),
            (read.at_phase_ends, said("answers at the end of a phase")),
        )
        if count
    ]
    text = said("{name} was taken for {taken_for}.", name=read.name, taken_for=read.taken_for)
    if left:
        text += said(" Of its ratings {join} were left out.", join=joined(left, ", "))
    if read.ignored:
        text += said(" Columns not used: {join}.", join=joined(read.ignored, ", "))
    return text
