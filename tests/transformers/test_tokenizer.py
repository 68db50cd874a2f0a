"""One interface for characters and byte pairs; a file of merges that is read back or refused."""

import numpy as np
import pytest
import tokenizers
from hypothesis import given
from hypothesis import strategies as st

from course import data
from course.transformers import bpe, tokenizer

END = "<|end|>"


@pytest.fixture(scope="module")
def pairs():
    return tokenizer.BytePairs.learn(data.shakespeare()[:100_000] + data.tang(), 700, [END])


def test_both_kinds_go_forth_and_back(pairs):
    text = data.shakespeare()[:3000]
    for one in (pairs, tokenizer.Characters("".join(sorted(set(text))))):
        ids = one.encode(text)
        assert ids.dtype == np.int64 and 0 <= ids.min() <= ids.max() < one.V
        assert one.decode(ids) == text
        again = tokenizer.from_facts(one.facts())
        assert again.V == one.V and np.array_equal(again.encode(text), ids)


def test_the_vocabulary_is_as_large_as_was_asked(pairs):
    assert pairs.V == 700
    assert tokenizer.BytePairs.learn("ab", 700).V == 257  # there is one pair to merge
    with pytest.raises(ValueError, match="the bytes alone are 256 tokens"):
        tokenizer.BytePairs.learn("ab", 256, [END])


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_file_keeps_the_tokenizer(pairs, text):
    again = tokenizer.read(pairs.written())
    assert again.merges == pairs.merges and again.special == (END,)
    assert np.array_equal(again.encode(text), pairs.encode(text))
    assert again.decode(again.encode(text)) == text


def test_the_file_is_readable_and_another_library_reads_it(pairs, tmp_path):
    pairs.save(tmp_path / "merges.txt")
    lines = (tmp_path / "merges.txt").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#version: 0.2 <|end|>"
    assert "Ġt he" in lines
    names = ["".join(tokenizer._PRINTED[b] for b in token) for token in pairs.vocab[:-1]]
    import json

    (tmp_path / "vocab.json").write_text(json.dumps({n: i for i, n in enumerate(names)}))
    files = (str(tmp_path / "vocab.json"), str(tmp_path / "merges.txt"))
    peer = tokenizers.Tokenizer(tokenizers.models.BPE.from_file(*files))
    peer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(
        add_prefix_space=False, use_regex=False
    )
    for word in bpe.split_words(data.shakespeare()[:20_000]):
        assert peer.encode(word).ids == pairs.encode(word).tolist()


def test_a_special_token_is_made_only_on_demand(pairs):
    text = f"To be.{END}Or not.{END}"
    asked, typed = pairs.encode(text, special=True), pairs.encode(text)
    assert (asked == pairs.V - 1).sum() == 2
    assert pairs.V - 1 not in typed
    assert pairs.decode(asked) == pairs.decode(typed) == text
    assert pairs.encode("", special=True).size == 0


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_writer_shows_whole_characters_only(pairs, text):
    write = pairs.writer()
    shown = [write([i]) for i in pairs.encode(text)]
    assert "".join(shown) == text
    assert "�" in text or "�" not in "".join(shown)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "its first line is not “#version: 0.2”"),
        ("#version: 0.2\na b\nabc d", "line 3: “abc d” is not two tokens"),
        ("#version: 0.2\na b\na b", "line 3: “a b” is not two tokens"),
        ("#version: 0.2\na  b", "line 2: “a  b” is not two tokens"),
        ("#version: 0.2\na b\n\n", "line 3: “” is not two tokens"),
        ("#version: 0.2 <a> <a>\na b", "'<a>' is no special token"),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(tmp_path, text, says):
    path = tmp_path / "merges.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError) as error:
        tokenizer.load(path)
    assert says in str(error.value)


def test_what_is_no_text_or_not_there_is_refused(tmp_path):
    with pytest.raises(ValueError, match="No such file"):
        tokenizer.load(tmp_path / "none")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match="it is not UTF-8"):
        tokenizer.load(tmp_path / "bytes")
    with pytest.raises(ValueError, match="merge 1 joins \\(97, 257\\)"):
        tokenizer.BytePairs([(97, 98), (97, 257)])
    with pytest.raises(ValueError, match="two merges make the same token, b'abc'"):
        tokenizer.BytePairs([(97, 98), (98, 99), (256, 99), (97, 257)])
    with pytest.raises(ValueError, match="neither an alphabet nor merges"):
        tokenizer.from_facts({"alphabet": 3})
