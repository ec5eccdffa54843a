"""The noise families: one declaration a file, and `FAMILIES`, their table of contents."""

from losscheck.families.asymmetric_laplace import ASYMMETRIC_LAPLACE
from losscheck.families.barron import BARRON
from losscheck.families.cauchy import CAUCHY
from losscheck.families.contaminated_normal import CONTAMINATED_NORMAL
from losscheck.families.family import Family
from losscheck.families.generalized_normal import GENERALIZED_NORMAL
from losscheck.families.gumbel import GUMBEL, GUMBEL_LEFT
from losscheck.families.heteroscedastic_normal import HETEROSCEDASTIC_NORMAL
from losscheck.families.heteroscedastic_t import HETEROSCEDASTIC_T
from losscheck.families.huber import HUBER
from losscheck.families.laplace import LAPLACE
from losscheck.families.log_t import LOG_T
from losscheck.families.logistic import LOGISTIC
from losscheck.families.lognormal import LOGNORMAL
from losscheck.families.normal import NORMAL
from losscheck.families.normal_mixture import NORMAL_MIXTURE
from losscheck.families.shifted_lognormal import SHIFTED_LOGNORMAL
from losscheck.families.skew_normal import SKEW_NORMAL
from losscheck.families.student_t import STUDENT_T
from losscheck.families.uniform import UNIFORM

FAMILIES: tuple[Family, ...] = (
    NORMAL,
    LAPLACE,
    STUDENT_T,
    LOGISTIC,
    GENERALIZED_NORMAL,
    HUBER,
    CONTAMINATED_NORMAL,
    CAUCHY,
    BARRON,
    ASYMMETRIC_LAPLACE,
    SKEW_NORMAL,
    GUMBEL,
    GUMBEL_LEFT,
    SHIFTED_LOGNORMAL,
    UNIFORM,
    NORMAL_MIXTURE,
    HETEROSCEDASTIC_NORMAL,
    HETEROSCEDASTIC_T,
    LOGNORMAL,
    LOG_T,
)


def family_named(id: str) -> Family:
    """Return the family with this id; KeyError if there is none.

    >>> family_named("laplace").loss.id
    'mae'
    """
    return {family.id: family for family in FAMILIES}[_plain(id)]


def loss_named(name: str) -> Family:
    """Return the family whose loss has this id or alias; KeyError if there is none.

    >>> loss_named("L2").id
    'normal'
    """
    losses = {alias: family for family in FAMILIES for alias in (family.loss.id, *family.loss.aliases)}
    return losses[_plain(name)]


def _plain(name: str) -> str:
    return name.strip().lower().replace("-", "_").replace(" ", "_")
