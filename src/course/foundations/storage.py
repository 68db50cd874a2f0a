"""How arrays lie in a file: the safetensors format, read and written by hand.

Taught in *Data*. A file is 8 bytes that say how long the header is, the header, which says in JSON
of each array its type, its shape and where its bytes begin and end, and then the bytes. Nothing in
it is ever executed.

References
----------
https://huggingface.co/docs/safetensors/index#format
"""

import json

import numpy as np

TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "U8": "|u1"}


def read_header(content: bytes) -> tuple[dict, int]:
    """Return what a safetensors file says of its arrays, and at which byte they begin.

    Raises
    ------
    ValueError
        If the content is shorter than it says its header is.
    """
    size = int.from_bytes(content[:8], "little")
    if len(content) < 8 + size:
        raise ValueError(f"the header needs {8 + size} bytes, and there are {len(content)}")
    header = json.loads(content[8 : 8 + size])
    header.pop("__metadata__", None)
    return header, 8 + size


def read_safetensors(content: bytes) -> dict:
    """Return the arrays of a safetensors file by name. As `safetensors.numpy.load`.

    The arrays are views of `content`: no number is copied, and none can be changed.
    """
    header, start = read_header(content)
    body, arrays = memoryview(content)[start:], {}
    for name, entry in header.items():
        if entry["dtype"] not in TYPES:
            raise ValueError(f"{name} holds {entry['dtype']}; {', '.join(TYPES)} are read here")
        begin, end = entry["data_offsets"]
        flat = np.frombuffer(body[begin:end], dtype=TYPES[entry["dtype"]])
        arrays[name] = flat.reshape(entry["shape"])
    return arrays


def write_safetensors(arrays: dict) -> bytes:
    """Write arrays by name as a safetensors file. As `safetensors.numpy.save`."""
    kinds = {np.dtype(kind): name for name, kind in TYPES.items()}
    header, body = {}, b""
    for name, array in arrays.items():
        if array.dtype not in kinds:
            raise ValueError(f"{name} holds {array.dtype}; known are {', '.join(map(str, kinds))}")
        begin = len(body)
        body += np.ascontiguousarray(array).tobytes()
        places = {"shape": list(array.shape), "data_offsets": [begin, len(body)]}
        header[name] = {"dtype": kinds[array.dtype], **places}
    told = json.dumps(header).encode()
    told += b" " * (-len(told) % 8)  # so that the arrays begin at a multiple of 8 bytes
    return len(told).to_bytes(8, "little") + told + body
