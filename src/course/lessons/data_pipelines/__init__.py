"""Data: from raw rows to batches, and what a test may not see."""

from course.lessons import About

ABOUT = About(
    part="Foundations",
    title="Data",
    promise="From raw rows to a result that can be believed",
    builds="scaling, splits without leaks, batches: a pipeline from a dirty table",
)
