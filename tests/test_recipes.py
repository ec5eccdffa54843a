"""Every recipe of docs/recipes.md runs where its library is installed, and its file passes its gate."""

import os
import re
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent

import pytest

import losscheck

ROOT = Path(losscheck.__file__).parents[1]
PAGE = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
ROWS = 400

DATA = f"""
import numpy as np
rng = np.random.default_rng(0)
X = rng.standard_normal(({ROWS}, 3)).astype("float32")
weights = np.array([[1.0, -1.0, 0.5], [0.0, 0.5, 1.0], [-1.0, 1.0, 0.0]], dtype="float32") * 1.5
"""
NUMBERS = DATA + "y = (X @ weights[0] + rng.standard_normal(len(X))).astype('float32')\n"
CLASSES = DATA + "y = (X @ weights.T + rng.gumbel(size=(len(X), 3))).argmax(axis=1)\n"

# A linear model that knows the truth: what is tested is the way to the file.
TORCH = """
import torch
def linear(weights):
    model = torch.nn.Linear(3, len(weights))
    with torch.no_grad():
        model.weight[:] = torch.from_numpy(weights)
        model.bias[:] = 0
    return model
loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.from_numpy(X), torch.from_numpy(y)), 64)
"""
KERAS = """
import keras
x_val, y_val = X, y
def linear(weights, activation):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(len(weights), activation=activation)])
    model.set_weights([weights.T, np.zeros(len(weights))])
    return model
"""
LIGHTNING = """
import lightning as L
class Module(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = linear(weights[:1])
    def forward(self, x):
        return self.layer(x)
    def validation_step(self, batch, index):
        pass
model = Module()
trainer = L.Trainer(accelerator="cpu", devices=1, logger=False, enable_checkpointing=False, enable_progress_bar=False)
"""
TRANSFORMERS = """
from transformers import Trainer, TrainingArguments
class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = linear(weights)
    def forward(self, x, labels):
        logits = self.layer(x)
        return {"loss": torch.nn.functional.cross_entropy(logits, labels), "logits": logits}
validation = [{"x": x, "labels": label} for x, label in zip(torch.from_numpy(X), y)]
trainer = Trainer(model=Model(), args=TrainingArguments(output_dir="runs", report_to="none", use_cpu=True))
"""
TREE = "from sklearn.linear_model import {0}\nmodel = {0}()\n"

PREPARATIONS = {
    "scikit-learn": (NUMBERS + TREE.format("LinearRegression"), CLASSES + TREE.format("LogisticRegression")),
    "PyTorch": (NUMBERS + TORCH + "model = linear(weights[:1])\n", CLASSES + TORCH + "model = linear(weights)\n"),
    "Lightning": (NUMBERS + TORCH + LIGHTNING,),
    "Keras": (
        NUMBERS + KERAS + "model = linear(weights[:1], None)\n",
        CLASSES + KERAS + "model = linear(weights, 'softmax')\n",
    ),
    "Hugging Face": (CLASSES + TORCH + TRANSFORMERS,),
    "In a test suite": (NUMBERS + "target, prediction = y, X @ weights[0]\n",),
}
"""What is the reader's own in each recipe, by the page's headings, in the order of the blocks."""

LIBRARIES = {
    "scikit-learn": ["sklearn"],
    "PyTorch": ["torch"],
    "Lightning": ["torch", "lightning"],
    "Keras": ["keras"],
    "Hugging Face": ["torch", "transformers", "accelerate"],
}
BACKENDS = ("jax", "torch", "tensorflow")


def read_recipes():
    """Return heading, Python block and the command after it, for every block of the page."""
    found = []
    for section in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]:
        heading = section.splitlines()[0]
        blocks = re.findall(r"```python\n(.*?)```(?:\s*```sh\nlosscheck (.*?)\n```)?", section, re.DOTALL)
        found += [(heading, place, *block) for place, block in enumerate(blocks)]
    return found


RECIPES = read_recipes()


def run(arguments, folder):
    backend = next((name for name in BACKENDS if find_spec(name)), "jax")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "KERAS_BACKEND": backend, "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_every_recipe_is_prepared_for():
    assert {heading: sum(recipe[0] == heading for recipe in RECIPES) for heading, *_ in RECIPES} == {
        heading: len(texts) for heading, texts in PREPARATIONS.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("heading", "place", "code", "command"), RECIPES, ids=[f"{heading}-{place}" for heading, place, *_ in RECIPES]
)
def test_a_recipe_writes_a_file_that_passes_its_gate(heading, place, code, command, tmp_path):
    for library in LIBRARIES.get(heading, []):
        if find_spec(library) is None:
            pytest.skip(f"{library} is not installed")
    done = run(["-c", PREPARATIONS[heading][place] + dedent(code)], tmp_path)
    assert done.returncode == 0, done.stderr
    if command:
        done = run(["-m", "losscheck", *shlex.split(command)], tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        first = " ".join(done.stdout[:400].split())
        kind = "multiclass" if "label" in code else "regression"
        assert f"val.csv · {ROWS} rows" in first
        assert f" · {kind}" in first
