"""Names of specs that mean something in Python or PyTorch, and names that meet."""

from __future__ import annotations

import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_programs import batch_of, layer, make, objective, program
from torch import nn
from torch_programs import act, emitted, module_of

from specc.emit.names import BUILTINS, KEYWORDS, Names, mangle
from specc_torch.reserved import IN_MODELS

IDENTIFIERS = st.text(
    string.ascii_letters + string.digits + "_", min_size=1, max_size=12
)
NAMES = IDENTIFIERS.filter(str.isidentifier)
TRICKY = NAMES | st.sampled_from(
    [
        "class",
        "class_",
        "_x",
        "name_x",
        "namename_x",
        "__init__",
        "None",
        "to",
        "to_",
        "_",
    ]
)


@given(st.sets(TRICKY, min_size=2, max_size=30), st.sets(TRICKY, max_size=10))
def test_identifiers_are_safe_and_distinct(names: set[str], reserved: set[str]) -> None:
    found = {name: mangle(name, reserved) for name in names}
    assert len(set(found.values())) == len(names)
    for identifier in found.values():
        assert identifier.isidentifier()
        assert identifier not in KEYWORDS
        assert identifier not in reserved
        assert not identifier.startswith("_")


@given(st.lists(TRICKY, unique=True), st.lists(TRICKY))
def test_made_up_names_meet_nothing(names: list[str], wanted: list[str]) -> None:
    scope = Names(names, {"to"})
    made = [scope.fresh(name) for name in wanted]
    every = [*(scope[name] for name in names), *made]
    assert len(set(every)) == len(every)


def test_common_names_stay_as_they_are() -> None:
    for name in ("dense_1", "image", "x", "hidden1", "ConvUnit_2", "price"):
        assert mangle(name, IN_MODELS) == name


def test_all_attributes_of_modules_are_reserved() -> None:
    attributes = {*dir(nn.Module), *vars(nn.Module())}
    assert {name for name in attributes if not name.startswith("_")} <= IN_MODELS


BAD = (
    "forward",
    "logits",
    "class",
    "training",
    "F",
    "F_",
    "torch",
    "nn",
    "__init__",
    "_parameters",
    "self",
    "None",
    "list",
    "x",
    "h",
    "forward_activation",
    "batch",
    "state",
    "outputs",
    "to",
)


@pytest.mark.parametrize(
    "name",
    """
    Dropout BatchNorm State Tensor dict float accuracy hashlib train_step class __main__ x
    forward Model EarlyStopping
    """.split(),  # noqa: SIM905
)
def test_programs_with_bad_names_run(name: str) -> None:
    kinds = [
        layer("Dense", units=3, activation=act("tanh")),
        layer("BatchNormalization"),
        layer("Dropout", rate=0.2),
        layer("Activation", activation=act("relu")),
    ]
    steps, previous = [], "lambda"
    for number, item in enumerate(BAD):
        steps.append((item, kinds[number % len(kinds)], previous))
        previous = item
    steps.append(
        ("import", layer("Dense", units=3, activation=act("softmax")), previous)
    )
    steps.append(("sum", layer("Add"), BAD))
    sparse = make("loss", "sparse_categorical_crossentropy")
    stopping = make(
        "callback", "early_stopping", patience={"value": 1.0, "unit": "epochs"}
    )
    case = program(
        {"lambda": (3,)},
        steps,
        {"import": "import", "global": "sum"},
        [objective("import", sparse, logits=True), objective("global")],
        name=name,
        callbacks=[stopping],
    )
    module, emission = module_of(case), emitted(case)
    compile(emission.text, "program.py", "exec")
    state = module.init_state()
    before = module.export_weights(state)
    _, figures = module.train_step(state, batch_of(case), 0)
    assert set(figures) == {"loss", "import_loss", "global_loss"}
    after = module.export_weights(state)
    assert set(after) == {
        *(weight.path for weight in case.network.weights()),
        *(buffer.path for buffer in case.network.buffers()),
    }
    assert not np.array_equal(before["import/bias"], after["import/bias"])
    assert set(module.predict(state, batch_of(case))) == {"import", "global"}
    assert BUILTINS.isdisjoint(vars(module).keys() - {"__name__", "__doc__"} - _SPECIAL)


#: What every module has by itself.
_SPECIAL = {"__builtins__", "__loader__", "__spec__", "__package__", "__build_class__"}
