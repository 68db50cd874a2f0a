"""The model that ships is the one that its manifest describes."""

import numpy as np
import torch

from course import data
from course.transformers import attention, tokens
from course.transformers.gpt import pretrained, train


def test_it_is_as_good_on_unseen_text_as_the_manifest_says():
    model, alphabet = pretrained.small_gpt()
    _, unseen = data.split_text(data.shakespeare())
    loss = train.evaluate(model, tokens.encode(unseen[:20_000], alphabet))
    assert 1.6 < loss < 1.9


def test_its_heads_look_where_the_formula_says():
    """The weights of a head are those of `attention.attend` on its own queries and keys."""
    model, alphabet = pretrained.small_gpt()
    ids = torch.from_numpy(tokens.encode("To be, or not to be", alphabet))[None]
    with torch.no_grad():
        block = model.blocks[0]
        x = block.norm1(model.embed(ids))
        q, k, v = (z.numpy() for z in block.attention.project(x, model.turn[:, : ids.shape[1]]))
        ours = model.weights(ids)[0].numpy()
    _, expected = attention.attend(q, k, v, causal=True)
    np.testing.assert_allclose(ours, expected, atol=1e-5)


def test_it_is_loaded_in_the_dtype_that_is_asked_for():
    torch.set_default_dtype(torch.float64)
    try:
        model, _ = pretrained.small_gpt()
    finally:
        torch.set_default_dtype(torch.float32)
    assert {p.dtype for p in model.parameters()} == {torch.float64}
