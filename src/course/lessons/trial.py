"""Run the file that `course mine` makes, and find the parts that do other than the course's.

The file runs in a process of its own, in an empty folder, with a time limit: whatever a learner's
function does, it does there.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from course import data
from course.learner import answers
from course.lessons import mine, my_gpt
from course.lessons.statements import Unplaceable
from course.transformers import numpy_modern
from course.words import say

SECONDS = 20.0  # for reading a dozen characters and writing four
PROMPT = "O, speak again"
_RUN = """
import json, numpy, my_gpt
p, c, alphabet = my_gpt.read_model(my_gpt.WEIGHTS)
ids = my_gpt.encode({prompt!r}, alphabet)
z = my_gpt.forward(p, ids, c["layers"], c["heads"])
size = {{"L": c["layers"], "H": c["heads"], "context": c["context"]}}
written = [int(i) for i in my_gpt.write(p, ids, 4, **size, temperature=0)]
json.dump([numpy.asarray(z, dtype=float).tolist(), written], open("result.json", "w"))
"""


def settled(mine_by_key: dict[str, answers.Answer]) -> tuple[mine.Program, dict[str, str]]:
    """Make the file with all of these answers that do their work in it.

    Returns
    -------
    program
        The file; its parts are the learner's but for those left out.
    left_out : dict
        Why, by exercise, as sentences.
    """
    kept, left_out = dict(mine_by_key), {}
    why = fault(kept)
    if not why:
        return mine.Program(kept), left_out
    for key in _used(kept):
        if why := fault({key: kept[key]}):
            left_out[key] = why
    kept = {key: answer for key, answer in kept.items() if key not in left_out}
    if why := fault(kept):  # each does its work alone, and together they don't
        left_out |= dict.fromkeys(_used(kept), why)
        kept = {}
    return mine.Program(kept), left_out


def _used(mine_by_key: dict[str, answers.Answer]) -> list[str]:
    """The exercises among these that writing needs."""
    asked = {piece.key for piece in mine.Program({}).pieces.values()}
    return [key for key in mine_by_key if key in asked]


def fault(mine_by_key: dict[str, answers.Answer]) -> str:
    """Say what is wrong with the file made of these answers, or ""."""
    try:
        text = mine.Program(mine_by_key).text()
    except Unplaceable as error:
        return say("The name {name} stands for something else in this file.", name=error.args[-1])
    except SyntaxError as error:
        return say("Its code is damaged: {why}.", why=error.msg)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "my_gpt.py").write_text(text, encoding="utf-8")
        Path(folder, my_gpt.WEIGHTS).write_bytes(data.shipped(my_gpt.WEIGHTS))
        command = [sys.executable, "-c", _RUN.format(prompt=PROMPT)]
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False
            )
            z, written = json.loads(Path(folder, "result.json").read_text())
        except subprocess.TimeoutExpired:
            return say("It takes more than {n} seconds for a few characters.", n=f"{SECONDS:g}")
        except (OSError, ValueError):
            said = done.stderr.strip().splitlines() or [say("it ended without a word")]
            return say("It stops with {error}.", error=said[-1].rstrip("."))
    return _apart(z, written)


def _apart(z, written) -> str:
    """Say how logits and text differ from those of the course's functions, or ""."""
    wanted, text = _course()
    if np.shape(z) != wanted.shape:
        return say("It gives logits of another shape.")
    if not np.allclose(z, wanted, atol=1e-4) or written != text:
        return say("The model gives other probabilities with it.")
    return ""


@functools.cache
def _course():
    """Logits and greedy text with the course's functions."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, my_gpt.WEIGHTS)
        file.write_bytes(data.shipped(my_gpt.WEIGHTS))
        p, c, alphabet = my_gpt.read_model(file)
    ids = my_gpt.tokens.encode(PROMPT, alphabet)
    size = {"L": c["layers"], "H": c["heads"], "context": c["context"]}
    written = [*numpy_modern.write(p, ids, 4, **size, temperature=0)]
    return numpy_modern.forward(p, ids, c["layers"], c["heads"]), written
