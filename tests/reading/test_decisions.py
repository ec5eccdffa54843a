"""A score that is how sure the model is of the class it predicted is no probability of the positive class."""

from __future__ import annotations

import pytest

import losscheck
from losscheck.reading import Roles, read_sample
from losscheck.results import InputError, TaskKind

SCORES = [0.9, 0.8, 0.7, 0.6]
PROBABILITIES = [0.9, 0.2, 0.7, 0.4]
"""Of the positive class, where the first and the third row were decided for it."""


@pytest.fixture
def read(tmp_path):
    def read_text(text: str, roles: Roles = Roles(), **options):  # noqa: B008 (frozen)
        (tmp_path / "f.csv").write_text(text)
        return read_sample([tmp_path / "f.csv"], roles, **options)

    return read_text


@pytest.fixture
def refusal(read):
    def refuse(*args, **options) -> str:
        with pytest.raises(InputError) as caught:
            read(*args, **options)
        return str(caught.value)

    return refuse


@pytest.mark.parametrize(
    ("text", "roles", "decision", "outputs"),
    [
        (
            "target,prediction_label,prediction_score\n1,1,.9\n0,0,.8\n0,1,.7\n0,0,.6\n",
            Roles(),
            "prediction_label",
            PROBABILITIES,
        ),
        ("y_true,y_pred,confidence\n1,1,.9\n0,0,.8\n0,1,.7\n0,0,.6\n", Roles(), "y_pred", PROBABILITIES),
        ("y_true,y_pred,confidence\n1,1.0,90\n0,0.0,80\n0,1.0,70\n0,0.0,60\n", Roles(), "y_pred", [90, 20, 70, 40]),
        (
            "y,pred_label,y_prob\nno,True,.9\nyes,False,.8\nno,True,.7\nno,False,.6\n",
            Roles(),
            "pred_label",
            PROBABILITIES,
        ),
        (
            "y,pred_label,y_prob\n0,LABEL_1,.9\n1,LABEL_0,.8\n0,LABEL_1,.7\n0,LABEL_0,.6\n",
            Roles(),
            "pred_label",
            PROBABILITIES,
        ),
        (
            "Churn,Churn_pred,score\n1,1,.9\n0,0,.8\n0,1,.7\n0,0,.6\n",
            Roles(target="Churn"),
            "Churn_pred",
            PROBABILITIES,
        ),
        # a pipeline of Hugging Face beside the truth
        (
            "text,true_label,label,score\na,NEGATIVE,POSITIVE,.9\nb,POSITIVE,NEGATIVE,.8\nc,NEGATIVE,POSITIVE,.7\n"
            "d,NEGATIVE,NEGATIVE,.6\n",
            Roles(),
            "label",
            PROBABILITIES,
        ),
        # Weka: one column of confidences, called "prediction"
        (
            "inst#,actual,predicted,error,prediction\n1,1:no,2:yes,+,.9\n2,1:no,1:no,,.8\n3,2:yes,2:yes,,.7\n"
            "4,1:no,1:no,,.6\n",
            Roles(),
            "predicted",
            PROBABILITIES,
        ),
        # the columns were named, and still mean what they mean
        (
            "target,prediction_label,prediction_score\n1,1,.9\n0,0,.8\n0,1,.7\n0,0,.6\n",
            Roles(target="target", prediction="prediction_score"),
            "prediction_label",
            PROBABILITIES,
        ),
        # no threshold is above 1
        ("y_true,y_pred,score\n1,1,1.0\n0,0,1.0\n0,1,1.0\n", Roles(), "y_pred", [1, 0, 1]),
        # only the negative class was predicted
        ("y_true,y_pred,confidence\n1,0,.6\n0,0,.8\n", Roles(), "y_pred", [0.4, 0.2]),
    ],
)
def test_confidence_becomes_the_probability_of_the_positive_class(read, text, roles, decision, outputs):
    sample = read(text, roles)
    assert sample.kind is TaskKind.BINARY
    assert sample.outputs[:, 0].tolist() == pytest.approx(outputs, abs=1e-15)
    assert f"how sure the model is of the class in '{decision}'" in sample.why
    assert sample.info.dialect["score"] == sample.why


@pytest.mark.parametrize(
    "text",
    [
        "y_true,y_pred,y_prob\n1,1,.9\n0,0,.2\n0,1,.7\n0,0,.4\n",  # below one half where 0 is predicted
        "y_true,y_pred,y_prob\n1,1,.9\n0,0,.6\n0,1,.8\n0,0,.7\n",  # as a threshold of 0.75 decides
        "y_true,y_pred,y_prob\n1,1,.9\n0,1,.6\n0,1,.8\n0,1,.7\n",  # nothing to tell, and the same numbers
        "y_true,y_pred,prob_1\n1,1,.9\n0,0,.8\n0,1,.7\n0,0,.6\n",  # the name says of which class
        "y_true,sex,y_prob\n1,1,.9\n0,0,.8\n0,1,.7\n0,0,.6\n",  # not named like a decision
        "y_true,y_pred,y_prob\n1,5,.9\n0,3,.8\n0,5,.7\n0,3,.6\n",  # not the classes
    ],
)
def test_what_does_not_prove_it_leaves_the_score_as_it_is(read, text):
    sample = read(text)
    assert sample.outputs[:, 0].tolist() == [float(line.split(",")[2]) for line in text.splitlines()[1:]]
    assert "score" not in sample.info.dialect


def test_the_last_row_decides(read):
    rows = "1,1,.7\n0,0,.8\n" * 20_000
    assert "how sure" in read(f"y_true,y_pred,confidence\n{rows}").why
    assert "how sure" not in read(f"y_true,y_pred,confidence\n{rows}0,0,.4\n").why


def test_named_logits_are_left_alone(read):
    from losscheck.sample import Asked, Numbers

    text = "y_true,y_pred,score\n1,1,.9\n0,0,.8\n0,1,.7\n0,0,.6\n"
    assert read(text, asked=Asked(outputs=Numbers.LOGITS)).outputs[:, 0].tolist() == SCORES


def test_three_classes_are_refused_with_what_to_write(refusal):
    said = (
        "f.csv: column 'target': 'prediction_score' is how sure the model is of the class in 'prediction_label', one "
        "of 3 ({}), and does not say how likely the others are. Write the probabilities of all classes, a column each, "
        "as in prob_{} (predict_proba; PyCaret: raw_score=True; Hugging Face: top_k=None); if this is a regression, "
        "say --task regression."
    )
    text = "target,prediction_label,prediction_score\n0,0,.9\n1,2,.4\n2,2,.8\n"
    assert refusal(text) == said.format("'0', '1', '2'", 0)
    assert refusal(text, Roles(prediction="prediction_score")) == said.format("'0', '1', '2'", 0)
    words = "target,prediction_label,prediction_score\na,a,.9\nb,c,.4\nc,c,.8\n"
    assert refusal(words) == said.format("'a', 'b', 'c'", "a")


def test_predicted_classes_that_are_no_labels(refusal):
    assert refusal("y_true,y_pred,score\nham,LABEL_0,.9\nspam,LABEL_1,.8\nham,LABEL_0,.7\nspam,LABEL_1,.85\n") == (
        "f.csv: 'score' is how sure the model is of the class in 'y_pred', and it cannot be told which of 'LABEL_0', "
        "'LABEL_1' is spam. Write that column with the labels 'ham', 'spam'."
    )


def test_a_missing_predicted_class(read, refusal):
    text = "y_true,y_pred,score\n1,1,.9\n0,0,.8\n0,,.7\n0,1,.6\n"
    assert refusal(text) == (
        "f.csv, row 3: 'score' is how sure the model is of the class in 'y_pred', which is missing here. Fill it in, "
        "or leave the row out."
    )
    plain = read(text.replace(".8", ".2"))  # a probability needs no decision
    assert plain.outputs[:, 0].tolist() == [0.9, 0.2, 0.7, 0.6]


def test_the_report_says_so(tmp_path):
    rows = "".join(f"{y},{d},{c}\n" for y, d, c in [(1, 1, 0.9), (0, 0, 0.8), (0, 1, 0.7), (1, 0, 0.6)] * 25)
    (tmp_path / "f.csv").write_text(f"target,prediction_label,prediction_score\n{rows}")
    report = losscheck.check_file(tmp_path / "f.csv").to_dict()
    assert "1 - 'prediction_score' elsewhere" in report["input"]["dialect"]["score"]
    assert report["input"]["columns"]["prediction"] == "prediction_score"


def test_the_report_says_that_scores_were_converted(tmp_path):
    file = tmp_path / "f.csv"
    file.write_text("target,prediction_label,prediction_score\n" + "1,1,.9\n0,0,.8\n0,1,.7\n0,0,.6\n" * 20)
    first = losscheck.check_file(file).notes[0]
    assert first.startswith("'prediction_score' is how sure the model is of the class in 'prediction_label'")
    file.write_text("target,prediction_score\n" + "1,.9\n0,.2\n0,.7\n0,.4\n" * 20)
    assert not any("how sure" in note for note in losscheck.check_file(file).notes)
