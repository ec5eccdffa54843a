"""Which label a single score is of: the name of its column, what the labels say, their order; or a refusal."""

from __future__ import annotations

import pytest

from losscheck.reading.class_blocks import name_classes
from losscheck.reading.two_classes import match_two
from losscheck.results import InputError


def positive(labels: str, score: str, target: str = "y") -> tuple[str, str]:
    names = [naming[0] for naming in name_classes([score])]
    classes, _, how = match_two(labels.split(), names, f"f.csv: column '{target}'", score, "--task regression", target)
    return classes[1], how.split(":")[0]


@pytest.mark.parametrize(
    ("labels", "score", "label", "how"),
    [
        # an initial, or a word that goes on
        ("B M", "prob_benign", "B", "by name"),
        ("B M", "prob_malignant", "M", "by name"),
        ("F M", "prob_female", "F", "by name"),
        ("fail pass", "prob_failure", "fail", "by name"),
        ("fail pass", "failure_prob", "fail", "by name"),
        ("benign malignant", "p_b", "benign", "by name"),
        ("B M", "confidence(benign)", "B", "by name"),
        ("B M", "lr_prob_benign", "B", "by name"),
        ("B M", "prob_class_benign", "B", "by name"),
        ("ham spam", "prob_of_ham", "ham", "by name"),
        ("no yes", "prob_n", "no", "by name"),
        ("B", "prob_benign", "B", "by name"),
        # T and F, Y and N are no initials where they say yes and no
        ("F T", "prob_fraud", "T", "by meaning"),
        ("N Y", "prob_noise", "Y", "by meaning"),
        # a word that the positive label says yes to
        ("0 1", "prob_churn", "1", "by number"),
        ("no yes", "prob_churn", "yes", "by meaning"),
        # names that say nothing about the class, and the name of the target
        ("B M", "prob_positive", "M", "by order"),
        ("B M", "prob_1", "M", "by order"),
        ("B M", "prob_class_1", "M", "by order"),
        ("B M", "prediction_score", "M", "by order"),
        ("B M", "prob_mean", "M", "by order"),
        ("B M", "model_2_prob", "M", "by order"),
        ("B M", "prob_y", "M", "by order"),
        ("1 2", "score_test", "2", "by number"),
        ("B M", "my_net_prob", "M", "by order"),
    ],
)
def test_the_positive_label(labels, score, label, how):
    assert positive(labels, score) == (label, how)
    assert positive(" ".join(reversed(labels.split())), score) == (label, how)


@pytest.mark.parametrize(
    ("labels", "score", "message"),
    [
        (
            "leave stay",
            "prob_churn",
            "f.csv: column 'y': 'prob_churn' is named like the score of 'churn', and it cannot be told which of the "
            "labels 'leave', 'stay' that is. Name the column by its class, as in prob_leave or prob_stay.",
        ),
        (
            "0 1",
            "prob_not_spam",
            "f.csv: column 'y': 'prob_not_spam' is named like the score of 'not_spam', and it cannot be told which of "
            "the labels '0', '1' that is. Name the column by its class, as in prob_0 or prob_1.",
        ),
        (
            "1 2",
            "score_benign",
            "f.csv: column 'y': 'score_benign' is named like the score of 'benign', and it cannot be told which of the "
            "labels '1', '2' that is. Name the column by its class, as in prob_1 or prob_2.",
        ),
        (
            "male malignant",
            "p_m",
            "f.csv: column 'y': 'p_m' is named like the score of 'm', and it cannot be told which of the labels "
            "'male', 'malignant' that is. Name the column by its class, as in prob_male or prob_malignant.",
        ),
        (
            "F",
            "prob_female",
            "f.csv: column 'y': 'prob_female' is named like the score of 'female', and it cannot be told whether that "
            "is 'F'. Name the column by its class, as in prob_F.",
        ),
        (
            "B M",
            "benign_prob",  # or the model is called so
            "f.csv: column 'y': it cannot be told whether 'benign_prob' is the score of B or of M. Name the column by "
            "its class, as in prob_B.",
        ),
    ],
)
def test_refusals(labels, score, message):
    with pytest.raises(InputError) as caught:
        positive(labels, score)
    assert str(caught.value) == message
