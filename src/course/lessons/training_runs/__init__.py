"""Training runs: from the first loss to the report."""

from course.lessons import About

ABOUT = About(
    part="Networks",
    title="Training runs",
    promise="From the first loss to the report",
    builds="schedules, clipping, dropout, early stopping, names for faults",
    chaotic=True,
)
