"""Initialization: why the first numbers matter."""

from course.lessons import About

ABOUT = About(
    part="Networks",
    title="Initialization",
    promise="Why the first numbers matter",
    builds="Xavier, He, layer norm, the loss before the first step",
)
