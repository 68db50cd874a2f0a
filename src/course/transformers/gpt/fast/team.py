"""One batch on several cores: each thread works out a part of it, and the gradients are added up.

This is data parallelism, the way in which large models are trained on many machines, inside one
process. PyTorch's own threads cut up each operation instead and meet after every one: at the sizes
of a laptop they wait for each other longer than they compute. These meet once a step. The mean
over a batch is the sum of its parts' means, each weighed by its size, and so is its gradient.
"""

import copy
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from typing import NamedTuple

import torch

from course.transformers.gpt import train
from course.transformers.gpt.fast import flat

WORTH = 384  # tokens that keep a thread busy for longer than it waits


def threads_for(B: int, T: int) -> int:
    """Number of threads that a batch of B windows of T tokens is worth on this machine.

    At most PyTorch's own number, and one that divides B, so that none waits for another's window.
    """
    most = max(1, min(torch.get_num_threads(), B * T // WORTH))
    return max(n for n in range(1, most + 1) if B % n == 0)


class Member(NamedTuple):
    """A model, and the vectors whose `grad` its backward pass adds to."""

    model: object
    vectors: list


class Team:
    """Stands in for a model in the loop: members with gradients, and a thread, of their own.

    Parameters
    ----------
    model : GPT
        The first member; the others share its weights in memory.
    optimizer : flat.AdamW
        Steps along what has been added up.
    recipe
        Its `threads` is the number of members.
    """

    def __init__(self, model, optimizer, recipe):
        self.config, self.device = model.config, model.device
        twins = [_twin(model, recipe) for _ in range(1, recipe.threads)]
        self.members, self.busy = [Member(model, optimizer.params), *twins], False
        alone = {"initializer": torch.set_num_threads, "initargs": (1,)}
        self.pool = ThreadPoolExecutor(recipe.threads, **alone)

    def loss(self, x, y) -> "Loss":
        """The mean loss over a batch; its gradient is at hand, in parts.

        Parameters
        ----------
        x, y : (B, T) of int64
            A batch, with at least as many windows as there are members.
        """
        if self.busy:  # with a step that was interrupted, perhaps while its parts were given out
            self._come_to_rest()
        self.busy, n = True, len(self.members)
        parts = zip(self.members, x.tensor_split(n), y.tensor_split(n), strict=True)
        tasks = [self.pool.submit(_share, m, a, b, len(a) / len(x)) for m, a, b in parts]
        value = sum(task.result() for task in tasks)
        self.busy = False
        return Loss(value, self)

    def _come_to_rest(self):
        """Wait until every thread has done what was given out: all meet once."""
        n = len(self.members)
        meeting = threading.Barrier(n)
        wait([self.pool.submit(meeting.wait) for _ in range(n)])

    def add_up(self):
        """Add the gradients of all members to the first one's."""
        for vectors in zip(*(member.vectors for member in self.members), strict=True):
            for other in vectors[1:]:
                vectors[0].grad += other.grad


class Loss(NamedTuple):
    """A number with a backward pass, as a tensor has."""

    value: float
    team: Team

    def item(self) -> float:
        """The number."""
        return self.value

    def backward(self):
        """Put the gradient of the whole batch where the optimizer looks for it."""
        self.team.pool.submit(self.team.add_up).result()  # PyTorch's own threads would spin on


def _twin(model, recipe) -> Member:
    """The model once more: the same weights in memory, gradients of its own."""
    twin = copy.deepcopy(model)
    vectors = flat.AdamW(train.groups(twin, recipe), recipe).params
    for p, shared in zip(twin.parameters(), model.parameters(), strict=True):
        p.data = shared.data
    return Member(twin, vectors)


def _share(member: Member, x, y, weight: float) -> float:
    """Replace a member's gradients by those of weight × its loss; returns that loss."""
    for vector in member.vectors:
        vector.grad.zero_()
    loss = weight * member.model.loss(x, y)
    loss.backward()
    return loss.item()
