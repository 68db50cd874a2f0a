"""The exercises of this lesson: counts become probabilities, and the boldest way to write."""

import numpy as np

from course.checking import Case, Exercise, Law
from course.foundations import bigram
from course.words import say


def _random_counts(rng, V):
    return rng.integers(1, 40, size=(V, V))


def _rows_sum_to_one(f, rng):
    sums = np.asarray(f(_random_counts(rng, 7)), dtype=float).sum(axis=1)
    if np.allclose(sums, 1):
        return ""
    return say(
        "the rows of your answer sum to {low:.3g} … {high:.3g}; each must sum to 1",
        low=sums.min(),
        high=sums.max(),
    )


def _scale_is_forgotten(f, rng):
    """A text read twice has every count doubled, and the same probabilities."""
    counts = _random_counts(rng, 5)
    return np.allclose(f(counts), f(2 * counts))


def softmax_of_counts(counts):
    """This is a softmax of the counts. Softmax is for scores that can be negative; counts are
    already in proportion to their probabilities. What do 3 and 1 become if they only have to be
    shared out?
    """
    e = np.exp(counts - counts.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


probabilities = Exercise(
    bigram.probabilities,
    kind="derive",
    cases=[
        Case.hand(
            (np.array([[3, 1], [2, 8]]),),
            np.array([[0.75, 0.25], [0.2, 0.8]]),
            says="counts [[3, 1], [2, 8]]",
        ),
        Case.random(lambda rng: (_random_counts(rng, 5),), says="counts of shape (5, 5)"),
        Case.random(lambda rng: (_random_counts(rng, 11),), says="counts of shape (11, 11)"),
        Case.extreme(
            (np.array([[0, 0, 7], [10**12, 1, 0], [0, 5, 5]]),),
            says="counts with zeros and a very large one",
        ),
    ],
    laws=[
        Law("each row must sum to 1: something always follows", _rows_sum_to_one),
        Law(
            "a text read twice has all counts doubled and the same probabilities; yours changed",
            _scale_is_forgotten,
        ),
    ],
    mistakes=[
        """
        axis=1, keepdims=True ⇒
            You divided by the sum of the whole table. That gives how common each pair is among all
            pairs. The question is: given the first character, what comes second? Each row is a
            question of its own and needs a total of its own.
        axis=1 ⇒ axis=0
            Your columns sum to 1, not your rows. A column gathers what came before a character; a
            row gathers what came after it. Which axis runs along a row?
        axis=1, keepdims=True ⇒ axis=1
            You have the totals of the rows, but they were applied across: entry (i, j) was divided
            by the total of row j. A sum over axis 1 drops that axis, and NumPy then lays the
            totals along the columns. Keep the axis: which argument of sum does that?
        counts / ⇒ 100 * counts /
            These are percentages. Probabilities run from 0 to 1: leave out the factor 100.
        sum( ⇒ max(
            You divided each row by its largest count, so the most frequent follower gets 1. Then
            the others have nothing left to share. Divide by what makes the row sum to 1.
        sum( ⇒ mean(
            You divided each row by its mean, so your rows sum to the number of columns. A share
            is counted out of all that the row holds: its sum.
        counts / ⇒ 1.0 *
            You returned the totals of the rows. Each count is to be divided by the total of its
            row.
        counts.sum(axis=1, keepdims=True) ⇒ np.linalg.norm(counts, axis=1, keepdims=True)
            You divided each row by its length, the root of the sum of squares. Shares are counted
            out of the plain sum.
        counts.sum(axis=1, keepdims=True) ⇒ len(counts)
            You divided by how many characters there are. A share is counted out of what the row
            holds: the sum of its counts.
        counts / counts.sum( ⇒ counts.T / counts.T.sum(
            You turned the table first, so each row of yours holds what came before a character.
            Row i of counts holds what came after it.
        counts / ⇒ counts //
            You divided in whole numbers, so every share below 1 became 0. Use / and not //, and do
            not turn the result into integers.
        counts / counts. ⇒ (counts + 1) / (counts + 1).
            You added 1 to each count first. That is a real technique, for what was never seen;
            here the shares must be those of the counts as they are.
        """,
        softmax_of_counts,
    ],
    hints=[
        "After the first character, something was counted 3 times and something else once. "
        "Out of how many times in all? Which numbers of the table did you add to know?",
        "p[i, j] = counts[i, j] / (sum of row i). counts is (V, V); the totals must be (V, 1), so "
        "that each row meets its own total.",
        "total = counts.sum(axis=…, keepdims=…)\nreturn counts / …",
    ],
    why="A sum over axis 1 goes along each row. With keepdims=True the totals keep the shape "
    "(V, 1), and division stretches them along the row they came from; without it they would be "
    "(V,), which NumPy lays along the columns. Nothing fails, and every number is wrong: of all "
    "mistakes with arrays this is the most frequent, and it will come back with softmax, with "
    "normalisation and with attention.",
    difficulty=1,
    minutes=5,
    importance=5,
)


def _random_rows(rng, V):
    p = rng.random((V, V))
    return p / p.sum(axis=1, keepdims=True)


def _each_step_is_the_best(f, rng):
    p = _random_rows(rng, 6)
    ids = np.asarray(f(p, 2, 7))
    taken, best = p[ids[:-1], ids[1:]], p[ids[:-1]].max(axis=1)
    if (worse := np.flatnonzero(taken < best)).size:
        t = worse[0]
        return say(
            "after token {token} yours goes to {next}, with probability {p:.2g}; another has "
            "{best:.2g}",
            token=ids[t],
            next=ids[t + 1],
            p=taken[t],
            best=best[t],
        )
    return ""


def drawn_not_chosen(p, start, n):
    """You drew each token at random. Here the most probable one is taken, every time."""
    return bigram.write(np.random.default_rng(0), p, start, n)


write_greedily = Exercise(
    bigram.write_greedily,
    kind="transfer",
    cases=[
        Case.hand(
            (np.array([[0.1, 0.3, 0.6], [0.2, 0.1, 0.7], [0.25, 0.55, 0.2]]), 0, 5),
            np.array([0, 2, 1, 2, 1, 2]),
            says="p of shape (3, 3), start 0, n = 5",
        ),
        Case.random(lambda rng: (_random_rows(rng, 4), 3, 6), says="p of shape (4, 4), start 3"),
        Case.random(lambda rng: (_random_rows(rng, 9), 1, 12), says="p of shape (9, 9), start 1"),
        Case.extreme((np.array([[0.4, 0.6], [0.9, 0.1]]), 0, 3), says="two tokens in turn"),
        Case.extreme(
            (np.array([[0.4, 0.6], [0.9, 0.1]]), 1, 0), says="n = 0", expected=np.array([1])
        ),
    ],
    laws=[Law("each step must be the most probable one", _each_step_is_the_best)],
    mistakes=[
        """
        p[ids[-1]] ⇒ p[start]
            Every token was taken from the row of the start. What may come next depends on the
            token written last: look up its row at each step.
        p[ids[-1]] ⇒ p[:, ids[-1]]
            You looked down a column. A column says what may have come before a token; its row says
            what may come after.
        p[ids[-1]].argmax() ⇒ p[ids[-1]].max()
            You added the probability itself. What is written is the token that has it: which
            function gives the place of the largest entry?
        argmax ⇒ argmin
            This takes the least probable token at each step.
        range(n) ⇒ range(n - 1)
            One token is missing at the end: n are added to the start, so there are n + 1.
        np.array(ids) ⇒ np.array(ids[1:])
            The start is missing: it is the first token of what is returned.
        p[ids[-1]] ⇒ p
            You looked for the largest entry of the whole table, and its place is counted through
            all rows. Only the row of the token written last is asked: p[ids[-1]].
        p[ids[-1]] ⇒ p[ids]
            p[ids] takes the rows of all tokens so far. Only the last one counts: p[ids[-1]].
        for _ in ⇒ for i in
        p[ids[-1]] ⇒ p[i]
            You went through the rows in order. What may come next stands in the row of the token
            written last, p[ids[-1]].
        range(n) ⇒ range(n + 1)
            One token is too many: the start is there already, and n are added to it.
        np.array(ids) ⇒ ids[-1]
            You returned the last token alone. All of them are wanted, from the start on.
        np.array(ids) ⇒ np.array(ids[1:] + ids[:1])
            The start stands at the end of yours. It is the first token.
        """,
        drawn_not_chosen,
    ],
    hints=[
        "In write, one line draws the next character. What has to stand there instead, if the "
        "largest probability of the row is always taken?",
        "The place of the largest entry of a row is row.argmax(); its value would be row.max().",
        "ids = [start]\nfor _ in range(n):\n    ids.append(… of the row of ids[-1])\n"
        "return np.array(ids)",
    ],
    why="The row of the last token holds all that this model knows of what comes next. To write "
    "is to choose from that row, and only the way of choosing differs: at random, the largest, or "
    "something between. A large model differs in how it makes the row.",
    difficulty=2,
    minutes=8,
    importance=4,
)
