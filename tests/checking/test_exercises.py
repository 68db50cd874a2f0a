"""Guards of every exercise in the course: its stub, its reference, its mistakes and its mutants."""

import inspect
import itertools
import time

import numpy as np
import pytest
from mutants import mutants

from course import lessons
from course.checking import Exercise, guard, source, stages
from course.checking.attempt import attempt, case_fault

MOST_MUTANTS = 150  # per exercise; the longest sources are sampled evenly
MOST_SECONDS = 20  # per exercise, for all its mutants

BANKS = {lesson.slug: lessons.bank(lesson.slug) for lesson in lessons.lessons()}
ALL = [e for bank in BANKS.values() for e in vars(bank).values() if isinstance(e, Exercise)]
EXERCISES = [pytest.param(e, id=e.key) for e in ALL]
MISTAKES = [pytest.param(e, m, id=f"{e.key}-{i}") for e in ALL for i, m in enumerate(e.mistakes)]
every_exercise = pytest.mark.parametrize("exercise", EXERCISES)


def stub(reference):
    """What a learner finds: the reference's signature and three dots."""
    if inspect.isclass(reference):
        methods = [n for n, m in vars(reference).items() if inspect.isfunction(m)]
        body = "".join(f"    def {n}(self, *args, **kwargs):\n        ...\n" for n in methods)
        text = f"class {reference.__name__}:\n{body or '    ...'}"
    else:
        names = stages.short(inspect.signature(reference))
        text = f"def {reference.__name__}{names}:\n    ...  # yours\n"
    space = dict(vars(inspect.getmodule(reference)))
    exec(text, space)
    return space[reference.__name__]


@every_exercise
def test_the_stub_is_not_started(exercise):
    verdict = exercise.examine(stub(exercise.reference))
    assert verdict.state == "not started", str(verdict)


@every_exercise
def test_the_reference_passes(exercise):
    verdict = exercise.examine(exercise.reference)
    assert verdict.state == "done", str(verdict)


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES)
def test_each_mistake_is_named_as_itself(exercise, mistake):
    verdict = exercise.examine(mistake.code)
    assert verdict.state == "wrong"
    assert verdict.mistake == mistake.name, str(verdict)
    assert mistake.says[1:] in str(verdict)
    assert mistake.says.rstrip()[-1] in ".?", f"no sentence: {mistake.says}"


@every_exercise
def test_mutants_that_differ_are_caught(exercise, monkeypatch):
    monkeypatch.setattr(guard, "SECONDS", 2.0)
    end = time.monotonic() + MOST_SECONDS
    every = list(mutants(exercise.reference))
    survivors = []
    for mutant in every[:: 1 + len(every) // MOST_MUTANTS]:
        if time.monotonic() > end:
            break
        if stages.passes(exercise, mutant.code) and differs(exercise, mutant.code):
            survivors.append(mutant.label)
    assert not survivors, "the check lets these pass:\n" + "\n".join(survivors)


def differs(exercise, answer):
    """Whether an answer differs from the reference on cases that the check does not draw."""
    for case in itertools.chain.from_iterable(exercise.draw(seed) for seed in range(1, 6)):
        tried = attempt(exercise, answer, case.arguments)
        if case.kind == "random" and case_fault(exercise, case, tried):
            return True
    return False


@every_exercise
def test_it_has_all_that_a_learner_needs(exercise):
    assert len(exercise.mistakes) >= 5
    assert len({m.name for m in exercise.mistakes}) == len(exercise.mistakes)
    assert len(exercise.hints) == 3
    assert all(hint.strip() for hint in exercise.hints)
    assert exercise.hints[0].rstrip().endswith("?"), "the first hint is a question"
    assert exercise.why.strip()
    assert {"hand", "random"} <= {case.kind for case in exercise.cases}
    assert all(case.says for case in exercise.cases)
    assert 1 <= exercise.difficulty <= 5
    assert 1 <= exercise.importance <= 5
    assert 5 <= exercise.minutes <= 30


@every_exercise
def test_hints_leave_something_to_do(exercise):
    lines = [line.strip() for line in source.text(exercise.reference).splitlines()[1:]]
    body = [squeezed(line) for line in lines if line and not line.startswith(("#", "raise"))]
    hints = squeezed("\n".join(exercise.hints))
    told = [line for line in body if line in hints]
    assert len(told) < len(body), f"the hints give all of it away: {told}"


def squeezed(text):
    return "".join(text.split("  #")[0].split())


@pytest.mark.parametrize("slug", BANKS)
def test_a_bank_is_read_without_running_it(slug):
    found = {n: e for n, e in vars(BANKS[slug]).items() if isinstance(e, Exercise)}
    assert all(exercise.name == name for name, exercise in found.items())
    assert all(exercise.lesson == slug for exercise in found.values())
    assert lessons.Lesson(slug).exercises == tuple(found)


def listed(value):
    """Arrays as lists."""
    if isinstance(value, tuple):
        return tuple(map(listed, value))
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value


def single(value):
    """Real arrays as float32."""
    if isinstance(value, tuple):
        return tuple(map(single, value))
    real = isinstance(value, (float, np.ndarray, np.floating)) and np.asarray(value).dtype == float
    return np.asarray(value, dtype=np.float32) if real else value


def tensors(value):
    """Arrays as PyTorch tensors."""
    import torch

    if isinstance(value, tuple):
        return tuple(map(tensors, value))
    known = isinstance(value, (np.ndarray, np.generic))
    return torch.from_numpy(np.array(value)) if known else value


@pytest.mark.parametrize("style", [listed, single, tensors])
@pytest.mark.parametrize("exercise", [p for p in EXERCISES if p.values[0].probe is None])
def test_right_answers_of_any_style_pass(exercise, style):
    def answer(*args, **kwargs):
        return style(exercise.reference(*args, **kwargs))

    verdict = exercise.examine(answer)
    assert verdict.state == "done", str(verdict)
