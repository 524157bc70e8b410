"""Random parts of random models in other models: they check, and are proven equal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sides import SIDES

from specc.api import Spec
from specc.data import save_npz
from specc.diagnostics.model import Source
from specc.ir import Network, Program
from specc.unparse import unparse
from specc.verify import WorkerPool, render
from specc.verify.sweep import random_program

SEED = 7
#: Programs whose parts are checked, and of those the first that are proven.
CHECKED, PROVEN = 40, 4


def leading(network: Network, end: str) -> list[str]:
    """The calls that an edge depends on, in their order, and its own."""
    inputs = {call.name: call.inputs for call in network.calls}
    found: set[str] = set()
    todo = [end]
    while todo:
        name = todo.pop()
        if name in inputs and name not in found:
            found.add(name)
            todo += inputs[name]
    return [call.name for call in network.calls if call.name in found]


def written(program: Program, end: str) -> str:
    """A spec with the program, and with a model on the part of it that ends there."""
    network = program.network
    taken = {edge for n in leading(network, end) for edge in _inputs(network, n)}
    given = [item.name for item in network.inputs if item.name in taken]
    assert program.training is not None
    flat = " -> Flatten" if len(network.edge(end).shape) > 1 else ""
    flows = f"({', '.join(given)})" if len(given) > 1 else ""
    start = "" if flows else f"{given[0]} -> "
    fields = "\n".join(f'  input {name} = array("{name}")' for name in given)
    return f"""\
{unparse(program)}
model Again {{
  reuse part = {program.training.name} to {end}
  output again = {start}part{flows}{flat} -> Dense(2)
}}
data More {{
  source = npz("more.npz")
  validation = 5 examples
{fields}
  target again = array("again")
}}
train again: Again on More {{
  loss = mse
  optimizer = sgd(0.05)
  batch_size = 8
  epochs = 3
}}
"""


def _inputs(network: Network, name: str) -> tuple[str, ...]:
    return next(call.inputs for call in network.calls if call.name == name)


def drawn(number: int) -> tuple[Program, str]:
    """A random program, and an edge in it."""
    program = random_program(SEED, number)
    network = program.network
    known = [call for call in network.calls if _known(network, call.name)]
    if not known:  # a size of run time goes through it all
        return drawn(number + CHECKED)
    weighty = [c.name for c in known if network.layer(c.layer).weights]
    names = weighty if weighty and number % 4 else [call.name for call in known]
    return program, names[number * 7 % len(names)]


def _known(network: Network, edge: str) -> bool:
    """Whether an edge can be flattened: its sizes are known before run time."""
    return all(isinstance(size, int) for size in network.edge(edge).shape)


@pytest.mark.parametrize("number", range(CHECKED))
def test_a_part_is_what_leads_to_its_end(number: int) -> None:
    program, end = drawn(number)
    spec = Spec(Source("parts.nnspec", written(program, end)))
    network = spec.model("Again").program.network
    wanted = leading(program.network, end)
    assert [c.name for c in network.calls][: len(wanted)] == [
        f"part/{name}" for name in wanted
    ]
    for name in wanted:
        assert network.edge(f"part/{name}").shape == program.network.edge(name).shape
    owners = {call.layer for call in program.network.calls if call.name in wanted}
    own = [node for node in program.network.layers if node.name in owners]
    arrays = {a.path for n in own for a in (*n.weights, *n.buffers)}
    found = {(a.path, a.source) for part in network.reused for a in part.arrays}
    assert found == {(f"part/{path}", path) for path in arrays}
    assert len(network.reused) == bool(arrays)


@pytest.mark.xdist_group("equivalence")
@pytest.mark.parametrize("number", range(PROVEN))
def test_a_random_part_is_proven_equal(
    pool: WorkerPool, tmp_path: Path, number: int
) -> None:
    program, end = drawn(number)
    path = tmp_path / "parts.nnspec"
    spec = Spec(Source(str(path), written(program, end)))
    random, network = np.random.default_rng(number), program.network
    shapes = {item.name: network.edge(item.name).shape for item in network.inputs}
    rows = {n: random.normal(size=(24, *map(int, shapes[n]))) for n in shapes}
    save_npz({**rows, "again": random.normal(size=(24, 2))}, tmp_path / "more.npz")
    verdict = spec.verify("again", backends=SIDES, steps=6, pool=pool)
    assert verdict.equal, render(verdict)
