"""The door to Keras, which a learner may not have: on PyTorch, in float64, in a folder of its own."""

import contextlib
import os
import tempfile
from types import ModuleType

from course.words import say

PACKAGE = "keras"


def load() -> ModuleType | None:
    """Return Keras on its torch backend, or None, with a sentence that says how to get it.

    Keras chooses its backend when it is first imported, and writes its settings into the home
    folder; both are arranged for here, before the import.
    """
    with tempfile.TemporaryDirectory() as folder, _said("KERAS_HOME", folder):
        os.environ["KERAS_BACKEND"] = "torch"
        try:
            import keras
        except ImportError:
            print(
                say(
                    "Keras is not installed here, so its cells are left out. To see them, run "
                    "`pip install keras` in a terminal, restart the kernel and run all cells."
                )
            )
            return None
    keras.config.set_floatx("float64")
    keras.utils.set_random_seed(0)
    return keras


@contextlib.contextmanager
def _said(name: str, value: str):
    """Set a variable of the environment for a while."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]
        if before is not None:
            os.environ[name] = before
