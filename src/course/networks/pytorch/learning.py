"""Gradients, training and evaluation in PyTorch, and what one softmax too many costs.

Taught in *PyTorch*. The functions work for any module that makes logits (B, K) of inputs.
"""

import math

import torch
import torch.nn.functional as F


def loss_and_gradients(params, x, y):
    """As `mlp.loss_and_gradients`, with the way back left to autograd.

    Parameters
    ----------
    params
        Pairs (W, b) of tensors; what they remember of gradients is not touched.
    x : (B, n_in)
    y : (B,) of int64
        Labels.

    Returns
    -------
    loss : float
    grads : list of (dW, db)
        In the order and shapes of params.
    """
    leaves = [p.detach().requires_grad_() for pair in params for p in pair]
    *hidden, (W, b) = zip(leaves[::2], leaves[1::2], strict=True)
    for V, c in hidden:
        x = torch.relu(x @ V + c)
    loss = F.cross_entropy(x @ W + b, y)
    loss.backward()
    grads = [p.grad for p in leaves]
    return loss.item(), list(zip(grads[::2], grads[1::2], strict=True))


def train_epoch(model, optimizer, x, y, rng, batch: int) -> list[float]:
    """Let a model learn from every example once, in a new order.

    Parameters
    ----------
    model
        A module that makes logits (B, K) of x; it is left in training mode.
    optimizer
        One of PyTorch's, over the model's parameters.
    x, y : (N, …), (N,) of int64
        Inputs and labels.
    rng : numpy.random.Generator
        Draws the order.
    batch
        Examples in a step; the last step takes what is left.

    Returns
    -------
    losses : list of float
        Mean cross-entropy of each batch, before its step.
    """
    losses = []
    model.train()
    for rows in torch.from_numpy(rng.permutation(len(x))).split(batch):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x[rows]), y[rows])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@torch.no_grad()
def evaluate(model, x, y) -> tuple[float, float]:
    """Return a model's mean cross-entropy and its accuracy; it is left in evaluation mode."""
    model.eval()
    z = model(x)
    return F.cross_entropy(z, y).item(), (z.argmax(-1) == y).double().mean().item()


def fit(model, optimizer, data, held, rng, epochs: int, batch: int) -> list[float]:
    """Train for some epochs; after each, score on what the gradient never sees.

    Parameters
    ----------
    data, held
        Pairs (x, y): what is learnt from, and what is held out.
    model, optimizer, rng, batch
        As in `train_epoch`.

    Returns
    -------
    scores : list of float
        Held-out accuracy after each epoch.
    """
    (x, y), scores = data, []
    for _ in range(epochs):
        model.train()
        for rows in torch.from_numpy(rng.permutation(len(x))).split(batch):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            z = model(held[0])
        scores.append((z.argmax(-1) == held[1]).double().mean().item())
    return scores


def doubled_floor(K: int) -> float:
    """Return the least that cross-entropy can be when it is given probabilities for logits.

    The best probabilities are 1 for the label and 0 for the K − 1 others. A second softmax makes
    e / (e + K − 1) of that 1, so the loss is never below ln(e + K − 1) − 1.
    """
    return math.log(math.e + K - 1) - 1
