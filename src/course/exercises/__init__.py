"""The exercise contract, and one bank of exercises for each notebook."""

from course.exercises.contract import Case, Exercise, Law, Mistake, call

__all__ = ["Case", "Exercise", "Law", "Mistake", "call"]
