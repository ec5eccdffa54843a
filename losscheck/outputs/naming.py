"""What the names of the output columns say that their numbers are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from losscheck.sample import Numbers

if TYPE_CHECKING:
    from losscheck.sample import ClassSample

NAMES = (
    (re.compile(r"^(log_?prob|log_?p_|logp)", re.IGNORECASE), Numbers.LOG_PROBABILITIES),
    (re.compile(r"(^|_)(logits?|raw_?prediction|decision_function)(_|$|\d)", re.IGNORECASE), Numbers.LOGITS),
    (re.compile(r"(^|_)(percent|pct)(_|$)", re.IGNORECASE), Numbers.PERCENT),
    (re.compile(r"(^|_)(votes?|counts?)(_|$)", re.IGNORECASE), Numbers.VOTES),
)


def numbers_by_name(sample: ClassSample) -> Numbers | None:
    """Return what all output columns are called; None where their names promise nothing in particular.

    >>> from types import SimpleNamespace as Space
    >>> columns = Space(predictions=("logit_cat", "logit_dog"), prediction=None)
    >>> numbers_by_name(Space(info=Space(columns=columns)))
    <Numbers.LOGITS: 'logits'>
    """
    columns = sample.info.columns
    names = columns.predictions or ((columns.prediction,) if columns.prediction else ())
    found = {next((numbers for pattern, numbers in NAMES if pattern.search(name)), None) for name in names}
    return found.pop() if len(found) == 1 else None
