"""Ordered classes as intervals of a hidden scale: the cumulative-link (proportional-odds) likelihood."""

from __future__ import annotations

from losscheck.families.categorical import nll, of_class
from losscheck.families.label_family import LabelFamily, Loss
from losscheck.numeric.lazy import Array, np
from losscheck.results import TaskKind


def _bounds(logits: Array) -> tuple[Array, Array]:
    """Return the logits of P(y < k) and of P(y ≤ k) of every class, −inf and +inf at the ends."""
    end = np.full((len(logits), 1), np.inf)
    return np.hstack((-end, logits)), np.hstack((logits, end))


def log_link(logits: Array) -> Array:
    """Return log(σ(b) − σ(a)) of every class between its bounds a < b, σ the logistic function.

    The difference is σ(b) σ(−a) (1 − exp(a − b)), which keeps its digits where both bounds are far out.
    """
    below, above = _bounds(logits)
    log_p: Array = -np.logaddexp(0.0, -above) - np.logaddexp(0.0, below) + np.log1p(-np.exp(below - above))
    return log_p


def ordinal(logits: Array, target: Array) -> Array:
    """Return −log P(class) of each row, from its K − 1 increasing logits of P(y ≤ k)."""
    return nll(log_link(logits), target)


def gradient(logits: Array, target: Array) -> Array:
    """Return the derivatives in the K − 1 logits: 0 but for the bounds of the row's class."""
    below, above = _bounds(logits)
    low, high = of_class(below, target), of_class(above, target)
    overlap = np.exp(low - high) / -np.expm1(low - high)
    slopes = np.zeros((len(logits), logits.shape[1] + 2))
    rows, index = np.arange(len(logits)), np.asarray(target, dtype=np.int64)
    slopes[rows, index] = np.exp(-np.logaddexp(0.0, -low)) + overlap
    slopes[rows, index + 1] = -np.exp(-np.logaddexp(0.0, high)) - overlap
    return slopes[:, 1:-1]


CUMULATIVE_LOGIT = LabelFamily(
    id="cumulative_logit",
    title="ordered",
    loss=Loss(
        id="ordinal",
        title="cumulative-link negative log-likelihood",
        formula="mean of −log(P(y ≤ k) − P(y ≤ k − 1)) at the true class k",
        value=ordinal,
        aliases=("cumulative_link", "proportional_odds", "ordinal_nll"),
    ),
    tasks=frozenset({TaskKind.MULTICLASS}),
    elicits="class probabilities",
    assumption="each row's class is the interval of a hidden scale in which its score plus logistic noise falls, with "
    "the same K − 1 cuts for all rows",
    density="P(y = k) = σ(c_k − f) − σ(c_(k−1) − f), with σ(t) = 1/(1 + exp(−t)) and cuts c_1 < … < c_(K−1)",
    negative_log_likelihood="−log L = −Σ_i log[σ(c_y(i) − f_i) − σ(c_(y(i)−1) − f_i)]",
    derivation=(
        "1. Say that there is a quantity behind the classes, score f plus logistic noise, and that the class says "
        "between which two of K − 1 cuts it fell.\n"
        "2. Then P(y ≤ k) = σ(c_k − f): one curve, moved along by the score; c_0 = −∞ and c_K = ∞. The odds of being "
        "at or below any cut change by the same factor exp(−f): proportional odds.\n"
        "3. The probability of a class is the difference at its two cuts, and for independent rows "
        "−log L = −Σ log[σ(c_y − f) − σ(c_(y−1) − f)]. One score a row and K − 1 cuts for all, where softmax has K "
        "scores a row.\n"
        "4. The gradient in f comes from the two cuts beside the true class: a row is drawn towards its interval, the "
        "harder the further off it is, up to 1."
    ),
    right_when="classes are ordered, and what moves a row up moves it past all cuts alike (grades, stars)",
    misleads=(
        "Order cannot be seen in labels: it is what you declare (--ordinal). One score a row cannot say 'either end "
        "but not the middle'; where that happens, softmax or CORN (a binary cross-entropy for each P(y > k | y ≥ k), a "
        "likelihood too) is right. To compare probabilities of ordered classes use the ranked probability score, "
        "Σ_k (P(y ≤ k) − [y ≤ k])², which counts how far off a class is; cross-entropy does not."
    ),
    references=(
        "McCullagh (1980), doi:10.1111/j.2517-6161.1980.tb01109.x",
        "Epstein (1969), doi:10.1175/1520-0450(1969)008<0985:ASSFPF>2.0.CO;2",
        "Shi, Cao & Raschka (2021), arXiv:2111.08851",
    ),
    numpy_code=(
        "# logits (n, K-1) = cuts - score[:, None], increasing along a row; y (n,) from 0\n"
        "upto = 1 / (1 + np.exp(-logits))\n"
        "upto = np.pad(upto, ((0, 0), (1, 1)), constant_values=(0, 1))\n"
        "p = np.diff(upto, axis=1)\n"
        "loss = -np.mean(np.log(p[np.arange(len(y)), y]))"
    ),
    pytorch_code=(
        "# logits (n, K-1) = cuts - score[:, None], y (n,) from 0;\n"
        "# keep the cuts in order: learn them as the cumulative sum of softplus steps\n"
        "upto = torch.nn.functional.pad(torch.sigmoid(logits), (1, 0), value=0.0)\n"
        "upto = torch.nn.functional.pad(upto, (0, 1), value=1.0)\n"
        "p = torch.diff(upto, dim=1)\n"
        "loss = torch.nn.NLLLoss()(torch.log(p), y)"
    ),
    framework_code={
        "jax": (
            "import jax\n"
            "import jax.numpy as jnp\n"
            "upto = jnp.pad(jax.nn.sigmoid(logits), ((0, 0), (1, 0)))\n"
            "upto = jnp.pad(upto, ((0, 0), (0, 1)), constant_values=1)\n"
            "p = jnp.diff(upto, axis=1)\n"
            "loss = -jnp.mean(jnp.log(p[jnp.arange(len(y)), y]))"
        ),
        "keras": (
            "from keras import ops\n"
            "\n"
            "def loss(y, logits):  # (n, K-1) = cuts - score, increasing along a row\n"
            "    upto = ops.pad(ops.sigmoid(logits), ((0, 0), (1, 0)))\n"
            "    upto = ops.pad(upto, ((0, 0), (0, 1)), constant_values=1)\n"
            '    y = ops.reshape(ops.cast(y, "int32"), (-1, 1))\n'
            "    return -ops.log(ops.take_along_axis(upto[:, 1:] - upto[:, :-1], y, axis=1))[:, 0]"
        ),
    },
    numpy_temperature=(
        "# after training: temperature {temperature}, fitted on held-out rows\n"
        "upto = 1 / (1 + np.exp(-logits / {temperature}))\n"
        "upto = np.pad(upto, ((0, 0), (1, 1)), constant_values=(0, 1))\n"
        "p = np.diff(upto, axis=1)"
    ),
    pytorch_temperature=(
        "# after training: temperature {temperature}, fitted on held-out rows\n"
        "upto = torch.nn.functional.pad(torch.sigmoid(logits / {temperature}), (1, 0), value=0.0)\n"
        "p = torch.diff(torch.nn.functional.pad(upto, (0, 1), value=1.0), dim=1)"
    ),
    framework_temperature={
        "jax": (
            "import jax\n"
            "import jax.numpy as jnp\n"
            "# after training: temperature {temperature}, fitted on held-out rows\n"
            "upto = jnp.pad(jax.nn.sigmoid(logits / {temperature}), ((0, 0), (1, 0)))\n"
            "p = jnp.diff(jnp.pad(upto, ((0, 0), (0, 1)), constant_values=1), axis=1)"
        ),
        "keras": (
            "from keras import ops\n"
            "# after training: temperature {temperature}, fitted on held-out rows\n"
            "upto = ops.pad(ops.sigmoid(logits / {temperature}), ((0, 0), (1, 0)))\n"
            "p = ops.diff(ops.pad(upto, ((0, 0), (0, 1)), constant_values=1), axis=1)"
        ),
    },
    log_link=log_link,
    nll=nll,
    gradient=gradient,
    ordered=True,
)
