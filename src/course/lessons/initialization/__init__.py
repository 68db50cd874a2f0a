"""Initialization: why the first numbers matter."""

from course.lessons import About

ABOUT = About(
    part="Networks",
    title="Initialization",
    promise="Why the first numbers matter",
    builds="He, mirrored weights, the loss before the first step, layer norm backward",
    pytorch=True,
)
