"""What a page puts beside a check, where a page can: a kernel that serves one says so here.

It holds a name and no more, so that a kernel starts without loading what draws on pages.
"""

from __future__ import annotations

from collections.abc import Callable

_offer: Callable | None = None


def let(offer: Callable | None) -> None:
    """From here on, call ``offer(exercise)`` under each check that isn't done; None ends it."""
    global _offer
    _offer = offer


def put(exercise) -> None:
    """Show what stands beside a check. A page that can't show it is no reason to fail a check."""
    if _offer is None:
        return
    try:
        _offer(exercise)
    except Exception:  # whatever is wrong with the page, the learner asked about an answer
        return
