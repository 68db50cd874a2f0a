"""Update rules for one array: how a gradient becomes a step. Taught in *Optimizers*.

Each takes (p, g, memory…) and returns (p, memory…), in operators that NumPy arrays and torch
tensors share; nothing is changed in place. `optim` applies them to a network's parameters.
"""

QUINTIC = (3.4445, -4.7750, 2.0315)  # steepest at zero, then between 0.7 and 1.2: Jordan (2024)


def average(beta, old, new):
    """One term of a running average that forgets: β·old + (1 − β)·new."""
    mixed = beta * old
    mixed += (1 - beta) * new  # into memory just made: a tenth faster than one expression
    return mixed


def momentum_step(p, g, v, *, lr, momentum=0.9):
    """Move along a decaying sum of gradients: v ← μv + g, p ← p − lr·v.

    The learning rate stays outside the velocity, so changing it acts at once (as in torch).
    μ = 0 is gradient descent. Source: Polyak (1964).
    """
    v = momentum * v + g
    return p - lr * v, v


def nesterov_step(p, g, v, *, lr, momentum=0.9):
    """Look one momentum step ahead: v ← μv + g, p ← p − lr·(g + μv).

    Source: Sutskever et al. (2013), in the variables of torch.optim.SGD.
    """
    v = momentum * v + g
    return p - lr * (g + momentum * v), v


def rmsprop_step(p, g, v, *, lr, beta=0.99, eps=1e-8):
    """Divide by a running root mean square: v ← βv + (1 − β)g², p ← p − lr·g / (√v + ε).

    Source: Hinton's lecture 6e (2012).
    """
    v = average(beta, v, g**2)
    return p - lr * g / (v**0.5 + eps), v


def adam_step(p, g, m, v, t, *, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """Average g and g², correct both for their start at zero, divide; t counts from 1.

    m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ), p ← p − lr·m̂ / (√v̂ + ε).
    Source: Kingma & Ba (2015), algorithm 1, https://arxiv.org/abs/1412.6980
    """
    m, v = average(beta1, m, g), average(beta2, v, g**2)
    root = (v / (1 - beta2**t)) ** 0.5  # √v̂; ε is added to it, not under it
    return p - lr / (1 - beta1**t) * m / (root + eps), m, v


def adamw_step(p, g, m, v, t, *, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    """Adam after a shrink p ← (1 − lr·λ)p that the average of g² never sees.

    Source: Loshchilov & Hutter (2019), https://arxiv.org/abs/1711.05101
    """
    p = (1 - lr * weight_decay) * p
    return adam_step(p, g, m, v, t, lr=lr, beta1=beta1, beta2=beta2, eps=eps)


def orthogonalise(G, *, steps: int = 5, coefficients: tuple = QUINTIC):
    """Push every singular value of G towards 1 by Newton–Schulz, with matrix products only.

    X ← aX + (bA + cA²)X with A = XXᵀ maps each singular value s to as + bs³ + cs⁵ and leaves the
    singular vectors alone. (1.5, −0.5, 0) converges to UVᵀ; the default is faster and coarser.
    """
    if G.ndim != 2:
        raise ValueError(f"only a matrix has singular values, and G has shape {tuple(G.shape)}")
    a, b, c = coefficients
    wide = G.shape[0] <= G.shape[1]
    X = G if wide else G.T
    X = X / max(float((X * X).sum()) ** 0.5, 1e-7)  # no singular value above 1
    for _ in range(steps):
        A = X @ X.T
        X = a * X + (b * A + c * A @ A) @ X
    return X if wide else X.T


def muon_step(p, g, v, *, lr, momentum=0.95, weight_decay=0.1, steps: int = 5):
    """Nesterov momentum, made orthogonal: every direction of a matrix moves equally far.

    Source: Jordan (2024), https://kellerjordan.github.io/posts/muon
    """
    v = momentum * v + g
    scale = max(1, p.shape[0] / p.shape[1]) ** 0.5
    p = (1 - lr * weight_decay) * p
    return p - lr * scale * orthogonalise(g + momentum * v, steps=steps), v
