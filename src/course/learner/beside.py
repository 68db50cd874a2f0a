"""What a page knows of a check, where a page can: a kernel that serves one says so here.

It holds names and no more, so that a kernel starts without loading what draws on pages.
"""

from __future__ import annotations

import math
from collections.abc import Callable

_offer: Callable | None = None
_sent: Callable[[], float] | None = None
_more: Callable[[], bool] | None = None
_unread: set[str] = set()  # names whose cell Python couldn't read when it ran last


class Unanswered(Exception):
    """A result was asked for before its question could be answered: what comes after it waits."""


def let(
    offer: Callable | None,
    sent: Callable[[], float] | None = None,
    more: Callable[[], bool] | None = None,
) -> None:
    """From here on, call ``offer(exercise, done)`` under each check; None ends it.

    Parameters
    ----------
    sent
        Returns when the page asked for the run of this cell, in milliseconds by its own clock.
    more
        Tells whether something follows, in this cell, after the statement that runs.
    """
    global _offer, _sent, _more
    _offer, _sent, _more = offer, sent, more


def served() -> bool:
    """Tell whether the kernel serves a page on which somebody learns."""
    return _sent is not None


def sent() -> float:
    """Return when the page asked for the run of this cell; infinite where no page can tell."""
    return _sent() if _sent else math.inf


def more() -> bool:
    """Tell whether something follows in this cell; so it is taken to be where no page can tell."""
    return _more() if _more else True


def ran(names: set[str], *, read: bool) -> None:
    """Note that a cell which defines these names ran, and whether Python could read it."""
    if read:
        _unread.difference_update(names)
    else:
        _unread.update(names)


def unread(name: str) -> bool:
    """Tell whether the cell that defines a name ended in a SyntaxError when it ran last."""
    return name in _unread


def put(exercise, done: bool) -> None:
    """Show what stands beside a check. A page that can't show it is no reason to fail a check."""
    if _offer is None:
        return
    try:
        _offer(exercise, done)
    except Exception:  # whatever is wrong with the page, the learner asked about an answer
        return
