"""The door through which every sentence that a learner reads goes, at the moment it is shown.

A sentence is written whole, in English, with named fields; it is its own key in a catalogue of
translations, so an edited sentence is an untranslated one::

    say("Your function asks for {call}. Take what it needs from its arguments.", call="input()")
    say_n("{n} hint used", "{n} hints used", n)
"""

from __future__ import annotations

import gettext

_catalogue: gettext.NullTranslations = gettext.NullTranslations()  # English: the key itself


def say(sentence: str, /, **fields) -> str:
    """Return a sentence in the reader's language, its fields filled in.

    Without fields nothing is filled in, and braces stand for themselves.
    """
    text = _catalogue.gettext(sentence) if sentence else ""
    return text.format(**fields) if fields else text


def say_n(one: str, many: str, n: int, /, **fields) -> str:
    """Return the form of a sentence that suits a number, which is its field ``n`` as well."""
    return _catalogue.ngettext(one, many, n).format(n=n, **fields)


def later(text: str, /) -> str:
    """Mark a text for translators, and return it as it is: it is compared first, and said later."""
    return text


def speak(catalogue: gettext.NullTranslations | None) -> None:
    """Use a catalogue from here on; None goes back to English."""
    global _catalogue
    _catalogue = catalogue or gettext.NullTranslations()
