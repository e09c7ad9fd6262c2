"""What the codebook says of a question's column."""

from app.services.export_study.ratings_file import explain
from tests.domain.documents import questions


def test_the_codebook_says_what_levels_of_confidence_are_taken_to_say() -> None:
    plain = {"measure": "confidence", "of": "verdict"}
    for said, words in (
        ([0.5, 1], "takes the ends to say a probability of being right of 0.5; 1."),
        ([0.5, 0.6, 0.7, 0.8, 1], "takes the levels to say"),
    ):
        asked = questions({"measure": "verdict"}, plain | {"probabilities": said})[1]
        assert words in explain(asked)
    assert "probability" not in explain(questions({"measure": "verdict"}, plain)[1])
