import re

import pytest

from losscheck.checks import CHECKS
from losscheck.explain import CHECK_GROUPS, DECLARATIONS, explain_text
from losscheck.families import FAMILIES, LABEL_FAMILIES, RESPONSE_FAMILIES
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
FAMILY_NAMES = sorted({name for family in (*FAMILIES, *RESPONSE_FAMILIES) for name in family.names})
LABEL_NAMES = sorted({name for family in LABEL_FAMILIES for name in family.names})
CHECK_NAMES = [name for check in CHECKS for name in (check.id, check.code)]


def headings(name):
    return [block.text for block in explain_text(name).blocks if isinstance(block, Heading)]


@pytest.mark.parametrize("name", FAMILY_NAMES)
def test_every_loss_and_family_is_explained(name):
    assert headings(name)[1:7] == FAMILY_HEADINGS
    assert "\n  -\n" not in write_document(explain_text(name))


@pytest.mark.parametrize("name", LABEL_NAMES)
def test_every_loss_of_classes_is_explained_with_its_code(name):
    # nll is a name of two losses: that of numbers with a scale head, and cross-entropy.
    assert headings(name)[-7:] == [*FAMILY_HEADINGS, "Code to paste"]
    text = write_document(explain_text(name))
    assert "\n  -\n" not in text
    assert "# pytorch\n" in text
    assert max(len(line) for line in text.splitlines()) <= 80


def test_a_name_of_two_losses_shows_both():
    text = write_document(explain_text("nll"))
    assert text.index("the loss of normal with a\n") < text.index("the loss of categorical")


def test_squared_error_points_at_what_it_is_on_classes():
    assert "on classes  losscheck explain brier\n" in write_document(explain_text("mse"))
    assert "on classes" not in write_document(explain_text("mae"))


def test_cross_entropy_is_derived():
    text = " ".join(write_document(explain_text("cross_entropy")).split())
    assert "−log L = −Σ_i Σ_k y_ik log p_ik" in text
    assert "The class probabilities. When" in text
    assert "no softmax in front" in text


@pytest.mark.parametrize("name", CHECK_NAMES)
def test_every_check_is_explained(name):
    assert headings(name)[1:] == CHECK_HEADINGS
    assert "\n  -\n" not in write_document(explain_text(name))


def test_no_check_has_the_name_of_a_loss():
    names = {name for declaration in DECLARATIONS for name in declaration.names}
    assert names.isdisjoint(CHECK_NAMES)


def test_loss_and_family_are_shown_together_under_any_name():
    text = write_document(explain_text("mse"))
    assert text == write_document(explain_text("L2")) == write_document(explain_text(" Normal "))
    assert text.startswith("Mean squared error: the loss of normal (Gaussian) noise\n")
    assert "\n  1. Say that the target is what the model says plus noise" in text
    assert explain_text("smooth-l1") == explain_text("huber")
    assert explain_text("lc201") == explain_text("Shapiro_Wilk")


def test_the_contents_name_everything_within_80_columns():
    text = write_document(explain_text())
    for family in DECLARATIONS:
        row = rf"\n  {family.loss.id}( \([^)]+\))? +{family.id} +{family.elicits.split()[0]}"
        assert re.search(row, text)
    assert all(f"  {check.code}  {check.id} " in text for check in CHECKS)
    assert max(len(line) for line in text.splitlines()) <= 80


def test_every_check_is_in_one_group_of_the_contents():
    text = write_document(explain_text())
    titles = [title for title, _ in CHECK_GROUPS if f"\n{title}\n" in text]
    assert titles == sorted(titles, key=text.index)
    assert text.index("LC004") < text.index("\nChecks of residuals\n") < text.index("LC101")
    assert sum(text.count(f"  {check.code}  ") for check in CHECKS) == len(CHECKS)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("hubr", "nothing is named 'hubr': did you mean huber or hurdle? `losscheck explain` lists all names"),
        ("lc991", "did you mean LC901 or"),
        ("", "nothing is named ''"),
        ("\x1b[31m", r"nothing is named '\x1b[31m': `losscheck explain` lists all names"),
    ],
)
def test_an_unknown_name_is_answered_with_the_closest(name, message):
    with pytest.raises(InputError) as raised:
        explain_text(name)
    assert message in str(raised.value)
