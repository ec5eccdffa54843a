"""Likelihoods of targets given predictions, one declaration a file; `RESPONSE_FAMILIES` is the table of contents."""

from losscheck.families.response_family import ResponseFamily
from losscheck.families.responses.beta import BETA
from losscheck.families.responses.binomial import BINOMIAL
from losscheck.families.responses.gamma import GAMMA
from losscheck.families.responses.hurdle_gamma import HURDLE_GAMMA
from losscheck.families.responses.hurdle_lognormal import HURDLE_LOGNORMAL
from losscheck.families.responses.inverse_gaussian import INVERSE_GAUSSIAN
from losscheck.families.responses.negative_binomial import NEGATIVE_BINOMIAL
from losscheck.families.responses.negative_binomial_1 import NEGATIVE_BINOMIAL_1
from losscheck.families.responses.poisson import POISSON
from losscheck.families.responses.tobit import TOBIT
from losscheck.families.responses.tweedie import TWEEDIE
from losscheck.families.responses.weibull import WEIBULL
from losscheck.families.responses.zero_inflated_poisson import ZERO_INFLATED_POISSON
from losscheck.families.responses.zero_one_inflated_beta import ZERO_ONE_INFLATED_BETA

RESPONSE_FAMILIES: tuple[ResponseFamily, ...] = (
    POISSON,
    NEGATIVE_BINOMIAL,
    NEGATIVE_BINOMIAL_1,
    ZERO_INFLATED_POISSON,
    BINOMIAL,
    GAMMA,
    INVERSE_GAUSSIAN,
    WEIBULL,
    TWEEDIE,
    HURDLE_GAMMA,
    HURDLE_LOGNORMAL,
    BETA,
    ZERO_ONE_INFLATED_BETA,
    TOBIT,
)
