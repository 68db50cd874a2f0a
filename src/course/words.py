"""The door through which every sentence that a learner reads goes, at the moment it is shown.

A sentence is written whole, in English, with named fields; it is its own key in a catalogue of
translations, so an edited sentence is an untranslated one::

    say("Your function asks for {call}. Take what it needs from its arguments.", call="input()")
    say_n("{n} hint used", "{n} hints used", n)

Which catalogue is in use stands in the environment, so that kernels, graders and whatever else is
started from here speak the same language.
"""

from __future__ import annotations

import gettext
import os
from pathlib import Path

CHOSEN = "COURSE_CATALOGUE"  # the variable that names its file, compiled by msgfmt (.mo)

_catalogue: gettext.NullTranslations | None = None  # None for English: a sentence is its own key


def say(sentence: str, /, **fields) -> str:
    """Return a sentence in the reader's language, its fields filled in.

    Without fields nothing is filled in, and braces stand for themselves.
    """
    text = _catalogue.gettext(sentence) if sentence and _catalogue else sentence or ""
    return text.format(**fields) if fields else text


def say_n(one: str, many: str, n: int, /, **fields) -> str:
    """Return the form of a sentence that suits a number, which is its field ``n`` as well."""
    ngettext = (_catalogue or gettext.NullTranslations()).ngettext
    return ngettext(one, many, n).format(n=n, **fields)


def later(text: str, /) -> str:
    """Mark a text for translators, and return it as it is: it is compared first, and said later."""
    return text


def speak(catalogue: Path | None) -> None:
    """Use a catalogue from here on, and in every process started from here; None is English.

    Raises
    ------
    OSError
        If it can't be read.
    """
    global _catalogue
    _catalogue = None
    if catalogue is None:
        os.environ.pop(CHOSEN, None)
        return
    with catalogue.open("rb") as file:
        _catalogue = gettext.GNUTranslations(file)
    os.environ[CHOSEN] = str(catalogue.resolve())


def catalogue() -> Path | None:
    """Return the file of the catalogue in use, None for English."""
    return Path(os.environ[CHOSEN]) if _catalogue else None


def language() -> str:
    """Return the language in use as pages name it: en, or zh-CN."""
    chosen = _catalogue.info().get("language") if _catalogue else ""
    return (chosen or "en").replace("_", "-")


if os.environ.get(CHOSEN):
    speak(Path(os.environ[CHOSEN]))
