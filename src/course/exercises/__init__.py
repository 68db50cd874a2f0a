"""The exercise contract, and one bank of exercises for each notebook."""

from course.exercises.cases import Case, Law, Mistake, call
from course.exercises.contract import Exercise

__all__ = ["Case", "Exercise", "Law", "Mistake", "call"]
