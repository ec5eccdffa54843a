import pytest

from losscheck.checks import CHECKS
from losscheck.explain import explain_text
from losscheck.families import FAMILIES
from losscheck.render.blocks import Heading
from losscheck.render.terminal import write_document
from losscheck.results import InputError

FAMILY_HEADINGS = [
    "What it assumes",
    "The derivation, step by step",
    "What it elicits",
    "When it is right",
    "When it misleads",
    "References",
]
CHECK_HEADINGS = ["What it checks", "Why it matters", "What to do", "When it misleads", "References"]
FAMILY_NAMES = sorted({n for f in FAMILIES for n in (f.id, f.loss.id, *f.loss.aliases)})
CHECK_NAMES = [name for check in CHECKS for name in (check.id, check.code)]


def headings(name):
    return [block.text for block in explain_text(name).blocks if isinstance(block, Heading)]


@pytest.mark.parametrize("name", FAMILY_NAMES)
def test_every_loss_and_family_is_explained(name):
    assert headings(name)[1:7] == FAMILY_HEADINGS
    assert "\n  -\n" not in write_document(explain_text(name))


@pytest.mark.parametrize("name", CHECK_NAMES)
def test_every_check_is_explained(name):
    assert headings(name)[1:] == CHECK_HEADINGS
    assert "\n  -\n" not in write_document(explain_text(name))


def test_loss_and_family_are_shown_together_under_any_name():
    text = write_document(explain_text("mse"))
    assert text == write_document(explain_text("L2")) == write_document(explain_text(" Normal "))
    assert text.startswith("Mean squared error: the loss of normal (Gaussian) noise\n")
    assert "\n  1. A normal residual has the density" in text
    assert explain_text("smooth-l1") == explain_text("huber")
    assert explain_text("lc201") == explain_text("Shapiro_Wilk")


def test_the_contents_name_everything_within_80_columns():
    text = write_document(explain_text())
    assert all(f"  {family.loss.id} " in text and f" {family.id} " in text for family in FAMILIES)
    assert all(f"  {check.code}  {check.id} " in text for check in CHECKS)
    assert max(len(line) for line in text.splitlines()) <= 80


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("hubr", "nothing is named 'hubr': did you mean huber? `losscheck explain` lists all names"),
        ("lc991", "did you mean LC901 or"),
        ("", "nothing is named ''"),
        ("\x1b[31m", r"nothing is named '\x1b[31m': `losscheck explain` lists all names"),
    ],
)
def test_an_unknown_name_is_answered_with_the_closest(name, message):
    with pytest.raises(InputError) as raised:
        explain_text(name)
    assert message in str(raised.value)
