"""What programs of several phases look like: a page that is written anew on request."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from specc.backend import backend
from specc.verify.samples import MODELS

PAGE = Path(__file__).parent / "phases.md"
#: What has to do with phases, by backend.
SHOWN = {
    "torch": """PHASES EPOCHS FROZEN Phases penalty new_stopping State learning_rate rate_at
        init_state begin_phase weights_of trained_parameters new_optimizer clip_gradients
        prepare_update apply_constraints train_step phase_ended train train_epoch SLOTS
        RESTING export_state expected_state import_state""",
    "keras": """State begin_phase new_optimizer find_slots update_weights train_step
        export_state import_state freeze weights_of""",
    "reference": """OPTIMIZERS begin_phase penalty gradients train_step export_state
        import_state""",
}
HEAD = """# A training of three phases

What emitted programs have of which each phase has its own, or that knows of phases.
"""


def page() -> str:
    program = MODELS["phases"]()
    parts = [HEAD]
    for name, words in SHOWN.items():
        side = backend(name)
        text = side.emit(side.plan(program)).text
        shown = "\n\n\n".join(_definitions(text, words.split()))
        parts.append(f"## {name}\n\n```python\n{shown}\n```\n")
    return "\n".join(parts)


def _definitions(text: str, words: list[str]) -> list[str]:
    lines, found = text.split("\n"), dict[str, str]()
    for node in ast.parse(text).body:
        name = getattr(node, "name", "")
        if isinstance(node, ast.Assign):
            name = ast.unparse(node.targets[0])
        found[name] = "\n".join(lines[node.lineno - 1 : node.end_lineno])
    return [found[word] for word in words]


def test_the_page_shows_what_is_emitted(pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("--update-pages"):
        PAGE.write_text(page(), encoding="utf-8", newline="\n")
    assert PAGE.read_text(encoding="utf-8") == page(), "run pytest --update-pages"


def test_one_phase_is_written_as_if_there_were_no_phases() -> None:
    """Whatever it is called."""
    program = MODELS["mlp"]()
    assert program.training is not None
    (phase,) = program.training.phases
    named = phase.model_copy(update={"name": "another"})
    training = program.training.model_copy(update={"phases": (named,)})
    other = program.model_copy(update={"training": training})
    for name in SHOWN:
        side = backend(name)
        text = side.emit(side.plan(program)).text
        assert side.emit(side.plan(other)).text == text
        assert "phase" not in text.lower()


@pytest.mark.parametrize("name", [*SHOWN])
def test_a_program_prints_the_names_of_its_phases(tmp_path: Path, name: str) -> None:
    program = MODELS["phases"]()
    side = backend(name)
    (tmp_path / "program.py").write_text(side.emit(side.plan(program)).text)
    random = np.random.default_rng(0)
    arrays = {
        prefix + field: random.integers(0, 2, (12, *shape)).astype(np.float32)
        for prefix in ("", "val_")
        for field, shape in program.fields().items()
    }
    np.savez(tmp_path / "data.npz", **arrays)
    command = [sys.executable, "program.py", "data.npz"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines() if " loss " in line]
    told = [words[0] for words in lines if words[0] != "test"]
    assert program.training is not None
    wanted = [phase.name for phase in program.training.phases]
    assert list(dict.fromkeys(told)) == wanted
    assert [words[1] for words in lines] == [str(k + 1) for k in range(len(lines))]
    assert "phase" not in done.stdout
