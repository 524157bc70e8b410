"""Faults in the updates and modes that the PyTorch backend writes."""

from __future__ import annotations

from .edits import argument, in_definition, remove, swap, then
from .fault import Family, Fault, Planter

__all__ = ["TRAINING_FAULTS"]

state = Planter("torch", Family.STATE)
gradient = Planter("torch", Family.GRADIENTS)
loss = Planter("torch", Family.LOSSES)
loop = Planter("torch", Family.LOOP)
initial = Planter("torch", Family.INITIALIZATION)

TRAINING_FAULTS: list[Fault] = [
    # Trained weights: one that is too short is spread over the whole
    initial(
        "trained weights of another shape taken",
        "reused",
        in_definition("reused_array", swap(r"array\.shape != shape or ", "")),
        "init_state",
    ),
    # Penalties and constraints
    loss(
        "L2 with a half",
        "mlp",
        then(
            in_definition("l2_penalty", swap(r"return factor", "return 0.5 * factor")),
            in_definition("add_l2_gradient", swap(r"2\.0 \* factor", "factor")),
        ),
        "is 0.5 times",
    ),
    gradient(
        "L2 with a half in the gradient alone",
        "mlp",
        in_definition("add_l2_gradient", swap(r"2\.0 \* factor", "factor")),
        "dense_2",
    ),
    gradient(
        "the gradient of the penalties left out",
        "mlp",
        in_definition(
            "compute_gradients", remove(r"add_penalty_gradients\(state\.model\)")
        ),
        "dense_2",
    ),
    loss(
        "penalties left out of evaluation",
        "mlp",
        in_definition("evaluate_step", swap(r" \+ penalty\(state\.model\)", "")),
        "figures in inference: loss",
    ),
    gradient(
        "one penalty left out",
        "wide_and_deep",
        in_definition(
            "add_penalty_gradients", remove(r"add_l1_l2_gradient\(model\.dense_2.*")
        ),
        "dense_2",
    ),
    loop(
        "constraint left out",
        "mlp",
        in_definition("train_step", remove(r"apply_constraints\(state\.model\)")),
        "the constraint is not applied",
    ),
    loop(
        "constraint of one layer left out",
        "mlp",
        in_definition("apply_constraints", remove(r"max_norm\(model\.dense_2.*")),
        "dense_2 kernel_constraint",
    ),
    loop(
        "constraint over the other axis",
        "mlp",
        swap(r"dim=\(1,\)", "dim=(0,)", None),
        "kernel_constraint",
    ),
    loop(
        "constraint that spares what is within the bound",
        "mlp",
        in_definition(
            "max_norm",
            swap(
                r"norm\.clamp\(max=max_value\) / \(1e-7 \+ norm\)",
                "(max_value / norm).clamp(max=1.0)",
            ),
        ),
        "kernel_constraint",
    ),
    loop(
        "constraint before the update",
        "mlp",
        in_definition(
            "train_step",
            swap(
                r"^( +)(state\.optimizer\.step\(\))\n +(apply_constraints\(state\.model\))",
                r"\1\3\n\1\2",
            ),
        ),
        "kernel_constraint",
        "optimizer",
    ),
    loop(
        "a bias before a normalization moved at every update",
        "convnet",
        in_definition(
            "train_step",
            swap(
                r"^( +)(state\.optimizer\.step\(\))",
                r"\1\2\n\1with torch.no_grad():\n"
                r'\1    state.parameters["conv2d_1/bias"].add_(1e-6)',
            ),
        ),
        "optimizer",
        "conv2d_1",
    ),
    loop(
        "a bias before a normalization never updated",
        "convnet",
        in_definition(
            "train_step",
            swap(
                r"^( +)(state\.optimizer\.step\(\))",
                r'\1state.parameters["conv2d_1/bias"].grad.zero_()\n\1\2',
            ),
        ),
        "optimizer",
        "conv2d_1",
    ),
    # Gradients and updates
    gradient(
        "clipping after the update",
        "mlp",
        in_definition(
            "train_step",
            swap(
                r"^( +)(.* = clip_gradients\(grads\))\n +(prepare_update\(state, step\))\n"
                r" +(state\.optimizer\.step\(\))",
                r"\1\3\n\1\4\n\1\2",
            ),
        ),
        "optimizer",
    ),
    gradient(
        "clipping left out",
        "clipped",
        in_definition(
            "train_step",
            swap(r"\(grads\)", "({path: grads[path].clone() for path in grads})"),
        ),
        "optimizer",
    ),
    gradient(
        "clipping of all gradients together",
        "mlp",
        in_definition(
            "clip_each",
            swap(
                r"limit / norms\.clamp", "limit / norms.norm().expand_as(norms).clamp"
            ),
        ),
        "clipnorm",
    ),
    gradient(
        "clipping as PyTorch does it, with 1e-6 added to the norm",
        "mlp",
        in_definition(
            "clip_each",
            swap(
                r"limit / norms\.clamp\(min=limit\)",
                "(limit / (norms + 1e-6)).clamp(max=1.0)",
            ),
        ),
        "clipnorm",
    ),
    gradient(
        "a norm that is not looked at where gradients are clipped",
        "clipped",
        in_definition("train_step", swap(r'figures\["gradient_norm"\] =', "_ =")),
        "on_nan",
    ),
    gradient(
        "gradients that add up",
        "mlp",
        in_definition("compute_gradients", remove(r"state\.optimizer\.zero_grad\(\)")),
        "optimizer",
    ),
    loop(
        "momentum of another size",
        "mlp",
        argument("SGD", "momentum", "0.95", times=1),
        "optimizer",
    ),
    loop(
        "nesterov left out",
        "mlp",
        argument("SGD", "nesterov", "False", times=1),
        "optimizer",
    ),
    loop(
        "dampening",
        "mlp",
        argument("SGD", "dampening", "0.1", times=1),
        "Error",
        "optimizer",
    ),
    state(
        "velocity with the wrong sign",
        "mlp",
        in_definition("export_state", swap(r"= -to_array", "= to_array")),
        "optimizer",
        "built state",
    ),
    loop(
        "the velocity without the learning rate",
        "mlp",
        then(
            in_definition(
                "prepare_update",
                swap(
                    r"^( +)for weight in .*\n +weight\.grad\.mul_\(rate\)",
                    r'\1state.optimizer.param_groups[0]["lr"] = rate',
                ),
            ),
        ),
        "optimizer",
    ),
    loop(
        "the rate of the step before",
        "mlp",
        in_definition(
            "prepare_update",
            swap(r"learning_rate\(step,", "learning_rate(max(step - 1, 0),"),
        ),
        "learning rate of step 0, not 1",
    ),
    loop(
        "the rate of the epoch's beginning",
        "mlp",
        in_definition(
            "prepare_update",
            swap(
                r"learning_rate\(step,",
                "learning_rate(step - step % state.steps_per_epoch,",
            ),
        ),
        "learning rate",
    ),
    loop(
        "Adam's epsilon in PyTorch's place",
        "convnet",
        in_definition("prepare_update", remove(r"group\[\"eps\"\] = .*")),
        "optimizer",
    ),
    loop(
        "Adam's bias correction one step late",
        "convnet",
        in_definition("prepare_update", swap(r"fill_\(step\)", "fill_(step + 1)")),
        "optimizer",
        "learning rate",
    ),
    loop(
        "Adam with another beta_2",
        "convnet",
        argument("Adam", "betas", "(0.9, 0.99)", times=1),
        "optimizer",
    ),
    loop(
        "L2 by weight_decay on top",
        "convnet",
        argument("Adam", "weight_decay", "0.01", times=1),
        "optimizer",
    ),
    loop(
        "Nadam with PyTorch's momentum decay",
        "selu_net",
        argument("NAdam", "momentum_decay", "0.004", times=1),
        "optimizer",
        "learning rate",
    ),
    loop(
        "RMSprop with epsilon outside the root",
        "wide_and_deep",
        in_definition(
            "RMSprop",
            swap(r"\(spread \+ self\.eps\)\.sqrt_\(\)", "spread.sqrt() + self.eps"),
        ),
        "optimizer",
    ),
    loop(
        "RMSprop not centered",
        "wide_and_deep",
        in_definition(
            "RMSprop", swap(r"spread\.addcmul\(mean, mean, value=-1\.0\)", "spread")
        ),
        "optimizer",
    ),
    # Modes
    loop(
        "predictions in training mode",
        "mlp",
        in_definition(
            "predict", swap(r"state\.model\.eval\(\)", "state.model.train()")
        ),
        "output label",
    ),
    loop(
        "training in inference mode",
        "mlp",
        in_definition(
            "compute_gradients", swap(r"state\.model\.train\(\)", "state.model.eval()")
        ),
        "loss",
    ),
]
