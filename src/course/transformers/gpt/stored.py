"""Tensors by name, from the bytes of a safetensors file: a format in which nothing is executed."""

import safetensors
import safetensors.torch

from course.words import say

PICKLES = (b"PK\x03\x04", b"\x80")  # how files of torch.save begin, today's and older ones


def tensors(content: bytes, name) -> dict:
    """Read tensors.

    Parameters
    ----------
    content
        A whole file.
    name
        What to call it in a message.

    Raises
    ------
    ValueError
        If it is a pickle, or no safetensors file, or not all of one.
    """
    try:
        return safetensors.torch.load(content)
    except safetensors.SafetensorError:
        if content.startswith(PICKLES):
            raise ValueError(
                say(
                    "{file} is a pickle, which may run any program when it is opened; only "
                    "safetensors files are read here, and most models are published as one, too.",
                    file=name,
                )
            ) from None
        sentence = "{file} is no safetensors file, or not the whole of one."
        raise ValueError(say(sentence, file=name)) from None
