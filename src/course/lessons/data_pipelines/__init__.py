"""Data: from raw rows to batches, and what a test may not see."""

from course.lessons import About

ABOUT = About(
    part="Foundations",
    title="Data",
    promise="Where results that are too good to be true come from",
    builds="scaling, splits without leaks, augmentation, batches: a pipeline from a dirty table",
    megabytes=450,
)
