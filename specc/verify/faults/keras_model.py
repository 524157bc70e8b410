"""Faults in the layers, losses and penalties that the Keras backend writes."""

from __future__ import annotations

from .edits import Edit, argument, in_definition, swap
from .fault import Fault

__all__ = ["MODEL_FAULTS"]


def fault(name: str, program: str, edit: Edit, *named: str, steps: int = 10) -> Fault:
    """A fault of this backend."""
    return Fault(f"keras: {name}", "keras", program, edit, named, steps)


MODEL_FAULTS = [
    # Layers
    fault(
        "BatchNormalization with PyTorch's epsilon",
        "mlp",
        argument("BatchNormalization", "epsilon", "1e-5"),
        "epsilon of 1e-05",
    ),
    fault(
        "BatchNormalization with momentum and its complement exchanged",
        "convnet",
        argument("BatchNormalization", "momentum", "1.0 - 0.9"),
        "momentum of 0.1",
    ),
    fault(
        "BatchNormalization over the wrong axis",
        "convnet",
        argument("BatchNormalization", "axis", "1"),
        "batch_normalization_1",
    ),
    fault(
        "dropout scale missing",
        "mlp",
        in_definition("Dropout", swap(r" \* \(1\.0 / \(1\.0 - self\.rate\)\)", "")),
        "kept entries are multiplied by 1,",
    ),
    fault(
        "dropout of another rate",
        "mlp",
        swap(r"\(rows, 20\), rate=0\.2", "(rows, 20), rate=0.25"),
        "dropout_1",
    ),
    fault(
        "alpha dropout without its affine map",
        "selu_net",
        in_definition("AlphaDropout", swap(r"return scale \* kept .*$", "return kept")),
        "alpha_dropout_1",
    ),
    fault(
        "leaky_relu with PyTorch's slope",
        "convnet",
        argument("LeakyReLU", "negative_slope", "0.01", times=1),
        "activation_2",
    ),
    fault(
        "elu for selu",
        "selu_net",
        swap(r"activation=\"selu\"", 'activation="elu"', None),
        "dense_1",
    ),
    fault(
        "no padding but valid windows",
        "convnet",
        in_definition(
            "define_network",
            swap(r"padding=\"same\",\n(.*\n){4}.*name=\"conv2d_2\"", 'name="conv2d_2"'),
        ),
        "Error",
    ),
    fault(
        "a largest entry for the average",
        "convnet",
        swap(r"layers\.GlobalAveragePooling2D\(", "layers.GlobalMaxPooling2D("),
        "global_average_pooling2d_1",
    ),
    fault(
        "Flatten in the order of channels first",
        "flatten",
        swap(
            r"layers\.Flatten\(((?:.|\n)*?)\)\((\w+)\)",
            r"layers.Flatten(\1)(keras.ops.transpose(\2, (0, 3, 1, 2)))",
        ),
        "another order",
    ),
    fault(
        "inputs of Concatenate exchanged",
        "wide_and_deep",
        swap(r"\[wide, dense_2\]", "[dense_2, wide]"),
        "another order",
    ),
    fault(
        "a difference for the sum",
        "convnet",
        swap(r"layers\.Add\(", "layers.Subtract("),
        "add_1",
    ),
    # Losses and metrics
    fault(
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
    fault(
        "label smoothing towards 0",
        "selu_net",
        in_definition("smooth", swap(r" \+ \w+ / classes", "")),
        "loss",
    ),
    fault(
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
    fault(
        "weights of examples left out",
        "selu_net",
        in_definition(
            "batch_mean", swap(r"each if weights is None else .*\)$", "each)")
        ),
        "loss",
    ),
    fault(
        "weights of losses exchanged",
        "wide_and_deep",
        swap(r"0\.9 \* price_loss \+ 0\.1", "0.1 * price_loss + 0.9"),
        "loss",
    ),
    fault(
        "binary accuracy with the threshold of logits",
        "selu_net",
        argument("binary_accuracy", "threshold", "0.0"),
        "metric accuracy",
    ),
    fault(
        "accuracy of the least likely class",
        "mlp",
        in_definition("sparse_accuracy", swap("argmax", "argmin")),
        "metric accuracy",
    ),
    # Penalties and constraints
    fault(
        "L2 with a half",
        "mlp",
        in_definition(
            "L2", swap(r"return self\.factor \*", "return 0.5 * self.factor *")
        ),
        "is 0.5 times",
    ),
    fault(
        "L1 part of l1_l2 left out",
        "wide_and_deep",
        in_definition("L1L2", swap(r"self\.l1 \*", "0.0 *")),
        "dense_1 kernel_regularizer",
    ),
    fault(
        "penalties left out of the loss",
        "mlp",
        in_definition("figures", swap(r"label_loss \+ penalties", "label_loss")),
        "loss",
    ),
    fault(
        "constraint left out",
        "mlp",
        swap(r"^ +kernel_constraint=.*\n", "", None),
        "kernel_constraint",
    ),
    fault(
        "constraint over the other axis",
        "mlp",
        argument("MaxNorm", "axis", "1"),
        "kernel_constraint",
    ),
]
