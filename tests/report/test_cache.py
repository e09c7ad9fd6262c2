"""Reports made once: one study's first report holds up nobody else's."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import pytest

from app.report.page.cache import MOST_KEPT, ReportCache
from app.report.page.view import ReportView

PATIENCE = 10  # seconds until a test that hangs is called a failure


def a_report() -> ReportView:
    """Something that is a report to the cache, which looks into none."""
    return cast(ReportView, object())


def never() -> ReportView:
    raise AssertionError("this report was made before")


def test_a_report_is_made_once() -> None:
    cache, report = ReportCache(), a_report()
    assert cache.get("study", lambda: report) is report
    assert cache.get("study", never) is report


def test_another_studys_report_does_not_wait_for_the_one_being_made() -> None:
    cache, slow, fast = ReportCache(), a_report(), a_report()
    begun, other_is_made = threading.Event(), threading.Event()

    def make_slowly() -> ReportView:
        begun.set()
        assert other_is_made.wait(PATIENCE), "the other study waited for this one"
        return slow

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(cache.get, "slow", make_slowly)
        assert begun.wait(PATIENCE)
        second = threads.submit(cache.get, "fast", lambda: fast)
        second.add_done_callback(lambda _: other_is_made.set())
        assert first.result(2 * PATIENCE) is slow
        assert second.result(PATIENCE) is fast


def test_who_asks_for_the_report_being_made_gets_that_one() -> None:
    cache, report = ReportCache(), a_report()
    begun, go_on = threading.Event(), threading.Event()

    def make() -> ReportView:
        begun.set()
        assert go_on.wait(PATIENCE)
        return report

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(cache.get, "study", make)
        assert begun.wait(PATIENCE)
        second = threads.submit(cache.get, "study", never)
        go_on.set()
        assert first.result(PATIENCE) is report
        assert second.result(PATIENCE) is report


def test_what_could_not_be_made_is_tried_again() -> None:
    cache, report = ReportCache(), a_report()
    with pytest.raises(AssertionError):
        cache.get("study", never)
    assert cache.get("study", lambda: report) is report


def test_the_report_that_was_longest_not_asked_for_is_dropped() -> None:
    cache = ReportCache()
    first = cache.get(0, a_report)
    for key in range(1, MOST_KEPT):
        cache.get(key, a_report)
    cache.get(0, never)
    cache.get(MOST_KEPT, a_report)
    assert cache.get(0, never) is first
    again = a_report()
    assert cache.get(1, lambda: again) is again
