"""The model's class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from specc.catalog.types import Shape
from specc.emit.source import WIDTH, Call, assign, define

from .body import Body
from .plan import TABLE, Node, Plan
from .text import doc

__all__ = ["Written", "created", "model_section"]


def _activation(node: Node) -> Call | None:
    """The constructor of the module of a node's activation."""
    activation = node.layer.layer.ending()
    if node.activation is None or activation is None:
        return None
    dim = 1 if node.held.layout == "first" else -1
    return TABLE.lowering(activation).write(activation, dim)


def created(plan: Plan) -> Iterator[tuple[str, Call]]:
    """The modules that the model is made of: attribute and constructor, in order."""
    seen: set[str] = set()
    for node in plan.nodes:
        if node.module and node.submodule.create and node.module not in seen:
            seen.add(node.module)
            yield node.module, node.submodule.create
        made = _activation(node)
        if made is not None and node.activation is not None:
            yield node.activation, made


@dataclass(frozen=True)
class Written:
    """The class's text and, by node, its lines in it, counted from 0.

    `lines` compute a node, `built` make its modules.
    """

    text: str
    lines: dict[str, tuple[int, int]]
    built: dict[str, tuple[tuple[int, int], ...]]


def model_section(plan: Plan) -> Written:
    """The model's class."""
    body = Body(plan)
    text = [
        f"class {plan.class_name}(nn.Module):",
        *_about(plan),
        "",
        *_attributes(plan),
        "    def __init__(self) -> None:",
        "        super().__init__()",
    ]
    lines = "\n".join(text).split("\n")
    modules: dict[str, tuple[int, int]] = {}
    for name, made in created(plan):
        start = len(lines)
        lines += assign(f"self.{name}", made, 8).split("\n")
        modules[name] = (start, len(lines) - 1)
    lines.append("")
    spans: dict[str, tuple[int, int]] = {}
    for name, written in body.method():
        start = len(lines)
        lines += written.split("\n")
        if name is not None:
            spans[name] = (start, len(lines) - 1)
    lines += [*body.forward_from_logits(), *_train(plan)]
    built = {
        node.call.name: tuple(
            modules[name]
            for name in (node.module, node.activation)
            if name is not None and name in modules
        )
        for node in plan.nodes
    }
    return Written("\n".join(lines), spans, built)


def _attributes(plan: Plan) -> list[str]:
    """Attributes of the class."""
    if not plan.rests_by_phase:
        return []
    return ["    resting: tuple[str, ...] = ()  # layers that the phase freezes", ""]


def _about(plan: Plan) -> list[str]:
    """The class's docstring: what the model takes and gives."""

    def shown(name: str, shape: Shape) -> str:
        return f"{name} ({', '.join(map(str, shape))})"

    edge = plan.network.edge
    inputs = [shown(item.name, edge(item.name).shape) for item in plan.network.inputs]
    outputs = [shown(item.name, edge(item.edge).shape) for item in plan.network.outputs]
    takes, gives = f"Takes {', '.join(inputs)}", f"gives {', '.join(outputs)}."
    line = f"{takes}; {gives}"
    if len(line) <= WIDTH - 10:
        return doc(line, 4)
    return doc(f"{plan.network.name}.\n\n{line}", 4)


def _train(plan: Plan) -> list[str]:
    """The method that keeps frozen layers in inference mode, where there are any."""
    frozen = [f"        self.{module}.eval()" for module in plan.resting()]
    if plan.rests_by_phase:
        frozen = [
            "        for name in self.resting:",
            "            self.get_submodule(name).eval()",
        ]
    if not frozen:
        return []
    return [
        "",
        define("train", ["self", "mode: bool = True"], "Self", 4),
        '        """Set the mode; frozen layers stay in inference mode."""',
        "        super().train(mode)",
        *frozen,
        "        return self",
    ]
