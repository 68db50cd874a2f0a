"""The desk: the folder of a learner's own copies of the lessons, made, renewed and reset here.

Beside each copy the desk remembers the copy as it was handed out. With that a later `update` can
tell what the learner changed from what the lesson changed (see `course.learner.merging`).
"""

from __future__ import annotations

import copy
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from course import files, lessons
from course.learner import home, progress, trust
from course.learner.notebook import Trouble, as_text, read
from course.lessons import handout, places
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

    @property
    def missing(self) -> list[str]:
        """The stems of the lessons that have no copy here, under no number."""
        return [s for s in self.stems if not (self.path(s).exists() or self._renumbered(s))]

    def path(self, stem: str) -> Path:
        """Return where the learner's copy lies."""
        return self.folder / f"{stem}.ipynb"

    def base(self, stem: str) -> Path:
        """Return where the copy lies as it was handed out."""
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
            self.base("").parent.mkdir(parents=True, exist_ok=True)
            progress.carry_over(self.folder)
            return [
                *filter(None, (self._ready(stem, refresh) for stem in self.stems)),
                *self._news(),
            ]
        except OSError as error:
            raise Trouble(unwritable(self.folder, error)) from error

    def hand_out(self, stem: str) -> None:
        """Write a fresh copy, and remember it."""
        text = as_text(self.fresh(stem))
        files.replace(self.base(stem), text)
        files.replace(self.path(stem), text)
        trust.sign(self.folder, text)

    def renumber(self, stem: str) -> None:
        """Rename the copy of a lesson that has another number now."""
        for old in self._renumbered(stem):
            if not self.path(stem).exists():
                old.rename(self.path(stem))
                if self.base(old.stem).exists():
                    self.base(old.stem).rename(self.base(stem))

    def _renumbered(self, stem: str) -> list[Path]:
        """Return copies of a lesson under a number that it had before."""
        found = self.folder.glob(f"[0-9][0-9]_{lessons.slug(stem)}.ipynb")
        return [old for old in found if old.stem not in self.stems]

    def fresh(self, stem: str) -> dict:
        """Return the copy of a lesson as it would be handed out now.

        Raises
        ------
        Trouble
            If the shipped notebook is damaged.
        """
        if stem not in self._made:
            self._made[stem] = handout.make(self.shipped(stem), self._place(stem))
        return copy.deepcopy(self._made[stem])

    def shipped(self, stem: str) -> dict:
        """Read a lesson as it ships; a damaged one says how to restore it."""
        file = self.checkout / "notebooks" / f"{stem}.ipynb"
        try:
            return read(file)
        except Trouble as trouble:
            name = f"notebooks/{file.name}"
            mend = say("`git checkout -- {name}` restores it.", name=name)
            raise Trouble(f"{trouble} {mend}") from trouble

    def _place(self, stem: str) -> handout.Place:
        """Return a lesson's neighbours, and how far the learner is."""
        at, stems, state = self.stems.index(stem), self.stems, progress.read()
        slug, drawn = lessons.slug(stem), course_map.Map(state)
        known = slug in (lesson.slug for lesson in drawn.lessons)
        return handout.Place(
            stem,
            before=stems[at - 1] if at else "",
            after=stems[at + 1] if at + 1 < len(stems) else "",
            solved=frozenset(key for key, entry in state["checks"].items() if entry["passed"]),
            step=drawn.way_on(stem),
            map=drawn._repr_html_() if places.file(stem) == places.FIRST else "",
            ahead=course_map.Ahead(slug, state)._repr_html_() if known else "",
        )

    def _ready(self, stem: str, refresh: bool) -> str:
        """See that a lesson's copy is there; returns a sentence if something is wrong with it."""
        try:
            self.renumber(stem)
            if not self.path(stem).exists():
                self.hand_out(stem)
            elif refresh:
                self.stamp(stem)
        except Trouble as trouble:
            return str(trouble)
        return ""

    def mine(self, stem: str) -> dict:
        """Read the learner's copy; a damaged one says how to make a fresh one."""
        try:
            return read(self.path(stem))
        except Trouble as trouble:
            mend = say(
                "`course reset {number}` makes a fresh copy and keeps this one under a dated name.",
                number=handout.number(stem) or stem,
            )
            raise Trouble(f"{trouble} {mend}") from trouble

    def stamp(self, stem: str) -> None:
        """Write into a copy how far the learner is by now; widgets of a kernel that is gone go."""
        mine = self.mine(stem)
        was = copy.deepcopy(mine)
        self.renew(stem, mine["cells"], handout.rerun(mine["cells"]))
        for cell in mine["cells"]:
            if cell.get("outputs"):
                cell["outputs"] = handout.without_widgets(cell)
        if mine != was:
            self.rewrite(stem, mine)

    def renew(self, stem: str, cells: list[dict], told: str | None = None) -> None:
        """Write into a copy's cells how far the learner is by now.

        Parameters
        ----------
        told
            What is said above of the kernel; as it stands there by default.
        """
        above = next((cell for cell in cells if cell.get("id") == handout.ABOVE), {"source": ""})
        if told is None:
            told = handout.gone() if handout.gone() in above["source"] else ""
        put_lines(cells, self.fresh(stem)["cells"])
        if told:
            above["source"] += f"  \n{told}"

    def rewrite(self, stem: str, notebook: dict) -> None:
        """Put another content in the place of a copy; it is trusted if the copy was."""
        trusted, text = trust.signed(self.folder, self.path(stem)), as_text(notebook)
        files.replace(self.path(stem), text)
        if trusted:
            trust.sign(self.folder, text)

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
            base = read(self.base(stem))
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
            self.base("").parent.mkdir(parents=True, exist_ok=True)
            kept = self.keep(stem)
            self.hand_out(stem)
            return kept
        except OSError as error:
            raise Trouble(unwritable(self.folder, error)) from error

    def keep(self, stem: str) -> Path | None:
        """Copy a lesson's present copy to a dated name."""
        file = self.path(stem)
        if not file.exists():
            return None
        (self.folder / home.KEPT).mkdir(exist_ok=True)
        kept = home.dated(file, self.folder / home.KEPT)
        shutil.copy2(file, kept)
        return kept


def unwritable(folder: Path, error: OSError) -> str:
    """Say that a folder can't be written, why, and what helps."""
    if folder.is_file():
        return say(
            "{folder} can't be written: it is a file, and must be a folder. Move it away, or set "
            "COURSE_HOME to a folder.",
            folder=folder,
        )
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


def put_lines(mine: list[dict], fresh: list[dict]) -> None:
    """Renew the lines that we add, and what is drawn there, where the learner still has them."""
    lines = {cell["id"]: cell for cell in fresh if cell["id"] in (*handout.OURS, handout.MAP)}
    for cell in mine:
        line = lines.get(cell["id"])
        if line and cell["id"] != handout.MAP:
            cell["source"] = line["source"]
        if line and "outputs" in line and cell["source"] == line["source"]:
            cell["outputs"], cell["execution_count"] = copy.deepcopy(line["outputs"]), None
