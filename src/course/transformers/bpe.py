"""Byte-pair encoding: text becomes tokens by merging frequent pairs, and comes back unchanged.

Taught in *Tokenization*. Tokens 0 to 255 are the bytes of UTF-8, so that every text can be written;
merge r, counted from 0, joins two tokens to token 256 + r. The list of merges is all that is
learnt, and its first merges are a tokenizer with a smaller vocabulary. Merges never join two
words: see `split_words`.

References
----------
Sennrich, Haddow and Birch (2016), https://aclanthology.org/P16-1162; on bytes: Radford et al.
(2019), "Language Models are Unsupervised Multitask Learners", section 2.2.
"""

import itertools
import re
from collections import Counter

BYTES = 256
# Letters, digits or other signs, each with the space before them if there is one; then white
# space. GPT-2's pattern without its English endings ('s, 'll), in the standard library's words:
# Python's `re` has no \p{L}, so ½ and Ⅷ stand with the letters here and not with the digits.
PATTERN = re.compile(r" ?[^\W\d_]+| ?\d+| ?(?:[^\w\s]|_)+|\s+(?!\S)|\s+")


def split_words(text: str) -> list[str]:
    """Cut a text into words, each with the space before it; joined they are the text again.

    Raises
    ------
    ValueError
        If the text holds half a surrogate pair, which UTF-8 can't write.
    """
    _check_text(text)
    return PATTERN.findall(text)


def count_words(text: str) -> dict[tuple, int]:
    """Count the words of a text, each as the tuple of its bytes."""
    return {tuple(word.encode()): n for word, n in Counter(split_words(text)).items()}


def pair_counts(words) -> dict[tuple, int]:
    """Count how often two tokens stand side by side within words.

    Parameters
    ----------
    words
        Word, a tuple of tokens, -> how often it occurs.

    Returns
    -------
    counts
        Pair of tokens -> how often. Every place counts: "aaa" holds the pair (a, a) twice.
    """
    counts = Counter()
    for word, n in words.items():
        for pair in itertools.pairwise(word):
            counts[pair] += n
    return counts


def merge_pair(word, pair, new: int) -> tuple:
    """Replace a pair by one token wherever it stands, from left to right.

    A token is used once: (a, a, a) becomes (new, a).

    Parameters
    ----------
    word
        Tuple of tokens.
    pair
        Tuple of two tokens.
    new
        The token that replaces them, not one of the two.
    """
    _check_new(pair, new)
    merged = []
    for token in word:
        if merged and (merged[-1], token) == pair:
            merged[-1] = new
        else:
            merged.append(token)
    return tuple(merged)


def learn_merges(words, n: int) -> list[tuple]:
    """Find n merges, one after another: always the most frequent pair, of equals the smallest.

    The definition, as a loop that counts everything anew for each merge; `merges.learn` gives the
    same, sooner.

    Parameters
    ----------
    words
        Word, a tuple of bytes, -> how often it occurs: see `count_words`.
    n
        How many. Fewer are found where each word has become one token.

    Returns
    -------
    merges
        Pairs of tokens; merge r makes token 256 + r.
    """
    merges = []
    while len(merges) < n and (counts := pair_counts(words)):
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        new = BYTES + len(merges)
        words = {merge_pair(word, best, new): k for word, k in words.items()}
        merges.append(best)
    return merges


def vocabulary(merges) -> list[bytes]:
    """List the bytes of each token: the 256 bytes, then what each merge makes."""
    vocab = [bytes([i]) for i in range(BYTES)]
    for a, b in merges:
        vocab.append(vocab[a] + vocab[b])
    return vocab


def ranks_of(merges) -> dict[tuple, int]:
    """Number the merges: pair -> rank, 0 for the first that was learnt."""
    return {tuple(pair): rank for rank, pair in enumerate(merges)}


def encode_word(word, ranks) -> tuple:
    """Merge the pairs of a word in the order in which the merges were learnt.

    Not the longest token first: as in training, the pair with the lowest rank is merged, wherever
    it stands, until no pair has a rank.

    Parameters
    ----------
    word
        Tuple of bytes.
    ranks
        Pair of tokens -> rank.
    """
    while pairs := [pair for pair in itertools.pairwise(word) if pair in ranks]:
        best = min(pairs, key=ranks.get)
        word = merge_pair(word, best, BYTES + ranks[best])
    return word


def encode_text(text: str, ranks) -> list[int]:
    """Write a text as tokens: each word's bytes, merged by rank."""
    return [i for word in split_words(text) for i in encode_word(tuple(word.encode()), ranks)]


def decode_tokens(ids, vocab) -> str:
    """Write tokens as text: their bytes joined, then read as UTF-8.

    Tokens may end within a character. Where the bytes make no character, as after a cut, the
    replacement character � stands for them; a text that `encode_text` wrote has no such place.

    Parameters
    ----------
    ids : (N,) of int
        Tokens.
    vocab
        The bytes of each token.
    """
    _check_ids(ids, vocab)
    return b"".join(vocab[i] for i in ids).decode(errors="replace")


def _check_text(text):
    """Refuse what isn't text, and name it with its place."""
    half = re.search("[\ud800-\udfff]", text)
    if half:
        raise ValueError(
            f"character {half.group()!r} at place {half.start()} is half of a surrogate pair; "
            "UTF-8 writes whole characters"
        )


def _check_new(pair, new):
    """Refuse a merge that would go on with its own result."""
    if new in pair:
        raise ValueError(f"the pair {pair} holds the new token {new} already")


def _check_ids(ids, vocab):
    """Refuse tokens that there are not."""
    wrong = next((i for i in ids if not 0 <= i < len(vocab)), None)
    if wrong is not None:
        raise ValueError(f"token {wrong} is not among the {len(vocab)} of the vocabulary")
