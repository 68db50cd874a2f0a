"""Start here: how the course works."""

from course.lessons import About

ABOUT = About(
    part="Start",
    title="Start here",
    promise="How the course works",
    builds="the smallest language model, by counting",
)
