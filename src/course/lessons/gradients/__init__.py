"""Gradients: slopes of anything, and a machine that finds them."""

from course.lessons import About

ABOUT = About(
    part="Networks",
    title="Gradients",
    promise="Slopes of anything, and a machine that finds them",
    builds="the chain rule on graphs, a gradient check, an autograd that fits a curve",
)
