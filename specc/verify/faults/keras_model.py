"""Faults in the layers, losses and penalties that the Keras backend writes."""

from __future__ import annotations

from .edits import argument, in_definition, swap
from .fault import Family, Fault, Planter

__all__ = ["MODEL_FAULTS"]

operator = Planter("keras", Family.OPERATORS)
state = Planter("keras", Family.STATE)
loss = Planter("keras", Family.LOSSES)
loop = Planter("keras", Family.LOOP)

MODEL_FAULTS: list[Fault] = [
    # Layers
    operator(
        "BatchNormalization with PyTorch's epsilon",
        "mlp",
        argument("BatchNormalization", "epsilon", "1e-5"),
        "epsilon of 1e-05",
        construct="layer/BatchNormalization",
    ),
    state(
        "BatchNormalization with momentum and its complement exchanged",
        "convnet",
        argument("BatchNormalization", "momentum", "1.0 - 0.9"),
        "momentum of 0.1",
    ),
    operator(
        "BatchNormalization over the wrong axis",
        "convnet",
        argument("BatchNormalization", "axis", "1"),
        "batch_normalization_1",
    ),
    operator(
        "dropout scale missing",
        "mlp",
        in_definition("Dropout", swap(r" \* \(1\.0 / \(1\.0 - self\.rate\)\)", "")),
        "kept entries are multiplied by 1,",
        construct="layer/Dropout",
    ),
    operator(
        "dropout of another rate",
        "mlp",
        swap(r"\(rows, 20\), rate=0\.2", "(rows, 20), rate=0.25"),
        "dropout_1",
    ),
    operator(
        "alpha dropout without its affine map",
        "selu_net",
        in_definition("AlphaDropout", swap(r"return scale \* kept .*$", "return kept")),
        "alpha_dropout_1",
        construct="layer/AlphaDropout",
    ),
    operator(
        "leaky_relu with PyTorch's slope",
        "convnet",
        argument("LeakyReLU", "negative_slope", "0.01", times=1),
        "activation_2",
        construct="activation/leaky_relu",
    ),
    operator(
        "elu for selu",
        "selu_net",
        swap(r"activation=\"selu\"", 'activation="elu"', None),
        "dense_1",
    ),
    operator(
        "a padding on the other side",
        "convnet",
        in_definition(
            "define_network",
            swap(
                r"padding=\"same\",\n((?:.*\n){4}.*name=\"conv2d_1\",\n +\)\()image",
                r'padding="valid",\n\1layers.ZeroPadding2D(((1, 0), (1, 1)))(image)',
            ),
        ),
        "conv2d_1",
        construct="layer/Conv2D",
    ),
    operator(
        "averages for the largest entry",
        "convnet",
        swap(
            r"layers\.MaxPooling2D\(",
            "layers.AveragePooling2D(",
        ),
        "max_pooling2d_1",
        construct="layer/MaxPooling2D",
    ),
    operator(
        "Reshape with height and width exchanged",
        "reshape",
        swap(
            r"(name=\"reshape_1\"\))\((\w+)\)",
            r"\1(keras.ops.transpose(\2, (0, 2, 1, 3)))",
        ),
        "reshape_1",
        construct="layer/Reshape",
    ),
    operator(
        "a largest entry for the average",
        "convnet",
        swap(r"layers\.GlobalAveragePooling2D\(", "layers.GlobalMaxPooling2D("),
        "global_average_pooling2d_1",
        construct="layer/GlobalAveragePooling2D",
    ),
    operator(
        "Flatten in the order of channels first",
        "flatten",
        swap(
            r"layers\.Flatten\(((?:.|\n)*?)\)\((\w+)\)",
            r"layers.Flatten(\1)(keras.ops.transpose(\2, (0, 3, 1, 2)))",
        ),
        "another order",
        construct="layer/Flatten",
    ),
    operator(
        "inputs of Concatenate exchanged",
        "wide_and_deep",
        swap(r"\[wide, dense_2\]", "[dense_2, wide]"),
        "another order",
        construct="layer/Concatenate",
    ),
    operator(
        "time folded before the batch",
        "film",
        in_definition(
            "FoldSteps",
            swap(
                r"tf\.reshape\(inputs, ",
                "tf.reshape(tf.einsum('bt...->tb...', inputs), ",
            ),
        ),
        "time_distributed_1",
        construct="wrapper/TimeDistributed",
    ),
    operator(
        "a number of steps that is written down",
        "film",
        in_definition(
            "UnfoldSteps", swap(r"steps = sizes_of.*$", "steps = [4] * self.axes")
        ),
        "time_distributed",
        "dense_1",
        "InvalidArgumentError",
        construct="wrapper/TimeDistributed",
    ),
    operator(
        "a difference for the sum",
        "convnet",
        swap(r"layers\.Add\(", "layers.Subtract("),
        "add_1",
        construct="layer/Add",
    ),
    # Losses and metrics
    loss(
        "loss from probabilities",
        "mlp",
        swap(
            r"tf\.nn\.sparse_softmax_cross_entropy_with_logits\(\n"
            r".*labels=(.*), logits=outputs\[\"label/logits\"\]\n.*\)",
            r"tf.nn.sparse_softmax_cross_entropy_with_logits(labels=\1, logits="
            r'tf.math.log(tf.clip_by_value(outputs["label"], 1e-7, 1.0 - 1e-7)))',
        ),
        "loss",
    ),
    loss(
        "label smoothing towards 0",
        "selu_net",
        in_definition("smooth", swap(r" \+ \w+ / classes", "")),
        "loss",
    ),
    loss(
        "losses divided by the sum of the weights of examples",
        "selu_net",
        in_definition(
            "batch_mean",
            swap(
                "return .*$",
                "return tf.reduce_sum(weights * each) / tf.reduce_sum(weights)",
            ),
        ),
        "loss",
    ),
    loss(
        "weights of examples left out",
        "selu_net",
        in_definition(
            "batch_mean", swap(r"each if weights is None else .*\)$", "each)")
        ),
        "loss",
    ),
    loss(
        "weights of losses exchanged",
        "wide_and_deep",
        swap(r"0\.9 \* price_loss \+ 0\.1", "0.1 * price_loss + 0.9"),
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
        in_definition("mean_absolute_error", swap(r"tf\.abs", "tf.square")),
        "metric price_mae",
        construct="metric/mae",
    ),
    loss(
        "accuracy of the least likely class",
        "mlp",
        in_definition("sparse_accuracy", swap("argmax", "argmin")),
        "metric accuracy",
    ),
    # Penalties and constraints
    loss(
        "L2 with a half",
        "mlp",
        in_definition(
            "L2", swap(r"return self\.factor \*", "return 0.5 * self.factor *")
        ),
        "is 0.5 times",
    ),
    loss(
        "L1 part of l1_l2 left out",
        "wide_and_deep",
        in_definition("L1L2", swap(r"self\.l1 \*", "0.0 *")),
        "dense_1 kernel_regularizer",
    ),
    loss(
        "penalties left out of the loss",
        "mlp",
        in_definition("figures", swap(r"label_loss \+ penalties", "label_loss")),
        "loss",
    ),
    loop(
        "constraint left out",
        "mlp",
        swap(r"^ +kernel_constraint=.*\n", "", None),
        "kernel_constraint",
    ),
    loop(
        "constraint over the other axis",
        "mlp",
        argument("MaxNorm", "axis", "1"),
        "kernel_constraint",
    ),
]
