"""Faults in the updates and modes that the Keras backend writes."""

from __future__ import annotations

from .edits import argument, in_definition, swap
from .fault import Family, Fault, Planter

__all__ = ["TRAINING_FAULTS"]

gradient = Planter("keras", Family.GRADIENTS)
loss = Planter("keras", Family.LOSSES)
loop = Planter("keras", Family.LOOP)

TRAINING_FAULTS: list[Fault] = [
    # Gradients and updates
    gradient(
        "no clipping in the step",
        "mlp",
        in_definition("update_weights", swap(r"found, logs\[", "_, logs[")),
        "optimizer",
    ),
    gradient(
        "clipping of all gradients together",
        "mlp",
        in_definition(
            "clip_by_norm",
            swap(
                r"tf\.norm\(gradient\)",
                "tf.linalg.global_norm(list(gradients.values()))",
            ),
        ),
        "clipnorm",
    ),
    gradient(
        "clipping as PyTorch does it, with 1e-6 added to the norm",
        "mlp",
        in_definition(
            "clip_by_norm", swap(r"tf\.norm\(gradient\)", "(tf.norm(gradient) + 1e-6)")
        ),
        "clipnorm",
    ),
    gradient(
        "a norm that is not looked at where gradients are clipped",
        "clipped",
        in_definition("update_weights", swap(r'logs\["gradient_norm"\] =', "_ =")),
        "on_nan",
    ),
    gradient(
        "a norm of clipped gradients",
        "mlp",
        in_definition(
            "clip_by_norm",
            swap(
                r"list\(norms\.values\(\)\)",
                "[tf.norm(gradient) for gradient in clipped.values()]",
            ),
        ),
        "clipping",
    ),
    loop(
        "momentum of another size",
        "mlp",
        swap(r"momentum=np\.float64\(0\.9\)", "momentum=np.float64(0.95)"),
        "optimizer",
    ),
    loop(
        "momentum in float32",
        "mlp",
        swap(r"momentum=np\.float64\(0\.9\)", "momentum=0.9"),
        "float32",
    ),
    loop(
        "nesterov left out",
        "mlp",
        argument("SGD", "nesterov", "False"),
        "optimizer",
    ),
    loop(
        "a bias before a normalization moved at every update",
        "convnet",
        in_definition(
            "update_weights",
            swap(
                r"^( +)(state\.optimizer\.update_step\()",
                r'\1if path == "conv2d_1/bias":\n\1    weight.assign(weight + 1e-6)\n'
                r"\1\2",
            ),
        ),
        "optimizer",
        "conv2d_1",
    ),
    loop(
        "a bias before a normalization never updated",
        "convnet",
        in_definition(
            "update_weights",
            swap(
                r"^( +)(state\.optimizer\.update_step\()",
                r'\1if path == "conv2d_1/bias":\n\1    continue\n\1\2',
            ),
        ),
        "optimizer",
        "conv2d_1",
    ),
    loop(
        "amsgrad without its maximum",
        "convnet",
        in_definition("Adam", swap(r"tf\.maximum\(largest, v\)", "v")),
        "optimizer",
    ),
    loop(
        "Adam's epsilon in PyTorch's place",
        "convnet",
        in_definition(
            "Adam",
            swap(
                r"second / first, self\.epsilon\]",
                "second / first, self.epsilon * second]",
            ),
        ),
        "optimizer",
    ),
    loop(
        "Adam's bias correction one step late",
        "convnet",
        in_definition("Adam.scalars_at", swap(r"step \+ 1", "step + 2", 2)),
        "learning rate",
        "optimizer",
    ),
    loop(
        "Adam with another epsilon",
        "convnet",
        in_definition("init_state", argument("Adam", "epsilon", "1e-8", times=1)),
        "optimizer",
    ),
    loop(
        "RMSprop not centered",
        "wide_and_deep",
        argument("RMSprop", "centered", "False", times=1),
        "optimizer",
        "Error",
    ),
    loop(
        "RMSprop with another rho",
        "wide_and_deep",
        argument("RMSprop", "rho", "0.99", times=1),
        "optimizer",
    ),
    loop(
        "the rate of the step before",
        "mlp",
        in_definition(
            "train_step",
            swap(r"learning_rate\(step,", "learning_rate(max(step - 1, 0),"),
        ),
        "learning rate of step 0, not 1",
    ),
    loop(
        "a constant rate",
        "mlp",
        in_definition("train_step", swap(r"learning_rate\(step,", "learning_rate(0,")),
        "learning rate",
    ),
    # Modes
    loop(
        "evaluation in training mode",
        "mlp",
        in_definition("evaluate_fields", swap("training=False", "training=True")),
        "loss",
    ),
    loop(
        "predictions in training mode",
        "mlp",
        in_definition("compute_outputs", swap("training=False", "training=True")),
        "output label",
    ),
    loop(
        "training in inference mode",
        "mlp",
        in_definition("compute_gradients", swap("training=True", "training=False")),
        "loss",
    ),
    loss(
        "penalties left out of evaluation",
        "wide_and_deep",
        in_definition(
            "evaluate_fields",
            swap(r"penalty\(state\.model\)", "0.0 * penalty(state.model)"),
        ),
        "figures in inference: loss",
    ),
]
