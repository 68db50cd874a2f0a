"""Data sets that ship with the course, and loaders for your own.

Nothing is downloaded. manifest.toml says of each file where it comes from, its licence and its
sha256, which is compared at every first load. What a loader returns is yours: a fresh copy each
time, so that no cell can damage the data of a later one.
"""

import functools
import hashlib
import io
import shlex
import tomllib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from course.words import say

FOLDER = Path(__file__).parent


class DataError(ValueError):
    """A data file that is missing, damaged or unfit; the message says what to do."""


class Digits(NamedTuple):
    """Handwritten digits in two parts that share no image.

    x_train, x_test : (N, 784) float64
        Images row by row, 0 is paper and 1 is ink; ``x.reshape(-1, 28, 28)`` are pictures.
    y_train, y_test : (N,) int64
        The digit that was meant, 0 to 9.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


class GivenNames(NamedTuple):
    """Given names as a census counted them, one entry for each name and sex.

    name : list of str
        In lower case, a to z. 331 names stand twice, once for each sex.
    sex : list of str
        "f" or "m", the two columns of the census.
    percent : (N,) float64
        Share of all women, or of all men, who bear the name. Rare names are left out, so each
        sex sums to 90.
    """

    name: list[str]
    sex: list[str]
    percent: np.ndarray


class DirtyDigits(NamedTuple):
    """A table of measurements that was made dirty, and the list of what was done to it.

    table : str
        CSV: 504 rows of scan, drawing, label and eight measurements. Of 120 handwritten digits, the
        drawings, a program made four scans each; some rows are repeated.
    truth : str
        CSV: row, column, kind, was. Rows count from 0; ``was`` is what stood in the cell before.
        Kinds are missing, comma, code, unit, spelling, impossible, wrong and repeat.
    """

    table: str
    truth: str


def manifest() -> dict[str, dict]:
    """What is shipped: file name -> what, source, licence, sha256, bytes, shape, made_by.

    Raises
    ------
    DataError
        If the list itself is missing or damaged.
    """
    path = FOLDER / "manifest.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _unread(path, error) from None
    except ValueError as error:  # no UTF-8, or no TOML
        raise _damaged(path, say("{path} is damaged: {why}.", path=path, why=error)) from None


def digits() -> Digits:
    """Return 8,000 digits to train on and 2,000 to test on, drawn alike from all ten classes.

    Raises
    ------
    DataError
        If the shipped file is missing or damaged.

    References
    ----------
    LeCun, Bottou, Bengio & Haffner (1998), "Gradient-based learning applied to document
    recognition", https://doi.org/10.1109/5.726791
    """
    with np.load(io.BytesIO(shipped("digits.npz"))) as file:
        x_train, y_train, x_test, y_test = (file[name] for name in Digits._fields)
    return Digits(x_train / 255, y_train.astype(np.int64), x_test / 255, y_test.astype(np.int64))


def dirty_digits() -> DirtyDigits:
    """Return a dirty table of measured digits, as text, and what was made dirty in it.

    Raises
    ------
    DataError
        If a shipped file is missing or damaged.
    """
    names = ("dirty_digits.csv", "dirty_digits_truth.csv")
    return DirtyDigits(*(shipped(name).decode("ascii") for name in names))


def shakespeare() -> str:
    """Return nine plays, 1.1 million characters of 64 kinds, as speeches.

    A speech is its speaker in capitals and a colon, then its lines, then an empty line. The last
    tenth, which `split_text` keeps apart, is the end of Macbeth and all of The Tempest.

    Raises
    ------
    DataError
        If the shipped file is missing or damaged.
    """
    return shipped("shakespeare.txt").decode("ascii")


def given_names() -> GivenNames:
    """Return 4,275 names of women and 1,219 of men, the most frequent of each first.

    Raises
    ------
    DataError
        If the shipped file is missing or damaged.

    References
    ----------
    United States Census Bureau (1995), "Frequently occurring names and surnames from the 1990
    census"
    """
    rows = [line.split() for line in shipped("names.txt").decode("ascii").splitlines()]
    name, sex, percent = map(list, zip(*rows, strict=True))
    return GivenNames(name, sex, np.array(percent, dtype=float))


def tang() -> str:
    """Return 320 poems of the Tang dynasty, in Chinese: 27,628 characters of 2,603 kinds.

    A poem is its title, its author, its lines, and an empty line. The choice is Sun Zhu's, known
    as *Three Hundred Tang Poems*.

    Raises
    ------
    DataError
        If the shipped file is missing or damaged.
    """
    return shipped("tang.txt").decode("utf-8")


def read_text(path: str | Path, *, least: int = 2) -> str:
    """Return a text file of your own, decoded from UTF-8, its lines ended by a single newline.

    Raises
    ------
    DataError
        If the file is missing, a folder, not UTF-8, or shorter than `least` characters.
    """
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        sentence = "There is no file {path}. Is the name spelled right?"
        raise DataError(say(sentence, path=path)) from None
    except OSError as error:
        reason = say("it is a folder") if Path(path).is_dir() else error.strerror
        raise DataError(say("{path} can't be read: {why}.", path=path, why=reason)) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            say(
                "{path} is not UTF-8: byte {byte:#04x} in line {line}. Save it from your editor "
                "with the encoding UTF-8.",
                path=path,
                byte=content[error.start],
                line=line,
            )
        ) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) < least:
        sentence = "{path} must hold at least {least} characters; its length is {n}."
        raise DataError(say(sentence, path=path, least=least, n=len(text)))
    return text


def split_text(text: str, fraction: float = 0.9) -> tuple[str, str]:
    """Cut a text in two: the first part to train on, the rest to validate on.

    A cut, not a shuffle: neighbouring lines tell so much about each other that validation on
    lines from between the training lines would be too easy.

    Raises
    ------
    ValueError
        If `fraction` is not strictly between 0 and 1, or one of the parts would be empty.
    """
    if not 0 < fraction < 1:
        sentence = "fraction is {fraction}; it must lie strictly between 0 and 1."
        raise ValueError(say(sentence, fraction=fraction))
    cut = int(fraction * len(text))
    if not 0 < cut < len(text):
        sentence = "A text of length {n} has no two parts at {fraction}."
        raise ValueError(say(sentence, n=len(text), fraction=fraction))
    return text[:cut], text[cut:]


@functools.cache
def shipped(name: str) -> bytes:
    """Return a shipped file's bytes, after comparing their sha256 with the manifest's.

    Raises
    ------
    DataError
        If the file is missing, or its bytes are not the ones that were shipped.
    """
    listed, path = manifest(), FOLDER / name
    if not {"sha256", "bytes"} <= listed.get(name, {}).keys():
        whole = FOLDER / "manifest.toml"
        sentence = "{path} is damaged: it lacks what is said of {name}."
        raise _damaged(whole, say(sentence, path=whole, name=name))
    entry = listed[name]
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unread(path, error) from None
    found = hashlib.sha256(content).hexdigest()
    if found != entry["sha256"]:
        sums = {"expected": entry["sha256"][:12], "found": found[:12]}
        told = say(
            "{path} is damaged: expected {bytes} bytes with sha256 {expected}…, found {n} bytes "
            "with {found}….",
            **{"path": path, "bytes": entry["bytes"], "n": len(content)} | sums,
        )
        raise _damaged(path, told)
    return content


def damage() -> list[str]:
    """Return one sentence for each shipped file that is missing or damaged; [] if all is well."""
    try:
        listed = manifest()
    except DataError as error:
        return [str(error)]
    there = (path.name for path in FOLDER.iterdir() if path.suffix in (".csv", ".npz"))
    sentences = []
    for name in {**listed, **dict.fromkeys(sorted(there))}:  # a list that was cut lacks some
        try:
            shipped.__wrapped__(name)
        except DataError as error:
            sentences.append(str(error))
    return sentences


def _unread(path: Path, error: OSError) -> DataError:
    sentence = "{path} can't be read ({why})."
    return _damaged(path, say(sentence, path=path, why=error.strerror))


def _damaged(path: Path, told: str) -> DataError:
    """What is wrong with a shipped file, and how to mend it."""
    mend = say(
        "Restore it with `{command}` in a clone, or reinstall the course with "
        "`pip install --force-reinstall --no-deps .`",
        command=f"git checkout -- {shlex.quote(_display(path))}",
    )
    return DataError(f"{told} {mend}")


def _display(path: Path) -> str:
    """The path as seen from the clone's root, or in full where there is no clone."""
    root = FOLDER.parents[2]
    return str(path.relative_to(root)) if (root / "pyproject.toml").exists() else str(path)
