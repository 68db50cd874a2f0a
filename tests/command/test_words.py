"""Sentences for translators, and what comes out where a catalogue is in use."""

import ast
import builtins
import gettext
import io
import re

import numpy as np
import pytest
import tongue
from babel.messages.pofile import read_po
from matplotlib.text import Text

from course import lessons, words
from course.authoring import sentences
from course.checking import Exercise, laws
from course.command import main as command
from course.interactive import live, page, plot
from course.interactive.diagram import Diagram
from course.lessons import map as course_map

BANKS = [e for le in lessons.lessons() for e in vars(lessons.bank(le.slug)).values()]
EXERCISES = [e for e in BANKS if isinstance(e, Exercise)]
NAMES = [e.key for e in EXERCISES]


@pytest.fixture(scope="module")
def template():
    return read_po(io.StringIO(tongue.template()))


@pytest.fixture(scope="module")
def brackets(tmp_path_factory):
    """A catalogue in which each sentence stands in brackets, made of the template as it is."""
    return tongue.catalogue(tmp_path_factory.mktemp("words") / "course.mo", lambda s: f"⟦{s}⟧")


@pytest.fixture(scope="module")
def letters(tmp_path_factory):
    """A catalogue in letters of its own."""
    return tongue.catalogue(tmp_path_factory.mktemp("words") / "course.mo")


@pytest.fixture(scope="module", autouse=True)
def forgotten():
    """What a mistake does is worked out once, in the tongue of the moment: others come later."""
    yield
    for exercise in EXERCISES:
        exercise._known.clear()


@pytest.fixture
def foreign(brackets):
    """Sentences in brackets."""
    words.speak(brackets)
    yield
    words.speak(None)


@pytest.fixture
def other(letters):
    """Sentences in letters of their own."""
    words.speak(letters)
    yield
    words.speak(None)


def bracketed(text: str) -> list[str]:
    return re.findall(r"⟦([^⟦⟧]*)⟧", text)


# --- the template ---------------------------------------------------------------------------


@pytest.mark.parametrize("exercise", EXERCISES, ids=NAMES)
def test_the_template_holds_what_an_exercise_says(template, exercise):
    for mistake in exercise.mistakes:
        assert mistake.says in template
    for text in (*exercise.hints[:-1], exercise.why, *(law.says for law in exercise.laws)):
        assert not text or text in template


def test_the_template_holds_lessons_predictions_and_code(template):
    for lesson in lessons.lessons():
        assert lesson.about.title in template and lesson.about.promise in template
    assert "Which test notices that the targets are not shifted?" in template
    assert "times" in template and "nats" in template  # units of what is asked for
    assert "Committed: {guess}. Run on (Shift+Enter) to see what comes out." in template
    assert "Begin with lesson {number}, {title}. Its first exercise is `{name}`." in template


TREES = {
    le.slug: ast.parse((sentences.PACKAGE / "lessons" / le.slug / "bank.py").read_text("utf-8"))
    for le in lessons.lessons()
}


def laws_of(tree):
    """What is held as a law: functions by their names, and what a lambda calls first."""
    for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
        if ast.unparse(call.func) == "Law":
            law = call.args[1]
            yield law.body if isinstance(law, ast.Lambda) else law


def outside_say(node):
    if not isinstance(node, ast.Call) or ast.unparse(node.func) not in ("say", "say_n"):
        yield node
        for child in ast.iter_child_nodes(node):
            yield from outside_say(child)


LAWS = {
    law.id if isinstance(law, ast.Name) else ast.unparse(law.func)
    for tree in TREES.values()
    for law in laws_of(tree)
    if isinstance(law, ast.Name | ast.Call)
}


@pytest.mark.parametrize("lesson", TREES)
def test_what_a_law_returns_has_gone_through_say(lesson):
    """Known by its words: text with a space between letters. What a lambda hands on counts too."""
    functions = [f for f in TREES[lesson].body if getattr(f, "name", None) in LAWS]
    nodes = [n for f in functions for n in ast.walk(f)]
    found = [n for n in nodes if isinstance(n, ast.JoinedStr)]
    returned = [n.value for n in nodes if isinstance(n, ast.Return) and n.value]
    found += [n for value in returned for n in outside_say(value)]
    found += [x for law in laws_of(TREES[lesson]) for x in getattr(law, "args", ())]
    for node in found:
        text = node.value if isinstance(node, ast.Constant) else ""
        bare = isinstance(node, ast.JoinedStr) or re.search(r"\w \w", str(text))
        assert not bare, f"line {node.lineno}: {ast.unparse(node)}"


PROBED = [e for e in EXERCISES if e.probe is not None]


@pytest.mark.parametrize("exercise", PROBED, ids=[e.key for e in PROBED])
def test_the_template_holds_what_a_probe_says(template, exercise):
    """Its keys, and its words; sizes and names are none."""
    for expected in (example.expected for example in exercise.examples):
        for key, value in expected.items() if isinstance(expected, dict) else ():
            assert key in template
            data = isinstance(value, str) and not re.search(r"[a-z] [a-z]", value)
            assert not isinstance(value, str) or data or value in template, value


# Names and attributes by which data is said that the template reads.
DATA = "alt caption hints kind label name option part promise builds question says shape surface"
DATA = {*DATA.split(), "text", "title", "unit", "value", "why", "worded"}


def holding_words(path):
    """The names that are given a literal in a file."""
    for node in sentences.nodes(path):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            inside = [n.value for n in ast.walk(node.value) if isinstance(n, ast.Constant)]
            if any(isinstance(value, str) for value in inside):
                yield node.targets[0].id


def test_what_is_extracted_is_what_is_said(template):
    """Literal sentences, also inside an f-string; anything else must lie in data that is read."""
    listed = {form for m in template for form in (m.id if isinstance(m.id, tuple) else [m.id])}
    for path in sentences.PACKAGE.rglob("*.py"):
        known = DATA | set(holding_words(path))
        for call in sentences.nodes(path):
            door = ast.unparse(call.func) if isinstance(call, ast.Call) else ""
            if door in ("say", "say_n") and path.name != "words.py":
                for said in call.args[: sentences.FORMS[door]]:
                    if isinstance(said, ast.Constant):
                        found = said.value in listed or not said.value
                    else:
                        names = {getattr(n, "id", getattr(n, "attr", "")) for n in ast.walk(said)}
                        found = names & known and door == "say"
                        found = found and not isinstance(said, ast.JoinedStr | ast.BinOp)
                    assert found, f"{path.name}: {ast.unparse(call)}"


# What learners meet without having written a call; elsewhere a ValueError speaks as NumPy's does.
HANDED_ON = ("command", "learner", "lessons", "transformers/gpt", "transformers/tokenizer.py")
HANDED_ON += ("authoring/checkout.py", "authoring/pairs.py", "data/__init__.py")
BETWEEN_MACHINES = {"Garbled", "NetworkError"}  # a grader's processes; a kernel that builds a page


def raised():
    """Each call that is raised, and the file that does."""
    for path in sentences.PACKAGE.rglob("*.py"):
        for node in sentences.nodes(path):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                yield node.exc, path.relative_to(sentences.PACKAGE).as_posix()


def test_what_is_raised_for_a_learner_goes_through_say():
    """All that is handed on, and errors of the course's own classes. A space makes a sentence."""
    for call, where in raised():
        name = ast.unparse(call.func).rpartition(".")[2]
        own = not hasattr(builtins, name) and name not in BETWEEN_MACHINES
        if own or where.startswith(HANDED_ON):
            texts = [n.value for n in outside_say(call) if isinstance(n, ast.Constant)]
            bare = [text for text in texts if isinstance(text, str) and " " in text.strip()]
            assert not bare, f"{where}, line {call.lineno}: {bare}"


def test_fields_are_named_and_formats_are_not_taken_for_python_s(template):
    assert ", python-format" not in tongue.template()  # Babel takes "90 % of" for a format
    for message in template:
        if message.id:
            forms = message.id if isinstance(message.id, tuple) else (message.id,)
            assert not re.search(r"\{\d*\}", " ".join(forms)), forms
            assert forms == tuple(form.strip(" ") for form in forms), forms


def test_the_template_is_the_same_each_time():
    assert sentences.template() == tongue.template()


def test_the_command_writes_it(tmp_path, capsys):
    path = tmp_path / "course.pot"
    assert command.main(["words", "--out", str(path)]) == 0
    catalog = read_po(io.StringIO(path.read_text(encoding="utf-8")))
    told = capsys.readouterr().out
    assert told.startswith(f"{len(catalog)} sentences are in ")
    assert len(catalog) > 1000


# --- what a reader of another language sees -------------------------------------------------


def test_a_hint_comes_out_translated(foreign, capsys):
    exercise = lessons.bank("attention").scores
    exercise.hint()
    assert exercise.hints[0] in bracketed(capsys.readouterr().out)


def test_a_misconception_comes_out_translated(foreign):
    verdict = lessons.bank("attention").scores.examine(lambda q, k: q @ k.swapaxes(-1, -2))
    assert verdict.mistake
    (mistake,) = (m for m in lessons.bank("attention").scores.mistakes if m.name == verdict.mistake)
    assert mistake.says in bracketed(str(verdict))
    assert f"⟦{mistake.says}⟧" in verdict.text


def test_what_a_law_says_comes_out_translated(foreign):
    exercise = lessons.bank("generation").acceptance
    seen = laws.Seen(exercise, lambda p, d: (np.ones(len(p)), np.ones(len(p)) / len(p)))
    for law in exercise.laws:
        said = laws.held(law, seen, np.random.default_rng(0))
        assert re.match(r"⟦V = 7: .* 1\.000", said) or said.startswith("⟦V = 7: token"), said


def test_what_a_law_is_given_comes_out_translated(foreign):
    """A clause that a law hands to the sentence stands in it, translated too."""
    exercise = lessons.bank("optimizers").momentum_step
    said = exercise.laws[0].holds(lambda params, grads, v, **_: ([2.0], [2.0]), None)
    assert said == "⟦⟦v = 1 and g = 0 with μ = 0.8: the new v⟧ gives 2, where 0.8 is right.⟧"


def test_what_a_probe_says_comes_out_translated(foreign):
    exercise = lessons.bank("data_pipelines").batches
    verdict = exercise.examine(lambda rng, N, B: [np.zeros(min(B, N - i)) for i in range(0, N, B)])
    assert "sizes or kinds vary" in bracketed(str(verdict))
    assert "each row once" in bracketed(str(verdict)) and "coming" in bracketed(str(verdict))
    exercise = lessons.bank("gradients").order
    assert "something else than a list of values" in bracketed(str(exercise.examine(lambda v: {v})))


@pytest.mark.parametrize("exercise", PROBED, ids=[e.key for e in PROBED])
def test_no_word_of_a_probe_is_english(other, exercise):
    """Whatever a known mistake makes it say; names of parameters are none, nor Python's errors."""
    for mistake in exercise.mistakes:
        text = exercise.examine(mistake.code).text
        assert re.search(r"\wError\b", text) or not re.search(r"[a-z]{3,} [a-z]{3,}", text), text


def test_a_right_answer_is_right_in_every_language(foreign):
    for exercise in PROBED:
        assert exercise.examine(exercise.reference).state in ("done", "not started")


def test_a_solution_s_reason_comes_out_translated(foreign, capsys):
    exercise = lessons.bank("attention").scores
    exercise.check(lambda q, k: q @ k.swapaxes(-1, -2))
    exercise.solution()
    assert exercise.why in bracketed(capsys.readouterr().out)


def test_the_map_comes_out_translated(foreign):
    text, shown = str(course_map.show()), course_map.show()._repr_html_()
    for lesson in lessons.lessons():
        assert lesson.about.title in bracketed(text)
        assert lesson.about.promise in bracketed(shown)
    assert f"0 of {len(EXERCISES)} exercises solved." in bracketed(text)


# Names of people, units and functions, tokens, a product; widgets that show what a model writes.
KNOWN = {"Adam", "GFLOP", "Nesterov", "RMSprop", "split_heads", "merge_heads", "rotate"}
KNOWN |= {"her", "other", "another", "ABC"}
OF_A_MODEL = {"writing", "followers", "sentence", "learning", "next_token"}


def written(figure) -> list[str]:
    """All that stands on a drawn figure."""
    return [text.get_text() for text in figure.findobj(Text) if text.get_visible()]


@pytest.mark.parametrize("lesson", TREES)
def test_no_picture_shows_english(other, lesson):
    """Texts, names of ticks, captions, labels, options and alt texts of widgets and drawings."""
    shown = []
    for build in lessons.widgets(lesson).WIDGETS:
        figure = build()
        shown.append(figure.stage.alt)
        row = page.row(figure.controls, lambda *_: None, 800)
        shown += [getattr(part, "description", "") for part in row.children]
        if build.__name__ in OF_A_MODEL:
            axes = figure.stage.figure.axes
            shown += [label for ax in axes for label in (ax.get_xlabel(), ax.get_ylabel())]
        else:
            shown += [*written(figure.stage.figure), figure.stage.caption]
    for draw in lessons.diagrams(lesson):
        drawing = draw()
        shown += [drawing.alt, *written(drawing.figure())]
    assert any(set(text) & set(tongue.OTHER) for text in shown)
    found = [word for text in shown for word in tongue.english(text) if word not in KNOWN]
    assert not found


def test_every_kind_of_text_on_a_figure_comes_out_translated(other, monkeypatch):
    """Also what a legend and fixed ticks hold; numbers, formulas and what is unknown stay."""
    fig, ax = plot.figure()
    ax.plot([1, 2, 3], label="training")
    ax.set(title="Spread", xlabel="learning rate", ylabel="Not a sentence that the course knows")
    ax.set_xticks([0, 1, 2], ["kept", "dropped", "12"])
    ax.text(1, 1, "guessing")
    ax.annotate("turning point", (1, 2))
    ax.legend()
    monkeypatch.setattr(plot, "present", lambda data, metadata: None)
    plot.show(fig, alt="A line that rises, with a name at each place.")
    told = written(fig)
    for text in ("training", "Spread", "learning rate", "kept", "dropped", "guessing"):
        assert tongue.told(text) in told and text not in told
    assert tongue.told("turning point") in told
    assert {"12", "Not a sentence that the course knows"} <= set(told)


def test_a_table_comes_out_translated_where_its_words_are_the_course_s(foreign, capsys):
    plot.table([["spaces", 0.5], ["Not a word that the course knows", 7]], ["loss", "nats: 1.2"])
    assert {"spaces", "loss"} == set(bracketed(capsys.readouterr().out))


def test_in_english_nothing_on_a_figure_is_touched():
    fig, ax = plot.figure()
    ax.set_title("Spread")
    ax.set_xticks([0, 1], ["kept", "dropped"])
    before = plot.png(fig)
    plot.translate(fig)
    assert plot.png(fig) == before


DRAWN = [
    path
    for path in sorted((sentences.PACKAGE / "lessons").glob("*/*.py"))
    if path.name not in ("__init__.py", "bank.py")
]


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_is_put_together_for_a_picture_goes_through_say(path):
    """Known by a word of four letters among the constants of an f-string."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in outside_say(tree):
        if isinstance(node, ast.JoinedStr):
            constants = "{}".join(p.value for p in node.values if isinstance(p, ast.Constant))
            words_ = re.findall(r"[a-z]{4,}", re.sub(r"\$[^$]*\$|\\\\\w+", "", constants))
            assert not words_, f"line {node.lineno}: {ast.unparse(node)}"


def test_options_are_shown_translated_and_stay_what_they_are(foreign):
    control = live.choice(["sharp", 4], label="temperature")
    _, part = page.widget(control, 60)
    assert part.options[1] == ("4", 4) and part.value == "sharp"


def test_a_drawing_comes_out_translated_and_still_fits(foreign):
    (block,) = (f for f in lessons.diagrams("small_gpt") if f.__name__ == "block")
    drawing = block()
    assert bracketed(drawing.alt)
    assert "⟦attention⟧" in [t.get_text() for t in drawing.ax.texts]
    assert "⟦fetches from other positions⟧" in [t.get_text() for t in drawing.ax.texts]
    assert Diagram("Not a sentence that the course knows.").alt.startswith("Not a")


def test_a_command_s_error_comes_out_translated(foreign, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert command.main(["sync"]) == 1
    (said,) = bracketed(capsys.readouterr().err)
    assert said == f"{tmp_path} is not inside a checkout of the course. Change to one with cd."


# What Python says itself, in the language of the system where it has one.
OF_ARGPARSE = ("positional arguments", "show this help message", "show program's version number")
OF_ARGPARSE += (" and exit",)


@pytest.mark.parametrize("name", ["", *command.COMMANDS])
def test_help_comes_out_translated(other, capsys, name):
    with pytest.raises(SystemExit):
        command.main([*name.split(), "--help"])
    shown = capsys.readouterr().out.split("\n\n", 1)[1]  # after the line of usage
    for sentence in OF_ARGPARSE:
        shown = shown.replace(sentence, "")
    assert set(shown) & set(tongue.OTHER)
    assert not re.findall(r"[a-z]{3,} [a-z]{3,}", re.sub(r"`[^`]*`", "", shown))


def test_a_page_names_its_language(monkeypatch):
    assert words.language() == "en"
    chinese = gettext.NullTranslations()
    chinese._info = {"language": "zh_CN"}
    monkeypatch.setattr(words, "_catalogue", chinese)
    assert words.language() == "zh-CN"


def test_without_a_catalogue_it_is_english(capsys):
    exercise = lessons.bank("attention").scores
    exercise.hint()
    assert "⟦" not in capsys.readouterr().out + str(course_map.show())
