"""The pipeline: reading, selecting, compiling and its refusals, rules, light imports."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from check_specs import TRAIN, check, sequential

import specc
from specc.backend import Backend, Emission, Obstacle
from specc.catalog import catalog
from specc.check.summary import summarize
from specc.diagnostics import RULES
from specc.emit.lowering import Table
from specc.ir import Program
from specc.pipeline import (
    Budget,
    SelectionError,
    UnreadableError,
    compile_program,
    read,
    select,
    select_model,
)

DATA = "data Wine { source = wine }\n"
NET = sequential("  Dense(3, activation = softmax)")


def test_read_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.nnspec"
    path.write_bytes(b"\xef\xbb\xbfmodel Net { }\r\n")
    source = read(path)
    assert (source.name, source.text) == (str(path), "model Net { }\r\n")


def test_read_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(tmp_path / "none.nnspec")
    assert caught.value.problem.rule == "unreadable"
    with pytest.raises(UnreadableError):
        read(tmp_path)


def test_read_what_is_too_long(tmp_path: Path) -> None:
    path = tmp_path / "a.nnspec"
    path.write_text("#" * 101)
    assert read(path).text == "#" * 101
    with pytest.raises(UnreadableError) as caught:
        read(path, Budget(source_bytes=100))
    assert caught.value.problem.rule == "too-much-work"


def test_read_what_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.nnspec"
    path.write_bytes("# grün\n# gr".encode() + b"\xfcn\n")
    with pytest.raises(UnreadableError) as caught:
        read(path)
    span = caught.value.problem.span
    assert span is not None
    assert (span.line, span.column, span.start) == (2, 5, 11)


def test_select_a_training() -> None:
    other = TRAIN.replace("train Net", "train other: Net")
    one, two = check(NET + DATA + TRAIN), check(NET + DATA + TRAIN + other)
    assert select(one).name == "Net"
    assert select(two, "other").name == "other"
    assert select(check(NET + DATA + other), "Net").name == "other"
    with pytest.raises(SelectionError) as caught:
        select(two)
    assert caught.value.names == ("Net", "other")
    with pytest.raises(SelectionError, match="did you mean other"):
        select(two, "othr")


def test_select_a_model() -> None:
    checked = check(NET + NET.replace("Net", "Mesh") + DATA + TRAIN)
    assert select_model(checked, "Mesh").program.network.name == "Mesh"
    assert select_model(checked, "Net").kind == "model"
    with pytest.raises(SelectionError):
        select_model(checked)
    alone = check(NET)
    assert select(alone).kind == "model"
    assert select_model(alone).program.training is None
    named = check(NET + DATA + TRAIN.replace("train Net", "train run: Net"))
    assert select_model(named, "run").name == "Net"
    with pytest.raises(SelectionError, match="no model in this file"):
        select_model(check(DATA))


def test_programs_have_every_default_in_their_json() -> None:
    program = select(check(NET + DATA + TRAIN)).program
    again = Program.model_validate_json(program.model_dump_json())
    assert again == program
    assert '"kind":"glorot_uniform"' in program.model_dump_json()


@dataclass(frozen=True)
class Plan:
    """The plan of a backend that writes the names of layers."""

    program: Program
    obstacles: tuple[Obstacle, ...]

    def describe(self) -> dict[str, Any]:
        return {"layers": [node.name for node in self.program.network.layers]}


def _plan(program: Program) -> Plan:
    return Plan(
        program,
        tuple(
            Obstacle(node.name, "activation", "elu", "it has no expm1")
            for node in program.network.layers
            if node.layer.model_dump()["activation"]["kind"] == "elu"
        ),
    )


def _emit(plan: Plan) -> Emission:
    return Emission("\n".join(plan.describe()["layers"]))


NAMES = Backend("names", "Names", (), "", Table(), _plan, _emit, "")


def test_compile() -> None:
    compiled = compile_program(select(check(NET + DATA + TRAIN)), NAMES)
    assert compiled.emission is not None
    assert compiled.emission.text == "dense_1"
    assert compiled.problems == ()


def test_what_a_backend_refuses_is_shown_in_the_spec() -> None:
    model = sequential(
        "  defaults Dense { activation = elu; kernel_initializer = he_normal }\n"
        "  Dense(4)\n  Dense(5, activation = elu)\n  Dense(3, activation = tanh,"
        " kernel_initializer = glorot_uniform)"
    )
    compiled = compile_program(select(check(model)), NAMES)
    assert compiled.failed
    assert compiled.emission is None
    inherited, given = compiled.problems
    assert inherited.rule == given.rule == "refused"
    assert inherited.span is not None
    assert given.span is not None
    assert (inherited.span.line, inherited.span.column) == (4, 3)
    assert (given.span.line, given.span.column) == (5, 12)
    assert inherited.notes[0].span is not None
    assert inherited.notes[0].span.line == 3
    assert "it has no expm1" in given.message


def test_summary() -> None:
    layers = "  Flatten\n  Dense(5)\n  BatchNormalization\n  Dense(2)"
    summary = summarize(select_model(check(sequential(layers, "[2, 3]"))).program)
    assert [
        (row.name, row.kind, row.shape, row.parameters) for row in summary.rows
    ] == [
        ("features", "input", (2, 3), 0),
        ("flatten_1", "Flatten", (6,), 0),
        ("dense_1", "Dense", (5,), 35),
        ("batch_normalization_1", "BatchNormalization", (5,), 10),
        ("dense_2", "Dense", (2,), 12),
    ]
    assert (summary.parameters, summary.trainable, summary.buffers) == (57, 57, 10)
    assert summary.memory.weights == 4 * 67
    assert summary.outputs == {"output": "dense_2"}


# Rules


def test_every_rule_that_the_check_names_is_explained() -> None:
    package = Path(specc.__file__).parent
    files = [*(package / "check").rglob("*.py"), package / "pipeline.py"]
    text = "\n".join(file.read_text("utf-8") for file in files)
    named = set(re.findall(r"(?:error|Problem|Finding)\(\s*\"([a-z-]+)\"", text))
    named |= {f"unknown-{word}" for word in ("argument", "setting", "model", "data")}
    # What is written around a layer stands where layers do.
    families = set(catalog().families()) - {"settings", "wrapper"}
    named |= {f"unknown-{family}" for family in families}
    assert len(named) > 50
    assert named - set(RULES) == set()


def test_checking_imports_nothing_heavy() -> None:
    code = (
        "import sys; from specc.pipeline import *; from specc.diagnostics import Source\n"
        "text = 'model N { input x: float32[3]; Dense(2) }'\n"
        "assert not check_source(Source('a', text)).problems\n"
        "heavy = {'numpy', 'pandas', 'torch', 'tensorflow', 'keras', 'rich', 'sklearn'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
