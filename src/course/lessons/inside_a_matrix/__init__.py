"""Inside a matrix: what it does to space, what it is made of, and where digits are lost."""

from course.lessons import About

ABOUT = About(
    part="Foundations",
    title="Inside a matrix",
    promise="What a matrix does to space, and when right formulas go wrong",
    builds="power iteration, low rank, least squares that keeps its digits",
)
