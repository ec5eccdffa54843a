"""All families fitted to one sample, each when it is first asked for, on one scale of nats per row."""

from __future__ import annotations

import math
from dataclasses import replace

from losscheck.families import FAMILIES, family_named
from losscheck.families.family import View
from losscheck.families.fitting import FittedFamily, fit_family
from losscheck.numeric.points import Points
from losscheck.posterior import Posterior
from losscheck.preparation import Prepared
from losscheck.results import Fit

SCALE_HEADS = ("heteroscedastic_normal", "heteroscedastic_t")
LOGS = ("lognormal", "log_t")


class FamilyFits:
    """The maximum-likelihood fits of every family that the sample allows."""

    def __init__(self, prepared: Prepared, posterior: Posterior) -> None:
        """Take the points to fit on; nothing is fitted yet."""
        self._prepared = prepared
        self._posterior = posterior
        self._same_points = prepared.shape is prepared.residuals
        self._fitted: dict[str, FittedFamily] = {}
        allowed = {View.RESIDUAL: True, View.SCALED: prepared.cells is not None, View.LOG_RATIO: bool(prepared.logs)}
        self.ids = tuple(family.id for family in FAMILIES if allowed[family.view])

    @property
    def residuals(self) -> Points:
        """The points that families of plain residuals are fitted to."""
        return self._prepared.residuals

    def fitted(self, family_id: str) -> FittedFamily:
        """Return the fit of one of `ids`."""
        if family_id not in self._fitted:
            self._fitted[family_id] = self._fit(family_id)
        return self._fitted[family_id]

    def _fit(self, family_id: str) -> FittedFamily:
        family, prepared = family_named(family_id), self._prepared
        if family.view is View.SCALED and prepared.cells is not None:
            return fit_family(family, prepared.cells)
        if family.view is View.LOG_RATIO and prepared.logs is not None:
            return fit_family(family, prepared.logs.ratios)
        scanned = self._posterior.scans.get(family_id) if self._same_points else None
        return fit_family(family, prepared.residuals, scanned)

    def ranked(self) -> tuple[Fit, ...]:
        """Return the summaries of all fits, the best held-out nats per row first.

        The weights are the posterior's; under a changing scale that is about other numbers than these fits.
        """
        weights = self._posterior.family_weights() if self._same_points else {}
        order = sorted((self.fitted(family_id) for family_id in self.ids), key=held_out)
        return tuple(
            replace(f.fit, weight=weights.get(f.family.id), note=self._note(f), score=held_out(f)) for f in order
        )

    def log_standing(self) -> tuple[str, float]:
        """Return the better log-scale family and its nats per row behind the best scale head, on the same rows."""
        logs = self._prepared.logs
        if logs is None or logs.cells is None:
            return "", math.inf
        best = min(LOGS, key=lambda name: self.fitted(name).fit.bic)
        if logs.rows == self._prepared.rows:
            heads = [held_out(self.fitted(name)) for name in SCALE_HEADS]
        else:
            heads = [held_out(fit_family(family_named(name), logs.cells)) for name in SCALE_HEADS]
        return best, held_out(self.fitted(best)) - min(heads)

    def _note(self, fitted: FittedFamily) -> str:
        logs, rows = self._prepared.logs, self._prepared.rows
        if fitted.family.view is not View.LOG_RATIO or logs is None or logs.rows == rows:
            return fitted.fit.note
        partial = f"on the {logs.rows} of {rows} rows whose prediction is positive"
        return "; ".join(part for part in (fitted.fit.note, partial) if part)


def held_out(fitted: FittedFamily) -> float:
    """Return the nats per row that a fit is ranked by: held-out, or half of AIC where there is no such estimate."""
    fit = fitted.fit
    if fit.heldout_nll_per_row is not None and math.isfinite(fit.heldout_nll_per_row.value):
        return fit.heldout_nll_per_row.value
    rows = -fitted.loglik / fit.nll_per_row if fit.nll_per_row else math.inf
    return fit.nll_per_row + fitted.n_parameters / rows
