"""Logistic regressions, each by the method that suits its number of features."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize

Matrix = NDArray[Any]


def multinomial(
    features: Matrix, classes: Sequence[str], labels: Sequence[str], penalty: float = 1e-3, steps: int = 200
) -> tuple[Matrix, Matrix]:
    """Weights (classes, features) and biases of a multinomial regression with an L2 penalty on rows, which may be sparse, by at most
    so many steps of L-BFGS.

    Products are computed with 32 bits, which takes half the time.
    """
    count, width = features.shape
    ones = np.ones((count, 1), dtype=np.float32)
    x = sparse.hstack([features, ones]).tocsr() if sparse.issparse(features) else np.hstack([features, ones])
    x = x.astype(np.float32)
    y = np.eye(len(classes), dtype=np.float32)[[classes.index(label) for label in labels]]

    def loss(flat: Matrix) -> tuple[float, Matrix]:
        weights = flat.reshape(len(classes), -1)
        logits = x @ weights.T.astype(np.float32)
        logits -= logits.max(axis=1, keepdims=True)
        whole = np.log(np.exp(logits).sum(axis=1, keepdims=True))
        shares = np.exp(logits - whole)
        kept = weights * ([1.0] * width + [0.0])
        value = float((y * (whole - logits)).sum() / count + penalty / 2 * (kept**2).sum())
        return value, ((shares - y).T @ x / count + penalty * kept).ravel().astype(np.float64)

    found = minimize(
        loss, np.zeros(len(classes) * (width + 1)), jac=True, method="L-BFGS-B", options={"maxiter": steps}
    )
    weights = found.x.reshape(len(classes), -1)
    return weights[:, :-1], weights[:, -1]


def logistic(
    features: Matrix, labels: Matrix, importance: Matrix, penalty: float = 1e-3, steps: int = 200
) -> tuple[Matrix, float]:
    """Weights and bias of a regression with an L2 penalty on rows, which may be sparse, that weigh differently; by at most so many
    steps of L-BFGS with 32 bits.
    """
    x, signs = features.astype(np.float32), np.where(labels > 0, 1.0, -1.0)

    def loss(flat: Matrix) -> tuple[float, Matrix]:
        weights, bias = flat[:-1], flat[-1]
        margins = signs * (x @ weights.astype(np.float32) + bias)
        pull = -signs * importance / (1 + np.exp(np.clip(margins, -30, 30))) / x.shape[0]
        value = float((importance * np.logaddexp(0, -margins)).sum() / x.shape[0] + penalty / 2 * (weights**2).sum())
        return value, np.append(x.T @ pull.astype(np.float32) + penalty * weights, pull.sum()).astype(np.float64)

    found = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": steps})
    return found.x[:-1], float(found.x[-1])


def binary(features: Matrix, labels: Matrix, penalty: float = 1e-2, steps: int = 60) -> tuple[Matrix, float]:
    """Weights and bias of a regression on features of any scale, by Newton's method on standardised ones."""
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    x = np.hstack([(features - mean) / spread, np.ones((len(features), 1))])
    ridge = np.diag([penalty] * features.shape[1] + [0.0])
    weights = np.zeros(x.shape[1])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        gradient = x.T @ (p - labels) / len(x) + ridge @ weights
        curvature = (x * (p * (1 - p))[:, None]).T @ x / len(x) + ridge + 1e-9 * np.eye(len(weights))
        weights -= np.linalg.solve(curvature, gradient)
    raw = weights[:-1] / spread
    return raw, float(weights[-1] - raw @ mean)


def listwise(groups: Sequence[tuple[Matrix, Matrix]], penalty: float = 1e-3, steps: int = 400) -> Matrix:
    """Weights under which, in each group (rows of features, which are right), the right rows weigh most (softmax).

    Features may have any scale: they are brought to one spread within their groups, and the penalty is on that scale.
    """
    spread = np.sqrt(np.mean([x.var(axis=0) for x, _ in groups], axis=0)) + 1e-9
    told = [((x - x.max(axis=0)) / spread, right) for x, right in groups if right.any()]
    weights = np.ones(told[0][0].shape[1])
    before = weights.copy()
    for step in range(steps):
        ahead = weights + step / (step + 3) * (weights - before)
        gradient = 2 * penalty * ahead
        for x, right in told:
            gradient += x.T @ _shares(x @ ahead) / len(told)
            gradient -= x[right].T @ _shares(x[right] @ ahead) / len(told)
        before, weights = weights, ahead - 0.2 * gradient
    result: Matrix = weights / spread
    return result


def _shares(logits: Matrix) -> Matrix:
    shares = np.exp(logits - logits.max())
    result: Matrix = shares / shares.sum()
    return result


def area_under_curve(scores: Matrix, labels: Matrix) -> float:
    """The probability that a right one scores higher than a wrong one."""
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    positive = labels.astype(bool)
    n, m = int(positive.sum()), int((~positive).sum())
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * m)) if n and m else float("nan")
