"""The forward pass in NumPy agrees with PyTorch's, and its pieces keep their laws."""

import numpy as np
import pytest
import torch

from course.transformers import numpy_gpt
from course.transformers.gpt.config import Config
from course.transformers.gpt.model import GPT


@pytest.mark.parametrize("seed", [0, 1])
def test_the_logits_are_those_of_the_torch_model(seed):
    config = Config(11, context=9, layers=3, heads=2, width=6, activation="gelu_tanh")
    model = GPT(config, seed).double()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():  # biases and scales that are not 0 and 1
        for p in model.parameters():
            p += 0.3 * torch.randn(p.shape, generator=generator, dtype=p.dtype)
    ids = torch.randint(0, 11, (4, 7), generator=generator)
    p = {name: value.numpy() for name, value in model.state_dict().items()}
    ours = numpy_gpt.forward(p, ids.numpy(), L=3, H=2)
    np.testing.assert_allclose(ours, model(ids).detach().numpy(), atol=1e-12)


def test_a_text_in_two_parts_gets_the_places_of_the_whole():
    rng = np.random.default_rng(0)
    E, P, ids = rng.normal(size=(5, 3)), rng.normal(size=(9, 3)), rng.integers(0, 5, (2, 7))
    parts = [numpy_gpt.embed(ids[:, :4], E, P), numpy_gpt.embed(ids[:, 4:], E, P, past=4)]
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), numpy_gpt.embed(ids, E, P))


def test_a_block_that_adds_nothing_changes_nothing():
    x = np.random.default_rng(1).normal(size=(2, 3, 4))
    nothing = np.zeros_like
    np.testing.assert_array_equal(numpy_gpt.block(x, nothing, nothing, nothing, nothing), x)


@pytest.mark.parametrize("past", [-1, 3])
def test_a_place_without_a_row_is_refused(past):
    with pytest.raises(ValueError, match="context of 6 places"):
        numpy_gpt.embed(np.zeros((1, 4), int), np.ones((2, 3)), np.ones((6, 3)), past)
