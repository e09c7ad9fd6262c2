"""In a language that marks its words, a submission's own texts have none without a mark."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import escape

import pytest

from app.report.submission import source, table_files
from app.report.submission.checklist_files import checklist_files
from app.report.submission.checklist_items import CHECKLISTS
from app.report.submission.contents import flow_files, read_me
from app.report.submission.metadata import citation_cff, dataset_card
from app.report.submission.prose import methods_text, registration_text, results_text
from app.report.submission.source import Submission
from app.report.words.references import REFERENCES
from app.services.rehearse_study import rehearse_study
from app.web import protocol_document
from app.web.submission import submission_of
from app.words.language import Language, language
from tests.studies import NOW, House
from tests.words.unsaid import MARKING, unsaid_of

# Codes, files, units, what the study's own design and bank say; and CSV and LaTeX for programs.
DATA = re.compile(
    r"`[^`]*`|[\w./-]*\w\.(?:md|csv|svg|html|json|txt|py|cff)\b|\b(?:data|record|tables)/|"
    r"SHA256SUMS|dataset|intra_reader|\*\*|\b(?:real|synthetic|normal|abnormal|AUC|HYPE|KID|PABAK|ICC|MS|SSIM|Brennan|Prediger|meta)\b|doi:\S+|\w*\d\w*|"
    r"\bEnglish, en\b|"
    r"^(?:cff-version|type|date-released|message|title|authors|version|abstract|  - name):",
    re.MULTILINE,
)


def spoken(tag: str) -> Language:
    return MARKING if tag == "marks" else language(tag)


# What LaTeX reads as a command, and what stands in its braces.
COMMAND = re.compile(
    r"% Needs.*|\\(?:begin|end)\{\w+\}(?:\{\w+\})?|\\[a-z]+(?:\{\})?|\$[^$]*\$|\bref\."
)


@pytest.fixture
def submission(house: House, monkeypatch: pytest.MonkeyPatch) -> Submission:
    for module in (source, protocol_document, table_files):
        monkeypatch.setattr(module, "language", spoken)
    slug = house.draft(title="TITLE")
    house.open(slug)
    with house.database.writing() as session:
        closed = rehearse_study(session, slug, readers=3, seed=1, now=NOW, actor="Ada").slug
    with house.database.reading() as session:
        return submission_of(session, house.store, closed, now=NOW, tongue="marks")


def texts(submission: Submission) -> Iterator[tuple[str, str]]:
    yield "methods", methods_text(submission)
    yield "results", results_text(submission)
    yield "registration", registration_text(submission)
    yield "card", dataset_card(submission)
    yield "citation", citation_cff(submission)
    yield "README", read_me(submission, [])
    protocol = submission.protocol["protocol.md"]
    yield "protocol", re.sub(r"^> .*|^>$", "", protocol, flags=re.MULTILINE)
    for name, content in table_files.table_files(submission.view, submission.tongue):
        if name.endswith(".tex"):
            yield name, COMMAND.sub(" ", content.decode())
    for name, content in checklist_files(submission):
        if name.endswith(".md"):
            yield name, content.decode()
    for name, content in flow_files(submission):
        if name.endswith(".svg"):
            yield name, re.sub(r"<[^>]*>", " ", content.decode())


def test_every_text(submission: Submission) -> None:
    data = {submission.summary.title, submission.slug, *REFERENCES.values()}
    for arm in submission.arms:
        data |= {arm.label, arm.key, arm.description, arm.training, arm.licence}
        data |= {arm.attribution, arm.bank, arm.grey_mapping, arm.rejection_rule}
    data |= {title for title, _ in CHECKLISTS.values()}
    # What a study's protocol says in the investigator's words.
    data |= {one.prompt for one in submission.summary.design.questions}
    design = submission.summary.design
    data |= {option.label for one in design.questions for option in one.options}
    data |= {design.notice, f": {design.language}", *(phase.key for phase in design.phases)}
    data |= {"negatoscope", "python", "numpy", "scipy"}
    for name, text in texts(submission):
        for one in sorted(data, key=len, reverse=True):
            text = text.replace(one, " ") if one else text
        left = unsaid_of(f"<p>{escape(DATA.sub(' ', text))}</p>")
        assert left == [], name


def test_the_same_submission_in_portuguese(submission: Submission) -> None:
    portuguese = replace(submission, tongue="pt-BR")
    assert methods_text(portuguese).startswith("# Métodos\n")
    assert "## Referências" in methods_text(portuguese)
    lists = dict(checklist_files(portuguese))
    assert "não respondido por este estudo" in lists["claim-2024.csv"].decode()
    assert lists["claim-2024.csv"].startswith(b"item,section,asked,where_answered,text")
    assert "Imagens no banco" in dict(flow_files(portuguese))["flow/images.svg"].decode()
