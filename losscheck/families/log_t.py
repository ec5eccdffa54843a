"""Log-t noise: relative errors with heavy tails, the Student-t loss on the logarithms."""

from __future__ import annotations

from losscheck.families.family import Family, Loss, ShapeClass, View
from losscheck.families.snippets import on_arrays, reweighted
from losscheck.families.student_t import SETUP, STUDENT_T, WEIGHT, curvature, nll, psi, shape_gradient, t_loss

NUMPY_CODE = f"{SETUP}\nloss = np.mean((nu + 1) / 2 * np.log1p(((np.log(y) - np.log(f)) / sigma) ** 2 / nu))"

LOG_T = Family(
    id="log_t",
    title="log-t",
    loss=Loss(
        id="log_student_t",
        title="Student-t negative log-likelihood of the logarithms",
        formula="mean of (nu + 1)/2 · log(1 + (log y − log f)²/(nu sigma²))",
        value=t_loss,
        parameters=("nu", "sigma"),
        defaults={"nu": 4.0, "sigma": 1.0},
        aliases=("log_t",),
    ),
    shape_class=ShapeClass.SKEWED,
    elicits="median",
    assumption="the logarithm of the ratio target/prediction is Student-t: errors are relative, some of them gross",
    density="f(y) ∝ (1 + (log y − log f − mu)²/(nu sigma²))^(−(nu + 1)/2) / (y sigma), y > 0",
    negative_log_likelihood=(
        "−log L = n·log(sigma) + Σ log y + (nu + 1)/2 · Σ log(1 + (log y − log f)²/(nu sigma²)) + n·c(nu)"
    ),
    derivation=(
        "1. Errors multiply, log y = log f + r, and the log residual r is a normal of random variance: a Student-t.\n"
        "2. The density of y is the t density of log y times the Jacobian 1/y.\n"
        "3. So −log L = Σ (nu + 1)/2 · log(1 + (log y − log f)²/(nu sigma²)) + Σ log y plus terms without the "
        "model; Σ log y counts only when likelihoods of y are compared.\n"
        "4. Its derivative in log f grows up to a factor exp(√nu·sigma) between target and prediction and falls back "
        "beyond it: a target off by orders of magnitude loses its vote.\n"
        "5. The model f that minimises it is the median of y. As nu → ∞ it becomes the mean squared error of the "
        "logarithms."
    ),
    right_when="the target is positive, its spread grows with its level, and some targets are off by large factors",
    misleads=(
        "The model has no finite mean for any nu: there is no smearing factor, and totals cannot be predicted from it. "
        "It is not convex: start from msle. Targets near zero are outliers on the log scale, and are then ignored; "
        "ask whether they should be."
    ),
    references=(
        "Lange, Little & Taylor (1989), doi:10.1080/01621459.1989.10478852",
        "Hogg & Klugman (1983), Journal of Econometrics 23, 91–102",
    ),
    numpy_code=NUMPY_CODE,
    pytorch_code=(
        "nu, sigma = {nu}, {sigma}\n"
        "loss = ((nu + 1) / 2 * torch.log1p(((torch.log(y) - torch.log(f)) / sigma) ** 2 / nu)).mean()"
    ),
    framework_code={
        **on_arrays(NUMPY_CODE),
        **reweighted(SETUP, WEIGHT, times="sigma**2", logs=True),
    },
    nll=nll,
    psi=psi,
    curvature=curvature,
    shape_gradient=shape_gradient,
    shapes=STUDENT_T.shapes,
    grid=STUDENT_T.grid,
    in_posterior=False,
    view=View.LOG_RATIO,
)
