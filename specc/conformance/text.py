"""What every emitted text must be: safe, complete and honest about itself."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator

from ..backend import Backend, Emission
from ..emit.parsing import parse
from ..emit.uses import as_written
from ..ir import Program
from ..verify.looking import CONSTANTS
from .errors import Broken

__all__ = ["check_contract", "check_probe", "check_text"]

#: Code is laid out in 88 columns; docstrings may be a little wider.
WIDTH = 100
#: Calls and modules that can run what is not in the text.
BANNED = frozenset({"eval", "exec", "compile", "__import__", "breakpoint", "input"})
UNSAFE = frozenset({"ctypes", "importlib", "marshal", "pickle", "shelve", "subprocess"})

#: The functions of every program that trains, with their parameters.
FUNCTIONS: dict[str, tuple[str, ...]] = {
    "initial_weights": ("seed",),
    "build_model": ("dtype", "device", "seed"),
    "init_state": ("dtype", "device", "seed", "steps_per_epoch"),
    "learning_rate": ("step", "steps_per_epoch"),
    "gradients": ("state", "batch", "step"),
    "train_step": ("state", "batch", "step"),
    "evaluate_step": ("state", "batch"),
    "predict": ("state", "batch"),
    "export_weights": ("state",),
    "import_weights": ("state", "arrays"),
    "export_state": ("state",),
    "import_state": ("state", "arrays"),
    "train": ("batches", "state", "hooks"),
    "main": (),
}
#: What programs of several phases have besides.
OF_PHASES: dict[str, tuple[str, ...]] = {
    "learning_rate": ("step", "steps_per_epoch", "phase"),
    "rate_at": ("state", "step"),
    "begin_phase": ("state", "number"),
    "phase_ended": ("state",),
}
PROBE: dict[str, tuple[str, ...]] = {
    "configure": ("threads",),
    "node_outputs": (
        "module",
        "emission",
        "state",
        "batch",
        "training",
        "step",
        "statistics",
    ),
    "nodes_alone": (
        "module",
        "emission",
        "state",
        "calls",
        "edges",
        "cotangents",
        "training",
    ),
    "forced_step": ("module", "state", "batch", "step", "gradients"),
    "raw_gradients": ("module", "state", "batch", "step"),
    "penalty": ("module", "state"),
}


def check_text(side: Backend, program: Program, emission: Emission) -> None:
    """Hold a text against the rules for emitted files.

    Raises:
        Broken: it breaks one.
    """
    try:
        tree = parse(emission.text)
    except SyntaxError as error:
        raise Broken(f"the emitted text is no Python: {error}") from None
    for complaint in (
        *_unsafe(tree, {*side.requires, "numpy", "safetensors"}),
        *_unlisted(side, program, tree),
        *_untidy(emission.text),
        *_misplaced(program, emission),
    ):
        raise Broken(complaint)


def _unsafe(tree: ast.Module, allowed: set[str]) -> Iterator[str]:
    known = (allowed | sys.stdlib_module_names) - UNSAFE
    for line, module in _imported(tree):
        if module.split(".")[0] not in known:
            yield f"line {line} imports {module}"
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in BANNED:
            yield f"line {node.lineno} calls {node.func.id}"
        for keyword in node.keywords:
            if keyword.arg == "allow_pickle" and ast.unparse(keyword.value) != "False":
                yield f"line {node.lineno} allows pickles"


def _imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or "."


def _unlisted(side: Backend, program: Program, tree: ast.Module) -> Iterator[str]:
    head = " ".join((ast.get_docstring(tree) or "").split())
    for listed in as_written(side.table, program):
        for keyword, how in listed.items():
            # Constructs that are computed in one way stand together: l1, l2: how.
            said = f": {' '.join(how.split())}"
            before = [
                head[: found.start()] for found in re.finditer(re.escape(said), head)
            ]
            if not any(keyword in words.rsplit(": ", 1)[-1] for words in before):
                yield f"the head does not say how {keyword} is computed"


def _untidy(text: str) -> Iterator[str]:
    if not text.endswith("\n") or text.endswith("\n\n"):
        yield "the text does not end with one newline"
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > WIDTH:
            yield f"line {number} is {len(line)} characters long"
        if line != line.rstrip() or "\t" in line:
            yield f"line {number} has a tab, or spaces at its end"


def _misplaced(program: Program, emission: Emission) -> Iterator[str]:
    calls = {call.name for call in program.network.calls}
    count = emission.text.count("\n")
    if emission.nodes.keys() != calls:
        yield f"nodes are {sorted(emission.nodes)}, not {sorted(calls)}"
    if emission.lines.keys() != calls:
        yield f"lines are given for {sorted(emission.lines)}, not {sorted(calls)}"
    for name, (first, last) in emission.lines.items():
        if not 1 <= first <= last <= count:
            yield f"{name} is said to stand in lines {first} to {last} of {count}"


def check_contract(program: Program, emission: Emission) -> None:
    """See that a program offers the names that all do, with the same parameters.

    Raises:
        Broken: a name or a parameter is missing.
    """
    tree = parse(emission.text)
    wanted = dict(FUNCTIONS)
    if program.network.reused:
        beginning = ("initial_weights", "build_model", "init_state")
        wanted |= {name: (*FUNCTIONS[name], "reused") for name in beginning}
    training = program.training
    assert training is not None
    phases = training.phases
    callbacks = [callback for phase in phases for callback in phase.callbacks]
    if any(phase.optimizer.clipping() is not None for phase in phases):
        wanted["clip_gradients"] = ("gradients",)
    weights, frozen = program.network.weights(), program.frozen()
    if any(weight.regularizer for weight in weights if weight.path not in frozen):
        wanted["penalty"] = ("model",)
    if any(callback.keyword == "early_stopping" for callback in callbacks):
        wanted["new_stopping"] = ()
    if any(callback.keyword == "reduce_on_plateau" for callback in callbacks):
        wanted["new_plateau"] = ()
    if len(phases) > 1:
        wanted |= OF_PHASES
    _signatures(tree, wanted)
    bound = set(_bound(tree))
    weighted = ("SAMPLE_WEIGHT",) if training.sample_weight is not None else ()
    named = ("PHASES",) if len(phases) > 1 else ()
    for name in (*CONSTANTS, *weighted, *named, "State"):
        if name not in bound:
            raise Broken(f"the program has no {name}")


def check_probe(text: str) -> None:
    """See that a probe has the functions that the comparison calls.

    Raises:
        Broken: one is missing or takes other parameters.
    """
    _signatures(parse(text), PROBE)


def _signatures(tree: ast.Module, wanted: dict[str, tuple[str, ...]]) -> None:
    found = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    for name, parameters in wanted.items():
        if name not in found:
            raise Broken(f"there is no function {name}({', '.join(parameters)})")
        given = found[name].args
        names = [
            arg.arg for arg in (*given.posonlyargs, *given.args, *given.kwonlyargs)
        ]
        if tuple(names[: len(parameters)]) != parameters:
            had, want = ", ".join(names), ", ".join(parameters)
            raise Broken(f"{name} takes ({had}), not ({want})")


def _bound(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (t.id for t in node.targets if isinstance(t, ast.Name))
