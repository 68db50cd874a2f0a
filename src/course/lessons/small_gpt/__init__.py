"""A small GPT: trained before your eyes."""

from course.lessons import About

ABOUT = About(
    part="Transformers",
    title="A small GPT",
    promise="Trained before your eyes",
    builds="a GPT trained in front of you, and what each trick buys",
    seconds=120,
)
