"""Make the sample files: out-of-fold predictions on bundled data, and seeded draws for each verdict.

Run `python sample_data/make.py` (needs the dev extra), then `Rscript sample_data/make.R`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import load_diabetes
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.linear_model import LinearRegression, RidgeCV
from sklearn.model_selection import KFold, cross_val_predict

HERE = Path(__file__).parent
SEED = 11


def save(name: str, digits: int = 6, **columns: np.ndarray) -> None:
    """Write one CSV with numbers rounded to so many significant digits."""
    frame = pd.DataFrame({key: [float(f"{v:.{digits}g}") for v in values] for key, values in columns.items()})
    frame.to_csv(HERE / name, index=False, lineterminator="\n")


def folds() -> KFold:
    """Return the shuffled, seeded ten folds of every real file."""
    return KFold(10, shuffle=True, random_state=SEED)


def make_real() -> None:
    """Write out-of-fold predictions on data bundled with scikit-learn and statsmodels."""
    from statsmodels.datasets import engel, stackloss

    features, target = load_diabetes(return_X_y=True)
    save("diabetes_ridge.csv", y_true=target, y_pred=cross_val_predict(RidgeCV(), features, target, cv=folds()))

    household = engel.load_pandas().data
    income, food = household[["income"]].to_numpy(), household["foodexp"].to_numpy()
    save("engel_ols.csv", target=food, prediction=cross_val_predict(LinearRegression(), income, food, cv=folds()))

    plant = stackloss.load_pandas()
    loss = plant.endog.to_numpy()
    predicted = cross_val_predict(LinearRegression(), plant.exog.to_numpy(), loss, cv=KFold(21))
    save("stackloss_21_rows.csv", actual=loss, predicted=predicted)

    rng = np.random.default_rng(SEED)
    angle = rng.uniform(0.1, 1.2, 800)
    period = 2 * np.pi * np.sqrt(1 / 9.81) * (1 + angle**2 / 16 + 11 * angle**4 / 3072)  # a simulator: no noise
    model = GradientBoostingRegressor(n_estimators=300, random_state=SEED)
    predicted = cross_val_predict(model, angle[:, None], period, cv=folds())
    save("simulator_surrogate.csv", digits=12, y_true=period, y_pred=predicted)


def make_synthetic() -> None:
    """Write one file for each verdict: predictions on [10, 30], noise as the file name says."""
    rng = np.random.default_rng(SEED)

    def write(name: str, n: int, noise: np.ndarray, digits: int = 6) -> None:
        prediction = rng.uniform(10, 30, n)
        save(name, digits, y_true=prediction + noise, y_pred=prediction)

    write("normal.csv", 500, 2.0 * rng.standard_normal(500))
    write("student_t3.csv", 1000, 1.5 * rng.standard_t(3, 1000))
    write("laplace.csv", 800, rng.laplace(scale=2.0, size=800))
    gross = rng.standard_normal(1000)
    gross[rng.choice(1000, 10, replace=False)] += rng.choice([-1, 1], 10) * rng.uniform(8, 20, 10)
    write("gross_errors_1_percent.csv", 1000, gross)
    write("skewed_gumbel.csv", 600, 2.0 * (rng.gumbel(size=600) - np.euler_gamma))
    write("two_groups.csv", 400, rng.standard_normal(400) + np.where(rng.random(400) < 0.5, 2.5, -2.5))
    write("too_few_rows.csv", 18, rng.standard_normal(18))

    prediction = rng.uniform(1, 10, 800)
    save("changing_scale.csv", y_true=prediction + 0.4 * prediction * rng.standard_normal(800), y_pred=prediction)
    prediction = np.exp(rng.uniform(0, 4, 700))
    save(
        "prices_multiplicative.csv", price=prediction * np.exp(0.3 * rng.standard_t(5, 700)), predicted_price=prediction
    )

    shocks = rng.standard_normal(1000)
    series = np.empty(1000)
    series[0] = shocks[0]
    for i in range(1, 1000):
        series[i] = 0.7 * series[i - 1] + shocks[i]
    write("autocorrelated_ar1.csv", 1000, series)

    prediction = np.round(rng.uniform(10, 30, 600))
    save("rounded_to_half.csv", y_true=prediction + np.round(2 * rng.standard_normal(600)) / 2, y_pred=prediction)
    prediction = rng.uniform(10, 30, 500)
    save("biased_slope.csv", y_true=1.0 + 1.15 * prediction + 2 * rng.standard_normal(500), y_pred=prediction)
    save("residuals_only.csv", residual=rng.standard_t(4, 500))


if __name__ == "__main__":
    make_real()
    make_synthetic()
