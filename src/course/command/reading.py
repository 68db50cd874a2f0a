"""A text as a model reads it: as tokens; and a loss per token as one per character or byte."""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass

from course.words import say

KINDS = ("characters", "bpe")
VOCABULARY = 1024  # tokens of byte pairs, unless another number is asked for
LONGEST = 20_000  # characters of a word: each merge in it counts it all anew


@dataclass(frozen=True)
class Part:
    """A text and its tokens.

    Attributes
    ----------
    ids : (N,) of int64
        Its tokens.
    characters, bytes
        Its length.
    """

    ids: object
    characters: int
    bytes: int

    def per_character(self, loss: float) -> float:
        """Turn nats per token into nats per character, which compare between tokenizers."""
        return loss * len(self.ids) / self.characters

    def bits(self, loss: float) -> tuple[float, float]:
        """Turn nats per token into bits per character and bits per byte."""
        bits = loss * len(self.ids) / math.log(2)
        return bits / self.characters, bits / self.bytes


def parts(text: str, tokenizer) -> tuple[Part, Part]:
    """Cut a text 90 to 10, and write both parts as tokens."""
    from course import data

    first, rest = (
        Part(tokenizer.encode(part), len(part), len(part.encode()))
        for part in data.split_text(text)
    )
    return first, rest


def chosen(args: argparse.Namespace, text: str):
    """Make the tokenizer that a new run asks for; merges are learnt from what the model may see."""
    from course import data
    from course.transformers import tokenizer, tokens

    if args.tokens != "bpe":
        if args.vocabulary is not None:
            raise ValueError(
                say("--vocabulary goes with --tokens bpe; characters bring their own number.")
            )
        return tokenizer.Characters(tokens.alphabet(text))
    _check_words(text)
    V = VOCABULARY if args.vocabulary is None else args.vocabulary
    try:
        return tokenizer.BytePairs.learn(data.split_text(text)[0], V)
    except ValueError as error:
        raise ValueError(say("--vocabulary can't be used: {why}.", why=error)) from None


def kept(args: argparse.Namespace, facts: dict):
    """Make the tokenizer of a run that goes on; its kind can't be changed any more."""
    found = of_run(args.out, facts)
    kind = "characters" if "alphabet" in facts else "bpe"
    if args.tokens not in (None, kind) or args.vocabulary not in (None, found.V):
        raise ValueError(
            say(
                "The run in {run} reads {kind} with {n} tokens, and can't change that; leave "
                "--tokens and --vocabulary out.",
                run=args.out,
                kind=say("characters") if kind == "characters" else say("byte pairs"),
                n=found.V,
            )
        )
    return found


def of_run(folder, facts: dict):
    """Make the tokenizer whose facts a run has kept."""
    from course.transformers import tokenizer

    try:
        return tokenizer.from_facts(facts)
    except ValueError as error:
        raise ValueError(
            say(
                "The run in {run} doesn't say which text its tokens are: {why}.",
                run=folder,
                why=error,
            )
        ) from None


def _check_words(text: str):
    """Refuse a text without breaks, as of a genome, whose one word would take hours."""
    from course.transformers import bpe

    longest = max(map(len, bpe.split_words(text)))
    if longest > LONGEST:
        raise ValueError(
            say(
                "The text holds a word of {n:,} characters, and byte pairs are learnt within words "
                "of at most {most:,}. Break it into lines, or leave --tokens out.",
                n=longest,
                most=LONGEST,
            )
        )
