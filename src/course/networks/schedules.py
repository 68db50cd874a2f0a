"""Learning rates that change with the step, and a test that finds where to begin.

Taught in *Training runs*.
"""

import itertools
import math


def warmup_cosine(step: int, *, steps: int, warmup: int = 0, lr: float = 1.0, final: float = 0.0):
    """Rise in a straight line to `lr`, then fall along half a cosine to `final`.

    Parameters
    ----------
    step
        Steps taken so far, from 0. The first step already moves: it has lr / (warmup + 1).
    steps
        Length of the whole run; from there on the rate stays at `final`.
    warmup
        Steps before `lr` is reached.

    Returns
    -------
    float
        The learning rate of this step.

    References
    ----------
    Loshchilov & Hutter (2017), eq. 5, https://arxiv.org/abs/1608.03983
    """
    _check_span(step, steps, warmup=warmup)
    if step < warmup:
        return lr * (step + 1) / (warmup + 1)
    done = min(1.0, (step - warmup) / (steps - warmup))
    return final + (lr - final) * (1 + math.cos(math.pi * done)) / 2


def warmup_stable_decay(
    step: int, *, steps: int, warmup: int = 0, cooldown: int, lr: float = 1.0, final: float = 0.0
):
    """Rise, stay, and over the last `cooldown` steps fall in a straight line to `final`.

    The plateau needs no end fixed in advance: cool down when time is up.
    Source: Zhai et al. (2022); Hägele et al. (2024), https://arxiv.org/abs/2405.18392
    """
    _check_span(step, steps, warmup=warmup, cooldown=cooldown)
    if step < warmup:
        return lr * (step + 1) / (warmup + 1)
    left = min(1.0, max(0.0, (steps - step) / cooldown))
    return final + (lr - final) * left


def lr_range_test(f, p, lrs):
    """Take one gradient step at each learning rate, ever larger; return the losses on the way.

    Stops after a loss that is not finite or is above four times the best. A good rate lies where
    the loss falls steeply, well before the place where it turns up.

    Parameters
    ----------
    f
        p -> (loss, gradient).
    p : array
        Where to start; left as it is.
    lrs
        Rising learning rates.

    Returns
    -------
    list of float
        The loss before each step; shorter than `lrs` if the run blew up.

    References
    ----------
    Smith (2017), https://arxiv.org/abs/1506.01186
    """
    _check_rates(lrs)
    losses = []
    for lr in lrs:
        loss, g = f(p)
        losses.append(float(loss))
        if not loss <= 4 * min(losses):  # also true of nan
            break
        p = p - lr * g
    return losses


def _check_span(step, steps, warmup, cooldown=1):
    if step < 0 or steps < 1:
        raise ValueError(f"step {step} of {steps}: a run has one step or more, counted from 0")
    if warmup < 0 or cooldown < 1 or warmup + cooldown > steps:
        raise ValueError(f"{warmup} steps up and {cooldown} down do not fit into {steps}")


def _check_rates(lrs):
    if len(lrs) == 0 or not all(0 < a < math.inf for a in lrs):
        raise ValueError("lrs must be positive, finite learning rates, at least one")
    if any(b < a for a, b in itertools.pairwise(lrs)):
        raise ValueError("lrs must rise")
