"""How update rules are written: PyTorch's own optimizers where a mapping is exact."""

from __future__ import annotations

from specc.catalog.optimizers import SGD, Adam, Nadam, RMSprop
from specc.emit.pieces import Known
from specc.emit.source import call, literal
from specc.emit.use import Use

from .plan import TABLE
from .site import Update

__all__: list[str] = []

# The learning rate that optimizers are made with; each update sets it anew.
_RATE = "learning_rate(0, steps_per_epoch)"
_ZEROS = "torch.zeros_like(weight)"


def _sgd(use: Use) -> str:
    if not getattr(use.construct, "momentum", 0.0):
        return "torch.optim.SGD"
    return (
        "torch.optim.SGD, its own rate being 1 and the gradients multiplied by the"
        " learning rate, for the velocity holds that"
    )


@TABLE.rule(
    SGD,
    exact="torch.optim.SGD; with momentum its own rate is 1 and the gradients are"
    " multiplied by the learning rate, for the velocity holds that",
    here=_sgd,
)
def sgd(optimizer: SGD) -> Update:
    """Write stochastic gradient descent."""
    create = call(
        "torch.optim.SGD",
        lr="1.0" if optimizer.momentum else _RATE,
        momentum=literal(optimizer.momentum),
        dampening="0.0",
        weight_decay="0.0",
        nesterov=literal(optimizer.nesterov),
        fused="True",
    )
    if not optimizer.momentum:
        return Update(create)
    return Update(
        create,
        slots={"velocity": "-momentum_buffer"},
        start={"momentum_buffer": _ZEROS},
        why=(
            "The velocity holds the learning rate: v <- m v - lr g, w <- w + v. PyTorch's",
            "buffer is -v if lr multiplies the gradients and the optimizer's own is 1.",
        ),
        scales_gradients=True,
    )


def _rmsprop(use: Use) -> str:
    if getattr(use.construct, "momentum", 0.0):
        return _RMSPROP
    return "epsilon is inside the root (torch.optim.RMSprop adds it to the root)"


_RMSPROP = (
    "epsilon is inside the root and the learning rate inside the momentum"
    " (torch.optim.RMSprop adds epsilon to the root and multiplies later)"
)


@TABLE.rule(
    RMSprop,
    emulated=_RMSPROP,
    here=_rmsprop,
)
def rmsprop(optimizer: RMSprop) -> Update:
    """Write RMSprop."""
    create = call(
        "RMSprop",
        lr=_RATE,
        rho=literal(optimizer.rho),
        momentum=literal(optimizer.momentum),
        eps=literal(optimizer.epsilon),
        centered=literal(optimizer.centered),
    )
    slots = optimizer.slots()
    return Update(
        create,
        slots={slot: slot for slot in slots},
        start=dict.fromkeys(slots, _ZEROS),
        known=Known(
            {
                "self.momentum": bool(optimizer.momentum),
                "self.centered": optimizer.centered,
            }
        ),
    )


def _adam(use: Use) -> str:
    if getattr(use.construct, "epsilon_place", "") == "corrected":
        return "torch.optim.Adam"
    return (
        "torch.optim.Adam, its epsilon rescaled before each step, for it is added before"
        " the bias is corrected"
    )


@TABLE.rule(
    Adam,
    exact="torch.optim.Adam; where epsilon is added before the bias is corrected, it is"
    " rescaled before each step",
    here=_adam,
)
def adam(optimizer: Adam) -> Update:
    """Write Adam."""
    create = call(
        "torch.optim.Adam",
        lr=_RATE,
        betas=literal((optimizer.beta_1, optimizer.beta_2)),
        eps=literal(optimizer.epsilon),
        weight_decay="0.0",
        amsgrad=literal(optimizer.amsgrad),
        fused="True",
    )
    names = {"momentum": "exp_avg", "velocity": "exp_avg_sq"}
    if optimizer.amsgrad:
        names["velocity_max"] = "max_exp_avg_sq"
    corrected = (
        f"{optimizer.epsilon!r} / math.sqrt(1.0 - {optimizer.beta_2!r} ** (step + 1))"
    )
    rescale = (
        "# epsilon is added to the root of v as it is, PyTorch adds it to the root",
        "# whose bias is corrected: the same once it is divided like the root.",
        f'group["eps"] = {corrected}',
    )
    return Update(
        create,
        slots=names,
        start={
            "step": "torch.zeros((), dtype=torch.float32, device=weight.device)",
            **dict.fromkeys(names.values(), _ZEROS),
        },
        group=rescale if optimizer.epsilon_place == "uncorrected" else (),
        slot_lines=('slots["step"].fill_(step)',),
    )


@TABLE.rule(Nadam, exact="torch.optim.NAdam with momentum_decay = 1")
def nadam(optimizer: Nadam) -> Update:
    """Write Nadam."""
    create = call(
        "torch.optim.NAdam",
        lr=_RATE,
        betas=literal((optimizer.beta_1, optimizer.beta_2)),
        eps=literal(optimizer.epsilon),
        weight_decay="0.0",
        momentum_decay="1.0",
    )
    names = {"momentum": "exp_avg", "velocity": "exp_avg_sq"}
    return Update(
        create,
        slots=names,
        start={
            "step": "torch.zeros((), dtype=torch.float32)",
            "mu_product": "torch.ones((), dtype=torch.float64)",
            **dict.fromkeys(names.values(), _ZEROS),
        },
        slot_lines=(
            'if slots["step"] != step:  # the state was imported',
            '    slots["step"].fill_(step)',
            f"    product = momentum_product({optimizer.beta_1!r}, step)",
            '    slots["mu_product"].fill_(product)',
        ),
    )
