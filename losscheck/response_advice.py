"""The words of the verdict where the target's own domain decides, with this file's numbers."""

from __future__ import annotations

from losscheck.checks.wording import figure, percent
from losscheck.contest import Contest, Kind, Standing, kind_of
from losscheck.estimand import Shift
from losscheck.facts import Facts
from losscheck.families import regression_family_named
from losscheck.numeric.variance_slope import VarianceSlope
from losscheck.response_rules import atom_share, standing_for
from losscheck.rule import Choice, Request

NORMAL_REACH = 1.959964


def write_own(switch: str, choice: Choice, facts: Facts, request: Request, cost: str) -> str:
    """Return what to do where a likelihood of the target's own domain is the likeliest, and how far ahead it is."""
    standing, contest = standing_for(facts, request), facts.contest
    if standing is None or contest is None:
        return ""
    family = standing.best.family
    log = " (train on the logarithm of the target)" if kind_of(family) is Kind.LOG else ""
    median = " It aims at the median, as you asked." if choice.loss == "mae" else ""
    return f"{switch}{log}: {family.assumption}.{median} {_ahead(standing)}{cost}"


def _ahead(standing: Standing) -> str:
    """Return by how many nats a row the family is ahead of the best noise of a constant scale."""
    rival = regression_family_named(standing.rival)
    return (
        f"A row is {figure(standing.nats_gained)} nats likelier than under the best noise of a constant scale "
        f"({rival.title})."
    )


def write_zeros_first(switch: str, choice: Choice, facts: Facts, request: Request) -> str:
    """Return what to do about targets of which many sit on an end of their range."""
    standing, contest = standing_for(facts, request), facts.contest
    if standing is None or contest is None:
        return ""
    target = contest.target
    value = target.lowest if target.low_atom else target.highest
    second = f" and at {figure(target.highest)}" if target.low_atom and target.high_atom else ""
    return (
        f"{switch}: {percent(atom_share(facts))} of the targets are exactly {figure(value)}{second}, which no noise "
        f"added to a prediction explains, and nothing else matters until the loss knows it. Likeliest here: "
        f"{standing.best.family.assumption}."
    )


def write_slope(slope: VarianceSlope) -> str:
    """Return how the variance follows the mean, and what each loss would have it be."""
    low, high = (slope.p + sign * NORMAL_REACH * slope.se for sign in (-1, 1))
    return (
        f"the variance grows as the prediction to the power {slope.p:.2f} [{low:.2f}, {high:.2f}]: 0 is what MSE "
        "assumes, 1 Poisson, 2 gamma and log-normal, 3 inverse Gaussian"
    )


def write_impossible(contest: Contest) -> str:
    """Return what predictions that the target can never reach say."""
    below = "at or below 0" if not contest.target.unit else "outside of 0 to 1"
    return (
        f"{contest.impossible:,} of {contest.all_rows:,} predictions are {below} or as good as that, where no target "
        "is: they are left out of the comparison, and speak for a link that cannot predict them (exp, sigmoid)"
    )


def write_smearing(contest: Contest) -> str:
    """Return what takes predictions of the logarithm back to the mean."""
    return (
        f"exponentiated predictions are medians: times {contest.smearing:.3f}, the mean of exp(residual), they are "
        "means (Duan's smearing)"
    )


def write_shifts(shifts: tuple[Shift, ...]) -> str:
    """Return what MAE and Huber would predict instead of the mean, in the target's units."""
    parts = []
    for shift in shifts:
        side = "below" if shift.value < 0 else "above"
        share = f" ({percent(abs(shift.value / shift.mean))} of it)" if shift.mean > 0 else ""
        name = "MAE" if shift.loss == "mae" else "Huber's loss"
        parts.append(
            f"with {name} on this noise predictions would sit {figure(abs(shift.value))} {side} the mean{share}"
        )
    return ", ".join(parts)
