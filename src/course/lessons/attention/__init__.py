"""Attention: averages that choose."""

from course.lessons import About

ABOUT = About(
    part="Transformers",
    title="Attention",
    promise="Averages that choose",
    builds="scores, mask, heads, rotary positions, and a measure of what a head does",
    pytorch=True,
)
