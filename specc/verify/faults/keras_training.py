"""Faults in the updates and modes that the Keras backend writes."""

from __future__ import annotations

from .edits import argument, in_definition, remove, swap
from .fault import Fault
from .keras_model import fault

__all__ = ["TRAINING_FAULTS"]

TRAINING_FAULTS: list[Fault] = [
    # Gradients and updates
    fault(
        "no clipping in the step",
        "mlp",
        in_definition("update_weights", remove(r"found = clip_gradients\(found\)")),
        "optimizer",
    ),
    fault(
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
    fault(
        "clipping as PyTorch does it, with 1e-6 added to the norm",
        "mlp",
        in_definition(
            "clip_by_norm", swap(r"tf\.norm\(gradient\)", "(tf.norm(gradient) + 1e-6)")
        ),
        "clipnorm",
    ),
    fault(
        "momentum of another size",
        "mlp",
        swap(r"momentum=np\.float64\(0\.9\)", "momentum=np.float64(0.95)"),
        "optimizer",
    ),
    fault(
        "momentum in float32",
        "mlp",
        swap(r"momentum=np\.float64\(0\.9\)", "momentum=0.9"),
        "float32",
    ),
    fault(
        "nesterov left out",
        "mlp",
        argument("SGD", "nesterov", "False"),
        "optimizer",
    ),
    fault(
        "amsgrad without its maximum",
        "convnet",
        in_definition("Adam", swap(r"tf\.maximum\(largest, v\)", "v")),
        "optimizer",
    ),
    fault(
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
    fault(
        "Adam's bias correction one step late",
        "convnet",
        in_definition("Adam.scalars_at", swap(r"step \+ 1", "step + 2", 2)),
        "learning rate",
        "optimizer",
    ),
    fault(
        "Adam with another epsilon",
        "convnet",
        in_definition("init_state", argument("Adam", "epsilon", "1e-8", times=1)),
        "optimizer",
    ),
    fault(
        "RMSprop not centered",
        "wide_and_deep",
        argument("RMSprop", "centered", "False", times=1),
        "optimizer",
        "Error",
    ),
    fault(
        "RMSprop with another rho",
        "wide_and_deep",
        argument("RMSprop", "rho", "0.99", times=1),
        "optimizer",
    ),
    fault(
        "the rate of the step before",
        "mlp",
        in_definition(
            "train_step",
            swap(r"learning_rate\(step,", "learning_rate(max(step - 1, 0),"),
        ),
        "learning rate of step 0, not 1",
    ),
    fault(
        "a constant rate",
        "mlp",
        in_definition("train_step", swap(r"learning_rate\(step,", "learning_rate(0,")),
        "learning rate",
    ),
    # Modes
    fault(
        "evaluation in training mode",
        "mlp",
        in_definition("evaluate_fields", swap("training=False", "training=True")),
        "loss",
    ),
    fault(
        "predictions in training mode",
        "mlp",
        in_definition("compute_outputs", swap("training=False", "training=True")),
        "output label",
    ),
    fault(
        "training in inference mode",
        "mlp",
        in_definition("compute_gradients", swap("training=True", "training=False")),
        "loss",
    ),
    fault(
        "penalties left out of evaluation",
        "wide_and_deep",
        in_definition(
            "evaluate_fields",
            swap(r"penalty\(state\.model\)", "0.0 * penalty(state.model)"),
        ),
        "figures in inference: loss",
    ),
]
