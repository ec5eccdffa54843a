"""Code to paste run on PyTorch, JAX and Keras: value and gradient against the declared loss."""

import os
import re

import numpy as np
import pytest
from snippet_cases import MU, code_of, example_rows, having, label_rows, row_losses, slopes

from losscheck.families import FAMILIES, LABEL_FAMILIES, family_named
from losscheck.families.family import Family, ShapeClass, View
from losscheck.families.label_family import LabelFamily

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

ONE_ID = {"ids": lambda family: family.id}
SINGLE = 2e-4
"""Keras computes in single precision: 1e-7 at each operation, most of it lost in far residuals."""


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch", reason="PyTorch is not installed")


@pytest.fixture(scope="module")
def jax():
    module = pytest.importorskip("jax", reason="JAX is not installed")
    pytest.importorskip("optax", reason="optax is not installed")
    module.config.update("jax_enable_x64", True)
    return module


@pytest.fixture(scope="module")
def keras(jax):
    os.environ["KERAS_BACKEND"] = "jax"
    return pytest.importorskip("keras", reason="Keras is not installed")


def shift_of(family: Family) -> str:
    skewed = family.view is View.RESIDUAL and family.shape_class is ShapeClass.SKEWED
    return f"f = f + {MU}" if skewed and family.loss.id != "pinball" else ""


def expected(family: Family) -> tuple[dict, float, np.ndarray]:
    """Return the arrays of the example, the mean loss, and its gradient in f; noise at its own centre if skewed."""
    y, f, log_sigma = example_rows(family)
    arrays = {"y": y, "f": f - MU if shift_of(family) else f, "log_sigma": log_sigma}
    if family.loss.id == "max_error":
        at = np.argmax(np.abs(y - f))
        return arrays, np.abs(y - f)[at], np.where(np.arange(y.size) == at, np.sign(f - y), 0)
    losses, gradient = row_losses(family, y, f, log_sigma), slopes(family, y, f, log_sigma)
    finite = np.isfinite(losses) & np.isfinite(gradient)
    arrays = {name: values[finite] for name, values in arrays.items()}
    return arrays, losses[finite].mean(), gradient[finite] / finite.sum()


def scale_slopes(family: Family, arrays: dict) -> np.ndarray:
    """Return the gradient of the mean loss in log sigma, by central differences."""
    y, f, log_sigma, h = arrays["y"], arrays["f"], arrays["log_sigma"], 1e-5
    up, down = (row_losses(family, y, f, log_sigma + step) for step in (h, -h))
    return (up - down) / (2 * h) / y.size


@pytest.mark.parametrize("family", having("pytorch", FAMILIES), **ONE_ID)
def test_pytorch(family, torch):
    arrays, value, gradient = expected(family)
    space = {name: torch.tensor(values, requires_grad=name != "y") for name, values in arrays.items()}
    leaves = dict(space)
    exec(code_of(family, "pytorch", shift_of(family)), space | {"torch": torch}, space)
    space["loss"].backward()
    assert space["loss"].item() == pytest.approx(value, rel=1e-6)
    np.testing.assert_allclose(leaves["f"].grad, gradient, rtol=1e-4, atol=1e-7)
    if family.view is View.SCALED:
        np.testing.assert_allclose(leaves["log_sigma"].grad, scale_slopes(family, arrays), rtol=1e-4, atol=1e-7)


def test_what_the_code_calls_the_same_is_the_same(torch):
    family = family_named("heteroscedastic_normal")
    arrays, value, _ = expected(family)
    line = re.search(r"# the same: (.*);", code_of(family, "pytorch"))[1]
    space = {name: torch.tensor(values) for name, values in arrays.items()}
    assert eval(line, space | {"torch": torch}).item() == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize("family", having("jax", FAMILIES), **ONE_ID)
def test_jax(family, jax):
    arrays, value, gradient = expected(family)
    code = code_of(family, "jax", shift_of(family))

    def loss(f, log_sigma):
        space = {"y": jax.numpy.asarray(arrays["y"]), "f": f, "log_sigma": log_sigma}
        exec(code, space)
        return space["loss"]

    found, (in_f, in_scale) = jax.value_and_grad(loss, (0, 1))(arrays["f"], arrays["log_sigma"])
    assert float(found) == pytest.approx(value, rel=1e-6)
    np.testing.assert_allclose(in_f, gradient, rtol=1e-4, atol=1e-7)
    if family.view is View.SCALED:
        np.testing.assert_allclose(in_scale, scale_slopes(family, arrays), rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("family", having("keras", FAMILIES), **ONE_ID)
def test_keras(family, keras, jax):
    """The gradient through `loss` itself, the value through `compile` and `evaluate`, with targets of shape (n,)."""
    arrays, value, gradient = expected(family)
    code = code_of(family, "keras", shift_of(family))
    space: dict = {}
    exec(code, space)
    y, f = (arrays[name].astype(np.float32) for name in ("y", "f"))
    head = family.view is View.SCALED
    outputs = np.stack([f, arrays["log_sigma"].astype(np.float32)], axis=1) if head else f
    found = jax.grad(lambda outputs: keras.ops.mean(space["loss"](y, outputs)))(outputs)
    size = np.abs(gradient).max()
    np.testing.assert_allclose(found[:, 0] if head else found, gradient, rtol=SINGLE, atol=SINGLE * size)
    if head:
        np.testing.assert_allclose(found[:, 1], scale_slopes(family, arrays), rtol=SINGLE, atol=SINGLE)
    inputs = outputs if head else outputs[:, None]
    model = keras.Sequential([keras.Input(inputs.shape[1:]), keras.layers.Identity()])
    model.compile(loss=space["loss"])
    assert model.evaluate(inputs, y, batch_size=y.size, verbose=0) == pytest.approx(value, rel=SINGLE)


def test_keras_loss_of_the_skew_normal_in_the_far_tail(keras):
    """Log Φ against scipy, on both sides of the change to the expansion."""
    special = pytest.importorskip("scipy.special")
    space: dict = {}
    exec(code_of(family_named("skew_normal"), "keras"), space)
    t = np.array([-1e3, -60, -12, -8.01, -7.99, -3, 0, 4], dtype=np.float32)
    np.testing.assert_allclose(space["log_ndtr"](t), special.log_ndtr(t.astype(float)), rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("family", LABEL_FAMILIES, **ONE_ID)
def test_pytorch_on_labels(family, torch):
    logits, target = label_rows(family)
    z = torch.tensor(logits, requires_grad=True)
    space = {"torch": torch, "logits": z, "y": torch.tensor(target), "q": torch.tensor(target)}
    exec(family.code(1.6).pytorch, space)
    space["p"] = space["p"].detach()
    gradient = torch.autograd.grad(space["loss"], z)[0]
    space["loss"] = space["loss"].detach()
    check_labels(family, logits, target, space, lambda: gradient)


@pytest.mark.parametrize("family", having("jax", LABEL_FAMILIES), **ONE_ID)
def test_jax_on_labels(family, jax):
    logits, target = label_rows(family)

    def run(z):
        space = {"logits": z, "y": jax.numpy.asarray(target), "q": jax.numpy.asarray(target)}
        exec(family.code(1.6).jax, space)
        return space

    found = run(jax.numpy.asarray(logits))
    check_labels(family, logits, target, found, lambda: jax.grad(lambda z: run(z)["loss"])(logits))


@pytest.mark.parametrize("family", having("keras", LABEL_FAMILIES), **ONE_ID)
def test_keras_on_labels(family, keras, jax):
    logits, target = label_rows(family)
    space = {"logits": logits.astype(np.float32)}
    exec(family.code(1.6).keras, space)
    if "to_categorical" in family.code().keras:
        hot = keras.utils.to_categorical(target)
    else:
        hot = target[:, None] if family.id == "bernoulli" else target
    outputs = space["logits"][:, None] if family.id == "bernoulli" else space["logits"]
    model = keras.Sequential([keras.Input(outputs.shape[1:]), keras.layers.Identity()])
    model.compile(loss=space["loss"])
    space["loss"], loss = model.evaluate(outputs, hot, batch_size=len(hot), verbose=0), space["loss"]
    gradient = jax.grad(lambda z: keras.ops.mean(loss(hot, z)))(outputs).reshape(logits.shape)
    check_labels(family, logits, target, space, lambda: gradient, SINGLE)


def check_labels(family: LabelFamily, logits, target, space, gradient, rtol=1e-5):
    """Compare mean loss, gradient in the logits, and probabilities after a temperature of 1.6."""
    losses = family.loss.value(logits, target)
    assert np.asarray(space["loss"]).item() == pytest.approx(losses.mean(), rel=rtol)
    share = family.gradient(logits, target) / losses.size
    np.testing.assert_allclose(np.asarray(gradient()), share, rtol=rtol, atol=rtol * np.abs(share).max())
    p = np.exp(family.log_link(logits / 1.6))
    found = np.asarray(space["p"])
    p = p[:, 1].reshape(found.shape) if p.shape != found.shape else p
    np.testing.assert_allclose(found, p, rtol=rtol, atol=1e-6)
