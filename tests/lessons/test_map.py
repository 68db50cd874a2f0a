"""The course's map: what is solved, tried and open."""

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


def test_the_map_goes_through_the_parts_in_order():
    text = str(course_map.show())
    places = [text.index(f"  {lesson.number}  {lesson.about.title}") for lesson in lessons()]
    assert places == sorted(places)
    assert list(course_map.show().parts) == ["Start", "Foundations", "Networks", "Transformers"]
