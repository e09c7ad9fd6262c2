"""What a submission is made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.said import said
from app.report.page.view import ReportView
from app.services.submission_facts import ArmCard, LogLine, SubmissionFacts
from app.services.summarise_study import StudySummary
from app.services.verify_record import Verified
from app.words.language import ENGLISH, language


@dataclass(frozen=True)
class Submission:
    """A closed study with its report, the facts of its arms, and what came out of the record.

    `protocol` holds the protocol's files by name, `tongue` is the language, by its
    tag, of what is told; data and names are the same in every language.
    """

    summary: StudySummary
    view: ReportView
    facts: SubmissionFacts
    verified: Verified
    protocol: Mapping[str, str]
    made_at: datetime
    packages: Mapping[str, str] = field(default_factory=dict, hash=False)
    tongue: str = ENGLISH

    def say(self, sentence: object) -> str:
        """A sentence of app.domain.said in the submission's language."""
        return str(language(self.tongue).say(sentence))

    @property
    def slug(self) -> str:
        """The study's short name."""
        return self.summary.slug

    @property
    def arms(self) -> tuple[ArmCard, ...]:
        """Every arm of the study, real ones first."""
        return self.facts.arms

    @property
    def log(self) -> tuple[LogLine, ...]:
        """The record's lines, oldest first."""
        return self.facts.log

    @property
    def verdict(self) -> str:
        """What recomputing the record came to, in one line."""
        one = self.verified
        if one.problem is not None:
            return said("BROKEN. {problem}", problem=one.problem)
        return said(
            "The record holds: {events} events, {ratings} ratings (practice and corrected ones "
            "counted), head {head}.",
            events=one.events,
            ratings=one.ratings,
            head=one.head,
        )
