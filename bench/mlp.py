"""The network by hand against scikit-learn's MLPClassifier: ``python bench/mlp.py``.

Same digits, architecture, batch, optimizer, learning rate, epochs and number type on both sides,
no weight decay; for every seed one run of each, in alternating order. Times are of the processor,
which one thread keeps busy. Goals: accuracy on the 2,000 test digits within half a point, and at
least 1.5 times as fast, medians over the seeds.
"""

import argparse
import os
import time
import warnings

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for both: steadier where cores are shared

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from course import data
from course.networks import mlp, optim

LR = {"sgd": 0.1, "adam": 1e-3}


def train(params, x, y, rng, optimizer: str, epochs: int, batch: int):
    """Lesson *Backpropagation*'s own training, or the same loop with lesson *Optimizers*'s Adam."""
    if optimizer == "sgd":
        *_, (params, _) = mlp.train(params, x, y, rng=rng, epochs=epochs, batch=batch, lr=LR["sgd"])
        return params
    state = None
    for _ in range(epochs):
        for rows in np.array_split(rng.permutation(len(x)), len(x) // batch):
            _, grads = mlp.loss_and_gradients(params, x[rows], y[rows])
            _, state = optim.adam(_flat(params), _flat(grads), state, lr=LR["adam"], inplace=True)
    return params


def ours(digits, seed: int, optimizer: str, sizes: list[int], epochs: int, batch: int):
    """Seconds an epoch, and accuracy, of our network."""
    x, y, x_test, y_test = digits
    start, rng = time.process_time(), np.random.default_rng(seed)
    params = [(W.astype(x.dtype), b.astype(x.dtype)) for W, b in mlp.init(rng, sizes)]
    params = train(params, x, y, rng, optimizer, epochs, batch)
    seconds = (time.process_time() - start) / epochs
    assert params[0][0].dtype == x.dtype
    return seconds, mlp.accuracy(params, x_test, y_test)


def peer(digits, seed: int, optimizer: str, sizes: list[int], epochs: int, batch: int):
    """Seconds an epoch, and accuracy, of scikit-learn's network."""
    x, y, x_test, y_test = digits
    model = MLPClassifier(
        sizes[1:-1], solver=optimizer, batch_size=batch, learning_rate_init=LR[optimizer], alpha=0,
        momentum=0, max_iter=epochs, n_iter_no_change=epochs + 1, random_state=seed,
    )  # fmt: skip
    start = time.process_time()
    with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):
        model.fit(x, y)
    seconds = (time.process_time() - start) / epochs
    assert model.n_iter_ == epochs
    assert model.coefs_[0].dtype == x.dtype
    return seconds, model.score(x_test, y_test)


def compare(digits, seeds: int, **settings) -> tuple[float, float]:
    """Print and return how many times as fast ours is, and its lead in points of accuracy."""
    runs = {ours: [], peer: []}
    for seed in range(seeds):
        for run in [ours, peer][:: 1 if seed % 2 else -1]:
            runs[run].append(run(digits, seed, **settings))
    (t, a), (t_peer, a_peer) = (np.array(runs[run]).T for run in (ours, peer))
    speed, lead = np.median(t_peer / t), 100 * (np.median(a) - np.median(a_peer))
    print(
        f"{settings['optimizer']:>5} {digits[0].dtype!s:>8}   {np.median(a):.4f} {lead:+6.2f}"
        f"   {1e3 * np.median(t):6.0f} {1e3 * np.median(t_peer):6.0f}   {speed:.2f}"
        f"   ({min(t_peer / t):.2f} to {max(t_peer / t):.2f})",
        flush=True,
    )
    return speed, lead


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--hidden", type=int, default=128)
    parser.add_argument("--batch", type=int, default=32)
    args = parser.parse_args()
    digits, results = data.digits(), []
    print(f"784-{args.hidden}-10, batch {args.batch}, {args.epochs} epochs, {args.seeds} seeds")
    print("                accuracy  lead   ms/epoch  peer's   times as fast")
    for dtype in ("float32", "float64"):
        parts = [part.astype(dtype) if part.ndim == 2 else part for part in digits]
        for optimizer in LR:
            settings = {"sizes": [784, args.hidden, 10], "epochs": args.epochs, "batch": args.batch}
            results.append(compare(parts, args.seeds, optimizer=optimizer, **settings))
    reached = [speed >= 1.5 and abs(lead) <= 0.5 for speed, lead in results]
    print(f"goals reached in {sum(reached)} rows of {len(reached)}")
    raise SystemExit(not all(reached[::2]))  # the rows of lesson *Backpropagation*'s own training


def _flat(pairs) -> list:
    return [array for pair in pairs for array in pair]


if __name__ == "__main__":
    main()
