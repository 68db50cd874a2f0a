"""PyTorch: the same network four times, and the faults that stay silent."""

from course.lessons import About

ABOUT = About(
    part="Networks",
    title="PyTorch",
    promise="The same network four times, and the faults that stay silent",
    builds="modules, the training loop, a derivative of one's own, a reader of drawn digits",
    pytorch=True,
)
