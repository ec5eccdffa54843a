"""Outputs of a network before training, beside the targets that it will be trained on."""

import numpy as np
import pandas as pd
import pytest

import losscheck
from losscheck.checks.targets.measures import start_of
from losscheck.reading import sample_from_arrays
from losscheck.results import InputError, Status, TaskKind, VerdictStatus
from losscheck.sample import Asked, Stage

RNG = np.random.default_rng(8)
N = 500
Y = RNG.normal(200, 30, N)
Z = (Y - Y.mean()) / Y.std()
SMALL = RNG.normal(0, 0.3, N)
INIT = Asked(stage=Stage.INIT)


def status_of(report, id):
    return next(check.status for check in report.checks if check.id == id)


def test_the_figures_are_those_of_numpy():
    start = start_of(sample_from_arrays(target=Y, prediction=SMALL, asked=INIT))
    assert start.mse == pytest.approx(np.mean((Y - SMALL) ** 2), rel=1e-12)
    assert start.ratio == pytest.approx(np.mean((Y - SMALL) ** 2) / Y.var(), rel=1e-12)
    assert start.standardised == pytest.approx(np.mean((Z - SMALL) ** 2), rel=1e-12)
    assert start.gap == pytest.approx((Y.mean() - SMALL.mean()) / Y.std(), rel=1e-12)
    assert start.times == pytest.approx(Y.std() / SMALL.std(), rel=1e-12)


def test_the_standard_error_is_that_of_redrawn_rows():
    sample = sample_from_arrays(target=Z, prediction=SMALL, asked=INIT)
    draws = [RNG.integers(0, N, N) for _ in range(2000)]
    ratios = [np.mean((Z[i] - SMALL[i]) ** 2) / Z[i].var() for i in draws]
    assert start_of(sample).ratio_se == pytest.approx(np.std(ratios), rel=0.1)


def test_weights_are_rows():
    weight = RNG.integers(1, 4, N)
    twice = np.repeat(np.arange(N), weight)
    one = start_of(sample_from_arrays(target=Y, prediction=SMALL, weight=weight, asked=INIT))
    other = start_of(sample_from_arrays(target=Y[twice], prediction=SMALL[twice], asked=INIT))
    assert (one.ratio, one.standardised, one.times) == pytest.approx((other.ratio, other.standardised, other.times))


@pytest.mark.parametrize(
    ("target", "prediction", "error", "scale", "verdict"),
    [
        (Y, SMALL, Status.WARN, Status.WARN, VerdictStatus.FIX_FIRST),
        (1000 * Z, SMALL, Status.PASS, Status.WARN, VerdictStatus.FIX_FIRST),
        (Z, SMALL, Status.PASS, Status.PASS, VerdictStatus.UNDECIDED),
        (Z, np.zeros(N), Status.PASS, Status.PASS, VerdictStatus.UNDECIDED),
        (Z, RNG.normal(0, 2, N), Status.NOTE, Status.PASS, VerdictStatus.UNDECIDED),
        (Z, RNG.normal(0, 20, N), Status.WARN, Status.WARN, VerdictStatus.FIX_FIRST),
        (Z, Z + SMALL, Status.WARN, Status.PASS, VerdictStatus.FIX_FIRST),
    ],
)
def test_a_start_is_judged(target, prediction, error, scale, verdict):
    report = losscheck.check(target, prediction, stage="init")
    assert status_of(report, "initial_error") is error
    assert status_of(report, "output_scale") is scale
    assert report.verdict.status is verdict
    assert report.verdict.confidence is None
    assert report.task.kind is TaskKind.REGRESSION


def test_nothing_is_said_about_noise():
    report = losscheck.check(Z, SMALL, stage="init")
    assert not {check.code[:3] for check in report.checks} & {"LC1", "LC3", "LC4"}
    assert any("nothing here is about noise" in note for note in report.notes)


def test_what_standardising_saves_is_said():
    report = losscheck.check(Y, SMALL, stage="init")
    text = next(check.message for check in report.checks if check.id == "initial_error")
    assert "Standardising the targets would start it at 1.0" in text
    wide = losscheck.check(Z, 20 * Z[::-1], stage="init")
    text = next(check.message for check in wide.checks if check.id == "initial_error")
    assert "Standardising the targets would not mend it" in text


def test_a_loss_that_starts_at_nan_fails():
    counts = RNG.poisson(2, N)
    report = losscheck.check(counts, SMALL, stage="init", loss="poisson")
    assert status_of(report, "declared_loss") is Status.FAIL
    report = losscheck.check(counts, np.exp(SMALL), stage="init", loss="poisson")
    assert status_of(report, "declared_loss") is Status.PASS


def test_the_domain_is_judged_at_the_start_too():
    counts = RNG.poisson(1, N)
    report = losscheck.check(counts, 1 + SMALL, stage="init")
    assert (report.verdict.rule, report.verdict.loss) == ("counts_with_zeros", "poisson")


def random_network(x, rng, width=64):
    """Return the outputs of two hidden layers with PyTorch's initial weights, uniform in ±1/√(inputs)."""
    for size in (width, width, 1):
        bound = 1 / np.sqrt(x.shape[1])
        x = x @ rng.uniform(-bound, bound, (x.shape[1], size)) + rng.uniform(-bound, bound, size)
        x = np.maximum(x, 0) if size > 1 else x
    return x[:, 0]


def test_random_networks_on_standardised_targets_pass():
    """A linear target of three features, the easiest to have by luck: none of 200 starts is taken for a leak."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 3))
    y = x @ [1.0, 0.5, -0.5]
    y = (y - y.mean()) / y.std()
    found = [
        start_of(sample_from_arrays(target=y, prediction=random_network(x, rng), asked=INIT)).ratio for _ in range(200)
    ]
    assert min(found) > 0.5
    assert max(found) < 2


def test_files(tmp_path, run):
    file = tmp_path / "first.csv"
    pd.DataFrame({"y_true": Y, "y_pred": SMALL}).to_csv(file, index=False)
    code, out, _ = run(file, "--stage", "init")
    assert code == 0
    assert "Fix the start first" in out
    assert run(file, "--stage", "init", "--fail-on", "warn")[0] == 1


def test_residuals_have_no_start():
    with pytest.raises(InputError, match="--stage init needs targets"):
        losscheck.check(residual=SMALL, stage="init")


def test_segments_have_no_noise_yet():
    with pytest.raises(InputError, match="before training there is none"):
        losscheck.check(Z, SMALL, group=Z > 0, stage="init")


def test_a_summary_has_no_start_and_no_features(tmp_path, run):
    file, summary = tmp_path / "first.csv", tmp_path / "first.lcs.json"
    pd.DataFrame({"y_true": Y, "y_pred": SMALL}).to_csv(file, index=False)
    assert run("summarize", file, "-o", summary)[0] == 0
    for option in (("--stage", "init"), ("--fit-baseline",)):
        code, _, err = run(summary, *option)
        assert code == 2
        assert f"is a summary, which has no rows, and {' '.join(option)} needs them" in err
    alone = tmp_path / "target.csv"
    pd.DataFrame({"target": Y}).to_csv(alone, index=False)
    code, _, err = run("summarize", alone, "-o", summary)
    assert code == 2
    assert "and no predictions, and a summary is of both" in err
    code, _, err = run("compare", alone, alone)
    assert code == 2
    assert "has targets and no predictions; there is nothing to compare" in err
