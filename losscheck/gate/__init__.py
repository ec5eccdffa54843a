"""The gate: which checks count, from which status on, and what an earlier report excuses."""

from losscheck.gate.gate import FailOn, Gate, open_gate

__all__ = ["FailOn", "Gate", "open_gate"]
