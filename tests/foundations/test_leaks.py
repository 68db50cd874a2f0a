"""The small classifiers and the validation, against scikit-learn; and what a leak is worth."""

import numpy as np
import pytest
from sklearn.feature_selection import SelectKBest
from sklearn.model_selection import PredefinedSplit, cross_val_score
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from course.foundations import leaks, splits


@pytest.fixture
def rng():
    return np.random.default_rng(8)


def blobs(rng, N=90, d=6, K=3):
    y = rng.permutation(np.arange(N) % K)
    return rng.standard_normal((N, d)) + y[:, None], y


def test_classifiers_agree_with_scikit_learn(rng):
    (x, y), (new, _) = blobs(rng), blobs(rng, 40)
    one = KNeighborsClassifier(1).fit(x, y).predict(new)
    mean = NearestCentroid().fit(x, y).predict(new)
    np.testing.assert_array_equal(leaks.nearest(x, y, new), one)
    np.testing.assert_array_equal(leaks.nearest_mean(x, y, new), mean)


def test_a_class_that_is_missing_is_never_said(rng):
    x, y = blobs(rng)
    y[y == 1] = 2
    assert set(leaks.nearest_mean(x, y, x)) == {0, 2}


def test_the_best_columns_are_those_of_scikit_learn(rng):
    x, y = blobs(rng, N=50, d=30, K=2)
    x[:, 7] = 3.0
    with np.errstate(all="ignore"):
        kept = SelectKBest(k=5).fit(np.delete(x, 7, axis=1), y).get_support(indices=True)
    theirs = {int(k) + (k >= 7) for k in kept}
    assert set(leaks.best_columns(x, y, 5).tolist()) == theirs
    strength = np.abs([np.corrcoef(x[:, k], y)[0, 1] for k in leaks.best_columns(x, y, 5)])
    assert (np.diff(strength) <= 0).all()


def test_validation_is_that_of_a_pipeline_of_scikit_learn(rng):
    x, y = blobs(rng, N=60, d=40, K=2)
    x[:, 20:] = rng.standard_normal((60, 20)) * 9
    fold = splits.stratified_folds(rng, y, 5)
    steps = make_pipeline(StandardScaler(), SelectKBest(k=4), NearestCentroid())
    theirs = cross_val_score(steps, x, y, cv=PredefinedSplit(fold)).mean()
    assert leaks.cross_validate(x, y, fold, 4) == pytest.approx(theirs)


def test_nothing_can_be_learnt_from_noise():
    scores = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        x, y = rng.standard_normal((50, 1000)), np.arange(50) % 2
        scores.append(leaks.cross_validate(x, y, splits.stratified_folds(rng, y, 5), 20))
    assert abs(np.mean(scores) - 0.5) < 0.06


def test_choosing_columns_on_all_rows_makes_noise_look_learnable():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((50, 5000)), np.arange(50) % 2
    best = leaks.best_columns(x, y, 50)
    assert leaks.cross_validate(x[:, best], y, splits.stratified_folds(rng, y, 5), 50) > 0.95


def test_unfit_input_is_refused(rng):
    x, y = blobs(rng, N=10, d=4, K=2)
    for f in (leaks.nearest, leaks.nearest_mean):
        with pytest.raises(ValueError, match=r"x is \(10, 4\) and y \(9,\)"):
            f(x, y[:9], x)
        with pytest.raises(ValueError, match=r"x is \(0, 4\) and y \(0,\)"):
            f(x[:0], y[:0], x)
    with pytest.raises(ValueError, match=r"k is 5 and x \(10, 4\); 1 to 4 columns"):
        leaks.best_columns(x, y, 5)
    with pytest.raises(ValueError, match="all 10 rows are of class 1; two classes are needed"):
        leaks.best_columns(x, np.ones(10, dtype=int), 2)
    with pytest.raises(ValueError, match=r"y is \(10,\) and fold \(9,\)"):
        leaks.cross_validate(x, y, np.zeros(9), 2)
