"""The exercises of this lesson: modules, their loop, and what is easily wrong with either."""

import math

import numpy as np
import safetensors.torch
import torch
from torch import nn

from course.checking import Case, Edit, Exercise, Law
from course.lessons.modules import WANTED, Descent, drawn, fitted
from course.networks import layers
from course.networks.pytorch import learning, nets, softplus, weights
from course.words import later, say


def _net(answer, sizes, rate, x, given=None):
    """What a net with these weights gives in either mode, with the same draws of dropout."""
    module, ours = answer(sizes, rate), nets.Net(sizes, rate)
    names = fitted(module, ours, given or drawn(ours, sum(sizes)))
    if names != WANTED:
        return {"names of the parameters": names}
    x, seen = torch.from_numpy(x), {"names of the parameters": names}
    for mode in (False, True):
        module.train(mode)
        torch.manual_seed(1)
        seen[f"output in {'training' if mode else 'evaluation'} mode"] = module(x)
    return seen


_BY_HAND = {
    "layers.0.weight": np.array([[1.0, -1.0], [0.0, 2.0]]),
    "layers.0.bias": np.array([0.0, 1.0]),
    "layers.1.weight": np.array([[5.0, 10.0]]),
    "layers.1.bias": np.array([3.0]),
}

_NO_SUPER = (
    "The first line of __init__ is missing: super().__init__(). It makes the module able to hold "
    "parts."
)

Net = Exercise(
    nets.Net,
    probe=_net,
    cases=[
        Case.hand(
            ([2, 2, 1], 0.0, np.array([[2.0, 5.0]]), _BY_HAND),
            {
                "names of the parameters": WANTED,
                "output in evaluation mode": np.array([[113.0]]),
                "output in training mode": np.array([[113.0]]),
            },
            says="sizes [2, 2, 1], x = (2, 5)",
        ),
        Case.random(
            lambda rng: ([5, 7, 3], 0.0, rng.standard_normal((4, 5))), says="sizes [5, 7, 3]"
        ),
        Case.random(
            lambda rng: ([6, 9, 8, 4], 0.4, rng.standard_normal((5, 6))),
            says="sizes [6, 9, 8, 4], dropout 0.4",
        ),
        Case.extreme(([3, 2], 0.5, np.ones((2, 3))), says="a single layer, sizes [3, 2]"),
    ],
    mistakes=[
        Edit("super().__init__()", "pass", _NO_SUPER),
        """
        nn.ModuleList(nn.Linear(n, m) for n, m in pairwise(sizes)) ⇒ [nn.Linear(n, m) for n, m in pairwise(sizes)]
            Your layers stand in a plain list, and PyTorch doesn't look into lists: parameters()
            lacks theirs, and the optimizer would never move them. Use nn.ModuleList.
        nn.Linear(n, m) ⇒ nn.Linear(m, n)
            Your layers have their sizes exchanged: nn.Linear takes what comes in first, then what
            goes out.
        nn.Linear(n, m) ⇒ nn.Linear(n, m, bias=False)
            Your layers have no bias. nn.Linear has one if nothing is said.
        pairwise(sizes) ⇒ pairwise(sizes[:-1])
            The last layer is missing: with n sizes there are n − 1 layers.
        for layer in self.layers[:-1]: ⇒ for layer in self.layers:
        return self.layers[-1](x) ⇒ return x
            A ReLU stands after the last layer too, so no logit can be negative. The last layer
            returns its logits bare.
        return self.layers[-1](x) ⇒ return x
            The last layer was not used: its output is the logits.
        return self.layers[-1](x) ⇒ return self.layers[-1](x).softmax(-1)
            You returned probabilities. The loss takes logits and has the softmax inside; twice is
            once too often.
        return self.layers[-1](x) ⇒ return self.layers[-1](x).log_softmax(-1)
            You returned log-probabilities. Asked are the logits; the loss does the rest.
        self.dropout(torch.relu(layer(x))) ⇒ self.dropout(layer(x))
            There is no ReLU: without an activation, several affine layers are one.
        self.dropout(torch.relu(layer(x))) ⇒ torch.relu(layer(x))
            Dropout is not used. It follows each hidden layer's ReLU.
        self.dropout(torch.relu(layer(x))) ⇒ nn.functional.dropout(torch.relu(layer(x)), self.dropout.p)
            F.dropout drops in evaluation mode too, since nobody tells it the mode. Use the module
            self.dropout, or training=self.training.
        nn.Dropout(rate) ⇒ nn.Dropout(0.5)
            You did not use `rate`: your dropout always has the default, 0.5.
        nn.Dropout(rate) ⇒ nn.Dropout(1 - rate)
            nn.Dropout takes the probability of dropping, not of keeping.
        return self.layers[-1](x) ⇒ return self.dropout(self.layers[-1](x))
            You dropped logits as well. Dropout follows the hidden layers only.
        x = self.dropout(torch.relu(layer(x))) ⇒ y = self.dropout(torch.relu(layer(x)))
        return self.layers[-1](x) ⇒ return self.layers[-1](y)
            Each hidden layer was given the first x: x = … hands on what the layer before has made.
        torch.relu ⇒ torch.tanh
            You used tanh; asked is a ReLU.
        torch.relu ⇒ torch.sigmoid
            You used the sigmoid; asked is a ReLU.
        """,
    ],
    hints=[
        "How many layers do the sizes [784, 64, 10] make, and which sizes has each? After which of "
        "them does no ReLU stand?",
        "Layer i is nn.Linear(sizes[i], sizes[i + 1]), all in an nn.ModuleList. Forward: "
        "x ← dropout(relu(layer(x))) for all but the last, (B, n); then the last, (B, K).",
        "def __init__(self, sizes, rate=0.0):\n    super().__init__()\n    self.layers = "
        "nn.ModuleList(…)\n    self.dropout = …\n\ndef forward(self, x):\n"
        "    for layer in …:\n        x = …\n    return …",
    ],
    why="Whatever is a module or a parameter and stands in `self`, or in an nn.ModuleList there, is "
    "found by parameters(): the optimizer sees it, the state dict names it, and train() and eval() "
    "reach it.",
    kind="build",
    difficulty=2,
    minutes=10,
    importance=5,
)

# ---------------------------------------------------------------------------------------


class _Diary(nn.Module):
    """Logits x W; notes which rows it is given, in which mode, and what follows."""

    def __init__(self, W):
        super().__init__()
        self.W = nn.Parameter(torch.tensor(W))
        self.given, self.steps, self.backs = [], [], []
        self.W.register_hook(self.backs.append)
        self.eval()

    def forward(self, x):
        self.given.append((x.detach().clone(), self.training))
        return x @ self.W


class _Noting(Descent):
    """Descent that tells its model of each step."""

    def step(self):
        super().step()
        if self.model.given:
            self.model.steps.append((len(self.model.given) - 1, self.model.W.detach().clone()))


def _rows(few, x):
    """Which rows of x these are, −1 for those that are none of them."""
    gaps = (few[:, None] - x).abs().sum(dim=-1)
    return torch.where(gaps.min(dim=1).values < 1e-9, gaps.argmin(dim=1), -1).numpy()


def _batches(model, x):
    """The rows of each step's batch."""
    return [_rows(model.given[i][0], x) for i, _ in model.steps]


def _replayed(W, x, y, batches, lr):
    """The losses and the weights of right steps on these batches."""
    losses = []
    for rows in batches:
        rows = rows[rows >= 0]
        z = x[rows] @ W
        losses.append(layers.cross_entropy(z, y[rows]))
        W = W - lr * x[rows].T @ layers.cross_entropy_backward(z, y[rows])
    return np.array(losses), W


_MODES = {
    (): later("never run"),
    (False,): later("evaluation"),
    (True,): later("training"),
    (False, True): later("evaluation and training"),
}


def _mode(flags):
    """The mode that all were in, in words."""
    return _MODES[tuple(sorted({bool(flag) for flag in flags}))]


def _less(got, wanted):
    """What was got less what was wanted, where they can be subtracted; else as it is."""
    got = np.asarray([float(v) for v in got]) if isinstance(got, (list, tuple)) else got
    fits = isinstance(got, np.ndarray) and got.shape == wanted.shape
    return got - wanted if fits else got


def _order(batches):
    """Whether the rows were mixed; not asked of few, which a draw may leave as they were."""
    rows = np.concatenate([*batches, np.zeros(0)])
    drawn = len(rows) < 10 or (np.diff(rows) < 0).any()
    return later("drawn") if drawn else later("that of the data")


def _epoch(answer, W, x, y, lr, rng, batch):
    """What an epoch did: told from the batches that the model was given."""
    model, tx = _Diary(W), torch.from_numpy(x)
    losses = answer(model, _Noting(model, lr), tx, torch.from_numpy(y), rng, batch)
    batches = _batches(model, tx)
    right, end = _replayed(W, x, y, batches, lr)
    return {
        "rows learnt from, sorted": np.sort(np.concatenate([*batches, np.zeros(0)])).astype(int),
        "sizes of the batches": np.array([len(rows) for rows in batches]),
        "mode while learning": _mode(model.given[i][1] for i, _ in model.steps),
        "gradients found": len(model.backs),
        "order of the rows": _order(batches),
        "losses, less those of your batches": _less(losses, right),
        "weights, less those of right steps on your batches": model.W.detach().numpy() - end,
    }


def _learnable(rng, N, n, K):
    return rng.standard_normal((n, K)), rng.standard_normal((N, n)), rng.integers(0, K, N)


def _epoch_case(N, n, K, batch):
    return Case.random(
        lambda rng: (*_learnable(rng, N, n, K), 0.7, rng.spawn(1)[0], batch),
        says=f"{N} examples, batches of {batch}",
    )


_OLD_GRADIENTS = (
    "The gradient of each step contains those of all steps before. PyTorch adds gradients up; clear "
    "them in each step, before backward."
)

train_epoch = Exercise(
    learning.train_epoch,
    probe=_epoch,
    cases=[
        Case.hand(
            (*_learnable(np.random.default_rng(8), 5, 3, 4), 0.5, np.random.default_rng(1), 2),
            {
                "rows learnt from, sorted": np.arange(5),
                "sizes of the batches": np.array([2, 2, 1]),
                "mode while learning": "training",
                "gradients found": 3,
                "order of the rows": "drawn",
                "losses, less those of your batches": np.zeros(3),
                "weights, less those of right steps on your batches": np.zeros((3, 4)),
            },
            says="5 examples, batches of 2",
        ),
        _epoch_case(11, 4, 3, 4),
        _epoch_case(12, 3, 5, 6),
        Case.extreme(
            (*_learnable(np.random.default_rng(9), 4, 3, 2), 0.5, np.random.default_rng(2), 100),
            says="4 examples, batches of 100",
        ),
    ],
    mistakes=[
        Edit("optimizer.zero_grad()", "pass", _OLD_GRADIENTS),
        """
        optimizer.step() ⇒ pass
            Nothing moves: optimizer.step() is missing.
        optimizer.zero_grad() ⇒ pass
        optimizer.step() ⇒ (optimizer.zero_grad(), optimizer.step())
            The gradients are cleared between backward and step, so the step finds none. Clear
            first, then backward, then step.
        loss.backward() ⇒ pass
            No gradient is found: loss.backward() is missing, so the step has nothing to go by.
        model.train() ⇒ pass
            The model is left in the mode in which it came. After an evaluation that is evaluation
            mode, and dropout would be off while it learns: model.train().
        rng.permutation(len(x)) ⇒ np.arange(len(x))
        losses = [] ⇒ import numpy as np; losses = []
            Your examples come in the same order each time: draw it with rng.permutation.
        rng.permutation(len(x)) ⇒ rng.integers(len(x), size=len(x))
            You drew with replacement: some rows come twice and others not at all. rng.permutation
            takes each once.
        .split(batch): ⇒ .split(batch)[: len(x) // batch]:
            The last batch is left out where the examples don't divide evenly. It takes what is
            left.
        .split(batch): ⇒ .split(1):
            You took a step for every single example. A step learns from `batch` of them.
        .split(batch): ⇒ .split(len(x)):
            You took one step for all examples together. A step learns from `batch` of them.
        .split(batch): ⇒ .chunk(batch):
            chunk(n) makes n parts, split(n) makes parts of n examples.
        return losses ⇒ return sum(losses) / len(losses)
            You returned the mean of the losses. Asked is the list, one for each batch.
        return losses ⇒ return losses[-1]
            You returned the last loss alone. Asked is the list, one for each batch.
        y[rows]) ⇒ y.split(batch)[len(losses)])
            The inputs were shuffled and the labels were not: take y[rows] as you take x[rows].
        model(x[rows]), ⇒ model(x[rows]).softmax(-1),
            You gave probabilities to cross_entropy, which applies a softmax of its own. It wants
            the logits.
        y[rows]) ⇒ y[rows], reduction="sum")
            Your loss is a sum over the batch. Gradients and rate would grow with the batch; take
            the mean.
        losses.append(loss.item()) ⇒ losses.append(F.cross_entropy(model(x[rows]), y[rows]).item())
            You noted the loss after the step, on the batch that was just learnt. Note the one that
            was found before it.
        loss.backward() ⇒ (-loss).backward()
            You climbed: the sign of the loss was turned before backward.
        losses.append(loss.item()) ⇒ losses.append(loss.item() * len(rows))
            You multiplied each loss by the size of its batch. Asked is the mean of each batch.
        """,
        Edit(
            "    return losses",
            "        return losses",
            "Your `return` stands inside the loop, so the epoch ends after one batch. Move it left.",
        ),
    ],
    hints=[
        "In which order must these stand: step, backward, the loss, zero_grad? And which of them "
        "belong inside the loop over batches?",
        "rows = a permutation of 0 … N − 1 in parts of `batch`, as tensors: "
        "torch.from_numpy(…).split(batch). For each: clear, model(x[rows]) (B, K), F.cross_entropy, "
        "backward, step. item() makes a tensor of one number a float.",
        "losses = []\nmodel.…\nfor rows in torch.from_numpy(…).split(…):\n    optimizer.…\n"
        "    loss = F.cross_entropy(…, …)\n    …\n    …\n    losses.append(…)\nreturn losses",
    ],
    why="PyTorch adds gradients to what is there, so each step begins by clearing them. Each example "
    "comes once an epoch, and the mode is set where it is needed, not where one happens to be.",
    kind="build",
    difficulty=2,
    minutes=15,
    importance=5,
)

# ---------------------------------------------------------------------------------------


def _is_reached(f, rng):
    for K in (3, 7):
        z, y = np.eye(K), np.arange(K)
        loss = layers.cross_entropy(z, y)
        if not np.isclose(float(f(K)), loss):
            return say(
                "K = {K}: probabilities 1 and 0, taken for logits, cost {loss:.4f}; yours is "
                "{yours:.4f}.",
                K=K,
                loss=loss,
                yours=float(f(K)),
            )
    return ""


doubled_floor = Exercise(
    learning.doubled_floor,
    cases=[
        Case.hand((2,), math.log(math.e + 1) - 1, says="K = 2"),
        Case.random(lambda rng: (int(rng.integers(3, 20)),), says="another K", n=3),
        Case.extreme((1,), says="a single class", expected=0.0),
        Case.extreme((1000,), says="K = 1,000"),
    ],
    laws=[Law("certain and right probabilities reach the floor", _is_reached)],
    mistakes=[
        """
        math.log(math.e + K - 1) - 1 ⇒ math.log(K)
            ln K is what guessing costs: K equal logits. Here the label's logit is 1 and the others'
            are 0.
        math.log(math.e + K - 1) - 1 ⇒ math.log(math.e + K - 1)
            You left the label's own logit out: −ln(e/(e + K − 1)) = ln(e + K − 1) − 1.
        math.e + K - 1) ⇒ math.e + K)
            You counted K other classes beside the label. There are K − 1.
        math.log(math.e + K - 1) - 1 ⇒ math.e / (math.e + K - 1)
            That is the probability that the second softmax gives the label. The loss is minus its
            logarithm.
        math.log(math.e + K - 1) - 1 ⇒ 1 - math.log(math.e + K - 1)
            The sign is turned: you have the logarithm of the probability, and the loss is minus it.
        math.log(math.e + K - 1) - 1 ⇒ math.log(1 + (K - 1) * math.e)
            You made the label's logit 0 and the others' 1, or took e for 1/e: the others weigh
            e⁰ against e¹.
        math.log(math.e + K - 1) - 1 ⇒ math.log(1 + math.exp(-1))
            That is right for two classes. Each further class adds its e⁰ to the sum.
        math.log(math.e + K - 1) - 1 ⇒ (math.log(math.e + K - 1) - 1) / K
            You divided by K. The loss of an example is minus the logarithm of its label's
            probability; nothing is averaged over classes.
        math.log(math.e + K - 1) ⇒ math.log2(math.e + K - 1)
            You took the logarithm to base 2. The loss is counted with the natural one.
        math.log(math.e + K - 1) - 1 ⇒ 0.0
            0 is the floor with one softmax, whose logits may grow without end. Here they are
            probabilities, and the largest is 1.
        """,
    ],
    hints=[
        "Which logits are best for the loss, if each lies between 0 and 1 and they sum to 1?",
        "The logits are 1 for the label and 0 for K − 1 others; softmax and then −ln.",
        "return math.log(…) - …",
    ],
    why="Of all probabilities the best are 1 and 0. The second softmax turns them into e/(e + K − 1) "
    "for the label, whose −ln is ln(e + K − 1) − 1: 0.551 for K = 3 and 1.461 for K = 10.",
    kind="derive",
    difficulty=2,
    minutes=10,
    importance=4,
)

# ---------------------------------------------------------------------------------------


def _told(model, x, held):
    """Of which data the scores are, and in which mode they were found."""
    learnt = {i for i, _ in model.steps}
    scored = [call for i, call in enumerate(model.given) if i not in learnt]
    names = set()
    for rows, _ in scored:
        kinds = {later("held data"): held, later("training data"): x}
        inside = [name for name, among in kinds.items() if (_rows(rows, among) >= 0).all()]
        names.add(inside[0] if inside else later("other data"))
    return " and ".join(sorted(names)) or later("nothing"), _mode(mode for _, mode in scored)


def _fit(answer, W, x, y, held_x, held_y, lr, rng, epochs, batch):
    """What a run did: told from what the model was given."""
    model, tx, hx = _Diary(W), torch.from_numpy(x), torch.from_numpy(held_x)
    data, held = (tx, torch.from_numpy(y)), (hx, torch.from_numpy(held_y))
    scores = answer(model, _Noting(model, lr), data, held, rng, epochs, batch)
    batches, n = _batches(model, tx), -(-len(x) // batch)
    _, end = _replayed(W, x, y, batches, lr)
    ends = [weights.numpy() for _, weights in model.steps][n - 1 :: n]
    right = np.array([np.mean((held_x @ V).argmax(axis=1) == held_y) for V in ends])
    scored, mode = _told(model, tx, hx)
    return {
        "rows learnt from, sorted": np.sort(np.concatenate([*batches, np.zeros(0)])).astype(int),
        "mode while learning": _mode(model.given[i][1] for i, _ in model.steps),
        "weights, less those of right steps on your batches": model.W.detach().numpy() - end,
        "scores are of": scored,
        "mode while scoring": mode,
        "scores, less the held-out accuracy after each epoch": _less(scores, right),
    }


def _fit_case(N, n, K, epochs, batch):
    def draw(rng):
        W, x, y = _learnable(rng, N, n, K)
        _, held_x, held_y = _learnable(rng, 13, n, K)
        return W, x, y, held_x, held_y, 0.8, rng.spawn(1)[0], epochs, batch

    return draw


_EXACT = {
    "rows learnt from, sorted": np.repeat(np.arange(6), 2),
    "mode while learning": "training",
    "weights, less those of right steps on your batches": np.zeros((3, 4)),
    "scores are of": "held data",
    "mode while scoring": "evaluation",
    "scores, less the held-out accuracy after each epoch": np.zeros(2),
}

fit = Exercise(
    learning.fit,
    probe=_fit,
    cases=[
        Case.hand(
            _fit_case(6, 3, 4, 2, 4)(np.random.default_rng(4)),
            _EXACT,
            says="6 examples, 2 epochs in batches of 4",
        ),
        Case.random(_fit_case(9, 4, 3, 3, 3), says="9 examples, 3 epochs in batches of 3"),
        Case.random(_fit_case(10, 3, 5, 1, 4), says="10 examples, 1 epoch in batches of 4"),
        Case.extreme(
            _fit_case(5, 3, 4, 1, 50)(np.random.default_rng(6)), says="one batch that holds all"
        ),
    ],
    mistakes=[
        """
        optimizer.zero_grad() ⇒ pass
        model(x[rows]), y[rows]) ⇒ model(x[rows]).softmax(-1), y[rows])
        model.train() ⇒ pass
        model.eval() ⇒ pass
        z = model(held[0]) ⇒ z = model(x)
        == held[1] ⇒ == y
            All four faults are still there. Look at what the loss is given, at what is in .grad, at
            the mode while it scores, and at what it scores on.
        """,
        Edit("optimizer.zero_grad()", "pass", _OLD_GRADIENTS),
        """
        model(x[rows]), y[rows]) ⇒ model(x[rows]).softmax(-1), y[rows])
            You gave probabilities to cross_entropy, which applies a softmax of its own. The loss
            then has a floor, and the accuracy hides it.
        z = model(held[0]) ⇒ z = model(x)
        == held[1] ⇒ == y
            You scored what was just learnt from. That says how much was learnt by heart; score on
            `held`.
        model.eval() ⇒ pass
            You scored in training mode: dropout is on, and the score is that of a network with
            holes. model.eval() before, model.train() in the next epoch.
        model.train() ⇒ pass
            The model stays in evaluation mode: dropout is off while it learns. Each epoch begins
            with model.train().
        model.train() ⇒ pass
        scores = data, [] ⇒ scores = data, model.train() and []
            You set training mode once, before the loop; after the first evaluation the model learns
            without dropout. It belongs into each epoch.
        optimizer.zero_grad() ⇒ pass
        model.train() ⇒ (model.train(), optimizer.zero_grad())
            You clear the gradients once in an epoch. They must be cleared for each batch, or the
            later batches' steps contain the earlier ones' gradients.
        .double().mean().item()) ⇒ .double().mean().item() * 100)
            Your accuracy is in percent. Asked is a share, from 0 to 1.
        .double().mean().item()) ⇒ .double().sum().item())
            You counted the right ones. The accuracy is their share: the mean.
        return scores ⇒ return scores[-1]
            You returned the last score alone. Asked is the list, one for each epoch.
        return scores ⇒ return max(scores)
            You returned the best score. Asked is the list, one for each epoch.
        optimizer.step() ⇒ pass
            Nothing moves: optimizer.step() is missing.
        == held[1] ⇒ == y[: len(held[1])]
            You compared the answers on `held` with labels of the training data.
        """,
        Edit(
            "        scores.append",
            "    scores.append",
            "You scored once, after all epochs. Asked is a score after each.",
        ),
    ],
    hints=[
        "Take the loop apart with four questions: what does the loss want to be given? What is in "
        ".grad when backward begins? In which mode is the model when it scores? On what?",
        "Logits (B, K) into cross_entropy; zero_grad in each step; model.train() before learning and "
        "model.eval() before scoring, in every epoch; scores on held = (x, y).",
        "for _ in range(epochs):\n    model.…\n    for rows in …:\n        …\n    model.…\n"
        "    with torch.no_grad():\n        z = model(…)\n    scores.append(…)",
    ],
    why="None of the four stops the loss from falling, and together they even report a better number. "
    "A loop is trusted when each of its parts was held against something known.",
    kind="diagnose",
    difficulty=3,
    minutes=15,
    importance=5,
    atol=1e-6,
)

# ---------------------------------------------------------------------------------------


def _restored(answer, sizes, content):
    """What is said not to fit, and the weights of the model afterwards."""
    model = nets.Net(sizes).double()
    for name, value in drawn(model, 3).items():
        model.state_dict()[name].copy_(torch.tensor(value))
    unfit = answer(model, content)
    state = torch.cat([t.flatten() for t in model.state_dict().values()])
    names = list(unfit)
    return {
        "names that don't fit": ", ".join(sorted(names)) or later("none"),
        "their order": later("sorted") if names == sorted(names) else later("not sorted"),
        "weights afterwards": state,
    }


def _file(sizes, seed=5, **changes):
    """The bytes of a file for these sizes; a change replaces a tensor, adds one, or (None) drops."""
    names = {name: torch.tensor(t) for name, t in drawn(nets.Net(sizes), seed).items()}
    names |= {name.replace("__", "."): t for name, t in changes.items()}
    return safetensors.torch.save({name: t for name, t in names.items() if t is not None})


def _noise(rng, *shape):
    return torch.from_numpy(rng.standard_normal(shape))


def _as_it_was(sizes):
    state = drawn(nets.Net(sizes), 3)
    return np.concatenate([value.ravel() for value in state.values()])


restore = Exercise(
    weights.restore,
    probe=_restored,
    cases=[
        Case.hand(
            ([4, 3, 2], _file([4, 3, 2], layers__1__bias=torch.ones(7))),
            {
                "names that don't fit": "layers.1.bias",
                "their order": "sorted",
                "weights afterwards": _as_it_was([4, 3, 2]),
            },
            says="layers.1.bias has 7 entries, not 2",
        ),
        Case.random(
            lambda rng: ([5, 4, 3], _file([5, 4, 3], int(rng.integers(100)))), says="all fits"
        ),
        Case.random(
            lambda rng: ([3, 4, 2], _file([3, 4, 2], layers__0__weight=None)),
            says="layers.0.weight is missing",
        ),
        Case.random(
            lambda rng: ([3, 5, 2], _file([3, 5, 2], head__weight=_noise(rng, 2, 2))),
            says="there is a head.weight too many",
        ),
        Case.random(
            lambda rng: (
                [6, 3, 4],
                _file(
                    [6, 3, 4],
                    layers__1__weight=_noise(rng, 3, 4),
                    layers__0__bias=None,
                    extra=_noise(rng, 2),
                ),
            ),
            says="one too many, one missing, one transposed",
        ),
        Case.extreme(([2, 2], safetensors.torch.save({})), says="an empty file"),
    ],
    mistakes=[
        """
        if not lone | other: ⇒ if True:
            You load whatever comes. Where a shape differs load_state_dict raises, and has by then
            copied what fitted; look first, then load.
        if not lone | other: ⇒ if not lone:
            You looked for names alone before loading. Where a shape differs, load_state_dict raises
            with half of the model replaced.
        if not lone | other: ⇒ if True:
        model.load_state_dict(tensors) ⇒ model.load_state_dict(tensors, strict=False)
            strict=False passes over missing and foreign names, and a wrong shape still raises when
            half of the model is replaced. Look first, then load.
        if not lone | other: ⇒ if not other:
        model.load_state_dict(tensors) ⇒ model.load_state_dict(tensors, strict=False)
            With strict=False missing and foreign names are passed over in silence, and the model
            becomes a mixture. All or nothing is asked.
        if not lone | other: ⇒ if True:
        model.load_state_dict(tensors) ⇒ model.load_state_dict({n: t for n, t in tensors.items() if n not in lone | other}, strict=False)
            You loaded what fits and left the rest: the model is a mixture of two. All or nothing is
            asked.
        lone = own.keys() ^ tensors.keys() ⇒ lone = own.keys() - tensors.keys()
            You looked for names that are missing in the file. Those that only the file has don't
            fit either.
        lone = own.keys() ^ tensors.keys() ⇒ lone = tensors.keys() - own.keys()
        own.keys() - lone ⇒ own.keys() & tensors.keys()
            You looked for names that are too many in the file. Those that the file lacks don't fit
            either.
        return sorted(lone | other) ⇒ return sorted(lone)
        if not lone | other: ⇒ if not lone:
        own[name].shape != tensors[name].shape ⇒ False
            The shapes were not compared: a tensor of the right name may have another shape.
        return sorted(lone | other) ⇒ return sorted(lone)
            The names whose shape differs are not in the list that you return.
        return sorted(lone | other) ⇒ return sorted(other)
            The names that are missing or too many are not in the list that you return.
        return sorted(lone | other) ⇒ return sorted(lone | other, reverse=True)
            Your names are not sorted: sorted(…).
        own[name].shape != tensors[name].shape ⇒ own[name].numel() != tensors[name].numel()
            You compared how many numbers there are. A transposed matrix has as many and doesn't
            fit: compare shapes.
        model.load_state_dict(tensors) ⇒ pass
            The model was not filled: model.load_state_dict(tensors) is missing.
        return sorted(lone | other) ⇒ return not lone | other
            You returned whether it fits. Asked is the list of names that don't.
        return sorted(lone | other) ⇒ return sorted(own.keys() - (lone | other))
            You returned the names that fit. Asked are those that don't.
        """,
    ],
    hints=[
        "Which three ways are there for a tensor of the file not to fit? When may the first of them "
        "be copied?",
        "tensors = safetensors.torch.load(content), own = model.state_dict(), both dicts. Unfit are "
        "the names in only one of them, and those in both whose shapes differ.",
        "tensors, own = …, …\nunfit = […]\nif not unfit:\n    model.…\nreturn sorted(…)",
    ],
    why="A dict's keys() can be combined as sets: a ^ b is what only one of them has. Because everything "
    "is looked at before the first tensor is copied, the model is never a mixture.",
    kind="build",
    difficulty=3,
    minutes=15,
    importance=4,
)

# ---------------------------------------------------------------------------------------


def _softplus(answer, z, dy):
    """What the function gives, and the gradient that it hands on."""
    z = torch.tensor(z, requires_grad=True)
    out = answer.apply(z)
    (out * torch.tensor(dy)).sum().backward()
    return {"output": out, "gradient": z.grad}


def _pair(rng, *shape):
    return 3 * rng.standard_normal(shape), rng.standard_normal(shape)


Softplus = Exercise(
    softplus.Softplus,
    probe=_softplus,
    cases=[
        Case.hand(
            (np.array([0.0, math.log(3)]), np.array([1.0, 100.0])),
            {
                "output": np.array([math.log(2), math.log(4)]),
                "gradient": np.array([0.5, 75.0]),
            },
            says="z = (0, ln 3), dy = (1, 100)",
        ),
        Case.random(lambda rng: _pair(rng, 5), says="z of shape (5,)"),
        Case.random(lambda rng: _pair(rng, 3, 4), says="z of shape (3, 4)"),
        Case.extreme(
            (np.array([1000.0, -1000.0]), np.array([1.0, 1.0])),
            says="z = 1000 and z = −1000",
            expected={"output": np.array([1000.0, 0.0]), "gradient": np.array([1.0, 0.0])},
        ),
    ],
    mistakes=[
        """
        z.clamp(min=0) + torch.log1p(torch.exp(-z.abs())) ⇒ torch.log(1 + torch.exp(z))
            Right for small z. At z = 1000 the exponential overflows. ln(1 + eᶻ) = z + ln(1 + e⁻ᶻ)
            has a small one there.
        z.clamp(min=0) + torch.log1p(torch.exp(-z.abs())) ⇒ z + torch.log1p(torch.exp(-z))
            Right for z above 0. At z = −1000 now e⁻ᶻ overflows: the exponent must be −|z|, and what
            stands before the logarithm max(z, 0).
        z.clamp(min=0) + torch.log1p(torch.exp(-z.abs())) ⇒ torch.where(z > 30, z, torch.log1p(torch.exp(-z)))
            Where z is not large you computed ln(1 + e⁻ᶻ), the softplus of −z.
        z.clamp(min=0) + torch.log1p ⇒ torch.log1p
            You left max(z, 0) out: ln(1 + e⁻|z|) is the small part alone.
        z.clamp(min=0) + torch.log1p ⇒ z + torch.log1p
            You added z itself. Below 0 the softplus is ln(1 + eᶻ) already: add max(z, 0).
        z.clamp(min=0) + torch.log1p(torch.exp(-z.abs())) ⇒ torch.relu(z)
            That is the ReLU, max(z, 0); the smooth part ln(1 + e⁻|z|) is missing.
        dy * torch.sigmoid(z) ⇒ torch.sigmoid(z)
            Your backward returns the slope alone. By the chain rule it is multiplied by dy, the
            gradient that comes from above.
        dy * torch.sigmoid(z) ⇒ dy * torch.exp(z) / (1 + torch.exp(z))
            The right slope in a form that overflows: at z = 1000 it is ∞/∞. torch.sigmoid(z) is the
            same and safe.
        dy * torch.sigmoid(z) ⇒ dy * torch.sigmoid(z) * (1 - torch.sigmoid(z))
            That is the slope of the sigmoid. Asked is that of the softplus, which is the sigmoid
            itself.
        dy * torch.sigmoid(z) ⇒ dy * torch.sigmoid(-z)
            Your slope falls from 1 to 0. d/dz ln(1 + eᶻ) = eᶻ/(1 + eᶻ), which rises.
        dy * torch.sigmoid(z) ⇒ dy * (z > 0)
            That is the slope of the ReLU. The softplus bends smoothly: eᶻ/(1 + eᶻ).
        dy * torch.sigmoid(z) ⇒ dy * torch.nn.functional.softplus(z)
            You multiplied dy by the function itself. The way back needs its slope.
        ctx.save_for_backward(z) ⇒ ctx.save_for_backward(z.clamp(min=0) + torch.log1p(torch.exp(-z.abs())))
            You kept the output for the way back and used it as if it were z. Keep z.
        (z,) = ctx.saved_tensors ⇒ z = ctx.saved_tensors
            ctx.saved_tensors is a tuple, even of one. Take it apart: (z,) = ctx.saved_tensors.
        ctx.save_for_backward(z) ⇒ pass
            Nothing was kept for the way back: call ctx.save_for_backward(z) in forward.
        """,
    ],
    hints=[
        "What is ln(1 + eᶻ) − z, written as one logarithm, and for which z is its exponential small?",
        "ln(1 + eᶻ) = max(z, 0) + ln(1 + e^(−|z|)), and d/dz ln(1 + eᶻ) = eᶻ / (1 + eᶻ), the sigmoid.",
        "ctx.save_for_backward(…)\nreturn … + torch.log1p(…)\n\n(z,) = ctx.saved_tensors\n"
        "return dy * …",
    ],
    why="ln(1 + eᶻ) − z = ln(1 + e⁻ᶻ), so for each sign of z one of the two forms has an exponential "
    "below 1; |z| takes both in one. The slope is the sigmoid, which PyTorch computes safely.",
    kind="derive",
    difficulty=3,
    minutes=15,
    importance=3,
)

# ---------------------------------------------------------------------------------------


def _conv(answer, side, C, K, x, given=None):
    """What a network with these weights makes of pictures."""
    module, ours = answer(side, C, K), nets.ConvNet(side, C, K)
    names = fitted(module, ours, given or drawn(ours, side + C + K))
    if names != WANTED:
        return {"names of the parameters": names}
    return {"names of the parameters": names, "output": module(torch.from_numpy(x))}


def _middle(*factors):
    """A convolution that multiplies each pixel by these factors, one for each channel it makes."""
    kernel = np.zeros((len(factors), 1, 3, 3))
    kernel[:, 0, 1, 1] = factors
    return kernel


_MIDDLES = {
    "conv1.weight": _middle(1.0),
    "conv1.bias": np.zeros(1),
    "conv2.weight": _middle(1.0, -1.0),
    "conv2.bias": np.zeros(2),
    "out.weight": np.array([[10.0, 100.0]]),
    "out.bias": np.array([3.0]),
}

ConvNet = Exercise(
    nets.ConvNet,
    probe=_conv,
    cases=[
        Case.hand(
            (4, 1, 1, np.arange(16.0)[None], _MIDDLES),
            {"names of the parameters": WANTED, "output": np.array([[153.0]])},
            says="side 4, pixels 0 to 15",
        ),
        Case.random(
            lambda rng: (8, 3, 5, rng.standard_normal((2, 64))), says="side 8, C = 3, K = 5"
        ),
        Case.random(
            lambda rng: (12, 2, 4, rng.standard_normal((3, 144))), says="side 12, C = 2, K = 4"
        ),
        Case.random(
            lambda rng: (28, 4, 10, rng.standard_normal((2, 784))), says="side 28, C = 4, K = 10"
        ),
        Case.extreme((10, 2, 3, np.ones((1, 100))), says="side 10: halved to 5, then to 2"),
    ],
    mistakes=[
        Edit("super().__init__()", "pass", _NO_SUPER),
        """
        nn.Conv2d(C, 2 * C, 3, padding=1) ⇒ nn.Conv2d(C, C, 3, padding=1)
        nn.Linear(2 * C * (side // 4) ** 2, K) ⇒ nn.Linear(C * (side // 4) ** 2, K)
            Your second convolution makes C channels. The drawing says 2C.
        nn.Linear(2 * C * (side // 4) ** 2, K) ⇒ nn.Linear(C * (side // 4) ** 2, K)
            The last layer is given 2C channels, not C: a row has 2C · (side // 4)² numbers.
        nn.Linear(2 * C * (side // 4) ** 2, K) ⇒ nn.Linear(2 * C * (side // 2) ** 2, K)
            The side is halved twice, once after each convolution, so (side // 4)² pixels of each
            channel are left.
        nn.Linear(2 * C * (side // 4) ** 2, K) ⇒ nn.Linear(2 * C * (side // 4), K)
            Rows and columns are both left: (side // 4)² pixels of each channel.
        nn.Linear(2 * C * (side // 4) ** 2, K) ⇒ nn.Linear(2 * C * 49, K)
            49 is right for a side of 28 alone: (side // 4)².
        nn.Conv2d(1, C, 3, padding=1) ⇒ nn.Conv2d(1, C, 3)
        nn.Conv2d(C, 2 * C, 3, padding=1) ⇒ nn.Conv2d(C, 2 * C, 3)
        nn.Linear(2 * C * (side // 4) ** 2, K) ⇒ nn.Linear(2 * C * ((side // 2 - 3) // 2) ** 2, K)
            Without padding each convolution takes a border off the picture. padding=1 keeps the
            size, as in the drawing.
        nn.Conv2d(1, C, 3, padding=1) ⇒ nn.Conv2d(1, C, 5, padding=2)
            Your first convolution looks at 5 by 5 pixels; the drawing says 3 by 3.
        x = F.max_pool2d(torch.relu(self.conv1(x)), 2) ⇒ x = F.max_pool2d(self.conv1(x), 2)
        x = F.max_pool2d(torch.relu(self.conv2(x)), 2) ⇒ x = F.max_pool2d(self.conv2(x), 2)
            There is no ReLU. Without one, both convolutions and the layer are nearly one.
        F.max_pool2d(torch.relu(self.conv1(x)), 2) ⇒ F.max_pool2d(self.conv1(x), 2)
            The ReLU after the first convolution is missing.
        F.max_pool2d(torch.relu(self.conv2(x)), 2) ⇒ F.max_pool2d(self.conv2(x), 2)
            The ReLU after the second convolution is missing.
        F.max_pool2d(torch.relu(self.conv1(x)), 2) ⇒ F.avg_pool2d(torch.relu(self.conv1(x)), 2)
        F.max_pool2d(torch.relu(self.conv2(x)), 2) ⇒ F.avg_pool2d(torch.relu(self.conv2(x)), 2)
            You took the mean of each 2 by 2. Asked is the largest: F.max_pool2d.
        x = x.reshape(-1, 1, self.side, self.side) ⇒ pass
            The rows of pixels were not made pictures again: x.reshape(-1, 1, side, side).
        x = x.reshape(-1, 1, self.side, self.side) ⇒ x = x.reshape(-1, 1, 28, 28)
            28 is right for such pictures alone. The side is given: keep it in self.
        x = x.reshape(-1, 1, self.side, self.side) ⇒ x = x.reshape(-1, 1, self.side, self.side).mT
            Rows and columns are exchanged: the first `side` pixels are the first row.
        self.out(x.flatten(1)) ⇒ self.out(x.flatten())
            flatten() lays the whole batch in one row. flatten(1) keeps the first axis, the
            examples.
        self.out(x.flatten(1)) ⇒ self.out(x.flatten(1)).softmax(-1)
            You returned probabilities. The loss takes logits and has the softmax inside.
        self.out(x.flatten(1)) ⇒ torch.relu(self.out(x.flatten(1)))
            A ReLU stands after the last layer, so no logit can be negative.
        """,
    ],
    hints=[
        "Follow the drawing with B pictures of side 28: which four sizes has x after each of the "
        "four lines of forward?",
        "(B, side²) → (B, 1, side, side) → conv1, ReLU, max_pool2d: (B, C, side // 2, side // 2) → "
        "conv2, ReLU, max_pool2d: (B, 2C, side // 4, side // 4) → (B, 2C (side // 4)²) → (B, K).",
        "def __init__(self, side, C, K):\n    super().__init__()\n    self.side = side\n"
        "    self.conv1 = nn.Conv2d(1, …, 3, padding=1)\n    self.conv2 = …\n"
        "    self.out = nn.Linear(…, K)\n\ndef forward(self, x):\n    x = x.reshape(…)\n"
        "    x = F.max_pool2d(…, 2)\n    x = …\n    return self.out(…)",
    ],
    why="Each convolution has 9 weights for each pair of channels, wherever the 3 by 3 lies. Pooling "
    "makes what is seen coarser and what is looked at larger: after two, a pixel stands for 4 by 4.",
    kind="transfer",
    difficulty=3,
    minutes=15,
    importance=4,
)
