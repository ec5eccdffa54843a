"""Which column is taken for what, from names alone and from choices."""

from __future__ import annotations

import unicodedata

import pytest

from losscheck.reading import Roles
from losscheck.reading.columns import find_columns, list_columns
from losscheck.reading.dialect import Dialect
from losscheck.reading.labels import match_labels
from losscheck.reading.layout import find_layout
from losscheck.reading.names import PREDICTION_NAMES, RESIDUAL_NAMES, TARGET_NAMES, is_unsigned, normalise
from losscheck.results import InputError

NO_CHOICES = Roles()


def find(*names: str, roles: Roles = NO_CHOICES, **cells: str) -> dict[str, str]:
    rows = tuple(tuple(cells.get(name, f"{row}.5") for name in names) for row in range(3))
    dialect = Dialect(",", '"', ".", names, len(names), 0, 2, 0, rows)
    return {role: column.name for role, column in find_columns(list_columns(dialect), roles, True, "f.csv").items()}


def refusal(*names: str, roles: Roles = NO_CHOICES, **cells: str) -> str:
    with pytest.raises(InputError) as caught:
        find(*names, roles=roles, **cells)
    return str(caught.value)


@pytest.mark.parametrize(
    ("target", "prediction"),
    [
        # the table of names, source by source
        *(("y_true", name) for name in ("y_pred", "y_pred_proba", "y_prob", "y_score")),
        ("y", "y_pred"),
        ("target", "prediction"),
        *(("label", name) for name in ("prediction", "rawPrediction", "probability")),
        ("label_ids", "predictions"),
        ("target", "prediction_proba"),
        ("truth", "guess"),
        ("price", "predicted_price"),
        ("price", "price_PREDICTION"),
        ("truth", ".pred"),
        ("obs", "pred"),
        ("truth", "estimate"),
        ("y", "yhat"),
        *(("target", name) for name in ("oof_pred", "y_pred_oof", "preds")),
        ("labels", "pred"),
        ("gt", "yhat"),
        ("ground_truth", "scores"),
        ("observed", "predicted"),
        ("actual", "predicted"),
        ("response", "fitted"),
        ("gold", "forecast"),
        # same stem
        ("price_true", "price_pred"),
        ("actual_price", "pred_price"),
        ("obs.temp", "temp.hat"),
        ("gt_x", "x_score"),
        ("x_true", "x_prob"),
        ("price", "price_pred"),
        ("Price", "PRICE_PRED"),
        # spelling
        ("Y True", "Y-Pred"),
        ("yTrue", "yPred"),
        (" 'target'", "\ufeffPrediction"),
    ],
)
def test_pairs_found_by_name(target, prediction):
    assert find("id_of_row", target, "feature", prediction) == {"target": target, "prediction": prediction}


@pytest.mark.parametrize("name", RESIDUAL_NAMES)
def test_residuals_found_by_name(name):
    assert find("x", name.title(), "z") == {"residual": name.title()}


def test_the_tables_do_not_overlap():
    tables = [{n for names in table.values() for n in names} for table in (TARGET_NAMES, PREDICTION_NAMES)]
    assert not tables[0] & tables[1]
    assert not set(RESIDUAL_NAMES) & (tables[0] | tables[1])
    assert all(normalise(name) == name for table in tables for name in table)


def test_residual_with_prediction():
    assert find("resid", "fitted") == {"residual": "resid", "prediction": "fitted"}
    assert find("x", "fitted", roles=Roles(residual="x")) == {"residual": "x", "prediction": "fitted"}
    assert find("y", "x", roles=Roles(residual="x", target="y")) == {"residual": "x", "target": "y"}


def test_residuals_are_not_used_where_target_and_prediction_are_there():
    assert find("y", "yhat", "error") == {"target": "y", "prediction": "yhat"}


def test_the_only_column_of_numbers_is_residuals():
    assert find("name", "value", name="text") == {"residual": "value"}


UNSIGNED = (
    "abs_error absolute_error squared_error sq_err rmse mae loss val_loss abs_resid error_abs AbsError sq_residual"
)


def test_sizes_of_errors_are_known_by_name():
    assert all(is_unsigned(normalise(name)) for name in UNSIGNED.split())
    signed = (*RESIDUAL_NAMES, "value", "absolute", "abs", "square", "y_error", "dev", "losses_avoided", "diff", "y")
    assert not any(is_unsigned(name) for name in signed)


def test_chosen_residuals_with_a_sign_may_have_any_name():
    columns = list_columns(Dialect(",", '"', ".", ("abs_error",), 1, 0, 2, 0, (("1",), ("-2",))))
    found = find_layout(columns, Roles(residual="abs_error"), True, "f.csv")
    assert found.roles["residual"][0].name == "abs_error"


def test_choices_go_before_names():
    assert find("y", "y_pred", "z", roles=Roles(target="z")) == {"target": "z", "prediction": "y_pred"}
    assert find("a", "b", roles=Roles(target="b", prediction="a")) == {"target": "b", "prediction": "a"}
    assert find("price", "price_pred", "z", roles=Roles(target="price"))["prediction"] == "price_pred"


def test_a_choice_up_to_spelling():
    assert find("Sale Price", "guess", roles=Roles(target="sale_price"))["target"] == "Sale Price"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("asked", ["NFC", "NFD"])
def test_accents_may_be_composed_or_not(form, asked):
    def spell(name: str, form: str = form) -> str:
        return unicodedata.normalize(form, name)

    chosen = Roles(target=spell("Température", asked))
    assert find(spell("Température"), "yhat", "z", roles=chosen)["target"] == spell("Température")
    assert find(spell("Température"), spell("température_pred", asked))["target"] == spell("Température")
    columns = list_columns(Dialect(",", '"', ".", (spell("é_0"), spell("é_1"), "y"), 3, 0, 2, 0, ((".2", ".8", "1"),)))
    for prediction in ("é_*", "é"):
        found = find_layout(columns, Roles(target="y", prediction=spell(prediction, asked)), True, "f.csv")
        assert len(found.roles["prediction"]) == 2
    labels = match_labels([spell("été", asked)], [(spell("été"), "hiver")], "y")
    assert labels[1] == [0]


def test_sample_weight_is_found_and_weight_is_not():
    assert find("y", "yhat", "sample_weight")["weight"] == "sample_weight"
    assert "weight" not in find("y", "yhat", "weight")
    assert find("y", "yhat", "weight", roles=Roles(weight="weight"))["weight"] == "weight"


def test_text_with_a_fitting_name_gives_way_to_numbers():
    assert find("label", "y", "yhat", label="cat")["target"] == "y"


@pytest.mark.parametrize(
    ("names", "roles", "message"),
    [
        (
            ("y", "yhat", "y_pred"),
            Roles(),
            "f.csv: several columns could be the prediction: 'yhat', 'y_pred'. Choose with -p yhat.",
        ),
        (
            ("y", "target", "yhat"),
            Roles(),
            "f.csv: several columns could be the target: 'y', 'target'. Choose with -t y.",
        ),
        (
            ("price", "price_pred", "yhat"),
            Roles(target="price"),
            "f.csv: several columns could be the prediction: 'yhat', 'price_pred'. Choose with -p yhat.",
        ),
        (
            ("a_true", "a_pred", "b_true", "b_pred"),
            Roles(),
            "f.csv: several columns could be target and prediction: 'a_true' with 'a_pred', 'b_true' with 'b_pred'. "
            "Choose with -t a_true -p a_pred.",
        ),
        (
            ("id", "y_pred", "x"),
            Roles(),
            "f.csv has predictions ('y_pred') but no targets, so there is nothing to compare them with. Add the "
            "column of true values, name it with -t COL, or give the file that has it with --targets FILE --on id. Its "
            "columns are 'id', 'y_pred', 'x'.",
        ),
        (
            ("target", "size"),
            Roles(),
            "f.csv has targets ('target') but no predictions were found. Name their column with -p COL, or look at the "
            "targets alone with -t target. Its columns are 'target', 'size'.",
        ),
        (
            ("y", "forest_pred", "net_pred"),
            Roles(),
            "f.csv has targets ('y'), but it cannot be told whether their predictions are 'forest_pred' or "
            "'net_pred'. Choose with -p forest_pred.",
        ),
        (
            ("epoch", "loss", "val_loss"),
            Roles(),
            "f.csv looks like a training log ('epoch', 'loss', 'val_loss'): it has a loss per epoch or step. "
            "losscheck needs a target and a prediction per row; write them out for a held-out set.",
        ),
        (
            ("a", "b"),
            Roles(),
            "f.csv: it cannot be told which columns hold targets and predictions. "
            "Name them with -t COL -p COL, or residuals with --residual COL. Its columns are 'a', 'b'.",
        ),
        (
            ("y_true", "y_pred"),
            Roles(target="y_ture"),
            "f.csv has no column 'y_ture'. Did you mean 'y_true'? Its columns are 'y_true', 'y_pred'.",
        ),
        (("y", "y", "yhat"), Roles(target="y"), "f.csv has 2 columns named 'y'. Rename all but one."),
        (
            ("y", "yhat"),
            Roles(target="y", prediction="y"),
            "f.csv: column 'y' cannot be target and prediction at once. Name two columns.",
        ),
        (
            ("y", "yhat", "e"),
            Roles(target="y", prediction="yhat", residual="e"),
            "f.csv: target, prediction and residual are all given, and one follows from the other two. "
            "Leave out --residual.",
        ),
    ],
)
def test_refusals(names, roles, message):
    assert refusal(*names, roles=roles) == message


def test_words_are_no_targets_of_a_regression():
    assert refusal("label", "prediction", label="cat") == (
        "f.csv: column 'label' has text like 'cat', and the targets of a regression are numbers."
    )


def test_a_regression_takes_one_prediction():
    assert refusal("y", "a", "b", roles=Roles(prediction=("a", "b"))) == (
        "f.csv: 2 prediction columns are named ('a', 'b'), and a regression takes one at a time. Name one of them."
    )
