"""The text of emitted programs: what tools say of it, what it needs, how it reads."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from small_programs import layer, program
from torch_cases import CASES
from torch_programs import act, chain, emitted

from specc.catalog.construct import Construct
from specc.catalog.registry import catalog
from specc.emit.uses import uses
from specc_torch import BACKEND

FAMILIES = (
    "layer",
    "activation",
    "regularizer",
    "constraint",
    "loss",
    "metric",
    "optimizer",
)


def test_the_cases_use_every_construct() -> None:
    used = {type(use.construct) for case in CASES.values() for use in uses(case)}
    kinds: list[type[Construct]] = [
        kind for family in FAMILIES for kind in catalog().family(family).values()
    ]
    assert len(kinds) > 30
    assert [kind.keyword for kind in kinds if kind not in used] == []


def test_nothing_of_the_catalogue_is_refused() -> None:
    for family in FAMILIES:
        for kind in catalog().family(family).values():
            assert kind in BACKEND.table, kind.keyword
    assert all(BACKEND.plan(case).obstacles == () for case in CASES.values())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the text of every case."""
    path = tmp_path_factory.mktemp("emitted")
    for number, case in enumerate(CASES.values()):
        (path / f"case_{number}.py").write_text(emitted(case).text, encoding="utf-8")
    return path


def _ruff(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "ruff",
        *arguments,
        "--isolated",
        "--no-cache",
        ".",
    ]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_formatter_changes_nothing(folder: Path) -> None:
    result = _ruff(folder, "format", "--diff")
    assert result.returncode == 0, result.stdout
    assert f"{len(CASES)} files already formatted" in result.stderr


def test_the_linter_finds_nothing(folder: Path) -> None:
    result = _ruff(folder, "check", "--select", "E,F,I,UP,B")
    assert result.returncode == 0, result.stdout
    assert "No Python files found" not in result.stderr


def test_text_is_the_same_each_time() -> None:
    assert emitted(CASES["two outputs"]).text == emitted(CASES["two outputs"]).text


@pytest.mark.parametrize("name", CASES)
def test_imports_are_the_framework_and_plain_packages(name: str) -> None:
    tree = ast.parse(emitted(CASES[name]).text)
    modules = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {
        (node.module or "").split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
    }
    outside = modules - set(sys.stdlib_module_names)
    assert outside <= {"torch", "numpy", "safetensors"}


def test_everything_at_the_top_has_types_and_a_docstring() -> None:
    tree = ast.parse(emitted(CASES["residual"]).text)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert len(functions) > 20
    for node in functions:
        assert ast.get_docstring(node), node.name
        assert node.returns is not None, node.name
        assert all(argument.annotation for argument in node.args.args), node.name


def test_lines_of_nodes_hold_their_calls() -> None:
    emission = emitted(CASES["residual"])
    lines = emission.text.split("\n")
    assert set(emission.lines) == set(emission.nodes)
    for node, (first, last) in emission.lines.items():
        assert f"self.{node}(" in "\n".join(lines[first - 1 : last])
    for node, spans in emission.built.items():
        made = ["\n".join(lines[first - 1 : last]) for first, last in spans]
        assert made == [] or made[0].startswith(f"        self.{node} = "), node
        assert all(text.lstrip().startswith(f"self.{node}") for text in made)
    assert any(len(spans) == 2 for spans in emission.built.values())


def test_images_change_their_layout_at_borders_only() -> None:
    text = emitted(CASES["residual"]).text
    assert text.count(".permute(0, 3, 1, 2)") == 2  # where the image is read
    assert text.count(".permute(0, 2, 3, 1)") == 0  # the mean has no rows and columns


MLP = '''
class Tested(nn.Module):
    """Takes image (8, 8); gives y (10)."""

    def __init__(self) -> None:
        super().__init__()
        self.l1 = nn.Flatten()
        self.l2 = nn.Linear(64, 30, bias=True)
        self.l2_activation = nn.ReLU()
        self.l3 = Dropout(p=0.2)
        self.l4 = nn.Linear(30, 10, bias=True)

    def forward(self, image: Tensor) -> Tensor:
        """Return the outputs."""
        l1 = self.l1(image)
        l2 = self.l2_activation(self.l2(l1))
        l3 = self.l3(l2)
        return self.l4(l3)
'''

STEP = '''
def train_step(state: State, batch: Arrays, step: int) -> tuple[State, Figures]:
    """Make one update, in place; return the state and the figures of the batch.

    `step` counts the updates made before; it is not advanced in the state.
    """
    _, figures = gradients(state, batch, step)
    prepare_update(state, step)
    state.optimizer.step()
    return state, figures
'''


def test_a_small_program_reads_as_it_should() -> None:
    case = chain(
        (8, 8),
        layer("Flatten"),
        layer("Dense", units=30, activation=act("relu")),
        layer("Dropout", rate=0.2),
        layer("Dense", units=10),
    )
    text = emitted(case).text
    assert MLP in text
    assert STEP in text


def test_masks_have_the_sizes_of_the_batch() -> None:
    case = program(
        {"x": ("time", 4)}, [("d", layer("Dropout", rate=0.5), "x")], objectives=[]
    )
    assert '(rows, batch["x"].shape[1], 4)' in emitted(case).text


def test_the_plan_is_plain_data() -> None:
    described = BACKEND.plan(CASES["residual"]).describe()
    assert json.loads(json.dumps(described)) == described
    assert described["nodes"]["c1"] == "c1:channels_first"


def test_emitting_needs_no_framework() -> None:
    """Importing the backend and writing a program imports neither PyTorch nor safetensors."""
    code = (
        "import sys; sys.path[:0] = sys.argv[1:3];"
        "from torch_cases import CASES; from torch_programs import emitted;"
        "print(len(emitted(CASES['residual']).text));"
        "print(sorted({'torch', 'tensorflow', 'keras'} & set(sys.modules)))"
    )
    here = Path(__file__).parent
    command = [sys.executable, "-c", code, str(here), str(here.parent)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    length, modules = result.stdout.split("\n")[:2]
    assert int(length) > 1000
    assert modules == "[]"
