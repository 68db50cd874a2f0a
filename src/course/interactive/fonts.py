"""The fonts of figures: the one that matplotlib ships, and this machine's for Chinese, if any.

DejaVu Sans has no Chinese letters, which a learner's own text may hold, and a figure's words in
a Chinese edition.
"""

from __future__ import annotations

from dataclasses import replace

from matplotlib.font_manager import fontManager

from course.words import language

SHIPPED = "DejaVu Sans"
CHINESE = [
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Source Han Sans SC"),
    *("PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "WenQuanYi Micro Hei"),
    *("WenQuanYi Zen Hei", "SimHei", "STHeiti", "Heiti TC", "Arial Unicode MS"),
]
BOLD = 700


def families() -> list[str]:
    """Return the fonts to draw with, each for what those before it lack; all of them are there.

    Of a missing font matplotlib warns, and of a missing weight: one that is never bold counts as
    its own bold. Words beside a formula are drawn in the first font alone, which is the Chinese
    one where the reader's language is.
    """
    there = {font.name for font in fontManager.ttflist}
    chosen = next((name for name in CHINESE if name in there), None)
    if chosen is None:
        return [SHIPPED]
    faces = [font for font in fontManager.ttflist if font.name == chosen]
    if not any(font.weight in (BOLD, "bold") for font in faces):
        plain = next((font for font in faces if font.weight == 400), faces[0])
        fontManager.ttflist.append(replace(plain, weight=BOLD))
    return [chosen, SHIPPED] if language().startswith("zh") else [SHIPPED, chosen]
