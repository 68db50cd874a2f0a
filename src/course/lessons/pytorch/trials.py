"""The short trainings that this lesson compares: each at its best rate, over three seeds."""

import numpy as np
import torch
import torch.nn.functional as F

from course.networks.pytorch import learning, nets

SEEDS = range(3)


def few_steps(rule, lr, x, y, *, seed=0, steps=200, clear=True, twice=False, **options):
    """Train 784-32-10 on batches of 32 that are drawn at random.

    Parameters
    ----------
    rule
        One of PyTorch's optimizers.
    clear
        Whether each step begins with `zero_grad`.
    twice
        Whether the loss is given probabilities where it takes logits.
    **options
        Of the optimizer, beside its rate.

    Returns
    -------
    net
        The trained network.
    losses : list of float
        Of each batch, before its step.
    """
    rng, losses = np.random.default_rng(seed), []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = nets.Net([784, 32, 10]).double()
    optimizer = rule(net.parameters(), lr=lr, **options)
    for rows in torch.from_numpy(rng.integers(len(x), size=(steps, 32))):
        if clear:
            optimizer.zero_grad()
        z = net(x[rows])
        loss = F.cross_entropy(z.softmax(-1) if twice else z, y[rows])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return net, losses


def few_epochs(make, lr, x, y, *, seed=0, epochs=3):
    """Train the network that `make()` draws, by AdamW on batches of 32; return it."""
    rng = np.random.default_rng(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = make().double()
    optimizer = torch.optim.AdamW(net.parameters(), lr=lr)
    for _ in range(epochs):
        learning.train_epoch(net, optimizer, x, y, rng, 32)
    return net


def best_of_steps(rule, rates, x, y, held, **how):
    """Return the best rate of `few_steps`, and each seed's held-out accuracy in percent."""
    return _best(lambda lr, seed: few_steps(rule, lr, x, y, seed=seed, **how)[0], rates, held)


def best_of_epochs(make, rates, x, y, held):
    """Return the best rate of `few_epochs`, and each seed's held-out accuracy in percent."""
    return _best(lambda lr, seed: few_epochs(make, lr, x, y, seed=seed), rates, held)


def _best(run, rates, held):
    tried = {}
    for lr in rates:
        right = [learning.evaluate(run(lr, seed), *held)[1] for seed in SEEDS]
        tried[lr] = 100 * np.array(right)
    lr = max(tried, key=lambda lr: tried[lr].mean())
    return lr, tried[lr]
