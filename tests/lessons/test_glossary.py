"""The words of the course: explained once, in the lesson that introduces them, and used after."""

import functools
import re
from pathlib import Path

import pytest

from course import lessons
from course.authoring import checkout, pairs, readme, sentences
from course.authoring.checkout import CourseError
from course.data import glossary

ROOT = Path(__file__).resolve().parents[2]
STEMS = checkout.lessons(ROOT)  # in the order in which they are read
SLUGS = [lessons.slug(stem) for stem in STEMS]
TERMS = glossary.terms()
ORDINARY = 12  # terms that are ordinary words, introduced by no bold type

# The field's word, and what the course used to say instead.
DIALECT = {
    r"\bblames?\b": "error signal",
    r"\b(?:the|another|classical|its|'s) bends?\b|\bbending\b": "activation",
    r"\bcustomary\b": "standard",
    r"\btaps\b": "the tokens before",
    r"\b(?:a|the) rest (?:at right|must be|is at|of the fit)": "residual",
    r"\blent to\b": "added to",
}
# Letters that stand for two things in a lesson's table still: to be parted when it is rewritten.
TWOFOLD: set[tuple[str, str]] = set()


@functools.cache
def cells(slug: str) -> list[str]:
    """The prose of a lesson, cell by cell, as it is edited."""
    notebook = pairs.read_text(ROOT, STEMS[SLUGS.index(slug)])
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def prose(slug: str) -> str:
    """The prose of a lesson without its sources and the names of other lessons."""
    text = "\n\n".join(cells(slug)).split("## Sources")[0]
    return re.sub(r"lesson \*[^*]+\*", "…", text)


def spoken(text: str) -> str:
    """A text without formulas, code and addresses."""
    unspoken = r"```.*?```|\$\$.*?\$\$|\$[^$]*\$|`[^`]*`|\]\([^)]*\)|<[^>]+>"
    return re.sub(unspoken, "…", text, flags=re.DOTALL)


def symbols(slug: str) -> str:
    """What a lesson says of its symbols."""
    return next(cell for cell in cells(slug) if cell.startswith("## Symbols"))


def body(slug: str) -> str:
    """What follows the symbols, without headings."""
    text = prose(slug).partition(symbols(slug))[2]
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))


def before(slug: str) -> list[str]:
    return SLUGS[: SLUGS.index(slug)]


each = pytest.mark.parametrize("term", TERMS, ids=lambda term: term.term)
every = pytest.mark.parametrize("slug", SLUGS)


# --- terms ----------------------------------------------------------------------------------


@each
def test_a_term_is_introduced_in_a_lesson_that_exists(term):
    assert term.lesson in SLUGS
    assert set(term.earlier) <= set(before(term.lesson)), "an earlier lesson that isn't earlier"


@each
def test_a_term_is_not_used_before_it_is_introduced(term):
    for slug in before(term.lesson):
        used = term.pattern.search(spoken(prose(slug)))
        if slug in term.earlier:
            assert used, f"{slug} no longer says {term.term}: take it out of earlier"
        else:
            assert not used, f"{slug} says {used.group()!r}; {term.lesson} introduces it"


@each
def test_a_term_is_bold_at_first_use_or_stands_among_the_symbols(term):
    if not term.marked or term.pattern.search(spoken(symbols(term.lesson))):
        return
    text = spoken(body(term.lesson))
    first = term.pattern.search(text)
    assert first, f"{term.lesson} never says {term.term}"
    bold = [m.span() for m in re.finditer(r"\*\*[^*]+\*\*", text)]
    assert any(a < first.start() < b for a, b in bold), (
        f"{term.lesson} first says …{text[max(0, first.start() - 30) : first.end() + 20]}…"
    )


@each
def test_a_letter_of_several_signs_is_not_used_before_its_lesson(term):
    """Single Latin letters are used for many things; a Greek one or `dx` speaks for itself."""
    if len(term.symbol) < 2 or term.symbol == "rng":
        return
    letter = re.compile(rf"(?<![A-Za-z\\]){re.escape(term.symbol)}(?![A-Za-z])")
    first = min(SLUGS.index(t.lesson) for t in TERMS if t.symbol == term.symbol)
    for slug in SLUGS[:first]:
        formulas = " ".join(re.findall(r"\$[^$]+\$", prose(slug)))
        assert not letter.search(formulas), f"{slug} uses {term.symbol} before {term.lesson}"


def test_few_terms_go_unmarked():
    assert len(TERMS) >= 60
    assert sum(not term.marked for term in TERMS) <= ORDINARY


def test_the_search_for_terms_finds_what_it_should():
    batch = next(term for term in TERMS if term.term == "batch")
    assert batch.pattern.search("two Batches of") and not batch.pattern.search("minibatch, batched")
    assert "batch" not in spoken("`batch`, $batch$, [x](batch), $$\nbatch\n$$")


# --- words and letters ----------------------------------------------------------------------


@every
def test_no_letter_stands_for_two_things_in_a_lesson(slug):
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|", symbols(slug), re.M)[2:]
    letters = [le for first, _ in rows for le in re.findall(r"\$([^$=]+?)\$|`(\w+)`", first)]
    letters = [a or b for a, b in letters]
    assert len(letters) == len(set(letters)), f"{slug} explains a letter twice"
    for first, meaning in rows:
        several = re.search(r"\bwhere\b|; with\b", meaning)
        known = any(slug == s and f"${letter}$" in first for s, letter in TWOFOLD)
        assert bool(several) == known, f"{slug}: {first} stands for {meaning}"


@every
def test_the_field_s_word_is_used(slug):
    for pattern, better in DIALECT.items():
        found = re.search(pattern, spoken(prose(slug)), re.IGNORECASE)
        assert not found, f"{slug} says {found.group()!r}; the field says {better}"


def test_the_field_s_word_is_used_by_checks_widgets_and_commands():
    for sentence in sentences.every():
        text = sentence.text if isinstance(sentence.text, str) else " ".join(sentence.text)
        for pattern, better in DIALECT.items():
            found = re.search(pattern, text, re.IGNORECASE)
            assert not found, f"{sentence.where} says {found.group()!r}; the field says {better}"


# --- the file and the README ----------------------------------------------------------------


def test_the_readme_s_table_is_made_of_the_glossary():
    assert glossary.notation() in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", readme.TABLES)
def test_each_table_of_the_readme_is_in_step(name):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"<!-- table: {name} -->\n\n{readme.TABLES[name]()}\n" in text, "run `course sync`"
    assert readme.made(text) == text, "run `course sync`"


def test_the_readme_s_letters_are_those_of_the_style():
    letters = {term.symbol for term in TERMS if term.meaning}
    assert set("NBTCHDVKxyzpWbqkv") | {"dx", "lr", "rng"} == letters


def test_a_table_that_nobody_makes_is_refused():
    with pytest.raises(CourseError, match="a table letters; there are"):
        readme.made("<!-- table: letters -->\n\n<!-- end -->")
    assert readme.made("no marks\n") == "no marks\n"


ENTRY = '[[term]]\nterm = "rank"\nlesson = "linear_algebra"\nsays = "{says}"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ENTRY.format(says="two. Sentences."), "one sentence is wanted, not 'two. Sentences.'"),
        (ENTRY.format(says="One.") * 2, "explains rank more than once"),
        (ENTRY.format(says="One.") + 'meaning = "size"\n', "'size' is the meaning of no symbol"),
        (ENTRY.format(says="One.") + 'colour = "red"\n', "its fields are term, lesson, says"),
        ('[[term]]\nterm = "rank"\n', "its fields are term, lesson, says"),
    ],
)
def test_a_damaged_glossary_is_refused(text, told):
    with pytest.raises(ValueError) as error:
        glossary.read(text)
    assert told in str(error.value)


def test_sync_writes_the_readme(tmp_path):
    (tmp_path / "README.md").write_text("a\n<!-- table: notation -->\nold\n<!-- end -->\nz\n")
    assert readme.sync(tmp_path) and not readme.sync(tmp_path)
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert glossary.notation() in text and "old" not in text and text.endswith("z\n")
    assert not readme.sync(tmp_path / "nowhere")
