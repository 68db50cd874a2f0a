"""The shipped model read by NumPy agrees with PyTorch, with and without its memory."""

import numpy as np
import pytest
import torch
from safetensors.numpy import load

from course import data
from course.transformers import numpy_modern, tokens
from course.transformers.gpt import generate, pretrained


@pytest.fixture(scope="module")
def shipped():
    """Parameters, PyTorch's model in double precision, and the alphabet."""
    torch.set_default_dtype(torch.float64)
    try:
        model, alphabet = pretrained.small_gpt()
    finally:
        torch.set_default_dtype(torch.float32)
    p = {name: w.astype(float) for name, w in load(data.shipped("small_gpt.safetensors")).items()}
    return p, model, alphabet


def test_the_logits_are_those_of_the_torch_model(shipped):
    p, model, alphabet = shipped
    ids = tokens.encode(data.shakespeare()[5000:5064], alphabet)
    z = numpy_modern.forward(p, ids, L=2, H=4)
    with torch.no_grad():
        np.testing.assert_allclose(z, model(torch.from_numpy(ids)[None])[0].numpy(), atol=1e-6)


def test_a_text_read_in_parts_gets_the_logits_of_the_whole(shipped):
    p, _, alphabet = shipped
    ids, memory = tokens.encode("Enter the ghost.", alphabet), {}
    cut = np.split(ids, [1, 7, 8])
    parts = [numpy_modern.forward(p, part, 2, 4, memory) for part in cut]
    np.testing.assert_allclose(np.concatenate(parts), numpy_modern.forward(p, ids, 2, 4))


def test_what_it_writes_greedily_is_what_torch_writes_beyond_the_context(shipped):
    p, model, alphabet = shipped
    ids = tokens.encode("ROMEO:", alphabet)
    written = list(numpy_modern.write(p, ids, 200, L=2, H=4, context=64, temperature=0))
    assert written == generate.generate(model, ids, 200, temperature=0)[len(ids) :].tolist()


def test_only_the_most_probable_are_drawn():
    rng, z = np.random.default_rng(0), np.array([0.0, 3.0, 1.0, 2.0])
    assert {numpy_modern.choose(rng, z, 5.0, top_k=2) for _ in range(99)} == {1, 3}
    drawn = [numpy_modern.choose(rng, np.log([1.0, 3.0])) for _ in range(4000)]
    assert np.mean(drawn) == pytest.approx(0.75, abs=0.03)
