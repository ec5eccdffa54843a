"""Does your loss match your noise? Every loss is somebody's negative log-likelihood.

`check` takes arrays or columns, `check_file` files; both return a `Report`. Nothing is imported before it is used,
so that the command line starts at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from losscheck.diagnose import check, check_file
    from losscheck.results import InputError, Report

__version__ = "0.1.0"

__all__ = ["InputError", "Report", "__version__", "check", "check_file"]

_HOMES = {
    "check": "losscheck.diagnose",
    "check_file": "losscheck.diagnose",
    "InputError": "losscheck.results",
    "Report": "losscheck.results",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'losscheck' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names too, though they are not imported yet."""
    return sorted({*globals(), *__all__})
