"""Likelihoods, one declaration a file; the tables of contents are `FAMILIES` (of noise), `LABEL_FAMILIES` (of classes)
and `RESPONSE_FAMILIES` (of targets given their predictions).
"""

from losscheck.families.asymmetric_laplace import ASYMMETRIC_LAPLACE
from losscheck.families.barron import BARRON
from losscheck.families.bernoulli import BERNOULLI
from losscheck.families.brier import BRIER
from losscheck.families.categorical import CATEGORICAL
from losscheck.families.cauchy import CAUCHY
from losscheck.families.contaminated_normal import CONTAMINATED_NORMAL
from losscheck.families.cumulative_logit import CUMULATIVE_LOGIT
from losscheck.families.declaration import Declaration, plain_name
from losscheck.families.family import Family
from losscheck.families.focal import FOCAL
from losscheck.families.generalized_normal import GENERALIZED_NORMAL
from losscheck.families.gumbel import GUMBEL, GUMBEL_LEFT
from losscheck.families.heteroscedastic_normal import HETEROSCEDASTIC_NORMAL
from losscheck.families.heteroscedastic_t import HETEROSCEDASTIC_T
from losscheck.families.huber import HUBER
from losscheck.families.label_family import LabelFamily
from losscheck.families.laplace import LAPLACE
from losscheck.families.log_t import LOG_T
from losscheck.families.logistic import LOGISTIC
from losscheck.families.lognormal import LOGNORMAL
from losscheck.families.multilabel_bernoulli import MULTILABEL_BERNOULLI
from losscheck.families.normal import NORMAL
from losscheck.families.normal_mixture import NORMAL_MIXTURE
from losscheck.families.response_family import ResponseFamily
from losscheck.families.responses import RESPONSE_FAMILIES
from losscheck.families.shifted_lognormal import SHIFTED_LOGNORMAL
from losscheck.families.skew_normal import SKEW_NORMAL
from losscheck.families.soft_categorical import SOFT_CATEGORICAL
from losscheck.families.student_t import STUDENT_T
from losscheck.families.uniform import UNIFORM
from losscheck.results import TaskKind

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


LABEL_FAMILIES: tuple[LabelFamily, ...] = (
    BERNOULLI,
    CATEGORICAL,
    MULTILABEL_BERNOULLI,
    SOFT_CATEGORICAL,
    CUMULATIVE_LOGIT,
    BRIER,
    FOCAL,
)


def family_named(id: str) -> Family:
    """Return the noise family with this id; KeyError if there is none.

    >>> family_named("laplace").loss.id
    'mae'
    """
    return {family.id: family for family in FAMILIES}[plain_name(id)]


def loss_named(name: str) -> Family:
    """Return the noise family whose loss has this id or alias; KeyError if there is none.

    >>> loss_named("L2").id
    'normal'
    """
    losses = {alias: family for family in FAMILIES for alias in (family.loss.id, *family.loss.aliases)}
    return losses[plain_name(name)]


def regression_family_named(id: str) -> Family | ResponseFamily:
    """Return the family of noise, or of targets given their predictions, with this id; KeyError if there is none.

    >>> regression_family_named("poisson").loss.id
    'poisson'
    """
    families: tuple[Family | ResponseFamily, ...] = (*FAMILIES, *RESPONSE_FAMILIES)
    return {family.id: family for family in families}[plain_name(id)]


def regression_loss_named(name: str) -> Family | ResponseFamily:
    """Return the family of noise, or of targets, whose loss has this id or alias; KeyError if there is none.

    >>> regression_loss_named("poisson_nll").id, regression_loss_named("rmse").id
    ('poisson', 'normal')
    """
    families: tuple[Family | ResponseFamily, ...] = (*FAMILIES, *RESPONSE_FAMILIES)
    return {n: family for family in families for n in (family.loss.id, *family.loss.aliases)}[plain_name(name)]


def label_loss_named(name: str) -> LabelFamily:
    """Return what a loss is on labels: by its id or alias, or by the noise whose loss it is; KeyError if nothing.

    >>> label_loss_named("nll").id, label_loss_named("mse").loss.id
    ('categorical', 'brier')
    """
    plain = plain_name(name)
    for family in LABEL_FAMILIES:
        if plain in (family.loss.id, *family.loss.aliases):
            return family
    noise = loss_named(name)
    return {family.noise_twin: family for family in LABEL_FAMILIES}[noise.id]


def declaration_named(name: str) -> Declaration:
    """Return the likelihood whose family or loss has this name, noise before labels; KeyError if there is none.

    >>> declaration_named("nll").id, declaration_named("bce").id
    ('heteroscedastic_normal', 'bernoulli')
    """
    plain = plain_name(name)
    found = [family for family in (*FAMILIES, *RESPONSE_FAMILIES, *LABEL_FAMILIES) if plain in family.names]
    if not found:
        raise KeyError(name)
    return found[0]


def likelihood_of(task: TaskKind, ordered: bool = False) -> LabelFamily:
    """Return the likelihood of the labels of a task; KeyError for a task without labels.

    >>> likelihood_of(TaskKind.MULTICLASS).loss.id
    'cross_entropy'
    """
    fitting = {family.ordered: family for family in LABEL_FAMILIES if family.likelihood and task in family.tasks}
    return fitting.get(ordered) or fitting[False]


__all__ = [
    "FAMILIES",
    "LABEL_FAMILIES",
    "RESPONSE_FAMILIES",
    "declaration_named",
    "family_named",
    "label_loss_named",
    "likelihood_of",
    "loss_named",
    "plain_name",
    "regression_family_named",
    "regression_loss_named",
]
