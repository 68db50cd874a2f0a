"""PyTorch: the same network in a few lines, and the faults that stay silent."""

from course.lessons import About

ABOUT = About(
    part="Networks",
    title="PyTorch",
    promise="The same network in a few lines, and the faults that stay silent",
    builds="modules, the training loop, safe checkpoints, a reader of drawn digits",
    pytorch=True,
)
