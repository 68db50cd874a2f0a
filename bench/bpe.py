"""Learning merges and encoding: the loop, the index of pairs, and the library `tokenizers`.

python bench/bpe.py [--merges 3840] [--naive 20]

The plays, in processor time. The loop learns a few merges only and is reckoned up: each of its
merges counts all words anew. The library, written in Rust, must give the same merges' tokens; its
speed is printed beside ours and is no goal. It may use several threads, so its processor time is
the sum of theirs; RAYON_NUM_THREADS=1 is set for a fair one.
"""

import argparse
import os
import time

os.environ["RAYON_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import tokenizers

from course import data
from course.transformers import bpe, merges
from course.transformers.tokenizer import _PRINTED, BytePairs

GOAL = 20.0  # seconds for 3,840 merges of the plays
PATTERN = r" ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def timed(f, *args):
    """Call f; returns its result and the processor's seconds."""
    begun = time.process_time()
    return f(*args), time.process_time() - begun


def cutting():
    """The library's way of cutting a text as `bpe.split_words` does, into bytes."""
    split = tokenizers.pre_tokenizers.Split(tokenizers.Regex(PATTERN), "isolated")
    level = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return tokenizers.pre_tokenizers.Sequence([split, level])


def peer_learns(text: str, V: int):
    """Train the library's byte-pair encoding."""
    peer = tokenizers.Tokenizer(tokenizers.models.BPE())
    peer.pre_tokenizer = cutting()
    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=V, initial_alphabet=alphabet, show_progress=False
    )
    peer.train_from_iterator([text], trainer)
    return peer


def peer_with(found):
    """The library with our merges."""
    names = ["".join(_PRINTED[b] for b in token) for token in bpe.vocabulary(found)]
    model = tokenizers.models.BPE(
        vocab={name: i for i, name in enumerate(names)},
        merges=[(names[a], names[b]) for a, b in found],
    )
    peer = tokenizers.Tokenizer(model)
    peer.pre_tokenizer = cutting()
    return peer


def main() -> None:
    """Print a row for each way of learning, then for each way of encoding."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--merges", type=int, default=3840)
    parser.add_argument("--naive", type=int, default=20, help="merges that the loop learns")
    args = parser.parse_args()
    text = data.shakespeare()

    words, count = timed(bpe.count_words, text)
    found, quick = timed(merges.learn, words, args.merges)
    few, slow = timed(bpe.learn_merges, words, args.naive)
    assert few == found[: args.naive], "the loop and the index disagree"
    _, library = timed(peer_learns, text, 256 + args.merges)
    loop = slow / args.naive * args.merges
    index = count + quick
    print(f"learning {len(found):,} merges from {len(text):,} characters, {len(words):,} words")
    row("index of pairs", index, f"(goal: under {GOAL:g} s)")
    row("the loop", loop, f"at most, from {args.naive} merges: {loop / index:.0f} times the index")
    row("tokenizers", library, f"the index takes {index / library:.1f} times as long")

    ours, peer = BytePairs(found), peer_with(found)
    ids, first = timed(ours.encode, text)
    _, again = timed(ours.encode, text)
    theirs, there = timed(lambda: peer.encode(text).ids)
    assert theirs == ids.tolist(), "the library encodes otherwise"
    print(f"encoding the same, {len(ids):,} tokens, equal to the library's")
    row("ours, at first", first, f"{len(text) / first / 1e6:.1f} million characters a second")
    row("ours, words known", again)
    row("tokenizers", there, f"ours takes {first / there:.1f} times as long at first")


def row(what: str, seconds: float, remark: str = "") -> None:
    """Print one line."""
    print(f"  {what:18}{seconds:8.2f} s   {remark}".rstrip())


if __name__ == "__main__":
    main()
