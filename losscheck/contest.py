"""The contest of likelihoods of the target given its prediction, on one scale of nats per row."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from losscheck.families.family import Family, View
from losscheck.families.pair_fitting import FittedPairs, fit_noise, fit_response
from losscheck.families.response_family import Domain, ResponseFamily
from losscheck.families.responses import RESPONSE_FAMILIES
from losscheck.numeric.censoring import latent_mean
from losscheck.numeric.lazy import Array, np
from losscheck.numeric.ordered import median_of, rows_where, share_where, taken
from losscheck.numeric.pairs import Pairs, make_pairs
from losscheck.numeric.variance_slope import VarianceSlope, fit_variance_slope
from losscheck.preparation import Prepared
from losscheck.ranking import LOGS, SCALE_HEADS, FamilyFits
from losscheck.results import Fit
from losscheck.sample import Sample
from losscheck.target import Target, describe_target, domain_pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

PLAIN = ("normal", "student_t", "laplace")
"""Noise of a constant scale that always competes; the likeliest of all such families does too."""
MOST_IMPOSSIBLE = 0.25
"""Beyond this share of impossible predictions the others are not the same problem any more."""
FEWEST_ROWS = 30
UNBENDING_ROUNDS = 3
POSITIVE_ODDS = 1 / 3
"""Prior odds that errors of a positive target are relative, as of a changing scale: heights are positive and normal."""
SMOOTH_COUNT = 0.1
"""Share of Poisson's variance in that of a count, at the median, below which it may as well be a positive amount."""
TIED_SE, TIED_NATS = 2.0, 3.0
"""Losses are tied within two standard errors of the paired difference, or within odds of 20 : 1 (3 nats in all)."""
SCALE_HEAD_LEEWAY = 0.03
"""Nats a row that a single-output likelihood of the target's own domain may be behind a scale head (docs/decision.md):
retrained it was ahead by 0.1 to 1.5."""


class Kind(Enum):
    """The kinds of contenders among which the rules tell."""

    OWN = "own"  # a likelihood of the target's own domain
    LOG = "log"  # noise of the log ratio
    HEAD = "head"  # noise whose scale the model predicts too
    PLAIN = "plain"  # noise of a constant scale


def kind_of(family: ResponseFamily | Family) -> Kind:
    """Return which kind of contender a family is."""
    if isinstance(family, ResponseFamily):
        return Kind.OWN
    return {View.LOG_RATIO: Kind.LOG, View.SCALED: Kind.HEAD, View.RESIDUAL: Kind.PLAIN}[family.view]


@dataclass(frozen=True)
class Standing:
    """How the best single-output likelihood that is not plain noise stands against the others."""

    best: FittedPairs
    probability: float
    head_lead: float
    nats_gained: float
    rival: str
    tied: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Contest:
    """All contenders on the same pairs, the least BIC first; `impossible` predictions were left out of them."""

    target: Target
    pairs: Pairs
    rows: int
    impossible: int
    all_rows: int
    entries: tuple[FittedPairs, ...]
    slope: VarianceSlope | None
    tempering: float

    def best(self, kinds: Iterable[Kind], mean_only: bool = False) -> FittedPairs | None:
        """Return the likeliest contender of these kinds; `mean_only`: whose loss is consistent for the mean."""
        wanted = tuple(kinds)
        found = (
            entry
            for entry in self.entries
            if kind_of(entry.family) in wanted and (not mean_only or aims_at_mean(entry.family))
        )
        return next(found, None)

    def standing(self, mean_only: bool = False) -> Standing | None:
        """Return how the best of own and log likelihoods stands; None where there is none."""
        best = self.best((Kind.OWN,) if mean_only else (Kind.OWN, Kind.LOG), mean_only)
        if best is None:
            return None
        best = self._preferred(best)
        plain, head = self.best((Kind.PLAIN,)), self.best((Kind.HEAD,))
        counts = isinstance(best.family, ResponseFamily) and best.family.domain is not Domain.POSITIVE
        prior = 0.0 if counts else math.log(POSITIVE_ODDS)
        log_odds = math.inf if plain is None else prior + self.tempering * (plain.fit.bic - best.fit.bic) / 2
        return Standing(
            best,
            1 / (1 + math.exp(-min(max(log_odds, -50.0), 50.0))),
            -math.inf if head is None else best.fit.score - head.fit.score,
            0.0 if plain is None else plain.fit.score - best.fit.score,
            "" if plain is None else plain.family.id,
            self.tied_with(best),
        )

    def _preferred(self, best: FittedPairs) -> FittedPairs:
        """Return what is taken instead of a likelihood that it cannot be told from, or the likelihood itself.

        Whole numbers without a 0 whose variance is hardly Poisson's are amounts rounded. A cut is a story about what
        nobody saw: true zeros, or shares of nothing and all, need none.
        """
        family = best.family
        if not isinstance(family, ResponseFamily):
            return best
        wanted: tuple[Domain, ...] = ()
        if family.domain is Domain.COUNT and self.target.zeros == 0:
            middle = np.array([self.target.median])
            poisson_share = float(middle[0] / family.variance(middle, *best.shapes, *best.known)[0])
            wanted = (Domain.POSITIVE,) if poisson_share <= SMOOTH_COUNT else ()
        elif family.domain is Domain.CENSORED:
            wanted = (Domain.CLOSED_UNIT, Domain.NON_NEGATIVE)
        own = (e for e in self.entries if isinstance(e.family, ResponseFamily) and e.family.domain in wanted)
        return next((entry for entry in own if self.tells_not(entry, best)), best)

    def tied_with(self, best: FittedPairs) -> tuple[str, ...]:
        """Return the losses that these rows cannot tell from that of `best`, the nearest first."""
        return tuple(
            entry.family.loss.id
            for entry in sorted(self.entries, key=lambda entry: entry.fit.score)
            if entry is not best and kind_of(entry.family) is not Kind.HEAD and self.tells_not(entry, best)
        )

    def tells_not(self, entry: FittedPairs, best: FittedPairs) -> bool:
        """Return whether an entry is within two paired standard errors of `best`, or within odds of 20 : 1."""
        difference = entry.rows - best.rows
        behind = self.pairs.mean(difference)
        se = math.sqrt(self.pairs.mean((difference - behind) ** 2) / self.pairs.n)
        return behind <= max(TIED_SE * se, TIED_NATS / self.pairs.n)

    @property
    def smearing(self) -> float:
        """Return mean over median of target/prediction by Duan's smearing: the mean of exp(residual of logs)."""
        residual = np.log(self.pairs.target) - self.pairs.log_prediction
        return self.pairs.mean(np.exp(residual - self.pairs.mean(residual)))

    @property
    def grows(self) -> bool:
        """True where the variance is seen to grow with the prediction, beyond two standard errors."""
        return self.slope is not None and self.slope.p > TIED_SE * self.slope.se

    @cached_property
    def by_id(self) -> dict[str, FittedPairs]:
        """The contenders by family id."""
        return {entry.family.id: entry for entry in self.entries}

    def rank(self, others: tuple[Fit, ...]) -> tuple[Fit, ...]:
        """Put the own likelihoods among the fits to all residuals, the best first.

        Where contenders saw fewer rows, theirs are set off against the normal's, which is in both rankings.
        """
        own = [entry.fit for entry in self.entries if kind_of(entry.family) is Kind.OWN]
        mine, theirs = self.by_id.get("normal"), {fit.family: fit for fit in others}
        if mine is None:  # with an atom in the target no density is comparable
            return tuple(sorted(own, key=lambda fit: fit.score))
        shift = theirs["normal"].score - mine.fit.score if "normal" in theirs else 0.0
        note = f"on the {self.rows} of {self.all_rows} rows whose prediction is possible" if self.impossible else ""
        own = [
            replace(fit, score=fit.score + shift, note="; ".join(part for part in (fit.note, note) if part))
            for fit in own
        ]
        logs = {
            fit.family: replace(fit, score=self.by_id[fit.family].fit.score + shift)
            for fit in others
            if fit.family in LOGS and fit.family in self.by_id
        }
        return tuple(sorted((*own, *(logs.get(fit.family, fit) for fit in others)), key=lambda fit: fit.score))


def aims_at_mean(family: ResponseFamily | Family) -> bool:
    """Return whether the family's loss is consistent for the mean of any distribution."""
    return family.mean_consistent if isinstance(family, ResponseFamily) else family.elicits.startswith("mean")


def hold_contest(sample: Sample, prepared: Prepared, fits: FamilyFits) -> Contest | None:
    """Fit every likelihood that the target's domain allows on the same pairs; None where it allows no more than noise.

    A material trend of the mean is taken out of the predictions, as it is of the residuals.
    """
    joint, targets = domain_pairs(sample), sample.target_values
    if targets is None or joint is None or sample.n < FEWEST_ROWS:
        return None
    if joint.target is None or joint.prediction is None:
        return None
    target = describe_target(targets)
    domains = target.domains()
    mended = prepared.material and not target.atomic  # a cut bends the mean: that is no fault of the predictions
    prediction = joint.prediction + prepared.trend.fitted(joint.prediction) if mended else joint.prediction
    families = [family for family in RESPONSE_FAMILIES if family.domain in domains]
    possible = _possible(target, prediction, joint.count)
    if target.atomic and share_where(possible, joint.count) < 1 - MOST_IMPOSSIBLE:
        families = [family for family in families if family.domain is Domain.CENSORED]  # of what lies behind the cut
        possible = np.ones(prediction.size, bool)
    rows = rows_where(possible, joint.count)
    impossible = sample.n - rows
    if not families or impossible > MOST_IMPOSSIBLE * sample.n or rows < FEWEST_ROWS:
        return None
    weight = taken(joint.mass, possible)
    y, f = joint.target[possible], prediction[possible]
    if bool((y == y[0]).all()):
        return None
    pairs = make_pairs(y, f, weight, _width(target, prepared))
    own = [fitted for family in families for fitted in _fit_own(family, pairs, target)]
    noise = [] if target.atomic else _fit_noise(pairs, prepared, fits, target)
    finite = [entry for entry in (*own, *noise) if math.isfinite(entry.fit.bic) and math.isfinite(entry.fit.score)]
    entries = tuple(sorted(finite, key=lambda entry: entry.fit.bic))
    slope = fit_variance_slope(pairs) if (f > 0).all() else None
    return Contest(target, pairs, rows, impossible, sample.n, entries, slope, prepared.tempering)


def _width(target: Target, prepared: Prepared) -> float:
    """Return the rounding step of the targets where it is coarse enough to matter; counts always have theirs."""
    return target.step if target.count else prepared.step


def _possible(target: Target, prediction: Array, count: Array | None) -> NDArray[np.bool_]:
    """Return which predictions a positive or bounded mean can have.

    A model whose predictions go below 0 says as little just above: half of the impossible ones reach as far down.
    """
    if target.lowest < 0 or (target.atomic and target.lowest != 0):
        return np.ones(prediction.size, bool)
    below = prediction <= 0
    floor = -median_of(prediction[below], taken(count, below)) if below.any() else 0.0
    possible: NDArray[np.bool_] = (prediction > 0) & (prediction >= floor)
    if target.unit:
        possible &= prediction < 1
    return possible


def _fit_own(family: ResponseFamily, pairs: Pairs, target: Target) -> list[FittedPairs]:
    """Return the fit of a family, with the likeliest of the bounds that the target may have."""
    if family.domain is Domain.CENSORED:
        return [fit_censored(family, pairs, target)]
    if family.domain is not Domain.BOUNDED_COUNT:
        return [fit_response(family, pairs)]
    top = float(pairs.prediction.max())
    found = [fit_response(family, pairs, (bound,)) for bound in target.bounds() if top < bound]
    return [min(found, key=lambda fitted: fitted.fit.bic)] if found else []


def fit_censored(family: ResponseFamily, pairs: Pairs, target: Target) -> FittedPairs:
    """Fit a censored family to predictions of the quantity before the cut, or of what is recorded: the likelier.

    A model trained on recorded targets predicts their mean, which the cut bends; sigma unbends it, in a few rounds.
    """
    low = target.lowest if target.low_atom else -math.inf
    high = target.highest if target.high_atom else math.inf
    latent = fit_response(family, pairs, (low, high))
    f = pairs.prediction
    if not ((f > low) & (f < high)).all():
        return latent
    unbent = latent
    for _ in range(UNBENDING_ROUNDS):
        before = replace(pairs, prediction=latent_mean(f, unbent.shapes[0], low, high))
        unbent = fit_response(family, before, (low, high))
    return min((latent, unbent), key=lambda fitted: fitted.fit.bic)


def _fit_noise(pairs: Pairs, prepared: Prepared, fits: FamilyFits, target: Target) -> list[FittedPairs]:
    """Return the noise families on the pairs: plain ones, scale heads and, of positive targets, log ratios."""
    fitted_all = [fits.fitted(name) for name in fits.ids if name not in (*SCALE_HEADS, *LOGS)]
    # An edge or spike narrower than the step would hide between the nodes of an interval: no probability, but more.
    seen = [each for each in fitted_all if each.family.id in PLAIN or each.theta[1] >= pairs.width]
    likeliest = min(seen, key=lambda each: each.fit.bic).family.id
    names = list(dict.fromkeys((*PLAIN, likeliest)))
    covariate = np.zeros(pairs.target.size)
    if prepared.gate is not None:
        covariate = prepared.gate.fit.standardise(pairs.prediction)
        names += [name for name in SCALE_HEADS if name in fits.ids]
    found = []
    for name in names:
        fitted = fits.fitted(name)
        found.append(fit_noise(fitted.family, pairs, prepared.residuals, covariate, fitted.theta))
    if target.lowest > 0 and (pairs.prediction > 0).all():
        found += _fit_logs(pairs, prepared, fits)
    return found


def _fit_logs(pairs: Pairs, prepared: Prepared, fits: FamilyFits) -> list[FittedPairs]:
    """Return the log-normal and the log-t, from their fits to all rows whose prediction is positive."""
    blank = np.zeros(pairs.target.size)
    fitted = [fits.fitted(name) for name in LOGS if name in fits.ids]
    return [fit_noise(each.family, pairs, prepared.residuals, blank, each.theta) for each in fitted]
