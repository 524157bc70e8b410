"""What is decided before writing: names, layouts of images, and what is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from specc.backend import Obstacle
from specc.catalog.activations.linear import Linear
from specc.catalog.layers import Activation
from specc.catalog.types import Dim, Shape
from specc.emit.lowering import Table
from specc.emit.names import Names, mangle
from specc.emit.pieces import bound_names
from specc.emit.shared import SHARED, enter_plateau, several
from specc.ir import Call, LayerNode, Network, Phase, Program

from .obstacles import find_obstacles
from .reserved import IN_MODELS, IN_PROGRAMS
from .site import Held, Images, Layout, Site, Submodule, images_of

__all__ = ["TABLE", "Node", "Plan", "plan"]

#: All lowerings of this backend; the modules named after the families fill it.
TABLE = Table("specc_torch.runtime")
TABLE.include(SHARED)
enter_plateau(TABLE)


@dataclass(frozen=True)
class Node:
    """A call, and how it is written.

    `module` and `activation` are attributes of the model, None where there is no such
    module; `index` counts the calls of the same module that come before. `fused` says
    that a loss takes what enters the activation. `layout` is that of the output where it
    is an image; `steps` are the sizes of the axes that are folded into its batch.
    """

    call: Call
    layer: LayerNode
    site: Site
    submodule: Submodule
    module: str | None
    activation: str | None
    index: int
    fused: bool
    held: Held
    #: The sizes of `held`, each a number or an input and its dimension that has it.
    steps: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Where the output is found: the module's path, which of its calls, the layout.

        ``look@1:channels_first:7,frames.1``: the second call of ``look``, whose images have
        channels first, with two axes folded into the batch, one of 7 steps and one of as
        many as the first of an example of ``frames``.
        """
        path = self.activation or self.module or ""
        if self.activation is None and self.index:
            path += f"@{self.index}"
        layout = "channels_first" if self.held.layout == "first" else ""
        return ":".join([path, layout, ",".join(self.steps)]).rstrip(":")


@dataclass(frozen=True)
class Plan:
    """How a program will be written.

    `nodes` is empty where something is refused. `frozen` lists the weights that no
    phase trains, `unreached` those that no loss depends on.
    """

    program: Program
    obstacles: tuple[Obstacle, ...]
    nodes: tuple[Node, ...]
    class_name: str
    frozen: tuple[str, ...]
    unreached: tuple[str, ...]

    @property
    def network(self) -> Network:
        """The network to write."""
        return self.program.network

    @cached_property
    def fused_outputs(self) -> frozenset[str]:
        """The outputs whose loss takes what enters their activation."""
        training = self.program.training
        objectives = training.objectives if training else ()
        return frozenset(item.output for item in objectives if item.logits)

    @cached_property
    def held(self) -> dict[str, Held]:
        """How each edge is held."""
        found = {item.name: Held() for item in self.network.inputs}
        found.update({node.call.name: node.held for node in self.nodes})
        return found

    @cached_property
    def modules(self) -> dict[str, Node]:
        """Each layer with its first call, in order."""
        found: dict[str, Node] = {}
        for node in self.nodes:
            found.setdefault(node.layer.name, node)
        return found

    @property
    def phased(self) -> bool:
        """Whether the training has several phases."""
        return several(self.program.training)

    @cached_property
    def partly_frozen(self) -> frozenset[str]:
        """The weights that some phases train and others do not."""
        training = self.program.training
        phases = training.phases if training else ()
        found = {path for phase in phases for path in self.program.frozen(phase)}
        return frozenset(found - set(self.frozen))

    def resting(self, phase: Phase | None = None) -> tuple[str, ...]:
        """The modules that stay in inference mode in a phase; None: in all phases."""
        return tuple(
            str(node.module)
            for node in self.modules.values()
            if node.layer.layer.has_training_mode
            and self.program.rests(node.layer, phase)
        )

    @cached_property
    def rests_by_phase(self) -> bool:
        """Whether not all phases let the same modules rest."""
        training = self.program.training
        phases = training.phases if training else ()
        return len({self.resting(phase) for phase in phases}) > 1

    def parameter(self, path: str) -> tuple[str, tuple[int, ...]]:
        """The model's attribute for a weight, and its axes in canonical order."""
        layer, slot = path.rsplit("/", 1)
        node = self.modules[layer]
        attribute, axes = node.submodule.weights[slot]
        return f"{node.module}.{attribute}", axes

    def describe(self) -> dict[str, Any]:
        """The plan as plain data, for `specc dump --stage plan`."""
        return {
            "backend": "torch",
            "class": self.class_name,
            "nodes": {node.call.name: node.place for node in self.nodes},
            "weights": {
                weight.path: {"parameter": name, "axes": list(axes)}
                for weight in self.network.weights()
                if self.nodes
                for name, axes in [self.parameter(weight.path)]
            },
            "frozen": list(self.frozen),
            "obstacles": [vars(obstacle) for obstacle in self.obstacles],
        }


def plan(program: Program) -> Plan:
    """Plan how `program` is written, or say what of it is refused."""
    obstacles = find_obstacles(TABLE, program)
    reserved = IN_PROGRAMS | bound_names(TABLE.packages)
    return Plan(
        program=program,
        obstacles=obstacles,
        nodes=() if obstacles else tuple(_Placing(program).nodes()),
        class_name=mangle(program.network.name, reserved),
        frozen=program.frozen(),
        unreached=_unreached(program),
    )


def _unreached(program: Program) -> tuple[str, ...]:
    """The weights that no loss depends on."""
    if program.training is None:
        return ()
    network = program.network
    edges = network.ends
    needed = {edges[objective.output] for objective in program.training.objectives}
    layers: set[str] = set()
    for call in reversed(network.calls):
        if call.name in needed:
            needed |= set(call.inputs)
            layers.add(call.layer)
    return tuple(
        weight.path
        for node in network.layers
        if node.name not in layers
        for weight in node.weights
    )


class _Placing:
    """Goes through the calls in order and decides names and layouts."""

    def __init__(self, program: Program) -> None:
        self.network = program.network
        calls = self.network.calls
        self.count = Counter(call.layer for call in calls)
        names = {call.name for call in calls} | {call.layer for call in calls}
        self.names = Names(names, IN_MODELS)
        edges = self.network.ends
        self.fused = {
            edges[objective.output]
            for objective in (program.training.objectives if program.training else ())
            if objective.logits
        }
        self.held = {item.name: Held() for item in self.network.inputs}
        self.seen: Counter[str] = Counter()

    def nodes(self) -> Iterator[Node]:
        """The nodes of the network."""
        for call in self.network.calls:
            node = self._node(call, self.network.layer(call.layer))
            self.held[call.name] = node.held
            self.seen[call.layer] += 1
            yield node

    def _node(self, call: Call, layer: LayerNode) -> Node:
        lowering = TABLE.lowering(layer.layer)
        # An activation does not care for steps.
        apart = 0 if isinstance(layer.layer, Activation) else call.over_time
        whole = [self.network.edge(edge).shape for edge in call.inputs]
        shapes, steps = tuple(shape[apart:] for shape in whole), whole[0][:apart]
        layout = self._layout(call, shapes, steps, images_of(lowering.write))
        alone = self.count[call.layer] == 1
        site = Site(shapes, layout, alone, steps)
        submodule = lowering.write(layer.layer, site)
        owns = bool(layer.weights or layer.buffers)
        fused = call.name in self.fused
        is_image = len(self.network.edge(call.name).shape) - len(steps) == 3
        held = Held(layout if is_image else "last", steps)
        held = Held() if fused else held
        return Node(
            call=call,
            layer=layer,
            site=site,
            submodule=submodule,
            module=self._module(call, owns, submodule),
            activation=self._activation(call, layer, submodule),
            index=self.seen[call.layer] if owns else 0,
            fused=fused,
            held=held,
            steps=tuple(map(self._place_of, held.steps)),
        )

    def _place_of(self, size: Dim) -> str:
        """A size, or an input and its dimension that has it."""
        if isinstance(size, int):
            return str(size)
        name, axis = self.network.sizes[size]
        return f"{name}.{axis + 1}"

    def _layout(
        self, call: Call, shapes: tuple[Shape, ...], steps: Shape, images: Images
    ) -> Layout:
        """How the layer takes images here."""
        if images == "either":
            # A layer with weights that is called in several places takes one layout.
            first = Held("first", steps)
            found = any(self.held[edge] == first for edge in call.inputs)
            images = "first" if found and self.count[call.layer] == 1 else "last"
        return images if all(len(shape) == 3 for shape in shapes) else "last"

    def _module(self, call: Call, owns: bool, submodule: Submodule) -> str | None:
        if submodule.create is None:
            return None
        return self.names[call.layer if owns else call.name]

    def _activation(
        self, call: Call, layer: LayerNode, submodule: Submodule
    ) -> str | None:
        activation = layer.layer.ending()
        if submodule.create is None:
            return self.names[call.name]
        if activation is None or isinstance(activation, Linear):
            return None
        return self.names.fresh(f"{call.name}_activation")
