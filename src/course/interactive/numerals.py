"""Numbers as people type them and as they like to read them.

Read are 12,5 · 90% · about 90 · 1e-3 · 10^-3 · 2 × 10⁻³ · 2 000 · 1/16.
Written are 1,000 · 0.001 · 10⁻⁵.
"""

from __future__ import annotations

import math
import re

PLAIN = 1e-4, 1e7  # a size between these is written without a power of ten
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_RAISE = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_FILLERS = "about around approximately approx roughly circa ca nearly almost maybe perhaps ~ ≈ ="
_SAME = {  # other ways to say a unit
    "%": "% percent per cent points",
    "°": "° degree degrees deg",
    "times": "times time x × fold",
}
_SIZES = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
_PLAIN = r"(?:\d+(?:[.,]\d+)*[.,]?|[.,]\d+)(?:e[+-]?\d+)?"
_POWER = re.compile(rf"(?:({_PLAIN}) ?(?:\*|·|×|x) ?)?10 ?(?:\^|\*\*) ?\(?([+-]?\d+)\)?")
_RATIO = re.compile(rf"({_PLAIN}) ?/ ?({_PLAIN})")
_NUMBER = re.compile(f"({_PLAIN})")
_COMMAS = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d*)?")  # 1,234.5
_POINTS = re.compile(r"[1-9]\d{0,2}((\.\d{3})+,\d*|(\.\d{3}){2,})")  # 1.234,5


def read(text: str, unit: str = "") -> float:
    """Return the one number in a text; its unit and words such as "about" may stand beside it.

    A comma is read as a decimal comma, unless three digits follow it as in 2,000.

    Raises
    ------
    ValueError
        If there is no number, more than one, or anything that is not understood.
    """
    line = _tidy(text)
    for pattern, value in ((_POWER, _power), (_RATIO, _ratio), (_NUMBER, _plain)):
        if found := pattern.search(line):
            before, after = line[: found.start()], line[found.end() :]
            sign = -1 if before.endswith("-") else 1
            beside = f"{before.removesuffix('-')} {after}".split()
            return sign * value(*found.groups()) * _size(beside, unit)
    raise ValueError(f"{text!r} holds no number")


def _tidy(text: str) -> str:
    """Return the text in small letters, with plain signs, powers and no space inside a number."""
    line = re.sub(r"(?<=10)([⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+)", lambda m: "^" + m[0].translate(_RAISED), text)
    line = line.lower().replace("−", "-").replace("\u2019", "'")
    line = re.sub(r"(?<=\d)[\s_']+(?=\d{3}(?!\d))", "", line)
    line = re.sub(r"^\s*\+(?=[\d.,])|(?<=\s)\+(?=[\d.,])", "", line)
    line = re.sub(r"-\s+(?=\d)", "-", line)
    return " ".join(re.sub(r"([~≈=])", r" \1 ", line).split())


def _power(factor: str | None, exponent: str) -> float:
    return (1.0 if factor is None else _plain(factor)) * 10.0 ** int(exponent)


def _ratio(above: str, below: str) -> float:
    if _plain(below) == 0:
        raise ValueError("nothing can be divided by 0")
    return _plain(above) / _plain(below)


def _plain(digits: str) -> float:
    """Return digits with points and commas as a number."""
    whole, e, exponent = digits.partition("e")
    if _COMMAS.fullmatch(whole):
        whole = whole.replace(",", "")
    elif _POINTS.fullmatch(whole):
        whole = whole.replace(".", "")
    return float(whole.replace(",", ".") + e + exponent)


def _size(words: list[str], unit: str) -> float:
    """Return the factor that words beside a number stand for; refuse words not understood."""
    known = set(_FILLERS.split()) | set(_SAME.get(unit, unit.lower()).split())
    factor = 1.0
    for word in words:
        bare = word.strip(".,;!?()")
        if bare in _SIZES:
            factor *= _SIZES[bare]
        elif bare and bare not in known:
            raise ValueError(f"{word!r} is not understood")
    return factor


def write(value: float, digits: int = 3) -> str:
    """Write a number: a whole one below a billion in full, any other rounded to some digits."""
    if not math.isfinite(value):
        return f"{value}"
    if value == round(value) and abs(value) < 1e9:
        return f"{round(value):,}"
    rounded = float(f"{value:.{digits}g}")
    if PLAIN[0] <= abs(rounded) < PLAIN[1]:
        return f"{rounded:,.12f}".rstrip("0").rstrip(".")
    factor, exponent = f"{rounded:.{digits - 1}e}".split("e")
    factor = factor.rstrip("0").rstrip(".") if "." in factor else factor
    power = power_of_ten(int(exponent))
    return {"1": power, "-1": f"-{power}"}.get(factor, f"{factor} · {power}")


def power_of_ten(exponent: int) -> str:
    """Write a power of ten with a raised exponent: 10⁻³."""
    return f"10{str(exponent).translate(_RAISE)}"
