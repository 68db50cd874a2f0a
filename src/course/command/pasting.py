"""Commands that a learner is told, as they can be pasted into a shell."""

import shlex


def typed(*words) -> str:
    """Return a command line, its words quoted where a shell would read them otherwise."""
    return shlex.join(map(str, words))
