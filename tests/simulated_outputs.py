"""Class outputs made by hand and by simulation, as a file of them would be read."""

import numpy as np

from losscheck.results import Columns, InputInfo, TaskKind
from losscheck.sample import ClassSample, Digits

DOUBLE, SINGLE, HALF, BRAIN = 2.0**-52, 2.0**-23, 2.0**-10, 2.0**-7
FULL = Digits(DOUBLE)


def make_outputs(outputs, label=None, kind=None, digits=FULL, **fields):
    outputs = np.asarray(outputs, dtype=float)
    outputs = outputs[:, None] if outputs.ndim == 1 else outputs
    n, k = outputs.shape
    kind = kind or (TaskKind.BINARY if k <= 2 else TaskKind.MULTICLASS)
    return ClassSample(
        outputs=outputs,
        row=fields.pop("row", np.arange(1, n + 1)),
        info=InputInfo(files=(), rows=n, rows_used=n, columns=Columns()),
        kind=kind,
        classes=tuple(str(column) for column in range(max(k, 2))),
        why="made by hand",
        digits=digits,
        label=None if label is None else np.asarray(label, dtype=np.int64),
        **fields,
    )


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def draw_labels(rng, p):
    return (p.cumsum(axis=1) / p.sum(axis=1, keepdims=True) > rng.random((p.shape[0], 1))).argmax(axis=1)


def read_digits(cells):
    """Return what the text of numbers says about their precision."""
    decimals = significant = 0
    for cell in cells:
        mantissa, _, exponent = cell.lower().lstrip("+-").partition("e")
        whole, _, fraction = mantissa.partition(".")
        decimals = max(decimals, len(fraction) - int(exponent or 0))
        significant = max(significant, len((whole + fraction).lstrip("0")))
    return Digits(HALF if significant <= 5 else SINGLE if significant <= 9 else DOUBLE, decimals, significant)


def write(values, how):
    """Return the numbers that are read back, and their digits: `how` is a format (%.4f, %.3g), a type, or both."""
    if how == "double":
        return values, Digits(DOUBLE)
    if how in ("single array", "half array"):
        low = values.astype(np.float32 if how == "single array" else np.float16)
        return low.astype(float), Digits(float(np.finfo(low.dtype).eps))
    if how == "brain":  # bfloat16 that was converted to single precision, and written with its digits
        bits = values.astype(np.float32).view(np.uint32) + np.uint32(0x8000)
        values, how = (bits & np.uint32(0xFFFF0000)).view(np.float32), "single"
    if " %" in how:
        kind, how = how.split()
        values = values.astype(np.float32 if kind == "single" else np.float16).astype(float)
    if how in ("single", "half"):
        cells = values.astype(np.float32 if how == "single" else np.float16).astype(str).ravel().tolist()
    else:
        cells = [how % value for value in values.ravel().tolist()]
    return np.array([float(cell) for cell in cells]).reshape(values.shape), read_digits(cells)
