"""Limits count what a learner's code computes: right answers on busy machines are not refused."""

import sys
import threading
import time

import numpy as np
import pytest
from horrors import endless
from samples import softmax, weights

from course.checking import guard, limits


def test_the_processors_time_counts_not_the_clock():
    budget = limits.Budget(seconds=0.2, wall=5)
    assert guard.call(time.sleep, 0.5, budget=budget).error is None
    assert isinstance(guard.call(endless, 1, budget=budget).error, limits.TooSlow)


def test_a_sleep_is_ended_by_the_clock():
    began = time.monotonic()
    error = guard.call(time.sleep, 30, budget=limits.Budget(wall=0.3)).error
    assert isinstance(error, limits.TooLong)
    assert time.monotonic() - began < 5


def test_a_budget_is_shared_by_the_calls_of_a_check():
    budget = limits.Budget(seconds=0.3)
    for _ in range(3):
        guard.call(endless, 1, budget=budget)
    assert budget.computing < 0


def test_a_right_answer_may_recurse_two_thousand_deep():
    def total(xs, n):
        return 0.0 if n == 0 else xs[n - 1] + total(xs, n - 1)

    before = sys.getrecursionlimit()
    outcome = guard.call(total, np.ones(2000), 2000)
    assert outcome.error is None
    assert outcome.value == 2000
    assert sys.getrecursionlimit() == before


def test_a_million_printed_lines_are_no_trouble(monkeypatch):
    monkeypatch.setattr(limits, "SECONDS", 8.0)

    def talking(z):
        for i in range(200_000):
            print("line", i)
        return softmax(z)

    assert weights.examine(talking).state == "done"  # five calls of it


@pytest.mark.parametrize("by", [limits._by_signal, limits._by_thread])
def test_both_ways_stop_a_loop_and_leave_nothing_behind(by):
    for _ in range(3):
        with pytest.raises(limits.TooSlow):
            by(limits.Budget(0.2), limits._used_at_most(), endless, 1)
    calls = []
    sys.setprofile(lambda *seen: calls.append(seen))  # it would not end if a flag were left up
    (lambda: None)()
    sys.setprofile(None)
    assert calls
    assert threading.active_count() < 10
