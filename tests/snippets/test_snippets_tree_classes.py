"""Code to paste for class outputs run on XGBoost, LightGBM and CatBoost."""

import numpy as np
import pytest
from snippet_cases import CLASSES, TREES, N, code_of
from stumps import GROUP, RIDGE, RIDGES, STUMP, load, small, sums

from losscheck.families import LABEL_FAMILIES
from losscheck.families.label_family import LabelFamily
from losscheck.results import TaskKind

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Failed to import numba"),
    pytest.mark.filterwarnings("ignore:X does not have valid feature names"),
]

SHARES = np.array([[0.7, 0.15, 0.15], [0.05, 0.475, 0.475]])
"""Of the classes in each group: different enough that each class alone makes a tree split."""


def group_targets(family: LabelFamily) -> np.ndarray:
    """Return targets of the family's kind that follow the group."""
    rng, shares = np.random.default_rng(43), SHARES[GROUP.astype(int)]
    if TaskKind.SOFT in family.tasks:
        return np.array([rng.dirichlet(20 * row) for row in shares])
    if family.tasks == {TaskKind.MULTILABEL}:
        return (rng.random((N, CLASSES)) < 0.1 + shares).astype(int)
    y = (rng.random(N)[:, None] > shares.cumsum(axis=1)).sum(axis=1).clip(0, CLASSES - 1)
    return (y > 0).astype(int) if family.tasks == {TaskKind.BINARY} else y


LABEL_CASES = [
    pytest.param(family, framework, id=f"{family.id}-{framework}")
    for family in LABEL_FAMILIES
    for framework in TREES
    if framework in family.code_of
]


@pytest.mark.parametrize(("family", "framework"), LABEL_CASES)
def test_leaves_of_classes_are_those_of_our_loss(family, framework, monkeypatch):
    load(framework)
    target = group_targets(family)
    space: dict = {}
    raw = [label_stump(monkeypatch, framework, family, target, ridge, space) for ridge in RIDGES[framework]]
    start = np.zeros((N, CLASSES)) if raw[0].ndim == 2 else np.zeros(N)
    gradient = family.gradient(start, target)
    for group in (0.0, 1.0):
        inside = group == GROUP
        leaves = [np.atleast_1d(z[inside][0]) for z in raw]
        if framework == "catboost" and TaskKind.SOFT in family.tasks:  # its ridge is times the mean weight
            leaves = [leaf / CLASSES for leaf in leaves]
        found = np.array([sums(pair, RIDGES[framework]) for pair in zip(*leaves, strict=True)])
        ours = np.atleast_1d(gradient[inside].sum(axis=0))
        np.testing.assert_allclose(found, ours, rtol=2e-3, atol=2e-3)


def label_stump(monkeypatch, framework, family, target, ridge, space) -> np.ndarray:
    """Return the logits of one stump, less those from which it starts."""
    with monkeypatch.context() as patch:
        small(patch, framework, **STUMP[framework] | {RIDGE[framework]: ridge})
        space |= {"X": GROUP[:, None], "y": target, "q": target}
        exec(code_of(family, framework), space)
        model = space["model"]
        if TaskKind.SOFT not in family.tasks:
            model.fit(GROUP[:, None], target)
        if framework == "lightgbm" and family.tasks == {TaskKind.MULTILABEL}:
            p = model.predict_proba(GROUP[:, None])
            return np.log(p / (1 - p))
        kind = {
            "xgboost": {"output_margin": True},
            "lightgbm": {"raw_score": True},
            "catboost": {"prediction_type": "RawFormulaVal"},
        }[framework]
        z = np.asarray(model.predict(GROUP[:, None], **kind), dtype=float)
    softmax = framework == "xgboost" and z.ndim == 2 and family.tasks != {TaskKind.MULTILABEL}
    return z - 0.5 if softmax else z


@pytest.mark.parametrize(("family", "framework"), LABEL_CASES)
def test_probabilities_after_a_temperature(family, framework, monkeypatch):
    load(framework)
    target = group_targets(family)
    space = {"X": GROUP[:, None], "y": target, "q": target}
    quiet = {
        "lightgbm": {"verbose": -1, "min_child_samples": 1},
        "catboost": {"verbose": False, "allow_writing_files": False},
    }
    small(monkeypatch, framework, n_estimators=5, **quiet.get(framework, {}))
    before, after = getattr(family.code(1.6), framework).split("import numpy as np\n# after training")
    exec(before, space)
    if TaskKind.SOFT not in family.tasks:
        space["model"].fit(space["X"], target)
    exec("import numpy as np\n#" + after, space)
    custom = "def derivatives" in before
    if framework == "lightgbm" and custom:
        z = space["model"].predict(space["X"], raw_score=True)
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    elif framework == "catboost" and custom:
        z = space["model"].predict(space["X"], prediction_type="RawFormulaVal")
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    else:
        p = np.asarray(space["model"].predict_proba(space["X"]))
        p = p[:, 1] if family.tasks == {TaskKind.BINARY} else p
    one_of = family.tasks == {TaskKind.BINARY} or family.tasks == {TaskKind.MULTILABEL}
    powered = p ** (1 / 1.6)
    expected = powered / (powered + (1 - p) ** (1 / 1.6)) if one_of else powered / powered.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(space["p"], expected, rtol=1e-4)
