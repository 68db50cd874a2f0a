"""Every sentence that a learner reads, gathered for translators as a gettext template.

Two kinds: what the code says through `course.words`, which is read from its sources, and what lies
in data and is said when it is shown: banks, what lessons tell of themselves, labels and alt texts
of widgets, figures and drawings, the glossary. A sentence is its own key.
"""

from __future__ import annotations

import ast
import functools
import importlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course import __version__, lessons
from course.checking import Exercise
from course.data import glossary

PACKAGE = Path(__file__).resolve().parents[1]
HEAD = """\
# Every sentence that a learner reads. `course words` makes this file; a translation of it is a
# catalogue. What stands in braces is filled in when the sentence is shown, in any order:
#
# {n} a number, in a sentence of two forms the one that chooses between them
# {name} what stands in code, such as a function; of a lesson its title
# {part} a part of what a function returned: dW, grads[0], or "second value" of this file
# {got}, {wanted}, {kind} what came and what is wanted: "an array of shape (2, 3)"
# {why}, {reason}, {error} words of Python or of the system, or another sentence of this file
# {file}, {folder}, {path}, {command} as they are typed
#
# Formulas between $ and code between ` stay as they are."""
FORMS = {"say": 1, "say_n": 2, "later": 1}  # how many of its arguments a translator sees
# Which arguments of which calls in widgets, figures and drawings are words on a page.
SHOWN = {"Diagram": 0, "box": 0, "word": 0, "arrow": 2, "bracket": 1, "group": 1, "matrix": 0}
SHOWN |= {f"set_{name}": 0 for name in ("title", "xlabel", "ylabel", "text")}
SHOWN |= {"choice": 0, "set_label": 0, "text": 2, "annotate": 0, "set_xticks": 1, "set_yticks": 1}
NAMED = ("label", "shape", "alt", "title", "xlabel", "ylabel")
_FORMULA = re.compile(r"\$[^$]*\$")


@dataclass(frozen=True)
class Sentence:
    """One entry of the template.

    Attributes
    ----------
    text
        The sentence; of two forms, one and many, as a pair.
    where
        The file that it stands in, below the package's folder, and the line, 0 if unknown.
    note
        What a translator should know.
    """

    text: str | tuple[str, ...]
    where: tuple[str, int]
    note: str = ""


def every() -> Iterator[Sentence]:
    """Return all sentences, those of the code first."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield from of_code(path)
        yield from of_names(path)
        yield from of_help(path)
    for lesson in lessons.lessons():
        yield from of_lesson(lesson)
        yield from of_predictions(lesson)
        for path in sorted((PACKAGE / "lessons" / lesson.slug).glob("*.py")):
            if path.name not in ("__init__.py", "bank.py"):
                yield from of_pictures(path)
    yield from of_glossary()


@functools.cache
def nodes(path: Path) -> list[ast.AST]:
    """Return all that the tree of a file is made of."""
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def of_code(path: Path) -> Iterator[Sentence]:
    """Return what a module says in so many words, and what a comment above it tells translators.

    Read from the tree, since a call may stand inside an f-string, where Babel sees none.
    """
    where, lines = path.relative_to(PACKAGE).as_posix(), path.read_text("utf-8").splitlines()
    for call in (node for node in nodes(path) if isinstance(node, ast.Call)):
        forms = FORMS.get(ast.unparse(call.func), 0)
        said = [arg.value for arg in call.args[:forms] if isinstance(arg, ast.Constant)]
        if said and len(said) == forms:
            _, _, note = lines[call.lineno - 2].partition("# Translators: ")
            yield Sentence(said[0] if forms == 1 else tuple(said), (where, call.lineno), note)


def of_names(path: Path) -> Iterator[Sentence]:
    """Return what a module puts under a name first, and says by that name."""
    where = path.relative_to(PACKAGE).as_posix()
    for function in (node for node in nodes(path) if isinstance(node, ast.FunctionDef)):
        inside = list(ast.walk(function))
        said = {said_name(node) for node in inside}
        for node in inside:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in said:
                for value in ast.walk(node.value):
                    if isinstance(value, ast.Constant) and has_words(value.value):
                        yield Sentence(value.value, (where, value.lineno))


def of_help(path: Path) -> Iterator[Sentence]:
    """Return what a command says of its arguments."""
    where = path.relative_to(PACKAGE).as_posix()
    for node in nodes(path):
        text = node.value if isinstance(node, ast.keyword) and node.arg == "help" else None
        if isinstance(text, ast.Constant):
            yield Sentence(text.value, (where, text.lineno), "a command's help")


def said_name(node: ast.AST) -> str | None:
    """Return the name in say(name, …), None if this is no such call."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "say" and node.args:
        return getattr(node.args[0], "id", None)
    return None


def of_lesson(lesson) -> Iterator[Sentence]:
    """Return what a lesson tells of itself and what its bank says."""
    about, folder = lesson.about, f"lessons/{lesson.slug}"
    for field in ("part", "title", "promise", "builds"):
        yield Sentence(getattr(about, field), (f"{folder}/__init__.py", 0), f"the lesson's {field}")
    for exercise in vars(lessons.bank(lesson.slug)).values():
        if isinstance(exercise, Exercise):
            for text, note in of_exercise(exercise):
                yield Sentence(text, (f"{folder}/bank.py", 0), f"{exercise.key}: {note}")


def of_exercise(exercise: Exercise) -> Iterator[tuple[str, str]]:
    """Return each sentence of an exercise and what it is; the last hint is code."""
    yield from ((case.says, "a case") for case in exercise.cases if case.says)
    yield from ((law.says, "a law") for law in exercise.laws)
    yield from ((mistake.says, "a misconception") for mistake in exercise.mistakes)
    if exercise.probe is not None:
        found = [example.expected for example in exercise.examples]
        keys = dict.fromkeys(key for told in found if isinstance(told, dict) for key in told)
        yield from ((key, "what is compared of an answer") for key in keys)
    yield from ((hint, "a hint") for hint in exercise.hints[:-1])
    if exercise.why:
        yield exercise.why, "why the solution is so"


def of_predictions(lesson) -> Iterator[Sentence]:
    """Return the questions, options and units of a notebook's predictions."""
    path = lessons.NOTEBOOKS / "text" / f"{lesson.stem}.py"
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if ast.unparse(call.func) in ("predict.number", "predict.choice"):
            where = f"notebooks/text/{path.name}", call.lineno
            for value in (x for part in call.args[1:] for x in ast.walk(part)):
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield Sentence(value.value, where, "a prediction")
            for unit in (word.value for word in call.keywords if word.arg == "unit"):
                if isinstance(unit, ast.Constant) and has_words(unit.value):
                    yield Sentence(unit.value, where, "a prediction's unit")


def of_pictures(path: Path) -> Iterator[Sentence]:
    """Return labels, options, names of ticks and alt texts in a module that draws.

    What is put together there is none of them: it goes through `say`, with named fields.
    """
    where = path.relative_to(PACKAGE)
    module = vars(importlib.import_module(".".join(("course", *where.with_suffix("").parts))))
    for node in nodes(path):
        for value in _shown(node) if isinstance(node, ast.Call) else ():
            for text in _texts(value, module):
                if has_words(text):
                    yield Sentence(text, (where.as_posix(), value.lineno), "on a picture")


def has_words(text: object) -> bool:
    """Tell whether a text is more than a number, a letter or a formula."""
    return isinstance(text, str) and sum(map(str.isalpha, _FORMULA.sub("", text))) > 2


def _shown(call: ast.Call) -> Iterator[ast.expr]:
    """Return the arguments of a call that are words on a page."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    yield from (keyword.value for keyword in call.keywords if keyword.arg in NAMED)
    yield from call.args[SHOWN[name] :][:1] if name in SHOWN else ()


def _texts(value: ast.expr, module: dict) -> list[str]:
    """Return the text that an argument is, or the texts in it, if that is known without a call."""
    calls = [node.func for node in ast.walk(value) if isinstance(node, ast.Call)]
    if any(ast.unparse(call) not in ("list", "tuple", "later") for call in calls):
        return []
    try:
        known = eval(compile(ast.Expression(value), "", "eval"), module)
    except NameError:  # something of the function that draws
        return []
    listed = known if isinstance(known, list | tuple | dict) else [known]
    return [text for text in listed if isinstance(text, str)]


def of_glossary() -> Iterator[Sentence]:
    """Return each word and what it means."""
    for term in glossary.terms():
        for text in filter(None, (term.term, term.says, term.meaning)):
            yield Sentence(text, ("data/glossary.toml", 0), f"glossary: {term.term}")


def template() -> str:
    """Return the gettext template of all sentences; the same each time.

    Raises
    ------
    ImportError
        If Babel is not installed: it belongs to what maintainers run.
    """
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    catalog = Catalog(
        project="llm-course", version=__version__, charset="utf-8", header_comment=HEAD
    )
    for sentence in every():
        notes = [sentence.note] if sentence.note else []
        catalog.add(sentence.text, locations=[sentence.where], auto_comments=notes)
    for message in catalog:  # "90 % of" is no format; ours are braces, or nothing
        message.flags -= {"python-format", "python-brace-format"}
        if message.id:
            message.flags.add("no-python-format")
    file = io.BytesIO()
    write_po(file, catalog, width=100)
    lines = file.getvalue().decode("utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if "-Date: " not in line)
