"""Summaries made of arrays, for the tests."""

import numpy as np

from losscheck.diagnose import diagnose
from losscheck.options import make_options
from losscheck.results import Columns, InputInfo
from losscheck.summary import Folder, sample_of
from losscheck.summary.folding import Center


def summarize(residual, prediction=None, *, target=None, center=None, block=None):
    residual = np.asarray(residual, dtype=float)
    columns = {"residual": residual}
    names = {"residual": "r"}
    if prediction is not None:
        prediction = np.asarray(prediction, dtype=float)
        target = prediction + residual if target is None else target
        columns = {"residual": target - prediction, "target": target, "prediction": prediction}
        names = {"target": "y", "prediction": "f"}
    folder = Folder(Center(*(center or (0.0, 0.0))))
    block = block or residual.size
    for start in range(0, residual.size, block):
        folder.add({role: values[start : start + block] for role, values in columns.items()})
    return folder.summary(InputInfo((), residual.size, 0, Columns(**names)), (), ())


def report_on(summary, loss="mse"):
    return diagnose(sample_of(summary), make_options(loss, "any", 0.8, 0.05, "heldout"))
