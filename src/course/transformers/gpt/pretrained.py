"""A small GPT that is trained already: two layers of four heads that have read nine plays.

Looked into in *Attention*. `tools/make_small_gpt.py` made it; the manifest says how good it is.
"""

import json

from course import data
from course.transformers import reading
from course.transformers.gpt import stored
from course.transformers.gpt.config import Config
from course.transformers.gpt.model import GPT

FILE = reading.FILE


def small_gpt() -> tuple[GPT, str]:
    """Return the model, in PyTorch's default dtype, and the alphabet that it reads and writes.

    Raises
    ------
    DataError
        If the shipped file is missing or damaged.
    """
    content = data.shipped(FILE)
    facts = reading.facts(content)
    settings = {"vocab": len(facts["alphabet"]), **json.loads(facts["config"])}
    model = GPT(Config.read(settings))
    with_dtype = {name: w.to(model.E.dtype) for name, w in stored.tensors(content, FILE).items()}
    model.load_state_dict(with_dtype)
    return model, facts["alphabet"]
