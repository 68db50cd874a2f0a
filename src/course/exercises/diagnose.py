"""Recognise a misconception by what the answer does, however it is written."""

from __future__ import annotations

from course.exercises import compare, guard, stages


def recognise(exercise, answer, where: str, budget):
    """The mistake in the bank that behaves as the answer does, or None.

    Both run on every case. A mistake explains the answer if they agree wherever the mistake differs
    from the reference; among those, one that agrees on every case is preferred, then the one that
    differs from the reference most often.

    Parameters
    ----------
    where
        The failing case, "case 3 of 6, …", which the mistake must explain.
    """
    cases = exercise.drawn
    failing = int(where.split()[1]) - 1 if where.startswith("case") else None
    yours = [stages.attempt(exercise, answer, c.arguments, budget) for c in cases]
    if any(isinstance(t.error, guard.TooSlow) for t in yours):
        return None
    best, best_rank = None, (0, 0, 0)
    for mistake in exercise.mistakes:
        rank = _rank(exercise, mistake, cases, yours, failing)
        if rank > best_rank:
            best, best_rank = mistake, rank
    return best


def _rank(exercise, mistake, cases, yours, failing) -> tuple[int, int, int]:
    """How well a mistake explains an answer: (grade, informative cases, agreeing cases)."""
    theirs = _behaviour(exercise, mistake)
    agree = [_alike(a, b) for a, b in zip(yours, theirs, strict=True)]
    tells = [
        stages.case_fault(exercise, c, t) is not None for c, t in zip(cases, theirs, strict=True)
    ]
    informative = [i for i, t in enumerate(tells) if t]
    if not informative or (failing is not None and not agree[failing]):
        return (0, 0, 0)
    ordinary = [i for i in informative if cases[i].kind != "extreme"]
    if all(agree):
        grade = 3
    elif all(agree[i] for i in informative):
        grade = 2
    else:
        grade = int(bool(ordinary) and all(agree[i] for i in ordinary))
    return (grade, len(informative), sum(agree)) if grade else (0, 0, 0)


_known: dict[int, tuple] = {}


def _behaviour(exercise, mistake) -> list:
    """What a mistake does on each case, worked out once."""
    if id(mistake) not in _known:
        tried = [stages.attempt(exercise, mistake.code, c.arguments) for c in exercise.drawn]
        _known[id(mistake)] = (mistake, tried)
    return _known[id(mistake)][1]


def _alike(a, b) -> bool:
    """The same value and the same arguments changed, or the same kind of exception."""
    if a.error is not None or b.error is not None:
        return type(a.error) is type(b.error)
    outcome = guard.call(compare.same, a.value, b.value)
    return a.changed == b.changed and outcome.value is True
