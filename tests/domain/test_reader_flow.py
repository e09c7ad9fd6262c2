"""Where every reader went: each is counted once, and the sums hold whatever happened."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from app.domain.reader_flow import ReaderPath, reader_flow
from app.report.words.reader_flow import flow_stages


@st.composite
def paths(draw: st.DrawFn) -> list[ReaderPath]:
    """Readers as the database may hold them: none finishes before agreeing."""
    readers = []
    for number in range(draw(st.integers(0, 12))):
        agreed = draw(st.booleans())
        began = agreed and draw(st.booleans())
        finished = began and draw(st.booleans())
        withdrew = draw(st.booleans())
        readers.append(
            ReaderPath(
                f"R{number:02d}",
                agreed,
                began,
                finished,
                withdrew,
                erased=draw(st.booleans()),
                link_withdrawn=draw(st.booleans()),
                ratings=draw(st.integers(1, 9)) if finished else draw(st.integers(0, 5)) * began,
            )
        )
    return readers


@given(paths(), st.sets(st.sampled_from([f"R{number:02d}" for number in range(12)])))
def test_every_reader_is_counted_once(readers: list[ReaderPath], left_out: set[str]) -> None:
    flow = reader_flow(readers, left_out)
    stages = flow_stages(flow, is_interim=False)
    assert stages[0].count == len(readers)
    for stage, following in itertools.pairwise(stages):
        assert stage.count - sum(one.count for one in stage.leaving) == following.count
    assert all(one.count for stage in stages for one in stage.leaving)
    counted = {
        one.code
        for one in readers
        if one.agreed
        and one.began
        and one.ratings
        and not one.withdrew
        and not one.erased
        and one.code not in left_out
    }
    assert flow.counted == len(counted)
    assert flow.finished + flow.stopped == flow.began


def test_a_study_that_nobody_was_invited_to_is_all_zeros() -> None:
    stages = flow_stages(reader_flow([]), is_interim=True)
    assert [stage.count for stage in stages] == [0, 0, 0, 0]
    assert not any(stage.leaving for stage in stages)
