"""A text as integers and back, by characters or by byte pairs: one interface for both.

A tokenizer has `V`, the size of its vocabulary; `encode` and `decode`, and `knows`, whether a text
can be encoded; `writer`, which decodes a text that comes token by token, with at most `longest`
tokens for a character; and `facts`, what a file must hold for `from_facts` to make it anew.
Merges are kept as a readable file in the form of GPT-2's merges.txt, which other libraries read.
"""

import codecs
import functools
import re
from pathlib import Path

import numpy as np

from course import files
from course.transformers import bpe, tokens
from course.transformers.merges import learn as learn_merges
from course.words import say

VERSION = "#version: 0.2"  # how such files begin; the special tokens follow on the same line


class Characters:
    """One token for each character of an alphabet; see `tokens`."""

    longest = 1

    def __init__(self, alphabet: str):
        self.alphabet, self.V = alphabet, len(alphabet)

    def encode(self, text: str):
        """Write a text as integers, (N,) of int64; a character that is not known is an error."""
        return tokens.encode(text, self.alphabet)

    def decode(self, ids) -> str:
        """Write integers as text."""
        return tokens.decode(ids, self.alphabet)

    def knows(self, text: str) -> bool:
        """Whether every character is in the alphabet."""
        return set(text) <= set(self.alphabet)

    def writer(self):
        """Return a function that makes the next tokens text."""
        return self.decode

    def facts(self) -> dict:
        """Return what `from_facts` needs."""
        return {"alphabet": self.alphabet}


class BytePairs:
    """Byte-pair encoding with its merges, and special tokens after them; see `bpe`.

    Parameters
    ----------
    merges
        Pairs of tokens in the order in which they were learnt.
    special
        Texts that stand for one token each, such as "<|end|>". `encode` makes one only where it
        is asked to: what a user types must never become a sign that steers the model.

    Raises
    ------
    ValueError
        If a merge joins what isn't there yet or makes a token again, or a special token is odd.
    """

    longest = 4  # bytes of a character

    def __init__(self, merges, special=()):
        _check_merges(merges)
        _check_special(special)
        self.merges, self.special = [tuple(pair) for pair in merges], tuple(special)
        self.ranks = bpe.ranks_of(self.merges)
        self.vocab = [*bpe.vocabulary(self.merges), *(s.encode() for s in self.special)]
        self.V = len(self.vocab)
        self._word = functools.cache(self._encode_word)

    @classmethod
    def learn(cls, text: str, V: int, special=()):
        """Learn as many merges from a text as make a vocabulary of V tokens; at most so many."""
        n = V - bpe.BYTES - len(special)
        if n < 0:
            raise ValueError(
                say(
                    "a vocabulary of {V} is too small: the bytes alone are {bytes} tokens, and "
                    "there are {special} special ones",
                    V=V,
                    bytes=bpe.BYTES,
                    special=len(special),
                )
            )
        return cls(learn_merges(bpe.count_words(text), n), special)

    def encode(self, text: str, *, special: bool = False):
        """Write a text as integers, (N,) of int64.

        Parameters
        ----------
        special
            Whether a special token's text becomes that token; else it is text as any other.
        """
        if not (special and self.special):
            return self._plain(text)
        parts = re.split(f"({'|'.join(map(re.escape, self.special))})", text)
        return np.concatenate([self._special(p) if p in self.special else self._plain(p)
                               for p in parts])  # fmt: skip

    def decode(self, ids) -> str:
        """Write integers as text; bytes that make no character become �."""
        return bpe.decode_tokens(np.asarray(ids).ravel(), self.vocab)

    def knows(self, text: str) -> bool:
        """Bytes can write every text."""
        return True

    def writer(self):
        """Return a function that makes the next tokens text, as far as it is whole characters."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        return lambda ids: decoder.decode(b"".join(self.vocab[i] for i in ids))

    def facts(self) -> dict:
        """Return what `from_facts` needs."""
        return {"merges": self.written()}

    def written(self) -> str:
        """Write the merges as lines: two tokens, a space between them, the first merge first."""
        names = ["".join(map(_PRINTED.__getitem__, token)) for token in self.vocab]
        lines = [" ".join([VERSION, *self.special])]
        return "\n".join([*lines, *(f"{names[a]} {names[b]}" for a, b in self.merges)]) + "\n"

    def save(self, path) -> None:
        """Write the merges to a file; see `load`."""
        files.replace(Path(path), self.written())

    def _plain(self, text: str):
        words = bpe.split_words(text)
        return np.array([i for word in words for i in self._word(word)], dtype=np.int64)

    def _special(self, text: str):
        return np.array([len(self.merges) + bpe.BYTES + self.special.index(text)])

    def _encode_word(self, word: str) -> tuple:
        return bpe.encode_word(tuple(word.encode()), self.ranks)


def load(path) -> BytePairs:
    """Read the merges of a file that `BytePairs.save` wrote, or of GPT-2's form.

    Raises
    ------
    ValueError
        If it can't be read or is no such file; the message names the file and the line.
    """
    try:
        return read(Path(path).read_text(encoding="utf-8"), str(path))
    except OSError as error:
        sentence = "{path} can't be read: {why}"
        raise ValueError(say(sentence, path=path, why=error.strerror)) from None
    except UnicodeDecodeError:
        sentence = "{path} is no file of merges: it is not UTF-8"
        raise ValueError(say(sentence, path=path)) from None


def read(text: str, name: str = "") -> BytePairs:
    """Read merges as `BytePairs.written` wrote them; `name` is what a message calls them."""
    name, (first, *lines) = name or say("the text"), text.removesuffix("\n").split("\n")
    if not first.startswith(VERSION):
        sentence = "{name} is no file of merges: its first line is not “{version}”"
        raise ValueError(say(sentence, name=name, version=VERSION))
    place = {name: i for i, name in enumerate(_PRINTED)}
    merges: list[tuple] = []
    for number, line in enumerate(lines, start=2):
        pair = line.split(" ")
        if len(pair) != 2 or not set(pair) <= place.keys() or "".join(pair) in place:
            sentence = (
                "{name}, line {n}: “{line}” is not two tokens that lines before it have made, and "
                "that make a new one"
            )
            raise ValueError(say(sentence, name=name, n=number, line=line[:40]))
        place["".join(pair)] = bpe.BYTES + len(merges)
        merges.append((place[pair[0]], place[pair[1]]))
    return BytePairs(merges, first.removeprefix(VERSION).split())


def from_facts(facts: dict):
    """Make the tokenizer whose `facts` these are.

    Raises
    ------
    ValueError
        If they tell of none.
    """
    if isinstance(facts.get("alphabet"), str):
        return Characters(facts["alphabet"])
    if isinstance(facts.get("merges"), str):
        return read(facts["merges"], say("the list of merges"))
    raise ValueError(say("neither an alphabet nor merges say what the tokens are"))


def _printable() -> list[str]:
    """Give each byte a sign that can be seen: its own if it has one, else one from 256 on.

    As GPT-2 does: a space is Ġ and the end of a line Ċ.
    """
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    unseen = [byte for byte in range(bpe.BYTES) if byte not in seen]
    signs = {byte: byte for byte in seen} | {byte: 256 + n for n, byte in enumerate(unseen)}
    return [chr(signs[byte]) for byte in range(bpe.BYTES)]


_PRINTED = _printable()


def _check_merges(merges):
    """Refuse merges of what isn't there yet, and a token that is made twice."""
    for rank, pair in enumerate(merges):
        if len(pair) != 2 or not all(0 <= i < bpe.BYTES + rank for i in pair):
            sentence = "merge {n} joins {pair}; two tokens from 0 to {last} are there by then"
            raise ValueError(say(sentence, n=rank, pair=tuple(pair), last=bpe.BYTES + rank - 1))
    made = bpe.vocabulary(merges)
    if len(set(made)) < len(made):
        twice = next(token for token in made if made.count(token) > 1)
        raise ValueError(say("two merges make the same token, {token!r}", token=twice))


def _check_special(special):
    """Refuse special tokens that couldn't be told apart."""
    for text in special:
        if not text or text.split() != [text] or list(special).count(text) > 1:
            sentence = "{text!r} is no special token: one word, once, is allowed"
            raise ValueError(say(sentence, text=text))
