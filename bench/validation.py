"""What strictness costs: the whole validation against plain execution of the same notebooks.

    python bench/validation.py [--repeat N] [NOTEBOOK …]

Plain is nbclient as it comes: a cold kernel each, every cell run, nothing compared. Strict is
what pytest without `--solve` does to the same files: outputs, pictures, counts. Goal: at
most 1.3 times the time of plain execution. The two alternate, and the medians are compared.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from course.authoring import kernels
from course.authoring.checkout import find_root

GOAL = 1.3


def main() -> int:
    """Measure, print, and return 1 if the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: all of them")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each kind (default: 3)")
    args = parser.parse_args()
    root = find_root(Path(__file__).parent)
    found = args.notebooks or sorted((root / "notebooks").glob("*.ipynb"))
    paths = [str(path.resolve()) for path in found]
    plain, strict = [], []
    for n in range(args.repeat):
        plain.append(measure(execute_all, root, paths))
        strict.append(measure(validate_all, root, paths))
        told = ", ".join(
            f"{name} {wall:.1f} s ({cpu:.1f} s of processor)"
            for name, (wall, cpu) in (("plain", plain[-1]), ("strict", strict[-1]))
        )
        print(f"run {n + 1}: {told}", flush=True)
    wall, cpu = (
        statistics.median(s[i] for s in strict) / statistics.median(p[i] for p in plain)
        for i in (0, 1)
    )
    print(
        f"{len(paths)} notebooks, strict / plain: {wall:.2f} by the clock, {cpu:.2f} of processor"
    )
    print(f"goal: at most {GOAL} by the clock")
    return 0 if wall <= GOAL else 1


def measure(work, *arguments) -> tuple[float, float]:
    """Return how long a piece of work takes: by the clock, and of all processors together."""
    before, begun = os.times(), time.perf_counter()
    work(*arguments)
    wall, after = time.perf_counter() - begun, os.times()
    return wall, sum(after[:4]) - sum(before[:4])


PLAIN = """
import sys
from pathlib import Path
import nbformat
from nbclient import NotebookClient
for path in map(Path, sys.argv[1:]):
    here = {"metadata": {"path": str(path.parent)}}
    NotebookClient(nbformat.read(path, as_version=4), timeout=600, resources=here).execute()
"""


def execute_all(root: Path, paths: list[str]) -> None:
    """Execute with nbclient as it comes, in the environment that the validation uses."""
    with kernels.environment() as env:
        run([sys.executable, "-c", PLAIN, *paths], root, env)


def validate_all(root: Path, paths: list[str]) -> None:
    """Run the strict validation on this processor."""
    strict = "addopts=-pcourse.authoring.validate --nbval --nbval-cell-timeout=300"
    options = ["-q", "-c", "pyproject.toml", "-o", strict, "-p", "no:cacheprovider"]
    run([sys.executable, "-m", "pytest", *options, *paths], root, dict(os.environ))


def run(command: list[str], folder: Path, env: dict[str, str]) -> None:
    """Run a command; stops the measurement if it fails."""
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"This failed, so its time says nothing:\n{(done.stdout + done.stderr)[-3000:]}")


if __name__ == "__main__":
    sys.exit(main())
