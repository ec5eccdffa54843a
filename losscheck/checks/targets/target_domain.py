"""What the domain of the targets rules out; decided with the verdict, which knows the likelihoods."""

from __future__ import annotations

from losscheck.checks.check import BEFORE, Check
from losscheck.results import Status

CHECK = Check(
    id="target_domain",
    code="LC708",
    title="Domain of the targets",
    question="Which likelihoods give the targets that occur any chance at all?",
    null="No target lies where the likelihood behind MSE has nothing: targets are continuous, without a pile at an end "
    "of their range.",
    why="It is the one thing that targets say about the loss before there is a model: a gamma has no zeros, a Poisson "
    "no fractions, and no density gives a single value the chance that a tenth of the rows have. What is left is "
    "for the residuals to decide.",
    advice="Do not train with a loss that is ruled out as a likelihood, unless you want its functional (the mean, the "
    "median) alone. Among those that are left, train a first model and look at its residuals.",
    misleads="These are the targets of this file: a zero that did not occur yet may occur later, and placeholders for "
    "missing values (0, -1, 999) rule out likelihoods that are right.",
    references=(
        "McCullagh & Nelder 1989, Generalized Linear Models, doi:10.1007/978-1-4899-3242-6",
        "Gneiting 2011, Making and evaluating point forecasts, doi:10.1198/jasa.2011.r10138",
    ),
    worst=Status.NOTE,
    run=None,
    tasks=BEFORE,
    varies=False,
)
