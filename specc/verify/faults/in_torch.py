"""Faults in what the PyTorch backend writes."""

from __future__ import annotations

from .edits import Edit, argument, in_definition, remove, swap, then
from .fault import Fault

__all__ = ["IN_TORCH"]


def fault(name: str, program: str, edit: Edit, *named: str, steps: int = 10) -> Fault:
    """A fault of this backend."""
    return Fault(f"torch: {name}", "torch", program, edit, named, steps)


IN_TORCH = [
    # Layers
    fault(
        "BatchNormalization with PyTorch's epsilon",
        "mlp",
        argument("BatchNorm", "eps", "1e-05"),
        "epsilon of 1e-05",
    ),
    fault(
        "BatchNormalization with PyTorch's momentum",
        "mlp",
        in_definition(
            "BatchNorm", swap(r"1\.0 - self\.momentum", "self.momentum", None)
        ),
        "momentum of 0.01",
    ),
    fault(
        "the unbiased running variance",
        "mlp",
        in_definition(
            "BatchNorm",
            swap(
                r"variance = centred\.detach\(\)\.square\(\)\.mean\(others\)",
                "variance = centred.detach().var(others, unbiased=True)",
            ),
        ),
        "unbiased variance",
    ),
    fault(
        "the unbiased running variance over an image",
        "convnet",
        in_definition(
            "BatchNorm",
            swap(
                r"variance = centred\.detach\(\)\.square\(\)\.mean\(others\)",
                "variance = centred.detach().var(others, unbiased=True)",
            ),
        ),
        "unbiased variance",
    ),
    fault(
        "BatchNormalization with running statistics in training",
        "convnet",
        in_definition("BatchNorm.normalize", swap("if not self.training:", "if True:")),
        "batch_normalization_1",
    ),
    fault(
        "dropout scale missing",
        "mlp",
        in_definition("Dropout", swap(r" / \(1\.0 - self\.p\)", "")),
        "kept entries are multiplied by 1,",
    ),
    fault(
        "evaluation in training mode",
        "mlp",
        in_definition(
            "evaluate_step", swap(r"state\.model\.eval\(\)", "state.model.train()")
        ),
        "loss",
    ),
    fault(
        "one rate for another",
        "mlp",
        swap(r"\(rows, 20\), 0\.2, step", "(rows, 20), 0.25, step"),
        "dropout_1",
    ),
    fault(
        "alpha dropout with the limit of ELU",
        "selu_net",
        in_definition("AlphaDropout", swap(r"-1\.7580993408473766", "-1.0")),
        "alpha_dropout_1",
    ),
    fault(
        "leaky_relu with PyTorch's slope",
        "convnet",
        argument("nn.LeakyReLU", "negative_slope", "0.01", times=1),
        "activation_2",
    ),
    fault(
        "elu with another alpha",
        "mlp",
        argument("nn.ELU", "alpha", "1.1"),
        "dense_1",
    ),
    fault(
        "a symmetric padding",
        "convnet",
        swap(r"\(1, 1, 0, 1\)", "(1, 1, 1, 0)"),
        "conv2d_1",
    ),
    fault(
        "a border of zeros in pooling",
        "convnet",
        swap(r"value=-math\.inf", "value=0.0"),
        "max_pooling2d_1",
    ),
    fault(
        "height and width exchanged",
        "flatten",
        swap(
            r"image\.permute\(0, 3, 1, 2\)",
            "image.permute(0, 3, 2, 1).reshape(-1, 4, 6, 5)",
        ),
        "conv2d_1",
    ),
    fault(
        "Flatten in the order of channels first",
        "flatten",
        swap(r"x\.permute\(0, 2, 3, 1\)", "x"),
        "another order",
    ),
    fault(
        "Flatten with height and width exchanged",
        "flatten",
        swap(r"x\.permute\(0, 2, 3, 1\)", "x.permute(0, 3, 2, 1)"),
        "another order",
    ),
    fault(
        "the largest entry for the average",
        "convnet",
        swap(r"nn\.AdaptiveAvgPool2d\(1\)", "nn.AdaptiveMaxPool2d(1)", None),
        "global_average_pooling2d_1",
    ),
    fault(
        "inputs of Concatenate exchanged",
        "wide_and_deep",
        swap(r"concatenate_1\(wide, dense_2\)", "concatenate_1(dense_2, wide)"),
        "another order",
    ),
    fault(
        "a difference for the sum",
        "convnet",
        in_definition("Add", swap(r"total \+ other", "total - other")),
        "add_1",
    ),
    fault(
        "a square kernel in PyTorch's layout",
        "convnet",
        swap(r"\(\"dense_1\.weight\", \(1, 0\)\)", '("dense_1.weight", (0, 1))'),
        "dense_1",
    ),
    # Losses and metrics
    fault(
        "loss from probabilities",
        "mlp",
        swap(
            r"F\.cross_entropy\(output, target\)",
            "F.nll_loss(output.softmax(-1).clamp(1e-7, 1.0 - 1e-7).log(), target)",
        ),
        "loss",
    ),
    fault(
        "softmax twice",
        "mlp",
        swap(
            r"F\.cross_entropy\(output, target\)",
            "F.cross_entropy(output.softmax(-1), target)",
        ),
        "loss",
    ),
    fault(
        "a sum for the mean",
        "mlp",
        argument("F.cross_entropy", "reduction", '"sum"', times=1),
        "loss",
    ),
    fault(
        "label smoothing towards 0",
        "selu_net",
        swap(r" \+ 0\.1 / 2", ""),
        "loss",
    ),
    fault(
        "losses divided by the sum of the weights of examples",
        "selu_net",
        in_definition("weighted_mean", swap(r"\.mean\(\)$", ".sum() / weights.sum()")),
        "loss",
    ),
    fault(
        "weights of losses exchanged",
        "wide_and_deep",
        swap(r"0\.9 \* (.*) \+ 0\.1 \*", r"0.1 * \1 + 0.9 *"),
        "loss",
    ),
    fault(
        "targets that are broadcast",
        "wide_and_deep",
        swap(
            r"target = target\.reshape\(output\.shape\)",
            "target = target.reshape(-1)",
            None,
        ),
        "loss",
    ),
    fault(
        "binary accuracy with the threshold of logits",
        "selu_net",
        argument("binary_accuracy", "threshold", "0.0"),
        "metric accuracy",
    ),
    fault(
        "mean squares for mean absolute differences",
        "wide_and_deep",
        swap(r"F\.l1_loss", "F.mse_loss"),
        "metric price_mae",
    ),
    # Penalties and constraints
    fault(
        "L2 with a half",
        "mlp",
        then(
            in_definition("l2_penalty", swap(r"return factor", "return 0.5 * factor")),
            in_definition("add_l2_gradient", swap(r"2\.0 \* factor", "factor")),
        ),
        "is 0.5 times",
    ),
    fault(
        "L2 with a half in the gradient alone",
        "mlp",
        in_definition("add_l2_gradient", swap(r"2\.0 \* factor", "factor")),
        "dense_2",
    ),
    fault(
        "the gradient of the penalties left out",
        "mlp",
        in_definition("gradients", remove(r"add_penalty_gradients\(state\.model\)")),
        "dense_2",
    ),
    fault(
        "penalties left out of evaluation",
        "mlp",
        in_definition("evaluate_step", swap(r" \+ penalty\(state\.model\)", "")),
        "figures in inference: loss",
    ),
    fault(
        "one penalty left out",
        "wide_and_deep",
        in_definition(
            "add_penalty_gradients", remove(r"add_l1_l2_gradient\(model\.dense_2.*")
        ),
        "dense_2",
    ),
    fault(
        "constraint left out",
        "mlp",
        in_definition("train_step", remove(r"apply_constraints\(state\.model\)")),
        "the constraint is not applied",
    ),
    fault(
        "constraint of one layer left out",
        "mlp",
        in_definition("apply_constraints", remove(r"max_norm\(model\.dense_2.*")),
        "dense_2 kernel_constraint",
    ),
    fault(
        "constraint over the other axis",
        "mlp",
        swap(r"dim=\(1,\)", "dim=(0,)", None),
        "kernel_constraint",
    ),
    fault(
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
    fault(
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
    # Gradients and updates
    fault(
        "clipping after the update",
        "mlp",
        in_definition(
            "train_step",
            swap(
                r"^( +)(clip_gradients\(grads\))\n +(prepare_update\(state, step\))\n"
                r" +(state\.optimizer\.step\(\))",
                r"\1\3\n\1\4\n\1\2",
            ),
        ),
        "optimizer",
    ),
    fault(
        "clipping left out",
        "clipped",
        in_definition("train_step", remove(r"clip_gradients\(grads\)")),
        "optimizer",
    ),
    fault(
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
    fault(
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
    fault(
        "gradients that add up",
        "mlp",
        in_definition("gradients", remove(r"state\.optimizer\.zero_grad\(\)")),
        "optimizer",
    ),
    fault(
        "momentum of another size",
        "mlp",
        argument("SGD", "momentum", "0.95", times=1),
        "optimizer",
    ),
    fault(
        "nesterov left out",
        "mlp",
        argument("SGD", "nesterov", "False", times=1),
        "optimizer",
    ),
    fault(
        "dampening",
        "mlp",
        argument("SGD", "dampening", "0.1", times=1),
        "Error",
        "optimizer",
    ),
    fault(
        "velocity with the wrong sign",
        "mlp",
        in_definition("export_state", swap(r"= -to_array", "= to_array")),
        "optimizer",
        "built state",
    ),
    fault(
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
    fault(
        "the rate of the step before",
        "mlp",
        in_definition(
            "prepare_update",
            swap(r"learning_rate\(step,", "learning_rate(max(step - 1, 0),"),
        ),
        "learning rate of step 0, not 1",
    ),
    fault(
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
    fault(
        "Adam's epsilon in PyTorch's place",
        "convnet",
        in_definition("prepare_update", remove(r"group\[\"eps\"\] = .*")),
        "optimizer",
    ),
    fault(
        "Adam's bias correction one step late",
        "convnet",
        in_definition("prepare_update", swap(r"fill_\(step\)", "fill_(step + 1)")),
        "optimizer",
        "learning rate",
    ),
    fault(
        "Adam with another beta_2",
        "convnet",
        argument("Adam", "betas", "(0.9, 0.99)", times=1),
        "optimizer",
    ),
    fault(
        "L2 by weight_decay on top",
        "convnet",
        argument("Adam", "weight_decay", "0.01", times=1),
        "optimizer",
    ),
    fault(
        "Nadam with PyTorch's momentum decay",
        "selu_net",
        argument("NAdam", "momentum_decay", "0.004", times=1),
        "optimizer",
        "learning rate",
    ),
    fault(
        "RMSprop with epsilon outside the root",
        "wide_and_deep",
        in_definition(
            "RMSprop",
            swap(r"\(spread \+ self\.eps\)\.sqrt_\(\)", "spread.sqrt() + self.eps"),
        ),
        "optimizer",
    ),
    fault(
        "RMSprop not centered",
        "wide_and_deep",
        in_definition(
            "RMSprop", swap(r"spread\.addcmul\(mean, mean, value=-1\.0\)", "spread")
        ),
        "optimizer",
    ),
    # Modes
    fault(
        "predictions in training mode",
        "mlp",
        in_definition(
            "predict", swap(r"state\.model\.eval\(\)", "state.model.train()")
        ),
        "output label",
    ),
    fault(
        "training in inference mode",
        "mlp",
        in_definition(
            "gradients", swap(r"state\.model\.train\(\)", "state.model.eval()")
        ),
        "loss",
    ),
]
