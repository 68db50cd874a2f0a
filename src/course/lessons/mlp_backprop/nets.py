"""Networks of any depth with an activation and a loss to choose, for the lesson's comparisons.

An activation is a pair: the function of the weighted sums z, and the gradient's way back through
it, from the gradient da and the activation a.
"""

import numpy as np

from course.networks import gradcheck, layers

SIGMOID = layers.sigmoid, layers.sigmoid_backward
RELU = layers.relu, layers.relu_backward  # a ReLU's output is positive where its input was
TANH = np.tanh, lambda da, a: da * (1 - a * a)


def halved(x):
    """Return digits (B, 784) at half the resolution, (B, 196): each 2 × 2 pixels are averaged."""
    return x.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)


def squared(z, y):
    """Return dz of sigmoid outputs with squared error; z (B, K), labels y (B,)."""
    o = layers.sigmoid(z)
    return layers.sigmoid_backward(layers.squared_error_backward(o, np.eye(z.shape[1])[y]), o)


def forward(params, x, act):
    """Return what each layer was given, a list of (B, n), and the logits (B, K)."""
    a = [x]
    for W, b in params[:-1]:
        a.append(act[0](layers.affine(a[-1], W, b)))
    return a, layers.affine(a[-1], *params[-1])


def gradients(params, x, y, *, act, signal):
    """Return the pairs (dW, db), first layer first.

    Parameters
    ----------
    params
        Pairs (W, b).
    x, y : (B, n_in), (B,)
    act
        The activation of the hidden layers.
    signal
        dz at the logits, from the logits and the labels: `squared`, or that of cross-entropy.
    """
    a, z = forward(params, x, act)
    dz, grads = signal(z, y), []
    for layer in reversed(range(len(params))):
        grads.insert(0, (a[layer].T @ dz, dz.sum(axis=0)))
        if layer > 0:
            dz = act[1](dz @ params[layer][0].T, a[layer])
    return grads


def survives(act, scale, x):
    """Send a random error signal back through eight layers, 64 units each but for the first's x.

    Parameters
    ----------
    act
        The activation.
    scale
        Variance of a weight times the layer's inputs.
    x : (B, n_in)

    Returns
    -------
    share : float
        Length of the error signal at layer 1 over that at layer 8.
    saturated : float
        Share of the last activations that are within 0.01 of 0 or 1.
    """
    rng, seen, h = np.random.default_rng(0), [], x
    for n_in in (x.shape[1], *[64] * 7):
        W = rng.normal(size=(n_in, 64)) * np.sqrt(scale / n_in)
        h = act[0](h @ W)
        seen.append((W, h))
    da, sizes = rng.normal(size=h.shape), []
    for W, h in reversed(seen):
        dz = act[1](da, h)
        sizes.append(np.linalg.norm(dz))
        da = dz @ W.T
    return sizes[-1] / sizes[0], np.mean(np.abs(seen[-1][1] - 0.5) > 0.49)


def errors(gradients, loss, params, x, y) -> dict:
    """Return how far each gradient is from its finite difference: W1, b1, W2, … -> error.

    `gradients` and `loss` are functions of (params, x, y).
    """
    found, grads = {}, gradients(params, x, y)
    for layer, pair in enumerate(params):
        for part, name in enumerate("Wb"):

            def at(p, layer=layer, part=part):
                moved = [list(pair) for pair in params]
                moved[layer][part] = p
                return loss(moved, x, y)

            true = gradcheck.numerical_gradient(at, pair[part])
            found[f"{name}{layer + 1}"] = gradcheck.relative_error(grads[layer][part], true)
    return found
