"""Optimizers for the list of a network's parameters. Taught in *Optimizers*.

The rules themselves are in `updates`, written once for NumPy arrays and torch tensors. The
functions here apply one to every parameter and are pure: parameters and state go in, new ones
come out. `inplace=True` writes the same values into the arrays given, block by block, so that what
a rule computes on the way stays in the processor's cache.
"""

import math
from typing import NamedTuple

from course.networks.updates import (
    adam_step,
    adamw_step,
    momentum_step,
    muon_step,
    nesterov_step,
    rmsprop_step,
)

BLOCK = 24576  # entries updated at a time: a handful of such arrays fit a core's own cache


class State(NamedTuple):
    """What an optimizer remembers: steps taken, and a tuple of arrays for each parameter."""

    t: int
    slots: list


def sgd(
    params, grads, state=None, *, lr, momentum=0.0, nesterov=False, weight_decay=0.0, inplace=False
):
    """Gradient descent; with momentum, Nesterov's look-ahead and L2 decay if asked.

    Stochastic or not is decided by the gradient given: all the data, a batch, or one example.

    Parameters
    ----------
    params, grads : lists of arrays or tensors
        Each gradient of its parameter's shape.
    state
        What the last call returned; None to begin.
    lr
        Learning rate, or one for each parameter.
    weight_decay
        Added to the gradient as weight_decay · p.
    inplace
        Write into `params` and `state` instead of making new ones: same values, faster.

    Returns
    -------
    params, state
        One step later.

    Raises
    ------
    ValueError
        If a shape, a rate or a decay is not one that the rule allows.
    """
    _check_settings(momentum=momentum, weight_decay=weight_decay)
    rule = nesterov_step if nesterov else momentum_step

    def step(p, g, v, t, lr):
        return rule(p, _l2(g, p, weight_decay), v, lr=lr, momentum=momentum)

    return _apply(step, 1, params, grads, state, lr, inplace)


def rmsprop(
    params, grads, state=None, *, lr=1e-2, beta=0.99, eps=1e-8, weight_decay=0.0, inplace=False
):
    """RMSprop on lists; arguments as in `sgd`."""
    _check_settings(beta=beta, eps=eps, weight_decay=weight_decay)

    def step(p, g, v, t, lr):
        return rmsprop_step(p, _l2(g, p, weight_decay), v, lr=lr, beta=beta, eps=eps)

    return _apply(step, 1, params, grads, state, lr, inplace)


def adam(
    params, grads, state=None, *, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.0,
    inplace=False,
):  # fmt: skip
    """Adam on lists; `weight_decay` goes through the gradient (L2). Arguments as in `sgd`."""
    _check_settings(beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay)

    def step(p, g, m, v, t, lr):
        g = _l2(g, p, weight_decay)
        return adam_step(p, g, m, v, t, lr=lr, beta1=beta1, beta2=beta2, eps=eps)

    return _apply(step, 2, params, grads, state, lr, inplace)


def adamw(
    params, grads, state=None, *, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01,
    inplace=False,
):  # fmt: skip
    """AdamW on lists; `weight_decay`, one for all or one for each, shrinks the parameter itself.

    Arguments as in `sgd`.
    """
    for decay in _each(weight_decay, [None]):
        _check_settings(beta1=beta1, beta2=beta2, eps=eps, weight_decay=decay)
    settings = {"beta1": beta1, "beta2": beta2, "eps": eps}

    def step(p, g, m, v, t, lr, weight_decay):
        return adamw_step(p, g, m, v, t, lr=lr, weight_decay=weight_decay, **settings)

    return _apply(step, 2, params, grads, state, lr, inplace, weight_decay=weight_decay)


def muon(
    params, grads, state=None, *, lr=0.02, momentum=0.95, weight_decay=0.1, steps=5, inplace=False
):
    """Muon on a list of matrices; vectors and embeddings go to `adamw`. Arguments as in `sgd`."""
    _check_settings(momentum=momentum, weight_decay=weight_decay)
    for i, p in enumerate(params):
        if p.ndim != 2:
            raise ValueError(f"muon moves matrices; parameter {i} has shape {tuple(p.shape)}")

    def step(p, g, v, t, lr):
        return muon_step(p, g, v, lr=lr, momentum=momentum, weight_decay=weight_decay, steps=steps)

    return _apply(step, 1, params, grads, state, lr, inplace, whole=True)


def _l2(g, p, weight_decay):
    return g + weight_decay * p if weight_decay else g


def _apply(step, n_slots, params, grads, state, lr, inplace, whole=False, **more):
    """One step of a rule on every parameter; lr and more are one number, or one for each."""
    arrays, grads = [_plain(p) for p in params], [_plain(g) for g in grads]
    if state is None:
        state = State(0, [tuple((0 * p)[...] for _ in range(n_slots)) for p in arrays])
    lists = {name: _each(value, arrays) for name, value in {"lr": lr, **more}.items()}
    _check_lists(arrays, grads, lists, state.slots)
    t, after = state.t + 1, []
    for p, g, slots, *own in zip(arrays, grads, state.slots, *lists.values(), strict=True):
        settings = {"t": t, **dict(zip(lists, map(float, own), strict=True))}
        if inplace:
            _overwrite(step, [...] if whole else _blocks(p), p, g, slots, **settings)
        else:
            p, *slots = step(p, g, *slots, **settings)
        after.append((p, tuple(slots)))
    new = list(params) if inplace else [p for p, _ in after]
    return new, State(t, [slots for _, slots in after])


def _each(value, arrays):
    """A list with one entry for each array."""
    return list(value) if isinstance(value, (list, tuple)) else [value] * len(arrays)


def _overwrite(step, blocks, p, g, slots, **settings):
    """Put what the rule returns where its arguments were."""
    p, g, *slots = (_shared(a) for a in (p, g, *slots))
    for rows in blocks:
        old = [a[rows] for a in (p, *slots)]
        for a, new in zip(old, step(old[0], g[rows], *old[1:], **settings), strict=True):
            a[...] = new


def _shared(a):
    """A NumPy view of a CPU tensor's memory, where there is one: its short operations cost less."""
    try:
        return a.numpy()
    except (AttributeError, TypeError):  # an array; a tensor on an accelerator or in bfloat16
        return a


def _plain(a):
    """The tensor without its graph, sharing memory; an array as it is."""
    return a.detach() if hasattr(a, "detach") else a


def _blocks(p):
    """Rows of p, about BLOCK entries at a time."""
    if p.ndim == 0 or str(p.device) != "cpu":
        return [...]  # an accelerator likes one long operation
    rows = max(1, BLOCK * len(p) // max(1, math.prod(p.shape)))
    return [slice(i, i + rows) for i in range(0, len(p), rows)]


# --- gradient clipping ----------------------------------------------------------------------


def global_norm(grads) -> float:
    """Length of all gradients laid end to end as one vector."""
    return float(sum((g * g).sum() for g in grads)) ** 0.5


def clip_by_norm(grads, limit: float):
    """Shrink all gradients by one common factor, so that their global norm is at most `limit`.

    One factor keeps the direction. Returns the gradients and the norm before clipping.
    Source: Pascanu et al. (2013), https://arxiv.org/abs/1211.5063
    """
    _check_limit(grads, limit)
    norm = global_norm(grads)
    scale = limit / norm if norm > limit else 1.0
    return [scale * g for g in grads], norm


# --- what is refused ------------------------------------------------------------------------


def _check_limit(grads, limit):
    if len(grads) == 0:
        raise ValueError("no gradients were given: the list is empty")
    if not 0 < limit < math.inf:
        raise ValueError(f"limit is {limit}; a norm to clip to is positive and finite")


def _check_settings(**settings):
    for name, value in settings.items():
        if name in ("eps", "weight_decay"):
            if not 0 <= value < math.inf:
                raise ValueError(f"{name} is {value}; allowed is 0 or more, and finite")
        elif not 0 <= value < 1:
            raise ValueError(f"{name} is {value}; allowed is from 0 up to, not including, 1")


def _check_lists(params, grads, lists, slots):
    if len(params) == 0:
        raise ValueError("no parameters were given: the list is empty")
    rates = lists["lr"]
    given = {"parameters": params, "gradients": grads, "learning rates": rates, "states": slots}
    if "weight_decay" in lists:
        given["weight decays"] = lists["weight_decay"]
    if len({len(entries) for entries in given.values()}) > 1:
        counts = ", ".join(f"{len(entries)} {name}" for name, entries in given.items())
        raise ValueError(f"{counts}: one of each is needed for every parameter")
    for i, (p, g, rate) in enumerate(zip(params, grads, rates, strict=True)):
        if g is None:
            raise ValueError(f"parameter {i} has no gradient (None): was backward run on it?")
        if p.shape != g.shape:
            shapes = f"{tuple(p.shape)} and its gradient {tuple(g.shape)}"
            raise ValueError(f"parameter {i} has shape {shapes}: they must be equal")
        if not 0 <= rate < math.inf:
            raise ValueError(f"learning rate {rate} for parameter {i}; allowed is 0 or more")
