"""A small GPT: trained before your eyes."""

from course.lessons import About

ABOUT = About(
    part="Transformers",
    title="A small GPT",
    promise="Trained before your eyes",
    builds="a GPT in PyTorch, its training step, and `my_gpt.py`, which writes",
    seconds=120,
    pytorch=True,
)
