"""One batch on several cores: each thread works out a part of it, and the gradients are added up.

This is data parallelism, the way in which large models are trained on many machines, inside one
process. PyTorch's own threads cut up each operation instead and meet after every one: at the sizes
of a laptop they wait for each other longer than they compute. These meet once a step. The mean
over a batch is the sum of its parts' means, each weighed by its size, and so is its gradient.
Used by `train.Run`.
"""

from concurrent.futures import ThreadPoolExecutor, wait
from typing import NamedTuple

import torch

WORTH = 384  # tokens that keep a thread busy for longer than it waits


def threads_for(B: int, T: int) -> int:
    """Number of threads that a batch of B windows of T tokens is worth on this machine.

    At most PyTorch's own number, and one that divides B, so that none waits for another's window.
    """
    most = max(1, min(torch.get_num_threads(), B * T // WORTH))
    return max(n for n in range(1, most + 1) if B % n == 0)


class Member(NamedTuple):
    """A loss to compute, and the vectors whose `grad` its backward pass adds to."""

    loss: object
    flat: list


class Team:
    """Members that share a model's weights; each has gradients, and a thread, of its own.

    Parameters
    ----------
    members : list of Member
        One for each thread. A single one works where it is called, on PyTorch's own threads.
    """

    def __init__(self, members: list[Member]):
        self.members, self.tasks = members, []
        alone = {"initializer": torch.set_num_threads, "initargs": (1,)}
        self.pool = ThreadPoolExecutor(len(members), **alone) if len(members) > 1 else None

    def gradient(self, x, y) -> float:
        """Put the gradient of the mean loss over a batch into the first member's `flat`.

        Parameters
        ----------
        x, y : (B, T) of int64
            A batch, with at least as many windows as there are members.

        Returns
        -------
        float
            The loss.
        """
        if self.pool is None:
            return backward(self.members[0], x, y)
        wait(self.tasks)  # of a step that was interrupted
        n = len(self.members)
        parts = zip(self.members, x.tensor_split(n), y.tensor_split(n), strict=True)
        self.tasks = [self.pool.submit(backward, m, a, b, len(a) / len(x)) for m, a, b in parts]
        loss = sum(task.result() for task in self.tasks)
        self.pool.submit(self.add_up).result()  # PyTorch's own threads would spin after it
        return loss

    def add_up(self):
        """Add the gradients of all members to the first one's."""
        for vectors in zip(*(member.flat for member in self.members), strict=True):
            for other in vectors[1:]:
                vectors[0].grad += other.grad


def backward(member: Member, x, y, weight: float = 1.0) -> float:
    """Replace a member's gradients by those of weight × its loss; returns that loss."""
    for p in member.flat:
        p.grad.zero_()
    loss = member.loss(x, y)
    if weight != 1:
        loss = weight * loss
    loss.backward()
    return loss.item()
