"""A simulated reader who goes through any study by its pages alone, whatever it asks.

They know the design's questions, so that they can answer them, and see nothing but the pages.
"""

import random
import re
from collections.abc import Callable, Sequence
from html import unescape

from fastapi.testclient import TestClient

from app.domain.design.design import StudyDesign
from app.domain.questions.answer import Value
from app.domain.questions.kinds.kind import Invention, Picture
from app.domain.questions.question import Question
from app.domain.questions.reading import is_asked
from app.domain.questions.registry import kind_of
from tests.studies import PROFILE
from tests.web.reader_browser import ReaderBrowser

_IMAGE = re.compile(r"/read/image/[\w-]+(?:/\d+)?")


class SimulatedReader(ReaderBrowser):
    """Answers at random; `said` keeps what was sent, a rating an entry, in the order of reading."""

    def __init__(self, client: TestClient, design: StudyDesign, *, seed: int) -> None:
        super().__init__(client)
        self._design = design
        self._rng = random.Random(seed)
        self.said: list[dict[str, Value]] = []

    def read_everything(self, token: str, *, wait: Callable[[], None]) -> str:
        """From the link to the thanks page, whose text is returned; `wait` lets days pass."""
        self.open_link(token)
        for _ in range(2000):
            action = self.form.action
            if action == "/read/consent":
                self.submit({"consent": "yes"})
            elif action == "/read/profile":
                self.submit(PROFILE)
            elif action == "/read/rate":
                self._rate()
            elif action in ("/read/begin", "/read/continue"):
                self.submit()
            elif "Thank you" in self.html:
                return self.html
            else:
                wait()
                self.visit()
            assert self.page is not None
            assert self.page.status_code == 200, unescape(self.html)
        raise AssertionError("the study does not end")

    def _rate(self) -> None:
        pictures = sorted(set(_IMAGE.findall(self.html)) & set(self._shown()))
        for address in pictures:
            assert self.client.get(address).status_code in (200, 410)
        names = self.form.names
        asked = [
            question
            for question in self._design.questions
            if any(name.split(".")[0] == question.key for name in names)
        ]
        answers = self._invent(asked, len(pictures))
        fields: dict[str, str] = {}
        for question in asked:
            if question.key in answers:
                fields |= kind_of(question).fields(question, answers[question.key])
        # What is sent must be what the page can send.
        assert set(fields) <= names
        self.said.append(answers)
        self.submit(fields)

    def _shown(self) -> list[str]:
        """Pictures of this case; those fetched ahead belong to the next one."""
        ahead = re.search(r'data-next-images="([^"]*)"', self.html)
        coming = set(ahead.group(1).split()) if ahead else set()
        return [address for address in _IMAGE.findall(self.html) if address not in coming]

    def _invent(self, asked: Sequence[Question], pictures: int) -> dict[str, Value]:
        answers: dict[str, Value] = {}
        for question in asked:
            if not is_asked(question, answers):
                continue
            shown = Picture(max(1, pictures), self._design.rendition_size)
            invention = Invention(self._rng, self._rng.random(), shown)
            answers[question.key] = kind_of(question).invent(question, invention)
        return answers
