"""A loss as a GPU likes it: compiled, with its matrix products in bfloat16."""

import torch


class Compiled:
    """Stands in for a model in the loop; the first call takes the compiler's minute."""

    def __init__(self, model):
        self.config, self.device = model.config, model.device
        self.compiled = for_gpu(model.loss)

    def loss(self, x, y):
        """The model's loss, to the 8 bits of bfloat16."""
        return self.compiled(x, y)


def for_gpu(loss, device: str = "cuda", **options):
    """Compile a loss, with its matrix products in bfloat16."""
    return torch.autocast(device, torch.bfloat16)(torch.compile(loss, **options))


def low_precision(device: str):
    """Matrix products in bfloat16 on a GPU; as they are on a CPU."""
    return torch.autocast(device, torch.bfloat16, enabled=device != "cpu")
