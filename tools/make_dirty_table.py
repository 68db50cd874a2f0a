"""Make dirty_digits.csv and dirty_digits_truth.csv from the shipped digits, for *Data*.

    python tools/make_dirty_table.py src/course/data

Of 120 drawings, twelve of each digit, four scans each are made: turned, stretched and moved a
little, with a little grey noise. Each scan is measured. Then the table is made dirty, and each
thing that is done to it is listed: row, column, kind, and what stood there.
Law: every listed cell set back, and every listed repeat taken out, gives the clean measurements.
"""

import csv
import io
import sys
from pathlib import Path

import numpy as np

from course import data, files
from course.foundations import augment

SEED = 4
DRAWINGS, SCANS = 120, 4
FEATURES = ("ink", "height", "width", "slant", "upper", "left", "tall", "wide")
COLUMNS = ("scan", "drawing", "label", *FEATURES)
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
DARK = 0.4  # grey value from which a pixel counts for height and width


def measure(picture) -> list[str]:
    """Measure one picture (28, 28): the numbers of `FEATURES`, as they are written."""
    ink, (r, c) = picture.sum(), np.mgrid[0:28, 0:28]
    rows, cols = (np.flatnonzero(picture.max(axis=axis) > DARK) for axis in (1, 0))
    height, width = np.ptp(rows) + 1, np.ptp(cols) + 1
    down, across = ((picture * place).sum() / ink for place in (r, c))
    tall, wide, both = (
        (picture * product).sum() / ink
        for product in ((r - down) ** 2, (c - across) ** 2, (r - down) * (c - across))
    )
    upper = picture[: rows[0] + height // 2].sum() / ink
    left = picture[:, : cols[0] + width // 2].sum() / ink
    real = (-both / tall, upper, left, tall**0.5, wide**0.5)
    return [f"{100 * ink / 784:.2f}", str(height), str(width), *(f"{v:.3f}" for v in real)]


def scans(rng) -> list[list[str]]:
    """Return the clean rows, in random order."""
    digits = data.digits()
    of_each = DRAWINGS // 10
    rows = [rng.choice(np.flatnonzero(digits.y_train == k), of_each, False) for k in range(10)]
    drawing = np.repeat(rng.permutation(np.concatenate(rows)), SCANS)
    pictures = digits.x_train[drawing].reshape(-1, 28, 28)
    pictures = augment.jitter(rng, pictures, degrees=5, stretch=0.04, pixels=1)
    noise = 0.02 * rng.standard_normal(pictures.shape)
    pictures = np.clip(np.where(pictures > 0, pictures + noise, 0), 0, 1)
    names = np.repeat([f"d{n:03}" for n in range(DRAWINGS)], SCANS)
    table = [
        [name, str(digits.y_train[n]), *measure(picture)]
        for name, n, picture in zip(names, drawing, pictures, strict=True)
    ]
    order = rng.permutation(len(table))
    return [[str(1001 + place), *table[n]] for place, n in enumerate(order)]


def dirt(rng, rows: list[list[str]]) -> list[tuple[int, str, str, str]]:
    """Make rows dirty in place; returns what was done, without the repeats."""
    done: list[tuple[int, str, str, str]] = []
    untouched = {(n, column) for n in range(len(rows)) for column in FEATURES}
    labels = list(rng.permutation(len(rows)))

    def change(n: int, column: str, kind: str, new: str) -> None:
        place = COLUMNS.index(column)
        done.append((n, column, kind, rows[n][place]))
        rows[n][place] = new

    def cells(count: int, *columns: str) -> list[tuple[int, str]]:
        free = sorted(cell for cell in untouched if cell[1] in columns)
        taken = [free[i] for i in rng.choice(len(free), count, replace=False)]
        untouched.difference_update(taken)
        return taken

    for i, (n, column) in enumerate(cells(40, *FEATURES)):
        change(n, column, "missing", ("", "", "NA", "?")[i % 4])
    for n, column in cells(10, "slant", "upper", "left"):
        change(n, column, "comma", rows[n][COLUMNS.index(column)].replace(".", ","))
    for n, column in cells(5, "ink"):
        change(n, column, "code", "9999")
    for n, column in cells(18, "ink", "height"):
        change(n, column, "unit", f"{10 * float(rows[n][COLUMNS.index(column)]):g}")
    for n in (labels.pop() for _ in range(12)):
        label = rows[n][2]
        change(n, "label", "spelling", WORDS[int(label)] if n % 2 else f" {label} ")
    for wrong in ("10", "-1", "o", "", "l", "77"):
        change(labels.pop(), "label", "impossible", wrong)
    for n in (labels.pop() for _ in range(14)):
        change(n, "label", "wrong", str((int(rows[n][2]) + rng.integers(1, 10)) % 10))
    return done


def repeated(rng, rows: list[list[str]], count: int = 24) -> list[tuple[int, list[str], bool]]:
    """Return all rows with some repeated: (place before, row, whether it is the repeat)."""
    table = [(n, row, False) for n, row in enumerate(rows)]
    for n in sorted(rng.choice(len(rows), count, replace=False), reverse=True):
        place = int(rng.integers(n + 1, len(rows) + 1))
        before = next((i for i, (m, _, again) in enumerate(table) if m >= place and not again),
                      len(table))  # fmt: skip
        table.insert(before, (int(n), rows[n], True))
    return table


def written(header, rows) -> str:
    """Return rows as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


def make() -> tuple[str, str]:
    """Return both files."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    rows = scans(rng)
    done = dirt(rng, rows)
    table = repeated(rng, rows)
    place = {n: i for i, (n, _, again) in enumerate(table) if not again}
    told = [(place[n], column, kind, was) for n, column, kind, was in done]
    told += [(i, "", "repeat", "") for i, (_, _, again) in enumerate(table) if again]
    first = written(COLUMNS, [row for _, row, _ in table])
    return first, written(("row", "column", "kind", "was"), sorted(told))


if __name__ == "__main__":
    for name, text in zip(("dirty_digits.csv", "dirty_digits_truth.csv"), make(), strict=True):
        files.replace(Path(sys.argv[1]) / name, text)
        print(name, len(text), "bytes")
