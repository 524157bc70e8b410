"""Where in an emitted text the answer to a difference has to be looked for."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache

from ..backend import Emission
from ..emit.parsing import parse
from ..ir import Network
from .blame import Blame
from .compare import Mismatch
from .parts import (
    AFTER_A_STEP,
    AFTER_STEPS,
    ALONE,
    AT_THE_END,
    BUILT_STATE,
    BUILT_WEIGHTS,
    CLIPPED,
    FIGURES,
    FIGURES_OF_EPOCHS,
    FUNCTION,
    GRADIENTS,
    HALVED,
    HALVED_GRADIENTS,
    HELD_OUT,
    INITIAL,
    LAWS,
    ODD,
    OUTPUTS,
    OUTPUTS_AFTER,
    PENALTY,
    PREDICTIONS,
    RESUMED,
    REUSED,
    SETTINGS,
    STEP_FIGURES,
    TURNED,
    TURNED_GRADIENTS,
    UPDATES,
)

__all__ = ["Lines", "guilty_lines", "node_at", "node_called"]

#: First and last line, from 1.
Lines = tuple[int, int]

#: By part, the functions of every emitted program that answer for it.
FUNCTIONS = {
    INITIAL: ("initial_weights",),
    LAWS: ("initial_weights",),
    REUSED: ("initial_weights", "reused_array"),
    TURNED: ("predict",),
    HALVED: ("predict",),
    TURNED_GRADIENTS: ("gradients",),
    HALVED_GRADIENTS: ("gradients",),
    BUILT_STATE: ("init_state",),
    BUILT_WEIGHTS: ("build_model",),
    PREDICTIONS: ("predict",),
    PENALTY: ("penalty",),
    CLIPPED: ("clip_gradients",),
    AFTER_STEPS: ("train_step",),
    AFTER_A_STEP: ("train_step",),
    UPDATES: ("train_step",),
    ODD: ("train_step",),
    RESUMED: ("export_state", "import_state"),
    AT_THE_END: ("train",),
    FIGURES_OF_EPOCHS: ("train",),
    HELD_OUT: ("train",),
}
DECISIONS = {
    "rates": ("learning_rate",),
    "late_rates": ("learning_rate",),
    "stopping": ("new_stopping",),
    "plateau": ("new_plateau",),
    "guards": ("import_weights",),
    "defaults": ("init_state", "build_model"),
    "main": ("main",),
}
#: Functions that stand for themselves, whoever uses them.
CONTRACT = {"gradients", "evaluate_step", "learning_rate"}.union(
    *FUNCTIONS.values(), *DECISIONS.values()
)
#: Parts for which the lines of a node say all.
OF_NODES = (
    *ALONE,
    *OUTPUTS,
    *OUTPUTS_AFTER,
    GRADIENTS,
    TURNED_GRADIENTS,
    HALVED_GRADIENTS,
    FUNCTION,
)


def node_at(emission: Emission, line: int) -> str:
    """The node that a line of the text belongs to, or nothing."""
    for name, (first, last) in emission.lines.items():
        if first <= line <= last:
            return name
    for name, spans in emission.built.items():
        if any(first <= line <= last for first, last in spans):
            return name
    return ""


def node_called(emission: Emission, names: Iterable[str]) -> str:
    """The node whose output has the first of these names that any has, or nothing."""
    known = {edge: node for node, edge in emission.nodes.items()}
    found = (known.get(name) or known.get(name.partition(".")[0]) for name in names)
    return next(filter(None, found), "")


def guilty_lines(
    emission: Emission, network: Network, item: Mismatch, blame: Blame
) -> tuple[Lines, ...]:
    """The lines that compute what differs, in their order: a node's, or a function's."""
    found = set(_of_layer(emission, network, blame.owner))
    if not found or item.part.name not in OF_NODES:
        found |= set(_of_part(_outline(emission.text), item.part.name, item.name))
    return _joined(sorted(found))


def _joined(spans: list[Lines]) -> tuple[Lines, ...]:
    """The same lines in as few stretches as possible."""
    found: list[Lines] = []
    for first, last in spans:
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return tuple(found)


def _of_layer(emission: Emission, network: Network, owner: str) -> Iterator[Lines]:
    for call in network.calls:
        if owner in (call.name, call.layer):
            yield from emission.built.get(call.name, ())
            if call.name in emission.lines:
                yield emission.lines[call.name]


def _of_part(outline: _Outline, part: str, tensor: str) -> list[Lines]:
    """What the program has for a part: a setting, an entry, or functions."""
    if part == SETTINGS:
        return outline.settings.get(tensor, [])
    if part in (INITIAL, REUSED) and tensor in outline.entries:
        return outline.entries[tensor]
    if part in (*FIGURES, *STEP_FIGURES):
        return outline.saying(tensor)
    names = FUNCTIONS.get(part) or DECISIONS.get(tensor, ("train",))
    return [lines for name in names for lines in outline.with_own(name)]


class _Outline:
    """What an emitted text defines at its top level, and who uses what."""

    def __init__(self, text: str) -> None:
        self.settings: dict[str, list[Lines]] = {}
        #: Entries of the table that draws the initial weights.
        self.entries: dict[str, list[Lines]] = {}
        self._functions: dict[str, Lines] = {}
        self._words: dict[str, set[object]] = {}
        self._users: dict[str, set[str]] = {}
        for node in parse(text).body:
            if isinstance(node, ast.Assign):
                name = ast.unparse(node.targets[0])
                self.settings.setdefault(name, []).append(_lines(node))
            elif isinstance(node, ast.FunctionDef):
                self._functions[node.name] = _lines(node)
                self._read(node)
            elif isinstance(node, ast.ClassDef):
                self._read(node)

    def saying(self, word: str) -> list[Lines]:
        """The functions of a step that write a figure of that name."""
        reached: set[str] = set()
        ahead = {"gradients", "train_step", "evaluate_step"}
        while ahead:
            reached |= ahead
            ahead = {n for n, by in self._users.items() if by & ahead} - reached
        functions = self._functions.items()
        return [
            lines
            for name, lines in functions
            if name in reached and word in self._words[name]
        ]

    def with_own(self, name: str) -> list[Lines]:
        """A function, and those that it alone uses."""
        users = self._users.items()
        own = [n for n, by in users if by - {n} == {name} and n not in CONTRACT]
        return [self._functions[n] for n in (name, *own) if n in self._functions]

    def _read(self, node: ast.FunctionDef | ast.ClassDef) -> None:
        words = self._words.setdefault(node.name, set())
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name):
                self._users.setdefault(inner.id, set()).add(node.name)
            elif isinstance(inner, ast.Constant):
                words.add(inner.value)
            elif isinstance(inner, ast.Dict) and node.name == "initial_weights":
                for key, value in zip(inner.keys, inner.values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        span = key.lineno, _lines(value)[1]
                        self.entries.setdefault(key.value, []).append(span)


#: The texts of one comparison are asked about again and again.
_outline = lru_cache(maxsize=4)(_Outline)


def _lines(node: ast.stmt | ast.expr) -> Lines:
    """The lines of a node, with the decorators of a function."""
    above = [d.lineno for d in getattr(node, "decorator_list", [])]
    return min([node.lineno, *above]), node.end_lineno or node.lineno
