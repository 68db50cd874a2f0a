"""Code, and what it prints, as lines of HTML: between two a sheet ends, and long ones wrap."""

from __future__ import annotations

import html as markup
import re

from nbconvert.filters import Highlight2HTML

SMALLER = range(47, 52)  # a phone shows 46 characters, and so many where they are a little smaller
_GOES_ON = re.compile(r"[)\]}]|(?:elif|else|except|finally)\b")
_MAY_BREAK = re.compile(r"(?<=[(\[.]</span>)(?=<span)")  # in a long line, so names stay whole
_PRE = re.compile(r"<pre>(.*?)</pre>", re.DOTALL)


def code(source: str, **kind) -> str:
    """Return code in colours, each of its lines in an element of its own."""
    made = Highlight2HTML(pygments_lexer="ipython3")(source, **kind)
    return _PRE.sub(lambda found: f"<pre{_look(source)}>{lines(found[1])}</pre>", made)


def printed(text: str) -> str:
    """Return a block of what was printed, which HTML gives its colours."""
    look = _look(_bare(text))
    tall = " tall" if text.count("\n") > 16 else ""
    text = re.sub(r"(?<=\d) %", "\N{NO-BREAK SPACE}%", text)
    return f'<pre class="said{tall}"{look}>{lines(text)}</pre>'


def _look(text: str) -> str:
    """Return the style of a block that is a little wider than a phone: it says how wide."""
    wide = max(map(len, text.splitlines()), default=0)
    return f' style="--wide:{wide}"' if wide in SMALLER else ""


def lines(text: str) -> str:
    """Return preformatted text with each line in an element of its own.

    Between them a sheet of paper ends. Where one is wrapped, it is marked and set in.
    """
    found = re.findall(r".*\n|.+", text)
    return "".join(map(_line, found, ["", *found]))


def _line(line: str, above: str) -> str:
    bare = _bare(line).rstrip()
    if not bare:
        return f'<span class="line blank">{line}</span>'
    indent = len(bare) - len(bare.lstrip())
    goes_on = indent or _GOES_ON.match(bare) or _bare(above).startswith("@")
    kind = "line inner" if goes_on else "line"  # no statement begins here
    line = _MAY_BREAK.sub("<wbr>", line)
    return f'<span class="{kind} wraps" style="--in:{indent}ch">{line}</span>'


def _bare(text: str) -> str:
    return markup.unescape(re.sub(r"<[^>]*>", "", text))
