"""Ask before something is replaced."""

import sys

from course.authoring.checkout import CourseError
from course.words import say


def agreed(question: str, *, yes: bool) -> bool:
    """Ask a question that is answered by yes or no; Enter alone means no.

    Parameters
    ----------
    yes
        It was answered beforehand, by ``--yes``.

    Raises
    ------
    CourseError
        If nobody is there to answer.
    """
    if yes:
        return True
    if not sys.stdin or not sys.stdin.isatty():
        raise CourseError(say("{question} Nobody can answer here; add --yes.", question=question))
    try:
        answer = input(f"{question} [y/N] ")
    except EOFError:
        return False
    return answer.strip().lower() in ("y", "yes")
