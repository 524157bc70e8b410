"""Faults in the layers, losses and metrics that the PyTorch backend writes."""

from __future__ import annotations

from .edits import argument, in_definition, swap
from .fault import Family, Fault, Planter

__all__ = ["MODEL_FAULTS"]

operator = Planter("torch", Family.OPERATORS)
state = Planter("torch", Family.STATE)
loss = Planter("torch", Family.LOSSES)
loop = Planter("torch", Family.LOOP)

MODEL_FAULTS: list[Fault] = [
    # Layers
    operator(
        "BatchNormalization with PyTorch's epsilon",
        "mlp",
        argument("BatchNorm", "eps", "1e-05"),
        "epsilon of 1e-05",
        construct="layer/BatchNormalization",
    ),
    state(
        "BatchNormalization with PyTorch's momentum",
        "mlp",
        in_definition(
            "BatchNorm", swap(r"1\.0 - self\.momentum", "self.momentum", None)
        ),
        "momentum of 0.01",
    ),
    state(
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
    state(
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
    operator(
        "BatchNormalization with running statistics in training",
        "convnet",
        in_definition("BatchNorm.normalize", swap("if not self.training:", "if True:")),
        "batch_normalization_1",
    ),
    operator(
        "dropout scale missing",
        "mlp",
        in_definition("Dropout", swap(r" \* \(1\.0 / \(1\.0 - self\.p\)\)", "")),
        "kept entries are multiplied by 1,",
        construct="layer/Dropout",
    ),
    loop(
        "evaluation in training mode",
        "mlp",
        in_definition(
            "evaluate_step", swap(r"state\.model\.eval\(\)", "state.model.train()")
        ),
        "loss",
    ),
    operator(
        "one rate for another",
        "mlp",
        swap(r"\(rows, 20\), 0\.2, step", "(rows, 20), 0.25, step"),
        "dropout_1",
    ),
    operator(
        "alpha dropout with the limit of ELU",
        "selu_net",
        in_definition("AlphaDropout", swap(r"-1\.7580993408473766", "-1.0")),
        "alpha_dropout_1",
        construct="layer/AlphaDropout",
    ),
    operator(
        "leaky_relu with PyTorch's slope",
        "convnet",
        argument("nn.LeakyReLU", "negative_slope", "0.01", times=1),
        "activation_2",
        construct="activation/leaky_relu",
    ),
    operator(
        "elu with another alpha",
        "mlp",
        argument("nn.ELU", "alpha", "1.1"),
        "dense_1",
    ),
    operator(
        "a symmetric padding",
        "convnet",
        swap(r"\(1, 1, 0, 1\)", "(1, 1, 1, 0)"),
        "conv2d_1",
        construct="layer/Conv2D",
    ),
    operator(
        "a border of zeros in pooling",
        "convnet",
        swap(r"value=-math\.inf", "value=0.0"),
        "max_pooling2d_1",
        construct="layer/MaxPooling2D",
    ),
    operator(
        "height and width exchanged",
        "flatten",
        swap(
            r"image\.permute\(0, 3, 1, 2\)",
            "image.permute(0, 3, 2, 1).reshape(-1, 4, 6, 5)",
        ),
        "conv2d_1",
    ),
    operator(
        "Flatten in the order of channels first",
        "flatten",
        swap(r"x\.permute\(0, 2, 3, 1\)", "x"),
        "another order",
        construct="layer/Flatten",
    ),
    operator(
        "Flatten with height and width exchanged",
        "flatten",
        swap(r"x\.permute\(0, 2, 3, 1\)", "x.permute(0, 3, 2, 1)"),
        "another order",
    ),
    operator(
        "Reshape with height and width exchanged",
        "reshape",
        swap(r"self\.reshape_1\(x\)", "self.reshape_1(x.transpose(1, 2))"),
        "reshape_1",
        construct="layer/Reshape",
    ),
    operator(
        "the largest entry for the average",
        "convnet",
        swap(r"nn\.AdaptiveAvgPool2d\(1\)", "nn.AdaptiveMaxPool2d(1)", None),
        "global_average_pooling2d_1",
        construct="layer/GlobalAveragePooling2D",
    ),
    operator(
        "inputs of Concatenate exchanged",
        "wide_and_deep",
        swap(r"concatenate_1\(wide, dense_2\)", "concatenate_1(dense_2, wide)"),
        "another order",
        construct="layer/Concatenate",
    ),
    operator(
        "a difference for the sum",
        "convnet",
        in_definition("Add", swap(r"total \+ other", "total - other")),
        "add_1",
        construct="layer/Add",
    ),
    operator(
        "time folded before the batch",
        "film",
        swap(
            r"frames\.flatten\(0, 1\)",
            "frames.transpose(0, 1).flatten(0, 1)",
        ),
        "time_distributed_1",
        construct="wrapper/TimeDistributed",
    ),
    operator(
        "a number of steps that is written down",
        "film",
        swap(r"time = frames\.shape\[1\]", "time = 4"),
        "time_distributed",
        "dense_1",
        "loss",
        construct="wrapper/TimeDistributed",
    ),
    state(
        "the statistics of some steps at a time",
        "film",
        in_definition(
            "BatchNorm.forward",
            swap(
                r"return self\.normalize\(\n +input, (.*)\n +\)",
                r"return torch.cat([self.normalize(some, \1) for some in input.split(4)])",
            ),
        ),
        "time_distributed_2",
    ),
    operator(
        "a square kernel in PyTorch's layout",
        "convnet",
        swap(r"\(\"dense_1\.weight\", \(1, 0\)\)", '("dense_1.weight", (0, 1))'),
        "dense_1",
    ),
    # Losses and metrics
    loss(
        "loss from probabilities",
        "mlp",
        swap(
            r"F\.cross_entropy\(output, target\)",
            "F.nll_loss(output.softmax(-1).clamp(1e-7, 1.0 - 1e-7).log(), target)",
        ),
        "loss",
    ),
    loss(
        "softmax twice",
        "mlp",
        swap(
            r"F\.cross_entropy\(output, target\)",
            "F.cross_entropy(output.softmax(-1), target)",
        ),
        "loss",
    ),
    loss(
        "a sum for the mean",
        "mlp",
        argument("F.cross_entropy", "reduction", '"sum"', times=1),
        "loss",
    ),
    loss(
        "label smoothing towards 0",
        "selu_net",
        swap(r" \+ 0\.1 / 2", ""),
        "loss",
    ),
    loss(
        "losses divided by the sum of the weights of examples",
        "selu_net",
        in_definition("weighted_mean", swap(r"\.mean\(\)$", ".sum() / weights.sum()")),
        "loss",
    ),
    loss(
        "weights of losses exchanged",
        "wide_and_deep",
        swap(r"0\.9 \* (.*) \+ 0\.1 \*", r"0.1 * \1 + 0.9 *"),
        "loss",
    ),
    loss(
        "targets that are broadcast",
        "wide_and_deep",
        swap(
            r"target = target\.reshape\(output\.shape\)",
            "target = target.reshape(-1)",
            None,
        ),
        "loss",
    ),
    loss(
        "binary accuracy with the threshold of logits",
        "selu_net",
        argument("binary_accuracy", "threshold", "0.0"),
        "metric accuracy",
        construct="metric/accuracy",
    ),
    loss(
        "mean squares for mean absolute differences",
        "wide_and_deep",
        swap(r"F\.l1_loss", "F.mse_loss"),
        "metric price_mae",
        construct="metric/mae",
    ),
]
