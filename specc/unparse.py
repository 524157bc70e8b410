"""A program as text: the way back from the intermediate form to a spec.

What is written checks back to an equal program. Only what differs from its default is
written, every layer under its own name, in the one style of `specc fmt`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

from .catalog.construct import Construct
from .catalog.schedules import Piece
from .catalog.settings import DataSettings, PhaseSettings, TrainSettings
from .catalog.sources.files import Csv
from .catalog.transforms.rows import Comparison
from .catalog.wrappers import TimeDistributed
from .check.expectation import Expectation, Maybe, MemberOf, Sequence, Text, signature
from .ir import MAIN, Binding, Call, Data, Network, Phase, Program, Training
from .syntax.format import format_text

__all__ = ["Unwritable", "settings_of", "settings_of_phase", "unparse", "written"]


class Unwritable(ValueError):
    """The language has no words for something in a program."""


def unparse(program: Program) -> str:
    """The text of a spec that means the program.

    Raises:
        Unwritable: there is none: layers of blocks, parts of other trainings.
    """
    blocks = ["nnspec 1", "\n".join(_model(program.network))]
    if program.data is not None:
        blocks.append("\n".join(_data(program.data)))
    if program.training is not None:
        if program.data is None:
            raise Unwritable("a training without data")
        blocks.append("\n".join(_training(program, program.training, program.data)))
    return format_text("\n\n".join(blocks) + "\n")


# Models ---------------------------------------------------------------------------


def _model(network: Network) -> Iterator[str]:
    for part in network.reused:
        raise Unwritable(f"{part.name} is a part of {part.training}, another program")
    yield f"model {network.name} {{"
    for item in network.inputs:
        edge = network.edge(item.name)
        if edge.mask is not None:
            raise Unwritable(f"the input {item.name} with a mask")
        sizes = f"[{', '.join(map(str, edge.shape))}]" if edge.shape else ""
        yield f"input {item.name}: {edge.dtype}{sizes}"
    yield ""
    names = {item.name for item in network.outputs}
    called = {call.name for call in network.calls}
    for node in network.layers:
        if node.name not in called:  # it was named before anything flows into it
            yield f"{node.name} = {written(node.layer)}"
    for call in network.calls:
        yield _flow(network, call, call.name in names)
    for output in network.outputs:
        if output.name != output.edge:
            yield f"output {output.name} = {output.edge}"
    yield "}"


def _flow(network: Network, call: Call, is_output: bool) -> str:
    node = network.layer(call.layer)
    if "/" in call.name:
        raise Unwritable(f"{call.name} is a layer of a block")
    if any(not w.trainable or not w.decay or w.rate != 1 for w in node.weights):
        raise Unwritable(f"the weights of {node.name} are not trained as all others")
    lead = "output " if is_output else ""
    if node.layer.takes == "many":
        if node.name != call.name:
            raise Unwritable(f"{node.name}, which joins flows, is called twice")
        return f"{lead}{call.name} = {_around(call, written(node.layer, call.inputs))}"
    (source,) = call.inputs
    if node.name == call.name:
        return f"{lead}{call.name} = {source} -> {_around(call, written(node.layer))}"
    known = _steps_of(network, node.name)
    if call.over_time < known:
        raise Unwritable(f"{node.name}, which has steps, is called without")
    return f"{lead}{call.name} = {source} -> {_around(call, node.name, known)}"


def _around(call: Call, layer: str, known: int = 0) -> str:
    """A layer as a call applies it, with a wrapper for each axis of steps beyond those."""
    for _ in range(call.over_time - known):
        layer = f"{TimeDistributed.keyword}({layer})"
    return layer


def _steps_of(network: Network, layer: str) -> int:
    """The axes of steps of the call that a layer has its name from."""
    return next((c.over_time for c in network.calls if c.name == layer), 0)


# Data -----------------------------------------------------------------------------


def _data(data: Data) -> Iterator[str]:
    yield f"data {data.name} {{"
    yield from _settings(settings_of_data(data))
    for binding in data.bindings:
        yield _binding(binding, isinstance(data.source, Csv))
    for step in data.transforms:
        yield written(step)
    yield "}"


def settings_of_data(data: Data) -> DataSettings:
    """The settings of a data block."""
    return DataSettings(
        source=data.source,
        test=data.test,
        validation=data.validation,
        split_seed=data.split_seed,
    )


def _binding(binding: Binding, table: bool) -> str:
    word = "column" if table else "array"
    quoted = [_quoted(name) for name in binding.columns]
    if binding.through:
        value = f"{word}s({' .. '.join(quoted)})"
    else:
        value = f"{word}{'s' if len(quoted) > 1 else ''}({', '.join(quoted)})"
    if binding.name == binding.role:
        return f"{binding.role} = {value}"
    return f"{binding.role} {binding.name} = {value}"


# Training -------------------------------------------------------------------------


def settings_of(training: Training) -> TrainSettings:
    """The settings of a train block that a training comes from.

    Where it has several phases they stand beside those: the optimizer, the epochs and what
    is frozen are then those of the first.
    """
    phase = training.phases[0]
    return TrainSettings(
        optimizer=phase.optimizer,
        epochs=phase.epochs,
        freeze=phase.frozen,
        batch_size=training.batch_size,
        seed=training.seed,
        shuffle=training.shuffle,
        precision=training.precision,
        on_nan=training.on_nan,
    )


def settings_of_phase(phase: Phase) -> PhaseSettings:
    """The settings of a phase."""
    return PhaseSettings(
        optimizer=phase.optimizer, epochs=phase.epochs, freeze=phase.frozen
    )


def _training(program: Program, training: Training, data: Data) -> Iterator[str]:
    yield f"train {training.name}: {program.network.name} on {data.name} {{"
    several = len(training.objectives) > 1
    for item in training.objectives:
        output = f" {item.output}" if several else ""
        yield f"loss{output} = {written(item.loss)}"
        if item.metrics:
            yield f"metrics{output} = [{', '.join(map(written, item.metrics))}]"
    phases = training.phases
    plain = len(phases) == 1 and phases[0].name == MAIN
    own = {name for name, _ in PhaseSettings.fields()}
    told = settings_of(training).model_copy(update=_frozen(program, phases[0]))
    yield from _settings(told, () if plain else own)
    if plain:
        yield from map(written, phases[0].callbacks)
    for phase in () if plain else phases:
        yield f"phase {phase.name} {{"
        told = settings_of_phase(phase).model_copy(update=_frozen(program, phase))
        yield from _settings(told)
        yield from map(written, phase.callbacks)
        yield "}"
    yield "}"


def _frozen(program: Program, phase: Phase) -> dict[str, tuple[str, ...]]:
    """What a phase freezes, by name: a layer without weights stands for its buffers."""
    weights = {weight.path for weight in program.network.weights()}
    names = (p if p in weights else p.rpartition("/")[0] for p in phase.frozen)
    return {"freeze": tuple(dict.fromkeys(names))}


# Constructs and values ------------------------------------------------------------


def _settings(settings: Construct, without: Iterable[str] = ()) -> Iterator[str]:
    parameters = signature(type(settings)).parameters
    for name, value in _given(settings):
        if name in without:
            continue
        yield f"{name} = {_value(value, parameters[name].expects)}"


def _given(construct: Construct) -> Iterator[tuple[str, Any]]:
    """The fields that are required, or differ from their defaults."""
    for name, info in construct.fields():
        value = getattr(construct, name)
        if info.is_required() or value != info.get_default(call_default_factory=True):
            yield name, value


def written(construct: Construct, flows: tuple[str, ...] = ()) -> str:
    """A construct with the arguments that it needs; `flows` are those of a joining layer."""
    kind = signature(type(construct))
    arguments, unnamed = list(flows), not flows
    given = dict(_given(construct))
    order = [*kind.positional, *(name for name in given if name not in kind.positional)]
    for name in order:
        if name not in given:
            unnamed = False  # those after a gap need their names
            continue
        if name == kind.variadic:
            expects = _item(kind.parameters[name].expects)
            items = [_value(item, expects) for item in given[name]]
            arguments[len(flows) : len(flows)] = items
            continue
        text = _value(given[name], kind.parameters[name].expects)
        bare = unnamed and name in kind.positional
        arguments.append(text if bare else f"{name} = {text}")
    inside = f"({', '.join(arguments)})" if arguments else ""
    return f"{construct.keyword}{inside}"


def _item(expects: Expectation) -> Expectation:
    return expects.item if isinstance(expects, Sequence) else expects


def _value(value: Any, expects: Expectation) -> str:
    """A value as its place expects it."""
    if value is None:
        return "none"
    if isinstance(expects, Maybe):
        expects = expects.inner
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        bare = isinstance(expects, Text) and expects.thing and value.isidentifier()
        quoted = isinstance(expects, Text) and not bare
        return _quoted(value) if quoted else value
    if isinstance(value, Construct):
        return _member(value, expects)
    if isinstance(value, tuple):
        item = _item(expects)
        items = cast("tuple[Any, ...]", value)
        return f"[{', '.join(_value(part, item) for part in items)}]"
    if isinstance(value, Piece):
        span = "" if value.span is None else f" for {_measure(value.span)}"
        return f"{_number(value.value)}{span}"
    if isinstance(value, Comparison):
        return f"{value.field} {value.operator} {_number(value.value)}"
    return _number(value) if isinstance(value, int | float) else _measure(value)


def _member(value: Construct, expects: Expectation) -> str:
    """A construct as an argument; a plain number where that means the same."""
    given = dict(_given(value))
    number = expects.number if isinstance(expects, MemberOf) else None
    if value.keyword == number and set(given) == {"value"}:
        return _number(given["value"])
    return written(value)


def _measure(value: Any) -> str:
    unit = value.unit if value.unit == "%" else f" {value.unit}"
    return f"{_number(value.value)}{unit}"


def _number(value: float) -> str:
    """The shortest text that is read back as that number."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value)) if value else "0"
    return repr(value)


def _quoted(text: str) -> str:
    for plain, written in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(plain, written)
    return f'"{text}"'
