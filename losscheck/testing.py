"""For test suites: an assertion that a loss matches the noise of a model's predictions."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from losscheck.gate import FailOn, open_gate
from losscheck.render import Verbosity
from losscheck.render.blocks import Document
from losscheck.render.document import build_document, show_code
from losscheck.render.terminal import write_document
from losscheck.results import InputError, Report, Status


def assert_loss_fits(
    target: Any = None,
    prediction: Any = None,
    loss: str | None = None,
    *,
    fail_on: str = "fail",
    fail_on_inconclusive: bool | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    **options: Any,
) -> Report:
    """Raise AssertionError where a check fails the gate, with verdict, checks and code; else return the report.

    `target` and `prediction` are arrays of equal length, or class labels (n,) and outputs (n, K); `loss` is what the
    model is trained with, 'mse' or 'huber:delta=1.0'. `fail_on` is 'fail', 'warn', 'inconclusive' or 'never'; `select`
    and `ignore` are codes or ids of checks, `options` the keywords of `losscheck.check`. Checks that the rows cannot
    decide are named in a UserWarning; with `fail_on_inconclusive` True they fail, with False nothing is said of them.
    Raises InputError for data or options that cannot be used: what cannot be checked has not passed.

    >>> import numpy as np
    >>> noise = np.random.default_rng(0).standard_normal(500)
    >>> assert_loss_fits(residual=noise, loss="mse").verdict.status.value
    'keep'
    """
    if fail_on not in tuple(FailOn):
        raise InputError(f"fail_on must be {', '.join(FailOn)}, it is {fail_on!r}")
    gate = open_gate(FailOn(fail_on), select, ignore, fail_on_inconclusive=bool(fail_on_inconclusive))
    from losscheck.diagnose import check

    report = gate.apply(check(target, prediction, loss=loss, **options))
    if report.failing:
        __tracebackhide__ = True
        raise AssertionError(_describe(report))
    open_checks = [check.id for check in report.checks if check.status is Status.INCONCLUSIVE]
    if open_checks and fail_on_inconclusive is None:
        warnings.warn(
            f"the rows are not enough to decide {', '.join(open_checks)}: not failed, but not passed either "
            "(fail_on_inconclusive=True fails them, False accepts them)",
            stacklevel=2,
        )
    return report


def _describe(report: Report) -> str:
    """Return what fails, the verdict, each failing check with its advice, and the code of the loss to train with."""
    failing = report.failing or ()
    title = f"{len(failing)} check{'s fail' if len(failing) > 1 else ' fails'}: {', '.join(failing)}"
    blocks = (*build_document(report, Verbosity.QUIET).blocks, *show_code(report.verdict.code))
    return f"{title}\n\n{write_document(Document(blocks))}"
