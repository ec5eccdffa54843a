"""The verdict on class outputs: facts, the table of rules, and the recommendation with its words."""

from losscheck.classes.request import ClassRequest
from losscheck.classes.verdict import judge_class_loss, recommend_class_loss

__all__ = ["ClassRequest", "judge_class_loss", "recommend_class_loss"]
