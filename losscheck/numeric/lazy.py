"""Numpy and scipy, imported at first use.

Declarations of families and checks are read by `losscheck explain`, which must start as quickly as a bare
command line; so no module imports numpy or scipy itself, but takes them from here.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import scipy as scipy
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
else:
    import lazy_loader

    np = lazy_loader.load("numpy")
    scipy = lazy_loader.load("scipy")
    Array = object

__all__ = ["Array", "np", "scipy"]
