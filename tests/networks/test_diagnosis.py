"""What is told from traces, held against torch.optim's steps and against sampling."""

import math

import numpy as np
import pytest
import torch

from course.networks import diagnosis

RULES = {
    "gradient descent": lambda p, lr: torch.optim.SGD(p, lr=lr),
    "momentum": lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.7),
    "Nesterov": lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.7, nesterov=True),
    "RMSprop": lambda p, lr: torch.optim.RMSprop(p, lr=lr, alpha=0.95),
    "Adam": lambda p, lr: torch.optim.Adam(p, lr=lr),
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("g", [0.3, 2.0, 50.0])
def test_the_rules_of_torch_are_recognised(rule, g):
    p, places = torch.nn.Parameter(torch.zeros((), dtype=torch.float64)), [0.0]
    optimizer = RULES[rule]([p], 0.03)
    for _ in range(2):
        p.grad = torch.tensor(g, dtype=torch.float64)
        optimizer.step()
        places.append(p.item())
    first, second = -np.diff(places)
    assert diagnosis.which_rule(first, second, g, 0.03) == rule


GOOD = [2.4, 1.1, 0.3], [2.4, 1.2, 0.5], [1.0, 2.0, 0.5]


@pytest.mark.parametrize(
    ("train", "held", "norms", "fault"),
    [
        (*GOOD, "healthy"),
        ([9.0, 2.0, 0.3], *GOOD[1:], "initialization too large"),
        ([2.4, 30.0, 2.3], *GOOD[1:], "learning rate too high"),
        ([2.4, 2.0, math.nan], *GOOD[1:], "learning rate too high"),
        ([2.3, 2.3, 2.3], [2.3, 2.3, 2.3], [0.0, 0.0, 0.0], "dead network"),
        ([2.4, 2.3, 2.3], [2.4, 2.3, 2.3], [1.0, 1.0, 1.0], "wrong labels"),
        ([2.4, 0.3, 0.01], [2.4, 0.8, 1.1], [1.0, 1.0, 0.1], "overfitting"),
        ([2.4, 2.2, 2.0], [2.4, 2.2, 2.0], [1.0, 1.0, 1.0], "learning rate too low"),
    ],
)
def test_faults(train, held, norms, fault):
    assert diagnosis.name_the_fault(train, held, norms) == fault


def test_seeds_make_the_spread_of_a_difference_small_enough():
    n, rng = diagnosis.seeds_needed(0.5, 1.0), np.random.default_rng(0)
    means = rng.normal(size=(20_000, 2, n)).mean(axis=2)
    assert 2 * np.std(means[:, 0] - means[:, 1]) == pytest.approx(0.5, rel=0.03)
    assert diagnosis.seeds_needed(1.0, 0.0) == 1


@pytest.mark.parametrize(("gap", "spread"), [(0.0, 1.0), (-1.0, 1.0), (1.0, -0.1)])
def test_bad_input_is_named(gap, spread):
    with pytest.raises(ValueError, match=f"gap is {gap} and spread {spread}"):
        diagnosis.seeds_needed(gap, spread)
