"""Random outputs of a network, and a random training that fits them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...catalog.activations.linear import Linear
from ...catalog.families import Callback, Loss, Metric, Optimizer, Schedule
from ...catalog.layers.activation import Activation as ActivationLayer
from ...catalog.layers.dense import Dense
from ...catalog.layers.shape import Reshape
from ...catalog.registry import catalog
from ...catalog.schedules import Constant
from ...catalog.settings import PhaseSettings, TrainSettings
from ...check.expectation import Text, signature
from ...check.freezing import leaves_nothing
from ...check.monitor import figures
from ...ir import MAIN, Network, Objective, Phase, Training
from ..samples import base
from ..samples.drafts import fused
from ..samples.programs import ending
from .choices import Choices
from .constructs import draw, draw_member
from .networks import Sketch, Unfit

__all__ = ["ends", "training_of"]

TRIES = 8


def ends(sketch: Sketch) -> dict[str, tuple[str, Loss]]:
    """The edge and the loss of each output; layers are added where the loss wants some.

    Raises:
        Unfit: they became too large.
    """
    edges = sketch.close(sketch.choices.one((1, 1, 1, 2, 2, 3)))
    names = ["y"] if len(edges) == 1 else [f"y{n}" for n in range(1, len(edges) + 1)]
    found: dict[str, tuple[str, Loss]] = {}
    for name, edge in zip(names, edges, strict=True):
        loss = draw_member(sketch.choices, "loss")
        assert isinstance(loss, Loss)
        found[name] = _end(sketch, edge, loss), loss
    return found


def _end(sketch: Sketch, edge: str, loss: Loss) -> str:
    """The edge of an output, behind what its loss wants to see there."""
    choices = sketch.choices
    if loss.fuses is None and choices.chance(0.5):
        return edge
    if choices.chance(0.7):
        edge = sketch.flat(edge)
    probabilities = loss.fuses is not None and not loss.takes_logits()
    alone = probabilities and choices.chance(0.2)
    given: dict[str, Any] = {"units": choices.whole(2, 4)}
    if loss.fuses is not None:
        given["activation"] = Linear() if alone else ending(loss)
    edge = _dense(sketch, given, edge)
    if alone:
        edge = sketch.place(ActivationLayer(activation=ending(loss)), edge)
    if probabilities and choices.chance(0.2):
        # Behind another layer, losses see probabilities and not the logits.
        shape = sketch.draft.shape(edge)
        sizes = tuple(-1 if isinstance(size, str) else size for size in shape)
        edge = sketch.place(Reshape(target_shape=sizes), edge)
    return edge


def _dense(sketch: Sketch, given: Mapping[str, Any], edge: str) -> str:
    for _ in range(TRIES):
        layer = draw(sketch.choices, Dense, given)
        assert isinstance(layer, Dense)
        try:
            return sketch.place(layer, edge)
        except Unfit:
            continue
    raise Unfit("Dense at the end")


def training_of(
    choices: Choices, network: Network, losses: Mapping[str, Loss], weight: str | None
) -> Training:
    """A random training of a network; `weight` names the weights of examples."""
    objectives = tuple(
        Objective(
            output=output,
            target=output,
            loss=loss,
            logits=fused(network, output, loss),
            metrics=tuple(_metrics(choices, loss)),
        )
        for output, loss in losses.items()
    )
    given = {
        "optimizer": draw_member(choices, "optimizer"),
        "epochs": choices.whole(2, 5),
        "batch_size": choices.one((5, 7, 8, 11, 32)),
        "seed": choices.whole(0, 10_000) * choices.whole(0, 1),
    }
    settings = draw(choices, TrainSettings, {**given, "freeze": ()})
    assert isinstance(settings, TrainSettings)
    first = Phase(
        name=MAIN,
        epochs=settings.epochs,
        optimizer=settings.optimizer,
        callbacks=tuple(_callbacks(choices, objectives, settings.optimizer)),
        frozen=_frozen(choices, network),
    )
    return Training(
        name="training",
        objectives=objectives,
        sample_weight=weight,
        phases=_phases(choices, network, objectives, first),
        batch_size=settings.batch_size,
        shuffle=settings.shuffle,
        seed=settings.seed,
        precision=settings.precision,
        on_nan=settings.on_nan,
    )


def _phases(
    choices: Choices,
    network: Network,
    objectives: tuple[Objective, ...],
    first: Phase,
) -> tuple[Phase, ...]:
    """One phase, or two or three of which the first has that optimizer."""
    count = choices.one((1, 1, 1, 2, 2, 3))
    if count == 1:
        return (first,)
    found = [first.model_copy(update={"name": "phase_1"})]
    for number in range(2, count + 1):
        given = {
            "optimizer": draw_member(choices, "optimizer"),
            "epochs": choices.whole(1, 3),
        }
        settings = draw(choices, PhaseSettings, {**given, "freeze": ()})
        assert isinstance(settings, PhaseSettings)
        found.append(
            Phase(
                name=f"phase_{number}",
                epochs=settings.epochs,
                optimizer=settings.optimizer,
                callbacks=tuple(_callbacks(choices, objectives, settings.optimizer)),
                frozen=_frozen(choices, network),
            )
        )
    return tuple(found)


def _frozen(choices: Choices, network: Network) -> tuple[str, ...]:
    """Layers, and single weights of others, that are frozen; often none."""
    if not choices.chance(0.4):
        return ()
    found: list[str] = []
    for node in network.layers:
        own = [weight.path for weight in node.weights]
        if own and choices.chance(0.4):
            found += own if choices.chance(0.7) else [choices.one(own)]
    for node in network.layers:
        if not node.weights and node.buffers and choices.chance(0.4):
            found += [buffer.path for buffer in node.buffers]
    return () if leaves_nothing(network, set(found)) else tuple(found)


def _metrics(choices: Choices, loss: Loss) -> Iterator[Metric]:
    for kind in catalog().family("metric").values():
        plain = base(kind)
        assert isinstance(plain, Metric)
        if plain.refuses(loss) is None and choices.chance(0.5):
            metric = draw(choices, kind)
            assert isinstance(metric, Metric)
            yield metric


def _callbacks(
    choices: Choices, objectives: tuple[Objective, ...], optimizer: Optimizer
) -> Iterator[Callback]:
    asked = {
        item.output: [metric.keyword for metric in item.metrics] for item in objectives
    }
    known = figures(asked, validates=True)
    for kind in catalog().family("callback").values():
        assert issubclass(kind, Callback)
        if not choices.chance(0.35):
            continue
        given = {name: choices.one(known) for name in _watched(kind)}
        for _ in range(TRIES):
            callback = draw(choices, kind, given)
            assert isinstance(callback, Callback)
            if _goes_with(callback, optimizer.learning_rate):
                yield callback
                break


def _goes_with(callback: Callback, rate: Schedule) -> bool:
    if not callback.sets_rate:
        return True
    return isinstance(rate, Constant) and callback.may_set(rate.value)


def _watched(kind: type[Any]) -> list[str]:
    """The fields that name a figure of the history."""
    parameters = signature(kind).parameters
    return [name for name, p in parameters.items() if p.expects == Text("figure")]
