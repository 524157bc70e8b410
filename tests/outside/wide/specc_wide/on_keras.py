"""How the Keras backend writes them."""

from specc.catalog.types import Shape
from specc.emit.lowering import Table
from specc.emit.source import Call, Expression, call, literal
from specc_keras.site import Masked, Update

from .constructs import Adagrad, Blackout, Focal, Unmasked, Untold
from .initial import INITIAL

TABLE = Table("specc_wide.keras_pieces")
TABLE.include(INITIAL)


@TABLE.rule(Focal, emulated="Keras looks for the logits of probabilities")
def focal(
    loss: Focal,
    logits: bool,
    classes: int,
    targets: Expression,
    predictions: Expression,
) -> Call:
    """Write the loss."""
    function = "focal_of_logits" if logits else "focal"
    return call(function, targets, predictions, literal(loss.gamma))


@TABLE.rule(Adagrad, exact="keras.optimizers.Adagrad")
def adagrad(optimizer: Adagrad) -> Update:
    """Write the optimizer."""
    create = call(
        "keras.optimizers.Adagrad",
        learning_rate="learning_rate(0, steps_per_epoch)",
        initial_accumulator_value=literal(0.0),
        epsilon=literal(optimizer.epsilon),
    )
    return Update(create, {"squares": "_accumulator"})


@TABLE.rule(Untold, exact="keras.optimizers.Adagrad")
def untold(optimizer: Untold) -> Update:
    """Write the optimizer alone."""
    return Update(adagrad(optimizer).create)


@TABLE.rule(Blackout, emulated="Keras lacks it")
def blackout(
    layer: Blackout, inputs: tuple[Shape, ...], activation: str | None = None
) -> Masked:
    """Write the layer."""
    return Masked(call("Blackout"), layer.rate)


@TABLE.rule(Unmasked, emulated="Keras lacks it")
def unmasked(
    layer: Unmasked, inputs: tuple[Shape, ...], activation: str | None = None
) -> Call:
    """Write the layer alone."""
    return call("Blackout")
