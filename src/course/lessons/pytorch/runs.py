"""The comparisons of this lesson: models trained from several seeds, each at its best rate."""

import numpy as np
import torch

from course.networks.pytorch import learning

SEEDS = 3


def trained(make, x, y, lr: float, seed: int = 0, *, epochs: int = 1, batch: int = 32):
    """Make a model and train it by AdamW, everything drawn from a seed.

    Parameters
    ----------
    make
        make() gives a module with logits (B, K).
    x, y : (N, …), (N,) of int64
        Inputs and labels.

    Returns
    -------
    model
    losses : list of float
        Of each batch of the last epoch.
    """
    torch.manual_seed(seed)
    model, rng, losses = make(), np.random.default_rng(seed), []
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    for _ in range(epochs):
        losses = learning.train_epoch(model, optimizer, x, y, rng, batch)
    return model, losses


def best(train, rates, held, *args, **how):
    """Train at each of these rates from three seeds, and return the best rate.

    Parameters
    ----------
    train
        train(*args, lr=lr, seed=seed, **how) gives a model, and its losses.
    held
        Inputs and labels (x, y) that score each model.

    Returns
    -------
    lr : float
        The rate whose mean accuracy is highest.
    scores : (3,)
        Its accuracies in percent, one for each seed.
    """
    scores = {}
    for lr in rates:
        models = [train(*args, lr=lr, seed=seed, **how)[0] for seed in range(SEEDS)]
        scores[lr] = 100 * np.array([learning.evaluate(model, *held)[1] for model in models])
    lr = max(scores, key=lambda lr: scores[lr].mean())
    return lr, scores[lr]
