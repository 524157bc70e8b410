"""How the PyTorch backend writes them."""

from specc.emit.lowering import Table
from specc.emit.source import Call, call, literal
from specc_torch.site import LossSite

from .constructs import Focal

TABLE = Table("specc_wide.torch_pieces")


@TABLE.rule(Focal, emulated="PyTorch lacks it")
def focal(loss: Focal, site: LossSite) -> Call:
    """Write the loss."""
    function = "focal_of_logits" if site.logits else "focal"
    value = call(function, site.output, site.target, literal(loss.gamma))
    return value if site.reduction == "none" else call("torch.mean", value)
