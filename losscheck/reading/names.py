"""The names that columns have in the field, as data: targets, predictions, residuals, weights."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

# Normalised names (see `normalise`) and who writes them.
TARGET_NAMES: Mapping[str, tuple[str, ...]] = {
    "scikit-learn, NannyML, Prophet, Nixtla": ("y_true", "y"),
    "Evidently, MLflow, Kaggle": ("target",),
    "Spark ML, AutoGluon": ("label",),
    "HF Trainer": ("label_ids",),
    "W&B, tidymodels": ("truth",),
    "caret": ("obs",),
    "ad hoc": (
        *("labels", "targets", "gt", "ground_truth", "observed", "actual", "actuals", "response", "gold"),
        *("true", "y_test", "y_actual", "y_obs", "true_value", "actual_value", "measured"),
    ),
}
# Names that say "the true one", and names that the predicted class has as often: beside the former the latter are no
# targets.
STRONG_TARGETS = frozenset(
    [
        "y_true",
        "true",
        "truth",
        "gt",
        "ground_truth",
        "gold",
        "actual",
        "actuals",
        "observed",
        "obs",
        "y_actual",
        "y_obs",
    ]
    + [
        "true_value",
        "actual_value",
        "true_label",
        "true_labels",
        "true_class",
        "label_true",
        "class_true",
        "gold_label",
    ]
    + ["actual_class", "actual_label", "ground_truth_label", "expected", "expected_class", "expected_label"]
)
WEAK_TARGETS = frozenset(["label", "labels", "class", "class_label", "category", "outcome"])
PREDICTION_NAMES: Mapping[str, tuple[str, ...]] = {
    "scikit-learn, NannyML": ("y_pred", "y_pred_proba", "y_prob", "y_score"),
    "Evidently, MLflow, Spark ML": ("prediction", "raw_prediction", "probability", "prediction_proba"),
    "HF Trainer": ("predictions",),
    "W&B": ("guess",),
    "PyCaret": ("prediction_label", "prediction_score"),
    "tidymodels, caret": ("pred", "estimate"),
    "Prophet, Nixtla": ("yhat", "y_hat"),
    "Kaggle out-of-fold": ("oof_pred", "y_pred_oof", "preds"),
    "ad hoc": (
        *("score", "scores", "logit", "logits", "predicted", "y_predicted", "predicted_value"),
        *("forecast", "fitted", "oof"),
    ),
}
RESIDUAL_NAMES = ("resid", "residual", "residuals", "error", "errors", "err")
# Sizes of errors, and losses, which have no sign.
_SIZE = "abs|absolute|sq|squared|square|mean_squared|mean_absolute|percentage|absolute_percentage"
_ERROR = "err|errs|error|errors|resid|resids|residual|residuals|diff|difference|deviation|dev"
LONGEST_NAME = 200  # that is looked at so
_UNSIGNED = re.compile(
    rf"(?:\w+_)?(?:{_SIZE})_?(?:\w+_)?(?:{_ERROR})|(?:\w+_)?(?:{_ERROR})_(?:{_SIZE})|(?:\w+_)?(?:r?mse|mae|ae|mape|ape|"
    r"rmsle|sse|nll|bce|loss|losses|log_loss|logloss|cross_entropy)"
)
# A column called "weight" is as often a measured quantity, so it has to be named with --weight.
WEIGHT_NAMES = ("sample_weight", "sample_weights")

KEY_NAMES = frozenset({"id", "key", "uuid", "index", "row", "idx"})

TARGET_AFFIXES = ("true", "actual", "obs", "gt", "observed", "target", "truth")
PREDICTION_AFFIXES = ("pred", "hat", "prob", "score", "predicted", "prediction", "preds", "forecast")
LOG_STEPS = frozenset({"epoch", "epochs", "step", "global_step", "iteration", "iter"})
LOG_LOSSES = frozenset(
    {"loss", "train_loss", "training_loss", "val_loss", "validation_loss", "eval_loss", "valid_loss"}
)


class _Named(Protocol):
    @property
    def normal(self) -> str: ...


Named = TypeVar("Named", bound=_Named)


def compose(name: str) -> str:
    """Return a name with its accents composed with their letters (Unicode NFC), as names are compared.

    >>> compose("e" + chr(0x301)) == chr(0xE9)
    True
    """
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def normalise(name: str) -> str:
    """Return a column name as the tables spell it, accents composed.

    >>> [normalise(name) for name in ("rawPrediction", ".pred", " Y-True ", "X_PREDICTION")]
    ['raw_prediction', 'pred', 'y_true', 'x_prediction']
    """
    name = compose(name).strip("\ufeff\"'` \t").lstrip(".")
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[\s.\-_]+", "_", name).strip("_").casefold()


def is_unsigned(name: str) -> bool:
    """Tell whether a normalised name is that of the size of an error, or of a loss: abs_error, rmse, val_loss.

    >>> [is_unsigned(name) for name in ("abs_error", "error_squared", "loss", "error", "absolute", "y_mae")]
    [True, True, True, False, False, True]
    """
    return len(name) <= LONGEST_NAME and _UNSIGNED.fullmatch(name) is not None


def flatten(table: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the names of a table."""
    return tuple(name for names in table.values() for name in names)


def keep_strongest(columns: Sequence[Named]) -> list[Named]:
    """Return the columns that could be the target, without `label` and the like where a name says more: y_true."""
    strong = any(column.normal in STRONG_TARGETS for column in columns)
    return [column for column in columns if not (strong and column.normal in WEAK_TARGETS)]


def find_stems(name: str, affixes: Sequence[str]) -> set[str]:
    """Return what is left of a normalised name without one of `affixes` at its start or end."""
    before = {name.removeprefix(f"{affix}_") for affix in affixes if name.startswith(f"{affix}_")}
    return before | {name.removesuffix(f"_{affix}") for affix in affixes if name.endswith(f"_{affix}")}


def is_pair(target: str, prediction: str) -> bool:
    """Tell whether two normalised names are those of a target and its prediction."""
    if not target or not prediction:
        return False
    stems = find_stems(prediction, PREDICTION_AFFIXES)
    return target in stems or bool(stems & find_stems(target, TARGET_AFFIXES))
