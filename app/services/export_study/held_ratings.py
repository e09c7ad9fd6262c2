"""Which phase and questions of a study the analysis and the files of other tools hold."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.db.truth.ratings_table import AnalysedQuestions
from app.domain.design.design import StudyDesign
from app.domain.questions.question import Question
from app.statistics.table.ratings import Measure


@dataclass(frozen=True)
class HeldRatings:
    """The key of the phase, and the questions whose answers became ratings."""

    phase: str
    questions: AnalysedQuestions

    @classmethod
    def of(cls, design: StudyDesign) -> "HeldRatings":
        """What a design has analysed by arm."""
        questions = AnalysedQuestions.of(design)
        return cls(design.phase(questions.phase).key, questions)

    def behind(self, measure: Measure) -> tuple[Question, ...]:
        """The questions that a measure is made of."""
        asked = self.questions
        made_of = {
            "realism": (asked.realism,),
            "signed_confidence": (asked.verdict, asked.confidence),
        }.get(measure, (asked.verdict,))
        return tuple(one for one in made_of if one is not None)

    def keys(self, measure: Measure) -> str:
        """Their keys, with a plus sign between two."""
        return "+".join(question.key for question in self.behind(measure))

    def sentence(self, measure: Measure) -> str:
        """Phase and questions on one line."""
        asked = ", ".join(f"{one.key} ({_plain(one.prompt)})" for one in self.behind(measure))
        return f"Phase {self.phase}; from the answers to {asked or 'no question'}."

    def to_json(self) -> Mapping[str, str | None]:
        """`phase`, and the key of each question, null where none is asked."""
        asked = self.questions
        return {
            "phase": self.phase,
            **{
                name: None if question is None else question.key
                for name, question in (
                    ("realism", asked.realism),
                    ("verdict", asked.verdict),
                    ("confidence", asked.confidence),
                )
            },
        }


def _plain(prompt: str) -> str:
    return " ".join(prompt.split())
