"""The one door for HTML that a learner reads in a notebook: cards, quiet lines, code in prose.

Colours are the theme's where it has them, so that a card reads in light and dark; each has a
fallback for pages without a theme.
"""

from __future__ import annotations

import html
import re

INK = "var(--jp-content-font-color1, inherit)"
QUIET = "color-mix(in srgb, currentColor 70%, transparent)"  # a theme's is too pale on a card
LINE = "var(--jp-border-color2, rgba(128,128,128,.35))"
BLUE = "#0072B2"
_CARD = (
    "padding:.45em .95em;margin:.35em 0;max-width:52em;line-height:1.5;"
    "background:rgba(128,128,128,.1);"
)
_TILE = (
    f"border:1px solid {LINE};border-radius:8px;padding:9px 13px 10px;"
    "box-sizing:border-box;line-height:1.35;background:var(--jp-layout-color1, transparent)"
)
_SET = re.compile(  # of a letter alone: what has longer names is code
    "`(?P<code>[^`]+)`"
    r"|(?<![\w.])(?P<of>d?[^\W\d_]\u0302?)_(?P<below>\{[^{}]+\}|[^\W_]{1,3}\b)"
    r"|(?<=[\w)\]])\^(?P<above>\([^()]+\)|[−-]?\w+)"
)


def card(inner: str, *, edge: str = BLUE, role: str = "") -> str:
    """Return HTML on a quiet ground with a coloured edge; a style finds it by its class.

    Parameters
    ----------
    role
        What a screen reader takes it for, "status" say; nothing by default.
    """
    told = f' role="{role}"' if role else ""
    look = f"border-left:4px solid {edge};{_CARD}color:{INK}"
    return f'<div class="course-card"{told} style="{look}">{inner}</div>'


def tile(inner: str, *, role: str = "") -> str:
    """Return HTML in a thin round frame, one of several side by side."""
    told = f' role="{role}"' if role else ""
    return f'<div{told} style="{_TILE}">{inner}</div>'


def quiet(text: str, *, tag: str = "div", size: int = 100) -> str:
    """Return text, escaped, in a paler shade of the ink around it; `size` in percent."""
    return f'<{tag} style="color:{QUIET};font-size:{size}%">{html.escape(text)}</{tag}>'


def prose(text: str) -> str:
    """Return text, escaped, what stands between backticks set as code, in formulas x_i and e^z."""
    return _SET.sub(_as_set, html.escape(text))


def _as_set(found: re.Match) -> str:
    if found["code"]:
        return f"<code>{found['code']}</code>"
    if found["above"]:
        return f"<sup>{found['above'].strip('()')}</sup>"
    return f"{found['of']}<sub>{found['below'].strip('{}')}</sub>"
