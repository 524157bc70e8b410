"""What an emitted program asks of its model: the constants that its training step reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from specc.catalog.construct import Construct
from specc.emit.shared import Section, several
from specc.emit.source import Call, Collection, Expression, call, literal
from specc.ir import Objective, Training, Weight

from .plan import TABLE, Plan
from .text import constant, mapping

__all__ = ["task_sections"]


def task_sections(plan: Plan, training: Training) -> Iterator[Section]:
    """OBJECTIVES, REGULARIZERS, CONSTRAINTS, RATES, OPTIMIZER(S), as far as they are used."""
    yield _objectives(plan, training)
    yield from _by_weight(plan, "REGULARIZERS", lambda weight: weight.regularizer)
    yield from _by_weight(plan, "CONSTRAINTS", lambda weight: weight.constraint)
    yield from _rates(plan)
    yield _optimizer(training)


def _objectives(plan: Plan, training: Training) -> Section:
    """The constant OBJECTIVES."""
    edges = plan.program.network.ends

    def write(item: Objective) -> Call:
        loss, weight = item.loss, item.loss.weight
        metrics = {m.keyword: TABLE.lowering(m).write(m, item) for m in item.metrics}
        return call(
            "Objective",
            output=literal(item.output),
            edge=literal(edges[item.output]),
            loss_edge=literal(plan.loss_edges[item.output]),
            target=literal(item.target),
            loss=TABLE.lowering(loss).write(loss, item),
            weight=literal(weight),
            metrics=mapping(metrics),
        )

    items = tuple(write(item) for item in training.objectives)
    return constant("OBJECTIVES", Collection("()", (), items))


def _by_weight(
    plan: Plan, name: str, choose: Callable[[Weight], Construct | None]
) -> Iterator[Section]:
    """A constant with a construct for each trained weight that has one, if any has."""
    items: dict[str, Expression] = {}
    for weight in plan.program.network.weights():
        construct = choose(weight)
        if construct is not None and weight.path not in plan.frozen:
            items[weight.path] = TABLE.lowering(construct).write(construct)
    if items:
        yield constant(name, mapping(items))


def _rates(plan: Plan) -> Iterator[Section]:
    """The constant RATES, where a weight has a factor of its own."""
    weights = plan.program.network.weights()
    rates = {weight.path: weight.rate for weight in weights if weight.rate != 1.0}
    if rates:
        yield constant("RATES", literal(rates))


def _optimizer(training: Training) -> Section:
    """The constant OPTIMIZER; with several phases OPTIMIZERS."""
    rules = [phase.optimizer for phase in training.phases]
    written: list[Expression] = [TABLE.lowering(rule).write(rule) for rule in rules]
    if not several(training):
        return constant("OPTIMIZER", written[0])
    return constant("OPTIMIZERS", Collection("()", (), tuple(written)))
