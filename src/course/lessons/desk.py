"""The desk: the folder of a learner's own copies of the lessons, made, renewed and reset here.

Beside each copy the desk remembers the copy as it was handed out. With that a later `update` can
tell what the learner changed from what the lesson changed (see `course.learner.merging`).
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from course import files, lessons
from course.learner import home, merging, progress
from course.learner.notebook import Trouble, as_text, read
from course.lessons import handout
from course.lessons import map as course_map
from course.words import say, say_n


@dataclass
class Desk:
    """The desk of one checkout.

    Parameters
    ----------
    checkout
        Where the shipped notebooks are, in its folder `notebooks`.
    folder
        The desk; by default where `home.folder` says.
    """

    checkout: Path
    folder: Path | None = None
    _made: dict = field(default_factory=dict, repr=False)  # fresh copies, by stem

    def __post_init__(self):
        self.folder = self.folder or home.folder(self.checkout)

    @property
    def stems(self) -> list[str]:
        """The stems of all shipped lessons, in order."""
        return sorted(path.stem for path in (self.checkout / "notebooks").glob("*.ipynb"))

    def path(self, stem: str) -> Path:
        """Return where the learner's copy lies."""
        return self.folder / f"{stem}.ipynb"

    def _base(self, stem: str) -> Path:
        return self.folder / home.OURS / "base" / f"{stem}.ipynb"

    def open(self, *, refresh: bool = True) -> list[str]:
        """Make what is missing of the desk; returns what the learner should know, in sentences.

        Copies that are there are left as they are, but for the lines above and below them; those
        too unless `refresh`: a notebook that is open elsewhere must not change under its editor.

        Raises
        ------
        Trouble
            If the folder can't be made or written.
        """
        try:
            self._base("").parent.mkdir(parents=True, exist_ok=True)
            progress.carry_over(self.folder)
            return [
                *filter(None, (self._ready(stem, refresh) for stem in self.stems)),
                *self._news(),
            ]
        except OSError as error:
            raise Trouble(_unwritable(self.folder, error)) from error

    def _hand_out(self, stem: str) -> None:
        """Write a fresh copy, and remember it."""
        text = as_text(self.fresh(stem))
        files.replace(self._base(stem), text)
        files.replace(self.path(stem), text)

    def _renumber(self, stem: str) -> None:
        """Rename the copy of a lesson that has another number now."""
        slug = lessons.slug(stem)
        for old in self.folder.glob(f"[0-9][0-9]_{slug}.ipynb"):
            if old.stem not in self.stems and not self.path(stem).exists():
                old.rename(self.path(stem))
                if self._base(old.stem).exists():
                    self._base(old.stem).rename(self._base(stem))

    def fresh(self, stem: str) -> dict:
        """Return the copy of a lesson as it would be handed out now.

        Raises
        ------
        Trouble
            If the shipped notebook is damaged.
        """
        if stem not in self._made:
            shipped = _shipped(self.checkout / "notebooks" / f"{stem}.ipynb")
            self._made[stem] = handout.make(shipped, self._place(stem))
        return copy.deepcopy(self._made[stem])

    def _place(self, stem: str) -> handout.Place:
        """Return a lesson's neighbours, and how far the learner is."""
        at, stems, state = self.stems.index(stem), self.stems, progress.read()
        return handout.Place(
            stem,
            before=stems[at - 1] if at else "",
            after=stems[at + 1] if at + 1 < len(stems) else "",
            solved=frozenset(key for key, entry in state["checks"].items() if entry["passed"]),
            step=course_map.Map(state).next_step(),
        )

    def _ready(self, stem: str, refresh: bool) -> str:
        """See that a lesson's copy is there; returns a sentence if something is wrong with it."""
        try:
            self._renumber(stem)
            if not self.path(stem).exists():
                self._hand_out(stem)
            elif refresh:
                mine = self._mine(stem)
                if _put(mine["cells"], self.fresh(stem)["cells"]):
                    files.replace(self.path(stem), as_text(mine))
        except Trouble as trouble:
            return str(trouble)
        return ""

    def _mine(self, stem: str) -> dict:
        """Read the learner's copy; a damaged one says how to make a fresh one."""
        try:
            return read(self.path(stem))
        except Trouble as trouble:
            mend = say(
                "`course reset {number}` makes a fresh copy and keeps this one under a dated name.",
                number=handout.number(stem) or stem,
            )
            raise Trouble(f"{trouble} {mend}") from trouble

    def _news(self) -> list[str]:
        """Tell which lessons have changed since they were handed out."""
        changed = [stem for stem in self.stems if self.changed(stem)]
        if not changed:
            return []
        return [
            say_n(
                "{n} lesson has changed since your copy was made: {names}. `course update` brings "
                "it in and keeps what you wrote.",
                "{n} lessons have changed since your copies were made: {names}. `course update` "
                "brings them in and keeps what you wrote.",
                len(changed),
                names=", ".join(changed),
            )
        ]

    def changed(self, stem: str) -> bool:
        """Tell whether a lesson is another one than when its copy was handed out."""
        try:
            base = read(self._base(stem))
        except Trouble:
            return self.path(stem).exists()
        try:
            return _essence(base) != _essence(self.fresh(stem))
        except Trouble:
            return False

    def reset(self, stem: str) -> Path | None:
        """Hand a lesson out afresh; returns where the old copy is kept, None if there was none.

        Raises
        ------
        Trouble
            If something can't be written; the old copy stands.
        """
        try:
            self._base("").parent.mkdir(parents=True, exist_ok=True)
            kept = self._keep(stem)
            self._hand_out(stem)
            return kept
        except OSError as error:
            raise Trouble(_unwritable(self.folder, error)) from error

    def _keep(self, stem: str) -> Path | None:
        """Copy a lesson's present copy to a dated name."""
        file = self.path(stem)
        if not file.exists():
            return None
        (self.folder / home.KEPT).mkdir(exist_ok=True)
        kept = home.dated(file, self.folder / home.KEPT)
        shutil.copy2(file, kept)
        return kept

    def update(self) -> Iterator[tuple[str, bool]]:
        """Bring changed lessons in, one after the other; trouble with one doesn't stop the rest.

        Yields
        ------
        sentence : str
            What was done with a lesson that is new or changed, or why it could not be.
        well : bool
        """
        for stem in self.stems:
            try:
                self._base("").parent.mkdir(parents=True, exist_ok=True)
                if sentence := self._renew(stem):
                    yield sentence, True
            except Trouble as trouble:
                yield str(trouble), False
            except OSError as error:
                yield _unwritable(self.folder, error), False

    def _renew(self, stem: str) -> str:
        """Bring one lesson in; returns what was done, "" where there was nothing to do."""
        self._renumber(stem)
        if not self.path(stem).exists():
            self._hand_out(stem)
            return say("{stem} is new on your desk.", stem=stem)
        mine = self._mine(stem)  # a damaged one is told of, whether the lesson changed or not
        self.fresh(stem)
        return self._update(stem, mine) if self.changed(stem) else ""

    def _update(self, stem: str, mine: dict) -> str:
        """Merge one lesson; returns what was done."""
        fresh = self.fresh(stem)
        _put(mine["cells"], fresh["cells"])
        try:
            base = read(self._base(stem))
        except Trouble:
            return self._without_base(stem, mine, fresh)
        done = merging.merge(base, mine, fresh)
        kept = self._keep(stem)
        files.replace(self._base(stem), as_text(fresh))
        files.replace(self.path(stem), as_text(done.notebook))
        words = [say("{stem} is renewed, and what you wrote is kept.", stem=stem)]
        if done.beside:
            words.append(
                say_n(
                    "{n} cell of yours stands beside a changed one, marked.",
                    "{n} cells of yours stand beside changed ones, marked.",
                    done.beside,
                )
            )
        return " ".join([*words, _kept(kept)])

    def _without_base(self, stem: str, mine: dict, fresh: dict) -> str:
        """Renew a lesson of which nobody knows how it was handed out: answers are carried over."""
        written, renewed = merging.answers(fresh, mine), copy.deepcopy(fresh)
        for cell in renewed["cells"]:
            tags = cell["metadata"].get("tags", [])
            cell["source"] = next((written[t] for t in tags if t in written), cell["source"])
        kept = self._keep(stem)
        files.replace(self._base(stem), as_text(fresh))
        files.replace(self.path(stem), as_text(renewed))
        words = say(
            "{stem} is renewed. How it was handed out is not known any more, so only your answers "
            "to its exercises are carried over.",
            stem=stem,
        )
        return f"{words} {_kept(kept)}"


def _kept(file: Path | None) -> str:
    return say("The old file is kept as {file}.", file=f"{home.KEPT}/{file.name}") if file else ""


def _shipped(file: Path) -> dict:
    """Read a shipped notebook; a damaged one says how to restore it."""
    try:
        return read(file)
    except Trouble as trouble:
        name = f"notebooks/{file.name}"
        mend = say("`git checkout -- {name}` restores it.", name=name)
        raise Trouble(f"{trouble} {mend}") from trouble


def _unwritable(folder: Path, error: OSError) -> str:
    return say(
        "{folder} can't be written: {reason}. Make it writable, or set COURSE_HOME to a folder "
        "that is.",
        folder=folder,
        reason=error.strerror or type(error).__name__,
    )


def _essence(notebook: dict) -> list[tuple]:
    """Return what makes a lesson another one: its cells, but for the lines that we add."""
    return [
        (cell["cell_type"], cell["source"], cell["metadata"])
        for cell in notebook["cells"]
        if cell["id"] not in handout.OURS
    ]


def _put(mine: list[dict], fresh: list[dict]) -> bool:
    """Renew the lines that we add, where the learner still has them; tells whether any changed."""
    lines = {cell["id"]: cell["source"] for cell in fresh if cell["id"] in handout.OURS}
    old = [cell for cell in mine if cell["id"] in lines and cell["source"] != lines[cell["id"]]]
    for cell in old:
        cell["source"] = lines[cell["id"]]
    return bool(old)
