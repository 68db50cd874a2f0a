"""Attention: averages that choose."""

from course.lessons import About

ABOUT = About(
    part="Transformers",
    title="Attention",
    promise="Averages that choose",
    builds="scores, mask, heads, rotary positions, and their gradients",
    pytorch=True,
)
