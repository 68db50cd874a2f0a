"""The small network whose curvature the lesson measures: tanh, squared error, no biases."""

import numpy as np

UNITS, CLASSES = 16, 10


def start(rng, pixels: int = 784):
    """Draw its parameters, one long vector; weights of spread 0.3 / √n."""
    first, second = rng.normal(size=pixels * UNITS), rng.normal(size=UNITS * CLASSES)
    return 0.3 * np.concatenate([first / np.sqrt(pixels), second / np.sqrt(UNITS)])


def loss_and_gradient(p, x, target):
    """Return half the mean squared error on x (N, pixels), targets (N, K); its gradient, as p."""
    W1, W2 = np.split(p, [-UNITS * CLASSES])
    W1, W2 = W1.reshape(-1, UNITS), W2.reshape(UNITS, CLASSES)
    h = np.tanh(x @ W1)
    error = (h @ W2 - target) / len(x)
    dW1 = x.T @ ((error @ W2.T) * (1 - h * h))
    loss = len(x) * (error**2).sum() / 2
    return loss, np.concatenate([dW1.ravel(), (h.T @ error).ravel()])
