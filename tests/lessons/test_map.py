"""The course's map: what is solved, tried and open."""

import pytest

from course.learner import progress
from course.lessons import lessons
from course.lessons import map as course_map


def test_the_map_shows_what_is_solved_tried_and_open():
    blank = str(course_map.show())
    assert str(course_map.show()) == blank  # the same each time
    (lesson,) = (lesson for lesson in lessons() if lesson.slug == "mlp_backprop")
    first, second, *_ = course_map.keys(lesson)
    progress.record_check(first, True)
    progress.record_check(second, False, "sign")
    progress.record_hint(second)
    row = next(line for line in str(course_map.show()).splitlines() if "Backpropagation" in line)
    assert row.split()[2].startswith("●◐○")
    total = len(lesson.exercises)
    assert row.endswith(f"1 of {total}")
    assert "1 hint used" in str(course_map.show())
    page = course_map.show()._repr_html_()
    assert f"1 of {total} exercises solved" in page
    for lesson in lessons():
        assert lesson.about.title in page
        assert f'href="{lesson.stem}.ipynb"' in page


def test_the_map_has_as_many_columns_as_there_is_room_for():
    page = course_map.show()._repr_html_()
    assert "auto-fill" in page and "repeat(4" not in page
    assert "white-space:nowrap" in page, "of a count that breaks nothing is left to read"


def test_the_map_is_headings_and_lists_for_who_cannot_see_it():
    page, parts = course_map.show()._repr_html_(), course_map.show().parts
    assert page.count('role="heading"') == page.count('role="list"') == len(parts)
    assert page.count('role="listitem"') == len(lessons())


def test_the_map_goes_through_the_parts_in_order():
    text = str(course_map.show())
    places = [text.index(f"  {lesson.number}  {lesson.about.title}") for lesson in lessons()]
    assert places == sorted(places)
    assert list(dict(course_map.show().parts)) == [
        "Start",
        "Foundations",
        "Networks",
        "Transformers",
    ]


def test_the_first_step_is_the_first_exercise():
    said = course_map.show().next_step()
    assert course_map.show().way_on("00_start_here") == "", "on the first page is no other way"
    assert said.startswith("Begin with lesson 00, Start here. Its first exercise is `probabil")


def test_you_go_on_where_you_were():
    progress.record_check("attention.causal_mask", True)
    assert (
        course_map.show().next_step()
    ) == "Go on where you were: lesson 12, Attention, exercise `scores`."
    progress.record_prediction("optimizers.edge", guess=3)  # a prediction is a place as well
    lesson, name = course_map.show().here()
    assert (lesson.slug, name) == ("optimizers", lesson.exercises[0])
    page = course_map.show()._repr_html_()
    where = f"{lesson.stem}.ipynb#cell-id=exercise-{name}"
    assert f'<a href="{where}">Go on where you were' in page
    shown = course_map.show()
    assert shown.way_on("00_start_here") == f"[{shown.next_step()}]({where})"
    at = f"Exercise {int(lesson.number)}.1 · {name}"
    assert shown.way_on(lesson.stem) == f"[Go on where you were: {at}]({where})"
    assert shown.way_on("12_attention") == ""


def test_a_prediction_on_the_way_is_where_you_go_on():
    """One that waits below the place where you were, and not one that you went past."""
    progress.record_check("attention.scores", True)
    step, way = course_map.show().next_step(), course_map.show().way_on("12_attention")
    assert step.endswith("12, Attention, a prediction before exercise `causal_mask`.")
    assert way == (
        "[Go on where you were: a prediction before Exercise 12.2 · causal_mask]"
        "(12_attention.ipynb#cell-id=prediction-leak)"
    )
    assert '#cell-id=prediction-leak">Go on' in course_map.show()._repr_html_()
    progress.record_prediction("attention.leak", guess=1)
    assert course_map.show().next_step().endswith("Attention, exercise `causal_mask`.")


def test_a_finished_lesson_leads_to_the_next_and_the_last_to_what_was_left_out():
    every = lessons()
    for lesson in every[1:]:
        for key in course_map.keys(lesson):
            progress.record_check(key, True)
    lesson, name = course_map.show().here()
    assert (lesson, name) == (every[0], every[0].exercises[0])
    said = course_map.show().next_step()
    assert said.startswith("Next: lesson 00, Start here. Its first open exercise is `probabil")
    assert course_map.show().way_on(every[0].stem).startswith("[Next: lesson 00")
    assert course_map.show().way_on(every[-1].stem) == ""
    for key in course_map.keys(every[0]):
        progress.record_check(key, True)
    assert course_map.show().here() is None
    assert course_map.show().next_step() == "Every exercise of the course is solved."
    assert "Every exercise" in course_map.show()._repr_html_()


def test_progress_of_a_lesson_that_is_no_more_begins_at_the_beginning():
    progress.record_check("long_gone.thing", True)
    assert course_map.show().here()[0].slug == "start_here"


def test_at_a_lessons_end_stands_what_is_open():
    (lesson,) = (lesson for lesson in lessons() if lesson.slug == "attention")
    total = len(lesson.exercises)
    for key in course_map.keys(lesson)[1:]:
        progress.record_check(key, True)
    assert str(course_map.ahead("attention")) == (
        f"{total - 1} of {total} exercises solved. Still open: `scores`."
    )
    page = course_map.ahead("attention")._repr_html_()
    assert page.startswith("<div>○●●")
    assert 'Still open: <a href="12_attention.ipynb#cell-id=exercise-scores">scores</a>.' in page
    progress.record_check("attention.scores", True)
    assert str(course_map.ahead("attention")) == f"{total} of {total} exercises solved."
    with pytest.raises(ValueError, match=r"no lesson nowhere\. There are: start_here, "):
        course_map.ahead("nowhere")
