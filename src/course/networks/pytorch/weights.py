"""A module's weights as bytes, and back, without running what they say.

Taught in *PyTorch*. The bytes are a safetensors file: names, shapes and numbers, nothing else.
"""

import safetensors.torch


def stored(model) -> bytes:
    """Return a module's parameters and buffers as the bytes of a safetensors file."""
    whole = {name: t.detach().cpu().contiguous() for name, t in model.state_dict().items()}
    return safetensors.torch.save(whole)


def restore(model, content: bytes) -> list[str]:
    """Fill a module with stored weights, all of them or none.

    Parameters
    ----------
    model
        Its own names and shapes are what must be found.
    content
        The bytes of a safetensors file.

    Returns
    -------
    unfit : list of str
        Sorted names of tensors that are missing, too many, or of another shape. The model is
        filled only if there are none; otherwise it stays as it was.
    """
    tensors, own = safetensors.torch.load(content), model.state_dict()
    lone = own.keys() ^ tensors.keys()
    other = {name for name in own.keys() - lone if own[name].shape != tensors[name].shape}
    if not lone | other:
        model.load_state_dict(tensors)
    return sorted(lone | other)
