"""The engine that examines an answer; it knows no lesson."""

from course.checking.cases import Case, Edit, Law, Mistake, call
from course.checking.contract import Exercise

__all__ = ["Case", "Edit", "Exercise", "Law", "Mistake", "call"]
