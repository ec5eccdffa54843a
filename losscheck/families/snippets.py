"""Code to paste that one formula gives for several frameworks: on arrays, and as objectives of boosted trees.

All texts are format strings of the loss's parameters, as every code of a declaration.
"""

from __future__ import annotations

import re

MEAN = re.compile(r"loss = (-?)np\.mean\((.*)\)")


def in_jax(numpy_code: str) -> str:
    """Return numpy code as JAX code: for functions that both name alike."""
    on_jax = numpy_code.replace("from scipy.special", "from jax.scipy.special")
    return "import jax.numpy as jnp\n" + re.sub(r"\bnp\.", "jnp.", on_jax)


def in_keras(numpy_code: str) -> str:
    """Return numpy code that ends in a mean as a Keras loss of each row: Keras takes the mean itself, with weights."""
    *lines, last = numpy_code.split("\n")
    mean = MEAN.fullmatch(last.partition("  #")[0])
    if mean is None:
        raise ValueError(f"no mean to leave to Keras in {last!r}")
    sign, rows = mean.groups()
    body = "".join(f"    {line}\n" for line in (*lines, f"return {sign}({rows})" if sign else f"return {rows}"))
    return "from keras import ops\n\ndef loss(y, f):\n{shift}" + re.sub(r"\bnp\.", "ops.", body).rstrip()


def on_arrays(numpy_code: str) -> dict[str, str]:
    """Return the JAX and the Keras code of a loss whose numpy code needs nothing that is named otherwise there."""
    return {"jax": in_jax(numpy_code), "keras": in_keras(numpy_code)}


def boosted(setup: str, gradient: str, hessian: str, *, times: str, logs: bool = False) -> dict[str, str]:
    """Return objectives for XGBoost, LightGBM and CatBoost from lines of numpy and two expressions in f and y.

    `gradient` is the derivative in f of `times` the loss, `hessian` a second derivative that is positive everywhere:
    where the loss is not convex, one of a parabola above it (iteratively reweighted least squares). `times` makes the
    hessian near 1 at a typical residual: the trees' least weight of a leaf and their ridge penalty add to its sum, and
    would swamp one in units of 1/target². `logs`: the loss is of the logarithm of the target.
    """
    lines = "".join(f"    {line}\n" for line in setup.split("\n"))
    derivatives = (
        f"def derivatives(y, f):  # of {times} times the loss: hessian near 1\n"
        f"{{shift}}{lines}"
        f"    return {gradient}, {hessian}\n\n"
    )
    target, predicted = ("np.log(y)", "np.exp({})") if logs else ("y", "{}")
    start = f"start = np.median({target})  # an objective of your own starts at 0\n"
    fit = f"model.fit(X, {target} - start)\nf = {predicted.format('model.predict(X) + start')}"
    from_start = f"start = np.median({target})\nmodel = xgb.XGBRegressor(objective=derivatives, base_score=start)"
    fit_logs = f"\nmodel.fit(X, {target})\nf = {predicted.format('model.predict(X)')}" if logs else ""
    return {
        "xgboost": f"import numpy as np\nimport xgboost as xgb\n\n{derivatives}{from_start}{fit_logs}",
        "lightgbm": "import lightgbm as lgb\nimport numpy as np\n\n"
        f"{derivatives}model = lgb.LGBMRegressor(objective=derivatives)\n{start}{fit}",
        "catboost": "import numpy as np\nfrom catboost import CatBoostRegressor\n\n"
        f"{derivatives}{CATBOOST_OBJECTIVE}"
        f'model = CatBoostRegressor(loss_function=Objective(), eval_metric="MAE")\n{start}{fit}',
    }


CATBOOST_OBJECTIVE = """\
class Objective:
    def calc_ders_range(self, f, y, weights):  # CatBoost maximises
        slopes = -np.column_stack(derivatives(np.asarray(y), np.asarray(f)))
        return slopes if weights is None else (slopes.T * weights).T

"""


def boosted_classes(setup: str, gradient: str, hessian: str) -> dict[str, str]:
    """Return objectives of boosted trees for K > 2 classes from lines of numpy on p and one-hot `truth`, (n, K) both.

    `gradient` and the positive `hessian` are derivatives of the loss in the logits.
    """
    lines = "".join(f"    {line}\n" for line in setup.split("\n"))
    derivatives = (
        "def derivatives(y, z):  # logits z (n, K) of K > 2 classes\n"
        "    p = np.exp(z - z.max(axis=1, keepdims=True))\n"
        "    p = p / p.sum(axis=1, keepdims=True)\n"
        "    truth = np.eye(z.shape[1])[y.astype(int)]\n"
        f"{lines}"
        f"    gradient = {gradient}\n"
        f"    return gradient, np.maximum({hessian}, 1e-6)\n\n"
    )
    return {
        "xgboost": "import numpy as np\nimport xgboost as xgb\n\n"
        f"{derivatives}model = xgb.XGBClassifier(objective=derivatives)",
        "lightgbm": "import lightgbm as lgb\nimport numpy as np\n\n"
        f"{derivatives}model = lgb.LGBMClassifier(objective=derivatives)\n"
        "# its predictions are logits then: take their softmax",
        "catboost": "import numpy as np\nfrom catboost import CatBoostClassifier\n\n"
        f"{derivatives}{CATBOOST_CLASSES}"
        'model = CatBoostClassifier(loss_function=Objective(), eval_metric="MultiClass")',
    }


CATBOOST_CLASSES = """\
class Objective:
    def calc_ders_multi(self, z, y, weight):  # one row; CatBoost maximises
        gradient, hessian = derivatives(np.array([y]), np.array([z]))
        return -weight * gradient[0], np.diag(-weight * hessian[0])

"""


def reweighted(setup: str, weight: str, *, times: str, logs: bool = False) -> dict[str, str]:
    """Return the code of scikit-learn and of boosted trees for a loss that is least squares with a weight of the row.

    `weight` are the lines that set `weight`, psi(r)/r in the unit of `times` the loss, from r: iteratively reweighted
    least squares, in trees the weight as a hessian. `setup`, `times` and `logs` are those of `boosted`.
    """
    target = "np.log(y)" if logs else "y"
    lines = "".join(f"    {line}\n" for line in weight.split("\n"))
    linear = (
        "import numpy as np\n"
        "from sklearn.linear_model import LinearRegression\n\n"
        "# no model has this loss: least squares, reweighted until it is the minimum\n"
        f"{setup}\n"
        f"linear = LinearRegression().fit(X, {target})\n"
        "for _ in range(200):\n"
        f"    r = {target} - linear.predict(X)\n"
        f"{lines}"
        f"    linear.fit(X, {target}, sample_weight=weight)" + ("\nf = np.exp(linear.predict(X))" if logs else "")
    )
    return {
        "sklearn": linear,
        **boosted(f"{setup}\nr = f - y\n{weight}", "weight * r", "weight", times=times, logs=logs),
    }


def two_models(imports: str, mean: str, scale: str, tails: tuple[str, str] | None = None) -> str:
    """Return the fit of a mean and a scale by two models, for libraries whose models have one output.

    The gamma likelihood of squared residuals is the Gaussian one as a function of the variance; `tails` is a line of
    setup and the weight in terms of `square` and `variance` with which they are a Student-t's.
    """
    first = f"{tails[0]}\n" if tails else ""
    rounds = (
        "variance = scale.fit(X, square).predict(X)\n"
        if tails is None
        else "weight = 1.0\n"
        "for _ in range(5):\n"
        "    variance = scale.fit(X, weight * square).predict(X)\n"
        f"    weight = {tails[1]}\n"
    )
    return (
        f"import numpy as np\n{imports}\nfrom sklearn.model_selection import cross_val_predict\n\n"
        "# two models: gamma on the squares of held-out residuals is this loss in\n"
        "# sigma(x)**2; weighted least squares is this loss in f\n"
        f"{first}model = {mean}\nscale = {scale}\n"
        "square = (y - cross_val_predict(model, X, y, cv=5)) ** 2\n"
        "square = np.maximum(square, 1e-6 * square.mean())\n"
        f"{rounds}"
        f"model.fit(X, y, sample_weight={'weight' if tails else '1'} / variance)"
    )


def with_temperature(one_of_several: bool) -> dict[str, str]:
    """Return for each framework the lines that divide logits by a temperature, X the rows to predict.

    `one_of_several`: the classes exclude each other, softmax; else each logit has a sigmoid of its own.
    """
    link = "softmax" if one_of_several else "sigmoid"
    on_numpy = SOFTMAX if one_of_several else "p = 1 / (1 + np.exp(-z))"
    scores = {
        "sklearn": "linear.decision_function(X)",
        "xgboost": "model.predict(X, output_margin=True)",
        "lightgbm": "model.predict(X, raw_score=True)",
        "catboost": 'model.predict(X, prediction_type="RawFormulaVal")',
    }
    return {
        "jax": f"import jax\n{AFTER}\np = jax.nn.{link}(logits / {{temperature}})",
        "keras": f"from keras import ops\n{AFTER}\np = ops.{link}(logits / {{temperature}})",
        **{
            framework: f"import numpy as np\n{AFTER}\nz = {score} / {{temperature}}\n{on_numpy}"
            for framework, score in scores.items()
        },
    }


AFTER = "# after training: temperature {temperature}, fitted on held-out rows"
SOFTMAX = "p = np.exp(z - z.max(axis=1, keepdims=True))\np = p / p.sum(axis=1, keepdims=True)"


LOG_NDTR = """\
def log_ndtr(t):  # from -8 down by its expansion: erfc underflows
    near, far = ops.maximum(t, -8.0), ops.minimum(t, -8.0)
    tail = ops.log1p(-1 / far**2 + 3 / far**4) - 0.5 * far**2 - 0.9189385
    return ops.where(t > -8.0, ops.log(ops.erfc(-near / 2**0.5) / 2), tail - ops.log(-far))

"""
"""Log Φ for Keras, which has none."""


def of_means(linear: str = "", boosted: str = "", trees: dict[str, str] | None = None) -> dict[str, str]:
    """Return scikit-learn's models of a mean with a log link, and the settings of the trees that have the loss.

    `linear` is a regressor of sklearn.linear_model, `boosted` a loss of its histogram trees; `trees` has the arguments
    of each tree library's regressor.
    """
    models = {}
    if linear:
        imports = [f"from sklearn.linear_model import {linear.partition('(')[0]}"]
        lines = [f"linear = {linear}  # alpha is a penalty, on by default"]
        if boosted:
            imports.insert(0, "from sklearn.ensemble import HistGradientBoostingRegressor")
            lines.append(f'boosted = HistGradientBoostingRegressor(loss="{boosted}")')
        models["sklearn"] = "\n".join((*imports, *lines))
    makes = {
        "xgboost": ("import xgboost as xgb", "xgb.XGBRegressor"),
        "lightgbm": ("import lightgbm as lgb", "lgb.LGBMRegressor"),
        "catboost": ("from catboost import CatBoostRegressor", "CatBoostRegressor"),
    }
    for framework, arguments in (trees or {}).items():
        first, name = makes[framework]
        models[framework] = f"{first}\nmodel = {name}({arguments})"
    return models


def of_two_parts(imports: str, some: str, amount: str, logs: bool = False) -> str:
    """Return the fit of zeros and amounts by two models: a classifier of `y > 0` and a regressor of what is positive.

    `logs`: the regressor is one of the logarithm, whose predictions are exponentiated with sigma.
    """
    target = "np.log(y[positive])" if logs else "y[positive]"
    mean = "np.exp(amount.predict(X) + sigma**2 / 2)" if logs else "amount.predict(X)"
    return (
        ("import numpy as np\n" if logs else "") + f"{imports}\n\n"
        "# two models: whether there is anything, and how much\n"
        + ("sigma = {sigma}\n" if logs else "")
        + f"some, amount = {some}, {amount}\n"
        "positive = y > 0\n"
        "some.fit(X, positive)\n"
        f"amount.fit(X[positive], {target})\n"
        f"f = some.predict_proba(X)[:, 1] * {mean}"
    )
