"""The worked examples of calibration: outputs and labels whose every figure is known from elsewhere."""

import numpy as np
from simulated_outputs import make_outputs

C1 = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]), np.array([0, 1, 0, 0, 1, 1, 0, 1, 1, 1])
C2 = np.repeat([0.2, 0.8], 50), np.concatenate((np.ones(20), np.zeros(30), np.ones(30), np.zeros(20))).astype(int)
C3 = np.tile([0.1, 0.9], (100, 1)), np.repeat([1, 0], [70, 30])
C4 = (
    np.array(
        [
            *([0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.3, 0.5], [0.3, 0.4, 0.3]),
            *([0.6, 0.3, 0.1], [0.1, 0.1, 0.8], [0.25, 0.5, 0.25], [0.5, 0.25, 0.25]),
        ]
    ),
    np.array([0, 1, 2, 0, 0, 2, 2, 1]),
)
C5 = np.tile([0.25, 0.5, 0.25], (100, 1)), np.repeat([0, 1, 2], [18, 55, 27])


def example(pair, **fields):
    return make_outputs(*pair, **fields)
