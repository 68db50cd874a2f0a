"""Bits a token: against PyTorch, and what padding must not change."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from course.transformers import score

RNG = np.random.default_rng(0)


def test_agrees_with_torch_where_padding_is_ignored():
    z, y = RNG.normal(size=(3, 5, 7)), RNG.integers(0, 7, (3, 5))
    real = RNG.random((3, 5)) < 0.6
    target = torch.from_numpy(np.where(real, y, -100)).flatten()
    nats = F.cross_entropy(torch.from_numpy(z).flatten(0, 1), target).item()
    assert score.bits_per_token(z, y, real) == pytest.approx(nats / np.log(2), abs=1e-12)


def test_what_stands_at_padded_places_does_not_matter():
    z, y, real = RNG.normal(size=(2, 4, 3)), RNG.integers(0, 3, (2, 4)), np.tri(2, 4, 2) > 0
    before = score.bits_per_token(z, y, real)
    assert score.bits_per_token(np.where(real[..., None], z, 9.0), y * real, real) == before


def test_uniform_logits_cost_log2_of_the_vocabulary():
    z, y = np.zeros((1, 4, 8)), RNG.integers(0, 8, (1, 4))
    assert score.bits_per_token(z, y, np.ones((1, 4), bool)) == pytest.approx(3)


@pytest.mark.parametrize(
    ("shape", "real", "words"),
    [((2, 3), np.ones((2, 4), bool), "must agree"), ((2, 3), np.zeros((2, 3), bool), "no token")],
)
def test_bad_batches_are_refused(shape, real, words):
    with pytest.raises(ValueError, match=words):
        score.bits_per_token(np.zeros((*shape, 5)), np.zeros(shape, int), real)


def test_bits_per_byte_do_not_depend_on_how_a_text_is_cut():
    """Two tokens of surprise a and b, or one of a + b: the text is as surprising."""
    cut = score.bits_per_byte(np.log([2.0, 8.0, 4.0]), np.array([1, 2, 5]))
    whole = score.bits_per_byte(np.log([16.0, 4.0]), np.array([3, 5]))
    assert cut == pytest.approx(whole) == pytest.approx(6 / 8)
    with pytest.raises(ValueError, match="one shape and at least one byte"):
        score.bits_per_byte(np.ones(2), np.ones(3))
    with pytest.raises(ValueError, match="with 0 bytes"):
        score.bits_per_byte(np.ones(2), np.zeros(2, dtype=int))
