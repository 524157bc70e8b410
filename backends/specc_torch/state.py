"""The sections on the state: its class, and building a model and a state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from specc.emit.pieces import Known
from specc.emit.shared import (
    COUNTERS_OF_PHASE,
    Section,
    begin_phase_text,
    by_phase,
    fill,
    known_of,
    plateau_field,
    reused_argument,
    reused_parameter,
    stopping_field,
)
from specc.emit.source import Call, assign, call, statement
from specc.ir import Phase, Training

from .plan import TABLE, Plan
from .site import Update
from .text import function, section

__all__ = ["build_section", "has_rates", "init_section", "state_section", "update_of"]


def update_of(phase: Phase) -> Update:
    """How the update rule of a phase is written."""
    return TABLE.lowering(phase.optimizer).write(phase.optimizer)


def build_section(plan: Plan) -> str:
    """`build_model`."""
    name = plan.class_name
    drawn = ", ".join(["seed", *reused_argument(plan.network)])
    body = [
        assign("model", call(name), 4),
        "    model.to(device=device, dtype=getattr(torch, dtype))",
        f"    load_weights(model, initial_weights({drawn}))",
        "    return model",
    ]
    parameters = [
        "dtype: str = PRECISION",
        'device: str = "cpu"',
        "seed: int = SEED",
        *reused_parameter(plan.network),
    ]
    about = "Return the model with its initial weights."
    return function("build_model", parameters, name, about, body)


def state_section(plan: Plan) -> str:
    """The class of the state."""
    lines = ["@dataclass", "class State:"]
    if plan.program.training is None:
        return "\n".join(
            [
                *lines,
                '    """A model, and what its masks depend on."""',
                "",
                f"    model: {plan.class_name}",
                "    dtype: torch.dtype",
                "    device: torch.device",
                "    seed: int",
                "    step: int = 0",
                "    steps_per_epoch: int = 1",
            ]
        )
    made = [
        "    optimizer: torch.optim.Optimizer",
        "    parameters: dict[str, nn.Parameter]  # what is trained, by canonical path",
    ]
    return "\n".join(
        [
            *lines,
            '    """All that training changes; `step` counts the updates made."""',
            "",
            f"    model: {plan.class_name}",
            *([] if plan.phased else made),
            "    dtype: torch.dtype",
            "    device: torch.device",
            "    seed: int",
            "    step: int = 0",
            "    epoch: int = 0",
            "    steps_per_epoch: int = 1",
            *_of_phase(plan),
            *plateau_field(plan.program.training),
            stopping_field(plan.program),
        ]
    )


def _of_phase(plan: Plan) -> list[str]:
    """The fields that each phase begins anew."""
    if not plan.phased:
        return []
    return [
        *COUNTERS_OF_PHASE.split("\n"),
        "    optimizer: torch.optim.Optimizer = field(init=False)",
        "    # What is trained, by canonical path.",
        "    parameters: dict[str, nn.Parameter] = field(init=False)",
    ]


def init_section(plan: Plan) -> Iterator[Section]:
    """`init_state`, and what is known of the optimizer's options."""
    parameters = [
        "dtype: str = PRECISION",
        'device: str = "cpu"',
        "seed: int = SEED",
        "steps_per_epoch: int = 1",
        *reused_parameter(plan.network),
    ]
    training = plan.program.training
    given = ["dtype", "device", "seed", *reused_argument(plan.network)]
    body = [assign("model", call("build_model", *given), 4)]
    place = ["getattr(torch, dtype)", "torch.device(device)", "seed"]
    given = ["model", *place]
    about = "Return the model with what its masks depend on."
    if training is not None:
        about = "Return the state before the first update."
    if training is not None and not plan.phased:
        body += [*_parameters(plan), *_optimizer(plan, update_of(training.phases[0]))]
        given = ["model", "optimizer", "parameters", *place]
    made = call("State", *given, steps_per_epoch="steps_per_epoch")
    if plan.phased:
        body.append(assign("state", made, 4))
        body += ["    begin_phase(state, 0)", "    return state"]
    else:
        body.append(statement(made, 4, "return "))
    text = function("init_state", parameters, "State", about, body)
    known = Known()
    if training is not None:
        updates = [(p.optimizer.keyword, update_of(p).known) for p in training.phases]
        known = known_of(updates)
    yield replace(section(text), known=known)
    if plan.phased and training is not None:
        yield from map(section, _phase_texts(plan, training))


_BEGUN = """
$resting
    state.parameters = trained_parameters(state.model, number)
    state.optimizer = new_optimizer(state.parameters, number, state.steps_per_epoch)
"""

_TRAINED = '''
def weights_of(model: nn.Module) -> dict[str, nn.Parameter]:
    """Return the weights by canonical path."""
    weights = dict(model.named_parameters())
    return {path: weights[at] for path, (at, _) in WEIGHTS.items() if at in weights}


def trained_parameters(model: nn.Module, phase: int) -> dict[str, nn.Parameter]:
    """Return what a phase trains; nothing else gets gradients."""
    weights = weights_of(model)
    for path, weight in weights.items():
        weight.requires_grad_(path not in FROZEN[phase])
        weight.grad = None
    return {path: w for path, w in weights.items() if path not in FROZEN[phase]}
'''


def _phase_texts(plan: Plan, training: Training) -> Iterator[str]:
    """`begin_phase`, `trained_parameters` and `new_optimizer`."""
    resting = "    state.model.resting = RESTING[number]" if plan.rests_by_phase else ""
    about = "other weights are frozen, and the optimizer is a new one"
    begun = begin_phase_text(training, about, fill(_BEGUN, resting=resting))
    yield "\n\n\n".join([begun, fill(_TRAINED)])

    def write(phase: Phase, indent: int) -> list[str]:
        update = update_of(phase)
        why = [f"{' ' * indent}# {line}" for line in update.why]
        return [*why, *_made(update, _given(plan, update), "phase", indent)]

    rates = has_rates(plan) and any(
        not update_of(phase).scales_gradients for phase in training.phases
    )
    yield function(
        "new_optimizer",
        [
            "parameters: dict[str, nn.Parameter]",
            "phase: int",
            "steps_per_epoch: int",
        ],
        "torch.optim.Optimizer",
        "Return the optimizer of a phase, whose slots are as at its beginning.",
        [
            *(_GROUPS if rates else []),
            *by_phase(training, write),
            "    return optimizer",
        ],
    )


def _parameters(plan: Plan) -> list[str]:
    """The statements that gather what is trained."""
    if not plan.frozen and not any(node.submodule.buffers for node in plan.nodes):
        each = "path: model.get_parameter(at) for path, (at, _) in WEIGHTS.items()"
        return [f"    parameters = {{{each}}}"]
    lines = ["    weights = dict(model.named_parameters())"]
    if not plan.frozen:
        each = "path: weights[at] for path, (at, _) in WEIGHTS.items() if at in weights"
        return [*lines, "    parameters = {", f"        {each}", "    }"]
    return [
        *lines,
        "    for path in FROZEN:",
        "        weights[WEIGHTS[path][0]].requires_grad_(False)",
        "    parameters = {",
        "        path: weights[at]",
        "        for path, (at, _) in WEIGHTS.items()",
        "        if at in weights and path not in FROZEN",
        "    }",
    ]


_GROUPS = [
    "    groups = [",
    '        {"params": [weight], "rate": RATES.get(path, 1.0)}',
    "        for path, weight in parameters.items()",
    "    ]",
]


def _given(plan: Plan, update: Update) -> str:
    """The expression for what an optimizer is made of."""
    grouped = has_rates(plan) and not update.scales_gradients
    return "groups" if grouped else "parameters.values()"


def _optimizer(plan: Plan, update: Update) -> list[str]:
    """The statements that make the optimizer and begin its slots."""
    given = _given(plan, update)
    lines = [f"    # {line}" for line in update.why]
    lines += _GROUPS if given == "groups" else []
    return [*lines, *_made(update, given)]


def _made(update: Update, given: str, phase: str = "", indent: int = 4) -> list[str]:
    """The statements that make an optimizer of `given`, indented by so many."""
    create, pad = update.create, " " * (indent - 4)
    rate = f"learning_rate(0, steps_per_epoch, {phase})"
    arguments = tuple(
        (name, rate if phase and name == "lr=" and "steps" in str(value) else value)
        for name, value in create.arguments
    )
    made = Call(create.function, (("", given), *arguments))
    lines = [assign("optimizer", made, indent)]
    if update.start:
        entries = [
            f'{pad}            "{key}": {value},' for key, value in update.start.items()
        ]
        lines += [f"{pad}    for weight in parameters.values():"]
        flat = ", ".join(f'"{key}": {value}' for key, value in update.start.items())
        line = f"{pad}        optimizer.state[weight] = {{{flat}}}"
        if len(update.start) == 1:
            lines.append(line)
        else:
            head = f"{pad}        optimizer.state[weight] = {{"
            lines += [head, *entries, f"{pad}        }}"]
    return lines


def has_rates(plan: Plan) -> bool:
    """Whether a weight has a learning rate of its own."""
    return any(weight.rate != 1.0 for weight in plan.network.weights())
