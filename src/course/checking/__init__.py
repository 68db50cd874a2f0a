"""The engine that examines an answer; it knows no lesson."""

from course.checking.cases import Case, Edit, Law, Mistake, call
from course.checking.contract import Exercise
from course.checking.draws import many

__all__ = ["Case", "Edit", "Exercise", "Law", "Mistake", "call", "many"]
