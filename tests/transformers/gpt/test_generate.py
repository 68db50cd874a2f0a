"""Writing with and without a cache is the same; what may be drawn is what was asked for."""

import numpy as np
import pytest
import torch

from course.transformers.gpt import generate
from course.transformers.gpt.config import MODERN, Config
from course.transformers.gpt.model import GPT

SMALL = {"vocab": 11, "context": 12, "layers": 2, "heads": 2, "width": 16}


def lively(**changes):
    """A model whose greedy text is not one letter over and over."""
    model = GPT(Config(**{**SMALL, **changes}))
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for p in model.parameters():
            p.normal_(0, 0.6, generator=generator)
    return model


VARIANTS = {"plain": {}, "modern": MODERN, "no layers": {"layers": 0, "taps": 3}}


@pytest.mark.parametrize("jump", [None, 1, 12])
@pytest.mark.parametrize("variant", VARIANTS)
def test_greedy_text_is_the_same_with_and_without_a_cache(variant, jump):
    model = lively(**VARIANTS[variant])
    prompt = np.array([1, 2, 3])
    texts = [
        generate.generate(model, prompt, 40, temperature=0, cache=cache, jump=jump)
        for cache in (True, False)
    ]
    np.testing.assert_array_equal(*texts)
    assert texts[0].shape == (43,)  # three and a half contexts
    assert len(set(texts[0].tolist())) > 2


def test_within_the_context_every_jump_writes_the_same():
    model = lively(**MODERN)
    texts = [generate.generate(model, [5], 11, temperature=0, jump=j) for j in (1, 6, 12)]
    np.testing.assert_array_equal(texts[0], texts[1])
    np.testing.assert_array_equal(texts[0], texts[2])


def test_a_sliding_window_is_the_plain_definition():
    model, ids = lively(), [1, 2, 3]
    for _ in range(30):
        ids.append(model(torch.tensor([ids[-12:]]))[0, -1].argmax().item())
    assert generate.generate(model, [1, 2, 3], 30, temperature=0, jump=1).tolist() == ids


@pytest.mark.parametrize("jump", [1, 3, 6, 12])
def test_windows(jump):
    starts = [generate.window(n, 12, jump) for n in range(1, 60)]
    assert starts[:12] == [0] * 12
    for n, start in enumerate(starts, start=1):
        assert start % jump == 0
        assert n - start <= 12
        assert start == 0 or n - start > 12 - jump
    assert generate.window(13, 12) == 6


def test_batches_and_draws_depend_on_the_generator_alone():
    model = lively(**MODERN)
    prompts = np.array([[1, 2], [3, 4], [1, 2]])
    draws = [
        generate.generate(model, prompts, 20, generator=torch.Generator().manual_seed(s), top_k=5)
        for s in (0, 0, 1)
    ]
    assert draws[0].shape == (3, 22)
    np.testing.assert_array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0], draws[2])
    alone = generate.generate(model, [3, 4], 20, temperature=0)
    np.testing.assert_array_equal(generate.generate(model, prompts, 20, temperature=0)[1], alone)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"temperature": -1}, "temperature is -1"),
        ({"top_k": 0}, "keep at least 1"),
        ({"top_p": 0.0}, "above 0"),
        ({"top_p": 1.5}, "up to 1"),
        ({"min_p": 2.0}, "min_p is 2.0"),
        ({"jump": 13}, "window of 12 moves by 1 to 12"),
        ({"generator": None}, "needs a generator"),
    ],
)
def test_options_that_are_refused(options, says):
    options = {"generator": torch.Generator(), **options}
    with pytest.raises(ValueError, match=says):
        generate.generate(lively(), [1], 3, **options)


def test_texts_that_are_refused():
    with pytest.raises(ValueError, match="at least one token"):
        generate.generate(lively(), np.zeros(0, int), 3, temperature=0)
    for unknown in (-1, 11):
        with pytest.raises(ValueError, match="allowed is 0 to 10"):
            generate.generate(lively(), [3, unknown], 3, temperature=0)
    with pytest.raises(ValueError, match="can't get shorter"):
        generate.generate(lively(), [1], -1, temperature=0)


def test_nothing_to_write_gives_the_text_back():
    np.testing.assert_array_equal(generate.generate(lively(), [4, 5], 0, temperature=0), [4, 5])
