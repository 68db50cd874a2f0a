"""The chain rule as a sum over paths, on a graph small enough for paper, taught in *Gradients*."""


def two_slopes(x: float, y: float) -> tuple[float, float]:
    """Slopes of L = u v in x and in y, where u = x y and v = u + x.

    Along one path slopes multiply; over all paths they add. From x to L there are three paths,
    from y two:

    dL/dx = y · v + y · 1 · u + 1 · u  and  dL/dy = x · v + x · 1 · u.
    """
    u = x * y
    v = u + x
    du = v + u  # u reaches L at once, and through v
    dx = y * du + u  # x reaches u, and v
    dy = x * du
    return dx, dy


def descend(gradient, x, lr: float, steps: int) -> list:
    """Walk down a function: from x, step after step, lr times the gradient backwards.

    Parameters
    ----------
    gradient
        Maps a point to the gradient there, of its shape.
    x : (n,)
        Where to begin. Left as it is.
    lr
        Learning rate.
    steps
        How many.

    Returns
    -------
    path : list of (n,)
        All steps + 1 points.
    """
    if not lr >= 0 or steps < 0:
        raise ValueError(f"lr is {lr} and steps is {steps}: both are 0 or more")
    path = [x]
    for _ in range(steps):
        path.append(path[-1] - lr * gradient(path[-1]))
    return path
