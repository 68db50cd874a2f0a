"""Guards of every exercise in the course: its stub, its reference, its mistakes and its mutants."""

import functools
import inspect
import itertools
import re

import numpy as np
import pytest
from mutants import mutants

from course import lessons
from course.checking import Exercise, contract, limits, signature, source, stages, state
from course.checking.run import fault_of, run

MOST_MUTANTS = 150  # of an exercise; of the longest sources every second or third is tried

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
        names = signature.short(inspect.signature(reference))
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
    verdict = exercise.examine(source.copy(exercise.reference))
    assert verdict.state == "done", str(verdict)


@every_exercise
def test_the_courses_own_function_is_no_answer(exercise):
    verdict = exercise.examine(exercise.reference)
    assert verdict.state == "not started"
    assert verdict.text == f"That is the course's {exercise.name}; write yours."


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES)
def test_each_mistake_is_named_as_itself(exercise, mistake):
    verdict = exercise.examine(mistake.code)
    assert verdict.state == "wrong"
    assert verdict.mistake == mistake.name, str(verdict)
    assert mistake.says[1:] in str(verdict)
    assert mistake.says.rstrip()[-1] in ".?", f"no sentence: {mistake.says}"


@every_exercise
def test_mutants_that_differ_are_caught(exercise, monkeypatch, record_property):
    monkeypatch.setattr(limits, "SECONDS", 1.0)
    every = list(mutants(exercise.reference))
    tried = every[:: 1 + (len(every) - 1) // MOST_MUTANTS]
    record_property("mutants", f"{len(tried)} of {len(every)} tried")
    survivors = [
        mutant.label
        for mutant in tried
        if stages.passes(exercise, mutant.code) and differs(exercise, mutant.code)
    ]
    passed = f"of {len(tried)} mutants tried ({len(every)} in all) the check lets these pass:"
    assert not survivors, "\n".join([passed, *survivors])


def differs(exercise, answer):
    """Whether an answer differs from the reference on cases that the check does not draw."""
    cases = itertools.chain.from_iterable(exercise.draw(seed) for seed in range(1, 6))
    drawn = (case for case in cases if case.kind == "random")
    with state.undisturbed():  # once for all calls: each of them inside costs little then
        results = ((case, run(exercise, answer, case.arguments)) for case in drawn)
        return any(fault_of(exercise, case, result) for case, result in results)


@every_exercise
def test_it_has_all_that_a_learner_needs(exercise):
    assert len(exercise.mistakes) >= 5
    assert len(exercise.hints) == 3
    assert all(hint.strip() for hint in exercise.hints)
    assert exercise.hints[0].rstrip().endswith("?"), "the first hint is a question"
    assert not re.search(r"(?<!\w\[)\.\.\.", exercise.hints[-1]), "a gap is …, since ... is Python"
    assert exercise.why.strip()
    assert {"hand", "random"} <= {case.kind for case in exercise.cases}
    assert all(case.says for case in exercise.cases)
    assert 1 <= exercise.difficulty <= 5
    assert 1 <= exercise.importance <= 5
    assert 5 <= exercise.minutes <= 30


@every_exercise
def test_names_of_mistakes_and_kinds_are_known(exercise):
    names = [mistake.name for mistake in exercise.mistakes]
    assert [name for name in set(names) if names.count(name) > 1] == []
    assert exercise.kind in contract.KINDS


@every_exercise
def test_every_edit_applies_once_and_compiles(exercise):
    assert all(callable(mistake.code) for mistake in exercise.mistakes)


@every_exercise
def test_what_draws_obeys_the_laws_of_drawing(exercise):
    drawing = "rng" in inspect.signature(exercise.reference).parameters
    assert (len(exercise.every_law) - len(exercise.laws) == 2) == drawing


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
    own = source.copy(exercise.reference)

    @functools.wraps(own)
    def answer(*args, **kwargs):
        return style(own(*args, **kwargs))

    verdict = exercise.examine(answer)
    assert verdict.state == "done", str(verdict)
