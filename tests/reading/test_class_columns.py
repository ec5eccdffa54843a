"""Which columns are outputs of classes and which hold the true ones, from names and first rows."""

from __future__ import annotations

import pytest

from losscheck.reading import Roles
from losscheck.reading.column import list_columns
from losscheck.reading.dialect import Dialect
from losscheck.reading.layout import Layout, find_layout, parse_task
from losscheck.results import Columns, InputError

NO_CHOICES = Roles()


def layout(text: str, roles: Roles = NO_CHOICES, task: str = "auto", headed: bool = True) -> Layout:
    header, *rows = (tuple(line.strip().split(",")) for line in text.strip().splitlines())
    if not headed:
        rows = [header, *rows]
    dialect = Dialect(",", '"', ".", header if headed else None, len(header), 0, 2, 0, tuple(rows))
    return find_layout(list_columns(dialect), roles, headed, "f.csv", parse_task(task))


def chosen(found: Layout) -> tuple[list[str], list[str]]:
    names = {role: [column.name for column in columns] for role, columns in found.roles.items()}
    return names.get("target", []), names["prediction"]


def refusal(*args, **options) -> str:
    with pytest.raises(InputError) as caught:
        layout(*args, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "target", "outputs"),
    [
        # words for outputs, before a number or a class
        ("label,prob_0,prob_1\n0,.2,.8\n1,.3,.7", "label", "prob_0 prob_1"),
        ("label,p0,p1,p2\n0,.2,.8,0\n2,.3,.7,0", "label", "p0 p1 p2"),
        ("y,p_1,p_2,p_3\n1,.2,.8,0\n3,.3,.7,0", "y", "p_1 p_2 p_3"),
        ("y_true,score_cat,score_dog\ncat,2,1\ndog,3,1", "y_true", "score_cat score_dog"),
        ("truth,score_0,score_1\n0,2,1\n1,3,1", "truth", "score_0 score_1"),
        ("labels,logits_0,logits_1\n0,2.5,1\n1,3,1.5", "labels", "logits_0 logits_1"),
        ("labels,logit_a,logit_b\na,2.5,1\nb,3,1.5", "labels", "logit_a logit_b"),
        ("target,probs_class_1,probs_class_2\n1,.2,.8\n2,.3,.7", "target", "probs_class_1 probs_class_2"),
        ("target,proba_0,proba_1\n0,.2,.8\n1,.3,.7", "target", "proba_0 proba_1"),
        ("label,rawPrediction_0,rawPrediction_1\n0,.2,.8\n1,.3,.7", "label", "rawPrediction_0 rawPrediction_1"),
        ("target,y_pred_proba_0,y_pred_proba_1\n0,.2,.8\n1,.3,.7", "target", "y_pred_proba_0 y_pred_proba_1"),
        (
            "target,ProbabilityClass0,ProbabilityClass1\n0,.2,.8\n1,.3,.7",
            "target",
            "ProbabilityClass0 ProbabilityClass1",
        ),
        ("target,Class_1,Class_2\nClass_1,.2,.8\nClass_2,.3,.7", "target", "Class_1 Class_2"),
        ("y,log_prob_a,log_prob_b\na,-1,-2\nb,-3,-1", "y", "log_prob_a log_prob_b"),
        ("y,lr_prob_0,lr_prob_1\n0,.2,.8\n1,.3,.7", "y", "lr_prob_0 lr_prob_1"),
        # the class in front, in brackets, or both ends
        ("animal,animal_cat_PREDICTION,animal_dog_PREDICTION\ncat,.2,.8\ndog,.3,.7", "animal", None),
        ("y,cat_prob,dog_prob\ncat,.2,.8\ndog,.3,.7", "y", "cat_prob dog_prob"),
        ("label,confidence(a),confidence(b)\na,.2,.8\nb,.3,.7", "label", "confidence(a) confidence(b)"),
        ("label,P (label=a),P (label=b)\na,.2,.8\nb,.3,.7", "label", "P (label=a) P (label=b)"),
        ("label,Prob[a],Prob[b]\na,.2,.8\nb,.3,.7", "label", "Prob[a] Prob[b]"),
        # weak words count where the labels name the same classes
        ("truth,.pred_class,.pred_a,.pred_b\na,b,.2,.8\nb,b,.3,.7", "truth", ".pred_a .pred_b"),
        ("obs,pred,a,b\na,b,.2,.8\nb,b,.3,.7", "obs", "a b"),
        # columns called as the classes
        ("target,prediction,setosa,virginica\nsetosa,setosa,.7,.3\nvirginica,setosa,.6,.4", "target", None),
        ("label,0,1,2\n2,.2,.7,.1\n1,.3,.3,.4", "label", "0 1 2"),
        ("species,setosa,virginica\nsetosa,.7,.3\nvirginica,.6,.4", "species", "setosa virginica"),
        # decisions and sums beside the outputs are passed over
        ("true_label,label,prob_a,prob_b\na,a,.2,.8\nb,a,.3,.7", "true_label", "prob_a prob_b"),
        ("actual,label,prob_0,prob_1\ncat,1,.2,.8\ndog,0,.3,.7", "label", "prob_0 prob_1"),
        ("y_true,y_pred,prob_0,prob_1\n1,1,.2,.8\n0,1,.3,.7", "y_true", "prob_0 prob_1"),
        ("y_true,y_pred,prob_a,prob_b\na,a,.2,.8\nb,a,.3,.7", "y_true", "prob_a prob_b"),
        ("y,y_0_PREDICTION,y_1_PREDICTION,y_PREDICTION\n0,.2,.8,1\n1,.3,.7,1", "y", "y_0_PREDICTION y_1_PREDICTION"),
        ("label,prob_0,prob_1,prob_max\n0,.2,.8,.8\n1,.3,.7,.7", "label", "prob_0 prob_1"),
        ("y_true,prediction_label,prediction_score_0,prediction_score_1\n1,1,.2,.8\n0,1,.3,.7", "y_true", None),
        # targets without a known name
        ("species,prob_setosa,prob_virginica\nsetosa,.7,.3\nvirginica,.6,.4", "species", "prob_setosa prob_virginica"),
        ("outcome,prob_0,prob_1\n0,.7,.3\n1,.6,.4", "outcome", "prob_0 prob_1"),
        ("result,prob_0,prob_1\n0,.7,.3\n1,.6,.4", "result", "prob_0 prob_1"),
        ("true_label,id,prob_0,prob_1\n0,7,.7,.3\n1,8,.6,.4", "true_label", "prob_0 prob_1"),
    ],
)
def test_blocks_of_outputs_beside_their_labels(text, target, outputs):
    found = layout(text)
    assert found.has_classes
    assert found.has_labels
    names, columns = chosen(found)
    assert names == [target]
    header = text.split("\n")[0].split(",")
    decisions = (target, "prediction", "prediction_label")
    expected = [name for name in header if name not in decisions] if outputs is None else _split_names(outputs, header)
    assert columns == expected


def _split_names(outputs: str, header: list[str]) -> list[str]:
    """Return the names in `outputs`, which may have blanks in them, in the order of the header."""
    return [name for name in header if f" {name} " in f" {outputs} "]


def test_a_thousand_columns():
    names = ",".join(f"prob_{k}" for k in range(1000))
    row = ",".join(["0.001"] * 1000)
    target, outputs = chosen(layout(f"label,{names}\n17,{row}\n998,{row}"))
    assert target == ["label"]
    assert outputs == [f"prob_{k}" for k in range(1000)]


@pytest.mark.parametrize("model", ["setosa", "virginica"])
def test_a_file_that_begins_with_one_class_only(model):
    found = layout(
        f"target,petal,sepal,setosa,versicolor,virginica\n{model},1.4,.2,.7,.2,.1\n{model},1.3,.2,.5,.3,.2", NO_CHOICES
    )
    assert chosen(found) == (["target"], ["setosa", "versicolor", "virginica"])


@pytest.mark.parametrize(
    ("text", "target", "score"),
    [
        ("y_true,y_pred,y_prob\n1,1,.8\n0,1,.7", "y_true", "y_prob"),
        ("y_true,y_pred,y_score\n1,1,.8\n0,1,-2", "y_true", "y_score"),
        ("y_true,p\n1,.8\n0,.7", "y_true", "p"),
        ("y_true,prob\n1,.8\n0,.7", "y_true", "prob"),
        ("y_true,proba\nyes,.8\nno,.7", "y_true", "proba"),
        ("label,pred\nspam,.8\nham,.7", "label", "pred"),
        ("label,prediction,prob_spam\nspam,spam,.8\nham,spam,.7", "label", "prob_spam"),
        ("label,spam_score\nspam,.8\nham,.7", "label", "spam_score"),
        ("y_true,y_prob\nTrue,.8\nFalse,.7", "y_true", "y_prob"),
        ("target,prediction,prediction_proba\n1,1,.8\n0,1,.7", "target", "prediction_proba"),
        ("churn,churn_prob\nyes,.8\nno,.7", "churn", "churn_prob"),
        ("y,prob_1\n1,.8\n0,.7", "y", "prob_1"),
        ("diagnosis,prob_benign\nmalignant,.1\nbenign,.7", "diagnosis", "prob_benign"),
        ("diagnosis,y_prob\nmalignant,.1\nmalignant,.7", "diagnosis", "y_prob"),
        ("class,y_prob\n0,.1\n1,.7", "class", "y_prob"),
        ("target,probability,id\nTrue,.8,1\nFalse,.7,2", "target", "probability"),
        # beside a name that says "the true one", label is the predicted class
        ("text,true_label,label,score\na,spam,spam,.8\nb,ham,spam,.7", "true_label", "score"),
        ("text,true_label,label,score\na,1,0,.4\nb,0,1,.7", "true_label", "score"),
        ("label,actual,score\nspam,spam,.8\nham,spam,.7", "actual", "score"),
        ("expected,label,score\nspam,spam,.8\nham,spam,.7", "expected", "score"),
        ("y_true,labels,prob\nspam,spam,.8\nham,spam,.7", "y_true", "prob"),
    ],
)
def test_one_score_of_two_classes(text, target, score):
    found = layout(text)
    assert found.has_classes
    assert chosen(found) == ([target], [score])


@pytest.mark.parametrize(
    ("text", "target", "prediction"),
    [
        ("y_true,y_prob\n1,.8\n0,.7", "y_true", "y_prob"),  # all rows decide
        ("y,yhat,p\n1.5,.8,3\n0.2,.7,3", "y", "yhat"),
        ("y,yhat,p_1,p_2\n1,1.2,8,2\n3,2.1,8,1", "y", "yhat"),
        ("y,yhat,score_math,score_art\n1,1.2,8,2\n3,2.1,8,1", "y", "yhat"),
        ("price,price_pred,p_1,p_2\n1.5,1.2,8,2\n3,2,8,1", "price", "price_pred"),
        ("price,price_pred,prob_1,prob_2\n1,1.2,8,2\n3,2.1,8,1", "price", "price_pred"),
        ("label,y,yhat\ncat,1.5,2.5\ndog,1,2", "y", "yhat"),
        ("y_true,label,y_pred\n1.5,1,1.4\n2.5,2,1.9", "y_true", "y_pred"),
        ("label,class,prediction\n1.5,cat,1.4\n2.5,dog,1.9", "label", "prediction"),
        ("label,class,prediction\n1,cat,1.4\n2,dog,1.9", "label", "prediction"),
        ("count,count_pred,0,1\n3,2.5,8,2\n4,2.5,1,1", "count", "count_pred"),
    ],
)
def test_regressions_stay_regressions(text, target, prediction):
    found = layout(text)
    assert not found.has_classes
    assert chosen(found) == ([target], [prediction])


@pytest.mark.parametrize(
    ("text", "targets", "outputs"),
    [
        ("label_a,label_b,prob_a,prob_b\n1,0,.8,.2\n1,1,.8,.1", "label_a label_b", "prob_a prob_b"),
        ("y_true_a,y_true_b,y_pred_a,y_pred_b\n1,0,.8,.2\n1,1,.8,.1", "y_true_a y_true_b", "y_pred_a y_pred_b"),
        ("target_0,target_1,prob_0,prob_1\n1,0,.8,.2\n1,1,.8,.1", "target_0 target_1", "prob_0 prob_1"),
        ("y_1,y_2,p_0,p_1\n1,0,.8,.2\n1,1,.8,.1", "y_1 y_2", "p_0 p_1"),
        ("a_true,b_true,a_prob,b_prob\n1,0,.8,.2\n1,1,.8,.1", "a_true b_true", "a_prob b_prob"),
        ("toxic,mild,prob_mild,prob_toxic\n1,0,.8,.2\n1,1,.8,.1", "mild toxic", "prob_mild prob_toxic"),
        ("label_b,label_a,prob_a,prob_b\n.3,.7,.8,.2\n.5,.5,.8,.2", "label_a label_b", "prob_a prob_b"),
    ],
)
def test_several_columns_of_targets(text, targets, outputs):
    found = layout(text)
    assert found.has_classes
    assert not found.has_labels
    assert chosen(found) == (targets.split(), outputs.split())


@pytest.mark.parametrize(
    ("text", "outputs"),
    [
        ("prob_a,prob_b\n.2,.8\n.3,.7", "prob_a prob_b"),
        ("id,p0,p1,p2\n1,.2,.8,0\n2,.3,.7,0", "p0 p1 p2"),
        ("fold,logit_a,logit_b\n1,.2,.8\n2,.3,.7", "logit_a logit_b"),
        ("y_pred,prob_0,prob_1\n1,.2,.8\n1,.3,.7", "prob_0 prob_1"),
    ],
)
def test_outputs_without_true_classes(text, outputs):
    found = layout(text)
    assert found.has_classes
    assert chosen(found) == ([], outputs.split())


def test_choices():
    text = "y,z,lr_prob_0,lr_prob_1,rf_prob_0,rf_prob_1\n1,0,.2,.8,.3,.7\n0,1,.1,.9,.2,.8"
    assert chosen(layout(text, Roles(prediction=("rf_prob_0", "rf_prob_1")))) == (["y"], ["rf_prob_0", "rf_prob_1"])
    assert chosen(layout(text, Roles(prediction="rf_*", target="z"))) == (["z"], ["rf_prob_0", "rf_prob_1"])
    assert chosen(layout(text, Roles(prediction="rf_prob_1", target="z"))) == (["z"], ["rf_prob_1"])
    several = layout("1,0,.2,.8\n0,1,.3,.7", Roles(target=("1", "2"), prediction=("4", "3")), headed=False)
    assert chosen(several) == (["1", "2"], ["4", "3"])


def test_columns_by_number():
    found = layout("1,.2,.8\n0,.3,.7", Roles(target="1", prediction=("3", "2")), headed=False)
    assert chosen(found) == (["1"], ["3", "2"])
    assert found.describe() == Columns(target="1", predictions=("3", "2"))


def test_the_task_makes_outputs_of_columns_without_telling_names():
    assert chosen(layout("0,1,2\n.2,.7,.1\n.3,.3,.4", task="multiclass")) == ([], ["0", "1", "2"])
    assert chosen(layout("label,u,v\na,.2,.8\nb,.3,.7", task="multiclass")) == (["label"], ["u", "v"])
    assert chosen(layout("y,yhat\n1,.2\n0,.3", task="binary")) == (["y"], ["yhat"])
    assert chosen(layout("y_prob\n.2\n.3", task="binary")) == ([], ["y_prob"])
    assert not layout("y_true,y_pred,y_prob\n1,1,.2\n0,1,.3", Roles(prediction="y_prob"), "regression").has_classes


def test_weights_and_groups_are_found_beside_classes():
    found = layout(
        "label,prob_0,prob_1,sample_weight,fold\n0,.2,.8,1,1\n1,.3,.7,2,1", Roles(group="fold", order="sample_weight")
    )
    assert found.describe() == Columns(
        target="label", predictions=("prob_0", "prob_1"), group="fold", order="sample_weight"
    )
    assert layout("label,prob_0,prob_1,sample_weight\n0,.2,.8,1").describe().weight == "sample_weight"


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (
            "label,prob_0,prob_1\n0.5,.2,.8\n1,.3,.7",
            {},
            "f.csv: 'prob_0', 'prob_1' … are named like outputs of classes, but the target 'label' holds no classes "
            "(it begins with 0.5, 1). Name the true class with -t COL; for a regression, name its prediction with -p "
            "COL.",
        ),
        (
            "label,pred\nspam,spam\nham,spam",
            {},
            "f.csv: column 'pred' holds the predicted class, and not how likely it is. Write the probabilities or "
            "logits of the classes (predict_proba), a column each.",
        ),
        (
            "y,prob_0,prob_1,logit_0,logit_1\n1,.2,.8,.2,.8\n0,.1,.9,.2,.8",
            {},
            "f.csv: several groups of columns could be the outputs: 'prob_0', 'prob_1' or 'logit_0', 'logit_1'. "
            "Choose with -p prob or -p logit.",
        ),
        (
            "label,y_prob,prob\na,.2,.8\nb,.1,.9",
            {},
            "f.csv: several columns could be the prediction: 'y_prob', 'prob'. Choose with -p y_prob.",
        ),
        (
            "label,y,prob_a,prob_b\na,b,.2,.8\nb,a,.1,.9",
            {},
            "f.csv: several columns could be the target: 'label', 'y'. Choose with -t label.",
        ),
        (
            "class,label,score\na,b,.2\nb,a,.1",
            {},
            "f.csv: several columns could be the target: 'class', 'label'. Choose with -t class.",
        ),
        (
            "label,outcome,score\n0,1,.2\n1,0,.1",
            {},
            "f.csv: several columns could be the target: 'label', 'outcome'. Choose with -t label.",
        ),
        (
            "true_label,label,score\n4,3,12\n3,2,11\n0,1,17",  # no classes of one score, and label is not the truth
            {},
            "f.csv: several columns could be the target: 'true_label', 'label'. Choose with -t true_label.",
        ),
        (
            "actual,label,y_true,prob_a,prob_b\na,b,a,.2,.8\nb,a,b,.1,.9",
            {},
            "f.csv: several columns could be the target: 'actual', 'y_true'. Choose with -t actual.",
        ),
        (
            "y,a,b\n1.5,.2,.8\n2.5,.1,.9",
            {"roles": Roles(prediction=("a", "b"))},
            "f.csv: several predictions need a target of classes, and 'y' has numbers with fractions. Choose one "
            "prediction with -p a.",
        ),
        (
            "a,b,c,d,e\n1,0,.2,.8,1\n0,1,.1,.9,1",
            {"roles": Roles(target=("a", "b"), prediction=("c", "d", "e"))},
            "f.csv: there are 2 columns of targets ('a', 'b') and 3 of outputs ('c', 'd', 'e'). Each class needs one "
            "of both.",
        ),
        (
            "a,b,c,d\n1,0,.2,.8\n0,1,.1,.9",
            {"roles": Roles(target=("a", "b"), prediction=("c", "d"))},
            "f.csv: the targets 'a', 'b' cannot be matched by name with the outputs 'c', 'd'. Name both by the class, "
            "as in true_cat and prob_cat, or number both.",
        ),
        (
            "y,p\n0,.2\n1,.3",
            {"task": "multiclass"},
            "f.csv: no outputs were found for --task multiclass. Name their columns with -p COL.",
        ),
        (
            "y,p\n0,.2\n1,.3",
            {"task": "multiclass", "roles": Roles(prediction="p")},
            "f.csv: --task multiclass needs an output for each class, and 'p' is one column. Name them all with "
            "-p COL.",
        ),
        (
            "y,p\n0,.2\n1,.3",
            {"task": "ordinal"},
            "--task must be one of auto, regression, count, binary, multiclass, multilabel, soft, it is 'ordinal'",
        ),
        (
            "y,p\n0,.2\n1,.3",
            {"roles": Roles(prediction="q*")},
            "f.csv has no column like 'q*'. Its columns are 'y', 'p'.",
        ),
        (
            "y,p\n0,.2\n1,.3",
            {"roles": Roles(prediction=("p", "p"))},
            "f.csv: column 'p' is named twice as prediction. Name it once.",
        ),
        (
            "id,note,prob_yes\na1,b,.2\na2,d,.3",
            {},
            "f.csv: 'prob_yes' is named like the score of a class, and no column of true classes was found. Name it "
            "with -t COL; if these are residuals, say --residual prob_yes.",
        ),
        (
            "label,0,1,2\n2,255,0,3\n1,0,7,0",  # pixels
            {},
            "f.csv has targets ('label') but no predictions were found. Name their column with -p COL, or look at the "
            "targets alone with -t label. Its columns are 'label', '0', '1', '2'.",
        ),
        (
            "model,Abs Error\na,.5\nb,.3",
            {},
            "f.csv: 'Abs Error' is named like the size of an error or a loss, and to tell the noise takes its sign. "
            "Write the residuals, target - prediction, or targets and predictions, or say --residual Abs Error "
            "if these have a sign.",
        ),
        (
            "y_pred,abs_error\n1,.5\n2,0",
            {"roles": Roles(residual="abs_error")},
            "f.csv: 'abs_error' is named like the size of an error or a loss and is never negative, and to tell the "
            "noise takes its sign. Write the residuals, target - prediction, or targets and predictions.",
        ),
        (
            "a,b,c\n1,0,.2\n0,1,.1",
            {"roles": Roles(target=("a", "b"))},
            "f.csv: no outputs were found for the targets 'a', 'b'. Name a column for each with -p COL.",
        ),
    ],
)
def test_refusals(text, options, message):
    assert refusal(text, **options) == message
