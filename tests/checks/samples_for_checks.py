"""Samples made by hand, for the tests of the checks."""

import numpy as np

from losscheck.results import Columns, InputInfo
from losscheck.sample import Sample


def make_sample(residual, prediction=None, **fields):
    residual = np.asarray(residual, dtype=float)
    n = residual.size
    if prediction is not None:
        prediction = np.asarray(prediction, dtype=float)
        fields.setdefault("target", prediction + residual)
    return Sample(
        residual=residual,
        row=np.arange(1, n + 1),
        info=InputInfo(files=(), rows=n, rows_used=n, columns=Columns()),
        prediction=prediction,
        **fields,
    )


def find_check(name):
    from losscheck.checks import CHECKS

    return next(check for check in CHECKS if check.id == name)


def result_of(name, *args, alpha=0.05, **fields):
    return find_check(name).result(make_sample(*args, **fields), alpha)
