"""The exercises of this lesson."""

import numpy as np

from course.checking import Case, Edit, Exercise, Law, many
from course.foundations import augment, leaks, loader, splits, tables
from course.words import later, say

# ----------------------------------------------------------------------------------------


def _table(rng, N, d):
    """N rows of d columns, each with a middle and a spread of its own."""
    return rng.standard_normal((N, d)) * rng.uniform(2, 9, d) + rng.uniform(-20, 20, d)


def _keeps_what_is_equal_equal(f, rng):
    train = _table(rng, 9, 2)
    a, b = f(train, train[:4])
    if np.allclose(np.asarray(a)[:4], b):
        return ""
    return say(
        "The four test rows were copies of the first four training rows, and they came out "
        "differently. Whatever is done to a number must not depend on the part it is in."
    )


standardise = Exercise(
    tables.standardise,
    kind="derive",
    cases=[
        Case.hand(
            (np.array([[0.0, 0, 0, 0, 5], [10, 60, 10, 10, 10]]).T, np.array([[3.0, 0]])),
            (np.array([[-1.0, -1, -1, -1, 4], [-1, 4, -1, -1, -1]]).T / 2, np.array([[1.0, -1]])),
            says="columns (0, 0, 0, 0, 5) and (10, 60, 10, 10, 10), test (3, 0)",
        ),
        Case.random(lambda rng: (_table(rng, 11, 3), _table(rng, 4, 3)), says="11 and 4 rows"),
        Case.random(lambda rng: (_table(rng, 6, 5), _table(rng, 9, 5)), says="6 and 9 rows"),
        Case.extreme(
            (np.array([[4.0, 1.0], [4.0, 3.0]]), np.array([[5.0, 2.0]])),
            says="a column that is always 4 in train",
        ),
        Case.extreme(
            (np.array([[1.0, 7.0]]), np.array([[2.0, 5.0], [0.0, 7.0]])), says="one training row"
        ),
    ],
    laws=[Law("equal numbers stay equal in both parts", _keeps_what_is_equal_equal)],
    mistakes=[
        """
        (test - mean) / spread ⇒ (test - test.mean(axis=0)) / test.std(axis=0)
            You scaled the test rows by their own mean and spread. Then the same measurement means
            another thing in the two parts; use those of train for both.
        mean, spread = train.mean(axis=0), train.std(axis=0) ⇒ both = np.concatenate([train, test]); mean, spread = both.mean(axis=0), both.std(axis=0)
            You fitted mean and spread on both parts together: that is a leak, the training rows
            now depend on the test rows. Fit on train alone.
        train.mean(axis=0), train.std(axis=0) ⇒ train.mean(), train.std()
            You took one mean and one spread of the whole table. Each column has its own: axis=0
            runs down the rows.
        train.mean(axis=0), train.std(axis=0) ⇒ train.mean(axis=1, keepdims=True), train.std(axis=1, keepdims=True)
            You went along the rows, and mixed measurements of different units. Each column has a
            mean and a spread of its own: axis=0.
        train.mean(axis=0), train.std(axis=0) ⇒ train.mean(axis=1), train.std(axis=1)
            Axis 1 runs along a row, across measurements of different units. Each column has a mean
            and a spread of its own: axis=0.
        train.std(axis=0) ⇒ train.var(axis=0)
            You divided by the variance. The spread is its root, and only the spread is in the
            units of the column.
        train.std(axis=0) ⇒ train.std(axis=0, ddof=1)
            You divided by N − 1. Asked is spread 1 on the training rows themselves, so divide by
            N, NumPy's default.
        (train - mean) / spread, (test - mean) / spread ⇒ train / spread - mean, test / spread - mean
            You divided before you took the mean off, and the mean was still in the old units.
            First subtract, then divide.
        (train - mean) / spread, (test - mean) / spread ⇒ train - mean, test - mean
            You centred the columns and left their spread as it was.
        (train - mean) / spread, (test - mean) / spread ⇒ train / spread, test / spread
            Your columns have spread 1, and their mean is not 0 yet: subtract it first.
        (test - mean) / spread ⇒ test
            You left the test rows as they were. They must be in the same units as the training
            rows.
        train.mean(axis=0), train.std(axis=0) ⇒ train.min(axis=0), np.ptp(train, axis=0)
            You scaled each column to run from 0 to 1. Asked is mean 0 and spread 1.
        train.mean(axis=0), train.std(axis=0) ⇒ np.median(train, axis=0), train.std(axis=0)
            You took the median off. The mean becomes 0 only if the mean is taken off.
        spread > 0, spread, 1) ⇒ spread > 0, spread, np.inf)
            A column that never varies came out as zeros in the test rows too. Only centre it: what
            is 1 above the training rows stays 1 above.
        (train - mean) / spread, (test - mean) / spread ⇒ (test - mean) / spread, (train - mean) / spread
            The two parts are exchanged: train first, then test.
        (test - mean) / spread ⇒ (test - test.mean(axis=0)) / np.where(test.std(axis=0) > 0, test.std(axis=0), 1)
            Your test rows have a mean and a spread of their own, so one and the same row comes out
            differently. Treat them by the numbers of train.
        (train - mean) / spread, (test - mean) / spread ⇒ train - mean / spread, test - mean / spread
            Python divides before it subtracts, so only your mean is divided. Put the difference in
            brackets.
        """,
        Edit(
            "    spread = np.where(spread > 0, spread, 1)\n",
            "",
            "A column that never varies has spread 0, and you divided by it. Put 1 there: it has "
            "nothing to scale.",
        ),
        Edit(
            "spread = np.where(spread > 0, spread, 1)",
            "spread = spread + 1e-8",
            "You added a tiny number to the spread. That hides the division by 0: in a column that "
            "never varies, a test row that lies 1 off comes out as a hundred million.",
        ),
    ],
    hints=[
        "Which a and b give a·x + b the mean 0 and the spread 1, when x has mean m and spread s?",
        "a·m + b = 0 and a·s = 1, so a·x + b = (x − m)/s. m and s have shape (d,) and come from "
        "train alone; where s is 0, take 1.",
        "mean, spread = train.mean(axis=…), …\nspread = np.where(…)\nreturn …, …",
    ],
    why="a·m + b = 0 and a·s = 1 leave one choice. The test rows must go through the same a and b, "
    "or equal measurements would no longer be equal.",
    difficulty=2,
    minutes=10,
    importance=5,
)

# ----------------------------------------------------------------------------------------

TRIES = 300


def _parted(split, rng, groups, share):
    """What can be said of a split by groups, whichever way it draws."""
    groups = np.asarray(groups)
    masks = [np.asarray(mask) for mask in many(split, TRIES, rng, groups, share)]
    told = {"dtype of the mask": str(masks[0].dtype), "shape of the mask": str(masks[0].shape)}
    if masks[0].dtype != bool or masks[0].shape != groups.shape:
        return told | dict.fromkeys(("parted", "groups in the test", "preferred"), later("none"))
    names = np.unique(groups)
    inside = np.array([[test[groups == name].mean() for name in names] for test in masks])
    counts = (inside > 0).sum(axis=1)
    often = inside.mean(axis=0) - inside.mean()
    same = (inside == inside[0]).all()
    fixed = later("always the same") if same else later("some come oftener")
    few, most = counts.min(), counts.max()
    parted = ((inside > 0) & (inside < 1)).any()
    return told | {
        "parted": later("groups are parted") if parted else later("none is parted"),
        "groups in the test": str(few) if few == most else f"{few}–{most}",
        "preferred": fixed if np.abs(often).max() > 0.13 else later("all equally often"),
    }


def _groups(rng, sizes):
    return rng.permutation(np.repeat(np.array(list("abcdefgh"))[: len(sizes)], sizes))


group_split = Exercise(
    splits.group_split,
    kind="transfer",
    cases=[
        Case.hand(
            (np.random.default_rng(1), np.array(list("aaabccd")), 0.25),
            {
                "dtype of the mask": "bool",
                "shape of the mask": "(7,)",
                "parted": "none is parted",
                "groups in the test": "1",
                "preferred": "all equally often",
            },
            says="groups (a, a, a, b, c, c, d), share 1/4",
        ),
        Case.random(
            lambda rng: (rng.spawn(1)[0], _groups(rng, [1, 2, 9, 1, 5]), 0.4),
            says="18 rows in 5 groups, share 0.4",
        ),
        Case.random(
            lambda rng: (rng.spawn(1)[0], _groups(rng, [4, 1, 1, 1, 1, 1, 1, 6]), 0.75),
            says="16 rows in 8 groups, share 3/4",
        ),
        Case.random(
            lambda rng: (rng.spawn(1)[0], rng.permutation(np.repeat([40, 7, 12], [3, 2, 8])), 0.3),
            says="13 rows in groups 40, 7 and 12, share 0.3",
        ),
    ],
    mistakes=[
        """
        np.isin(groups, rng.permutation(names)[:taken]) ⇒ np.isin(np.arange(len(groups)), rng.permutation(len(groups))[: round(share * len(groups))])
            You drew rows, so groups are parted: some of their rows are learnt from, others tested
            on. Draw names, and take every row that bears one of them.
        share * len(names) ⇒ share * len(groups)
            You took a share of the number of rows and drew so many groups. The share is one of the
            groups.
        return np ⇒ return ~np
            Your mask is inverted: True marks the rows to test on.
        rng.permutation(names) ⇒ names
            You took the first groups, always the same. Draw them with rng.
        np.isin(groups, rng.permutation(names)[:taken]) ⇒ rng.permutation(names)[:taken]
            You returned the names of the groups. Wanted is a mask over the rows, np.isin(groups,
            names).
        np.isin(groups, rng.permutation(names)[:taken]) ⇒ np.flatnonzero(np.isin(groups, rng.permutation(names)[:taken]))
            You returned row numbers. Wanted is a mask, True or False for each row.
        rng.permutation(names)[:taken] ⇒ rng.choice(names, taken)
            You drew with repetition, so that one group can be drawn twice, and then the test is too
            small. A permutation, or replace=False, draws each at most once.
        rng.permutation(names)[:taken] ⇒ list(dict.fromkeys(rng.permutation(groups)))[:taken]
            Large groups come into your test oftener: you drew from the rows. Draw from the names,
            np.unique(groups).
        rng.permutation(names)[:taken] ⇒ rng.permutation(groups)[:taken]
            You drew from the rows. One name can come twice, and large groups come oftener. Draw
            from the names, np.unique(groups).
        rng.permutation(names)[:taken] ⇒ names[rng.random(len(names)) < share]
            You tossed a coin for each group, so the number of groups in the test is left to
            chance. Take round(share · groups) of them.
        round(share * len(names)) ⇒ int(share * len(names))
            You cut the number of groups off. The nearest whole number is wanted: round.
        np.isin(groups, rng.permutation(names)[:taken]) ⇒ np.isin(groups, rng.permutation(names)[:taken]).astype(int)
            Your mask holds 0 and 1, and as an index these are row numbers. A mask holds True and
            False.
        """,
        Edit(
            "    return np.isin(groups, rng.permutation(names)[:taken])",
            "    test = np.zeros(len(groups), dtype=bool)\n"
            "    for name in names:\n"
            "        rows = np.flatnonzero(groups == name)\n"
            "        test[rng.permutation(rows)[: round(share * len(rows))]] = True\n"
            "    return test",
            "You took a share of the rows of each group: that is a stratified split, which parts "
            "every group. Here all rows of a group stay together.",
        ),
    ],
    hints=[
        "What must be drawn, so that all scans of a drawing go the same way?",
        "Draw round(share · G) of the G names np.unique(groups); the mask, (N,), is True where "
        "groups holds one of them. np.isin asks that for all rows at once.",
        "names = …\ntaken = …\nreturn np.isin(…, …)",
    ],
    why="Rows of one group know each other, so they are drawn as one. The test's share of the rows "
    "then varies with the sizes of the groups drawn; the share of groups is what is asked.",
    difficulty=2,
    minutes=10,
    importance=5,
    probe=_parted,
)

# ----------------------------------------------------------------------------------------


def _people(rng, N, d, folds, effect=0.0):
    """N rows of d columns in two classes, in as many folds with both classes in each."""
    y = np.arange(N) % 2
    x = rng.standard_normal((N, d)) * rng.uniform(0.5, 6, d) + rng.uniform(-3, 3, d)
    x[:, : d // 8] += effect * y[:, None]
    fold = splits.stratified_folds(rng, y, folds)
    order = rng.permutation(N)
    return x[order], y[order], fold[order]


def _finds_nothing_in_noise(f, rng):
    shares = [float(f(*_people(rng, 30, 200, 5), 12)) for _ in range(4)]
    if np.mean(shares) < 0.75:
        return ""
    return say(
        "Four tables of random numbers, 30 rows and 200 columns: {percent:.0f} % right on "
        "average, where nothing can be known. What has seen the rows that it judges?",
        percent=100 * np.mean(shares),
    )


cross_validate = Exercise(
    leaks.cross_validate,
    kind="diagnose",
    cases=[
        Case.hand(
            (
                np.array([[0.0], [1.0], [3.0], [9.0]]),
                np.array([0, 0, 1, 1]),
                np.array([0, 1, 0, 1]),
                1,
            ),
            0.75,
            says="one column (0, 1, 3, 9), y = (0, 0, 1, 1), folds (0, 1, 0, 1)",
        ),
        Case.random(
            lambda rng: (*_people(rng, 34, 60, 5), 7),
            says="34 rows, 60 columns of noise, the best 7",
            n=2,
        ),
        Case.random(
            lambda rng: (*_people(rng, 47, 24, 3, 3.0), 4),
            says="47 rows, 24 columns, some of use, the best 4",
            n=2,
        ),
        Case.random(
            lambda rng: (*_people(rng, 61, 16, 4, 2.0), 16), says="61 rows, all of 16 columns"
        ),
    ],
    laws=[Law("nothing can be known of random numbers", _finds_nothing_in_noise)],
    mistakes=[
        """
        best = best_columns(x_train, y[~test], k) ⇒ best = best_columns((x - x.mean(axis=0)) / x.std(axis=0), y, k)
            The columns are still chosen by all rows, the ones to be judged included. Choose them
            inside the loop, by the rows of the other folds.
        best = best_columns(x_train, y[~test], k) ⇒ best = best_columns((x - x.mean(axis=0)) / x.std(axis=0), y, k)
        tables.standardise(x[~test], x[test]) ⇒ ((part - x.mean(axis=0)) / x.std(axis=0) for part in (x[~test], x[test]))
            Columns, mean and spread are all fitted on rows that are judged later, as the colleague
            did. Fit all three inside the loop, on the rows of the other folds.
        tables.standardise(x[~test], x[test]) ⇒ ((part - x.mean(axis=0)) / x.std(axis=0) for part in (x[~test], x[test]))
            The choice is honest now. Mean and spread still come from all rows: standardise inside
            the loop, by the training rows.
        best_columns(x_train, y[~test], k) ⇒ best_columns(x_test, y[test], k)
            You chose the columns by the very rows that they judge. Choose by the rows of the
            other folds.
        tables.standardise(x[~test], x[test]) ⇒ x[~test], x[test]
            You left the columns in their own units. Then the nearest mean is decided by the columns
            with the largest numbers; standardise as the colleague did, but by the training rows.
        tables.standardise(x[~test], x[test]) ⇒ tables.standardise(x[~test], x[~test])[0], tables.standardise(x[test], x[test])[0]
            You scaled the held-out rows by themselves. They must be treated like the training
            rows, by the same mean and spread.
        nearest_mean(x_train[:, best], y[~test], x_test[:, best]) ⇒ nearest_mean(np.concatenate([x_train, x_test])[:, best], np.concatenate([y[~test], y[test]]), x_test[:, best])
            The mean rows are made of all rows, so each held-out row helps to judge itself.
        test = fold == f ⇒ test = fold != f
            You learn from one fold and judge all the others. It is the other way round.
        x_train[:, best], y[~test], x_test[:, best] ⇒ x_train, y[~test], x_test
            You chose columns and then used all of them.
        best_columns(x_train, y[~test], k) ⇒ np.arange(k)
            You took the first k columns. leaks.best_columns finds the best ones.
        float(right.mean()) ⇒ int(right.sum())
            You counted the right answers. Asked is their share, from 0 to 1.
        float(right.mean()) ⇒ 1 - float(right.mean())
            You returned the share of wrong answers.
        nearest_mean(x_train[:, best], y[~test], ⇒ nearest_mean(x_test[:, best], y[test],
            Your means come from the very rows that they judge. Take those of the other folds.
        """,
        Edit(
            "    return float",
            "        return float",
            "Your `return` stands inside the loop, so only the first fold was judged. Move it left.",
        ),
        Edit(
            ("for f in np.unique(fold):", "tables.standardise(x[~test], x[test])"),
            (
                "chosen = best_columns(x, y, k)\n    for f in np.unique(fold):",
                "tables.standardise(x[~test], x[test]); best_columns = lambda *_: chosen",
            ),
            "The choice of columns stands before the loop, where it sees every row. Move it inside, "
            "behind the split.",
        ),
    ],
    hints=[
        "Go through the colleague's lines. Which of them would give another result if only the "
        "rows of one fold were changed, and is it used to judge that fold?",
        "Inside the loop, from the rows ~test alone: mean and spread (d,), the k best columns (k,), "
        "and the mean row of each class, (2, k). Then judge the rows test.",
        "for f in np.unique(fold):\n    test = fold == f\n    x_train, x_test = …\n"
        "    best = …\n    said = …\n    right[test] = …",
    ],
    why="Everything that is fitted moves inside the loop, behind the split. The choice of columns is "
    "the one that matters, because it looks at labels and chooses among many.",
    difficulty=3,
    minutes=15,
    importance=5,
)

# ----------------------------------------------------------------------------------------


def _sums_count_known_classes(f, rng):
    y = rng.integers(-1, 6, 40)
    rows = np.asarray(f(y, 6))
    if np.array_equal(rows.sum(axis=0), np.bincount(y[y >= 0], minlength=6)):
        return ""
    return say("40 labels, K = 6: the sums of your columns are not how often each class occurs.")


one_hot = Exercise(
    loader.one_hot,
    cases=[
        Case.hand(
            (np.array([2, 0]), 4),
            np.array([[0.0, 0, 1, 0], [1, 0, 0, 0]]),
            says="y = (2, 0), K = 4",
        ),
        Case.random(lambda rng: (rng.integers(0, 5, 8), 5), says="8 labels, K = 5"),
        Case.random(lambda rng: (rng.integers(0, 3, 11), 7), says="11 labels up to 2, K = 7"),
        Case.extreme((np.array([1, -1, 4, -1]), 6), says="y = (1, −1, 4, −1), K = 6"),
    ],
    laws=[Law("columns sum to how often their class occurs", _sums_count_known_classes)],
    mistakes=[
        """
        (y[:, None] == np.arange(K)).astype(float) ⇒ np.eye(K)[y]
            Right where every label is known. To NumPy −1 is the last row, so an unknown label has
            become class K − 1.
        (y[:, None] == np.arange(K)).astype(float) ⇒ (np.isin(np.arange(K), y) * np.ones((len(y), 1))).astype(float)
            You set a one for every label in every row. Each row has only its own.
        (y[:, None] == np.arange(K)).astype(float) ⇒ np.eye(K)[:, y]
            Rows and columns are exchanged: a row for each example, a column for each class.
        np.arange(K) ⇒ np.arange(y.max(initial=0) + 1)
            You took the number of classes from the labels at hand. A batch may lack the last
            class; K says how many there are.
        (y[:, None] == np.arange(K)).astype(float) ⇒ np.eye(y.max(initial=0) + 1)[y]
            You took the number of classes from the labels at hand, and to NumPy −1 is the last of
            them. K says how many classes there are.
        np.arange(K) ⇒ np.arange(1, K + 1)
            Classes count from 0: class k is column k.
        (y[:, None] == np.arange(K)).astype(float) ⇒ np.eye(K)[y - 1]
            You put each one a column to the left. Classes count from 0, and class k is column k.
        (y[:, None] == np.arange(K)).astype(float) ⇒ np.eye(K)[y] * y[:, None]
            You wrote the label itself at its place. A one is wanted, so that all classes weigh
            alike.
        (y[:, None] == np.arange(K)).astype(float) ⇒ (y[:, None] >= np.arange(K)).astype(float)
            You set ones up to the label's place. Only the place itself is one.
        (y[:, None] == np.arange(K)) ⇒ (y[:, None] != np.arange(K))
            Zeros and ones are exchanged.
        (y[:, None] == np.arange(K)).astype(float) ⇒ (y[y >= 0, None] == np.arange(K)).astype(float)
            You left the unknown labels out. Rows would then no longer belong to those of x: an
            unknown label is a row of zeros.
        """,
        Edit(
            "    return (y[:, None] == np.arange(K)).astype(float)",
            "    rows = np.zeros((len(y), K))\n    rows[:, y] = 1\n    return rows",
            "You set whole columns: rows[:, y] means all rows. Pair each row number with its label, "
            "rows[np.arange(N), y].",
        ),
        Edit(
            "    return (y[:, None] == np.arange(K)).astype(float)",
            "    if len(y) and y.min() < 0:\n        raise KeyError(-1)\n    return np.eye(K)[y]",
            "An unknown label, −1, should give a row of zeros, not an error.",
        ),
        Edit(
            "    return (y[:, None] == np.arange(K)).astype(float)",
            "    return np.eye(K)[y.max(), y.min()]",
            "You asked the arrays for one entry. A row for each label is wanted.",
        ),
    ],
    hints=[
        "For which pairs of a row and a column is the entry one?",
        "Entry [i, k] is 1 where y[i] = k and 0 elsewhere, (N, K); for y[i] = −1 that is nowhere.",
        "return (y[:, None] == …).astype(float)",
    ],
    why="y[:, None] is a column and np.arange(K) a row, so the comparison asks all pairs at once. −1 "
    "equals no column number; as an index it would be the last.",
    difficulty=2,
    minutes=6,
    importance=4,
)

# ----------------------------------------------------------------------------------------


def _dealt(deal, rng, N, B):
    """What can be said of batches, whichever way they are shuffled."""
    hands = many(deal, TRIES, rng, N, B)
    if not isinstance(hands[0], (list, tuple, np.ndarray)):
        return {
            "list of sizes": say("of a {kind}", kind=type(hands[0]).__name__),
            "coming": later("none"),
            "order": later("none"),
        }
    hands = [[np.atleast_1d(np.asarray(rows)) for rows in hand] for hand in hands]
    rows = [np.concatenate([np.zeros(0, dtype=int), *hand]) for hand in hands]
    sizes = str([len(batch) for batch in hands[0]])
    told = {"list of sizes": sizes}
    same = all([len(batch) for batch in hand] == [len(b) for b in hands[0]] for hand in hands)
    if not same or any(r.dtype.kind not in "iu" for r in rows):
        return told | {"coming": later("sizes or kinds vary"), "order": later("none")}
    counts = np.array([np.bincount(r[(r >= 0) & (r < N)], minlength=N) for r in rows])
    lost, twice = (counts == 0).any(), (counts > 1).any()
    coming = later("rows are lost") if lost else later("rows repeat")
    if not (lost or twice):
        coming = later("each row once")
    if lost and twice:
        coming = later("rows are lost and others repeat")
    if any(((r < 0) | (r >= N)).any() for r in rows):
        coming = later("there are rows that do not exist")
    return told | {"coming": coming, "order": _order(rows, N)}


def _order(rows, N) -> str:
    """Whether rows are well mixed: where they come first, and who follows whom."""
    if N < 3:
        return later("mixed")
    if all((np.diff(r) > 0).all() for r in rows):
        return later("always sorted")
    neighbours = np.mean([(np.diff(r) == 1).sum() for r in rows])
    firsts = np.bincount([r[0] for r in rows if len(r)], minlength=N) / len(rows)
    even = np.abs(firsts - 1 / N).max() < 0.13
    mixed = neighbours < 1.7 and even
    return later("mixed") if mixed else later("neighbours stay together")


def _deal(N, B):
    return Case.random(lambda rng: (rng.spawn(1)[0], N, B), says=f"N = {N}, B = {B}")


def one_by_one(rng, N, B):
    """`yield` hands the batches out one by one, once. Return a list, which knows its length."""
    order = rng.permutation(N)
    for i in range(0, N, B):
        yield order[i : i + B]


deal_out = "    return [order[i : i + B] for i in range(0, N, B)]"

batches = Exercise(
    loader.batches,
    cases=[
        Case.hand(
            (np.random.default_rng(3), 5, 2),
            {"list of sizes": "[2, 2, 1]", "coming": "each row once", "order": "mixed"},
            says="N = 5, B = 2",
        ),
        _deal(11, 3),
        _deal(12, 4),
        _deal(7, 10),
        _deal(10, 4),
        Case.extreme((np.random.default_rng(5), 6, 1), says="N = 6, B = 1"),
    ],
    mistakes=[
        """
        order[i : i + B] for i in range(0, N, B) ⇒ order[i * B : i * B + B] for i in range(N // B)
            You left out the last, smaller batch: N // B rounds down. Its rows would never be
            learnt from in this round.
        order = rng.permutation(N) ⇒ order = np.arange(N)
            Your rows come in the order of the table. Shuffle them with rng first.
        order[i : i + B] for i ⇒ rng.integers(0, N, min(B, N - i)) for i
            You drew rows with repetition: some come twice in a round, others not at all. A
            permutation deals each out once.
        order[i : i + B] for i ⇒ rng.permutation(N)[i : i + B] for i
            You shuffled anew for each batch, so rows of one batch can come again in the next.
            Shuffle once, then cut.
        order[i : i + B] for i in range(0, N, B) ⇒ order[i::B] for i in range(B)
            You made B batches. B is how many rows go into one.
        order[i : i + B] for i in range(0, N, B) ⇒ part for part in np.array_split(order, -(-N // B))
            You made the batches as equal as possible. Each but the last has B rows.
        range(0, N, B) ⇒ range(N)
            You moved on by one row each time, so batches overlap: range needs the step B.
        order[i : i + B] ⇒ order[i : i + B + 1]
            Your batches have B + 1 rows and overlap by one: a slice ends before its second number.
        order[i : i + B] ⇒ np.resize(np.roll(order, -i), B)
            You filled the last batch up with rows that came before. It may be smaller.
        order[i : i + B] for i ⇒ order[i] for i
            You took one row number of each batch. A slice takes B of them.
        order[i : i + B] for i ⇒ 1 + order[i : i + B] for i
            Row numbers count from 0, and yours from 1: the last one doesn't exist.
        [order[i : i + B] for i in range(0, N, B)] ⇒ order[:B]
            You returned one batch. Asked is the list of all of them.
        order[i : i + B] for i in range(0, N, B) ⇒ rng.integers(0, N, B) for _ in range(N // B)
            You drew row numbers with repetition, so some rows come twice and others never. Shuffle
            all, then cut.
        """,
        one_by_one,
        Edit(
            "    order = rng.permutation(N)\n" + deal_out,
            "    parts = [np.arange(i, min(i + B, N)) for i in range(0, N, B)]\n"
            "    last = parts.pop() if N % B else None\n"
            "    parts = [parts[i] for i in rng.permutation(len(parts))]\n"
            "    return parts if last is None else [*parts, last]",
            "You shuffled the batches and not the rows, so neighbours of the table stay together "
            "in one batch. Shuffle the rows, then cut.",
        ),
        Edit(
            "    order = rng.permutation(N)\n" + deal_out,
            "    parts = [np.arange(i, min(i + B, N)) for i in range(0, N, B)]\n"
            "    return [parts[i] for i in rng.permutation(len(parts))]",
            "You shuffled batches, not rows: neighbours of the table stay together, and the small "
            "batch may come anywhere. Shuffle the rows, then cut.",
        ),
    ],
    hints=[
        "If the row numbers are shuffled once and laid in a line, where does each batch begin?",
        "order = a permutation of 0..N−1; batch number j holds order[jB : jB + B], and the last "
        "slice ends where order does.",
        "order = rng….\nreturn [order[…] for i in range(0, N, …)]",
    ],
    why="Shuffling once and cutting gives every row exactly one place. A slice that would run beyond "
    "the end stops there, so the last batch needs no case of its own.",
    difficulty=2,
    minutes=6,
    importance=4,
    probe=_dealt,
)

# ----------------------------------------------------------------------------------------


def _gappy(rng, N, d, K, unknown):
    """N rows with gaps, some of them of unknown class, about a third to test on."""
    x = _table(rng, N, d) + rng.exponential(6, (N, d))
    y = rng.integers(0, K, N)
    y[rng.choice(N, unknown, replace=False)] = -1
    test = rng.permutation(N) < N // 3
    for column in range(d):
        for part in (test, ~test):
            rows = rng.choice(np.flatnonzero(part), 2, replace=False)
            x[rows, column] = np.nan
    return x, y, test


def _is_blind_to_the_test_rows(f, rng):
    x, y, test = _gappy(rng, 20, 3, 4, 2)
    before = np.asarray(f(x, y, test)[0])
    after = np.asarray(f(np.where(test[:, None], 3 * x + 100, x), y, test)[0])
    if before.shape == after.shape and np.allclose(before, after):
        return ""
    return say(
        "20 rows: when only the measurements of the test rows were changed, your training rows "
        "changed too. What is fitted on rows that it should not see?"
    )


_COLUMN = np.array([[3.0], [np.nan], [7.0], [9.0], [5.0]])

prepare = Exercise(
    tables.prepare,
    kind="build",
    cases=[
        Case.hand(
            (
                _COLUMN,
                np.array([0, 1, 1, 0, -1]),
                np.array([False, False, False, True, False]),
            ),
            (
                np.array([[-1.0], [0.0], [1.0]]) * np.sqrt(1.5),
                np.array([0, 1, 1]),
                np.array([[2.0]]) * np.sqrt(1.5),
                np.array([0]),
            ),
            says="x = (3, nan, 7, 9, 5), the last of unknown class, the fourth to test on",
        ),
        Case.random(lambda rng: _gappy(rng, 23, 3, 5, 4), says="23 rows, 4 of unknown class"),
        Case.random(lambda rng: _gappy(rng, 17, 4, 3, 0), says="17 rows, all of known class"),
        Case.random(lambda rng: _gappy(rng, 31, 2, 4, 7), says="31 rows, 7 of unknown class"),
    ],
    laws=[Law("test rows leave no trace in training rows", _is_blind_to_the_test_rows)],
    mistakes=[
        """
        np.nanmedian(x[~test], axis=0) ⇒ np.nanmedian(x, axis=0)
            Your medians come from all rows, those to test on included: a leak. Only training rows
            may say what fills a gap.
        np.nanmedian( ⇒ np.nanmean(
            You filled the gaps with the mean. The median is asked: a few wild rows don't move it.
        np.nanmedian(x[~test], axis=0) ⇒ 0.0
            You filled the gaps with 0, which is far from what such a cell would hold. Fill them
            before you standardise, with the median of the column.
        np.nanmedian(x[~test], axis=0) ⇒ np.median(x[~test], axis=0)
            The median of a column with gaps is nan itself. np.nanmedian leaves the gaps out.
        np.nanmedian(x[~test], axis=0) ⇒ np.nanmedian(x[~test])
            You filled every gap with one median of the whole table. Each column has its own:
            axis=0.
        np.nanmedian(x[~test], axis=0) ⇒ np.nanmedian(x[test], axis=0)
            Your medians come from the test rows. It must be the training rows, ~test.
        standardise(x[~test], x[test]) ⇒ x[~test], x[test]
            The columns are not standardised yet.
        standardise(x[~test], x[test]) ⇒ standardise(x[~test], x[~test])[0], standardise(x[test], x[test])[0]
            You standardised the test rows by themselves. They go through the numbers of the
            training rows.
        standardise(x[~test], x[test]) ⇒ standardise(x, x)[0][~test], standardise(x, x)[0][test]
            Mean and spread come from all rows: a leak. Split first, then standardise.
        x[y >= 0], y[y >= 0], test[y >= 0] ⇒ x[y > 0], y[y > 0], test[y > 0]
            You left out class 0 as well. Unknown is −1, and classes count from 0.
        x[y >= 0], y[y >= 0], test[y >= 0] ⇒ x, y, test
            Rows of unknown class are still there. Nothing can be learnt from them, or tested.
        x_train, y[~test], x_test, y[test] ⇒ x_train, x_test, y[~test], y[test]
            The order is x_train, y_train, x_test, y_test.
        standardise(x[~test], x[test]) ⇒ standardise(x[test], x[~test])
        x_train, y[~test], x_test, y[test] ⇒ x_train, y[test], x_test, y[~test]
            Training and test rows are exchanged: True marks the rows to test on.
        standardise(x[~test], x[test]) ⇒ standardise(x[test], x[~test])
        x_train, y[~test], x_test, y[test] ⇒ x_train, y[test], x_test, y[~test]
        np.nanmedian(x[~test], axis=0) ⇒ np.nanmedian(x[test], axis=0)
            Training and test rows are exchanged throughout: True marks the rows to test on.
        x[y >= 0], y[y >= 0], test[y >= 0] ⇒ (part[(y >= 0) & ~np.isnan(x).any(axis=1)] for part in (x, y, test))
            You left out every row with a gap. One gap says nothing against the other columns: fill
            it.
        """,
        Edit(
            (
                "    x, y, test = x[y >= 0], y[y >= 0], test[y >= 0]\n    median",
                "median, x)\n",
            ),
            (
                "    median",
                "median, x)\n    x, y, test = x[y >= 0], y[y >= 0], test[y >= 0]\n",
            ),
            "You left the rows of unknown class out after the medians were taken, so they still "
            "had a say. They are no training rows: leave them out first.",
        ),
        Edit(
            "    x = np.where(np.isnan(x), median, x)\n",
            "    own = np.nanmedian(x[test], axis=0)\n"
            "    x = np.where(np.isnan(x), np.where(test[:, None], own, median), x)\n",
            "You filled the gaps of the test rows with medians of the test rows. Then a row's "
            "treatment depends on which rows it is tested with; use the training medians.",
        ),
        Edit(
            (
                "    x = np.where(np.isnan(x), median, x)\n",
                "standardise(x[~test], x[test])\n",
            ),
            (
                "",
                "((part - np.nanmean(x[~test], axis=0)) / np.nanstd(x[~test], axis=0) for part in (x[~test], x[test]))\n"
                "    x_train, x_test = np.nan_to_num(x_train), np.nan_to_num(x_test)\n",
            ),
            "You standardised first and then put 0 into the gaps: that is the mean of the column. "
            "The median is asked, and it comes first.",
        ),
    ],
    hints=[
        "Which numbers are fitted here, and which rows may each of them see?",
        "Keep the rows with y ≥ 0. median = nanmedian over the training rows, (d,); fill; then mean "
        "and spread of the training rows, by tables.standardise.",
        "x, y, test = x[…], y[…], test[…]\nmedian = …\nx = np.where(…, median, x)\n"
        "x_train, x_test = tables.standardise(…)\nreturn …",
    ],
    why="Rows that nobody will use have no say, so they go first. Then everything that is fitted sees "
    "x[~test] alone, and is applied to both parts.",
    difficulty=3,
    minutes=12,
    importance=5,
)

# ----------------------------------------------------------------------------------------


def _comes_back(f, rng):
    x = np.zeros((9, 8))
    x[3:6, 3:5] = rng.uniform(1, 2, (3, 2))
    if np.allclose(f(np.asarray(f(x, 2, -3)), -2, 3), x):
        return ""
    return say(
        "A small picture in the middle of paper, moved by (2, −3) and back by (−2, 3): it is not "
        "the same picture any more."
    )


shift = Exercise(
    augment.shift,
    kind="transfer",
    cases=[
        Case.hand(
            (np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), 1, -1),
            np.array([[0.0, 0.0, 0.0], [2.0, 3.0, 0.0]]),
            says="rows (1, 2, 3), (4, 5, 6), down 1, right −1",
        ),
        Case.random(lambda rng: (rng.uniform(1, 2, (5, 8)), 2, 3), says="(5, 8), down 2, right 3"),
        Case.random(lambda rng: (rng.uniform(1, 2, (7, 6)), -3, 1), says="(7, 6), up 3, right 1"),
        Case.random(
            lambda rng: (rng.uniform(1, 2, (3, 6, 9)), 1, -4), says="(3, 6, 9), down 1, left 4"
        ),
        Case.random(lambda rng: (rng.uniform(1, 2, (4, 5)), 0, 2), says="(4, 5), right 2 only"),
        Case.random(lambda rng: (rng.uniform(1, 2, (4, 7)), 0, 0), says="(4, 7), not moved"),
        Case.extreme((np.ones((3, 4)), 5, 0), says="(3, 4), down 5: nothing is left"),
    ],
    laws=[Law("moving there and back loses nothing that stayed inside", _comes_back)],
    mistakes=[
        """
        return padded[..., m - down : m - down + H, m - right : m - right + W] ⇒ return np.roll(x, (down, right), axis=(-2, -1))
            What left the picture on one side came back on the other. np.roll goes round; here
            paper comes in.
        m - down : m - down + H, m - right : m - right + W ⇒ m + down : m + down + H, m + right : m + right + W
            The picture moved the wrong way. To move it down, cut the part that begins further up.
        m - down : m - down + H, m - right : m - right + W ⇒ m - right : m - right + H, m - down : m - down + W
            Down and right are exchanged: rows are the last but one axis, and columns the last.
        [(m, m), (m, m)]) ⇒ [(m, m), (m, m)], mode="edge")
            You repeated the edge. What comes in is paper, 0.
        return padded[..., m - down : m - down + H, m - right : m - right + W] ⇒ return padded
            You added paper on all sides and did not cut. The shape must stay.
        m - down : m - down + H, m - right : m - right + W ⇒ m : m + H, m : m + W
            You added paper and cut it off again: nothing has moved.
        m - down : m - down + H ⇒ m - max(down, 0) : m - max(down, 0) + H
        m - right : m - right + W ⇒ m - max(right, 0) : m - max(right, 0) + W
            A negative number moved nothing. It means up, or left.
        m - down : m - down + H ⇒ m - abs(down) : m - abs(down) + H
        m - right : m - right + W ⇒ m - abs(right) : m - abs(right) + W
            You lost the sign: negative numbers move up and left.
        m - down : m - down + H ⇒ m - np.sign(down) : m - np.sign(down) + H
        m - right : m - right + W ⇒ m - np.sign(right) : m - np.sign(right) + W
            You moved by one pixel only, whatever was asked.
        m - right : m - right + W ⇒ m : m + W
            You moved the rows and left the columns in place.
        m - down : m - down + H ⇒ m : m + H
            You moved the columns and left the rows in place.
        """,
        Edit(
            (
                "    m = max(abs(down), abs(right))\n"
                "    padded = np.pad(x, [(0, 0)] * (x.ndim - 2) + [(m, m), (m, m)])\n"
                "    return padded[..., m - down : m - down + H, m - right : m - right + W]"
            ),
            (
                "    moved = np.zeros_like(x)\n"
                "    moved[..., down:, right:] = x[..., : H - down, : W - right]\n"
                "    return moved"
            ),
            "Right as long as nothing is negative. moved[-1:] is the last row alone, so moving up or "
            "left needs other slices.",
        ),
        Edit(
            "    H, W = x.shape[-2:]\n",
            "    H, W = x.shape[:2]\n",
            "You took the first two axes. With several pictures at once, rows and columns are the "
            "last two, x.shape[-2:].",
        ),
        Edit(
            (
                "    m = max(abs(down), abs(right))\n"
                "    padded = np.pad(x, [(0, 0)] * (x.ndim - 2) + [(m, m), (m, m)])\n"
                "    return padded[..., m - down : m - down + H, m - right : m - right + W]"
            ),
            "    return np.roll(x, (down, right), axis=(0, 1))",
            "np.roll goes round, and along the first two axes: with several pictures at once it "
            "moves pictures. Rows and columns are the last two axes, and paper comes in.",
        ),
        Edit(
            "    return padded[..., m - down : m - down + H, m - right : m - right + W]",
            "    x[...] = padded[..., m - down : m - down + H, m - right : m - right + W]\n"
            "    return x",
            "The picture is right, but you moved the caller's own: x is changed in place. Copies are "
            "made of training rows that are needed again.",
        ),
    ],
    hints=[
        "If the picture lies on a larger sheet of paper, which part of the sheet do you cut out to "
        "see it moved down?",
        "Pad both axes by m = max(|down|, |right|); the window of size H × W begins at row m − down "
        "and column m − right. Begin the index with `...`, for the axes before the last two.",
        "H, W = x.shape[-2:]\nm = …\npadded = np.pad(x, [(0, 0)] * (x.ndim - 2) + […])\n"
        "return padded[..., … : …, … : …]",
    ],
    why="Padding turns all four directions into one window on a larger sheet. Without it, each sign "
    "needs slices of its own.",
    difficulty=3,
    minutes=10,
    importance=3,
)
