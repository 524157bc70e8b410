"""Laws that hold for every construct of the catalogue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from refused_programs import REFUSED

from specc.backend import backend, backends
from specc.catalog.activations.squashing import Tanh
from specc.catalog.construct import Construct
from specc.catalog.layers.layer import Layer
from specc.catalog.registry import catalog
from specc.check.graph import Misfit
from specc.conformance import declared
from specc.ir import Program
from specc.verify.faults import EMITTED
from specc.verify.samples import MODELS, base, bundles, program_for
from specc.verify.samples.bundles import OPEN_SHAPES, instances, keeping, over_time
from specc.verify.samples.drafts import SHAPES
from specc.verify.samples.programs import with_open_size

REFUSALS = Path(__file__).with_name("refusals.json")

ALL = tuple(catalog())
WRITTEN = tuple(kind for kind in ALL if kind.family in EMITTED)


def name_of(kind: type[Construct]) -> str:
    return f"{kind.family}-{kind.keyword}"


@pytest.mark.parametrize("kind", ALL, ids=name_of)
def test_every_construct_is_documented(kind: type[Construct]) -> None:
    declared.documented(kind)
    if kind.family != "settings":
        declared.exemplified(kind)


@pytest.mark.parametrize(
    "kind", [kind for kind in ALL if issubclass(kind, Layer)], ids=name_of
)
def test_a_weight_that_can_be_left_out_is_declared_so(kind: type[Layer]) -> None:
    """Else its arguments would be accepted beside the one that makes them idle."""
    layer = cast("Layer", base(kind))
    shapes = ((6, 6, 2),) * (2 if kind.takes == "many" else 1)
    whole = {slot.name for slot in layer.weights(shapes)}
    found: dict[str, str] = {}
    for name, info in kind.fields():
        if info.annotation is bool:
            other = layer.model_copy(update={name: not getattr(layer, name)})
            gone = whole - {slot.name for slot in other.weights(shapes)}
            found |= dict.fromkeys(gone, name)
    assert found == kind.optional_weights
    for weight, switch in found.items():
        own = {name for name, _ in kind.fields() if name.startswith(f"{weight}_")}
        assert own
        assert own <= set(kind.idle({switch: False}))


LAYERS = [kind for kind in ALL if issubclass(kind, Layer)]


@pytest.mark.parametrize("kind", LAYERS, ids=name_of)
def test_every_layer_can_be_applied_at_every_step(kind: type[Layer]) -> None:
    """The bundles of samples, which all backends are compared on, have it so."""
    assert any(
        isinstance(layer, kind)
        for shape in SHAPES.values()
        for layer in over_time(shape)
    )


@pytest.mark.parametrize("kind", LAYERS, ids=name_of)
def test_every_layer_takes_an_open_size_or_says_why_not(kind: type[Layer]) -> None:
    """What is not in the bundles of samples is refused, by a message that names the size."""
    taken = [
        isinstance(layer, kind)
        for shape in OPEN_SHAPES.values()
        for layer in keeping(shape)
    ]
    if any(taken):
        return
    for shape in OPEN_SHAPES.values():
        (name,) = [size for size in shape if isinstance(size, str)]
        with pytest.raises(Misfit, match=f"{name} is known only at run time"):
            with_open_size((cast("Layer", base(kind)),), shape)


@pytest.mark.parametrize("kind", ALL, ids=name_of)
def test_declared_names_are_fields(kind: type[Construct]) -> None:
    declared.named_fields(kind)


@pytest.mark.parametrize(
    "kind", [k for k in ALL if k.family in ("source", "transform")], ids=name_of
)
def test_every_source_and_transform_is_carried_out(kind: type[Construct]) -> None:
    declared.carried_out(kind)


@pytest.mark.parametrize("kind", WRITTEN, ids=name_of)
def test_every_field_has_a_second_value(kind: type[Construct]) -> None:
    """Else nothing could be said about what the field does."""
    declared.varied(kind)


@pytest.mark.parametrize("kind", WRITTEN, ids=name_of)
@pytest.mark.parametrize("name", backends())
def test_every_construct_is_lowered_or_refused(
    name: str, kind: type[Construct]
) -> None:
    assert kind in backend(name).table


def found_refusals() -> Iterator[dict[str, str]]:
    """What each backend refuses: of all samples, and of programs made to be refused."""
    for name in backends():
        table = backend(name).table
        for kind in WRITTEN:
            for instance in instances(kind):
                refusal = table.refusal(instance)
                if refusal is not None:
                    given = instance.model_dump_json(exclude_defaults=True)
                    yield {"backend": name, "case": given, "why": refusal.why}
        for case, make in REFUSED.items():
            for obstacle in backend(name).plan(make()).obstacles:
                found = {"keyword": obstacle.keyword, "at": obstacle.owner}
                yield {"backend": name, "case": case, **found, "why": obstacle.why}


def test_refusals_are_those_on_the_list() -> None:
    """A refusal that appears or vanishes is a decision: it is written down."""
    assert list(found_refusals()) == json.loads(REFUSALS.read_text())


@pytest.mark.parametrize("case", REFUSED)
def test_each_program_that_is_refused_by_one_runs_on_the_others(case: str) -> None:
    """A refusal names a place and a reason; who does not refuse writes the program."""
    program, refused = REFUSED[case](), 0
    for name in backends():
        side = backend(name)
        plan = side.plan(program)
        refused += bool(plan.obstacles)
        for obstacle in plan.obstacles:
            assert obstacle.owner
            assert len(obstacle.why.split()) >= 4, obstacle
        if not plan.obstacles:
            compile(side.emit(plan).text, name, "exec")
    assert refused


def test_a_construct_that_no_backend_knows_is_refused() -> None:
    class Unknown(Tanh):
        """An activation that nobody wrote a lowering for."""

        keyword = "unknown"

    for name in backends():
        refusal = backend(name).table.refusal(Unknown())
        assert refusal is not None
        assert "unknown" in refusal.why


@pytest.mark.parametrize("kind", ALL, ids=name_of)
def test_constructs_survive_json(kind: type[Construct]) -> None:
    declared.survives_json(kind)


def all_programs() -> Iterator[tuple[str, Program]]:
    for kind in WRITTEN:
        yield name_of(kind), program_for(base(kind))
    yield from bundles()
    for name, make in MODELS.items():
        yield name, make()


PROGRAMS = dict(all_programs())


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_survive_json(name: str) -> None:
    program = PROGRAMS[name]
    text = program.model_dump_json()
    again = Program.model_validate_json(text)
    assert again == program
    assert again.model_dump_json() == text
