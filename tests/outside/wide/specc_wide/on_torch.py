"""How the PyTorch backend writes them."""

from specc.emit.lowering import Table
from specc.emit.source import Call, call, literal
from specc_torch.site import LossSite, Site, Submodule, Update

from .constructs import Adagrad, Blackout, Focal
from .initial import INITIAL

TABLE = Table("specc_wide.torch_pieces")
TABLE.include(INITIAL)


@TABLE.rule(Focal, emulated="PyTorch lacks it")
def focal(loss: Focal, site: LossSite) -> Call:
    """Write the loss."""
    function = "focal_of_logits" if site.logits else "focal"
    value = call(function, site.output, site.target, literal(loss.gamma))
    return value if site.reduction == "none" else call("torch.mean", value)


@TABLE.rule(Adagrad, emulated="epsilon is inside the root (PyTorch adds it to that)")
def adagrad(optimizer: Adagrad) -> Update:
    """Write the update rule."""
    rate = "learning_rate(0, steps_per_epoch)"
    return Update(
        call("Adagrad", lr=rate, eps=literal(optimizer.epsilon)),
        slots={"squares": "squares"},
        start={"squares": "torch.zeros_like(weight)"},
    )


@TABLE.rule(Blackout, emulated="PyTorch lacks it")
def blackout(layer: Blackout, site: Site) -> Submodule:
    """Write the module."""
    return Submodule(call("Blackout"), masks={"keep": layer.rate})
