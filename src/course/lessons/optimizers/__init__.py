"""Optimizers: from the bowl to noise."""

from course.lessons import About

ABOUT = About(
    part="Networks",
    title="Optimizers",
    promise="From the bowl to noise",
    builds="from gradient descent to AdamW, and the edge of stability",
)
