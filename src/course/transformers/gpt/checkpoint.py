"""Writing a training run to disk so that it survives anything, and reading it back unchanged.

A folder holds `run.json`, which says everything in words and numbers, and the safetensors files
that it names with their sha256. Each is written in one step, `run.json` last: whenever the process
dies, the folder holds either the old state or the new one, whole. Nothing that is read is executed.
"""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import safetensors.torch
import torch

from course import files
from course.networks.optim import State
from course.transformers.gpt import stored
from course.transformers.gpt.config import Config
from course.transformers.gpt.model import GPT
from course.transformers.gpt.recipe import Recipe
from course.transformers.gpt.run import Run
from course.words import later, say

FORMAT = 1


class CheckpointError(ValueError):
    """A run that can't be read; the message says which file, and what to do."""


def save(folder, run: Run, **facts) -> None:
    """Write a run, with whatever else JSON can say about it.

    Parameters
    ----------
    folder
        Made if it isn't there; an older state of the same run in it is replaced.
    run
        What to write: weights, optimizer, step, losses, and the best weights so far.
    facts
        More to remember, such as the alphabet.

    Raises
    ------
    CheckpointError
        If the folder can't be written, or is full; what was saved before is still whole.
    """
    folder = Path(folder)
    try:
        _write(folder, run, facts)
    except OSError as error:
        raise CheckpointError(
            say(
                "step {step} of the run can't be kept in {folder}: {why}. {left} Make room or "
                "choose another folder.",
                step=run.step,
                folder=folder,
                why=error.strerror,
                left=_what_is_left(folder),
            )
        ) from None


def _write(folder, run, facts):
    """Write the tensors, then the words that name them, and tidy up."""
    entries = {"latest": _store(folder, f"latest-{run.step:07d}.safetensors", _tensors(run))}
    if run.best is not None:
        loss, weights = run.best
        entries["best"] = _store(folder, f"best-{loss:.6f}.safetensors", weights)
    words = {
        "format": FORMAT,
        "config": asdict(run.config),
        "recipe": asdict(run.recipe),
        "fast": run.fast,
        "step": run.step,
        "best_loss": None if run.best is None else run.best[0],
        "facts": facts,
        "files": entries,
    }
    files.replace(folder / "run.json", json.dumps(words, indent=1, ensure_ascii=False))
    _tidy(folder, {"run.json", *(entry["file"] for entry in entries.values())})


def _what_is_left(folder) -> str:
    """Say what a failed write has left."""
    try:
        return say("What was saved at step {step} is whole.", step=describe(folder)["step"])
    except CheckpointError:
        return say("Nothing was saved before.")


def _tidy(folder, kept):
    """Take away the older states of a run, and what a kill left half written."""
    for name in ("latest-*.safetensors", "best-*.safetensors", "run.json"):
        for path in (*folder.glob(name), *files.drafts(folder, f"{name}.*")):
            if path.name not in kept:
                path.unlink(missing_ok=True)


def restore(folder, ids, *, device: str = "cpu") -> Run:
    """Read a run back, ready to take its next step on the same text.

    Raises
    ------
    CheckpointError
        If a file is missing, damaged, or not what this version writes.
    """
    words = describe(folder)
    config, recipe = _settings(folder, words)
    run = Run(config, recipe, ids, device=device, fast=words.get("fast", True))
    tensors = _read(folder, words, "latest")
    run.losses = tensors.pop("losses").tolist()
    run.step = words["step"]
    memory = {k: tensors.pop(k).to(device) for k in list(tensors) if k.startswith("memory.")}
    vectors = run.optimizer.params
    _check_shapes(folder, memory, _memory([(p, p) for p in vectors]))
    slots = [tuple(memory[f"memory.{i}.{j}"] for j in range(2)) for i in range(len(vectors))]
    run.optimizer.memory = State(run.step, slots) if run.step else None
    _fill(folder, run.model, tensors)
    if "best" in words["files"]:
        weights = {k: p.to(device) for k, p in _read(folder, words, "best").items()}
        run.best = words["best_loss"], weights
    return run


def load(folder, *, which: str = "best", device: str = "cpu") -> tuple[GPT, dict]:
    """Read a trained model, the best if there was an evaluation, and the facts saved with it."""
    words = describe(folder)
    config, _ = _settings(folder, words)
    tensors = _read(folder, words, which if which in words["files"] else "latest")
    model = GPT(config).to(device)
    _fill(
        folder, model, {k: p for k, p in tensors.items() if not k.startswith(("memory.", "losses"))}
    )
    return model, words["facts"]


def describe(folder) -> dict:
    """Read what `run.json` says: config, recipe, step, best_loss, facts, files."""
    path = Path(folder) / "run.json"
    if Path(folder).is_file():
        sentence = "{folder} is a file; give the folder that `course train` wrote."
        raise CheckpointError(say(sentence, folder=folder))
    try:
        words = dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        sentence = "{folder} holds no run: there is no {path}."
        raise CheckpointError(say(sentence, folder=folder, path=path)) from None
    except (OSError, ValueError, TypeError) as error:
        raise _broken(say("{path} can't be read ({why}).", path=path, why=error)) from None
    wrong = ", ".join(key for key, fits in WANTED.items() if not fits(words.get(key)))
    if wrong:
        raise _broken(say("{path} is damaged: see {wrong} in it.", path=path, wrong=wrong))
    if words["format"] != FORMAT:
        sentence = "{path} is of format {found}; this version reads {known}."
        raise CheckpointError(say(sentence, path=path, found=words["format"], known=FORMAT))
    return words


def _broken(told: str) -> CheckpointError:
    """What is wrong with a run, and what to do."""
    return CheckpointError(f"{told} {say(REMEDY)}")


WANTED = {
    "format": lambda value: isinstance(value, int),
    "config": lambda value: isinstance(value, dict),
    "recipe": lambda value: isinstance(value, dict),
    "step": lambda value: isinstance(value, int) and value >= 0,
    "facts": lambda value: isinstance(value, dict),
    "files": lambda value: (
        isinstance(value, dict)
        and "latest" in value
        and all({"file", "bytes", "sha256"} <= set(entry) for entry in value.values())
    ),
}

REMEDY = later("Restore the folder from a copy, or train again in another folder.")


def _tensors(run):
    """All tensors of a run by name: weights, the optimizer's memory, losses so far."""
    memory, vectors = run.optimizer.memory, run.optimizer.params
    slots = memory.slots if memory else [(0 * p, 0 * p) for p in vectors]
    losses = torch.tensor(run.losses, dtype=torch.float64)
    return {**run.model.state_dict(), **_memory(slots), "losses": losses}


def _memory(slots) -> dict:
    """The optimizer's two averages for each vector, by name."""
    return {f"memory.{i}.{j}": a for i, pair in enumerate(slots) for j, a in enumerate(pair)}


def _store(folder, name, tensors) -> dict:
    """Write tensors to a file, and say what must be found there."""
    whole = {k: p.detach().cpu().clone().contiguous() for k, p in tensors.items()}
    content = safetensors.torch.save(whole)
    files.replace(folder / name, content)
    return {"file": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _read(folder, words, which) -> dict:
    """Read one of the run's files, if it is exactly what was written."""
    entry = words["files"][which]
    path = Path(folder) / Path(entry["file"]).name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _broken(say("{path} can't be read ({why}).", path=path, why=error.strerror)) from None
    if hashlib.sha256(content).hexdigest() != entry["sha256"]:
        sentence = (
            "{path} is damaged ({written} bytes were written, {n} are there, and their sha256 "
            "differs)."
        )
        raise _broken(say(sentence, path=path, written=entry["bytes"], n=len(content)))
    try:
        return stored.tensors(content, path)
    except ValueError as error:
        raise _broken(str(error)) from None


def _settings(folder, words):
    """The config and the recipe, if they are ones that this version knows."""
    try:
        return Config.read(words["config"]), Recipe(**words["recipe"])
    except (TypeError, ValueError) as error:
        sentence = "run.json in {folder} asks for what can't be built: {why}"
        raise CheckpointError(say(sentence, folder=folder, why=error)) from None


@torch.no_grad()
def _fill(folder, model, tensors):
    """Copy weights into a model, each into its own place, so that views stay views."""
    own = model.state_dict()
    _check_shapes(folder, tensors, own)
    for name, p in own.items():
        p.copy_(tensors[name])


def _check_shapes(folder, tensors, wanted):
    """Refuse tensors that have other names or shapes than are wanted."""
    if {k: a.shape for k, a in tensors.items()} != {k: a.shape for k, a in wanted.items()}:
        raise _broken(say("The tensors in {folder} are not those of its config.", folder=folder))
