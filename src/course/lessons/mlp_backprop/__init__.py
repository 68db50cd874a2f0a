"""Backpropagation: every gradient by hand."""

from course.lessons import About

ABOUT = About(
    part="Networks",
    title="Backpropagation",
    promise="Every gradient by hand",
    builds="a network and all its gradients by hand, a reader of handwriting",
    chaotic=True,
    pytorch=True,
)
