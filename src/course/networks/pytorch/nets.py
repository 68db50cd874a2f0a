"""Two digit readers as `torch.nn.Module`: affine layers, and convolutions.

Taught in *PyTorch*. What a network is made of stands in `__init__`, what it does in `forward`.
"""

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    """The network of `mlp` as a module: affine layers, ReLU and dropout between them.

    Its parameters are named `layers.0.weight`, `layers.0.bias` and so on. A weight has the shape
    (n_out, n_in), the transpose of `mlp`'s W.

    Parameters
    ----------
    sizes
        As in [784, 64, 10]; at least two, each 1 or more.
    rate
        Of dropout, after each hidden layer's ReLU.
    """

    def __init__(self, sizes: list[int], rate: float = 0.0):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(n, m) for n, m in pairwise(sizes))
        self.dropout = nn.Dropout(rate)

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = self.dropout(torch.relu(layer(x)))
        return self.layers[-1](x)  # (B, K)


class ConvNet(nn.Module):
    """Twice a convolution of 3 by 3, ReLU and the largest of each 2 by 2; then an affine layer.

    Parameters
    ----------
    side
        Rows and columns of a picture.
    C
        Channels after the first convolution; the second makes twice as many.
    K
        Classes.

    References
    ----------
    LeCun, Bottou, Bengio & Haffner (1998), https://doi.org/10.1109/5.726791
    """

    def __init__(self, side: int, C: int, K: int):
        super().__init__()
        self.side = side
        self.conv1 = nn.Conv2d(1, C, 3, padding=1)
        self.conv2 = nn.Conv2d(C, 2 * C, 3, padding=1)
        self.out = nn.Linear(2 * C * (side // 4) ** 2, K)

    def forward(self, x):
        x = x.reshape(-1, 1, self.side, self.side)
        x = F.max_pool2d(torch.relu(self.conv1(x)), 2)  # (B, C, side/2, side/2)
        x = F.max_pool2d(torch.relu(self.conv2(x)), 2)  # (B, 2C, side/4, side/4)
        return self.out(x.flatten(1))  # (B, K)


@torch.no_grad()
def adopt(net, params):
    """Give a `Net` the weights of a NumPy network; `nn.Linear` holds W transposed.

    Parameters
    ----------
    net
        A `Net` of the same sizes.
    params
        Pairs (W, b) as `mlp.init` draws them.

    Returns
    -------
    net
        The same, its weights replaced.

    Raises
    ------
    ValueError
        If the sizes differ.
    """
    have = [tuple(layer.weight.shape[::-1]) for layer in net.layers]
    given = [W.shape for W, _ in params]
    if have != given:
        raise ValueError(f"the net's matrices are {have}, those given {given}: they must agree")
    for layer, (W, b) in zip(net.layers, params, strict=True):
        layer.weight.copy_(torch.from_numpy(W.T))
        layer.bias.copy_(torch.from_numpy(b))
    return net
