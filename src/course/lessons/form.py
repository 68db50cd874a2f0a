"""The form of a value: type, shape, number type. What one function returned, another must too.

A right answer may return a list, a 32-bit array or a tensor where the course returns an array; it
is made into what the course returns. What is not of that form can't be made so, and is refused.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace

import numpy as np

from course.checking import plain

_ONE = (bool, int, float, complex, np.generic)
_FEW = 16  # items of a collection that are looked at one by one


class Unfit(Exception):
    """A value that the course's function would not have given: what was wrong, and the value."""


@dataclass(frozen=True)
class Form:
    """What a value is, without its numbers.

    Attributes
    ----------
    kind
        "array", "tensor", "one" number, "many" in a tuple or list, "dict", "call" or "other".
    type
        Its class; of arrays and tensors the type of their numbers.
    shape
        Of arrays and tensors; None where it may be any.
    items
        The forms of a collection's items; None where they may be any.
    keys
        Of a dict; None where they may be any.
    each
        Of each item, where there may be any number of them; None if that isn't known.
    """

    kind: str
    type: object
    shape: tuple | None = None
    items: tuple | None = None
    keys: tuple | None = ()
    each: Form | None = None

    @classmethod
    def of(cls, value: object) -> Form:
        """Return the form of a value."""
        if isinstance(value, np.ndarray):
            return cls("array", value.dtype, value.shape)
        if plain.is_tensor(value):
            return cls("tensor", value.dtype, tuple(value.shape))
        if isinstance(value, _ONE):
            return cls("one", type(value))
        if isinstance(value, (tuple, list)):
            items = tuple(map(cls.of, value)) if len(value) <= _FEW else None
            if items and type(value) is list and {item.kind for item in items} == {"other"}:
                items = None  # of objects, which tell nothing of how many they are
            return cls("many", type(value), items=items)
        if isinstance(value, dict):
            items = tuple(map(cls.of, value.values())) if len(value) <= _FEW else None
            return cls("dict", dict, items=items, keys=tuple(value))
        return cls("call" if callable(value) else "other", type(value))

    def loose(self) -> Form:
        """Return the form with any lengths; of a dict, any keys that are data and no names."""
        named = bool(self.keys) and all(isinstance(key, str) for key in self.keys or ())
        if self._counts() or (self.kind == "dict" and not named):
            return replace(self, shape=None, items=None, keys=None, each=(self.items or (None,))[0])
        fixed = self.items is not None and self.type is not list
        items = tuple(item.loose() for item in self.items) if fixed else None
        return replace(self, shape=None, items=items)

    def _counts(self) -> bool:
        """Whether it is a tuple of whole numbers alone, such as tokens: a list in all but type."""
        whole = all(item.kind == "one" and item.type is int for item in self.items or ())
        return self.type is tuple and self.items is not None and whole

    def fit(self, value: object):
        """Return a value in this form.

        Raises
        ------
        Unfit
            If it is of another.
        """
        fitted = getattr(self, f"_{self.kind}")(value)
        if fitted is None and self.type is not type(None):
            raise Unfit("returned", plain.kind_of(plain.plain(value)))
        return fitted

    def _array(self, value):
        if not isinstance(value, np.ndarray):
            value = plain.plain(value)
            value = np.asarray(value) if isinstance(value, np.ndarray) else None
        if value is None or (self.shape is not None and value.shape != self.shape):
            return None
        if value.dtype == self.type:
            return value
        return value.astype(self.type) if np.can_cast(value.dtype, self.type, "same_kind") else None

    def _tensor(self, value):
        import torch

        if not plain.is_tensor(value):
            array = plain.plain(value)
            value = torch.from_numpy(array) if isinstance(array, np.ndarray) else None
        if value is None or (self.shape is not None and tuple(value.shape) != self.shape):
            return None
        return value if torch.can_cast(value.dtype, self.type) else None

    def _one(self, value):
        if type(value) is self.type:
            return value
        value = plain.plain(value)
        if not isinstance(value, np.ndarray) or value.size != 1:
            return None
        fits = np.can_cast(value.dtype, np.dtype(self.type), "same_kind")
        whole = value.dtype.kind == "f" and float(value.item()).is_integer()
        return self.type(value.item()) if fits or (self.type is int and whole) else None

    def _many(self, value):
        if isinstance(value, np.ndarray) or not isinstance(value, (tuple, list)):
            value = list(value) if isinstance(value, np.ndarray) and value.ndim else None
        if value is None or (self.items is not None and len(value) != len(self.items)):
            return None
        if self.items is not None:
            value = [form.fit(item) for form, item in zip(self.items, value, strict=True)]
        elif self.each is not None:
            value = [self.each.fit(item) for item in value]
        if hasattr(self.type, "_fields"):
            return self.type(*value)
        return value if type(value) is self.type else self.type(value)

    def _dict(self, value):
        if not isinstance(value, dict):
            return None
        if self.keys is None:
            return value if self.each is None else {k: self.each.fit(v) for k, v in value.items()}
        if set(value) != set(self.keys):
            return None
        if self.items is None:
            return value
        return {k: f.fit(value[k]) for k, f in zip(self.keys, self.items, strict=True)}

    def _call(self, value):
        return value if callable(value) else None

    def _other(self, value):
        return value if isinstance(value, self.type) else None


def of(value: object) -> object:
    """Return what a result's shape may depend on: shapes, small numbers and words, types."""
    if isinstance(value, np.ndarray) or plain.is_tensor(value):
        return value.shape, value.dtype
    if value is None or isinstance(value, (bool, int)):
        return type(value), value
    if isinstance(value, str):
        return value if len(value) <= _FEW else len(value)
    if isinstance(value, (tuple, list)):
        return type(value), len(value), tuple(map(of, value[:_FEW]))
    if isinstance(value, dict):
        pairs = list(value.items())[:_FEW]
        return len(value), tuple((str(k), of(v)) for k, v in pairs)
    return type(value)


def copied(value: object) -> object:
    """Return a value with copies of its arrays and collections; all else is shared."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if plain.is_tensor(value):
        return value if value.requires_grad else value.clone()
    if isinstance(value, dict):
        return {k: copied(v) for k, v in value.items()}
    if type(value) in (tuple, list):
        return type(value)(map(copied, value))
    return value


def equal(a: object, b: object) -> bool:
    """Whether arrays and collections hold the same; all else counts as equal."""
    if plain.is_tensor(a) and plain.is_tensor(b):
        a, b = plain.numbers(a), plain.numbers(b)
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        if np.array_equal(a, b):  # looking for nan takes sixty times as long
            return True
        return a.dtype.kind in "fc" and np.array_equal(a, b, equal_nan=True)
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(equal(a[k], b[k]) for k in a)
    if isinstance(a, (tuple, list)) and isinstance(b, (tuple, list)):
        return len(a) == len(b) and all(map(equal, a, b))
    return True


def finite(value: object) -> bool:
    """Whether all real numbers in a value are finite."""
    if plain.is_tensor(value):
        value = plain.numbers(value)
    if isinstance(value, (np.ndarray, float, np.floating)):
        return np.asarray(value).dtype.kind not in "fc" or bool(np.isfinite(value).all())
    if isinstance(value, dict):
        value = list(value.values())
    return all(map(finite, value)) if isinstance(value, (tuple, list)) else True


def go_on(value: object, after: object) -> None:
    """Bring random generators to where the course's function left its copies of them."""
    if isinstance(value, np.random.Generator):
        value.bit_generator.state = copy.deepcopy(after.bit_generator.state)
    if isinstance(value, dict):
        value, after = list(value.values()), list(after.values())
    if isinstance(value, (tuple, list)):
        for one, other in zip(value, after, strict=True):
            go_on(one, other)
