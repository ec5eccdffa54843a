"""Likelihoods of targets given predictions, one declaration a file; `RESPONSE_FAMILIES` is the table of contents."""

from losscheck.families.response_family import ResponseFamily
from losscheck.families.responses.gamma import GAMMA
from losscheck.families.responses.negative_binomial import NEGATIVE_BINOMIAL
from losscheck.families.responses.poisson import POISSON

RESPONSE_FAMILIES: tuple[ResponseFamily, ...] = (
    POISSON,
    NEGATIVE_BINOMIAL,
    GAMMA,
)
