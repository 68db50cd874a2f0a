"""Formulas of a lesson as MathML, which browsers set by themselves: no script, no network."""

from __future__ import annotations

import html
import re
from xml.etree import ElementTree

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from course.authoring.checkout import CourseError
from course.words import say

NAMES = ("arccos", "cos", "exp", "ln", "log", "sin", "tan", "tanh")
CLOSING = (")", "]", "}", "|", "‖", "!", "′")
RELATIONS = ("=", ":=", "≈", "≠", "≤", "≥", "<", ">", "←", "→", "⟹")
_SPACE = {"width": "0.167em"}
_STRUT = {"height": "0.9em"}  # fonts without mathematics lay the bar of a root on its digits
# Two numbers, which in a line are set in it, but where a factor follows that they would take in.
_FRACTION = re.compile(
    r"\\[td]?frac(?:\{(\d+)\}|(\d)){2}(?!\s*(?:[A-Za-z(]|\\(?!(?:cdot|approx|le|ge|to)\b)))"
)
_LEFT = re.compile(r"\\[A-Za-z]+")  # what no rule knew is left as it was written
_APART = re.compile(
    r"(?P<kept><(?P<of>code|pre|math)\b.*?</(?P=of)>|<[^>]*>)"
    r"|(?<=\w) = (?=\S)|(?<=\d) (?=%|· \d)|(?<=\bln)\s(?=\d)"
    r"|\((?=[^()]{1,20}\))[−-]?[\w.]+(?:, [−-]?[\w.]+)+\)",
    re.DOTALL,
)
_SHORT = re.compile(r"<code>(?=[^<]{1,24}</code>)(?=[^<]* )")
_OPTION = re.compile(r"(?<= )--[\w-]+(?=[^<>]*</code>)")
_STOPPED = re.compile(
    r'(?P<opened>\()?<math [^>]*display="inline"(?:(?!</math>).)*</math>'
    r"(?(opened)[.,;:?!)]*|[.,;:?!)]+)",
    re.DOTALL,
)


def mathml(formula: str, *, display: bool = False) -> str:
    r"""Return a formula, as LaTeX writes it between its dollar signs, in MathML.

    Parameters
    ----------
    display
        Whether it stands on a line of its own, or on several where the page is narrow.

    Raises
    ------
    CourseError
        If it can't be read, or has a command that is not known.
    """
    try:
        from latex2mathml.converter import convert
    except ImportError as error:
        told = "To set formulas, latex2mathml is needed: `python -m pip install latex2mathml`."
        raise CourseError(say(told)) from error
    flat = formula if display else _FRACTION.sub(_flat, formula)
    try:
        made = convert(flat.strip(), display="block" if display else "inline")
    except Exception as error:
        why = str(error) or type(error).__name__
        told = say("The formula {formula} can't be read: {why}", formula=formula, why=why)
        raise CourseError(told) from error
    if left := _LEFT.search(made):
        told = "The formula {formula} has a command that an export doesn't know: {command}."
        raise CourseError(say(told, formula=formula, command=left[0]))
    tree = _spaced(made)
    return _broken(tree) if display else ElementTree.tostring(tree, encoding="unicode")


def _flat(fraction: re.Match) -> str:
    return "/".join(one or other for one, other in re.findall(r"\{(\d+)\}|(\d)", fraction[0]))


def _broken(tree: ElementTree.Element) -> str:
    """Return a formula in parts, between which a line may end where the page is narrow.

    Browsers end no line inside a formula. So it is one for each part: first at a wide space, and
    within what stands between two of them, before each relation.
    """
    parts, depth = [[ElementTree.Element(tree[0].tag)]], 0
    for child in tree[0]:
        depth += _opened(child)
        if depth == 0 and child.get("width") in ("1em", "2em"):
            parts.append([ElementTree.Element(tree[0].tag)])
            continue
        if depth == 0 and child.text in RELATIONS and len(parts[-1][-1]):
            child.set("form", "infix")  # a formula that begins with it has its space too
            parts[-1].append(ElementTree.Element(tree[0].tag))
        parts[-1][-1].append(child)
    if len(parts) == len(parts[0]) == 1:
        return ElementTree.tostring(tree, encoding="unicode")
    return f'<span class="formula">{"".join(_part(tree.tag, part) for part in parts)}</span>'


def _opened(part: ElementTree.Element) -> int:
    """Return 1 where a bracket opens, −1 where one that may bear an exponent closes, else 0."""
    bears = part.tag.endswith(("}msup", "}msub", "}msubsup"))
    sign = (part[0] if bears else part).text
    return (sign in ("(", "[", "{")) - (sign in (")", "]", "}"))


def _part(tag: str, rows: list[ElementTree.Element]) -> str:
    """Return what stands between two wide spaces: formulas that follow each other."""
    made = [ElementTree.Element(tag, display="inline", displaystyle="true") for _ in rows]
    for formula, row in zip(made, rows, strict=True):
        formula.append(row)
    return f"<span>{'<wbr>'.join(ElementTree.tostring(f, encoding='unicode') for f in made)}</span>"


def _spaced(made: str) -> ElementTree.Element:
    """Return a formula with air around ln and its like, and none around ∞ and /.

    The converter takes ∞ for an operator, ± for a letter, := for two signs, and sets ln 2 without a
    space, as it would a product. Bars it keeps apart from what they enclose, and lets grow, each to
    a height of its own, since the last bears the exponent; a prime it raises as an exponent, though
    the sign is raised already. A minus after a bracket, a comma or another sign stands for no
    difference, and close to its number.
    """
    ElementTree.register_namespace("", "http://www.w3.org/1998/Math/MathML")
    tree = ElementTree.fromstring(made)
    for part in tree.iter():
        kind = part.tag.rpartition("}")[2]
        if kind == "mo" and part.text in ("∞", "∂"):
            part.tag = part.tag.replace("mo", "mi")
        if kind == "mi" and part.text in (*RELATIONS, "±"):
            part.tag = part.tag.replace("mi", "mo")
        if kind == "mo" and part.text in ("‖", "|"):
            part.attrib |= {"stretchy": "false", "lspace": "0", "rspace": "0"}
        if kind == "msqrt":
            part.insert(0, ElementTree.Element(part.tag.replace("msqrt", "mspace"), _STRUT))
        if kind == "mo" and part.text == "/":
            part.attrib |= {"lspace": "0", "rspace": "0"}
        if kind == "mrow" and [child.text for child in part] == [","]:
            part[0].attrib |= {"lspace": "0", "rspace": "0"}  # {,} parts thousands
        if kind in ("msup", "msubsup"):
            _primed(part, kind)
        if kind in ("mrow", "mtd", "mstyle"):
            part[:] = _with_air(list(part))
            _negative(part)
    return tree


def _primed(part: ElementTree.Element, kind: str) -> None:
    """Let primes stand beside what they belong to, an index below both."""
    base, *_, above = part
    if (primes := "".join(above.itertext()).strip()).strip("′″‴"):
        return
    space = part.tag.removesuffix(kind)
    beside = ElementTree.Element(space + "mo", {"lspace": "0", "rspace": "0"})
    beside.text = primes
    part.remove(above)
    if kind == "msup":
        part.tag = space + "mrow"
        part.append(beside)
    else:  # the index below the prime: that takes no room
        part.tag = space + "msub"
        part[0] = ElementTree.Element(space + "mrow")
        over = ElementTree.Element(space + "mpadded", {"width": "0"})
        over.append(beside)
        part[0].extend((base, over))


def _negative(row: ElementTree.Element) -> None:
    """Let each minus that has nothing on its left to be taken from stand close to its number."""
    for before, part in zip([None, *row], row, strict=False):
        alone = before is None or (before.tag.endswith("}mo") and before.text not in CLOSING)
        if part.tag.endswith("}mo") and part.text in ("−", "+", "±") and alone:
            part.set("form", "prefix")


def _with_air(parts: list[ElementTree.Element]) -> list[ElementTree.Element]:
    """Return a row with a thin space between the name of a function and what stands beside it."""
    row = parts[:1]
    for before, part in zip(parts, parts[1:], strict=False):
        if before.text == ":" and part.text == "=":
            part.text = ":="
            row.pop()
        apart = not (_is_sign(before) or _is_sign(part)) or before.text in (")", "]", "‖")
        if (_is_name(before) or _is_name(part)) and apart:
            row.append(ElementTree.Element(part.tag.rpartition("}")[0] + "}mspace", _SPACE))
        row.append(part)
    return row


def _is_name(part: ElementTree.Element) -> bool:
    """Tell whether this is the name of a function, with or without an exponent."""
    inner = part if len(part) == 0 else part[0]
    return (inner.text or "") in NAMES


def _is_sign(part: ElementTree.Element) -> bool:
    """Tell whether this is an operator or a bracket, which brings its own room."""
    return part.tag.endswith("}mo") or part.tag.endswith("}mspace")


class Renderer(IPythonRenderer):
    """Markdown as Jupyter reads it, its formulas set."""

    def block_math(self, body: str) -> str:
        """Set a formula that stands alone."""
        return mathml(body, display=True)

    def inline_math(self, body: str) -> str:
        """Set a formula in a line."""
        return mathml(body)

    def latex_environment(self, name: str, body: str) -> str:
        """Set an environment that stands without dollar signs."""
        return mathml(f"\\begin{{{name}}}{html.unescape(body)}\\end{{{name}}}", display=True)


def prose(text: str) -> str:
    """Return a Markdown cell as HTML.

    No line breaks between a formula and its full stop or bracket, in a few words of code, in an
    option.
    """
    made = MarkdownWithMath(Renderer(escape=False, exclude_anchor_links=True)).render(text)
    made = _OPTION.sub(r'<span class="kept">\g<0></span>', _SHORT.sub('<code class="kept">', made))
    return kept(_STOPPED.sub(r'<span class="kept">\g<0></span>', made))


def kept(text: str) -> str:
    """Return HTML whose text breaks at no equals sign, before no percent or times, in no pair."""
    return _APART.sub(lambda found: found["kept"] or _unbroken(found[0]), text)


def _unbroken(text: str) -> str:
    return re.sub(r"\s", "\N{NO-BREAK SPACE}", text)
