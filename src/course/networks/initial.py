"""First weights: how wide to draw them so that signals and gradients survive depth.

Taught in *Initialization*. A layer is z = h W, row = example, W of shape (n_in, n_out). When the
weights are independent, of mean 0 and variance v, and independent of h,

    Var(z) = n_in v E[h²]        forward, for each unit
    Var(dh) = n_out v E[dz²]     backward, for each unit

Every scheme below is a choice of v that holds one of the two, or both half-way.
"""

import numpy as np

from course.networks import layers

ACTIVATIONS = {  # name: (f(z), f'(z))
    "identity": (lambda z: z, np.ones_like),
    "relu": (layers.relu, lambda z: (z > 0).astype(z.dtype)),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "sigmoid": (layers.sigmoid, lambda z: layers.sigmoid(z) * layers.sigmoid(-z)),
}

PYTORCH_GAINS = {"relu": np.sqrt(2), "tanh": 5 / 3, "sigmoid": 1}  # torch.nn.init.calculate_gain


def zeros(n_in: int, n_out: int):
    """Zero weights, of shape (n_in, n_out): every unit gets the same gradient, most get none.

    Raises
    ------
    ValueError
        If a size is not an integer of at least 1; so in every draw below.
    """
    _check_fans(n_in, n_out)
    return np.zeros((n_in, n_out))


def constant(n_in: int, n_out: int, value: float):
    """One value everywhere, of shape (n_in, n_out): all units stay copies of one another."""
    _check_fans(n_in, n_out)
    return np.full((n_in, n_out), float(value))


def normal(rng, n_in: int, n_out: int, std: float = 1.0):
    """Draw W (n_in, n_out) from N(0, std²).

    At std = 1 a layer multiplies the standard deviation by √n_in; 0.02 is GPT-2's choice.
    """
    _check_fans(n_in, n_out)
    if not std >= 0:
        raise ValueError(f"std is {std}; a standard deviation is 0 or more")
    return std * rng.standard_normal((n_in, n_out))


def lecun_normal(rng, n_in: int, n_out: int):
    """Draw W (n_in, n_out) of variance 1 / n_in, which holds Var(z) = E[h²].

    References
    ----------
    LeCun et al. (1998), Efficient BackProp, eq. 16
    """
    _check_fans(n_in, n_out)
    return rng.standard_normal((n_in, n_out)) / np.sqrt(n_in)


def xavier_normal(rng, n_in: int, n_out: int, gain: float = 1.0):
    """Draw W (n_in, n_out) from a normal of variance gain² 2 / (n_in + n_out).

    The forward pass wants 1 / n_in and the backward pass 1 / n_out: this is the compromise.
    It assumes f(z) ≈ z, so an activation that is odd and of slope 1 at zero.

    References
    ----------
    Glorot and Bengio (2010), eq. 12, https://proceedings.mlr.press/v9/glorot10a.html
    """
    _check_fans(n_in, n_out)
    return gain * np.sqrt(2 / (n_in + n_out)) * rng.standard_normal((n_in, n_out))


def xavier_uniform(rng, n_in: int, n_out: int, gain: float = 1.0):
    """Draw W (n_in, n_out) evenly from −a to a, a = gain √(6 / (n_in + n_out)).

    A uniform draw on [−a, a] has variance a² / 3, hence 6 where the normal has 2.

    References
    ----------
    Glorot and Bengio (2010), eq. 16, https://proceedings.mlr.press/v9/glorot10a.html
    """
    _check_fans(n_in, n_out)
    a = gain * np.sqrt(6 / (n_in + n_out))
    return rng.uniform(-a, a, (n_in, n_out))


def he_normal(rng, n_in: int, n_out: int):
    """Draw W (n_in, n_out) of variance 2 / n_in: a ReLU keeps half of the second moment.

    References
    ----------
    He et al. (2015), eq. 10, https://arxiv.org/abs/1502.01852
    """
    _check_fans(n_in, n_out)
    return rng.standard_normal((n_in, n_out)) * np.sqrt(2 / n_in)


def pytorch_linear(rng, n_in: int, n_out: int):
    """Draw W (n_in, n_out) as `torch.nn.Linear` does: evenly from ±1/√n_in, variance 1/(3 n_in)."""
    _check_fans(n_in, n_out)
    a = 1 / np.sqrt(n_in)
    return rng.uniform(-a, a, (n_in, n_out))


def orthogonal(rng, n_in: int, n_out: int, scale: float = 1.0):
    """Draw W (n_in, n_out) with orthonormal columns, or rows if n_in < n_out, times scale.

    Singular values are then all equal, not only their mean square. QR of a normal matrix is
    uniform over rotations once the signs of R's diagonal are moved into Q.

    References
    ----------
    Saxe et al. (2014), https://arxiv.org/abs/1312.6120; Mezzadri (2007), section 5
    """
    _check_fans(n_in, n_out)
    tall = rng.standard_normal((max(n_in, n_out), min(n_in, n_out)))
    q, r = np.linalg.qr(tall)
    q = q * np.sign(np.diag(r))
    return scale * (q if n_in >= n_out else q.T)


def gain(f, rng, draws: int = 200_000) -> float:
    """Weight gain that undoes an activation's shrinking: 1 / √E[f(z)²], z ~ N(0, 1).

    With Var(W) = gain² / n_in, unit-variance z stay so through every layer. The mean is over
    random draws, so any f will do; its error falls as 1/√draws.

    Parameters
    ----------
    f
        Activation: takes an array, returns one of the same shape.

    Raises
    ------
    ValueError
        If draws < 1, or f is zero on all draws.
    """
    if draws < 1:
        raise ValueError(f"draws is {draws}; at least 1 is needed")
    second_moment = np.mean(f(rng.standard_normal(draws)) ** 2)
    _check_alive(second_moment)
    return float(1 / np.sqrt(second_moment))


def leaky_gain(slope: float) -> float:
    """Weight gain for a leaky ReLU, z where z > 0 and slope · z elsewhere: √(2 / (1 + slope²)).

    Half of a symmetric z keeps its square, the other half slope² of it. Slope 0 is the ReLU's √2.

    References
    ----------
    He et al. (2015), eq. 15, https://arxiv.org/abs/1502.01852
    """
    if not np.isfinite(slope):
        raise ValueError(f"slope is {slope}; a finite number is needed")
    return float(np.sqrt(2 / (1 + slope**2)))


def mirrored(A):
    """Make of A (n, m) the weights (2n, 2m) with which a ReLU layer is linear: [[A, −A], [−A, A]].

    With h = (relu(u), relu(−u)) the layer gives h W = (u A, −u A), since relu(u) − relu(−u) = u:
    the next ReLU makes the same pair of u A, so that nothing of u is lost on the way.

    Parameters
    ----------
    A : (n, m)

    Returns
    -------
    W : (2n, 2m)

    Raises
    ------
    ValueError
        If A is no matrix.

    References
    ----------
    Balduzzi et al. (2017), "looks linear" initialization, https://arxiv.org/abs/1702.08591
    """
    if np.ndim(A) != 2:
        raise ValueError(f"A has {np.ndim(A)} axes; 2 are needed")
    return np.block([[A, -A], [-A, A]])


def activation(name: str):
    """Look up (f, f') by name in `ACTIVATIONS`; ValueError names what there is."""
    if name not in ACTIVATIONS:
        raise ValueError(f"activation {name!r} is unknown; there are {', '.join(ACTIVATIONS)}")
    return ACTIVATIONS[name]


def layer_variance(h, var_w: float) -> float:
    """Variance to expect in z = h W: n_in · Var(W) · E[h²].

    The second moment, not the variance of h: the weights' mean is zero, that of h need not be.

    Parameters
    ----------
    h : (B, n_in)
        What goes into the layer.
    var_w
        Variance of the weights, 0 or more.
    """
    if not var_w >= 0:
        raise ValueError(f"var_w is {var_w}; a variance is 0 or more")
    n_in = h.shape[-1]
    return float(n_in * var_w * np.mean(h**2))


def propagate(x, weights: list, name: str):
    """Send x through h ← f(h W) for each W.

    Parameters
    ----------
    x : (B, n)
    weights : list of (n_in, n_out)
    name
        Activation, one of `ACTIVATIONS`.

    Returns
    -------
    hs : list of (B, n)
        x and the output of each layer; one more than there are weights.
    zs : list of (B, n)
        What went into each activation.
    """
    _check_chain(x, weights)
    f, _ = activation(name)
    hs, zs = [x], []
    for W in weights:
        zs.append(hs[-1] @ W)
        hs.append(f(zs[-1]))
    return hs, zs


def propagate_back(dy, zs: list, weights: list, name: str):
    """Send the gradient dy at the top back through `propagate`'s layers.

    Returns
    -------
    dhs : list of (B, n)
        Gradient with respect to each of `propagate`'s hs, in the same order.
    """
    if len(zs) != len(weights):
        raise ValueError(f"{len(zs)} zs but {len(weights)} weights; they pair up")
    _, slope = activation(name)
    dhs = [dy]
    for W, z in zip(reversed(weights), reversed(zs), strict=True):
        dhs.append((dhs[-1] * slope(z)) @ W.T)
    return dhs[::-1]


def spread_between(h) -> float:
    """How far the rows of h lie from their mean: the root mean variance of a unit over examples.

    Where all rows are equal this is 0, though `h.std()` need not be: it counts differences
    between units too.

    Parameters
    ----------
    h : (B, n)
    """
    _check_rows(h)
    return float(np.sqrt(h.var(axis=0).mean()))


def mean_cosine(h) -> float:
    """Average size of the cosine of two different rows of h: 1 where all lie on one line.

    Random rows of n entries have about √(2 / (π n)). Rows of zeros count as 0.

    Parameters
    ----------
    h : (B, n)
        At least two rows.
    """
    _check_rows(h)
    length = np.linalg.norm(h, axis=1, keepdims=True)
    u = h / np.where(length > 0, length, 1)
    pairs = np.abs(u @ u.T)[~np.eye(len(h), dtype=bool)]
    return float(pairs.mean())


def expected_loss(K: int, std: float = 0.0) -> float:
    """Cross-entropy in nats to expect from an untrained classifier: ln K + σ²/2.

    For K classes whose logits are independent draws from N(0, σ²), when K is large beside e^σ².
    """
    if K < 1 or not std >= 0:
        raise ValueError(f"K is {K} and std {std}; K is at least 1 and std at least 0")
    return float(np.log(K) + std**2 / 2)


def which_start(loss: float, K: int, rules: dict) -> str:
    """Name the rule that drew the last layer, from the loss before the first step.

    If the activations below have E[h²] = 1, the logits have variance c = n_in · Var(W), so that
    loss ≈ ln K + c/2. The rule whose c is nearest to 2 (loss − ln K) is returned.

    Parameters
    ----------
    loss
        In nats, on labels that the network doesn't know.
    K
        How many classes.
    rules
        Variance × fan-in of each rule by its name.

    Raises
    ------
    ValueError
        If there are no rules.
    """
    if not rules:
        raise ValueError("rules is empty; at least one rule is needed")
    c = 2 * (loss - np.log(K))
    return min(rules, key=lambda name: abs(rules[name] - c))


def residual_std(std: float, blocks: int) -> float:
    """Standard deviation for the weights that write into a residual stream: std / √(2 blocks).

    Each block of a GPT writes twice, so 2·blocks independent variances add up along the stream.

    References
    ----------
    Radford et al. (2019), GPT-2, section 2.3
    """
    if blocks < 1 or not std >= 0:
        raise ValueError(f"blocks is {blocks} and std {std}; blocks >= 1 and std >= 0 are allowed")
    return float(std / np.sqrt(2 * blocks))


def _check_fans(n_in, n_out):
    for label, n in (("n_in", n_in), ("n_out", n_out)):
        if not isinstance(n, int | np.integer) or isinstance(n, bool) or n < 1:
            raise ValueError(f"{label} is {n!r}; a fan is an integer of at least 1")


def _check_alive(second_moment):
    if second_moment == 0:
        raise ValueError("f is zero on every draw: no gain can undo that")


def _check_chain(x, weights):
    width = x.shape[-1]
    for i, W in enumerate(weights):
        if W.shape[0] != width:
            raise ValueError(
                f"W number {i + 1} is {W.shape} and gets width {width}; these must fit"
            )
        width = W.shape[1]


def _check_rows(h):
    if np.ndim(h) != 2 or len(h) < 2:
        raise ValueError(f"h has shape {np.shape(h)}; (B, n) with B of at least 2 is needed")
