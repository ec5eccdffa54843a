"""For test suites: an assertion that a loss matches the noise of a model's predictions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from losscheck.gate import FailOn, open_gate
from losscheck.render.document import build_document
from losscheck.render.terminal import write_document
from losscheck.results import InputError, Report


def assert_loss_fits(
    target: Any = None,
    prediction: Any = None,
    loss: str | None = None,
    *,
    fail_on: str = "fail",
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    **options: Any,
) -> Report:
    """Raise AssertionError with the report where a check fails the gate; return the report where none does.

    `target` and `prediction` are arrays of equal length, or class labels (n,) and outputs (n, K); `loss` is what the
    model is trained with, 'mse' or 'huber:delta=1.0'. `fail_on` is 'fail', 'warn', 'inconclusive' or 'never'; `select`
    and `ignore` are codes or ids of checks, `options` the keywords of `losscheck.check`. Raises InputError for data or
    options that cannot be used: what cannot be checked has not passed.

    >>> import numpy as np
    >>> noise = np.random.default_rng(0).standard_normal(500)
    >>> assert_loss_fits(residual=noise, loss="mse").verdict.status.value
    'keep'
    """
    if fail_on not in tuple(FailOn):
        raise InputError(f"fail_on must be {', '.join(FailOn)}, it is {fail_on!r}")
    gate = open_gate(FailOn(fail_on), select, ignore)
    from losscheck.diagnose import check

    report = gate.apply(check(target, prediction, loss=loss, **options))
    if report.failing:
        __tracebackhide__ = True
        count = len(report.failing)
        title = f"{count} check{'s fail' if count > 1 else ' fails'}: {', '.join(report.failing)}"
        raise AssertionError(f"{title}\n\n{write_document(build_document(report))}")
    return report
