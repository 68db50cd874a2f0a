"""Tell from its traces what a run was made of: which rule took a step, what broke it.

`which_rule` is taught in *Optimizers*, the others in *Training runs*.
"""

import math


def which_rule(first: float, second: float, g: float, lr: float) -> str:
    """Name the rule that took two steps, by their lengths, where the gradient was g both times.

    Nothing need be known of its μ or β, only that its memory began at zero and that both
    averages of Adam were corrected.

    Parameters
    ----------
    first, second
        Lengths of the first and the second step, positive.
    g
        The gradient, positive and not 1.
    lr
        The learning rate.

    Returns
    -------
    str
        "gradient descent", "momentum", "Nesterov", "RMSprop" or "Adam".
    """
    plain = math.isclose(first, lr * g, rel_tol=1e-6)
    if math.isclose(second, first, rel_tol=1e-6):
        return "gradient descent" if plain else "Adam"
    if second < first:
        return "RMSprop"
    return "momentum" if plain else "Nesterov"


def name_the_fault(train, held, norms, *, classes: int = 10) -> str:
    """Name what is wrong with a run by its log, or "healthy".

    Parameters
    ----------
    train, held
        Losses on training and held-out data at equal distances, the first before any step.
    norms
        Lengths of the gradient of the first layer at those times.
    classes
        How many classes, equally frequent: guessing costs ln(classes).

    Returns
    -------
    str
        "initialization too large", "learning rate too high", "dead network", "wrong labels",
        "overfitting", "learning rate too low" or "healthy".
    """
    guessing = math.log(classes)
    if train[0] > 2 * guessing:
        return "initialization too large"
    if not max(train[1:]) < 2 * guessing or not train[-1] < math.inf:  # nan too
        return "learning rate too high"
    if max(norms) == 0:
        return "dead network"
    if train[-1] > 0.95 * guessing:
        return "wrong labels"
    if held[-1] > 1.1 * min(held):
        return "overfitting"
    return "learning rate too low" if train[-1] > 0.5 * guessing else "healthy"


def seeds_needed(gap: float, spread: float, *, sure: float = 2.0) -> int:
    """Count the seeds that each of two settings needs before a gap between them means something.

    A mean over n seeds spreads by spread/√n, the difference of two such means by √2 of that.
    The gap counts if it is `sure` times as large: n ≥ 2 (sure · spread / gap)².

    Parameters
    ----------
    gap
        Distance between the two settings, positive.
    spread
        Standard deviation of one setting over seeds.

    Raises
    ------
    ValueError
        If gap isn't positive, or spread is negative.
    """
    _check_gap(gap, spread)
    return max(1, math.ceil(2 * (sure * spread / gap) ** 2))


def _check_gap(gap, spread):
    if not gap > 0 or not spread >= 0:
        raise ValueError(f"gap is {gap} and spread {spread}: a gap is positive, a spread 0 or more")
