"""How the Keras backend writes them."""

from specc.emit.lowering import Table
from specc.emit.source import Call, Expression, call, literal

from .constructs import Focal

TABLE = Table("specc_wide.keras_pieces")


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
