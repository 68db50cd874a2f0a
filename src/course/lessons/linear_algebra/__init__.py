"""Linear algebra: why networks are matrix products."""

from course.lessons import About

ABOUT = About(
    part="Foundations",
    title="Linear algebra",
    promise="Why networks are matrix products",
    builds="matrix products four ways, projection, all distances at once",
)
