"""Fitting of `LinearModel`, for training alone: needs scikit-learn (extra ``train``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import MissingError
from analyzer.labels.linear import LinearModel

Array = NDArray[np.float64]
Ids = NDArray[np.int64]
Mask = NDArray[np.bool_]

RARE = 3
"""A feature must occur in this many rows."""


UNKNOWN = -30.0
"""The score of a class that a model has not met."""


class Collector:
    """Numbers feature names in the order in which they first come."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def __call__(self, names: Sequence[str]) -> Ids:
        """Return the numbers of ``names``."""
        numbers = self.numbers
        return np.array([numbers.setdefault(name, len(numbers)) for name in names], np.int64)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows weighed and scaled as `LinearModel` does it, as a sparse matrix."""

    values: Any
    names: tuple[str, ...]
    idf: Array

    def without(self, rows: Mask) -> Matrix:
        """Return the other rows."""
        return Matrix(self.values[~rows], self.names, self.idf)


@dataclass(frozen=True, slots=True)
class Head:
    """What one head learns."""

    target: NDArray[np.str_]
    """Of each row."""
    strength: float
    """Inverse of the regularisation (scikit-learn's C)."""
    where: Mask | None = None
    """The rows it learns from; all if not given."""
    weight: Array | None = None
    """Of each row; all alike if not given."""


def require_sklearn() -> None:
    """Raise where scikit-learn is not installed.

    Raises:
        MissingError: with the command that mends it.

    """
    try:
        import sklearn  # noqa: F401
    except ImportError:
        raise MissingError("training needs scikit-learn: pip install 'coaching-analyzer[train]'") from None


def matrix_of(found: Sequence[Ids], collector: Collector) -> Matrix:
    """Return the rows as a matrix over the features that are not rare."""
    counts = Counter(int(n) for row in found for n in np.unique(row))
    names = list(collector.numbers)
    kept = np.array([n for n in range(len(names)) if counts[n] >= RARE], np.int64)
    seen = np.array([counts[int(n)] for n in kept])
    idf = np.log((1 + len(found)) / (1 + seen)) + 1
    return _weigh(found, kept, tuple(names[n] for n in kept), idf, len(names))


def _weigh(found: Sequence[Ids], kept: Ids, names: tuple[str, ...], idf: Array, total: int) -> Matrix:
    from scipy.sparse import csr_matrix

    number = np.full(total, -1, np.int64)
    number[kept] = np.arange(len(kept))
    indices, values, ends = [], [], [0]
    for row in found:
        ids, counts = np.unique(number[row], return_counts=True)
        ids, counts = ids[ids >= 0], counts[ids >= 0]
        weighed = (1 + np.log(counts)) * idf[ids]
        indices.append(ids)
        values.append(weighed / (np.sqrt(weighed @ weighed) or 1.0))
        ends.append(ends[-1] + len(ids))
    sparse = csr_matrix((np.concatenate(values), np.concatenate(indices), ends), shape=(len(found), len(kept)))
    return Matrix(sparse, names, idf)


def prune(found: Sequence[Ids], collector: Collector, matrix: Matrix, head: Head, features: int) -> Matrix:
    """Return the matrix over the ``features`` that have most weight in a head."""
    weights, _, _ = fit(matrix, head)
    best = np.sort(np.argsort(-(weights**2).sum(axis=1), kind="stable")[:features])
    kept = np.array([collector.numbers[matrix.names[n]] for n in best], np.int64)
    names = tuple(matrix.names[n] for n in best)
    return _weigh(found, kept, names, matrix.idf[best], len(collector.numbers))


def fit(matrix: Matrix, head: Head) -> tuple[Array, Array, tuple[str, ...]]:
    """Return weights (features, classes), intercepts and classes of a multinomial logistic regression."""
    from sklearn.linear_model import LogisticRegression

    rows = head.where if head.where is not None else np.ones(len(head.target), bool)
    weight = None if head.weight is None else head.weight[rows]
    learner = LogisticRegression(C=head.strength, max_iter=300)
    fitted = learner.fit(matrix.values[rows], head.target[rows], sample_weight=weight)
    weights, intercept = fitted.coef_.T, fitted.intercept_
    if weights.shape[1] == 1:  # two classes share one column
        weights, intercept = np.hstack([-weights / 2, weights / 2]), np.array([-intercept[0] / 2, intercept[0] / 2])
    return weights, intercept, tuple(str(one) for one in fitted.classes_)


def fit_all(matrix: Matrix, heads: dict[str, Head]) -> LinearModel:
    """Return a model with all heads, weights in eight bits; its facts are empty yet."""
    fitted = {name: fit(matrix, head) for name, head in heads.items()}
    weights = np.concatenate([one[0] for one in fitted.values()], axis=1)
    scale = np.abs(weights).max(axis=0) / 127
    return LinearModel(
        names=matrix.names,
        idf=matrix.idf.astype(np.float16).astype(np.float32),
        weights=np.round(weights / scale).astype(np.int8),
        scale=scale.astype(np.float32),
        intercept=np.concatenate([one[1] for one in fitted.values()]).astype(np.float32),
        heads={name: one[2] for name, one in fitted.items()},
        facts={},
    )


def joined(models: Mapping[str, LinearModel]) -> LinearModel:
    """Return several models as one, for kinds of rows that share no feature; each one's names get its own in front."""
    parts = models.values()
    weights = np.zeros((sum(len(one.names) for one in parts), sum(len(one.scale) for one in parts)), np.int8)
    down = across = 0
    for one in parts:
        rows, columns = one.weights.shape
        weights[down : down + rows, across : across + columns] = one.weights
        down, across = down + rows, across + columns
    return LinearModel(
        names=tuple(f"{kind}|{name}" for kind, one in models.items() for name in one.names),
        idf=np.concatenate([one.idf for one in parts]),
        weights=weights,
        scale=np.concatenate([one.scale for one in parts]),
        intercept=np.concatenate([one.intercept for one in parts]),
        heads={head: classes for one in parts for head, classes in one.heads.items()},
        facts={},
    )


def held_out(matrix: Matrix, head: Head, fold: Ids, folds: int) -> Array:
    """Return each row's scores from a model that has not seen its fold; the columns are the classes in order."""
    classes = sorted(set(head.target[head.where] if head.where is not None else head.target))
    scores = np.full((len(head.target), len(classes)), UNKNOWN)
    for number in range(folds):
        inside = fold == number
        where = ~inside if head.where is None else ~inside & head.where
        weights, intercept, known = fit(matrix, Head(head.target, head.strength, where, head.weight))
        columns = [classes.index(one) for one in known]
        scores[np.ix_(inside, columns)] = matrix.values[inside] @ weights + intercept
    return scores


def isotonic(at: Sequence[float], right: Sequence[float]) -> list[list[float]]:
    """Return the corners of an isotonic curve from certainty to the share that is right."""
    from sklearn.isotonic import IsotonicRegression

    curve = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(at, right)
    return [[round(float(x), 4) for x in curve.X_thresholds_], [round(float(y), 4) for y in curve.y_thresholds_]]
