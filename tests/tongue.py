"""A language for tests: each sentence in letters of its own, so that plain English stands out."""

import functools
import io
import re
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from course.authoring import sentences

PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
OTHER = "ąƀćďęƒğħįĵķłɱńőþɋřșťųνŵχýžĄɃĆĎĘƑĞĦĮĴĶŁƜŃŐƤɊŘȘŤŲƲŴχÝŽ"
_AS_IT_IS = re.compile(r"(\{[^}]*\}|\$[^$]*\$|`[^`]*`|<[^>]*>)")  # fields, formulas, code, markup
_ENGLISH = re.compile(r"[a-zA-Z_]{3,}")


def told(sentence: str) -> str:
    """A sentence in the other letters; fields, formulas, code and markup stay as they are."""
    parts = _AS_IT_IS.split(sentence)
    parts[::2] = [part.translate(str.maketrans(PLAIN, OTHER)) for part in parts[::2]]
    return "".join(parts)


def english(shown: str) -> list[str]:
    """The words of a text that are English still, or names, or code."""
    return _ENGLISH.findall("".join(_AS_IT_IS.split(shown)[::2]))


@functools.cache
def template() -> str:
    """The template of all sentences, made once: it takes seconds."""
    return sentences.template()


def catalogue(file: Path, tell=told) -> Path:
    """Write a catalogue of all sentences of the course."""
    messages = read_po(io.StringIO(template()))
    for message in messages:
        forms = message.id if isinstance(message.id, tuple) else (message.id,)
        if message.id:
            message.string = tuple(map(tell, forms)) if len(forms) > 1 else tell(message.id)
    with file.open("wb") as out:
        write_mo(out, messages)
    return file
