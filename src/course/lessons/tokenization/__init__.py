"""Tokenization: what one integer of a text stands for, and what that decides."""

from course.lessons import About

ABOUT = About(
    part="Transformers",
    title="Tokenization",
    promise="What one integer of a text stands for, and what that decides",
    builds="byte-pair encoding: learn merges, encode by rank, decode, bits per byte",
)
