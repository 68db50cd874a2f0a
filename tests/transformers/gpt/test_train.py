"""Training: steps that equal PyTorch's, evaluation that equals a slow loop, a loop that learns."""

import inspect
import math

import numpy as np
import pytest
import torch

from course.transformers import tokens
from course.transformers.gpt import model as gpt
from course.transformers.gpt import train
from course.transformers.gpt.config import MODERN, Config
from course.transformers.gpt.recipe import Recipe

SIZES = {"context": 8, "layers": 1, "heads": 2, "width": 16}
TEXT = np.random.default_rng(0).permutation(np.tile(np.arange(7), 60))
VARIANTS = {"plain": {}, "modern": MODERN}


def model_of(variant="modern", V=7):
    return gpt.GPT(Config(V, **SIZES, **VARIANTS[variant]))


def fit(model, recipe, ids=TEXT):
    return [loss for _, loss in train.fit(model, ids, recipe)]


@pytest.mark.parametrize("variant", VARIANTS)
def test_steps_equal_those_of_torch(variant):
    rates = {"lr": 3e-3, "lr_head": 2e-2, "lr_embed": 1e-2, "weight_decay": 0.07, "clip": 0.3}
    recipe = Recipe(steps=6, batch=4, warmup=2, **rates)
    ours, model = model_of(variant), model_of(variant)
    groups = train.groups(model, recipe)
    theirs = torch.optim.AdamW([dict(group) for group in groups], betas=(0.85, 0.99))
    for t in range(6):
        x, y = train.batch(TEXT, recipe, 8, t)
        for group, start in zip(theirs.param_groups, groups, strict=True):
            group["lr"] = start["lr"] * recipe.rate(t)
        theirs.zero_grad()
        model.loss(x, y).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.3)
        theirs.step()
    fit(ours, recipe)
    for a, b in zip(ours.parameters(), model.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("variant", VARIANTS)
def test_groups_hold_every_parameter_once_and_only_matrices_decay(variant):
    recipe, model = Recipe(lr=1.0, lr_head=2.0, lr_embed=3.0, weight_decay=0.5), model_of(variant)
    names = {id(p): name for name, p in model.named_parameters()}
    found = [
        (names.pop(id(p)), g["lr"], g["weight_decay"])
        for g in train.groups(model, recipe)
        for p in g["params"]
    ]
    assert not names
    for name, lr, decay in found:
        table = name in ("E", "P", "earlier")
        assert lr == (3.0 if table else 2.0 if name == "head.W" else 1.0)
        assert decay == (0.5 if name.endswith(".W") else 0.0)


def test_the_loop_is_the_one_of_every_tutorial():
    """zero_grad, loss, backward, step, in this order."""
    source = inspect.getsource(train.fit)
    words = ("optimizer.zero_grad()", "model.loss(", "loss.backward()", "optimizer.step(")
    places = [source.index(word) for word in words]
    assert places == sorted(places)


def test_one_batch_can_be_learnt_by_heart():
    losses = fit(model_of(), Recipe(steps=100, batch=1), np.array([0, 3, 1, 6, 2, 5, 4, 1, 2]))
    assert losses[0] == pytest.approx(math.log(7), rel=1e-5)
    assert losses[-1] < 0.05


def test_batches_depend_on_text_seed_and_step_alone():
    first, again, later, other = (
        train.batch(TEXT, Recipe(seed=seed), 8, step)
        for seed, step in [(0, 0), (0, 0), (0, 1), (1, 0)]
    )
    torch.testing.assert_close(first, again)
    assert not torch.equal(first[0], later[0])
    assert not torch.equal(first[0], other[0])


def test_a_batch_of_ones_own_is_what_the_loop_asks_for():
    def unshifted(ids, recipe, T, step):
        x, _ = train.batch(ids, recipe, T, step)
        return x, x

    *_, last = train.fit(model_of(), TEXT, Recipe(steps=60, batch=8), batch=unshifted)
    assert last == (60, pytest.approx(0, abs=0.1))


@pytest.mark.parametrize("n", [2, 8, 9, 10, 100, 417])
def test_evaluation_asks_for_every_token_but_the_first_once(n):
    model, ids = model_of(), torch.as_tensor(TEXT[:n])
    with torch.no_grad():
        model.head.W.normal_(generator=torch.Generator().manual_seed(1))
        slow = []
        for t in range(1, n):
            start = (t - 1) // 8 * 8
            z = model(ids[None, start:t])[0, -1]
            slow.append(-z.log_softmax(-1)[ids[t]].item())
    assert train.evaluate(model, TEXT[:n], batch=3) == pytest.approx(np.mean(slow), rel=1e-5)


def test_a_model_that_blows_up_says_so_before_it_spoils_the_weights():
    model = gpt.GPT(Config(7, **SIZES, tied=False))
    signs = torch.randint(2, model.head.W.shape, generator=torch.Generator().manual_seed(0)) * 2 - 1
    # Finite weights, whose logits overflow in whatever order they are summed.
    model.head.W.data = 3e38 * signs
    before = [p.clone() for p in model.parameters()]
    with pytest.raises(ValueError, match="blown up"):
        fit(model, Recipe(steps=12, batch=4))
    assert all(map(torch.equal, before, model.parameters()))


def test_texts_that_are_too_short():
    with pytest.raises(ValueError, match="text, 8, are too few for one window of 8"):
        fit(model_of(), Recipe(), TEXT[:8])
    with pytest.raises(ValueError, match="has no token to ask for"):
        train.evaluate(model_of(), TEXT[:1])


def test_characters_train_end_to_end():
    text = "the cat sat on the mat. " * 40
    letters = tokens.alphabet(text)
    ids, model = tokens.encode(text, letters), model_of(V=len(letters))
    fit(model, Recipe(steps=60, batch=8), ids[:800])
    assert train.evaluate(model, ids[800:]) < 0.5
