"""A long scale: a slider with a number beside it; nothing is chosen until somebody touches it."""

from typing import Any

from app.domain.document import Table
from app.domain.questions.kinds.kind import Picture
from app.domain.questions.kinds.scale import Scale
from app.domain.questions.question import Option, Question
from app.domain.said import said


class Slider(Scale):
    """Whole points of a long scale, its ends named."""

    name = "slider"

    def read(self, table: Table) -> dict[str, Any]:
        """`low`, `high`, and `labels` of the two ends."""
        low = table.whole("low", 0, -10_000, 10_000)
        high = table.whole("high", 100, -10_000, 10_000)
        if high <= low:
            table.wrong("high", said("must be above low ({low}), not {high}", low=low, high=high))
        labels = table.texts("labels", longest=120)
        if labels and len(labels) != 2:
            table.wrong(
                "labels",
                said("must have 2 texts, one for each end, not {n_labels}", n_labels=len(labels)),
            )
        return {"low": low, "high": high, "labels": labels}

    def options(self, question: Question, shown: Picture) -> tuple[Option, ...]:
        """None: the number is written."""
        return ()


KIND = Slider()
