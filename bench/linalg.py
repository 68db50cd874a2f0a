"""Power iteration against numpy.linalg.eigh as the matrix grows: where do they cross?

`python bench/linalg.py [largest size]`. eigh finds all eigenpairs and costs about n³; power
iteration finds one and costs n² a step, with log(tolerance) / log(gap) steps for a gap λ₂/λ₁.
"""

import sys
import time

import numpy as np

from course.foundations import spectral

TOLERANCE = 1e-8  # on the eigenvector
GAPS = (0.5, 0.9, 0.99)


def seconds(f) -> float:
    """Best of three rounds, each long enough to time."""
    start = time.perf_counter()
    f()
    once = time.perf_counter() - start
    rounds = max(1, int(0.05 / max(once, 1e-7)))

    def a_round():
        start = time.perf_counter()
        for _ in range(rounds):
            f()
        return (time.perf_counter() - start) / rounds

    return min(a_round() for _ in range(3))


def matrix(rng, n: int, gap: float):
    """Symmetric (n, n) with eigenvalues 1, gap, and the rest evenly below."""
    Q = np.linalg.qr(rng.standard_normal((n, n)))[0]
    return Q * np.r_[1, np.linspace(gap, 0, n - 1)] @ Q.T


def ratios(n: int) -> list[float]:
    """Times of eigh over power iteration at one size, one for each gap."""
    rng, out = np.random.default_rng(n), []
    for gap in GAPS:
        A, x = matrix(rng, n, gap), rng.standard_normal(n)
        steps = int(np.ceil(np.log(TOLERANCE / 30) / np.log(gap)))
        top = np.linalg.eigh(A)[1][:, -1]
        error = 1 - abs(top @ spectral.power_iteration(A, x, steps)[1])
        assert error < TOLERANCE, f"n={n}, gap {gap}: not converged, {error:.1e}"
        power = seconds(lambda A=A, x=x, steps=steps: spectral.power_iteration(A, x, steps))
        out.append(seconds(lambda A=A: np.linalg.eigh(A)) / power)
    return out


def crossovers(sizes: list[int], table: list[list[float]]) -> list[str]:
    """First size at which power iteration is the faster, for each gap."""
    firsts = [
        next((n for n, row in zip(sizes, table, strict=True) if row[i] > 1), None)
        for i in range(len(GAPS))
    ]
    return [str(n or f"> {sizes[-1]}") for n in firsts]


def main() -> None:
    """Print one row a size: how many times faster power iteration is."""
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else 1024
    sizes = [n for n in (8, 16, 32, 64, 128, 256, 512, 1024, 2048) if n <= largest]
    print(f"eigh / power iteration to {TOLERANCE:g}, above 1 the iteration is faster")
    print("     n " + "".join(f"  gap {gap:<6}" for gap in GAPS))
    table = []
    for n in sizes:
        table.append(ratios(n))
        print(f"{n:6d} " + "".join(f"{r:11.2f} " for r in table[-1]), flush=True)
    print("cross  " + "".join(f"{n:>11} " for n in crossovers(sizes, table)))


if __name__ == "__main__":
    main()
