"""Numbers as people type them and as they like to read them.

Read are 12,5 · 90% · i think 90 · 40ish · 1e-3 · 10^-3 · 2 × 10⁻³ · 2^10 · 2 000 · 1.5k · 1/16 ·
½ · ninety · a third.
Written are 1,000 · 0.001 · 10⁻⁵ · −5: what is set has the minus sign, what is typed or printed by
Python its hyphen.
"""

from __future__ import annotations

import math
import re
import unicodedata
from decimal import Decimal

PLAIN = 1e-4, 1e7  # a size between these is written without a power of ten
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_RAISE = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_FILLERS = (
    "about around approximately approx roughly circa ca nearly almost maybe perhaps ~ ≈ = "
    "a an of them all i think guess say it is it's"
)
_SAME = {  # other ways to say a unit
    "%": "% percent per cent points",
    "°": "° degree degrees deg",
    "times": "times time x × fold",
}
_SIZES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_SMALL = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    "|sixteen|seventeen|eighteen|nineteen"
)
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_WORDS = {word: n for n, word in enumerate(_SMALL.split("|"))}
_WORDS |= {word: 10 * n for n, word in enumerate(_TENS.split("|"), start=2)}
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_SPOKEN = re.compile(rf"\b(?:({_TENS})[ -])?({_SMALL})\b|\b({_TENS})\b")
_PART = re.compile(rf"\b(?:(an?|\d+) )?({'|'.join(_PARTS)})s?\b")
_BARE_SIZE = re.compile(rf"(?<!\d )(?<!\d a )(?<!hundred )\b(?:an? )?({'|'.join(_SIZES)})\b")
_GLYPH = re.compile(r"(\d*) ?([¼-¾⅐-⅞])")
_PLAIN = r"(?:\d+(?:[.,]\d+)*[.,]?|[.,]\d+)(?:e[+-]?\d+)?"
_POWER = re.compile(rf"(?:({_PLAIN}) ?(?:\*|·|×|x) ?)?10 ?(?:\^|\*\*) ?\(?([+-]?\d+)\)?")
_RAISED_TO = re.compile(rf"({_PLAIN}) ?(?:\^|\*\*) ?\(?([+-]?\d+)\)?")
_RATIO = re.compile(rf"({_PLAIN}) ?/ ?({_PLAIN})")
_NUMBER = re.compile(f"({_PLAIN})")
_SPAN = re.compile(
    rf"{_PLAIN}[^\d]*(?:-|–|—|…|\.\.|\bto\b|\band\b|\bor\b)[^\d]*{_PLAIN}|[<>≤≥]"
    r"|^(?:more|less|fewer|over|under|above|below|at least|at most|up to)\b.*\d"
)
_HYPHEN = re.compile(r"(?<![\w)\]–-])-(?=\.?\d)")  # not that of 1e-5, 3-4 or GPT-2
_WRITTEN = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?(?!\d)")
_COMMAS = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d*)?")  # 1,234.5
_POINTS = re.compile(r"[1-9]\d{0,2}((\.\d{3})+,\d*|(\.\d{3}){2,})")  # 1.234,5


def read(text: str, unit: str = "") -> float:
    """Return the one number in a text; its unit and words such as "about" may stand beside it.

    A comma is read as a decimal comma, unless three digits follow it as in 2,000. Where percent
    are asked for, a fraction such as 1/3 is a share of the whole: 33.3 %.

    Raises
    ------
    ValueError
        If there is no number, more than one, or anything that is not understood.
    ArithmeticError
        If it is a power too large to be computed, or divides by 0.
    """
    line = _tidy(text)
    for pattern, value in _FORMS:
        if found := pattern.search(line):
            before, after = line[: found.start()], line[found.end() :]
            sign = -1 if before.endswith("-") else 1
            beside = f"{before.removesuffix('-')} {after}".split()
            number = sign * value(*found.groups()) * _size(beside, unit)
            share = pattern is _RATIO and unit == "%" and not set(beside) & set(_SAME["%"].split())
            return 100 * number if share and 0 <= number <= 1 else number
    raise ValueError(f"{text!r} holds no number")


def as_written(value: float, text: str) -> float:
    """Return a value as rounded as it stands in a text; as it is where it doesn't stand there."""
    for digits in _WRITTEN.findall(text.replace("−", "-")):
        number = Decimal(digits.replace(",", ""))
        half = 0.5 * 10.0 ** int(number.as_tuple().exponent)
        if number and abs(float(number) - value) <= half * (1 + 1e-9):
            return float(number)
    return value


def is_span(text: str) -> bool:
    """Tell whether a text that is no one number is a range, a bound or several: 40-50, >90."""
    return bool(_SPAN.search(_tidy(text)))


def _tidy(text: str) -> str:
    """Return the text in small letters, with plain signs, powers and no space inside a number."""
    line = re.sub(r"(?<=\d)([⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+)", lambda m: "^" + m[0].translate(_RAISED), text)
    line = line.lower().replace("−", "-").replace("\u2019", "'")
    line = re.sub(r"(?<=\w)[ -]?ish\b", "", line)
    line = _GLYPH.sub(_fraction, line)
    line = _SPOKEN.sub(lambda m: str(sum(_WORDS[word] for word in m.groups() if word)), line)
    line = _PART.sub(lambda m: f"{m[1] if (m[1] or 'a')[0] != 'a' else 1}/{_PARTS[m[2]]}", line)
    line = _BARE_SIZE.sub(r"1 \1", line)
    line = re.sub(r"(?<=\d) ?k\b", " thousand", line)
    line = re.sub(r"(?<=\d)[\s_']+(?=\d{3}(?!\d))", "", line)
    line = re.sub(r"^\s*\+(?=[\d.,])|(?<=\s)\+(?=[\d.,])", "", line)
    line = re.sub(r"-\s+(?=\d)", "-", line)
    return " ".join(re.sub(r"([~≈=])", r" \1 ", line).split())


def _fraction(found: re.Match) -> str:
    """Return ½ as 1/2, and 2½ as 2.5."""
    if found[1]:
        return f"{int(found[1]) + unicodedata.numeric(found[2]):.12g}"
    return unicodedata.normalize("NFKC", found[2]).replace("\u2044", "/")


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


_FORMS = (
    (_POWER, _power),
    (_RAISED_TO, lambda base, exponent: _plain(base) ** int(exponent)),
    (_RATIO, _ratio),
    (_NUMBER, _plain),
)


def _size(words: list[str], unit: str) -> float:
    """Return the factor that words beside a number stand for; refuse words not understood."""
    units = set(_SAME.get(unit, unit.lower()).split())
    known = {*_FILLERS.split(), *units, *(word.removesuffix("s") for word in units)}  # 1 bit
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
    return minus(_digits(value, digits))


def _digits(value: float, digits: int) -> str:
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


def minus(text: str) -> str:
    """Write the minus sign before each negative number of a text."""
    return _HYPHEN.sub("−", text)
